"""C7xx: claims and their proof. Nothing is claimed beyond what evidence carries."""

import re
from collections.abc import Iterator

from linghang.conditions.model import Element
from linghang.evidence.observation import Value
from linghang.evidence.settle import fresh
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, flaw, row
from linghang.report.consistency.facts import Facts
from linghang.report.consistency.papers import spot_of
from linghang.store.documents_card import Document, state_of
from linghang.words import Text

MOST_PROVED = {"invoice": 3, "photo": 3, "screenshot": 3, "contract": 5}
"""Kinds that show one thing, and how many elements and scenes one of them may prove before it is asked about; ours."""
_ASKED = re.compile(r"maturity_level >= (\d+)")
_STATED = re.compile(r"maturity_level=(\d+)")
_CHECKED_TABLES = ("software", "system_link", "equipment", "scene_built", "decision_model", "replication", "outlet")


def _title(facts: Facts) -> Text:
    return next(
        (one.title for one in facts.pack.levels if one.id == facts.level), Text(str(facts.level), str(facts.level))
    )


def _levels(facts: Facts) -> tuple[Text, dict[str, dict[str, object]]]:
    floors = facts.assessed["floors"]
    if facts.level not in facts.pack.level_ids:
        raise CannotTell(
            Text(f"标准包中的等级（没有 {facts.level}）", f"a level of the pack (it has no {facts.level})")
        )
    return _title(facts), {name: floors[name]["levels"][facts.level] for name in floors}


def _above_the_word(facts: Facts) -> Iterator[Flaw]:
    title, floors = _levels(facts)
    found = floors["declared"]
    if found["finding"] == "unmet":
        failing = few(list(found["failing"]))  # type: ignore[call-overload]
        yield flaw(
            at("judgement", f"floors.declared.levels.{facts.level}", "unmet"),
            f"拟申报{title.zh}，按企业自己的记录和声明已不满足：{failing.zh}",
            f"the {title.en} level is applied for, but the plant's own records and statements fail it: {failing.en}",
        )


def _above_the_proof(facts: Facts) -> Iterator[Flaw]:
    title, floors = _levels(facts)
    if floors["declared"]["finding"] == "unmet":
        return
    for floor, zh in (("documented", "有据"), ("measured", "实测")):
        one = floors[floor]
        if one["finding"] == "met":
            continue
        missing = few([*one["failing"], *one["missing"]])  # type: ignore[misc]
        yield flaw(
            at("judgement", f"floors.{floor}.levels.{facts.level}", one["finding"]),
            f"拟申报{title.zh}，按“{zh}”的证明力还不成立：{missing.zh}",
            f"the {title.en} level is applied for, but at the floor “{floor}” it does not hold yet: {missing.en}",
        )
        return


def _needed(facts: Facts) -> list[Element]:
    return [one for one in facts.pack.elements if one.level in (facts.level, "all") and one.force == "must"]


def _word_alone(facts: Facts) -> Iterator[Flaw]:
    _levels(facts)
    bare = [
        one.id
        for one in _needed(facts)
        if (found := facts.elements.get(one.id)) and found["finding"] == "met" and found["proof"] == "declared"
    ]
    proved = {name for one in facts.current if state_of(one, facts.as_of) == "current" for name in one.proves}
    alone = [one for one in bare if one not in proved]
    if alone:
        said = few(alone)
        yield flaw(
            at("judgement", alone[0], "declared"),
            f"该等级有 {len(alone)} 项条件只有自述、没有任何材料：{said.zh}",
            f"{len(alone)} conditions of the level rest on the plant's word alone, without any paper: {said.en}",
        )


def _asked_maturity(facts: Facts) -> int | None:
    for one in facts.pack.of("maturity", str(facts.level)):
        rule = one.rule_on(facts.as_of)
        if rule and (found := _ASKED.search(rule.source)):
            return int(found.group(1))
    return None


def _reports(facts: Facts) -> list[Document]:
    return [one for one in facts.current if one.kind == "maturity_report" or "field:maturity_level" in one.proves]


def _maturity(facts: Facts) -> Iterator[Flaw]:
    asked, reports = _asked_maturity(facts), _reports(facts)
    if asked is None:
        raise CannotTell(Text("规定成熟度等级的标准包", "a pack that asks a maturity level"))
    valid = [one for one in reports if state_of(one, facts.as_of) == "current"]
    if not valid:
        old = few([f"{one.id} ({one.valid_until})" for one in reports])
        zh, en = (
            (f"已有的都失效：{old.zh}", f"those there are expired: {old.en}")
            if reports
            else ("登记中没有", "none is registered")
        )
        yield flaw(
            at("evidence", reports[-1].id if reports else "evidence/maturity_report"),
            f"该等级要求成熟度 ≥ {asked} 级，没有有效的评估报告（{zh}）",
            f"the level asks maturity {asked} or more, and no valid report is there ({en})",
        )
    for one in valid:
        said = [int(found.group(1)) for text in one.states if (found := _STATED.fullmatch(text))]
        if said and max(said) < asked:
            yield flaw(
                spot_of(one, f"maturity_level={max(said)}"),
                f"{one.id}《{one.title}》结论为 {max(said)} 级，该等级要求 ≥ {asked} 级",
                f"{one.id} “{one.title}” states level {max(said)}, the level asks {asked} or more",
            )


