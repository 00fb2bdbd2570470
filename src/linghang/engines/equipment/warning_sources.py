"""What early warning reads of a plant: key machines, their sensors, states and failures; and learning them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.engines.columns import EMPTY, micros_of
from linghang.engines.contract import Inputs
from linghang.engines.equipment.monitoring_records import machines_of, recorded_states, table_of
from linghang.engines.equipment.monitoring_states import RUNNING, WORDS, Stretches, states_of_values
from linghang.engines.equipment.warning_detector import Floats, Tuning
from linghang.engines.equipment.warning_limits import learn
from linghang.engines.equipment.warning_machine import MachineWatch, Watching
from linghang.engines.equipment.warning_normal import confirmed
from linghang.engines.equipment.warning_samples import Micros, Sampler, States
from linghang.engines.signals import Signal
from linghang.errors import BadInput
from linghang.words import Text

SECOND_US, DAY_US = 1_000_000, 86_400_000_000
COUNTER, STATE, PIECE = "counter", "state", "piece"
"""A state, and a counter of pieces, say what was done, not how the machine is."""
OPEN_DAYS = 7.0
"""A state without an end counts for a week at most."""
Changes = tuple[Micros, NDArray[np.int8]]
"""When the state of a machine changed, and to what."""

NO_SENSOR = Text("没有数值信号", "no numeric signal")
NO_STATE = Text("没有设备状态记录，运行时间未知", "no state is recorded: its running time is unknown")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a setting means in microseconds and in the detector's terms."""

    tuning: Tuning
    watching: Watching
    training_us: int
    settle_us: int
    lead_us: int

    @property
    def step_us(self) -> int:
        """Length of an interval."""
        return self.watching.step_us


@dataclass(frozen=True, slots=True)
class Machine:
    """A key machine and its signals.

    Attributes
    ----------
    equipment_id, name
        Which it is.
    sensors
        What is watched of it, by tag_id.
    state
        The signal that tells its state; None without one.
    """

    equipment_id: str
    name: str
    sensors: tuple[Signal, ...]
    state: Signal | None

    def sampler(self, plan: Plan, states: States) -> Sampler:
        """Return what makes samples of its points."""
        counters = tuple(place for place, one in enumerate(self.sensors) if one.role == COUNTER)
        return Sampler(plan.step_us, plan.settle_us, len(self.sensors), states, counters)


@dataclass
class Ready:
    """A machine that was learnt, at the moment from which it is watched."""

    machine: Machine
    watch: MachineWatch
    sampler: Sampler


@dataclass
class Plant:
    """The key machines, and what the records say of them.

    Attributes
    ----------
    machines
        By id.
    failures
        Equipment -> (f,) when it failed and stopped, oldest first, and the rows.
    """

    machines: tuple[Machine, ...]
    failures: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def failed_us(self, equipment_id: str) -> Micros:
        """Return when a machine failed."""
        return np.array([row["at_us"] for row in self.failures.get(equipment_id, ())], np.int64)


def plant_of(inputs: Inputs) -> Plant:
    """Read the key machines in use, their signals and their failures."""
    signals: dict[str, list[Signal]] = {}
    for one in inputs.signals.list():
        if one.equipment_id:
            signals.setdefault(one.equipment_id, []).append(one)
    machines = []
    for row in machines_of(inputs.tables):
        if row["key"] is not True:
            continue
        own = sorted(signals.get(row["equipment_id"], ()), key=lambda one: one.tag_id)
        sensors = tuple(one for one in own if _senses(one))
        state = next((one for one in own if one.role == STATE and one.kind in ("text", "flag")), None)
        machines.append(Machine(row["equipment_id"], row["name"] or row["equipment_id"], sensors, state))
    return Plant(tuple(machines), _failures(inputs.tables))


def _senses(one: Signal) -> bool:
    done = one.role == STATE or (one.role == COUNTER and one.unit in (PIECE, ""))
    return one.kind == "number" and not done


def _failures(tables: Mapping[str, pa.Table]) -> dict[str, list[Mapping[str, Any]]]:
    found = table_of(tables, "failure", ("equipment_id", "start", "component", "cause", "stopped"))
    if found is None:
        return {}
    at, rows = micros_of(found["start"]), found.drop_columns(["start"]).to_pylist()
    listed: dict[str, list[Mapping[str, Any]]] = {}
    for place in np.argsort(at, kind="stable"):
        row = rows[int(place)]
        if at[place] != EMPTY and row["equipment_id"] and row["stopped"] is not False:
            listed.setdefault(row["equipment_id"], []).append({**row, "at_us": int(at[place])})
    return listed


