"""The register of documents, the matrix, what expires and the checks, over HTTP: what is refused, sent and audited."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import enter, served, serving_of

from linghang.api import document_routes
from linghang.store.documents import DocumentRegister
from linghang.usecases.evidence_looking import check_documents

DAY = {"as_of": "2025-04-15"}
ROLE = "advanced.outcome.provincial-role"
HOSTILE = '<script>alert("1")</script>\u202e证书'
TEXT = "省级示范工厂证明，有限产能排产。"


def added(client: httpx.Client, name: str = "证明.txt", content: bytes = TEXT.encode(), **said: Any) -> dict[str, Any]:
    answer = client.post("documents", files={"file": (name, content)}, data=said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


# --- the register ---


def test_a_document_is_registered_with_what_is_said_of_it(local: httpx.Client) -> None:
    said = {
        "title": "省级示范",
        "kind": "certificate",
        "proves": [ROLE, "scene:28"],
        "states": [f"{ROLE}=met"],
        "issuer": "某局",
        "issued_on": "2025-03-01",
        "valid_until": "2027-03-01",
        "confidentiality": "confidential",
    }
    answer = local.post("documents", files={"file": ("证明.txt", TEXT.encode())}, data=said)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/documents/E0001"
    made = answer.json()
    assert {name: made[name] for name in said} == said
    assert (made["ledger_records"], made["text"]["state"]) == (1, "text")
    shown = local.get("documents/E0001").json()
    assert [one["revision"] for one in shown["revisions"]] == [1]
    assert shown["ledger"][0]["about"] == ROLE
    assert "有限产能" in shown["text"]["excerpt"]


def test_the_title_is_the_files_name_where_none_is_given(local: httpx.Client) -> None:
    assert added(local, "../../营业执照 2026.pdf")["title"] == "营业执照 2026"


def test_documents_are_chosen_searched_and_paged(local: httpx.Client) -> None:
    for number in range(3):
        added(local, f"{number}.txt", f"文件 {number}".encode(), kind="licence" if number else "contract")
    added(local, "other.txt", proves="scene:28", valid_until="2025-01-01")
    first = local.get("documents", params={"limit": 2})
    assert (first.json()["total"], len(first.json()["items"])) == (4, 2)
    assert [one["id"] for one in local.get(first.links["next"]["url"]).json()["items"]] == ["E0003", "E0004"]
    chosen = {
        "words=有限产能": ["E0004"],
        "kind=contract": ["E0001"],
        "proves=scene:28": ["E0004"],
        "state=expired": ["E0004"],
        "state=current&state=retired": ["E0001", "E0002", "E0003"],
        "expiring_days=0": ["E0004"],
        "kind=contract&proves=scene:28": [],
    }
    for query, ids in chosen.items():
        assert [one["id"] for one in local.get(f"documents?{query}").json()["items"]] == ids, query
    hit = local.get("documents", params={"words": "有限产能"}).json()["items"][0]["hit"]
    assert hit["excerpt"][hit["start"] : hit["end"]] == "有限产能"


def test_a_revision_says_something_else_and_keeps_the_rest(local: httpx.Client) -> None:
    added(local, title="证明", issuer="某局", valid_until="2027-01-01", proves=["scene:28"])
    changed = local.patch("documents/E0001", json={"valid_until": None, "proves": ["scene:1"]}).json()
    assert (changed["revision"], changed["valid_until"], changed["proves"]) == (2, None, ["scene:1"])
    assert changed["issuer"] == "某局"
    assert local.patch("documents/E0001", json={}).status_code == 400  # nothing would change
    assert local.patch("documents/E0001", json={"nothing": 1}).status_code == 422
    other = local.put("documents/E0001/file", files={"file": ("新.txt", b"new")}).json()
    assert (other["revision"], other["file_name"], other["title"]) == (3, "新.txt", "证明")
    assert local.get("documents/E0001/file?revision=1").content == TEXT.encode()
    assert local.get("documents/E0001/file").content == b"new"


def test_a_document_is_retired_for_a_reason_and_restored(local: httpx.Client) -> None:
    added(local, states=[f"{ROLE}=met"])
    assert local.put("documents/E0001/retirement", json={"reason": ""}).status_code == 422
    assert local.put("documents/E0001/retirement", json={"reason": "  "}).status_code == 400
    retired = local.put("documents/E0001/retirement", json={"reason": "撤销"}).json()
    assert (retired["retired_reason"], retired["ledger_records"]) == ("撤销", 1)
    assert local.patch("documents/E0001", json={"issuer": "x"}).status_code == 400
    assert local.delete("documents/E0001/retirement").json()["retired_at"] is None
    assert [one["what"] for one in local.get("documents/E0001").json()["history"]] == ["added", "retired", "restored"]


def test_what_is_not_there_is_not_found(local: httpx.Client) -> None:
    for method, path in (
        ("GET", "documents/E0009"),
        ("GET", "documents/E0009/file"),
        ("PATCH", "documents/E0009"),
        ("DELETE", "documents/E0009/retirement"),
    ):
        assert local.request(method, path, json={} if method == "PATCH" else None).status_code == 404, path
    added(local)
    assert local.get("documents/E0001/file?revision=2").status_code == 404
    assert local.get("documents/..%2F..%2Fetc/file").status_code in (404, 422)
    assert local.get("documents/evidence").status_code == 422


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"proves": "advanced.management.asisted-scheduling"}, "did you mean"),
        ({"kind": "licens"}, "did you mean"),
        ({"issued_on": "2999-01-01"}, "today"),
        ({"title": "two\nlines"}, "one line"),
        ({"states": f"{ROLE}=perhaps"}, "finding"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(
    local: httpx.Client, works: Path, said: dict[str, str], what: str
) -> None:
    answer = local.post("documents", files={"file": ("a.txt", b"a")}, data=said)
    assert answer.status_code == 400
    assert what in answer.json()["detail"]
    assert DocumentRegister(works).all(retired=True) == ()
    assert not list((works / "documents").rglob("*.part"))


def test_a_macro_is_refused_under_the_name_that_was_sent(local: httpx.Client, works: Path) -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    answer = local.post("documents", files={"file": ("旧.doc", old)})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("旧.doc")
    assert "/tmp" not in answer.text
    assert DocumentRegister(works).all() == ()


def test_markup_in_a_title_is_text(local: httpx.Client) -> None:
    made = added(local, f"{HOSTILE}.txt", title=HOSTILE)
    answer = local.get("documents")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["items"][0]["title"] == made["title"] == HOSTILE
    sent = local.get("documents/E0001/file")
    assert "<script>" not in sent.headers["content-disposition"]


# --- the files ---


def test_a_file_is_sent_as_it_came_and_can_do_nothing_in_a_browser(local: httpx.Client) -> None:
    page = b"<html><script>alert(1)</script></html>"
    added(local, "年度 报告 “最终”.html", page)
    sent = local.get("documents/E0001/file")
    assert sent.content == page
    assert sent.headers["content-length"] == str(len(page))
    said = sent.headers["content-disposition"]
    assert said.startswith("attachment; filename*=utf-8''%E5%B9%B4%E5%BA%A6%20")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in sent.headers["content-security-policy"]


def test_a_file_is_sent_once_and_in_parts(local: httpx.Client) -> None:
    added(local, "a.bin", bytes(range(256)) * 8)
    first = local.get("documents/E0001/file")
    etag = first.headers["etag"]
    assert local.get("documents/E0001/file", headers={"If-None-Match": etag}).status_code == 304
    part = local.get("documents/E0001/file", headers={"Range": "bytes=256-259"})
    assert (part.status_code, part.content) == (206, bytes(range(4)))
    assert local.get("documents/E0001/file", headers={"Range": "bytes=99999-"}).status_code == 416
    whole = local.get("documents/E0001/file", headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (whole.status_code, len(whole.content)) == (200, 2048)
    assert local.head("documents/E0001/file").headers["content-length"] == "2048"


def test_a_file_that_was_changed_in_the_workspace_is_not_sent(local: httpx.Client, works: Path) -> None:
    added(local)
    path = DocumentRegister(works).path(DocumentRegister(works).get("E0001").sha256)
    path.chmod(0o644)
    path.write_bytes(b"y" * path.stat().st_size)
    answer = local.get("documents/E0001/file")
    assert answer.status_code == 400
    assert "changed" in answer.json()["detail"]


def test_a_file_larger_than_the_door_is_refused_and_leaves_nothing(works: Path) -> None:
    from dataclasses import replace

    with served(replace(serving_of(works), most_bytes=100_000)) as client:
        answer = client.post("documents", files={"file": ("a.bin", bytes(200_000))})
        assert answer.status_code == 413
        parts = iter([b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n", *[bytes(50_000)] * 9])
        endless = client.post("documents", content=parts, headers={"Content-Type": "multipart/form-data; boundary=x"})
        assert endless.status_code == 413
    assert DocumentRegister(works).all() == ()


def test_an_upload_that_breaks_off_leaves_nothing(local: httpx.Client, works: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + bytes(2 << 20)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        local.post("documents", content=broken(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert local.get("documents").json()["total"] == 0
    assert list(check_documents(works, now=datetime.now(UTC))) == []


# --- lists ---


def test_a_list_is_registered_with_its_files(local: httpx.Client) -> None:
    table = "file,title,proves\n证.txt,证明,scene:28\nb.txt,另一,scene:1;scene:2\n"
    sent = [
        ("listed", ("list.csv", table.encode())),
        ("files", ("证.txt", b"one")),
        ("files", ("b.txt", b"two")),
    ]
    made = local.post("document-lists", files=sent)
    assert made.status_code == 201, made.text
    assert [(one["id"], one["title"]) for one in made.json()] == [("E0001", "证明"), ("E0002", "另一")]
    assert local.post("document-lists", files=sent).json() == []


def test_a_list_that_names_what_did_not_come_is_refused_with_its_lines(local: httpx.Client, works: Path) -> None:
    table = "file,title\na.txt,ok\nmissing.txt,t\n/etc/passwd,t\n"
    sent = [("listed", ("list.csv", table.encode())), ("files", ("a.txt", b"one"))]
    answer = local.post("document-lists", files=sent)
    assert answer.status_code == 400
    assert [(one["file"], one["line"]) for one in answer.json()["errors"]] == [("list.csv", 3), ("list.csv", 4)]
    assert "/tmp" not in answer.text
    assert "root:" not in answer.text
    assert DocumentRegister(works).all() == ()


# --- what is proved, what expires, what fits ---


def test_what_documents_can_be_about_is_found(local: httpx.Client) -> None:
    found = local.get("evidence/targets", params={"words": "provincial-role"}).json()
    assert [(one["name"], one["says"]) for one in found] == [(ROLE, ["met", "unmet", "not_applicable"])]


def test_the_matrix_is_narrowed_by_level_and_gap(local: httpx.Client) -> None:
    every = local.get("evidence/matrix", params=DAY).json()
    some = local.get("evidence/matrix", params=DAY | {"level": "advanced", "gap": "none"}).json()
    assert 0 < len(some["rows"]) < len(every["rows"])
    assert {one["gap"] for one in some["rows"]} == {"none"}
    assert {one["level"] for one in some["rows"]} <= {"advanced", "all"}
    assert local.get("evidence/matrix", params=DAY | {"level": "best"}).status_code == 404
    tag = local.get("evidence/matrix", params=DAY).headers["etag"]
    assert local.get("evidence/matrix", params=DAY, headers={"If-None-Match": tag}).status_code == 304


def test_what_expires_is_told_with_what_would_be_lost(local: httpx.Client) -> None:
    added(local, states=[f"{ROLE}=met"], issued_on="2025-01-01", valid_until="2025-06-01")
    plain = local.get("evidence/expiry", params=DAY).json()
    assert [(one["source"], one["day"]) for one in plain["endings"]] == [("E0001", "2025-06-01")]
    assert plain["documents"] is None
    found = local.get("evidence/expiry", params=DAY | {"losing": True}).json()
    assert found["documents"]["E0001"]["elements"] == [ROLE]


def test_a_remark_is_accepted_with_a_reason_and_taken_back(local: httpx.Client) -> None:
    added(local, proves=[ROLE], valid_until="2025-01-01")
    remarks = local.get("consistency", params=DAY).json()["remarks"]
    name = next(one["name"] for one in remarks if one["code"] == "C224")
    given = {"remark": name, "reason": "已续办"} | DAY
    assert local.post("consistency/accepted", json=given | {"reason": " "}).status_code == 400
    assert local.post("consistency/accepted", json=given | {"remark": "C999:x"}).status_code == 400
    assert [one["reason"] for one in local.post("consistency/accepted", json=given).json()] == ["已续办"]
    found = local.get("consistency", params=DAY).json()
    assert name not in [one["name"] for one in found["remarks"]]
    assert [one["name"] for one in found["accepted"]] == [name]
    assert local.delete("consistency/accepted", params={"remark": name}).status_code == 200
    assert local.delete("consistency/accepted", params={"remark": name}).status_code == 400
    assert name in [one["name"] for one in local.get("consistency", params=DAY).json()["remarks"]]


def test_every_check_is_listed_with_what_to_do(local: httpx.Client) -> None:
    found = local.get("checks").json()["checks"]
    assert len({one["code"] for one in found}) == len(found) > 50
    assert all(one["mend"]["zh"] and one["title"]["en"] for one in found)


# --- who may ---


def test_who_only_reads_changes_nothing_and_who_reviews_accepts_only(client: httpx.Client, works: Path) -> None:
    file = {"file": ("a.txt", b"a")}
    may_write = {"viewer": 403, "engineer": 403, "reviewer": 403, "editor": 201, "administrator": 201}
    may_review = {"viewer": 403, "engineer": 403, "reviewer": 400, "editor": 403, "administrator": 400}
    for role, status in may_write.items():
        enter(client, role)
        assert client.get("documents").status_code == 200
        assert client.post("documents", files=file).status_code == status, role
        given = {"remark": "C999:x", "reason": "y", "as_of": "2025-04-15"}
        assert client.post("consistency/accepted", json=given).status_code == may_review[role], role
    enter(client, "viewer")
    for method, path in (
        ("PATCH", "documents/E0001"),
        ("PUT", "documents/E0001/file"),
        ("PUT", "documents/E0001/retirement"),
        ("DELETE", "documents/E0001/retirement"),
        ("POST", "document-lists"),
        ("DELETE", "consistency/accepted?remark=C1"),
    ):
        assert client.request(method, path).status_code in (403, 422), path
    assert client.patch("documents/E0001", json={"issuer": "x"}).status_code == 403
    assert client.put("documents/E0001/retirement", json={"reason": "x"}).status_code == 403
    assert client.delete("documents/E0001/retirement").status_code == 403
    assert client.delete("consistency/accepted?remark=C1").status_code == 403
    assert client.get("documents/E0001/file").status_code == 200  # who reads may read the documents
    assert all(one.retired_at is None for one in DocumentRegister(works).all(retired=True))


def test_nobody_reads_documents_without_having_entered(client: httpx.Client) -> None:
    for path in ("documents", "documents/E0001", "documents/E0001/file", "evidence/matrix", "consistency", "checks"):
        assert client.get(path).status_code == 401, path


def test_every_change_is_told_of_before_it_is_made(local: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, str, str]] = []

    def audited(_folder: Path, deed: Any, now: datetime, work: Any) -> Any:
        assert now.tzinfo is not None
        told.append((deed.who, deed.through, deed.what, deed.on))
        return work()

    monkeypatch.setattr(document_routes, "audited", audited)
    added(local, "a.txt")
    local.patch("documents/E0001", json={"issuer": "x"})
    local.put("documents/E0001/file", files={"file": ("b.txt", b"b")})
    local.put("documents/E0001/retirement", json={"reason": "x"})
    local.delete("documents/E0001/retirement")
    verbs = ("add", "revise", "revise", "retire", "restore")
    on = ("a.txt", *["E0001"] * 4)
    assert told == [("local", "api", f"documents.{verb}", name) for verb, name in zip(verbs, on, strict=True)]


def test_days_are_told_for_the_day_that_is_asked(local: httpx.Client) -> None:
    added(local, valid_until=date(2025, 4, 20).isoformat())
    shown = local.get("documents", params=DAY).json()["items"][0]
    assert (shown["state"], shown["days_left"]) == ("current", 5)
    assert local.get("documents", params={"as_of": "2025-04-20"}).json()["items"][0]["state"] == "expired"
