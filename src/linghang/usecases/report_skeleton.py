"""The skeleton of `application.yaml`: every key with what it means, in both languages; what records give is noted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.errors import BadInput, Place, reason_of
from linghang.store.workspace import open_workspace
from linghang.usecases.report_sources import GUIDE, Records
from linghang.usecases.report_statements import APPLICATION

HEAD = """\
# 申报陈述：记录里没有、由本单位自己说明的内容。留空即未知，报告中显示为待补充，不会替你编造。
# 文字可以只写一种语言，也可以写成 {zh: "中文", en: "English"}；含冒号、逗号的文字请加引号。
# 金额为人民币元；日期如 2026-06-30。
# What your plant states beyond its records. What is left empty stays unknown and becomes a visible placeholder.
# A text is plain or {zh: "…", en: "…"}; money is CNY; days are written 2026-06-30; put texts
# with colons or commas in quotes.

unit:
  contact:            # 联系人 · contact
  contact_role:       # 职务 · position
  phone:              # 电话，加引号 · phone, in quotes: "0471-1234567"
  email:              # 邮箱 · e-mail
  postal_address:     # 通信地址和邮编 · postal address
  ownership:          # 企业性质 · ownership
  introduction:       # 单位简介 · about the enterprise
  # 主营业务收入取自 finance_month；只有与审计报告不同时才填 · only where it differs from finance_month:
  # revenue: {cny: 300000000, from: 2025-01-01, to: 2025-12-31, source: "2025年审计报告"}

factory:
  summary:            # 智能工厂总体情况；多行文字用 | · summary; use | for several lines
  total_investment_cny:   # 建设总投资（元）· total investment
  build_from:         # 建设开始日期 · built from
  build_to:           # 建设完成日期 · built to
  integrators: []     # 主要集成商 · integrators: [甲公司, 乙公司]
  products:           # 主要产品；留空则取自 product · products, else from the records

scenes_overview:      # 场景建设总体情况；留空则由记录统计 · overview, else counted from the records

# 场景：编号为《智能制造典型场景参考指引（2025年版）》中的编号。软件、接口、上线日期、是否用人工智能取自 scene_built、
# software、system_link；这里写记录里没有的。自有场景写 name 和 link（factory_construction、rnd_design、production、
# production_management、operations）。evidence 是证据编号，如 [E0001]。
# Scenes by their number in the 2025 guide. Software, interfaces, days and AI come from the records.
"""
SCENE = """\
  - number: {number}         # {zh} · {en}
    instance: {instance}
    problem:          # 解决的问题 · problem solved
    equipment:        # 主要装备 · equipment
    software: []      # 记录之外的软件编号 · ids of software beyond the records
    integration:      # 系统集成；留空则取自 system_link · integration, else from the records
    technologies:     # 关键技术与模型 · technologies
    data_volume:      # 数据规模；留空则由记录统计 · volume of data, else counted
    effect:           # 实施成效 · effect
    evidence: []
"""
TAIL = """\

features: []          # 先进性与特色 · what is advanced and special
#  - "……"

effects: []           # 指标之外的前后对比 · figures before and after beyond the 20 indicators
#  - title: "……"
#    unit: d
#    better: lower     # lower / higher
#    before: {value: 7, from: 2024-01-01, to: 2024-12-31}    # 新建工厂可写 kind: design 或 industry_mean
#    after: {value: 1, from: 2025-01-01, to: 2025-12-31}
#    source: "……"

plan:                 # 后续三年 · the coming three years
  goal:
  steps: []
#  - title: "……"
#    from: 2027-01-01
#    to: 2027-06-30
#    cost_cny: 1500000
#    brings: [advanced.production.anomaly-warning]    # 要素编号 · ids of conditions

signing:
  legal_representative:   # 法定代表人 · legal representative
  signed_on:
  recommender:            # 推荐单位 · recommender
  opinion:                # 推荐意见 · its opinion
  recommended_on:
"""


def begin_application(folder: Path) -> Path:
    """Write the skeleton into a workspace that has none yet; return where it is.

    Raises
    ------
    BadInput
        The folder is no workspace, it has the file already, or it cannot be written.
    """
    workspace = open_workspace(folder)
    path = folder / APPLICATION
    rows = Records(workspace)["scene_built"]
    guide = load_scenes(GUIDE)
    scenes = "".join(_scenes(rows, guide))
    text = HEAD + (f"scenes:\n{scenes}" if scenes else "scenes: []\n") + TAIL
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise BadInput("is there already; it is not touched", Place(str(path))) from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return path


def _scenes(rows: list[dict[str, Any]], guide: SceneGuide) -> Iterator[str]:
    """A stub for each scene in use that the guide has, with the name that the records give."""
    from json import dumps

    names = {one.number: one.name for one in guide.scenes}
    for row in sorted(rows, key=lambda row: (row["scene_number"] or 0, row["scene_id"])):
        if row["retired_on"] is None and row["scene_number"] in names:
            name, instance = names[row["scene_number"]], dumps(row["instance_name"], ensure_ascii=False)
            yield SCENE.format(number=row["scene_number"], zh=name.zh, en=name.en, instance=instance)
