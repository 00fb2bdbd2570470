"""The application over HTTP: no statement is lost, files are right, drafts and bundles are looked at and forgotten."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import EXAMPLE_ROWS_DAY, enter

from linghang.api.handing import KEPT_FOR_S, MOST, Handed, Handing

STATED = 'unit:\n  contact: 张三   # of the works\n  phone: "0475-1"\n'
DAY = {"as_of": EXAMPLE_ROWS_DAY}


def edition(client: httpx.Client) -> str:
    return client.get("application").headers["etag"]


def stated(client: httpx.Client) -> str:
    """Write the statement, and return its ETag."""
    answer = client.put("application", content=STATED.encode(), headers=yaml(**{"If-None-Match": "*"}))
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def yaml(**more: str) -> dict[str, str]:
    return {"Content-Type": "application/yaml", **more}


# --- the statement ---


def test_what_is_written_is_read_back_and_known_by_its_etag(local: httpx.Client) -> None:
    assert local.get("application").status_code == 404
    etag = stated(local)
    answer = local.get("application")
    assert (answer.text, answer.headers["etag"]) == (STATED, etag)
    assert local.get("application", headers={"If-None-Match": etag}).status_code == 304


def test_a_change_names_the_edition_that_it_begins_from(local: httpx.Client) -> None:
    etag = stated(local)
    text = STATED.replace("张三", "李四").encode()
    assert local.put("application", content=text, headers=yaml()).status_code == 428
    assert local.put("application", content=text, headers=yaml(**{"If-Match": '"0"'})).status_code == 412
    assert local.put("application", content=text, headers=yaml(**{"If-None-Match": "*"})).status_code == 412
    assert local.get("application").text == STATED
    assert local.put("application", content=text, headers=yaml(**{"If-Match": etag})).status_code == 200
    assert local.put("application", content=text, headers=yaml(**{"If-Match": etag})).status_code == 412
    assert "李四" in local.get("application").text


def test_a_text_that_is_wrong_is_refused_line_by_line_and_nothing_is_written(local: httpx.Client) -> None:
    etag = stated(local)
    wrong = b"unit: {contct: a}\nfactory: {build_form: 1}\n"
    for asked in ({}, {"dry_run": "true"}):
        answer = local.put("application", params=asked, content=wrong, headers=yaml(**{"If-Match": etag}))
        assert answer.status_code == 400
        assert [one["line"] for one in answer.json()["errors"]] == [1, 2]
    assert edition(local) == etag


def test_a_dry_run_writes_nothing(local: httpx.Client) -> None:
    assert local.put("application?dry_run=true", content=STATED.encode(), headers=yaml()).status_code == 200
    assert local.get("application").status_code == 404


def test_single_facts_leave_the_rest_letter_by_letter(local: httpx.Client) -> None:
    etag = stated(local)
    values = {"values": {"unit.contact": "李四", "factory.build_from": "2024-03-01"}}
    answer = local.patch("application/facts", json=values, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    text = local.get("application").text
    assert 'contact: "李四"   # of the works\n  phone: "0475-1"\n' in text
    assert local.get("application/facts").json()["values"]["factory.build_from"] == "2024-03-01"
    assert local.patch("application/facts", json=values, headers={"If-Match": etag}).status_code == 412
    unknown = local.patch("application/facts", json={"values": {"unit.fax": "1"}}, headers={"If-Match": "*"})
    assert unknown.status_code == 400


def test_a_change_can_be_undone_until_somebody_else_changes_the_file(local: httpx.Client, works: Path) -> None:
    assert local.post("application").status_code == 201
    assert local.post("application").status_code == 409
    begun = edition(local)
    local.put("application", content=STATED.encode(), headers=yaml(**{"If-Match": begun}))
    assert local.post("application/undo").json() == {"edition": begun.strip('"'), "can_put_back": True}
    assert edition(local) == begun
    (works / "application.yaml").write_text(STATED, "utf-8")
    assert local.post("application/undo").status_code == 409


def test_who_may_not_write_states_nothing_and_bundles_nothing_but_reads_and_reviews(client: httpx.Client) -> None:
    enter(client, "reviewer")
    assert client.post("application").status_code == 403
    assert client.put("application", content=b"", headers=yaml(**{"If-None-Match": "*"})).status_code == 403
    assert client.patch("application/facts", json={"values": {}}).status_code == 403
    assert client.post("bundles", json={}).status_code == 403
    assert client.get("report", params={"format": "xlsx", **DAY}).status_code == 200
    assert client.post("reviews", files={"file": ("d.txt", "总投资5600万元。".encode())}).status_code == 201


def test_nobody_reads_the_application_without_having_entered(client: httpx.Client) -> None:
    for path in ("application", "application/missing", "report", "report/preview", "keys", "exports/oscal-catalog"):
        assert client.get(path).status_code == 401, path


def test_what_is_missing_is_told_by_chapter_with_the_place_that_supplies_it(local: httpx.Client) -> None:
    before = local.get("application/missing", params=DAY).json()
    stated(local)
    found = local.get("application/missing", params=DAY).json()
    assert found["missing"] == before["missing"] - 2
    assert found["missing"] == sum(len(one["missing"]) for one in found["chapters"])
    parts = [part for one in found["chapters"] for part in one["missing"]]
    assert {"unit.email", "plan.goal"} <= {one["at"] for one in parts if one["supplied"] == "statement"}
    assert "finance_month" in {one["at"] for one in parts if one["supplied"] == "records"}
    assert "maturity_level" in {one["at"] for one in parts if one["supplied"] == "maturity"}
    tables = {one["name"] for one in local.get("tables").json()["tables"]}
    assert {one["at"] for one in parts if one["supplied"] == "records"} <= tables


# --- reports ---


def test_a_report_comes_in_every_form_and_language(local: httpx.Client) -> None:
    for form, begins in (("docx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = local.get("report", params={"format": form, "lang": "zh", "level": "advanced", **DAY})
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(begins)
        name = f"application-advanced-{EXAMPLE_ROWS_DAY}-zh.{form}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    again = local.get("report", params={"format": form, "lang": "zh", "level": "advanced", **DAY},
                      headers={"If-None-Match": answer.headers["etag"]})  # fmt: skip
    assert again.status_code == 304


def test_what_is_no_report_is_refused(local: httpx.Client) -> None:
    assert local.get("report", params={"kind": "poem"}).status_code == 422
    assert local.get("report", params={"level": "nobody"}).status_code == 400
    assert local.get("report", params={"pack": "nobody"}).status_code == 404
    assert local.get("report", params={"format": "docx", "pack": "../../etc/passwd"}).status_code == 422


def test_a_template_is_edited_and_sent_back(local: httpx.Client) -> None:
    template = local.get("report/template", params={"kind": "application", "lang": "en"})
    made = local.post("report", params={"lang": "en", **DAY}, files={"template": ("mine.docx", template.content)})
    assert made.status_code == 200
    assert made.content.startswith(b"PK")
    wrong = local.post("report", files={"template": ("mine.docx", b"no Word file")})
    assert wrong.status_code == 400
    assert "linghang-" not in wrong.text


def test_pages_are_those_of_the_pdf(local: httpx.Client) -> None:
    from pypdfium2 import PdfDocument

    asked = {"lang": "en", **DAY}
    preview = local.get("report/preview", params=asked).json()
    document = PdfDocument(local.get("report", params=asked | {"format": "pdf"}).content)
    assert len(preview["pages"]) == len(document)
    document.close()
    picture = local.get(f"report/preview/{preview['of']}/1", params={"width": 400})
    assert picture.headers["content-type"] == "image/png"
    assert picture.content[16:24] == (400).to_bytes(4) + int.from_bytes(picture.content[20:24]).to_bytes(4)
    known = local.get(f"report/preview/{preview['of']}/1?width=400", headers={"If-None-Match": picture.headers["etag"]})
    assert known.status_code == 304
    assert local.get(f"report/preview/{preview['of']}/999").status_code == 400
    assert local.get(f"report/preview/{'0' * 32}/1").status_code == 404


def test_a_preview_is_another_one_when_the_plant_states_something_else(local: httpx.Client) -> None:
    before = local.get("report/preview", params=DAY).json()["of"]
    assert local.get("report/preview", params=DAY).json()["of"] == before
    stated(local)
    assert local.get("report/preview", params=DAY).json()["of"] != before


# --- drafts ---


def test_a_draft_is_reviewed_and_its_files_are_fetched_then_forgotten(local: httpx.Client) -> None:
    draft = "总投资5600万元，其中设备3000万元、软件2800万元，合计5600万元。国际领先。".encode()
    found = local.post("reviews", files={"file": ("../申报书.md", draft)})
    assert found.status_code == 201, found.text
    said = found.json()
    assert said["draft"] == "申报书.md"
    assert said["counts"]["error"] > 0
    assert {"R303"} <= {one["code"] for one in said["remarks"]}
    marked = local.get(f"reviews/{said['id']}/marked")
    assert "国际领先" in marked.content.decode()
    assert len(marked.content) > len(draft)
    assert "marked.md" in marked.headers["content-disposition"]
    assert local.get(f"reviews/{said['id']}/table").content.startswith(b"PK")
    assert local.delete(f"reviews/{said['id']}").status_code == 204
    assert local.get(f"reviews/{said['id']}/marked").status_code == 404


def test_a_draft_that_cannot_be_read_says_why_by_its_own_name(local: httpx.Client) -> None:
    answer = local.post("reviews", files={"file": ("draft.doc", b"\xd0\xcf\x11\xe0 old")})
    assert answer.status_code == 400
    assert re.search(r"draft\.doc: a draft is a \.docx", answer.json()["detail"])
    assert "linghang-" not in answer.text


def test_what_somebody_made_nobody_else_fetches(client: httpx.Client) -> None:
    enter(client, "reviewer")
    id = client.post("reviews", files={"file": ("d.txt", "总投资5600万元。".encode())}).json()["id"]
    assert client.get(f"reviews/{id}/marked").status_code == 200
    enter(client, "editor")
    assert client.get(f"reviews/{id}/marked").status_code == 404
    assert client.delete(f"reviews/{id}").status_code == 404


# --- bundles ---


def test_a_bundle_is_made_fetched_and_verified(local: httpx.Client, tmp_path: Path) -> None:
    assert local.get("keys/public").status_code == 404
    made = local.post("bundles", json={"inputs": "small", **DAY})
    assert made.status_code == 201, made.text
    said = made.json()
    assert local.get("keys").json()["own"] == said["key"]
    assert b"BEGIN PUBLIC KEY" in local.get("keys/public").content
    file = local.get(f"bundles/{said['id']}").content
    assert len(file) == said["size"]
    fits = verified(local, file, known_keys="true")
    assert (fits["fits"], fits["signer"]) == (True, {"key": said["key"], "known_as": "own"})
    stranger = verified(local, file, key="0" * 64)
    assert stranger["fits"] is False
    spoiled = bytearray(file)
    with zipfile.ZipFile(BytesIO(file)) as archive:
        where = archive.getinfo("judgement.json").header_offset + 500
    spoiled[where] ^= 1
    broken = verified(local, bytes(spoiled))
    assert broken["fits"] is False
    assert broken["first"]["entry"] == "judgement.json"
    assert local.delete(f"bundles/{said['id']}").status_code == 204
    assert local.get(f"bundles/{said['id']}").status_code == 404


def verified(client: httpx.Client, file: bytes, **asked: str) -> dict[str, Any]:
    answer = client.post("verifications", params=asked, files={"file": ("plant.zip", file)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_what_is_no_bundle_is_refused(local: httpx.Client) -> None:
    answer = local.post("verifications", files={"file": ("plant.zip", b"no zip")})
    assert answer.status_code == 400
    assert "linghang-" not in answer.text
    key = local.post("verifications?key=/etc/passwd", files={"file": ("plant.zip", b"no zip")})
    assert (key.status_code, "64" in key.json()["detail"]) == (400, True)


def test_a_passphrase_stands_in_no_audit_log_and_in_no_file(local: httpx.Client, works: Path) -> None:
    secret = "丹枫 and a half"
    made = local.post("bundles", json={"passphrase": secret, **DAY})
    assert made.status_code == 201
    again = local.post("bundles", json=DAY)
    assert again.status_code == 400
    assert local.get("keys").json()["locked"]
    text = [path.read_bytes() for path in works.rglob("*") if path.is_file()]
    assert all(secret.encode() not in one for one in text)
    assert secret not in json.dumps(local.get("keys").json(), ensure_ascii=False)


# --- other programs ---


@pytest.mark.parametrize(
    ("kind", "pack", "begins"),
    [
        ("oscal-catalog", "national-2024", b"{"),
        ("oscal-profile", "neimenggu-2025", b"PK"),
        ("oscal-results", "national-2024", b"{"),
        ("ciso-assistant", "national-2024", b""),
    ],
)
def test_other_programs_get_their_documents(local: httpx.Client, kind: str, pack: str, begins: bytes) -> None:
    answer = local.get(f"exports/{kind}", params={"pack": pack, **DAY})
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begins)
    again = local.get(f"exports/{kind}", params={"pack": pack, **DAY})
    assert (again.content == answer.content) == (kind != "oscal-results")


def test_a_pack_without_a_base_has_no_profile(local: httpx.Client) -> None:
    assert local.get("exports/oscal-profile", params={"pack": "national-2024"}).status_code == 400


# --- what lies ready ---


def test_files_are_forgotten_after_their_time_and_when_there_are_too_many() -> None:
    now = [0.0]
    ready = Handing(lambda: now[0])

    def made() -> tuple[str, Path]:
        room = ready.room()
        (room / "a").write_text("a")
        return ready.hand("wang", room, {"a": Handed(room / "a", "a", "text/plain")}), room

    first, room = made()
    assert ready.get(first, "wang", "a") is not None
    assert ready.get(first, "li", "a") is None
    now[0] = KEPT_FOR_S
    assert ready.get(first, "wang", "a") is None
    assert not room.exists()
    rooms = [made() for _ in range(MOST + 3)]
    assert [place.exists() for _, place in rooms] == [False] * 3 + [True] * MOST
