"""Settling: the freshest, strongest evidence counts; contradictions and old age make unknown."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_observations import DAY, MADE, PROVES, observation

from linghang.evidence.observation import Observation
from linghang.evidence.proof import STRENGTH
from linghang.evidence.settle import Settled, fresh, last_words, settle
from linghang.evidence.withdrawal import Record, Withdrawal

PROOFS = sorted(STRENGTH, key=lambda proof: STRENGTH[proof])


def said(value: Any, proof: str, source: str, **changes: Any) -> Observation:
    """An observation by a source of its own that is fresh on `DAY`."""
    return observation(value, proof=proof, source=("records", source), **changes)


def settled(*observations: Observation, as_of: date = DAY) -> Settled:
    return settle(observations, as_of)["base.talent"]


def test_without_observations_nothing_is_settled() -> None:
    assert settle([], DAY) == {}


def test_one_fresh_observation_settles_its_element() -> None:
    one = said("met", "declared", "a")
    assert settled(one) == Settled("met", "declared", None, (one,))


def test_elements_are_settled_each_by_its_own_evidence() -> None:
    found = settle([said("met", "declared", "a"), said(Decimal(2), "declared", "a", about="maturity_level")], DAY)
    assert {name: one.value for name, one in found.items()} == {"base.talent": "met", "maturity_level": Decimal(2)}


def test_evidence_is_stale_from_the_day_that_it_names() -> None:
    one = said("met", "declared", "a", valid_until=DAY)
    assert fresh(one, DAY - timedelta(1))
    assert not fresh(one, DAY)
    assert settled(one) == Settled(None, None, "stale", (one,))
    assert settled(said("met", "declared", "a", valid_until=DAY + timedelta(1))).value == "met"


def test_evidence_without_an_end_does_not_age() -> None:
    assert settled(said("met", "declared", "a", valid_until=None), as_of=date(2099, 1, 1)).value == "met"


def test_a_stronger_proof_wins() -> None:
    weak, middle, strong = said("met", "declared", "a"), said("met", "documented", "b"), said("unmet", "measured", "c")
    assert settled(weak, middle, strong) == Settled("unmet", "measured", None, (strong,))
    assert settled(weak, middle) == Settled("met", "documented", None, (middle,))


def test_a_stale_strong_proof_loses_to_a_fresh_weak_one() -> None:
    stale, weak = said("unmet", "measured", "a", valid_until=DAY), said("met", "declared", "b")
    assert settled(stale, weak) == Settled("met", "declared", None, (weak,))


def test_all_that_is_stale_is_named() -> None:
    observations = [said("met", "measured", "a", valid_until=DAY), said("unmet", "declared", "b", valid_until=DAY)]
    found = settled(*observations)
    assert (found.value, found.reason) == (None, "stale")
    assert set(map(id, found.observations)) == set(map(id, observations))


def test_equal_proofs_that_agree_count_together() -> None:
    both = said("met", "documented", "a"), said("met", "documented", "b")
    found = settled(*both)
    assert (found.value, found.proof, found.reason, len(found.observations)) == ("met", "documented", None, 2)


def test_equal_proofs_that_disagree_leave_it_unknown() -> None:
    found = settled(said("met", "documented", "a"), said("unmet", "documented", "b"), said("met", "declared", "c"))
    assert (found.value, found.proof, found.reason) == (None, "documented", "contradicted")
    assert {one.source.id for one in found.observations} == {"a", "b"}


def test_a_contradiction_is_settled_by_a_stronger_proof_or_by_age() -> None:
    a, b = said("met", "documented", "a"), said("unmet", "documented", "b")
    assert settled(a, b, said("unmet", "measured", "c")).value == "unmet"
    assert settled(a, said("unmet", "documented", "b", valid_until=DAY)).value == "met"


def test_numbers_that_are_equal_agree_however_they_are_written() -> None:
    assert settled(said(Decimal("2.0"), "declared", "a"), said(Decimal(2), "declared", "b")).value == 2
    assert settled(said(Decimal("60.1"), "declared", "a"), said(Decimal("60.10001"), "declared", "b")).value is None


def test_not_applicable_is_an_answer_like_another() -> None:
    assert settled(said("not_applicable", "documented", "a"), said("met", "declared", "b")).value == "not_applicable"
    assert settled(said("not_applicable", "declared", "a"), said("met", "declared", "b")).reason == "contradicted"


def test_the_newest_of_a_source_replaces_what_it_said_before() -> None:
    old = said("unmet", "documented", "a", window_from=DAY - timedelta(9), window_to=DAY - timedelta(8))
    new = said("met", "documented", "a")
    assert settled(old, new) == settled(new, old) == Settled("met", "documented", None, (new,))
    assert settled(old, new, as_of=DAY - timedelta(1)).value == "unmet"


def test_of_the_same_day_the_one_made_last_counts() -> None:
    later = said("unmet", "documented", "a", made_at=MADE + timedelta(seconds=1))
    assert settled(later, said("met", "documented", "a")) == Settled("unmet", "documented", None, (later,))


def test_a_source_takes_back_a_stronger_proof_of_its_own() -> None:
    old = said("met", "measured", "a", window_from=DAY - timedelta(9), window_to=DAY - timedelta(8))
    assert settled(old, said("unmet", "declared", "a")).value == "unmet"


@pytest.mark.parametrize(
    "other", [{"subject": "LPC-104"}, {"source": ("signatory", "a")}, {"source": ("records", "b")}], ids=str
)
def test_another_subject_or_source_replaces_nothing(other: dict[str, Any]) -> None:
    old = said("unmet", "documented", "a", window_from=DAY - timedelta(9), window_to=DAY - timedelta(8))
    new = observation("met", **{"proof": "documented", "source": ("records", "a"), **other})
    assert settled(old, new).reason == "contradicted"


def test_what_was_observed_after_the_day_does_not_count_on_it() -> None:
    future = said("unmet", "measured", "a", window_to=DAY + timedelta(1))
    now = said("met", "declared", "b")
    assert settled(future, now) == Settled("met", "declared", None, (now,))
    assert settle([future], DAY) == {}
    assert settled(future, now, as_of=DAY + timedelta(1)).value == "unmet"


def test_what_was_found_out_later_about_an_earlier_day_counts_on_it() -> None:
    assert settled(said("met", "declared", "a", made_at=MADE + timedelta(400))).value == "met"


# --- withdrawals ---


def gone(one: Observation, days: int = 0, hours: int = 1) -> Withdrawal:
    """The word of a source taken back so long after the day that it was said of."""
    moment = one.made_at + timedelta(days=days, hours=hours)
    return Withdrawal.of(one, one.day + timedelta(days), moment, "not_stated")


def test_what_is_taken_back_no_longer_counts() -> None:
    one = said("met", "declared", "a")
    assert settled(one, gone(one)) == Settled(None, None, "withdrawn", (), (gone(one),))
    assert settled(gone(one)) == settled(one, gone(one))


def test_what_another_source_says_stays() -> None:
    one, other = said("unmet", "measured", "a"), said("met", "declared", "b")
    found = settled(one, other, gone(one))
    assert found == Settled("met", "declared", None, (other,), (gone(one),))
    again = observation("met", source=("records", "a"), subject="LPC-103", proof="measured")
    assert settled(one, again, gone(one)).observations == (again,)


def test_taking_the_newest_back_does_not_bring_back_an_older_word() -> None:
    old = said("met", "declared", "a", window_from=DAY - timedelta(9), window_to=DAY - timedelta(8))
    new = said("unmet", "declared", "a")
    assert settled(old, new, gone(new)).value is None


def test_on_the_days_before_it_was_taken_back_it_counts() -> None:
    one = said("met", "declared", "a")
    later = gone(one, days=10)
    assert settled(one, later, as_of=DAY + timedelta(9)).value == "met"
    assert settled(one, later, as_of=DAY + timedelta(10)).reason == "withdrawn"


def test_what_is_said_again_counts_again() -> None:
    one = said("met", "declared", "a")
    same_day = replace(one, made_at=MADE + timedelta(hours=2))
    assert settled(one, gone(one), same_day).value == "met"
    next_week = said("met", "declared", "a", window_to=DAY + timedelta(7))
    week = DAY + timedelta(7)
    assert settled(one, gone(one), next_week, as_of=week) == Settled("met", "declared", None, (next_week,))


def test_stale_beside_taken_back_is_stale() -> None:
    stale, one = said("met", "declared", "a", valid_until=DAY), said("met", "declared", "b")
    assert settled(stale, one, gone(one)).reason == "stale"


def test_where_the_clock_does_not_tell_the_later_record_counts() -> None:
    one = said("met", "declared", "a")
    at_once = gone(one, hours=0)
    assert settled(one, at_once).reason == "withdrawn"
    assert settled(at_once, one).value == "met"
    assert last_words([one, at_once, one], DAY) == {one.voice: one}


# --- laws ---


@st.composite
def any_said(draw: st.DrawFn) -> Observation:
    kind = draw(st.sampled_from(sorted(PROVES)))
    end = DAY + timedelta(draw(st.integers(-3, 2)))
    return observation(
        draw(st.sampled_from(["met", "unmet", "not_applicable", Decimal(1), Decimal(2)])),
        about=draw(st.sampled_from(["base.talent", "maturity_level"])),
        subject=draw(st.sampled_from(["plant", "LPC-103"])),
        proof=draw(st.sampled_from(PROVES[kind])),
        source=(kind, draw(st.sampled_from("ab"))),
        window_from=end - timedelta(1),
        window_to=end,
        valid_until=draw(st.none() | st.integers(-2, 3).map(lambda days: DAY + timedelta(days))),
    )


@st.composite
def many_records(draw: st.DrawFn) -> list[Record]:
    """Observations and withdrawals of some of them, in a ledger's order, each made at a time of its own."""
    made: list[Record] = []
    for minute, one in enumerate(draw(st.lists(any_said(), max_size=10))):
        moment = MADE + timedelta(minutes=minute)
        made.append(replace(one, made_at=moment))
        if draw(st.integers(0, 3)) == 0:
            day = one.day + timedelta(draw(st.integers(0, 2)))
            made.append(Withdrawal.of(one, day, moment + timedelta(seconds=1), "not_stated"))
    return made


