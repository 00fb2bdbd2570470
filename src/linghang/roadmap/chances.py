"""What a plan may really cost, take and bring: many draws from the ranges of its actions.

Each cost, time and effect is drawn from a PERT distribution (Malcolm and others, 1959: a beta distribution with the
weight 4 on the likely value), all independent of each other; the order of the plan is kept, so a delay moves what
waits for it. The draws depend on the seed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from linghang.conditions.model import Indicator
from linghang.roadmap.actions import SLOTS_A_MONTH, Range
from linghang.roadmap.calendar import day_of, slots_until
from linghang.roadmap.limits import Limits
from linghang.roadmap.scheduling import Scheduled
from linghang.roadmap.solving import Solution

if TYPE_CHECKING:
    import numpy as np

DRAWS = 4_000
QUANTILES = (10, 50, 90)
_PERT = 4.0
_PER_CENT = 100.0


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The values that a tenth, a half and nine tenths of the draws do not pass."""

    p10: Decimal
    p50: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class Expected:
    """One indicator after the plan.

    Attributes
    ----------
    before
        The present value; None where it is not known, and then `after` is the change.
    unit
        Of `after`: the indicator's, or per cent of the present value.
    """

    id: str
    number: int
    before: Decimal | None
    after: Quantiles
    unit: str


@dataclass(frozen=True, slots=True)
class Chances:
    """Ranges of a plan.

    Attributes
    ----------
    cost_cny, months
        Of the whole plan.
    within_budget, in_time
        Share of the draws that keep to the budget and to the last day; None without such a limit.
    """

    seed: int
    draws: int
    cost_cny: Quantiles
    months: Quantiles
    within_budget: Decimal | None
    in_time: Decimal | None
    indicators: tuple[Expected, ...]


def chances(
    found: Solution,
    limits: Limits,
    indicators: tuple[Indicator, ...],
    values: Mapping[str, Decimal],
    seed: int = 7,
    draws: int = DRAWS,
) -> Chances:
    """Draw a plan many times.

    Parameters
    ----------
    indicators
        Those of the pack; effects on others are left out.
    values
        Present value of the indicators that are known.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    steps = found.schedule.steps
    costs = sum((_drawn(rng, step.action.cost, draws) for step in steps), np.zeros(draws))
    times = {step.action.id: _drawn(rng, step.action.months, draws) for step in steps}
    ends = _ends(found.schedule, times, limits)
    last = np.max(np.stack(list(ends.values())), axis=0) if ends else np.zeros(draws)
    expected = []
    for indicator in indicators:
        one = _expected(rng, found, indicator, values.get(indicator.id), draws)
        if one is not None:
            expected.append(one)
    within = None if limits.budget is None else _share(costs <= float(limits.budget))
    in_time = None
    if limits.by is not None:
        in_time = _share(last <= slots_until(limits.start, limits.by) / SLOTS_A_MONTH)
    return Chances(seed, draws, _quantiles(costs, -3), _quantiles(last, 1), within, in_time, tuple(expected))


def _drawn(rng: "np.random.Generator", given: Range, draws: int) -> Any:
    """Draw from the PERT distribution of a range."""
    import numpy as np

    low, likely, high = (float(one) for one in (given.low, given.likely, given.high))
    if low == high:
        return np.full(draws, low)
    width = high - low
    return low + width * rng.beta(1 + _PERT * (likely - low) / width, 1 + _PERT * (high - likely) / width, draws)


def _ends(schedule: Scheduled, times: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """When each action ends, in months, if everything keeps its order and its place in the queue."""
    import numpy as np

    ends: dict[str, Any] = {}
    planned = {step.action.id: step.end for step in schedule.steps}
    queues: list[tuple[int, str]] = []
    for step in schedule.steps:
        name = step.action.id
        before = list(schedule.preceding.get(name, ()))
        if limits.parallel is not None and step.action.kind == "build":
            free = [place for place, (end, _) in enumerate(queues) if end <= step.start]
            if free:
                place = max(free, key=lambda place: queues[place][0])
                before.append(queues[place][1])
                queues[place] = (step.end, name)
            else:
                queues.append((step.end, name))
        ready = max((planned[one] for one in before), default=0)
        # what waits for a new year's money waits for it in every draw
        start = np.full_like(times[name], step.start / SLOTS_A_MONTH if step.start > ready else 0.0)
        for one in before:
            start = np.maximum(start, ends[one])
        ends[name] = start + times[name]
    return ends


def _expected(
    rng: "np.random.Generator", found: Solution, indicator: Indicator, before: Decimal | None, draws: int
) -> Expected | None:
    import numpy as np

    effects = [one for action in found.actions for one in action.effects if one.indicator == indicator.number]
    if not effects:
        return None
    factor, plus = np.ones(draws), np.zeros(draws)
    for effect in effects:
        drawn = _drawn(rng, effect.change, draws)
        if effect.relative:
            factor *= 1 + drawn / _PER_CENT
        else:
            plus += drawn
    relative = any(one.relative for one in effects)
    if indicator.type == "change":
        # such an indicator says by how much a value improved: the plan's own share of it
        better = 1 if indicator.better == "higher" else -1
        return Expected(indicator.id, indicator.number, None, _quantiles(better * (factor - 1) * _PER_CENT, 1), "%")
    if before is None:
        change = (factor - 1) * _PER_CENT if relative else plus
        return Expected(
            indicator.id, indicator.number, None, _quantiles(change, 1), "%" if relative else indicator.unit
        )
    after = float(before) * factor + plus
    if indicator.unit == "%":
        after = np.clip(after, 0, _PER_CENT)
    return Expected(indicator.id, indicator.number, before, _quantiles(after, 1), indicator.unit)


def _quantiles(draws: Any, digits: int) -> Quantiles:
    import numpy as np

    step = Decimal(1).scaleb(-digits)
    found = np.percentile(draws, QUANTILES)
    return Quantiles(*(Decimal(repr(round(float(one), digits))).quantize(step) if digits > 0
                       else Decimal(round(float(one), digits)).quantize(Decimal(1)) for one in found))  # fmt: skip


def _share(kept: Any) -> Decimal:
    return Decimal(f"{float(kept.mean()):.3f}")


def finish(found: Solution, limits: Limits) -> str:
    """Return the day on which a plan is finished."""
    return day_of(limits.start, found.slots).isoformat()
