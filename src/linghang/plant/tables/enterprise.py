"""The enterprise, its factories and their hierarchy of places (IEC 62264-1, GB/T 20720.1)."""

from linghang.plant.columns import choice, day, flag, id_, number, ref, table, text, when, whole
from linghang.words import Text

GROUP = Text("企业与工厂", "Enterprise and factory")

enterprise = table(
    "enterprise",
    ("企业", "Enterprise"),
    ("一家企业及其基本条件", "One enterprise and its basic conditions"),
    GROUP,
    id_("enterprise_id", "企业编号", "Enterprise id", "HLGL-AL"),
    text("name", "企业名称", "Name of the enterprise", "霍林郭勒市北疆铝轮毂有限公司"),
    text(
        "credit_code",
        "统一社会信用代码：GB 32100，18位",
        "Unified social credit code: 18 characters of GB 32100",
        "91150581MA13N4K21C",
    ),
    text("industry_code", "行业代码：GB/T 4754，两位至四位", "Industry code: two to four digits of GB/T 4754", "3670"),
    text("region_code", "注册地区划代码：GB/T 2260", "Region code of registration: GB/T 2260", "150581"),
    choice(
        "size_class",
        "企业规模",
        "Size class",
        {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"},
        "medium",
        optional=True,
    ),
    flag("above_scale", "规模以上：规模以上工业企业", "Above scale: above the designated size", True, optional=True),
    flag("legal_person", "独立法人", "Independent legal person", True, optional=True),
    day("established_on", "成立日期", "Established on", "2012-05-18", optional=True),
    flag(
        "on_dishonest_list",
        "列入严重失信主体名单",
        "On the list of seriously dishonest entities",
        False,
        optional=True,
    ),
    flag("credit_clean", "近三年无不良信用记录", "No bad credit record in three years", True, optional=True),
    flag("finance_sound", "近三年经营和财务状况良好", "Finances sound for three years", True, optional=True),
    flag("operating_normally", "近三年生产经营正常", "Operating normally for three years", True, optional=True),
    flag("law_abiding", "近三年无违法违规行为", "No violation of law in three years", True, optional=True),
)

factory = table(
    "factory",
    ("工厂", "Factory"),
    ("申报或评价的一座工厂", "One factory that is judged"),
    GROUP,
    id_("factory_id", "工厂编号", "Factory id", "HLGL-F1"),
    ref(enterprise.c.enterprise_id),
    text("name", "工厂名称", "Name of the factory", "铝合金轮毂一厂"),
    text("region_code", "所在地区划代码：GB/T 2260", "Region code of the place: GB/T 2260", "150581"),
    text("time_zone", "时区：IANA 名称", "Time zone: IANA name", "Asia/Shanghai"),
    text("address", "地址", "Address", "内蒙古通辽市霍林郭勒市工业园区铝业大道8号", optional=True),
    day("commissioned_on", "投产日期", "Commissioned on", "2014-09-01", optional=True),
    choice(
        "process_type",
        "生产类型",
        "Type of production",
        {"discrete": "离散型", "process": "流程型", "mixed": "混合型"},
        "discrete",
    ),
)

incident = table(
    "incident",
    ("事故（事件）", "Incident"),
    ("一次安全、环保、质量或网络安全事故（事件）", "One safety, environmental, quality or cyber incident"),
    GROUP,
    id_("incident_id", "事故编号", "Incident id", "INC-2024-001"),
    ref(factory.c.factory_id),
    when("at", "发生时间", "Happened at", "2024-06-03T14:20:00+08:00"),
    choice(
        "domain",
        "领域",
        "Domain",
        {"safety": "安全", "environment": "环保", "quality": "质量", "cyber": "网络安全"},
        "safety",
    ),
    choice(
        "severity",
        "等级：一般、较大、重大、特别重大",
        "Severity: general, larger, major or extraordinary",
        {
            "general": "一般",
            "larger": "较大",
            "major": "重大",
            "extraordinary": "特别重大",
        },
        "general",
    ),
    text("text", "经过", "What happened", "压铸车间地面油污致一人滑倒轻伤", optional=True),
    when("closed_at", "整改完成时间", "Closed at", "2024-06-20T17:00:00+08:00", optional=True),
)

site = table(
    "site",
    ("厂区", "Site"),
    ("工厂的一处厂区", "One site of a factory"),
    GROUP,
    id_("site_id", "厂区编号", "Site id", "S1"),
    ref(factory.c.factory_id),
    text("name", "厂区名称", "Name of the site", "主厂区"),
    text("address", "厂区地址", "Address of the site", "铝业大道8号", optional=True),
    number("area_m2", "占地面积", "Ground area", "m2", 86000, optional=True),
)

area = table(
    "area",
    ("车间（区域）", "Area"),
    ("厂区内的一个车间或区域", "One workshop or area of a site"),
    GROUP,
    id_("area_id", "车间编号", "Area id", "A-CAST"),
    ref(site.c.site_id),
    text("name", "车间名称", "Name of the area", "压铸车间"),
    number("area_m2", "车间面积", "Floor area", "m2", 7200, optional=True),
)

work_center = table(
    "work_center",
    ("产线（工作中心）", "Work center"),
    ("一条产线、一个单元或一组同类设备", "One line, cell or group of like machines"),
    GROUP,
    id_("work_center_id", "产线编号", "Work center id", "WC-LPC1"),
    ref(area.c.area_id),
    text("name", "产线名称", "Name of the work center", "低压铸造一线"),
    choice(
        "kind",
        "工作中心类型：按 IEC 62264-1",
        "Kind of work center: after IEC 62264-1",
        {
            "production_line": "产线",
            "process_cell": "过程单元",
            "production_unit": "生产单元",
            "storage_zone": "存储区",
            "other": "其他",
        },
        "production_line",
        optional=True,
    ),
    number("x_m", "横坐标：厂区平面图上的位置", "X position: on the site plan", "m", 42.5, optional=True, minimum=None),
    number("y_m", "纵坐标：厂区平面图上的位置", "Y position: on the site plan", "m", 18.0, optional=True, minimum=None),
    number("length_m", "长度：占地", "Length: of the footprint", "m", 60, optional=True),
    number("width_m", "宽度：占地", "Width: of the footprint", "m", 12, optional=True),
)

work_unit = table(
    "work_unit",
    ("工位（工作单元）", "Work unit"),
    ("产线内的一个工位或单元", "One station or unit of a work center"),
    GROUP,
    id_("work_unit_id", "工位编号", "Work unit id", "WU-LPC1-03"),
    ref(work_center.c.work_center_id),
    text("name", "工位名称", "Name of the work unit", "低压铸造3号位"),
    whole("sequence", "顺序：在产线内", "Sequence: within the line", None, 3, optional=True),
)
