"""Small packs, cases and catalogues for the tests of plans, and a planner that tries everything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, combinations
from random import Random
from typing import Any

from linghang.conditions import document
from linghang.conditions.build import build
from linghang.conditions.overlay import FORMAT, Source
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.program import Program, prepare
from linghang.roadmap.actions import Action, Cannot, Catalogue, Goal, Range
from linghang.roadmap.calendar import day_of, slots_until
from linghang.roadmap.checking import check_catalogue, shut_out
from linghang.roadmap.closure import Closure
from linghang.roadmap.limits import Limits
from linghang.roadmap.situation import Situation
from linghang.words import Text

AS_OF = date(2026, 1, 1)
START = date(2026, 1, 1)
PROOFS = ("declared", "documented", "measured")


def text(said: str) -> dict[str, str]:
    return {"zh": said, "en": said}


def element(name: str, rule: str = "found", **rest: Any) -> dict[str, Any]:
    """One element of eligibility as a pack's file has it."""
    return {"id": name, "level": "all", "part": "eligibility", "kind": "fact", "clause": "1", "text": text(name),
            "rule": rule, **rest}  # fmt: skip


def built(name: str, link: str, level: str = "basic") -> dict[str, Any]:
    """One element of a link."""
    return element(name, part="build", kind="capability", link=link, level=level)


def coverage(*links: str, level: str = "basic", **rest: Any) -> dict[str, Any]:
    """The coverage element of a level."""
    rule = f"covers({', '.join(links)})"
    return element(f"{level}.coverage", rule, part="coverage", kind="coverage", level=level, **rest)


def program(*elements: dict[str, Any], levels: tuple[str, ...] = ("basic",), link_covered: str = "all") -> Program:
    """A small pack made ready to judge."""
    links = dict.fromkeys(one["link"] for one in elements if "link" in one)
    own = {"id": "link_covered", "value": link_covered, "choices": ["all", "majority", "any"], "source": "platform",
           "text": text("link_covered")}  # fmt: skip
    content = document.Mapping(1)
    content.update(
        format=FORMAT, id="small", short="S", title=text("small"), status="complete",
        valid={"from": date(2020, 1, 1), "to": None},
        levels=[{"id": one, "title": text(one), "aim": text(one)} for one in levels],
        links=[{"id": one, "title": text(one), "clause": "1", "sub_links": []} for one in links],
        elements=list(elements), interpretation=[own],
    )  # fmt: skip
    return prepare(build([Source("small.yaml", content, "0" * 64)]), AS_OF)


def action(name: str, *goals: Goal | str, cost: int = 1, months: float = 1, **rest: Any) -> Action:
    """An action that builds; a goal of text is an element with measured proof."""
    aims = tuple(Goal("element", one, "measured") if isinstance(one, str) else one for one in goals)
    likely, time = Decimal(cost), Decimal(str(months))
    return Action(
        name, rest.pop("kind", "build"), Text(name, name), Text(name, name), aims,
        cost=Range(likely, likely, likely * 2), months=Range(time, time, time), **rest,
    )  # fmt: skip


def catalogue(*actions: Action, **rest: Any) -> Catalogue:
    """A catalogue of actions."""
    return Catalogue("small", Text("small", "small"), Text("", ""), actions, rest.pop("cannot", ()), "0" * 64, **rest)


# --- trying everything ---


@dataclass(frozen=True)
class Best:
    """What trying everything found best: cost in fen, end in half months."""

    fen: int
    slots: int


def satisfied(closure: Closure, one: Action, names: set[str]) -> list[list[str]] | None:
    """Which groups of chosen actions give an action what it requires; None where one of them is empty."""
    groups: list[list[str]] = []
    for need in closure.needs(one):
        if need.action is not None and need.action.id in names:
            groups.append([need.action.id])
        elif need.parts is None:
            return None
        else:
            groups += [[maker.id for maker in part if maker.id in names] for part in need.parts]
    return None if any(not group for group in groups) else groups


