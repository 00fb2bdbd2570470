"""Which items of the maturity model records can answer, and how: rows, with thresholds that are ours.

Only items that records really answer stand here. What a register of software shows is that a system is there, not how
well it is used: it bears 0.8 at most, and less where the item asks for more than the system. Strategy, security and
knowledge management leave no records in a plant's tables: of them nothing is proposed.
"""

from linghang.evidence import maturity_looking as can
from linghang.evidence.capabilities import monitored
from linghang.evidence.maturity_looking import MOST, PART
from linghang.evidence.maturity_row import LINKS, MACHINES, STEPS, THRESHOLDS, elements, joined, row, system, used
from linghang.evidence.maturity_rows_production import PRODUCTION

__all__ = ["ROWS", "THRESHOLDS"]

PERSONNEL = (
    row(
        "PS.2.b",
        ("person",),
        "在职智能制造专业人才",
        "professionals employed",
        can.counted(can.talented, "documented", MOST),
    ),
)
TECHNOLOGY = (
    row(
        "DA.1.a",
        ("sales_order", "purchase_order", "job_response", "stock_movement", "inspection"),
        "销售、采购、生产、库存、质量均有近期记录",
        "recent records of sales, procurement, production, stock and quality",
        can.streams(
            ("sales_order", "ordered_on"),
            ("purchase_order", "ordered_on"),
            ("job_response", "end"),
            ("stock_movement", "at"),
            ("inspection", "at"),
        ),
    ),
    row(
        "DA.2.a",
        ("equipment_state", *MACHINES),
        "关键设备状态的采集覆盖",
        "key equipment whose state is collected",
        can.counted(monitored),
    ),
    system("DA.2.b", "analysis", "BI", "数据分析系统在用", "a system for analysis is in use"),
    row(
        "DA.3.a",
        ("equipment_state", *MACHINES),
        "关键设备状态的自动采集覆盖",
        "key equipment whose state is collected by itself",
        can.counted(monitored, most=MOST),
    ),
    joined(
        "DA.3.c",
        "job_planning quality equipment_assets finance|sales",
        "生产、质量、设备与经营系统相互连通",
        "systems of production, quality, equipment and business hang together",
    ),
    row(
        "DA.4.b",
        ("decision_model", "model_call"),
        "在用模型近期被调用",
        "models in use that were called lately",
        can.counted(can.models_called, most=MOST),
    ),
    elements(
        "DA.4.c",
        ("excellence.production.online-optimisation",),
        "在线优化要素的认定",
        "finding on online optimisation",
        PART,
    ),
    row("IN.2.b", LINKS, "在用软件中相互集成者的占比", "software in use that hangs together", can.connected()),
    joined(
        "IN.3.c",
        "job_planning warehouse|inventory procurement sales finance quality",
        "六类业务系统经接口连通",
        "systems of six kinds of business hang together through interfaces",
    ),
)
RESOURCES = (
    row(
        "EQ.1.a",
        STEPS,
        "关键工序自动化占比",
        "key steps that are automated",
        can.flagged(can.key_steps("automated"), "process_segment.automated"),
    ),
    row(
        "EQ.2.a",
        STEPS,
        "关键工序数字化控制占比",
        "key steps under digital control",
        can.flagged(can.key_steps("digitally_controlled"), "process_segment.digitally_controlled"),
    ),
    row(
        "EQ.2.b",
        MACHINES,
        "关键设备联网占比",
        "key equipment that is networked",
        can.flagged(can.key_machines("networked"), "equipment.networked"),
    ),
    elements(
        "EQ.4.a",
        ("excellence.management.equipment-lifecycle",),
        "设备全生命周期要素的认定",
        "finding on the life cycle of equipment",
        PART,
    ),
    elements(
        "EQ.4.b",
        ("advanced.production.anomaly-warning", "excellence.production.fault-diagnosis"),
        "异常预警与故障诊断要素的认定",
        "findings on warning and diagnosis",
    ),
    row(
        "NW.2.a",
        MACHINES,
        "在用设备联网占比",
        "equipment in use that is networked",
        can.flagged(can.machines("networked"), "equipment.networked"),
    ),
)
DESIGN = (
    system("PD.1.a", "design", "CAD", "计算机辅助设计软件在用", "software for computer-aided design is in use"),
    system("PD.2.b", "design_data", "PLM", "设计数据管理系统在用", "a system for design data is in use"),
    system("PD.3.c", "simulation", "CAE", "仿真软件在用", "simulation software is in use", PART),
    joined(
        "PD.3.d",
        "design_data|design process_design",
        "产品设计与工艺设计系统连通",
        "systems of product and process design hang together",
    ),
    joined(
        "PR.1.a",
        "design_data|design process_design",
        "工艺设计系统与产品设计数据连通",
        "process design hangs together with product data",
    ),
    system("PR.2.a", "process_design", "CAPP", "计算机辅助工艺软件在用", "software for process design is in use"),
    joined(
        "PR.3.d",
        "design_data|design process_design",
        "工艺设计与产品设计系统连通",
        "systems of process and product design hang together",
    ),
    joined(
        "PR.4.d",
        "process_design job_planning",
        "工艺设计与制造执行系统连通",
        "process design and execution hang together",
    ),
)
TRADE = (
    row(
        "LG.1.c",
        ("delivery",),
        "发货与到货均有记录的占比",
        "deliveries with shipping and arrival recorded",
        can.counted(can.delivered),
    ),
    system("LG.2.a", "logistics", "", "物流管理系统在用", "a system for logistics is in use"),
    joined("LG.3.a", "logistics warehouse", "运输与仓储系统连通", "transport and warehouse hang together"),
    row(
        "SA.1.b",
        ("sales_order", "customer"),
        "近期销售订单",
        "recent sales orders",
        can.streams(("sales_order", "ordered_on")),
    ),
    used(
        "SA.2.a",
        "sales",
        "sales_order",
        "ordered_on",
        "销售系统与近期订单（销售计划未显示）",
        "sales system and recent orders (sales plans do not show)",
        MOST,
    ),
    system("SA.2.b", "customer_service", "CRM", "客户关系系统在用", "a system for customers is in use"),
    joined(
        "SA.3.b",
        "sales procurement job_planning logistics|warehouse",
        "销售、采购、生产、物流系统连通",
        "sales, procurement, production and logistics hang together",
    ),
    row(
        "CS.1.b",
        ("service_request",),
        "近期服务请求记录",
        "recent requests of customers",
        can.streams(("service_request", "opened_at")),
    ),
    used(
        "CS.2.b",
        "customer_service",
        "service_request",
        "opened_at",
        "客服系统与近期服务请求",
        "service system and recent requests",
        MOST,
    ),
    used(
        "PV.2.b",
        "customer_service",
        "service_request",
        "opened_at",
        "服务系统与近期服务请求（产品服务须另证）",
        "service system and recent requests (service of products needs more)",
        PART,
    ),
)
ROWS = (*PERSONNEL, *TECHNOLOGY, *RESOURCES, *DESIGN, *PRODUCTION, *TRADE)
