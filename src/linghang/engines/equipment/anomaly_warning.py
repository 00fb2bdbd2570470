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
from linghang.engines.settings import DAYS, SECONDS, setting
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
    """Settings of early warning."""

    interval_s: int = setting(
        600,
        Text("采样间隔", "Interval of samples"),
        Text(
            "每个样本是这段时间的均值。默认 10 分钟：设备的劣化以小时和天计，每分钟一个值、"
            "十个值求均值可以滤去单个值的噪声。",
            "Samples are means of so many seconds. Ten minutes: machines wear over hours and days, and means of ten "
            "values, one a minute, keep the noise of single ones out.",
        ),
        SECONDS,
    )
    training_days: float = setting(
        28.0,
        Text("学习天数", "Days learnt from"),
        Text(
            "学习窗口之前多少天。四周可以看到每个班次，多数产品也出现多次。",
            "How many days before the window are learnt from. Four weeks see every shift and most products several "
            "times.",
        ),
        DAYS,
    )
    settle_s: int = setting(
        300,
        Text("启动稳定时间", "Settling time"),
        Text(
            "设备连续运行多久之后才计入。默认五分钟，用于启动和首件；更长会丢掉频繁停机的设备的大量时间。",
            "How long a machine has to have run until it counts: five minutes for starting up and the first piece. "
            "More would leave out much of the time of machines that stop often.",
        ),
        SECONDS,
    )
    lead_days: float = setting(
        10.0,
        Text("故障前剔除天数", "Days before a failure"),
        Text(
            "有记录的故障之前，设备可能多久已不正常；也是样本等待确认为正常的时间。默认 10 天："
            "轴承和烧嘴的磨损提前数天显现，很少提前数周。",
            "How long before a recorded failure a machine may already have been unsound, and how long a sample waits "
            "to be confirmed normal. Ten days: wear of bearings and burners shows days, seldom weeks, before.",
        ),
        DAYS,
    )
    memory: float = setting(
        0.06,
        Text("最新样本权重", "Weight of the newest sample"),
        Text(
            "多变量指数加权移动平均（MEWMA）中最新样本的权重。默认 0.06，约记住 16 个样本，处于通常范围（Montgomery："
            "0.05～0.25）的低端，适合小偏移。",
            "Of the moving average: 0.06 remembers about 16 samples, at the lower end of what is usual, for small "
            "shifts (Montgomery: 0.05 to 0.25).",
        ),
    )
    lags: int = setting(
        3,
        Text("滞后阶数", "Lags"),
        Text(
            "每个传感器有多少个先前的值参与关系模型。默认 3；Ku等人用 1～3，比二阶多一个代价很小。",
            "How many earlier values each sensor brings into the relation: 3; Ku et al. use 1 to 3, and one more than "
            "second order costs little.",
        ),
    )
    explained: float = setting(
        0.75,
        Text("子空间保留的方差比例", "Variation kept"),
        Text(
            "主元子空间保留的变差比例。默认 0.75，低于通常的 0.8～0.9：加入滞后值之后，余下部分须足够大，"
            "才能显示关系的破坏。",
            "Share of the variation that the subspaces keep: 0.75, less than the usual 0.8 to 0.9, because with the "
            "lags the rest has to be large enough to show a broken relation.",
        ),
    )
    limit: float = setting(
        5.0,
        Text("预警限高度", "Height of the limit"),
        Text(
            "异常指数为 1（预警限）处，以留出样本统计量平方根的标准差计的高度。默认 5：样本彼此相关，"
            "而且一季度误报一次已经过于频繁。",
            "How many standard deviations of the held-out roots make the index 1: 5, because the samples depend on "
            "each other and a warning that is false once a quarter is already too frequent.",
        ),
    )
    blocks: int = setting(
        5,
        Text("留出块数", "Held-out blocks"),
        Text(
            "为确定预警限而轮流留出的连续数据块数。默认 5：所有设备和公开数据用同一取值。",
            "Contiguous blocks that are held out in turn to set the limits: 5, one fixed choice for all machines and "
            "for public data.",
        ),
    )
    persistence: int = setting(
        3,
        Text("预警所需连续样本数", "Samples until it is raised"),
        Text(
            "异常指数连续多少个样本高于 1 才发出预警。默认 3，即半小时。",
            "Samples in a row with an index above 1 until a warning is raised: three are half an hour.",
        ),
    )
    clear_after: int = setting(
        3,
        Text("解除所需连续样本数", "Samples until it is cleared"),
        Text(
            "异常指数连续多少个样本低于解除界限才解除预警。默认 3，即半小时。",
            "Samples in a row with an index below the level of clearing until a warning is cleared: three are half an "
            "hour.",
        ),
    )
    hysteresis: float = setting(
        0.9,
        Text("解除界限", "Level of clearing"),
        Text(
            "异常指数须低于此值；1 表示没有回差。默认 0.9。",
            "Level below which the index has to fall: 0.9; 1 is no hysteresis.",
        ),
    )
    high_at: float = setting(
        1.5,
        Text("高级别预警界限", "High severity from"),
        Text(
            "异常指数达到此值的预警为高级别，以下为中级别。默认 1.5。",
            "Index from which a warning is of high severity: 1.5; below it is medium.",
        ),
    )
    named_sensors: int = setting(
        3,
        Text("指出的传感器数", "Sensors named"),
        Text(
            "一次预警指出多少个传感器；超过三个没有人看。",
            "How many sensors a warning names: more than three nobody reads.",
        ),
    )
    relearn_on_drift: bool = setting(
        False,
        Text("漂移后自动重新学习", "Learn anew after a drift"),
        Text(
            "基准漂移后是否自动重新学习。默认否：缓慢的故障也是漂移，须先由人确认。",
            "Whether a machine is learnt anew by itself when its baseline has drifted. No: a slow fault is a drift "
            "too, so a person confirms first.",
        ),
    )
    watched_time_share: float = setting(
        0.9,
        Text("受监视时间占比下限", "Least share of time watched"),
        Text(
            "窗口内设备运行时间中有评分的部分达到此比例，才算处于预警之下。默认 0.9，平台取值："
            "没有官方文件说明多少才够。",
            "Share of its running time in the window in which a machine has to be scored to count as under warning: "
            "0.9, ours; no official text says how much is enough.",
        ),
    )

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
