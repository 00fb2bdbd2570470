"""Charts of early warning: which machine when, the index of those that warned, and which sensors it came from."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from linghang.engines.charts import AnyChart, Axis, Chart, Heatmap, Limit, Series
from linghang.engines.contract import Inputs, micros, moment
from linghang.engines.equipment.warning_machine import Scored
from linghang.engines.equipment.warning_sources import SECOND_US, Machine
from linghang.words import Text

SHOWN = 6
"""Machines whose index is drawn: those with the greatest; the heat map has all."""
PLACES = 600
"""Places of a drawn course: more than a screen tells apart."""
TIME = Axis(Text("时间", "Time"), kind="time")
INDEX = Axis(Text("异常指数", "Index"))


class Seen(Protocol):
    """What the charts need of a machine."""

    @property
    def machine(self) -> Machine:
        """Which it is."""
        ...

    @property
    def scored(self) -> tuple[Scored, ...]:
        """Its scored samples."""
        ...


class Warned(Protocol):
    """What the charts need of a warning."""

    @property
    def machine(self) -> Machine:
        """Whose it is."""
        ...

    @property
    def raised(self) -> datetime:
        """When it was raised."""
        ...

    @property
    def peak(self) -> float:
        """The greatest index."""
        ...

    @property
    def sensors(self) -> tuple[tuple[str, float], ...]:
        """Names of the sensors and their shares."""
        ...


def charts_of(inputs: Inputs, watched: Sequence[Seen], warnings: Sequence[Warned]) -> tuple[AnyChart, ...]:
    """Return the charts of a run."""
    scored = [one for one in watched if one.scored]
    if not scored:
        return ()
    warned = {one.machine.equipment_id for one in warnings}
    ranked = sorted(
        (one for one in scored if one.machine.equipment_id in warned),
        key=lambda one: (-max(each.index for each in one.scored), one.machine.equipment_id),
    )
    shown = ranked[:SHOWN]
    courses = [_course(one) for one in shown]
    greatest = {one.machine.equipment_id: _greatest(one, warnings) for one in shown}
    bars = [_bars(greatest[one.machine.equipment_id]) for one in shown]
    return (_heatmap(inputs, scored), *courses, *bars)


def _heatmap(inputs: Inputs, scored: Sequence[Seen]) -> Heatmap:
    first = inputs.start.astimezone(inputs.zone).date()
    last = (inputs.end - timedelta(microseconds=1)).astimezone(inputs.zone).date()
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    rows = []
    for one in scored:
        top: dict[object, float] = {}
        for each in one.scored:
            day = moment(each.at_us - 1).astimezone(inputs.zone).date()
            top[day] = max(top.get(day, each.index), each.index)
        rows.append([round(top[day], 2) if day in top else None for day in days])
    return Heatmap(
        "index-by-day",
        Text("每日最大异常指数（1 为预警限）", "Greatest index of each day (1 is the limit)"),
        Axis(Text("日期", "Day"), kind="category"),
        Axis(Text("设备", "Machine"), kind="category"),
        [day.isoformat() for day in days],
        [one.machine.equipment_id for one in scored],
        rows,
    )


def _course(one: Seen) -> Chart:
    """Draw level and relation; where a place stands for several samples, the greatest of them is shown."""
    every = -(-len(one.scored) // PLACES)
    parts = [one.scored[place : place + every] for place in range(0, len(one.scored), every)]
    x = [max(each.at_us for each in part) / SECOND_US for part in parts]
    level = [round(max(each.level for each in part), 3) for part in parts]
    relation = [round(max(each.relation for each in part), 3) for part in parts]
    marked = [place for place, part in enumerate(parts) if any(each.warned for each in part)]
    name = one.machine.name
    return Chart(
        f"index-{one.machine.equipment_id}",
        Text(f"{name}：异常指数", f"{name}: index"),
        TIME,
        INDEX,
        (
            Series(Text("水平", "Level"), x, level, marked=marked),
            Series(Text("关系", "Relation"), x, relation),
        ),
        (Limit(Text("预警限", "Limit of warning"), 1.0, "warning"),),
    )


def _greatest(one: Seen, warnings: Sequence[Warned]) -> Warned:
    own = [each for each in warnings if each.machine.equipment_id == one.machine.equipment_id]
    return max(own, key=lambda each: (each.peak, -micros(each.raised)))


def _bars(warning: Warned) -> Chart:
    name = warning.machine.name
    return Chart(
        f"sensors-{warning.machine.equipment_id}",
        Text(f"{name}：最大预警的传感器贡献", f"{name}: sensors of the greatest warning"),
        Axis(Text("传感器", "Sensor"), kind="category"),
        Axis(Text("贡献", "Contribution"), "%"),
        (
            Series(
                Text("贡献", "Contribution"),
                [sensor for sensor, _ in warning.sensors],
                [round(100 * share, 1) for _, share in warning.sensors],
                "bar",
            ),
        ),
    )
