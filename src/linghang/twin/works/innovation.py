"""Development projects, decision models and their calls, scenes that were built, and who adopted the solutions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import BY_ID, live_on
from linghang.twin.works.layout import FACTORY, credit_code
from linghang.twin.works.products import FAMILIES, PRODUCTS
from linghang.twin.works.rows import listed, rows_of
from linghang.twin.works.span import DAY_US, Span, day_from, number_of
from linghang.twin.works.streams import stream

CYCLE_DAYS = 285.0
RELEASED_EVERY_DAYS = 36
MILESTONES: tuple[tuple[str, float], ...] = (
    ("approved", 0.0),
    ("concept", 0.18),
    ("design_frozen", 0.42),
    ("simulated", 0.55),
    ("prototype", 0.70),
    ("trial_production", 0.87),
    ("released", 1.0),
)


@dataclass(frozen=True, slots=True)
class Model:
    """A decision model: the capability that it came with, and its calls on a day."""

    id: str
    name: str
    kind: str
    purpose: str
    scene: int
    capability: str
    calls_a_day: float
    decisions: tuple[str, ...]


MODELS: tuple[Model, ...] = (
    Model("DM-APS-01", "多约束车间排产模型", "optimisation", "生成各机台作业顺序", 9, "aps", 6.0,
          ("按交期重排铸造机顺序", "合并同模具订单减少换型", "插入急单并顺延后序")),
    Model("DM-ADR-01", "X光缺陷识别模型", "ai", "判定铸件内部缺陷", 24, "vision", 9.0,
          ("判为合格", "判为气孔超标报废", "转人工复判")),
    Model("DM-POR-01", "铸造气孔根因模型", "ai", "推荐除气时间与充型曲线", 26, "vision", 3.0,
          ("除气时间由12分钟调为15分钟", "降低第二段充型速度", "维持现有参数")),
    Model("DM-APC-01", "熔炼炉温预测控制模型", "mechanism", "给出烧嘴功率设定", 22, "process_control", 8.0,
          ("炉温设定下调6℃", "炉温设定上调4℃", "保持设定")),
    Model("DM-PHM-01", "主轴健康预测模型", "ai", "建议维护时间", 28, "predictive", 4.0,
          ("安排下一停机窗口更换", "继续观察", "提前备件")),
    Model("DM-EMS-01", "空压与炉窑负荷优化模型", "optimisation", "安排空压机启停与炉窑保温", 16, "energy", 5.0,
          ("停用一台空压机", "炉窑降温保温", "错峰启动")),
    Model("DM-WMS-01", "库位与AGV调度模型", "optimisation", "分配库位与任务", 12, "warehouse", 7.0,
          ("改放近库位", "合并搬运任务", "按先进先出出库")),
    Model("DM-SUP-01", "供应风险评分模型", "data", "调整采购批次与供应商份额", 37, "suppliers", 1.2,
          ("提前3天下单", "份额转给备选供应商", "维持计划")),
    Model("DM-FCT-01", "订单需求预测模型", "data", "给出四周滚动需求", 8, "aps", 1.0,
          ("上调下月20寸预测", "下调售后市场预测", "维持预测")),
)  # fmt: skip
ADOPTED_SHARE = 0.82


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the guide of 2025 that the works built.

    Attributes
    ----------
    since
        Years before the records, or the capability that it came with.
    """

    number: int
    link: str
    name: str
    own: str
    level: str
    ai: bool
    since: float | str
    model: str | None
    software: str


