"""The keys of `linghang plan --json`, for the page of JSON documents."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from linghang.usecases.planning import Limits, Question, plan_way_up
from linghang.usecases.way_up_document import document

EXAMPLE = Path(__file__).resolve().parents[1] / "examples/wheel-works.yaml"
DAY = date(2026, 7, 1)
Keys = Callable[[Mapping[str, str], Mapping[str, Any]], str]

TOP = {
    "pack": "id of the pack",
    "pack_digest": "sha256 over the files of the pack's lineage",
    "as_of": "day of judgement",
    "set_interpretations": "those that a reviewer set in this workspace, as in `assess`",
    "target": "the level",
    "floor": "floor of proof at which it is to be confirmed",
    "assume": "the case that `binding`, `alternatives`, `ranking`, `ranges` and `front` are given for",
    "catalogue": "id of the catalogue of actions",
    "catalogue_digest": "sha256 of the catalogue with the figures of the workbook",
    "limits": "the limits, null where there is none",
    "confirmed": "the level that is confirmed now, at each of the three floors",
    "unmet": "open elements that are unmet: id, clause, finding at the floor, what is stated",
    "unknown": "open elements that are unknown, in the same way",
    "presumed": "open elements that no action brings about, which the plan takes to be met and has proved",
    "cases": "`optimistic` and `pessimistic`, each with `plan`, `conflict` and `impossible`",
    "evidence_first": "evidence by what it saves for its cost: `action`, `cost_cny`, `answers`, `saved_cny`",
    "binding": "limits that cost something: `limit`, `saved_cny` and `earlier_months` without it, the value that is "
    "`enough`",
    "alternatives": "the next best plans, in short",
    "ranking": "what a list by conditions met for the cost would take: `reached`, `cost_cny`, `extra_cny`, `actions`",
    "ranges": "quantiles of the draws: cost, months, indicators; shares within the budget and in time",
    "front": "with `--pareto`: the plans that nothing beats, and whether they are `complete`",
}
PLAN = {
    "cost_cny": "likely cost, once",
    "months": "from the first day to the last",
    "finished": "the day on which everything is finished",
    "possible_overrun_cny": "what it costs more if everything comes at its highest",
    "actions": "ids in the order of their starts",
    "proof": "the certificate",
    "verdict": "what the judge says of the target in the planned case: always `met`",
    "steps": "the actions with their days, costs, people, engine and source; what each `satisfies`, and `after` which "
    "others it starts",
    "phases": "half years: days, actions that start, money, and the level confirmed at each floor after it",
    "curve": "days on which money is committed, with all that is committed by then",
    "reached": "on which `day` which `level` is reached at which `floor`; a level of null where none is any longer",
}
PROOF = {
    "status": "optimal, or feasible where value and bound of a step do not meet",
    "steps": "what was minimised, first things first: `aim`, `value` and `bound` (hundredths of a CNY, half months), "
    "`status`",
    "deterministic_time": "effort of the solver in its own units, the same on every machine",
    "solver": "name and version",
    "model": "sha256 of the models that were solved",
}


def plan_json(keys: Keys) -> Iterator[str]:
    """Describe every key of the document of a plan."""
    question = Question("excellence", as_of=date(2026, 6, 30))
    found = document(plan_way_up(EXAMPLE, question, Limits(DAY), now=datetime(2026, 7, 1, tzinfo=UTC)))
    plan = found["cases"]["pessimistic"]["plan"]
    yield "## linghang plan --json\n"
    yield keys(TOP, found)
    yield "### A plan\n\n`cases.pessimistic.plan`; it is null where there is none, and `conflict` then holds a smallest"
    yield "set of `limits` or `conditions` and the value of a limit that would be `enough`.\n"
    yield keys(PLAN, plan)
    yield "### The certificate\n\n`cases.pessimistic.plan.proof`:\n"
    yield keys(PROOF, plan["proof"])
