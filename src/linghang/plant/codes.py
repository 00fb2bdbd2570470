"""Codes of regions (GB/T 2260) and of industries (GB/T 4754-2017, sections B, C and D)."""

from collections.abc import Mapping
from typing import NamedTuple

from linghang.errors import BadInput, nearest
from linghang.words import Text

REGIONS: Mapping[str, Text] = {
    code: Text(zh, en)
    for code, zh, en in (
        ("11", "北京市", "Beijing"),
        ("12", "天津市", "Tianjin"),
        ("13", "河北省", "Hebei"),
        ("14", "山西省", "Shanxi"),
        ("15", "内蒙古自治区", "Inner Mongolia"),
        ("21", "辽宁省", "Liaoning"),
        ("22", "吉林省", "Jilin"),
        ("23", "黑龙江省", "Heilongjiang"),
        ("31", "上海市", "Shanghai"),
        ("32", "江苏省", "Jiangsu"),
        ("33", "浙江省", "Zhejiang"),
        ("34", "安徽省", "Anhui"),
        ("35", "福建省", "Fujian"),
        ("36", "江西省", "Jiangxi"),
        ("37", "山东省", "Shandong"),
        ("41", "河南省", "Henan"),
        ("42", "湖北省", "Hubei"),
        ("43", "湖南省", "Hunan"),
        ("44", "广东省", "Guangdong"),
        ("45", "广西壮族自治区", "Guangxi"),
        ("46", "海南省", "Hainan"),
        ("50", "重庆市", "Chongqing"),
        ("51", "四川省", "Sichuan"),
        ("52", "贵州省", "Guizhou"),
        ("53", "云南省", "Yunnan"),
        ("54", "西藏自治区", "Xizang"),
        ("61", "陕西省", "Shaanxi"),
        ("62", "甘肃省", "Gansu"),
        ("63", "青海省", "Qinghai"),
        ("64", "宁夏回族自治区", "Ningxia"),
        ("65", "新疆维吾尔自治区", "Xinjiang"),
        ("71", "台湾省", "Taiwan"),
        ("81", "香港特别行政区", "Hong Kong"),
        ("82", "澳门特别行政区", "Macao"),
    )
}
"""First two digits of a region code -> name of the province-level division."""


class Division(NamedTuple):
    """One two-digit division of GB/T 4754 and the section that it belongs to."""

    section: str
    name: Text


SECTIONS: Mapping[str, Text] = {
    "B": Text("采矿业", "Mining"),
    "C": Text("制造业", "Manufacturing"),
    "D": Text("电力、热力、燃气及水生产和供应业", "Production and supply of electricity, heat, gas and water"),
}

