"""What one column says of its own values: type, limits, allowed words, known keys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linghang.errors import nearest
from linghang.plant.columns import ARROW_TYPES, MONEY_SCALE, Kind
from linghang.plant.problem import Column, Known, Problem, Rows
from linghang.words import later

_KINDS = {
    "id": later("{title} takes words; {value} is none"),
    "ref": later("{title} takes words; {value} is none"),
    "text": later("{title} takes words; {value} is none"),
    "choice": later("{title} takes words; {value} is none"),
    "number": later("{title} takes a number; {value} is none"),
    "money": later("{title} takes an amount below 100 billion CNY; {value} is none"),
    "whole": later("{title} takes a whole number; {value} is none"),
    "flag": later("{title} takes yes or no; {value} is neither"),
    "day": later("{title} takes a day; {value} is none"),
    "when": later("{title} takes a moment with its time zone; {value} is none"),
}


_FAST: Mapping[str, frozenset[type]] = {
    **dict.fromkeys(("id", "ref", "text", "choice"), frozenset({str, NoneType})),
    "number": frozenset({float, int, NoneType}),
    "money": frozenset({Decimal, int, NoneType}),
    "whole": frozenset({int, NoneType}),
    "flag": frozenset({bool, NoneType}),
    "day": frozenset({date, NoneType}),
    "when": frozenset({datetime, NoneType}),
}
"""Python types that Arrow takes for a kind without changing what they mean (it would make 1 of 1.5 and of True)."""

_FAMILIES: Mapping[str, tuple[Callable[[pa.DataType], bool], ...]] = {
    **dict.fromkeys(("id", "ref", "text", "choice"), (pa.types.is_large_string,)),
    "number": (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
    "money": (pa.types.is_integer, pa.types.is_decimal),
    "whole": (pa.types.is_integer, pa.types.is_floating),
    "flag": (),
    "day": (pa.types.is_date,),
    "when": (lambda type_: pa.types.is_timestamp(type_) and type_.tz is not None,),
}
"""Arrow types that cast to a kind without changing what they mean."""


def typed(column: "sa.Column[Any]", values: Column) -> tuple[pa.Array, list[Problem]]:
    """Read values as the column's type; what cannot be read is empty in the array and named beside it."""
    kind: Kind = column.info["kind"]
    wanted = ARROW_TYPES[kind]
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        if values.type == wanted:
            return values, []
        if any(casts(values.type) for casts in (pa.types.is_null, *_FAMILIES[kind])):
            try:
                return values.cast(wanted), []
            except pa.ArrowInvalid:
                pass
        values = values.to_pylist()
    if set(map(type, values)) <= _FAST[kind] and not (kind == "when" and _any_without_zone(values)):
        try:
            return pa.array(values, type=wanted), []
        except (pa.ArrowInvalid, OverflowError):
            pass
    return _typed_one_by_one(column, values, wanted)


def _any_without_zone(values: Sequence[datetime | None]) -> bool:
    return any(value is not None and value.tzinfo is None for value in values)


def _typed_one_by_one(
    column: "sa.Column[Any]", values: Sequence[Any], wanted: pa.DataType
) -> tuple[pa.Array, list[Problem]]:
    kind: Kind = column.info["kind"]
    read: list[object] = []
    problems: list[Problem] = []
    for row, value in enumerate(values):
        meant = None if value is None else _read(kind, value)
        if value is not None and (meant is None or not _fits(meant, wanted)):
            meant = None
            shown = {"title": column.info["title"], "value": value}
            problems.append(Problem(row, column.name, "column.kind", _KINDS[kind], shown))
        read.append(meant)
    return pa.array(read, type=wanted), problems


def _read(kind: Kind, value: Any) -> object:
    """Return what a value means as this kind; None where it means nothing."""
    counts = isinstance(value, int | float | Decimal | np.number) and not isinstance(value, bool)
    if kind == "number":
        return float(value) if counts else None
    if kind == "money":
        amount = Decimal(str(value)) if counts else Decimal("NaN")
        return round(amount, MONEY_SCALE) if amount.is_finite() else None
    if kind == "whole":
        return int(value) if counts and np.isfinite(float(value)) and int(value) == value else None
    if kind == "flag":
        return bool(value) if isinstance(value, bool | np.bool_) else None
    if kind == "day":
        return value if isinstance(value, date) and not isinstance(value, datetime) else None
    if kind == "when":
        return value if isinstance(value, datetime) and value.tzinfo is not None else None
    return value if isinstance(value, str) else None