def _report_of_this_year(facts: Facts) -> Iterator[Flaw]:
    valid = [one for one in _reports(facts) if state_of(one, facts.as_of) == "current" and one.issued_on]
    if not valid:
        raise CannotTell(Text("有效且写明出具日期的成熟度报告", "a valid maturity report with the day of its issue"))
    newest = max(valid, key=lambda one: str(one.issued_on))
    if newest.issued_on and newest.issued_on.year != facts.as_of.year:
        yield flaw(
            spot_of(newest, newest.issued_on),
            f"最新的成熟度报告 {newest.id} 出具于 {newest.issued_on.year} 年，判定日在 {facts.as_of.year} 年",
            f"the newest maturity report {newest.id} is of {newest.issued_on.year}, the day of judgement in "
            f"{facts.as_of.year}",
        )


def _contradictions(facts: Facts) -> Iterator[Flaw]:
    said: dict[str, dict[Value, list[str]]] = {}
    for one in facts.observations:
        if fresh(one, facts.as_of) and one.subject == "plant":
            said.setdefault(one.about, {}).setdefault(one.value, []).append(f"{one.source.id[:24]} ({one.proof})")
    for about, values in said.items():
        if len(values) > 1:
            shown = "；".join(f"{value}: {', '.join(sources)}" for value, sources in values.items())
            yield flaw(
                at("evidence", f"ledger {about}", shown),
                f"{about} 的证据相互矛盾：{shown}",
                f"evidence of {about} contradicts itself: {shown}",
            )


def _stale(facts: Facts) -> Iterator[Flaw]:
    old = [one for one in facts.elements.values() if one["reason"] == "stale"]
    if old:
        said = few([one["id"] for one in old])
        yield flaw(
            at("judgement", old[0]["id"], "stale"),
            f"{len(old)} 项条件的证据已过期，判定为未知：{said.zh}",
            f"evidence of {len(old)} conditions is stale, so that they are unknown: {said.en}",
        )


def _unsigned(facts: Facts) -> Iterator[Flaw]:
    signed = facts.statements.get("signed_on")
    days = int(facts.assessed.get("interpretation", {}).get("statement_valid_days", 365))
    if signed is None:
        yield flaw(
            at("statements", "statements.yaml signed_on"),
            "书面声明没有签署日期：何时为真无从查起",
            "the statements have no day of signature: nothing says when they are true",
        )
    elif signed > facts.as_of or (facts.as_of - signed).days >= days:
        late = signed > facts.as_of
        yield flaw(
            at("statements", "statements.yaml signed_on", signed),
            f"书面声明签于 {signed}，{'晚于判定日' if late else f'已超过 {days} 天'}，不计入判定",
            f"the statements were signed on {signed}, "
            f"{'after the day of judgement' if late else f'{days} days ago or more'}"
            ", and do not count",
        )


ROWS = (
    row(
        "C701",
        "error",
        ("拟申报等级不高于自述所及", "the level applied for is not above the plant's own word"),
        ("先补齐这些条件，或申报较低等级", "meet these conditions first, or apply for a lower level"),
        "level assessment",
        _above_the_word,
        "N24 二–五",
    ),
    row(
        "C702",
        "warning",
        ("拟申报等级有材料或实测支撑", "the level applied for is carried by papers or measurement"),
        (
            "为这些条件登记材料，或运行引擎实测（linghang evidence matrix）",
            "register papers for them, or run the engines",
        ),
        "level assessment",
        _above_the_proof,
        "N24 二–五",
    ),
    row(
        "C703",
        "warning",
        ("该等级的条件不只靠自述", "conditions of the level rest on more than a word"),
        (
            "为每项登记材料：linghang evidence add … --proves",
            "register a paper for each: linghang evidence add … --proves",
        ),
        "level assessment",
        _word_alone,
    ),
    row(
        "C707",
        "error",
        ("成熟度评估报告有效且达到该等级的要求", "a valid maturity report reaches what the level asks"),
        (
            "登记当年的评估报告：linghang evidence add … --kind maturity_report",
            "register this year's report as maturity_report",
        ),
        "level",
        _maturity,
        "N24 一.5",
    ),
    row(
        "C708",
        "warning",
        ("成熟度评估报告是当年的", "the maturity report is of this year"),
        ("在自评平台重新评估，登记当年的报告", "assess again, and register this year's report"),
        "documents",
        _report_of_this_year,
        "辽宁 2026 年申报通知；各地不同",
    ),
    row(
        "C709",
        "warning",
        ("各来源的证据不相互矛盾", "sources of evidence do not contradict each other"),
        ("查明哪一方对；错的撤回或改正", "find out who is right; withdraw or mend the other"),
        "observations",
        _contradictions,
    ),
    row(
        "C713",
        "warning",
        ("证据没有过期", "evidence is fresh"),
        ("导入近期记录、重新运行引擎或重新签署", "import recent records, run the engines or sign again"),
        "assessment",
        _stale,
    ),
    row(
        "C716",
        "warning",
        ("书面声明在判定日有效", "statements count on the day of judgement"),
        ("重新签署，写明日期", "sign again, with the day"),
        "statements",
        _unsigned,
        "platform: statement_valid_days",
    ),
)
