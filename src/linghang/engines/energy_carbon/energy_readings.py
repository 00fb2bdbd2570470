"""Readings of meters as amounts per interval, with how much of each interval is measured, estimated or missing.

A reading is spread evenly over its stretch, as the indicators of the plant do it. A reading that overlaps an earlier
one of the same meter is set aside, because nobody can say which of the two counts; so is one that has no length, no
number, a negative quantity or one beyond `HUGE`. What was set aside is counted, and its time is missing, never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.contract import micros, moment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HUGE = 1e12
"""No meter of a plant counts so much in one reading (ours): what is beyond is no reading."""
HOUR_US = 3_600_000_000
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of one meter, oldest first, none over another.

    Attributes
    ----------
    start_us, end_us
        (n,) UTC microseconds.
    quantity
        (n,) in the unit of the meter.
    estimated
        (n,) whether somebody estimated it.
    set_aside
        How many readings could not be used.
    """

    start_us: Ints
    end_us: Ints
    quantity: Floats
    estimated: NDArray[np.bool_]
    set_aside: int = 0

    def __len__(self) -> int:
        return len(self.start_us)

    def usual_step_us(self) -> int:
        """Return the usual length of a reading; 0 without readings."""
        return int(np.median(self.end_us - self.start_us)) if len(self) else 0


@dataclass(frozen=True, slots=True)
class Amounts:
    """What passed a meter in each of n intervals.

    Attributes
    ----------
    edges_us
        (n + 1,) UTC microseconds.
    value
        (n,) what the readings give, in the unit of the meter; of an interval that is partly covered only that part.
    covered, estimated
        (n,) share of the interval under readings, and under readings that are estimated.
    """

    edges_us: Ints
    value: Floats
    covered: Floats
    estimated: Floats

    def whole(self, share: float = 0.99) -> NDArray[np.bool_]:
        """Return (n,) which intervals are covered."""
        return self.covered >= share

    def known(self) -> Floats:
        """Return (n,) the amounts; NaN where the interval is not covered."""
        return np.where(self.whole(), self.value / np.maximum(self.covered, ROUNDING), np.nan)


def cleaned(start_us: Ints, end_us: Ints, quantity: Floats, estimated: NDArray[np.bool_]) -> Readings:
    """Sort readings and set aside what cannot be used.

    Parameters
    ----------
    start_us, end_us, quantity, estimated
        (n,) each, in any order; quantity may be NaN.
    """
    usable = (end_us > start_us) & np.isfinite(quantity) & (quantity >= 0) & (quantity <= HUGE)
    start, end, amount, guessed = start_us[usable], end_us[usable], quantity[usable], estimated[usable]
    order = np.lexsort((end, start))
    start, end, amount, guessed = start[order], end[order], amount[order], guessed[order]
    keep = np.ones(len(start), bool)
    if len(start) > 1 and (start[1:] < np.maximum.accumulate(end)[:-1]).any():
        reached = start[0]
        for place in range(len(start)):
            keep[place] = start[place] >= reached
            reached = end[place] if keep[place] else reached
    return Readings(start[keep], end[keep], amount[keep], guessed[keep], len(start_us) - int(keep.sum()))


def spread(readings: Readings, edges_us: Ints) -> Amounts:
    """Spread readings evenly over their stretches, and add up what falls into each interval.

    Parameters
    ----------
    edges_us
        (n + 1,) ends of the intervals, growing.

    Returns
    -------
    Amounts
        Of the n intervals; the amounts of adjoining intervals add up to those of their union.
    """
    length = np.maximum(np.diff(edges_us), 1).astype(np.float64)
    if not len(readings):
        nothing = np.zeros(len(length))
        return Amounts(edges_us, nothing, nothing.copy(), nothing.copy())
    span = (readings.end_us - readings.start_us).astype(np.float64)
    start, end = readings.start_us, readings.end_us
    value = added(start, end, readings.quantity, edges_us)
    covered = added(start, end, span, edges_us) / length
    guessed = added(start, end, np.where(readings.estimated, span, 0.0), edges_us) / length
    return Amounts(edges_us, value, np.clip(covered, 0, 1), np.clip(guessed, 0, 1))


