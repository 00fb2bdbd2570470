"""A dossier of a fictional factory, made by hand: every field is said somewhere, some things are missing."""

from dataclasses import replace
from datetime import date
from typing import Any

from linghang.engines.charts import Axis, Bar, Chart, Edge, Gantt, Graph, Heatmap, Limit, Node, Series
from linghang.report.content import (
    ClauseRow,
    Dossier,
    Effect,
    Entry,
    EvidenceRow,
    IndicatorRow,
    Kind,
    Ladder,
    PlanStep,
    Row,
    Scene,
    System,
    SystemLink,
)
from linghang.report.remarks import Check, Remark, Spot
from linghang.words import Text

LEVELS = (
    ("basic", Text("基础级", "basic")),
    ("advanced", Text("先进级", "advanced")),
    ("excellence", Text("卓越级", "excellence")),
    ("pioneer", Text("领航级", "pioneer")),
)
TITLES = {
    "application": Text("智能工厂申报书", "Application as a smart factory"),
    "self-assessment": Text("智能工厂自评估报告", "Self-assessment of a smart factory"),
    "gap": Text("智能工厂差距分析报告", "Gap report of a smart factory"),
    "annual-review": Text("智能工厂年度复核报告", "Annual review of a smart factory"),
}
FLOORS = ("declared", "documented", "measured")
NAME = "青山轮毂有限公司"


def said(text: Text | str, source: str = "records") -> Entry:
    return Entry(text, source)


def missing(zh: str, en: str) -> Entry:
    return Entry(None, "", Text(zh, en))


def sample(kind: Kind = "application", clauses: int = 30, **changes: Any) -> Dossier:
    whole = Dossier(
        kind=kind,
        title=TITLES[kind],
        factory_name="青山轮毂一厂",
        pack_id="national-2024",
        pack_title=Text("智能工厂梯度培育要素条件（2024年版）", "Element conditions for smart factories (2024)"),
        pack_digest="0" * 64,
        level="advanced",
        level_title=LEVELS[1][1],
        as_of=date(2026, 11, 22),
        unit=_unit(),
        factory=_factory(),
        factory_summary=said(
            Text(
                "工厂以低压铸造铝合金轮毂为主，年产能二百万只，建有熔炼、铸造、热处理、机加、涂装五个车间。" * 3,
                "The factory makes low-pressure cast aluminium wheels, two million a year, in five workshops. " * 3,
            )
        ),
        products=said(Text("铝合金轮毂", "aluminium wheels")),
        scenes_overview=said(Text("共建成场景十二个，覆盖五个环节。", "Twelve scenes in five links.")),
        scenes=_scenes(),
        systems=_systems(),
        system_links=_links(),
        features=(
            said(Text("以批次为主线贯通铸造、机加与涂装。", "Lots join casting, machining and coating.")),
            missing("第二项特色，写入 application.yaml", "a second feature, in application.yaml"),
        ),
        effects=_effects(),
        plan_goal=said(Text("三年内达到卓越级。", "Excellence within three years.")),
        plan=_plan(),
        letter=(
            Text(
                "我单位承诺：本申报书所填内容及所附材料真实、完整、有效。",
                "What this file says is true, complete and valid.",
            ),
            Text(
                "申报材料不涉及国家秘密和商业秘密，同意接受现场核查。",
                "It holds no secrets; we accept a check on site.",
            ),
        ),
        signatures=(
            Row(
                "legal_representative",
                Text("法定代表人（签字）", "Legal representative"),
                missing("签字人", "who signs"),
            ),
            Row("date", Text("日期", "Date"), said("2026-11-22")),
        ),
        ladder=_ladder(),
        clauses=tuple(_clause(number) for number in range(clauses)),
        indicators=tuple(_indicator(number) for number in range(1, 9)),
        evidence=tuple(_document(number) for number in range(1, 7)),
        charts=_charts(),
        remarks=(_remark(),),
    )
    return replace(whole, **changes)


