"""What Jiangsu and Hainan ask differently, and that the national conditions stand for the rest."""

from decimal import Decimal

import pytest
from golden_packs import (
    FLOORS,
    HAINAN,
    JIANGSU,
    LEVELS,
    NATIONAL,
    NEIMENGGU,
    Claim,
    Example,
    Fact,
    Row,
    but,
    conditions,
    element_examples,
    own_rows,
    program,
    rows,
    said,
    whole,
)

from linghang.errors import BadInput
from linghang.judge.case import read_case
from linghang.judge.reference import judge

REGIONS = (JIANGSU, HAINAN)
EXAMPLES = [example for pack in REGIONS for example in element_examples(pack)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_difference_decides_its_level_and_no_other(example: Example) -> None:
    verdict = judge(program(example.pack), example.case)
    assert said(verdict) == {floor: example.expected(floor) for floor in FLOORS}


@pytest.mark.parametrize("row", [row for pack in REGIONS for row in own_rows(pack)])
def test_a_difference_is_traced_to_its_clause(row: Row) -> None:
    traced = judge(program(row.pack), whole(row.pack)).floors["declared"].elements
    asked = next(one.asked for one in traced if (one.asked.id, one.asked.level) == (row.id, row.level))
    assert asked.cited == f"{row.document} {row.clause}"
    assert (asked.part, asked.kind, asked.force) == (row.part, row.kind, row.force)


@pytest.mark.parametrize("pack", REGIONS)
def test_the_national_conditions_stand_for_the_rest(pack: str) -> None:
    traced = {one.asked.key: one.asked for one in judge(program(pack), whole(pack)).floors["declared"].elements}
    asked = {f"{row.id}@{row.level}": row for row in rows(pack) if row.part != "coverage"}
    assert traced.keys() == asked.keys()
    for key, row in asked.items():
        assert traced[key].cited == f"{row.document} {row.clause}", key
    national = {row.id for row in rows(NATIONAL)}
    assert {row.id for row in rows(pack)} - national == {row.id for row in own_rows(pack)} - national
    unmet = but(whole(pack), {"base.talent": Claim("unmet", "measured")})
    found = said(judge(program(pack), unmet))["measured"]["levels"]
    assert {level: found[level]["failing"] for level in LEVELS} == {level: ["base.talent"] for level in LEVELS}


@pytest.mark.parametrize("row", [row for pack in REGIONS for row in own_rows(pack)])
def test_a_difference_cannot_be_waived(row: Row) -> None:
    with pytest.raises(BadInput, match=rf"{row.id} is a must and cannot be waived"):
        read_case({"waivers": {row.id: "why not"}}, "case.yaml", program(row.pack))


@pytest.mark.parametrize(("count", "finding"), [(14, "unmet"), (15, "met"), (16, "met"), (None, "unknown")])
def test_jiangsu_asks_for_15_scenes_at_the_advanced_level_only(count: int | None, finding: str) -> None:
    few = {f"scenes_{level}": Fact(Decimal(0), "measured") for level in LEVELS}
    few["scenes_advanced"] = None if count is None else Fact(Decimal(count), "measured")
    found = said(judge(program(JIANGSU), but(whole(JIANGSU), **few)))["measured"]["levels"]
    parts = {level: found[level]["parts"]["scenario_count"] for level in LEVELS}
    assert parts == {"basic": None, "advanced": finding, "excellence": None, "pioneer": None}
    assert {level: found[level]["finding"] for level in LEVELS} == dict.fromkeys(LEVELS, "met") | {"advanced": finding}


@pytest.mark.parametrize(("maturity", "reached"), [(0, ()), (1, ("basic",)), (2, ("basic", "advanced")), (4, LEVELS)])
def test_hainan_asks_for_maturity_1_at_the_basic_level(maturity: int, reached: tuple[str, ...]) -> None:
    case = but(whole(HAINAN), maturity_level=Fact(Decimal(maturity), "documented"))
    found = said(judge(program(HAINAN), case))["documented"]["levels"]
    assert tuple(level for level in LEVELS if found[level]["finding"] == "met") == reached


def test_hainan_admits_small_firms() -> None:
    text = _text(HAINAN, "base.above-scale")
    assert all(word in text for word in ("规模以上", "专精特新", "创新型中小企业"))
    assert "base.above-scale" in conditions(HAINAN, "basic")


def test_neimenggu_excludes_by_major_accidents_where_the_national_text_excludes_by_larger_ones() -> None:
    national, neimenggu = (_text(pack, "base.no-major-incident") for pack in (NATIONAL, NEIMENGGU))
    assert "较大" in national
    assert "质量" not in national
    assert "重大" in neimenggu
    assert "质量" in neimenggu
    assert "较大" not in neimenggu


@pytest.mark.parametrize("level", LEVELS)
def test_neimenggu_lets_the_applicant_rate_its_own_maturity(level: str) -> None:
    assert "自评价" in _text(NEIMENGGU, "base.maturity", level)
    assert "自评价" not in _text(NATIONAL, "base.maturity", level)


def _text(pack: str, element: str, level: str = "all") -> str:
    return next(one.text.zh for one in program(pack).asked if (one.id, one.level) == (element, level))
