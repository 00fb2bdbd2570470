"""A plant beside its industry: which comparator counts, which way is better, and what leaves it unknown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.kpi.comparators import Comparator, Comparison, Peers, comparators_of, compare
from linghang.kpi.compute import IndicatorValue, compute
from linghang.kpi.indicators import RULES
from linghang.kpi.period import of_year
from linghang.plant.tables import TABLES

DAY = date(2026, 3, 1)
PEERS = Peers("3670", "15", date(2014, 9, 1))
Values = dict[str, IndicatorValue]


@pytest.fixture(scope="module")
def values(module_plant: Callable[..., Any]) -> Values:
    """A plant whose defect rate fell from 4 % to 3 %, and of which nothing else is known."""
    inspected = [
        {
            "at": datetime(year, 6, 1, tzinfo=UTC),
            "stage": "final",
            "inspected_quantity": 100.0,
            "defective_quantity": bad,
        }
        for year, bad in ((2024, 4.0), (2025, 3.0))
    ]
    tables = module_plant({"inspection": inspected}, only=True)
    found = compute(tables, of_year(2025), of_year(2024), "15", {"inspection": "0"})
    return {value.id: value for value in found}


def level(value: IndicatorValue, own: str | None, unit: str | None = None) -> IndicatorValue:
    """The same indicator with another level."""
    present = None if own is None else Decimal(own)
    return replace(value, present_value=present, measured_unit=unit or value.measured_unit)


def comparator(value: str = "3.5", **changes: Any) -> Comparator:
    given = {
        "id": "C",
        "indicator": "defect_rate",
        "kind": "level",
        "statistic": "average",
        "industry": "36",
        "region": "15",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2026, 12, 31),
        "unit": "%",
        "source": "yearbook",
    }
    return Comparator(**{**given, "value": Decimal(value), **changes})


def against(value: IndicatorValue, *rows: Comparator, **changes: Any) -> Comparison:
    asked = {"peers": PEERS, "area": "province", "statistic": "average", "day": DAY, **changes}
    return compare(value, rows, **asked)


# --- exact, and in the right direction ---


@pytest.mark.parametrize(
    ("average", "better"),
    [("3.0000000000000001", True), ("3.1", True), ("3", False), ("3.00", False), ("2.9999999999999999", False)],
)
def test_above_the_average_is_strictly_better_and_a_lower_defect_rate_is(
    values: Values, average: str, better: bool
) -> None:
    assert against(values["defect_rate"], comparator(average)).better is better


@pytest.mark.parametrize(
    ("leading", "better"), [("3.0000000000000001", True), ("3", True), ("2.9999999999999999", False)]
)
def test_at_the_leading_level_is_as_good_or_better(values: Values, leading: str, better: bool) -> None:
    one = comparator(leading, statistic="leading")
    assert against(values["defect_rate"], one, statistic="leading").better is better


@pytest.mark.parametrize(("own", "better"), [("92.9", False), ("92.9000001", True), ("92.8999999", False)])
def test_a_higher_reuse_of_water_is_better(values: Values, own: str, better: bool) -> None:
    one = comparator("92.9", indicator="water_reuse")
    assert against(level(values["water_reuse"], own), one).better is better


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_indicators_own_row_says_which_way_is_better(values: Values, rule: Any) -> None:
    mine = level(values[rule.id], "50", rule.measured)
    one = comparator("60", indicator=rule.id, unit=rule.measured)
    assert against(mine, one).better is (rule.better == "lower")


def test_a_change_compares_with_changes_and_more_is_always_better(values: Values) -> None:
    assert values["defect_rate"].value == Decimal(25)
    for change, better in (("24.9", True), ("25", False), ("25.1", False)):
        found = against(values["defect_rate"], comparator(change, kind="change"))
        assert (found.better, found.own, found.own_unit) == (better, Decimal(25), "%")


@given(
    own=st.decimals(0, 100, places=6),
    limit=st.decimals(0, 100, places=6),
    statistic=st.sampled_from(["average", "leading"]),
)
def test_a_comparison_is_what_the_decimals_say(values: Values, own: Decimal, limit: Decimal, statistic: Any) -> None:
    mine = level(values["defect_rate"], str(own))
    found = against(mine, comparator(str(limit), statistic=statistic), statistic=statistic)
    assert found.better is (own < limit if statistic == "average" else own <= limit)


# --- which one counts ---


def test_the_closer_industry_goes_first_whatever_its_age(values: Values) -> None:
    wide = comparator("9", id="wide", valid_from=date(2026, 1, 1))
    close = comparator("1", id="close", industry="3670", valid_from=date(2025, 1, 1))
    middle = comparator("5", id="middle", industry="367")
    found = against(values["defect_rate"], wide, close, middle)
    assert ([one.id for one in found.comparators], found.better) == (["close"], False)
    other = against(values["defect_rate"], wide, close, middle, peers=PEERS._replace(industry="3612"))
    assert [one.id for one in other.comparators] == ["wide"]


def test_a_plant_of_a_wide_code_is_not_of_the_closer_industry(values: Values) -> None:
    found = against(values["defect_rate"], comparator(industry="3670"), peers=PEERS._replace(industry="36"))
    assert found.reason == "no_comparator"


def test_of_one_industry_the_newer_goes_first(values: Values) -> None:
    old, new = comparator("1", id="old"), comparator("9", id="new", valid_from=date(2026, 1, 1))
    assert [one.id for one in against(values["defect_rate"], old, new).comparators] == ["new"]
    before = against(values["defect_rate"], old, new, day=date(2025, 12, 31))
    assert [one.id for one in before.comparators] == ["old"]


def test_the_level_goes_before_the_change(values: Values) -> None:
    change = comparator("99", id="change", kind="change", industry="3670")
    found = against(values["defect_rate"], comparator("9", id="level"), change)
    assert ([one.id for one in found.comparators], found.better) == (["level"], True)


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_comparator_counts_from_its_first_to_its_last_day(values: Values, day: date, fits: bool) -> None:
    assert (against(values["defect_rate"], comparator(), day=day).reason == "") is fits


@pytest.mark.parametrize(
    ("region", "area"), [("15", "province"), ("CN", "country"), ("world", "world"), ("11", "nowhere")]
)
def test_an_area_is_compared_with_its_own_comparators_only(values: Values, region: str, area: str) -> None:
    for asked in ("province", "country", "world"):
        found = against(values["defect_rate"], comparator(region=region), area=asked)
        assert (found.better, found.reason) == ((True, "") if asked == area else (None, "no_comparator"))


def test_without_a_comparator_the_standing_is_unknown(values: Values) -> None:
    found = against(values["defect_rate"])
    assert (found.better, found.reason, found.comparators) == (None, "no_comparator", ())


# --- units ---


def test_units_are_converted_exactly(values: Values) -> None:
    mine = level(values["unit_energy"], "60.1", "kgce/t")
    for value, unit, better in (
        ("0.0601", "tce/t", False),
        ("0.06010000001", "tce/t", True),
        ("601", "tce/万t", False),
    ):
        found = against(mine, comparator(value, indicator="unit_energy", unit=unit))
        assert (found.better, found.reason) == (better, ""), (value, unit)


def test_other_units_of_output_are_not_compared(values: Values) -> None:
    mine = level(values["unit_energy"], "60.1", "kgce/pcs")
    found = against(mine, comparator("70", indicator="unit_energy", unit="kgce/t"))
    assert (found.better, found.reason) == (None, "unit")
    assert against(mine, comparator("70", indicator="unit_energy", unit="kgce/件")).better is True


# --- contradictions ---


def test_comparators_that_disagree_leave_it_unknown_and_are_both_named(values: Values) -> None:
    found = against(values["defect_rate"], comparator("5", id="a"), comparator("6", id="b"))
    assert (found.better, found.reason) == (None, "contradicted")
    assert [one.id for one in found.comparators] == ["a", "b"]


def test_comparators_that_say_the_same_in_other_units_agree(values: Values) -> None:
    rows = (comparator("5", id="a"), comparator("0.05", id="b", unit="1", document="yearbook.pdf"))
    found = against(values["defect_rate"], *rows)
    assert (found.better, found.reason) == (True, "")
    assert [one.id for one in found.comparators] == ["b", "a"], "the one that can be looked up stands first"


def test_a_leading_value_worse_than_the_average_is_a_contradiction(values: Values) -> None:
    average, leading = comparator("5", id="a"), comparator("6", id="l", statistic="leading")
    for statistic in ("average", "leading"):
        found = against(values["defect_rate"], average, leading, statistic=statistic)
        assert (found.better, found.reason) == (None, "contradicted")
        assert {one.id for one in found.comparators} == {"a", "l"}
    equal = comparator("5", id="l", statistic="leading")
    assert against(values["defect_rate"], average, equal).reason == ""


def test_values_of_different_industries_do_not_contradict_each_other(values: Values) -> None:
    rows = (comparator("5"), comparator("6", statistic="leading", industry="3670"))
    assert against(values["defect_rate"], *rows).reason == ""


# --- what follows from the other statistic ---


def test_who_leads_is_above_the_average(values: Values) -> None:
    found = against(values["defect_rate"], comparator("3", id="l", statistic="leading"))
    assert (found.statistic, found.better, found.comparators[0].id) == ("average", True, "l")


def test_who_is_not_above_the_average_does_not_lead(values: Values) -> None:
    found = against(values["defect_rate"], comparator("3", id="a"), statistic="leading")
    assert (found.statistic, found.better, found.comparators[0].id) == ("leading", False, "a")


def test_nothing_else_follows_from_the_other_statistic(values: Values) -> None:
    assert against(values["defect_rate"], comparator("2", statistic="leading")).reason == "no_comparator"
    assert against(values["defect_rate"], comparator("9"), statistic="leading").reason == "no_comparator"


# --- what is not known of the plant ---


@pytest.mark.parametrize(
    ("peers", "reason"),
    [(PEERS._replace(industry=None), "industry"), (PEERS._replace(province=None), "province")],
)
def test_a_plant_without_industry_or_province_has_no_peers(values: Values, peers: Peers, reason: str) -> None:
    assert against(values["defect_rate"], comparator(), peers=peers).reason == reason


def test_the_country_and_the_world_do_not_ask_for_the_province(values: Values) -> None:
    nowhere = PEERS._replace(province=None)
    assert against(values["defect_rate"], comparator(region="CN"), peers=nowhere, area="country").better is True


def test_an_unknown_value_is_not_compared(values: Values) -> None:
    found = against(values["oee"], comparator(indicator="oee"))
    assert (found.better, found.reason, found.own) == (None, "own", None)


def test_what_does_not_apply_to_the_plant_is_not_compared(values: Values) -> None:
    none = replace(values["apc_in_service_rate"], state="not_applicable")
    assert against(none, comparator(indicator="apc_in_service_rate")).reason == "not_applicable"


def test_a_new_plant_has_no_baseline_and_its_level_still_compares(values: Values) -> None:
    mine = replace(values["defect_rate"], value=None, state="unknown", needs=("inspection@baseline",))
    change, new = comparator("20", kind="change"), PEERS._replace(running_since=date(2024, 1, 2))
    assert against(mine, change, peers=new).reason == "new_plant"
    assert against(mine, change, peers=PEERS._replace(running_since=date(2024, 1, 1))).reason == "own"
    assert against(mine, change, peers=PEERS._replace(running_since=None)).reason == "own"
    without = replace(mine, lineage=replace(mine.lineage, baseline=None))
    assert against(without, change, peers=PEERS._replace(running_since=None)).reason == "new_plant"
    assert against(mine, change, comparator("9", id="level"), peers=new).better is True


# --- from the records ---


def test_rows_of_the_table_become_comparators_with_the_digits_that_were_written() -> None:
    example = TABLES["comparator"].info["examples"][0]
    rows = [{**example, "value": 60.1, "region": "150000", "industry_code": "C3670"}]
    (one,) = comparators_of(rows)
    assert (one.value, one.region, one.industry, one.area) == (Decimal("60.1"), "15", "3670", "province")
    assert [comparators_of([{**example, "region": code}])[0].area for code in ("CN", "全球")] == ["country", "world"]


def test_a_row_that_no_import_would_have_let_in_is_named() -> None:
    example = TABLES["comparator"].info["examples"][0]
    for wrong in ({"region": "150581"}, {"value": float("nan")}):
        with pytest.raises(BadInput, match="comparator CP-2025-01"):
            comparators_of([{**example, **wrong}])


def test_a_comparison_says_in_json_what_was_chosen(values: Values) -> None:
    said = against(values["defect_rate"], comparator("3.5", document="yearbook.pdf")).to_dict()
    assert (said["area"], said["statistic"], said["better"], said["own"]) == ("province", "average", True, Decimal(3))
    assert said["comparators"][0]["document"] == "yearbook.pdf"
    assert "indicator" not in said
