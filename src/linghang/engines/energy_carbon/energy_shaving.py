"""Peak shaving and load shifting as exact optima.

`shift_load`: a share of the load of each interval can be moved within its group (a day); the cost of energy by time of
use and of the highest demand is least. A linear programme, solved by HiGHS (scipy.optimize.linprog).

`place_batches`: loads that are on or off (a heat, a charge, a pump's hour) start at one of their possible times; a
mixed-integer programme over starts, solved by HiGHS (scipy.optimize.milp).

Every optimum comes with a bound that does not rest on the solver's word: for the linear programme the Lagrangian bound
of its multipliers, evaluated here over the box of the variables (weak duality: no plan is cheaper); where it equals the
cost, the plan is optimal. For batches it is the bound of the branch and bound.

Limits: what can be moved, and within what time, is the plant's to say; a plan knows no set-up, no crew and no quality.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.energy_carbon.energy_readings import Floats, Ints
from linghang.errors import BadInput


@dataclass(frozen=True, slots=True)
class Shifted:
    """A load that was moved.

    Attributes
    ----------
    power_kw
        (n,) the new load.
    cost
        Of energy and demand.
    bound
        No plan within the limits costs less than this.
    before
        What the load cost as it was.
    peak_kw
        Highest power of the new load.
    moved_kwh
        Energy that was moved.
    """

    power_kw: Floats
    cost: float
    bound: float
    before: float
    peak_kw: float
    moved_kwh: float

    @property
    def gap(self) -> float:
        """How far the cost is above the bound, relative."""
        return (self.cost - self.bound) / max(abs(self.cost), 1.0)


def shift_load(
    power_kw: Floats, price: Floats, *, hours: float, flexible: Floats, groups: Ints, demand_price: float,
    limit_kw: float = np.inf,
) -> Shifted:  # fmt: skip
    """Move flexible load to where it costs least.

    Parameters
    ----------
    power_kw
        (n,) mean power, finite, not negative.
    price
        (n,) CNY/kWh.
    hours
        Length of an interval.
    flexible
        (n,) share of the load of each interval that can be moved, 0 to 1.
    groups
        (n,) energy stays within its group.
    demand_price
        CNY per kW of the highest power over all intervals.
    limit_kw
        What the supply can carry; intervals that are above it already may stay there.

    Returns
    -------
    Shifted
        The least cost there is: `cost` equals `bound` up to rounding.

    Raises
    ------
    BadInput
        The limit cannot be kept by moving the flexible load.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    n = len(power_kw)
    before = _cost(power_kw, price, hours, demand_price)
    if not n:
        return Shifted(power_kw, 0.0, 0.0, 0.0, 0.0, 0.0)
    _, group = np.unique(groups, return_inverse=True)
    out_most = np.clip(flexible, 0, 1) * power_kw
    free = np.bincount(group, out_most)[group]
    room = np.minimum(free, np.maximum(limit_kw - power_kw, 0.0) + out_most)
    ceiling = float(np.max(power_kw + room))
    cost = np.concatenate([-price * hours, price * hours, [demand_price]])
    one = eye_array(n, format="csr")
    below_peak = hstack([-one, one, csr_array(-np.ones((n, 1)))], format="csr")
    limits, right = below_peak, -power_kw
    if np.isfinite(limit_kw):
        limits = vstack([below_peak, hstack([-one, one, csr_array((n, 1))])], format="csr")
        right = np.concatenate([right, np.maximum(limit_kw - power_kw, 0.0)])
    belongs = csr_array((np.ones(n), (group, np.arange(n))))
    balance = hstack([-belongs, belongs, csr_array((belongs.shape[0], 1))], format="csr")
    high = np.concatenate([out_most, room, [ceiling]])
    solved = linprog(
        cost, A_ub=limits, b_ub=right, A_eq=balance, b_eq=np.zeros(balance.shape[0]),
        bounds=np.column_stack([np.zeros(2 * n + 1), high]), method="highs",
    )  # fmt: skip
    if solved.x is None:
        raise BadInput("no plan moves the load within its limits")
    fixed = float((price * power_kw).sum()) * hours
    multipliers = np.minimum(solved.ineqlin.marginals, 0.0)
    reduced = cost - limits.T @ multipliers - balance.T @ solved.eqlin.marginals
    bound = fixed + float(multipliers @ right) + float(np.minimum(reduced * high, 0.0).sum())
    new = power_kw - solved.x[:n] + solved.x[n : 2 * n]
    moved = float(np.maximum(power_kw - new, 0).sum()) * hours
    return Shifted(new, _cost(new, price, hours, demand_price), bound, before, float(new.max()), moved)


