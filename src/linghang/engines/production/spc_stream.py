"""The watch as a stream: rows of inspections and points of signals as they come, in constant memory."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.engines.contract import Event, Inputs, micros
from linghang.engines.production.spc_parameters import (
    LOOK_BACK_US,
    RUNNING,
    SECOND_US,
    Interval,
    parameter_tracks,
    state_tags,
)
from linghang.engines.production.spc_study import Study
from linghang.engines.production.spc_tracks import HUGE, STAGES, TrackId, courses_of, seen_of
from linghang.engines.production.spc_watching import Point, Watching, event_of, points_of
from linghang.errors import BadInput

POINT_COLUMNS = ("tag_id", "at", "value", "good")
INSPECTION_COLUMNS = (
    "characteristic_id", "equipment_id", "at", "value", "inspected_quantity", "defective_quantity",
)  # fmt: skip


class ProcessStream:
    """A running analysis. Its memory is one watch a track and one sum a signal, whatever comes.

    Parameters
    ----------
    study
        What was learnt.
    inputs
        Only the states of machines at their end are looked at.
    """

    def __init__(self, study: Study, inputs: Inputs, subgroup_s: int, settle_s: int, least_inspected: float) -> None:
        self._study = study
        self._least = least_inspected
        self._names = [one.characteristic_id for one in study.known]
        self._watching = Watching(study.plan, dict(study.fitted))
        self._step, self._settle = subgroup_s * SECOND_US, settle_s * SECOND_US
        self._begins = -(-micros(inputs.end) // self._step) * self._step
        self._tracks = parameter_tracks(study.wanted)
        self._intervals = {tag: Interval(self._step) for tag in self._tracks}
        self._last: dict[str, int] = {}
        self._of_machine: dict[str, list[str]] = {}
        for tag, track in self._tracks.items():
            self._of_machine.setdefault(track.equipment_id, []).append(tag)
        self._states: dict[str, str] = {}
        self._texts: dict[str, tuple[str, ...]] = {}
        self._since: dict[str, int | None] = {}
        self._begin_states(inputs)

    def _begin_states(self, inputs: Inputs) -> None:
        end = micros(inputs.end)
        for machine, tag in sorted(state_tags(inputs.signals.list()).items()):
            if machine not in self._of_machine:
                continue
            points = inputs.signals.points(tag, end - LOOK_BACK_US, end)
            self._states[tag], self._texts[tag] = machine, tuple(points.texts)
            self._since[machine] = None
            for at, word in zip(points.at_us.tolist(), points.words(), strict=True):
                self._state(machine, at, word)

    def update(self, batch: pa.Table) -> Sequence[Event]:
        """Take points of signals (tag_id, at, value, good) or rows of inspections; return what happened.

        Raises
        ------
        BadInput
            The batch is neither.
        """
        if all(name in batch.column_names for name in INSPECTION_COLUMNS):
            return self._inspections(batch)
        if all(name in batch.column_names for name in POINT_COLUMNS):
            return self._points(batch)
        raise BadInput("a batch has the columns {points}, or those of inspections", points=", ".join(POINT_COLUMNS))

    def finish(self, at_us: int) -> Sequence[Event]:
        """Close the intervals that are over at a moment, where no later point has done it."""
        return [event for tag in self._tracks for event in self._close(tag, at_us)]

    def _inspections(self, batch: pa.Table) -> list[Event]:
        wanted = pc.is_in(batch["characteristic_id"], value_set=pa.array(self._names, pa.string()))
        if "stage" in batch.column_names:
            own = pc.is_in(batch["stage"], value_set=pa.array(STAGES, pa.string()))
            wanted = pc.and_(wanted, pc.or_(pc.is_null(batch["stage"]), own))
        seen = seen_of(batch.filter(wanted), self._names, sort=False)
        courses = courses_of(seen, self._study.known, self._least, self._study.centres)
        rows = [
            (row, track, one)
            for track, course in courses.items()
            for row, one in zip(course.row.tolist(), points_of(course, self._study.known), strict=True)
        ]
        rows.sort(key=lambda each: each[:2])
        return [event for _, track, one in rows for event in self._add(track, one)]

    def _points(self, batch: pa.Table) -> list[Event]:
        own = pa.array([*self._tracks, *self._states], pa.string())
        batch = batch.filter(pc.is_in(batch["tag_id"].cast(pa.string()), value_set=own))
        moments = batch["at"].cast(pa.int64()).to_pylist()
        events: list[Event] = []
        columns = (batch["tag_id"].to_pylist(), moments, batch["value"].to_pylist(), batch["good"].to_pylist())
        for tag, at, value, good in zip(*columns, strict=True):
            if tag in self._states:
                machine = self._states[tag]
                for each in self._of_machine[machine]:
                    events += self._close(each, at)
                self._state(machine, at, self._word(tag, value if good else None))
            else:
                events += self._close(tag, at)
                if at >= self._begins:
                    usable = good and value is not None
                    self._intervals[tag].add(at, float(value) if usable else float("nan"))
        return events

    def _word(self, tag: str, value: object) -> str | None:
        if isinstance(value, str) or value is None:
            return value
        texts = self._texts[tag]
        place = float(value)  # type: ignore[arg-type]
        return texts[int(place)] if 0 <= place < len(texts) else None

    def _state(self, machine: str, at: int, word: str | None) -> None:
        runs = word is not None and word.lower() in RUNNING
        began = self._since.get(machine)
        self._since[machine] = (began if began is not None else at) if runs else None

    def _close(self, tag: str, at: int) -> list[Event]:
        track = self._tracks[tag]
        signal = self._study.wanted[tag][0]
        events: list[Event] = []
        for begin, mean in self._intervals[tag].close(at):
            since = self._since.get(track.equipment_id, begin - self._settle)
            if since is None or since > begin - self._settle or not abs(mean) < HUGE:
                continue
            follows = self._last.get(tag) == begin - self._step
            self._last[tag] = begin
            lower, upper = (np.nan if one is None else one for one in (signal.low, signal.high))
            events += self._add(track, Point(begin, mean, mean, lower, upper, follows))
        return events

    def _add(self, track: TrackId, one: Point) -> list[Event]:
        told = self._watching.add(track, one)
        if told is None or not told.raised:
            return []
        return [event_of(track, self._watching.fitted[track], one, told)]
