"""What the documents ask, in tables of our own, and examples whose judgement follows from them.

Nothing here is read from the packs. `national-2024.tsv` and `neimenggu-2025.tsv` list every element of the two
documents with its clause; `required` says whether it decides its level. `jiangsu-2025.tsv` and `hainan-2025.tsv`
list what is known to differ from the national document. The numbers of the documents stand below.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from linghang.conditions.shelf import load_pack
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.program import Program, prepare
from linghang.judge.verdict import Verdict

NATIONAL, NEIMENGGU, JIANGSU, HAINAN = "national-2024", "neimenggu-2025", "jiangsu-2025", "hainan-2025"
DOCUMENTS = (NATIONAL, NEIMENGGU)
"""The two documents whose text we have, clause by clause."""

SHORT = {NATIONAL: "N24", NEIMENGGU: "NM25", JIANGSU: "JS25", HAINAN: "HI25"}
DAY = date(2025, 6, 30)
FLOORS = ("declared", "documented", "measured")
LEVELS = ("basic", "advanced", "excellence", "pioneer")
PARTS = ("eligibility", "maturity", "coverage", "scenario_count", "outcome")
LINKS = ("factory_construction", "rnd_design", "production", "production_management", "operations")

COVERS = {
    "basic": ("production",),  # 至少覆盖生产作业环节
    "advanced": ("production", "production_management", "operations"),  # 至少覆盖三个环节
    "excellence": LINKS,  # 原则上应覆盖全部五个环节 (N24), 覆盖全部五个环节 (NM25)
    "pioneer": LINKS,  # 须覆盖全部五个环节
}
MATURITY = {
    NATIONAL: {"basic": 2, "advanced": 2, "excellence": 3, "pioneer": 4},  # N24 一.5
    NEIMENGGU: {"basic": 1, "advanced": 2, "excellence": 3, "pioneer": 4},  # NM25 一.5 gives no number; 三, 四, 五
    JIANGSU: {"basic": 2, "advanced": 2, "excellence": 3, "pioneer": 4},
    HAINAN: {"basic": 1, "advanced": 2, "excellence": 3, "pioneer": 4},
}
SCENES: dict[str, dict[str, int]] = {
    NATIONAL: {},
    NEIMENGGU: {"basic": 5, "advanced": 10, "excellence": 16, "pioneer": 20},  # NM25 二, 三, 四, 五
    JIANGSU: {"advanced": 15},
    HAINAN: {},
}

WEAKEST = {
    # kind: weakest proof that counts at the floors (declared, documented, measured)
    "fact": ("declared", "documented", "documented"),
    "attested": ("declared", "documented", "documented"),
    "maturity": ("declared", "documented", "documented"),
    "count": ("declared", "documented", "documented"),
    "capability": ("declared", "documented", "measured"),
    "measured": ("declared", "documented", "measured"),
    "benchmark": ("declared", "documented", "measured"),
}


@dataclass(frozen=True)
class Row:
    """One element of a document, as a pack asks it."""

    pack: str
    document: str
    id: str
    level: str
    clause: str
    part: str
    link: str
    kind: str
    force: str
    required: bool

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that it decides; none for what is only encouraged."""
        if not self.required:
            return ()
        return LEVELS if self.level == "all" else (self.level,)

    @property
    def reported(self) -> str:
        """The name by which reasons call it."""
        return self.part if self.part in ("maturity", "scenario_count") else self.id

    def __str__(self) -> str:
        level = f"@{self.level}" if self.part == "maturity" else ""
        return f"{self.document} {self.clause} {self.id}{level}"


@cache
def rows(pack: str) -> tuple[Row, ...]:
    """Return every element that a pack asks."""
    if pack in DOCUMENTS:
        return _table(pack)
    differences = {(row.id, row.level): row for row in _table(pack)}
    kept = [differences.pop((row.id, row.level), replace(row, pack=pack)) for row in _table(NATIONAL)]
    return (*kept, *differences.values())


def own_rows(pack: str) -> tuple[Row, ...]:
    """Return the elements that stand in a pack's own document."""
    return tuple(row for row in rows(pack) if row.document == SHORT[pack])


@cache
def _table(pack: str) -> tuple[Row, ...]:
    with (Path(__file__).parent / f"{pack}.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(pack, SHORT[pack], **{**line, "required": line["required"] == "yes"})
            for line in csv.DictReader(file, delimiter="\t")
        )


def conditions(pack: str, level: str, part: str | None = None) -> list[str]:
    """Return what a level ranges over, by the names that reasons use."""
    return [row.reported for row in conditions_of(pack, level, part)]


