"""Withdrawals: what they refuse and how they are written; what an assessment says anew and what it takes back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_observations import DAY, MADE, observation, withdrawals

from linghang.errors import BadInput
from linghang.evidence.observation import Observation
from linghang.evidence.recording import Said, news
from linghang.evidence.settle import settle
from linghang.evidence.withdrawal import Record, Withdrawal

ZONE = ZoneInfo("Asia/Shanghai")
STATED = observation("met", source=("signatory", "plant manager"), proof="declared")
DERIVED = observation("met", source=("records", "talent"))

# --- one withdrawal ---


@settings(deadline=None)
@given(withdrawals())
def test_a_withdrawal_comes_back_from_json_as_it_was(one: Withdrawal) -> None:
    again = Withdrawal.from_dict(json.loads(json.dumps(one.to_dict(), ensure_ascii=False)))
    assert again == one
    assert again.digest == one.digest


def test_it_speaks_with_the_voice_of_what_it_takes_back() -> None:
    one = Withdrawal.of(STATED, DAY, MADE, "not_stated")
    assert one.voice == STATED.voice
    assert one.observation == STATED.digest
    assert replace(one, made_at=MADE + timedelta(1)).digest == one.digest
    assert replace(one, day=DAY + timedelta(1)).digest != one.digest


@pytest.mark.parametrize(
    "changes",
    [{"made_at": datetime(2025, 4, 15)}, {"reason": "not_liked"}, {"kind": "hearsay"}],
    ids=str,
)
def test_nonsense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        replace(Withdrawal.of(STATED, DAY, MADE, "not_stated"), **changes)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no day": lambda data: data.pop("day"),
    "no source": lambda data: data.update(source="records"),
    "a day that is none": lambda data: data.update(day="2025-04-31"),
    "a time that is none": lambda data: data.update(made_at="yesterday"),
    "needs that are none": lambda data: data.update(needs=3),
}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
def test_json_that_is_no_withdrawal_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    data = Withdrawal.of(STATED, DAY, MADE, "not_stated").to_dict()
    change(data)
    with pytest.raises(BadInput, match="is not a withdrawal"):
        Withdrawal.from_dict(data)


# --- what is new ---


def said(*observations: Observation, **changes: Any) -> Said:
    """What an assessment of `DAY` says on that day."""
    given_: dict[str, Any] = {
        "asked": {"base.talent", "maturity_level"},
        "needs": {},
        "as_of": DAY,
        "made_at": MADE + timedelta(hours=1),
        "zone": ZONE,
        **changes,
    }
    return Said(observations, **given_)


def on(day: date, one: Observation, **changes: Any) -> Observation:
    """The same, said of another day on that day."""
    moved = {"window_from": day - timedelta(1), "window_to": day, "valid_until": day + timedelta(365)}
    return replace(one, **{**moved, "made_at": datetime(day.year, day.month, day.day, 3, tzinfo=UTC), **changes})


def test_what_the_ledger_says_already_is_not_new() -> None:
    assert news(said(STATED, DERIVED), []) == (STATED, DERIVED)
    again = replace(STATED, made_at=MADE + timedelta(hours=1))
    assert news(said(again, DERIVED), [STATED, DERIVED]) == ()


def test_another_value_or_another_day_is_new_and_takes_nothing_back() -> None:
    other = replace(STATED, value="unmet")
    assert news(said(other), [STATED]) == (other,)
    tomorrow = on(DAY + timedelta(1), STATED)
    assert news(said(tomorrow, as_of=DAY + timedelta(1)), [STATED]) == (tomorrow,)


def test_an_earlier_day_that_was_assessed_before_is_not_new_again() -> None:
    """Although a later day was assessed meanwhile."""
    later = on(DAY + timedelta(9), STATED)
    assert news(said(STATED), [STATED, later]) == ()


# --- what is taken back ---


def test_a_statement_that_is_no_longer_stated_is_taken_back_once() -> None:
    (back,) = news(said(), [STATED])
    assert isinstance(back, Withdrawal)
    assert (back.voice, back.day, back.reason, back.observation) == (STATED.voice, DAY, "not_stated", STATED.digest)
    assert news(said(), [STATED, back]) == ()
    next_day = said(as_of=DAY + timedelta(1), made_at=MADE + timedelta(1))
    assert news(next_day, [STATED, back]) == ()


def test_a_derivation_that_only_needs_something_is_taken_back_with_what_it_needs() -> None:
    (back,) = news(said(needs={"base.talent": ("person",)}), [DERIVED])
    assert isinstance(back, Withdrawal)
    assert (back.reason, back.needs) == ("not_derived", ("person",))


def test_the_same_statement_added_again_is_new_again() -> None:
    (back,) = news(said(), [STATED])
    again = replace(STATED, made_at=MADE + timedelta(hours=2))
    assert news(said(again, made_at=MADE + timedelta(hours=2)), [STATED, back]) == (again,)
    assert settle([STATED, back, again], DAY)["base.talent"].value == "met"


def test_a_statement_by_somebody_else_takes_the_first_ones_back() -> None:
    other = replace(STATED, source=replace(STATED.source, id="works director"))
    new, back = news(said(other), [STATED])
    assert new == other
    assert back.voice == STATED.voice


def test_what_the_records_say_does_not_keep_a_statement_alive() -> None:
    (back,) = news(said(DERIVED), [STATED, DERIVED])
    assert back.voice == STATED.voice
    assert settle([STATED, DERIVED, back], DAY)["base.talent"].observations == (DERIVED,)


@pytest.mark.parametrize(
    "kept",
    [
        observation(source=("engine", "warning"), proof="measured"),
        observation(source=("document", "f" * 64)),
        replace(STATED, about="basic.production.realtime-monitoring"),
        replace(STATED, valid_until=DAY),
        on(DAY + timedelta(1), STATED),
    ],
    ids=["engine", "document", "element that the pack does not ask", "stale", "of a later day"],
)
def test_what_this_assessment_could_not_have_said_is_left_alone(kept: Observation) -> None:
    assert news(said(), [kept]) == ()


# --- earlier days ---

LONG_AGO = DAY - timedelta(100)


def test_what_was_said_by_then_is_not_taken_back_of_an_earlier_day() -> None:
    then = on(LONG_AGO, STATED)
    assert news(said(as_of=LONG_AGO), [then]) == ()
    assert news(said(as_of=LONG_AGO + timedelta(9)), [then]) == ()
    (back,) = news(said(), [then])
    assert back.day == DAY
    assert settle([then, back], LONG_AGO)["base.talent"].value == "met"
    assert settle([then, back], DAY)["base.talent"].reason == "withdrawn"


def test_what_was_said_of_an_earlier_day_afterwards_is_taken_back() -> None:
    afterwards = on(LONG_AGO, STATED, made_at=MADE)
    (back,) = news(said(as_of=LONG_AGO), [afterwards])
    assert back.day == LONG_AGO
    assert settle([afterwards, back], LONG_AGO)["base.talent"].reason == "withdrawn"


def test_days_are_the_plants() -> None:
    """At 17 o'clock in UTC the plant has the next day."""
    evening = datetime(2025, 4, 14, 17, tzinfo=UTC)
    one = on(DAY, STATED, made_at=evening)
    assert news(said(made_at=evening + timedelta(hours=1)), [one]) != ()
    tomorrow = {"made_at": evening + timedelta(days=1)}
    assert news(said(**tomorrow), [one]) == ()
    assert news(said(**tomorrow), [replace(one, made_at=evening + timedelta(hours=23))]) != ()


