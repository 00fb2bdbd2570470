"""A judgement as OSCAL assessment results: one result a floor, one finding an element, evidence as observations.

OSCAL knows `satisfied` and `not-satisfied` only. Met is satisfied; everything else is not-satisfied, and the property
`finding` of our namespace says which of the four it is. Unknown and not applicable are never written as satisfied.
The strictest floor is the first result, because that is the one which a reader takes who looks at one only.

Source: NIST OSCAL 1.2.1, assessment results model. All times are those of the judgement and its evidence; no clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from linghang.conditions.model import Element
from linghang.conditions.rules import names
from linghang.evidence.observation import Observation, canonical, sha256_of
from linghang.evidence.proof import STRENGTH, Proof
from linghang.evidence.settle import Settled
from linghang.judge.case import Case
from linghang.judge.findings import Finding, Floor, needed
from linghang.judge.program import Program
from linghang.judge.verdict import ElementVerdict, FloorVerdict, Verdict
from linghang.report.oscal import (
    Json,
    about_pack,
    both,
    control_id,
    instant,
    line,
    metadata,
    moment,
    prop,
    statement_id,
    uuid_of,
    without_empty,
)

METHODS: Mapping[Proof, str] = {"measured": "TEST", "documented": "EXAMINE", "declared": "INTERVIEW"}
STATES: Mapping[Finding, tuple[str, str]] = {
    "met": ("satisfied", "pass"),
    "unmet": ("not-satisfied", "fail"),
    "unknown": ("not-satisfied", "other"),
    "not_applicable": ("not-satisfied", "other"),
}
"""Finding -> state and reason of the target's status."""

STRICTEST_FIRST: tuple[Floor, ...] = ("measured", "documented", "declared")
PLANT = "plant"


@dataclass(frozen=True)
class Assessed:
    """What is written as assessment results.

    Attributes
    ----------
    verdict
        The judgement at the three floors.
    case
        The claims and facts that were judged.
    subject_id, subject
        Who was assessed: an id that stays, and the name.
    zone
        Time zone of the day of judgement.
    evidence
        Element or field -> what the evidence says of it; empty where only claims are known.
    needs
        Element or field -> what the records lack for an answer.
    """

    verdict: Verdict
    case: Case
    subject_id: str
    subject: str
    zone: str = "UTC"
    evidence: Mapping[str, Settled] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def assessment_results(assessed: Assessed) -> Json:
    """Write a judgement as an OSCAL document.

    Returns
    -------
    The document, `{"assessment-results": …}`; its UUID follows from all that it says.
    """
    return {"assessment-results": _Writer(assessed).document()}


def finding_of(about: Json, finding: Finding, uuid: str, **more: Any) -> Json:
    """Return the part of a finding that one plant and a whole table have in common; see `control_of`."""
    state, reason = STATES[finding]
    target: Json = {
        "type": "statement-id",
        "target-id": about["target"],
        "status": {"state": state, "reason": reason},
    }
    if finding == "not_applicable":
        target["implementation-status"] = {"state": "not-applicable"}
    return {
        "uuid": uuid,
        "title": about["title"],
        "description": about["description"],
        "props": [prop("finding", finding), *about["props"], *more.pop("props", [])],
        "target": target,
        **more,
    }


def control_of(element: Element) -> Json:
    """Return what every finding of an element says: title, text, which element, level and target."""
    return {
        "title": line(f"{element.cited} {element.id}"),
        "description": f"{element.text.zh}\n\n{element.text.en}",
        "props": [prop("element", element.id), prop("level", element.level)],
        "target": statement_id(element),
    }


def reviewed(program: Program) -> Json:
    """Return the controls that a judgement looks at: every element of the pack."""
    return {
        "control-selections": [{"include-controls": [{"control-id": control_id(one)} for one in program.pack.elements]}]
    }


def plan_of(program: Program) -> Json:
    """Return the resource that stands for the assessment plan: OSCAL wants one, and here the pack is the plan."""
    uuid = uuid_of("plan", program.pack.id, program.pack.digest)
    return {
        "uuid": uuid,
        "title": both(program.pack.title),
        "description": "按条件包判定，无另行评估计划。\n\nJudged by the pack; there is no plan beside it.",
        "props": about_pack(program.pack),
    }


def settings_of(program: Program) -> list[Json]:
    """Return the day of judgement and the interpretations in force, as properties."""
    return [prop("as-of", program.as_of.isoformat())] + [
        prop("interpretation", str(value).lower() if isinstance(value, bool) else value, name)
        for name, value in program.interpretation.items()
    ]


