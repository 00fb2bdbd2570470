"""Tables of the energy engine."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from linghang.engines.contract import ResultTable, moment
from linghang.engines.energy_carbon.energy_analysis import Balance, Idle, Modelled, Use
from linghang.engines.energy_carbon.energy_idle import BaseLoad, StandingFlow
from linghang.engines.energy_carbon.energy_plant import Plant
from linghang.engines.energy_carbon.energy_power import Ahead, MonthPlan, Peak
from linghang.words import Text

Row = Mapping[str, Any]
WORDS: dict[str, Text] = {
    "meter_id": Text("计量表", "Meter"),
    "name": Text("名称", "Name"),
    "node": Text("节点", "Node"),
    "carrier": Text("能源品种", "Carrier"),
    "unit": Text("单位", "Unit"),
    "above_id": Text("上级", "Meter above"),
    "why": Text("依据", "Rests on"),
    "amount": Text("用量", "Amount"),
    "covered_percent": Text("有读数 %", "Covered, %"),
    "estimated_percent": Text("估算 %", "Estimated, %"),
    "missing_percent": Text("缺失 %", "Missing, %"),
    "set_aside": Text("弃用读数", "Readings set aside"),
    "contradicted_percent": Text("超出上级：占上级 %", "More than the meter above, % of it"),
    "month": Text("月份", "Month"),
    "measured": Text("节点计量", "Metered"),
    "below": Text("下级合计", "Sum below"),
    "error": Text("不平衡量", "Closure error"),
    "error_percent": Text("不平衡率 %", "Closure error, %"),
    "uncertainty": Text("标准不确定度", "Standard uncertainty"),
    "explained": Text("在两倍不确定度内", "Within twice the uncertainty"),
    "tce": Text("折标煤 tce", "Standard coal, tce"),
    "share_percent": Text("占比 %", "Share, %"),
    "significant": Text("主要能源使用", "Significant use"),
    "variables": Text("相关变量", "Relevant variables"),
    "base_per_day": Text("固定部分/日", "Fixed part per day"),
    "r2": Text("决定系数 R²", "R²"),
    "cv_rmse_percent": Text("CV(RMSE) %", "CV(RMSE), %"),
    "nmbe_percent": Text("NMBE %", "NMBE, %"),
    "days": Text("天数", "Days"),
    "poor": Text("不足", "Not good enough"),
    "compared_days": Text("比较天数", "Days compared"),
    "extrapolated_days": Text("超出基准范围天数", "Days outside the baseline's range"),
    "expected": Text("按基准应用", "Expected"),
    "actual": Text("实际", "Actual"),
    "enpi": Text("绩效指标：实际/基准", "EnPI: actual / expected"),
    "saved": Text("节约量", "Saved"),
    "saved_half_width": Text("节约量误差限", "Half width of saving"),
    "from": Text("从", "From"),
    "to": Text("到", "To"),
    "excess": Text("超额用量", "Excess"),
    "equipment_id": Text("设备", "Machine"),
    "running_h": Text("运行 h", "Running, h"),
    "waiting_h": Text("待机 h", "Waiting, h"),
    "off_h": Text("停机 h", "Off, h"),
    "running_kw": Text("运行功率 kW", "Power running, kW"),
    "waiting_kw": Text("待机功率 kW", "Power waiting, kW"),
    "waiting_error_kw": Text("待机功率标准误 kW", "Its standard error, kW"),
    "idle_kwh": Text("待机电量 kWh", "Energy while waiting, kWh"),
    "base_per_h": Text("基础负荷/h", "Base load per h"),
    "mean_per_h": Text("平均/h", "Mean per h"),
    "peak_per_h": Text("最高/h", "Peak per h"),
    "base_percent": Text("基础负荷占比 %", "Base load, %"),
    "night_percent": Text("夜间/白天 %", "Night over day, %"),
    "weekend_percent": Text("周末/工作日 %", "Week-end over week, %"),
    "flow_per_h": Text("无用气时流量/h", "Flow at rest per h"),
    "flow_error": Text("标准误", "Standard error"),
    "by_standstill": Text("停产实测", "Measured at standstill"),
    "hours": Text("小时数", "Hours"),
    "at": Text("时间", "Time"),
    "low_kw": Text("下限 10 % kW", "10 %, kW"),
    "median_kw": Text("中位 kW", "Median, kW"),
    "high_kw": Text("上限 90 % kW", "90 %, kW"),
    "forecast": Text("预测方法", "Forecast"),
    "mae_kw": Text("平均绝对误差 kW", "Mean absolute error, kW"),
    "better_percent": Text("优于周同期 %", "Better than a week ago, %"),
    "coverage_percent": Text("区间覆盖率 %", "Coverage of 10-90 %, %"),
    "peak_kw": Text("最大需量 kW", "Peak demand, kW"),
    "mean_kw": Text("平均 kW", "Mean, kW"),
    "reachable_kw": Text("移峰可达 kW", "Peak after shifting, kW"),
    "energy_kwh": Text("电量 kWh", "Energy, kWh"),
    "before_cny": Text("现费用 元", "Cost now, CNY"),
    "after_cny": Text("移峰后 元", "Cost after shifting, CNY"),
    "saved_cny": Text("节约 元", "Saved, CNY"),
    "peak_after_kw": Text("移峰后需量 kW", "Peak after, kW"),
    "moved_kwh": Text("移动电量 kWh", "Energy moved, kWh"),
    "gap_percent": Text("与下界之差 %", "Gap to the bound, %"),
    "kgce": Text("综合能耗 kgce", "Energy, kgce"),
    "output_t": Text("产量 t", "Output, t"),
    "kgce_per_t": Text("单位产品综合能耗 kgce/t", "Energy per output, kgce/t"),
    "baseline": Text("基准期", "In the baseline"),
}


def finite(value: Any) -> Any:
    """Return a value as a table takes it: numbers that are not finite as nothing."""
    if isinstance(value, bool | str | int | datetime) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def percent(value: float | None) -> float | None:
    """Return a share in per cent; nothing stays nothing."""
    return None if value is None else 100 * value


def made(title: Text, rows: Sequence[Row]) -> ResultTable | None:
    """Return a table of rows with the same keys; None without rows."""
    if not rows:
        return None
    names = list(rows[0])
    columns = {name: [finite(row[name]) for row in rows] for name in names}
    arrays = {name: pa.array(values, pa.float64() if all(one is None for one in values) else None)
              for name, values in columns.items()}  # fmt: skip
    return ResultTable(title, pa.table(arrays), {name: WORDS[name] for name in names})


def meters_table(plant: Plant, balance: Balance) -> ResultTable | None:
    """Return every meter: where it stands in the tree, what it counted, and how good its readings are."""
    window = plant.window
    rows = []
    for id, one in plant.meters.items():
        daily = plant.daily[id]
        covered = float(daily.covered[window].mean()) if window.any() else 0.0
        rows.append({
            "meter_id": id, "name": one.name, "carrier": one.carrier, "above_id": balance.tree.parent[id],
            "why": balance.tree.why[id], "amount": float(daily.value[window].sum()) if covered > 0 else None,
            "unit": one.unit, "covered_percent": 100 * covered,
            "estimated_percent": percent(float(daily.estimated[window].mean()) if window.any() else 0.0),
            "set_aside": plant.readings[id].set_aside,
            "contradicted_percent": percent(balance.contradicted.get(id)),
        })  # fmt: skip
    return made(Text("计量表树", "Tree of the meters"), rows)


def closure_table(plant: Plant, balance: Balance) -> ResultTable | None:
    """Return how every node closes in every month of the window."""
    rows = []
    for one in balance.closures:
        meter = plant.meters.get(one.node)
        carrier = meter.carrier if meter else one.node.partition(":")[2]
        unit = next(found.unit for found in plant.meters.values() if found.carrier == carrier)
        rows.append({
            "node": one.node, "month": f"{one.period // 100}-{one.period % 100:02d}", "unit": unit,
            "measured": one.above, "below": one.below, "error": one.error, "error_percent": percent(one.share),
            "uncertainty": one.uncertainty, "explained": one.explained,
            "estimated_percent": percent(one.estimated), "missing_percent": percent(one.missing),
        })  # fmt: skip
    return made(Text("能量平衡", "Energy balance"), rows)


def uses_table(uses: Sequence[Use]) -> ResultTable | None:
    """Return the uses below the boundary, the largest first."""
    rows = [
        {"meter_id": one.meter.id, "name": one.meter.name, "carrier": one.meter.carrier, "amount": one.amount,
         "unit": one.meter.unit, "tce": one.tce, "share_percent": percent(one.share), "significant": one.significant,
         "covered_percent": percent(one.covered)}
        for one in uses
    ]  # fmt: skip
    return made(Text("能源使用排序", "Uses of energy"), rows)


def enpi_table(found: Sequence[Modelled]) -> ResultTable | None:
    """Return the baseline of each carrier, its statistics, and what was saved against it."""
    rows = []
    for one in found:
        model, saved = one.model, one.savings
        rows.append({
            "carrier": one.id, "unit": one.unit,
            "variables": ", ".join(model.names) if model else "", "days": model.n if model else None,
            "base_per_day": float(model.coefficients[0]) if model else None,
            "r2": model.r2 if model else None, "cv_rmse_percent": percent(model.cv_rmse) if model else None,
            "nmbe_percent": percent(model.nmbe) if model else None, "poor": ", ".join(one.poor),
            "compared_days": one.compared, "extrapolated_days": one.extrapolated,
            "expected": saved.expected if saved else None, "actual": saved.actual if saved else None,
            "enpi": saved.enpi if saved else None, "saved": saved.saved if saved else None,
            "saved_half_width": saved.uncertainty if saved else None,
        })  # fmt: skip
    return made(Text("能源基准与绩效（ISO 50006）", "Baselines and EnPIs (ISO 50006)"), rows)


def models_table(found: Sequence[Modelled]) -> ResultTable | None:
    """Return the models of the meters over the days before the window."""
    rows = [
        {"meter_id": one.id, "unit": one.unit, "variables": ", ".join(one.model.names) if one.model else "",
         "days": one.model.n if one.model else None, "r2": one.model.r2 if one.model else None,
         "cv_rmse_percent": percent(one.model.cv_rmse) if one.model else None, "poor": ", ".join(one.poor)}
        for one in found
    ]  # fmt: skip
    return made(Text("用能模型", "Models of the uses"), rows)


def episodes_table(plant: Plant, found: Sequence[Modelled]) -> ResultTable | None:
    """Return stretches of the window with more than expected, the largest excess first."""
    rows = [
        {"meter_id": one.id, "from": moment(int(plant.edges_us[part.first])),
         "to": moment(int(plant.edges_us[part.last + 1])), "excess": part.excess, "unit": one.unit,
         "share_percent": percent(part.share)}
        for one in found for part in one.episodes
    ]  # fmt: skip
    return made(Text("超出预期的用能", "More than expected"), sorted(rows, key=lambda row: -row["share_percent"]))


def idle_table(found: Sequence[Idle]) -> ResultTable | None:
    """Return machines by the energy that they use while they wait."""
    rows = [
        {"equipment_id": one.equipment, "meter_id": one.meter, "running_h": one.power.hours[0],
         "waiting_h": one.power.hours[1], "off_h": one.power.hours[2], "running_kw": one.power.power_kw[0],
         "waiting_kw": one.power.power_kw[1], "waiting_error_kw": one.power.error_kw[1],
         "idle_kwh": one.power.idle_kwh, "r2": one.power.r2}
        for one in sorted(found, key=lambda one: (-(one.power.idle_kwh or 0.0), one.equipment))
    ]  # fmt: skip
    return made(Text("设备待机能耗", "Energy of waiting machines"), rows)


def rest_table(found: Mapping[str, BaseLoad], units: Mapping[str, str]) -> ResultTable | None:
    """Return the base load of each carrier."""
    rows = [
        {"carrier": carrier, "unit": units[carrier], "base_per_h": one.base, "mean_per_h": one.mean,
         "peak_per_h": one.peak, "base_percent": percent(one.base_share), "night_percent": percent(one.night_share),
         "weekend_percent": percent(one.weekend_share)}
        for carrier, one in sorted(found.items())
    ]  # fmt: skip
    return made(Text("基础负荷", "Base load"), rows)


def leaks_table(plant: Plant, found: Mapping[str, StandingFlow]) -> ResultTable | None:
    """Return what flows in the compressed-air nets when nobody uses it."""
    rows = [
        {"meter_id": id, "unit": plant.meters[id].unit, "flow_per_h": one.flow, "flow_error": one.error,
         "share_percent": percent(one.share), "by_standstill": one.measured, "hours": one.hours}
        for id, one in sorted(found.items())
    ]  # fmt: skip
    return made(Text("压缩空气：无用气时的流量", "Compressed air: flow at rest"), rows)


def forecast_tables(ahead: Ahead) -> dict[str, ResultTable | None]:
    """Return the forecast of the next day, and how forecasts did in the window."""
    rows = [
        {"at": moment(int(at)), "low_kw": low, "median_kw": median, "high_kw": high}
        for at, (low, median, high) in zip(ahead.at_us, ahead.quantiles, strict=True)
    ]  # fmt: skip
    past = ahead.checked
    weekly = past.mae(past.weekly)
    kinds = (
        ("linghang", past.forecast[..., 1], past.coverage), ("a week ago", past.weekly, None),
        ("a day ago", past.daily, None), ("trees alone", past.trees, None), ("similar days alone", past.similar, None),
    )  # fmt: skip
    quality: list[Row] = []
    for name, what, coverage in kinds:
        mae = past.mae(what)
        better = percent(1 - mae / weekly) if weekly else None
        quality.append({"forecast": name, "mae_kw": mae, "better_percent": better,
                        "coverage_percent": percent(coverage), "days": len(past.actual)})  # fmt: skip
    return {
        "forecast": made(Text("次日负荷预测", "Load forecast of the next day"), rows),
        "forecast_quality": made(Text("预测检验（滚动起点）", "Forecasts checked (rolling origin)"), quality),
    }


def peaks_table(found: Sequence[Peak]) -> ResultTable | None:
    """Return the days with the highest demand."""
    rows = [
        {"at": moment(one.at_us), "peak_kw": one.peak_kw, "mean_kw": one.mean_kw, "reachable_kw": one.reachable_kw}
        for one in found
    ]
    return made(Text("尖峰日", "Days of highest demand"), rows)


def plans_table(found: Sequence[MonthPlan]) -> ResultTable | None:
    """Return what shifting would save under the given tariff."""
    rows = [
        {"month": f"{one.month // 100}-{one.month % 100:02d}", "days": one.days, "energy_kwh": one.before.energy_kwh,
         "before_cny": one.before.total_cny, "after_cny": one.after.total_cny,
         "saved_cny": one.before.total_cny - one.after.total_cny, "peak_kw": one.before.peak_kw,
         "peak_after_kw": one.after.peak_kw, "moved_kwh": one.moved_kwh, "gap_percent": percent(one.gap)}
        for one in found
    ]  # fmt: skip
    return made(Text("移峰节费", "Cost saved by shifting"), rows)


def specific_table(rows: Sequence[Row]) -> ResultTable | None:
    """Return energy per tonne of output by month."""
    return made(Text("单位产品综合能耗", "Energy per output"), rows)
