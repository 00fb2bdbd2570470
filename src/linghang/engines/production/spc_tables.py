"""Tables of the process analysis."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import isfinite

import numpy as np
import pyarrow as pa

from linghang.engines.contract import SEVERITIES, ResultTable, moment
from linghang.engines.production.spc_capability import Studied
from linghang.engines.production.spc_coverage import Covered
from linghang.engines.production.spc_study import Multivariate, Overview
from linghang.words import Text

OPERATION = Text("工序", "Operation")
CHARACTERISTIC = Text("特性", "Characteristic")
EQUIPMENT = Text("设备", "Equipment")
UNIT = Text("单位", "Unit")
TEXT, NUMBER, WHOLE, FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()

_CHARTS: tuple[tuple[str, pa.DataType, Text], ...] = (
    ("operation", TEXT, OPERATION),
    ("characteristic", TEXT, CHARACTERISTIC),
    ("equipment_id", TEXT, EQUIPMENT),
    ("chart", TEXT, Text("控制图", "Chart")),
    ("unit", TEXT, UNIT),
    ("points", WHOLE, Text("点数", "Points")),
    ("baseline_points", WHOLE, Text("基线点数", "Points of the baseline")),
    ("baseline_dropped", WHOLE, Text("基线剔除点数", "Points left away in the baseline")),
    ("centre", NUMBER, Text("中心线（所绘值）", "Centre (as plotted)")),
    ("sigma", NUMBER, Text("σ（所绘值）", "Sigma (as plotted)")),
    ("autocorrelation", NUMBER, Text("一阶自相关", "Lag-one autocorrelation")),
    ("residuals", FLAG, Text("绘残差", "Residuals charted")),
    ("trial_limits", FLAG, Text("试用控制限", "Trial limits")),
    ("signals", WHOLE, Text("异常点数", "Points that signal")),
    ("signals_percent", NUMBER, Text("异常点比例 %", "Share that signals, %")),
)
_CAPABILITY: tuple[tuple[str, pa.DataType, Text], ...] = (
    ("operation", TEXT, OPERATION),
    ("characteristic", TEXT, CHARACTERISTIC),
    ("equipment_id", TEXT, Text("设备：空为全部", "Equipment: empty is all")),
    ("unit", TEXT, UNIT),
    ("values", WHOLE, Text("数值个数", "Values")),
    ("lower_limit", NUMBER, Text("规格下限", "Lower limit")),
    ("target", NUMBER, Text("目标", "Target")),
    ("upper_limit", NUMBER, Text("规格上限", "Upper limit")),
    ("mean", NUMBER, Text("均值", "Mean")),
    ("sigma_within", NUMBER, Text("组内σ（移动极差）", "Sigma within (moving range)")),
    ("sigma_total", NUMBER, Text("总σ", "Sigma total")),
    ("signals_percent", NUMBER, Text("异常点比例 %", "Share that signals, %")),
    ("stable", FLAG, Text("受控", "Stable")),
    ("cp", NUMBER, Text("Cp", "Cp")),
    ("cpk", NUMBER, Text("Cpk", "Cpk")),
    ("cpk_low", NUMBER, Text("Cpk 95% 下限", "Cpk, low end of 95 %")),
    ("cpk_high", NUMBER, Text("Cpk 95% 上限", "Cpk, high end of 95 %")),
    ("pp", NUMBER, Text("Pp", "Pp")),
    ("ppk", NUMBER, Text("Ppk", "Ppk")),
    ("ppk_low", NUMBER, Text("Ppk 95% 下限", "Ppk, low end of 95 %")),
    ("ppk_high", NUMBER, Text("Ppk 95% 上限", "Ppk, high end of 95 %")),
    ("cpm", NUMBER, Text("Cpm", "Cpm")),
    ("normal_p", NUMBER, Text("正态性检验 p 值", "p-value of normality")),
    ("shape", TEXT, Text("分布形状", "Shape")),
    ("outside_percent", NUMBER, Text("超差比例 %", "Outside, %")),
)
_EPISODES: tuple[tuple[str, pa.DataType, Text], ...] = (
    ("at", pa.timestamp("us", "UTC"), Text("开始时间", "Began")),
    ("until", pa.timestamp("us", "UTC"), Text("最后异常点", "Last point that signals")),
    ("operation", TEXT, OPERATION),
    ("characteristic", TEXT, CHARACTERISTIC),
    ("equipment_id", TEXT, EQUIPMENT),
    ("rule", TEXT, Text("判异准则", "Rule")),
    ("severity", TEXT, Text("程度", "Severity")),
    ("points", WHOLE, Text("异常点数", "Points that signal")),
    ("value", NUMBER, Text("首个异常值（计数为比例）", "First value that signals (of counts: share)")),
    ("unit", TEXT, UNIT),
    ("centre", NUMBER, Text("中心线", "Centre")),
    ("lower", NUMBER, Text("下控制限", "Lower control limit")),
    ("upper", NUMBER, Text("上控制限", "Upper control limit")),
    ("z", NUMBER, Text("首点偏离（σ）", "First deviation, sigma")),
    ("largest_z", NUMBER, Text("最大偏离（σ）", "Largest deviation, sigma")),
)
_COVERAGE: tuple[tuple[str, pa.DataType, Text], ...] = (
    ("operation", TEXT, OPERATION),
    ("work_center_id", TEXT, Text("工作中心", "Work centre")),
    ("machines", WHOLE, Text("生产设备数", "Producing machines")),
    ("charts", WHOLE, Text("控制图数", "Charts")),
    ("produced_machine_days", WHOLE, Text("生产台日", "Producing machine-days")),
    ("analysed_machine_days", WHOLE, Text("已分析台日", "Analysed machine-days")),
    ("analysed_percent", NUMBER, Text("分析覆盖率 %", "Analysed, %")),
    ("covered", FLAG, Text("达标", "Covered")),
)
_MULTIVARIATE: tuple[tuple[str, pa.DataType, Text], ...] = (
    ("operation", TEXT, OPERATION),
    ("equipment_id", TEXT, EQUIPMENT),
    ("variables", WHOLE, Text("变量数", "Variables")),
    ("components", WHOLE, Text("主元数", "Components")),
    ("baseline_intervals", WHOLE, Text("基线区间数", "Intervals of the baseline")),
    ("intervals", WHOLE, Text("区间数", "Intervals")),
    ("beyond_t2_percent", NUMBER, Text("T²超限 %", "Beyond T2 limit, %")),
    ("beyond_spe_percent", NUMBER, Text("SPE超限 %", "Beyond SPE limit, %")),
    ("main_contributor", TEXT, Text("主要贡献变量", "Main contributor")),
    ("main_contribution_percent", NUMBER, Text("其贡献 %", "Its contribution, %")),
)


def chart_table(overview: Overview) -> ResultTable:
    """One row a control chart."""
    rows = []
    for track, one in sorted(overview.tracks.items()):
        if one.fitted is None:
            continue
        learnt, counted = one.fitted.learnt, int(np.isfinite(one.z).sum())
        rows.append(
            {
                "operation": track.operation.name, "characteristic": track.name, "equipment_id": track.equipment_id,
                "chart": track.kind, "unit": track.unit, "points": counted, "baseline_points": learnt.count,
                "baseline_dropped": learnt.dropped, "centre": learnt.centre, "sigma": learnt.spread,
                "autocorrelation": learnt.autocorrelation, "residuals": learnt.phi != 0,
                "trial_limits": one.fitted.trial, "signals": len(one.signals),
                "signals_percent": 100 * len(one.signals) / counted if counted else None,
            }
        )  # fmt: skip
    return _table(Text("控制图", "Control charts"), _CHARTS, rows)


def episode_table(overview: Overview) -> ResultTable:
    """One row an episode: a deviation from its first point that signals to its last one."""
    rows = []
    for track, one in sorted(overview.tracks.items()):
        starts = [*one.began, len(one.course)]
        for first, beyond in pairwise(starts):
            places = [place for place in one.signals if first <= place < beyond]
            event = one.raised[first]
            severities = [one.raised[place].severity for place in places if place in one.raised]
            rows.append(
                dict(event.values)
                | {
                    "at": event.at, "until": moment(int(one.course.at_us[max(places)])),
                    "equipment_id": track.equipment_id, "points": len(places),
                    "severity": max(severities, key=SEVERITIES.index),
                    "largest_z": max((float(one.z[place]) for place in places), key=abs),
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (row["at"], row["equipment_id"], row["characteristic"]))
    return _table(Text("异常过程", "Episodes"), _EPISODES, rows)


def capability_table(found: Sequence[Studied]) -> ResultTable:
    """One row a characteristic and machine; Cp and Cpk only where it is stable."""
    rows = []
    for one in found:
        indices, shaped = one.indices, one.shaped
        pp, ppk = (shaped.pp, shaped.ppk) if shaped is not None else (indices.pp, indices.ppk)
        cp, cpk = (indices.cp, indices.cpk) if one.stable and shaped is None else (None, None)
        rows.append(
            {
                "operation": one.operation.name, "characteristic": one.name, "equipment_id": one.equipment_id,
                "unit": one.unit, "values": indices.count, "lower_limit": one.specification.lower,
                "target": one.specification.target, "upper_limit": one.specification.upper, "mean": indices.mean,
                "sigma_within": indices.sigma_within, "sigma_total": indices.sigma_total,
                "signals_percent": one.signals_percent, "stable": one.stable,
                "cp": cp and cp.value, "cpk": cpk and cpk.value, "cpk_low": cpk and cpk.low,
                "cpk_high": cpk and cpk.high, "pp": pp and pp.value, "ppk": ppk and ppk.value,
                "ppk_low": ppk and ppk.low, "ppk_high": ppk and ppk.high, "cpm": indices.cpm and indices.cpm.value,
                "normal_p": one.p_value, "shape": shaped.fitted.shape if shaped is not None else "normal",
                "outside_percent": 100 * (indices.below + indices.above),
            }
        )  # fmt: skip
    return _table(Text("过程能力", "Process capability"), _CAPABILITY, rows)


def coverage_table(found: Sequence[Covered], percent: float) -> ResultTable:
    """One row a key operation."""
    rows = [
        {
            "operation": one.operation.name, "work_center_id": one.operation.work_center_id, "machines": one.machines,
            "charts": one.charts, "produced_machine_days": one.produced_days,
            "analysed_machine_days": one.analysed_days, "analysed_percent": one.percent,
            "covered": None if one.percent is None else one.percent >= percent,
        }
        for one in found
    ]  # fmt: skip
    return _table(Text("关键工序分析覆盖", "Key operations analysed"), _COVERAGE, rows)


def multivariate_table(found: Sequence[Multivariate]) -> ResultTable:
    """One row a machine."""
    rows = []
    for one in found:
        parts = contributions(one)
        top = int(np.argmax(parts)) if parts.sum() > 0 else None
        rows.append(
            {
                "operation": one.operation.name, "equipment_id": one.equipment_id, "variables": len(one.names),
                "components": one.model.loadings.shape[1], "baseline_intervals": one.model.count,
                "intervals": len(one.at_us),
                "beyond_t2_percent": 100 * float((one.found.t2 > one.model.t2_limit).mean()),
                "beyond_spe_percent": 100 * float((one.found.spe > one.model.spe_limit).mean()),
                "main_contributor": one.names[top] if top is not None else None,
                "main_contribution_percent": 100 * float(parts[top] / parts.sum()) if top is not None else None,
            }
        )  # fmt: skip
    return _table(Text("多变量监控", "Multivariate monitoring"), _MULTIVARIATE, rows)


def contributions(one: Multivariate) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the contribution of each variable over the intervals beyond a limit, each limit's in its own units."""
    t2, spe = one.found.t2 > one.model.t2_limit, one.found.spe > one.model.spe_limit
    parts = one.found.t2_parts[t2].sum(0) / one.model.t2_limit + one.found.spe_parts[spe].sum(0) / one.model.spe_limit
    return np.asarray(parts, np.float64)


def _table(
    title: Text, columns: Sequence[tuple[str, pa.DataType, Text]], rows: Sequence[Mapping[str, object]]
) -> ResultTable:
    data = {name: pa.array([_plain(row.get(name)) for row in rows], kind) for name, kind, _ in columns}
    return ResultTable(title, pa.table(data), {name: text for name, _, text in columns})


def _plain(value: object) -> object:
    """Numbers that are not finite are missing in a table."""
    if isinstance(value, str | bool | datetime) or value is None:
        return value
    return value if isfinite(value) else None  # type: ignore[arg-type]