def conditions_of(pack: str, level: str, part: str | None = None) -> list[Row]:
    """Return the elements that decide a level: all of them, or those of one part (coverage: what its links ask)."""
    return [
        row
        for row in rows(pack)
        if level in row.levels
        and row.part != "coverage"
        and part in (None, "coverage" if row.part == "build" else row.part)
    ]


@cache
def parts_of(pack: str, level: str) -> tuple[str, ...]:
    """Return the parts that a level of a pack has."""
    return tuple(part for part in PARTS if conditions(pack, level, part))


def stated(pack: str) -> list[Row]:
    """Return the elements whose finding somebody states (the others follow from facts or from their links)."""
    return [row for row in rows(pack) if row.part in ("eligibility", "build", "outcome")]


@cache
def program(pack: str) -> Program:
    """The pack itself, ready to judge."""
    return prepare(load_pack(pack), DAY)


# --- cases ---


@cache
def whole(pack: str) -> Case:
    """A factory that does all of every level, measured; its numbers are exactly the highest that are asked."""
    findings = {row.id: Claim("met", "measured") for row in stated(pack)}
    facts = {"maturity_level": Fact(Decimal(max(MATURITY[pack].values())), "measured")}
    facts |= {f"scenes_{level}": Fact(Decimal(count), "measured") for level, count in SCENES[pack].items()}
    return Case(findings, facts)


@cache
def minimal(pack: str, level: str) -> Case:
    """A factory of which nothing is known but what one level needs."""
    findings = {row.id: Claim("met", "measured") for row in stated(pack) if level in row.levels}
    facts = {"maturity_level": Fact(Decimal(MATURITY[pack][level]), "measured")}
    if level in SCENES[pack]:
        facts[f"scenes_{level}"] = Fact(Decimal(SCENES[pack][level]), "measured")
    return Case(findings, facts)


def but(case: Case, claims: Mapping[str, Claim | None] | None = None, **facts: Fact | None) -> Case:
    """Return the case with other claims and facts; None takes one away."""
    return replace(case, findings=_but(case.findings, claims or {}), facts=_but(case.facts, facts))


def _but(before: Mapping, changes: Mapping) -> dict:
    return {name: value for name, value in {**before, **changes}.items() if value is not None}


KEYS = ("finding", "parts", "links", "failing", "missing", "deciding")
"""What examples say of a level."""


def said(verdict: Verdict) -> dict[str, dict[str, object]]:
    """Return what a verdict says, of the keys that examples are about."""
    floors = verdict.to_dict()["floors"]
    for one in floors.values():
        one["levels"] = {level: {key: found[key] for key in KEYS} for level, found in one["levels"].items()}
    return floors


# --- examples: a case, and what follows from the documents ---


@dataclass(frozen=True)
class Turn:
    """What a level comes to, and the part and the conditions that it turns on."""

    finding: str
    part: str
    ids: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True)
