"""The 20 indicators of the annex as rows: formula, tables, pitfalls, source and how sure the formula is.

The annex gives names and units only. Formulas come from the standards named in `source`; where none was found, from
practice, with confidence L or M. No threshold stands here: the annex has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from linghang.kpi import formulas
from linghang.kpi.factors import Confidence
from linghang.kpi.formulas import Case, Measured
from linghang.kpi.sums import Source, business, energy, loops, production
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """How one indicator is computed.

    Attributes
    ----------
    id, number
        As in the pack of conditions.
    formula
        Value V of one period. A change indicator reports the change from V0 to V1; positive always means better.
    unit
        Unit of the indicator; `measured` says the unit of V.
    better
        Whether a higher or a lower V is better.
    value
        Figures of one period -> V.
    needs
        Columns without which there is no value, as `table.column`, beside those of its sources.
    version
        Raised when the formula changes; part of the input digest.
    """

    id: str
    number: int
    formula: Text
    unit: str
    better: Literal["higher", "lower"]
    type: Literal["state", "change"]
    sources: tuple[Source, ...]
    value: Callable[[Case], Measured]
    measured: str
    pitfalls: Text
    source: str
    confidence: Confidence
    needs: tuple[str, ...] = ()
    version: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it needs."""
        return tuple(dict.fromkeys([*(need for source in self.sources for need in source.needs), *self.needs]))

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that it needs."""
        return tuple(dict.fromkeys(column.partition(".")[0] for column in self.columns))


PRACTICE = "common practice; no defining standard found"
RULES: tuple[IndicatorRule, ...] = (
    IndicatorRule(
        "key_equipment_nc_rate",
        1,
        Text("数控化的关键设备 / 关键设备 × 100", "numerically controlled key equipment / key equipment × 100"),
        "%",
        "higher",
        "state",
        (business.REGISTER,),
        formulas.key_equipment_nc_rate,
        "%",
        Text(
            "“关键”要有清单；继电器和普通变频器不算数控；闲置、报废设备不计；不同于联网率和关键工序数控化率",
            "“key” needs a list; relays and plain inverters are not numerical control; idle and scrapped machines are "
            "left out; not the networking rate, nor the rate of key processes",
        ),
        "GB/T 23020 family",
        "M",
    ),
    IndicatorRule(
        "apc_in_service_rate",
        2,
        Text(
            "Σ权重×投用且设备运行的时间 / Σ权重×设备运行时间 × 100",
            "Σ weight × time in service while the machine runs / Σ weight × running time × 100",
        ),
        "%",
        "higher",
        "state",
        (loops.LOOPS,),
        formulas.apc_in_service_rate,
        "%",
        Text(
            "操作变量被钳住时的“投用”不真实；无投用记录的适用回路按未投用计；没有适用回路的工厂不适用，不是零",
            "“in service” with clamped outputs is none; an applicable loop without records counts as not in service; a "
            "plant without applicable loops is not applicable, not zero",
        ),
        PRACTICE,
        "L",
    ),
    IndicatorRule(
        "ai_scene_share",
        3,
        Text("应用人工智能的场景 / 在用场景 × 100", "scenes that use AI / scenes in use × 100"),
        "%",
        "higher",
        "state",
        (business.SCENES,),
        formulas.ai_scene_share,
        "%",
        Text(
            "规则引擎和统计过程控制不是人工智能；试点不计；不得为提高比例减少场景总数",
            "rule engines and statistical process control are not AI; pilots do not count; scenes must not be left out "
            "to raise the share",
        ),
        "smart-manufacturing scene guide",
        "M",
    ),
    IndicatorRule(
        "decision_models",
        4,
        Text("期末在用的决策模型数，90天内有调用", "decision models in use, called within 90 days of the end"),
        "个",
        "higher",
        "state",
        (business.MODELS,),
        formulas.decision_models,
        "个",
        Text(
            "版本、报表和看板不是模型；90天为本平台口径",
            "versions, reports and dashboards are no models; the 90 days are ours",
        ),
        PRACTICE,
        "M",
    ),
    IndicatorRule(
        "development_cycle",
        5,
        Text("立项到批产释放的平均天数", "mean days from approval to release"),
        "%",
        "lower",
        "change",
        (business.DEVELOPMENT,),
        formulas.development_cycle,
        "d",
        Text("产品复杂程度应可比；已取消项目不计", "products should be comparable; cancelled projects are left out"),
        PRACTICE,
        "M",
    ),
    IndicatorRule(
        "sales_growth",
        6,
        Text("主营业务收入（折年）", "revenue of the main business, per year"),
        "%",
        "higher",
        "change",
        (business.FINANCE,),
        formulas.sales_growth,
        "CNY/a",
        Text(
            "用工厂而非集团收入；不含税；并购和涨价不是增长",
            "revenue of the plant, not the group; without tax; mergers and price rises are no growth",
        ),
        "accounting",
        "H",
        ("finance_month.revenue_cny",),
    ),
    IndicatorRule(
        "production_efficiency",
        7,
        Text("合格产量×标准工时 / 工作工时 × 100", "good output × standard hours / hours worked × 100"),
        "%",
        "higher",
        "change",
        (production.OUTPUT, production.HOURS),
        formulas.production_efficiency,
        "%",
        Text(
            "两期标准工时须一致；个人与部门工时不得重复；外包工时应计入",
            "the same standard hours in both periods; hours of persons and of departments must not count twice; "
            "outsourced hours belong in",
        ),
        "GB/T 34044.2-2017 (ISO 22400-2) bases",
        "M",
        ("product.standard_hours",),
    ),
    IndicatorRule(
        "resource_utilisation",
        8,
        Text(
            "（合格产品质量+副产品质量）/ 消耗原材料质量 × 100",
            "(mass of good output + by-products) / mass of raw material × 100",
        ),
        "%",
        "higher",
        "change",
        (production.OUTPUT, production.MATERIALS),
        formulas.resource_utilisation,
        "%",
        Text(
            "与18、19号指标有交叉；内部回用不得重复计；两期资源范围一致",
            "overlaps with numbers 18 and 19; what circulates inside must not count twice; the same resources in both "
            "periods",
        ),
        "proposal after GB/T 34044.2-2017 no. 26; no official formula found",
        "L",
    ),
    IndicatorRule(
        "defect_rate",
        9,
        Text("不合格数 / 检验数 × 100（过程和最终检验）", "defective / inspected × 100, in process and final"),
        "%",
        "lower",
        "change",
        (production.INSPECTIONS,),
        formulas.defect_rate,
        "%",
        Text(
            "返工品应计入；抽样方案变化使两期不可比；基数过小时百分比无意义",
            "reworked goods belong in; another sampling plan cannot be compared; tiny baselines give absurd figures",
        ),
        "GB/T 34044.2-2017 bases",
        "M",
    ),
    IndicatorRule(
        "oee",
        10,
        Text(
            "可用率 APT/PBT × 效率 PRU·PQ/APT × 质量率 GQ/PQ × 100，各项按设备求和",
            "availability APT/PBT × effectiveness PRU·PQ/APT × quality GQ/PQ × 100, each summed over machines",
        ),
        "%",
        "higher",
        "change",
        (production.MACHINES,),
        formulas.oee,
        "%",
        Text(
            "计划停机不计入计划忙碌时间；节拍标准过松使效率虚高；设备间不得取平均；批次和连续生产需另定基础",
            "planned stops are no planned busy time; slow planned times flatter; machines are summed, not averaged; "
            "batch and continuous plants need another base",
        ),
        "GB/T 34044.2-2017 = ISO 22400-2:2014 no. 6",
        "H",
    ),
    IndicatorRule(
        "inventory_turns",
        11,
        Text(
            "主营业务成本（折年）/ 月末库存金额平均值", "cost of goods sold per year / mean stock value at month ends"
        ),
        "%",
        "higher",
        "change",
        (business.FINANCE, business.STOCK),
        formulas.inventory_turns,
        "1/a",
        Text(
            "分子用成本，不用收入；不只用年末库存；寄售库存和价格波动",
            "cost, not revenue; not the end of the year only; consignment stock and price swings",
        ),
        "GB/T 34044.2-2017 no. 24",
        "H",
        ("finance_month.cost_of_goods_cny",),
    ),
    IndicatorRule(
        "supplier_on_time",
        12,
        Text(
            "首次承诺日前全部到货的采购行 / 承诺采购行 × 100",
            "purchase lines received in full by the first promise / lines promised × 100",
        ),
        "%",
        "higher",
        "change",
        (business.PURCHASES,),
        formulas.supplier_on_time,
        "%",
        Text(
            "以首次承诺日计，改期不算；提前到货算准时；部分到货算未到",
            "the first promise counts, not a later one; early is on time; a part is not the whole",
        ),
        PRACTICE,
        "M",
    ),
    IndicatorRule(
        "order_on_time",
        13,
        Text(
            "首次交期前全部签收的订单行 / 到期订单行 × 100",
            "order lines delivered in full by the first due day / lines due × 100",
        ),
        "%",
        "higher",
        "change",
        (business.DELIVERIES,),
        formulas.order_on_time,
        "%",
        Text(
            "以首次交期和客户签收日计；取消的订单行不计",
            "the first due day and receipt by the customer count; cancelled lines are left out",
        ),
        PRACTICE,
        "M",
    ),
    IndicatorRule(
        "operating_cost",
        14,
        Text("运营成本 / 合格产量", "operating cost / good output"),
        "%",
        "lower",
        "change",
        (business.FINANCE, production.OUTPUT),
        formulas.operating_cost,
        "CNY/t",
        Text(
            "原料价格影响大；新设备折旧应计入；分摊方法两期一致",
            "raw-material prices weigh; depreciation of new equipment belongs in; the same allocation in both periods",
        ),
        PRACTICE,
        "L",
        ("finance_month.operating_cost_cny",),
    ),
    IndicatorRule(
        "labour_productivity",
        15,
        Text("工业增加值（折年）/ 平均从业人数", "industrial value added per year / mean head count"),
        "%",
        "higher",
        "change",
        (business.FINANCE, business.HEADCOUNT),
        formulas.labour_productivity,
        "万元/(人·a)",
        Text(
            "用增加值，不用总产值；人数含劳务派遣，取平均；注意现价与不变价",
            "value added, not gross output; dispatched staff included, a mean; mind current and constant prices",
        ),
        "national statistics",
        "H",
        ("finance_month.value_added_cny",),
    ),
    IndicatorRule(
        "unit_energy",
        16,
        Text("Σ能源用量×折标准煤系数 / 合格产量", "Σ quantity × standard-coal coefficient / good output"),
        "%",
        "lower",
        "change",
        (energy.METERS, production.OUTPUT),
        formulas.unit_energy,
        "kgce/t",
        Text(
            "电力按当量值0.1229；转换得到的能源不得重复计；外供应扣除；绿电不减少能耗；气体按标准状态计",
            "electricity at its equivalent value 0.1229; converted energy must not count twice; sold energy is taken "
            "off; green power does not lower it; gas in standard cubic metres",
        ),
        "GB/T 2589-2020",
        "M",
    ),
    IndicatorRule(
        "unit_co2",
        17,
        Text(
            "（燃料+过程−回收+购入电热−输出）/ 合格产量",
            "(fuel + process − recovered + bought electricity and heat − passed on) / good output",
        ),
        "%",
        "lower",
        "change",
        (energy.METERS, energy.EMISSIONS, production.OUTPUT),
        formulas.unit_co2,
        "kgCO2/t",
        Text(
            "两期用同一年的电网因子；购入绿电仍按电网因子；没有过程排放记录按无过程排放计；不含范围三",
            "one grid factor for both periods; bought green power at the grid factor; no process records means no "
            "process emissions; without scope 3",
        ),
        "GB/T 32150 and GB/T 32151.x",
        "M",
    ),
    IndicatorRule(
        "solid_waste_utilisation",
        18,
        Text(
            "综合利用量 / （产生量+利用往年贮存量）× 100", "utilised / (generated + utilised from earlier stock) × 100"
        ),
        "%",
        "higher",
        "state",
        (energy.WASTE,),
        formulas.solid_waste_utilisation,
        "%",
        Text(
            "不含危险废物；往年贮存要进分母；处置不是利用",
            "without hazardous waste; earlier stock belongs in the denominator; disposal is not utilisation",
        ),
        "environmental statistics",
        "H",
        ("waste_month.utilised_from_stock_t",),
    ),
    IndicatorRule(
        "water_reuse",
        19,
        Text("重复利用水量 / （新水量+重复利用水量）× 100", "reused water / (fresh + reused water) × 100"),
        "%",
        "higher",
        "state",
        (energy.METERS,),
        formulas.water_reuse,
        "%",
        Text(
            "循环量要计量，不按泵的额定流量估；生活用水和补水不算重复利用",
            "circulation is metered, not the rating of a pump; domestic and make-up water are no reuse",
        ),
        "GB/T 7119, GB/T 12452",
        "H",
    ),
    IndicatorRule(
        "replication",
        20,
        Text(
            "采用本厂模式或解决方案的企业数，同一企业计一次", "enterprises that adopted the mode or solution, each once"
        ),
        "家",
        "higher",
        "state",
        (business.RECEIVERS,),
        formulas.replication,
        "家",
        Text("集团内企业、意向书和参观不计", "own group, letters of intent and visits do not count"),
        PRACTICE,
        "M",
    ),
)
"""The 20 rules in the order of the annex."""
