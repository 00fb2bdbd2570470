"""Columns that explain themselves: meaning, unit, allowed words and an example stand beside the type.

A column's `info` holds

kind
    "id", "ref", "text", "number", "money", "whole", "flag", "day", "when" or "choice".
title, text
    Short name and full meaning in both languages (the text up to its first colon is the title).
unit
    A unit of `linghang.plant.units`, "@unit" or "@material.unit" where this or the referenced row says it, or None.
choices
    Allowed words with what a person reads, or None.
example
    One realistic value.
minimum, maximum
    Natural limits of the value, or None.
future
    Whether the moment may lie in the future (plans, promises, validity).
month
    Whether the day stands for its month and has to be the first day of it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from linghang.errors import BadInput
from linghang.words import Text

Kind = Literal["id", "ref", "text", "number", "money", "whole", "flag", "day", "when", "choice"]

MONEY_SCALE = 4
MONEY_PRECISION = 15
"""Fifteen digits survive SQLite's binary floating point unharmed: below 10^11 CNY with four decimals."""

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment with a time zone; stored and given back in UTC, also by SQLite, which would drop the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a moment without a time zone: it could mean any of 24 hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise BadInput("{value} has no time zone", value=value.isoformat())
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An amount in CNY with four decimals, exact in every database (rounded half to even when bound)."""

    impl = sa.Numeric(MONEY_PRECISION, MONEY_SCALE)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Let SQLite keep a float of at most fifteen digits, which gives the same decimal back."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Numeric(MONEY_PRECISION, MONEY_SCALE, asdecimal=False))
        return super().load_dialect_impl(dialect)

    def process_bind_param(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | float | None:
        """Round to four decimals and refuse what fifteen digits cannot hold."""
        if value is None:
            return None
        amount = Decimal(str(value))
        if not amount.is_finite() or abs(amount) >= 10 ** (MONEY_PRECISION - MONEY_SCALE):
            raise BadInput("an amount lies below 100 billion CNY; {value} does not", value=value)
        amount = round(amount, MONEY_SCALE)
        return float(amount) if dialect.name == "sqlite" else amount

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Give the amount back as an exact decimal."""
        return None if value is None else Decimal(f"{value:.{MONEY_SCALE}f}")


ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    "id": pa.string(),
    "ref": pa.string(),
    "text": pa.string(),
    "choice": pa.string(),
    "number": pa.float64(),
    "money": pa.decimal128(MONEY_PRECISION, MONEY_SCALE),
    "whole": pa.int64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "when": pa.timestamp("us", tz="UTC"),
}
"""How a column of each kind is held in an Arrow table."""


def arrow_schema(table: sa.Table) -> pa.Schema:
    """Arrow schema of a table's rows, nullability included."""
    return pa.schema([pa.field(c.name, ARROW_TYPES[c.info["kind"]], nullable=bool(c.nullable)) for c in table.columns])


def id_(name: str, zh: str, en: str, example: str) -> sa.Column[Any]:
    """Natural key of a row, as the factory itself writes it."""
    return _column(name, sa.String(), "id", (zh, en), example, key=True)


def ref(
    to: sa.Column[Any],
    name: str | None = None,
    texts: tuple[str, str] | None = None,
    *,
    optional: bool = False,
    key: bool = False,
    example: str | None = None,
) -> sa.Column[Any]:
    """Key of a row of another table; name, texts and example are those of the key unless given."""
    return _column(
        name or to.name,
        sa.ForeignKey(to),
        "ref",
        texts or tuple(to.info["title"]),
        example or to.info["example"],
        optional=optional,
        key=key,
    )


def text(name: str, zh: str, en: str, example: str, *, optional: bool = False, key: bool = False) -> sa.Column[Any]:
    """Words that are read, not counted."""
    return _column(name, sa.String(), "text", (zh, en), example, optional=optional, key=key)


def number(
    name: str,
    zh: str,
    en: str,
    unit: str,
    example: float,
    *,
    optional: bool = False,
    minimum: float | None = 0,
    maximum: float | None = None,
) -> sa.Column[Any]:
    """Physical quantity in `unit`; not negative unless `minimum` says otherwise."""
    column = _column(name, sa.Double(), "number", (zh, en), float(example), optional=optional)
    column.info.update(unit=unit, minimum=minimum, maximum=maximum)
    return column


