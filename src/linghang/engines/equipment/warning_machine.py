"""One machine under watch: samples in, events out, the same way for a run and for a stream."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from linghang.engines.contract import Event, Severity, moment
from linghang.engines.equipment.warning_alarms import AlarmRule, AlarmState
from linghang.engines.equipment.warning_detector import Floats, Model, Watcher
from linghang.engines.equipment.warning_drift import DriftState, Recent
from linghang.engines.equipment.warning_limits import learn
from linghang.engines.equipment.warning_samples import SILENT, Samples
from linghang.engines.signals import Signal
from linghang.errors import BadInput
from linghang.words import Text

DIGITS = 4
"""Of figures in events: more say nothing."""


@dataclass(frozen=True, slots=True)
class Watching:
    """How machines are watched, beside the detector's own setting.

    Attributes
    ----------
    step_us
        Length of an interval.
    rule
        When a warning is raised and cleared.
    named
        How many sensors a warning names.
    relearn
        Whether a machine is learnt anew, from confirmed samples, when its baseline has drifted.
    rows, confirm_us
        How many recent samples are kept for that, and how long nothing may have warned after them.
    """

    step_us: int
    rule: AlarmRule
    named: int
    relearn: bool
    rows: int
    confirm_us: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One scored sample, for tables and charts."""

    at_us: int
    index: float
    level: float
    relation: float
    shares: Floats
    warned: bool


@dataclass
class MachineWatch:
    """A machine under watch, in constant memory.

    Attributes
    ----------
    equipment_id, name
        Which machine.
    sensors
        (k,) its signals, in the order of the samples' columns.
    model
        What was learnt of it.
    how
        How it is watched.
    """

    equipment_id: str
    name: str
    sensors: tuple[Signal, ...]
    model: Model
    how: Watching
    _watcher: Watcher = field(init=False)
    _alarm: AlarmState = field(init=False)
    _drift: DriftState = field(init=False)
    _recent: Recent = field(init=False)
    _last: tuple[int, int, int] | None = None
    _outside: bool = False

    def __post_init__(self) -> None:
        self._alarm = AlarmState(self.how.rule)
        self._recent = Recent(self.how.rows, self.how.confirm_us)
        self._begin(self.model)

    def _begin(self, model: Model) -> None:
        self.model, self._watcher = model, Watcher(model)
        self._drift = DriftState(max(round(1 / model.tuning.memory), 1))

    def take(self, samples: Samples, keep: list[Scored] | None = None) -> list[Event]:
        """Take samples, oldest first; return what happened. With `keep`, note there what they amount to."""
        events: list[Event] = []
        for place in range(len(samples.at_us)):
            mark = (int(samples.at_us[place]), int(samples.since_us[place]), int(samples.repairs[place]))
            scored = self._score(mark, samples.value[place], events)
            if scored is not None and keep is not None:
                keep.append(scored)
        return events

    def _score(self, mark: tuple[int, int, int], values: Floats, events: list[Event]) -> Scored | None:
        at_us, since, repairs = mark
        last, self._last = self._last, mark
        fresh = last is None or since != last[1] or at_us - last[0] > SILENT * self.how.step_us
        if last is not None and repairs != last[2]:
            # What was before a repair says nothing about the machine after it.
            self._watcher = Watcher(self.model)
            self._recent.doubt()
            self._drift.forget()
        if self._unlearnt(at_us, values, events):
            return None
        level, relation, shares = self._watcher.step(values, fresh)
        index = max(level, relation)
        if np.isnan(index):
            return None
        end_us = at_us + self.how.step_us
        change = self._alarm.step(index)
        if change is not None:
            events.append(self._changed(change, end_us, (index, level, relation), shares))
        if self._alarm.active:
            self._recent.doubt()
            self._drift.forget()
        elif index <= 1:
            self._recent.add(at_us, values, fresh)
            if self._drift.step(index * self.model.tuning.limit):
                events.append(self._drifted(end_us))
        return Scored(end_us, index, level, relation, shares, self._alarm.active)

    def _unlearnt(self, at_us: int, values: Floats, events: list[Event]) -> bool:
        """Whether a set-point lies where the machine never worked while it was learnt: then nothing is known of it."""
        low, high = self.model.low, self.model.high
        outside = [
            place
            for place, one in enumerate(self.sensors)
            if one.role == "setpoint" and not (np.isnan(values[place]) or low[place] <= values[place] <= high[place])
        ]
        if bool(outside) != self._outside:
            self._outside = bool(outside)
            names = "、".join(self.sensors[one].name for one in outside)
            gone = Text(
                f"{self.name}：设定值（{names}）超出学习范围，暂不评分",
                f"{self.name}: set-point ({names}) outside what was learnt; not scored",
            )
            back = Text(
                f"{self.name}：设定值回到学习范围，恢复评分",
                f"{self.name}: set-points are back in what was learnt; scored again",
            )
            text = gone if outside else back
            kind = "unlearnt" if outside else "learnt"
            events.append(Event(moment(at_us + self.how.step_us), self.equipment_id, kind, "info", text))
        return bool(outside)

    def _changed(self, change: str, end_us: int, amounts: Sequence[float], shares: Floats) -> Event:
        order = [int(one) for one in np.argsort(-shares, kind="stable")[: self.how.named] if shares[one] > 0]
        named = [{"tag_id": self.sensors[one].tag_id, "share": round(float(shares[one]), DIGITS)} for one in order]
        values = {
            "index": round(amounts[0], DIGITS),
            "level": round(amounts[1], DIGITS),
            "relation": round(amounts[2], DIGITS),
            "sensors": named,
        }
        listed = [f"{self.sensors[one].name} {shares[one]:.0%}" for one in order]
        return Event(
            moment(end_us),
            self.equipment_id,
            change,
            self._urgency(change),
            self._said(change, amounts[0], listed),
            values,
        )

    def _urgency(self, change: str) -> Severity:
        if change == "cleared":
            return "info"
        return "high" if self._alarm.high else "medium"

    def _said(self, change: str, index: float, listed: Sequence[str]) -> Text:
        zh, en = "、".join(listed), ", ".join(listed)
        if change == "cleared":
            return Text(f"{self.name}恢复正常（指数 {index:.2f}）", f"{self.name} is normal again (index {index:.2f})")
        if change == "worse":
            return Text(
                f"{self.name}异常加重：指数 {index:.2f}，主要来自{zh}",
                f"{self.name} grows worse: index {index:.2f}, mostly {en}",
            )
        return Text(
            f"{self.name}偏离正常：指数 {index:.2f}，主要来自{zh}",
            f"{self.name} departs from normal: index {index:.2f}, mostly {en}",
        )

    def _drifted(self, end_us: int) -> Event:
        again = self.how.relearn and self.relearn()
        zh = "已用确认正常的数据重新学习" if again else "请确认设备状态正常后重新学习"
        en = "learnt anew from confirmed samples" if again else "learn it anew once it is confirmed to be sound"
        return Event(
            moment(end_us),
            self.equipment_id,
            "drift",
            "low",
            Text(f"{self.name}的正常基准已缓慢变化；{zh}", f"the baseline of {self.name} has drifted; {en}"),
            {"relearnt": again},
        )

    def relearn(self) -> bool:
        """Learn anew from the recent samples that are confirmed normal; whether there were enough."""
        samples, fresh = self._recent.samples()
        try:
            self._begin(learn(samples, self.model.tuning, fresh))
        except BadInput:
            return False
        return True
