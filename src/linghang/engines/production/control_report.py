"""What a plant engineer reads and sees of control loops: tables, charts, and the finding."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from linghang.engines.charts import AnyChart, Axis, Chart, Limit, Series
from linghang.engines.contract import Observed, ResultTable
from linghang.engines.production.control_loops import Loop, wanted_at
from linghang.engines.production.control_spans import Spans
from linghang.engines.production.control_study import Estimator, Look
from linghang.words import Text

MOST_POINTS = 600
"""Of a trend: as many as a screen can tell apart."""
TRENDS = 4
LEAST_PART_S = 6 * 3600.0
"""Each of before and after lasts at least this long, before they are compared."""


def finding_of(looks: list[Look], rate: tuple[float, float] | None, observed: Observed | None) -> Text:
    """Return the sentence with the main figures."""
    swinging = sum(1 for one in looks if one.study is not None and one.study.swing.swings)
    known = sum(1 for one in looks if one.study is not None)
    zh, en = [], []
    if rate is not None:
        said = f"{rate[0]:.1%}" if rate[1] - rate[0] < 5e-4 else f"{rate[0]:.1%}–{rate[1]:.1%}"
        zh.append(f"先进控制投用率 {said}")
        en.append(f"advanced control in service {said}")
    if observed is not None:
        zh.append(f"{observed.of} 个关键回路中 {observed.covered} 个实现精准控制，{observed.open} 个尚无法判断")
        en.append(
            f"{observed.covered} of {observed.of} key loops under precise control, {observed.open} cannot be said"
        )
    zh.append(f"{known} 个回路有数据，其中 {swinging} 个振荡")
    en.append(f"{known} loops with data, {swinging} of them swing")
    return Text("；".join(zh), "; ".join(en))


def tables_of(
    looks: list[Look], rate: tuple[float, float] | None, estimator: Estimator | None
) -> dict[str, ResultTable]:
    """Return the tables of a run; those without rows are left out."""
    found = {"loops": _loops(looks), "health": _health(looks), "models": _models(looks), "service": _compared(looks)}
    if rate is not None:
        data = pa.table({"least_percent": [100 * rate[0]], "most_percent": [100 * rate[1]]})
        titles = {"least_percent": Text("至少 %", "at least, %"), "most_percent": Text("至多 %", "at most, %")}
        found["apc_rate"] = ResultTable(Text("先进过程控制投用率", "Advanced process control in service"), data, titles)
    if estimator is not None:
        found["soft_sensor"] = _estimated(estimator)
    return {name: table for name, table in found.items() if table.data.num_rows}


def _loops(looks: list[Look]) -> ResultTable:
    rows = [
        {
            "loop_id": one.loop.id,
            "name": one.loop.name,
            "verdict": one.verdict if one.loop.applicable is not False else "",
            "in_service_percent": _percent(one.served_share),
            "held_percent": _percent(one.kept.share),
            "reason_zh": one.why.zh,
            "reason_en": one.why.en,
            "equipment_id": one.loop.equipment_id,
            "apc_applicable": one.loop.applicable,
            "weight": one.loop.weight,
            "producing_h": one.loop.producing.seconds / 3600,
            "without_value_percent": _percent(one.kept.unknown),
            "tolerance": one.kept.tolerance,
            "unit": one.loop.measured.unit if one.loop.measured else "",
        }
        for one in sorted(looks, key=lambda one: (_APPLIES[one.loop.applicable], _VERDICTS[one.verdict], one.loop.id))
    ]
    titles = {
        "loop_id": Text("回路", "loop"),
        "name": Text("名称", "name"),
        "verdict": Text("结论", "verdict"),
        "in_service_percent": Text("投用率 %", "in service, %"),
        "held_percent": Text("允差内 %", "within tolerance, %"),
        "reason_zh": Text("原因", "reason (Chinese)"),
        "reason_en": Text("原因（英文）", "reason"),
        "equipment_id": Text("设备", "equipment"),
        "apc_applicable": Text("适用先控", "advanced control applies"),
        "weight": Text("权重", "weight"),
        "producing_h": Text("生产时间 h", "producing, h"),
        "without_value_percent": Text("缺测 %", "without a value, %"),
        "tolerance": Text("允差 ±", "tolerance ±"),
        "unit": Text("单位", "unit"),
    }
    return ResultTable(Text("控制回路", "Control loops"), _table(rows, _LOOPS), titles)


_APPLIES = {True: 0, None: 1, False: 2}
_VERDICTS = {"not": 0, "open": 1, "covered": 2}
_LOOPS = pa.schema(
    [
        ("loop_id", pa.string()),
        ("name", pa.string()),
        ("verdict", pa.string()),
        ("in_service_percent", pa.float64()),
        ("held_percent", pa.float64()),
        ("reason_zh", pa.string()),
        ("reason_en", pa.string()),
        ("equipment_id", pa.string()),
        ("apc_applicable", pa.bool_()),
        ("weight", pa.float64()),
        ("producing_h", pa.float64()),
        ("without_value_percent", pa.float64()),
        ("tolerance", pa.float64()),
        ("unit", pa.string()),
    ]
)
_HEALTH = pa.schema(
    [
        ("loop_id", pa.string()),
        ("advice_zh", pa.string()),
        ("advice_en", pa.string()),
        ("unit", pa.string()),
        ("spread", pa.float64()),
        ("offset", pa.float64()),
        ("regularity", pa.float64()),
        ("period_s", pa.float64()),
        ("minimum_variance_index", pa.float64()),
        ("saturated_percent", pa.float64()),
        ("stiction", pa.string()),
        ("samples", pa.int64()),
        ("every_s", pa.int64()),
    ]
)
_MODELS = pa.schema(
    [
        ("loop_id", pa.string()),
        ("gain", pa.float64()),
        ("lag_s", pa.float64()),
        ("delay_s", pa.float64()),
        ("validated_percent", pa.float64()),
        ("kc", pa.float64()),
        ("ti_s", pa.float64()),
        ("td_s", pa.float64()),
        ("rule", pa.string()),
    ]
)
_COMPARED = pa.schema(
    [
        ("loop_id", pa.string()),
        ("unit", pa.string()),
        ("spread_out_of_service", pa.float64()),
        ("spread_in_service", pa.float64()),
        ("change_percent", pa.float64()),
    ]
)


def _health(looks: list[Look]) -> ResultTable:
    rows = []
    for one in sorted(looks, key=lambda one: (one.study is not None and one.study.healthy, one.loop.id)):
        study = one.study
        if study is None:
            continue
        every = study.stretch.every_s
        rows.append(
            {
                "loop_id": one.loop.id,
                "samples": len(study.stretch.measured),
                "every_s": every,
                "unit": one.loop.measured.unit if one.loop.measured else "",
                "spread": study.spread,
                "offset": study.offset if study.stretch.has_setpoint else None,
                "regularity": study.swing.regularity,
                "period_s": study.swing.period * every if study.swing.period else None,
                "minimum_variance_index": study.variance_index,
                "saturated_percent": _percent(study.saturated),
                "stiction": study.sticks or "",
                "advice_zh": study.advice.zh,
                "advice_en": study.advice.en,
            }
        )
    titles = {
        "loop_id": Text("回路", "loop"),
        "samples": Text("样本数", "samples"),
        "every_s": Text("采样间隔 s", "interval, s"),
        "unit": Text("单位", "unit"),
        "spread": Text("标准差", "spread"),
        "offset": Text("偏差均值", "offset"),
        "regularity": Text("振荡规则度", "regularity of its swing"),
        "period_s": Text("振荡周期 s", "period, s"),
        "minimum_variance_index": Text("最小方差指数", "minimum variance index"),
        "saturated_percent": Text("饱和 %", "saturated, %"),
        "stiction": Text("卡涩提示", "hint of stiction"),
        "advice_zh": Text("建议", "advice (Chinese)"),
        "advice_en": Text("建议（英文）", "advice"),
    }
    return ResultTable(Text("回路健康", "Loop health"), _table(rows, _HEALTH), titles)


def _models(looks: list[Look]) -> ResultTable:
    rows = []
    for one in looks:
        if one.study is None or one.study.model is None:
            continue
        channel, tuning = one.study.model.channels[0], one.study.tuning
        rows.append(
            {
                "loop_id": one.loop.id,
                "gain": channel.gain,
                "lag_s": channel.lag_s,
                "delay_s": channel.delay_s,
                "validated_percent": one.study.model.validated_percent,
                "kc": tuning.gain if tuning else None,
                "ti_s": tuning.integral_s if tuning else None,
                "td_s": tuning.derivative_s if tuning else None,
                "rule": tuning.rule if tuning else "",
            }
        )
    titles = {
        "loop_id": Text("回路", "loop"),
        "gain": Text("增益", "gain"),
        "lag_s": Text("时间常数 s", "lag, s"),
        "delay_s": Text("纯滞后 s", "dead time, s"),
        "validated_percent": Text("验证拟合度 %", "fit on kept-out data, %"),
        "kc": Text("建议比例增益", "proposed gain"),
        "ti_s": Text("建议积分时间 s", "proposed integral time, s"),
        "td_s": Text("建议微分时间 s", "proposed derivative time, s"),
        "rule": Text("整定规则", "rule"),
    }
    return ResultTable(
        Text("辨识模型与整定建议", "Identified models and proposed tuning"), _table(rows, _MODELS), titles
    )


def _compared(looks: list[Look]) -> ResultTable:
    """Spread in and out of service, where both lasted: what control brings, from the plant's own data."""
    rows = []
    for one in looks:
        pair = before_after(one)
        if pair is not None:
            rows.append(
                {
                    "loop_id": one.loop.id,
                    "unit": one.loop.measured.unit if one.loop.measured else "",
                    "spread_out_of_service": pair[0],
                    "spread_in_service": pair[1],
                    "change_percent": 100 * (pair[1] / pair[0] - 1) if pair[0] > 0 else None,
                }
            )
    titles = {
        "loop_id": Text("回路", "loop"),
        "unit": Text("单位", "unit"),
        "spread_out_of_service": Text("未投用标准差", "spread out of service"),
        "spread_in_service": Text("投用标准差", "spread in service"),
        "change_percent": Text("变化 %", "change, %"),
    }
    return ResultTable(Text("投用前后对比", "In and out of service"), _table(rows, _COMPARED), titles)