def fits(situation: Situation, limits: Limits, chosen: Sequence[Action]) -> bool:
    """Whether a choice keeps to everything but time, by the judge itself."""
    names = {one.id for one in chosen}
    closure = Closure(situation, limits.without)
    if not names <= closure.allowed.keys() or not {*limits.must} <= names:
        return False
    if any(pair <= names for pair in shut_out(situation.catalogue)):
        return False
    if limits.budget is not None and sum(one.fen for one in chosen) > limits.budget * 100:
        return False
    if any(satisfied(closure, one, names) is None for one in chosen):
        return False
    return situation.reached(chosen)


def shortest(situation: Situation, limits: Limits, chosen: Sequence[Action]) -> int | None:
    """The earliest end of a choice, by trying every start; None where no start fits."""
    closure = Closure(situation)
    names = {one.id for one in chosen}
    groups = {one.id: satisfied(closure, one, names) or [] for one in chosen}
    last = sum(one.slots for one in chosen) if limits.by is None else slots_until(limits.start, limits.by)
    if limits.by is None and limits.per_year is not None:
        last += 24 * len(chosen)
    best: list[int | None] = [None]

    def place(left: list[Action], starts: dict[str, int], ends: dict[str, int]) -> None:
        if best[0] is not None and max(ends.values(), default=0) >= best[0]:
            return
        if not left:
            best[0] = max(ends.values(), default=0)
            return
        for one in left:
            if any(not (set(group) & ends.keys()) for group in groups[one.id]):
                continue
            ready = max((min(ends[name] for name in group if name in ends) for group in groups[one.id]), default=0)
            for start in range(ready, last - one.slots + 1):
                more, until = {**starts, one.id: start}, {**ends, one.id: start + one.slots}
                if possible(limits, [other for other in chosen if other.id in more], more):
                    place([other for other in left if other is not one], more, until)
                    break  # a later start of the same order helps nothing

    place(list(chosen), {}, {})
    return best[0]


def possible(limits: Limits, placed: Sequence[Action], starts: Mapping[str, int]) -> bool:
    """Whether starts keep to the parallel limit and to every year's money."""
    if limits.parallel is not None:
        for slot in range(max((starts[one.id] + one.slots for one in placed), default=0)):
            running = [
                one for one in placed if one.kind == "build" and starts[one.id] <= slot < starts[one.id] + one.slots
            ]
            if len(running) > limits.parallel:
                return False
    if limits.per_year is not None:
        paid: dict[int, int] = {}
        for one in placed:
            year = day_of(limits.start, starts[one.id]).year
            paid[year] = paid.get(year, 0) + one.fen
        return all(amount <= limits.per_year * 100 for amount in paid.values())
    return True


def subsets(actions: Sequence[Action]) -> Iterator[tuple[Action, ...]]:
    """Every choice of actions."""
    return chain.from_iterable(combinations(actions, size) for size in range(len(actions) + 1))


def try_everything(situation: Situation, limits: Limits) -> Best | None:
    """The least cost, then the earliest end, over every choice of actions."""
    best: Best | None = None
    fitting = [chosen for chosen in subsets(situation.catalogue.actions) if fits(situation, limits, chosen)]
    for chosen in sorted(fitting, key=lambda one: sum(action.fen for action in one)):
        fen = sum(one.fen for one in chosen)
        if best is not None and fen > best.fen:
            break
        slots = shortest(situation, limits, chosen)
        if slots is not None and (best is None or slots < best.slots):
            best = Best(fen, slots)
    return best


# --- random situations ---

RULES = (
    "found",
    "found",
    "found and maturity_level >= 2",
    "found or maturity_level >= 3",
    "at_least(2, e0, e1, e2)",
    "share(e0, e1, e2) >= 0.5",
    "share(e0, e1) > 0.5 or found",
    "not (e0 and e1) or found",
    "scenes_basic >= 2",
    "scenes_basic > 1 and found",
)


