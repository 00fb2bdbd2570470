"""What addresses of the way up mean, how far its sliders go, and what its charts show: without a browser."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang import words
from linghang.console.way_up_charts import beaten_by_none, lane_names
from linghang.console.way_up_controls import Scales
from linghang.console.way_up_sensitivity import line, stretch, under_way
from linghang.console.way_up_whatif import read_sets
from linghang.console.way_up_wish import Wish, read_wish

LEVELS = ("basic", "advanced")
ACTIONS = ("a", "b", "c")
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MONEY = st.decimals(0, 10**12, places=2)


@given(
    st.builds(
        Wish,
        st.sampled_from(LEVELS),
        st.just("documented"),
        st.sampled_from(("optimistic", "pessimistic")),
        st.none() | DAYS,
        st.none() | MONEY,
        st.none() | MONEY,
        st.none() | DAYS,
        st.none() | st.integers(1, 100),
        st.sampled_from([(), ("a",), ("a", "b")]),
        st.sampled_from([(), ("c",)]),
    )
)
def test_an_address_gives_the_wish_that_it_was_made_of(wish: Wish) -> None:
    query = {key: str(value) for key, value in wish.query().items()}
    assert read_wish(query, "basic", LEVELS, "documented", ACTIONS) == wish


@pytest.mark.parametrize(
    "query",
    [
        {"target": "no", "budget": "-1", "by": "2026-13-01", "parallel": "0", "must": "x,y", "assume": "both"},
        {"budget": "NaN", "per_year": "1e99", "start": "0001-01-01", "parallel": "٣", "without": ","},
    ],
)
def test_what_cannot_be_is_as_at_first(query: dict[str, str]) -> None:
    assert read_wish(query, "basic", LEVELS, "documented", ACTIONS) == Wish("basic", "documented")


def test_an_action_is_asked_for_or_left_out_but_never_both() -> None:
    wish = Wish("basic", "documented").asking("a", "must").asking("a", "without")
    assert (wish.must, wish.without) == ((), ("a",))
    assert wish.asking("a", "free").plain
    both = read_wish({"must": "a", "without": "a,b"}, "basic", LEVELS, "documented", ACTIONS)
    assert (both.must, both.without) == (("a",), ("b",))


@given(MONEY, st.floats(0, 120), st.sampled_from(("budget", "per_year", "by", "parallel")), st.data())
def test_the_place_of_a_value_is_the_place_it_came_from(cost: Decimal, months: float, name: str, data: Any) -> None:
    scales = Scales(date(2026, 11, 30), cost, months)
    place = data.draw(st.integers(scales.least(name), scales.last(name)))
    assert scales.place(name, scales.value(name, place)) == place
    assert (scales.value(name, place) is None) == (place == scales.last(name))


def test_a_plan_that_another_beats_in_cost_and_time_is_not_on_the_line() -> None:
    plans = [
        {"months": 10, "cost_cny": "5"},
        {"months": 8, "cost_cny": "9"},
        {"months": 9, "cost_cny": "9"},
        {"months": 8, "cost_cny": "8"},
    ]
    assert beaten_by_none(plans) == [3, 0]


def test_no_two_lanes_have_one_name() -> None:
    steps = [{"title": {"zh": "甲", "en": "One"}, "action": one} for one in ("x", "y")]
    assert len(set(lane_names(steps))) == 2


def test_assumptions_are_read_from_an_address() -> None:
    assert read_sets({"set": "a=met;b=unmet@documented;nonsense;=x;c="}) == {"a": "met", "b": "unmet@documented"}


def stretch_of(low: str | None, high: str | None, changes: bool) -> dict[str, Any]:
    """A stretch as JSON has it."""
    return {"from": low, "to": high, "from_included": False, "to_included": True, "changes": changes, "levels": {}}


def test_a_threshold_is_drawn_with_its_place_and_its_break_points() -> None:
    words.use("en")
    one = {
        "id": "x",
        "value": "0.8",
        "unit": "1",
        "stretches": [stretch_of("0", "2/3", True), stretch_of("2/3", "1", False)],
    }
    drawn = str(line(one))
    assert drawn.count('class="lh-way-line-changes"') == 1
    assert drawn.count('class="lh-way-line-same"') == 1
    assert 'x2="666.7"' in drawn
    assert "M792.0" in drawn
    assert "to 0.67 (2/3)" in drawn


def test_a_stretch_without_an_end_says_from_where() -> None:
    words.use("en")
    assert stretch(stretch_of("3", None, True), "d") == "above 3 days"
    assert stretch(stretch_of("3", "7", True), "d") == "above 3 days to 7 days"


def test_it_is_shown_how_far_the_thresholds_are_moved() -> None:
    assert "<progress" not in under_way(None)
    assert 'value="0.250"' in under_way(("moving the thresholds", Decimal("0.25")))
    assert "25% done" in under_way(("moving the thresholds", Decimal("0.25")))
    assert "value=" not in under_way(("assessing", None))
