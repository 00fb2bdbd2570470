"""Waste, discharge outlets, hazards and permits to work."""

from linghang.plant.columns import choice, day, flag, id_, month, number, ref, table, text, when
from linghang.plant.tables.enterprise import area, factory
from linghang.plant.tables.equipment import equipment
from linghang.words import Text

ENVIRONMENT = Text("环保", "Environment")
SAFETY = Text("安全", "Safety")

waste_month = table(
    "waste_month",
    ("月固废", "Waste of a month"),
    ("一座工厂一个月一类固体废物的收支", "Balance of one class of solid waste of a factory in one month"),
    ENVIRONMENT,
    ref(factory.c.factory_id, key=True),
    month("2025-03-01"),
    choice(
        "kind", "固废类别", "Class of waste", {"general": "一般工业固废", "hazardous": "危险废物"}, "general", key=True
    ),
    number("generated_t", "产生量", "Generated", "t", 96.0),
    number("utilised_t", "综合利用量：含往年贮存", "Utilised: earlier stock included", "t", 91.5),
    number("utilised_from_stock_t", "其中利用往年贮存量", "Utilised from earlier stock", "t", 2.5),
    number("disposed_t", "处置量", "Disposed", "t", 4.0, optional=True),
    number("stored_t", "贮存量", "Stored", "t", 3.0, optional=True),
)

outlet = table(
    "outlet",
    ("排放口", "Outlet"),
    ("一个废气或废水排放口", "One outlet of waste gas or waste water"),
    ENVIRONMENT,
    id_("outlet_id", "排放口编号", "Outlet id", "DA001"),
    ref(factory.c.factory_id),
    choice("medium", "排放介质", "Medium", {"air": "废气", "water": "废水", "noise": "噪声"}, "air"),
    text("name", "排放口名称", "Name of the outlet", "熔炼炉烟囱"),
    text("permit_number", "排污许可证号", "Number of the discharge permit", "91150581MA13N4K21C001V", optional=True),
    flag("monitored_online", "在线监测", "Monitored online", True, optional=True),
)

outlet_reading = table(
    "outlet_reading",
    ("排放监测", "Reading of an outlet"),
    ("排放口一次监测的浓度", "Concentration at an outlet at one time"),
    ENVIRONMENT,
    ref(outlet.c.outlet_id, key=True),
    text("substance", "监测因子", "Substance", "NOx", key=True),
    when("at", "监测时间", "Measured at", "2025-03-14T09:00:00+08:00", key=True),
    number("value", "监测值", "Measured value", "@unit", 48.2),
    text("unit", "监测单位", "Unit of the value", "mg/m3"),
    number("limit_value", "排放限值", "Limit", "@unit", 100, optional=True),
)

hazard = table(
    "hazard",
    ("隐患与风险点", "Hazard"),
    ("一个风险点或查出的隐患", "One hazard that was named or found"),
    SAFETY,
    id_("hazard_id", "隐患编号", "Hazard id", "HZ-25-017"),
    ref(factory.c.factory_id),
    ref(area.c.area_id, optional=True),
    ref(equipment.c.equipment_id, optional=True),
    choice(
        "level",
        "风险等级：红橙黄蓝",
        "Level of risk: red, orange, yellow or blue",
        {
            "major": "重大（红）|major (red)",
            "larger": "较大（橙）|larger (orange)",
            "general": "一般（黄）|general (yellow)",
            "low": "低（蓝）|low (blue)",
        },
        "general",
    ),
    text("text", "隐患描述", "What the hazard is", "铝液转运通道地面破损"),
    when("found_at", "发现时间", "Found at", "2025-03-05T10:15:00+08:00"),
    day("due_on", "整改期限", "Due on", "2025-03-12", optional=True, future=True),
    when("closed_at", "整改完成时间", "Closed at", "2025-03-10T16:30:00+08:00", optional=True),
)

permit = table(
    "permit",
    ("作业许可", "Permit to work"),
    ("一张危险作业许可", "One permit for dangerous work"),
    SAFETY,
    id_("permit_id", "作业许可编号", "Permit id", "PTW-25-0043"),
    ref(factory.c.factory_id),
    ref(area.c.area_id, optional=True),
    choice(
        "kind",
        "作业类型",
        "Kind of work",
        {
            "hot_work": "动火",
            "confined_space": "受限空间",
            "height": "高处",
            "lifting": "吊装",
            "electricity": "临时用电|temporary electricity",
            "excavation": "动土",
            "blind_plate": "盲板抽堵",
            "road_closure": "断路",
            "other": "其他",
        },
        "hot_work",
    ),
    when("start", "许可开始", "Start of the permit", "2025-03-16T09:00:00+08:00", future=True),
    when("end", "许可结束", "End of the permit", "2025-03-16T12:00:00+08:00", future=True),
    when("closed_at", "许可关闭时间", "Permit closed at", "2025-03-16T12:10:00+08:00", optional=True),
    text("text", "作业内容", "Work to be done", "除尘管道焊补", optional=True),
)
