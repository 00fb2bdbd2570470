"""C8xx: scenes. What the register, the guide, the systems, the models and the application say of them."""

from collections.abc import Iterator
from typing import Any

from linghang.conditions.scenes import Scene, SceneGuide
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, flaw, plain, record, row
from linghang.report.consistency.facts import Facts, Values
from linghang.words import Text

AI_KINDS = ("ai", "data")
"""Kinds of models that can be artificial intelligence: learned from data. A mechanism or an optimisation is none."""


def in_use(facts: Facts) -> list[Values]:
    """Scenes that are live on the day and not retired."""
    return [
        one
        for one in facts.rows("scene_built")
        if (one["go_live_on"] is None or one["go_live_on"] <= facts.as_of)
        and (one["retired_on"] is None or one["retired_on"] > facts.as_of)
    ]


def systems_of(scene: Values) -> list[str]:
    """Ids of the software that a scene names."""
    return [one.strip() for one in str(scene["software_ids"] or "").replace("；", ";").split(";") if one.strip()]


def _of_guide(facts: Facts, one: Values) -> tuple[SceneGuide, Scene | None] | None:
    guide = facts.guides.get(str(one["guide_edition"]))
    if guide is None or one["scene_number"] is None:
        return None
    return guide, next((scene for scene in guide.scenes if scene.number == one["scene_number"]), None)


def _said(one: Values) -> Text:
    name = f"{one['scene_id']}“{one['instance_name']}”"
    return Text(name, f"{one['scene_id']} “{one['instance_name']}”")


def _names(facts: Facts) -> Iterator[Flaw]:
    for one in in_use(facts):
        found = _of_guide(facts, one)
        if found is None:
            continue
        guide, scene = found
        if scene is None:
            yield flaw(
                record("scene_built", one["scene_id"], "scene_number", one["scene_number"]),
                f"{_said(one).zh}的场景序号 {one['scene_number']} 不在{guide.title.zh}中（共 {len(guide.scenes)} 个）",
                f"{_said(one).en} has the number {one['scene_number']}, the guide has {len(guide.scenes)} scenes",
            )
        elif plain(one["scene_name"]) not in {plain(name) for name in (scene.name.zh, scene.name.en, *scene.variants)}:
            yield flaw(
                record("scene_built", one["scene_id"], "scene_name", one["scene_name"]),
                f"{_said(one).zh}写作 {one['scene_number']}“{one['scene_name']}”，指引第 "
                f"{scene.number} 个是“{scene.name.zh}”",
                f"{_said(one).en} says {one['scene_number']} “{one['scene_name']}”, number "
                f"{scene.number} of the guide is "
                f"“{scene.name.zh}” ({scene.name.en})",
            )


def _links(facts: Facts) -> Iterator[Flaw]:
    for one in in_use(facts):
        found = _of_guide(facts, one)
        if found is None or found[1] is None:
            continue
        guide, scene = found
        link = next(each for each in guide.links if each.id == scene.guide_link)  # type: ignore[union-attr]
        also = {name for each in facts.pack.links if each.title.zh == link.name.zh for name in each.also_called}
        if plain(one["link_name"]) not in {plain(name) for name in (*link.name, *also)}:
            yield flaw(
                record("scene_built", one["scene_id"], "link_name", one["link_name"]),
                f"{_said(one).zh}写在“{one['link_name']}”环节，指引把它放在“{link.name.zh}”",
                f"{_said(one).en} stands under “{one['link_name']}”, the guide has it under “{link.name.zh}” "
                f"({link.name.en})",
            )


def _instances(facts: Facts) -> Iterator[Flaw]:
    seen: dict[str, list[Values]] = {}
    for one in in_use(facts):
        seen.setdefault(plain(one["instance_name"]), []).append(one)
        if plain(one["instance_name"]) in ("", plain(one["scene_name"])):
            yield flaw(
                record("scene_built", one["scene_id"], "instance_name", one["instance_name"]),
                f"场景 {one['scene_id']}“{one['scene_name']}”的实例名与场景名相同：写本厂做了什么",
                f"the scene {one['scene_id']} “{one['scene_name']}” has its own name for an "
                "instance: say what the plant did",
            )
    for ones in seen.values():
        if len(ones) > 1:
            said = few([one["scene_id"] for one in ones])
            yield flaw(
                record("scene_built", ones[0]["scene_id"], "instance_name", ones[0]["instance_name"]),
                f"{len(ones)} 个场景用同一个实例名“{ones[0]['instance_name']}”：{said.zh}",
                f"{len(ones)} scenes have one instance name “{ones[0]['instance_name']}”: {said.en}",
                *(record("scene_built", one["scene_id"]) for one in ones[1:4]),
            )


