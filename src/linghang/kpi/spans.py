"""Sums of records over one period or several, as Ibis expressions that run on any engine.

Stretches of time (states, readings, jobs) count with the share that lies inside a period, so that sums of adjoining
periods add up. Inside is computed in whole microseconds since 1970.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from linghang.kpi.period import Period
from linghang.kpi.settings import Given, given

Expr = Any
"""An Ibis expression (Ibis publishes no types)."""

TICKS_PER_S = 1_000_000
FAR = 1 << 61
"""Ticks of the end of a stretch that still lasts."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spans:
    """The present period and, where there is one, the baseline; and what sums are computed with beside records.

    Attributes
    ----------
    more
        Further periods that are summed in the same reading, such as the months of a course; they may overlap.
    """

    present: Period
    baseline: Period | None = None
    given: Given = field(default_factory=given, compare=False)
    more: tuple[Period, ...] = ()

    def named(self) -> Iterator[tuple[str, Period]]:
        """Yield the suffix of a period's figures and the period: 1 is present, 0 the baseline, m1 and on the others."""
        yield "1", self.present
        if self.baseline is not None:
            yield "0", self.baseline
        for number, period in enumerate(self.more, 1):
            yield f"m{number}", period


@dataclass(frozen=True, slots=True)
class Slice:
    """What a figure sums over in one period.

    Attributes
    ----------
    rows
        The table.
    inside
        Whether a row belongs to the period.
    ticks
        Microseconds of the row's stretch inside the period, 0 of a row that is not.
    share
        Share of the row's stretch inside the period, from 0 to 1; exactly 1 if all of it is.
    period
        The period.
    first, last
        Ticks at which the stretch enters and leaves the period.
    """

    rows: Expr
    inside: Expr
    period: Period
    ticks: Expr = None
    share: Expr = None
    first: Expr = None
    last: Expr = None

    def total(self, value: Expr, where: Expr = None) -> Expr:
        """Sum a value over the rows inside; of stretches, one that was multiplied with `ticks` or `share`.

        Those are zero outside, and a sum without a condition is much faster.
        """
        if self.ticks is not None:
            return value.sum(where=where)
        return value.sum(where=self.inside if where is None else self.inside & where)

    def count(self, where: Expr = None) -> Expr:
        """Count the rows inside."""
        return many(self.inside if where is None else self.inside & where)


Figures = Mapping[str, Callable[[Slice], Expr]]
"""Name of a figure -> how it is summed."""


def over_days(rows: Expr, day: str, spans: Spans, figures: Figures, by: tuple[str, ...] = ()) -> Expr:
    """Sum rows whose day lies in a period; column `name_1` is of the present, `name_0` of the baseline."""
    return _summed(rows, {s: (_day_inside(rows[day], p), p) for s, p in spans.named()}, figures, by)


def over_moments(rows: Expr, at: str, spans: Spans, figures: Figures, by: tuple[str, ...] = ()) -> Expr:
    """Sum rows whose moment lies in a period."""
    return _summed(rows, {s: (_moment_inside(rows[at], p), p) for s, p in spans.named()}, figures, by)


