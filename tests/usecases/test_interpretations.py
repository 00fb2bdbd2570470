"""A reviewer sets an interpretation with a reason; it is kept with its history and holds for one edition of a pack."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interpreted_works import NOW, PACK, put

from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput
from linghang.store.workspace import open_workspace
from linghang.usecases.interpretation_journal import JOURNAL
from linghang.usecases.interpretations import (
    chosen,
    history,
    marks_of,
    readings,
    say_mark,
    set_value,
    take_back,
    value_of,
)
from linghang.usecases.workspaces import make_workspace


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace without records."""
    return make_workspace(tmp_path / "works", "北疆", "Asia/Shanghai", None).folder


def reading(folder: Path, name: str = "key_equipment_share") -> object:
    return next(one for one in readings(folder, PACK) if one.name == name)


def test_a_pack_is_read_as_it_says_where_nothing_is_set(works: Path) -> None:
    assert all(one.value == one.pack_value and one.act is None for one in readings(works, PACK))
    assert not marks_of(open_workspace(works), load_pack(PACK))


def test_what_is_set_is_read_and_says_who_and_why(works: Path) -> None:
    found = put(works)
    assert (found.value, found.pack_value) == (Decimal("0.5"), Decimal("0.8"))
    assert reading(works) == found
    (mark,) = marks_of(open_workspace(works), load_pack(PACK))
    assert (mark.state, mark.by, mark.reason, mark.pack_value) == ("set", "li", "few machines", Decimal("0.8"))
    assert "few machines" in say_mark(mark).zh
    assert "0.8" in say_mark(mark).en


def test_it_is_of_one_pack_only(works: Path) -> None:
    put(works)
    assert all(one.act is None for one in readings(works, "neimenggu-2025"))


def test_taking_back_brings_the_value_of_the_pack_and_keeps_the_history(works: Path) -> None:
    put(works)
    put(works, value="0.6", reason="more machines")
    back = take_back(works, "key_equipment_share", pack=PACK, reason="a new list", by="wang", now=NOW)
    assert back is not None
    assert (back.value, back.act) == (Decimal("0.8"), None)
    told = [(one.number, one.kind, one.value, one.by, one.reason) for one in history(works, PACK)]
    assert told == [
        (1, "set", Decimal("0.5"), "li", "few machines"),
        (2, "set", Decimal("0.6"), "li", "more machines"),
        (3, "take_back", Decimal("0.6"), "wang", "a new list"),
    ]
    assert not history(works, PACK, "link_covered")


def refusal(folder: Path, name: str, value: str, reason: str = "why", by: str = "li") -> str:
    with pytest.raises(BadInput) as caught:
        set_value(folder, name, value, pack=PACK, reason=reason, by=by, now=NOW)
    assert not history(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("key_equipment_shar", "0.5", "key_equipment_share"),
        ("key_equipment_share", "half", "no plain number"),
        ("key_equipment_share", "1.2", "from 0 to 1"),
        ("key_equipment_share", "-0.1", "no plain number"),
        ("key_equipment_share", "NaN", "no plain number"),
        ("key_equipment_share", "1e-3", "no plain number"),
        ("record_evidence_valid_days", "0", "whole number from 1"),
        ("record_evidence_valid_days", "7.5", "whole number from 1"),
        ("talent_minimum", "2.5", "whole number"),
        ("link_covered", "most", "all, majority"),
        ("incident_months", "24", "N24"),
        ("key_equipment_share", "0.8", "in the pack itself"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(works: Path, name: str, value: str, said: str) -> None:
    assert said in refusal(works, name, value)


def test_without_a_reason_or_a_name_nothing_is_set(works: Path) -> None:
    assert "reason" in refusal(works, "key_equipment_share", "0.5", reason=" ")
    assert "name" in refusal(works, "key_equipment_share", "0.5", by=" ")
    assert "1000" in refusal(works, "key_equipment_share", "0.5", reason="x" * 1_001).replace(",", "")
    assert "printed" in refusal(works, "key_equipment_share", "0.5", reason="a\x1b[31m")


def test_what_was_not_set_is_not_taken_back(works: Path) -> None:
    with pytest.raises(BadInput, match="no interpretation link_covered is set"):
        take_back(works, "link_covered", pack=PACK, reason="why", by="li", now=NOW)


def test_another_edition_of_the_pack_waits_for_confirmation(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(works)
    edition = replace(load_pack(PACK), digest="f" * 64)
    monkeypatch.setattr("linghang.usecases.interpretations.load_pack", lambda _: edition)
    waiting = reading(works)
    assert (waiting.waits, waiting.value) == (True, Decimal("0.8"))  # type: ignore[attr-defined]
    (mark,) = marks_of(open_workspace(works), edition)
    assert mark.state == "to_confirm"
    assert chosen([mark]) == {}
    assert put(works, reason="read again").value == Decimal("0.5")
    assert [one.state for one in marks_of(open_workspace(works), edition)] == ["set"]


def test_what_is_given_for_one_judgement_goes_before_what_is_set(works: Path) -> None:
    put(works)
    workspace, pack = open_workspace(works), load_pack(PACK)
    marks = marks_of(workspace, pack, {"key_equipment_share": Decimal("0.8"), "talent_minimum": Decimal(5)})
    assert [(one.name, one.state) for one in marks] == [("talent_minimum", "call"), ("key_equipment_share", "call")]
    assert chosen(marks) == {"key_equipment_share": Decimal("0.8"), "talent_minimum": Decimal(5)}
    (same,) = marks_of(workspace, pack, {"key_equipment_share": Decimal("0.5")})
    assert same.state == "set"


def test_a_changed_line_is_seen_and_a_torn_one_was_never_said(works: Path) -> None:
    put(works)
    put(works, value="0.6")
    path = works / JOURNAL
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert len(history(works)) == 2
    put(works, value="0.7")
    assert len(history(works)) == 3
    path.write_bytes(path.read_bytes().replace(b'"0.5"', b'"0.9"', 1))
    with pytest.raises(BadInput, match=r"interpretations\.jsonl:1: act 1 .* does not fit"):
        history(works)
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    with pytest.raises(BadInput, match="the last 2 are missing"):
        history(works)


def test_while_somebody_else_writes_nothing_is_set(works: Path) -> None:
    with open_workspace(works).writing(), pytest.raises(BadInput, match="another process"):
        put(works)


def test_the_journal_is_a_chain_of_json_lines(works: Path) -> None:
    put(works)
    line = json.loads((works / JOURNAL).read_text(encoding="utf-8"))
    said = line["interpretation"]
    assert (said["value"], said["edition"]) == ({"decimal": "0.5"}, load_pack(PACK).digest)


@pytest.mark.parametrize("pack", [one for one in pack_ids() if one in ("national-2024", "neimenggu-2025")])
def test_every_value_of_a_pack_lies_where_a_value_may_lie(pack: str) -> None:
    for one in load_pack(pack).interpretations:
        if one.source == "platform":
            assert value_of(one, str(one.value)) == one.value


@given(st.decimals(min_value=0, max_value=1, places=4, allow_nan=False))
def test_every_share_is_read_exactly(value: Decimal) -> None:
    one = next(one for one in load_pack(PACK).interpretations if one.id == "key_equipment_share")
    text = f"{value:f}"
    assert value_of(one, text) == Decimal(text)
