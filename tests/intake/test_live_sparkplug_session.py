"""The rules of Sparkplug sessions: what is valid when, what is missing, and when a birth is asked for."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.live.sparkplug.session import REPEATED, ROUND, Message, Outcome, Rules, Session
from linghang.intake.live.sparkplug.topics import Topic, Verb, topic_of

unhurried = settings(deadline=None, max_examples=60)
NODE, DEVICE, OTHER = "spBv1.0/G/N", "spBv1.0/G/N/D", "spBv1.0/G/N/E"


def message(
    verb: Verb, seq: int | None = None, bd_seq: int | None = None, device: str = "D", content: Any = None
) -> Message:
    return Message(Topic(verb, "G", "N", device if verb[0] == "D" else None), seq, bd_seq, content)


def kinds(outcome: Outcome) -> list[tuple[str, str]]:
    return [(step.kind, step.owner) for step in outcome.steps]


def born() -> Session:
    session = Session()
    session.take(message("NBIRTH", 0, 1), 0)
    session.take(message("DBIRTH", 1), 0)
    return session


# --- topics ---


@pytest.mark.parametrize("text", ["spBv1.0/G/NDATA/N", "spBv1.0/G/DBIRTH/N/D", "spBv1.0/STATE/host"])
def test_a_topic_comes_back_as_it_was(text: str) -> None:
    assert str(topic_of(text)) == text


def test_the_state_topic_of_older_hosts_is_known() -> None:
    assert topic_of("STATE/host") == Topic("STATE", "", "host")


@pytest.mark.parametrize(
    "text",
    ["", "a", "spBv1.0/G/NDATA/N/D", "spBv1.0/G/DDATA/N", "spBv1.0/G/XDATA/N", "spAv1.0/G/NDATA/N", "spBv1.0//NDATA/N"],
)
def test_other_topics_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="right would be"):
        topic_of(text)


# --- births and deaths ---


def test_data_after_its_birth_is_read_by_it() -> None:
    session = born()
    assert kinds(session.take(message("DDATA", 2), 0)) == [("data", DEVICE)]
    assert kinds(session.take(message("NDATA", 3), 0)) == [("data", NODE)]


def test_whoever_comes_late_asks_for_the_birth_once() -> None:
    session = Session()
    first = session.take(message("DDATA", 77), 0)
    assert kinds(first) == [("nameless", DEVICE)]
    assert first.rebirths == [("G", "N")]
    assert session.take(message("DDATA", 78), 1).rebirths == []


def test_a_device_without_its_node_is_read_and_the_node_asked_for() -> None:
    session = Session()
    outcome = session.take(message("DBIRTH", 5), 0)
    assert kinds(outcome) == [("birth", DEVICE)]
    assert outcome.rebirths == [("G", "N")]
    assert kinds(session.take(message("DDATA", 6), 0)) == [("data", DEVICE)]


def test_the_death_of_a_node_is_the_death_of_its_devices() -> None:
    session = born()
    assert sorted(kinds(session.take(message("NDEATH", None, 1), 0))) == [("death", NODE), ("death", DEVICE)]
    assert kinds(session.take(message("DDATA", 2), 0)) == [("nameless", DEVICE)]


def test_the_late_death_of_an_older_connection_is_ignored() -> None:
    session = born()
    session.take(message("NBIRTH", 0, 2), 1)
    assert kinds(session.take(message("NDEATH", None, 1), 1)) == []
    assert kinds(session.take(message("NDATA", 1), 1)) == [("data", NODE)]


def test_a_death_is_told_once() -> None:
    session = born()
    session.take(message("NDEATH", None, 1), 0)
    assert kinds(session.take(message("NDEATH", None, 1), 0)) == []


def test_the_death_of_a_device_leaves_the_node() -> None:
    session = born()
    assert kinds(session.take(message("DDEATH", 2), 0)) == [("death", DEVICE)]
    assert kinds(session.take(message("NDATA", 3), 0)) == [("data", NODE)]
    assert kinds(session.take(message("DDATA", 4), 0)) == [("nameless", DEVICE)]


def test_a_new_connection_of_a_node_ends_what_its_devices_said_before() -> None:
    assert kinds(born().take(message("NBIRTH", 0, 2), 1)) == [("death", DEVICE), ("birth", NODE)]


def test_a_birth_again_ends_nothing_but_devices_have_to_be_born_again() -> None:
    session = born()
    assert kinds(session.take(message("NBIRTH", 0, 1), 1)) == [("birth", NODE)]
    assert kinds(session.take(message("DDATA", 1), 1)) == [("nameless", DEVICE)]
    assert kinds(session.take(message("DBIRTH", 2), 1)) == [("birth", DEVICE)]
    assert kinds(session.take(message("DDATA", 3), 1)) == [("data", DEVICE)]


def test_a_device_that_was_not_born_again_dies_with_its_node() -> None:
    session = born()
    session.take(message("NBIRTH", 0, 1), 1)
    assert ("death", DEVICE) in kinds(session.take(message("NDEATH", None, 1), 1))


# --- sequence numbers ---


def test_a_missing_number_is_a_gap_when_it_does_not_come() -> None:
    session = born()
    first = session.take(message("NDATA", 4), 0)
    assert kinds(first) == [("data", NODE)]
    assert first.gaps == 0
    assert session.tick(1.9).gaps == 0
    late = session.tick(2.1)
    assert late.gaps == 1
    assert late.rebirths == [("G", "N")]
    assert session.tick(9).gaps == 0


def test_numbers_go_round() -> None:
    session = born()
    for number in range(2, 600):
        outcome = session.take(message("NDATA", number % ROUND), number)
        assert kinds(outcome) == [("data", NODE)]
        assert outcome.gaps == 0


def test_messages_in_the_wrong_order_are_no_gap() -> None:
    session = born()
    for number in (3, 2, 5, 4):
        assert kinds(session.take(message("NDATA", number), 0)) == [("data", NODE)]
    assert session.tick(10).gaps == 0


def test_data_that_came_before_its_birth_waits_for_it() -> None:
    session = born()
    assert kinds(session.take(message("DDATA", 3, device="E", content="early"), 0)) == []
    outcome = session.take(message("DBIRTH", 2, device="E"), 1)
    assert kinds(outcome) == [("birth", OTHER), ("data", OTHER)]
    assert outcome.steps[1].message.content == "early"
    assert session.tick(10).gaps == 0


def test_data_whose_birth_never_comes_is_not_kept_for_ever() -> None:
    session = born()
    session.take(message("DDATA", 3, device="E"), 0)
    outcome = session.tick(3)
    assert kinds(outcome) == [("nameless", OTHER)]
    assert outcome.gaps == 1
    assert outcome.rebirths == [("G", "N")]


def test_a_large_gap_is_seen_and_a_small_step_back_is_a_repetition() -> None:
    session = born()
    session.take(message("NDATA", 2), 0)
    assert kinds(session.take(message("NDATA", 2), 0)) == [("data", NODE)]
    assert session.tick(10).gaps == 0
    session.take(message("NDATA", (3 + ROUND - REPEATED - 1) % ROUND), 10)
    assert session.tick(13).gaps == 1


def test_only_so_many_messages_wait() -> None:
    session = Session(Rules(most_waiting=3))
    session.take(message("NBIRTH", 0, 1), 0)
    out = [session.take(message("DDATA", number, device="E", content=number), 0) for number in range(2, 7)]
    released = [step.message.content for outcome in out for step in outcome.steps]
    assert released == [2, 3]


# --- connections ---


def test_after_a_pause_that_the_broker_bridged_births_stay_valid() -> None:
    session = born()
    session.resume(kept=True)
    outcome = session.take(message("DDATA", 99), 0)
    assert kinds(outcome) == [("data", DEVICE)]
    assert session.tick(10).gaps == 0


def test_after_a_pause_that_nobody_bridged_births_are_asked_for() -> None:
    session = born()
    session.resume(kept=False)
    outcome = session.take(message("DDATA", 99), 0)
    assert kinds(outcome) == [("nameless", DEVICE)]
    assert outcome.rebirths == [("G", "N")]


def test_messages_that_no_broker_keeps_make_births_doubtful_after_a_pause_only() -> None:
    session = born()
    session.doubt(Topic("DDATA", "G", "N", "D"))
    assert session.born(Topic("DDATA", "G", "N", "D"))
    session.resume(kept=True)
    session.doubt(Topic("DDATA", "G", "N", "D"))
    assert not session.born(Topic("DDATA", "G", "N", "D"))


def test_births_of_an_earlier_run_are_valid_again() -> None:
    session = Session()
    session.restore(Topic("NBIRTH", "G", "N"), 4)
    session.restore(Topic("DBIRTH", "G", "N", "D"))
    assert kinds(session.take(message("DDATA", 50), 0)) == [("data", DEVICE)]
    assert kinds(session.take(message("NDEATH", None, 3), 0)) == []
    assert len(session.take(message("NDEATH", None, 4), 0).steps) == 2


# --- laws ---

verbs = st.sampled_from(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"])
anything = st.lists(
    st.tuples(
        verbs,
        st.none() | st.integers(0, 255),
        st.integers(0, 2),
        st.sampled_from("DE"),
        st.sampled_from([0.0, 0.1, 1.0, 3.0]),
    ),
    max_size=40,
)


def played(session: Session, script: Iterable[Any]) -> list[tuple[float, Message, Outcome]]:
    """Play a script of messages, each a moment later; give up everything that is missing in the end."""
    now, found = 0.0, []
    for number, (verb, seq, bd_seq, device, later) in enumerate(script):
        now += later
        one = message(verb, seq, bd_seq if verb in ("NBIRTH", "NDEATH") else None, device, number)
        found.append((now, one, session.take(one, now)))
    found.append((now + 100, message("NDATA"), session.tick(now + 100)))
    return found


@unhurried
@given(anything)
def test_every_message_of_data_comes_out_once(script: Any) -> None:
    found = played(Session(), script)
    went_in = [one.content for _, one, _ in found[:-1] if one.topic.verb.endswith("DATA")]
    came_out = [step.message.content for _, _, out in found for step in out.steps if step.kind in ("data", "nameless")]
    assert sorted(came_out) == went_in


@unhurried
@given(anything)
def test_data_is_read_only_by_a_birth_that_no_death_ended(script: Any) -> None:
    alive: set[str] = set()
    for _, _, outcome in played(Session(), script):
        for step in outcome.steps:
            if step.kind == "birth":
                alive.add(step.owner)
            elif step.kind == "death":
                alive.discard(step.owner)
            elif step.kind == "data":
                assert step.owner in alive


@unhurried
@given(anything)
def test_a_node_is_not_asked_again_at_once(script: Any) -> None:
    asked = [now for now, _, outcome in played(Session(), script) for _ in outcome.rebirths]
    assert all(later - before >= Rules().rebirth_every_s for before, later in pairwise(asked))


@unhurried
@given(st.integers(0, 700), st.integers(1, 5))
def test_an_orderly_node_is_never_asked(count: int, every: int) -> None:
    session = born()
    for number in range(2, count):
        outcome = session.take(message("DDATA" if number % every else "NDATA", number % ROUND), number / 10)
        assert [step.kind for step in outcome.steps] == ["data"]
        assert not outcome.rebirths
        assert not outcome.gaps


@unhurried
@given(st.permutations(range(8)), st.integers(0, 255))
def test_any_order_of_a_few_messages_is_no_gap(order: list[int], first: int) -> None:
    session = Session()
    session.take(message("NBIRTH", (first - 1) % ROUND, 1), 0)
    steps = [session.take(message("NDATA", (first + one) % ROUND), 0.1).steps for one in order]
    assert all([step.kind for step in one] == ["data"] for one in steps)
    assert session.tick(50).gaps == 0


@unhurried
@given(st.sets(st.integers(2, 100), min_size=1, max_size=20))
def test_every_stretch_of_lost_messages_is_a_gap(lost: set[int]) -> None:
    session = born()
    gaps = sum(session.take(message("NDATA", one), one * 10).gaps for one in range(2, 102) if one not in lost)
    gaps += session.tick(5000).gaps
    assert gaps == len([one for one in lost if one - 1 not in lost])
