"""Errors planted into clean drafts: what is replaced by what, and which check has to find it.

The drafts of TUNED were looked at while the checks were written; those of HELD_OUT were written before, and not looked
at until the figures of the how-to page were taken.
"""

from pathlib import Path
from typing import NamedTuple

DRAFTS = Path(__file__).parent / "drafts"
TUNED = ("machining.md", "chemical.txt", "food.md")
HELD_OUT = ("autoparts.md", "textile.txt", "pharma.md")
LATER = ("alloy.txt",)


class Planted(NamedTuple):
    draft: str
    old: str
    new: str
    code: str


PLANTED = (
    # machining.md
    Planted("machining.md", "现有员工1260人", "现有员工1620人", "R201"),
    Planted("machining.md", "APS系统2024年11月投入使用", "APS系统2024年3月投入使用", "R202"),
    Planted("machining.md", "产品不良率由2.4%下降到1.5%，下降37.5%", "产品不良率由2.4%下降到1.5%，下降47.5%", "R205"),
    Planted("machining.md", "由91%提升至97%，提升6个百分点", "由91%提升至97%，提升6%", "R205"),
    Planted("machining.md", "由68%提高到79%", "由79%提高到68%", "R204"),
    Planted("machining.md", "软件投资2900万元", "软件投资2400万元", "R206"),
    Planted("machining.md", "| 合计 |  | 3000 |", "| 合计 |  | 3300 |", "R207"),
    Planted("machining.md", "建设典型场景8个", "建设典型场景12个", "R208"),
    Planted("machining.md", "设备联网率为95.2%", "设备联网率为195.2%", "R203"),
    Planted("machining.md", "2022年3月至2025年12月", "2025年12月至2022年3月", "R210"),
    Planted(
        "machining.md", "| 企业名称 | 苏州华锐精密机械股份有限公司", "| 企业名称 | 苏州华锐精密机械有限公司", "R211"
    ),
    Planted("machining.md", "# 卓越级智能工厂项目申报书", "# 先进级智能工厂项目申报书\n\n申报等级：卓越级", "R212"),
    Planted("machining.md", "91320583MA1N5X2T4X", "91320583MA1N5X2T4Y", "R105"),
    Planted("machining.md", "2026年3月在平台完成评估", "2025年3月在平台完成评估", "R402"),
    Planted("machining.md", "成熟度等级为三级", "成熟度等级为二级", "R107"),
    Planted("machining.md", "## 真实性承诺\n\n本单位承诺申报材料真实、完整，", "", "R102"),
    Planted("machining.md", "每件壳体赋二维码", "采用国际领先的追溯技术，每件壳体赋二维码", "R303"),
    Planted("machining.md", "立体库货位5200个", "立体库建成后仓储管理水平大幅提升。\n\n货位充足", "R301"),
    Planted(
        "machining.md",
        "| WMS | 苏州智联软件有限公司 | 2024年4月 |",
        "| WMS | 苏州智联软件有限公司 | 2027年4月 |",
        "R209",
    ),
    Planted("machining.md", "占生产设备的90%", "占生产设备的96%", "R215"),
    Planted("machining.md", "研发人员168人，拥有", "研发人员1680人，拥有", "R216"),
    # chemical.txt
    Planted("chemical.txt", "项目共建设场景6个", "项目共建设场景9个", "R208"),
    Planted(
        "chemical.txt",
        "单位产品综合能耗由325kgce/吨下降至312kgce/吨，降低4%",
        "单位产品综合能耗由325kgce/吨下降至312kgce/吨，降低14%",
        "R205",
    ),
    Planted("chemical.txt", "软件及系统投资5000万元", "软件及系统投资8000万元", "R206"),
    Planted("chemical.txt", "按附表3统计口径计算", "处于行业领先水平", "R303"),
    Planted("chemical.txt", "得分2.35分，", "", "R106"),
    Planted(
        "chemical.txt",
        "MES系统由成都某软件公司开发，2023年11月上线",
        "MES系统由成都某软件公司开发，2023年11月上线。MES于2022年5月正式上线运行",
        "R202",
    ),
    Planted("chemical.txt", "2023年1月—2025年10月", "2025年10月—2023年1月", "R210"),
    Planted("chemical.txt", "接入气体探测器420台、视频180路", "园区实现安全监控全覆盖、零事故", "R302"),
    Planted("chemical.txt", "等级达到二级", "等级达到一级", "R107"),
    Planted("chemical.txt", "产品合格率由99.1%提高到99.6%", "产品合格率由99.1%提高到109.6%", "R203"),
    Planted(
        "chemical.txt", "7、运营管理—采购计划优化协同—原盐采购协同", "7、生产管理—采购计划优化协同—原盐采购协同", ""
    ),
    Planted("chemical.txt", "统一社会信用代码：91510100689012345M", "统一社会信用代码：", "R104"),
    Planted("chemical.txt", "2025年营业收入15.3亿元", "2022年营业收入15.3亿元", "R403"),
    Planted(
        "chemical.txt",
        "（三）后续实施计划\n未来三年（2026—2028年）计划投资6000万元，拟建设全流程模拟优化系统，目标是吨碱综合能耗再下降3%。",
        "",
        "R110",
    ),
    Planted("chemical.txt", "项目总投资2.4亿元", "项目总投资XX亿元", "R118"),
    Planted(
        "chemical.txt",
        "生产效率由每人每年233吨提高到每人每年280吨，提高20.2%",
        "生产效率由每人每年280吨提高到每人每年233吨，提高20.2%",
        "R204",
    ),
    # food.md
    Planted("food.md", "含设备投资2,700万元", "含设备投资3,700万元", "R206"),
    Planted("food.md", "设备联网率85.7%", "设备联网率85.7%。按照基础级申报条件，设备联网率须达到60%", "R501"),
    Planted("food.md", "目前建成4个场景", "目前建成6个场景", "R208"),
    Planted("food.md", "降幅为10%", "降幅为20%", "R205"),
    Planted(
        "food.md",
        "| 2 | 生产作业 | 质量精准追溯 | 一箱一码追溯 | MES | 2024年12月 |",
        "| 2 | 生产作业 | 质量精准追溯 | 一箱一码追溯 | MES | 2026年12月 |",
        "R209",
    ),
    Planted("food.md", "从业人员总数为436人", "从业人员总数为436", "R304"),
    Planted("food.md", "异物投诉由每年18起下降到7起", "检测水平国内领先，效果显著", "R303"),
    Planted("food.md", "依据GB/T 39116-2020", "依据GB/T 39116-2010", "R405"),
    Planted(
        "food.md",
        "## 三 典型场景建设情况",
        "## 三 典型场景建设情况\n\n按照《智能制造典型场景参考指引（2024年版）》开展建设。",
        "R401",
    ),
    Planted("food.md", "预计2027年底前完成", "预计2025年6月完成", "R404"),
    Planted("food.md", "2025年度销售收入为3.18亿元", "销售收入为3.18亿元", "R305"),
    Planted("food.md", "本次申报等级为基础级", "本次开展申报", ""),
    Planted("food.md", "| 人均日产量（公斤） | 152 | 190 | 25% |", "| 人均日产量（公斤） | 152 | 190 | 35% |", "R205"),
    Planted("food.md", "订单准时交付率由93%提高至98%，提高了5个百分点", "订单准时交付率提高了15%", "R306"),
    Planted("food.md", "本公司承诺以上内容真实、准确，没有隐瞒。", "本公司将继续努力。", "R102"),
    # autoparts.md (held out)
    Planted("autoparts.md", "公司在册员工2350人", "公司在册员工2530人", "R201"),
    Planted("autoparts.md", "共建设10个智能场景", "共建设15个智能场景", "R208"),
    Planted("autoparts.md", "软件投资0.5亿元", "软件投资0.8亿元", "R206"),
    Planted("autoparts.md", "由95分钟压缩到38分钟，压缩60%", "由95分钟压缩到38分钟，压缩70%", "R205"),
    Planted(
        "autoparts.md",
        "| 设备综合利用率 | 71.5% | 84.3% | 12.8个百分点 |",
        "| 设备综合利用率 | 84.3% | 71.5% | 12.8个百分点 |",
        "R204",
    ),
    Planted(
        "autoparts.md",
        "| 产品不良率（PPM） | 1850 | 620 | 66.5% |",
        "| 产品不良率（PPM） | 1850 | 620 | 76.5% |",
        "R205",
    ),
    Planted("autoparts.md", "其中联网设备532台（套），联网率95%", "其中联网设备432台（套），联网率95%", "R215"),
    Planted(
        "autoparts.md", "2026年4月，公司通过智能制造能力成熟度评估", "2024年4月，公司通过智能制造能力成熟度评估", "R402"
    ),
    Planted("autoparts.md", "据中国汽车工业协会2025年统计，在国内同类产品中排名第3", "处于国内领先地位", "R303"),
    Planted("autoparts.md", "2021年9月开工，2024年6月建成", "2024年9月开工，2022年6月建成", "R210"),
    Planted("autoparts.md", "2023年3月WMS投入运行", "2027年3月WMS投入运行", "R209"),
    Planted("autoparts.md", "# 先进级智能工厂申报书", "# 智能工厂申报书", "R103"),
    Planted("autoparts.md", "配送准时率99.1%", "配送准时率119.1%", "R203"),
    Planted("autoparts.md", "| 单位名称 | 宁波甬固汽车部件有限公司 |", "| 单位名称 | 宁波甬固汽配有限公司 |", "R211"),
    Planted("autoparts.md", "搬运人员减少42人", "实现零差错，物流效率显著提高", "R302"),
    Planted("autoparts.md", "所提交的申报材料内容真实、有效，如有虚假，愿承担相应责任", "积极配合各项工作", "R102"),
    Planted("autoparts.md", "91330206MA2G888884", "91330206MA2G888885", "R105"),
    # textile.txt (held out)
    Planted("textile.txt", "设备上的有4900万元", "设备上的有5900万元", "R206"),
    Planted("textile.txt", "由84%升到91%，升了7个百分点", "由84%升到91%，升了17个百分点", "R205"),
    Planted("textile.txt", "由4.5%降到3.6%，降低20%", "由3.6%降到4.5%，降低20%", "R204"),
    Planted("textile.txt", "一共做了5个场景", "一共做了8个场景", "R208"),
    Planted("textile.txt", "评定为二级，总分2.2分", "评定为二级", "R106"),
    Planted("textile.txt", "从2023年4月启动，2025年8月全部验收", "从2025年8月启动，2023年4月全部验收", "R210"),
    Planted(
        "textile.txt", "人均产值从52万元提高到69.1万元，提高32.9%", "人均产值从52万元提高到69.1万元，提高42.9%", "R205"
    ),
    Planted("textile.txt", "报告日期是2026年5月8日", "报告日期是2025年5月8日", "R402"),
    Planted("textile.txt", "报表从月底后7天出改为当天出", "经营管理水平处于行业领先", "R303"),
    Planted("textile.txt", "以上材料真实可靠，我公司对真实性负责", "以上材料请审阅", "R102"),
    Planted("textile.txt", "MES在2024年1月上线", "MES在2024年1月上线，MES在2023年3月投用", "R202"),
    Planted("textile.txt", "公司有员工约680人", "公司有员工约680人，其中研发人员700人", "R216"),
    # pharma.md (held out)
    Planted("pharma.md", "MES于2022年10月上线", "MES于2023年10月上线", "R202"),
    Planted("pharma.md", "设备1.98亿元，软件0.52亿元", "设备1.98亿元，软件0.92亿元", "R206"),
    Planted("pharma.md", "建设场景10个", "建设场景16个", "R208"),
    Planted("pharma.md", "由7天缩短至1.5天，缩短78.6%", "由7天缩短至1.5天，缩短68.6%", "R205"),
    Planted(
        "pharma.md",
        "关键设备156台，其中数控化设备150台，关键设备数控化率96.2%",
        "关键设备156台，其中数控化设备130台，关键设备数控化率96.2%",
        "R215",
    ),
    Planted("pharma.md", "库存周转率由6.1次提高到7.6次", "库存周转率由7.6次提高到6.1次", "R204"),
    Planted("pharma.md", "产品不良率由0.62%降至0.31%，降低50%", "产品不良率由0.62%降至0.31%，降低150%", "R203"),
    Planted("pharma.md", "智能制造能力成熟度达到三级", "智能制造能力成熟度达到二级", "R107"),
    Planted("pharma.md", "2021年6月～2025年6月", "2025年6月～2021年6月", "R210"),
    Planted("pharma.md", "从业人员1,580人", "从业人员1,580", "R304"),
    Planted("pharma.md", "不含国家秘密，接受现场核查", "不含国家秘密，接受现场核查。西安康悦制药有限公司", "R211"),
    Planted("pharma.md", "应用人工智能技术场景比例为40%", "应用人工智能技术场景比例为10%", "R115"),
    Planted("pharma.md", "引入车间级数字孪生", "引入LIMS", ""),
    Planted("pharma.md", "2026年6月经第三方评估", "2023年6月经第三方评估", "R402"),
    # alloy.txt (written after the checks)
    Planted("alloy.txt", "在职职工920人", "在职职工920人，公司员工总人数为1020人", "R201"),
    Planted("alloy.txt", "工业软件0.7亿元", "工业软件0.9亿元", "R206"),
    Planted("alloy.txt", "数控化率达87.8%", "数控化率达97.8%", "R215"),
    Planted("alloy.txt", "设备联网率达92%", "设备联网率达192%", "R203"),
    Planted("alloy.txt", "重点建设了6个典型场景", "重点建设了10个典型场景", "R208"),
    Planted("alloy.txt", "（由每年120小时减少到75.6小时）", "（由每年120小时减少到95.6小时）", "R205"),
    Planted("alloy.txt", "误判率从5.2%降到1.3%", "误判率从1.3%降到5.2%", "R204"),
    Planted("alloy.txt", "APS于2024年9月上线", "APS于2026年9月上线", "R209"),
    Planted("alloy.txt", "下降8.0%", "下降18.0%", "R205"),
    Planted("alloy.txt", "缩短70%", "缩短60%", "R205"),
    Planted("alloy.txt", "MES（2023年2月上线）", "MES（2023年2月上线，MES于2024年8月正式启用）", "R202"),
    Planted("alloy.txt", "提高4.7个百分点", "提高4.7%", "R205"),
    Planted("alloy.txt", "2026年5月，公司经", "2025年5月，公司经", "R402"),
    Planted("alloy.txt", "库容1.2万吨", "仓储水平行业领先", "R303"),
    Planted("alloy.txt", "2022年6月动工建设，2025年3月全面投产", "2025年6月动工建设，2023年3月全面投产", "R210"),
    Planted("alloy.txt", "成熟度等级为二级", "成熟度等级为一级", "R107"),
    Planted("alloy.txt", "我公司承诺，本申报材料所有内容真实、准确、完整，", "", "R102"),
    Planted("alloy.txt", "吨铝综合能耗由0.312tce降至0.287tce，下降8.0%", "能耗大幅降低，节能效果显著", "R301"),
    Planted("alloy.txt", "企业名称：福建闽光新材料有限公司", "企业名称：福建闽光新材料科技有限公司", "R211"),
    Planted("alloy.txt", "2025年度实现主营业务收入12.8亿元", "2022年度实现主营业务收入12.8亿元", "R403"),
)
