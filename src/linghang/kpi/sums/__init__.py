"""What indicators are made of: sums of one subject over the present period and the baseline.

A source reads a few tables in one query and gives one row, or one row for each unit or carrier, which `fold` adds up
in exact arithmetic. Several indicators share a source; no table is read twice for one source.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis

from linghang.kpi.spans import Expr, Spans
from linghang.words import Text

Row = Mapping[str, Any]
Number = int | float | Decimal | Fraction
WHOLE = 2.0**53
"""Above it a double no longer holds every whole number."""
ROWS = "rows_"
"""A figure of this prefix and a table's name counts the rows of that table that were used."""


class UnknownFigure(Exception):
    """A figure cannot be said; `needs` names what is missing (see `linghang.kpi.needs`)."""

    def __init__(self, *needs: str) -> None:
        super().__init__(*needs)
        self.needs = needs


class NotApplicableFigure(Exception):
    """The question does not arise at this plant."""


@dataclass
class Figures:
    """Figures of one period.

    Attributes
    ----------
    values
        Name -> number, text, or None where no row gave one.
    lacking
        Subject -> what it needs, found while folding.
    inexact
        Whether a figure that was asked for is a binary number with a fraction.
    """

    values: Mapping[str, Any]
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inexact: bool = False

    def of(self, name: str, *needs: str) -> Fraction:
        """Return a figure, or say what it needs."""
        value = self.values.get(name)
        if value is None:
            raise UnknownFigure(*needs)
        if isinstance(value, float):
            if value - value != 0:  # infinite or not a number
                raise UnknownFigure(*(f"{need}#range" for need in needs))
            self.inexact |= not value.is_integer() or abs(value) > WHOLE
        return Fraction(value)

    def above_zero(self, name: str, *needs: str) -> Fraction:
        """Return a figure to divide by."""
        if (value := self.of(name, *needs)) <= 0:
            raise UnknownFigure(*(f"{need}#zero" for need in needs))
        return value

    def count(self, name: str) -> int:
        """Return a count; none where no row was counted."""
        return int(self.values.get(name) or 0)

    def some(self, name: str, *needs: str) -> int:
        """Return a count of rows, or say what it needs if there are none."""
        if not (count := self.count(name)):
            raise UnknownFigure(*needs)
        return count

    def none(self, name: str, *needs: str) -> None:
        """Say what it needs if rows were counted that leave the answer open."""
        if self.count(name):
            raise UnknownFigure(*needs)

    def text(self, name: str) -> str:
        """Return a text."""
        return str(self.values.get(name) or "")

    def clear(self, subject: str) -> None:
        """Say what folding found lacking for a subject."""
        if self.lacking.get(subject):
            raise UnknownFigure(*self.lacking[subject])


def one_row(rows: Sequence[Row], suffix: str) -> Figures:
    """Figures of a source that gives one row."""
    if not rows:
        return Figures({})
    return Figures(
        {name.removesuffix(f"_{suffix}"): value for name, value in rows[0].items() if name[-2:] == f"_{suffix}"}
    )


@dataclass(frozen=True)
class Source:
    """Sums of one subject.

    Attributes
    ----------
    needs
        Columns that must be there, as `table.column`.
    may
        Tables that are read if they are there.
    build
        Tables and spans -> one small table; a column's suffix names its period.
    fold
        Its rows and a suffix -> the figures of that period.
    filters
        Which rows count.
    """

    id: str
    needs: tuple[str, ...]
    build: Callable[[Mapping[str, Expr], Spans], Expr]
    filters: Text
    may: tuple[str, ...] = ()
    fold: Callable[[Sequence[Row], str], Figures] = one_row

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that it reads, those that it may read last."""
        return tuple(dict.fromkeys([need.partition(".")[0] for need in self.needs] + list(self.may)))

    def missing(self, tables: Mapping[str, Expr]) -> tuple[str, ...]:
        """Name the tables and columns that are not there."""
        absent = [name for name in self.tables if name not in tables and name not in self.may]
        columns = (need.partition(".") for need in self.needs)
        return (*absent, *(f"{t}.{c}" for t, _, c in columns if t in tables and c not in tables[t].columns))


def known(rows: Expr, **types: str) -> Expr:
    """Add optional columns that a table came without, as unknown values."""
    return rows.mutate(**{name: ibis.null(kind) for name, kind in types.items() if name not in rows.columns})


def real(column: Expr) -> Expr:
    """A quantity as a double: engines differ where they sum anything smaller."""
    return column.cast("float64")


def yes(flag: Expr) -> Expr:
    """Whether a flag is set; an unknown one is not."""
    return flag.fill_null(False)


def no(flag: Expr) -> Expr:
    """Whether a flag is known not to be set."""
    return ~flag.fill_null(True)


def with_counts(result: Expr, tables: Mapping[str, Expr], spans: Spans, *names: str) -> Expr:
    """Add the number of rows of tables that are read whole (equipment, products, meters)."""
    for name in names:
        if name in tables:
            counts = {f"{ROWS}{name}_{suffix}": tables[name].count() for suffix, _ in spans.named()}
            result = result.cross_join(tables[name].aggregate(**counts))
    return result
