"""From order lines to production orders: how many wheels to start, and when to let them into the plant.

In the baseline year orders are released once a week; with advanced planning they are released daily, just early enough.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from linghang.twin.works.capabilities import CAPABILITIES, setting
from linghang.twin.works.demand import CUSTOMERS, Floats, Ints, Lines
from linghang.twin.works.products import LOT, PRODUCTS, SEGMENTS
from linghang.twin.works.span import Span, day_from, number_of
from linghang.twin.works.streams import stream

FIRST_DAYS = 6
"""Lines that have to be ready within these days of the start are delivered from stock."""
ERROR_DAYS = (4, 11)
"""Days by which an order is released too late, from and up to, where planning forgot it."""
ALLOWANCE = 1.002
"""Wheels started beyond what yield asks: small losses that no rate covers."""


@dataclass(frozen=True)
class Plan:
    """Production orders in the order of their release; all arrays have one value an order.

    Attributes
    ----------
    line
        Row of the order line.
    quantity
        Wheels to start, whole lots.
    good
        Wheels that are wanted.
    release, due
        Days since 1970 of the release at 06:00 and of the day at whose end they have to be finished; an order that
        was forgotten is released after it.
    """

    line: Ints
    product: Ints
    quantity: Ints
    good: Ints
    release: Ints
    due: Ints
    ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.line)


def expected_yield(span: Span, days: npt.ArrayLike) -> Floats:
    """Share of started wheels that come out good for orders released on these days: the product over the steps."""
    numbers = np.asarray(days, dtype=np.int64)
    result = np.ones(numbers.shape)
    for segment in SEGMENTS:
        scrap = np.full(numbers.shape, segment.scrap)
        for one in CAPABILITIES:
            since = number_of(one.live_on(span))
            for effect in one.effects:
                if effect.what == "scrap" and effect.where == segment.code:
                    scrap = np.where(numbers >= since, segment.scrap * effect.factor, scrap)
        result *= 1.0 - scrap
    return result


def plan_orders(span: Span, seed: int, lines: Lines, from_day: date) -> Plan:
    """Make one production order for each line that is due after stock of the start is used up.

    Parameters
    ----------
    from_day
        First day on which orders can be released.
    """
    first = number_of(from_day)
    transit = np.array([one.transit_days for one in CUSTOMERS])[lines.customer]
    wanted_by = lines.due - transit - 1
    rows = np.flatnonzero(~lines.cancelled & (wanted_by - FIRST_DAYS >= first))
    done_by = wanted_by[rows]
    latest = done_by - setting("plan_days", span, done_by).astype(np.int64)
    batch = setting("release_batch_days", span, latest).astype(np.int64)
    planned = np.where(batch > 1, (latest - first) // batch * batch + first, latest)
    known = lines.ordered[rows] + 1
    next_batch = -((first - known) // batch) * batch + first
    release = np.maximum(planned, np.where(batch > 1, next_batch, known))
    rng = stream(seed, "planning")
    forgotten = rng.random(len(rows)) < setting("planning_errors", span, latest)
    release += np.where(forgotten, rng.integers(*ERROR_DAYS, len(rows)), 0)
    order = np.lexsort((rows, done_by, release))
    rows, release, done_by = rows[order], release[order], done_by[order]
    started = _started(lines.product[rows], lines.quantity[rows] / expected_yield(span, release) * ALLOWANCE)
    kept = (started > 0) & (release < number_of(span.until))
    rows, release, done_by, started = rows[kept], release[kept], done_by[kept], started[kept]
    return Plan(
        rows, lines.product[rows], started, lines.quantity[rows], release, done_by,
        tuple(_ids(release)),
    )  # fmt: skip


def _started(product: Ints, wanted: Floats) -> Ints:
    """Round to whole lots so that each product's sum stays within one lot of what is wanted."""
    lots = np.zeros(len(product), dtype=np.int64)
    for number in range(len(PRODUCTS)):
        rows = np.flatnonzero(product == number)
        whole = np.ceil(np.cumsum(wanted[rows]) / LOT).astype(np.int64)
        lots[rows] = np.diff(whole, prepend=0)
    return lots * LOT


def _ids(release: Ints) -> list[str]:
    """Number orders within the days of their release."""
    names: list[str] = []
    last, count = -1, 0
    for day in release.tolist():
        count = count + 1 if day == last else 1
        last = day
        names.append(f"MO-{day_from(day):%y%m%d}-{count:02d}")
    return names
