"""Quality characteristics, inspections, defects and nonconformances."""

from linghang.plant.columns import choice, flag, id_, money, number, ref, table, text, when
from linghang.plant.tables.equipment import equipment
from linghang.plant.tables.product import process_segment, product
from linghang.plant.tables.production import job_order, lot
from linghang.words import Text

GROUP = Text("质量", "Quality")

quality_characteristic = table(
    "quality_characteristic",
    ("质量特性", "Quality characteristic"),
    ("产品的一个质量特性", "One quality characteristic of a product"),
    GROUP,
    id_("characteristic_id", "质量特性编号", "Characteristic id", "W1875-Q07"),
    ref(product.c.product_id),
    ref(process_segment.c.segment_id, optional=True),
    text("name", "质量特性名称", "Name of the characteristic", "中心孔直径"),
    text("unit", "质量特性单位：计数型则空", "Unit of the characteristic: empty if counted", "mm", optional=True),
    number("target", "目标值", "Target", "@unit", 66.6, optional=True, minimum=None),
    number("lower_limit", "规格下限", "Lower limit", "@unit", 66.56, optional=True, minimum=None),
    number("upper_limit", "规格上限", "Upper limit", "@unit", 66.64, optional=True, minimum=None),
    flag("key", "关键质量特性", "Key characteristic", True),
    flag(
        "digital",
        "数字化检测：结果自动成为数据",
        "Inspected digitally: results become data by themselves",
        True,
        optional=True,
    ),
)

inspection = table(
    "inspection",
    ("检验", "Inspection"),
    ("一次检验的结果", "Result of one inspection"),
    GROUP,
    id_("inspection_id", "检验编号", "Inspection id", "IQ-20250314-1187"),
    ref(product.c.product_id),
    ref(quality_characteristic.c.characteristic_id, optional=True),
    ref(lot.c.lot_id, optional=True),
    ref(job_order.c.job_id, optional=True),
    ref(equipment.c.equipment_id, optional=True),
    when("at", "检验时间", "Inspected at", "2025-03-14T16:05:00+08:00"),
    choice(
        "stage",
        "检验阶段",
        "Stage",
        {"incoming": "进货检验", "in_process": "过程检验", "final": "最终检验", "customer": "客户反馈"},
        "final",
        optional=True,
    ),
    number("inspected_quantity", "检验数量", "Quantity inspected", "@product.unit", 143),
    number("defective_quantity", "不合格数量：含返工", "Quantity defective: rework included", "@product.unit", 2),
    number(
        "value",
        "检测值",
        "Measured value",
        "@quality_characteristic.unit",
        66.603,
        optional=True,
        minimum=None,
    ),
    flag("digital", "数字化检验", "Done digitally", True, optional=True),
    choice(
        "judged",
        "判定",
        "Judgement",
        {"pass": "合格", "fail": "不合格", "conditional": "让步接收"},
        "pass",
    ),
)

defect = table(
    "defect",
    ("缺陷", "Defect"),
    ("一次检验发现的一类缺陷", "One kind of defect found by an inspection"),
    GROUP,
    id_("defect_id", "缺陷编号", "Defect id", "IQ-20250314-1187-D1"),
    ref(inspection.c.inspection_id),
    text("kind", "缺陷类型", "Kind of defect", "轮辋气孔"),
    number("quantity", "缺陷数量", "Quantity with the defect", "@product.unit", 2),
    text("position", "缺陷位置", "Position of the defect", "外轮缘 120°", optional=True),
    text("cause", "缺陷原因", "Cause of the defect", "铝液含氢偏高", optional=True),
)

nonconformance = table(
    "nonconformance",
    ("不合格处理", "Nonconformance"),
    ("一件不合格及其处置和纠正", "One nonconformance, its disposal and its correction"),
    GROUP,
    id_("nonconformance_id", "不合格编号", "Nonconformance id", "NC-25-0091"),
    ref(product.c.product_id),
    ref(lot.c.lot_id, optional=True),
    ref(defect.c.defect_id, optional=True),
    when("opened_at", "提出时间", "Opened at", "2025-03-14T17:00:00+08:00"),
    when("closed_at", "关闭时间", "Closed at", "2025-03-21T10:00:00+08:00", optional=True),
    number("quantity", "不合格品数量", "Quantity nonconforming", "@product.unit", 2),
    choice(
        "disposal",
        "处置",
        "Disposal",
        {"rework": "返工", "scrap": "报废", "concession": "让步", "return": "退货", "open": "待定"},
        "scrap",
    ),
    text("corrective_action", "纠正措施", "Corrective action", "延长除气时间至15分钟", optional=True),
    money("cost_cny", "不合格损失", "Cost of the nonconformance", "640.00", optional=True),
)
