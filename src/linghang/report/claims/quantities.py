"""What figures of an application are about: one row a quantity, with the words that name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from linghang.words import Text

Dimension = Literal["percent", "money", "count", "people", "time", "other"]
Better = Literal["higher", "lower", ""]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity.

    Attributes
    ----------
    id
        `indicator:<id>` for the indicators of the annex.
    dimensions
        Kinds of unit that its values have.
    terms
        Words that name it, in Chinese; the longest that fits wins.
    single
        Whether the plant has one value of it at a time, so that two values contradict each other.
    flow
        Whether a value belongs to a period (revenue of a year) and says nothing without one.
    bounded
        Whether it is a share that cannot exceed 100 %.
    better
        Which way is an improvement.
    sum_of
        Group of parts that add up to it.
    """

    id: str
    title: Text
    dimensions: tuple[Dimension, ...]
    terms: tuple[str, ...]
    single: bool = False
    flow: bool = False
    bounded: bool = False
    better: Better = ""


def _share(id_: str, zh: str, en: str, terms: str, *, better: Better = "higher", single: bool = True) -> Quantity:
    return Quantity(id_, Text(zh, en), ("percent",), tuple(terms.split()), single, False, True, better)


def _rate(id_: str, zh: str, en: str, terms: str, better: Better, *dimensions: Dimension) -> Quantity:
    return Quantity(id_, Text(zh, en), dimensions or ("percent",), tuple(terms.split()), True, False, False, better)


def _count(id_: str, zh: str, en: str, terms: str, *, single: bool = False, of: Dimension = "count") -> Quantity:
    return Quantity(id_, Text(zh, en), (of,), tuple(terms.split()), single)


def _money(id_: str, zh: str, en: str, terms: str, *, single: bool = False, flow: bool = False) -> Quantity:
    return Quantity(id_, Text(zh, en), ("money",), tuple(terms.split()), single, flow)


