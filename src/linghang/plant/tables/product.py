"""Materials, products, bills of material, routings and the working calendar."""

from linghang.plant.columns import choice, day, flag, id_, number, ref, table, text, when, whole
from linghang.plant.tables.enterprise import factory, work_center
from linghang.words import Text

GROUP = Text("产品与工艺", "Products and processes")

material = table(
    "material",
    ("物料", "Material"),
    ("一种物料：原料、半成品或成品", "One material: raw, semi-finished or finished"),
    GROUP,
    id_("material_id", "物料编号", "Material id", "W1875-FG"),
    text("name", "物料名称", "Name of the material", "18×7.5J 铝合金轮毂"),
    text("unit", "物料计量单位", "Unit of the material", "pcs"),
    choice(
        "kind",
        "物料类型",
        "Kind of material",
        {
            "raw": "原材料",
            "semi": "半成品|semi-finished",
            "finished": "成品",
            "packaging": "包装物",
            "auxiliary": "辅料",
            "spare_part": "备件",
            "other": "其他",
        },
        "finished",
    ),
    number("unit_mass_kg", "单位质量：每计量单位", "Mass: of one unit", "kg", 10.6, optional=True),
    rows=(
        {},
        {"material_id": "A356.2", "name": "A356.2 铝合金液", "unit": "kg", "kind": "raw", "unit_mass_kg": 1.0},
        {"material_id": "SP-RISER-01", "name": "升液管", "unit": "pcs", "kind": "spare_part", "unit_mass_kg": 18.0},
    ),
)

product = table(
    "product",
    ("产品", "Product"),
    ("一种产品", "One product"),
    GROUP,
    id_("product_id", "产品编号", "Product id", "W1875"),
    ref(material.c.material_id),
    text("name", "产品名称", "Name of the product", "18寸五辐轮毂"),
    text("family", "产品族", "Product family", "18寸轮毂", optional=True),
    text("unit", "产品计量单位", "Unit of the product", "pcs"),
    number("standard_hours", "单位标准工时", "Standard hours of one unit", "h", 0.62, optional=True),
    number("ideal_mass_kg", "理论净重", "Ideal mass of one unit", "kg", 10.4, optional=True),
    day("launched_on", "投放日期", "Launched on", "2023-02-01", optional=True),
    day("discontinued_on", "停产日期：在产则空", "Discontinued on: empty while made", "2025-12-01", optional=True),
    rows=({"discontinued_on": None},),
)

bill_of_material = table(
    "bill_of_material",
    ("物料清单", "Bill of material"),
    ("一种物料由一种组件构成的用量", "How much of one component goes into one unit of a material"),
    GROUP,
    ref(material.c.material_id, "parent_material_id", ("母件物料", "Parent material"), key=True),
    ref(
        material.c.material_id,
        "component_material_id",
        ("组件物料", "Component material"),
        key=True,
        example="A356.2",
    ),
    number(
        "quantity",
        "用量：每单位母件，按组件单位",
        "Quantity: per unit of the parent, in the component's unit",
        "@material.unit",
        15.8,
    ),
    number("loss_percent", "损耗率", "Loss rate", "%", 3.5, optional=True, maximum=100),
)

routing = table(
    "routing",
    ("工艺路线", "Routing"),
    ("一种产品的一条工艺路线", "One routing of a product"),
    GROUP,
    id_("routing_id", "工艺路线编号", "Routing id", "W1875-R2"),
    ref(product.c.product_id),
    text("version", "工艺版本", "Version of the routing", "2", optional=True),
    flag("preferred", "首选路线", "Preferred routing", True, optional=True),
    day("valid_from", "生效日期", "Valid from", "2023-02-01", optional=True, future=True),
    day("valid_to", "失效日期：仍有效则空", "Valid to: empty while valid", "2026-12-31", optional=True, future=True),
)

process_segment = table(
    "process_segment",
    ("工序", "Process segment"),
    ("一种产品的一道工序", "One process step of a product"),
    GROUP,
    id_("segment_id", "工序编号", "Segment id", "W1875-020"),
    ref(product.c.product_id),
    ref(routing.c.routing_id, optional=True),
    whole("sequence", "工序顺序", "Sequence of the segment", None, 20),
    text("name", "工序名称", "Name of the segment", "低压铸造"),
    ref(work_center.c.work_center_id, optional=True),
    number("standard_s", "标准工时：一件", "Standard time: of one unit", "s", 280, optional=True),
    number("setup_s", "换型时间", "Setup time", "s", 2700, optional=True),
    number("crew", "定员", "Crew", "person", 0.5, optional=True),
    flag("key", "关键工序", "Key process", True),
    flag("automated", "自动化作业", "Automated operation", True, optional=True),
    flag("digitally_controlled", "数控化工序", "Numerically controlled process", True, optional=True),
)

setup_matrix = table(
    "setup_matrix",
    ("换型矩阵", "Setup matrix"),
    ("一条产线从一个产品族换到另一个的时间", "Time to change a line from one product family to another"),
    GROUP,
    ref(work_center.c.work_center_id, key=True),
    text("from_family", "换型前产品族", "From family", "17寸轮毂", key=True),
    text("to_family", "换型后产品族", "To family", "18寸轮毂", key=True),
    number("setup_s", "换型用时", "Time of the change", "s", 3600),
)

shift = table(
    "shift",
    ("班次", "Shift"),
    ("一条产线或全厂的一个班次", "One shift of a line or of the whole factory"),
    GROUP,
    id_("shift_id", "班次编号", "Shift id", "20250314-D-LPC1"),
    ref(factory.c.factory_id),
    ref(work_center.c.work_center_id, optional=True),
    when("start", "班次开始", "Start of the shift", "2025-03-14T08:00:00+08:00", future=True),
    when("end", "班次结束", "End of the shift", "2025-03-14T20:00:00+08:00", future=True),
    number("planned_stop_s", "计划停机时长", "Planned stop within the shift", "s", 3600),
    text("crew_name", "班组", "Crew of the shift", "甲班", optional=True),
)
