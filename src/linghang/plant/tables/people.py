"""People, their hours and the head count."""

from linghang.plant.columns import choice, day, flag, id_, month, number, ref, table, text
from linghang.plant.tables.enterprise import factory, work_center
from linghang.words import Text

GROUP = Text("人员", "People")

person = table(
    "person",
    ("人员", "Person"),
    ("一名员工，姓名可不填", "One employee; the name may be left out"),
    GROUP,
    id_("person_id", "员工编号", "Person id", "E10086"),
    ref(factory.c.factory_id),
    text("name", "姓名", "Name of the person", "包志刚", optional=True),
    text("role", "岗位", "Role", "智能制造工程师"),
    text("department", "部门", "Department", "智能制造部"),
    choice(
        "qualification",
        "学历或技能等级",
        "Qualification",
        {
            "vocational": "中专技校",
            "college": "大专",
            "bachelor": "本科",
            "master": "硕士",
            "doctor": "博士",
            "technician": "技师",
            "senior_technician": "高级技师",
            "other": "其他",
        },
        "bachelor",
        optional=True,
    ),
    flag("smart_manufacturing", "智能制造专业人才", "Smart-manufacturing professional", True, optional=True),
    day("joined_on", "入职日期", "Joined on", "2016-04-11", optional=True),
    day("left_on", "离职日期：在职则空", "Left on: empty while employed", "2025-09-30", optional=True),
    rows=({"left_on": None},),
)

work_hours = table(
    "work_hours",
    ("工时", "Work hours"),
    ("一人、一个部门或一条产线一天的工时", "Hours of a person, a department or a line on one day"),
    GROUP,
    id_("work_hours_id", "工时记录编号", "Work hours id", "WH-20250314-CAST"),
    ref(factory.c.factory_id),
    ref(person.c.person_id, optional=True),
    text("department", "工时部门", "Department of the hours", "压铸车间", optional=True),
    ref(work_center.c.work_center_id, optional=True),
    day("day", "日期", "Day", "2025-03-14"),
    number("hours", "工作工时", "Hours worked", "h", 168),
    number("overtime_h", "其中加班工时", "Overtime within the hours", "h", 12, optional=True),
    number("attendance_h", "出勤工时", "Hours of attendance", "h", 176, optional=True),
)

headcount_month = table(
    "headcount_month",
    ("月平均人数", "Head count of a month"),
    ("一座工厂一个月的平均从业人数", "Average number of employees of a factory in one month"),
    GROUP,
    ref(factory.c.factory_id, key=True),
    month("2025-03-01"),
    number("employees", "平均从业人数：含劳务派遣", "Average employees: dispatched staff included", "person", 862),
    number(
        "dispatched",
        "其中劳务派遣人数",
        "Dispatched staff within the employees",
        "person",
        40,
        optional=True,
    ),
)
