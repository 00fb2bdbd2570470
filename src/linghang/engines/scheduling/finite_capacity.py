"""Finite-capacity scheduling of the open production orders: who runs what when, what is late and why.

Follows IEC 62264-3 (detailed production scheduling). Machines of a work centre are alternatives, set-ups depend on
the sequence, shifts and repairs close machines, crews limit where they are named, a frozen zone keeps what begins
soon. Dispatch rules give a start and the comparison; tabu search (job shops), local search and CP-SAT improve it; a
verifier that shares no code with them checks every schedule before anybody sees it.

What it cannot do: it plans pieces, not energy or material; a lot moves on when all of it is done; operators are
counted, not named; and beyond small plants it does not prove that nothing better exists.
"""

from collections.abc import Mapping
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
from linghang.engines.settings import HOURS, setting
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


OBJECTIVES: Mapping[str, Text] = {
    "tardiness": Text("延期", "Tardiness"),
    "makespan": Text("最大完工时间", "Makespan"),
    "setup": Text("换型时间", "Set-up time"),
    "moved": Text("偏离原计划", "Moves against the recorded plan"),
    "earliness": Text("提前完工", "Earliness"),
}


@dataclass(frozen=True)
class Settings:
    """Settings of the schedule."""

    effort: float = setting(
        6.0,
        Text("求解工作量", "Search effort"),
        Text(
            "搜索的工作量，1 个单位约合单核 1 秒。同样的工作量在任何机器上得到同样的排程；数百个任务的工厂超过 6 "
            "之后改进很小。",
            "Units of work of the search, about seconds of one core. The same effort gives the same schedule on every "
            "machine; after six, a plant of some hundred tasks gains little.",
        ),
    )
    objectives: tuple[str, ...] = setting(
        ("tardiness", "makespan", "setup"),
        Text("优化目标", "Objectives"),
        Text(
            "最要紧的在前。默认先减少延期（延期使客户受损），再缩短最大完工时间（留出余地），"
            "最后减少换型（换型耗费工时）。",
            "What counts, the weightiest first. Late orders cost customers, then an early end of everything leaves "
            "room, then set-ups cost work.",
        ),
        choices=OBJECTIVES,
    )
    weights: tuple[int, ...] = setting(
        (),
        Text("目标权重", "Weights of the objectives"),
        Text(
            "与优化目标一一对应的正整数；留空则均为 1。",
            "One whole number an objective, in their order; empty: all 1.",
        ),
    )
    lexicographic: bool = setting(
        True,
        Text("按次序优化", "Objectives one after another"),
        Text(
            "是：先使第一个目标最优，后面的目标只在其最优方案中优化；否：使各目标（以秒计）的加权和最小。",
            "Yes: the first objective decides, and the next only among its best. No: the weighted sum (seconds) "
            "counts.",
        ),
    )
    lot_hours: float = setting(
        4.0,
        Text("单批加工时长上限", "Longest lot"),
        Text(
            "一批在一台设备上的加工时间不超过此值。默认半个班次：相邻工序可以搭接，设备故障时损失也较小。",
            "No lot takes longer than this on one machine: half a shift, so that operations overlap and a machine "
            "that fails costs little.",
        ),
        HOURS,
    )
    frozen_hours: float = setting(
        8.0,
        Text("冻结期", "Frozen zone"),
        Text(
            "此时间内已排到设备上的工单保持原位。默认 8 小时：正在进行的班次不再打乱。",
            "Job orders planned on a machine within so many hours keep their place: the shift that runs is not turned "
            "round.",
        ),
        HOURS,
    )
    crew: tuple[str, ...] = setting(
        (),
        Text("班组人数", "Crews"),
        Text(
            "受人员数量限制的工作中心，写作“工作中心=人数”；记录中没有人数。",
            "Written as “work centre=people”, for those whose crew limits; the records do not say how many there are.",
        ),
    )
    promises: int = setting(
        2,
        Text("计算承诺交期的行数", "Promise dates"),
        Text(
            "为多少个尚无生产订单的销售订单行计算可承诺交期，要求交期早的在先。",
            "For how many sales lines without a production order, the earliest due first, a date is looked for.",
        ),
    )

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
