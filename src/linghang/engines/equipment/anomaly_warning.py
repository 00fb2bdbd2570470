"""Early warning for key equipment: a machine departs from how it was learnt, before it fails.

Every key machine in use is learnt from its own sensors, at work, in the weeks before the window, and watched in the
window: `warning_detector` (multivariate EWMA and dynamic PCA with contributions), `warning_limits` (limits from
held-out blocks), `warning_normal` (what may be learnt from), `warning_alarms` (persistence, hysteresis; ISA-18.2,
IEC 62682), `warning_drift` (the baseline has changed: learn anew). It follows the steps of ISO 13379-1 (data-driven
monitoring: learn the sound state, residuals, symptom, alarm) and the blocks of ISO 13374 (acquisition, manipulation,
state detection, advisory); it detects and says where, it does not diagnose why.

`stream` gives the events of `run` on the same data, in any chunks, in constant memory for each machine.

What it cannot do: warn of a failure that no sensor shows (a broken label, a navigation that is lost); tell a fault from
a change that is meant (new tool, product or recipe without a set-point signal); know anything of a machine that was
never seen sound; give the remaining life.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linghang.engines.contract import EngineCard, Inputs, Result, micros, nothing_to_say
from linghang.engines.equipment.monitoring_states import KNOWN, Stretches
from linghang.engines.equipment.warning_alarms import AlarmRule
from linghang.engines.equipment.warning_detector import Tuning
from linghang.engines.equipment.warning_machine import Scored, Watching
from linghang.engines.equipment.warning_report import Watched, reported
from linghang.engines.equipment.warning_sources import (
    DAY_US,
    SECOND_US,
    Machine,
    Plan,
    Plant,
    Ready,
    gathered,
    plant_of,
    prepared,
    recorded_of,
    running_us,
    stretches_of,
)
from linghang.engines.equipment.warning_stream import WarningStream
from linghang.errors import BadInput
from linghang.words import Text

CARD = EngineCard(
    id="equipment.anomaly_warning",
    version="1",
    title=Text("关键装备异常预警", "Early warning for key equipment"),
    does=Text(
        "学习每台关键装备正常运行时各传感器的水平与关系，偏离时提前预警，并指出主要传感器",
        "Learns how the sensors of each key machine behave at work, warns when they depart from it, and names them",
    ),
    elements=("advanced.production.anomaly-warning",),
    scenes=(28,),
    needs=("equipment", "equipment_state", "telemetry"),
    uses=("failure",),
    references=(
        "ISO 13379-1:2012",
        "ISO 13374-1:2003",
        "IEC 62682:2022",
        "Lowry, Woodall, Champ, Rigdon 1992",
        "Ku, Storer, Georgakis 1995",
        "Alcala, Qin 2011",
        "Hawkins, Wixley 1986",
    ),
    extra="analysis",
    streaming=True,
)


@dataclass(frozen=True)
class Settings:
    """Settings of early warning.

    Attributes
    ----------
    interval_s
        Samples are means of so many seconds. Ten minutes: machines wear over hours and days, and means of ten values,
        one a minute, keep the noise of single ones out.
    training_days
        How many days before the window are learnt from. Four weeks see every shift and most products several times.
    settle_s
        How long a machine has to have run until it counts: five minutes for starting up and the first piece. More
        would leave out much of the time of machines that stop often.
    lead_days
        How long before a recorded failure a machine may already have been unsound, and how long a sample waits to be
        confirmed normal. Ten days: wear of bearings and burners shows days, seldom weeks, before.
    memory, lags, explained, limit, blocks
        The detector's own: see `Tuning`. One fixed choice for all machines and for public data.
    persistence, clear_after, hysteresis, high_at
        The alarm logic: see `AlarmRule`. Three samples in a row are half an hour.
    named_sensors
        How many sensors a warning names: more than three nobody reads.
    relearn_on_drift
        Whether a machine is learnt anew by itself when its baseline has drifted. No: a slow fault is a drift too, so a
        person confirms first.
    watched_time_share
        Share of its running time in the window in which a machine has to be scored to count as under warning. Ours: no
        official text says how much is enough.
    """

    interval_s: int = 600
    training_days: float = 28.0
    settle_s: int = 300
    lead_days: float = 10.0
    memory: float = 0.06
    lags: int = 3
    explained: float = 0.75
    limit: float = 5.0
    blocks: int = 5
    persistence: int = 3
    clear_after: int = 3
    hysteresis: float = 0.9
    high_at: float = 1.5
    named_sensors: int = 3
    relearn_on_drift: bool = False
    watched_time_share: float = 0.9

    def __post_init__(self) -> None:
        if not 1 <= self.interval_s <= 86_400 or not 0 <= self.settle_s <= 86_400:
            raise BadInput("an interval lasts between a second and a day, settling up to a day")
        if not 0 < self.training_days <= 3_660 or not 0 <= self.lead_days <= 366:
            raise BadInput("training lasts up to ten years, the lead before a failure up to a year")
        if not 0 < self.watched_time_share <= 1 or not 1 <= self.named_sensors <= 100:
            raise BadInput("the watched share lies in (0, 1]; a warning names between one and a hundred sensors")
        self.plan()

    def plan(self) -> Plan:
        """Return it in the detector's terms; what the detector refuses is refused here."""
        tuning = Tuning(self.memory, self.lags, self.explained, self.limit, blocks=self.blocks)
        rule = AlarmRule(self.persistence, self.clear_after, self.hysteresis, self.high_at)
        rows = max(round(self.training_days * 86_400 / self.interval_s), 1)
        lead_us = round(self.lead_days * DAY_US)
        step_us = self.interval_s * SECOND_US
        watching = Watching(step_us, rule, self.named_sensors, self.relearn_on_drift, rows, lead_us)
        return Plan(tuning, watching, round(self.training_days * DAY_US), self.settle_s * SECOND_US, lead_us)


