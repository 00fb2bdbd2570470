"""Equipment monitoring, charts: states over time, OEE and its losses, alarm rates and the alarms that come most."""

from collections.abc import Mapping, Sequence

import numpy as np

from linghang.engines.charts import Axis, Bar, Chart, Gantt, Limit, Series
from linghang.engines.equipment.monitoring_alarms import AlarmFigures
from linghang.engines.equipment.monitoring_losses import LOSS_TITLES, LOSSES, Effect
from linghang.engines.equipment.monitoring_states import NONE, STATE_TITLES, STATES, Stretches
from linghang.words import Text

S = 1e-6
PERCENT = Axis(Text("占比", "share"), "%")


def states_gantt(states: Mapping[str, Stretches], lanes: Sequence[str], start: int, end: int) -> Gantt:
    """Draw the states of machines; time without data stays empty."""
    bars = []
    for lane in lanes:
        own = states[lane].within(start, end)
        for begin, until, state in zip(own.begin.tolist(), own.end.tolist(), own.state.tolist(), strict=True):
            if state != NONE:
                bars.append(Bar(lane, begin * S, until * S, group=STATES[state]))
    groups = [(name, title) for name, title in STATE_TITLES.items() if name != "none"]
    return Gantt("states", Text("设备状态", "States of the equipment"), lanes, bars, groups)


def oee_bars(lines: Mapping[str, Effect]) -> Chart:
    """Draw OEE and its factors by line; a line whose work is not known has its availability only."""
    names = list(lines)
    factors = (
        (Text("可用率", "availability"), [one.availability for one in lines.values()]),
        (Text("性能", "effectiveness"), [one.performance for one in lines.values()]),
        (Text("质量", "quality"), [one.quality for one in lines.values()]),
        (Text("综合效率", "OEE"), [one.oee for one in lines.values()]),
    )
    series = [Series(title, names, [_percent(one) for one in values], "bar") for title, values in factors]
    return Chart(
        "oee", Text("各产线设备综合效率", "OEE by line"), Axis(Text("产线", "line"), kind="category"), PERCENT, series
    )


def waterfall(plant: Effect) -> Chart:
    """Draw how the planned busy time becomes the time that good pieces are worth: what is left after each loss."""
    losses = plant.losses()
    left = plant.loading_s / 3600
    names, rest, lost = ["PBT"], [left], [0.0]
    for name in LOSSES:
        hours = (losses[name] or 0.0) / 3600
        left -= hours
        names.append(f"{LOSS_TITLES[name].zh} {LOSS_TITLES[name].en}")
        rest.append(left)
        lost.append(hours)
    names.append("PRU·GQ")
    series = [
        Series(Text("剩余", "left"), names, [*rest, left], "bar"),
        Series(Text("损失", "lost"), names, [*lost, 0.0], "bar"),
    ]
    axis = Axis(Text("损失", "loss"), kind="category")
    return Chart(
        "waterfall", Text("时间瀑布", "From planned time to good pieces"), axis, Axis(Text("时间", "time"), "h"), series
    )


def loss_pareto(plant: Effect) -> Chart:
    """Draw the losses, the largest first, and how much of all they are together."""
    known = {name: value / 3600 for name, value in plant.losses().items() if value is not None and value > 0}
    names = sorted(known, key=lambda name: (-known[name], name))
    hours = [known[name] for name in names]
    whole = sum(hours)
    shares = (100 * np.cumsum(hours) / whole).tolist() if whole > 0 else []
    titles = [f"{LOSS_TITLES[name].zh} {LOSS_TITLES[name].en}" for name in names]
    series = [
        Series(Text("损失", "lost"), titles, hours, "bar"),
        Series(Text("累计", "together"), titles, shares, second=True),
    ]
    axis = Axis(Text("损失", "loss"), kind="category")
    return Chart(
        "losses",
        Text("损失帕累托图", "Pareto of losses"),
        axis,
        Axis(Text("时间", "time"), "h"),
        series,
        second=PERCENT,
    )


def daily_oee(days: Sequence[tuple[str, Effect]]) -> Chart:
    """Draw OEE and availability of the days."""
    names = [name for name, _ in days]
    series = [
        Series(Text("综合效率", "OEE"), names, [_percent(one.oee) for _, one in days]),
        Series(Text("可用率", "availability"), names, [_percent(one.availability) for _, one in days]),
    ]
    axis = Axis(Text("日", "day"), kind="category")
    return Chart("oee_days", Text("每日设备综合效率", "OEE by day"), axis, PERCENT, series)


def alarm_rate(found: AlarmFigures, start: int) -> Chart:
    """Draw the alarms of each ten minutes with the bound above which they are a flood."""
    at = [(start + place * 600_000_000) * S for place in range(len(found.per_period))]
    over = np.flatnonzero(found.per_period > 10).tolist()
    series = Series(Text("报警", "alarms"), at, found.per_period.tolist(), "step", marked=over)
    limits = (
        Limit(Text("泛滥：10条", "flood: 10"), 10.0, "control"),
        Limit(Text("可管理上限：2条", "manageable at most: 2"), 2.0, "warning"),
    )
    return Chart(
        "alarm_rate",
        Text("每操作岗位每10分钟报警数", "Alarms per operator in ten minutes"),
        Axis(Text("时间", "time"), kind="time"),
        Axis(Text("报警数", "alarms"), "1"),
        [series],
        limits,
    )


def offenders(found: AlarmFigures) -> Chart:
    """Draw the alarms that came most."""
    names = [one.source for one in found.offenders]
    counts: list[float | None] = [float(one.count) for one in found.offenders]
    return Chart(
        "offenders",
        Text("最频繁的报警", "Most frequent alarms"),
        Axis(Text("报警", "alarm"), kind="category"),
        Axis(Text("次数", "count"), "1"),
        [Series(Text("次数", "count"), names, counts, "bar")],
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
