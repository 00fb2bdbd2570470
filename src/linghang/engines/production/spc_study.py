"""From the plant's records and signals to watched tracks: what is learnt before a stretch, and what is seen in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linghang.engines.contract import Event, Inputs, micros
from linghang.engines.production.mspc import Model, Statistics, fit_calm, statistics
from linghang.engines.production.spc_parameters import measured_signals, parameter_courses
from linghang.engines.production.spc_tracks import (
    Characteristic,
    Course,
    Operation,
    TrackId,
    characteristics_of,
    courses_of,
    inspections_between,
    operations_of,
    own_centres,
)
from linghang.engines.production.spc_watching import Fitted, Plan, Watching, event_of, fitted_of, in_order, points_of
from linghang.engines.signals import Signal
from linghang.errors import BadInput

if TYPE_CHECKING:
    from linghang.engines.production.process_analysis import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DAY_US = 86_400_000_000
LEAST_VARIABLES = 3
ROWS_A_VARIABLE = 10
"""A model of k variables is made from at least 10 k intervals, or its covariances are chance."""


@dataclass(frozen=True)
class Study:
    """What is known when the watch begins.

    Attributes
    ----------
    operations, key
        Segment -> operation, and the key ones.
    known
        The characteristics.
    centres
        Nominal of characteristics that have neither target nor both limits.
    wanted
        Tag -> signal and operation of what is measured on the machines of the operations.
    plan, fitted
        How tracks are watched, and their limits.
    means
        Tag -> settled intervals of the baseline and their means.
    """

    operations: Mapping[str, Operation]
    key: frozenset[Operation]
    known: list[Characteristic]
    centres: Mapping[str, float]
    wanted: Mapping[str, tuple[Signal, Operation]]
    plan: Plan
    fitted: Mapping[TrackId, Fitted]
    means: Mapping[str, tuple[Ints, Floats]]


@dataclass(frozen=True)
class Watched:
    """A track over the stretch.

    Attributes
    ----------
    course, z
        Its points, and how many sigma they lie from the centre (NaN while limits were still learnt).
    signals, raised
        Place -> what signalled there; place -> the event there.
    began
        Places where an episode began.
    fitted
        Its limits; None where its points were too few.
    """

    course: Course
    z: Floats
    signals: dict[int, list[str]]
    raised: dict[int, Event]
    began: list[int]
    fitted: Fitted | None


@dataclass(frozen=True)
class Multivariate:
    """T2 and SPE of a machine's signals over the stretch."""

    equipment_id: str
    operation: Operation
    names: tuple[str, ...]
    model: Model
    at_us: Ints
    found: Statistics


@dataclass(frozen=True)
class Overview:
    """All that the stretch showed."""

    tracks: dict[TrackId, Watched]
    events: list[Event]
    multivariate: list[Multivariate]


def learnt_study(inputs: Inputs, settings: "Settings", until_us: int) -> Study:
    """Learn limits from what lies before a moment."""
    operations, key = operations_of(inputs.tables["process_segment"])
    found = characteristics_of(inputs.tables["quality_characteristic"], operations)
    known = [found[name] for name in sorted(found)]
    start = until_us - settings.baseline_days * DAY_US
    seen = inspections_between(inputs.tables["inspection"], [one.characteristic_id for one in known], start, until_us)
    centres = own_centres(seen, known)
    courses = courses_of(seen, known, settings.least_inspected, centres)
    wanted = _wanted(inputs, operations, key)
    tracks, means = parameter_courses(
        inputs.signals,
        wanted,
        start,
        until_us,
        settings.subgroup_s,
        settings.settle_s,
    )
    plan = settings.plan
    return Study(operations, frozenset(key), known, centres, wanted, plan, fitted_of(plan, courses | tracks), means)


def _wanted(
    inputs: Inputs, operations: Mapping[str, Operation], key: set[Operation]
) -> dict[str, tuple[Signal, Operation]]:
    """Measured signals of the machines in the work centres of operations; of two operations in one the key one."""
    at_center: dict[str, Operation] = {}
    for one in sorted(set(operations.values()), key=lambda one: (one not in key, one)):
        if one.work_center_id:
            at_center.setdefault(one.work_center_id, one)
    machines = inputs.tables["equipment"].select(["equipment_id", "work_center_id"]).to_pylist()
    of = {
        row["equipment_id"]: at_center[row["work_center_id"]] for row in machines if row["work_center_id"] in at_center
    }
    return {
        one.tag_id: (one, of[one.equipment_id])
        for one in measured_signals(inputs.signals.list())
        if one.equipment_id in of
    }


def watched(study: Study, inputs: Inputs, settings: "Settings") -> Overview:
    """Watch the stretch against what was learnt before it."""
    start, end = micros(inputs.start), micros(inputs.end)
    names = [one.characteristic_id for one in study.known]
    seen = inspections_between(inputs.tables["inspection"], names, start, end)
    courses = courses_of(seen, study.known, settings.least_inspected, study.centres)
    tracks, means = parameter_courses(inputs.signals, study.wanted, start, end, settings.subgroup_s, settings.settle_s)
    watching = Watching(study.plan, dict(study.fitted))
    found: dict[TrackId, Watched] = {}
    events: list[Event] = []
    for track, course in sorted((courses | tracks).items()):
        z = np.full(len(course), np.nan)
        signals: dict[int, list[str]] = {}
        raised: dict[int, Event] = {}
        began: list[int] = []
        for place, one in enumerate(points_of(course, study.known)):
            told = watching.add(track, one)
            if told is None:
                continue
            z[place] = told.z
            if told.signals:
                signals[place] = told.signals
            if told.raised:
                raised[place] = event_of(track, watching.fitted[track], one, told)
            if told.begins:
                began.append(place)
        found[track] = Watched(course, z, signals, raised, began, watching.fitted.get(track))
        events += raised.values()
    return Overview(found, in_order(events), _multivariate(study, means, settings))


def _multivariate(study: Study, means: Mapping[str, tuple[Ints, Floats]], settings: "Settings") -> list[Multivariate]:
    machines: dict[str, list[str]] = {}
    for tag in sorted(study.wanted):
        if tag in means and tag in study.means:
            machines.setdefault(study.wanted[tag][0].equipment_id, []).append(tag)
    made = []
    for machine, tags in sorted(machines.items()):
        _, before = _joined({tag: study.means[tag] for tag in tags})
        at, after = _joined({tag: means[tag] for tag in tags})
        if len(tags) < LEAST_VARIABLES or len(before) < ROWS_A_VARIABLE * len(tags) or not len(after):
            continue
        try:
            model, _ = fit_calm(before, explained=settings.mspc_explained, alpha=settings.mspc_alpha)
        except BadInput:
            continue
        found = statistics(model, after)
        if np.isfinite(found.t2).all() and np.isfinite(found.spe).all():
            names = tuple(study.wanted[tag][0].name for tag in tags)
            made.append(Multivariate(machine, study.wanted[tags[0]][1], names, model, at, found))
    return made


def _joined(means: Mapping[str, tuple[Ints, Floats]]) -> tuple[Ints, Floats]:
    """Intervals that every tag has, and their means (n, k)."""
    common: Ints | None = None
    for at, _ in means.values():
        common = at if common is None else np.intersect1d(common, at, assume_unique=True)
    if common is None or not len(common):
        return np.empty(0, np.int64), np.empty((0, len(means)))
    columns = [value[np.searchsorted(at, common)] for at, value in means.values()]
    return common, np.stack(columns, axis=1)