QUANTITIES: tuple[Quantity, ...] = (
    # The 20 indicators of the annex.
    _share("indicator:key_equipment_nc_rate", "关键设备数控化率", "NC rate of key equipment",
           "关键设备数控化率 关键装备数控化率 主要设备数控化率 设备数控化率 装备数控化率 数控化率 数控设备占比 "
           "设备数字化率 关键设备数字化率"),
    _share("indicator:apc_in_service_rate", "先进过程控制投用率", "APC in-service rate",
           "先进过程控制投用率 先进控制投用率 先进过程控制(APC)投用率 先进过程控制（APC）投用率 APC投用率 "
           "APC系统投用率 APC装置投用率"),
    _share("indicator:ai_scene_share", "应用人工智能技术场景比例", "share of scenes with AI",
           "应用人工智能技术场景比例 人工智能技术场景比例 人工智能场景占比 人工智能应用场景占比 AI场景占比 "
           "AI场景比例 人工智能场景比例 AI应用场景占比 AI应用占比 AI技术场景比例 人工智能技术应用场景占比"),
    _count("indicator:decision_models", "智能决策模型数量", "number of decision models",
           "智能决策模型数量 应用智能决策模型 智能决策模型 决策模型", single=True),
    _rate("indicator:development_cycle", "研制周期", "development cycle",
          "产品研制周期 研制周期 产品研发周期 研发周期 新产品研发周期 产品开发周期 开发周期 "
          "设计周期", "lower", "percent", "time"),
    _rate("indicator:sales_growth", "销售增长率", "growth of sales", "销售增长率 销售收入增长率 营业收入增长率 "
        "营收增长率", "higher"),
    _rate("indicator:production_efficiency", "生产效率", "production efficiency",
          "综合生产效率 整体生产效率 生产效率 劳动效率 作业效率", "higher", "percent", "count", "other"),
    _rate("indicator:resource_utilisation", "资源综合利用率", "utilisation of resources",
          "资源综合利用率 材料综合利用率 材料利用率 资源利用率 原料利用率", "higher"),
    _share("indicator:defect_rate", "产品不良率", "defect rate",
           "产品不良品率 产品不良率 不良品率 不良率 废品率 次品率 不合格率 缺陷率 报废率", better="lower"),
    _share("indicator:oee", "设备综合利用率（OEE）", "overall equipment effectiveness",
           "设备综合利用率 设备综合效率 设备综合效率(OEE) 设备综合效率（OEE） 设备OEE OEE 综合设备效率 设备利用率"),
    _rate("indicator:inventory_turns", "库存周转率", "inventory turns",
          "库存周转率 库存周转次数 存货周转率", "higher", "percent", "count", "other"),
    _share("indicator:supplier_on_time", "供应商准时交付率", "on-time rate of suppliers",
           "供应商准时交付率 供应商交付准时率 供应商及时交付率 供应商准时交货率 供应商到货准时率"),
    _share("indicator:order_on_time", "订单准时交付率", "on-time rate of orders",
           "订单准时交付率 订单及时交付率 订单按期交付率 订单交付准时率 订单准时交货率 准时交付率 及时交付率 "
           "按时交付率 交付及时率 交付准时率 订单交付及时率"),
    _rate("indicator:operating_cost", "运营成本", "operating cost",
          "综合运营成本 企业运营成本 运营成本 运行成本", "lower", "percent", "money"),
    _rate("indicator:labour_productivity", "全员劳动生产率", "labour productivity",
          "全员劳动生产率 人均劳动生产率 劳动生产率 人均产值", "higher", "percent", "money", "other"),
    _rate("indicator:unit_energy", "单位产品综合能耗", "energy per unit of product",
          "单位产品综合能耗 单位产品能耗 产品综合能耗 单位产值能耗 万元产值能耗 单位能耗 综合能耗 吨产品能耗 "
          "吨钢综合能耗", "lower", "percent",
          "other"),
    _rate("indicator:unit_co2", "单位产品二氧化碳排放量", "CO2 per unit of product",
          "单位产品二氧化碳（CO₂）排放量 单位产品二氧化碳排放量 单位产品二氧化碳排放 单位产品碳排放量 "
          "单位产品碳排放 碳排放强度 碳排放量", "lower",
          "percent", "other"),
    _share("indicator:solid_waste_utilisation", "一般固废综合利用率", "utilisation of general solid waste",
           "一般工业固废综合利用率 一般固废综合利用率 固废综合利用率 固体废物综合利用率"),
    _share("indicator:water_reuse", "水资源重复利用率", "reuse of water",
    "水资源重复利用率 工业用水重复利用率 水重复利用率"),
    _count("indicator:replicated_firms", "复制推广的企业数量", "firms that took the solution over",
           "复制推广的企业数量 复制推广企业 复制推广", single=True),
    # Shares beside the annex.
    _share("process_nc_rate", "关键工序数控化率", "NC rate of key processes", "关键工序数控化率 工序数控化率"),
    _share("networked_rate", "设备联网率", "share of equipment that is networked",
           "关键设备联网率 数控设备联网率 生产设备联网率 主要设备联网率 设备联网率 装备联网率 联网率"),
    _share("collection_rate", "数据自动采集率", "share of data collected automatically",
           "数据自动采集率 数据采集率 自动采集率 数采率"),
    _share("automation_rate", "自动化率", "degree of automation", "生产自动化率 工序自动化率 产线自动化率 "
        "自动化率 自动化程度"),
    _share("pass_rate", "产品合格率", "pass rate",
           "产品一次合格率 一次交验合格率 一次合格率 产品合格率 成品合格率 合格率 产品良率 直通率 良品率 良率 "
           "一次通过率"),
    _share("traceability_rate", "质量追溯率", "traceability", "质量追溯率 产品追溯率 追溯率"),
    _share("satisfaction", "客户满意度", "customer satisfaction", "客户满意度 顾客满意度 用户满意度"),
    _share("domestic_share", "国产化率", "domestic share", "国产化率 自主可控率 安全可控率"),
    _share("plan_fulfilment", "计划达成率", "fulfilment of plans", "计划达成率 计划完成率 排产达成率"),
    _share("inventory_accuracy", "库存准确率", "accuracy of stock", "库存准确率 账实相符率 盘点准确率"),
    _share("market_share", "市场占有率", "market share", "市场占有率 市场份额 市占率", single=False),
    _share("rnd_share", "研发投入占比", "R&D share of revenue",
           "研发投入占营业收入比重 研发投入占比 研发投入强度 研发费用占比 研发经费投入强度 研发投入占营业收入 "
           "研发费用占营业收入", single=True),
    _rate("energy_use", "能源消耗", "energy use", "年综合能耗 能源消耗 能耗总量 用电量 能耗", "lower", "percent",
    "other"),
    # Times.
    _rate("production_cycle", "生产周期", "production cycle", "产品生产周期 生产周期 制造周期", "lower", "percent",
    "time"),
    _rate("delivery_cycle", "交付周期", "delivery time", "订单交付周期 产品交付周期 交付周期 交货周期 交货期",
    "lower", "percent", "time"),
    _rate("changeover_time", "换产时间", "changeover time", "换型时间 换产时间 换模时间 切换时间 换线时间", "lower",
    "percent", "time"),
    _rate("stock_days", "库存周转天数", "days of stock", "库存周转天数 存货周转天数", "lower", "percent", "time"),
    _rate("downtime", "故障停机时间", "downtime", "非计划停机时间 设备故障停机时间 故障停机时间 停机时间 "
        "设备故障率 故障率", "lower",
          "percent", "time"),
    _rate("planning_time", "排产时间", "time for scheduling", "排产时间 计划编制时间 排产用时 排程时间 排产耗时",
    "lower", "percent", "time"),
    # People.
    _count("staff", "员工总数", "number of employees",
           "员工总数 职工总数 从业人员总数 全体员工 在职员工 在职职工 员工总人数 职工总人数 员工人数 职工人数 "
           "从业人数 从业人员 在岗职工 "
           "现有员工 现有职工 员工规模 人员总数 总人数 员工 职工", single=True, of="people"),
    _count("rnd_staff", "研发人员", "R&D staff", "研发人员 研发技术人员 科研人员 研发团队 "
        "技术研发人员", single=True, of="people"),
    _count("technical_staff", "技术人员", "technical staff", "专业技术人员 工程技术人员 技术人员 科技人员",
    of="people"),
    _count("smart_staff", "智能制造人才", "smart-manufacturing staff",
           "智能制造专业人才 智能制造专业人员 智能制造人才 智能制造团队 信息化人员 数字化人才 专职人员", of="people"),
    _count("line_staff", "操作人员", "operators", "操作人员 一线操作工 一线员工 一线工人 操作工 生产人员 "
        "用工人数 作业人员 检验人员 管理人员", of="people"),
    # Money.
    _money("revenue", "营业收入", "revenue", "营业收入 主营业务收入 销售收入 营业总收入 销售额 "
        "营收", single=True, flow=True),
    _money("output_value", "产值", "output value", "工业总产值 年产值 总产值 产值", single=True, flow=True),
    _money("profit", "利润", "profit", "利润总额 净利润 利税 利润", flow=True),
    _money("tax", "纳税", "tax", "纳税总额 上缴税金 上缴税收 纳税 税收", flow=True),
    _money("assets", "资产总额", "assets", "资产总额 总资产 资产总计", flow=True),
    _money("capital", "注册资本", "registered capital", "注册资本 注册资金", single=True),
    _money("investment_total", "总投资", "total investment",
           "智能工厂建设总投资 智能工厂总投资 项目总投资 工程总投资 建设总投资 总投资额 投资总额 总投资 总投入 "
           "投入总额 投资总计 累计总投资 计划总投资", single=True),
    _money("investment_cumulative", "累计投资", "cumulated investment",
    "累计投资 累计投入 累计完成投资 已完成投资 完成投资"),
    _money("investment_part", "分项投资", "part of the investment",
           "设备投资 软件投资 硬件投资 装备投资 信息化投资 数字化投资 智能化改造投资 基础设施投资 网络投资 "
           "土建投资 安装投资 集成服务投资 设备购置费 "
           "软件购置费 设备投入 软件投入 硬件投入 系统集成费 技术服务费 设备购置 软件购置 软件开发 系统集成 "
           "装备购置 软件及系统 软硬件投资"),
    _money("investment", "投资", "investment", "固定资产投资 投资额 投资 投入资金 投入"),
    _money("rnd_expense", "研发投入", "R&D expense", "研发投入 研发费用 研发经费 研发支出 研发资金", flow=True),
    _money("saving", "节约", "saving", "年节约成本 节约成本 降低成本 节省费用 节约费用 节约 经济效益 增效"),
    # Counts.
    _count("equipment_total", "设备总数", "number of machines",
           "设备总数 在册设备 生产设备总数 设备总量 各类生产设备 生产设备 设备总台数", single=True),
    _count("main_equipment", "主要设备", "main machines", "主要生产设备 主要设备", single=True),
    _count("equipment", "设备", "machines", "设备 装备 各类设备"),
    _count("key_equipment", "关键设备", "key machines", "关键设备 关键装备 关键生产设备 核心设备", single=True),
    _count("nc_equipment", "数控设备", "NC machines", "数控设备 数控装备 数控化设备", single=True),
    _count("machine_tools", "机床", "machine tools", "数控机床 数控加工中心 加工中心 机床 数控车床"),
    _count("smart_equipment", "智能装备", "smart machines", "智能制造装备 智能装备 智能设备 自动化设备 自动化装备"),
    _count("networked_equipment", "联网设备", "networked machines",
           "联网设备 已联网设备 设备联网 联网数控设备 实现联网 接入设备 联网", single=True),
    _count("robots", "机器人", "robots", "工业机器人 机器人 机械手 机械臂"),
    _count("agvs", "AGV", "AGVs", "AGV AMR AGV小车 AGV/AMR 无人叉车"),
    _count("sensors", "传感器", "sensors", "智能传感器 传感器 摄像头 智能仪表 工业相机"),
    _count("lines", "生产线", "production lines", "自动化生产线 智能化生产线 生产线 产线 流水线", ),
    _count("workshops", "车间", "workshops", "生产车间 数字化车间"),
    _count("systems", "信息系统", "software systems",
           "工业软件系统 信息化系统 信息系统 软件系统", single=True),
    _count("business_systems", "业务系统", "business systems", "业务系统 核心系统 数字化系统 工业软件 系统"),
    _count("interfaces", "系统接口", "interfaces", "系统接口 数据接口 集成接口 接口"),
    _count("scenes", "典型场景", "typical scenes",
           "智能制造典型场景 智能制造场景 智能场景 典型场景 建设场景 应用场景 场景", single=True),
    _count("ai_scenes", "人工智能场景", "scenes with AI",
           "人工智能应用场景 人工智能技术应用场景 人工智能场景 AI应用场景 AI场景 应用人工智能技术的场景 "
           "应用了人工智能技术的场景 采用人工智能的场景 应用人工智能的场景 "
           "应用人工智能技术 应用了人工智能技术 采用人工智能技术 采用了人工智能技术 应用了人工智能 "
           "应用AI技术 应用了AI", single=True),
    _count("links", "环节", "links", "环节"),
    _count("patents_invention", "发明专利", "invention patents", "授权发明专利 有效发明专利 发明专利"),
    _count("patents", "专利", "patents", "授权专利 有效专利 累计专利 国家专利 专利", ),
    _count("copyrights", "软件著作权", "software copyrights", "计算机软件著作权 软件著作权 软著"),
    _count("standards", "标准", "standards", "国家标准 行业标准 团体标准 国际标准 企业标准"),
    _count("data_points", "数据采集点", "data points", "数据采集点 采集点位 采集点 数据点位 测点 点位"),
    Quantity("data_volume", Text("数据量", "amount of data"), ("other", "count"),
    ("数据存储量", "日均数据量", "数据总量", "数据量")),
    Quantity("maturity_score", Text("成熟度得分", "maturity score"), ("other",),
             ("成熟度评估得分", "成熟度得分", "评估得分", "自评估得分", "自评得分", "总得分", "得分", "总分",
             "评分"), True),
    Quantity("capacity", Text("产能", "capacity"), ("other", "count"),
             ("年生产能力", "年产能", "设计产能", "产能", "年产量", "年产"), False, True),
    Quantity("area", Text("面积", "area"), ("other",), ("占地面积", "建筑面积", "总面积", "厂房面积", "占地")),
    Quantity("accidents", Text("事故", "accidents"), ("count",), ("安全事故", "环保事故", "事故")),
    Quantity("suppliers", Text("供应商", "suppliers"), ("count",), ("供应商", "客户", "经销商", "上下游企业")),
)  # fmt: skip