def random_situation(seed: int, **changed: Any) -> Situation:
    """A small situation that uses everything: rules, links, proofs, waivers, evidence, maturity and scenes."""
    rng = Random(seed)
    elements = [element(f"e{n}") for n in range(3)]
    elements += [element(f"r{n}", rng.choice(RULES)) for n in range(2)]
    links = ("a", "b")
    required = rng.choice((("a",), ("a", "b")))
    for link in links:
        force = "must" if link in required else "encouraged"
        elements += [{**built(f"{link}{n}", link), "force": force} for n in range(rng.choice((1, 2, 3)))]
    elements.append(coverage(*required, force=rng.choice(("must", "must", "should"))))
    if rng.random() < 0.5:
        elements.append(element("m", f"maturity_level >= {rng.choice((1, 2, 3))}", part="maturity", kind="maturity",
                                level="basic"))  # fmt: skip
    made = program(*elements, link_covered=rng.choice(("all", "majority", "any")))
    names = [one["id"] for one in elements if one["part"] in ("eligibility", "build")]
    case = random_case(rng, made, names)
    actions = random_actions(rng, names)
    options = {"floor": rng.choice(PROOFS), "assume": rng.choice(("optimistic", "pessimistic")),
               "scenes": frozenset(rng.sample(range(1, 4), rng.choice((0, 1)))), **changed}  # fmt: skip
    facts = tuple(Cannot(name, Text("", "")) for name in rng.sample(names, rng.choice((0, 0, 1))))
    whole = catalogue(
        *actions, cannot=facts, done=frozenset(rng.sample([one.id for one in actions], rng.choice((0, 0, 1))))
    )
    assert check_catalogue(whole, "small") == [], "random catalogues are whole"
    return Situation(made, case, whole, "basic", **options)


def random_case(rng: Random, made: Program, names: Sequence[str]) -> Case:
    findings = {}
    for name in names:
        if name in made.claimable and rng.random() < 0.7:
            finding = rng.choices(("met", "unmet", "unknown", "not_applicable"), (8, 2, 1, 1))[0]
            findings[name] = Claim(finding, rng.choices(PROOFS, (1, 1, 3))[0], "reason")
    facts = {}
    if rng.random() < 0.6:
        facts["maturity_level"] = Fact(Decimal(rng.randint(0, 3)), rng.choice(PROOFS))
    if rng.random() < 0.6:
        facts["scenes_basic"] = Fact(Decimal(rng.randint(0, 2)), rng.choice(PROOFS))
    waivers = {"basic.coverage": "reason"} if rng.random() < 0.3 else {}
    return Case(findings, facts, waivers)


def random_actions(rng: Random, names: Sequence[str]) -> list[Action]:
    actions: list[Action] = []
    for place in range(rng.randint(6, 9)):
        kind = rng.choice(("build", "build", "build", "evidence"))
        aims = rng.sample(names, min(len(names), rng.choice((1, 2, 3, 4))))
        goals = {name: Goal("element", name, rng.choices(PROOFS, (1, 2, 5))[0]) for name in aims}
        more = list(goals.values())
        if kind == "build" and rng.random() < 0.3:
            more.append(Goal("maturity", str(rng.randint(1, 3)), rng.choice(PROOFS)))
        if kind == "build" and rng.random() < 0.3:
            more.append(Goal("scene", str(rng.randint(1, 4)), rng.choice(PROOFS)))
        if kind == "evidence" and rng.random() < 0.5:
            more.append(Goal("field", rng.choice(("maturity_level", "scenes_basic")), rng.choice(PROOFS)))
        one = action(
            f"x{place}", *more, kind=kind, cost=rng.choice((0, 1, 2, 3, 5, 8)), months=rng.choice((0.5, 1, 2, 3, 6)),
            done_if=tuple(rng.sample(names, 1)) if rng.random() < 0.1 else (),
        )  # fmt: skip
        actions.append(_with_relations(rng, one, actions, names))
    return actions


def _with_relations(rng: Random, one: Action, before: Sequence[Action], names: Sequence[str]) -> Action:
    """Requirements of earlier actions and exclusions, as far as the catalogue stays whole."""
    from dataclasses import replace

    for _ in range(4):
        requires = rng.sample([other.id for other in before], min(len(before), rng.choice((0, 0, 1, 2))))
        requires += rng.sample(list(names), rng.choice((0, 0, 1)))
        excludes = rng.sample([other.id for other in before], min(len(before), rng.choice((0, 0, 1))))
        tried = replace(one, requires=tuple(requires), excludes=tuple(excludes))
        if not check_catalogue(catalogue(*before, tried), "small"):
            return tried
    return one