def before_after(look: Look) -> tuple[float, float] | None:
    """Return the standard deviation of a loop's error out of service and in service; None where it has no aim."""
    loop: Loop = look.loop
    if (
        loop.measured is None
        or not look.kept.against
        or min(loop.in_service.seconds, loop.out_of_service.seconds) < LEAST_PART_S
    ):
        return None
    points = look.points[loop.measured.tag_id]
    wanted = wanted_at(loop, look.points[loop.setpoint.tag_id], points.at_us) if loop.setpoint is not None else None
    error = points.value if wanted is None else points.value - wanted

    def spread(spans: Spans) -> float | None:
        values = error[spans.holds(points.at_us) & np.isfinite(error)]
        return float(values.std()) if len(values) >= 30 else None

    out, within = spread(loop.out_of_service), spread(loop.in_service)
    return None if out is None or within is None else (out, within)


def _estimated(estimator: Estimator) -> ResultTable:
    sensor = estimator.sensor
    data = pa.table(
        {
            "tag_id": [estimator.target],
            "inputs": ["、".join(estimator.inputs)],
            "r2": [sensor.r2],
            "last_value_r2": [sensor.naive_r2],
            "error_spread": [sensor.spread],
        }
    )
    titles = {
        "tag_id": Text("位号", "tag"),
        "inputs": Text("输入", "inputs"),
        "r2": Text("交叉验证 R²", "R² in cross-validation"),
        "last_value_r2": Text("沿用上一值的 R²", "R² of the last value instead"),
        "error_spread": Text("误差标准差", "spread of its error"),
    }
    return ResultTable(Text("软测量", "Soft sensor"), data, titles)


