"""Control loops as the records and the telemetry show them: their signals, their service, how well they hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from linghang.engines.contract import Inputs, micros
from linghang.engines.production.control_qp import Floats
from linghang.engines.production.control_spans import NONE, Micros, Spans, spans_by
from linghang.engines.signals import Points, Signal
from linghang.errors import BadInput
from linghang.plant.units import convert_numbers, same_kind

AUTOMATIC = frozenset({"auto", "automatic", "aut", "cascade", "cas", "remote", "apc", "自动", "串级", "先控", "远程"})
"""Words by which control systems say that a loop is closed, in lower case."""
ABSURD = 1e15
"""No quantity of a plant reaches this in any unit of the records: beyond it a value is an instrument's error."""


@dataclass(frozen=True)
class Loop:
    """A control loop.

    Attributes
    ----------
    id, name, equipment_id
        As in the records.
    applicable
        Whether advanced control applies; None where the records do not say.
    weight
        In the service rate.
    measured, setpoint, output, mode
        Its signals; None where no tag has the role.
    producing, in_service, out_of_service
        When its machine ran; when advanced control, or automatic by the mode, was on; when it is known that not.
        The last two lie within the first.
    """

    id: str
    name: str
    equipment_id: str
    applicable: bool | None
    weight: float
    measured: Signal | None
    setpoint: Signal | None
    output: Signal | None
    mode: Signal | None
    producing: Spans
    in_service: Spans
    out_of_service: Spans

    @property
    def service_share(self) -> float | None:
        """Share of producing time in service, as far as known; None without producing time."""
        total = self.producing.seconds
        return self.in_service.seconds / total if total > 0 else None

    @property
    def unlogged_share(self) -> float:
        """Share of producing time of which nobody wrote down whether it was in service."""
        total = self.producing.seconds
        known = self.in_service.seconds + self.out_of_service.seconds
        return max(0.0, 1 - known / total) if total > 0 else 0.0


@dataclass(frozen=True)
class Held:
    """How well a loop held what it should, over its producing time.

    Attributes
    ----------
    share
        Within the tolerance; None where there is no set-point and no pair of limits, or no signal.
    unknown
        Share of the producing time without a usable value.
    tolerance
        In the signal's unit, on either side of the set-point, or of the middle of the limits.
    against
        `setpoint`, `limits`, or empty.
    """

    share: float | None
    unknown: float
    tolerance: float | None
    against: str


def loops_of(inputs: Inputs) -> list[Loop]:
    """Read the loops of the records, by id, each with its signals and times."""
    first, last = micros(inputs.start), micros(inputs.end)
    table = inputs.tables["control_loop"]
    running = spans_by(inputs.tables["equipment_state"], "equipment_id", first, last, state="running")
    on = spans_by(inputs.tables["apc_period"], "loop_id", first, last, in_service=True)
    off = spans_by(inputs.tables["apc_period"], "loop_id", first, last, in_service=False)
    signals: dict[str, dict[str, Signal]] = {}
    for one in inputs.signals.list():
        role = {"measurement": "measured"}.get(one.role, one.role)
        if one.loop_id and (one.kind != "text" or role == "state"):
            signals.setdefault(one.loop_id, {}).setdefault(role, one)
    found = []
    for row in sorted(table.to_pylist(), key=lambda row: row["loop_id"] or ""):
        if not row["loop_id"]:
            continue
        own = signals.get(row["loop_id"], {})
        producing = running.get(row["equipment_id"], NONE)
        mode = own.get("state")
        service, idle = on.get(row["loop_id"], NONE), off.get(row["loop_id"], NONE)
        # Rows that contradict each other say nothing about the time that they share.
        both = service.both(idle)
        service, idle = service.without(both), idle.without(both)
        if mode is not None:
            automatic, manual = _modes(inputs, mode, first, last)
            service, idle = service.either(automatic), idle.either(manual).without(service.either(automatic))
        weight = row["weight"]
        found.append(
            Loop(
                id=row["loop_id"],
                name=row["name"] or row["loop_id"],
                equipment_id=row["equipment_id"] or "",
                applicable=row["apc_applicable"],
                weight=float(weight) if weight is not None and np.isfinite(weight) and weight >= 0 else 1.0,
                measured=own.get("measured"),
                setpoint=own.get("setpoint"),
                output=own.get("output"),
                mode=mode,
                producing=producing,
                in_service=producing.both(service),
                out_of_service=producing.both(idle),
            )
        )
    return found