def _systems(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for one in in_use(facts):
        for name in systems_of(one):
            if name not in software:
                yield flaw(
                    record("scene_built", one["scene_id"], "software_ids", name),
                    f"{_said(one).zh}引用的软件 {name} 不在软件台账中",
                    f"{_said(one).en} names the software {name}, which the register does not have",
                )
            elif (until := software[name]["retired_on"]) and until <= facts.as_of:
                yield flaw(
                    record("scene_built", one["scene_id"], "software_ids", name),
                    f"{_said(one).zh}登记为在用，其软件 {name} 已于 {until} 停用",
                    f"{_said(one).en} is in use, its software {name} was retired on {until}",
                    record("software", name, "retired_on", until),
                )


def _before_systems(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for one in in_use(facts):
        for name in systems_of(one):
            live = software.get(name, {}).get("go_live_on")
            if live and one["go_live_on"] and one["go_live_on"] < live:
                yield flaw(
                    record("scene_built", one["scene_id"], "go_live_on", one["go_live_on"]),
                    f"{_said(one).zh} {one['go_live_on']} 上线，早于其软件 {name} 的上线日期 {live}",
                    f"{_said(one).en} is live since {one['go_live_on']}, before its software {name} ({live})",
                    record("software", name, "go_live_on", live),
                )


def _without_systems(facts: Facts) -> Iterator[Flaw]:
    bare = [one for one in in_use(facts) if not systems_of(one)]
    if bare:
        said = few([one["scene_id"] for one in bare])
        yield flaw(
            record("scene_built", bare[0]["scene_id"], "software_ids"),
            f"{len(bare)} 个在用场景没有写所用软件：{said.zh}",
            f"{len(bare)} scenes in use name no software: {said.en}",
        )


def _intelligence(facts: Facts) -> Iterator[Flaw]:
    models = facts.by_id("decision_model")
    for one in in_use(facts):
        model = models.get(one["model_id"])
        if one["uses_ai"] and (model is None or model["kind"] not in AI_KINDS):
            what = f"{one['model_id']}（{model['kind']}）" if model else "未写模型"
            en = f"its model {one['model_id']} is of the kind {model['kind']}" if model else "it names no model"
            yield flaw(
                record("scene_built", one["scene_id"], "uses_ai", "true"),
                f"{_said(one).zh}标为应用人工智能，模型却是：{what}；规则、机理和优化模型不计",
                f"{_said(one).en} is marked as using AI, but {en}; rules, mechanisms and optimisation do not count",
                record("decision_model", one["model_id"] or "", "kind", model["kind"] if model else ""),
            )


def _models(facts: Facts) -> Iterator[Flaw]:
    models = facts.by_id("decision_model")
    for one in in_use(facts):
        model = models.get(one["model_id"])
        if model and model["retired_on"] and model["retired_on"] <= facts.as_of:
            yield flaw(
                record("scene_built", one["scene_id"], "model_id", one["model_id"]),
                f"{_said(one).zh}在用，其模型 {one['model_id']} 已于 {model['retired_on']} 停用",
                f"{_said(one).en} is in use, its model {one['model_id']} was retired on {model['retired_on']}",
                record("decision_model", one["model_id"], "retired_on", model["retired_on"]),
            )


def _model_scenes(facts: Facts) -> Iterator[Flaw]:
    built = {one["scene_number"] for one in in_use(facts)}
    for model in facts.rows("decision_model"):
        alive = model["retired_on"] is None or model["retired_on"] > facts.as_of
        if alive and model["scene_number"] is not None and model["scene_number"] not in built:
            served = few([one["scene_id"] for one in in_use(facts) if one["model_id"] == model["model_id"]] or ["–"])
            yield flaw(
                record("decision_model", model["model_id"], "scene_number", model["scene_number"]),
                f"模型 {model['model_id']} 登记服务第 {model['scene_number']} 个场景，"
                f"该场景没有建成；引用它的场景：{served.zh}",
                f"the model {model['model_id']} is entered for scene {model['scene_number']}, which "
                "is not built; scenes "
                f"that name it: {served.en}",
            )


def _share(facts: Facts) -> Iterator[Flaw]:
    rows = in_use(facts)
    with_ai = [one for one in rows if one["uses_ai"]]
    if not with_ai:
        return
    different = {one["scene_number"] or one["scene_name"] for one in rows}
    of_ai = {one["scene_number"] or one["scene_name"] for one in with_ai}
    if len(different) != len(rows):
        by_row, by_scene = 100 * len(with_ai) / len(rows), 100 * len(of_ai) / len(different)
        yield flaw(
            at("records", "scene_built.uses_ai", f"{len(with_ai)}/{len(rows)}"),
            f"人工智能场景占比有两种算法：按实例 {len(with_ai)}/{len(rows)} = {by_row:.1f}%，"
            f"按不同场景 {len(of_ai)}/{len(different)} = {by_scene:.1f}%",
            f"the share of AI scenes has two readings: by instances {len(with_ai)}/{len(rows)} = {by_row:.1f} %, by "
            f"different scenes {len(of_ai)}/{len(different)} = {by_scene:.1f} %",
        )


def _enough(facts: Facts) -> Iterator[Flaw]:
    levels = facts.assessed["floors"]["declared"]["levels"]
    if facts.level not in levels:
        raise CannotTell(Text("标准包中的等级", "a level of the pack"))
    asked = list(facts.pack.of("scenario_count", str(facts.level)))
    if not asked:
        raise CannotTell(Text("规定场景数的标准包", "a pack that asks a number of scenes"))
    if levels[facts.level]["parts"]["scenario_count"] == "unmet":
        counted = {one["scene_name"] for one in in_use(facts) if one["level_list"] == facts.level}
        rules = "；".join(rule.source for one in asked if (rule := one.rule_on(facts.as_of)))
        yield flaw(
            at("records", "scene_built.level_list", len(counted)),
            f"该等级要求 {rules}，清单中在用的不同场景有 {len(counted)} 个",
            f"the level asks {rules}; the register has {len(counted)} different scenes of its list in use",
            at("pack", asked[0].id, rules),
        )


def _two_lists(facts: Facts) -> Iterator[Flaw]:
    lists: dict[Any, dict[str, str]] = {}
    for one in in_use(facts):
        if one["level_list"] and one["scene_number"]:
            lists.setdefault(one["scene_number"], {})[one["level_list"]] = one["scene_id"]
    for number, found in lists.items():
        if len(found) > 1:
            said = few([f"{level}: {scene}" for level, scene in found.items()])
            yield flaw(
                record("scene_built", next(iter(found.values())), "level_list", said.en),
                f"第 {number} 个场景在不同等级的清单里各算一次：{said.zh}",
                f"scene {number} is counted in the lists of several levels: {said.en}",
            )


ROWS = (
    row(
        "C801",
        "error",
        ("场景序号与名称按指引", "numbers and names of scenes are those of the guide"),
        ("按指引改正序号或名称", "mend the number or the name after the guide"),
        "scene_built guide",
        _names,
        "工信厅通装函〔2025〕155号",
    ),
    row(
        "C802",
        "warning",
        ("场景所属环节按指引", "links of scenes are those of the guide"),
        ("按指引改正环节", "mend the link after the guide"),
        "scene_built guide",
        _links,
        "工信厅通装函〔2025〕155号",
    ),
    row(
        "C803",
        "warning",
        ("每个场景有自己的实例名", "every scene has an instance name of its own"),
        ("实例名写清对象和做法，例如“轮毂气孔根因分析”", "name what it does and to what"),
        "scene_built",
        _instances,
        "申报书 三（环节名—场景名—实例名）",
    ),
    row(
        "C804",
        "error",
        ("场景所用软件已登记且在用", "software of scenes is registered and in use"),
        ("改正软件编号，或登记接替的系统", "mend the ids, or enter the system that took over"),
        "scene_built software",
        _systems,
    ),
    row(
        "C805",
        "error",
        ("场景不早于所用软件上线", "scenes are not live before their software"),
        ("改正其中一个日期，或登记当时的系统", "mend one of the days, or enter the system of that time"),
        "scene_built software",
        _before_systems,
    ),
    row(
        "C806",
        "hint",
        ("场景写明所用软件", "scenes name their software"),
        ("补软件编号", "supply the ids"),
        "scene_built",
        _without_systems,
    ),
    row(
        "C807",
        "warning",
        ("应用人工智能的场景有人工智能模型", "scenes that use AI have a model that is AI"),
        ("写明所用的人工智能模型，或取消标记", "name the AI model, or take the mark away"),
        "scene_built",
        _intelligence,
        "N24 附件 3",
    ),
    row(
        "C808",
        "error",
        ("场景的模型在用", "models of scenes are in use"),
        ("改用接替的模型，或给场景填停用日期", "name the model that took over, or retire the scene"),
        "scene_built decision_model",
        _models,
    ),
    row(
        "C809",
        "warning",
        ("模型服务的场景已建成", "scenes that models serve are built"),
        ("改正模型的场景序号，或登记该场景", "mend the number at the model, or enter the scene"),
        "scene_built decision_model",
        _model_scenes,
    ),
    row(
        "C810",
        "hint",
        ("人工智能场景占比写明分母", "the share of AI scenes names its denominator"),
        ("写明按实例还是按不同场景计", "say whether instances or different scenes are counted"),
        "scene_built",
        _share,
        "N24 附件 3",
    ),
    row(
        "C811",
        "error",
        ("场景数达到该等级的要求", "there are as many scenes as the level asks"),
        ("补建或补登记场景", "build or enter more scenes"),
        "scene_built level assessment",
        _enough,
        "N24 场景数量",
    ),
    row(
        "C812",
        "warning",
        ("一个场景只计入一个等级的清单", "a scene counts in one level's list"),
        ("改正清单等级", "mend the list"),
        "scene_built",
        _two_lists,
    ),
)
