"""Equipment monitoring: what state each machine was in, what that cost, and how good the alarms are.

Follows ISO 22400-2 (GB/T 34044.2-2017) for times and OEE, Nakajima's six big losses, and ANSI/ISA-18.2 / IEC 62682 for
alarms. States are those of the records; where these have none, those of the telemetry. Live, it tells of states that
turn, long stops, limits that are crossed, alarm floods and chattering alarms, with the same logic.

What it cannot do: tell why a machine stands still if nobody says; count pieces that nobody counts; judge priorities
that nobody gave. Limit alarms of the telemetry carry no priority and count as medium; the usual dead bands and delays
are assumed, since the records have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from linghang.engines.contract import EngineCard, Event, Inputs, Result, micros, nothing_to_say
from linghang.engines.equipment import monitoring_charts as charts
from linghang.engines.equipment import monitoring_tables as shown
from linghang.engines.equipment.monitoring_alarms import AlarmBounds, AlarmFigures, AlarmLog, alarm_figures
from linghang.engines.equipment.monitoring_live import Heard, heard_of
from linghang.engines.equipment.monitoring_plant import ELEMENT, Plant, PlantRules
from linghang.engines.equipment.monitoring_records import Lacks, alarms_of, machines_of, recorded_states
from linghang.engines.equipment.monitoring_states import (
    NONE,
    Stretches,
    state_words,
    with_gaps_filled,
)
from linghang.engines.equipment.monitoring_stream import LiveRules, Monitor, state_signals
from linghang.engines.settings import DAYS, HOURS, SECONDS, setting
from linghang.errors import BadInput
from linghang.words import Text

DAY_US, HOUR_US = 86_400_000_000, 3_600_000_000
MOST_POINTS = 5_000_000
"""Points that are held at once: about 100 MB."""
CARD = EngineCard(
    id="equipment.monitoring",
    version="1",
    title=Text("设备监控", "Equipment monitoring"),
    does=Text(
        "看清每台设备的状态、综合效率、六大损失和报警",
        "shows the state of every machine, its effectiveness, the six big losses and the alarms",
    ),
    elements=(ELEMENT,),
    scenes=(27,),
    needs=("equipment", "equipment_state"),
    uses=("job_response", "job_order", "process_segment", "shift", "alarm", "telemetry"),
    references=("ISO 22400-2", "GB/T 34044.2-2017", "IEC 62682", "ANSI/ISA-18.2", "EEMUA 191"),
    streaming=True,
)


@dataclass(frozen=True)
class Settings:
    """What may be set."""

    monitored_time_share: float = setting(
        0.9,
        Text("状态已知时间占比下限", "Least share of time known"),
        Text(
            "窗口内状态已知的时间达到此比例，设备才算已监控。默认 0.9，平台取值，与条件包的口径一致。",
            "Least share of the window in which the state of a machine is known for it to be monitored: 0.9, ours, as "
            "in the packs' interpretation.",
        ),
    )
    minor_stop_s: float = setting(
        300.0,
        Text("短暂停机时长上限", "Longest minor stop"),
        Text(
            "待机不超过此时长即为短暂停机。默认 300；Nakajima所说的是少于 5～10 分钟的停机。",
            "Longest idle time that is a minor stop: 300; Nakajima speaks of stops of less than five to ten minutes.",
        ),
        SECONDS,
    )
    startup_s: float = setting(
        1800.0,
        Text("启动时间", "Start-up time"),
        Text(
            "换型或停机之后的这段时间内，不良品计为启动不良，低限报警暂不计入。默认 1800，平台取值。",
            "Time after a setup or a stop in which rejects are start-up rejects and low alarms do not count yet: "
            "1800, ours.",
        ),
        SECONDS,
    )
    long_stop_s: float = setting(
        3600.0,
        Text("长时间停机", "Long stop"),
        Text(
            "停机超过此时长，在持续期间即发出提示并列出。默认 3600，平台取值：多数换型短于此，不提示。",
            "A stop of more is told while it lasts and listed: 3600, ours: most setups are shorter, and are not told.",
        ),
        SECONDS,
    )
    hold_h: float = setting(
        8.0,
        Text("状态保持时长", "How long a state holds"),
        Text(
            "收到设备最后一次数据之后，其状态最多保持多久。默认 8，即一个班次，平台取值。"
            "更长会把无人监视的时间当作已知，更短会丢掉只在变化时上报的设备。",
            "A state of the telemetry holds so long after the machine was last heard: 8, a shift; ours. Longer would "
            "call known what nobody watches, shorter would lose machines that report only changes.",
        ),
        HOURS,
    )
    open_state_days: float = setting(
        7.0,
        Text("未结束状态的最长天数", "Longest open state"),
        Text(
            "没有结束时间的状态记录最多计多少天。默认 7，与条件包的口径一致。",
            "Days that a recorded state without an end counts at most: 7, as in the packs' interpretation.",
        ),
        DAYS,
    )
    look_back_days: float = setting(
        30.0,
        Text("回看天数", "Look back"),
        Text(
            "在窗口之前多少天内查找窗口开始时的状态，以及仍未消除的报警。默认 30。",
            "How far before the window the state at its beginning is looked for, and alarms that still stand: 30.",
        ),
        DAYS,
    )
    state_words: tuple[str, ...] = setting(
        (),
        Text("状态词对照", "Words of states"),
        Text(
            "企业所用的词和代码的含义，写作“auto=running”“3=breakdown”。等号之后可写：running（运行）、idle（待机）、"
            "setup（换型调整）、planned_stop（计划停机）、breakdown（故障停机）、off（关机）、unknown（未知）。",
            "What a plant's words and codes mean: “auto=running”, “3=breakdown”. Behind the sign stands running, "
            "idle, setup, planned_stop, breakdown, off or unknown.",
        ),
    )
    operators: int = setting(
        1,
        Text("操作岗位数", "Operating positions"),
        Text(
            "分担报警的操作岗位数。默认 1，为最严的算法，直到企业另行说明。",
            "Operating positions that share the alarms: 1, the strictest reading, until the plant says otherwise.",
        ),
    )
    flood_begin: int = setting(
        10,
        Text("报警泛滥起始数", "A flood begins above"),
        Text(
            "10 分钟内报警超过此数，报警泛滥开始。默认 10（IEC 62682，ANSI/ISA-18.2）。",
            "A flood begins with more alarms than this in ten minutes: 10 (IEC 62682, ANSI/ISA-18.2).",
        ),
    )
    flood_end: int = setting(
        5,
        Text("报警泛滥结束数", "A flood ends below"),
        Text(
            "10 分钟内报警少于此数，报警泛滥结束。默认 5（IEC 62682，ANSI/ISA-18.2）。",
            "A flood ends with fewer alarms than this in ten minutes: 5 (IEC 62682, ANSI/ISA-18.2).",
        ),
    )
    chatter_times: int = setting(
        3,
        Text("抖动报警次数", "Repeats of chattering"),
        Text(
            "在抖动判定时段内重复达到此次数的报警为抖动报警。默认 3（IEC 62682，ANSI/ISA-18.2）。",
            "An alarm that comes so often within the time of chattering chatters: 3 (IEC 62682, ANSI/ISA-18.2).",
        ),
    )
    chatter_s: float = setting(
        60.0,
        Text("抖动判定时段", "Time of chattering"),
        Text("默认一分钟（IEC 62682，ANSI/ISA-18.2）。", "A minute (IEC 62682, ANSI/ISA-18.2)."),
        SECONDS,
    )
    stale_h: float = setting(
        24.0,
        Text("长期报警时长", "Stale after"),
        Text(
            "持续超过此时长的报警为长期报警。默认 24（IEC 62682，ANSI/ISA-18.2）。",
            "An alarm that stands for longer is stale: 24 (IEC 62682, ANSI/ISA-18.2).",
        ),
        HOURS,
    )
    fleeting_s: float = setting(
        10.0,
        Text("瞬时报警时长", "Fleeting within"),
        Text(
            "在此时长之内消除的报警为瞬时报警。默认 10，平台取值；标准只说“数秒之内”。",
            "An alarm that clears within is fleeting: 10, ours; the standard says “in a few seconds”.",
        ),
        SECONDS,
    )
    low_when_stopped: bool = setting(
        False,
        Text("停机时计入低限报警", "Low alarms while stopped"),
        Text(
            "设备停机期间及其后的启动时间内，低限报警是否计入。默认否：模具变冷、没有流量正是停机的表现（按设计抑制）"
            "。不得冷却的炉子应设为是。",
            "Whether low alarms count while their machine stands and through its start-up: no; a cold die or no flow "
            "is what standing means (suppression by design). Furnaces that must not cool are a reason to set it.",
        ),
    )
    every_state: bool = setting(
        False,
        Text("每次状态变化都作为事件", "Every change of state"),
        Text(
            "每次状态变化是否都作为事件，包括运行与待机之间的往返。默认否，否则每件产品都是事件。",
            "Whether each change of state is an event, also from running to idle and back: no, since that is every "
            "piece.",
        ),
    )
    gantt_h: float = setting(
        24.0,
        Text("状态图时长", "Chart of states"),
        Text(
            "状态图显示窗口末尾的多少小时。默认 24，以便看清各段。",
            "Hours at the end of the window that the chart of states shows: 24, so that its bars can be seen.",
        ),
        HOURS,
    )

    def __post_init__(self) -> None:
        if not 0 < self.monitored_time_share <= 1:
            raise BadInput("a share of time lies above 0 and is at most 1")
        zero = (self.minor_stop_s, self.startup_s, self.fleeting_s)
        positive = (self.long_stop_s, self.hold_h, self.chatter_s, self.stale_h, self.gantt_h)
        if not all(0 <= one <= 1e9 for one in zero) or not all(0 < one <= 1e9 for one in positive):
            raise BadInput("times of the monitoring are not negative, and those of stops and alarms above zero")
        if not (0 < self.open_state_days <= 3660 and 7 <= self.look_back_days <= 3660):
            raise BadInput("an open state counts for some days, and it is looked back a week or more")
        if self.operators < 1 or not 0 < self.flood_end <= self.flood_begin or self.chatter_times < 2:
            raise BadInput("there is an operator, a flood begins with more alarms than it ends with, chatter repeats")
        state_words(self.state_words)

    def bounds(self) -> AlarmBounds:
        """Return what the alarm statistics are computed with."""
        return AlarmBounds(
            self.operators,
            self.flood_begin,
            self.flood_end,
            self.chatter_times,
            self.chatter_s,
            self.fleeting_s,
            self.stale_h,
        )

    def plant(self) -> PlantRules:
        """Return what effectiveness and coverage are computed and shown with."""
        return PlantRules(self.monitored_time_share, self.minor_stop_s, self.startup_s, self.long_stop_s, self.gantt_h)

    def live(self) -> LiveRules:
        """Return what the live monitor decides with."""
        return LiveRules(
            state_words(self.state_words),
            self.long_stop_s,
            self.every_state,
            self.flood_begin * self.operators,
            self.flood_end * self.operators,
            self.chatter_times,
            self.chatter_s,
            self.low_when_stopped,
            self.startup_s,
            round(self.look_back_days * DAY_US),
        )


def run(inputs: Inputs, settings: Settings) -> Result:
    """Look at the window: states, effectiveness, losses, alarms, coverage; and the events that were told live.

    Raises
    ------
    BadInput
        Never for data; only for settings, when they are made.
    """
    machines = machines_of(inputs.tables)
    if not machines:
        return nothing_to_say(["equipment"])
    start, end = micros(inputs.start), micros(inputs.end)
    rules, lacks = settings.live(), Lacks()
    heard = heard_of(inputs, rules.words, rules.look_back_us, round(settings.hold_h * 3.6e9))
    inputs.progress(0.4)
    recorded = recorded_states(inputs.tables, start, end, heard.last, settings.open_state_days)
    states, sources = _states(machines, recorded, heard, start, end)
    if heard.strange:
        lacks.add("settings.state_words: " + ", ".join(heard.strange[:8]))
    events = _events(inputs, rules, heard, start, end)
    inputs.progress(0.8)
    alarms = _alarms(inputs, settings, events, start, end, lacks)
    if not states and alarms is None:
        return nothing_to_say(["equipment_state", "telemetry: state", "alarm"])
    if not states:
        lacks.add("equipment_state")
    plant = Plant(machines, states, sources, inputs, settings.plant(), lacks)
    plant.work()
    tables, drawn = plant.shown(heard, start, end)
    if alarms is not None:
        tables |= {"alarm_measures": shown.metrics_table(alarms), "offenders": shown.offenders_table(alarms)}
        drawn += [charts.alarm_rate(alarms, start), charts.offenders(alarms)]
    observed = plant.observed()
    if not any(one["key"] for one in machines):
        lacks.add("equipment.key")
    return Result(plant.finding(alarms), tables, tuple(drawn), observed, tuple(events), tuple(lacks.needs))


def stream(inputs: Inputs, settings: Settings) -> Monitor:
    """Start to monitor live: each machine's state is that of its last point before the first that comes."""
    rules = settings.live()
    signals = list(inputs.signals.list())
    start, end = micros(inputs.start) - rules.look_back_us, micros(inputs.end)
    before = {one.tag_id: inputs.signals.points(one.tag_id, start, end) for one in state_signals(signals).values()}
    return Monitor(signals, rules, before, {tag: one.texts for tag, one in before.items()})


