"""One case with its full trace, beside OpenFisca judging one enterprise."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench import gc500k
from bench import gc500k_openfisca as openfisca
from linghang.conditions.shelf import load_pack
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import FINDINGS, FLOORS
from linghang.judge.program import prepare
from linghang.judge.reference import judge

if TYPE_CHECKING:
    from bench.__main__ import Bench

REPEATS = 200


def run(bench: "Bench") -> None:
    """Judge one case REPEATS times a round; the row is about one case."""
    program = prepare(load_pack("national-2024"), date(2026, 6, 30))
    case = mixed_case(sorted(program.claimable))
    one = gc500k.generate(1)
    build = openfisca.prepare(one)

    def ours() -> None:
        for _ in range(REPEATS):
            judge(program, case)

    def peer() -> None:
        for _ in range(REPEATS // 20):
            openfisca.calculate(build())

    mine, theirs = bench.race(ours, peer)
    bench.row(
        "one case, national-2024, three floors, full trace; peer: OpenFisca, one enterprise of GC-500k, no reasons",
        [seconds / REPEATS for seconds in mine],
        [seconds / (REPEATS // 20) for seconds in theirs],
        0.5,
    )


def mixed_case(elements: list[str]) -> Case:
    """A case with all findings and proofs in turn, and a third of the elements unknown."""
    claims: dict[str, Claim] = {}
    for place, element in enumerate(elements):
        if place % 3:
            finding: Any = FINDINGS[place % len(FINDINGS)]
            claims[element] = Claim(finding, FLOORS[place % len(FLOORS)])
    return Case(claims, {"maturity_level": Fact(Decimal(3), "documented")})