def _modes(inputs: Inputs, mode: Signal, first: int, last: int) -> tuple[Spans, Spans]:
    points = inputs.signals.points(mode.tag_id, first, last)
    said = points.words() if mode.kind == "text" else [None if v != v else str(v > 0) for v in points.value.tolist()]
    ends = [*points.at_us[1:].tolist(), last]
    rows = list(zip(points.at_us.tolist(), ends, said, strict=True))
    automatic = AUTOMATIC | {"true"}
    closed = [(a, b) for a, b, word in rows if word is not None and word.strip().lower() in automatic]
    opened = [(a, b) for a, b, word in rows if word is not None and word.strip().lower() not in automatic]
    return Spans.of(closed, first, last), Spans.of(opened, first, last)


def usable(points: Points) -> Points:
    """Return points whose impossible values are NaN."""
    with np.errstate(invalid="ignore"):
        value = np.where(np.abs(points.value) < ABSURD, points.value, np.nan)
    return Points(points.at_us, value, points.texts)


def in_unit_of(values: Floats, given: Signal, wanted: Signal) -> Floats | None:
    """Return values in the unit of another signal; None where the two do not measure the same."""
    if not given.unit or not wanted.unit or given.unit == wanted.unit:
        return values
    try:
        if not same_kind(given.unit, wanted.unit):
            return None
        return convert_numbers(np.asarray(values, np.float64), given.unit, wanted.unit)
    except BadInput:
        return None


def wanted_at(loop: Loop, setpoint: Points | None, at: Micros) -> Floats | None:
    """Return (m,) the set-point at each moment, in the unit of the measurement; None where the loop has none."""
    if loop.setpoint is None or loop.measured is None or setpoint is None or len(setpoint) == 0:
        return None
    value = in_unit_of(setpoint.value, loop.setpoint, loop.measured)
    if value is None:
        return None
    place = np.searchsorted(setpoint.at_us, at, side="right") - 1
    found: Floats = np.where(place >= 0, value[np.maximum(place, 0)], np.nan)
    return found


def held(
    loop: Loop, measured: Points, setpoint: Points | None, *, tolerance_share: float, longest_gap_s: float
) -> Held:
    """Say how much of the producing time the loop held its set-point.

    Parameters
    ----------
    loop, measured, setpoint
        The loop and its points; a value counts until the next one, at most `longest_gap_s`.
    tolerance_share
        Of the set-point, where the records give no pair of limits.
    longest_gap_s
        In seconds.
    """
    signal, total = loop.measured, loop.producing.seconds
    if signal is None or total <= 0:
        return Held(None, 1.0, None, "")
    wanted = wanted_at(loop, setpoint, measured.at_us)
    limits = (signal.low, signal.high)
    band = _half(limits)
    if wanted is None and band is None:
        return Held(None, 0.0, None, "")
    if wanted is None:
        assert signal.low is not None
        assert signal.high is not None
        assert band is not None
        middle: Floats = np.full(len(measured), (signal.low + signal.high) / 2)
        tolerance: Floats = np.full(len(measured), band)
    else:
        middle = wanted
        tolerance = np.full(len(measured), band) if band is not None else np.abs(wanted) * tolerance_share
    lasts = np.minimum(np.append(np.diff(measured.at_us), 0) / 1e6, longest_gap_s)
    if len(lasts) > 1:
        lasts[-1] = float(np.median(lasts[:-1]))
    inside = loop.producing.holds(measured.at_us)
    known = inside & np.isfinite(measured.value) & np.isfinite(middle)
    with np.errstate(invalid="ignore"):
        kept = known & (np.abs(measured.value - middle) <= tolerance)
    known_s = min(float(lasts[known].sum()), total)
    kept_s = min(float(lasts[kept].sum()), known_s)
    if known_s == 0:
        return Held(None, 1.0, None, "setpoint" if wanted is not None else "limits")
    return Held(
        share=kept_s / known_s,
        unknown=1 - known_s / total,
        tolerance=float(np.median(tolerance[known])),
        against="setpoint" if wanted is not None else "limits",
    )