def money(
    name: str, zh: str, en: str, example: str, *, optional: bool = False, minimum: int | None = 0
) -> sa.Column[Any]:
    """Amount in CNY; not negative unless `minimum` says otherwise."""
    column = _column(name, Money(), "money", (zh, en), Decimal(example), optional=optional)
    column.info.update(unit="CNY", minimum=minimum)
    return column


def whole(  # noqa: PLR0913
    name: str,
    zh: str,
    en: str,
    unit: str | None,
    example: int,
    *,
    optional: bool = False,
    minimum: int | None = 0,
    maximum: int | None = None,
    key: bool = False,
) -> sa.Column[Any]:
    """Count or ordinal number."""
    column = _column(name, sa.BigInteger(), "whole", (zh, en), example, optional=optional, key=key)
    column.info.update(unit=unit, minimum=minimum, maximum=maximum)
    return column


def flag(name: str, zh: str, en: str, example: bool, *, optional: bool = False) -> sa.Column[Any]:
    """Yes or no; where it is optional, empty means unknown, never no."""
    return _column(name, sa.Boolean(), "flag", (zh, en), example, optional=optional)


def day(
    name: str,
    zh: str,
    en: str,
    example: str,
    *,
    optional: bool = False,
    key: bool = False,
    future: bool = False,
) -> sa.Column[Any]:
    """Calendar day at the factory."""
    column = _column(name, sa.Date(), "day", (zh, en), date.fromisoformat(example), optional=optional, key=key)
    column.info.update(future=future)
    return column


def month(example: str) -> sa.Column[Any]:
    """Key column `month`: a calendar month, written as its first day."""
    column = day("month", "月份：以当月第一天表示", "Month: written as its first day", example, key=True)
    column.info.update(month=True)
    return column


def when(
    name: str,
    zh: str,
    en: str,
    example: str,
    *,
    optional: bool = False,
    key: bool = False,
    future: bool = False,
) -> sa.Column[Any]:
    """Moment with a time zone, kept in UTC."""
    column = _column(name, Instant(), "when", (zh, en), datetime.fromisoformat(example), optional=optional, key=key)
    column.info.update(future=future)
    return column


def choice(
    name: str,
    zh: str,
    en: str,
    words: Mapping[str, str],
    example: str,
    *,
    optional: bool = False,
    key: bool = False,
) -> sa.Column[Any]:
    """One of the given words; `words` maps each to its Chinese, or to "Chinese|English" where it says too little."""
    column = _column(name, sa.String(), "choice", (zh, en), example, optional=optional, key=key)
    column.info.update(choices={word: _both(word, said) for word, said in words.items()})
    return column


def table(
    name: str,
    titles: tuple[str, str],
    texts: tuple[str, str],
    group: Text,
    *columns: sa.Column[Any],
    rows: Sequence[Mapping[str, object]] = ({},),
) -> sa.Table:
    """Table of the plant.

    Parameters
    ----------
    titles, texts
        Name of the table and what one row of it is, Chinese first.
    group
        Subject under which it is listed.
    rows
        Example rows, as differences from the row of all columns' examples.
    """
    first = {column.name: column.info["example"] for column in columns}
    info = {
        "title": Text(*titles),
        "text": Text(*texts),
        "group": group,
        "examples": tuple({**first, **row} for row in rows),
    }
    return sa.Table(name, METADATA, *columns, info=info)


def _column(
    name: str,
    type_: TypeEngine[Any] | sa.ForeignKey,
    kind: Kind,
    texts: tuple[str, ...],
    example: object,
    *,
    optional: bool = False,
    key: bool = False,
) -> sa.Column[Any]:
    zh, en = texts
    info = {
        "kind": kind,
        "title": Text(zh.partition("：")[0], en.partition(": ")[0]),
        "text": Text(zh, en),
        "unit": None,
        "choices": None,
        "example": example,
        "minimum": None,
        "maximum": None,
        "future": False,
        "month": False,
    }
    if isinstance(type_, sa.ForeignKey):
        return sa.Column(name, sa.String(), type_, nullable=optional, primary_key=key, info=info)
    return sa.Column(name, type_, nullable=optional, primary_key=key, autoincrement=False, info=info)


def _both(word: str, said: str) -> Text:
    zh, _, en = said.partition("|")
    return Text(zh, en or word.replace("_", " "))
