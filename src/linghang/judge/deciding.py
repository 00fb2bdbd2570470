"""Deciding evidence: the smallest sets of unknown conditions that confirm a level when all of them turn out met.

A level that is met or unmet is settled and needs none. In a conjunction there is one such set, all that is
missing; where a link may be covered by a majority or by any one element there can be several of the same size.
"""

from collections.abc import Mapping
from itertools import combinations, islice, product
from math import comb, prod

from linghang.judge.findings import Finding, tally
from linghang.judge.program import Plan

MAX_SETS = 16


def deciding_sets(
    level: Finding, plan: Plan, link_covered: str, found: Mapping[str, Finding], waived: bool
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return the first `MAX_SETS` smallest deciding sets of a level, and how many there are.

    Parameters
    ----------
    level
        The level's finding; only an unknown level has deciding evidence.
    found
        Element key -> finding at this floor.
    waived
        Whether coverage was waived, so that its elements decide nothing.
    """
    if level != "unknown":
        return (), 0
    choices: list[tuple[list[str], int]] = []  # (unknown ids, how many of them must turn out met)
    for part, conditions in plan.parts.items():
        if part != "coverage":
            unknown = [one.id for one in conditions or () if found[one.key] == "unknown"]
            choices.append((unknown, len(unknown)))
    for asked in () if waived else plan.links.values():
        unknown = [one.id for one in asked if found[one.key] == "unknown"]
        choices.append((unknown, _still_needed([found[one.key] for one in asked], link_covered)))
    count = prod(comb(len(unknown), k) for unknown, k in choices)
    # `product` makes every combination of a factor before the first set: the first ones need no more of each
    picked = product(*(islice(combinations(unknown, k), MAX_SETS) for unknown, k in choices))
    order = {one.id: place for place, one in enumerate(plan.conditions)}
    sets = (tuple(sorted((one for pick in picks for one in pick), key=order.__getitem__)) for picks in picked)
    return tuple(islice(sets, MAX_SETS)), count


def _still_needed(findings: list[Finding], link_covered: str) -> int:
    met, unmet, unknown = tally(findings)
    if link_covered == "all":
        return unknown
    more_than = (met + unmet + unknown) // 2 if link_covered == "majority" else 0
    return max(0, more_than + 1 - met) if met + unmet + unknown else 0
