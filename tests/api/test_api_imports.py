"""Imports in steps over HTTP, templates, filters of rows, the state of the records, and faults in both languages."""

import io
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from served import enter

from linghang.usecases.audit_log import deeds

FILES = {"files": ("客户清单.csv", "客户代码,客户名称\nC-70,甲\nC-71,乙\n".encode("gb18030"))}


def bring(local: httpx.Client, name: str = "客户.csv", text: str = "客户编号,客户名称\nC-70,甲\nC-71,乙\n") -> Any:
    answer = local.post("imports/deliveries", files={"files": (name, text.encode("gb18030"))})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_files_are_looked_at_mapped_checked_imported_and_taken_back(local: httpx.Client) -> None:
    found = bring(local, text="代号,客户名称\nC-70,甲\nC-71,乙\n")
    sheet = f"imports/deliveries/{found['id']}/sheets/0"
    given = {"use": "mapped", "table": "customer", "columns": {"customer_id": "代号", "name": "客户名称"}}
    planned = local.put(sheet, json=given).json()
    assert planned["sheets"][0]["plan"]["columns"]["customer_id"] == {"from": "代号"}
    seen = local.get(f"{sheet}/preview").json()
    assert seen["rows"][0] == {"row": 2, "values": {"customer_id": "C-70", "name": "甲"}, "faults": {}}
    checked = local.post(f"imports/deliveries/{found['id']}/check").json()
    assert checked["result"]["tables"] == [{"table": "customer", "rows": 2, "added": 2, "changed": 0, "unchanged": 0}]
    assert local.get("imports/last").status_code == 404
    kept = local.post(f"imports/deliveries/{found['id']}/commit")
    assert (kept.status_code, kept.json()["imported"]) == (201, True)
    assert local.get("tables/customer/rows", params={"where": "customer_id:has:c-7"}).json()["total"] == 2
    assert local.get("imports/last").json()["tables"] == {"customer": {"added": 2, "changed": 0}}
    assert local.post("imports/last/undo").status_code == 200
    assert local.get("tables/customer/rows", params={"where": "customer_id:has:c-7"}).json()["total"] == 0
    assert local.post("imports/last/undo").status_code == 404


def test_problems_come_in_pages_and_as_files(local: httpx.Client) -> None:
    text = "客户编号,客户名称,国家\n" + "".join(f"C-{number},名,nowhere\n" for number in range(100, 140))
    found = bring(local, text=text)
    address = f"imports/deliveries/{found['id']}"
    columns = {"customer_id": "客户编号", "name": "客户名称", "country": "国家"}
    local.put(f"{address}/sheets/0", json={"use": "mapped", "table": "customer", "columns": columns})
    checked = local.post(f"{address}/check").json()
    assert checked["result"]["count"] == 40
    assert [one["count"] for one in checked["result"]["kinds"]] == [40]
    page = local.get(f"{address}/problems", params={"offset": 30, "limit": 20})
    assert (page.json()["total"], len(page.json()["items"])) == (40, 10)
    assert 'rel="prev"' in page.headers["Link"]
    chinese = local.get(f"{address}/problems", headers={"Accept-Language": "zh"}).json()["items"][0]
    assert chinese["said"] != page.json()["items"][0]["said"]
    assert (chinese["row"], chinese["column"]) == (2, "国家")
    book = openpyxl.load_workbook(io.BytesIO(local.get(f"{address}/problems.xlsx").content))
    assert book.worksheets[0].max_row == 41
    assert local.get(f"{address}/problems.csv").text.count("\n") == 41
    assert 'to = "customer"' in local.get(f"{address}/mapping.toml").text


def test_an_import_that_was_refused_for_its_rows_is_told_as_failed(local: httpx.Client, works: Path) -> None:
    found = bring(local, text="客户编号,客户名称\nC-70,甲\nC-70,乙\n")
    assert not local.post(f"imports/deliveries/{found['id']}/commit").json()["imported"]
    (deed,) = deeds(works).deeds
    assert (deed.what, deed.failed) == ("records.import", "1 problems")