COUNTED: Mapping[str, frozenset[str]] = {
    name: frozenset(units.split())
    for names, units in (
        (
            "equipment_total main_equipment equipment machine_tools key_equipment nc_equipment smart_equipment "
            "networked_equipment robots agvs",
            "台 套 部 辆 组 个",
        ),
        ("sensors", "台 套 个 只 支"),
        ("lines", "条"),
        ("workshops", "个 座"),
        ("systems business_systems", "套 个 项 种 类"),
        ("interfaces", "个 项 条"),
        ("scenes ai_scenes links", "个 项"),
        ("patents patents_invention copyrights standards", "项 件 个 篇"),
        ("data_points", "个 点位"),
        ("indicator:decision_models", "个 项 套 种"),
        ("indicator:replicated_firms", "家 个"),
        ("indicator:inventory_turns", "次"),
        ("accidents", "起 次 件"),
        ("suppliers", "家 个"),
        ("indicator:production_efficiency capacity", "台 套 件 只 支 片"),
        ("data_volume", "条"),
    )
    for name in names.split()
}
"""Counting words that go with a quantity that is counted."""

LOOSE = frozenset(["员工", "职工", "设备", "装备", "投资", "场景", "系统", "联网", "专利", "产值", "应用场景"])
"""Words that often have another word before them which narrows them: 检测设备, 一线员工."""

