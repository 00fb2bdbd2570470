"""Does the draft agree with itself? One value a quantity, one go-live a system, one name, one level."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from linghang.report.claims.model import Claim
from linghang.report.claims.quantities import BY_ID, dimension
from linghang.report.remarks import Remark, Spot
from linghang.report.review.completeness import listed_scenes, stated_scenes
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

MAX_OTHERS = 6
MAX_COMPARED = 400
"""Values of one quantity that are held against each other; nobody writes a number more often."""
_HISTORY = timedelta(days=550)
_REGION_BRACKET = re.compile(r"[（(][一-鿿]{2,8}[)）]")
_OPEN_LIST = re.compile(r"等|包括但不限于|主要")
_ABOUT = Decimal("0.06")
_OPEN = Decimal("0.34")


class Interval(NamedTuple):
    """What a figure may stand for, given how it was written."""

    low: Decimal
    high: Decimal

    def meets(self, other: "Interval") -> bool:
        """Whether both can be the same value."""
        return self.low <= other.high and other.low <= self.high


def interval(claim: Claim) -> Interval:
    """The values that a figure may stand for: rounding, 约, 超过, ranges."""
    value = Decimal(claim.value or 0)
    half = (
        Decimal(claim.detail.get("step", "0")) / 2 if dimension(claim.unit) not in ("people", "count") else Decimal(0)
    )
    if dimension(claim.unit) in ("people", "count") and Decimal(claim.detail.get("step", "1")) > 1:
        half = Decimal(claim.detail["step"]) / 2
    if claim.low is not None and claim.high is not None:
        return Interval(claim.low - half, claim.high + half)
    if claim.low is not None:
        return Interval(claim.low - half, claim.low + abs(claim.low) * _OPEN)
    if claim.high is not None:
        return Interval(claim.high - abs(claim.high) * _OPEN, claim.high + half)
    if claim.approximate:
        half = max(half, abs(value) * _ABOUT)
    return Interval(value - half, value + half)


def agree(reading: Reading) -> Iterator[Remark]:
    """Checks R201, R202, R208, R211 to R213, R217."""
    yield from _values(reading)
    yield from _go_live(reading)
    yield from _scene_count(reading)
    yield from _names(reading)
    yield from _levels(reading)
    yield from _maturity(reading)
    yield from _codes(reading)


_CLASS = {"value": "now", "after": "now", "before": "before", "relative": "relative", "points": "points"}


def _values(reading: Reading) -> Iterator[Remark]:
    groups: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for one in reading.figures:
        quantity = BY_ID[one.subject]
        if quantity.single and not one.planned and not one.scope and one.role in _CLASS:
            kind = _CLASS[one.role]
            if kind == "now" and dimension(one.unit) not in quantity.dimensions:
                continue
            groups[one.subject, kind, one.unit].append(one)
    for (subject, kind, _), claims in groups.items():
        yield from _disagreeing(reading, subject, kind, claims)


def _disagreeing(reading: Reading, subject: str, kind: str, claims: Sequence[Claim]) -> Iterator[Remark]:
    """The claims that do not agree with the value that most of them give (the first one, where they are as many)."""
    claims = claims[:MAX_COMPARED]
    if len(claims) < 2:
        return
    intervals = [interval(one) for one in claims]
    agreeing = [sum(1 for other in intervals if one.meets(other)) for one in intervals]
    main = claims[max(range(len(claims)), key=lambda place: (agreeing[place], -place))]
    base = interval(main)
    off = [
        one
        for one, at in zip(claims, intervals, strict=True)
        if not at.meets(base) and _same_time(reading, subject, one, main)
    ]
    if kind in ("relative", "points"):  # the same change may be told against several years
        off = [one for one in off if one.spot.paragraph != main.spot.paragraph]
    if not off:
        return
    title = BY_ID[subject].title
    of = {"now": Text("", ""), "before": Text("（改造前）", " (before)")}.get(kind, Text("（变化幅度）", " (change)"))
    first = off[0]
    hint = _scaled(first, main)
    message = Text(
        f"{title.zh}{of.zh}前后不一致：此处{first.detail['written']}，他处{main.detail['written']}{hint.zh}",
        f"{title.en}{of.en} has two values: {first.detail['written']} here, {main.detail['written']} "
        f"elsewhere{hint.en}",
    )
    rest = [one.spot for one in (main, *off[1:])]
    yield remark("R201", first.spot, message, rest[:MAX_OTHERS])


def _same_time(reading: Reading, subject: str, one: Claim, other: Claim) -> bool:
    if one.period is not None and other.period is not None:
        return one.period.overlaps(other.period)
    dated = one.period or other.period
    if dated is None:
        return True
    return not BY_ID[subject].flow and dated.end > reading.day - _HISTORY


def _scaled(one: Claim, other: Claim) -> Text:
    """Whether two values differ by a power of ten: then a unit was probably mixed up."""
    small, large = sorted((abs(Decimal(one.value or 0)), abs(Decimal(other.value or 0))))
    if small and (times := large / small) in (10, 100, 1000, 10_000):
        return Text(f"（相差{int(times)}倍，可能是单位写错）", f" ({int(times)} times: perhaps a wrong unit)")
    return Text("", "")


def _go_live(reading: Reading) -> Iterator[Remark]:
    groups: dict[str, list[Claim]] = defaultdict(list)
    for one in reading.of("system"):
        if one.period is not None and not one.planned:
            groups[one.subject].append(one)
    for kind, claims in groups.items():
        first = claims[0]
        assert first.period is not None
        off = [one for one in claims[1:] if one.period is not None and not one.period.overlaps(first.period)]
        if off:
            assert off[0].period is not None
            here, there = off[0].period.text, first.period.text
            message = Text(
                f"{kind}的上线时间前后不一致：此处{here}，他处{there}",
                f"{kind} went live twice: {here} here, {there} elsewhere",
            )
            yield remark("R202", off[0].spot, message, [one.spot for one in (first, *off[1:])][:MAX_OTHERS])


def _scene_count(reading: Reading) -> Iterator[Remark]:
    stated, listed = stated_scenes(reading), listed_scenes(reading)
    counts = {len(listed)}
    instances = [one for one in reading.of("scene") if one.detail.get("instance")]
    if len(instances) >= 2:
        counts.add(len({(one.value, one.detail["instance"]) for one in instances}))
    by_paragraph: dict[int | None, set[str]] = defaultdict(set)
    for one in reading.of("scene"):
        by_paragraph[one.spot.paragraph].add(one.subject)
    for one in stated:
        number = int(Decimal(one.value or 0))
        beside = by_paragraph.get(one.spot.paragraph, set())
        if len(beside) >= 3 and not _OPEN_LIST.search(one.text):
            if len(beside) != number and one.low is None:
                yield _miscounted(one, number, len(beside), [])
                return
            continue
        if len(listed) >= 3 and number not in counts and one.low is None and not one.approximate:
            yield _miscounted(one, number, len(listed), [each.spot for each in listed][:MAX_OTHERS])
            return
    yield from _link_count(reading)


def _miscounted(one: Claim, number: int, listed: int, others: list[Spot]) -> Remark:
    message = Text(f"文中称{number}个场景，清单中有{listed}个", f"{number} scenes are said, {listed} are listed")
    return remark("R208", one.spot, message, others)


def _link_count(reading: Reading) -> Iterator[Remark]:
    """Numbers of links beside the links that the same sentence names."""
    named: dict[str, set[str]] = defaultdict(set)
    for one in reading.of("link"):
        named[one.text].add(one.subject if one.value in ("经营管理", "运营管理") else one.detail["name"])
    for one in reading.figures:
        if one.subject != "links" or one.planned or one.scope or one.role != "value":
            continue
        count = len(named.get(one.text, ()))
        if count >= 2 and count != int(Decimal(one.value or 0)) and not _OPEN_LIST.search(one.text):
            message = Text(
                f"文中称{one.value}个环节，列出的有{count}个", f"{one.value} links are said, {count} are named"
            )
            yield remark("R208", one.spot, message)


def _bare(name: str) -> str:
    return re.sub(r"[\s（）()·]", "", name)


def _names(reading: Reading) -> Iterator[Remark]:
    labelled = [one for one in reading.of("name") if one.detail["said"] == "labelled"]
    pool = labelled or reading.of("name")
    if not pool:
        return
    main = pool[0]
    own = str(main.value)
    done: set[str] = set()
    for one in reading.of("name"):
        other = str(one.value)
        if (
            other == own
            or len(done) > MAX_COMPARED
            or _bare(other) == _bare(own)
            or other in done
            or _bare(own) in _bare(other)
        ):
            continue
        alike = difflib.SequenceMatcher(None, _bare(own), _bare(other), autojunk=False).ratio()
        subsidiary = _bare(_REGION_BRACKET.sub("", own)) == _bare(_REGION_BRACKET.sub("", other))
        if (one.detail["said"] == "labelled" and labelled) or (alike >= 0.72 and not subsidiary):
            done.add(other)
            message = Text(
                f"企业名称不一致：此处“{other}”，他处“{own}”",
                f"the enterprise has two names: “{other}” here, “{own}” elsewhere",
            )
            yield remark("R211", one.spot, message, [main.spot])


def _levels(reading: Reading) -> Iterator[Remark]:
    claimed = reading.levels_claimed
    off = [one for one in claimed[1:] if one.subject != claimed[0].subject]
    if off:
        message = Text(
            f"申报等级不一致：此处“{off[0].value}”，他处“{claimed[0].value}”",
            f"two levels are applied for: “{off[0].value}” here, “{claimed[0].value}” elsewhere",
        )
        yield remark("R212", off[0].spot, message, [claimed[0].spot])


def _maturity(reading: Reading) -> Iterator[Remark]:
    stated = [one for one in reading.of("maturity") if one.detail["said"] == "stated" and not one.planned]
    for one in stated[1:]:
        first = stated[0]
        dated = one.period is not None and first.period is not None and not one.period.overlaps(first.period)
        if one.value != first.value and not dated:
            message = Text(
                f"成熟度等级不一致：此处{one.value}级，他处{first.value}级",
                f"two maturity levels: {one.value} here, {first.value} elsewhere",
            )
            yield remark("R213", one.spot, message, [first.spot])
            return


def _codes(reading: Reading) -> Iterator[Remark]:
    codes = [one for one in reading.of("credit_code") if one.subject == "enterprise"]
    off = [one for one in codes[1:] if str(one.value) != str(codes[0].value)]
    if off:
        message = Text(
            f"信用代码不一致：此处{off[0].value}，他处{codes[0].value}",
            f"two credit codes: {off[0].value} here, {codes[0].value} elsewhere",
        )
        yield remark("R217", off[0].spot, message, [codes[0].spot])
