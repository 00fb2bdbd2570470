"""Lots of the records: their sampling plans and what the switching rules make of them. Part of `quality.inspection`."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from linghang.engines.charts import AnyChart, Axis, Bar, Chart, Gantt, Limit, Series
from linghang.engines.contract import Event, Inputs, ResultTable, Severity, micros, moment
from linghang.engines.quality.inspection import Part
from linghang.engines.quality.inspection_keys import limits_of
from linghang.engines.quality.inspection_records import Inspections
from linghang.engines.quality.inspection_sampling import Plan, acceptance, plan_for, quality_at
from linghang.engines.quality.inspection_switching import State, Switching, judged
from linghang.words import Text

if TYPE_CHECKING:
    from linghang.engines.quality.inspection import Settings

STATES: tuple[tuple[State, Text], ...] = (
    ("normal", Text("正常", "Normal")),
    ("tightened", Text("加严", "Tightened")),
    ("reduced", Text("放宽", "Reduced")),
    ("discontinued", Text("暂停", "Discontinued")),
)
HOW_URGENT: Mapping[State, Severity] = {
    "normal": "info",
    "reduced": "info",
    "tightened": "low",
    "discontinued": "medium",
}
COLUMNS = {
    "product_id": Text("产品", "Product"),
    "characteristic_id": Text("质量特性编号", "Characteristic id"),
    "stage": Text("阶段", "Stage"),
    "supplier_id": Text("供方", "Supplier"),
    "aql_percent": Text("AQL %", "AQL %"),
    "lots": Text("批数", "Lots"),
    "lot_size": Text("批量中位数", "Lot size, median"),
    "inspected_per_lot": Text("每批检验数中位数", "Inspected per lot, median"),
    "letter": Text("方案字码", "Code letter of the plan"),
    "sample_size": Text("样本量 n", "Sample size n"),
    "accept": Text("接收数 Ac", "Acceptance number Ac"),
    "state": Text("检验状态", "State"),
    "score": Text("转移得分", "Switching score"),
    "not_accepted": Text("不接收批数", "Lots not accepted"),
    "undecided": Text("样本不足批数", "Lots with too small a sample"),
    "defective_percent": Text("不合格品率 %", "Defective %"),
    "producer_percent": Text("95%接收的质量 %", "Quality accepted at 95 %"),
    "consumer_percent": Text("10%接收的质量 %", "Quality accepted at 10 %"),
}


@dataclass(frozen=True)
class Followed:
    """A series of lots and what became of it."""

    product: str
    characteristic: str | None
    stage: str | None
    supplier: str | None
    aql: float
    at_us: tuple[int, ...]
    size: int
    inspected: float
    defective_share: float
    not_accepted: int
    undecided: int
    switching: Switching
    plan: Plan

    @property
    def name(self) -> str:
        """How it is called in charts and events."""
        return " / ".join(one for one in (self.characteristic or self.product, self.stage, self.supplier) if one)


def sampling_part(inputs: Inputs, settings: "Settings", found: Inspections) -> Part:
    """Follow every series of lots through the switching rules."""
    keys = {name: bool(row["key"]) for name, (_, _, row) in limits_of(inputs).items()}
    whole = _whole(found.inspected) & _whole(found.defective) & (found.inspected >= 1)
    whole &= (found.defective <= found.inspected) & np.array([one is not None for one in found.lot], bool)
    usable = found.take(whole)
    actions = _actions(inputs)
    series = []
    for (product, characteristic, stage, supplier), rows in _sources(usable).items():
        aql = settings.key_aql_percent if keys.get(characteristic or "") else settings.other_aql_percent
        who = (product or "", characteristic, stage, supplier)
        one = _followed(usable.take(rows), who, aql, settings, actions.get(product, []))
        if one is not None:
            series.append(one)
    series = [one for one in series if one.at_us and one.at_us[-1] >= micros(inputs.start)]
    if not series:
        return Part(needs=("inspection.lot_id", "inspection.inspected_quantity"))
    series.sort(key=lambda one: (-_urgency(one), -one.not_accepted, one.name))
    return Part(
        sentences=(_sentence(series),),
        tables=(("sampling", _table(series)),),
        charts=_charts(inputs, series, settings),
        events=_events(inputs, series),
    )


def _whole(values: np.ndarray) -> np.ndarray:
    good = np.isfinite(values) & (values >= 0) & (values < 1e9)
    return np.asarray(good & (np.nan_to_num(values) == np.rint(np.nan_to_num(values))))


def _sources(found: Inspections) -> dict[tuple[str | None, ...], np.ndarray]:
    """Group lots into series of one source: incoming lots also by supplier."""
    incoming = np.array([one == "incoming" for one in found.stage], bool)
    groups = found.take(~incoming).groups("product", "characteristic", "stage")
    mine = {(*name, None): np.flatnonzero(~incoming)[rows] for name, rows in groups.items()}
    for name, rows in found.take(incoming).groups("product", "characteristic", "stage", "supplier").items():
        mine[name] = np.flatnonzero(incoming)[rows]
    return mine


def _followed(
    one: Inspections, who: tuple[str, str | None, str | None, str | None], aql: float, settings: "Settings",
    actions: list[int],
) -> Followed | None:  # fmt: skip
    """Follow the first inspection of every lot; a discontinued series resumes after a corrective action."""
    first = np.sort(np.unique(np.array(one.lot, dtype=str), return_index=True)[1])
    one = one.take(first)
    size = np.where(np.isfinite(one.lot_size), np.rint(np.nan_to_num(one.lot_size)), one.inspected)
    size = np.maximum(size, one.inspected).astype(np.int64)
    inspected, bad = one.inspected.astype(np.int64), one.defective.astype(np.int64)
    switching = Switching(may_reduce=settings.reduced_inspection)
    missing = refused = 0
    taken: list[int] = []
    for place in np.flatnonzero(size >= 2).tolist():
        if switching.state == "discontinued" and taken:
            stopped = taken[switching.switches[-1].lot]
            if bisect_right(actions, stopped) < bisect_right(actions, int(one.at_us[place])):
                switching.resume()
        lot = judged(int(size[place]), int(inspected[place]), int(bad[place]), aql, settings.level, switching.severity)
        if lot.accepted is None:
            missing += 1
            continue
        refused += not lot.accepted
        taken.append(int(one.at_us[place]))
        switching.take(lot.accepted, lot.plan, also_tighter=lot.also_tighter)
    if not taken and not missing:
        return None
    middle = max(int(np.median(size)), 2)
    plan = plan_for(middle, aql, settings.level, switching.severity)
    at = tuple(taken) or (int(one.at_us[-1]),)
    share = float(bad.sum() / inspected.sum())
    return Followed(*who, aql, at, middle, float(np.median(inspected)), share, refused, missing, switching, plan)


def _actions(inputs: Inputs) -> dict[str | None, list[int]]:
    """Return product -> when nonconformances with a corrective action were closed."""
    table = inputs.tables["nonconformance"]
    closed = table["closed_at"].cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64()).to_pylist()
    found: dict[str | None, list[int]] = {}
    for product, at, action in zip(
        table["product_id"].to_pylist(), closed, table["corrective_action"].to_pylist(), strict=True
    ):
        if at is not None and action:
            found.setdefault(product, []).append(at)
    return {product: sorted(many) for product, many in found.items()}


def _urgency(one: Followed) -> int:
    return {"discontinued": 3, "tightened": 2, "normal": 1, "reduced": 0}[one.switching.state]


def _sentence(series: list[Followed]) -> Text:
    many = Counter(one.switching.state for one in series if one.switching.lots)
    short = sum(not one.switching.lots for one in series)
    zh = "、".join(f"{name.zh}{many[state]}个" for state, name in STATES if many[state])
    en = ", ".join(f"{many[state]} {name.en.lower()}" for state, name in STATES if many[state])
    return Text(
        f"{len(series)}个批系列按GB/T 2828.1推演：{zh or '无'}" + (f"，{short}个样本不足" if short else ""),
        f"of {len(series)} series of lots, replayed by ISO 2859-1: {en or 'none'}"
        + (f", {short} with too small samples" if short else ""),
    )


def _table(series: list[Followed]) -> ResultTable:
    rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for one in series:
        known = bool(one.switching.lots)
        cells = (
            one.product, one.characteristic, one.stage, one.supplier, one.aql, one.switching.lots + one.undecided,
            one.size, one.inspected, one.plan.letter, one.plan.size, one.plan.accept,
            one.switching.state if known else None, one.switching.score if known else None, one.not_accepted,
            one.undecided, round(100 * one.defective_share, 4), round(quality_at(one.plan, 0.95), 4),
            round(quality_at(one.plan, 0.10), 4),
        )  # fmt: skip
        for column, cell in zip(COLUMNS, cells, strict=True):
            rows[column].append(cell)
    types: dict[str, pa.DataType] = dict.fromkeys(COLUMNS, pa.int64())
    texts = ("product_id", "characteristic_id", "stage", "supplier_id", "letter", "state")
    types |= dict.fromkeys(texts, pa.string())
    floats = ("aql_percent", "inspected_per_lot", "defective_percent", "producer_percent", "consumer_percent")
    types |= dict.fromkeys(floats, pa.float64())
    data = pa.table({name: pa.array(values, types[name]) for name, values in rows.items()})
    return ResultTable(Text("抽样方案与转移状态", "Sampling plans and switching"), data, COLUMNS)


def _charts(inputs: Inputs, series: list[Followed], settings: "Settings") -> tuple[AnyChart, ...]:
    bars = []
    shown = [one for one in series if one.switching.switches][: settings.shown]
    begin = inputs.start.timestamp()
    for one in shown:
        marks = [(one.at_us[0] / 1e6, "normal")]
        marks += [
            (one.at_us[switch.lot] / 1e6, switch.after)
            for switch in one.switching.switches
            if switch.lot < len(one.at_us)
        ]
        ends = [at for at, _ in marks[1:]] + [inputs.end.timestamp()]
        for (at, state), until in zip(marks, ends, strict=True):
            if until > begin and until > max(at, begin):
                bars.append(Bar(one.name, max(at, begin), until, "", state))
    plan = series[0].plan
    top = max(4 * series[0].aql, 2 * quality_at(plan, 0.10))
    grid = np.linspace(0, min(top, 100.0), 61)
    curve = Chart(
        "oc",
        Text(
            f"抽检特性曲线（字码{plan.letter}，n={plan.size}，Ac={plan.accept}）",
            f"Operating characteristic (letter {plan.letter}, n = {plan.size}, Ac = {plan.accept})",
        ),
        Axis(Text("批质量", "Quality"), "%"),
        Axis(Text("接收概率", "Probability of acceptance")),
        (Series(Text("接收概率", "Probability of acceptance"), grid.tolist(), acceptance(plan, grid).tolist()),),
        (
            Limit(Text("生产方 95%", "Producer 95 %"), 0.95, "target"),
            Limit(Text("使用方 10%", "Consumer 10 %"), 0.10, "target"),
        ),
    )  # fmt: skip
    if not bars:
        return (curve,)
    lanes = list(dict.fromkeys(bar.lane for bar in bars))
    return (Gantt("switching", Text("抽样转移状态", "Sampling states"), lanes, bars, STATES), curve)


def _events(inputs: Inputs, series: list[Followed]) -> tuple[Event, ...]:
    words = dict(STATES)
    found = []
    for one in series:
        for switch in one.switching.switches:
            at = moment(one.at_us[min(switch.lot, len(one.at_us) - 1)])
            if at >= inputs.start and switch.before != "discontinued":
                before, after = words[switch.before], words[switch.after]
                text = Text(
                    f"{one.name}：{before.zh}检验转为{after.zh}",
                    f"{one.name}: {before.en.lower()} to {after.en.lower()}",
                )
                found.append(Event(at, one.name, "switched", HOW_URGENT[switch.after], text, {"after": switch.after}))
    return tuple(found)
