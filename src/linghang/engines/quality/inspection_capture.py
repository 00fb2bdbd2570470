"""Whether results of inspections really became data by themselves: completeness, plausibility, signs of typing.

A result counts as captured if it is marked as digital and is plausible: for a measured characteristic a value within a
wide band about its limits that is not stuck and not in another unit; for a counted one counts that fit each other.
Signs of typing, none of which is a proof by itself, put a characteristic in doubt: last digits that prefer 0 and 5
(heaping), moments on whole minutes, values that avoid the far side of a limit. The bounds are ours; no standard gives
them.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.engines.quality.inspection_records import Inspections
from linghang.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Status = Literal["captured", "not_captured", "doubtful", "unknown", "not_inspected"]
ENOUGH = 50
"""Values below which last digits, moments and limits say nothing."""
UNLIKELY = 1e-6
"""Chance below which a pattern is not taken for chance: one false sign in about a thousand plants."""
HEAPED_SHARE = 0.35
"""Share of last digits 0 and 5 (expected 0.2) from which heaping is large enough to matter."""
WHOLE_SHARE = 0.9
STUCK_LEAST = 10
TENTH = 0.1
"""A resolution coarser than a tenth of the tolerance does not tell good from bad well (rule of ten)."""
OTHER_UNITS = {1e3: "x 1000", 1e-3: "/ 1000", 1e6: "x 10^6", 1e-6: "/ 10^6", 10.0: "x 10", 0.1: "/ 10",
               25.4: "x 25.4", 1 / 25.4: "/ 25.4", 100.0: "x 100", 0.01: "/ 100"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Specification of a characteristic in its unit; None where there is none."""

    lower: float | None = None
    upper: float | None = None
    target: float | None = None

    @property
    def tolerance(self) -> float | None:
        """Width between the limits; None unless there are both, in order."""
        if self.lower is None or self.upper is None or not self.upper > self.lower:
            return None
        return self.upper - self.lower

    @property
    def middle(self) -> float | None:
        """Target, or the middle of the limits."""
        if self.target is not None:
            return self.target
        return None if self.tolerance is None or self.lower is None else self.lower + self.tolerance / 2


@dataclass(frozen=True, slots=True)
class Captured:
    """What was found of one characteristic in the window.

    Attributes
    ----------
    inspections, digital, by_hand, unmarked
        How many, and how many are marked as digital, as not, and not at all.
    valued, plausible, captured
        How many have a result, a plausible one, and a plausible one that is marked as digital.
    undecided
        How many may or may not have been captured.
    resolution
        Smallest step of the values; None if counted or of no common step.
    heaping
        Share of last digits 0 and 5; None where that cannot be told.
    out_of_limits_passed
        Values outside the limits that were passed without a defective item.
    signs
        Why it is in doubt: `heaping`, `whole_minutes`, `avoids_limit`, `stuck`, `other_unit …`, `coarse`.
    status
        What it amounts to.
    """

    inspections: int
    digital: int
    by_hand: int
    unmarked: int
    valued: int
    plausible: int
    captured: int
    undecided: int
    resolution: float | None
    heaping: float | None
    out_of_limits_passed: int
    signs: tuple[str, ...]
    status: Status


DOUBTS = frozenset({"heaping", "whole_minutes", "avoids_limit"})


def captured(seen: Inspections, limits: Limits, *, measured: bool, share: float, band: float) -> Captured:
    """Judge the inspections of one characteristic, oldest first.

    Parameters
    ----------
    seen
        The inspections of the characteristic.
    limits
        Its specification.
    measured
        Whether it has a unit, so that a value is expected; else counts are.
    share
        Least share of its inspections that has to be captured.
    band
        How many tolerances beyond the limits a value is still plausible.

    Raises
    ------
    BadInput
        A share outside (0, 1] or a band that is not positive.
    """
    if not 0 < share <= 1 or not band > 0:
        raise BadInput("the share lies above 0 and up to 1, and the band above 0")
    value, inspected, defective, digital = seen.value, seen.inspected, seen.defective, seen.digital
    total = len(seen)
    marked = np.bincount(digital + 1, minlength=3)
    has = np.isfinite(value)
    counts = np.isfinite(inspected) & np.isfinite(defective) & (inspected > 0) & (defective >= 0)
    counts &= defective <= inspected
    attributive = measured and not has.any()
    valued = has if measured and not attributive else counts
    signs: list[str] = []
    good = valued.copy()
    if measured and has.any():
        good &= _plausible(value, limits, band, signs)
        good &= ~(has & _stuck(value, has, signs))
    step = resolution(value[has]) if measured and has.sum() >= 2 else None
    heap = _typing(seen.at_us, value[has & good], digital, limits, step, signs)
    sure = (digital == 1) & good & (not attributive)
    open_ = ((digital == -1) & good) | ((digital == 1) & counts & attributive)
    wrong = _passed_outside(value, seen.failed, defective, limits)
    found = Captured(
        total, int(marked[2]), int(marked[1]), int(marked[0]), int(valued.sum()), int(good.sum()), int(sure.sum()),
        int(open_.sum()), step, heap, wrong, tuple(signs), "unknown",
    )  # fmt: skip
    return _with_status(found, share)


