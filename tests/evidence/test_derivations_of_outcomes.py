"""Outcomes: main indicators above an average or at a leading level, how many of them, and how well that is proved."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_plants import AS_OF, NEIMENGGU, answer, observed, standing

from linghang.errors import BadInput
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.outcomes import OUTCOMES, proof_of
from linghang.evidence.standing import Standing

AVERAGE = "province.average"
ROWS: dict[str, list[dict[str, Any]]] = {"comparator": [{}]}
YES, NO, OPEN = True, False, None


def stood(*better: bool | None, **changes: Any) -> tuple[Standing, ...]:
    return tuple(standing(f"i{number}", one, **changes) for number, one in enumerate(better))


def found(*standings: Standing, name: str = AVERAGE, **options: Any) -> Any:
    return answer(f"benchmark.{name}", ROWS, standings={name: standings}, **options)


def proof(*standings: Standing, **options: Any) -> str:
    return observed(f"benchmark.{AVERAGE}", ROWS, standings={AVERAGE: standings}, **options).proof


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("basic.outcome.above-provincial-average", "province.average"),  # N24 二.(二)1
        ("advanced.outcome.provincial-leading", "province.leading"),  # N24 三.(二)1
        ("excellence.outcome.national-leading", "country.leading"),  # N24 四.(二)1
        ("pioneer.outcome.global-leading", "world.leading"),  # N24 五.(二)1
    ],
)
def test_each_level_asks_for_its_own_area_and_statistic(element: str, name: str) -> None:
    (row,) = [one for one in OUTCOMES if one.about == (element,)]
    assert row.id == f"benchmark.{name}"
    assert row in DERIVATIONS
    assert found(*stood(*[YES] * 5), name=name) == "met"
    others = {one.id.removeprefix("benchmark.") for one in OUTCOMES} - {name}
    for other in others:
        assert answer(row.id, ROWS, standings={other: stood(*[YES] * 5)}) != "met"


DECIDED = {
    "all of five": ([YES] * 5, "met"),
    "all but one of six": ([YES] * 5 + [NO], "unmet"),
    "none": ([NO] * 5, "unmet"),
    "all, and one that is open": ([YES] * 5 + [OPEN], ("i5",)),
    "one is not, and one is open": ([YES] * 4 + [NO, OPEN], "unmet"),
}


@pytest.mark.parametrize(("better", "value"), list(DECIDED.values()), ids=list(DECIDED))
def test_every_indicator_that_can_be_compared_has_to_be_better(better: list[bool | None], value: Any) -> None:
    assert found(*stood(*better)) == value


def more(count: int) -> str:
    beside = "main indicators beside the average of the industry in the province"
    return f"comparator: {count} more indicators ({beside})"


def test_too_few_indicators_decide_nothing_not_even_no() -> None:
    for better in ([YES] * 4, [NO] * 4, [NO]):
        assert found(*stood(*better)) == (more(5 - len(better)),)
    assert found() == (more(5),)
    assert found(*stood(YES, OPEN)) == ("i1", more(4))


def test_without_any_comparator_the_table_is_what_is_missing() -> None:
    assert answer(f"benchmark.{AVERAGE}", {}, standings={AVERAGE: stood(*[YES] * 9)}) == ("comparator",)


def test_the_number_and_the_share_are_the_packs_and_a_reviewers() -> None:
    four_of_five = stood(*[YES] * 4, NO)
    assert found(*four_of_five, benchmark_share=Decimal("0.8")) == "met"
    assert found(*four_of_five, benchmark_share=Decimal("0.80000000000000000001")) == "unmet"
    assert found(*stood(YES), benchmark_minimum=Decimal(1), pack=NEIMENGGU) == "met"
    assert found(*stood(*[YES] * 5), benchmark_minimum=Decimal("5.5")) == (more(1),)


@given(st.lists(st.sampled_from([YES, NO, OPEN]), max_size=8), st.decimals(0, 1, places=2), st.integers(1, 6))
def test_an_outcome_is_decided_only_where_no_answer_to_the_unknown_could_change_it(
    better: list[bool | None], share: Decimal, least: int
) -> None:
    said = found(*stood(*better), benchmark_share=share, benchmark_minimum=Decimal(least))
    known, unknown = len(better) - better.count(None), better.count(None)
    outcomes = {better.count(True) + more >= share * len(better) for more in range(unknown + 1)}
    if known < least or len(outcomes) == 2:
        assert isinstance(said, tuple)
        assert said
    else:
        assert said == ("met" if outcomes == {True} else "unmet")


# --- proof ---


@pytest.mark.parametrize(
    ("tables", "document", "wanted"),
    [
        (("meter", "meter_reading"), "yearbook.pdf", "measured"),
        (("finance_month",), "yearbook.pdf", "measured"),
        (("equipment",), "yearbook.pdf", "documented"),
        (("rnd_project",), "yearbook.pdf", "documented"),
        (("scene_built",), "yearbook.pdf", "declared"),
        (("equipment", "equipment_state"), "yearbook.pdf", "measured"),
        (("meter_reading",), None, "declared"),
        ((), "yearbook.pdf", "declared"),
    ],
)
def test_a_value_is_proved_by_its_records_and_a_yardstick_by_its_document(
    tables: tuple[str, ...], document: str | None, wanted: str
) -> None:
    one = standing("i", tables=tables, document=document)
    assert proof_of(one) == wanted
    assert proof(*[one] * 5) == wanted


def test_weaker_indicators_that_agree_do_not_weaken_what_the_stronger_ones_say_alone() -> None:
    measured, declared = stood(*[YES] * 5), standing("word", document=None)
    assert proof(*measured, declared) == "measured"
    assert proof(*measured[:4], declared) == "declared", "four alone are too few"
    assert proof(*measured[:4], standing("register", tables=("equipment",))) == "documented"


def test_a_weaker_indicator_that_disagrees_is_not_left_out() -> None:
    measured, declared = stood(*[YES] * 5), standing("word", NO, document=None)
    one = observed(f"benchmark.{AVERAGE}", ROWS, standings={AVERAGE: (*measured, declared)})
    assert (one.value, one.proof) == ("unmet", "declared")


def test_one_measured_no_is_a_measured_no() -> None:
    assert proof(*stood(*[YES] * 4, NO), standing("word", document=None)) == "measured"


def test_evidence_ends_with_the_first_comparator_that_it_rests_on() -> None:
    def until(last: date) -> date | None:
        rows = (*stood(*[YES] * 4), standing("i4", until=last))
        return observed(f"benchmark.{AVERAGE}", ROWS, standings={AVERAGE: rows}).valid_until

    assert until(AS_OF) == AS_OF + timedelta(1)
    assert until(AS_OF + timedelta(89)) == AS_OF + timedelta(90)
    assert until(AS_OF + timedelta(500)) == AS_OF + timedelta(90)


def test_the_observation_names_what_was_compared_with_what() -> None:
    rows = (*stood(*[YES] * 5), standing("i5", OPEN))
    options = {"benchmark_share": Decimal("0.5")}
    one = observed(f"benchmark.{AVERAGE}", ROWS, standings={AVERAGE: rows}, **options)
    assert one.detail["better"] == [f"i{n}" for n in range(5)]
    assert (one.detail["not_better"], one.detail["open"]) == ([], ["i5"])
    assert one.detail["figures"] == [{"indicator": f"i{n}"} for n in range(5)]
    assert (one.detail["benchmark_minimum"], one.detail["benchmark_share"]) == ("5", "0.5")


def test_the_input_digest_covers_the_values_and_not_the_readers_language() -> None:
    def digest(*rows: Standing) -> str:
        options = {"benchmark_share": Decimal("0.5")}
        return observed(f"benchmark.{AVERAGE}", ROWS, standings={AVERAGE: rows}, **options).source.input_digest

    five = stood(*[YES] * 5)
    before = digest(*five, standing("open", OPEN, what=("needs a baseline",)))
    assert digest(*five, standing("open", OPEN, what=("需要基期",))) == before
    assert digest(*five[:4], standing("i4", figures={"own": "2"}), standing("open", OPEN)) != before


def test_a_standing_that_is_unknown_says_what_it_needs_and_no_other_does() -> None:
    for better, what in ((None, ()), (True, ("x",))):
        with pytest.raises(BadInput, match="says what it needs"):
            Standing("oee", better, (), None, AS_OF, what)
