"""What the workbook of the questionnaire says: its columns, and its guide."""

from collections.abc import Mapping
from dataclasses import dataclass

from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet of answers; what may be filled in is `open`."""

    name: str
    title: Text
    width: int
    open: bool = False
    note: Text | None = None


COLUMNS = (
    Column("code", Text("条目", "Item"), 10),
    Column("level", Text("等级", "Level"), 7),
    Column("sub_domain", Text("子域", "Sub-domain"), 9),
    Column("name", Text("子域名称", "Name"), 16),
    Column("zh", Text("要求（转述）", "Requirement, Chinese (our words)"), 46),
    Column("en", Text("要求（英文）", "Requirement, English (our words)"), 46),
    Column("confidence", Text("可信度", "Confidence"), 9, note=Text("H、M、L：见“说明”", "H, M, L: see the guide")),
    Column("mark", Text("依据记号", "Source mark"), 14),
    Column(
        "answer",
        Text("答案", "Answer"),
        9,
        True,
        Text("1、0.8、0.5、0；空＝未知，不是0", "1, 0.8, 0.5 or 0; empty is unknown, not 0"),
    ),
    Column(
        "evidence",
        Text("证据编号", "Evidence"),
        18,
        True,
        Text("文件登记编号，如 E0001, E0002", "Numbers of documents: E0001, E0002"),
    ),
    Column("reason", Text("理由", "Reason"), 34, True, Text("为什么是这一档", "Why this answer")),
    Column(
        "proposal",
        Text("数据预填", "Proposal of the records"),
        11,
        note=Text("仅供参考，不会自动采用", "For your information; never taken by itself"),
    ),
    Column("why", Text("预填依据", "What it rests on"), 40),
    Column("source", Text("现答案来源", "Source of the answer"), 12),
)
PLACES: Mapping[str, int] = {one.name: at for at, one in enumerate(COLUMNS)}
TITLE = Text("智能制造能力成熟度自评（GB/T 39116、39117）", "Maturity self-assessment (GB/T 39116, 39117)")
LINES = (
    Text(
        "每个能力域一张表。只填黄色三列：答案、证据编号、理由。其余内容导入时不读取，请勿改动“条目”列。",
        "One sheet a domain. Fill the three yellow columns: answer, evidence, reason. Nothing else is taken; leave the "
        "item codes as they are.",
    ),
    Text(
        "答案：1 全部满足，0.8 大部分满足，0.5 部分满足，0 不满足。空单元格表示未知，得分按区间计算，绝不当作0。",
        "Answers: 1 fully, 0.8 mostly, 0.5 partly, 0 not met. An empty cell is unknown: scores are intervals, never 0.",
    ),
    Text(
        "证据编号是工作区文件登记中的编号（linghang evidence list）。",
        "Evidence takes numbers of the workspace's register (linghang evidence list).",
    ),
    Text(
        "请直接键入数值和文字；导入会拒绝公式，因为看不出谁负责其结果。",
        "Type values and texts; formulas are refused, for nobody signs for what they will say.",
    ),
    Text(
        "“得分”表用公式实时计算，仅供查看；权重和裁剪用命令修改（linghang maturity weights、leave-out）。",
        "The sheet of scores computes live and is only to look at; weights and domains left out are changed by command "
        "(linghang maturity weights, leave-out).",
    ),
    Text(
        "填好后：linghang maturity import 工作区 本文件（加 --dry-run 只看差异）。只采用您改过的单元格。",
        "When it is filled: linghang maturity import WORKSPACE FILE (--dry-run only shows the difference). Only cells "
        "that you changed are taken.",
    ),
    Text(
        "条目为转述，不是标准原文。本表是企业自评，不能代替有资质机构的评估。",
        "Items are in our words, not those of the standard. This is a self-assessment; an assessment by an accredited "
        "body is another thing.",
    ),
)
