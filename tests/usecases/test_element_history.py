"""The history of an element is what the ledger says: what each assessment found, and what grew stale."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interpreted_works import AS_OF, NOW, PACK, put

from example_works import works_at
from linghang.errors import BadInput
from linghang.evidence.ledger import append
from linghang.evidence.observation import Observation, Source
from linghang.evidence.settle import settle
from linghang.evidence.withdrawal import Record, Withdrawal
from linghang.usecases.assessing import assess
from linghang.usecases.element_history import Step, _steps, history_of
from linghang.usecases.workspaces import make_workspace, open_workspace

ABOUT = "base.organisation"
FIRST = date(2025, 1, 10)


def said(value: str, day: date, until: date | None = None, who: str = "wang") -> Observation:
    made = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    source = Source("signatory", who)
    return Observation(ABOUT, value, "", day - timedelta(1), day, "plant", "declared", source, made, until)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace with an empty ledger."""
    return make_workspace(tmp_path / "works", "北疆", "Asia/Shanghai", None).folder


def told(folder: Path, *records: Record) -> tuple[Step, ...]:
    append(open_workspace(folder).ledger, records)
    return history_of(folder, ABOUT, pack=PACK, now=NOW, as_of=date(2026, 12, 31)).steps


def known(step: Step) -> tuple[object, object, date]:
    return step.after.value, step.after.reason, step.day


def test_each_change_names_what_it_was_what_it_is_and_why(works: Path) -> None:
    first, second = said("unmet", FIRST), said("met", FIRST + timedelta(30))
    steps = told(works, first, second)
    assert [known(one) for one in steps] == [("unmet", None, FIRST), ("met", None, FIRST + timedelta(30))]
    assert steps[1].before == steps[0].after
    assert steps[1].because == (second,)
    assert steps[1].at == second.made_at


def test_saying_the_same_again_is_no_change(works: Path) -> None:
    steps = told(works, said("met", FIRST), said("met", FIRST + timedelta(1)))
    assert [one.changed for one in steps] == [True, False]


def test_a_withdrawal_and_growing_stale_are_changes(works: Path) -> None:
    stale_on = FIRST + timedelta(20)
    one = said("met", FIRST, stale_on)
    again = said("met", FIRST + timedelta(40), who="li")
    back = Withdrawal.of(again, FIRST + timedelta(50), datetime(2025, 3, 1, tzinfo=UTC), "not_stated")
    steps = told(works, one, again, back)
    assert [known(step) for step in steps] == [
        ("met", None, FIRST),
        (None, "stale", stale_on),
        ("met", None, FIRST + timedelta(40)),
        (None, "stale", FIRST + timedelta(50)),
    ]
    assert [step.cause for step in steps] == ["recorded", "aged", "recorded", "recorded"]
    assert steps[1].at is None
    assert steps[1].because == (one,)


@pytest.mark.slow
def test_the_last_step_is_what_an_assessment_of_today_finds(tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    found = assess(folder, pack=PACK, now=NOW, as_of=AS_OF)
    settled = found.settled
    for element in ("base.talent", "base.no-major-incident"):
        steps = history_of(folder, element, pack=PACK, now=NOW, as_of=AS_OF).steps
        own = [one for one in steps if one.about == element]
        assert (own[-1].after.value if own else None) == (settled[element].value if element in settled else None)


def test_what_reviewers_set_of_its_interpretations_stands_beside(tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    put(folder, "talent_minimum", "5")
    put(folder, "key_equipment_share", "0.5")
    assess(folder, pack=PACK, now=NOW, as_of=AS_OF)
    found = history_of(folder, "base.talent", pack=PACK, now=NOW, as_of=AS_OF)
    assert [one.name for one in found.acts] == ["talent_minimum"]
    assert found.to_dict()["interpretations"][0]["value"] == "5"


def test_an_element_that_is_not_there_is_named(works: Path) -> None:
    with pytest.raises(BadInput, match=r"base\.organisation"):
        history_of(works, "base.organisatio", pack=PACK, now=NOW)


def test_a_field_that_a_rule_reads_belongs_to_its_history(works: Path) -> None:
    made = datetime(2025, 1, 10, 3, tzinfo=UTC)
    source = Source("signatory", "wang")
    about = "maturity_level"
    level = Observation(about, Decimal(2), "1", FIRST - timedelta(1), FIRST, "plant", "declared", source, made)
    append(open_workspace(works).ledger, [level])
    found = history_of(works, "base.maturity", pack=PACK, now=NOW, as_of=AS_OF)
    assert "maturity_level" in found.abouts
    assert [one.after.value for one in found.steps] == [Decimal(2)]


days = st.integers(0, 60).map(lambda count: FIRST + timedelta(count))
words = st.sampled_from(["met", "unmet", "not_applicable"])


@given(st.lists(st.tuples(days, words, st.integers(1, 40)), min_size=1, max_size=8))
def test_the_end_of_a_history_is_the_ledger_settled_on_its_last_day(given_: list[tuple[date, str, int]]) -> None:
    records = [said(word, day, day + timedelta(left)) for day, word, left in sorted(given_)]
    until = FIRST + timedelta(120)
    last = list(_steps(ABOUT, records, until))[-1].after
    now = settle(records, until)[ABOUT]
    assert (last.value, last.proof, last.reason) == (now.value, now.proof, now.reason)
