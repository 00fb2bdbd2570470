"""Equipment monitoring, live: state changes, long stops, limit alarms, floods and chattering as points come.

The batch run puts the same points through the same monitor, so both give the same events, however the points are cut
into batches. Points of one moment are taken in the order of their tags. A point that comes after a later one of its own
tag is left out. Memory: one state for each machine, one alarm for each limit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.contract import Event, Severity, moment
from linghang.engines.equipment.alarms import (
    SECOND_US,
    AlarmBook,
    AlarmRule,
    Change,
    ChatterWatch,
    FloodWatch,
    Limits,
    Priority,
    Timers,
)
from linghang.engines.equipment.limit_alarms import SIDES, span_of, usual
from linghang.engines.equipment.monitoring_states import (
    BREAKDOWN,
    IDLE,
    NONE,
    OFF,
    PLANNED_STOP,
    RUNNING,
    SETUP,
    STATE_TITLES,
    STATES,
    UNKNOWN,
    states_of_values,
)
from linghang.engines.signals import Points, Signal
from linghang.words import Text

LONGEST_TOLD_S = 7 * 86_400
"""A state that lasted longer than a week is told as a week: nobody reads more out of it, and it needs no memory."""
STOPS = (BREAKDOWN, IDLE, SETUP, UNKNOWN)
TURNING = (BREAKDOWN, PLANNED_STOP, OFF, UNKNOWN)
"""States whose beginning and end a person wants to hear of; the others come and go with every piece."""
_STOP_SEVERITY: Mapping[int, Severity] = {BREAKDOWN: "high", SETUP: "medium", UNKNOWN: "medium", IDLE: "low"}
_SEVERITY: Mapping[Priority, Severity] = {"low": "low", "medium": "medium", "high": "high", "critical": "urgent"}
_SAID = {
    "raised": Text("报警", "alarm"),
    "standing": Text("报警（开始监控时已存在）", "alarm, standing when monitoring began"),
    "cleared": Text("恢复", "back inside"),
    "withheld": Text("报警因停机按设计抑制", "alarm suppressed by design while the machine stands"),
}
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LiveRules:
    """How the live monitor decides: bounds in seconds and alarms, for the whole plant."""

    words: Mapping[str, int]
    long_stop_s: float = 3600.0
    every_state: bool = False
    flood_begin: int = 10
    flood_end: int = 5
    chatter_times: int = 3
    chatter_s: float = 60.0
    low_when_stopped: bool = False
    startup_s: float = 1800.0
    look_back_us: int = 30 * 86_400 * SECOND_US


def limits_of(signal: Signal) -> Limits | None:
    """Return the limits of a measured number with the usual dead band; None for a signal without any."""
    low, high = (None if one is None or not np.isfinite(one) else one for one in (signal.low, signal.high))
    if signal.kind != "number" or signal.role in ("state", "counter", "output") or (low is None and high is None):
        return None
    if low is not None and high is not None and low >= high:
        return None
    return Limits(low, high, usual_of(signal)[0] * span_of(low, high))


def usual_of(signal: Signal) -> tuple[float, float]:
    """Return the usual dead band (share) and delay (s) of what a signal measures."""
    return usual(signal.quantity, signal.unit)


def state_signals(signals: Sequence[Signal]) -> dict[str, Signal]:
    """Return equipment -> the signal that says its state: texts before flags before numbers, then by tag."""
    rank = {"text": 0, "flag": 1, "number": 2}
    found: dict[str, Signal] = {}
    for one in sorted(signals, key=lambda one: (rank.get(one.kind, 3), one.tag_id)):
        if one.role == "state" and one.equipment_id:
            found.setdefault(one.equipment_id, one)
    return found


@dataclass(slots=True)
class _Machine:
    state: int = NONE
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Reduced:
    """Points of one tag at which anything changes: moments, codes (states or zones), values."""

    at: Micros
    code: NDArray[np.int8]
    value: NDArray[np.float64]


class Monitor:
    """The live monitor of a plant.

    Parameters
    ----------
    signals
        All of them; states of equipment and measured numbers with limits are watched.
    before
        State tag -> points from before those that will come, as far back as `look_back_us`.
    texts
        State tag -> what the values of its points stand for.
    """

    def __init__(
        self,
        signals: Sequence[Signal],
        rules: LiveRules,
        before: Mapping[str, Points] | None = None,
        texts: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.rules = rules
        self._states = {one.tag_id: one for one in state_signals(signals).values()}
        limited = {one.tag_id: (one, limits_of(one)) for one in signals if one.tag_id not in self._states}
        self._limits = {tag: (one, limits) for tag, (one, limits) in limited.items() if limits is not None}
        self.tags = sorted([*self._states, *self._limits])
        self._place = {tag: place for place, tag in enumerate(self.tags)}
        self._texts = dict(texts or {})
        self._before: Mapping[str, Points] | None = before or {}
        self._last: dict[str, tuple[int, int]] = {}
        self._machines = {one.equipment_id: _Machine() for one in self._states.values()}
        self._timers = Timers()
        self._book = AlarmBook(self._rules(), self._timers)
        self._flood = FloodWatch(rules.flood_begin, rules.flood_end)
        self._chatter = ChatterWatch(rules.chatter_times, rules.chatter_s)
        self._value: dict[str, float] = {}
        self._first: set[str] = set()
        self._low: dict[str, list[str]] = {}
        for tag, (signal, limits) in self._limits.items():
            if limits.low is not None and signal.equipment_id in self._machines and not rules.low_when_stopped:
                self._low.setdefault(signal.equipment_id, []).append(f"{tag} low")
        self._clock: int | None = None

    def _rules(self) -> Iterator[AlarmRule]:
        for tag, (signal, limits) in self._limits.items():
            delay = usual_of(signal)[1]
            for side, limit in (("low", limits.low), ("high", limits.high)):
                if limit is not None:
                    yield AlarmRule(f"{tag} {side}", "medium", delay, delay)

    def update(self, batch: pa.Table) -> list[Event]:
        """Take points as the contract has them; `value` of a text signal may be the text itself."""
        encoded = pc.dictionary_encode(batch["tag_id"].cast(pa.string()).combine_chunks())
        names, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)
        when = batch["at"]
        if pa.types.is_timestamp(when.type):
            when = when.cast(pa.timestamp("us", when.type.tz), safe=False)
        at = np.asarray(when.cast(pa.int64()).to_numpy(), np.int64)
        good = np.ones(len(at), bool)
        if "good" in batch.column_names:
            good = pc.fill_null(batch["good"], False).to_numpy()
        column = batch["value"]
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        values = column.to_numpy(zero_copy_only=False) if is_text else np.array(column.cast(pa.float64()).to_numpy())
        points: dict[str, Points] = {}
        for code, tag in enumerate(names):
            if tag in self._place:
                own = np.flatnonzero(codes == code)
                points[tag] = _points(at[own], values[own], good[own], is_text, self._texts.get(tag, ()))
        return self.take(points)

    def take(self, points: Mapping[str, Points]) -> list[Event]:
        """Take points of several tags, of one stretch of time that is later than all before."""
        moments = [one.at_us for tag, one in points.items() if tag in self._place and len(one)]
        if not moments:
            return []
        if self._before is not None:
            self._begin(min(int(one.min()) for one in moments))
        reduced = {tag: self._reduced(tag, one) for tag, one in points.items() if tag in self._place}
        at = np.concatenate([one.at for one in reduced.values()])
        tag = np.concatenate([np.full(len(one.at), self._place[name], np.int64) for name, one in reduced.items()])
        code = np.concatenate([one.code for one in reduced.values()])
        value = np.concatenate([one.value for one in reduced.values()])
        order = np.lexsort((tag, at))
        events: list[Event] = []
        columns = (one[order].tolist() for one in (at, tag, code, value))
        for when, place, meant, number in zip(*columns, strict=True):
            events += self._until(when)
            name = self.tags[place]
            events += self._state(name, meant, when) if name in self._states else self._zone(name, meant, number, when)
        self._clock = max(self._clock or 0, max(int(one.max()) for one in moments))
        return events + list(self._until(self._clock))

    def _begin(self, first: int) -> None:
        """Learn in which state each machine was when the points begin."""
        for tag, points in (self._before or {}).items():
            here = (points.at_us >= first - self.rules.look_back_us) & (points.at_us < first)
            if tag not in self._states or not here.any():
                continue
            signal = self._states[tag]
            codes = states_of_values(points.value[here], signal.kind, points.texts, self.rules.words)
            at = points.at_us[here]
            changed = np.flatnonzero(codes[1:] != codes[:-1])
            since = int(at[changed[-1] + 1]) if len(changed) else int(at[0])
            self._machines[signal.equipment_id] = _Machine(int(codes[-1]), since)
            self._last[tag] = (int(at[-1]), int(codes[-1]))
            due = since + round(self.rules.long_stop_s * SECOND_US)
            if codes[-1] in STOPS and due >= first:
                self._timers.set(("stop", signal.equipment_id), due)
            if codes[-1] not in (RUNNING, UNKNOWN):
                for key in self._low.get(signal.equipment_id, ()):
                    self._book.suppress(key, since)
        self._before = None

    def _reduced(self, tag: str, points: Points) -> Reduced:
        """Return the points at which the state or the zone changes; those before the last one known are left out."""
        last_at, last_code = self._last.get(tag, (np.iinfo(np.int64).min, -128))
        order = np.argsort(points.at_us, kind="stable")
        at, value = points.at_us[order], points.value[order]
        keep = (at > last_at) & np.append(at[1:] != at[:-1], True)[: len(at)]
        if tag in self._limits:
            keep &= np.isfinite(value)
        at, value = at[keep], value[keep]
        if tag in self._states:
            code = states_of_values(value, self._states[tag].kind, points.texts, self.rules.words)
        else:
            code = self._limits[tag][1].zones(value)
        if len(at) and tag in self._limits and tag not in self._last and abs(int(code[0])) == 2:
            self._first.add(f"{tag} {'low' if code[0] < 0 else 'high'}")
        if len(at):
            self._last[tag] = (int(at[-1]), int(code[-1]))
        new = np.append(np.int8(last_code), code)[:-1] != code if len(code) else np.empty(0, bool)
        return Reduced(at[new], code[new], value[new])

    def _until(self, at: int) -> Iterator[Event]:
        """Let the timers fire that are due."""
        for due, key in self._timers.until(at):
            what, name = key
            if what == "stop":
                yield self._long_stop(name, due)
            elif what == "started":
                yield from self._low_alarms(name, True, due)
            elif what == "flood":
                since, count = self._flood.ended()
                lasted = (due - since) / SECOND_US
                yield Event(
                    moment(due),
                    "plant",
                    "flood_ended",
                    "info",
                    Text(f"报警泛滥结束，共{count}条", f"the alarm flood is over: {count} alarms"),
                    {"alarms": count, "lasted_s": lasted},
                )
            else:
                for change in self._book.due(key, due):
                    yield from self._alarm(change)

    def _state(self, tag: str, state: int, at: int) -> Iterator[Event]:
        id = self._states[tag].equipment_id
        machine = self._machines[id]
        before, since = machine.state, machine.since
        machine.state, machine.since = state, at
        self._timers.cancel(("stop", id))
        if state in STOPS:
            self._timers.set(("stop", id), at + round(self.rules.long_stop_s * SECOND_US))
        self._timers.cancel(("started", id))
        if state == RUNNING and before not in (NONE, UNKNOWN, RUNNING):
            self._timers.set(("started", id), at + round(self.rules.startup_s * SECOND_US))
        else:
            yield from self._low_alarms(id, state in (RUNNING, UNKNOWN), at)
        if not (self.rules.every_state or state in TURNING or before in TURNING):
            return
        lasted = None if since is None else min((at - since) / SECOND_US, LONGEST_TOLD_S)
        titles = STATE_TITLES[STATES[before]], STATE_TITLES[STATES[state]]
        yield Event(
            moment(at),
            id,
            "state_changed",
            "medium" if state == BREAKDOWN else "info",
            Text(f"{id}：{titles[0].zh}→{titles[1].zh}", f"{id}: {titles[0].en} to {titles[1].en}"),
            {"before": STATES[before], "after": STATES[state], "lasted_s": lasted},
        )

    def _long_stop(self, id: str, at: int) -> Event:
        state = self._machines[id].state
        title, minutes = STATE_TITLES[STATES[state]], f"{self.rules.long_stop_s / 60:g}"
        return Event(
            moment(at),
            id,
            "long_stop",
            _STOP_SEVERITY[state],
            Text(f"{id}：{title.zh}已超过{minutes}分钟", f"{id}: {title.en} for more than {minutes} minutes"),
            {"state": STATES[state], "lasted_s": self.rules.long_stop_s},
        )

    def _low_alarms(self, id: str, matter: bool, at: int) -> Iterator[Event]:
        """Suppress the low alarms of a machine that stands, by design; restore them when it has run for a while."""
        for key in self._low.get(id, ()):
            for change in self._book.restore(key, at) if matter else self._book.suppress(key, at):
                yield from self._alarm(change)

    def _zone(self, tag: str, zone: int, value: float, at: int) -> Iterator[Event]:
        """Tell the alarms of a tag where its value is now; inside the dead band they stay as they are if they stand."""
        for side, out, band in SIDES:
            key = f"{tag} {side}"
            if key not in self._book:
                continue
            stands = self._book.state(key) in ("unacknowledged", "acknowledged")
            true = zone == out or (stands and zone == band)
            if true and not stands:
                self._value[key] = value
            if not true:
                self._first.discard(key)
            for change in self._book.condition(key, true, at):
                yield from self._alarm(change)

    def _alarm(self, change: Change) -> Iterator[Event]:
        """Tell an operator, unless the alarm is suppressed; that a standing one is suppressed is told."""
        if change.kind == "restored" or not (change.annunciated or (change.kind == "withheld" and change.stands)):
            return
        tag, _, side = change.key.rpartition(" ")
        signal, limits = self._limits[tag]
        limit = limits.high if side == "high" else limits.low
        rises = change.kind == "raised"
        kind = "standing" if rises and change.key in self._first else change.kind
        zh, en = ("高", "high") if side == "high" else ("低", "low")
        said = _SAID[kind]
        unit = f" {signal.unit}" if signal.unit else ""
        values = {"tag": tag, "side": side, "limit": limit, "value": self._value.get(change.key) if rises else None}
        yield Event(
            moment(change.at_us),
            signal.equipment_id or tag,
            kind,
            _SEVERITY[change.priority] if rises else "info",
            Text(
                f"{signal.name}{zh}{said.zh}（限值{limit:g}{unit}）",
                f"{signal.name} {en}: {said.en} ({limit:g}{unit})",
            ),
            {**values, "priority": change.priority},
        )
        if kind == "raised":
            yield from self._watched(change)

    def _watched(self, change: Change) -> Iterator[Event]:
        at, key = change.at_us, change.key
        if self._chatter.raised(key, at):
            times = self._chatter.times
            text = Text(f"{key}抖动：{times}次", f"{key} chatters: {times} times")
            yield Event(moment(at), key, "chattering", "low", text, {"times": times})
        if self._flood.raised(at):
            count = self._flood.count
            text = Text(f"报警泛滥：10分钟内{count}条", f"alarm flood: {count} within 10 minutes")
            yield Event(moment(at), "plant", "flood_began", "high", text, {"alarms": count})
        over = self._flood.over()
        if over is not None:
            self._timers.set(("flood", ""), over)


def _points(
    at: Micros, value: NDArray[np.object_], good: NDArray[np.bool_], is_text: bool, texts: Sequence[str]
) -> Points:
    """Return points of one tag; bad ones without a value."""
    if not is_text:
        return Points(at, np.where(good, value.astype(float), np.nan), texts)
    listed = sorted({one for one in value.tolist() if one is not None})
    codes = {one: float(place) for place, one in enumerate(listed)}
    numbers = np.array([codes.get(one, np.nan) for one in value.tolist()], float)
    return Points(at, np.where(good, numbers, np.nan), listed)
