"""Equipment, its control loops, its signals and what state it was in."""

from linghang.plant.columns import choice, day, flag, id_, number, ref, table, text, when
from linghang.plant.tables.enterprise import factory, work_center, work_unit
from linghang.words import Text

GROUP = Text("设备", "Equipment")

equipment = table(
    "equipment",
    ("设备", "Equipment"),
    ("一台设备", "One machine or piece of equipment"),
    GROUP,
    id_("equipment_id", "设备编号", "Equipment id", "LPC-103"),
    ref(work_center.c.work_center_id),
    ref(work_unit.c.work_unit_id, optional=True),
    text("name", "设备名称", "Name of the equipment", "低压铸造机3号"),
    text("model", "型号", "Model", "J455-B", optional=True),
    text("maker", "制造商", "Maker", "天水锻压", optional=True),
    text(
        "origin_country", "产地：ISO 3166 两位代码", "Country of origin: two letters of ISO 3166", "CN", optional=True
    ),
    text("serial_number", "出厂编号", "Serial number", "J455B-2013-077", optional=True),
    choice(
        "kind",
        "设备类型",
        "Kind of equipment",
        {
            "machine": "加工设备",
            "robot": "机器人",
            "furnace": "炉窑",
            "conveyor": "输送设备",
            "agv": "自动导引车|AGV",
            "inspection": "检测设备",
            "storage": "仓储设备",
            "utility": "公用设备",
            "other": "其他",
        },
        "machine",
        optional=True,
    ),
    flag("key", "关键设备", "Key equipment", True),
    flag(
        "numerically_controlled",
        "数控化：由数控、PLC、DCS 或机器人控制器驱动",
        "Numerically controlled: by CNC, PLC, DCS or robot controller",
        True,
        optional=True,
    ),
    flag("networked", "联网：数据已接入系统", "Networked: its data reach a system", True, optional=True),
    flag("controllable", "安全可控", "Secure and controllable", True, optional=True),
    choice(
        "status",
        "在用状态",
        "Status",
        {"in_use": "在用", "idle": "闲置", "retired": "报废"},
        "in_use",
    ),
    day("commissioned_on", "启用日期", "Commissioned on", "2014-09-01", optional=True),
    day("retired_on", "报废日期：未报废则空", "Retired on: empty while it is not", "2025-11-30", optional=True),
    number(
        "ideal_cycle_s", "理想节拍：一件的最短时间", "Ideal cycle: shortest time of one piece", "s", 270, optional=True
    ),
    number("rated_power_kw", "额定功率", "Rated power", "kW", 110, optional=True),
    rows=({"retired_on": None}, {"equipment_id": "LPC-104", "name": "低压铸造机4号", "retired_on": None}),
)

equipment_state = table(
    "equipment_state",
    ("设备状态", "Equipment state"),
    ("一台设备的一段状态，各段不得重叠", "One stretch of time in one state; stretches of one machine do not overlap"),
    GROUP,
    ref(equipment.c.equipment_id, key=True),
    when("start", "开始时间", "Start", "2025-03-14T08:00:00+08:00", key=True),
    when(
        "end",
        "结束时间：仍在此状态则空",
        "End: empty while the state lasts",
        "2025-03-14T11:36:00+08:00",
        optional=True,
    ),
    choice(
        "state",
        "状态",
        "State",
        {
            "running": "运行",
            "idle": "待机",
            "setup": "换型调整",
            "planned_stop": "计划停机",
            "breakdown": "故障停机",
            "off": "关机",
            "unknown": "未知",
        },
        "running",
    ),
    text("reason", "原因", "Reason", "正常生产", optional=True),
)

control_loop = table(
    "control_loop",
    ("控制回路", "Control loop"),
    ("一个控制回路或控制单元", "One control loop or control unit"),
    GROUP,
    id_("loop_id", "回路编号", "Loop id", "TIC-2101"),
    ref(equipment.c.equipment_id),
    text("name", "回路名称", "Name of the loop", "保温炉铝液温度"),
    flag("apc_applicable", "适用先进过程控制", "Advanced process control applies", True),
    number("weight", "权重：计算投用率时", "Weight: in the service rate", "1", 1, optional=True),
)

apc_period = table(
    "apc_period",
    ("先控投用时段", "Period of advanced control"),
    ("一段时间内先进过程控制是否投用", "Whether advanced process control was in service in one stretch of time"),
    GROUP,
    ref(control_loop.c.loop_id, key=True),
    when("start", "开始时间", "Start", "2025-03-14T08:00:00+08:00", key=True),
    when("end", "结束时间", "End", "2025-03-14T20:00:00+08:00"),
    flag("in_service", "投用", "In service", True),
)

tag = table(
    "tag",
    ("测点", "Tag"),
    ("一个采集信号", "One signal that is collected"),
    GROUP,
    id_("tag_id", "测点编号", "Tag id", "HLGL/CAST/LPC-103/metal_temperature"),
    ref(factory.c.factory_id),
    ref(equipment.c.equipment_id, optional=True),
    ref(control_loop.c.loop_id, optional=True),
    text("name", "测点名称", "Name of the tag", "铝液温度"),
    text("unit", "测点单位", "Unit of the tag", "°C", optional=True),
    choice(
        "role",
        "作用",
        "Role",
        {
            "measurement": "测量值",
            "setpoint": "设定值",
            "output": "控制输出",
            "counter": "计数",
            "state": "状态",
            "other": "其他",
        },
        "measurement",
    ),
    text("source", "来源地址", "Source address", "opc.tcp://10.8.1.3:4840 ns=2;s=LPC103.T1", optional=True),
    number("sampling_s", "采样周期", "Sampling interval", "s", 1, optional=True),
    number("low_limit", "下限", "Low limit", "@unit", 690, optional=True, minimum=None),
    number("high_limit", "上限", "High limit", "@unit", 720, optional=True, minimum=None),
    flag("writable", "可写：允许下发设定", "Writable: may be set from here", False),
)

alarm = table(
    "alarm",
    ("报警", "Alarm"),
    ("一次报警", "One alarm"),
    GROUP,
    id_("alarm_id", "报警编号", "Alarm id", "ALM-20250314-0042"),
    ref(equipment.c.equipment_id),
    when("at", "报警时间", "Raised at", "2025-03-14T11:36:12+08:00"),
    when("cleared_at", "消除时间", "Cleared at", "2025-03-14T12:10:00+08:00", optional=True),
    when("acknowledged_at", "确认时间", "Acknowledged at", "2025-03-14T11:37:05+08:00", optional=True),
    choice(
        "priority",
        "优先级",
        "Priority",
        {"low": "低", "medium": "中", "high": "高", "critical": "紧急"},
        "high",
    ),
    text("tag", "报警测点", "Alarm tag", "HLGL/CAST/LPC-103/metal_temperature", optional=True),
    text("text", "报警内容", "Alarm text", "铝液温度高于720 °C"),
)
