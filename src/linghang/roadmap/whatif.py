"""What if: the same case with some of its entries changed, and the way back.

A change replaces what is known of one element or field. What it replaced is a change again, so every what-if can be
undone, and undoing it gives the case that there was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from linghang.conditions.document import plain
from linghang.errors import BadInput, Place, nearest
from linghang.evidence.proof import STRENGTH, Proof
from linghang.judge.case import Case, Claim, Fact, read_case
from linghang.judge.findings import FINDINGS
from linghang.judge.program import Program
from linghang.words import Listed, tr

Section = Literal["findings", "facts"]

STRONGEST: Proof = "measured"
"""How well a change is proved where it does not say: so that it counts at all three floors."""

_NOTHING = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a case, as it would be.

    Attributes
    ----------
    section
        Whether an element's finding or a field's value changes.
    entry
        What would be known; None if nothing would be.
    """

    section: Section
    name: str
    entry: Claim | Fact | None

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON has it: value (None for unknown) and proof."""
        entry = self.entry
        if entry is None:
            return {"name": self.name, "value": None, "proof": None}
        value = entry.finding if isinstance(entry, Claim) else entry.value
        shown = value.isoformat() if isinstance(value, date) else value if isinstance(value, bool) else str(value)
        return {"name": self.name, "value": shown, "proof": entry.proof}


def apply(case: Case, changes: Iterable[Change]) -> Case:
    """Return the case with the changes made, one after the other; the case itself stays as it is."""
    findings, facts = dict(case.findings), dict(case.facts)
    for one in changes:
        entries: dict[str, Any] = findings if one.section == "findings" else facts
        if one.entry is None:
            entries.pop(one.name, None)
        else:
            entries[one.name] = one.entry
    return replace(case, findings=findings, facts=facts)


def undoing(case: Case, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that lead back: applied to `apply(case, changes)` they give `case`."""
    return tuple(
        Change(one.section, one.name, (case.findings if one.section == "findings" else case.facts).get(one.name))
        for one in changes
    )


def fitting(case: Case, program: Program) -> tuple[Case, tuple[str, ...]]:
    """Return what of a case another pack can read, and the names of what it does not know."""
    findings = {name: claim for name, claim in case.findings.items() if name in program.claimable}
    facts = {name: fact for name, fact in case.facts.items() if name in program.fields}
    waivers = {name: why for name, why in case.waivers.items() if name in program.waivable}
    kept = findings.keys() | facts.keys() | waivers.keys()
    left_out = [name for name in (*case.findings, *case.facts, *case.waivers) if name not in kept]
    return Case(findings, facts, waivers), tuple(dict.fromkeys(left_out))


def read_changes(texts: Sequence[str], program: Program, proof: Proof = STRONGEST) -> tuple[Change, ...]:
    """Read changes as a person writes them.

    Parameters
    ----------
    texts
        `NAME=VALUE` or `NAME=VALUE@PROOF`. Of an element the value is met, unmet, unknown or not_applicable, of a
        field what the field holds, or unknown.
    program
        The pack that will judge.
    proof
        How well a change is proved that does not say so itself.

    Raises
    ------
    BadInput
        A name that the pack does not have (with the nearest that it has), a value that cannot be, a name twice.
    """
    changes = tuple(_read(text, program, proof) for text in texts)
    names = [one.name for one in changes]
    for name in names:
        if names.count(name) > 1:
            raise BadInput("“{name}” is set twice; set it once", Place("--set"), name=name)
    return changes


def _read(text: str, program: Program, proof: Proof) -> Change:
    place = Place(f"--set {text}")
    name, equals, said = text.partition("=")
    name, said = name.strip(), said.strip()
    if not (name and equals and said):
        raise BadInput("--set takes NAME=VALUE, not “{value}”", value=text)
    said, proof = _proof(said, proof, place)
    section: Section = "facts" if name in program.fields else "findings"
    if section == "findings" and name not in program.pack.by_id:
        known = sorted({*program.claimable, *program.fields})
        raise BadInput(
            "pack {pack} has no element or field {name}; {near}",
            place,
            pack=program.pack.id,
            name=name,
            near=nearest(name, known),
        )
    if section == "findings" and said not in FINDINGS:
        raise BadInput("“{value}” is not one of {choices}", place, name, value=said, choices=Listed(FINDINGS))
    if said == _NOTHING and (section == "facts" or name in program.claimable):
        return Change(section, name, None)
    case = read_case(_content(section, name, said, proof, program), str(place), program)
    return Change(section, name, case.findings[name] if section == "findings" else case.facts[name])


def _proof(said: str, proof: Proof, place: Place) -> tuple[str, Proof]:
    value, mark, named = said.rpartition("@")
    if not mark:
        return said, proof
    for known in STRENGTH:
        if named == known:
            return value.strip(), known
    raise BadInput("“{value}” is not one of {choices}", place, value=named, choices=Listed(STRENGTH))


def _content(section: Section, name: str, said: str, proof: Proof, program: Program) -> dict[str, Any]:
    """The change as a case file would have it, so that it is checked as a case file is."""
    if section == "findings":
        reason = {"reason": tr("assumed in a what-if")} if said == "not_applicable" else {}
        return {section: {name: {"finding": said, "proof": proof, **reason}}}
    value = _value(said, name, program)
    if name == "maturity_level":
        return {"maturity": {"level": value, "proof": proof}}
    if name.startswith("scenes_") and name not in {field.id for field in program.pack.fields}:
        return {"scenes": {"count": {name.removeprefix("scenes_"): value}, "proof": proof}}
    return {"facts": {name: {"value": value, "proof": proof}}}


def _value(said: str, name: str, program: Program) -> object:
    if program.fields[name].type == "code":
        return said
    try:
        value = plain(said)
    except ValueError:
        raise BadInput(
            "“{value}” is not a date of the calendar; write it as 2026-06-30", Place("--set"), name, value=said
        ) from None
    if value is None:
        raise BadInput(
            "“{value}” says nothing; to take it out write {name}=unknown", Place("--set"), value=said, name=name
        )
    return value
