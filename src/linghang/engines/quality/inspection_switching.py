"""The switching rules of GB/T 2828.1-2012 clause 9.3 (ISO 2859-1:1999, 9.3) and 9.4 as a state machine.

Only the result of the original inspection of a lot counts; lots come in the order of production. The rules:

- normal to tightened: two of five or fewer consecutive lots were not accepted;
- tightened to normal: five consecutive lots were accepted;
- normal to reduced: the switching score has reached 30, production is steady, and the responsible authority wants it;
- reduced to normal: a lot was not accepted, or production became irregular;
- discontinuation: the fifth lot that was not accepted in one spell of tightened inspection.

The score starts at 0 with normal inspection. Ac of 2 and more: plus 3 if the lot would also have been accepted at the
next tighter AQL, else back to 0. Ac of 0 and 1: plus 2 if the lot was accepted, else back to 0.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from linghang.engines.quality.inspection_sampling import (
    Level,
    Plan,
    Severity,
    plan_for,
    plan_of,
    tighter_aql,
)

State = Literal["normal", "tightened", "reduced", "discontinued"]
REDUCED_FROM = 30
TIGHTEN_AFTER, TIGHTEN_OF = 2, 5
NORMAL_AFTER = 5
DISCONTINUE_AFTER = 5


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of state: with which lot (its number in the series, from 0), from, to."""

    lot: int
    before: State
    after: State


@dataclass
class Switching:
    """The state of one series of lots: one product, one characteristic, one source.

    Attributes
    ----------
    may_reduce
        Whether the responsible authority wants reduced inspection.
    state, score
        Where it stands; the score is 0 outside normal inspection.
    lots
        How many lots have been taken.
    switches
        What changed, in order.
    """

    may_reduce: bool = True
    state: State = "normal"
    score: int = 0
    lots: int = 0
    switches: list[Switch] = field(default_factory=list)
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=TIGHTEN_OF))
    _good_run: int = 0
    _bad_sum: int = 0

    @property
    def severity(self) -> Severity:
        """By which table the next lot is inspected; a discontinued series is inspected tightened when it resumes."""
        return "tightened" if self.state == "discontinued" else self.state

    def take(self, accepted: bool, plan: Plan, *, also_tighter: bool = False, steady: bool = True) -> State:
        """Take the original inspection of the next lot.

        Parameters
        ----------
        accepted
            Whether the lot was accepted by `plan`.
        plan
            The plan by which it was inspected.
        also_tighter
            Whether it would have been accepted with the AQL one step tighter.
        steady
            Whether production is steady.

        Returns
        -------
        The state for the next lot.
        """
        if self.state == "normal":
            self._normal(accepted, plan, also_tighter, steady)
        elif self.state == "tightened":
            self._tightened(accepted)
        elif self.state == "reduced" and not (accepted and steady):
            self._go("normal")
        self.lots += 1
        return self.state

    def resume(self) -> None:
        """Go on after a discontinuation: the supplier has acted and the authority agrees; tightened inspection."""
        if self.state == "discontinued":
            self._go("tightened")

    def _normal(self, accepted: bool, plan: Plan, also_tighter: bool, steady: bool) -> None:
        self._recent.append(accepted)
        if self._recent.count(False) >= TIGHTEN_AFTER:
            self._go("tightened")
            return
        gain = 3 if plan.accept >= 2 else 2
        good = accepted and (also_tighter or plan.accept < 2)
        self.score = self.score + gain if good else 0
        if self.score >= REDUCED_FROM and steady and self.may_reduce:
            self._go("reduced")

    def _tightened(self, accepted: bool) -> None:
        self._good_run = self._good_run + 1 if accepted else 0
        self._bad_sum += not accepted
        if self._bad_sum >= DISCONTINUE_AFTER:
            self._go("discontinued")
        elif self._good_run >= NORMAL_AFTER:
            self._go("normal")

    def _go(self, state: State) -> None:
        self.switches.append(Switch(self.lots, self.state, state))
        self.state = state
        self.score, self._good_run, self._bad_sum = 0, 0, 0
        self._recent.clear()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a plan says of a recorded lot.

    Attributes
    ----------
    plan
        The plan.
    found
        How many nonconforming items the sample has, or would have had; None if fewer items than the plan asks were
        looked at and these do not decide.
    accepted
        Whether the lot is accepted; None if that cannot be said.
    also_tighter
        Whether it would be accepted with the AQL one step tighter.
    """

    plan: Plan
    found: int | None
    accepted: bool | None
    also_tighter: bool


def judged(lot_size: int, inspected: int, bad: int, aql: float, level: Level, severity: Severity) -> Judged:
    """Judge a recorded lot by the plan for it.

    Plants often look at more items than the plan asks, up to all of them. Then the count of the plan's sample is taken
    as the median of the hypergeometric distribution: what half of all samples of the plan's size would not exceed.
    Where fewer were looked at, the lot is not accepted if already too many are bad, else it cannot be said.
    """
    plan = plan_for(lot_size, aql, level, severity)
    if inspected < plan.size:
        return Judged(plan, None, False if bad > plan.accept else None, False)
    found = bad if inspected == plan.size else median_found(inspected, bad, plan.size)
    return Judged(plan, found, found <= plan.accept, found <= _tighter_accept(plan, aql))


def _tighter_accept(plan: Plan, aql: float) -> int:
    """Return Ac at the next tighter AQL for the same sample; -1 where there is no such plan."""
    tighter = tighter_aql(aql)
    if plan.accept < 2:
        return plan.accept
    return -1 if tighter is None else plan_of(plan.letter, tighter, "normal").accept


@cache
def median_found(inspected: int, bad: int, size: int) -> int:
    """Return the median number of bad items in a sample of `size` of `inspected` items of which `bad` are bad."""
    from scipy.stats import hypergeom

    return int(hypergeom.median(inspected, min(bad, inspected), size)) if bad else 0
