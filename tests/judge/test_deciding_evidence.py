"""Deciding evidence against brute force: every set of missing conditions is tried."""

from collections.abc import Mapping
from itertools import combinations
from math import comb
from random import Random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judge_packs import LINK_COVERED, at_floor, built, coverage, element, small_program

from linghang.judge.case import read_case
from linghang.judge.deciding import MAX_SETS
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.program import Program
from linghang.judge.reference import judge
from linghang.judge.verdict import LevelVerdict

Said = dict[str, Any]
FINDINGS = ("met", "met", "unknown", "unknown", "unknown", "unmet", "not_applicable")


def small_pack(rng: Random, link_covered: str) -> Program:
    """A pack whose conditions can each be settled alone: what was found, a maturity level, a number of scenes."""
    links = {f"link_{place}": rng.randint(1, 4) for place in range(rng.randint(1, 2))}
    elements = [
        built(f"{link}.{place}", link, force=rng.choice(("must", "should")))
        for link, size in links.items()
        for place in range(size)
    ]
    elements.append(coverage(*links, force=rng.choice(("must", "should"))))
    if rng.random() < 0.5:
        elements.append(element("eligible", force=rng.choice(("must", "should"))))
    if rng.random() < 0.5:
        elements.append(element("m", "maturity_level >= 2", "maturity", level="basic"))
    if rng.random() < 0.5:
        elements.append(element("s", "scenes_basic >= 6", "scenario_count", level="basic"))
    return small_program(*elements, link_covered=link_covered)


def random_case(rng: Random, program: Program) -> Said:
    said: Said = {"findings": {}, "waivers": {}}
    for one in sorted(program.claimable):
        if (finding := rng.choice(FINDINGS)) != "unknown" or rng.random() < 0.5:
            reason = {"reason": "none here"} if finding == "not_applicable" else {}
            proof = rng.choice(("declared", "documented", "measured", "measured"))
            said["findings"][one] = {"finding": finding, "proof": proof, **reason}
    if rng.random() < 0.5:
        said["maturity"] = {"level": rng.choice((1, 2)), "proof": "documented"}
    if rng.random() < 0.5:
        said["scenes"] = {"count": {"basic": rng.choice((5, 6, 7))}, "proof": "documented"}
    for one in sorted(program.waivable):
        if rng.random() < 0.15:
            said["waivers"][one] = "agreed in writing"
    return said


def settled_as_met(said: Mapping[str, Any], conditions: tuple[str, ...]) -> Said:
    """The same case, in which these conditions turned out met, by the strongest proof."""
    more: Said = {**said, "findings": dict(said["findings"])}
    for one in conditions:
        if one == "maturity":
            more["maturity"] = {"level": 5, "proof": "measured"}
        elif one == "scenario_count":
            more["scenes"] = {"count": {"basic": 99}, "proof": "measured"}
        else:
            more["findings"][one] = {"finding": "met", "proof": "measured"}
    return more


def level_of(program: Program, said: Mapping[str, Any], floor: Floor) -> LevelVerdict:
    return judge(program, read_case(said, "case.yaml", program)).floors[floor].levels["basic"]


def by_trying(program: Program, said: Mapping[str, Any], floor: Floor, missing: tuple[str, ...]) -> set[frozenset[str]]:
    """The smallest sets of missing conditions that make the level met."""
    for size in range(len(missing) + 1):
        found = {
            frozenset(some)
            for some in combinations(missing, size)
            if level_of(program, settled_as_met(said, some), floor).finding == "met"
        }
        if found:
            return found
    raise AssertionError("an unknown level can be met when everything missing is met")


@pytest.mark.parametrize("link_covered", LINK_COVERED)
@given(st.integers(0, 2**64 - 1))
@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_deciding_sets_are_those_that_trying_everything_finds(link_covered: str, seed: int) -> None:
    rng = Random(seed)
    program = small_pack(rng, link_covered)
    order = [one.id for one in program.plans[0].conditions]
    for said in (random_case(rng, program) for _ in range(3)):
        for floor in FLOORS:
            level = level_of(program, said, floor)
            if level.finding != "unknown":
                assert level.deciding == ()
                assert level.deciding_count == 0
                continue
            tried = by_trying(program, said, floor, level.missing)
            assert level.deciding_count == len(tried)
            assert len(level.deciding) == min(len(tried), MAX_SETS)
            assert len(set(level.deciding)) == len(level.deciding)
            assert {frozenset(one) for one in level.deciding} <= tried
            assert all(list(one) == sorted(one, key=order.index) for one in level.deciding)


def test_a_conjunction_has_one_deciding_set_all_that_is_missing() -> None:
    program = small_program(
        element("a"), element("b"), built("x", "link"), built("y", "link"), coverage("link"), link_covered="all"
    )
    level = at_floor(program, "findings: {b: {finding: met}}").levels["basic"]
    assert level.deciding == (("a", "x", "y"),)
    assert level.deciding_count == 1


def test_a_majority_can_be_reached_in_several_ways() -> None:
    program = small_program(
        *(built(name, "link") for name in "vwxyz"), coverage("link"), element("a"), link_covered="majority"
    )
    level = at_floor(program, "findings: {a: {finding: met}, v: {finding: met}, w: {finding: unmet}}").levels["basic"]
    assert level.deciding == (("x", "y"), ("x", "z"), ("y", "z"))
    assert level.deciding_count == 3


def test_any_one_element_of_a_link_is_enough() -> None:
    program = small_program(built("x", "link"), built("y", "link"), coverage("link"), link_covered="any")
    level = at_floor(program, "findings: {}").levels["basic"]
    assert level.deciding == (("x",), ("y",))


def test_a_settled_level_needs_nothing() -> None:
    program = small_program(element("a"), element("b"))
    for said in ("{a: {finding: unmet}}", "{a: {finding: met}, b: {finding: met}}"):
        level = at_floor(program, f"findings: {said}").levels["basic"]
        assert (level.deciding, level.deciding_count) == ((), 0)


def test_many_ways_are_counted_but_only_the_first_are_named() -> None:
    names = [f"e{place:02}" for place in range(40)]
    program = small_program(*(built(name, "link") for name in names), coverage("link"), link_covered="majority")
    start = perf_counter()
    level = at_floor(program, "findings: {}").levels["basic"]
    assert perf_counter() - start < 5
    assert level.deciding_count == comb(40, 21)
    assert len(level.deciding) == MAX_SETS
    assert level.deciding[0] == tuple(names[:21])
