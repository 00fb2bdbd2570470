"""The maturity self-assessment over HTTP: what the use cases keep, by those who may."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
from served import enter

from linghang.usecases.maturity import opened, progress

ANSWER_COLUMN = 9
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_what_was_answered_counts_and_can_be_taken_back(local: httpx.Client, works: Path) -> None:
    given = {"value": "0.8", "reason": "规划 2025–2027"}
    assert local.put("maturity/answers/os.1.a", json=given).status_code == 204
    assert opened(works).state.answers["OS.1.a"].value == Decimal("0.8")
    said = local.get("maturity").json()
    assert said["answers"]["OS.1.a"]["reason"] == "规划 2025–2027"
    assert said["level"] == {"confirmed": progress(works).score.confirmed, "possible": progress(works).score.possible}
    assert local.post("maturity/undo").status_code == 204
    assert opened(works).state.answers == {}
    stands = [one["stands"] for one in local.get("maturity/history").json()]
    assert stands == [False, True]


def test_what_cannot_be_is_refused_and_keeps_nothing(local: httpx.Client, works: Path) -> None:
    cases = (
        ("maturity/answers/XX.1.a", {"value": "1"}, 404),
        ("maturity/answers/OS.1.a", {"value": "0.7"}, 400),
        ("maturity/answers/OS.1.a", {"value": "1", "evidence": ["E0099"]}, 400),
        ("maturity/left-out/personnel", {"reason": "none"}, 422),
        ("maturity/adoption", {"signed_by": "王"}, 400),
    )
    for path, given, status in cases:
        answer = local.put(path, json=given)
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"]
    assert local.get("maturity/gap", params={"level": 6}).status_code == 422
    assert opened(works).acts == ()


def test_a_domain_is_left_out_for_a_reason_and_taken_in_again(local: httpx.Client, works: Path) -> None:
    assert local.put("maturity/left-out/sales", json={"reason": "集团统一销售"}).status_code == 204
    assert local.get("maturity").json()["left_out"] == {"sales": "集团统一销售"}
    assert local.delete("maturity/left-out/sales").status_code == 204
    assert local.put("maturity/weights", json={"weights": "process"}).status_code == 204
    assert opened(works).state.weights == "process"
    assert not opened(works).state.left_out


def test_who_may_not_write_looks_and_no_more(client: httpx.Client, peopled: Path) -> None:
    enter(client, "viewer")
    assert client.get("maturity").status_code == 200
    assert client.put("maturity/answers/OS.1.a", json={"value": "1"}).status_code == 403
    assert client.post("maturity/proposals").status_code == 403
    assert opened(peopled).acts == ()


def test_a_workbook_goes_out_is_filled_and_comes_back(local: httpx.Client, works: Path) -> None:
    got = local.get("maturity/workbook", params={"proposals": False})
    assert got.headers["content-type"].startswith(SHEET)
    book = openpyxl.load_workbook(BytesIO(got.content))
    sheet, row, column = _answer_cell(book, "OS.1.a")
    sheet.cell(row, column, 1)
    filled = BytesIO()
    book.save(filled)
    files = {"file": ("answers.xlsx", filled.getvalue(), SHEET)}
    tried = local.post("maturity/workbook", params={"dry_run": True}, files=files).json()
    assert [one["item"] for one in tried["changes"]] == ["OS.1.a"]
    assert opened(works).acts == ()
    assert local.post("maturity/workbook", files=files).json()["kept"] is True
    assert opened(works).state.answers["OS.1.a"].value == 1
    assert local.post("maturity/workbook", files={"file": ("a.xlsx", b"PK no", SHEET)}).status_code == 400


def test_what_records_propose_is_taken_as_theirs(local: httpx.Client, works: Path) -> None:
    day = {"as_of": "2025-04-15"}
    proposed = local.get("maturity/proposals", params=day).json()
    assert proposed["to_take"]
    assert all(one["source"] for one in proposed["thresholds"])
    assert local.post("maturity/proposals", params=day).status_code == 204
    taken = {code: str(one.value) for code, one in opened(works).state.answers.items()}
    assert taken == proposed["to_take"]
    assert {one.source for one in opened(works).state.answers.values()} == {"records"}
    assert local.post("maturity/proposals", params=day).status_code == 400  # there is nothing left to take


def _answer_cell(book: openpyxl.Workbook, code: str) -> tuple[Any, int, int]:
    for sheet in book.worksheets[2:]:
        for row in sheet.iter_rows(max_col=1):
            if row[0].value == code:
                return sheet, row[0].row, ANSWER_COLUMN
    raise AssertionError(code)
