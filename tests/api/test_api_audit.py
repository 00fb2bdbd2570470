"""Audit log and backup over HTTP: for administrators alone, every change told of, nothing half done."""

import io
import zipfile
from pathlib import Path

import httpx
import pytest
from served import PASSWORD, enter, served, serving_of

from linghang.usecases.accounts import Accounts
from linghang.usecases.audit_log import check_log


@pytest.fixture
def administrator(client: httpx.Client) -> httpx.Client:
    """A client that has entered as administrator."""
    assert enter(client, "administrator").status_code == 201
    return client


def told(client: httpx.Client, **asked: object) -> list[tuple[str, str, str]]:
    """Who, what and on what, newest first."""
    found = client.get("audit", params=asked).json()["items"]  # type: ignore[arg-type]
    return [(one["who"], one["what"], one["on"]) for one in found]


@pytest.mark.parametrize("path", ["audit", "audit/state", "backups", "backups/linghang-x.zip"])
def test_only_administrators_see_them(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 401
    enter(client, "reviewer")
    assert client.get(path).status_code == 403


def test_changes_are_told_of_with_name_and_place(administrator: httpx.Client, peopled: Path) -> None:
    given = {"name": "chen", "role": "viewer", "password": PASSWORD}
    assert administrator.post("accounts", json=given).status_code == 201
    assert administrator.patch("accounts/chen", json={"role": "engineer"}).status_code == 200
    token = administrator.post("tokens", json={"name": "MES", "account": "chen", "scopes": ["read"]}).json()
    assert administrator.delete(f"tokens/{token['id']}").status_code == 204
    assert administrator.delete("accounts/chen/sessions").status_code == 204
    assert administrator.delete("accounts/chen/lock").status_code == 200
    assert told(administrator) == [
        ("administrator", "accounts.unlock", "chen"),
        ("administrator", "sessions.end", "chen"),
        ("administrator", "tokens.revoke", str(token["id"])),
        ("administrator", "tokens.add", "chen"),
        ("administrator", "accounts.change", "chen"),
        ("administrator", "accounts.add", "chen"),
    ]
    content = (peopled / "audit.jsonl").read_text("utf-8")
    assert PASSWORD not in content
    assert token["secret"] not in content
    assert administrator.get("audit/state").json()["problems"] == []


def test_a_refused_change_is_told_of_with_its_reason(administrator: httpx.Client) -> None:
    assert administrator.patch("accounts/administrator", json={"disabled": True}).status_code == 400
    (found,) = administrator.get("audit", params={"failed": True}).json()["items"]
    assert "last administrator" in found["failed"]


def test_deeds_are_filtered_and_paged(administrator: httpx.Client) -> None:
    for name in ("viewer", "editor"):
        administrator.delete(f"accounts/{name}/sessions")
    administrator.delete("accounts/viewer/lock")
    assert told(administrator, what="sessions", on="VIEW") == [("administrator", "sessions.end", "viewer")]
    first = administrator.get("audit", params={"limit": 2}).json()
    rest = administrator.get("audit", params={"limit": 2, "before": first["before"]}).json()
    assert [one["number"] for one in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["before"] is None


def test_several_changes_of_an_account_are_all_made_or_none(administrator: httpx.Client, peopled: Path) -> None:
    assert administrator.patch("accounts/viewer", json={"role": "editor", "password": "short"}).status_code == 400
    found = next(one for one in Accounts(peopled).all() if one.name == "viewer")
    assert found.role == "viewer"
    given = {"role": "viewer", "disabled": True}
    assert administrator.patch("accounts/administrator", json=given).status_code == 400
    assert administrator.get("me").json()["role"] == "administrator"


def test_who_may_not_enter_gets_no_token(administrator: httpx.Client) -> None:
    administrator.patch("accounts/viewer", json={"disabled": True})
    answer = administrator.post("tokens", json={"name": "x", "account": "viewer", "scopes": ["read"]})
    assert answer.status_code == 400
    assert "may not enter" in answer.json()["detail"]


def test_leaving_ends_the_session_at_once(client: httpx.Client) -> None:
    enter(client, "viewer")
    cookie = {"Cookie": f"linghang_session={client.cookies['linghang_session']}"}
    for _ in range(3):
        assert client.get("me").status_code == 200
    client.delete("session")
    assert client.get("me", headers=cookie).status_code == 401


def test_what_an_administrator_ends_is_ended_at_once(peopled: Path) -> None:
    with served(serving_of(peopled)) as one, httpx.Client(base_url=one.base_url, trust_env=False) as other:
        enter(one, "administrator")
        enter(other, "viewer")
        assert other.get("me").status_code == 200
        one.patch("accounts/viewer", json={"role": "engineer"})
        assert other.get("me").status_code == 401


def test_one_sets_ones_own_password_by_the_present_one(client: httpx.Client) -> None:
    enter(client, "viewer")
    wrong = client.put("me/password", json={"present": "not mine", "password": "白桦 winter 23"})
    assert wrong.status_code == 403
    assert client.put("me/password", json={"present": PASSWORD, "password": "白桦 winter 23"}).status_code == 204
    assert client.get("me").status_code == 401
    assert enter(client, "viewer").status_code == 403
    assert enter(client, "viewer", "白桦 winter 23").status_code == 201


def test_a_backup_is_made_checked_downloaded_and_taken_away(administrator: httpx.Client, peopled: Path) -> None:
    made = administrator.post("backups", json={"keys": False})
    assert made.status_code == 201
    name = made.json()["file"]
    assert [one["name"] for one in administrator.get("backups").json()] == [name]
    assert administrator.get(f"backups/{name}/state").json()["files"] == made.json()["files"]
    content = administrator.get(f"backups/{name}")
    assert content.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(content.content)).testzip() is None
    part = administrator.get(f"backups/{name}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PK\x03\x04")
    again = administrator.post("backups/check", files={"file": ("b.zip", content.content)})
    assert again.json()["about"]["name"] == "北疆铝轮毂"
    assert administrator.post("backups/check", files={"file": ("b.zip", b"no zip")}).status_code == 400
    assert administrator.delete(f"backups/{name}").status_code == 204
    assert administrator.get(f"backups/{name}").status_code == 404
    assert check_log(peopled).problems == ()
