"""Many tracks under watch at once: the core that the run over a stretch and the stream share.

Fed point by point in the order of time, it gives the same events however the points are cut into batches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from linghang.engines.contract import SEVERITIES, Event, Severity, moment
from linghang.engines.production.spc_charts import normal_scores
from linghang.engines.production.spc_monitor import Detectors, Learning, Learnt, Watch, learn
from linghang.engines.production.spc_rules import BY_NAME
from linghang.engines.production.spc_tracks import Characteristic, Course, TrackId
from linghang.words import Text

CUSUM_TEXT = {
    "cusum_up": Text("累积和向上越限（持续偏高）", "CUSUM above its limit (lasting upward shift)"),
    "cusum_down": Text("累积和向下越限（持续偏低）", "CUSUM below its limit (lasting downward shift)"),
}
NEGLIGIBLE = 0.1
"""Share of half the tolerance within which a deviation is only noted: significant, but of no consequence."""


def text_of(signal: str) -> Text:
    """Return what a signal means, for a person."""
    return CUSUM_TEXT[signal] if signal in CUSUM_TEXT else BY_NAME[signal].text


@dataclass(frozen=True, slots=True)
class Fitted:
    """Limits of a track, and the share of nonconforming units that its normal scores refer to (counts only)."""

    learnt: Learnt
    share: float = 0.0
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How tracks are fitted and watched."""

    detectors: Detectors
    least: int
    most_autocorrelation: float
    quiet: int

    def fit(self, track: TrackId, course: Course, *, trial: bool = False) -> Fitted | None:
        """Fit the limits of a track; None where its points do not allow it."""
        if len(course) < self.least:
            return None
        points, share, floor = course.point, 0.0, 0.0
        if track.kind == "counted":
            share = float((course.point.sum() + 0.5) / (course.size.sum() + 1))
            points, floor = normal_scores(course.point, course.size, share), 1.0
        made = learn(
            points, course.follows, least=self.least, most_autocorrelation=self.most_autocorrelation, least_sigma=floor
        )
        return Fitted(made, share, trial) if made is not None else None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a track as it comes; `scale` turns points back into measured values."""

    at_us: int
    point: float
    value: float
    lower: float
    upper: float
    follows: bool = True
    size: float = 1.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a point told.

    Attributes
    ----------
    z
        How many sigma it lies from the centre.
    signals
        What signals.
    severity
        How grave the signal is.
    begins, raised
        Whether it begins an episode; whether it is an event: it begins one, or one has become grave.
    """

    z: float
    signals: list[str]
    severity: Severity
    begins: bool
    raised: bool


@dataclass
class Watching:
    """Tracks under watch.

    Attributes
    ----------
    plan
        How.
    fitted
        Track -> limits; those without a baseline join once their first points have become one.
    """

    plan: Plan
    fitted: dict[TrackId, Fitted]
    watches: dict[TrackId, Watch] = field(default_factory=dict)
    learning: dict[TrackId, Learning] = field(default_factory=dict)
    sizes: dict[TrackId, Learning] = field(default_factory=dict)
    calm: dict[TrackId, int] = field(default_factory=dict)
    grave: dict[TrackId, int] = field(default_factory=dict)

    def add(self, track: TrackId, one: Point) -> Told | None:
        """Take the next point of a track; None while its limits are still being learnt.

        A deviation that lasts is one episode: it ends after `quiet` points in a row without a signal. It is told once
        when it begins and again when it becomes medium or high.
        """
        fitted = self.fitted.get(track)
        if fitted is None:
            self._learn(track, one)
            return None
        watch = self.watches.get(track)
        if watch is None:
            watch = self.watches[track] = Watch(fitted.learnt, self.plan.detectors)
        point = one.point
        if track.kind == "counted":
            point = _score(one.point, one.size, fitted.share)
        z, signals = watch.add(point, one.follows)
        calm = self.calm.get(track, self.plan.quiet)
        self.calm[track] = 0 if signals else min(calm + 1, self.plan.quiet)
        if not signals:
            return Told(z, signals, "info", False, False)
        severity = _severity(track, one, limits_of(track, fitted, one)[0], signals[0])
        begins, rank = calm >= self.plan.quiet, SEVERITIES.index(severity)
        graver = rank >= SEVERITIES.index("medium") and rank > self.grave.get(track, 0)
        self.grave[track] = rank if begins else max(rank, self.grave.get(track, 0))
        return Told(z, signals, severity, begins, begins or graver)

    def _learn(self, track: TrackId, one: Point) -> None:
        least = self.plan.least
        points = self.learning.setdefault(track, Learning(least)).add(one.point, one.follows)
        sizes = self.sizes.setdefault(track, Learning(least)).add(one.size)
        if points is None or sizes is None:
            return
        values, follows = points
        none = np.full(len(values), np.nan)
        zero = np.zeros(len(values), np.int64)
        whole = Course(zero, values, none, none, none, follows, sizes[0], zero, zero)
        made = self.plan.fit(track, whole, trial=True)
        if made is not None:
            self.fitted[track] = made
            del self.learning[track], self.sizes[track]