def _with_status(found: Captured, share: float) -> Captured:
    wanted = share * found.inspections - 1e-9
    status: Status
    if found.inspections == 0:
        status = "not_inspected"
    elif found.captured >= wanted:
        status = "doubtful" if DOUBTS.intersection(found.signs) else "captured"
    else:
        status = "unknown" if found.captured + found.undecided >= wanted else "not_captured"
    return replace(found, status=status)


def resolution(values: Floats) -> float | None:
    """Return the power of ten of which (almost) all values are multiples; None without one down to 1e-7."""
    if not len(values) or np.abs(values).max() > 1e9:
        return None
    for digits in range(8):
        scaled = values * 10.0**digits
        # gauges send 32-bit numbers: right to seven digits, but never so lax that any number would do
        if (np.abs(scaled - np.rint(scaled)) <= np.clip(1e-7 * np.abs(scaled), 1e-9, 0.02)).mean() >= 0.995:
            return float(10.0**-digits)
    return None


def heaping(values: Floats, step: float) -> tuple[float, float] | None:
    """Return the share of last digits 0 and 5, and the chance of so many; None where last digits are not even anyway.

    Last digits are taken to be even where the middle nine tenths of the values cover at least ten steps.
    """
    from scipy.stats import binom

    if len(values) < ENOUGH or np.ptp(np.percentile(values, (5, 95))) < 10 * step:
        return None
    last = np.mod(np.rint(values / step), 10)
    count = int(((last == 0) | (last == 5)).sum())
    return count / len(values), float(binom.sf(count - 1, len(values), 0.2))


def avoids_limit(values: Floats, limits: Limits) -> bool:
    """Return whether values stop at a limit as measurements do not: many within 5 % inside, hardly any outside."""
    if limits.tolerance is None or limits.lower is None or limits.upper is None or len(values) < ENOUGH:
        return False
    edge = 0.05 * limits.tolerance
    for limit, side in ((limits.upper, 1.0), (limits.lower, -1.0)):
        beyond = (values - limit) * side
        inside, outside = (beyond <= 0) & (beyond > -edge), (beyond > 0) & (beyond <= edge)
        # a limit of 0 is often the end of what can be measured at all (a run-out, a position)
        if limit != 0 and inside.sum() >= 20 and outside.sum() * 10 < inside.sum() and inside.mean() > 0.02:
            return True
    return False


def _plausible(value: Floats, limits: Limits, band: float, signs: list[str]) -> Flags:
    has = np.isfinite(value)
    tolerance = limits.tolerance
    if tolerance is not None and limits.lower is not None and limits.upper is not None:
        low, high = limits.lower - band * tolerance, limits.upper + band * tolerance
    else:
        middle, spread = np.median(value[has]), np.ptp(np.percentile(value[has], (25, 75)))
        reach = max(20 * float(spread), 0.5 * abs(float(middle)), 1e-12)
        low, high = float(middle) - reach, float(middle) + reach
    good = has & (np.nan_to_num(value) >= low) & (np.nan_to_num(value) <= high)
    middle_wanted = limits.middle
    if middle_wanted and good.sum() < has.sum() / 2:
        ratio = float(np.median(value[has])) / middle_wanted
        for factor, name in OTHER_UNITS.items():
            if abs(ratio / factor - 1) < 0.2:
                signs.append(f"other_unit {name}")
                break
    return np.asarray(good, dtype=np.bool_)


def _stuck(value: Floats, has: Flags, signs: list[str]) -> Flags:
    """Mark runs of one value that are too long for chance (by how often neighbours agree at all)."""
    rows = np.flatnonzero(has)
    kept = np.zeros(len(value), dtype=np.bool_)
    if len(rows) < STUCK_LEAST:
        return kept
    seen = value[rows]
    _, counts = np.unique(seen, return_counts=True)
    same = float(((counts / len(seen)) ** 2).sum())
    starts = np.flatnonzero(np.append(True, seen[1:] != seen[:-1]))
    lengths = np.diff(np.append(starts, len(seen)))
    if same >= 1 - 1e-12:
        limit = float(STUCK_LEAST)
    else:
        limit = max(float(STUCK_LEAST), 1 + np.log(UNLIKELY / len(seen)) / np.log(same))
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        if length >= limit:
            kept[rows[start : start + length]] = True
    if kept.any():
        signs.append("stuck")
    return kept


def _typing(
    at_us: Ints, values: Floats, digital: Ints, limits: Limits, step: float | None, signs: list[str]
) -> float | None:
    heap = heaping(values, step) if step is not None else None
    if heap is not None and heap[0] >= HEAPED_SHARE and heap[1] < UNLIKELY:
        signs.append("heaping")
    marked = at_us[digital == 1]
    if len(marked) >= ENOUGH and (marked % 60_000_000 == 0).mean() >= WHOLE_SHARE:
        signs.append("whole_minutes")
    if avoids_limit(values, limits):
        signs.append("avoids_limit")
    if step is not None and limits.tolerance is not None and step > TENTH * limits.tolerance * (1 + 1e-9):
        signs.append("coarse")
    return None if heap is None else heap[0]


def _passed_outside(value: Floats, failed: Ints, defective: Floats, limits: Limits) -> int:
    low = -np.inf if limits.lower is None else limits.lower
    high = np.inf if limits.upper is None else limits.upper
    outside = np.isfinite(value) & ((np.nan_to_num(value) < low) | (np.nan_to_num(value) > high))
    return int((outside & (failed == 0) & (np.nan_to_num(defective, nan=1.0) == 0)).sum())
