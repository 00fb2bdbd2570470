"""Learning a detector of early warning, with limits from samples that were held out of the learning.

Limits from the same samples that the subspaces were fitted to are far too low (on the normal runs of the Tennessee
Eastman process a third of the fresh samples are beyond their “99 %”), and neighbours in time are too alike to be held
out one by one. So contiguous blocks are held out in turn, the rest is learnt, and the fourth roots of what the blocks
show are described by their median and the spread of their upper half: limits far out are then a matter of so many
deviations instead of a quantile that a few hundred dependent samples cannot tell.
"""

import numpy as np

from linghang.engines.equipment.warning_detector import (
    MIN_ROWS,
    TINY,
    Flags,
    Floats,
    Model,
    Subspace,
    Tuning,
    fourth_root,
    lagged,
    principal,
    standardised,
    weighted,
)
from linghang.errors import BadInput

UPPER, UPPER_DEVIATIONS = 0.8, 0.8416
"""The quantile that tells the spread of the upper half: below it one of five blocks may be unlike the others. And how
many deviations of a normal distribution it lies out."""
LEAST_SPREAD = 0.005
"""A smaller part of its centre is no spread of a root (a fiftieth of the statistic), but chance."""
MARGIN = 0.05
"""Part of the learnt range by which a set-point may lie outside of it."""
VARIES = 1e-9
"""A sensor whose deviation is a smaller part of its value did not vary."""


def usable(samples: Floats) -> Flags:
    """Return (n,) rows in which at least half of the sensors say something."""
    return np.asarray(2 * np.isfinite(samples).sum(1) >= max(samples.shape[1], 1))


def learn(samples: Floats, tuning: Tuning, fresh: Flags | None = None) -> Model:
    """Learn what is normal.

    Parameters
    ----------
    samples
        (n, k) of a sound machine at work, oldest first; NaN where nothing was measured.
    tuning
        The setting of the detector.
    fresh
        (n,) where stretches begin (after a stop); None: there is only one.

    Raises
    ------
    BadInput
        Fewer than 100 samples with at least half of the sensors, or no sensor that varies.
    """
    begins = np.zeros(len(samples), np.bool_) if fresh is None else fresh
    keep = usable(samples)
    values, begins = samples[keep], begins[keep]
    if len(values) < MIN_ROWS:
        raise BadInput("{rows} samples are too few to learn from; {least} are needed", rows=len(values), least=MIN_ROWS)
    centre, scale, used = _scales(values)
    if not used.any():
        raise BadInput("no sensor varies in the samples to learn from")
    low, high = _reach(values)
    values = values[:, used]
    level, relation = _subspaces(values, begins, centre[used], scale[used], tuning)
    usual = np.zeros((samples.shape[1], 2))
    usual[used], middle, spread = _held_out(values, begins, tuning)
    return Model(centre, scale, used, low, high, level, relation, usual, middle, spread, tuning, len(values))


def _reach(values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    low = np.min(np.where(known, values, np.inf), axis=0)
    high = np.max(np.where(known, values, -np.inf), axis=0)
    margin = np.where(known.any(0), MARGIN * (high - low), 0.0)
    return low - margin, high + margin


def _scales(values: Floats) -> tuple[Floats, Floats, Flags]:
    known = np.isfinite(values)
    count = known.sum(0)
    filled = np.where(known, values, 0.0)
    centre = filled.sum(0) / np.maximum(count, 1)
    spread = np.sqrt((np.where(known, values - centre, 0.0) ** 2).sum(0) / np.maximum(count, 1))
    used = (2 * count >= len(values)) & (spread > VARIES * np.maximum(np.abs(centre), 1.0)) & np.isfinite(spread)
    return centre, np.where(used, spread, 1.0), used


def _filled(values: Floats, centre: Floats, scale: Floats, clip: float) -> Floats:
    standard = standardised(values, centre, scale, clip)
    return np.where(np.isfinite(standard), standard, 0.0)


def _subspaces(
    values: Floats, begins: Flags, centre: Floats, scale: Floats, tuning: Tuning
) -> tuple[Subspace, Subspace]:
    standard = _filled(values, centre, scale, tuning.clip)
    smooth = weighted(standard, tuning.memory, np.zeros(standard.shape[1]))
    return principal(smooth, tuning.explained), principal(lagged(standard, begins, tuning.lags), tuning.explained)


def _held_out(values: Floats, begins: Flags, tuning: Tuning) -> tuple[Floats, Floats, Floats]:
    """Return (k, 2) usual contributions, and centre and spread (2,) of the roots, of blocks held out in turn."""
    levels, errors = [], []
    for block in np.array_split(np.arange(len(values)), tuning.blocks):
        rest = np.delete(values, block, 0)
        others = np.delete(begins, block)
        if block[0]:
            others[block[0] : block[0] + 1] = True
        centre, scale, _ = _scales(rest)
        level, relation = _subspaces(rest, others, centre, scale, tuning)
        standard = _filled(values[block], centre, scale, tuning.clip)
        smooth = weighted(standard, tuning.memory, np.zeros(standard.shape[1]))
        levels.append(level.level_parts(smooth))
        parts = relation.error_parts(lagged(standard, begins[block], tuning.lags))
        errors.append(parts.reshape(len(block), tuning.lags + 1, -1).sum(1))
    usual_error = np.vstack(errors).mean(0)
    errors = [weighted(one, tuning.memory, usual_error) for one in errors]
    usual = np.column_stack([np.vstack(levels).mean(0), usual_error])
    roots = fourth_root(np.column_stack([np.vstack(levels).sum(1), np.vstack(errors).sum(1)]))
    middle = np.median(roots, axis=0)
    spread = (np.quantile(roots, UPPER, axis=0) - middle) / UPPER_DEVIATIONS
    return usual, middle, np.maximum(spread, LEAST_SPREAD * middle + TINY)
