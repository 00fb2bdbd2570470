"""The four findings, the three floors of proof, and Kleene's strong logic over them."""

from collections.abc import Iterable
from typing import Literal

from linghang.conditions.model import Kind
from linghang.evidence.proof import STRENGTH

Finding = Literal["met", "unmet", "unknown", "not_applicable"]
Floor = Literal["declared", "documented", "measured"]

FINDINGS: tuple[Finding, ...] = ("met", "unmet", "unknown", "not_applicable")
FLOORS: tuple[Floor, ...] = ("declared", "documented", "measured")

_MUST_BE_MEASURED: frozenset[Kind] = frozenset({"capability", "measured", "benchmark"})


def needed(kind: Kind, floor: Floor) -> int:
    """Return the strength of proof that an element of `kind` needs at `floor`."""
    if floor == "measured" and kind not in _MUST_BE_MEASURED:
        return STRENGTH["documented"]
    return STRENGTH[floor]


def negation(finding: Finding) -> Finding:
    """`not`: what is unknown or not applicable stays so."""
    return {"met": "unmet", "unmet": "met"}.get(finding, finding)  # type: ignore[return-value]


def conjunction(findings: Iterable[Finding]) -> Finding:
    """`and` over the applicable: unmet if one is, else unknown if one is, else met; not applicable if none is."""
    result: Finding = "not_applicable"
    for finding in findings:
        if finding == "unmet":
            return "unmet"
        if finding == "unknown" or (finding == "met" and result == "not_applicable"):
            result = finding
    return result


def disjunction(findings: Iterable[Finding]) -> Finding:
    """`or` over the applicable: met if one is, else unknown if one is, else unmet; not applicable if none is."""
    result: Finding = "not_applicable"
    for finding in findings:
        if finding == "met":
            return "met"
        if finding == "unknown" or (finding == "unmet" and result == "not_applicable"):
            result = finding
    return result


def at_least(k: int, findings: Iterable[Finding]) -> Finding:
    """Met if k are met, unmet if k cannot be reached even if every unknown turns out met, else unknown.

    What is not applicable is not counted, so k of fewer than k applicable ones is unmet.
    """
    met, _, unknown = tally(findings)
    return between(met >= k, met + unknown >= k)


def between(surely: bool, possibly: bool) -> Finding:
    """Return the finding of what holds at the worst (`surely`) and at the best (`possibly`)."""
    return "met" if surely else "unknown" if possibly else "unmet"


def tally(findings: Iterable[Finding]) -> tuple[int, int, int]:
    """Count the met, the unmet and the unknown; what is not applicable is left out."""
    met = unmet = unknown = 0
    for finding in findings:
        if finding == "met":
            met += 1
        elif finding == "unmet":
            unmet += 1
        elif finding == "unknown":
            unknown += 1
    return met, unmet, unknown
