"""C1xx to C8xx of application.yaml: what the plant states beside its records fits them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from linghang.report.consistency.catalogue_row import Flaw, at, both, few, figure, flaw, plain, record, row
from linghang.report.consistency.facts import Facts
from linghang.report.consistency.scenes import in_use, systems_of
from linghang.store.documents_card import state_of

PLAN_YEARS = 3
"""The application asks for a plan of three years (申报书 四)."""


def _scenes(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, one in enumerate(facts.stated("scenes") or ()):
        yield f"application.yaml scenes[{place + 1}]", one


def _steps(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, one in enumerate(facts.stated("plan.steps") or ()):
        yield f"application.yaml plan.steps[{place + 1}]", one


def _build_period(facts: Facts) -> Iterator[Flaw]:
    start, end = facts.stated("factory.build_from"), facts.stated("factory.build_to")
    if end and end > facts.as_of:
        yield flaw(
            at("application", "application.yaml factory.build_to", end),
            f"建设期到 {end}，晚于判定日 {facts.as_of}：还没建成的不能写作现状",
            f"building ends on {end}, after the day of judgement {facts.as_of}: what is not built is no present state",
        )
    late = [one for one in in_use(facts) if end and one["go_live_on"] and one["go_live_on"] > end]
    if late:
        said = few([f"{one['scene_id']} ({one['go_live_on']})" for one in late])
        yield flaw(
            at("application", "application.yaml factory.build_to", end),
            f"建设期写到 {end}，此后仍有 {len(late)} 个场景上线：{said.zh}",
            f"building is stated to end on {end}, but {len(late)} scenes are live only later: {said.en}",
            record("scene_built", late[0]["scene_id"], "go_live_on", late[0]["go_live_on"]),
        )
    live = [one["go_live_on"] for one in in_use(facts) if one["go_live_on"]]
    if start and live and max(live) < start:
        yield flaw(
            at("application", "application.yaml factory.build_from", start),
            f"建设期从 {start} 起，在用场景最晚 {max(live)} 就已上线",
            f"building is stated to begin on {start}, but the last scene is live since {max(live)}",
        )


def _scenes_not_built(facts: Facts) -> Iterator[Flaw]:
    built = {one["scene_number"] for one in in_use(facts)}
    names = {plain(one["scene_name"]) for one in in_use(facts)}
    for where, one in _scenes(facts):
        number, name = one.get("number"), one.get("name") or ""
        if number not in built and not (number is None and plain(both(name).zh) in names):
            yield flaw(
                at("application", where, number or both(name).zh),
                f"申报写了场景 {number or ''}“{both(one.get('instance') or name).zh}”，场景台账中没有在用的这个场景",
                f"the application has the scene {number or ''} “{both(one.get('instance') or name).en}”, the "
                "register has none in use",
                at("records", "scene_built.scene_number"),
            )


def _scenes_left_out(facts: Facts) -> Iterator[Flaw]:
    said = {one.get("number") for _, one in _scenes(facts)}
    missing = [one for one in in_use(facts) if one["scene_number"] and one["scene_number"] not in said]
    if missing:
        names = few([f"{one['scene_number']} {one['instance_name']}" for one in missing])
        yield flaw(
            at("application", "application.yaml scenes", len(said)),
            f"场景台账中 {len(missing)} 个在用场景没有写进申报：{names.zh}；场景数前后会不一致",
            f"{len(missing)} scenes in use are not in the application: {names.en}; the counts will differ",
            *(record("scene_built", one["scene_id"]) for one in missing[:3]),
        )


def _scenes_differ(facts: Facts) -> Iterator[Flaw]:
    built: dict[Any, list[Mapping[str, Any]]] = {}
    for scene in in_use(facts):
        built.setdefault(scene["scene_number"], []).append(scene)
    for where, one in _scenes(facts):
        rows = built.get(one.get("number"), [])
        if len(rows) != 1:
            continue
        scene = rows[0]
        sides = (
            ("since", "上线日期", "day of go-live", one.get("since"), scene["go_live_on"]),
            ("ai", "人工智能", "use of AI", one.get("ai"), scene["uses_ai"]),
        )
        for key, zh, en, said, known in sides:
            if said is not None and known is not None and said != known:
                yield flaw(
                    at("application", f"{where}.{key}", said),
                    f"场景 {scene['scene_id']} 的{zh}：申报写 {_yes(said)[0]}，台账是 {_yes(known)[0]}",
                    f"{en} of the scene {scene['scene_id']}: the application says {_yes(said)[1]}, the register "
                    f"{_yes(known)[1]}",
                    record("scene_built", scene["scene_id"], "go_live_on" if key == "since" else "uses_ai", known),
                )
        named, known_ids = set(one.get("software") or ()), set(systems_of(scene))
        if named and known_ids and named != known_ids:
            yield flaw(
                at("application", f"{where}.software", ", ".join(sorted(named))),
                f"场景 {scene['scene_id']} 的软件：申报写 {'、'.join(sorted(named))}，台账是 "
                f"{'、'.join(sorted(known_ids))}",
                f"software of the scene {scene['scene_id']}: the application says "
                f"{', '.join(sorted(named))}, the register "
                f"{', '.join(sorted(known_ids))}",
                record("scene_built", scene["scene_id"], "software_ids", scene["software_ids"]),
            )


def _yes(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return str(value), str(value)


def _scene_systems(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for where, one in _scenes(facts):
        for name in one.get("software") or ():
            until = software.get(name, {}).get("retired_on")
            if until and until <= facts.as_of:
                yield flaw(
                    at("application", f"{where}.software", name),
                    f"申报的场景用到 {name}，它已于 {until} 停用",
                    f"a scene of the application uses {name}, which was retired on {until}",
                    record("software", name, "retired_on", until),
                )


def _scene_evidence(facts: Facts) -> Iterator[Flaw]:
    papers = {one.id: one for one in facts.documents}
    for where, one in _scenes(facts):
        for name in one.get("evidence") or ():
            paper = papers.get(name)
            state = state_of(paper, facts.as_of) if paper else "missing"
            if state != "current":
                said = {
                    "missing": ("没有登记", "is not registered"),
                    "retired": ("已停用", "was retired"),
                    "expired": ("已失效", "no longer counts"),
                    "not_yet": ("尚未生效", "does not count yet"),
                }[state]
                yield flaw(
                    at("application", f"{where}.evidence", name),
                    f"场景引用的材料 {name} {said[0]}",
                    f"the paper {name} that the scene names {said[1]}",
                    at("evidence", name),
                )


def _plan(facts: Facts) -> Iterator[Flaw]:
    last = facts.as_of.replace(year=facts.as_of.year + PLAN_YEARS, day=min(facts.as_of.day, 28))
    for where, one in _steps(facts):
        end, start = one.get("end"), one.get("start")
        if end and end < facts.as_of:
            yield flaw(
                at("application", f"{where}.to", end),
                f"后续计划“{both(one['title']).zh}”到 {end} 就结束，早于判定日 {facts.as_of}",
                f"the step “{both(one['title']).en}” of the plan ends on {end}, before the day of "
                f"judgement {facts.as_of}",
            )
        elif start and start > last:
            yield flaw(
                at("application", f"{where}.from", start),
                f"后续计划“{both(one['title']).zh}”从 {start} 才开始，超出 {PLAN_YEARS} 年",
                f"the step “{both(one['title']).en}” begins on {start}, later than the {PLAN_YEARS} years of the plan",
            )


def _planned_yet_there(facts: Facts) -> Iterator[Flaw]:
    for where, one in _steps(facts):
        there = [
            name
            for name in one.get("brings") or ()
            if facts.elements.get(name, {}).get("finding") == "met"
            and facts.elements[name].get("proof") in ("documented", "measured")
        ]
        if there:
            said = few(there)
            yield flaw(
                at("application", f"{where}.brings", said.en),
                f"后续计划“{both(one['title']).zh}”要达到的条件现在已经满足：{said.zh}",
                f"the step “{both(one['title']).en}” is to bring what is met already: {said.en}",
                *(at("judgement", name, "met") for name in there[:3]),
            )


def _costs(facts: Facts) -> Iterator[Flaw]:
    costs = [one["cost_cny"] for _, one in _steps(facts) if one.get("cost_cny") is not None]
    total = facts.stated("factory.total_investment_cny")
    small = [one for one in costs if 0 < one < 1000]
    if small:
        yield flaw(
            at("application", "application.yaml plan.steps.cost_cny", small[0]),
            f"后续计划有 {len(small)} 步的投资不到 1,000 元（{figure(small[0], 2)}）：是否以万元填写？",
            f"{len(small)} steps of the plan cost less than CNY 1,000 ({figure(small[0], 2)}): is it in 10,000 CNY?",
        )
    if total and costs and sum(costs) > 10 * total:
        yield flaw(
            at("application", "application.yaml plan.steps.cost_cny", sum(costs)),
            f"后续计划合计 {figure(sum(costs), 0)} 元，是已有总投资 {figure(total, 0)} 元的 10 倍以上",
            f"the plan costs CNY {figure(sum(costs), 0)}, more than ten times the CNY "
            f"{figure(total, 0)} invested so far",
            at("application", "application.yaml factory.total_investment_cny", total),
        )


def _signed(facts: Facts) -> Iterator[Flaw]:
    signed, recommended = facts.stated("signing.signed_on"), facts.stated("signing.recommended_on")
    if signed and signed > facts.as_of + timedelta(1):
        yield flaw(
            at("application", "application.yaml signing.signed_on", signed),
            f"真实性承诺签于 {signed}，晚于判定日 {facts.as_of}",
            f"the letter of truth is signed on {signed}, after the day of judgement {facts.as_of}",
        )
    newest = max((one.issued_on for one in facts.current if one.issued_on), default=None)
    if signed and newest and newest > signed:
        late = few([one.id for one in facts.current if one.issued_on and one.issued_on > signed])
        yield flaw(
            at("application", "application.yaml signing.signed_on", signed),
            f"真实性承诺签于 {signed}，材料 {late.zh} 出具于其后：签的时候还没有",
            f"the letter of truth is signed on {signed}, the papers {late.en} are younger: they were "
            "not there to be signed for",
        )
    if signed and recommended and recommended < signed:
        yield flaw(
            at("application", "application.yaml signing.recommended_on", recommended),
            f"推荐意见 {recommended} 早于企业签署 {signed}",
            f"the recommendation of {recommended} is older than the signature of {signed}",
        )


ROWS = (
    row(
        "C231",
        "warning",
        ("建设期与场景上线日期相符", "building period and go-live of scenes agree"),
        ("改正建设期，或把未建成的移到后续计划", "mend the period, or plan what is not built"),
        "scene_built application:factory",
        _build_period,
        "申报书 二",
    ),
    row(
        "C232",
        "warning",
        ("后续计划在判定日之后的三年内", "the plan lies in the three years to come"),
        ("已完成的写进成效；改正日期", "what is done belongs to the effects; mend the days"),
        "application:plan",
        _plan,
        "申报书 四",
    ),
    row(
        "C233",
        "warning",
        ("签署日期先后有序", "days of signature follow each other"),
        ("材料齐备后再签署", "sign when all papers are there"),
        "application:signing",
        _signed,
    ),
    row(
        "C509",
        "warning",
        ("后续计划的投资量级合理", "costs of the plan are plausible"),
        ("检查单位：application.yaml 用元", "look at the unit: application.yaml has CNY"),
        "application:plan",
        _costs,
    ),
    row(
        "C717",
        "warning",
        ("后续计划不重复已满足的条件", "the plan does not bring what is there"),
        ("删去该条件，或说明要提升什么", "take it out, or say what becomes better"),
        "application:plan assessment",
        _planned_yet_there,
    ),
    row(
        "C718",
        "error",
        ("申报场景引用的材料有效", "papers that scenes of the application name are valid"),
        ("登记或更新该材料，改正编号", "register or renew the paper, or mend its number"),
        "application:scenes",
        _scene_evidence,
    ),
    row(
        "C821",
        "error",
        ("申报的场景都已建成", "scenes of the application are built"),
        ("登记该场景（附上线日期和软件），或从申报中删去", "enter the scene, or take it out of the application"),
        "scene_built application:scenes",
        _scenes_not_built,
        "申报书 三",
    ),
    row(
        "C822",
        "hint",
        ("在用场景都写进申报", "scenes in use are in the application"),
        ("补写，或说明只选重点场景", "write them down, or say that only main scenes are described"),
        "scene_built application:scenes",
        _scenes_left_out,
    ),
    row(
        "C823",
        "error",
        ("申报的场景与台账一致", "scenes of the application are as in the register"),
        ("以台账和验收为准，统一两处", "make both alike, after the acceptance"),
        "scene_built application:scenes",
        _scenes_differ,
    ),
    row(
        "C824",
        "error",
        ("申报的场景不用已停用的软件", "scenes of the application use no retired software"),
        ("改成现在的系统", "name the present system"),
        "software application:scenes",
        _scene_systems,
    ),
)
