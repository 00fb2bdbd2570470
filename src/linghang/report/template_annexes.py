"""The annexes of a report as named, plain values: clauses, indicators, evidence, verdict, gap, review, remarks."""

from collections.abc import Sequence

from linghang.report import naming
from linghang.report.content import Changed, Entry, Ladder, PlanStep
from linghang.report.figures import day, unit
from linghang.report.labels import CHANGES, LABELS, MARKS
from linghang.report.template_speaker import NOTHING, Speaker, Values, clean, day_text, rounded
from linghang.words import Text


def annexes(speaker: Speaker) -> Values:
    """Return what templates name of the verdict, the plan to close the gap, the review and the annexes."""
    clauses = _clauses(speaker)
    return _ladder(speaker) | {
        "clauses": clauses,
        "gaps": _grouped([dict(one) for one in clauses if one["needed"] and one["finding_id"] in ("unmet", "unknown")]),
        "gap": _gap(speaker),
        "review": _review(speaker),
        "maturity": _maturity(speaker),
        "indicators": _indicators(speaker),
        "evidence": _evidence(speaker),
        "remarks": _remarks(speaker),
    }


def _ladder(speaker: Speaker) -> Values:
    one = speaker.dossier.ladder
    titles = {level: speaker.say(title) for level, title in one.levels}
    floors = [
        {
            "floor": speaker.name(naming.FLOORS, floor),
            "confirmed": titles.get(one.confirmed.get(floor) or "", NOTHING),
            "possible": titles.get(one.possible.get(floor) or "", NOTHING),
        }
        for floor in one.confirmed
    ]
    parts: list[Values] = []
    wanted = {floor: one.parts.get(floor, {}).get(speaker.dossier.level, {}) for floor in naming.FLOORS}
    for part in dict.fromkeys(part for found in wanted.values() for part in found):
        findings = [found.get(part) for found in wanted.values()]
        if any(findings):
            said = [speaker.name(naming.FINDINGS, finding) for finding in findings]
            parts.append({"part": speaker.name(naming.PARTS, part), "findings": said})
    floor_names = [speaker.name(naming.FLOORS, floor) for floor in naming.FLOORS]
    return {"ladder": floors, "ladder_floors": floor_names, "ladder_parts": parts}


def _clauses(speaker: Speaker) -> list[Values]:
    found = []
    # The conditions of all levels first, then level by level: each group of them stands together.
    levels = [title for _, title in speaker.dossier.ladder.levels]
    ordered = sorted(speaker.dossier.clauses, key=lambda one: levels.index(one.level) if one.level in levels else -1)
    for one in ordered:
        group = speaker.name(naming.PARTS, one.part) if one.link is None else speaker.say(one.link)
        found.append(
            {
                "id": clean(one.id),
                "clause": clean(one.clause),
                "level": speaker.say(one.level),
                "part": speaker.name(naming.PARTS, one.part),
                "group": f"{speaker.say(one.level)} · {group}",
                "text": speaker.say(one.text),
                "force": speaker.name(naming.FORCES, one.force),
                "kind": speaker.name(naming.KINDS, one.kind),
                "finding": speaker.name(naming.FINDINGS, one.finding),
                "finding_id": one.finding,
                "proof": speaker.name(naming.PROOFS, one.proof),
                "marks": [MARKS.get(one.counts.get(floor, ""), "") for floor in naming.FLOORS],
                "needed": one.needed,
                "reason": speaker.say(one.reason) if one.reason else "",
                "evidence": [speaker.say(each) for each in one.evidence],
                "documents": speaker.comma.join(map(clean, one.documents)),
                "wanted": [speaker.say(each) for each in one.wanted],
            }
        )
        found[-1]["clause_and_id"] = f"{found[-1]['clause']}{'*' if one.needed else ''}\n{found[-1]['id']}"
        found[-1]["beside"] = "\n".join(_beside(speaker, found[-1]))
    return _grouped(found)


def _beside(speaker: Speaker, clause: Values) -> list[str]:
    """Return what stands beside a condition: reason, evidence, documents, and what would be wanted."""
    lines = [clause["reason"], *clause["evidence"]]
    if clause["documents"]:
        lines.append(speaker.say(LABELS["n_documents"]) + clause["documents"])
    if clause["wanted"]:
        lines.append(speaker.say(LABELS["n_wanted"]) + speaker.join.join(clause["wanted"]))
    return [one for one in lines if one]


def _grouped(clauses: list[Values]) -> list[Values]:
    """Say of every row whether it opens a group: another level or link than the row before."""
    before = None
    for one in clauses:
        one["opens"] = one["group"] != before
        before = one["group"]
    return clauses


def _indicators(speaker: Speaker) -> list[Values]:
    found = []
    for one in speaker.dossier.indicators:
        title, measure = speaker.say(one.title), speaker.say(unit(one.unit))
        braces = "（{}）" if speaker.language == "zh" else " ({})"
        source, comparators = speaker.say(one.source), [speaker.say(each) for each in one.comparators]
        periods = [" → ".join(clean(each) for each in (one.before_period, one.after_period) if each)]
        found.append(
            {
                "number": str(one.number),
                "id": one.id,
                "title": title,
                "formula": speaker.say(one.formula),
                "unit": measure,
                "title_and_unit": title if measure in (NOTHING, "1") else title + braces.format(measure),
                "value": _figure(speaker, one.value, one.wanted, one.title),
                "before": rounded(one.before),
                "after": rounded(one.after),
                "change": rounded(one.change),
                "measured_unit": speaker.say(one.measured_unit),
                "periods": periods[0] or NOTHING,
                "source": source,
                "confidence": speaker.name(naming.CONFIDENCE, one.confidence),
                "comparators": comparators,
                "source_and_comparators": "\n".join(
                    each for each in (source, *periods, speaker.join.join(comparators)) if each
                ),
            }
        )
    return found


