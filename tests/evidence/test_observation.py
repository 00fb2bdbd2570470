"""Observations: what they refuse, how they are written and read, and what their digest covers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_observations import DAY, MADE, NUMBERS, PROVES, observation, observations

from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Source, canonical, sha256_of

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a window without a day": ({"window_from": DAY}, "the window of an observation ends on 2025-04-15"),
    "a window that runs backwards": ({"window_from": DAY + timedelta(1)}, "before it begins on 2025-04-16"),
    "a time without a zone": ({"made_at": datetime(2025, 4, 15)}, "made at a time with a zone"),
    "an unknown kind of source": ({"source": ("hearsay", "x")}, "a hearsay cannot prove as “documented”"),
    "an unknown proof": ({"proof": "certain"}, "a records cannot prove as “certain”"),
    "no proof": ({"proof": "none"}, "a records cannot prove as “none”"),
    "a whole number": ({"value": 3}, "is not an observation: 3"),
    "a float": ({"value": 0.1}, "is not an observation: 0.1"),
    "no value": ({"value": None}, "is not an observation: None"),
    "not a number": ({"value": Decimal("NaN")}, "is not an observation"),
    "an infinite number": ({"value": Decimal("-Infinity")}, "is not an observation"),
    "a detail that JSON has no word for": ({"detail": {"share": Decimal("0.8")}}, "is not an observation.*Decimal"),
    "a detail that is not a number": ({"detail": {"share": float("nan")}}, "is not an observation"),
    "a detail without names": ({"detail": ["x"]}, "is not an observation"),
    "half a letter": ({"subject": "\ud800"}, "is not an observation.*surrogates"),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_nonsense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        observation(**changes)


@pytest.mark.parametrize(("kind", "proof"), list(product(PROVES, ("measured", "documented", "declared"))))
def test_each_kind_of_source_proves_only_what_it_can(kind: str, proof: str) -> None:
    if proof in PROVES[kind]:
        assert observation(source=(kind, "x"), proof=proof).proof == proof
    else:
        with pytest.raises(BadInput, match=f"a {kind} cannot prove as “{proof}”"):
            observation(source=(kind, "x"), proof=proof)


def test_an_observation_does_not_change() -> None:
    with pytest.raises(AttributeError):
        observation().value = "unmet"  # type: ignore[misc]


# --- written and read ---


def again(one: Observation) -> Observation:
    return Observation.from_dict(json.loads(json.dumps(one.to_dict(), ensure_ascii=False)))


@settings(deadline=None)
@given(observations())
def test_an_observation_comes_back_from_json_as_it_was(one: Observation) -> None:
    assert again(one) == one
    assert again(one).digest == one.digest


@pytest.mark.parametrize("number", NUMBERS, ids=str)
def test_a_number_comes_back_digit_by_digit(number: Decimal) -> None:
    assert str(again(observation(number)).value) == str(number)
    assert observation(number).to_dict()["value"] == {"decimal": str(number)}


@pytest.mark.parametrize("value", ["met", "", True, False])
def test_a_word_or_a_flag_stays_what_it_is(value: str | bool) -> None:
    assert again(observation(value)).value is value or again(observation(value)).value == value
    assert type(again(observation(value)).value) is type(value)


def test_the_time_is_written_in_utc() -> None:
    made = datetime(2025, 4, 15, 11, 0, tzinfo=timezone(timedelta(hours=8)))
    assert observation(made_at=made).to_dict()["made_at"] == "2025-04-15T03:00:00+00:00"


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no value": lambda data: data.pop("value"),
    "no source": lambda data: data.pop("source"),
    "no end of validity": lambda data: data.pop("valid_until"),
    "a number as such": lambda data: data.update(value=3),
    "a number that is none": lambda data: data.update(value={"decimal": "three"}),
    "a number without its mark": lambda data: data.update(value={"number": "3"}),
    "a window of one day": lambda data: data.update(window=["2025-04-14"]),
    "a window of no days": lambda data: data.update(window=["2025-04-14", "2025-04-31"]),
    "a source with a word more": lambda data: data["source"].update(page=3),
    "a source that is none": lambda data: data.update(source="records"),
    "a time that is none": lambda data: data.update(made_at="yesterday"),
    "a time as a number": lambda data: data.update(made_at=1744686000),
    "a detail that is none": lambda data: data.update(detail=7),
}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
def test_json_that_is_no_observation_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    data = observation().to_dict()
    change(data)
    with pytest.raises(BadInput, match="is not an observation"):
        Observation.from_dict(data)


@pytest.mark.parametrize("data", [[], "x", 3, None], ids=repr)
def test_json_of_another_shape_is_refused(data: Any) -> None:
    with pytest.raises(BadInput, match="is not an observation"):
        Observation.from_dict(data)


# --- digest ---


@settings(deadline=None)
@given(observations(), st.datetimes(timezones=st.just(UTC)))
def test_the_digest_does_not_depend_on_when_it_was_made(one: Observation, moment: datetime) -> None:
    data = one.to_dict() | {"made_at": moment.isoformat()}
    assert Observation.from_dict(data).digest == one.digest


OTHER: list[dict[str, Any]] = [
    {"value": "unmet"},
    {"value": Decimal(3)},
    {"about": "base.organisation"},
    {"unit": "%"},
    {"window_from": DAY - timedelta(2)},
    {"window_to": DAY + timedelta(1)},
    {"subject": "LPC-103"},
    {"proof": "measured"},
    {"valid_until": DAY},
    {"valid_until": None},
    {"detail": {"people": 4}},
    {"detail": {}},
    {"source": ("signatory", "talent")},
    {"source": ("records", "people")},
    {"source": Source("records", "talent", "2")},
    {"source": Source("records", "talent", settings_digest="a")},
    {"source": Source("records", "talent", input_digest="a")},
]


def test_the_digest_changes_with_everything_else() -> None:
    assert len({observation().digest, *(observation(**change).digest for change in OTHER)}) == 1 + len(OTHER)
    assert observation(made_at=MADE + timedelta(1)).digest == observation().digest


def test_canonical_json_sorts_its_keys_and_writes_letters_as_they_are() -> None:
    assert canonical({"b": [1, None], "a": "轮毂"}) == '{"a":"轮毂","b":[1,null]}'.encode()
    assert sha256_of({"a": 1, "b": 2}) == sha256_of({"b": 2, "a": 1})