def charts_of(looks: list[Look]) -> tuple[AnyChart, ...]:
    """Return trends of the loops that need it most, bars of health and service, answers to a step, before and after."""
    found: list[AnyChart] = []
    with_data = [one for one in looks if one.study is not None]
    worst = sorted(
        with_data, key=lambda one: (not one.kept.against, _APPLIES[one.loop.applicable], one.verdict != "not")
    )
    found += [_trend(one) for one in worst[:TRENDS]]
    indexed = [one for one in with_data if one.study is not None and one.study.variance_index is not None]
    if indexed:
        found.append(
            _bars(
                "minimum-variance",
                Text("最小方差指数（1 为最好）", "Minimum variance index (1 is best)"),
                "1",
                [(one.loop.id, one.study.variance_index) for one in indexed if one.study is not None],
            )
        )
    served = [one for one in looks if one.loop.applicable and one.served_share is not None]
    if served:
        shares = [(one.loop.id, _percent(one.served_share)) for one in served]
        found.append(_bars("in-service", Text("先进控制投用率", "Advanced control in service"), "%", shares))
    pairs = [(one.loop.id, pair) for one in looks if (pair := before_after(one)) is not None]
    if pairs:
        names = [name for name, _ in pairs]
        found.append(
            Chart(
                "before-after",
                Text("投用前后的标准差", "Spread out of and in service"),
                Axis(Text("回路", "loop"), kind="category"),
                Axis(Text("标准差", "spread")),
                (
                    Series(Text("未投用", "out of service"), names, [pair[0] for _, pair in pairs], "bar"),
                    Series(Text("投用", "in service"), names, [pair[1] for _, pair in pairs], "bar"),
                ),
            )
        )
    found += [_step(one) for one in looks if one.study is not None and one.study.model is not None][:TRENDS]
    return tuple(found)


