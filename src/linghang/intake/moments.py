"""Days and moments as people write them: ISO and Chinese forms, eight digits, Excel serials, a given format."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linghang.errors import BadInput
from linghang.intake.reading import Converted, Reading
from linghang.plant.problem import Flaw
from linghang.words import later

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_TIME = (
    r"(?:[T\s]*(?P<H>\d{1,2})(?:[:时点](?:(?P<M>\d{1,2})分?(?::?(?P<S>\d{1,2})秒?(?:[.,](?P<f>\d{1,9}))?)?)?)?)?"
    r"\s*(?P<z>Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_FORMS = (
    r"^(?P<Y>\d{4})(?:-|/|\.|年)(?P<m>\d{1,2})(?:-|/|\.|月)(?P<d>\d{1,2})日?" + _TIME,
    r"^(?P<Y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:[T\s]?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?$",
    r"^(?P<Y>\d{4})(?P<m>\d{2})(?P<d>\d{2})[T\s]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?$",
)
_MONTH_FORMS = (r"^(?P<Y>\d{4})(?:-|/|\.|年)(?P<m>\d{1,2})月?$", r"^(?P<Y>\d{4})(?P<m>\d{2})$")
_SERIAL = r"^[1-9]\d{4}(\.\d+)?$"
_SERIAL_ZERO = np.datetime64("1899-12-30", "us").astype(np.int64)
_DAY_US = 86_400_000_000
_FIRST_YEAR = 1800
_FIRST, _LAST = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("1800-01-01", "9999-12-31"))
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})(?:[.,](?P<f>\d{1,9}))?",
    "y": r"(?P<y>\d{2})",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
    "F": r"(?P<Y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "T": r"(?P<H>\d{1,2}):(?P<M>\d{1,2}):(?P<S>\d{1,2})(?:[.,](?P<f>\d{1,9}))?",
    "%": "%",
}


@cache
def format_pattern(form: str) -> str:
    """Turn a format such as %d-%m-%Y %H:%M into a pattern with named groups.

    Raises
    ------
    BadInput
        If it has a directive that is not read here, or says no day.
    """
    parts, rest = [], iter(form)
    for one in rest:
        if one != "%":
            parts.append(r"\s+" if one == " " else re.escape(one))
            continue
        directive = next(rest, "")
        if directive not in _DIRECTIVES:
            raise BadInput("%{directive} is not read in a format; %Y %y %m %d %H %M %S %z are", directive=directive)
        parts.append(_DIRECTIVES[directive])
    pattern = "^" + "".join(parts) + "$"
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error:
        raise BadInput("the format {form} says one thing twice", form=form) from None
    if not ({"Y", "y"} & groups and {"m", "d"} <= groups):
        raise BadInput("the format {form} says no year, month and day (%Y %m %d)", form=form)
    return pattern


def moments(text: pa.Array, reading: Reading) -> Converted:
    """Read moments; those without a zone are in the reading's zone, and all become UTC."""
    local, shifted, wrong = _local(text, reading)
    valid = text.is_valid().to_numpy(zero_copy_only=False) & ~wrong
    if reading.closes:
        local = np.where(valid & (local % _DAY_US == 0), local + _DAY_US, local)
    return _in_utc(text, local, shifted, valid, wrong, reading)


def days(text: pa.Array, reading: Reading) -> Converted:
    """Read calendar days; a time of day is refused unless the reading takes the day of a moment."""
    local, shifted, wrong = _local(text, reading)
    valid = text.is_valid().to_numpy(zero_copy_only=False) & ~wrong
    if shifted.any():  # written in another zone: the day is the plant's
        there = pa.array(local.astype("M8[us]"), mask=~shifted).cast(pa.timestamp("us", "UTC"))
        here = pc.local_timestamp(there.cast(pa.timestamp("us", reading.zone))).cast(pa.int64())
        local = np.where(shifted, here.fill_null(0).to_numpy(), local)
    flaws = _flaws(text, wrong, later("{value} is no day of the calendar, for example 2025-03-01"))
    if reading.floor is None:
        timed = valid & (local % _DAY_US != 0)
        flaws += _flaws(text, timed, later("{value} is a day with a time; only the day stands here"))
        valid &= ~timed
    day = np.floor_divide(local, _DAY_US)
    if reading.floor == "month":
        day = day.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    flaws.sort(key=lambda flaw: flaw.row)
    return Converted(pa.array(day.astype(np.int32), pa.int32(), mask=~valid).cast(pa.date32()), flaws)


def _local(text: pa.Array, reading: Reading) -> tuple[Whole, Mask, Mask]:
    """Read texts as (microseconds of the calendar, whether they are UTC already, whether they cannot be read)."""
    if reading.format is None:
        try:
            fast = text.cast(pa.timestamp("us")).cast(pa.int64()).fill_null(0).to_numpy()
            if not len(fast) or (fast.min() >= _FIRST and fast.max() < _LAST):
                return fast, np.zeros(len(text), np.bool_), np.zeros(len(text), np.bool_)
        except pa.ArrowInvalid:
            pass
    found = np.zeros(len(text), np.int64)
    shifted = np.zeros(len(text), np.bool_)
    open_ = text.is_valid().to_numpy(zero_copy_only=False).copy()
    plain = pc.utf8_normalize(text, form="NFKC")
    for pattern in _patterns(reading):
        places = np.flatnonzero(open_)
        if not len(places):
            break
        values, utc, read = _by_pattern(plain.take(pa.array(places)), pattern)
        found[places[read]], shifted[places[read]] = values[read], utc[read]
        open_[places[read]] = False
    if reading.format is None and open_.any():
        _read_serials(plain, found, open_)
    return found, shifted, open_


