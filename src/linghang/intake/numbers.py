"""Numbers as people write them: full-width digits, thousands separators, per cent, units behind the number."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.errors import BadInput
from linghang.intake.reading import Converted, Reading, one_by_one
from linghang.plant.columns import MONEY_PRECISION, MONEY_SCALE
from linghang.plant.units import convert, convert_numbers, unit

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_WRITTEN = re.compile(
    r"(?P<sign>[+\-−]?)\s*(?P<currency>¥?)\s*"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)?(?P<rest>\.\d*)?(?P<power>[eE][+-]?\d{1,3})?\s*(?P<unit>[^\d\s.,+\-].*)?"
)
_COMMA = re.compile(r"[+-]?\d+,\d+")
_MAX_DIGITS = 40


def numbers(text: pa.Array, reading: Reading) -> Converted:
    """Read physical quantities as floats, in the column's unit."""
    plain = pc.match_substring_regex(text, _PLAIN)
    fast = _floats(text, plain)
    if reading.given is not None and reading.wanted is not None:
        fast = _converted(fast, reading.given, reading.wanted)
    rest = pc.fill_null(pc.invert(plain), False)
    if not pc.any(rest).as_py():
        return Converted(_times(fast, reading), [])
    slow, flaws = one_by_one(text, rest, lambda written: float(_amount(written, reading)), pa.float64())
    return Converted(_times(pc.if_else(rest, slow, fast), reading), flaws)


def _floats(text: pa.Array, plain: pa.Array) -> pa.Array:
    if plain.null_count == 0 and pc.all(plain).as_py():
        return text.cast(pa.float64())
    return pc.if_else(plain, text, pa.scalar(None, pa.string())).cast(pa.float64())


def _converted(values: pa.Array, given: str, wanted: str) -> pa.Array:
    done = convert_numbers(values.to_numpy(zero_copy_only=False), given, wanted)
    return pa.array(done, pa.float64(), mask=values.is_null().to_numpy(zero_copy_only=False))


def _times(values: pa.Array, reading: Reading) -> pa.Array:
    if reading.times is None:
        return values
    scaled = pc.multiply(values, float(reading.times.numerator))
    return pc.divide(scaled, float(reading.times.denominator)) if reading.times.denominator != 1 else scaled


def amounts(text: pa.Array, reading: Reading) -> Converted:
    """Read amounts of money, exact to four decimals, in yuan."""
    kind = pa.decimal128(MONEY_PRECISION, MONEY_SCALE)
    if reading.given in (None, "CNY") and reading.times is None:
        try:
            return Converted(text.cast(kind), [])
        except pa.ArrowInvalid:
            pass

    def read(written: str) -> Decimal:
        value = _amount(written, reading)
        if reading.times is not None:
            value = value * reading.times.numerator / reading.times.denominator
        if abs(value) >= 10 ** (MONEY_PRECISION - MONEY_SCALE):
            raise BadInput("an amount lies below 100 billion CNY; {value} does not", value=written)
        return round(value, MONEY_SCALE)

    return Converted(*one_by_one(text, text.is_valid(), read, kind))


def wholes(text: pa.Array, reading: Reading) -> Converted:
    """Read whole numbers; 3.0 is one, 3.5 is none."""
    if reading.given is None and reading.times is None:
        try:
            return Converted(text.cast(pa.int64()), [])
        except pa.ArrowInvalid:
            pass

    def read(written: str) -> int:
        value = _amount(written, reading)
        if value != int(value) or abs(value) >= 2**63:
            raise BadInput("{value} is no whole number", value=written)
        return int(value)

    return Converted(*one_by_one(text, text.is_valid(), read, pa.int64()))


def duration_us(values: Sequence[float | None], given: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Convert lengths of time to whole microseconds.

    Raises
    ------
    BadInput
        If the unit is none of time.
    """
    seconds = convert_numbers(np.array(values, dtype=np.float64), given, "s")
    return np.asarray(np.rint(seconds * 1e6), np.int64)


def _amount(written: str, reading: Reading) -> Decimal:
    """Read one number with what stands around it, in the column's unit."""
    text = unicodedata.normalize("NFKC", written).replace("−", "-").strip()
    found = _WRITTEN.fullmatch(text)
    if found is None or not (found["whole"] or found["rest"]) or len(text) > _MAX_DIGITS * 2:
        if _COMMA.fullmatch(text):
            raise BadInput("{value} is no number: write the decimals after a point, not a comma", value=written)
        raise BadInput("{value} is no number, for example 1234.5", value=written)
    digits = f"{found['sign']}{(found['whole'] or '0').replace(',', '')}{found['rest'] or ''}{found['power'] or ''}"
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise BadInput("{value} is no number, for example 1234.5", value=written) from None
    behind = (found["unit"] or "").strip()
    given = behind or reading.given
    if found["currency"] and not behind:
        given = "CNY"
    if given is None or (given == reading.wanted and not behind):
        return value
    if reading.wanted is None:
        raise BadInput("{value} has a unit where none is known; write the number alone", value=written)
    try:
        return convert(value, unit(given).name, reading.wanted)
    except BadInput:
        raise BadInput(
            "{value}: {unit} is no unit that converts to {wanted}", value=written, unit=given, wanted=reading.wanted
        ) from None
