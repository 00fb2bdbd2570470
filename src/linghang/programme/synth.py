"""A synthetic registry: enterprises that never were, with the correlations and shares of a real registry.

Each enterprise has one latent maturity: what its region, industry and size put ahead or behind, and chance. All its
findings, proofs, numbers and gaps lean on it, so who has one capability tends to have the others. Elements are as hard
as their level and kind; the counts per level are met exactly: the foremost enterprises by latent maturity are given
what their level asks, and the others are denied one element of a level that they would have reached by chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.conditions.rules import Compare, Literally, Name, Node, names, walk
from linghang.errors import BadInput
from linghang.evidence.proof import STRENGTH
from linghang.judge.columns import judge_table
from linghang.judge.inputs import Population
from linghang.judge.program import Asked, Plan, Program
from linghang.programme.profiles import INDUSTRIES, MATURITY, MET, MET_BY_ALL, REGIONS, SIZES, Weight, published_counts
from linghang.words import Listed

CHUNK = 1 << 16
"""Enterprises that are drawn at once, each chunk by a generator of its own."""

UNKNOWN, UNMET, IS_MET = -1, 0, 1
_LOADING = 0.75
_CHANCE = (1 - _LOADING**2) ** 0.5
_NORMAL = NormalDist()
_KINDS = ("fact", "attested", "measured", "capability", "benchmark")
_PROOFS = tuple(sorted(STRENGTH, key=STRENGTH.__getitem__))

Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class People:
    """All enterprises, before anything is drawn of their elements.

    Attributes
    ----------
    region, industry, size
        Place among the codes of `profiles`.
    latent
        Latent maturity, standardised (mean 0, deviation 1).
    rung
        How many levels, from the lowest, the enterprise is to have.
    """

    region: Column
    industry: Column
    size: Column
    latent: Column
    rung: Column


def synthesise(program: Program, enterprises: int, seed: int, proofs: bool = True) -> Iterator[pa.RecordBatch]:
    """Draw a registry in batches of `CHUNK` rows, the same for the same arguments.

    Parameters
    ----------
    program
        The pack whose elements and fields become columns; its levels need published counts.
    enterprises
        How many rows, at least 1.
    proofs
        Whether to give each finding its proof (columns `proof:<id>`).

    Yields
    ------
    Columns `id`, `synthetic` (true throughout), `region` (GB/T 2260, two digits), `industry` (GB/T 4754, division),
    `size`, one an element (true, false, null for unknown), numbers of the fields, proofs.

    Raises
    ------
    BadInput
        No enterprises, a level without a published count, or a pack whose rules ask what is not drawn here.
    """
    if enterprises < 1:
        raise BadInput("a registry has at least one enterprise, not {count}", count=enterprises)
    if seed < 0:
        raise BadInput("a seed is a whole number from 0 on, not {seed}", seed=seed)
    drawing = _Drawing(program, proofs)
    people = _people(program, enterprises, seed)
    for chunk, start in enumerate(range(0, enterprises, CHUNK)):
        rng = np.random.default_rng([seed, 1 + chunk])
        yield drawing.batch(people, slice(start, min(start + CHUNK, enterprises)), rng)


def _people(program: Program, enterprises: int, seed: int) -> People:
    rng = np.random.default_rng([seed, 0])
    counts = published_counts(enterprises)
    unknown = [level for level in program.pack.level_ids if level not in counts]
    if unknown:
        raise BadInput(
            "no count is published for the levels {names}; known are {known}",
            names=Listed(unknown),
            known=Listed(counts),
        )
    latent = rng.standard_normal(enterprises)
    (region, of_region), (industry, of_industry), (size, of_size) = (
        _place(codes, enterprises, rng) for codes in (REGIONS, INDUSTRIES, SIZES)
    )
    latent += of_region + of_industry + of_size
    latent = (latent - latent.mean()) / (latent.std() or 1)
    order = np.argsort(-(latent + 0.2 * rng.standard_normal(enterprises)), kind="stable")
    rung = np.zeros(enterprises, np.int8)
    for level in program.pack.level_ids:
        rung[order[: counts[level]]] += 1
    return People(region, industry, size, latent.astype(np.float32), rung)


def _place(codes: Mapping[str, Weight], enterprises: int, rng: np.random.Generator) -> tuple[Column, Column]:
    common = np.cumsum([one.common for one in codes.values()])
    place = np.searchsorted(common, rng.random(enterprises) * common[-1], side="right")
    return place.astype(np.int8), np.array([one.ahead for one in codes.values()])[place]


class _Drawing:
    """One program, and what each of its levels needs of the columns."""

    def __init__(self, program: Program, proofs: bool) -> None:
        self.program = program
        self.proofs = proofs
        self.levels = program.pack.level_ids
        self.shares = _shares(program)
        self.needs = [_needs(plan, program) for plan in program.plans]
        self.guards = [_guard(plan, self.shares) for plan in program.plans]
        self.numbers = [name for name in program.fields if any(name in fields for _, fields in self.needs)]

    def batch(self, people: People, rows: slice, rng: np.random.Generator) -> pa.RecordBatch:
        """Draw some rows, and see to it by judging them that each stands where it should."""
        latent, rung = people.latent[rows], people.rung[rows]
        findings = {name: _finding(share, latent, rng) for name, share in self.shares.items()}
        numbers = {name: self._number(name, latent, rng) for name in self.numbers}
        for place, (elements, fields) in enumerate(self.needs):
            held = rung > place
            for name in elements:
                findings[name][held] = IS_MET
            for name, least in fields.items():
                numbers[name][held] = np.maximum(numbers[name][held], least)
        self._deny(findings, numbers, rung)
        columns = self._columns(findings, numbers)
        if self.proofs:
            columns |= self._proofs(findings, latent, rung, rng)
        head = {
            "id": pa.array([f"SYN-{number:08d}" for number in range(rows.start + 1, rows.stop + 1)]),
            "synthetic": pa.array(np.ones(len(rung), bool)),
            "region": _codes(people.region[rows], list(REGIONS)),
            "industry": _codes(people.industry[rows], [f"C{code}" for code in INDUSTRIES]),
            "size": _codes(people.size[rows], list(SIZES)),
        }
        return pa.record_batch(head | columns)

    def _number(self, name: str, latent: Column, rng: np.random.Generator) -> Column:
        """A number of a field, -1 where it is unknown."""
        leaning = _LOADING * latent + _CHANCE * rng.standard_normal(len(latent), np.float32)
        if name == "maturity_level":
            drawn = np.searchsorted([_NORMAL.inv_cdf(1 - share) for share in MATURITY], leaning, side="right")
        else:
            place = self.levels.index(name.removeprefix("scenes_"))
            drawn = np.clip(np.rint(4 + 3 * leaning - 2 * place), 0, 40)
        return np.where(_gap(latent, rng), UNKNOWN, drawn).astype(np.int8)

    def _deny(self, findings: dict[str, Column], numbers: dict[str, Column], rung: Column) -> None:
        """Take one element from whoever reached a level by chance; what then does not fit is no fault of chance."""
        for _ in range(2):
            reached = self._reached(findings, numbers)
            if all((have == (rung > place)).all() for place, have in enumerate(reached)):
                return
            for place, have in enumerate(reached):
                guard = self.guards[place]
                if guard is not None:
                    findings[guard][have & (rung <= place)] = UNMET
        wrong = [level for place, level in enumerate(self.levels) if (reached[place] != (rung > place)).any()]
        raise BadInput(
            "no registry can be drawn for pack {pack}: its rules for {levels} ask what is not drawn here",
            pack=self.program.pack.id,
            levels=Listed(wrong),
        )

    def _reached(self, findings: Mapping[str, Column], numbers: Mapping[str, Column]) -> list[Column]:
        table = pa.record_batch(self._columns(findings, numbers))
        verdict = judge_table(self.program, Population(table), masks=False)
        bits = [np.unpackbits(one.met.view(np.uint8), bitorder="little") for one in verdict.levels.values()]
        return [one[: verdict.rows].astype(bool) for one in bits]

    def _columns(self, findings: Mapping[str, Column], numbers: Mapping[str, Column]) -> dict[str, pa.Array]:
        columns = {name: pa.array(drawn == IS_MET, mask=drawn == UNKNOWN) for name, drawn in findings.items()}
        return columns | {name: pa.array(drawn, mask=drawn == UNKNOWN) for name, drawn in numbers.items()}

    def _proofs(
        self, findings: Mapping[str, Column], latent: Column, rung: Column, rng: np.random.Generator
    ) -> dict[str, pa.Array]:
        """The better a firm is, the better it proves; what a level was given for is documented at least."""
        made = {}
        for name in (*findings, *self.numbers):
            leaning = _LOADING * latent + _CHANCE * rng.standard_normal(len(latent), np.float32)
            strength = (leaning > 0.3).astype(np.int8) + (leaning > 1.3)
            np.maximum(strength, rung > 0, out=strength)
            unknown = findings[name] == UNKNOWN if name in findings else None
            made[f"proof:{name}"] = _codes(strength, list(_PROOFS), unknown)
        return made


def _shares(program: Program) -> dict[str, float]:
    """Element that somebody may state -> the share that meets it: by its level, and within it by its kind and place."""
    levels = program.pack.level_ids
    found: dict[str, float] = {}
    for level in ("all", *levels):
        easiest, hardest = MET_BY_ALL if level == "all" else MET[min(levels.index(level), len(MET) - 1)]
        here = [one for one in program.pack.elements if one.level == level and one.id in program.claimable]
        ordered = sorted(here, key=lambda one: _KINDS.index(one.kind) if one.kind in _KINDS else len(_KINDS))
        for place, one in enumerate(ordered):
            part = place / max(len(ordered) - 1, 1)
            found.setdefault(one.id, easiest * (hardest / easiest) ** part)
    return found


def _finding(share: float, latent: Column, rng: np.random.Generator) -> Column:
    leaning = _LOADING * latent + _CHANCE * rng.standard_normal(len(latent), np.float32)
    found: Column = (leaning > _NORMAL.inv_cdf(1 - share)).astype(np.int8)
    found[_gap(latent, rng)] = UNKNOWN
    return found


def _gap(latent: Column, rng: np.random.Generator) -> Column:
    """Rows in which something is unknown: rarer where a firm is mature."""
    gap: Column = rng.random(len(latent), np.float32) < np.clip(0.18 - 0.06 * latent, 0.02, 0.5)
    return gap


def _codes(place: Column, codes: list[str], unknown: Column | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(place, pa.int8(), mask=unknown), pa.array(codes))


def _needs(plan: Plan, program: Program) -> tuple[frozenset[str], dict[str, int]]:
    """What makes a level met: elements to be met, and the least numbers of its fields."""
    by_id: dict[str, list[Asked]] = {}
    for one in program.asked:
        by_id.setdefault(one.id, []).append(one)
    waiting = [one.asked for one in plan.conditions]
    seen = {one.key for one in waiting}
    fields: dict[str, int] = {}
    while waiting:
        asked = waiting.pop()
        for name, least in _least(asked.rule):
            fields[name] = max(least, fields.get(name, 0))
        for other in (one for name in names(asked.rule) for one in by_id.get(name, ())):
            if other.key not in seen:
                seen.add(other.key)
                waiting.append(other)
    ids = frozenset(key.partition("@")[0] for key in seen)
    return ids & program.claimable, fields


def _least(rule: Node) -> Iterator[tuple[str, int]]:
    """Yield the fields that a rule sets a least number for (scenes and maturity; other fields are not drawn)."""
    for node in walk(rule):
        if isinstance(node, Compare) and isinstance(node.left, Name) and isinstance(node.right, Literally):
            bound, name = node.right.value, node.left.name
            if isinstance(bound, Decimal) and (name == "maturity_level" or name.startswith("scenes_")):
                whole = int(-((-bound).to_integral_value(ROUND_FLOOR)))
                yield name, whole + (node.operator == ">" and whole == bound)


def _guard(plan: Plan, shares: Mapping[str, float]) -> str | None:
    """The hardest element that this level alone asks: who lacks it lacks the level, and no other."""
    own = [one.asked.id for one in plan.conditions if one.asked.level == plan.level.id and one.asked.simple]
    return min((one for one in own if one in shares), key=lambda one: shares[one], default=None)