SCENES: tuple[Scene, ...] = (
    Scene(2, "工厂建设", "数字基础设施建设", "车间网络与数据采集", "basic", False, 2.0, None, "SCADA-01;OS-01"),
    Scene(4, "产品研发", "产品数字化设计", "轮毂三维设计", "basic", False, 3.0, None, "CAD-01"),
    Scene(6, "工艺设计", "工艺数字化设计", "铸造与机加工艺卡", "basic", False, 3.0, None, "CAPP-01"),
    Scene(10, "生产管理", "生产进度跟踪", "批次进度看板", "basic", False, 2.5, None, "MES-01"),
    Scene(27, "生产作业", "设备运行监控", "关键设备联网监控", "basic", False, 2.0, None, "SCADA-01"),
    Scene(29, "生产作业", "设备维修维护", "维修工单闭环", "basic", False, 2.0, None, "EAM-01"),
    Scene(15, "生产管理", "安全一体化管控", "隐患与作业票管理", "basic", False, 1.5, None, "EHS-01"),
    Scene(5, "产品研发", "产品虚拟验证", "冲击与疲劳仿真", "advanced", False, "design", None, "CAE-01"),
    Scene(8, "生产管理", "生产计划优化", "四周滚动计划", "advanced", False, "aps", "DM-FCT-01", "APS-01"),
    Scene(9, "生产管理", "车间智能排产", "铸造机加联合排产", "advanced", False, "aps", "DM-APS-01", "APS-01"),
    Scene(12, "生产管理", "仓储智能管理", "成品立体库", "advanced", False, "warehouse", "DM-WMS-01", "WMS-01"),
    Scene(13, "生产管理", "物料精准配送", "AGV配送", "advanced", False, "warehouse", "DM-WMS-01", "WMS-01"),
    Scene(16, "生产管理", "能源智能管控", "能源平衡与优化", "advanced",
          False, "energy", "DM-EMS-01", "EMS-01"),
    Scene(18, "生产管理", "污染在线管控", "废气废水在线监测", "advanced", False, "energy", None, "EHS-01"),
    Scene(22, "生产作业", "先进过程控制", "炉温与充型压力控制", "advanced",
          False, "process_control", "DM-APC-01", "SCADA-01"),
    Scene(24, "生产作业", "在线智能检测", "X光智能识别", "advanced", True, "vision", "DM-ADR-01", "VIS-01"),
    Scene(25, "生产作业", "质量精准追溯", "一轮一码追溯", "advanced", False, "aps", None, "MES-01;QMS-01"),
    Scene(37, "供应链管理", "供应商数字化管理", "供应商协同", "advanced", False, "suppliers", "DM-SUP-01", "SRM-01"),
    Scene(21, "生产作业", "工艺动态优化", "除气与充型参数推荐", "excellence",
          True, "process_control", "DM-POR-01", "MES-01"),
    Scene(26, "生产作业", "质量分析与改进", "轮毂气孔根因分析", "excellence",
          True, "vision", "DM-POR-01", "QMS-01;VIS-01"),
    Scene(28, "生产作业", "设备故障诊断与预测", "主轴与风机健康预测", "excellence",
          True, "predictive", "DM-PHM-01", "PHM-01"),
    Scene(30, "运营管理", "智能经营决策", "经营看板与预测", "excellence",
          True, "aps", "DM-FCT-01", "BI-01"),
    Scene(36, "产品服务", "客户主动服务", "客户质量门户", "excellence", False, "service", None, "CRM-01"),
)  # fmt: skip

RECEIVERS: tuple[tuple[str, str, str, float, bool], ...] = (
    ("赤峰某铝业有限公司（虚构）", "MA0RCPR01", "150404", 0.30, False),
    ("通辽某压铸有限公司（虚构）", "MA0RCPR02", "150502", 0.48, False),
    ("包头某汽车部件有限公司（虚构）", "MA0RCPR03", "150204", 0.66, False),
    ("大同某机械铸造有限公司（虚构）", "MA0RCPR04", "140213", 0.90, False),
    ("敕勒川模具有限公司（虚构）", "MA0RCPR05", "150121", 0.55, True),
)


def innovation_rows(span: Span, seed: int) -> dict[str, pa.Table]:
    """Rows of rnd_project, rnd_milestone, decision_model, model_call, scene_built and replication."""
    projects, milestones = _projects(span, seed)
    return {
        "rnd_project": projects,
        "rnd_milestone": milestones,
        "decision_model": listed("decision_model", [*_models(span)]),
        "model_call": _calls(span, seed),
        "scene_built": listed("scene_built", [*_scenes(span)]),
        "replication": listed("replication", [*_replications(span)]),
    }


def cycle_days(span: Span, released: int, work: float) -> int:
    """Days from approval to release of a project with so much work: design got faster on the day of its capability."""
    factor = BY_ID["design"].settings["development_factor"]
    after = max(0, released - number_of(live_on("design", span)))
    if after / factor >= work:
        return round(work * factor)
    return round(after + work - after / factor)