class Example:
    """One case; at every floor each level is met, except those that `turns` names.

    Attributes
    ----------
    turns
        Floor -> level -> what the level comes to.
    """

    name: str
    pack: str
    case: Case
    turns: Mapping[str, Mapping[str, Turn]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def expected(self, floor: str) -> dict[str, object]:
        """Return what the judgement at a floor must say, key by key."""
        turns = self.turns.get(floor, {})
        return {
            "confirmed": next((level for level in reversed(LEVELS) if level not in turns), None),
            "possible": next(
                (level for level in reversed(LEVELS) if level not in turns or turns[level].finding != "unmet"), None
            ),
            "levels": {level: self._level(level, turns.get(level)) for level in LEVELS},
        }

    def _level(self, level: str, turn: Turn | None) -> dict[str, object]:
        present = parts_of(self.pack, level)
        said = {
            "finding": "met",
            "parts": {part: "met" if part in present else None for part in PARTS},
            "links": dict.fromkeys(COVERS[level], "met"),
            "failing": [],
            "missing": [],
            "deciding": [],
        }
        if turn is not None:
            said["finding"] = said["parts"][turn.part] = turn.finding
            said["failing" if turn.finding == "unmet" else "missing"] = list(turn.ids)
            said["deciding"] = [list(turn.ids)] if turn.finding == "unknown" else []
            if turn.link:
                said["links"][turn.link] = turn.finding
        return said


def everywhere(turns: Mapping[str, Turn]) -> dict[str, Mapping[str, Turn]]:
    """Return the same turns at each floor."""
    return dict.fromkeys(FLOORS, turns)


def element_examples(pack: str) -> Iterator[Example]:
    """Yield the examples of every element of a pack's own document: met, unmet, unknown, and by proof."""
    for row in own_rows(pack):
        match row.part:
            case "maturity":
                yield from _of_maturity(pack, row)
            case "scenario_count":
                yield from _of_scenes(pack, row)
            case "coverage":
                yield from _of_coverage(pack, row)
            case _:
                yield from _of_stated(pack, row)


def _turned(row: Row, finding: str) -> dict[str, Turn]:
    part = "coverage" if row.part == "build" else row.part
    return {level: Turn(finding, part, (row.reported,), row.link) for level in row.levels}


def _of_stated(pack: str, row: Row) -> Iterator[Example]:
    all_met = whole(pack)
    yield Example(f"{row} met", pack, all_met)
    for finding in ("unmet", "unknown"):
        claim = Claim(finding, "measured")
        yield Example(f"{row} {finding}", pack, but(all_met, {row.id: claim}), everywhere(_turned(row, finding)))
    yield Example(f"{row} not stated", pack, but(all_met, {row.id: None}), everywhere(_turned(row, "unknown")))
    not_applicable = Claim("not_applicable", "measured", "no such process")
    yield Example(f"{row} not applicable", pack, but(all_met, {row.id: not_applicable}))
    for proof in ("declared", "documented"):
        case = but(all_met, {row.id: Claim("met", proof)})
        yield Example(f"{row} met {proof}", pack, case, _too_weak(row, proof, _turned(row, "unknown")))
    case = but(all_met, {row.id: Claim("unmet", "declared")})
    turns = _too_weak(row, "declared", _turned(row, "unknown")) | {"declared": _turned(row, "unmet")}
    yield Example(f"{row} unmet declared", pack, case, turns)


def _too_weak(row: Row, proof: str, turns: dict[str, Turn]) -> dict[str, Mapping[str, Turn]]:
    """Return the turns at the floors at which a proof does not count for an element of that kind."""
    enough = dict(zip(FLOORS, WEAKEST[row.kind], strict=True))
    return {floor: turns for floor in FLOORS if FLOORS.index(proof) < FLOORS.index(enough[floor])}


def _of_maturity(pack: str, row: Row) -> Iterator[Example]:
    asked = MATURITY[pack]
    floor = asked[row.level]

    def example(name: str, level: int | None, proof: str = "measured") -> Example:
        fact = None if level is None else Fact(Decimal(level), proof)
        unmet = () if level is None else [one for one in LEVELS if asked[one] > level]
        unknown = LEVELS if level is None else ()
        said = {one: Turn("unmet", "maturity", ("maturity",)) for one in unmet}
        said |= {one: Turn("unknown", "maturity", ("maturity",)) for one in unknown}
        hidden = dict.fromkeys(LEVELS, Turn("unknown", "maturity", ("maturity",)))
        turns = everywhere(said) | _too_weak(row, proof, hidden)
        return Example(f"{row} {name}", pack, but(whole(pack), maturity_level=fact), turns)

    yield example(f"met at {floor}", floor)
    yield example(f"met above at {floor + 1}", floor + 1)
    yield example(f"unmet at {floor - 1}", floor - 1)
    yield example("unknown", None)
    for proof in ("declared", "documented"):
        yield example(f"met {proof}", floor, proof)


def _of_scenes(pack: str, row: Row) -> Iterator[Example]:
    asked = SCENES[pack][row.level]

    def example(name: str, count: int | None, finding: str, proof: str = "measured") -> Example:
        fact = None if count is None else Fact(Decimal(count), proof)
        turns = everywhere({} if finding == "met" else _turned(row, finding))
        turns |= _too_weak(row, proof, _turned(row, "unknown"))
        return Example(f"{row} {name}", pack, but(whole(pack), **{f"scenes_{row.level}": fact}), turns)

    yield example(f"met at {asked}", asked, "met")
    yield example(f"met over at {asked + 1}", asked + 1, "met")
    yield example(f"unmet at {asked - 1}", asked - 1, "unmet")
    yield example("unmet at 0", 0, "unmet")
    yield example("unknown", None, "unknown")
    for proof in ("declared", "documented"):
        yield example(f"met {proof}", asked, "met", proof)


def _of_coverage(pack: str, row: Row) -> Iterator[Example]:
    yield Example(f"{row} met", pack, whole(pack))
    for link in LINKS:
        ids = tuple(one.id for one in stated(pack) if (one.level, one.link) == (row.level, link))
        for finding in ("unmet", "unknown"):
            case = but(whole(pack), dict.fromkeys(ids, Claim(finding, "measured")))
            turn = {row.level: Turn(finding, "coverage", ids, link)} if link in COVERS[row.level] else {}
            yield Example(f"{row} {finding} without {link}", pack, case, everywhere(turn))
    encouraged = {one.id: Claim("unmet", "measured") for one in stated(pack) if one.force == "encouraged"}
    yield Example(f"{row} met without what is encouraged", pack, but(whole(pack), encouraged))