def run(inputs: Inputs, settings: Settings) -> Result:
    """Learn every key machine from before the window, and watch it in the window."""
    plant, plan = plant_of(inputs), settings.plan()
    lacking = _lacking(inputs, plant)
    if lacking:
        return nothing_to_say(lacking)
    start, end = micros(inputs.start), micros(inputs.end)
    before, during = recorded_of(inputs, start - plan.training_us, start), recorded_of(inputs, start, end)
    watched = []
    for place, machine in enumerate(plant.machines):
        watched.append(_watched(inputs, plan, plant, machine, (before, during)))
        inputs.progress((place + 1) / len(plant.machines))
    return reported(inputs, plant, watched, settings.watched_time_share)


def _lacking(inputs: Inputs, plant: Plant) -> list[str]:
    if not plant.machines:
        return ["equipment", "equipment.key"]
    lacking = [] if any(one.sensors for one in plant.machines) else ["telemetry"]
    told = any(one.state for one in plant.machines) or (
        "equipment_state" in inputs.tables and inputs.tables["equipment_state"].num_rows
    )
    return lacking if told else [*lacking, "equipment_state"]


def _watched(
    inputs: Inputs, plan: Plan, plant: Plant, machine: Machine, recorded: Sequence[dict[str, Stretches]]
) -> Watched:
    start, end = micros(inputs.start), micros(inputs.end)
    changes = stretches_of(inputs, machine, recorded[1], start, end)
    running, _ = running_us(changes, start, end, (np.empty(0, np.int64), np.empty(0, np.int64)))
    known = bool(len(changes[0])) and bool(np.isin(changes[1], KNOWN).any())
    ready = prepared(inputs, plan, plant, machine, recorded[0], start)
    if isinstance(ready, Text):
        return Watched(machine, running, known, reason=ready)
    samples = ready.sampler.take(*gathered(inputs, machine.sensors, start, end), changes, end)
    scored: list[Scored] = []
    events = ready.watch.take(samples, scored)
    ends = np.array([one.at_us for one in scored], np.int64)
    _, seen = running_us(changes, start, end, (ends - plan.step_us, ends))
    return Watched(machine, running, known, seen, ready.watch.model.rows, tuple(scored), tuple(events))


def stream(inputs: Inputs, settings: Settings) -> WarningStream:
    """Learn every key machine from the days before the end of `inputs`, and watch it from there on."""
    plant, plan = plant_of(inputs), settings.plan()
    start, end = micros(inputs.start), micros(inputs.end)
    recorded = recorded_of(inputs, end - plan.training_us, end)
    ready, texts = [], {}
    for machine in plant.machines:
        found = prepared(inputs, plan, plant, machine, recorded, end)
        if isinstance(found, Ready):
            ready.append(found)
            if machine.state is not None:
                texts[machine.equipment_id] = inputs.signals.points(machine.state.tag_id, start, end).texts
    return WarningStream(tuple(ready), texts)