def _projects(span: Span, seed: int) -> tuple[pa.Table, pa.Table]:
    rng = stream(seed, "projects")
    projects: list[dict[str, object]] = []
    milestones: list[dict[str, object]] = []
    first, end = number_of(span.first), number_of(span.until)
    releases = range(first + 11, end + 200, RELEASED_EVERY_DAYS)
    for number, release in enumerate(releases):
        released = release + int(rng.integers(-8, 9))
        days = cycle_days(span, released, CYCLE_DAYS * float(rng.normal(1.0, 0.09)))
        approved = released - days
        if approved >= end:
            continue
        family = FAMILIES[number % len(FAMILIES)]
        product = [one for one in PRODUCTS if one.family is family][number // 3 % 8]
        cancelled = number % 11 == 7
        done = released < end and not cancelled
        id = f"RD-{day_from(approved):%y}-{number + 1:03d}"
        projects.append(
            {
                "project_id": id,
                "factory_id": FACTORY,
                "product_id": product.id,
                "name": f"{family.inches}寸轻量化轮毂{'ABCDEFGH'[number % 8]}型开发",
                "product_family": family.name,
                "approved_on": day_from(approved),
                "released_on": day_from(released) if done else None,
                "cancelled": cancelled,
                "budget_cny": 900_000.0 + 60_000.0 * (number % 9),
            }
        )
        for milestone, share in MILESTONES:
            reached = approved + round(days * share)
            planned = reached - int(rng.integers(-4, 12)) if share else approved
            met = reached < end and not (cancelled and share > 0.45)
            milestones.append(
                {
                    "project_id": id,
                    "milestone": milestone,
                    "planned_on": day_from(planned),
                    "reached_on": day_from(reached) if met else None,
                }
            )
    return listed("rnd_project", projects), listed("rnd_milestone", milestones)


def _models(span: Span) -> Iterator[dict[str, object]]:
    yield {
        "model_id": "DM-LIN-00",
        "factory_id": FACTORY,
        "name": "线性排程表",
        "kind": "optimisation",
        "purpose": "手工排程辅助",
        "version": "0.9",
        "first_used_on": span.first - timedelta(900),
        "retired_on": min(live_on("aps", span), span.until - timedelta(1)),
    }
    for one in MODELS:
        since = live_on(one.capability, span)
        if since < span.until:
            yield {
                "model_id": one.id,
                "factory_id": FACTORY,
                "name": one.name,
                "kind": one.kind,
                "purpose": one.purpose,
                "scene_number": one.scene,
                "version": "1.2",
                "first_used_on": since,
            }


def _calls(span: Span, seed: int) -> pa.Table:
    models: list[str] = []
    moments: list[np.ndarray] = []
    decisions: list[str] = []
    adopted: list[np.ndarray] = []
    for one in MODELS:
        since = max(span.at(live_on(one.capability, span), 9.0), span.start_us)
        if since >= span.end_us:
            continue
        rng = stream(seed, "calls", one.id)
        count = int(rng.poisson(one.calls_a_day * (span.end_us - since) / DAY_US)) + 1
        at = np.unique(since + np.sort(rng.integers(0, (span.end_us - since) // 1_000_000, count)) * 1_000_000)
        models += [one.id] * len(at)
        moments.append(at)
        decisions += [one.decisions[number] for number in rng.integers(0, len(one.decisions), len(at)).tolist()]
        adopted.append(rng.random(len(at)) < ADOPTED_SHARE)
    return rows_of(
        "model_call",
        len(models),
        model_id=models,
        at=np.concatenate([np.zeros(0, np.int64), *moments]),
        decision=decisions,
        adopted=np.concatenate([np.zeros(0, bool), *adopted]).tolist(),
    )


def scene_live_on(one: Scene, span: Span) -> date:
    """First day of use of a scene."""
    if isinstance(one.since, str):
        return live_on(one.since, span)
    return span.first - timedelta(round(one.since * 365.25))


def _scenes(span: Span) -> Iterator[dict[str, object]]:
    models = {one.id: one for one in MODELS}
    for one in SCENES:
        since = scene_live_on(one, span)
        if since >= span.until:
            continue
        known = one.model is not None and live_on(models[one.model].capability, span) < span.until
        yield {
            "scene_id": f"SC-{one.number:02d}",
            "factory_id": FACTORY,
            "guide_edition": "2025",
            "scene_number": one.number,
            "link_name": one.link,
            "scene_name": one.name,
            "instance_name": one.own,
            "level_list": one.level,
            "uses_ai": one.ai,
            "model_id": one.model if known else None,
            "go_live_on": since,
            "software_ids": one.software,
        }


def _replications(span: Span) -> Iterator[dict[str, object]]:
    """Others adopted the works' solutions in the course of its improved year."""
    start = max(number_of(span.improved_from), number_of(span.first))
    length = number_of(span.until) - start
    for number, (name, body, region, share, own) in enumerate(RECEIVERS):
        adopted = day_from(start + round(length * share))
        yield {
            "replication_id": f"RP-{adopted:%y}-{number + 1:03d}",
            "factory_id": FACTORY,
            "solution": "轮毂质量追溯与铸造过程控制解决方案",
            "receiver_name": name,
            "receiver_credit_code": credit_code(body, region),
            "adopted_on": adopted,
            "own_group": own,
            "proof": f"合同 HT-{adopted:%Y}-{number + 101}，验收报告",
        }