def _states(
    machines: list[dict[str, Any]], recorded: Mapping[str, Stretches], heard: Heard, start: int, end: int
) -> tuple[dict[str, Stretches], dict[str, str]]:
    """Return equipment -> stretches (recorded, else heard), within its time at the plant, and where they come from."""
    states, sources = {}, {}
    for machine in machines:
        id = machine["equipment_id"]
        written, live = recorded.get(id), heard.states.get(id)
        has = [name for name, one in (("records", written), ("telemetry", live)) if one and (one.state != NONE).any()]
        if not has:
            continue
        first, last = _at_plant(machine, start, end)
        both = with_gaps_filled(written, live) if written and live else written or live
        if both is not None and first < last:
            states[id], sources[id] = both.within(first, last), has[0]
    return states, sources


def _at_plant(machine: Mapping[str, Any], start: int, end: int) -> tuple[int, int]:
    """Return the part of the window in which a machine was there, by its days of commissioning and retirement (UTC)."""

    def begin(day: Any, otherwise: int) -> int:
        return micros(datetime.combine(day, time(), UTC)) if isinstance(day, date) else otherwise

    return max(start, begin(machine["commissioned_on"], start)), min(end, begin(machine["retired_on"], end))


def _events(inputs: Inputs, rules: LiveRules, heard: Heard, start: int, end: int) -> list[Event]:
    """Put the points of the window through the live monitor, in pieces: how they are cut changes nothing."""
    texts = {tag: points.texts for tag, points in heard.points.items()}
    monitor = Monitor(list(inputs.signals.list()), rules, heard.points, texts)
    events: list[Event] = []
    at, step = start, DAY_US
    while at < end:
        until = min(at + step, end)
        points = {tag: inputs.signals.points(tag, at, until) for tag in monitor.tags}
        events += monitor.take({tag: one for tag, one in points.items() if len(one)})
        often = sum(len(one) for one in points.values()) / (until - at)
        # Fewer readings where points are few; never more points at once than memory should hold.
        at, step = until, max(min(8 * step, int(MOST_POINTS / often) if often else 8 * step), HOUR_US)
    return events