def _half(limits: tuple[float | None, float | None]) -> float | None:
    low, high = limits
    return (high - low) / 2 if low is not None and high is not None and high > low else None


def service_rate(loops: list[Loop]) -> tuple[float, float] | None:
    """Return the least and the most that the weighted share of running time in advanced control may be (indicator 2).

    They differ by the time of which nobody wrote down whether control was in service.
    """
    chosen = [one for one in loops if one.applicable and one.producing.seconds > 0]
    total = sum(one.weight * one.producing.seconds for one in chosen)
    if total <= 0:
        return None
    least = sum(one.weight * one.in_service.seconds for one in chosen) / total
    off = sum(one.weight * one.out_of_service.seconds for one in chosen) / total
    return least, max(least, 1 - off)


@dataclass(frozen=True)
class Stretch:
    """The newest stretch of a loop without gaps, on one grid.

    Attributes
    ----------
    at_us, every_s
        (n,) grid and its interval.
    measured
        (n,)
    wanted
        (n,) set-point; the median of the measurement where there is none.
    output
        (n,) or None.
    has_setpoint
        Whether `wanted` is a set-point.
    """

    at_us: Micros
    every_s: int
    measured: Floats
    wanted: Floats
    output: Floats | None
    has_setpoint: bool


def newest_stretch(inputs: Inputs, loop: Loop, hours: float, points: Mapping[str, Points]) -> Stretch | None:
    """Return the longest stretch without gaps of the newest hours in which the loop's machine produced.

    Parameters
    ----------
    points
        tag_id -> points of the loop's signals.
    """
    signal = loop.measured
    if signal is None or len(points[signal.tag_id]) < 3 or len(loop.producing.start) == 0:
        return None
    own = points[signal.tag_id]
    last = int(own.at_us[-1]) + 1
    first = last - int(hours * 3600e6)
    recent = own.at_us[own.at_us >= first]
    if len(recent) < 3:
        return None
    every = max(1, round(float(np.median(np.diff(recent))) / 1e6))
    names = [signal.tag_id] + ([loop.output.tag_id] if loop.output is not None else [])
    frame = inputs.signals.frame(names, first, last, every)
    value = np.where(np.abs(frame.value) < ABSURD, frame.value, np.nan)
    good = np.isfinite(value).all(axis=1) & loop.producing.holds(frame.at_us)
    place = _longest(_bridged(good, 2))
    if place is None:
        return None
    at, value = frame.at_us[place], value[place]
    for column in value.T:
        gap = ~np.isfinite(column)
        column[gap] = np.interp(np.flatnonzero(gap), np.flatnonzero(~gap), column[~gap])
    setpoint = points[loop.setpoint.tag_id] if loop.setpoint is not None else None
    wanted = wanted_at(loop, setpoint, at)
    known = wanted is not None and bool(np.isfinite(wanted).all())
    return Stretch(
        at_us=at,
        every_s=every,
        measured=value[:, 0],
        wanted=wanted if known and wanted is not None else np.full(len(at), float(np.median(value[:, 0]))),
        output=value[:, 1] if loop.output is not None else None,
        has_setpoint=known,
    )


def _bridged(good: np.ndarray, most: int) -> np.ndarray:
    """Take gaps of up to `most` samples for good: a lost sample or two does not end a stretch."""
    found = good.copy()
    places = np.flatnonzero(good)
    for a, b in zip(places[:-1].tolist(), places[1:].tolist(), strict=True):
        if 1 < b - a <= most + 1:
            found[a:b] = True
    return found


def _longest(good: np.ndarray) -> slice | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    if len(edges) == 0:
        return None
    starts, ends = edges[::2], edges[1::2]
    best = int(np.argmax(ends - starts))
    return slice(int(starts[best]), int(ends[best]))
