"""Production orders, jobs, what came of them, and lots with their genealogy (IEC 62264-4)."""

from linghang.plant.columns import choice, day, flag, id_, month, number, ref, table, text, when, whole
from linghang.plant.tables.enterprise import factory
from linghang.plant.tables.equipment import equipment
from linghang.plant.tables.product import material, process_segment, product
from linghang.plant.tables.trade import sales_order_line, supplier
from linghang.words import Text

GROUP = Text("生产", "Production")

production_order = table(
    "production_order",
    ("生产订单", "Production order"),
    ("一张生产订单", "One production order"),
    GROUP,
    id_("production_order_id", "生产订单编号", "Production order id", "MO-25-0688"),
    ref(factory.c.factory_id),
    ref(product.c.product_id),
    number("quantity", "计划数量", "Quantity planned", "@product.unit", 2500),
    when("planned_start", "计划开始", "Planned start", "2025-03-12T08:00:00+08:00", optional=True, future=True),
    when("planned_end", "计划完成", "Planned end", "2025-03-20T20:00:00+08:00", optional=True, future=True),
    day("due_on", "生产交期", "Due on", "2025-03-21", optional=True, future=True),
    ref(sales_order_line.c.line_id, "sales_line_id", ("对应销售订单行", "Sales order line"), optional=True),
    day("released_on", "下达日期", "Released on", "2025-03-11", optional=True),
    whole("priority", "生产优先级：数大者先", "Priority: the larger goes first", None, 5, optional=True),
    choice(
        "status",
        "订单状态",
        "Status of the order",
        {
            "planned": "已计划",
            "released": "已下达",
            "running": "生产中",
            "completed": "已完成",
            "cancelled": "已取消",
        },
        "completed",
        optional=True,
    ),
)

job_order = table(
    "job_order",
    ("作业工单", "Job order"),
    ("生产订单的一道工序任务", "One task of a production order at one process segment"),
    GROUP,
    id_("job_id", "工单编号", "Job id", "MO-25-0688-020"),
    ref(production_order.c.production_order_id),
    ref(process_segment.c.segment_id),
    ref(equipment.c.equipment_id, optional=True),
    number("quantity", "工单数量", "Quantity of the job", "@product.unit", 2500, optional=True),
    when(
        "planned_start",
        "工单计划开始",
        "Planned start of the job",
        "2025-03-12T08:00:00+08:00",
        optional=True,
        future=True,
    ),
    when(
        "planned_end", "工单计划完成", "Planned end of the job", "2025-03-19T20:00:00+08:00", optional=True, future=True
    ),
    number("planned_scrap_quantity", "计划报废数量", "Planned scrap", "@product.unit", 50, optional=True),
)

job_response = table(
    "job_response",
    ("报工", "Job response"),
    ("工单在一台设备上一段时间的实绩", "What one machine really did for a job in one stretch of time"),
    GROUP,
    id_("response_id", "报工编号", "Response id", "MO-25-0688-020-07"),
    ref(job_order.c.job_id),
    ref(equipment.c.equipment_id, optional=True),
    when("start", "实际开始", "Actual start", "2025-03-14T08:05:00+08:00"),
    when("end", "实际结束", "Actual end", "2025-03-14T19:50:00+08:00"),
    number(
        "produced_quantity",
        "产出数量：合格、返工、报废之和",
        "Quantity produced: good, rework and scrap",
        "@product.unit",
        148,
    ),
    number("good_quantity", "一次合格数量", "Quantity good at once", "@product.unit", 143),
    number("scrap_quantity", "报废数量", "Quantity scrapped", "@product.unit", 3, optional=True),
    number("rework_quantity", "返工数量", "Quantity to rework", "@product.unit", 2, optional=True),
    number("setup_s", "换型实绩", "Setup time within", "s", 1500, optional=True),
    number("labour_s", "人工工时", "Labour time", "s", 42300, optional=True),
)

lot = table(
    "lot",
    ("批次", "Lot"),
    ("一个物料批次或单件序列号", "One lot of material or one serial number"),
    GROUP,
    id_("lot_id", "批次编号", "Lot id", "L250314-03"),
    ref(material.c.material_id),
    number("quantity", "批次数量", "Quantity of the lot", "@material.unit", 143),
    day("made_on", "生产或到货日期", "Made or received on", "2025-03-14", optional=True),
    ref(supplier.c.supplier_id, optional=True),
    text("heat", "炉号", "Heat", "H250314-2", optional=True),
    rows=(
        {},
        {"lot_id": "M250313-11", "material_id": "A356.2", "quantity": 2400.0},
    ),
)

lot_genealogy = table(
    "lot_genealogy",
    ("批次谱系", "Lot genealogy"),
    ("一个批次用于制成另一个批次", "One lot that went into another"),
    GROUP,
    ref(lot.c.lot_id, "parent_lot_id", ("投入批次", "Lot used"), key=True, example="M250313-11"),
    ref(lot.c.lot_id, "child_lot_id", ("产出批次", "Lot made"), key=True),
    number(
        "quantity", "投入数量：按投入物料单位", "Quantity used: in the unit of the lot used", "@material.unit", 2260
    ),
    ref(job_order.c.job_id, optional=True),
)

material_actual = table(
    "material_actual",
    ("物料实绩", "Material actual"),
    ("一次报工消耗或产出的一种物料", "One material that a job response consumed or produced"),
    GROUP,
    id_("actual_id", "物料实绩编号", "Material actual id", "MO-25-0688-020-07-C1"),
    ref(job_response.c.response_id),
    ref(material.c.material_id, example="A356.2"),
    choice(
        "direction",
        "方向",
        "Direction",
        {"consumed": "消耗", "produced": "产出", "by_product": "副产"},
        "consumed",
    ),
    number("quantity", "实绩数量", "Actual quantity", "@material.unit", 2344),
    ref(lot.c.lot_id, optional=True, example="M250313-11"),
)

output_month = table(
    "output_month",
    ("月产量", "Output of a month"),
    ("一座工厂一种产品一个月的产量", "Output of one product of a factory in one month"),
    GROUP,
    ref(factory.c.factory_id, key=True),
    ref(product.c.product_id, key=True),
    month("2025-03-01"),
    number("quantity", "总产量：合格产量", "Output: good quantity", "@product.unit", 61000),
    number("mass_t", "产量折重", "Output by mass", "t", 634.4, optional=True),
    flag("audited", "已核定", "Audited", True, optional=True),
)