def _alarms(
    inputs: Inputs, settings: Settings, events: list[Event], start: int, end: int, lacks: Lacks
) -> AlarmFigures | None:
    """Return the figures of the recorded alarms; of those of the limits where none was ever recorded."""
    log = alarms_of(inputs.tables, start, end, settings.look_back_days)
    if log is None:
        lacks.add("alarm")
        log = _log_of(events, start)
    return None if log is None else alarm_figures(log, start, end, inputs.zone, settings.bounds())


def _log_of(events: list[Event], start: int) -> AlarmLog | None:
    """Return the alarms of the live events, which are in the order of time; None without any.

    What stood when monitoring began was raised before.
    """
    rows: list[list[Any]] = []
    standing: dict[str, list[Any]] = {}
    for one in events:
        key = f"{one.values.get('tag')} {one.values.get('side')}"
        if one.kind in ("raised", "standing"):
            rows.append([micros(one.at) if one.kind == "raised" else start - 1, -1, str(one.values["priority"]), key])
            standing[key] = rows[-1]
        elif one.kind in ("cleared", "withheld") and key in standing:
            standing.pop(key)[1] = micros(one.at)
    if not rows:
        return None
    at, cleared = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.int64)
    return AlarmLog(at, cleared, np.full(len(rows), -1, np.int64), [row[2] for row in rows], [row[3] for row in rows])
