"""What the reader of the way up asks for: level, floor, limits and actions, as the address has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from linghang.console.visit import Floor
from linghang.usecases.planning import ASSUMPTIONS, Limits, Question

MOST_CNY = Decimal(10) ** 13
MOST_AT_ONCE = 100
MOST_ACTIONS = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100
LIMITS = ("budget", "per_year", "by", "parallel")


@dataclass(frozen=True, slots=True)
class Wish:
    """One question about the way up; None is no limit.

    Attributes
    ----------
    target
        Id of the level.
    assume
        The case that the details are given for.
    start
        First day; None for the day of judgement.
    """

    target: str
    floor: Floor
    assume: str = "pessimistic"
    start: date | None = None
    budget: Decimal | None = None
    per_year: Decimal | None = None
    by: date | None = None
    parallel: int | None = None
    must: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is the question that is asked first: no limits, from the day of judgement on."""
        return self == Wish(self.target, self.floor)

    @property
    def free(self) -> "Wish":
        """The same without limits and actions."""
        return Wish(self.target, self.floor, self.assume, self.start)

    def limits(self, first: date) -> Limits:
        """The limits as planning takes them; `first` is the day of judgement."""
        start = self.start or first
        return Limits(start, self.budget, self.per_year, self.by, self.parallel, self.must, self.without)

    def question(self, pack: str, day: date | None) -> Question:
        """The question as planning takes it."""
        return Question(self.target, self.floor, self.assume, pack=pack, as_of=day)  # type: ignore[arg-type]

    def query(self) -> dict[str, object]:
        """What the address says; what is as at first is left out."""
        said: dict[str, object] = {"target": self.target, "floor": self.floor}
        if self.assume != "pessimistic":
            said["assume"] = self.assume
        for name in ("start", *LIMITS):
            value = getattr(self, name)
            if value is not None:
                said[name] = f"{value:f}" if isinstance(value, Decimal) else str(value)
        for name in ("must", "without"):
            if names := getattr(self, name):
                said[name] = ",".join(names)
        return said

    def asking(self, action: str, how: str) -> "Wish":
        """The same with an action asked for (`must`), left out (`without`), or neither (`free`)."""
        must = tuple(one for one in self.must if one != action)
        without = tuple(one for one in self.without if one != action)
        if how == "must":
            must += (action,)
        elif how == "without":
            without += (action,)
        return replace(self, must=must, without=without)


def read_wish(query: Mapping[str, str], target: str, levels: tuple[str, ...], floor: Floor, names: Any) -> Wish:
    """Read what an address asks; what it does not say, or what cannot be, is left as at first.

    Parameters
    ----------
    target
        The level that is asked for where the address names none.
    names
        Ids of the actions that there are.
    """
    asked = query.get("target", "")
    assume = query.get("assume", "")
    must = _actions(query.get("must", ""), names)
    return Wish(
        asked if asked in levels else target,
        floor,
        assume if assume in ASSUMPTIONS else "pessimistic",
        read_day(query.get("start", "")),
        read_money(query.get("budget", "")),
        read_money(query.get("per_year", "")),
        read_day(query.get("by", "")),
        read_count(query.get("parallel", "")),
        must,
        tuple(one for one in _actions(query.get("without", ""), names) if one not in must),
    )


def _actions(said: str, names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in said.split(",") if one in names))[:MOST_ACTIONS]


def read_money(said: str) -> Decimal | None:
    """Read an amount in CNY, to hundredths; None where there is none."""
    try:
        found = Decimal(said.replace(",", "").strip())
    except InvalidOperation:
        return None
    if not found.is_finite() or not 0 <= found <= MOST_CNY:
        return None
    return found.quantize(Decimal("0.01")).normalize() if found else Decimal(0)


def read_day(said: str) -> date | None:
    """Read a day of this century; None where there is none."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def read_count(said: str) -> int | None:
    """Read how many projects may run at once; None where there is none."""
    number = int(said) if said.isascii() and said.isdecimal() and len(said) <= len(str(MOST_AT_ONCE)) else 0
    return number if 1 <= number <= MOST_AT_ONCE else None


READERS: Mapping[str, Callable[[str], Any]] = {
    "budget": read_money,
    "per_year": read_money,
    "by": read_day,
    "parallel": read_count,
}
"""Limit -> what reads it."""
