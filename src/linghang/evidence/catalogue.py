"""All derivations from records, one row each."""

from linghang.evidence import capabilities as can
from linghang.evidence.coverage import ENGINE_RUNS, engine_first
from linghang.evidence.derive import Derivation
from linghang.evidence.facts import FACTS
from linghang.evidence.outcomes import OUTCOMES
from linghang.evidence.scenes import SCENES
from linghang.words import Text

_SYSTEM = ("software", "software_function")


def _managed(
    element: str, functions: tuple[str, ...], table: str, moment: str, zh: str, en: str
) -> tuple[Derivation, ...]:
    """Two rows: the register of software (documented), and transactions of the last weeks beside it (measured)."""
    about, text = (element,), Text(zh, en)
    return (
        Derivation(f"register.{functions[0]}", about, _SYSTEM, "documented", text, can.has_system(functions)),
        Derivation(
            f"records.{functions[0]}",
            about,
            (table, *_SYSTEM),
            "measured",
            text,
            can.managed(functions, table, moment),
            "system_window_days",
        ),
    )


CAPABILITIES = (
    Derivation(
        "monitoring",
        ("basic.production.realtime-monitoring",),
        ("equipment_state", "equipment"),
        "measured",
        Text("关键装备状态记录覆盖率", "coverage of key equipment by state records"),
        engine_first(
            "basic.production.realtime-monitoring", "key_equipment_share", "equipment.monitoring", can.monitored
        ),
        "monitoring_window_days",
    ),
    Derivation(
        "equipment_upgrade",
        ("basic.production.equipment-upgrade",),
        ("equipment",),
        "documented",
        Text("关键装备数控且联网", "key equipment numerically controlled and networked"),
        can.equipment_upgraded,
    ),
    Derivation(
        "process_upgrade",
        ("basic.production.process-upgrade",),
        ("process_segment",),
        "documented",
        Text("关键工序数字化控制", "key process steps under digital control"),
        can.segment_flags("digitally_controlled"),
    ),
    Derivation(
        "automation",
        ("basic.production.process-automation",),
        ("process_segment",),
        "documented",
        Text("关键工序自动化", "key process steps automated"),
        can.segment_flags("automated"),
    ),
    Derivation(
        "deployment",
        ("basic.construction.controllable-deployment",),
        ("equipment",),
        "documented",
        Text("关键装备安全可控", "key equipment controllable"),
        can.key_flags("controllable"),
    ),
    Derivation(
        "product_design",
        ("basic.rnd.product-digital-design",),
        _SYSTEM,
        "documented",
        Text("产品设计软件", "product design software"),
        can.has_system(("design",), ("CAD", "PLM")),
    ),
    Derivation(
        "process_design",
        ("basic.rnd.process-digital-design",),
        _SYSTEM,
        "documented",
        Text("工艺设计软件", "process design software"),
        can.has_system(("process_design",), ("CAPP",)),
    ),
    *_managed(
        "basic.management.job-planning",
        ("job_planning", "scheduling"),
        "job_response",
        "start",
        "作业计划",
        "job plans",
    ),
    *_managed("basic.management.quality", ("quality",), "inspection", "at", "产品质量", "product quality"),
    *_managed(
        "basic.management.equipment-assets",
        ("equipment_assets",),
        "maintenance_order",
        "opened_at",
        "设备资产",
        "equipment assets",
    ),
    *_managed(
        "basic.management.materials", ("materials", "warehouse"), "stock_movement", "at", "生产物料", "materials"
    ),
    *_managed("basic.operations.procurement", ("procurement",), "purchase_order", "ordered_on", "采购", "procurement"),
    *_managed("basic.operations.sales", ("sales",), "sales_order", "ordered_on", "销售", "sales"),
    *_managed("basic.operations.inventory", ("inventory", "warehouse"), "stock_snapshot", "day", "库存", "inventory"),
    *_managed("basic.operations.finance", ("finance", "accounting"), "finance_month", "month", "财务", "finance"),
    *_managed("basic.operations.workforce", ("workforce",), "work_hours", "day", "人力资源", "human resources"),
    Derivation(
        "accounts",
        ("basic.operations.accurate-accounting",),
        ("finance_month",),
        "measured",
        Text("逐月核算完整", "every month accounted for"),
        can.accounts,
    ),
    Derivation(
        "indicators",
        ("basic.operations.kpi-quantified",),
        ("factory",),
        "measured",
        Text("可由数据计算的指标数", "indicators that the records give"),
        can.quantified,
    ),
    Derivation(
        "digital_inspection",
        ("advanced.production.digital-inspection",),
        ("inspection", "quality_characteristic"),
        "measured",
        Text("关键质量特性数字化检测", "key characteristics inspected digitally"),
        engine_first(
            "advanced.production.digital-inspection",
            "key_characteristic_share",
            "quality.inspection",
            can.digitally_inspected,
        ),
        "system_window_days",
    ),
    Derivation(
        "integrated_control",
        ("advanced.management.integrated-control",),
        ("system_link", *_SYSTEM),
        "documented",
        Text("生产、物流、设备、质量系统互联", "production, logistics, equipment and quality systems linked"),
        can.linked(
            ("job_planning", "scheduling"), ("logistics", "warehouse"), ("equipment_assets", "monitoring"), ("quality",)
        ),
    ),
    Derivation(
        "collaborative_control",
        ("advanced.management.collaborative-control",),
        ("production_order", "job_order", "job_response", "inspection", "material_actual"),
        "measured",
        Text(
            "订单、工单、报工、物料、质量逐单贯通",
            "orders, jobs, responses, materials and quality joined order by order",
        ),
        can.joined_orders,
        "system_window_days",
    ),
    Derivation(
        "data_integration",
        ("advanced.operations.data-integration",),
        ("system_link", *_SYSTEM),
        "documented",
        Text("经营系统与生产系统互联", "business and production systems linked"),
        can.linked(("finance", "sales", "procurement"), ("job_planning", "scheduling")),
    ),
    Derivation(
        "safety_energy_environment",
        ("advanced.management.safety-energy-environment",),
        ("meter_reading", *_SYSTEM),
        "measured",
        Text("安全、能源、环保系统与数据", "systems and data of safety, energy and environment"),
        can.all_of(
            can.has_system(("safety",)),
            can.managed(("energy",), "meter_reading", "start"),
            can.has_system(("environment",)),
        ),
        "system_window_days",
    ),
    Derivation(
        "design_data",
        ("advanced.rnd.design-data-management",),
        _SYSTEM,
        "documented",
        Text("设计数据统一管理", "design data managed as one"),
        can.has_system(("design_data",), ("PLM",)),
    ),
    Derivation(
        "on_time_delivery",
        ("advanced.operations.on-time-delivery",),
        ("sales_order_line", "delivery"),
        "measured",
        Text("订单按期足量交付", "orders delivered in full and on time"),
        can.on_time,
        "delivery_window_days",
    ),
    *_managed(
        "advanced.operations.supply-chain-digital",
        ("supply_chain",),
        "receipt",
        "received_on",
        "供应链",
        "supply chain",
    ),
    Derivation(
        "traceability",
        ("excellence.management.quality-traceability",),
        ("lot", "lot_genealogy", "material"),
        "measured",
        Text("成品批次可追溯", "finished lots that can be traced"),
        engine_first(
            "excellence.management.quality-traceability", "traceable_share", "quality.traceability", can.traceable
        ),
        "system_window_days",
    ),
)

DERIVATIONS: tuple[Derivation, ...] = (*FACTS, *CAPABILITIES, *ENGINE_RUNS, *SCENES, *OUTCOMES)