def _fits(value: object, wanted: pa.DataType) -> bool:
    try:
        pa.scalar(value, type=wanted)
    except (pa.ArrowInvalid, OverflowError):
        return False
    return True


def column_problems(column: "sa.Column[Any]", rows: Rows) -> Iterator[Problem]:
    """What the column's own description forbids."""
    array, info = rows.arrays[column.name], column.info
    if not column.nullable and array.null_count:
        yield from _named(column, array, pc.is_null(array), "column.required", later("{title} is empty"))
    if info["kind"] == "number":
        wrong = pc.invert(pc.is_finite(array))
        yield from _named(column, array, wrong, "column.finite", later("{title} is no finite number ({value})"))
    if info["minimum"] is not None:
        wrong = pc.less(array, pa.scalar(info["minimum"]))
        message = later("{title} is at least {limit}; {value} is less")
        yield from _named(column, array, wrong, "column.minimum", message, limit=info["minimum"])
    if info["maximum"] is not None:
        wrong = pc.greater(array, pa.scalar(info["maximum"]))
        message = later("{title} is at most {limit}; {value} is more")
        yield from _named(column, array, wrong, "column.maximum", message, limit=info["maximum"])
    if info["choices"] is not None:
        yield from _not_a_choice(column, array)
    if info["month"]:
        wrong = pc.not_equal(pc.day(array), 1)
        message = later("{title} is written as its first day; {value} is another day")
        yield from _named(column, array, wrong, "column.month", message)
    if info["kind"] in ("day", "when") and not info["future"] and rows.now is not None:
        yield from _in_the_future(column, array, rows.now)
    if info["kind"] == "ref":
        yield from _not_known(column, array, rows.known)


def _not_a_choice(column: "sa.Column[Any]", array: pa.Array) -> Iterator[Problem]:
    choices = tuple(column.info["choices"])
    wrong = pc.invert(pc.is_in(array, value_set=pa.array(choices, pa.string())))
    for row in _places(pc.and_(wrong, pc.is_valid(array))):
        word = array[row].as_py()
        message = later("{title} does not know the word {value}; {near}")
        values = {"title": column.info["title"], "value": word, "near": nearest(word, choices)}
        yield Problem(row, column.name, "column.choice", message, values)


def _in_the_future(column: "sa.Column[Any]", array: pa.Array, now: datetime) -> Iterator[Problem]:
    """Compare to now; a day may be tomorrow's in UTC, because factories lie east of it."""
    if column.info["kind"] == "when":
        limit = pa.scalar(now.astimezone(UTC), ARROW_TYPES["when"])
    else:
        limit = pa.scalar(now.astimezone(UTC).date().toordinal() - _EPOCH + 1, pa.int32()).cast(pa.date32())
    message = later("{title} lies in the future ({value})")
    yield from _named(column, array, pc.greater(array, limit), "column.future", message)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date().toordinal()


def _not_known(column: "sa.Column[Any]", array: pa.Array, known: Known) -> Iterator[Problem]:
    (foreign,) = column.foreign_keys
    target = foreign.column
    keys = known.get(foreign.target_fullname)
    if keys is None:
        return
    listed = keys if isinstance(keys, pa.Array) else pa.array(list(keys), pa.string())
    wrong = pc.and_(pc.invert(pc.is_in(array, value_set=listed)), pc.is_valid(array))
    message = later("{table} does not know {value}, which {title} names")
    yield from _named(column, array, wrong, "key.known", message, table=target.table.info["title"])


def _named(
    column: "sa.Column[Any]", array: pa.Array, wrong: pa.Array, check: str, message: str, **values: object
) -> Iterator[Problem]:
    places = _places(wrong)
    if len(places):
        for row, value in zip(places.tolist(), array.take(pa.array(places)).to_pylist(), strict=True):
            shown = {"title": column.info["title"], "value": value, **values}
            yield Problem(row, column.name, check, message, shown)


def _places(wrong: pa.Array) -> npt.NDArray[np.int64]:
    """Indices where a mask is true (neither false nor empty)."""
    return np.flatnonzero(wrong.fill_null(False).to_numpy(zero_copy_only=False))
