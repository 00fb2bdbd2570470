"""What the indicators are in the industry of a province, of the country or of the world, as somebody supplies it."""

from linghang.plant.columns import choice, day, id_, number, table, text, whole
from linghang.plant.comparators import COMPARED
from linghang.words import Text

GROUP = Text("对标", "Comparators")

comparator = table(
    "comparator",
    ("对标值", "Comparator"),
    (
        "同行业一项指标的平均值或领先值，由企业或登记机构依文献填写",
        "Average or leading value of one indicator in an industry, supplied with its source",
    ),
    GROUP,
    id_("comparator_id", "对标值编号", "Comparator id", "CP-2025-01"),
    choice(
        "indicator",
        "指标：附1的20项之一",
        "Indicator: one of the 20 of the annex",
        {name: f"{one.title.zh}|{one.title.en}" for name, one in COMPARED.items()},
        "labour_productivity",
    ),
    choice(
        "kind",
        "口径：水平为指标所依据的量，变化为相对基期的提升或降低",
        "Kind: the level that the indicator rests on, or its change from a baseline (positive is better)",
        {"level": "水平", "change": "变化"},
        "level",
    ),
    choice(
        "statistic",
        "统计量",
        "Statistic",
        {"average": "行业平均", "leading": "行业领先（先进）水平|leading (advanced) level"},
        "average",
    ),
    text("industry_code", "行业代码：GB/T 4754，两位至四位", "Industry code: two to four digits of GB/T 4754", "36"),
    text(
        "region",
        "范围：省级区划代码（GB/T 2260）、CN（全国）或 world（全球）",
        "Region: code of a province (GB/T 2260), CN or world",
        "15",
    ),
    day("valid_from", "起用日期", "Valid from", "2025-01-01", future=True),
    day("valid_to", "用至日期：含当日", "Valid to: this day included", "2026-12-31", future=True),
    number("value", "数值", "Value", "@unit", 38.5, minimum=None),
    text("unit", "数值单位：可写成 kgce/t 之类", "Unit of the value: also a quotient such as kgce/t", "万元/(人·a)"),
    whole("plants", "统计工厂数", "Plants behind the value", None, 42, optional=True, minimum=1),
    text("source", "来源：由谁发布", "Source: who published it", "汽车零部件行业年度报告2024（示例）"),
    text(
        "document",
        "依据文件：文号、网址或文件名；无文件的对标值只作宣称",
        "Document: number, address or file; without it the comparator is only declared",
        "行业年度报告2024.pdf，表3",
        optional=True,
    ),
    rows=({}, {"comparator_id": "CP-2025-02", "statistic": "leading", "value": 61.2, "plants": None}),
)