class _Writer:
    """Writes one judgement; the UUIDs of its parts stand within the UUID of its content."""

    def __init__(self, assessed: Assessed) -> None:
        self.assessed = assessed
        self.program = assessed.verdict.program
        self.start = moment(self.program.as_of, assessed.zone)
        self.root = UUID(uuid_of("assessment-results", self._content()))
        self.party = uuid_of("party", assessed.subject_id)
        self.about = {one.key: _about(one, self.program) for one in self.program.pack.elements}
        self.controls = {one.key: control_of(one) for one in self.program.pack.elements}

    def _content(self) -> str:
        verdict = self.assessed.verdict
        observed = sorted({one.digest for found in self.assessed.evidence.values() for one in found.observations})
        findings = [
            [floor, one.asked.key, one.finding, one.reason, one.proof]
            for floor, found in verdict.floors.items()
            for one in found.elements
        ]
        needs = {name: list(what) for name, what in self.assessed.needs.items()}
        who = [self.assessed.subject_id, self.assessed.subject, self.assessed.zone]
        case = self.assessed.case
        facts = {name: [_text(one.value), one.proof] for name, one in case.facts.items()}
        return sha256_of([who, verdict.to_dict(), findings, facts, observed, needs])

    def uuid(self, *names: str) -> str:
        return uuid_of(*names, within=self.root)

    def document(self) -> Json:
        made = [one.made_at for found in self.assessed.evidence.values() for one in found.observations]
        plan = plan_of(self.program)
        title = f"{self.assessed.subject}: {both(self.program.pack.title)}"
        party = {"uuid": self.party, "type": "organization", "name": line(self.assessed.subject)}
        party["props"] = [prop("subject-id", self.assessed.subject_id)]  # type: ignore[assignment]
        return {
            "uuid": str(self.root),
            "metadata": metadata(
                title,
                instant(max(made)) if made else self.start,
                self.program.as_of.isoformat(),
                props=about_pack(self.program.pack) + settings_of(self.program),
                parties=[party],
            ),
            "import-ap": {"href": f"#{plan['uuid']}"},
            "results": [self.result(self.assessed.verdict.floors[floor]) for floor in STRICTEST_FIRST],
            "back-matter": {"resources": [plan, *self.documents()]},
        }

    def result(self, found: FloorVerdict) -> Json:
        observations: dict[str, Json] = {}
        findings = [self.finding(one, found, observations) for one in self.verdicts(found)]
        body = {
            "uuid": self.uuid("result", found.floor),
            "title": f"证明力下限 · floor of proof: {found.floor}",
            "description": f"只计证明力达到 {found.floor} 的认定；其余为未知。\n\n"
            f"Only findings that are proved as the floor {found.floor} asks count; all others are unknown.",
            "start": self.start,
            "props": list(level_props(found)),
            "local-definitions": self.components(observations.values(), found.floor),
            "reviewed-controls": reviewed(self.program),
            "observations": [_public(one) for one in observations.values()],
            "findings": findings,
        }
        return without_empty(body.items())

    def verdicts(self, found: FloorVerdict) -> Iterator[tuple[Element, Finding, ElementVerdict | None]]:
        """Yield every element of the pack with what counts; coverage has its finding from its level."""
        judged = {one.asked.key: one for one in found.elements}
        for element in self.program.pack.elements:
            if element.key in judged:
                yield element, judged[element.key].finding, judged[element.key]
            else:
                yield element, found.levels[element.level].parts["coverage"] or "unknown", None

    def finding(
        self,
        judged: tuple[Element, Finding, ElementVerdict | None],
        found: FloorVerdict,
        observations: dict[str, Json],
    ) -> Json:
        element, finding, verdict = judged
        related = []
        for one in self.observed(element, found.floor):
            observations.setdefault(one["uuid"], one)
            related.append({"observation-uuid": one["uuid"]})
        props = list(self._why(element, verdict))
        more: Json = {"props": props} | ({"related-observations": related} if related else {})
        return finding_of(self.controls[element.key], finding, self.uuid("finding", found.floor, element.key), **more)

    def _why(self, element: Element, verdict: ElementVerdict | None) -> Iterator[Json]:
        if verdict is None:
            return
        for name, value in (("stated", verdict.stated), ("proof", verdict.proof), ("reason", verdict.reason)):
            if value is not None:
                yield prop(name, value)
        for about in self.about[element.key]:
            settled = self.assessed.evidence.get(about)
            if settled is not None and settled.reason is not None:
                yield prop("evidence", settled.reason, about)
            for need in self.assessed.needs.get(about, ()):
                yield prop("needs", need, about)

    def observed(self, element: Element, floor: Floor) -> Iterator[Json]:
        """Yield the evidence of an element that counts at a floor; a bare claim where there is nothing better."""
        least = needed(element.kind, floor)
        for about in self.about[element.key]:
            settled = self.assessed.evidence.get(about)
            for one in settled.observations if settled else ():
                if STRENGTH[one.proof] >= least:
                    yield self.observation(one, floor)
            if settled is None and (stated := self._stated(about)) and STRENGTH[stated[1]] >= least:
                yield self.claim(about, floor, *stated)

    def _stated(self, about: str) -> tuple[str, Proof] | None:
        """Return what the case says of an element or a field, and how well it is proved."""
        if claim := self.assessed.case.findings.get(about):
            return claim.finding, claim.proof
        if fact := self.assessed.case.facts.get(about):
            return _text(fact.value), fact.proof
        return None

    def observation(self, one: Observation, floor: Floor) -> Json:
        source = one.source
        described = f"{one.about} = {f'{_text(one.value)} {one.unit}'.strip()} [{one.window_from}, {one.window_to})"
        evidence: Json = {"description": f"{source.kind}: {source.id}"}
        if source.kind == "document":
            evidence["href"] = f"#{_resource(source.id)}"
        evidence["props"] = [
            prop(name, value)
            for name, value in (
                ("source-kind", source.kind),
                ("source", source.id),
                ("source-version", source.version),
                ("settings-digest", source.settings_digest),
                ("input-digest", source.input_digest),
            )
            if value
        ]
        if one.detail:
            evidence["remarks"] = canonical(dict(one.detail)).decode()
        body = {
            "uuid": self.uuid("observation", floor, one.digest, instant(one.made_at)),
            "title": line(one.about),
            "description": described,
            "props": [
                prop("about", one.about),
                prop("value", _text(one.value)),
                *([prop("unit", one.unit)] if one.unit else []),
                prop("proof", one.proof),
                prop("window-from", one.window_from.isoformat()),
                prop("window-to", one.window_to.isoformat()),
                prop("digest", one.digest),
            ],
            "methods": [METHODS[one.proof]],
            "types": ["finding"],
            "subjects": [self.subject(one.subject, floor)],
            "relevant-evidence": [evidence],
            "collected": instant(one.made_at),
            "expires": moment(one.valid_until, self.assessed.zone) if one.valid_until else None,
            _SUBJECT: one.subject,
        }
        return without_empty(body.items())

    def claim(self, about: str, floor: Floor, stated: str, proof: Proof) -> Json:
        return {
            "uuid": self.uuid("claim", floor, about),
            "title": line(about),
            "description": f"{about} = {stated}",
            "props": [prop("about", about), prop("value", stated), prop("proof", proof)],
            "methods": [METHODS[proof]],
            "types": ["finding"],
            "subjects": [self.subject(PLANT, floor)],
            "collected": self.start,
        }

    def subject(self, name: str, floor: Floor) -> Json:
        if name == PLANT:
            return {"subject-uuid": self.party, "type": "party"}
        return {"subject-uuid": self.component(name, floor), "type": "component", "title": line(name)}

    def component(self, name: str, floor: Floor) -> str:
        return uuid_of("component", floor, self.assessed.subject_id, name)

    def components(self, observations: Iterable[Json], floor: Floor) -> Json:
        """Return the lines and machines that observations are about."""
        subjects = dict.fromkeys(one[_SUBJECT] for one in observations if one.get(_SUBJECT, PLANT) != PLANT)
        found = [
            {
                "uuid": self.component(one, floor),
                "type": "physical",
                "title": line(one),
                "description": line(one),
                "status": {"state": "operational"},
            }
            for one in subjects
        ]
        return {"components": found} if found else {}

    def documents(self) -> Iterator[Json]:
        """Yield a resource for every document that evidence rests on, named by its sha256."""
        every = (one for found in self.assessed.evidence.values() for one in found.observations)
        digests = dict.fromkeys(one.source.id for one in every if one.source.kind == "document")
        for digest in digests:
            yield {
                "uuid": _resource(digest),
                "title": f"sha256 {digest}",
                "rlinks": [
                    {
                        "href": f"documents/sha256/{digest[:2]}/{digest}",
                        "hashes": [{"algorithm": "SHA-256", "value": digest}],
                    }
                ],
            }


_SUBJECT = "linghang-subject"
"""Key under which an observation carries its subject until it is written."""


def level_props(found: FloorVerdict) -> Iterator[Json]:
    """Yield the floor, the confirmed and the possible level, and the finding of every level."""
    yield prop("floor", found.floor)
    for name, level in (("confirmed", found.confirmed), ("possible", found.possible)):
        yield prop(f"{name}-level", level or "none")
    for level, verdict in found.levels.items():
        yield prop("level-finding", verdict.finding, level)
        if verdict.waived:
            yield prop("coverage-waived", "true", level)


def _public(observation: Json) -> Json:
    return {name: value for name, value in observation.items() if name != _SUBJECT}


def _about(element: Element, program: Program) -> tuple[str, ...]:
    """Return what evidence of an element may be about: itself, and the fields that its rule reads."""
    rule = element.rule_on(program.as_of)
    read = sorted(names(rule.node) & program.fields.keys()) if rule else []
    return (element.id, *read)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _resource(digest: str) -> str:
    return uuid_of("document", digest)