def _figure(speaker: Speaker, value: str | None, wanted: Sequence[Text], title: Text) -> str:
    if value is not None or not wanted:
        return rounded(value)
    return speaker.entry(
        Entry(None, wanted=Text(*(speaker.texts(wanted),) * 2)), speaker.place("indicators", speaker.say(title))
    )


def _evidence(speaker: Speaker) -> list[Values]:
    return [
        {
            "id": one.id,
            "title": speaker.say(one.title),
            "kind": speaker.say(one.kind),
            "issuer": speaker.say(one.issuer),
            "issued_on": day_text(one.issued_on),
            "supports": speaker.say(one.supports),
            "valid_until": day_text(one.valid_until),
            "proves": speaker.refer(one.proves),
            "confidentiality": speaker.name(naming.CONFIDENTIALITY, one.confidentiality),
            "sha256": one.sha256[:16],
            "state": speaker.name(naming.STATES, one.state),
            "state_id": one.state,
        }
        for one in speaker.dossier.evidence
    ]


def _remarks(speaker: Speaker) -> list[Values]:
    return [
        {
            "number": str(place),
            "code": one.check.code,
            "severity": speaker.name(naming.SEVERITIES, one.check.severity),
            "title": speaker.say(one.check.title),
            "message": speaker.say(one.message),
            "where": speaker.comma.join(clean(spot.where) for spot in (one.spot, *one.others) if spot.where) or NOTHING,
            "mend": speaker.say(one.mend or one.check.mend),
        }
        for place, one in enumerate(speaker.dossier.remarks, 1)
    ]


def plan_steps(speaker: Speaker, steps: Sequence[PlanStep]) -> list[Values]:
    """Say the steps of a plan."""
    return [
        {
            "number": str(place),
            "title": speaker.say(one.title),
            "start": day_text(one.start),
            "end": day_text(one.end),
            "cost": speaker.entry(one.cost_cny, speaker.place("plan", speaker.say(one.title))),
            "brings": speaker.refer(one.brings),
            "source": speaker.say(one.source),
        }
        for place, one in enumerate(steps, 1)
    ]


def _gap(speaker: Speaker) -> Values:
    """Say what stands between the factory and the level; empty lists where the report is of another kind."""
    gap = speaker.dossier.gap
    if gap is None:
        return {
            "there": False,
            "floor": "",
            "blocking": [],
            "way": [],
            "way_cost": "",
            "way_finished": "",
            "way_notes": [],
        }
    return {
        "there": True,
        "floor": speaker.name(naming.FLOORS, gap.floor),
        "blocking": [
            {
                "id": clean(one.id),
                "clause": clean(one.clause),
                "text": speaker.say(one.text),
                "link": speaker.say(one.link),
                "finding": speaker.name(naming.FINDINGS, one.finding),
                "proof": speaker.name(naming.PROOFS, one.proof),
                "reason": speaker.say(one.reason),
                "wanted": [speaker.say(each) for each in one.wanted],
                "to_close": speaker.texts(one.wanted),
                "clause_and_id": f"{clean(one.clause)}\n{clean(one.id)}",
            }
            for one in gap.blocking
        ],
        "way": plan_steps(speaker, gap.way),
        "way_cost": speaker.entry(gap.way_cost, speaker.place("way")),
        "way_finished": speaker.entry(gap.way_finished, speaker.place("way")),
        "way_notes": [speaker.say(one) for one in gap.way_notes],
    }


def _review(speaker: Speaker) -> Values:
    """Say what became of the factory since the earlier day; empty lists where the report is of another kind."""
    review = speaker.dossier.review
    if review is None:
        return {"there": False, "since": "", "levels": [], "changes": [], "expired": []}
    ladder: Ladder = speaker.dossier.ladder
    titles = {level: speaker.say(title) for level, title in ladder.levels}
    levels = [
        {
            "floor": speaker.name(naming.FLOORS, floor),
            "before": titles.get(review.confirmed_before.get(floor) or "", NOTHING),
            "after": titles.get(ladder.confirmed.get(floor) or "", NOTHING),
        }
        for floor in ladder.confirmed
    ]
    groups = (("better", review.better), ("worse", review.worse), ("other", review.other))
    return {
        "there": True,
        "since": speaker.say(day(review.since)),
        "levels": levels,
        "changes": [_changed(speaker, which, one) for which, changes in groups for one in changes],
        "expired": [speaker.say(one) for one in review.expired],
    }


def _changed(speaker: Speaker, which: str, one: Changed) -> Values:
    def both(finding: str, proof: str | None) -> str:
        said = speaker.name(naming.FINDINGS, finding)
        if not proof:
            return said
        strength = speaker.name(naming.PROOFS, proof)
        return f"{said}（{strength}）" if speaker.language == "zh" else f"{said} ({strength})"

    return {
        "which": speaker.say(CHANGES[which]),
        "id": clean(one.id),
        "clause": clean(one.clause),
        "text": speaker.say(one.text),
        "before": both(one.before, one.before_proof),
        "after": both(one.after, one.after_proof),
    }


def _maturity(speaker: Speaker) -> Values:
    """Say the maturity of smart manufacturing, as far as it is known."""
    maturity = speaker.dossier.maturity
    if maturity is None:
        return {"there": False, "level": "", "score": "", "sub_domains": []}
    return {
        "there": True,
        "level": speaker.entry(maturity.level, speaker.place("maturity")),
        "score": speaker.entry(maturity.score, speaker.place("maturity")),
        "sub_domains": [
            {"code": code, "title": speaker.say(title), "score": rounded(None if score is None else str(score))}
            for code, title, score in maturity.sub_domains
        ],
    }
