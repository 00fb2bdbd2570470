"""Kinds of industrial software as drafts name them; the ids are those of the plant's `software.kind`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemKind:
    """One kind: its id, the abbreviations, and the Chinese names."""

    id: str
    abbreviations: tuple[str, ...]
    names: tuple[str, ...]


def _kind(id_: str, abbreviations: str, names: str) -> SystemKind:
    return SystemKind(id_, tuple(abbreviations.split()), tuple(names.split()))


SYSTEMS: tuple[SystemKind, ...] = (
    _kind("MES", "MES MOM", "制造执行系统 生产执行系统 制造运营管理系统 制造运营管理平台 生产制造执行系统"),
    _kind("ERP", "ERP", "企业资源计划系统 企业资源计划 企业资源管理系统 企业资源规划系统"),
    _kind("PLM", "PLM PDM", "产品生命周期管理系统 产品全生命周期管理系统 产品生命周期管理 产品数据管理系统"),
    _kind("CAPP", "CAPP", "计算机辅助工艺设计系统 计算机辅助工艺 工艺设计系统"),
    _kind("WMS", "WMS", "仓储管理系统 仓库管理系统 智能仓储系统 仓储管理平台"),
    _kind("QMS", "QMS", "质量管理系统 质量管理信息系统 质量管理平台"),
    _kind("EAM", "EAM TPM", "设备资产管理系统 设备管理系统 企业资产管理系统 设备管理平台"),
    _kind("EMS", "EMS", "能源管理系统 能源管理平台 能源管控系统 能碳管理系统 能源管控平台 能碳管理平台"),
    _kind("SCADA", "SCADA", "数据采集与监控系统 数据采集与监视控制系统 数据采集与监视系统 数据采集系统 设备联网系统"),
    _kind(
        "APS",
        "APS",
        "高级计划排程系统 高级计划与排程系统 高级计划排产系统 智能排产系统 高级排产系统 高级排程系统 先进计划排程系统",
    ),
    _kind("CRM", "CRM", "客户关系管理系统 客户关系管理"),
    _kind("SRM", "SRM", "供应商关系管理系统 供应商管理系统 供应商协同平台 供应商关系管理"),
    _kind("OA", "OA", "办公自动化系统 协同办公系统"),
    _kind("LIMS", "LIMS", "实验室信息管理系统 实验室管理系统"),
    _kind("BI", "BI", "商业智能系统 经营分析系统 商业智能平台 经营决策平台"),
    _kind("DCS", "DCS", "集散控制系统 分散控制系统 分布式控制系统"),
    _kind("WCS", "WCS", "仓储控制系统 仓库控制系统"),
    _kind("TMS", "TMS", "运输管理系统"),
    _kind("HR", "HR HRM EHR", "人力资源管理系统 人力资源系统"),
    _kind("HSE", "HSE EHS", "安全生产管理系统 安全管理平台 安环管理系统 安全环保管理系统 安全管理系统"),
    _kind("SCM", "SCM", "供应链管理系统 供应链协同平台"),
    _kind("DNC", "DNC MDC", "分布式数控系统"),
    _kind("SPC", "SPC", "统计过程控制系统"),
    _kind("IIOT", "IIoT", "工业互联网平台 物联网平台 工业物联网平台"),
    _kind("TWIN", "", "数字孪生系统 数字孪生平台"),
)

BY_WORD: Mapping[str, str] = {word: one.id for one in SYSTEMS for word in (*one.abbreviations, *one.names)}

GO_LIVE = (
    "正式上线", "上线运行", "建成投用", "投入使用", "投入运行", "建成上线", "上线", "投用", "启用", "部署", "建成",
    "建设完成", "投运", "实施",
    "引入", "引进", "搭建", "完成建设", "上线时间", "投入应用",
)  # fmt: skip
"""Words that say that a date is when a system went live."""
