"""Read a catalogue of actions from YAML that nobody vouches for."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

from linghang.conditions.document import read_file
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, ManyProblems
from linghang.evidence.proof import STRENGTH, Proof
from linghang.roadmap.actions import (
    MATURITY,
    SLOTS_A_MONTH,
    WAIT,
    ZERO,
    Action,
    Cannot,
    Catalogue,
    Effect,
    Goal,
    Kind,
    Range,
)
from linghang.roadmap.checking import check_catalogue
from linghang.words import Listed

FORMAT = "linghang-actions/1"
CATALOGUES = Path(__file__).parent / "catalogues"
ESTIMATE = "estimate"
MAX_MONEY = Decimal(10) ** 12
MAX_MONTHS = Decimal(600)
MAX_INDICATOR = 99
_GOALS = ("element", "maturity", "scene", "field")


def load_catalogue(name: str = "actions-2026") -> Catalogue:
    """Load a catalogue by its id, or from a YAML file of one's own.

    Raises
    ------
    BadInput, ManyProblems
        It is not there, or everything in it that is wrong, each with its line.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else CATALOGUES / f"{name}.yaml"
    content = read_file(path)
    file = path.name if path.parent == CATALOGUES else str(path)
    shape = Shape(content, file)
    if shape.take("format", str) != FORMAT:
        raise shape.refuse("this format is not known; it should be {format}", "format", format=FORMAT)
    problems: list[BadInput] = []
    actions, lines = _actions(shape, problems)
    catalogue = Catalogue(
        shape.take("id", str),
        shape.text("title"),
        shape.text("note"),
        actions,
        tuple(_cannot(one) for one in shape.items("cannot")),
        hashlib.sha256(path.read_bytes()).hexdigest(),
        lines=lines,
    )
    shape.done()
    problems += check_catalogue(catalogue, file)
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return catalogue


def _actions(shape: Shape, problems: list[BadInput]) -> tuple[tuple[Action, ...], dict[str, int]]:
    actions: list[Action] = []
    lines: dict[str, int] = {}
    for one in shape.items("actions"):
        try:
            action = _action(one)
            if action.id in lines:
                raise one.refuse("the id {name} stands twice; it stood in line {line} already", "id",
                                 name=action.id, line=lines[action.id])  # fmt: skip
        except BadInput as error:
            problems.append(error)
            continue
        lines[action.id] = one.line or 0
        actions.append(action)
    return tuple(actions), lines


def _action(shape: Shape) -> Action:
    name = shape.take("id", str)
    shape.subject = name
    if name.startswith(WAIT):
        raise shape.refuse("ids that begin with {prefix} are kept for waiting", "id", prefix=WAIT)
    kind = cast(Kind, shape.word("kind", ("build", "evidence"), "build"))
    action = Action(
        name,
        kind,
        shape.text("title"),
        shape.text("text"),
        tuple(_goal(one, kind) for one in shape.items("satisfies")),
        shape.strings("requires"),
        shape.strings("excludes"),
        shape.strings("done_if"),
        _amounts(shape, "cost_cny", MAX_MONEY, Decimal("0.01")),
        _amounts(shape, "months", MAX_MONTHS, Decimal(1) / SLOTS_A_MONTH),
        _amount(shape, "people_months", MAX_MONTHS * 100),
        _amount(shape, "yearly_cost_cny", MAX_MONEY),
        tuple(_effect(one) for one in shape.items("effects")),
        shape.maybe("engine", str),
        shape.take("source", str),
        shape.maybe_text("note"),
    )
    shape.done()
    return replace(action, source=None) if action.source == ESTIMATE else action


def _goal(shape: Shape, kind: Kind) -> Goal:
    named = [key for key in _GOALS if key in shape.data]
    if len(named) != 1:
        raise shape.refuse("names one of {choices}", choices=Listed(_GOALS))
    what = named[0]
    of = str(shape.take(what, int if what in ("maturity", "scene") else str))
    proof = cast(Proof, shape.word("proof", tuple(STRENGTH), "documented"))
    shape.done()
    if what == "field" and kind != "evidence":
        raise shape.refuse("only evidence answers a field; building one is a scene or a maturity level", "field")
    if what in ("maturity", "scene") and kind == "evidence":
        raise shape.refuse("evidence answers a field such as {name}; a number is built", what, name=MATURITY)
    return Goal(what, of, proof)  # type: ignore[arg-type]


def _effect(shape: Shape) -> Effect:
    number = shape.take("indicator", int)
    if not 1 <= number <= MAX_INDICATOR:
        raise shape.refuse("there is no indicator {number}", "indicator", number=number)
    relative = "change_percent" in shape.data
    change = _range(shape, "change_percent" if relative else "change")
    shape.done()
    return Effect(number, relative, change)


def _range(shape: Shape, key: str) -> Range:
    inside = shape.shape(key)
    low, likely, high = (inside.take(one, Decimal) for one in ("low", "likely", "high"))
    inside.done()
    try:
        return Range(low, likely, high)
    except ValueError:
        raise shape.refuse(
            "low, likely and high must rise: {low}, {likely}, {high}", key, low=low, likely=likely, high=high
        ) from None


def _amounts(shape: Shape, key: str, limit: Decimal, step: Decimal) -> Range:
    """Take a range of amounts: none negative, none beyond the limit, each in whole steps; zero if it is not there."""
    if shape.data.get(key) is None:
        shape.taken.add(key)
        return ZERO
    found = _range(shape, key)
    for value in (found.low, found.likely, found.high):
        if problem := wrong_amount(value, limit, step):
            raise shape.refuse(problem, key, value=value, limit=f"{limit:,f}", step=step)
    return found


def _amount(shape: Shape, key: str, limit: Decimal) -> Decimal:
    value = shape.maybe(key, Decimal, Decimal(0)) or Decimal(0)
    if problem := wrong_amount(value, limit, Decimal("0.01")):
        raise shape.refuse(problem, key, value=value, limit=f"{limit:,f}", step=Decimal("0.01"))
    return value


def wrong_amount(value: Decimal, limit: Decimal, step: Decimal) -> str | None:
    """Return what is wrong with an amount, as a message of the catalogue; None if nothing is."""
    if value < 0:
        return "{value} is negative; nothing costs or takes less than nothing"
    if value > limit:
        return "{value} is more than the {limit} that are allowed"
    return "{value} is not in whole steps of {step}" if value % step else None


def _cannot(shape: Shape) -> Cannot:
    found = Cannot(shape.take("element", str), shape.text("reason"), shape.maybe("wait_months", int))
    shape.done()
    if found.wait_months is not None and not 0 < found.wait_months <= MAX_MONTHS:
        raise shape.refuse("{value} months are no time to wait", "wait_months", value=found.wait_months)
    return found


def catalogues() -> Iterator[str]:
    """Yield the ids of the catalogues that come with the product."""
    yield from (path.stem for path in sorted(CATALOGUES.glob("*.yaml")))