def _cost(power_kw: Floats, price: Floats, hours: float, demand_price: float) -> float:
    return float((price * power_kw).sum()) * hours + demand_price * float(power_kw.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Batch:
    """A load that runs once, from one of its starts to its end without a break.

    Attributes
    ----------
    power_kw
        While it runs.
    intervals
        How many it takes.
    earliest, latest
        First and last interval in which it may start.
    """

    power_kw: float
    intervals: int
    earliest: int
    latest: int

    def __post_init__(self) -> None:
        if self.power_kw < 0 or self.intervals < 1 or not 0 <= self.earliest <= self.latest:
            raise BadInput("a batch has a power, a length and starts that are in order")


@dataclass(frozen=True, slots=True)
class Placed:
    """When batches start, what all costs, and what nothing can cost less than."""

    starts: tuple[int, ...]
    power_kw: Floats
    cost: float
    bound: float
    proven: bool


def place_batches(
    base_kw: Floats, price: Floats, batches: Sequence[Batch], *, hours: float, demand_price: float,
    time_limit_s: float = 30.0,
) -> Placed:  # fmt: skip
    """Start batches where they cost least beside a base load.

    Parameters
    ----------
    base_kw
        (n,) load that cannot be moved.
    price
        (n,) CNY/kWh.
    batches
        Each fits: latest + intervals <= n.
    hours
        Length of an interval.
    demand_price
        CNY per kW of the highest power.

    Raises
    ------
    BadInput
        A batch that does not fit into the intervals, or no plan within the time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    n = len(base_kw)
    if any(one.latest + one.intervals > n for one in batches):
        raise BadInput("a batch would end after the last interval")
    starts = [(number, at) for number, one in enumerate(batches) for at in range(one.earliest, one.latest + 1)]
    m = len(starts)
    use = np.zeros((n, m))
    for column, (number, at) in enumerate(starts):
        use[at : at + batches[number].intervals, column] = batches[number].power_kw
    cost = np.append(use.T @ price * hours, demand_price)
    once = np.zeros((len(batches), m + 1))
    for column, (number, _) in enumerate(starts):
        once[number, column] = 1
    rules = [LinearConstraint(csr_array(np.hstack([use, -np.ones((n, 1))])), -np.inf, -base_kw)]
    if batches:
        rules.append(LinearConstraint(csr_array(once), 1, 1))
    low, high = np.zeros(m + 1), np.append(np.ones(m), np.inf)
    solved = milp(
        cost, constraints=rules, bounds=Bounds(low, high), integrality=np.append(np.ones(m), 0),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )  # fmt: skip
    if solved.x is None:
        raise BadInput("no plan moves the load within its limits")
    taken = {starts[column][0]: starts[column][1] for column in np.flatnonzero(solved.x[:m] > 0.5)}
    chosen = tuple(taken[number] for number in range(len(batches)))
    power = base_kw + use @ np.round(solved.x[:m])
    fixed = float((price * base_kw).sum()) * hours
    bound = fixed + float(solved.mip_dual_bound if m else solved.fun)
    return Placed(chosen, power, _cost(power, price, hours, demand_price), bound, bool(solved.status == 0))


def lowest_peaks(power_kw: Floats, flexible: float, groups: Ints) -> Floats:
    """Return the lowest peak that each group can reach, in closed form: water that finds its level.

    A level L can be reached if what is above L may be moved (at most `flexible` of each interval) and fits below L:
    sum(max(p - L, 0)) <= sum(max(L - p, 0)), which is the mean, and L >= (1 - flexible) max(p). So it is the larger of
    the two.

    Parameters
    ----------
    power_kw
        (n,) finite.
    flexible
        Share of each interval that can be moved.
    groups
        (n,) number of the group.
    """
    return np.array(
        [max(float(own.mean()), (1 - flexible) * float(own.max())) for own in _split(power_kw, groups)], np.float64
    )


def _split(power_kw: Floats, groups: Ints) -> list[NDArray[np.float64]]:
    return [power_kw[groups == one] for one in np.unique(groups)]