def _trend(look: Look) -> Chart:
    assert look.study is not None
    assert look.loop.measured is not None
    stretch, signal = look.study.stretch, look.loop.measured
    thin = slice(None, None, max(1, len(stretch.at_us) // MOST_POINTS))
    at = (stretch.at_us[thin] / 1e6).tolist()
    series = [Series(Text("测量值", "measured"), at, stretch.measured[thin].tolist())]
    if stretch.has_setpoint:
        series.append(Series(Text("设定值", "set-point"), at, stretch.wanted[thin].tolist(), "step"))
    second = None
    if stretch.output is not None and look.loop.output is not None:
        series.append(Series(Text("输出", "output"), at, stretch.output[thin].tolist(), second=True))
        second = Axis(Text("输出", "output"), look.loop.output.unit)
    limits = [
        Limit(title, level, "specification")
        for title, level in ((Text("下限", "low"), signal.low), (Text("上限", "high"), signal.high))
        if level is not None
    ]
    title = Text(f"{look.loop.id} {look.loop.name}", f"{look.loop.id} {look.loop.name}")
    y = Axis(Text("测量值", "measured"), signal.unit)
    return Chart(f"trend-{look.loop.id}", title, Axis(Text("时间", "time"), kind="time"), y, series, limits, second)


def _bars(id: str, title: Text, unit: str, values: list[tuple[str, float | None]]) -> Chart:
    names, heights = [name for name, _ in values], [value for _, value in values]
    return Chart(
        id,
        title,
        Axis(Text("回路", "loop"), kind="category"),
        Axis(title, unit),
        (Series(title, names, heights, "bar"),),
    )


def _step(look: Look) -> Chart:
    """Answer of the identified model to a unit step of the output."""
    assert look.study is not None
    assert look.study.model is not None
    channel = look.study.model.channels[0]
    at = np.linspace(0, channel.delay_s + 5 * channel.lag_s, 200)
    answer = channel.gain * -np.expm1(-np.maximum(at - channel.delay_s, 0) / channel.lag_s)
    title = Text(f"{look.loop.id} 阶跃响应", f"{look.loop.id}: answer to a step")
    return Chart(
        f"step-{look.loop.id}",
        title,
        Axis(Text("时间", "time"), "s"),
        Axis(Text("响应", "answer"), look.loop.measured.unit if look.loop.measured else ""),
        (Series(Text("模型", "model"), at.tolist(), answer.tolist()),),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    clean = [
        {name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in row.items()}
        for row in rows
    ]
    return pa.Table.from_pylist(clean, schema=schema)
