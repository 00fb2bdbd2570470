"""Plans: a factory with 60 actions and 24 open elements, and the whole catalogue up to the pioneer level.

Solver time is what CP-SAT says it took; the wall time beside it includes building the model. The peer is a ranking
by conditions met for the cost: not what it takes in time but what it costs more.
"""

import argparse
import statistics
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from linghang.conditions.shelf import load_pack
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.program import prepare
from linghang.roadmap.actions import Action, Catalogue, Goal, Range
from linghang.roadmap.greedy import greedy
from linghang.roadmap.limits import Limits
from linghang.roadmap.reading import load_catalogue
from linghang.roadmap.situation import Situation
from linghang.roadmap.solving import Planner
from linghang.words import Text

DAY = date(2026, 7, 1)
ACTIONS, OPEN, BLOCK = 60, 24, 6
FACTORIES = 40
SAID = Text("", "")


def factory(seed: int) -> Situation:
    """A factory at the excellence level with 24 open elements, and 60 actions with prerequisites and exclusions."""
    rng = Random(seed)
    program = prepare(load_pack("national-2024"), DAY)
    plan = next(one for one in program.plans if one.level.id == "excellence")
    asked = [one.asked.id for one in plan.conditions if one.id != "maturity"]
    missing = rng.sample(asked, OPEN)
    findings = {name: Claim("unmet" if name in missing else "met", "measured") for name in asked}
    case = Case(findings, {"maturity_level": Fact(Decimal(3), "documented")})
    actions: list[Action] = []
    for place in range(ACTIONS):
        block = place % OPEN // BLOCK
        among = missing[block * BLOCK : (block + 1) * BLOCK]
        aims = {missing[place % OPEN], *rng.sample(among, rng.choice((0, 0, 1, 2)))}
        cost, months = Decimal(rng.randint(5, 200) * 10_000), Decimal(rng.randint(1, 24)) / 2
        earlier = [one.id for number, one in enumerate(actions) if number % OPEN // BLOCK < block]
        actions.append(
            Action(  # requirements lead to earlier blocks only, so nothing waits for itself
                f"a{place}",
                "build",
                SAID,
                SAID,
                tuple(Goal("element", name, "measured") for name in sorted(aims)),
                requires=tuple(rng.sample(earlier, min(len(earlier), rng.choice((0, 0, 1))))),
                cost=Range(cost, cost, cost * 2),
                months=Range(months, months, months),
            )
        )
    return Situation(program, case, Catalogue("bench", SAID, SAID, tuple(actions), (), ""), "excellence")


def nothing_known(target: str) -> Situation:
    """A factory of which nothing is known but what no project brings about."""
    program = prepare(load_pack("national-2024"), DAY)
    catalogue = load_catalogue()
    findings = {row.element: Claim("met", "documented") for row in catalogue.cannot if row.element in program.claimable}
    return Situation(program, Case(findings), catalogue, target)


def solve(situation: Situation, limits: Limits) -> tuple[float, float, str]:
    """Solve once; return solver seconds, wall seconds and what came out."""
    planner = Planner(situation)
    start = time.perf_counter()
    found = planner.solve(limits)
    wall = time.perf_counter() - start
    assert found is not None
    assert situation.reached(found.actions)
    figures = f"{found.fen / 1e8:.2f} M CNY, {found.slots / 2:g} months, {found.proof.status}"
    return planner.seconds, wall, f"{len(found.actions)} actions, {figures}"


def workspace(folder: Path) -> None:
    """The reference plant, as it was built into a workspace."""
    from linghang.usecases.planning import Question, plan_way_up

    start = time.perf_counter()
    found = plan_way_up(folder, Question("pioneer"), Limits(DAY), now=datetime(2026, 7, 1, tzinfo=UTC))
    print(f"reference plant to pioneer, both cases with every explanation: {time.perf_counter() - start:.2f} s in all")
    for name, one in found.outcomes.items():
        if one.solution is not None:
            proof = one.solution.proof
            print(f"  {name}: solver {proof.seconds * 1e3:.0f} ms, {proof.status}, {len(one.solution.actions)} actions")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.plan")
    parser.add_argument("--workspace", type=Path, help="a workspace of the reference plant")
    arguments = parser.parse_args()
    solve(factory(0), Limits(DAY))  # imports
    runs = [solve(factory(seed), Limits(DAY)) for seed in range(FACTORIES)]
    solver, wall = ([one[place] * 1e3 for one in runs] for place in (0, 1))
    print(f"{ACTIONS} actions, {OPEN} open elements, {FACTORIES} factories: solver median "
          f"{statistics.median(solver):.1f} ms [{min(solver):.1f}, {max(solver):.1f}], "
          f"with the model {statistics.median(wall):.1f} ms; bar 20 ms")  # fmt: skip
    extra = []
    for seed in range(FACTORIES):
        situation = factory(seed)
        found, ranked = Planner(situation).solve(Limits(DAY)), greedy(situation, Limits(DAY))
        if found is not None and ranked.reached:
            extra.append(ranked.fen / found.fen - 1)
    print(f"a ranking costs {statistics.mean(extra):.1%} more on average, {max(extra):.1%} at worst "
          f"({len(extra)} of {FACTORIES} reach the target)")  # fmt: skip
    for target in ("advanced", "excellence", "pioneer"):
        for limits in (Limits(DAY), Limits(DAY, parallel=3), Limits(DAY, per_year=Decimal(30_000_000))):
            seconds, whole, said = solve(nothing_known(target), limits)
            names = ", ".join(limits.names()) or "no limits"
            times = f"solver {seconds * 1e3:.0f} ms, with the model {whole * 1e3:.0f} ms"
            print(f"nothing known, to {target}, {names}: {times}: {said}")
    if arguments.workspace:
        workspace(arguments.workspace)


if __name__ == "__main__":
    sys.exit(main())
