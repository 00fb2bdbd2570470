"""GC-500k: ours beside OpenFisca with emulated unknowns, and beside numpy written by hand for these very rules."""

from typing import TYPE_CHECKING, Any

import numpy as np

from bench import gc500k, gc500k_pack
from bench import gc500k_openfisca as openfisca
from linghang.judge.columns import TableVerdict, judge_table
from linghang.judge.inputs import Population

if TYPE_CHECKING:
    from bench.__main__ import Bench


def run(bench: "Bench") -> None:
    """Check the answers of all contestants cell by cell, then time them."""
    data = gc500k.generate()
    rows = len(data["province"])
    program = gc500k_pack.program(data)
    table = gc500k_pack.table(data)
    expected, _ = gc500k.by_hand(data)
    _same(expected, _trits(judge_table(program, Population(table))))
    build = openfisca.prepare(data)
    _same(expected, openfisca.verdicts(build(), gc500k.LEVELS))
    if gc500k.counts(expected) != gc500k.CHECK:
        raise SystemExit("GC-500k: the counts are not the published ones")

    simulations: list[Any] = []

    def calculated() -> None:
        openfisca.calculate(simulations.pop())

    def total() -> None:
        openfisca.calculate(build())

    ours, masks, by_hand, whole = bench.race(
        lambda: judge_table(program, Population(table), masks=False),
        lambda: judge_table(program, Population(table)),
        lambda: gc500k.by_hand(data),
        total,
    )
    simulations += [build() for _ in range(bench.rounds + 1)]
    (calculation,) = bench.race(calculated)
    bench.row("GC-500k verdicts; peer: OpenFisca, inputs + calculation", ours, whole, 4.2, rows)
    bench.row("GC-500k verdicts; peer: OpenFisca, calculation alone", ours, calculation, 4.2, rows)
    bench.row("GC-500k verdicts; peer: numpy by hand, these rules only", ours, by_hand, 4.2, rows)
    bench.row("GC-500k verdicts + reasons; peer (no reasons): OpenFisca, inputs + calculation", masks, whole, 3.5, rows)
    _what_if(bench, data, table, program)


def _what_if(bench: "Bench", data: dict[str, Any], table: Any, program: Any) -> None:
    """The maturity of L1 and L2 raised to 3: new verdicts and who changed."""
    raised = gc500k_pack.program(data, (3, 3, 3, 4))
    population = Population(table)
    before = judge_table(program, population)
    expected, _ = gc500k.by_hand(data, openfisca.RAISED)
    _same(expected, _trits(judge_table(raised, Population(table))))
    fresh = iter([])  # a population remembers, so each round judges one that knows only the pack before the change

    def prepared() -> list[Population]:
        made = []
        for _ in range(bench.rounds + 1):
            one = Population(table)
            judge_table(program, one)
            made.append(one)
        return made

    fresh = iter(prepared())

    def ours() -> None:
        before.changed(judge_table(raised, next(fresh), masks=False))

    def peer() -> None:
        openfisca.run(data, reform=openfisca.RaisedMaturity)

    mine, theirs = bench.race(ours, peer)
    bench.row("one threshold changed, new verdicts and who changed, 500 k; peer: OpenFisca reform", mine, theirs, 20)


def _trits(verdict: TableVerdict) -> dict[str, Any]:
    return {
        level.upper(): gc500k_pack.as_trits(one.met, one.unmet, verdict.rows) for level, one in verdict.levels.items()
    }


def _same(expected: dict[str, Any], found: dict[str, Any]) -> None:
    for level, trits in expected.items():
        if not np.array_equal(trits, found[level]):
            raise SystemExit(f"GC-500k: the answers differ at {level}")
