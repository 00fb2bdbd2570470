"""The logic of findings from its definition: what holds however the unknown turns out holds, else it is unknown."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

import pytest
from judge_packs import at_floor, element, small_program

from linghang.evidence.proof import STRENGTH
from linghang.judge.findings import (
    FINDINGS,
    FLOORS,
    Finding,
    at_least,
    between,
    conjunction,
    disjunction,
    needed,
    negation,
    tally,
)

CASES = [row for operands in range(1, 5) for row in product(FINDINGS, repeat=operands)]


def applicable(row: Iterable[Finding]) -> list[Finding]:
    return [one for one in row if one != "not_applicable"]


def however_it_turns_out(row: Sequence[Finding], holds: Callable[[Sequence[bool]], bool]) -> Finding:
    """Try both answers for everything unknown."""
    answers = [(True, False) if one == "unknown" else (one == "met",) for one in row]
    outcomes = {holds(answer) for answer in product(*answers)}
    return "unknown" if len(outcomes) == 2 else "met" if outcomes == {True} else "unmet"


def test_and_holds_if_it_holds_however_the_unknown_turns_out() -> None:
    for row in CASES:
        right = however_it_turns_out(applicable(row), all) if applicable(row) else "not_applicable"
        assert conjunction(row) == right, row


def test_or_holds_if_it_holds_however_the_unknown_turns_out() -> None:
    for row in CASES:
        right = however_it_turns_out(applicable(row), any) if applicable(row) else "not_applicable"
        assert disjunction(row) == right, row


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_at_least_counts_however_the_unknown_turns_out(k: int) -> None:
    for row in CASES:
        assert at_least(k, row) == however_it_turns_out(applicable(row), lambda known: sum(known) >= k), row


def test_not_leaves_the_unknown_and_the_not_applicable() -> None:
    assert [negation(one) for one in FINDINGS] == ["unmet", "met", "unknown", "not_applicable"]


def test_joining_nothing_is_not_applicable() -> None:
    assert conjunction([]) == disjunction([]) == "not_applicable"


def test_a_tally_leaves_out_what_is_not_applicable() -> None:
    assert tally(["met", "unknown", "not_applicable", "met", "unmet"]) == (2, 1, 1)


def test_what_holds_at_best_only_is_unknown() -> None:
    assert [between(True, True), between(False, True), between(False, False)] == ["met", "unknown", "unmet"]


def test_stricter_floors_need_stronger_proof() -> None:
    for kind in ("fact", "attested", "measured", "maturity", "coverage", "count", "capability", "benchmark"):
        wanted = [needed(kind, floor) for floor in FLOORS]  # type: ignore[arg-type]
        assert wanted == sorted(wanted)
        assert wanted[:2] == [STRENGTH["declared"], STRENGTH["documented"]]


@pytest.mark.parametrize("operator", ["and", "or"])
def test_de_morgan_holds_in_rules(operator: str) -> None:
    other = {"and": "or", "or": "and"}[operator]
    program = small_program(
        element("left", f"not (a {operator} b)"),
        element("right", f"(not a) {other} (not b)"),
        element("a"),
        element("b"),
    )
    for a, b in product(FINDINGS, repeat=2):
        said = f"findings: {{a: {{finding: {a}, reason: none}}, b: {{finding: {b}, reason: none}}}}"
        found = {one.asked.id: one.finding for one in at_floor(program, said).elements}
        assert found["left"] == found["right"]
