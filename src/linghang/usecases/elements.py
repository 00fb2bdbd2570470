"""Every element of a pack with the evidence that it rests on, as the JSON of an assessment has it."""

from collections.abc import Iterator, Mapping
from typing import Any

from linghang.conditions.checks import LINK_COVERED
from linghang.conditions.model import Element
from linghang.conditions.rules import names
from linghang.evidence.settle import Settled
from linghang.judge.case import Case
from linghang.judge.program import Program
from linghang.usecases.interpretation_journal import said

_MARK = "interpretation."
_AGES = {"records": "record_evidence_valid_days", "signatory": "statement_valid_days"}
"""Which interpretation says when evidence of a kind of source is stale."""


def elements_of(
    program: Program,
    case: Case,
    settled: Mapping[str, Settled],
    needs: Mapping[str, tuple[str, ...]],
    read: Mapping[str, Mapping[str, str]],
) -> Iterator[dict[str, Any]]:
    """Yield the elements in the pack's order: finding, proof, reason, needs, interpretations and observations.

    Parameters
    ----------
    needs, read
        Element or field -> what the records lack for an answer, and the thresholds that were looked at before.
    """
    for element in program.pack.elements:
        claim, found = case.findings.get(element.id), settled.get(element.id)
        yield {
            "id": element.id,
            "level": element.level,
            "clause": element.cited,
            "finding": claim.finding if claim else "unknown",
            "proof": found.proof if found else None,
            "reason": (found.reason if found else None) or ("needs" if element.id in needs else None),
            "needs": list(needs.get(element.id, ())),
            "interpretations": list(
                _interpretations(element, program, settled, read[element.id] if element.id in needs else {})
            ),
            "observations": [one.to_dict() | {"digest": one.digest} for one in found.observations] if found else [],
            "withdrawals": [one.to_dict() for one in found.withdrawals] if found else [],
        }


def fields_of(program: Program, settled: Mapping[str, Settled]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field that rules read, such as the maturity level: value, proof, reason and observations."""
    for name in program.fields:
        found = settled.get(name)
        yield (
            name,
            {
                "value": found.value if found else None,
                "proof": found.proof if found else None,
                "reason": found.reason if found else None,
                "observations": [one.to_dict() | {"digest": one.digest} for one in found.observations] if found else [],
                "withdrawals": [one.to_dict() for one in found.withdrawals] if found else [],
            },
        )


def _interpretations(
    element: Element, program: Program, settled: Mapping[str, Settled], looked_at: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield what decided that no text gives, in the pack's order: each with the value that was used, and its source.

    An observation says which it read. Those of the rule itself are put into it by the judge.
    """
    rule = element.rule_on(program.as_of)
    read = names(rule.node) if rule else frozenset()
    in_rule = (name.removeprefix(_MARK) for name in read if name.startswith(_MARK))
    used = {name: str(program.interpretation[name]) for name in in_rule}
    used |= looked_at
    if element.part == "coverage":
        used[LINK_COVERED] = program.link_covered
    for about in (element.id, *sorted(read)):
        if found := settled.get(about):
            used |= _of_evidence(found, program)
    for one in program.pack.interpretations:
        if one.id in used:
            yield {
                "name": one.id,
                "value": used[one.id],
                "pack_value": said(one.value),
                "unit": one.unit,
                "source": one.source,
            }


def _of_evidence(found: Settled, program: Program) -> dict[str, str]:
    """What the observations read; of stale ones also what makes them stale."""
    known = program.interpretation
    used = {name: str(value) for one in found.observations for name, value in one.detail.items() if name in known}
    if found.reason == "stale":
        kinds = {one.source.kind for one in found.observations}
        used |= {name: str(known[name]) for kind, name in _AGES.items() if kind in kinds and name in known}
    return used
