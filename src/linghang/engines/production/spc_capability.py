"""Capability of the characteristics of a stretch: first whether they are stable, then what they can do."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.capability_indices import Capability, Specification, capability, stable_first
from linghang.engines.production.capability_shapes import ShapedCapability, normality, shaped_capability
from linghang.engines.production.spc_study import Overview, Study, Watched
from linghang.engines.production.spc_tracks import Operation

Floats = NDArray[np.float64]
NORMAL_FROM = 0.05
RESAMPLES = 100
FREEDOM_OF_RANGES = 0.62
"""Degrees of freedom of a mean moving range, per point."""


@dataclass(frozen=True, slots=True)
class Studied:
    """A characteristic of one specification: of one machine, or of all (`equipment_id` empty).

    Attributes
    ----------
    signals_percent
        Share of its points that signalled on the chart.
    stable
        Whether Cp and Cpk mean anything.
    p_value
        Of the test of normality.
    shaped
        By percentiles, where the values are not normal (all machines together only).
    """

    operation: Operation
    name: str
    unit: str
    equipment_id: str
    specification: Specification
    values: Floats
    indices: Capability
    signals_percent: float
    stable: bool
    p_value: float
    shaped: ShapedCapability | None

    @property
    def ppk(self) -> float | None:
        """Performance: by percentiles where the values are not normal."""
        if self.shaped is not None:
            return self.shaped.ppk.value
        return self.indices.ppk.value if self.indices.ppk is not None else None


def studied(study: Study, overview: Overview, least: int, stable_percent: float, seed: int) -> list[Studied]:
    """Return the capability of every measured characteristic with a specification and enough values."""
    groups: dict[tuple[Operation, str, str, Specification], list[tuple[str, _Part]]] = {}
    for track, one in sorted(overview.tracks.items()):
        if track.kind == "measured":
            for specification, part in _parts(study, one):
                groups.setdefault((track.operation, track.name, track.unit, specification), []).append(
                    (track.equipment_id, part)
                )
    return [row for group, parts in groups.items() for row in _of(group, parts, least, stable_percent, seed)]


@dataclass(frozen=True, slots=True)
class _Part:
    at_us: NDArray[np.int64]
    values: Floats
    signals: list[bool]


def _parts(study: Study, one: Watched) -> Iterable[tuple[Specification, _Part]]:
    """Split a track by specification: products of one machine may have different ones."""
    by: dict[Specification, list[int]] = {}
    made: dict[int, Specification | None] = {}
    for place, of in enumerate(one.course.of.tolist()):
        if of not in made:
            own = study.known[of]
            given = own.lower is not None or own.upper is not None
            made[of] = Specification(own.lower, own.upper, own.target) if given else None
        specification = made[of]
        if specification is not None:
            by.setdefault(specification, []).append(place)
    for specification, places in by.items():
        rows = np.array(places)
        yield specification, _Part(one.course.at_us[rows], one.course.value[rows], [at in one.signals for at in places])


def _of(
    group: tuple[Operation, str, str, Specification], parts: list[tuple[str, _Part]], least: int, most: float, seed: int
) -> Iterable[Studied]:
    operation, name, unit, specification = group
    ranges = [(_within(part.values), len(part.values)) for _, part in parts if len(part.values) > 1]
    freedom = sum(count - 1 for _, count in ranges) * FREEDOM_OF_RANGES
    pooled = (
        sqrt(sum(sigma**2 * (count - 1) for sigma, count in ranges) / sum(count - 1 for _, count in ranges))
        if ranges
        else 0
    )
    order = np.argsort(np.concatenate([part.at_us for _, part in parts]), kind="stable")
    values = np.concatenate([part.values for _, part in parts])[order]
    broken = [signal for _, part in parts for signal in part.signals]
    rows = [("", values, broken, pooled, freedom)]
    if len(parts) > 1 or parts[0][0]:
        rows += [
            (machine, part.values, part.signals, _within(part.values), FREEDOM_OF_RANGES * (len(part.values) - 1))
            for machine, part in parts
            if len(part.values) > 1
        ]
    for machine, own, signals, within, df in rows:
        if len(own) < least or own.min() == own.max():
            continue
        p_value = normality(own)
        shaped = None
        if not machine and p_value < NORMAL_FROM:
            shaped = shaped_capability(own, specification, seed=seed, resamples=RESAMPLES)
        yield Studied(
            operation, name, unit, machine, specification, own,
            capability(own, specification, within, df), 100 * sum(signals) / len(signals),
            stable_first(signals, most / 100), p_value, shaped,
        )  # fmt: skip


def _within(values: Floats) -> float:
    return float(np.abs(np.diff(values)).mean() / 1.1283791670955126) if len(values) > 1 else 0.0