BY_ID: Mapping[str, Quantity] = {one.id: one for one in QUANTITIES}

_PERCENT = frozenset({"%", "‰", "ppm", "个百分点"})
_TIMES = frozenset({"天", "小时", "分钟", "秒", "毫秒", "周", "个月", "月", "年"})
_PEOPLE = frozenset({"人", "人次", "人年"})
_COUNTS = frozenset(
    [
        "台",
        "套",
        "条",
        "个",
        "项",
        "件",
        "家",
        "座",
        "张",
        "种",
        "类",
        "款",
        "部",
        "辆",
        "批次",
        "次",
        "点位",
        "只",
        "支",
        "组",
        "处",
        "片",
        "道",
        "篇",
    ]
)


def dimension(unit: str) -> Dimension:
    """Kind of a unit as `numbers` writes it; unknown ones are `other`."""
    base = unit.partition("/")[0]
    if "/" in unit:
        return "other"
    if base in _PERCENT:
        return "percent"
    if base == "CNY":
        return "money"
    if base in _PEOPLE:
        return "people"
    if base in _TIMES:
        return "time"
    return "count" if base in _COUNTS else "other"


def fits(quantity: Quantity, unit: str) -> bool:
    """Whether a figure in `unit` can be a value of the quantity (or, in per cent, a change of it)."""
    kind = dimension(unit)
    if kind not in quantity.dimensions:
        return kind == "percent" and bool(quantity.better or quantity.dimensions[0] in ("money", "people"))
    if kind == "count" and (counted := COUNTED.get(quantity.id)) is not None:
        return unit in counted
    return True
