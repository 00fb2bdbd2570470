"""Energy of the plant: balance of the meters, baselines and indicators, waste, the next day's load, and its cost.

What it does, and after what
- tree of the meters and closure error of every node with its uncertainty (GB 17167 asks for the meters; GUM for the
  uncertainty): `energy_meters`;
- significant energy uses and energy performance indicators against a baseline with relevant variables (ISO 50001:2018
  6.3 to 6.6, ISO 50006:2023), validity after ASHRAE Guideline 14 and IPMVP, running sum of savings: `energy_baseline`;
- stretches with more than expected (tabular CUSUM), energy of waiting machines, base load, flow of compressed air at
  rest: `energy_analysis`, `energy_idle`;
- load of the next day with quantiles, checked on past days from a rolling origin: `energy_forecast`;
- highest demands, and what shifting saves under the plant's own tariff, as exact optima: `energy_tariff`,
  `energy_shaving`.

What it proves: of `advanced.management.intelligent-analysis`, how many of the significant energy uses were modelled and
analysed on data of the window. It does not claim the digital management of safety, energy and environment: energy is
only a part of that.

What it cannot do: it knows no prices (they are given), no weather (the season stands for it), and no cause; whether a
constant flow of air is a leak or a constant user is for a person at the pipe to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from linghang.engines.charts import AnyChart
from linghang.engines.contract import (
    EngineCard,
    Event,
    Inputs,
    Observed,
    Result,
    ResultTable,
    micros,
    moment,
    nothing_to_say,
)
from linghang.engines.energy_carbon.energy_settings import Settings
from linghang.plant.tables import TABLES
from linghang.words import Text

YEAR_DAYS = 365
ELEMENT = "advanced.management.intelligent-analysis"
CARD = EngineCard(
    id="energy_carbon.energy",
    version="1",
    title=Text("能源管理分析", "Energy management"),
    does=Text(
        "计量平衡、能源基准与绩效、待机与泄漏、次日负荷预测、移峰节费",
        "Balance of the meters, baselines and indicators, idle energy and leaks, the next day's load, peak shaving",
    ),
    elements=(ELEMENT,),
    scenes=(16,),
    needs=("meter", "meter_reading"),
    uses=("equipment", "work_center", "area", "equipment_state", "job_response", "job_order", "production_order",
          "product", "output_month", "shift"),
    references=("ISO 50001:2018", "ISO 50006:2023", "ASHRAE Guideline 14", "IPMVP", "GB/T 2589-2020", "GB 17167"),
    extra="analysis",
    window_days=30,
)  # fmt: skip


def run(inputs: Inputs, settings: Settings) -> Result:
    """Analyse the energy of the window.

    Raises
    ------
    BadInput
        Settings that contradict themselves.
    """
    from linghang.engines.energy_carbon import energy_analysis as ea
    from linghang.engines.energy_carbon import energy_plant as ep
    from linghang.engines.energy_carbon.energy_baseline import Limits
    from linghang.engines.energy_carbon.energy_meters import Doubt

    plant = ep.plant_of(inputs)
    if plant is None or not plant.window.any():
        return nothing_to_say(CARD.needs)
    doubt = Doubt(settings.meter_class_percent / 100, settings.estimated_error_percent / 100)
    balance = ea.balance_of(plant, settings.parents, doubt)
    uses = ea.uses_of(plant, balance.tree, settings.seu_share)
    if not any(plant.daily[id].covered[plant.window].any() for id in plant.meters):
        return nothing_to_say(("meter_reading",))
    inputs.progress(0.2)
    limits = Limits(cv_rmse=settings.cv_rmse_percent / 100)
    variables = ea.variables_of(plant)
    baseline = _baseline_days(plant, settings)
    after = ~baseline & (np.arange(len(baseline)) > (np.flatnonzero(baseline)[-1] if baseline.any() else -1))
    # More water used again is no waste: there is nothing to save.
    carriers = sorted({one.carrier for one in plant.meters.values() if one.boundary} - {"water_reused"})
    enpis = ea.enpi_of(plant, carriers, variables, baseline, after & plant.window, limits, settings.confidence)
    since = ea.enpi_of(plant, carriers, variables, baseline, after, limits, settings.confidence)
    states = ep.states_of(inputs, int(plant.edges_us[0]))
    explained = variables.joined(ep.running(plant, states, plant.edges_us, ep.producing(plant)))
    air = [one for one in plant.meters.values() if one.carrier == "compressed_air"]
    watched = {one.id: one for one in (*(use.meter for use in uses), *air) if one.carrier != "water_reused"}
    references = [ea.before(plant, days) for days in (settings.reference_days, YEAR_DAYS)]
    models = ea.drift_of(plant, list(watched.values()), explained, references, limits)
    inputs.progress(0.6)
    found = _Found(plant, balance, uses, enpis, since, models, ea.idle_of(plant, states),
                   ea.rest_of(plant, carriers), ea.leaks_of(plant, states))  # fmt: skip
    return _result(found, settings, baseline)


@dataclass(frozen=True)
class _Found:
    """What was found, for the result."""

    plant: Any
    balance: Any
    uses: Sequence[Any]
    enpis: Sequence[Any]
    since: Sequence[Any]
    models: Sequence[Any]
    idle: Sequence[Any]
    rest: Mapping[str, Any]
    leaks: Mapping[str, Any]


def _baseline_days(plant: Any, settings: Settings) -> np.ndarray:
    """Return (days,) which days the baseline is fitted to: all before the window."""
    start = int(plant.edges_us[0])
    if (day := settings.baseline_from()) is not None:
        start = micros(datetime.combine(day, time(), plant.inputs.zone))
    end = moment(start).astimezone(plant.inputs.zone) + timedelta(days=settings.baseline_days)
    days = plant.edges_us[:-1]
    return np.asarray((days >= start) & (days < micros(end)) & ~plant.window, bool)


def _result(found: _Found, settings: Settings, baseline: np.ndarray) -> Result:
    from linghang.engines.energy_carbon import energy_charts as charts
    from linghang.engines.energy_carbon import energy_power as power
    from linghang.engines.energy_carbon import energy_tables as tables
    from linghang.engines.energy_carbon.energy_output import specific_of

    plant = found.plant
    load = power.load_of(plant, settings.history_days)
    ahead = power.forecast_of(plant, load) if load else None
    tariff = settings.tariff()
    peaks = power.peaks_of(load, settings.flexible_share) if load else []
    plans = power.plans_of(plant, load, tariff, settings.flexible_share) if load and tariff else []
    units = {one.carrier: one.unit for one in plant.meters.values()}
    made: dict[str, ResultTable | None] = {
        "meters": tables.meters_table(plant, found.balance),
        "closure": tables.closure_table(plant, found.balance),
        "uses": tables.uses_table(found.uses),
        "enpi": tables.enpi_table(found.enpis),
        "enpi_since_baseline": tables.enpi_table(found.since),
        "specific": tables.specific_table(specific_of(plant, baseline)),
        "models": tables.models_table(found.models),
        "more_than_expected": tables.episodes_table(plant, found.models),
        "idle": tables.idle_table(found.idle),
        "base_load": tables.rest_table(found.rest, units),
        "compressed_air": tables.leaks_table(plant, found.leaks),
        **(tables.forecast_tables(ahead) if ahead else {}),
        "peaks": tables.peaks_table(peaks[:10]),
        "shifting": tables.plans_table(plans),
    }
    flows = charts.sankey(plant, found.balance)
    drawn: list[AnyChart] = [
        *([flows] if flows else []), *charts.cusum(plant, found.since), *charts.drifts(plant, found.models),
        *charts.power(plant, load, ahead), *charts.idle(found.idle),
    ]  # fmt: skip
    plant.inputs.progress(1.0)
    return Result(
        _finding(found, ahead), {name: one for name, one in made.items() if one is not None}, tuple(drawn),
        _observed(found, settings), _events(found), _needs(found, load, ahead, tariff),
    )  # fmt: skip


def _observed(found: _Found, settings: Settings) -> tuple[Observed, ...]:
    """Return how many significant uses were modelled and analysed; none if no use is known."""
    significant = [one for one in found.uses if one.significant]
    if not significant:
        return ()
    models = {one.id: one for one in found.models}
    window = found.plant.window
    covered, unread, unmodelled = [], [], []
    for one in significant:
        daily = found.plant.daily[one.meter.id]
        model = models.get(one.meter.id)
        if float(daily.whole()[window].mean()) < settings.covered_share:
            unread.append(one.meter.id)
        elif model is None or model.model is None or {"cv_rmse", "nmbe"} & set(model.poor):
            unmodelled.append(one.meter.id)
        else:
            covered.append(one.meter.id)
    what = Text(
        f"主要能源使用（合计占能耗 {settings.seu_share:.0%}）中，用能已建模并在窗口内分析的",
        f"significant energy uses (together {settings.seu_share:.0%} of the energy) that were modelled and analysed",
    )
    inputs = found.plant.inputs
    detail = {"covered": covered, "without_readings": unread, "without_valid_model": unmodelled}
    return (Observed(ELEMENT, what, len(covered), len(significant), inputs.start, inputs.end, len(unread), detail),)


def _events(found: _Found) -> tuple[Event, ...]:
    events = []
    for one in found.models:
        for part in one.episodes:
            share = 100 * part.share
            events.append(Event(
                moment(int(found.plant.edges_us[part.first])), one.id, "more_than_expected",
                "high" if share >= 10 else "medium",
                Text(f"{one.id} 用量超出预期 {share:.1f} %（{part.excess:,.0f} {one.unit}）",
                     f"{one.id} used {share:.1f} % more than expected ({part.excess:,.0f} {one.unit})"),
                {"excess": float(part.excess), "share_percent": float(share), "days": part.last - part.first + 1},
            ))  # fmt: skip
    return tuple(sorted(events, key=lambda one: (one.at, one.subject)))


def _needs(found: _Found, load: Any, ahead: Any, tariff: Any) -> tuple[str, ...]:
    from linghang.engines.energy_carbon.energy_plant import table_of

    plant = found.plant
    overfull = any(one.error is not None and one.error < 0 and not one.explained for one in found.balance.closures)
    lacking = {
        "meter.unit": bool(plant.refused),
        "settings.parents": overfull or bool(found.balance.contradicted),
        "job_response": table_of(plant.inputs, "job_response") is None,
        "equipment_state": table_of(plant.inputs, "equipment_state") is None,
        "meter_reading (electricity, hourly)": load is None,
        "meter_reading (35 days before)": load is not None and ahead is None,
        "settings.price_periods": tariff is None,
    }
    return tuple(name for name, lacks in lacking.items() if lacks)


def _carrier(name: str) -> Text:
    said: Text = TABLES["meter"].c.carrier.info["choices"].get(name, Text(name, name))
    return said


def _finding(found: _Found, ahead: Any) -> Text:
    zh, en = [], []
    known = [one for one in found.balance.closures if one.share is not None]
    if mains := [one for one in known if one.node.startswith("supply:")]:
        one = max(mains, key=lambda one: abs(one.share))
        carrier = _carrier(one.node.partition(":")[2])
        zh.append(f"厂界不平衡率最大 {100 * one.share:.1f} %（{carrier.zh}）")
        en.append(f"the boundary closes to {100 * one.share:.1f} % at worst ({carrier.en})")
    if areas := [one for one in known if not one.node.startswith("supply:") and one.share > 0.01]:
        one = max(areas, key=lambda one: one.error)
        zh.append(f"{one.node} 以下未分项计量 {100 * one.share:.0f} %")
        en.append(f"{100 * one.share:.0f} % below {one.node} is not metered further")
    for one in found.enpis:
        if one.savings is not None and not one.poor and one.id in ("electricity", "natural_gas"):
            carrier = _carrier(one.id)
            zh.append(f"{carrier.zh}为基准的 {100 * one.savings.enpi:.1f} %")
            en.append(f"{carrier.en} is at {100 * one.savings.enpi:.1f} % of its baseline")
    episodes = [(part.share, one.id) for one in found.models for part in one.episodes]
    if episodes:
        share, id = max(episodes)
        zh.append(f"{len(episodes)} 段用量超出预期，最多 {100 * share:.1f} %（{id}）")
        en.append(f"{len(episodes)} stretches with more than expected, at most {100 * share:.1f} % ({id})")
    if idle := sum(one.power.idle_kwh or 0.0 for one in found.idle):
        zh.append(f"设备待机用电 {idle:,.0f} kWh")
        en.append(f"waiting machines used {idle:,.0f} kWh")
    if ahead is not None and np.isfinite(ahead.checked.skill):
        zh.append(f"次日负荷预测误差比周同期低 {100 * ahead.checked.skill:.0f} %")
        en.append(f"the next day's load is forecast {100 * ahead.checked.skill:.0f} % better than by the week before")
    if not zh:
        zh.append(f"{len(found.plant.meters)} 块计量表有读数，尚不足以建模")
        en.append(f"{len(found.plant.meters)} meters have readings, too few for a model")
    return Text("；".join(zh), "; ".join(en))
