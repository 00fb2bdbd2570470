"""Finite-capacity scheduling of the open production orders: who runs what when, what is late and why.

Follows IEC 62264-3 (detailed production scheduling). Machines of a work centre are alternatives, set-ups depend on
the sequence, shifts and repairs close machines, crews limit where they are named, a frozen zone keeps what begins
soon. Dispatch rules give a start and the comparison; tabu search (job shops), local search and CP-SAT improve it; a
verifier that shares no code with them checks every schedule before anybody sees it.

What it cannot do: it plans pieces, not energy or material; a lot moves on when all of it is done; operators are
counted, not named; and beyond small plants it does not prove that nothing better exists.
"""

from dataclasses import dataclass

from linghang.engines.contract import EngineCard, Inputs, Observed, Result, nothing_to_say
from linghang.engines.scheduling.explain import late_jobs
from linghang.engines.scheduling.model import MEASURES, Goal, Measure, Problem, Schedule
from linghang.engines.scheduling.plant_orders import Plant, plant_of
from linghang.engines.scheduling.plant_promise import promised
from linghang.engines.scheduling.plant_result import charts, found_text, tables
from linghang.engines.scheduling.solving import Limits, Solved, schedule
from linghang.engines.scheduling.solving_dispatch import RULES, dispatch
from linghang.engines.scheduling.verify import Verdict, verify
from linghang.errors import BadInput, nearest
from linghang.words import Text

ELEMENT = "advanced.management.assisted-scheduling"

CARD = EngineCard(
    id="scheduling.finite_capacity",
    version="1",
    title=Text("有限产能排产", "Finite-capacity scheduling"),
    does=Text(
        "把未完生产订单排到设备和时间上，校验排程，解释延期，给出可承诺交期",
        "Puts open production orders onto machines and times, verifies the schedule, explains delays, promises dates",
    ),
    elements=(ELEMENT,),
    scenes=(9,),
    needs=("production_order", "process_segment", "equipment"),
    uses=(
        "job_order",
        "job_response",
        "routing",
        "setup_matrix",
        "shift",
        "product",
        "sales_order_line",
        "maintenance_order",
    ),
    references=(
        "IEC 62264-3",
        "Nowicki and Smutnicki 1996",
        "Balas and Vazacopoulos 1998",
        "Zhang et al. 2007",
        "Peng, Lü and Cheng 2015",
        "OR-Tools CP-SAT 9.15",
    ),
    extra="planning",
    window_days=30,
)


@dataclass(frozen=True)
class Settings:
    """Settings of the schedule.

    Attributes
    ----------
    effort
        Units of work of the search, about seconds of one core. The same effort gives the same schedule on every
        machine; after six, a plant of some hundred tasks gains little.
    objectives
        What counts, of tardiness, makespan, setup, moved (against the recorded plan) and earliness. Late orders cost
        customers, then an early end of everything leaves room, then set-ups cost work.
    weights
        One whole number an objective; none: all 1.
    lexicographic
        Whether the first objective decides and the next only among its best; else the weighted sum (seconds) counts.
    lot_hours
        No lot takes longer than this on one machine: half a shift, so that operations overlap and a machine that
        fails costs little.
    frozen_hours
        Job orders planned on a machine within so many hours keep their place: the shift that runs is not turned round.
    crew
        `work centre=people`, for those whose crew limits; the records do not say how many there are.
    promises
        For how many sales lines without a production order, the earliest due first, a date is looked for.
    """

    effort: float = 6.0
    objectives: tuple[str, ...] = ("tardiness", "makespan", "setup")
    weights: tuple[int, ...] = ()
    lexicographic: bool = True
    lot_hours: float = 4.0
    frozen_hours: float = 8.0
    crew: tuple[str, ...] = ()
    promises: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.effort <= 100_000 or not 0.1 <= self.lot_hours <= 1000 or self.frozen_hours < 0:
            raise BadInput("effort and lots are above zero, and the frozen zone is not below it")
        for one in self.objectives:
            if one not in MEASURES:
                raise BadInput("there is no objective “{name}”; {near}", name=one, near=nearest(one, list(MEASURES)))
        if self.weights and len(self.weights) != len(self.objectives):
            raise BadInput("every objective has one weight, or none has")
        if self.promises < 0:
            raise BadInput("there cannot be fewer than no promises")
        self.goal()
        self.people()

    def goal(self) -> Goal:
        """Return what is minimised."""
        weights = self.weights or (1,) * len(self.objectives)
        terms: list[tuple[Measure, int]] = []
        for name, weight in zip(self.objectives, weights, strict=True):
            terms += [(known, weight) for known in MEASURES if known == name]
        return Goal(tuple(terms), self.lexicographic)

    def people(self) -> dict[str, int]:
        """Return work centre -> people there at once."""
        found = {}
        for one in self.crew:
            centre, _, count = one.partition("=")
            if not centre.strip() or not count.strip().isdigit() or int(count) < 1:
                raise BadInput("“{text}” names no crew; write it as work-center=people", text=one)
            found[centre.strip()] = int(count)
        return found


def run(inputs: Inputs, settings: Settings) -> Result:
    """Schedule the orders that are open at the end of the stretch."""
    if any(inputs.tables[name].num_rows == 0 for name in CARD.needs):
        return nothing_to_say([name for name in CARD.needs if inputs.tables[name].num_rows == 0])
    plant = plant_of(inputs, settings.lot_hours, settings.frozen_hours, settings.people())
    if not plant.orders and not plant.left_out:
        return Result(Text("没有未完生产订单，无需排产", "No production order is open: nothing to schedule"))
    if plant.problem is None:
        return nothing_to_say(plant.needs or CARD.needs)
    solved = schedule(
        plant.problem,
        settings.goal(),
        Limits(effort=settings.effort, seed=inputs.seed),
        told=lambda one: inputs.progress(min(0.9, (one.course[-1][0] if one.course else 0) / settings.effort * 0.9)),
    )
    verdict = verify(plant.problem, solved.schedule)
    late = late_jobs(plant.problem, solved.schedule)
    promises = promised(inputs, plant, solved.schedule, settings.promises, settings.lot_hours, settings.effort / 10)
    return Result(
        found_text(plant, solved, late),
        tables(plant, solved, late, promises, rules(plant.problem)),
        charts(plant, solved.schedule),
        observed(inputs, plant, solved, verdict),
        needs=plant.needs,
    )


def rules(problem: Problem) -> dict[str, tuple[Schedule, Verdict]]:
    """Return the schedule of every dispatch rule, verified."""
    made = {rule: dispatch(problem, rule) for rule in RULES}
    return {rule: (one, verify(problem, one)) for rule, one in made.items()}


def observed(inputs: Inputs, plant: Plant, solved: Solved, verdict: Verdict) -> tuple[Observed, ...]:
    """Return what the run proves: open orders that the verified schedule plans, of all that are open."""
    planned = len(plant.orders) if verdict.good else 0
    return (
        Observed(
            ELEMENT,
            Text(
                "窗口末未完生产订单中，已排入校验通过的有限产能排程的订单",
                "open production orders that a verified finite-capacity schedule plans",
            ),
            covered=planned,
            open=len(plant.left_out),
            of=len(plant.orders) + len(plant.left_out),
            start=inputs.start,
            end=inputs.end,
            detail={
                "left_out": dict(plant.left_out),
                "tasks": len(solved.schedule.placements),
                "violations": len(verdict.violations),
            },
        ),
    )
