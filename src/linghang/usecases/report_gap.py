"""The gap report: what keeps a level from being confirmed, what would decide, and the cheapest way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from linghang.conditions.model import ALL_LEVELS, Element
from linghang.errors import BadInput
from linghang.judge.findings import Floor
from linghang.report.content import Blocker, Entry, Gap, PlanStep
from linghang.report.figures import day, money
from linghang.report.naming import FLOORS, REASONS
from linghang.roadmap.actions import Action
from linghang.usecases.interpretations import marks_of, say_mark
from linghang.usecases.kept import kept
from linghang.usecases.report_annexes import wanted_for
from linghang.usecases.report_sources import Sources
from linghang.words import Text

FLOOR: Floor = "documented"
"""The floor of proof at which a level is to be confirmed: what an authority can look up."""
PARTS_WANTED: Mapping[str, Text] = {
    "maturity": Text(
        "登记当年的成熟度报告（linghang evidence add … --states maturity_level=N）",
        "register this year's maturity report (linghang evidence add … --states maturity_level=N)",
    ),
    "scenario_count": Text(
        "在 scene_built 中登记在用场景，并为其登记证明材料",
        "keep the register of scenes (scene_built), with documents that prove them",
    ),
}


def gap_of(sources: Sources) -> Gap:
    """Everything between the factory and the level."""
    verdict = sources.assessed["floors"][FLOOR]["levels"][sources.level]
    plan = _planned(sources)
    steps = [_step(one) for one in plan.get("steps", ())]
    return Gap(
        floor=FLOOR,
        blocking=[*_blockers(sources, verdict)],
        deciding=[list(one) for one in verdict["deciding"]],
        deciding_count=verdict["deciding_count"],
        way=steps,
        way_cost=_way_cost(plan),
        way_finished=_way_finished(plan),
        way_notes=list(_notes(plan)),
    )


def _blockers(sources: Sources, verdict: Mapping[str, Any]) -> Iterator[Blocker]:
    reasons = verdict["missing_reasons"]
    for finding, ids in (("unmet", verdict["failing"]), ("unknown", verdict["missing"])):
        for id in ids:
            yield _blocker(sources, id, finding, reasons.get(id, "unmet" if finding == "unmet" else "unknown"))


def _blocker(sources: Sources, id: str, finding: str, reason: str) -> Blocker:
    element = _element(sources, id)
    found = sources.elements.get(element.id if element else id, {})
    why = REASONS.get(found.get("reason") or reason, REASONS["unknown"]) if reason != "below_floor" else REASONS[reason]
    return Blocker(
        id=id,
        clause=element.cited if element else "",
        text=element.text if element else Text(id, id),
        link=next((one.title for one in sources.pack.links if element and one.id == element.link), None),
        finding=finding,
        proof=found.get("proof"),
        reason=why,
        wanted=list(_wanted(sources, id, element, finding, reason)),
    )


def _element(sources: Sources, id: str) -> Element | None:
    """The element that a condition stands for; conditions of whole parts are called by the part."""
    level = (sources.level, ALL_LEVELS)
    return next((one for one in sources.pack.elements if one.level in level and (one.id == id or one.part == id)), None)


def _wanted(sources: Sources, id: str, element: Element | None, finding: str, reason: str) -> Iterator[Text]:
    if id in PARTS_WANTED:
        yield PARTS_WANTED[id]
    elif finding == "unmet":
        yield Text(
            "改变事实：见下面的实施路径；仅补材料不能满足",
            "change what is: see the way below; a document alone does not meet it",
        )
    elif reason == "below_floor" and element is not None and element.kind == "benchmark":
        yield Text(
            "为对标值写明出处文件（comparator.document）并登记该文件",
            "name the document of the comparators (comparator.document), and register it",
        )
    elif reason == "below_floor":
        yield Text(
            f"登记证明材料，使证明力达到“有据”（linghang evidence add … --states {id}=met）",
            f"register a document, so that it is documented (linghang evidence add … --states {id}=met)",
        )
    elif element is not None:
        yield from wanted_for(sources, element.id)


def verdict_sentences(sources: Sources) -> list[Text]:
    """The verdict in a few sentences."""
    floors = sources.assessed["floors"]
    said: list[Text] = []
    for floor, name in FLOORS.items():
        confirmed, possible = floors[floor]["confirmed"], floors[floor]["possible"]
        sure = _level(sources, confirmed) or Text("无", "none")
        could = _level(sources, possible) or Text("无", "none")
        said.append(
            Text(
                f"{name.zh}口径：已确认的等级：{sure.zh}；现有证据尚不排除的最高等级：{could.zh}。",
                f"Floor “{name.en}”: confirmed {sure.en}; what is known rules out no level up to {could.en}.",
            )
        )
    level, title = floors[FLOOR]["levels"][sources.level], sources.level_title(sources.level)
    failing, missing = len(level["failing"]), len(level["missing"])
    if not failing and not missing:
        said.append(
            Text(
                f"{title.zh}的全部条件已有据确认。", f"Every condition of the level “{title.en}” is documented and met."
            )
        )
    else:
        said.append(
            Text(
                f"对照{title.zh}：{failing} 项条件不符合，{missing} 项条件待证（须有据口径）。",
                f"Against the level “{title.en}”: {failing} conditions are unmet, {missing} unknown "
                "(floor “documented”).",
            )
        )
    return [*said, *interpretation_sentences(sources)]


def interpretation_sentences(sources: Sources) -> list[Text]:
    """What is read otherwise than in the pack, and who set it: a sentence each."""
    marks = marks_of(sources.workspace, sources.pack, sources.request.interpretation)
    said = [say_mark(one, sources.workspace.time_zone) for one in marks]
    return [Text(f"审核人设定的口径：{one.zh}。", f"Interpretation set: {one.en}.") for one in said]


def _level(sources: Sources, level: str | None) -> Text | None:
    return None if level is None else sources.level_title(level)


def _planned(sources: Sources) -> Mapping[str, Any]:
    """The cheapest way as JSON has it, kept until the workspace changes; or why there is none."""
    question = [sources.pack.digest, sources.level, FLOOR, str(sources.day), _chosen(sources)]

    def made() -> dict[str, Any]:
        return _plan(sources)

    try:
        found: Mapping[str, Any] = kept(sources.workspace, "report-way", question, made)
    except BadInput as error:  # not kept: what is lacking may be installed tomorrow
        return {"problem": str(error)}
    return found


def _chosen(sources: Sources) -> list[str]:
    return sorted(f"{name}={value}" for name, value in (sources.request.interpretation or {}).items())


def _plan(sources: Sources) -> dict[str, Any]:
    from linghang.usecases.planning import Limits, Question, plan_way_up

    question = Question(
        sources.level,
        floor=FLOOR,
        pack=sources.request.pack,
        as_of=sources.day,
        interpretation=sources.request.interpretation,
    )
    found = plan_way_up(sources.workspace.folder, question, Limits(sources.day), now=sources.now)
    outcome = found.outcome
    if outcome.solution is None:
        conditions = list(outcome.conflict.conditions) if outcome.conflict else []
        return {"impossible": conditions}
    steps: list[dict[str, Any]] = []
    for step in outcome.solution.schedule.steps:
        first, end = found.days(step)
        steps.append(
            {
                "title": step.action.title.to_dict(),
                "begins": first.isoformat(),
                "ends": end.isoformat(),
                "fen": step.action.fen,
                "kind": step.action.kind,
                "brings": [*_brings(sources, step.action)],
                "source": step.action.source or "",
            }
        )
    steps.sort(key=lambda one: (one["begins"], one["ends"], one["title"]["en"]))
    return {"steps": steps, "fen": outcome.solution.fen, "catalogue": found.catalogue.id, "assume": question.assume}


def _brings(sources: Sources, action: Action) -> Iterator[str]:
    """The conditions of this pack that an action brings about; catalogues serve several packs."""
    known = {one.id for one in sources.pack.elements}
    yield from (goal.of for goal in action.of_kind("element") if goal.of in known)
    if any(action.of_kind("maturity")):
        yield from dict.fromkeys(one.id for one in sources.pack.elements if one.part == "maturity")


def _step(one: Mapping[str, Any]) -> PlanStep:
    cost = Decimal(one["fen"]) / 100
    source = one["source"] or "estimate"
    last = date.fromisoformat(one["ends"])
    start = date.fromisoformat(one["begins"])
    return PlanStep(
        title=Text(one["title"]["zh"], one["title"]["en"]),
        start=start,
        end=last - timedelta(1) if last > start else last,
        cost_cny=Entry(money(cost), source),
        brings=tuple(one["brings"]),
        source=source,
        cost=cost,
    )


def _no_way(plan: Mapping[str, Any]) -> Text:
    if conditions := plan.get("impossible"):
        named = ", ".join(conditions)
        return Text(f"行动目录中没有办法满足：{named}", f"no action of the catalogue brings about: {named}")
    problem = str(plan.get("problem", ""))
    return Text(f"未能规划：{problem}", f"there is no plan: {problem}")


def _way_cost(plan: Mapping[str, Any]) -> Entry:
    if "steps" not in plan:
        return Entry(None, "linghang plan", _no_way(plan))
    return Entry(money(Decimal(plan["fen"]) / 100), f"linghang plan, {plan['catalogue']}")


def _way_finished(plan: Mapping[str, Any]) -> Entry:
    if "steps" not in plan:
        return Entry(None, "linghang plan", _no_way(plan))
    ends: Sequence[str] = [one["ends"] for one in plan["steps"]]
    if not ends:
        return Entry(Text("无需实施", "nothing has to be done"), "linghang plan")
    return Entry(day(date.fromisoformat(max(ends))), f"linghang plan, {plan['catalogue']}")


def _notes(plan: Mapping[str, Any]) -> Iterator[Text]:
    if "steps" not in plan:
        yield _no_way(plan)
        return
    yield Text(
        "费用和工期为行动目录的估计，可用 linghang actions export 导出后改为本厂数字，再以 linghang plan 重算。",
        "Costs and times are estimates of the catalogue; export them with “linghang actions export”, change them, and "
        "plan again with “linghang plan”.",
    )
    yield Text(
        "悲观口径：没有证据的条件按需要建设计；其中已具备的，登记证据即可，费用会更低。",
        "Pessimistic: what nothing proves is taken as to be built; where it is there already, "
        "evidence is enough and the "
        "way is cheaper.",
    )
