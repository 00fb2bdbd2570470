"""What usually shows that items of a sub-domain are met: hints of ours, not a list of any standard."""

from collections.abc import Mapping

from linghang.words import Text

HINTS: Mapping[str, Text] = {
    "OS": Text(
        "规划文件、实施计划、任命文件、年度评审记录",
        "plan, roadmap, appointments, minutes of the yearly review",
    ),
    "PS": Text(
        "培训与考核记录、技能矩阵、知识库截图",
        "records of training and examination, skill matrix, screenshots of the knowledge base",
    ),
    "DA": Text(
        "数据采集清单、编码规范、分析报表与平台截图",
        "list of collected data, coding rules, reports and screenshots of the platform",
    ),
    "IN": Text(
        "集成架构图、接口清单与规范、联调验收报告",
        "architecture of integration, list of interfaces, acceptance of their tests",
    ),
    "IS": Text(
        "安全制度、风险评估报告、边界防护与补丁记录",
        "security rules, risk assessment, records of boundary protection and patches",
    ),
    "EQ": Text(
        "设备台账、联网清单、技改方案、三维模型清单",
        "equipment register, list of networked machines, retrofit plans, list of 3D models",
    ),
    "NW": Text(
        "网络拓扑图、隔离与授权配置、带宽与扩容记录",
        "network topology, isolation and access settings, records of extensions",
    ),
    "PD": Text(
        "设计规范、三维模型与仿真报告、PLM 审批记录",
        "design rules, 3D models and simulation reports, approvals in the PLM",
    ),
    "PR": Text(
        "工艺规范、工艺仿真报告、工艺知识库与审批记录",
        "process rules, process simulations, process knowledge base and approvals",
    ),
    "PU": Text(
        "采购系统单据、供应商评价记录、接口数据样例",
        "records of the procurement system, supplier ratings, samples of interface data",
    ),
    "PL": Text(
        "主计划与排产结果、异常预警记录、算法说明",
        "master plan and schedules, records of warnings, description of the algorithm",
    ),
    "PO": Text(
        "电子作业指导书、检测与追溯记录、下发指令日志",
        "electronic work instructions, inspection and tracing records, logs of downloads",
    ),
    "EM": Text(
        "点检与维护工单、OEE 报表、预测性维护案例",
        "inspection and maintenance orders, OEE reports, cases of predictive maintenance",
    ),
    "WD": Text(
        "出入库与盘点记录、条码标识照片、配送任务记录",
        "stock movements and counts, photos of labels, delivery tasks",
    ),
    "SE": Text(
        "安全环保制度、在线监测记录、隐患与应急演练记录",
        "safety and environmental rules, online monitoring, hazards and drills",
    ),
    "EN": Text(
        "计量器具台账、能耗报表、能源系统截图、节能改造资料",
        "register of meters, consumption reports, screenshots of the energy system, retrofits",
    ),
    "LG": Text(
        "运输订单与跟踪记录、承运与车辆台账",
        "transport orders and tracking, registers of carriers and vehicles",
    ),
    "SA": Text(
        "销售计划、订单与客户台账、预测模型评估",
        "sales plan, registers of orders and customers, evaluation of the forecast",
    ),
    "CS": Text(
        "服务规范、投诉与满意度记录、客服系统截图",
        "service rules, complaints and satisfaction, screenshots of the service system",
    ),
    "PV": Text(
        "产品服务记录、远程运维平台截图、故障知识库",
        "records of product service, remote platform, knowledge base of failures",
    ),
}
"""Sub-domain -> documents and records that usually count."""
