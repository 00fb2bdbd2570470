"""Figures, amounts, days and periods as a report says them, in both languages."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from linghang.words import Text

DIGITS = 4
"""Significant digits that a reader can use; whole digits are never rounded away."""
HUNDRED_MILLION, TEN_THOUSAND = Decimal(10) ** 8, Decimal(10) ** 4
MILLION, BILLION = Decimal(10) ** 6, Decimal(10) ** 9

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

UNITS: Mapping[str, Text] = {
    "d": Text("天", "days"),
    "a": Text("年", "years"),
    "1/a": Text("次/年", "times a year"),
    "次/a": Text("次/年", "times a year"),
    "个": Text("个", "models"),
    "家": Text("家", "firms"),
    "CNY": Text("元", "CNY"),
    "CNY/a": Text("元/年", "CNY/a"),
    "CNY/t": Text("元/吨", "CNY/t"),
    "万元/(人·a)": Text("万元/(人·年)", "×10,000 CNY/(person·a)"),
    "kgce/t": Text("千克标准煤/吨", "kgce/t"),
    "kgCO2/t": Text("千克二氧化碳/吨", "kg CO₂/t"),
}
"""Unit as packs and indicators write it -> as a report says it; what is not here is a sign that both share."""


def unit(code: str) -> Text:
    """Say a unit."""
    return UNITS.get(code, Text(code, code))


def places(value: Decimal, digits: int = DIGITS) -> int:
    """Return how many decimal places show `digits` significant digits without rounding whole digits away."""
    return max(0, digits - 1 - value.adjusted()) if value else 0


def number(value: Decimal, digits: int = DIGITS) -> str:
    """Write a number for the eye: thousands apart, rounded (half to even), without zeros at its end."""
    rounded = value.quantize(Decimal(1).scaleb(-places(value, digits)), ROUND_HALF_EVEN)
    said = f"{rounded:,f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def amount(value: Decimal, code: str) -> Text:
    """Say a number with its unit."""
    said, one = number(value), unit(code)
    if code == "%":
        return Text(f"{said}%", f"{said}%")
    return Text(f"{said} {one.zh}", f"{said} {one.en}")


def money(cny: Decimal) -> Text:
    """Say an amount in CNY: 3.142 亿元, CNY 314.2 million."""
    size = abs(cny)
    if size >= HUNDRED_MILLION:
        zh = f"{number(cny / HUNDRED_MILLION)} 亿元"
    elif size >= TEN_THOUSAND:
        zh = f"{number(cny / TEN_THOUSAND)} 万元"
    else:
        zh = f"{number(cny)} 元"
    if size >= BILLION:
        return Text(zh, f"CNY {number(cny / BILLION)} billion")
    return Text(zh, f"CNY {number(cny / MILLION)} million" if size >= MILLION else f"CNY {number(cny)}")


def day(one: date) -> Text:
    """Say a day: 2026年11月22日, 22 November 2026."""
    return Text(f"{one.year}年{one.month}月{one.day}日", f"{one.day} {MONTHS[one.month - 1]} {one.year}")


def month(one: date) -> Text:
    """Say a month: 2026年11月, November 2026."""
    return Text(f"{one.year}年{one.month}月", f"{MONTHS[one.month - 1]} {one.year}")


def period(start: date, end: date) -> Text:
    """Say a period `[start, end)`: whole months by their names, else its first and its last day."""
    last = end - timedelta(1)
    if start.day == 1 and end.day == 1:
        first, until = month(start), month(last)
        return first if first == until else Text(f"{first.zh}至{until.zh}", f"{first.en} to {until.en}")
    return Text(f"{start}至{last}", f"{start} to {last}")


def joined(texts: "list[Text] | tuple[Text, ...]") -> Text:
    """Join texts as each language lists them."""
    return Text("、".join(one.zh for one in texts), ", ".join(one.en for one in texts))
