"""Numbers with their units as drafts write them: 1.2亿元, 300余台, 三十五台, 95%, 12个百分点, 50～60, 百分之九十."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

MAX_DIGITS = 18

_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_PLAIN = {**_WIDE, 0xFF05: "%", 0xFF0E: ".", 0xFF0D: "-", 0xFF0F: "/", 0xFF5C: "|", 0x3000: " ", 0xA0: " ", 0x2212: "-"}

UNITS = (
    "个百分点", "百分点", "元", "人次", "人年", "名", "人", "台套", "台/套", "台（套）", "台(套)", "台", "套",
    "条/秒", "条",
    "个月", "个", "项", "件", "家", "座", "张", "种", "类", "款", "部", "辆", "批次", "次", "倍", "天", "日",
    "小时", "h", "分钟",
    "min", "毫秒", "秒", "ms", "周", "年", "月", "吨标准煤", "吨标煤", "千克标准煤", "tce", "kgce", "吨", "t",
    "千瓦时", "kWh", "kW·h",
    "度", "立方米", "m³", "m3", "平方米", "㎡", "m²", "m2", "亩", "公里", "GB", "TB", "PB", "MB", "点位", "点",
    "级", "分", "片",
    "只", "支", "组", "处", "篇", "道", "MW", "kW", "‰", "%", "ppm", "PPM", "岁", "届", "微米", "μm", "mm", "℃",
)  # fmt: skip
"""Units and counting words behind a number."""

CANONICAL = {
    "百分点": "个百分点", "名": "人", "台套": "台", "台/套": "台", "台（套）": "台", "台(套)": "台", "h": "小时",
    "min": "分钟",
    "ms": "毫秒", "日": "天", "吨标煤": "tce", "吨标准煤": "tce", "千克标准煤": "kgce", "t": "吨", "千瓦时": "kWh",
    "kW·h": "kWh",
    "度": "kWh", "㎡": "平方米", "m²": "平方米", "m2": "平方米", "立方米": "m3", "m³": "m3", "点": "点位",
    "PPM": "ppm", "μm": "微米",
    "元": "CNY",
}  # fmt: skip

_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, "": 1}
_COUNTED = "台|套|条|个|项|人|名|家|件|座|种|类|款|倍|级|年|月|天|次"
_HAN_DIGITS = {one: at for at, one in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}

_WIDE_COMMA = re.compile(r"(?<=[０-９])，(?=[０-９]{3})")
_UNIT = "|".join(re.escape(one) for one in sorted(UNITS, key=len, reverse=True))
_PER = (
    "万件|万片|万米|万元|吨|件|人|台|套|年|月|天|日|小时|班|片|只|米|次|分钟|分|秒|平方米|立方米|辆|支|箱|单|"
    "批|kg|km|min|m2|m²|m3|m³|[ahtdsm](?![A-Za-z])"
)
"""What stands behind the stroke of a rate."""

_NUMBER = re.compile(
    r"(?<![A-Za-z\d._/#第])(?<![A-Za-z]-)(?P<sign>[-+±])?(?P<num>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)(?!\.\d)"
    r"\s{0,2}(?P<more>余|多(?!种|个系)|几)?\s{0,1}(?P<scale>亿|千万|百万|万|千(?!克|瓦))?(?P<more2>余|多(?!种))?"
    rf"\s{{0,2}}(?P<unit>{_UNIT})?(?P<per>/(?:{_PER})(?:·(?:{_PER}))?)?"
)
_PERCENT = re.compile(
    r"百分之(?P<han>[零〇一二三四五六七八九十百]{1,6}(?:点[零〇一二三四五六七八九]{1,4})?|\d+(?:\.\d+)?)"
)
_HAN_NUMBER = re.compile(
    r"(?<![第零〇一二两三四五六七八九十百千万])(?P<han>[零〇一二两三四五六七八九十百千]{1,9})(?P<more>余|多)?(?P<scale>万|亿)?"
    rf"(?P<unit>{_COUNTED})(?![体是方面系类])"
)
_ABOUT = re.compile(r"(?:约|近|大约|约为|接近|左右|将近)$")
_LEAST = re.compile(r"(?:超过|超|大于|不低于|不少于|高于|至少|突破|以上|≥|>|＞)\s?$")
_MOST = re.compile(r"(?:不足|低于|小于|不超过|少于|不高于|≤|<|＜|控制在)\s?$")
_TAIL = re.compile(r"\s?(?P<tail>以上|及以上|以下|以内|左右|上下)")
_RANGE = re.compile(r"\s?(?:[-~～—–－]{1,2}|至|到)\s?")


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its unit: `[start, end)` of the text.

    `value` is in `unit`: yuan as CNY, scaled by 万 and 亿; `scale` is the power of ten that it was written in.
    """

    start: int
    end: int
    value: Decimal
    unit: str
    scale: int = 1
    low: Decimal | None = None
    high: Decimal | None = None
    approximate: bool = False
    digits: int = 0
    han: bool = False

    @property
    def step(self) -> Decimal:
        """One unit of the last place that is written: 1.2亿 -> 10,000,000."""
        return Decimal(self.scale).scaleb(-self.digits)


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """Full-width digits, letters and signs as plain ones, each at its place: lengths stay."""
    return _WIDE_COMMA.sub(",", text).translate(_PLAIN)