DIVISIONS: Mapping[str, Division] = {
    code: Division(section, Text(zh, en))
    for section, code, zh, en in (
        ("B", "06", "煤炭开采和洗选业", "Mining and washing of coal"),
        ("B", "07", "石油和天然气开采业", "Extraction of petroleum and natural gas"),
        ("B", "08", "黑色金属矿采选业", "Mining and dressing of ferrous metal ores"),
        ("B", "09", "有色金属矿采选业", "Mining and dressing of non-ferrous metal ores"),
        ("B", "10", "非金属矿采选业", "Mining and dressing of non-metal ores"),
        ("B", "11", "开采专业及辅助性活动", "Mining support activities"),
        ("B", "12", "其他采矿业", "Other mining"),
        ("C", "13", "农副食品加工业", "Processing of agricultural and sideline food"),
        ("C", "14", "食品制造业", "Manufacture of food"),
        ("C", "15", "酒、饮料和精制茶制造业", "Manufacture of liquor, beverages and refined tea"),
        ("C", "16", "烟草制品业", "Manufacture of tobacco"),
        ("C", "17", "纺织业", "Manufacture of textiles"),
        ("C", "18", "纺织服装、服饰业", "Manufacture of clothing and accessories"),
        ("C", "19", "皮革、毛皮、羽毛及其制品和制鞋业", "Manufacture of leather, fur, feather and footwear"),
        ("C", "20", "木材加工和木、竹、藤、棕、草制品业", "Processing of timber; wood, bamboo, rattan, palm and straw"),
        ("C", "21", "家具制造业", "Manufacture of furniture"),
        ("C", "22", "造纸和纸制品业", "Manufacture of paper and paper products"),
        ("C", "23", "印刷和记录媒介复制业", "Printing and reproduction of recording media"),
        ("C", "24", "文教、工美、体育和娱乐用品制造业", "Manufacture of culture, craft, sport and recreation articles"),
        ("C", "25", "石油、煤炭及其他燃料加工业", "Processing of petroleum, coal and other fuels"),
        ("C", "26", "化学原料和化学制品制造业", "Manufacture of raw chemicals and chemical products"),
        ("C", "27", "医药制造业", "Manufacture of medicines"),
        ("C", "28", "化学纤维制造业", "Manufacture of chemical fibres"),
        ("C", "29", "橡胶和塑料制品业", "Manufacture of rubber and plastics"),
        ("C", "30", "非金属矿物制品业", "Manufacture of non-metallic mineral products"),
        ("C", "31", "黑色金属冶炼和压延加工业", "Smelting and pressing of ferrous metals"),
        ("C", "32", "有色金属冶炼和压延加工业", "Smelting and pressing of non-ferrous metals"),
        ("C", "33", "金属制品业", "Manufacture of metal products"),
        ("C", "34", "通用设备制造业", "Manufacture of general-purpose machinery"),
        ("C", "35", "专用设备制造业", "Manufacture of special-purpose machinery"),
        ("C", "36", "汽车制造业", "Manufacture of automobiles"),
        (
            "C",
            "37",
            "铁路、船舶、航空航天和其他运输设备制造业",
            "Manufacture of railway, ship, aerospace and other transport equipment",
        ),
        ("C", "38", "电气机械和器材制造业", "Manufacture of electrical machinery and equipment"),
        ("C", "39", "计算机、通信和其他电子设备制造业", "Manufacture of computers, communication and electronics"),
        ("C", "40", "仪器仪表制造业", "Manufacture of measuring instruments"),
        ("C", "41", "其他制造业", "Other manufacturing"),
        ("C", "42", "废弃资源综合利用业", "Utilisation of waste resources"),
        ("C", "43", "金属制品、机械和设备修理业", "Repair of metal products, machinery and equipment"),
        ("D", "44", "电力、热力生产和供应业", "Production and supply of electricity and heat"),
        ("D", "45", "燃气生产和供应业", "Production and supply of gas"),
        ("D", "46", "水的生产和供应业", "Production and supply of water"),
    )
}
"""Two digits of an industry code -> its division."""


def region_of(code: str) -> Text:
    """Name of the province-level division of a region code of two, four or six digits.

    Raises
    ------
    BadInput
        If the code has another shape or begins with two digits that are no such division.
    """
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6)):
        raise BadInput("{code} is no region code of GB/T 2260: it has two, four or six digits", code=code)
    if code[:2] not in REGIONS:
        raise BadInput(
            "{code} is no region code of GB/T 2260: no province begins with {head}; {near}",
            code=code,
            head=code[:2],
            near=nearest(code[:2], tuple(REGIONS)),
        )
    return REGIONS[code[:2]]


def division_of(code: str) -> Division:
    """Division of an industry code: two to four digits, with or without the letter of the section before them.

    Raises
    ------
    BadInput
        If the code has another shape, another letter than its division, or is not of industry (B, C, D).
    """
    digits = code[1:] if code[:1].isalpha() else code
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 4):
        raise BadInput(
            "{code} is no industry code of GB/T 4754: it has two to four digits, the section's letter may stand before",
            code=code,
        )
    division = DIVISIONS.get(digits[:2])
    if division is None:
        raise BadInput(
            "{code} is no code of industry in GB/T 4754: divisions 06 to 46 (sections B, C and D) are", code=code
        )
    if digits != code and code[0] != division.section:
        raise BadInput(
            "{code} is no industry code of GB/T 4754: division {digits} belongs to section {section}",
            code=code,
            digits=digits[:2],
            section=division.section,
        )
    return division
