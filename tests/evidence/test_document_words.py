"""What registered documents say in the ledger, and that the ledger always ends up saying what the register says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.evidence.document_words import news_of_documents, words_of
from linghang.evidence.observation import Observation
from linghang.evidence.settle import last_words, settle
from linghang.evidence.withdrawal import Record, Withdrawal
from linghang.store.documents import Document

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
TODAY = date(2026, 11, 22)
FAR = date(2100, 1, 1)
ABOUT = "advanced.outcome.provincial-role"


def document(**changes: Any) -> Document:
    given: dict[str, Any] = {
        "id": "E0001",
        "revision": 1,
        "sha256": "a" * 64,
        "file_name": "a.pdf",
        "size_bytes": 1,
        "media_type": "application/pdf",
        "title": "证明",
        "kind": "certificate",
        "proves": (),
        "issuer": "",
        "issued_on": None,
        "supports_from": None,
        "supports_to": None,
        "valid_until": None,
        "owner": "",
        "confidentiality": "internal",
        "links": (),
        "note": "",
        "added_at": NOW,
        "states": (f"{ABOUT}=met",),
        **changes,
    }
    return Document(**given)


def said(one: Document) -> Observation:
    (word,) = words_of(one, ZONE)
    return word


def test_a_document_documents_what_it_states_with_its_sha256_and_number() -> None:
    word = said(document(valid_until=date(2027, 1, 1)))
    assert (word.about, word.value, word.proof, word.valid_until) == (ABOUT, "met", "documented", date(2027, 1, 1))
    assert (word.source.kind, word.source.id) == ("document", "a" * 64)
    assert word.detail["document"] == {"number": "E0001", "sha256": "a" * 64}


def test_a_level_is_a_number_and_not_applicable_carries_its_reason() -> None:
    assert said(document(states=("maturity_level=3",))).value == 3
    assert said(document(states=(f"{ABOUT}=not_applicable",), note="无此业务")).detail["reason"] == "无此业务"


@pytest.mark.parametrize(
    ("changes", "window"),
    [
        ({}, (date(2026, 11, 21), date(2026, 11, 22))),  # registered today
        ({"issued_on": date(2026, 5, 1)}, (date(2026, 4, 30), date(2026, 5, 1))),
        (
            {"issued_on": date(2026, 5, 1), "supports_from": date(2025, 1, 1), "supports_to": date(2026, 1, 1)},
            (date(2025, 1, 1), date(2026, 1, 1)),
        ),
        (
            {"issued_on": date(2026, 5, 1), "supports_from": date(2026, 1, 1), "supports_to": date(2029, 1, 1)},
            (date(2026, 1, 1), date(2026, 5, 1)),
        ),
        (
            {"issued_on": date(2026, 5, 1), "supports_from": date(2027, 1, 1)},
            (date(2026, 12, 31), date(2027, 1, 1)),
        ),
    ],
)
def test_it_speaks_of_its_period_as_far_as_that_lay_behind_when_it_was_issued(
    changes: dict[str, Any], window: tuple[date, date]
) -> None:
    word = said(document(**changes))
    assert (word.window_from, word.window_to) == window


def test_the_same_register_says_nothing_new() -> None:
    one = document()
    first = news_of_documents([one], [], NOW, ZONE)
    assert [type(each) for each in first] == [Observation]
    assert news_of_documents([one], first, NOW + timedelta(days=400), ZONE) == ()


def test_retiring_takes_back_and_restoring_says_it_again_on_the_same_day() -> None:
    one = document(issued_on=date(2026, 5, 1))
    past = list(news_of_documents([one], [], NOW, ZONE))
    retired = replace(one, retired_at=NOW, retired_reason="x")
    (back,) = news_of_documents([retired], past, NOW, ZONE)
    assert isinstance(back, Withdrawal)
    assert (back.reason, back.day, back.observation) == ("retired", TODAY, past[0].digest)
    past.append(back)
    assert settle(past, TODAY)[ABOUT].reason == "withdrawn"
    assert settle(past, TODAY - timedelta(1))[ABOUT].value == "met"
    past += news_of_documents([one], past, NOW, ZONE)
    assert settle(past, TODAY)[ABOUT].value == "met"
    assert len(past) == 3


def test_another_file_takes_the_word_of_the_old_one_back() -> None:
    first, second = document(), document(revision=2, sha256="b" * 64)
    past = list(news_of_documents([first], [], NOW, ZONE))
    news = news_of_documents([first, second], past, NOW, ZONE)
    assert {type(one) for one in news} == {Observation, Withdrawal}
    assert next(one for one in news if isinstance(one, Withdrawal)).reason == "revised"
    settled = settle([*past, *news], TODAY)[ABOUT]
    assert [one.source.id for one in settled.observations] == ["b" * 64]


def test_words_of_documents_that_the_register_does_not_know_are_left_alone() -> None:
    stranger = said(document(sha256="c" * 64))
    news = news_of_documents([document()], [stranger], NOW, ZONE)
    assert [one.voice[2] for one in news] == ["a" * 64]


# --- the law: whatever happens, the ledger ends up saying what the register says ---

DAYS = st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "revise", "retire", "restore"]),
        st.integers(0, 2),
        st.sampled_from([(), (f"{ABOUT}=met",), (f"{ABOUT}=unmet",), ("maturity_level=2", f"{ABOUT}=met")]),
        st.tuples(DAYS, DAYS),
        st.integers(-3, 40),
        st.booleans(),
    ),
    max_size=8,
)


@given(STEPS)
def test_after_any_changes_the_last_words_of_the_ledger_are_those_of_the_register(steps: list[Any]) -> None:
    revisions: list[Document] = []
    ledger: list[Record] = []
    now = NOW
    for what, which, states, (issued, start), hours, stopped in steps:
        now += timedelta(hours=hours)  # a clock may go back a little
        _change(revisions, what, which, {"states": states, "issued_on": issued, "supports_from": start}, now)
        if not stopped:  # else a stop came between the register and the ledger
            ledger += news_of_documents(revisions, ledger, now, ZONE)
    ledger += news_of_documents(revisions, ledger, now, ZONE)
    assert news_of_documents(revisions, ledger, now, ZONE) == ()
    newest = {one.id: one for one in revisions}
    wanted = {
        (word.voice, word.value) for one in newest.values() if one.retired_at is None for word in words_of(one, ZONE)
    }
    last = last_words(ledger, FAR).values()
    assert {(one.voice, one.value) for one in last if isinstance(one, Observation)} == wanted


def _change(revisions: list[Document], what: str, which: int, changes: dict[str, Any], now: datetime) -> None:
    newest = {one.id: one for one in revisions}
    number = f"E{which + 1:04d}"
    before = newest.get(number)
    if what == "add" and before is None:
        revisions.append(document(id=number, sha256=str(which) * 64, added_at=now, **changes))
    elif before is None:
        return
    elif what == "revise" and before.retired_at is None:
        digest = format((int(before.sha256[0], 16) + 3) % 16, "x") * 64
        revisions.append(replace(before, revision=before.revision + 1, sha256=digest, added_at=now, **changes))
    elif what in ("retire", "restore"):
        at = now if what == "retire" else None
        for place, one in enumerate(revisions):
            if one.id == number:
                revisions[place] = replace(one, retired_at=at)
