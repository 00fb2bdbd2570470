"""Development projects, decision models, scenes that were built, and solutions that others adopted."""

from linghang.plant.columns import choice, day, flag, id_, money, ref, table, text, when, whole
from linghang.plant.tables.enterprise import factory
from linghang.plant.tables.product import product
from linghang.words import Text

RND = Text("研发", "Research and development")
SMART = Text("场景与模型", "Scenes and models")

LEVELS = {"basic": "基础级", "advanced": "先进级", "excellence": "卓越级", "pioneer": "领航级"}

rnd_project = table(
    "rnd_project",
    ("研发项目", "Development project"),
    ("一个新产品研制项目", "One project that develops a product"),
    RND,
    id_("project_id", "研发项目编号", "Project id", "RD-24-006"),
    ref(factory.c.factory_id),
    ref(product.c.product_id, optional=True),
    text("name", "研发项目名称", "Name of the project", "轻量化18寸旋压轮毂"),
    text(
        "product_family",
        "研发产品族：可比产品归为一族",
        "Product family: comparable products share one",
        "18寸轮毂",
        optional=True,
    ),
    day("approved_on", "立项日期", "Approved on", "2024-03-04"),
    day("released_on", "批产释放日期：未释放则空", "Released on: empty until released", "2024-12-20", optional=True),
    flag("cancelled", "项目已取消", "Cancelled", False),
    money("budget_cny", "项目预算", "Budget", "1800000.00", optional=True),
)

rnd_milestone = table(
    "rnd_milestone",
    ("研发里程碑", "Milestone of development"),
    ("研发项目的一个里程碑", "One milestone of a development project"),
    RND,
    ref(rnd_project.c.project_id, key=True),
    choice(
        "milestone",
        "里程碑",
        "Milestone",
        {
            "approved": "立项",
            "concept": "方案评审",
            "design_frozen": "设计冻结",
            "simulated": "仿真验证",
            "prototype": "样件",
            "trial_production": "试制",
            "released": "批产释放",
        },
        "design_frozen",
        key=True,
    ),
    day("planned_on", "里程碑计划日期", "Planned on", "2024-07-15", optional=True, future=True),
    day("reached_on", "里程碑达成日期", "Reached on", "2024-07-22", optional=True),
)

decision_model = table(
    "decision_model",
    ("智能决策模型", "Decision model"),
    ("一个用于决策的机理、数据、优化或人工智能模型", "One model whose output steers a decision"),
    SMART,
    id_("model_id", "模型编号", "Model id", "DM-POROSITY-01"),
    ref(factory.c.factory_id),
    text("name", "模型名称", "Name of the model", "铸造气孔预测模型"),
    choice(
        "kind",
        "模型类型",
        "Kind of model",
        {"mechanism": "机理模型", "data": "数据模型", "optimisation": "优化模型", "ai": "人工智能模型|AI"},
        "ai",
    ),
    text("purpose", "决策用途", "Purpose", "推荐除气时间和充型压力曲线"),
    whole(
        "scene_number",
        "服务场景序号：场景指引中的编号",
        "Scene served: number in the guide",
        None,
        26,
        optional=True,
        minimum=1,
        maximum=40,
    ),
    text("version", "模型版本", "Version of the model", "1.4", optional=True),
    day("first_used_on", "首次使用日期", "First used on", "2024-05-06", optional=True),
    day("retired_on", "停用日期：仍在用则空", "Retired on: empty while in use", "2025-10-31", optional=True),
    rows=({"retired_on": None},),
)

model_call = table(
    "model_call",
    ("模型调用", "Call of a model"),
    ("决策模型的一次调用及其决策", "One call of a decision model and what was decided"),
    SMART,
    ref(decision_model.c.model_id, key=True),
    when("at", "调用时间", "Called at", "2025-03-14T10:02:31+08:00", key=True),
    text("decision", "决策内容", "What was decided", "除气时间由12分钟调为15分钟"),
    flag("adopted", "已采纳", "Adopted", True, optional=True),
)

scene_built = table(
    "scene_built",
    ("已建场景", "Scene built"),
    ("工厂建成的一个智能制造场景", "One smart-manufacturing scene that the factory has built"),
    SMART,
    id_("scene_id", "场景编号", "Scene id", "SC-07"),
    ref(factory.c.factory_id),
    choice("guide_edition", "指引版本", "Edition of the guide", {"2024": "2024年版", "2025": "2025年版"}, "2025"),
    whole(
        "scene_number",
        "场景序号：指引中的编号",
        "Scene number: in the guide",
        None,
        26,
        optional=True,
        minimum=1,
        maximum=40,
    ),
    text("link_name", "所属环节：指引中的名称", "Link: as the guide names it", "生产作业"),
    text("scene_name", "场景名称：指引中的名称", "Name of the scene: as in the guide", "质量分析与改进"),
    text("instance_name", "本厂场景名称", "Own name of the scene", "轮毂气孔根因分析"),
    choice("level_list", "所属等级清单", "Level list", LEVELS, "advanced", optional=True),
    flag("uses_ai", "应用人工智能", "Uses AI", True),
    ref(decision_model.c.model_id, optional=True),
    day("go_live_on", "场景上线日期", "Live since", "2024-06-01", optional=True),
    day("retired_on", "场景停用日期：仍在用则空", "Retired on: empty while in use", "2025-12-15", optional=True),
    text(
        "software_ids",
        "相关软件：编号以分号隔开",
        "Software used: ids, separated by semicolons",
        "MES-01;ERP-01",
        optional=True,
    ),
    rows=({"retired_on": None},),
)

replication = table(
    "replication",
    ("复制推广", "Replication"),
    ("一家企业采用了本厂的模式或解决方案", "One enterprise that adopted the plant's mode or solution"),
    SMART,
    id_("replication_id", "推广编号", "Replication id", "RP-25-003"),
    ref(factory.c.factory_id),
    text("solution", "模式或解决方案", "Mode or solution", "轮毂质量追溯解决方案", optional=True),
    text("receiver_name", "采用企业名称", "Name of the receiver", "赤峰某铝业有限公司"),
    text(
        "receiver_credit_code", "采用企业信用代码", "Credit code of the receiver", "91150400MA0QK2XEX3", optional=True
    ),
    day("adopted_on", "采用日期", "Adopted on", "2025-01-15"),
    flag("own_group", "同一集团", "Of the own group", False),
    text(
        "proof",
        "证明：合同、验收等",
        "Proof: contract, acceptance and the like",
        "合同 HT-2024-118，验收报告 2025-01-15",
        optional=True,
    ),
)
