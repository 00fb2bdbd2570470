"""The trade-off of cost, time and risk: every plan than which no other is better in one and worse in none."""

from dataclasses import dataclass, replace

from linghang.roadmap.limits import Limits
from linghang.roadmap.modelling import Also
from linghang.roadmap.solving import Planner, Solution

MAX_POINTS = 60


@dataclass(frozen=True, slots=True)
class Front:
    """The plans of the trade-off, the cheapest first.

    Attributes
    ----------
    complete
        Whether these are all: not where there are more than `MAX_POINTS`, or a proof ran out of effort.
    """

    plans: tuple[Solution, ...]
    complete: bool


def front(planner: Planner, limits: Limits, most: int = MAX_POINTS) -> Front:
    """Return the Pareto front of cost, end and possible overrun (epsilon-constraint method, Haimes and others, 1971).

    For every end in turn, from the latest, the cheapest plan is found, then the cheapest of less risk, and so on;
    each answer is the least in the three figures one after the other, so none of them is beaten by a later one.
    """
    limits = replace(limits, weights=None)
    found: list[Solution] = []
    end: int | None = None
    while len(found) < most:
        row: list[Solution] = []
        risk: int | None = None
        while len(found) + len(row) < most:
            one = planner.solve(limits, Also(slots=end, risk_fen=risk), by="risk")
            if one is None:
                break
            row.append(one)
            risk = one.risk_fen - 1
        if not row:
            break
        found += row
        end = max(one.slots for one in row) - 1
        if end < 0:
            break
    kept = [one for one in found if not any(_beats(other, one) for other in found)]
    unique = {(one.fen, one.slots, one.risk_fen): one for one in kept}
    ordered = tuple(unique[key] for key in sorted(unique))
    return Front(ordered, len(found) < most and all(one.proof.status == "optimal" for one in ordered))


def _beats(one: Solution, other: Solution) -> bool:
    a, b = (one.fen, one.slots, one.risk_fen), (other.fen, other.slots, other.risk_fen)
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))
