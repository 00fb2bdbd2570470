"""Kinds of defects of the window, and what became of what did not conform. Part of `quality.inspection`."""

from collections import Counter
from itertools import accumulate

import numpy as np
import pyarrow as pa

from linghang.engines.charts import Axis, Chart, Series
from linghang.engines.columns import micros_of
from linghang.engines.contract import Inputs, ResultTable, micros
from linghang.engines.quality.inspection import Part
from linghang.engines.quality.inspection_records import numbers
from linghang.words import Text

SHOWN = 20
HOUR_US = 3_600_000_000
DEFECTS = {
    "kind": Text("缺陷类型", "Kind of defect"),
    "quantity": Text("数量", "Quantity"),
    "cumulative_percent": Text("累计 %", "Cumulative %"),
}
NONCONFORMANCES = {
    "product_id": Text("产品", "Product"),
    "opened": Text("提出", "Opened"),
    "still_open": Text("未关闭", "Still open"),
    "without_action": Text("无纠正措施", "Without corrective action"),
    "quantity": Text("不合格品数量", "Quantity"),
    "hours_to_close": Text("关闭时间中位数 h", "Hours to close, median"),
}


def defect_part(inputs: Inputs) -> Part:
    """Count the kinds of defects that inspections of the window found, most frequent first."""
    inspected, table = inputs.tables["inspection"], inputs.tables["defect"]
    at = micros_of(inspected["at"])
    inside = (at >= micros(inputs.start)) & (at < micros(inputs.end))
    known = set(inspected["inspection_id"].filter(pa.array(inside)).to_pylist())
    sums: Counter[str] = Counter()
    for inspection, kind, quantity in zip(
        table["inspection_id"].to_pylist(), table["kind"].to_pylist(), numbers(table["quantity"]).tolist(), strict=True
    ):
        if inspection in known and kind is not None and quantity > 0:
            sums[kind] += quantity
    if not sums:
        return Part()
    order = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    names, counts = [name for name, _ in order], [float(many) for _, many in order]
    shares = [100 * one / sum(counts) for one in accumulate(counts)]
    data = pa.table(
        {
            "kind": pa.array(names, pa.string()),
            "quantity": pa.array(counts, pa.float64()),
            "cumulative_percent": pa.array([round(one, 2) for one in shares], pa.float64()),
        }
    )
    title = Text("缺陷排列", "Defects by kind")
    chart = _pareto(title, names[:SHOWN], counts[:SHOWN], shares[:SHOWN])
    return Part(tables=(("defects", ResultTable(title, data, DEFECTS)),), charts=(chart,))


def _pareto(title: Text, names: list[str], counts: list[float], shares: list[float]) -> Chart:
    return Chart(
        "defects",
        title,
        Axis(DEFECTS["kind"], kind="category"),
        Axis(DEFECTS["quantity"]),
        (
            Series(DEFECTS["quantity"], names, counts, "bar"),
            Series(DEFECTS["cumulative_percent"], names, shares, "line", second=True),
        ),
        second=Axis(Text("累计占比", "Cumulative share"), "%"),
    )


def nonconformance_part(inputs: Inputs) -> Part:
    """Count the nonconformances that were opened in the window, by product, and how far they have come."""
    start, end = micros(inputs.start), micros(inputs.end)
    table = inputs.tables["nonconformance"]
    opened, closed = micros_of(table["opened_at"]), micros_of(table["closed_at"])
    action = np.array([bool(one) for one in table["corrective_action"].to_pylist()], bool)
    product = np.array([one or "" for one in table["product_id"].to_pylist()], dtype=object)
    quantity = numbers(table["quantity"])
    inside = (opened >= start) & (opened < end)
    if not inside.any():
        return Part()
    done = (closed >= opened) & (closed < end)
    rows: dict[str, list[object]] = {name: [] for name in NONCONFORMANCES}
    for one in sorted(set(product[inside])):
        mine = inside & (product == one)
        took = (closed - opened)[mine & done] / HOUR_US
        cells = (
            one, int(mine.sum()), int((mine & ~done).sum()), int((mine & ~action).sum()),
            float(np.nansum(quantity[mine])), round(float(np.median(took)), 2) if len(took) else None,
        )  # fmt: skip
        for column, cell in zip(NONCONFORMANCES, cells, strict=True):
            rows[column].append(cell)
    types = (pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.float64(), pa.float64())
    data = pa.table({name: pa.array(rows[name], kind) for name, kind in zip(rows, types, strict=True)})
    title = Text("不合格处理", "Nonconformances")
    return Part(tables=(("nonconformances", ResultTable(title, data, NONCONFORMANCES)),))
