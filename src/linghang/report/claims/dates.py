"""Dates and periods as drafts write them: 2023年6月, 2023.6, 2023/06/01, 二〇二三年, 2023—2025年, 今年."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from linghang.report.claims.model import Period

_CHINESE = {**{one: str(at) for at, one in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0", "Ｏ": "0"}
_NUMBERS = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}

_YEAR = r"(?<![\d.A-Za-z])(?P<y>(?:19|20)\d\d)"
_WORDS = re.compile(
    _YEAR + r"\s{0,2}年度?\s{0,2}"
    r"(?:(?P<m>1[0-2]|0?[1-9])\s{0,2}月(?:份|\s{0,2}(?P<d>3[01]|[12]\d|0?[1-9])\s{0,2}[日号])?"
    r"|(?P<half>[上下])半年|第?(?P<q>[一二三四1-4])季度|(?P<part>年?底|年?初|年?末|年?中(?=[，。投上完建]|$)))?"
)
_FULL = re.compile(_YEAR + r"(?P<sep>[-/.])(?P<m>1[0-2]|0?[1-9])(?P=sep)(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.])")
_MONTH = re.compile(
    _YEAR + r"[-/.](?P<m>1[0-2]|0?[1-9])(?![\d/]|[-.]\d|月|\s?(?:%|万|亿|元|台|个|吨|人|条|项|家|套|件|倍|小时|天|年))"
)
_HAN = re.compile(r"(?P<y>[二一][〇零○0九][〇零○一二三四五六七八九]{2})年(?:(?P<m>十[一二]?|[一二三四五六七八九])月)?")
_SPAN = re.compile(
    _YEAR
    + r"\s{0,2}年?\s{0,2}(?:[-—–~～]{1,2}|至|到)\s{0,2}(?P<z>(?:19|20)\d\d)\s{0,2}年度?(?!\s{0,2}\d{1,2}\s{0,2}月)"
)
_JOIN = re.compile(r"\s{0,2}(?:[-—–~～]{1,2}|至|到)\s{0,2}")
_RELATIVE = re.compile(r"(?P<word>今年|本年度?|去年|上年度?|上一年度?|前年)(?!来)")
_BACK = {"今": 0, "本": 0, "去": 1, "上": 1, "前": 2}
_DATED_LABEL = re.compile(r"(?:填报|申报|编制|提交|填表|报告|承诺|签署)?(?:日期|时间)\s*[：:]")
COVER_LINES = 40
"""Paragraphs at each end of a draft where its own date stands."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text: where it stands and which days it names."""

    start: int
    end: int
    period: Period
    precision: str


def dates_in(text: str, dated_on: date | None = None) -> list[Dated]:
    """Find dates and periods, in order, without overlaps.

    Parameters
    ----------
    text
        Text whose full-width digits are plain already.
    dated_on
        Day of the draft: with it 今年 and 去年 are read, without it they are left out.
    """
    found: list[Dated] = []
    for one in _SPAN.finditer(text):
        if int(one["y"]) <= int(one["z"]):
            period = Period(date(int(one["y"]), 1, 1), date(int(one["z"]) + 1, 1, 1), one[0])
            found.append(Dated(one.start(), one.end(), period, "span"))
    for pattern in (_WORDS, _FULL, _MONTH, _HAN):
        found += (one for one in map(_read, pattern.finditer(text)) if one is not None)
    if dated_on is not None:
        found += _relative(text, dated_on)
    return _joined(text, _apart(found))


def _relative(text: str, dated_on: date) -> Iterator[Dated]:
    for one in _RELATIVE.finditer(text):
        year = dated_on.year - _BACK[one["word"][0]]
        yield Dated(one.start(), one.end(), Period(date(year, 1, 1), date(year + 1, 1, 1), one[0]), "year")


def _read(match: "re.Match[str]") -> Dated | None:
    groups = match.groupdict()
    year = int("".join(_CHINESE.get(one, one) for one in groups["y"]))
    if not 1900 <= year <= 2099:
        return None
    written = groups.get("m")
    month = None if written is None else _NUMBERS.get(written) or int(written)
    start, end, precision = date(year, 1, 1), date(year + 1, 1, 1), "year"
    if month is not None:
        day = groups.get("d")
        if day is not None:
            if int(day) > calendar.monthrange(year, month)[1]:
                return None
            start = date(year, month, int(day))
            end, precision = start + timedelta(days=1), "day"
        else:
            start, end, precision = date(year, month, 1), _next_month(year, month), "month"
    elif groups.get("half"):
        start, end = (start, date(year, 7, 1)) if groups["half"] == "上" else (date(year, 7, 1), end)
        precision = "half"
    elif groups.get("q"):
        quarter = _NUMBERS.get(groups["q"]) or int(groups["q"])
        start, end = date(year, 3 * quarter - 2, 1), _next_month(year, 3 * quarter)
        precision = "quarter"
    elif part := groups.get("part"):
        start, end = {"初": (start, date(year, 4, 1)), "中": (date(year, 5, 1), date(year, 9, 1))}.get(
            part[-1], (date(year, 10, 1), end)
        )
        precision = "part"
    return Dated(match.start(), match.end(), Period(start, end, match[0].strip()), precision)


def _next_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _apart(found: list[Dated]) -> list[Dated]:
    """The longest of those that overlap."""
    kept: list[Dated] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _joined(text: str, found: list[Dated]) -> list[Dated]:
    """Two dates with 至 or a dash between them are one period; one that ends before it starts stays two dates."""
    kept: list[Dated] = []
    for one in found:
        if kept and kept[-1].precision not in ("span", "reversed") and _JOIN.fullmatch(text, kept[-1].end, one.start):
            first = kept.pop()
            if first.period.start < one.period.end:
                written = text[first.start : one.end]
                span = Period(first.period.start, max(one.period.end, first.period.end), written)
                turned = one.period.start < first.period.start
                kept.append(Dated(first.start, one.end, span, "reversed" if turned else "span"))
            else:
                span = Period(one.period.start, first.period.end, text[first.start : one.end])
                kept.append(Dated(first.start, one.end, span, "reversed"))
            continue
        kept.append(one)
    return kept


def dated(texts: Sequence[str]) -> Period | None:
    """The day that a draft gives itself: a labelled date, else a line of its own on the cover or at the end."""
    places = [*texts[:COVER_LINES], *texts[-COVER_LINES:]] if len(texts) > 2 * COVER_LINES else list(texts)
    fallback = None
    for text in places:
        line = text.strip()
        if len(line) > 60:
            continue
        found = [one for one in dates_in(line) if one.precision in ("day", "month")]
        if len(found) != 1:
            continue
        if _DATED_LABEL.search(line[: found[0].start]) and not re.search(
            r"[建投上立]|起止|开始|结束", line[: found[0].start]
        ):
            return found[0].period
        rest = (line[: found[0].start] + line[found[0].end :]).strip(" （）()　")
        if not rest and fallback is None:
            fallback = found[0].period
    return fallback
