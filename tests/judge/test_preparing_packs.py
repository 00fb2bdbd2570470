"""A pack made ready to judge: the rules of the day, interpretations put in, what each level ranges over."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from judge_packs import (
    AS_OF,
    LINK_COVERED,
    at_floor,
    build_pack,
    built,
    case_of,
    coverage,
    element,
    field,
    interpretation,
    small_program,
    written,
)

from linghang.conditions.model import Pack
from linghang.conditions.rules import months_before
from linghang.errors import BadInput
from linghang.judge.program import prepare
from linghang.judge.reference import judge


def refusal(pack: Pack, day: date = AS_OF, chosen: Any = None) -> str:
    with pytest.raises(BadInput) as caught:
        prepare(pack, day, chosen)
    return str(caught.value)


def interpreted() -> Pack:
    return build_pack(
        written(
            element("a", "share(found, listed) >= interpretation.quota and rate >= interpretation.limit"),
            built("x", "link"),
            coverage("link"),
            fields=[field("listed", "yes_no"), field("rate", "number")],
            interpretation=[
                interpretation("link_covered", "all", LINK_COVERED),
                interpretation("quota", Decimal("0.5")),
                interpretation("limit", 60),
                interpretation("strict", True),
            ],
        )
    )


def test_a_pack_is_judged_only_while_it_is_in_force() -> None:
    valid = {"from": date(2024, 10, 1), "to": date(2025, 10, 1)}
    pack = build_pack(written(element("a"), valid=valid))
    for day in (date(2024, 10, 1), date(2025, 9, 30)):
        assert prepare(pack, day).as_of == day
    for day in (date(2024, 9, 30), date(2025, 10, 1)):
        assert refusal(pack, day) == f"pack small is in force from 2024-10-01 to 2025-10-01, not on {day}"


def test_a_pack_without_an_end_is_in_force_from_its_first_day_on() -> None:
    pack = build_pack(written(element("a")))
    assert prepare(pack, date(2099, 1, 1)).as_of == date(2099, 1, 1)
    assert refusal(pack, date(2019, 12, 31)).startswith("pack small is in force from 2020-01-01 to …")


def test_the_rule_of_the_day_is_the_one_that_decides() -> None:
    dated = element("a")
    del dated["rule"]
    dated["rules"] = [
        {"from": date(2020, 1, 1), "to": date(2026, 1, 1), "rule": "found"},
        {"from": date(2026, 1, 1), "rule": "found and listed"},
    ]
    pack = build_pack(written(dated, fields=[field("listed", "yes_no")]))
    for day, finding in ((date(2025, 12, 31), "met"), (date(2026, 1, 1), "unknown")):
        program = prepare(pack, day)
        verdict = judge(program, case_of(program, "findings: {a: {finding: met}}"))
        assert verdict.floors["declared"].levels["basic"].finding == finding


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"links_covered": "all"}, ("no interpretation links_covered", "link_covered")),
        ({"link_covered": "most"}, ("most", "all, majority, any")),
        ({"limit": "60"}, ("“60” does not fit the interpretation limit", "60")),
        ({"limit": True}, ("does not fit the interpretation limit",)),
        ({"strict": Decimal(1)}, ("does not fit the interpretation strict",)),
        ({"quota": Decimal("1.5")}, ("1.5", "shares lie between 0 and 1")),
        ({"quota": Decimal(0)}, ("decides the same for everybody",)),
    ],
)
def test_an_interpretation_that_does_not_fit_is_refused(chosen: dict[str, Any], words: tuple[str, ...]) -> None:
    said = refusal(interpreted(), chosen=chosen)
    assert all(word in said for word in words)


def test_a_reviewer_sets_an_interpretation_and_it_is_shown() -> None:
    said = "findings: {a: {finding: met}, x: {finding: met}}\nfacts: {listed: {value: true}, rate: {value: 60}}"
    for limit, finding in ((Decimal(60), "met"), (Decimal("60.1"), "unmet")):
        program = prepare(interpreted(), AS_OF, {"limit": limit})
        verdict = judge(program, case_of(program, said))
        assert verdict.floors["declared"].levels["basic"].finding == finding
        assert verdict.to_dict()["interpretation"]["limit"] == str(limit)
    assert prepare(interpreted(), AS_OF).interpretation["limit"] == 60


@pytest.mark.parametrize(
    ("day", "months", "right"),
    [
        (date(2026, 6, 30), 36, date(2023, 6, 30)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2024, 2, 29), 48, date(2020, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
        (date(2026, 7, 31), 1, date(2026, 6, 30)),
        (date(1, 1, 1), 0, date(1, 1, 1)),
        (date(1, 2, 28), 2, date.min),
    ],
)
def test_months_before_is_the_same_day_or_the_last_of_the_month(day: date, months: int, right: date) -> None:
    assert months_before(day, months) == right


def test_elements_stand_after_those_that_their_rules_read_in_whatever_order_the_pack_has_them() -> None:
    elements = [element("a", "found and b and c"), element("b", "c or found"), element("c"), element("d", "not a")]
    for order in permutations(elements):
        program = small_program(*order)
        places = {one.id: place for place, one in enumerate(program.asked)}
        assert places["c"] < places["b"] < places["a"] < places["d"]
        claims = ", ".join(f"{name}: {{finding: met}}" for name in "abc")
        found = {one.asked.id: one.finding for one in at_floor(program, f"findings: {{{claims}}}").elements}
        assert found == {"a": "met", "b": "met", "c": "met", "d": "unmet"}


def test_a_level_ranges_over_its_parts_in_the_order_of_the_documents() -> None:
    program = small_program(
        element("o", part="outcome", level="basic"),
        built("y", "second"),
        built("x", "first"),
        built("z", "third", force="encouraged"),
        coverage("first", "second"),
        element("s", "scenes_basic >= 1", "scenario_count", level="basic"),
        element("m", "maturity_level >= 1", "maturity", level="basic"),
        element("e"),
    )
    assert [one.id for one in program.plans[0].conditions] == ["e", "maturity", "x", "y", "scenario_count", "o"]
    assert list(program.plans[0].links) == ["first", "second"]


def test_only_elements_whose_rule_reads_what_was_found_can_be_stated() -> None:
    program = small_program(
        element("a"),
        element("b", "found or listed"),
        element("c", "listed"),
        built("x", "link"),
        coverage("link"),
        fields=[field("listed", "yes_no")],
    )
    assert program.claimable == {"a", "b", "x"}