def over_stretches(rows: Expr, spans: Spans, figures: Figures, by: tuple[str, ...] = ()) -> Expr:
    """Sum rows with `start` and `end`, each with its share inside a period; an empty end lasts beyond it."""
    near = [
        (rows.start < moment(rows.start, hi)) & (rows.end.isnull() | (rows.end >= moment(rows.end, lo)))
        for lo, hi in _adjoined(spans)
    ]
    rows = rows.filter(_any(near))
    rows = rows.mutate(start_ticks=ticks(rows.start), end_ticks=ticks(rows.end).coalesce(FAR))
    a, b = rows.start_ticks, rows.end_ticks
    clipped: dict[str, Expr] = {}
    for suffix, period in spans.named():
        lo, hi = tick_bounds(period)
        first, last = ibis.greatest(a, lo), ibis.least(b, hi)
        inside_ticks = ibis.greatest(last - first, 0)
        whole = (a >= lo) & (a < hi) & (b <= hi)
        share = ibis.ifelse(whole, 1.0, inside_ticks / (b - a).nullif(0))
        clipped |= {
            f"first_{suffix}": first,
            f"last_{suffix}": last,
            f"ticks_{suffix}": inside_ticks,
            f"share_{suffix}": share,
            f"inside_{suffix}": (a < hi) & ((b > lo) | (a >= lo)),
        }
    rows = rows.mutate(**clipped)
    columns: dict[str, Expr] = {}
    for suffix, period in spans.named():
        inside, *others = (rows[f"{name}_{suffix}"] for name in ("inside", "ticks", "share", "first", "last"))
        part = Slice(rows, inside, period, *others)
        columns |= {f"{name}_{suffix}": figure(part) for name, figure in figures.items()}
    return rows.aggregate(by=list(by), **columns)


def many(condition: Expr) -> Expr:
    """Count the rows for which a condition holds.

    `Table.count(where=...)` would keep naming a table that Ibis has merged into another query.
    """
    return condition.count(where=condition)


def together(first: Expr, *others: Expr) -> Expr:
    """Put one-row tables with different columns side by side."""
    for other in others:
        first = first.cross_join(other)
    return first


def ticks(at: Expr) -> Expr:
    """Microseconds since 1970 of a column of moments.

    DuckDB reads them directly: its `epoch` of a moment with a zone goes through a calendar and takes 30 times as long.
    Other engines give whole seconds.
    """
    try:
        engine = at.get_backend().name
    except ibis.common.exceptions.IbisError:  # tables in memory have none yet
        engine = ""
    if engine == "duckdb":
        return epoch_us(at)
    return at.epoch_seconds().cast("int64") * TICKS_PER_S


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def epoch_us(at: dt.timestamp) -> dt.int64:
    """DuckDB's own function."""


def tick_bounds(period: Period) -> tuple[int, int]:
    """Ticks of the first moment of a period and of the moment after the last."""
    first, after = ((bound - _EPOCH) // timedelta(microseconds=1) for bound in period.bounds)
    return first, after


def moment(column: Expr, at: datetime) -> Expr:
    """Return a literal that compares with a column of moments: with a zone, or without one in UTC."""
    if column.type().timezone is None:
        return ibis.literal(at.astimezone(UTC).replace(tzinfo=None), type="timestamp")
    return ibis.literal(at.astimezone(UTC), type="timestamp('UTC')")


def _adjoined(spans: Spans) -> list[tuple[datetime, datetime]]:
    """Bounds of the periods; of those that adjoin, of all together: engines push one range down into their files."""
    found: list[tuple[datetime, datetime]] = []
    for first, after in sorted(period.bounds for _, period in spans.named()):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(after, found[-1][1])
        else:
            found.append((first, after))
    return found


def _moment_inside(at: Expr, period: Period) -> Expr:
    lo, hi = period.bounds
    return (at >= moment(at, lo)) & (at < moment(at, hi))


def _day_inside(day: Expr, period: Period) -> Expr:
    return (day >= ibis.literal(period.start)) & (day < ibis.literal(period.end))


def _any(conditions: list[Expr]) -> Expr:
    found = conditions[0]
    for one in conditions[1:]:
        found = found | one
    return found


def _summed(rows: Expr, inside: dict[str, tuple[Expr, Period]], figures: Figures, by: tuple[str, ...]) -> Expr:
    rows = rows.filter(_any([condition for condition, _ in inside.values()]))
    columns = {
        f"{name}_{suffix}": figure(Slice(rows, condition, period))
        for suffix, (condition, period) in inside.items()
        for name, figure in figures.items()
    }
    return rows.aggregate(by=list(by), **columns)
