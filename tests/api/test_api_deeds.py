"""Every change over the API leaves one deed in the audit log; a refused one leaves none, or one that failed.

The routes are those of the description: one that is added without a row here lets the test fail.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from served import EXAMPLE_ROWS_DAY, PASSWORD, enter, served, serving_of

from linghang.plant.tables import TABLES
from linghang.usecases.audit_log import Wanted, check_log, deeds
from linghang.usecases.workspaces import open_workspace

DAY = {"as_of": EXAMPLE_ROWS_DAY}
UNSAFE = ("post", "put", "patch", "delete")
CUSTOMERS = {"files": ("客户.csv", "客户编号,客户名称\nC-70,甲\n".encode("gb18030"))}
NO_CHANGE = {
    "post /session": "who enters and leaves is no change of the workspace",
    "delete /session": "the same",
    "post /imports/deliveries": "what is brought waits for its import and belongs to who brought it",
    "delete /imports/deliveries/{id}": "the same",
    "post /imports/deliveries/{id}/files": "the same",
    "put /imports/deliveries/{id}/sheets/{number}": "the same",
    "post /imports/deliveries/{id}/check": "the same",
    "post /engines/scheduling.finite_capacity/check": "computed and kept nowhere",
    "post /cases/judged": "the same",
    "post /registries/judged": "the same",
    "post /registries/policies": "the same",
    "post /way-up/plans": "the same",
    "post /way-up/plans/costed": "the same",
    "post /way-up/what-if": "the same",
    "post /report": "the same",
    "post /verifications": "the same",
    "post /backups/check": "the same",
    "post /reviews": "files made for oneself, gone within the hour",
    "delete /reviews/{id}": "the same",
    "delete /bundles/{id}": "the same",
}
TAKES_LONG = {
    "post /engines/scheduling.finite_capacity/check",
    "post /way-up/plans/costed",
    "post /registries/judged",
    "post /registries/policies",
}
"""Computed for long, of much; that they leave no deed is shown by what is refused of them."""
BODIES: dict[str, Any] = {"multipart/form-data": {"files": {"x": ("x", b"")}}, "application/json": {"json": {"x": []}}}


@pytest.fixture
def alarmed(peopled: Path) -> Path:
    """The workspace with an alarm that stands."""
    engine = open_workspace(peopled).engine()
    row = dict(TABLES["alarm"].info["examples"][0]) | {"cleared_at": None, "acknowledged_at": None}
    row |= {"alarm_id": "A1", "at": datetime.now(UTC) - timedelta(hours=1)}
    with engine.begin() as connection:
        connection.execute(TABLES["alarm"].insert(), [row])
    engine.dispose()
    return peopled


class Walk:
    """An administrator who asks for changes one after another; the audit log is looked at after each."""

    def __init__(self, client: httpx.Client, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.seen = 0
        self.done: set[str] = set()

    def new(self) -> list[tuple[str, str, str | None]]:
        """Who, what and why it failed, of the deeds since the last look."""
        found = deeds(self.folder, Wanted()).deeds
        fresh = [one for one in found if one.number > self.seen]
        self.seen = max((one.number for one in found), default=0)
        return [(one.who, one.what, one.failed) for one in fresh]

    def ask(self, route: str, what: str | None, into: dict[str, str] | None = None, **given: Any) -> Any:
        """Ask for a change that is made; `what` names its deed."""
        self.new()
        method, path = route.split(" ")
        answer = self.client.request(method, path.lstrip("/").format(**(into or {})), **given)
        assert answer.is_success, (route, answer.text)
        assert self.new() == ([] if what is None else [("administrator", what, None)]), route
        assert (what is None) == (route in NO_CHANGE), route
        self.done.add(route)
        told = answer.content and answer.headers["content-type"] == "application/json"
        return answer.json() if told else answer


@pytest.fixture
def walk(alarmed: Path) -> Iterator[Walk]:
    """The administrator, who has entered."""
    with served(serving_of(alarmed)) as client:
        enter(client, "administrator")
        yield Walk(client, alarmed)


def changing(client: httpx.Client) -> dict[str, dict[str, Any]]:
    document = client.get("openapi.json").json()
    return {
        f"{method} {path.removeprefix('/api/v1')}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in UNSAFE
    }


@pytest.mark.slow
def test_every_change_that_is_made_leaves_one_deed(walk: Walk) -> None:
    _people(walk)
    _records(walk)
    _documents(walk)
    _maturity(walk)
    _engines(walk)
    _readings(walk)
    _application(walk)
    _computed(walk)
    _backups(walk)
    assert changing(walk.client).keys() - walk.done == TAKES_LONG
    assert check_log(walk.folder).problems == ()


def _people(walk: Walk) -> None:
    given = {"name": "chen", "role": "viewer", "password": PASSWORD}
    walk.ask("post /accounts", "accounts.add", json=given)
    walk.ask("patch /accounts/{name}", "accounts.change", {"name": "chen"}, json={"role": "engineer"})
    walk.ask("delete /accounts/{name}/sessions", "sessions.end", {"name": "chen"})
    walk.ask("delete /accounts/{name}/lock", "accounts.unlock", {"name": "chen"})
    token = walk.ask("post /tokens", "tokens.add", json={"name": "MES", "account": "chen", "scopes": ["read"]})
    walk.ask("delete /tokens/{number}", "tokens.revoke", {"number": str(token["id"])})
    new = "白桦 winter 23"
    walk.ask("put /me/password", "accounts.password", json={"present": PASSWORD, "password": new})
    walk.ask("post /session", None, json={"name": "administrator", "password": new})
    walk.ask("delete /session", None)
    enter(walk.client, "administrator", new)


def _records(walk: Walk) -> None:
    walk.ask("post /imports", "records.import", files=CUSTOMERS)
    id = {"id": walk.ask("post /imports/deliveries", None, files=CUSTOMERS)["id"]}
    more = {"files": ("更多.csv", "客户编号,客户名称\nC-71,乙\n".encode("gb18030"))}
    walk.ask("post /imports/deliveries/{id}/files", None, id, files=more)
    given = {"use": "mapped", "table": "customer"}
    walk.ask("put /imports/deliveries/{id}/sheets/{number}", None, id | {"number": "0"}, json=given)
    walk.ask("put /imports/deliveries/{id}/sheets/{number}", None, id | {"number": "1"}, json=given)
    walk.ask("post /imports/deliveries/{id}/check", None, id)
    made = walk.ask("post /imports/deliveries/{id}/commit", "records.import", id)
    assert made["imported"]
    walk.ask("post /imports/last/undo", "records.undo")
    other = walk.ask("post /imports/deliveries", None, files=CUSTOMERS)["id"]
    walk.ask("delete /imports/deliveries/{id}", None, {"id": other})


def _documents(walk: Walk) -> None:
    number = {"number": walk.ask("post /documents", "documents.add", files={"file": ("a.txt", b"one")})["id"]}
    listed = {"listed": ("list.csv", "file,title\nb.txt,乙\n"), "files": ("b.txt", b"two")}
    walk.ask("post /document-lists", "documents.import", files=listed)
    walk.ask("patch /documents/{number}", "documents.revise", number, json={"title": "甲"})
    walk.ask("put /documents/{number}/file", "documents.revise", number, files={"file": ("c.txt", b"three")})
    walk.ask("put /documents/{number}/retirement", "documents.retire", number, json={"reason": "replaced"})
    walk.ask("delete /documents/{number}/retirement", "documents.restore", number)


def _maturity(walk: Walk) -> None:
    items = [one["code"] for one in walk.client.get("maturity/items").json()]
    code = {"code": items[0]}
    walk.ask("put /maturity/answers/{code}", "maturity.answer", code, json={"value": "1"})
    walk.ask("put /maturity/weights", "maturity.weigh", json={"weights": "process"})
    domain = {"domain": "sales"}
    walk.ask("put /maturity/left-out/{domain}", "maturity.leave_out", domain, json={"reason": "集团统一销售"})
    walk.ask("delete /maturity/left-out/{domain}", "maturity.take_in", domain)
    walk.ask("post /maturity/undo", "maturity.undo")
    walk.ask("post /maturity/proposals", "maturity.prefill")
    book = openpyxl.load_workbook(io.BytesIO(walk.client.get("maturity/workbook", params={"proposals": 0}).content))
    for (cell,) in (row for sheet in book.worksheets[2:] for row in sheet.iter_rows(max_col=1)):
        if cell.value in items:
            cell.offset(0, 8).value = 1
    filled = io.BytesIO()
    book.save(filled)
    walk.ask("post /maturity/workbook", "maturity.import", files={"file": ("a.xlsx", filled.getvalue())})
    walk.ask("put /maturity/adoption", "maturity.adopt", json={"signed_by": "王"})
    walk.ask("delete /maturity/adoption", "maturity.withdraw", params={"reason": "too early"})


def _engines(walk: Walk) -> None:
    engine = {"engine": "equipment.monitoring"}
    job = walk.ask("post /jobs", "engines.run", json=engine)["number"]
    walk.ask("delete /jobs/{number}", "engines.cancel", {"number": str(job)})
    number = {
        "number": str(walk.ask("post /schedules", "schedules.add", json=engine | {"rule": "every 15min"})["number"])
    }
    walk.ask("patch /schedules/{number}", "schedules.pause", number, json={"paused": True})
    walk.ask("delete /schedules/{number}", "schedules.remove", number)
    walk.ask("post /plant/alarms/acknowledgements", "alarms.acknowledge", json={"key": "record A1"})
    walk.ask("post /assessments", "assessments.record", json=DAY)


def _readings(walk: Walk) -> None:
    name = {"name": "key_equipment_share"}
    given = {"value": "0.5", "reason": "few machines"}
    walk.ask("put /interpretations/{name}", "interpretations.set", name, json=given)
    walk.ask("post /interpretations/{name}/take-back", "interpretations.take_back", name, json={"reason": "a new list"})
    found = walk.client.get("consistency", params=DAY).json()
    remark = found["remarks"][0]["name"]
    walk.ask("post /consistency/accepted", "checks.accept", json={"remark": remark, "reason": "known"} | DAY)
    walk.ask("delete /consistency/accepted", "checks.take_back", params={"remark": remark})


def _application(walk: Walk) -> None:
    walk.ask("post /application", "application.begin")
    heads = {"If-Match": "*"}
    facts = {"values": {"unit.contact": "李四"}}
    walk.ask("patch /application/facts", "application.save", json=facts, headers=heads)
    text = walk.client.get("application").content.replace("李四".encode(), "王五".encode())
    yaml = heads | {"Content-Type": "application/yaml"}
    walk.ask("put /application", "application.save", content=text, headers=yaml)
    walk.ask("post /application/undo", "application.undo")


def _computed(walk: Walk) -> None:
    bundle = walk.ask("post /bundles", "bundles.make", json=DAY)["id"]
    content = walk.client.get(f"bundles/{bundle}").content
    walk.ask("post /verifications", None, files={"file": ("b.zip", content)}, params={"again": False})
    walk.ask("delete /bundles/{id}", None, {"id": bundle})
    review = walk.ask("post /reviews", None, files={"file": ("d.txt", "总投资5600万元。".encode())})["id"]
    walk.ask("delete /reviews/{id}", None, {"id": review})
    template = walk.client.get("report/template").content
    walk.ask("post /report", None, params=DAY, files={"template": ("mine.docx", template)})
    walk.ask("post /way-up/plans", None, json={"target": "basic"} | DAY)
    walk.ask("post /way-up/what-if", None, json={"set": []} | DAY)
    case = {"file": ("case.yaml", b"pack: national-2024\n")}
    walk.ask("post /cases/judged", None, files=case)


def _backups(walk: Walk) -> None:
    name = walk.ask("post /backups", "backups.make", json={})["file"]
    content = walk.client.get(f"backups/{name}").content
    walk.ask("post /backups/check", None, files={"file": ("b.zip", content)})
    walk.ask("delete /backups/{name}", "backups.remove", {"name": name})


@pytest.mark.slow
def test_a_change_that_is_refused_leaves_no_deed_or_one_that_failed(walk: Walk) -> None:
    """Whatever is refused: for its form before anything is told, else with its reason."""
    for route, operation in changing(walk.client).items():
        method, path = route.split(" ")
        if path == "/session":
            continue
        names = {one["name"]: "nothing" for one in operation.get("parameters", ()) if one["in"] == "path"}
        kinds = list(operation.get("requestBody", {"content": {}})["content"])
        given = next((BODIES[kind] for kind in kinds if kind in BODIES), {})
        for into in (names, dict.fromkeys(names, "999999999")):
            before = (walk.new(), walk.seen)[1]
            answer = walk.client.request(method, path.lstrip("/").format(**into), **given)
            made = walk.new()
            assert answer.status_code < 500, (route, answer.text)
            failed = [one for _, _, one in made]
            assert len(failed) <= 1, (route, made)
            if answer.is_error:
                assert all(failed), (route, before, made)
            else:
                assert failed == ([] if route in NO_CHANGE else [None]), (route, answer.text)
    assert check_log(walk.folder).problems == ()