@lru_cache(maxsize=65_536)
def _score(bad: float, size: float, share: float) -> float:
    return float(normal_scores(np.array([bad]), np.array([size]), share)[0])


def points_of(course: Course, known: list[Characteristic]) -> Iterable[Point]:
    """Give the points of a course, oldest first."""
    scales = [one.scale for one in known]
    columns = (course.at_us, course.point, course.value, course.lower, course.upper, course.follows, course.size)
    rows = zip(*(one.tolist() for one in columns), course.of.tolist(), strict=True)
    for at, point, value, lower, upper, follows, size, of in rows:
        yield Point(at, point, value, lower, upper, follows, size, scales[of] if of >= 0 else 1.0)


def event_of(track: TrackId, fitted: Fitted, one: Point, told: Told) -> Event:
    """Say what happened; of several signals at once the first is named."""
    z, signal = told.z, told.signals[0]
    centre, lower, upper = limits_of(track, fitted, one)
    where = track.operation.name or track.equipment_id
    said = text_of(signal)
    shown = f"{one.value:.6g} {track.unit}".strip() if track.kind != "counted" else f"{one.point:g}/{one.size:g}"
    values: dict[str, object] = {
        "operation": track.operation.name,
        "characteristic": track.name,
        "chart": track.kind,
        "value": one.value,
        "unit": track.unit,
        "z": z,
        "centre": centre,
        "lower": lower,
        "upper": upper,
        "rule": signal,
        "trial_limits": fitted.trial,
    }
    return Event(
        moment(one.at_us),
        track.equipment_id or track.operation.name or track.name,
        signal,
        told.severity,
        Text(
            f"{where} {track.equipment_id} {track.name} {shown}：{said.zh}",
            f"{where} {track.equipment_id} {track.name} {shown}: {said.en}",
        ),
        values,
    )


def limits_of(track: TrackId, fitted: Fitted, one: Point) -> tuple[float, float | None, float | None]:
    """Return centre and control limits where this point was measured, in its unit; counts have no limits but scores."""
    if track.kind == "counted":
        return fitted.share, None, None
    learnt = fitted.learnt
    centre = one.value - one.scale * (one.point - learnt.centre)
    half = learnt.reach * one.scale
    return centre, centre - half, centre + half


def _severity(track: TrackId, one: Point, centre: float, signal: str) -> Severity:
    """High beyond the specification, info where the deviation is of no consequence for it."""
    if one.value > one.upper or one.value < one.lower:
        return "high"
    if track.kind == "counted":
        return "medium" if one.value > centre else "info"
    half = (one.upper - one.lower) / 2
    if half > 0 and abs(one.value - centre) < NEGLIGIBLE * half and signal not in CUSUM_TEXT:
        return "info"
    if half > 0 and track.kind == "parameter" and abs(one.value - centre) < NEGLIGIBLE * half:
        return "info"
    return "medium" if signal == "beyond_3" else "low"


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events by time, subject, characteristic and kind."""
    return sorted(events, key=lambda one: (one.at, one.subject, str(one.values["characteristic"]), one.kind))


def fitted_of(plan: Plan, courses: Mapping[TrackId, Course]) -> dict[TrackId, Fitted]:
    """Fit every track that its baseline allows."""
    made = {track: plan.fit(track, course) for track, course in courses.items()}
    return {track: one for track, one in made.items() if one is not None}
