"""Which samples a machine may be learnt from: those that are confirmed normal.

A sample is confirmed when no failure of its machine followed within some days. What came before a failure, and what is
too recent to know, is suspect: its days count only where they look like the others, sensor by sensor (a failure parts
a day, for the repair makes another machine of it). Where failures are so frequent that little is confirmed, the
shortest half of the days stands for the normal ones (the “shorth”; Rousseeuw and Leroy 1987): it holds while less than
half of them are unsound.

It knows failures from the records only, and never those after the samples to learn from end.
"""

import numpy as np
from numpy.typing import NDArray

from linghang.engines.equipment.warning_detector import MIN_ROWS, Flags, Floats

DAY_US = 86_400_000_000
ENOUGH = 3 * MIN_ROWS
"""Confirmed samples that can stand for the normal ones by themselves."""
MARGIN = 4.0
"""Deviations inside a day that the median of a day may lie beyond the normal days: four is no chance."""
TO_DEVIATION = 1.4826
"""From the median absolute deviation to the standard deviation of a normal distribution."""


def confirmed(
    at_us: NDArray[np.int64], samples: Floats, failures_us: NDArray[np.int64], end_us: int, lead_us: int
) -> Flags:
    """Choose the samples to learn from.

    Parameters
    ----------
    at_us
        (n,) when, oldest first.
    samples
        (n, k); NaN where nothing was measured.
    failures_us
        (f,) when the machine failed; those at `end_us` and later are not looked at.
    end_us
        Where the samples to learn from end.
    lead_us
        How long before a failure a machine may already be unsound.

    Returns
    -------
    (n,) whether it is to be learnt from; all of them where fewer than 100 would be left.
    """
    if not len(at_us):
        return np.empty(0, np.bool_)
    failed = np.sort(failures_us[failures_us < end_us])
    following = np.append(failed, np.iinfo(np.int64).max)[np.searchsorted(failed, at_us, "left")]
    sure = (following - at_us > lead_us) & (at_us <= end_us - lead_us)
    parted = at_us // DAY_US + np.searchsorted(failed, at_us, "right")
    day_of = np.unique(parted, return_inverse=True)[1]
    medians, within = _days(samples, day_of)
    if sure.sum() >= ENOUGH:
        normal = medians[np.unique(day_of[sure])]
        low, high = _bound(normal, -1), _bound(normal, 1)
    else:
        centre, spread = _shorth(medians)
        reach = MARGIN * np.maximum(spread - within, 0)
        low, high, sure = centre - reach, centre + reach, np.zeros(len(at_us), np.bool_)
    outside = np.any((medians < low - MARGIN * within) | (medians > high + MARGIN * within), axis=1)
    keep: Flags = sure | ~np.asarray(outside)[day_of]
    return keep if keep.sum() >= MIN_ROWS else np.ones(len(at_us), np.bool_)


def _days(samples: Floats, day_of: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return (d, k) medians of the days, and (k,) the usual deviation inside a day."""
    medians = np.full((int(day_of.max()) + 1, samples.shape[1]), np.nan)
    spreads = np.full_like(medians, np.nan)
    for day in range(len(medians)):
        rows = samples[day_of == day]
        medians[day] = _median(rows)
        spreads[day] = TO_DEVIATION * _median(np.abs(rows - medians[day]))
    return medians, np.nan_to_num(_median(spreads))


def _median(values: Floats) -> Floats:
    """Return the medians of the columns over what is known; NaN where nothing is."""
    known = np.isfinite(values)
    some = known.any(0)
    found = np.full(values.shape[1], np.nan)
    if some.any():
        found[some] = np.nanmedian(np.where(known, values, np.nan)[:, some], axis=0)
    return found


def _shorth(values: Floats) -> tuple[Floats, Floats]:
    """Return middle and deviation (k,) of the shortest half of each column; of a column without values NaN."""
    middle, deviation = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for column in range(values.shape[1]):
        known = np.sort(values[np.isfinite(values[:, column]), column])
        if not len(known):
            continue
        half = len(known) // 2 + 1
        widths = known[half - 1 :] - known[: len(known) - half + 1]
        place = int(widths.argmin())
        middle[column] = (known[place] + known[place + half - 1]) / 2
        deviation[column] = TO_DEVIATION * widths[place] / 2
    return middle, deviation


def _bound(values: Floats, side: int) -> Floats:
    """Return (k,) the least (-1) or greatest (1) of what is known; no bound where nothing is."""
    known = np.isfinite(values)
    found = side * np.max(np.where(known, side * values, -np.inf), axis=0)
    return np.where(known.any(0), found, side * np.inf)
