"""Software of the works, what it is used for, and which systems are linked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from linghang.twin.works.capabilities import live_on
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.rows import listed
from linghang.twin.works.span import Span


@dataclass(frozen=True, slots=True)
class System:
    """A software system.

    Attributes
    ----------
    since
        Years before the first day of the records, or the capability that it came with.
    """

    id: str
    name: str
    kind: str
    vendor: str
    version: str
    since: float | str
    functions: tuple[str, ...]


SYSTEMS: tuple[System, ...] = (
    System("ERP-01", "企业资源计划系统", "ERP", "济南某软件", "9.2", 6.0,
           ("finance", "accounting", "cost", "procurement", "sales", "inventory", "materials")),
    System("HR-01", "人力资源系统", "HR", "济南某软件", "5.1", 6.0, ("workforce",)),
    System("SCADA-01", "数据采集与监控系统", "SCADA", "北京某自动化", "6.4", 4.5, ("monitoring", "process_control")),
    System("MES-01", "轮毂制造执行系统", "MES", "自主开发", "4.2", 4.0, ("job_planning", "quality", "materials")),
    System("CAD-01", "三维设计软件", "CAD", "广州某软件", "2023", 5.0, ("design",)),
    System("CAPP-01", "计算机辅助工艺系统", "CAPP", "武汉某软件", "7.0", 4.0, ("process_design",)),
    System("QMS-01", "质量管理系统", "QMS", "自主开发", "2.6", 3.0, ("quality",)),
    System("EAM-01", "设备资产管理系统", "EAM", "上海某软件", "3.3", 3.0, ("equipment_assets",)),
    System("EHS-01", "安全环保管理系统", "other", "南京某软件", "2.0", 2.0, ("safety", "emergency", "environment")),
    System("OS-01", "工业操作系统", "OS", "浙江某科技", "3.1", 2.0, ("other",)),
    System("SEC-01", "工控安全平台", "other", "北京某安全", "5.0", 2.0, ("cyber_security",)),
    System("PLM-01", "产品生命周期管理系统", "PLM", "武汉某软件", "6.2", "design", ("design", "design_data")),
    System("CAE-01", "铸造与结构仿真软件", "CAE", "北京某仿真", "4.0", "design", ("simulation",)),
    System("APS-01", "高级计划排程系统", "APS", "苏州某软件", "2.4", "aps", ("scheduling",)),
    System("VIS-01", "X光智能识别系统", "other", "自主开发", "1.8", "vision", ("quality", "analysis")),
    System("EMS-01", "能源管理系统", "EMS", "呼和浩特某科技", "3.0", "energy", ("energy", "carbon")),
    System("SRM-01", "供应商协同平台", "SRM", "上海某软件", "4.1", "suppliers", ("supply_chain", "procurement")),
    System("WMS-01", "智能仓储系统", "WMS", "昆明某软件", "3.5", "warehouse", ("warehouse", "logistics")),
    System("PHM-01", "设备健康管理系统", "other", "沈阳某科技", "1.5", "predictive", ("equipment_assets", "analysis")),
    System("BI-01", "经营分析平台", "BI", "杭州某软件", "10.1", "aps", ("kpi", "analysis")),
    System("CRM-01", "客户服务平台", "CRM", "北京某软件", "2.9", "service", ("customer_service",)),
)  # fmt: skip

LINKS: tuple[tuple[str, str, str, str], ...] = (
    ("ERP-01", "MES-01", "api", "生产订单下达与完工回报"),
    ("MES-01", "SCADA-01", "opc_ua", "设备状态与产量"),
    ("MES-01", "QMS-01", "database", "检验任务与结果"),
    ("MES-01", "EAM-01", "api", "停机与维修工单"),
    ("ERP-01", "HR-01", "database", "人员与考勤"),
    ("CAPP-01", "MES-01", "file", "工艺路线"),
    ("EHS-01", "SCADA-01", "message", "报警与排放数据"),
    ("PLM-01", "ERP-01", "api", "物料与清单"),
    ("PLM-01", "CAPP-01", "api", "设计与工艺数据"),
    ("PLM-01", "CAE-01", "file", "模型与仿真结果"),
    ("ERP-01", "APS-01", "api", "订单与库存"),
    ("APS-01", "MES-01", "api", "排程结果与进度"),
    ("VIS-01", "QMS-01", "message", "探伤判定"),
    ("EMS-01", "SCADA-01", "opc_ua", "计量数据"),
    ("SRM-01", "ERP-01", "api", "采购订单与到货"),
    ("WMS-01", "MES-01", "message", "配送与入库"),
    ("WMS-01", "ERP-01", "api", "库存"),
    ("PHM-01", "EAM-01", "api", "预测维护工单"),
    ("PHM-01", "SCADA-01", "opc_ua", "振动与电流"),
    ("BI-01", "ERP-01", "database", "经营数据"),
    ("BI-01", "MES-01", "database", "生产数据"),
    ("CRM-01", "ERP-01", "api", "客户与订单"),
)

DAYS_PER_YEAR = 365.25


def system_live_on(system: System, span: Span) -> date:
    """First day of use of a system."""
    if isinstance(system.since, str):
        return live_on(system.since, span)
    return span.first - timedelta(round(system.since * DAYS_PER_YEAR))


def system_rows(span: Span) -> dict[str, pa.Table]:
    """Rows of software, software_function and system_link; what comes after the end is not there."""
    since = {one.id: system_live_on(one, span) for one in SYSTEMS}
    there = {id for id, day in since.items() if day < span.until}
    return {
        "software": listed("software", [_retired(span), *(_software(one, since[one.id]) for one in _alive(there))]),
        "software_function": listed(
            "software_function",
            [
                {"software_id": one.id, "function": function, "used_since": since[one.id]}
                for one in _alive(there)
                for function in one.functions
            ],
        ),
        "system_link": listed("system_link", list(_links(since, there))),
    }


def _alive(there: set[str]) -> Iterator[System]:
    return (one for one in SYSTEMS if one.id in there)


def _software(one: System, since: date) -> dict[str, object]:
    return {
        "software_id": one.id,
        "factory_id": FACTORY,
        "name": one.name,
        "vendor": one.vendor,
        "kind": one.kind,
        "version": one.version,
        "go_live_on": since,
        "controllable": True,
    }


def _retired(span: Span) -> dict[str, object]:
    """The system that the present one replaced."""
    first = span.first - timedelta(round(9 * DAYS_PER_YEAR))
    last = span.first - timedelta(round(4 * DAYS_PER_YEAR))
    return {
        "software_id": "MES-00",
        "factory_id": FACTORY,
        "name": "车间报工系统",
        "vendor": "呼和浩特某科技",
        "kind": "MES",
        "version": "1.0",
        "go_live_on": first,
        "retired_on": last,
        "controllable": True,
    }


def _links(since: dict[str, date], there: set[str]) -> Iterator[dict[str, object]]:
    for start, end, kind, content in LINKS:
        if {start, end} <= there:
            yield {
                "link_id": f"IF-{start.partition('-')[0]}-{end.partition('-')[0]}",
                "from_software_id": start,
                "to_software_id": end,
                "kind": kind,
                "content": content,
                "go_live_on": max(since[start], since[end]),
            }