def numbers_in(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Number]:
    """Find the numbers of a plain text, in order.

    Parameters
    ----------
    text
        From `plain`.
    taken
        Spans that are something else (dates, codes, standards), sorted.
    """
    found = [*_percents(text), *_digits(text), *_han(text)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Number] = []
    spans = iter((*taken, (len(text) + 1, len(text) + 2)))
    span = next(spans)
    for one in found:
        while span[1] <= one.start:
            span = next(spans, (len(text) + 1, len(text) + 2))
        if one.end > span[0] or (kept and one.start < kept[-1].end):
            continue
        kept.append(one)
    return _ranged(text, [_bounded(text, one) for one in kept])


def _digits(text: str) -> list[Number]:
    found = []
    for one in _NUMBER.finditer(text):
        written = one["num"].replace(",", "")
        after = text[one.end() : one.end() + 1]
        unit = one["unit"] or ""
        if len(written) > MAX_DIGITS or (after.isascii() and after.isalpha()):
            continue
        if not unit and not one["scale"] and after in ("-", "_") and not text[one.end() + 1 : one.end() + 2].isdigit():
            continue
        scale = _SCALES[one["scale"] or ""]
        if not unit and one["scale"] in ("亿", "万", "千万", "百万") and after == "元":
            unit = "元"
        per = one["per"] if unit else ""
        end = one.end() if per or not one["per"] else one.start("per")
        value = Decimal(written) * scale
        if one["sign"] == "-":
            value = -value
        places = len(written.partition(".")[2])
        about = bool(one["more"] or one["more2"])
        start = one.start("num") if one["sign"] != "-" else one.start()
        found.append(Number(start, end, value, CANONICAL.get(unit, unit) + (per or ""), scale,
                            value if about else None, None, about, places))  # fmt: skip
    return found


def _percents(text: str) -> list[Number]:
    found = []
    for one in _PERCENT.finditer(text):
        value = Decimal(one["han"]) if one["han"][0].isdigit() else han_number(one["han"])
        if value is not None:
            found.append(Number(one.start(), one.end(), value, "%", han=True))
    return found


def _han(text: str) -> list[Number]:
    found = []
    for one in _HAN_NUMBER.finditer(text):
        value = han_number(one["han"])
        if value is None or (value <= 1 and not one["scale"]) or (value < 10 and one["unit"] in "级年月次个天类种倍"):
            continue
        value *= _SCALES[one["scale"] or ""]
        about = bool(one["more"])
        unit = CANONICAL.get(one["unit"], one["unit"])
        found.append(Number(one.start(), one.end(), value, unit, 1, value if about else None, None, about, han=True))
    return found


def han_number(written: str) -> Decimal | None:
    """Read 三十五, 一百二十, 九十五点六 as a number; None where it is none."""
    whole, _, rest = written.partition("点")
    total, digit = 0, None
    for character in whole:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character] if digit is None else digit * 10 + _HAN_DIGITS[character]
        else:
            total += (1 if digit is None else digit) * _HAN_TENS[character]
            digit = None
    total += digit or 0
    if rest and any(one not in _HAN_DIGITS for one in rest):
        return None
    return Decimal(f"{total}.{''.join(str(_HAN_DIGITS[one]) for one in rest)}") if rest else Decimal(total)


def _bounded(text: str, one: Number) -> Number:
    """Take the words around it: 超过, 不足, 约, 以上."""
    from dataclasses import replace

    before = text[max(0, one.start - 4) : one.start]
    tail = _TAIL.match(text, one.end)
    word = tail["tail"] if tail else ""
    low, high, about = one.low, one.high, one.approximate
    if _LEAST.search(before) or word.endswith("以上"):
        low = one.value
    elif _MOST.search(before) or word in ("以下", "以内"):
        high = one.value
    if _ABOUT.search(before) or word in ("左右", "上下"):
        about = True
    return replace(one, low=low, high=high, approximate=about, end=tail.end() if tail else one.end)


def _ranged(text: str, found: list[Number]) -> list[Number]:
    """Two numbers joined by a dash or 至 are one range, unless 从 stands before."""
    from dataclasses import replace

    kept: list[Number] = []
    for one in found:
        first = kept[-1] if kept else None
        if (
            first is not None
            and _RANGE.fullmatch(text, first.end, one.start)
            and first.unit in ("", one.unit)
            and first.low is None
            and not re.search(r"[从由自]\S{0,6}$", text[max(0, first.start - 8) : first.start])
            and "至" not in text[first.end : one.start][1:]
        ):
            factor = one.scale // first.scale if first.scale == 1 and not first.unit else 1
            low = first.value * factor
            if low <= one.value:
                kept[-1] = replace(one, start=first.start, low=low, high=one.value, value=one.value)
                continue
        kept.append(one)
    return kept
