"""Failures and maintenance orders."""

from linghang.plant.columns import choice, day, flag, id_, money, number, ref, table, text, when
from linghang.plant.tables.equipment import equipment
from linghang.plant.tables.product import material
from linghang.words import Text

GROUP = Text("设备维护", "Maintenance")

failure = table(
    "failure",
    ("故障", "Failure"),
    ("设备的一次故障", "One failure of equipment"),
    GROUP,
    id_("failure_id", "故障编号", "Failure id", "FL-25-0104"),
    ref(equipment.c.equipment_id),
    when("start", "故障开始", "Start of the failure", "2025-03-14T11:36:00+08:00"),
    when(
        "end",
        "故障恢复：未恢复则空",
        "End of the failure: empty until restored",
        "2025-03-14T13:02:00+08:00",
        optional=True,
    ),
    text("cause", "故障原因", "Cause of the failure", "升液管开裂", optional=True),
    text("component", "故障部件", "Failed component", "升液管", optional=True),
    flag("stopped", "造成停机", "Stopped production", True, optional=True),
)

maintenance_order = table(
    "maintenance_order",
    ("维护工单", "Maintenance order"),
    ("设备的一张维护工单", "One maintenance order of equipment"),
    GROUP,
    id_("maintenance_order_id", "维护工单编号", "Maintenance order id", "WO-25-0231"),
    ref(equipment.c.equipment_id),
    choice(
        "kind",
        "维护类型",
        "Kind of maintenance",
        {
            "planned": "计划维护",
            "corrective": "故障维修",
            "condition_based": "状态维护|condition-based",
            "predictive": "预测维护",
            "inspection": "点检",
        },
        "corrective",
    ),
    ref(failure.c.failure_id, optional=True),
    when("opened_at", "开单时间", "Opened at", "2025-03-14T11:40:00+08:00"),
    day("due_on", "维护到期日", "Due on", "2025-03-15", optional=True, future=True),
    when("started_at", "开工时间", "Started at", "2025-03-14T11:55:00+08:00", optional=True),
    when("finished_at", "完工时间", "Finished at", "2025-03-14T13:02:00+08:00", optional=True),
    number("labour_h", "维护工时", "Labour hours", "h", 2.2, optional=True),
    money("cost_cny", "维护费用", "Cost of the maintenance", "3860.00", optional=True),
    text("work", "维护内容", "Work done", "更换升液管并试压", optional=True),
)

spare_part_use = table(
    "spare_part_use",
    ("备件消耗", "Use of spare parts"),
    ("维护工单用掉的一种备件", "One spare part used by a maintenance order"),
    GROUP,
    ref(maintenance_order.c.maintenance_order_id, key=True),
    ref(material.c.material_id, key=True, example="SP-RISER-01"),
    number("quantity", "备件数量", "Quantity of the part", "@material.unit", 1),
)