def _unit() -> tuple[Row, ...]:
    return (
        Row("name", Text("单位名称", "Name"), said(NAME)),
        Row("credit_code", Text("统一社会信用代码", "Credit code"), said("91150121MA0QCLC0XX")),
        Row("industry", Text("所属行业", "Industry"), said(Text("汽车零部件（3670）", "vehicle parts (3670)"))),
        Row("contact", Text("联系人", "Contact"), missing("联系人姓名与电话", "name and telephone of the contact")),
    )


def _factory() -> tuple[Row, ...]:
    return (
        Row("address", Text("工厂地址", "Address"), said("敕勒川工业园 1 号")),
        Row("investment", Text("总投资", "Investment"), missing("总投资额", "the investment in all")),
    )


def _scenes() -> tuple[Scene, ...]:
    links = (Text("工厂建设", "factory construction"), Text("生产作业", "production"), Text("运营管理", "operations"))
    proofs = ("measured", "documented", "declared", None)
    return tuple(
        Scene(
            number,
            links[number % 3],
            Text(f"场景名称{number}", f"scene name {number}"),
            said(Text(f"实例{number}", f"instance {number}")),
            "met" if proofs[number % 4] else "unknown",
            proofs[number % 4],
            (
                Row(
                    "problem",
                    Text("解决的问题", "Problem"),
                    said(Text("设备状态靠人工记录。" * 4, "States were written by hand. " * 4)),
                ),
                Row("systems", Text("系统", "Systems"), said(Text("制造执行系统、数据采集系统", "MES and SCADA"))),
                Row("effect", Text("效果", "Effect"), missing("效果的数据", "figures of the effect")),
            ),
            (f"E{number:04}",),
        )
        for number in range(1, 13)
    )


def _systems() -> tuple[System, ...]:
    layers = (
        ("ERP", 4),
        ("PLM", 4),
        ("SRM", 4),
        ("CRM", 4),
        ("MES", 3),
        ("WMS", 3),
        ("QMS", 3),
        ("APS", 3),
        ("SCADA", 2),
    )
    return tuple(System(f"{kind}-01", f"{kind} 系统", kind, layer, date(2024, 5, 1)) for kind, layer in layers)


def _links() -> tuple[SystemLink, ...]:
    pairs = (
        ("ERP", "MES"),
        ("MES", "SCADA"),
        ("ERP", "SCADA"),
        ("MES", "WMS"),
        ("QMS", "MES"),
        ("PLM", "ERP"),
        ("APS", "MES"),
    )
    kind = Text("应用接口", "API")
    return tuple(SystemLink(f"{a}-01", f"{b}-01", kind, "生产订单", date(2024, 6, 1)) for a, b in pairs)


def _effects() -> tuple[Effect, ...]:
    return (
        Effect(
            Text("产品不良率", "defect rate"), "%", said("2.10%"), said("1.25%"), said("-40.5%"),
            "2024-11 – 2025-10", "2025-11 – 2026-10", "indicators",
        ),
        Effect(
            Text("单位产值能耗", "energy per output"), "kgce/t",
            missing("基期能耗", "energy before"), said("310 kgce/t"),
            missing("变化", "change"), "", "2025-11 – 2026-10", "indicators",
        ),
    )  # fmt: skip


def _plan() -> tuple[PlanStep, ...]:
    return tuple(
        PlanStep(
            Text(f"第{number}步：建设能力", f"Step {number}: build the capability"), date(2026 + number, 1, 1),
            date(2026 + number, 9, 30), said("1,200,000"), (f"advanced.production.step-{number}",),
        )
        for number in range(1, 4)
    )  # fmt: skip


def _ladder() -> Ladder:
    parts = {"eligibility": "met", "maturity": "unknown", "coverage": "unmet", "outcome": "met"}
    return Ladder(
        LEVELS,
        dict.fromkeys(FLOORS, "basic"),
        dict.fromkeys(FLOORS, "advanced"),
        {floor: {"advanced": parts} for floor in FLOORS},
        dict.fromkeys(FLOORS, ("advanced.production.step-1",)),
        dict.fromkeys(FLOORS, ("maturity", "advanced.production.step-2")),
    )


