"""What a plan has to keep to, and what it is to be good at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from linghang.errors import BadInput, nearest
from linghang.roadmap.actions import SLOTS_A_MONTH, Catalogue
from linghang.roadmap.calendar import slots_until


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a CNY and a month weigh against each other; without them cost comes first, then time."""

    cost: Decimal
    time: Decimal

    def whole(self) -> tuple[int, int]:
        """Return whole numbers in the same ratio: for hundredths of a CNY and for half months."""
        cost, time = Fraction(self.cost) / 100, Fraction(self.time) / SLOTS_A_MONTH
        common = cost.denominator * time.denominator
        return int(cost * common), int(time * common)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a plan; None is no limit.

    Attributes
    ----------
    start
        First day of the plan.
    budget
        CNY for the whole plan.
    per_year
        CNY that may be committed in a calendar year; an action counts in the year in which it starts.
    by
        Last day.
    parallel
        How many actions that build may run at once (evidence and waiting are no projects and do not count).
    must, without
        Ids of actions that have to be, or must not be, in the plan.
    """

    start: date
    budget: Decimal | None = None
    per_year: Decimal | None = None
    by: date | None = None
    parallel: int | None = None
    must: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    weights: Weights | None = None

    def check(self, catalogue: Catalogue) -> None:
        """Refuse what is no limit.

        Raises
        ------
        BadInput
            A negative or empty amount, a day before the first one, an action that does not exist.
        """
        for option, amount in (("--budget", self.budget), ("--per-year", self.per_year)):
            if amount is not None and (not amount.is_finite() or amount < 0 or amount % Decimal("0.01")):
                raise BadInput("{option} takes an amount such as 12000000, not “{value}”", option=option, value=amount)
        if self.by is not None and self.by < self.start:
            raise BadInput("the plan begins on {start}, after its last day {by}", start=self.start, by=self.by)
        if self.parallel is not None and self.parallel < 1:
            raise BadInput("at least one action has to be allowed at once, not {count}", count=self.parallel)
        if self.weights is not None and not _usable(self.weights):
            raise BadInput("weights are not negative, and one of cost and time weighs something")
        for name in (*self.must, *self.without):
            if name not in catalogue.by_id:
                near = nearest(name, sorted(catalogue.by_id))
                raise BadInput("there is no action {name}; {near}", name=name, near=near)
        if both := sorted({*self.must} & {*self.without}):
            raise BadInput("{name} cannot be asked for and left out", name=both[0])

    @property
    def slots(self) -> int | None:
        """How many half months there are until the last day."""
        return None if self.by is None else slots_until(self.start, self.by)

    @property
    def timed(self) -> bool:
        """Whether a limit can make a choice of actions impossible by time."""
        return self.by is not None

    def names(self) -> Iterator[str]:
        """Yield the limits that are set, as `drop` takes them."""
        for name in ("budget", "per_year", "by", "parallel"):
            if getattr(self, name) is not None:
                yield name
        yield from (f"must:{one}" for one in self.must)
        yield from (f"without:{one}" for one in self.without)

    def drop(self, *names: str) -> "Limits":
        """Return the limits without those of the names."""
        limits = self
        for name in names:
            what, _, one = name.partition(":")
            changed: Any = tuple(other for other in getattr(limits, what) if other != one) if one else None
            limits = replace(limits, **{what: changed})
        return limits


def _usable(weights: Weights) -> bool:
    both = (weights.cost, weights.time)
    return all(one.is_finite() and one >= 0 for one in both) and any(both)
