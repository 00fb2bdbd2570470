"""Sampling by attributes lot by lot, GB/T 2828.1-2012 (ISO 2859-1:1999): code letters, single plans, OC curve.

The main tables 2-A, 2-B and 2-C are not typed in cell by cell: they follow a construction. Sample sizes and AQLs are
both steps of a fifth of a decade, so what is allowed depends only on the sum of the place of the letter and the place
of the AQL (the diagonals of the tables); cells between the diagonals are arrows to the next plan up or down. The tests
compare the result with published cells of all three tables.

What it does not do: double and multiple plans, the plans for isolated lots of GB/T 2828.2, fractional acceptance
numbers (annex), variables plans (GB/T 6378.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from linghang.errors import BadInput
from linghang.words import Word, later

Severity = Literal["normal", "tightened", "reduced"]
SAID: Mapping[Severity, Word] = {
    "normal": Word(later("normal")),
    "tightened": Word(later("tightened")),
    "reduced": Word(later("reduced")),
}
Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
LEVELS: tuple[Level, ...] = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
LETTERS = "ABCDEFGHJKLMNPQRS"
"""S exists in tightened inspection alone."""
LOT_SIZES = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
"""Greatest lot of each row of table 1; the last row has no end."""
CODE_LETTERS = dict(
    zip(
        LEVELS,
        (
            "AAAABBBBCCCCDDD",
            "AAABBBCCCDDDEEE",
            "AABBCCDDEEFFGGH",
            "AABCCDEEFGGHJJK",
            "AABCCDEFGHJKLMN",
            "ABCDEFGHJKLMNPQ",
            "BCDEFGHJKLMNPQR",
        ),
        strict=True,
    )
)
"""Table 1: letters by row of lot size, for each inspection level."""
AQLS = (
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0, 15.0, 25.0, 40.0,
    65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
)  # fmt: skip
"""Per cent nonconforming (up to 10) or nonconformities per 100 items."""
SIZES: dict[Severity, tuple[int, ...]] = {
    "normal": (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000),
    "tightened": (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150),
    "reduced": (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800),
}
ZERO_AT: dict[Severity, int] = {"normal": 14, "tightened": 15, "reduced": 14}
"""Diagonal (place of the letter + place of the AQL) on which the acceptance number is 0."""
ACCEPT: dict[Severity, dict[int, int]] = {
    "normal": dict(zip(range(17, 25), (1, 2, 3, 5, 7, 10, 14, 21), strict=True)),
    "tightened": dict(zip(range(18, 25), (1, 2, 3, 5, 8, 12, 18), strict=True)),
    "reduced": dict(zip(range(18, 25), (1, 2, 3, 5, 6, 8, 10), strict=True)),
}
"""Diagonal -> acceptance number, for all letters."""
SMALL: dict[Severity, dict[int, int]] = {
    "normal": {25: 30, 26: 44},
    "tightened": {25: 27, 26: 41},
    "reduced": {25: 14, 26: 21},
}
"""Further diagonals of the letters A to E."""
LAST_SMALL = 4
REDUCED_TWO: tuple[dict[int, int], dict[int, int]] = (
    dict(zip(range(17, 26), (1, 2, 3, 5, 7, 10, 14, 21, 30), strict=True)),
    dict(zip(range(18, 27), (1, 2, 3, 5, 7, 10, 14, 21, 30), strict=True)),
)
"""Reduced inspection keeps two items for A and B: these letters keep the acceptance numbers of normal A."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A single sampling plan.

    Attributes
    ----------
    letter
        Code letter of the plan that applies, after arrows.
    size
        Sample size; not more than the lot where that is known.
    accept
        Acceptance number Ac; the lot is not accepted from Ac + 1 nonconforming items on.
    whole
        Whether the sample is the whole lot (100 % inspection).
    """

    letter: str
    size: int
    accept: int
    whole: bool = False

    @property
    def reject(self) -> int:
        """Rejection number Re = Ac + 1."""
        return self.accept + 1


def code_letter(lot_size: int, level: Level = "II") -> str:
    """Return the sample size code letter (table 1).

    Raises
    ------
    BadInput
        A lot of less than 2 items, or no such inspection level.
    """
    if level not in CODE_LETTERS:
        raise BadInput("there is no inspection level {level}; known are {levels}", level=level, levels=list(LEVELS))
    if lot_size < 2:
        raise BadInput("a lot of {size} items is not sampled; it has at least 2", size=lot_size)
    return CODE_LETTERS[level][int(np.searchsorted(LOT_SIZES, lot_size))]


@cache
def plan_of(letter: str, aql: float, severity: Severity = "normal") -> Plan:
    """Return the single plan of a code letter and an AQL (tables 2-A, 2-B, 2-C), arrows followed.

    Raises
    ------
    BadInput
        No such letter or AQL.
    """
    row, column = _letter(letter, severity), _aql(aql)
    here = _accept(row, column, severity)
    if here is not None:
        return Plan(letter, SIZES[severity][row], here)
    total, rows = row + column, len(SIZES[severity])
    up, down = range(row - 1, -1, -1), range(row + 1, rows)
    upwards = total == ZERO_AT[severity] + 1 if severity != "tightened" else False
    beyond = total > ZERO_AT[severity] + 3
    for place in (*up, *down) if upwards or beyond else (*down, *up):
        found = _accept(place, column, severity)
        if found is not None:
            return Plan(LETTERS[place], SIZES[severity][place], found)
    raise BadInput("there is no plan for the letter {letter} at AQL {aql}", letter=letter, aql=aql)  # pragma: no cover


def plan_for(lot_size: int, aql: float, level: Level = "II", severity: Severity = "normal") -> Plan:
    """Return the single plan for a lot; where the sample would not be smaller than the lot, the whole lot is taken."""
    found = plan_of(code_letter(lot_size, level), aql, severity)
    if found.size < lot_size:
        return found
    return Plan(found.letter, lot_size, found.accept, whole=True)


def tighter_aql(aql: float) -> float | None:
    """Return the AQL one step tighter, None for the tightest."""
    place = _aql(aql)
    return AQLS[place - 1] if place else None


def nearest_aql(percent: float) -> float:
    """Return the largest AQL of the tables that is not above `percent` (the tightest one if none is)."""
    return max((one for one in AQLS if one <= percent * (1 + 1e-9)), default=AQLS[0])


def acceptance(
    plan: Plan, percent: ArrayLike, lot_size: int | None = None, counts: Literal["items", "flaws"] = "items"
) -> NDArray[np.float64]:
    """Return the probability that a lot is accepted: the operating characteristic curve.

    Parameters
    ----------
    plan
        The plan.
    percent
        Quality: per cent nonconforming, or nonconformities per 100 items.
    lot_size
        With it the exact (hypergeometric) probability of that lot, type A; without it the process, type B: binomial
        for items, Poisson for flaws (nonconformities).
    counts
        What is counted.

    Raises
    ------
    BadInput
        A quality below 0, or above 100 % of items.
    """
    from scipy import stats

    share = np.atleast_1d(np.asarray(percent, dtype=np.float64)) / 100
    if not np.isfinite(share).all() or (share < 0).any() or (counts == "items" and (share > 1).any()):
        raise BadInput("a quality is between 0 and 100 per cent of the items")
    if counts == "flaws":
        return np.asarray(stats.poisson.cdf(plan.accept, plan.size * share))
    if lot_size is None:
        return np.asarray(stats.binom.cdf(plan.accept, plan.size, share))
    bad = np.rint(share * lot_size).astype(np.int64)
    return np.asarray(stats.hypergeom.cdf(plan.accept, lot_size, bad, min(plan.size, lot_size)))


def quality_at(plan: Plan, probability: float, counts: Literal["items", "flaws"] = "items") -> float:
    """Return the quality (per cent) that is accepted with a probability: 0.95 for the producer's, 0.10 the consumer's.

    Raises
    ------
    BadInput
        A probability that is not between 0 and 1.
    """
    from scipy import stats

    if not 0 < probability < 1:
        raise BadInput("a probability lies between 0 and 1")
    if counts == "flaws":
        return float(stats.gamma.ppf(1 - probability, plan.accept + 1) / plan.size * 100)
    if plan.accept >= plan.size:
        return 100.0
    return float(stats.beta.ppf(1 - probability, plan.accept + 1, plan.size - plan.accept) * 100)


def outgoing(plan: Plan, percent: Sequence[float], lot_size: int) -> NDArray[np.float64]:
    """Return the average outgoing quality (per cent) if lots that are not accepted are sorted completely."""
    probability = acceptance(plan, percent)
    return np.asarray(probability * np.asarray(percent) * (1 - min(plan.size, lot_size) / lot_size))


def _accept(row: int, column: int, severity: Severity) -> int | None:
    """Return the acceptance number of a cell of the main table, None for an arrow."""
    total = row + column
    if total == ZERO_AT[severity]:
        return 0
    if severity == "reduced" and row < len(REDUCED_TWO):
        return REDUCED_TWO[row].get(total)
    found = ACCEPT[severity].get(total)
    return found if found is not None or row > LAST_SMALL else SMALL[severity].get(total)


def _letter(letter: str, severity: Severity) -> int:
    place = LETTERS.find(letter) if len(letter) == 1 else -1
    if not 0 <= place < len(SIZES[severity]):
        raise BadInput(
            "there is no code letter {letter} in {severity} inspection", letter=letter, severity=SAID[severity]
        )
    return place


def _aql(aql: float) -> int:
    for place, one in enumerate(AQLS):
        if abs(one - aql) <= 1e-9 * one:
            return place
    raise BadInput(
        "{aql} is no AQL of the tables; the next tighter one is {nearest}", aql=aql, nearest=nearest_aql(aql)
    )
