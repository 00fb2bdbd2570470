"""Charts of the energy engine: flows, savings, load, idle machines."""

from collections.abc import Sequence

import numpy as np

from linghang.engines.charts import AnyChart, Axis, Chart, Edge, Graph, Heatmap, Limit, Node, Series
from linghang.engines.energy_carbon.energy_analysis import Balance, Idle, Modelled
from linghang.engines.energy_carbon.energy_factors import kgce
from linghang.engines.energy_carbon.energy_meters import paths
from linghang.engines.energy_carbon.energy_plant import Plant
from linghang.engines.energy_carbon.energy_power import Ahead, Load
from linghang.words import Text

TIME = Axis(Text("时间", "Time"), kind="time")
REST = Text("未计量", "Unmetered")
MOST_IDLE = 20


def sankey(plant: Plant, balance: Balance) -> Graph | None:
    """Return the flows of the window in tonnes of standard coal; the unmetered rest is a flow."""
    values = {}
    for id, one in plant.meters.items():
        factor, daily = kgce(one.carrier, one.unit), plant.daily[id]
        amount = float(daily.value[plant.window].sum())
        if factor is not None and amount > 0:
            values[id] = amount * factor / 1000 * (-1 if one.out else 1)
    flows = [one for one in paths(balance.tree, values) if one[2] > 0]
    if not flows:
        return None
    names = list(dict.fromkeys(end for source, target, _ in flows for end in (source, target)))
    nodes = [Node(one, _label(plant, one), _kind(plant, one)) for one in names]
    return Graph("energy_flows", Text("能流图", "Flows of energy"), nodes, [Edge(*one) for one in flows], "tce")


def _label(plant: Plant, node: str) -> str:
    if node in plant.meters:
        return plant.meters[node].name or node
    return str(REST) if node.startswith("rest:") else node.partition(":")[2]


def _kind(plant: Plant, node: str) -> str:
    return plant.meters[node].carrier if node in plant.meters else node.partition(":")[0]


def cusum(plant: Plant, found: Sequence[Modelled]) -> list[Chart]:
    """Return the running sum of savings of each carrier with a model."""
    charts = []
    for one in found:
        if one.savings is None or one.compared < 2:
            continue
        days = np.flatnonzero(np.isfinite(one.expected) & np.isfinite(one.actual))[-one.compared :]
        x = [float(at) / 1e6 for at in plant.edges_us[days]]
        charts.append(Chart(
            f"savings_{one.id}", Text(f"累计节能量：{one.id}", f"Running sum of savings: {one.id}"), TIME,
            Axis(Text("累计节约", "Saved so far"), one.unit),
            [Series(Text("累计节约", "Saved so far"), x, [float(value) for value in one.savings.cusum])],
            [Limit(Text("基准", "Baseline"), 0.0, "centre")],
        ))  # fmt: skip
    return charts


def drifts(plant: Plant, found: Sequence[Modelled]) -> list[Chart]:
    """Return actual and expected consumption of the window for every meter with an episode; its days are marked."""
    charts = []
    days = np.flatnonzero(plant.window)
    for one in found:
        if not one.episodes or not len(days):
            continue
        x = [float(at) / 1e6 for at in plant.edges_us[days]]
        marked = [int(day - days[0]) for day in days if any(part.first <= day <= part.last for part in one.episodes)]
        charts.append(Chart(
            f"more_than_expected_{one.id}", Text(f"实际与预期：{one.id}", f"Actual and expected: {one.id}"), TIME,
            Axis(Text("日用量", "Use of a day"), one.unit),
            [
                Series(Text("实际", "Actual"), x, _listed(one.actual[days]), "points", marked),
                Series(Text("预期", "Expected"), x, _listed(one.expected[days])),
            ],
        ))  # fmt: skip
    return charts


def power(plant: Plant, load: Load | None, ahead: Ahead | None) -> list[AnyChart]:
    """Return the load of the window by day and hour, and the forecast of the next day."""
    charts: list[AnyChart] = []
    if load is not None and load.first < len(load.power_kw):
        every = max(load.power_kw.shape[1] // 24, 1)
        rows = load.power_kw[load.first :]
        by_hour = rows.reshape(len(rows), -1, every).mean(axis=2)
        days = [f"{one:%Y-%m-%d}" for one in plant.days[-len(rows) :]]
        columns = [f"{24 * slot // by_hour.shape[1]:02d}:00" for slot in range(by_hour.shape[1])]
        charts.append(Heatmap(
            "load", Text("逐时负荷", "Load by hour"), Axis(Text("时刻", "Hour"), kind="category"),
            Axis(Text("日期", "Day"), kind="category"), columns, days, [_listed(row) for row in by_hour], "kW",
        ))  # fmt: skip
    if ahead is not None:
        x = [float(at) / 1e6 for at in ahead.at_us]
        names = (Text("10 %", "10 %"), Text("中位", "Median"), Text("90 %", "90 %"))
        series = [Series(name, x, _listed(ahead.quantiles[:, place]), "step") for place, name in enumerate(names)]
        charts.append(Chart("forecast", Text("次日负荷预测", "Load forecast of the next day"), TIME,
                            Axis(Text("负荷", "Load"), "kW"), series))  # fmt: skip
    return charts


def idle(found: Sequence[Idle]) -> list[Chart]:
    """Return the machines that use most while waiting."""
    ranked = sorted(
        ((one.power.idle_kwh, one.equipment) for one in found if one.power.idle_kwh), key=lambda one: (-one[0], one[1])
    )[:MOST_IDLE]
    if not ranked:
        return []
    name = Text("待机电量", "Energy while waiting")
    bars = Series(name, [one for _, one in ranked], [kwh for kwh, _ in ranked], "bar")
    machines, energy = Axis(Text("设备", "Machine"), kind="category"), Axis(Text("电量", "Energy"), "kWh")
    return [Chart("idle", Text("设备待机电量", "Energy of waiting machines"), machines, energy, [bars])]


def _listed(values: np.ndarray) -> list[float | None]:
    return [float(one) if np.isfinite(one) else None for one in values]
