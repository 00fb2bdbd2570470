"""Monthly accounts of a factory."""

from linghang.plant.columns import flag, money, month, ref, table
from linghang.plant.tables.enterprise import factory
from linghang.words import Text

GROUP = Text("财务", "Finance")

finance_month = table(
    "finance_month",
    ("月度财务", "Accounts of a month"),
    ("一座工厂一个月的经营数据", "Accounts of one factory for one month"),
    GROUP,
    ref(factory.c.factory_id, key=True),
    month("2025-03-01"),
    money(
        "revenue_cny",
        "主营业务收入：不含税",
        "Revenue: of the main business, without tax",
        "26350000.00",
        optional=True,
        minimum=None,
    ),
    money("cost_of_goods_cny", "主营业务成本", "Cost of goods sold", "21480000.00", optional=True, minimum=None),
    money(
        "operating_cost_cny", "运营成本：全部", "Operating cost: all of it", "23100000.00", optional=True, minimum=None
    ),
    money("value_added_cny", "工业增加值", "Industrial value added", "6120000.00", optional=True, minimum=None),
    money("material_cost_cny", "其中材料成本", "Material cost within", "15900000.00", optional=True, minimum=None),
    money("labour_cost_cny", "其中人工成本", "Labour cost within", "3010000.00", optional=True, minimum=None),
    money("energy_cost_cny", "其中能源成本", "Energy cost within", "1720000.00", optional=True, minimum=None),
    money("maintenance_cost_cny", "其中维修成本", "Maintenance cost within", "410000.00", optional=True, minimum=None),
    money("logistics_cost_cny", "其中物流成本", "Logistics cost within", "620000.00", optional=True, minimum=None),
    money("quality_cost_cny", "其中质量损失", "Quality cost within", "230000.00", optional=True, minimum=None),
    money("depreciation_cny", "其中折旧", "Depreciation within", "980000.00", optional=True, minimum=None),
    money("rnd_cost_cny", "研发费用", "Research and development cost", "790000.00", optional=True, minimum=None),
    flag("audited", "已审计", "Audited", False, optional=True),
)
