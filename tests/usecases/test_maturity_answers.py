"""Answers of a self-assessment: what is kept, undone, refused, and what survives a kill."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest
from self_assessments import NOW, answered, document, new

from linghang.errors import BadInput
from linghang.store.documents import DocumentRegister
from linghang.store.workspace import open_workspace
from linghang.usecases import maturity
from linghang.usecases.maturity_journal import JOURNAL, read_acts, record

WHO = {"by": "王工", "now": NOW}


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return new(tmp_path / "works")


def test_without_answers_everything_is_unknown_and_no_file_is_made(plant: Path) -> None:
    found = maturity.progress(plant)
    assert (found.score.confirmed, found.score.possible) == (0, 5)
    assert found.score.total == (0, 5)
    assert len(found.score.unanswered) == len(found.opened.model.items) == 219
    assert not (plant / JOURNAL).exists()


def test_an_answer_says_who_when_why_and_by_which_document(plant: Path) -> None:
    number = document(plant).id
    maturity.answer(plant, "os.1.A", "0.80", reason="有规划", evidence=[number.lower()], **WHO)
    (one,) = maturity.opened(plant).state.answers.values()
    assert (one.value, one.reason, one.evidence, one.source, one.by, one.at) == (
        Decimal("0.8"),
        "有规划",
        (number,),
        "person",
        "王工",
        NOW,
    )


def test_unknown_takes_an_answer_back_and_is_not_0(plant: Path) -> None:
    maturity.answer(plant, "OS.1.a", "0", **WHO)
    assert maturity.progress(plant).score.sub_domains["OS", 1] == (0, Fraction(1, 2))
    maturity.answer(plant, "OS.1.a", "unknown", **WHO)
    assert maturity.progress(plant).score.sub_domains["OS", 1] == (0, 1)
    assert [act.kind for act, _ in maturity.history(plant)] == ["answers", "answers"]


@pytest.mark.parametrize("value", ["0.7", "2", "yes", "NaN", "-0.5", ""])
def test_another_value_is_refused_with_those_that_there_are(plant: Path, value: str) -> None:
    with pytest.raises(BadInput, match=r"answers are 1, 0\.8, 0\.5, 0"):
        maturity.answer(plant, "OS.1.a", value, **WHO)
    assert not (plant / JOURNAL).exists()


def test_an_item_that_is_not_there_is_refused_with_those_that_look_like_it(plant: Path) -> None:
    with pytest.raises(BadInput, match=r"OS\.1\.a"):
        maturity.answer(plant, "OS.1.z", "1", **WHO)


@pytest.mark.parametrize(("number", "said"), [("7", "write it as E0001"), ("E0042", "no document E0042")])
def test_a_document_that_nobody_registered_is_refused(plant: Path, number: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        maturity.answer(plant, "OS.1.a", "1", evidence=[number], **WHO)


def test_a_retired_document_is_refused(plant: Path) -> None:
    number = document(plant).id
    DocumentRegister.of(open_workspace(plant)).retire(number, "扫描不清", NOW)
    with pytest.raises(BadInput, match="was retired: 扫描不清"):
        maturity.answer(plant, "OS.1.a", "1", evidence=[number], **WHO)


def test_leaving_a_domain_out_needs_a_reason_and_can_be_undone(plant: Path) -> None:
    with pytest.raises(BadInput, match="needs a reason"):
        maturity.leave_out(plant, "logistics", " ", **WHO)
    with pytest.raises(BadInput, match="cannot be left out"):
        maturity.leave_out(plant, "production", "没有", **WHO)
    maturity.leave_out(plant, "物流", "运输全部外包", **WHO)
    found = maturity.progress(plant)
    assert found.opened.state.left_out == {"logistics": "运输全部外包"}
    assert sum(row.weight for row in found.sub_domains) == 1
    assert "LG" not in [row.sub_domain.code for row in found.sub_domains]
    maturity.take_in(plant, "logistics", **WHO)
    assert not maturity.opened(plant).state.left_out
    with pytest.raises(BadInput, match="is not left out"):
        maturity.take_in(plant, "logistics", **WHO)


def test_undo_goes_back_act_by_act_and_history_keeps_them_all(plant: Path) -> None:
    maturity.answer(plant, "OS.1.a", "1", **WHO)
    maturity.choose_weights(plant, "process", **WHO)
    maturity.answer(plant, "OS.1.a", "0.5", **WHO)
    seen = []
    for _ in range(3):
        act, one = maturity.undo(plant, **WHO)
        seen.append(
            (act.number, one.state.weights, {code: str(said.value) for code, said in one.state.answers.items()})
        )
    assert seen == [(3, "process", {"OS.1.a": "1"}), (2, "discrete", {"OS.1.a": "1"}), (1, "discrete", {})]
    assert [stands for _, stands in maturity.history(plant)] == [False, False, False, True, True, True]
    with pytest.raises(BadInput, match="nothing to undo"):
        maturity.undo(plant, **WHO)


def test_weights_that_are_not_there_are_refused(plant: Path) -> None:
    with pytest.raises(BadInput, match="discrete, process"):
        maturity.choose_weights(plant, "batch", **WHO)


def test_who_answers_has_a_name(plant: Path) -> None:
    with pytest.raises(BadInput, match="is no name"):
        maturity.answer(plant, "OS.1.a", "1", by=" ", now=NOW)


def test_an_act_on_an_older_state_is_refused(plant: Path) -> None:
    workspace = open_workspace(plant)
    maturity.answer(plant, "OS.1.a", "1", **WHO)
    with pytest.raises(BadInput, match="changed by somebody else"):
        record(workspace, "weights", {"weights": "process"}, by="李工", now=NOW, after=0)


def test_json_rounds_outwards(plant: Path) -> None:
    for code in ("EM.3.a", "EM.3.b"):
        maturity.answer(plant, code, "0.5", **WHO)
    found = maturity.progress(plant).to_dict()
    row = next(one for one in found["sub_domains"] if one["code"] == "EM")
    assert row["levels"]["3"] == {"low": "0.2500", "high": "0.7500", "answered": 2, "of": 4}
    assert json.dumps(found)


# --- the file ---


def test_a_line_that_was_cut_off_never_happened_and_the_next_act_heals_it(plant: Path) -> None:
    maturity.answer(plant, "OS.1.a", "1", **WHO)
    whole = (plant / JOURNAL).read_bytes()
    (plant / JOURNAL).write_bytes(whole + whole[:40])
    assert len(maturity.opened(plant).acts) == 1
    maturity.answer(plant, "OS.1.b", "0.5", **WHO)
    assert [act.number for act in read_acts(open_workspace(plant))] == [1, 2]


@pytest.mark.parametrize(
    "line",
    [
        b"{}\n",
        b"nonsense\n",
        b"[1]\n",
        b"\n",
        b'{"n":1,"model":"gbt-39116-2020","kind":"answers","by":"a","at":"2025-01-01T00:00:00+00:00","answers":{"OS.1.a":{}}}\n',
        b'{"n":2,"model":"gbt-39116-2020","kind":"weights","by":"a","at":"2025-01-01T00:00:00+00:00","weights":"process"}\n',
    ],
)
def test_a_line_that_is_no_act_is_refused_with_its_place(plant: Path, line: bytes) -> None:
    (plant / JOURNAL).write_bytes(line)
    with pytest.raises(BadInput, match="this is no act") as refused:
        maturity.opened(plant)
    assert refused.value.place is not None
    assert refused.value.place.line == 1


def test_answers_to_another_model_are_refused(plant: Path) -> None:
    maturity.answer(plant, "OS.1.a", "1", **WHO)
    changed = (plant / JOURNAL).read_text(encoding="utf-8").replace("gbt-39116-2020", "gbt-39116-2027")
    (plant / JOURNAL).write_text(changed, encoding="utf-8")
    with pytest.raises(BadInput, match="belongs to the model gbt-39116-2027"):
        maturity.opened(plant)


def test_what_was_acknowledged_survives_a_kill(plant: Path) -> None:
    program = dedent(
        f"""
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from linghang.usecases.maturity import answer, opened
        folder = Path({str(plant)!r})
        for item in opened(folder).model.items:
            answer(folder, item.code, "0.8", by="王工", now=datetime(2025, 4, 15, tzinfo=UTC))
            print(item.code, flush=True)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = [running.stdout.readline().strip() for _ in range(7)]
        os.kill(running.pid, signal.SIGKILL)
        said += [line.strip() for line in running.stdout if line.endswith("\n")]
    kept = maturity.opened(plant).state.answers
    assert set(said) <= set(kept)
    assert len(kept) <= len(said) + 1
    maturity.answer(plant, "PV.5.a", "0.5", **WHO)


def test_one_act_takes_many_answers(plant: Path) -> None:
    one = answered(plant, 2)
    assert len(one.acts) == 1
    assert one.score().confirmed == 2
    maturity.undo(plant, by="李工", now=NOW + timedelta(1))
    assert not maturity.opened(plant).state.answers