def test_a_delivery_belongs_to_who_brought_it(client: httpx.Client) -> None:
    enter(client, "editor")
    found = bring(client)
    assert [one["id"] for one in client.get("imports/deliveries").json()] == [found["id"]]
    enter(client, "administrator")
    assert client.get("imports/deliveries").json() == []
    assert client.get(f"imports/deliveries/{found['id']}").status_code == 404
    enter(client, "editor")
    assert client.delete(f"imports/deliveries/{found['id']}").status_code == 204
    assert client.get(f"imports/deliveries/{found['id']}").status_code == 404


def test_who_may_only_read_brings_nothing(client: httpx.Client) -> None:
    enter(client, "viewer")
    assert client.post("imports/deliveries", files=FILES).status_code == 403
    assert client.post("imports/last/undo").status_code == 403


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_templates_are_written_in_either_language(local: httpx.Client, lang: str) -> None:
    answer = local.get("template", params={"tables": ["customer", "area"], "lang": lang})
    assert "attachment" in answer.headers["Content-Disposition"]
    names = openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    assert ("客户" if lang == "zh" else "Customer") in names
    assert local.get("template", params={"tables": "nothing"}).status_code == 400


@pytest.mark.parametrize("where", ["name", "name:like:x", "nothing:has:x", "customer_id:has:", "customer_id:has"])
def test_a_filter_that_is_none_is_refused(local: httpx.Client, where: str) -> None:
    assert local.get("tables/customer/rows", params={"where": where}).status_code == 400


def test_the_dictionary_names_words_and_readers(local: httpx.Client) -> None:
    tables = {one["name"]: one for one in local.get("tables").json()["tables"]}
    status = next(one for one in tables["equipment"]["columns"] if one["name"] == "status")
    assert status["choices"]["idle"]["zh"] == "闲置"
    assert {"indicator", "engine"} == {one["kind"] for one in tables["equipment"]["read_by"]}
    center = next(one for one in tables["equipment"]["columns"] if one["name"] == "work_center_id")
    assert center["refers"] == "work_center.work_center_id"


def test_the_state_of_the_records_is_told(local: httpx.Client, works: Path) -> None:
    found = local.get("quality", params={"as_of": "2026-01-01"})
    assert found.status_code == 200, found.text
    tables = {one["name"]: one for one in found.json()["tables"]}
    assert tables["equipment"]["rows"] > 0
    assert all(0 <= one["share"] <= 1 for one in tables.values())
    assert (
        local.get(
            "quality", params={"as_of": "2026-01-01"}, headers={"If-None-Match": found.headers["ETag"]}
        ).status_code
        == 304
    )
    assert works.exists()


@pytest.mark.parametrize(
    ("query", "en"),
    [
        ({"limit": 0}, "is too small: 1 at least"),
        ({"limit": 5000}, "is too large: 1000 at most"),
        ({"limit": "many"}, "is no whole number"),
        ({"order": "a b"}, "does not have the form that is asked for"),
    ],
)
def test_a_wrong_form_is_told_in_our_words(local: httpx.Client, query: dict[str, Any], en: str) -> None:
    answer = local.get("tables/area/rows", params=query)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["message"].startswith(en)


@pytest.mark.parametrize(
    ("given", "en"),
    [
        ({"use": "eaten"}, "is none of the words that are taken here"),
        ({"more": 1}, "is not known here; leave it out"),
        ({"delimiter": "ab"}, "is too long: 1 characters at most"),
        ({"empty": "x"}, "has to be a list"),
        ({"distinct": "maybe"}, "has to be true or false"),
    ],
)
def test_a_wrong_body_is_told_in_our_words(local: httpx.Client, given: dict[str, Any], en: str) -> None:
    found = bring(local)
    answer = local.put(f"imports/deliveries/{found['id']}/sheets/0", json=given)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith(en)


def test_a_sheet_that_is_not_there_is_not_there(local: httpx.Client) -> None:
    found = bring(local)
    address = f"imports/deliveries/{found['id']}/sheets/7"
    assert local.get(f"{address}/preview").status_code == 404
    assert local.put(address, json={}).status_code == 404
    assert local.get("imports/deliveries/" + "0" * 16).status_code == 404
    assert local.get(f"imports/deliveries/{found['id']}/problems.xlsx").status_code == 404
