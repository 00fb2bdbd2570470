"""What the columns of the traceability engine's tables are called, and how rows become such a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.engines.contract import ResultTable
from linghang.words import Text

COLUMNS: Mapping[str, Text] = {
    "lot_id": Text("批次", "Lot"),
    "material_id": Text("物料", "Material"),
    "quantity": Text("数量", "Quantity"),
    "unit": Text("单位", "Unit"),
    "mass_kg": Text("质量(kg)", "Mass (kg)"),
    "made_on": Text("日期", "Day"),
    "supplier_id": Text("供应商", "Supplier"),
    "heat": Text("炉次", "Heat"),
    "job_id": Text("工单", "Job"),
    "equipment": Text("设备", "Machines"),
    "possible_equipment": Text("可能的设备", "Possible machines"),
    "steps": Text("步数", "Steps"),
    "certain": Text("确定", "Certain"),
    "status": Text("状态", "Status"),
    "least_shipped": Text("至少已出厂", "Shipped at least"),
    "most_shipped": Text("至多已出厂", "Shipped at most"),
    "likely_shipped": Text("可能已出厂（先进先出）", "Likely shipped (first in, first out)"),
    "suspect_share": Text("可疑物料占比", "Share of suspect input"),
    "made_for": Text("生产订单对应客户", "Customer it was made for"),
    "share": Text("占比", "Share"),
    "kind": Text("类别", "Kind"),
    "lots": Text("批次", "Lots"),
    "traced": Text("可追溯", "Traced"),
    "with_gap": Text("有断点", "With a gap"),
    "unknown": Text("不能判定", "Cannot be told"),
    "lot": Text("批次", "Lot"),
    "other": Text("相关批次", "Other lot"),
    "stated": Text("应为（数量或日序）", "Stated (quantity, or days since 1970)"),
    "found": Text("实为（数量或日序）", "Found (quantity, or days since 1970)"),
    "lots_with_known_masses": Text("质量已知的批次", "Lots of known mass"),
    "input_kg": Text("投入(kg)", "Input (kg)"),
    "output_kg": Text("产出(kg)", "Output (kg)"),
    "output_share": Text("产出/投入", "Output by input"),
    "used_share": Text("已被使用的占比", "Share that was used on"),
    "id": Text("编号", "Id"),
    "customer_id": Text("客户编号", "Customer id"),
    "customer": Text("客户", "Customer"),
    "deliveries": Text("发货次数", "Deliveries"),
    "delivered_quantity": Text("发货数量", "Quantity delivered"),
    "first_on": Text("首次发货", "First shipped"),
    "last_on": Text("末次发货", "Last shipped"),
    "names": Text("名称", "Names"),
    "explained": Text("能解释的可疑批次", "Suspect lots explained"),
    "of": Text("可疑批次总数", "Suspect lots"),
    "touched": Text("涉及的批次", "Lots touched"),
    "event_id": Text("事件编号", "Event id"),
    "type": Text("事件类型", "Kind of event"),
    "at": Text("时间", "Time"),
    "json": Text("EPCIS（JSON-LD）", "EPCIS (JSON-LD)"),
    "event_hash": Text("事件哈希", "Event hash"),
    "made_at": Text("时间", "Time"),
    "parent_lot_id": Text("投入批次", "Lot used"),
    "child_lot_id": Text("产出批次", "Lot made"),
}


def table(title: Text, rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, pa.DataType]]) -> ResultTable:
    """Return rows as a table with these columns; what is no number is null."""
    data = {name: pa.array([clean(row.get(name)) for row in rows], kind) for name, kind in columns}
    return ResultTable(title, pa.table(data), {name: COLUMNS[name] for name, _ in columns})


def clean(value: Any) -> Any:
    """Return a value as tables hold it: neither NaN nor an empty text."""
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return None if isinstance(value, str) and not value else value