def _clause(number: int) -> ClauseRow:
    finding = ("met", "unmet", "unknown", "not_applicable")[number % 4]
    return ClauseRow(
        f"advanced.production.step-{number}",
        f"N24 三.{number}",
        LEVELS[1 if number > 8 else 0][1],
        "build",
        Text("生产作业", "production"),
        Text("应当对关键设备的运行状态进行实时监测。", "States of key equipment are monitored in real time."),
        "must",
        "capability",
        finding,
        "measured" if finding == "met" else None,
        dict.fromkeys(FLOORS, finding),
        number % 3 != 0,
        Text("证据不足", "too little evidence") if finding == "unknown" else None,
        (Text("引擎实测 95%，2026-10-01 至 2026-11-01", "measured 95%, 2026-10-01 to 2026-11-01"),)
        if finding == "met"
        else (),
        ("E0001",) if number % 2 else (),
        (Text("三十天的报警记录", "thirty days of alarms"),) if finding == "unknown" else (),
    )


def _indicator(number: int) -> IndicatorRow:
    known = number % 3 != 0
    return IndicatorRow(
        number,
        f"indicator_{number}",
        Text(f"指标名称{number}", f"indicator {number}"),
        Text("合格数除以总数", "good parts by all parts"),
        "%",
        "95.2" if known else None,
        "90" if known else None,
        "95.2" if known else None,
        "5.2" if known else None,
        "known" if known else "unknown",
        "%",
        "2024-11 – 2025-10",
        "2025-11 – 2026-10",
        Text("生产记录", "records of production"),
        "H",
        () if known else (Text("两年的检验记录", "inspections of two years"),),
        (Text("全国平均 66.2%", "national average 66.2%"),) if known else (),
    )


def _document(number: int) -> EvidenceRow:
    return EvidenceRow(
        f"E{number:04}", f"验收报告{number}", Text("验收", "acceptance"), "某研究院",
        date(2026, 3, number), "2026-01 – 2026-12",
        date(2027, 3, 1), (f"advanced.production.step-{number}", "scene:28"), "internal", f"{number:064x}",
        "current" if number % 3 else "expired",
    )  # fmt: skip


def _charts() -> dict[str, Any]:
    nothing = Text("", "")
    months = [1704067200.0 + 2629800 * place for place in range(12)]
    values = [90.0, 91, None, 92, 93, 92.5, 94, 95, 94.4, 95.3, 95.8, 96.2]
    return {
        "plan": Gantt(
            "plan", Text("三年计划", "Plan of three years"), ("能力一", "能力二"),
            (Bar("能力一", months[0], months[6], "建设", "build"), Bar("能力二", months[4], months[11], "", "run")),
            (("build", Text("建设", "build")), ("run", Text("运行", "run"))),
        ),
        "indicators": Chart(
            "indicators", Text("一次合格率", "First-pass yield"), Axis(Text("月份", "month"), kind="time"),
            Axis(Text("合格率", "yield"), "%"), (Series(Text("合格率", "yield"), months, values, marked=(3,)),),
            (Limit(Text("目标", "target"), 95.0, "target"),),
        ),
        "before_after": Chart(
            "before_after", Text("实施前后", "Before and after"),
            Axis(nothing, kind="category"), Axis(Text("比率", "rate"), "%"),
            (Series(Text("实施前", "before"), ["不良率", "停机率"], [2.1, 8.0], "bar"),
             Series(Text("实施后", "after"), ["不良率", "停机率"], [1.2, None], "bar")),
        ),
        "flow": Graph(
            "flow", Text("物料流", "Flow of material"), (Node("a", "熔炼"), Node("b", "铸造"), Node("c", "机加")),
            (Edge("a", "b"), Edge("b", "c"), Edge("a", "c")),
        ),
        "heat": Heatmap(
            "heat", Text("报警分布", "Alarms"), Axis(nothing), Axis(nothing),
            ("周一", "周二"), ("一线", "二线"), ((1.0, None), (3.0, 8.0)),
        ),
    }  # fmt: skip


def _remark() -> Remark:
    check = Check(
        "C101",
        "error",
        Text("上线日期前后一致", "go-live dates agree"),
        Text("改为系统台账的日期", "take the date of the register"),
    )
    spot = Spot("records", "software/MES-01", "2023")
    message = Text("MES 上线日期在两处不同", "the MES has two go-live dates")
    return Remark(check, spot, message, (Spot("application", "scenes[3]"),))
