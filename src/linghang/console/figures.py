"""Numbers, amounts, units, days and moments as the reader's language writes them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from linghang.words import language, later, tr

UNITS = {
    "个": later("pcs"),
    "家": later("firms"),
    "万元/(人·a)": later("10 kCNY/(person·a)"),
    "次/a": later("times/a"),
}
PERIODS = {"d": later("{count} days"), "mo": later("{count} months"), "h": later("{count} hours")}
MYRIAD, HUNDRED_MILLION = 10_000, 100_000_000
SCALES = {"zh": ((HUNDRED_MILLION, "亿"), (MYRIAD, "万")), "en": ((10**9, " G"), (10**6, " M"), (10**3, " k"))}
"""What large amounts are counted in. English takes SI prefixes: they mean the same to every reader."""


def decimal(value: object) -> Decimal | None:
    """Read a decimal that JSON has as text; None where there is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def short(value: object, digits: int = 2) -> str:
    """A number for the eye: thousands apart, few digits after the point, a dash where there is none."""
    found = decimal(value)
    if found is None:
        return "–"
    whole = found == found.to_integral_value() or abs(found) >= MYRIAD
    if whole:
        return f"{found:,.0f}"
    said = f"{found:,.{digits}f}".rstrip("0").rstrip(".")
    return f"{found:.1g}" if said in ("0", "-0") else said


def large(value: object) -> str:
    """A large number in 万 and 亿 or in k, M and G: three digits that matter."""
    found = decimal(value)
    if found is None:
        return "–"
    for size, name in SCALES[language()]:
        if abs(found) >= size:
            part = found / size
            said = f"{part:,.{0 if abs(part) >= 100 else 1 if abs(part) >= 10 else 2}f}"
            return (said.rstrip("0").rstrip(".") if "." in said else said) + name
    return short(found)


def money(value: object) -> str:
    """An amount in CNY."""
    return tr("{amount} CNY", amount=large(value))


def unit(word: str | None) -> str:
    """A unit as the reader's language writes it; those of packs that are words are written in Chinese."""
    if not word or word == "1" or word.startswith("@"):  # with @ the row itself says its unit
        return ""
    return tr(UNITS[word]) if word in UNITS else word


def with_unit(value: object, word: str | None) -> str:
    """A number with its unit."""
    name = unit(word)
    found = decimal(value)
    number = large(value) if found is not None and abs(found) >= MYRIAD else short(value)
    return f"{number}\u00a0{name}".strip()


def size(count: int) -> str:
    """The size of a file: kB, MB and GB are powers of ten."""
    for least, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= least:
            return f"{short(count / least, 1)} {name}"
    return tr("{count} bytes", count=count)


def period(value: object, word: str | None) -> str:
    """A threshold: days, months and hours in words, shares in percent, a word as it is."""
    found = decimal(value)
    if found is None:
        return str(value)
    if word in PERIODS:
        return tr(PERIODS[word], count=short(found))
    return with_unit(found, word)


def seconds(count: int) -> str:
    """A stretch of time in the largest unit that it is a whole number of."""
    for size, word in ((3_600, later("{count} hours")), (60, later("{count} minutes"))):
        if count >= size and count % size == 0:
            return tr(word, count=count // size)
    return tr("{count} seconds", count=count)


def day(value: object) -> str:
    """A day: 2026年11月22日, 22 Nov 2026."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    if not isinstance(value, date):
        return "–"
    if language() == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(value: object, zone: str) -> str:
    """A moment in the plant's zone, to the minute."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    if not isinstance(value, datetime):
        return day(value)
    local = value.astimezone(ZoneInfo(zone)) if value.tzinfo else value
    return f"{day(local.date())} {local:%H:%M}"


def ago(value: object, now: datetime) -> str:
    """How long ago a moment or day was, in the largest unit that fits."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return str(value)
    if isinstance(value, datetime):
        seconds = (now - value).total_seconds() if value.tzinfo else 0.0
    elif isinstance(value, date):
        seconds = (now.date() - value).days * 86_400.0
    else:
        return "–"
    days = int(seconds // 86_400)
    if seconds < 3_600:
        return tr("just now") if seconds < 120 else tr("{count} minutes ago", count=int(seconds // 60))
    if days < 1:
        return tr("{count} hours ago", count=int(seconds // 3_600)) if isinstance(value, datetime) else tr("today")
    return tr("yesterday") if days == 1 else tr("{count} days ago", count=f"{days:,}")