def added(start_us: Ints, end_us: Ints, amount: Floats, edges_us: Ints) -> Floats:
    """Return (n,) what of stretches lies in n intervals: whole stretches exactly, cut ones by time.

    Parameters
    ----------
    start_us, end_us, amount
        (m,) stretches that are longer than nothing, in any order; they may overlap, then each counts.
    edges_us
        (n + 1,) growing.
    """
    bins = len(edges_us) - 1
    total = np.zeros(max(bins, 0))
    if bins < 1 or not len(start_us):
        return total
    first = np.searchsorted(edges_us, start_us, "right") - 1
    last = np.searchsorted(edges_us, end_us, "left") - 1
    inside = (first == last) & (first >= 0) & (first < bins)
    total += np.bincount(first[inside], amount[inside], minlength=bins)
    cut = np.flatnonzero((first != last) & (last >= 0) & (first < bins))
    low, high = np.clip(first[cut], 0, bins - 1), np.clip(last[cut], 0, bins - 1)
    counts = high - low + 1
    owner = np.repeat(cut, counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    start, end = start_us[owner], end_us[owner]
    overlap = np.minimum(end, edges_us[place + 1]) - np.maximum(start, edges_us[place])
    share = np.maximum(overlap, 0) / (end - start)
    return np.asarray(total + np.bincount(place, amount[owner] * share, minlength=bins), np.float64)


def readings_of(table: pa.Table, meter_ids: Sequence[str], start_us: int, end_us: int) -> Mapping[str, Readings]:
    """Return the readings of meters that touch `[start, end)`; a meter without any has empty ones.

    Parameters
    ----------
    table
        meter_reading: meter_id, start, end, quantity and, where it is there, estimated.
    """
    rows = table.filter(
        pc.and_(
            pc.and_(pc.is_valid(table["start"]), pc.is_valid(table["end"])),
            pc.is_in(table["meter_id"], value_set=pa.array(list(meter_ids), pa.string())),
        )
    )
    start, end = ticks(rows["start"]), ticks(rows["end"])
    quantity = rows["quantity"].cast(pa.float64()).fill_null(np.nan).to_numpy()
    guessed = np.zeros(rows.num_rows, bool)
    if "estimated" in rows.column_names:
        guessed = rows["estimated"].cast(pa.bool_()).fill_null(False).to_numpy()
    names = np.asarray(rows["meter_id"].to_pylist(), dtype=object)
    place = {name: number for number, name in enumerate(meter_ids)}
    owner = np.fromiter((place[name] for name in names), np.int64, len(names))
    touching = (start < end_us) & (end > start_us)
    order = np.argsort(owner[touching], kind="stable")
    rows_of = np.flatnonzero(touching)[order]
    bounds = np.searchsorted(owner[rows_of], np.arange(len(meter_ids) + 1))
    return {
        name: cleaned(start[own], end[own], quantity[own], guessed[own])
        for name, own in ((name, rows_of[bounds[number] : bounds[number + 1]]) for number, name in enumerate(meter_ids))
    }


def ticks(column: pa.ChunkedArray) -> Ints:
    """Return moments as UTC microseconds; a missing one is 0."""
    whole = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).fill_null(0)
    return np.asarray(whole.to_numpy(), np.int64)


def day_edges(start_us: int, end_us: int, zone: ZoneInfo) -> Ints:
    """Return the plant's midnights from the day of `start` to the last one not after `end`, UTC microseconds."""
    day = moment(start_us).astimezone(zone).date()
    found: list[int] = []
    while (at := micros(datetime.combine(day, time(), zone))) <= end_us:
        found.append(at)
        day += timedelta(days=1)
    return np.asarray(found, np.int64)


def grid_edges(start_us: int, end_us: int, step_us: int) -> Ints:
    """Return whole multiples of a step since 1970 from at or before `start` to at or after `end`."""
    return np.arange(start_us // step_us, -(-end_us // step_us) + 1, dtype=np.int64) * step_us