def gathered(inputs: Inputs, sensors: Sequence[Signal], start_us: int, end_us: int) -> tuple[Micros, Micros, Floats]:
    """Return the points of several signals in the order of time: when, whose, and the value."""
    read = [inputs.signals.points(one.tag_id, start_us, end_us) for one in sensors]
    at = np.concatenate([one.at_us for one in read]) if read else np.empty(0, np.int64)
    column = np.repeat(np.arange(len(read)), [len(one) for one in read]).astype(np.int64)
    value = np.concatenate([one.value for one in read]) if read else np.empty(0)
    order = np.argsort(at, kind="stable")
    return at[order], column[order], value[order]


def stretches_of(
    inputs: Inputs, machine: Machine, recorded: Mapping[str, Stretches], start_us: int, end_us: int
) -> Changes:
    """Return when a machine's state changed and to what: from the records, else from its state signal."""
    if machine.equipment_id in recorded:
        found = recorded[machine.equipment_id].within(start_us, end_us)
        return found.begin, found.state
    if machine.state is None:
        return np.empty(0, np.int64), np.empty(0, np.int8)
    points = inputs.signals.points(machine.state.tag_id, start_us - round(OPEN_DAYS * DAY_US), end_us)
    state = states_of_values(points.value, machine.state.kind, points.texts, WORDS)
    first = max(int(np.searchsorted(points.at_us, start_us, "right")) - 1, 0)
    return np.maximum(points.at_us[first:], start_us), state[first:]


def recorded_of(inputs: Inputs, start_us: int, end_us: int) -> dict[str, Stretches]:
    """Return equipment -> its recorded states."""
    return recorded_states(inputs.tables, start_us, end_us, {}, OPEN_DAYS)


def prepared(
    inputs: Inputs, plan: Plan, plant: Plant, machine: Machine, recorded: Mapping[str, Stretches], at_us: int
) -> Ready | Text:
    """Learn a machine from what was before a moment; or say why it cannot be learnt.

    Parameters
    ----------
    at_us
        The moment from which it is watched: nothing of it or later is looked at.
    """
    if not machine.sensors:
        return NO_SENSOR
    start_us = at_us - plan.training_us
    changes = stretches_of(inputs, machine, recorded, start_us, at_us)
    if not len(changes[0]):
        return NO_STATE
    sampler = machine.sampler(plan, States())
    samples = sampler.take(*gathered(inputs, machine.sensors, start_us, at_us), changes, at_us)
    keep = confirmed(samples.at_us, samples.value, plant.failed_us(machine.equipment_id), at_us, plan.lead_us)
    chosen = samples.only(keep)
    try:
        model = learn(chosen.value, plan.tuning, chosen.fresh(plan.step_us))
    except BadInput:
        count = len(chosen.at_us)
        return Text(
            f"可学习的运行样本不足，或信号无变化（{count} 个样本）",
            f"too few samples at work to learn from, or no signal varies ({count} samples)",
        )
    watch = MachineWatch(machine.equipment_id, machine.name, machine.sensors, model, plan.watching)
    states = States(sampler.states.state, sampler.states.since_us)
    return Ready(machine, watch, machine.sampler(plan, states))


def running_us(changes: Changes, start_us: int, end_us: int, spans: Sequence[Micros]) -> tuple[int, int]:
    """Return the running time of a stretch, and how much of it lies in intervals.

    Parameters
    ----------
    changes
        When the state changed and to what.
    spans
        Beginnings and ends of the intervals, which do not overlap.
    """
    begin, state = changes
    if not len(begin):
        return 0, 0
    until = np.append(begin[1:], end_us)
    runs = np.where(state == RUNNING, until - begin, 0)
    passed = np.concatenate([[0], np.cumsum(runs)])

    def up_to(at: Micros) -> Micros:
        place = np.clip(np.searchsorted(begin, at, "right") - 1, 0, len(begin) - 1)
        inside = np.clip(at - begin[place], 0, until[place] - begin[place])
        return np.asarray(passed[place] + np.where(state[place] == RUNNING, inside, 0))

    ends = np.array([start_us, end_us], np.int64)
    whole = up_to(ends)
    return int(whole[1] - whole[0]), int((up_to(np.minimum(spans[1], end_us)) - up_to(spans[0])).sum())