def _patterns(reading: Reading) -> Iterator[str]:
    if reading.format is not None:
        yield format_pattern(reading.format)
        return
    yield from _FORMS
    if reading.column.info["month"]:
        yield from _MONTH_FORMS


def _by_pattern(text: pa.Array, pattern: str) -> tuple[Whole, Mask, Mask]:
    matched = pc.extract_regex(text, pattern)
    read = matched.is_valid().to_numpy(zero_copy_only=False).copy()
    names = [field.name for field in matched.type]

    def part(name: str, default: int) -> Whole:
        if name not in names:
            return np.full(len(text), default, np.int64)
        words = pc.struct_field(matched, name)
        words = pc.if_else(pc.equal(words, ""), None, words)
        return np.asarray(words.cast(pa.int64()).fill_null(default).to_numpy(), np.int64)

    year = part("Y", 0) if "Y" in names else part("y", 0) + 2000
    month, day = part("m", 1), part("d", 1)
    hour, minute, second = part("H", 0), part("M", 0), part("S", 0)
    read &= (year >= _FIRST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    read &= (minute <= 59) & (second <= 59) & ((hour <= 23) | ((hour == 24) & (minute == 0) & (second == 0)))
    months = np.where(read, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    dates = months.astype("M8[D]") + np.where(read, day - 1, 0)
    read &= dates.astype("M8[M]") == months
    value = dates.astype(np.int64) * _DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000
    if "f" in names:
        value = value + _fraction(pc.struct_field(matched, "f"))
    utc = np.zeros(len(text), np.bool_)
    if "z" in names:
        offset, utc = _offsets(pc.struct_field(matched, "z"))
        value = value - offset
    return value, utc, read


def _fraction(words: pa.Array) -> Whole:
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(words, 6, "0"), 0, 6)
    return np.asarray(padded.cast(pa.int64()).fill_null(0).to_numpy(), np.int64)


def _offsets(words: pa.Array) -> tuple[Whole, Mask]:
    encoded = words.fill_null("").dictionary_encode()
    known = []
    for word in encoded.dictionary.to_pylist():
        minutes = 0
        if word[:1] in ("+", "-"):
            minutes = int(word[1:3]) * 60 + int(word[-2:])
            minutes = -minutes if word[0] == "-" else minutes
        known.append((minutes * 60_000_000, bool(word)))
    codes = encoded.indices.to_numpy()
    table = np.array(known or [(0, False)], np.int64)
    return table[codes, 0], table[codes, 1].astype(np.bool_)


def _read_serials(plain: pa.Array, found: Whole, open_: Mask) -> None:
    """Read what is left as days since 1899-12-30, as Excel counts them."""
    serial = pc.fill_null(pc.match_substring_regex(plain, _SERIAL), False).to_numpy(zero_copy_only=False) & open_
    places = np.flatnonzero(serial)
    if len(places):
        counted = plain.take(pa.array(places)).cast(pa.float64()).to_numpy()
        found[places] = np.rint(counted * 86_400_000).astype(np.int64) * 1000 + _SERIAL_ZERO
        open_[places] = False


def _in_utc(text: pa.Array, local: Whole, shifted: Mask, valid: Mask, wrong: Mask, reading: Reading) -> Converted:
    utc = pa.timestamp("us", "UTC")
    flaws = _flaws(text, wrong, later("{value} is no moment, for example 2025-03-01 08:30 or 2025-03-01T08:30+08:00"))
    naive = pa.array(local.astype("M8[us]"), mask=~valid | shifted)
    try:
        here = pc.assume_timezone(naive, reading.zone).cast(utc)
    except pa.ArrowInvalid:
        early = pc.assume_timezone(naive, reading.zone, ambiguous="earliest", nonexistent="earliest").cast(utc)
        late = pc.assume_timezone(naive, reading.zone, ambiguous="latest", nonexistent="latest").cast(utc)
        same = pc.equal(early, late).fill_null(True).to_numpy(zero_copy_only=False)
        message = later("{value} happens twice or never in {zone} (summer time); write the offset behind it")
        flaws += _flaws(text, ~same, message, zone=reading.zone)
        here = pc.if_else(pa.array(same), early, pa.scalar(None, utc))
    if shifted.any():
        there = pa.array(local.astype("M8[us]"), mask=~(valid & shifted)).cast(utc)
        here = pc.coalesce(here, there)
    flaws.sort(key=lambda flaw: flaw.row)
    return Converted(here, flaws)


def _flaws(text: pa.Array, wrong: Mask, message: str, **values: Any) -> list[Flaw]:
    places = np.flatnonzero(wrong)
    if not len(places):
        return []
    written = text.take(pa.array(places)).to_pylist()
    return [Flaw(row, message, {"value": one, **values}) for row, one in zip(places.tolist(), written, strict=True)]