MANY = many_records()


@settings(deadline=None)
@given(MANY, st.randoms())
def test_where_the_clock_tells_the_order_of_reading_does_not_matter(observations: list[Record], random: Any) -> None:
    shuffled = list(observations)
    random.shuffle(shuffled)
    assert settle(shuffled, DAY) == settle(observations, DAY)


@settings(deadline=None)
@given(MANY, st.sampled_from(PROOFS[:2]))
def test_weaker_evidence_of_another_source_never_changes_what_is_settled(
    observations: list[Record], proof: str
) -> None:
    before = settle(observations, DAY)
    for about, found in before.items():
        if found.value is not None and found.proof is not None and STRENGTH[proof] < STRENGTH[found.proof]:
            for value in ("met", "unmet", Decimal(1)):
                weaker = said(value, proof, "another", about=about)
                assert settle([*observations, weaker], DAY)[about] == found


@settings(deadline=None)
@given(MANY)
def test_saying_it_twice_changes_nothing(observations: list[Record]) -> None:
    assert settle([*observations, *observations], DAY) == settle(observations, DAY)


@settings(deadline=None)
@given(MANY)
def test_what_is_settled_was_said_by_fresh_observations_of_the_strongest_proof(observations: list[Record]) -> None:
    for about, found in settle(observations, DAY).items():
        assert set(map(id, found.observations)) <= {id(one) for one in observations if one.about == about}
        if found.value is None:
            assert found.reason in ("stale", "contradicted", "withdrawn")
            assert bool(found.observations) == (found.reason != "withdrawn")
        else:
            assert found.reason is None
            assert all(one.value == found.value and one.proof == found.proof for one in found.observations)
            assert all(fresh(one, DAY) for one in found.observations)


def test_proofs_are_ordered_as_the_house_orders_them() -> None:
    assert PROOFS == ["declared", "documented", "measured"]
