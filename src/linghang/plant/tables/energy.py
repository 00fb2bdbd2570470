"""Meters, readings and emissions of greenhouse gases and pollutants."""

from linghang.plant.columns import choice, flag, id_, number, ref, table, text, when
from linghang.plant.tables.enterprise import factory, work_center
from linghang.plant.tables.equipment import equipment
from linghang.words import Text

GROUP = Text("能源与碳", "Energy and carbon")

CARRIERS = {
    "electricity": "电力",
    "natural_gas": "天然气",
    "raw_coal": "原煤",
    "cleaned_coal": "洗精煤",
    "coke": "焦炭",
    "fuel_oil": "燃料油",
    "diesel": "柴油",
    "gasoline": "汽油",
    "lpg": "液化石油气|LPG",
    "lng": "液化天然气|LNG",
    "coke_oven_gas": "焦炉煤气",
    "blast_furnace_gas": "高炉煤气",
    "steam": "蒸汽",
    "heat": "热力",
    "compressed_air": "压缩空气",
    "nitrogen": "氮气",
    "oxygen": "氧气",
    "hydrogen": "氢气",
    "water_fresh": "新水|fresh water",
    "water_reused": "重复利用水|reused water",
    "other": "其他",
}

meter = table(
    "meter",
    ("计量器具", "Meter"),
    ("一块能源或水的计量表", "One meter of energy or water"),
    GROUP,
    id_("meter_id", "计量表编号", "Meter id", "EM-LPC1"),
    ref(factory.c.factory_id),
    ref(work_center.c.work_center_id, optional=True),
    ref(equipment.c.equipment_id, optional=True),
    text("name", "计量表名称", "Name of the meter", "低压铸造一线电表", optional=True),
    choice("carrier", "能源品种", "Carrier", CARRIERS, "electricity"),
    text("unit", "计量单位", "Unit of the meter", "kWh"),
    flag("boundary", "计入全厂：位于工厂边界", "Counts for the plant: stands at its boundary", True),
    flag("bought", "外购：自产或回收为否", "Bought: no if made or recovered here", True),
    choice(
        "direction",
        "计量方向",
        "Direction of the flow",
        {"in": "输入", "out": "输出"},
        "in",
    ),
    flag("renewable", "可再生：绿电等", "Renewable: green power and the like", False, optional=True),
    flag("feedstock", "用作原料", "Used as feedstock", False, optional=True),
)

meter_reading = table(
    "meter_reading",
    ("计量读数", "Meter reading"),
    ("计量表一段时间内的用量", "Quantity that passed a meter in one stretch of time"),
    GROUP,
    ref(meter.c.meter_id, key=True),
    when("start", "开始时间", "Start", "2025-03-14T08:00:00+08:00", key=True),
    when("end", "结束时间", "End", "2025-03-14T08:15:00+08:00"),
    number("quantity", "用量：按计量表单位", "Quantity: in the unit of the meter", "@meter.unit", 212.4),
    flag("estimated", "估算值", "Estimated", False, optional=True),
)

emission = table(
    "emission",
    ("排放", "Emission"),
    ("一个排放源一段时间内一种物质的排放量", "Emission of one substance by one source in one stretch of time"),
    GROUP,
    id_("emission_id", "排放记录编号", "Emission id", "EMI-2025-03-CO2-MELT"),
    ref(factory.c.factory_id),
    when("start", "开始时间", "Start", "2025-03-01T00:00:00+08:00"),
    when("end", "结束时间", "End", "2025-04-01T00:00:00+08:00"),
    choice(
        "gas",
        "排放物质",
        "Substance",
        {
            "CO2": "二氧化碳|CO2",
            "CH4": "甲烷|CH4",
            "N2O": "氧化亚氮|N2O",
            "HFC": "氢氟碳化物|HFC",
            "PFC": "全氟化碳|PFC",
            "SF6": "六氟化硫|SF6",
            "NF3": "三氟化氮|NF3",
            "SO2": "二氧化硫|SO2",
            "NOx": "氮氧化物|NOx",
            "particulates": "颗粒物",
            "VOC": "挥发性有机物|VOC",
            "COD": "化学需氧量|COD",
            "ammonia_nitrogen": "氨氮",
            "other": "其他",
        },
        "CO2",
    ),
    choice(
        "kind",
        "排放类型：温室气体核算",
        "Kind of emission: of the greenhouse-gas inventory",
        {
            "combustion": "燃料燃烧",
            "process": "工业过程",
            "electricity": "购入电力",
            "heat": "购入热力",
            "recovered": "回收利用",
            "exported": "输出",
            "pollutant": "污染物",
        },
        "combustion",
        optional=True,
    ),
    text("source", "排放源", "Source", "熔炼炉天然气燃烧"),
    number("quantity_t", "排放量", "Quantity emitted", "t", 412.7),
)