# --- law: whatever the history, an assessment of today is what counts today, and a second one adds nothing ---

SOURCES = [("records", "talent"), ("records", "people"), ("signatory", "a"), ("signatory", "b")]


@st.composite
def spoken(draw: st.DrawFn, day: date, moment: datetime) -> tuple[Observation, ...]:
    chosen = draw(st.lists(st.sampled_from(SOURCES), unique=True))
    return tuple(
        on(day, observation(draw(st.sampled_from(["met", "unmet"])), source=one, proof="declared"), made_at=moment)
        for one in chosen
    )


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_whatever_was_said_before_what_is_said_today_counts_and_is_said_once(data: st.DataObject) -> None:
    ledger: list[Record] = []
    moment = MADE
    for _ in range(data.draw(st.integers(0, 5))):
        moment += timedelta(hours=data.draw(st.integers(1, 60)))
        day = moment.astimezone(ZONE).date() + timedelta(data.draw(st.integers(-3, 1)))
        ledger += news(said(*data.draw(spoken(day, moment)), as_of=day, made_at=moment), ledger)
    moment += timedelta(hours=1)
    today = moment.astimezone(ZONE).date()
    now = data.draw(spoken(today, moment))
    ledger += news(said(*now, as_of=today, made_at=moment), ledger)
    alone, found = settle(now, today).get("base.talent"), settle(ledger, today).get("base.talent")
    if alone is None:
        assert found is None or found.reason == "withdrawn"
    else:
        assert found is not None
        assert (found.value, found.proof, found.reason) == (alone.value, alone.proof, alone.reason)
        assert {one.digest for one in found.observations} == {one.digest for one in alone.observations}
    assert news(said(*now, as_of=today, made_at=moment + timedelta(minutes=1)), ledger) == ()
