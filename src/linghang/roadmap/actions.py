"""What can be done: actions with what they bring about, what they need first, what they cost and how long they take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from linghang.evidence.proof import Proof
from linghang.words import Text

Kind = Literal["build", "evidence", "wait"]

SLOTS_A_MONTH = 2
"""Plans count in half months: finer than any estimate of a project, coarse enough to be solved exactly."""
MATURITY = "maturity_level"
WAIT = "wait."
"""Prefix of the ids of waiting, which the catalogue's rows of what no action brings about give."""


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate: the least, the likely and the most, in this order."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high are not in this order")


ZERO = Range(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that an action brings about, or answers.

    Attributes
    ----------
    kind
        element; maturity (the level `of` is certified); scene (the scene of this number is built); field (an
        evidence action answers this field).
    """

    kind: Literal["element", "maturity", "scene", "field"]
    of: str
    proof: Proof = "documented"

    @property
    def number(self) -> int:
        """The maturity level or the number of the scene."""
        return int(self.of)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does to one indicator of the annex (by its number).

    Attributes
    ----------
    relative
        Whether `change` is per cent of the present value; else it is added, in the unit of the indicator.
    change
        Negative where the value falls.
    """

    indicator: int
    relative: bool
    change: Range


@dataclass(frozen=True)
class Action:
    """One thing that can be done.

    Attributes
    ----------
    kind
        build: makes what is not there; evidence: proves what is there already; wait: nothing but time.
    requires
        Ids of actions or elements that must be there before it starts.
    excludes
        Ids of actions that are not done beside it (its other variants).
    done_if
        Elements of which any one shows that the action was done before.
    cost
        Once, CNY.
    months
        From start to finish, in halves.
    people_months
        Work of the factory's own people.
    yearly_cost
        CNY a year from its end on.
    engine
        Id of the engine of the product that it switches on.
    source
        Where the figures come from; None where they are estimates to be changed.
    """

    id: str
    kind: Kind
    title: Text
    text: Text
    goals: tuple[Goal, ...]
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    done_if: tuple[str, ...] = ()
    cost: Range = ZERO
    months: Range = ZERO
    people_months: Decimal = Decimal(0)
    yearly_cost: Decimal = Decimal(0)
    effects: tuple[Effect, ...] = ()
    engine: str | None = None
    source: str | None = None
    note: Text | None = None

    @property
    def fen(self) -> int:
        """The likely cost in hundredths of a CNY."""
        return int(self.cost.likely * 100)

    @property
    def slots(self) -> int:
        """The likely time in half months."""
        return int(self.months.likely * SLOTS_A_MONTH)

    @property
    def risk_fen(self) -> int:
        """What it costs more than likely if it comes at its highest, in hundredths of a CNY."""
        return int((self.cost.high - self.cost.likely) * 100)

    def of_kind(self, kind: str) -> Iterator[Goal]:
        """Yield the goals of one kind."""
        return (goal for goal in self.goals if goal.kind == kind)


@dataclass(frozen=True, slots=True)
class Cannot:
    """An element that no action brings about: why, and after how many months at most it is met by itself."""

    element: str
    reason: Text
    wait_months: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """The actions that a plan chooses from.

    Attributes
    ----------
    digest
        sha256 of the catalogue's file; of changed figures too, where somebody changed them.
    """

    id: str
    title: Text
    note: Text
    actions: tuple[Action, ...]
    cannot: tuple[Cannot, ...]
    digest: str
    disabled: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def by_id(self) -> Mapping[str, Action]:
        """Id -> action, waiting included."""
        return {one.id: one for one in (*self.actions, *self.waits)}

    @cached_property
    def waits(self) -> tuple[Action, ...]:
        """Waiting, as actions that cost nothing and take their time."""
        return tuple(
            Action(
                f"{WAIT}{one.element}",
                "wait",
                Text("等待期满", "wait until it has passed"),
                one.reason,
                (Goal("element", one.element),),
                months=Range(*[Decimal(one.wait_months)] * 3),
            )
            for one in self.cannot
            if one.wait_months is not None
        )

    def changed(
        self, actions: Mapping[str, Action], disabled: frozenset[str], done: frozenset[str], digest: str
    ) -> "Catalogue":
        """Return the catalogue with other figures."""
        kept = tuple(actions.get(one.id, one) for one in self.actions)
        return replace(self, actions=kept, disabled=disabled, done=done, digest=digest)
