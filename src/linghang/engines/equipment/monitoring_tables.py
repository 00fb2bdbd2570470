"""Equipment monitoring, tables of the result."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from linghang.engines.contract import ResultTable, moment
from linghang.engines.equipment.monitoring_alarms import AlarmFigures
from linghang.engines.equipment.monitoring_losses import LOSS_TITLES, LOSSES, Effect
from linghang.engines.equipment.monitoring_states import (
    BREAKDOWN,
    IDLE,
    SETUP,
    STATE_TITLES,
    STATES,
    UNKNOWN,
    Stretches,
)
from linghang.words import Text

MOST_STOPS = 100
"""Rows of the table of stops: the longest; more is no reading."""
_TEXT, _REAL, _WHOLE, _WHEN = pa.string(), pa.float64(), pa.int64(), pa.timestamp("us", "UTC")
_TITLES = {
    "equipment_id": Text("设备", "Equipment"),
    "name": Text("名称", "Name"),
    "work_center_id": Text("产线", "Line"),
    "key": Text("关键", "Key"),
    "source": Text("来源", "Source"),
    "known_share": Text("状态已知", "State known"),
    "overlap_h": Text("重叠", "Overlap"),
    "loading_h": Text("计划忙碌时间", "Planned busy time"),
    "availability": Text("可用率", "Availability"),
    "performance": Text("性能", "Effectiveness"),
    "quality": Text("质量", "Quality"),
    "oee": Text("综合效率", "OEE"),
    "produced": Text("产出", "Produced"),
    "good": Text("合格", "Good"),
    "counted": Text("计数器计数", "Counted"),
    "counter_difference_share": Text("计数差", "Counter less records"),
    "machines": Text("设备数", "Machines"),
    "loss": Text("损失", "Loss"),
    "lost_h": Text("损失时间", "Time lost"),
    "share": Text("占比", "Share"),
    "state": Text("状态", "State"),
    "start": Text("开始", "Start"),
    "duration_min": Text("时长", "Duration"),
    "group": Text("分组", "Group"),
    "measure": Text("指标", "Measure"),
    "value": Text("值", "Value"),
    "unit": Text("单位", "Unit"),
    "recommended": Text("推荐值", "Recommended"),
    "within": Text("达到", "Kept"),
    "alarm": Text("报警", "Alarm"),
    "count": Text("次数", "Count"),
    "chatter": Text("抖动", "Chattering"),
    "fleeting": Text("瞬时", "Fleeting"),
    "standing_h": Text("最长持续", "Longest standing"),
}


def result_table(
    zh: str, en: str, columns: Mapping[str, pa.DataType], rows: Iterable[Mapping[str, Any]]
) -> ResultTable:
    """Make a table of rows; what a row does not name is empty."""
    listed = list(rows)
    data = {name: pa.array([row.get(name) for row in listed], kind) for name, kind in columns.items()}
    titles = {name: _TITLES[name] for name in columns if name in _TITLES}
    titles |= {f"{name}_h": title for name, title in STATE_TITLES.items() if f"{name}_h" in columns}
    return ResultTable(Text(zh, en), pa.table(data), titles)


def effect_row(one: Effect) -> dict[str, Any]:
    """Return the figures of a machine, a line or a day as columns."""
    hours = {f"{name}_h": us / 3.6e9 for name, us in zip(STATES, one.times_us, strict=True)}
    return hours | {
        "loading_h": one.loading_s / 3600,
        "known_share": one.known_share,
        "availability": one.availability,
        "performance": one.performance,
        "quality": one.quality,
        "oee": one.oee,
        "produced": one.work.produced if one.work else None,
        "good": one.work.good if one.work else None,
        "machines": one.machines,
    }


_FACTORS = dict.fromkeys(("availability", "performance", "quality", "oee", "produced", "good"), _REAL)
_HOURS = {f"{name}_h": _REAL for name in STATES}


def machines_table(rows: Sequence[Mapping[str, Any]]) -> ResultTable:
    """States, OEE and counts of each machine."""
    head = {"equipment_id": _TEXT, "name": _TEXT, "work_center_id": _TEXT, "key": pa.bool_(), "source": _TEXT}
    times = {"known_share": _REAL, **_HOURS, "overlap_h": _REAL, "loading_h": _REAL}
    counts = {"counted": _REAL, "counter_difference_share": _REAL}
    return result_table(
        "设备状态与综合效率", "States and OEE by machine", {**head, **times, **_FACTORS, **counts}, rows
    )


def groups_table(zh: str, en: str, groups: Iterable[tuple[str, Effect]]) -> ResultTable:
    """OEE of lines, days or crews."""
    rows = [{"group": name, **effect_row(one)} for name, one in groups]
    return result_table(zh, en, {"group": _TEXT, "machines": _WHOLE, "loading_h": _REAL, **_FACTORS}, rows)


def losses_table(groups: Iterable[tuple[str, Effect]]) -> ResultTable:
    """Losses of lines and of the plant: hours, and share of the planned busy time."""
    rows = [
        {
            "group": name,
            "loss": f"{LOSS_TITLES[loss].zh} {LOSS_TITLES[loss].en}",
            "lost_h": None if lost is None else lost / 3600,
            "share": None if lost is None or one.loading_s <= 0 else lost / one.loading_s,
        }
        for name, one in groups
        for loss, lost in ((loss, one.losses()[loss]) for loss in LOSSES)
    ]
    return result_table(
        "六大损失", "The six big losses", {"group": _TEXT, "loss": _TEXT, "lost_h": _REAL, "share": _REAL}, rows
    )


def stops_table(states: Mapping[str, Stretches], longer_s: float) -> ResultTable:
    """Give the longest stops within the planned busy time that are longer than a bound."""
    found = [
        (int(until - begin), machine, int(begin), int(state))
        for machine, own in states.items()
        for begin, until, state in zip(own.begin.tolist(), own.end.tolist(), own.state.tolist(), strict=True)
        if state in (BREAKDOWN, IDLE, SETUP, UNKNOWN) and until - begin > longer_s * 1e6
    ]
    rows = [
        {
            "equipment_id": machine,
            "state": STATES[state],
            "start": moment(begin),
            "duration_min": length / 6e7,
        }
        for length, machine, begin, state in sorted(found, key=lambda one: (-one[0], one[1], one[2]))[:MOST_STOPS]
    ]
    columns = {"equipment_id": _TEXT, "state": _TEXT, "start": _WHEN, "duration_min": _REAL}
    return result_table("最长的停机", "The longest stops", columns, rows)


def metrics_table(found: AlarmFigures) -> ResultTable:
    """Give the measures of IEC 62682 beside what it recommends."""
    signs = {"most": "≤", "below": "<", "about": "≈"}
    rows = [
        {
            "measure": f"{one.title.zh} {one.title.en}",
            "value": one.value,
            "unit": one.unit,
            "recommended": f"{signs[one.bound.kind]} {one.bound.at:g}" if one.bound else None,
            "within": one.within,
        }
        for one in found.metrics
    ]
    columns = {"measure": _TEXT, "value": _REAL, "unit": _TEXT, "recommended": _TEXT, "within": pa.bool_()}
    return result_table("报警系统指标（IEC 62682）", "Alarm system measures (IEC 62682)", columns, rows)


def offenders_table(found: AlarmFigures) -> ResultTable:
    """Give the alarms that came most."""
    rows = [
        {
            "alarm": one.source,
            "count": one.count,
            "share": one.share,
            "chatter": one.chatter,
            "fleeting": one.fleeting,
            "standing_h": one.standing_h,
        }
        for one in found.offenders
    ]
    columns = {
        "alarm": _TEXT,
        "count": _WHOLE,
        "share": _REAL,
        "chatter": _WHOLE,
        "fleeting": _WHOLE,
        "standing_h": _REAL,
    }
    return result_table("最频繁的报警", "Most frequent alarms", columns, rows)
