"""Who is let in over HTTP, and what is refused whoever asks."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from served import enter, served, serving_of

from linghang.api.app import Serving, build
from linghang.api.security import COOKIE
from linghang.errors import BadInput
from linghang.usecases.accounts import Accounts


def is_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["title"]


def test_without_accounts_whoever_is_on_this_machine_may_do_everything(local: httpx.Client) -> None:
    assert local.get("me").json()["role"] == "administrator"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::"])
def test_without_accounts_no_other_address_is_served(works: Path, host: str) -> None:
    with pytest.raises(BadInput, match="without accounts this is served on"):
        build(Serving(works, host))


def test_with_an_account_another_address_is_served(peopled: Path) -> None:
    assert build(Serving(peopled, "0.0.0.0"))


def test_the_first_account_closes_the_open_door_of_a_running_server(works: Path) -> None:
    with served(serving_of(works)) as client:
        assert client.get("me").status_code == 200
        Accounts(works).add("wang", "administrator", "丹枫 autumn 17", datetime.now(UTC))
        time.sleep(1.2)
        is_problem(client.get("me"), 401)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_name_that_another_site_points_here_is_not_answered(local: httpx.Client, host: str) -> None:
    is_problem(local.get("verdict", headers={"Host": host}), 421)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["other origin", "no origin to tell", "cross-site"],
)
def test_what_another_site_sends_changes_nothing(local: httpx.Client, headers: dict[str, str]) -> None:
    is_problem(local.post("jobs", json={"engine": "equipment.monitoring"}, headers=headers), 403)
    assert local.get("jobs").json()["total"] == 0


def test_our_own_pages_may_write(local: httpx.Client) -> None:
    origin = f"http://{local.base_url.netloc.decode()}"
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert local.post("jobs", json={"engine": "equipment.monitoring"}, headers=headers).status_code == 201


def test_nobody_reads_without_having_entered(client: httpx.Client) -> None:
    for path in ("me", "verdict", "tables/equipment/rows", "jobs", "accounts", "live/jobs"):
        answer = client.get(path)
        is_problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_gets(client: httpx.Client) -> None:
    answer = enter(client, "viewer")
    assert answer.status_code == 201
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert client.get("me").json()["name"] == "viewer"


def test_a_wrong_password_is_refused(client: httpx.Client) -> None:
    answer = enter(client, "viewer", "guessed")
    is_problem(answer, 403)
    assert "set-cookie" not in answer.headers


def test_a_session_that_was_left_is_over_for_whoever_copied_it(client: httpx.Client) -> None:
    enter(client, "viewer")
    copied = client.cookies[COOKIE]
    assert client.delete("session").status_code == 204
    time.sleep(1.2)
    is_problem(client.get("me", headers={"Cookie": f"{COOKIE}={copied}"}), 401)


def test_a_role_reads_and_does_what_it_may_and_no_more(client: httpx.Client) -> None:
    may = {"viewer": (403, 403, 403), "engineer": (201, 403, 403), "editor": (201, 400, 403)}
    for role, (run, write, administer) in may.items():
        enter(client, role)
        assert client.get("elements", params={"as_of": "2025-04-15", "limit": 1}).status_code == 200
        assert client.post("jobs", json={"engine": "equipment.monitoring"}).status_code == run
        assert client.post("imports", files={"files": ("no.exe", b"")}).status_code == write
        assert client.get("accounts").status_code == administer


def test_an_administrator_makes_a_token_that_ends_when_it_is_revoked(client: httpx.Client) -> None:
    enter(client, "administrator")
    made = client.post("tokens", json={"name": "MES", "account": "engineer", "scopes": ["read"]})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    with httpx.Client(base_url=client.base_url, headers=headers, trust_env=False) as program:
        assert program.get("me").json()["scopes"] == ["read"]
        is_problem(program.post("jobs", json={"engine": "equipment.monitoring"}), 403)
        assert client.delete(f"tokens/{made.json()['id']}").status_code == 204
        time.sleep(1.2)
        is_problem(program.get("me"), 401)
    assert "secret" not in client.get("tokens").text


def test_an_administrator_adds_and_disables_an_account(client: httpx.Client) -> None:
    enter(client, "administrator")
    given = {"name": "zhao", "role": "viewer", "password": "long enough 42"}
    assert client.post("accounts", json=given).status_code == 201
    assert client.patch("accounts/zhao", json={"disabled": True}).json()["disabled_at"]
    is_problem(client.patch("accounts/nobody", json={"disabled": True}), 404)
    is_problem(client.patch("accounts/administrator", json={"disabled": True}), 400)
    with httpx.Client(base_url=client.base_url, trust_env=False) as other:
        is_problem(enter(other, "zhao", "long enough 42"), 403)


def test_passwords_stand_in_no_answer(client: httpx.Client) -> None:
    enter(client, "administrator")
    assert "argon2" not in client.get("accounts").text


def test_every_answer_has_the_security_headers(client: httpx.Client) -> None:
    for answer in (client.get("me"), client.get("no/such/path"), client.get("openapi.json")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_request_that_is_too_large_is_refused_whether_it_says_so_or_not(works: Path) -> None:
    with served(Serving(works, most_bytes=10_000)) as client:
        is_problem(client.post("imports", files={"files": ("equipment.csv", b"x" * 20_000)}), 413)
        endless = (b"x" * 1_000 for _ in range(20))
        answer = client.post("imports", content=endless, headers={"Content-Type": "multipart/form-data; boundary=b"})
        is_problem(answer, 413)


def test_cookies_that_are_none_are_nobody(client: httpx.Client) -> None:
    for said in ("=;;=", f"{COOKIE}=", f"{COOKIE}=../../etc", "\x01"):
        assert client.get("me", headers={"Cookie": said.encode("latin-1")}).status_code in (400, 401)


@pytest.mark.parametrize("end", ["session", "token", "first account"])
def test_an_endless_answer_ends_with_what_let_it_in(peopled: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from linghang.api import live_routes

    looked = iter(range(1_000_000))
    monkeypatch.setattr(live_routes, "jobs_of", lambda *_: [Told(next(looked))])
    monkeypatch.setattr(live_routes, "plain", lambda one: one.id)
    accounts = Accounts(peopled)
    if end == "first account":
        (peopled / "accounts.sqlite").unlink()
    made, secret = (None, "")
    if end == "token":
        made, secret = accounts.make_token("scada", "viewer", frozenset({"read"}), datetime.now(UTC))
    with served(serving_of(peopled)) as client:
        headers = {"Authorization": f"Bearer {secret}"} if made else {}
        if end == "session":
            assert enter(client, "viewer").status_code == 201
        heard = 0
        with client.stream("GET", "live/jobs", headers=headers, timeout=10) as stream:
            assert stream.status_code == 200
            for line in stream.iter_lines():
                heard += line.startswith("data: ")
                if heard == 2 and line.startswith("data: "):
                    if made:
                        accounts.revoke_token(made.id, datetime.now(UTC))
                    elif end == "session":
                        accounts.disable("viewer", datetime.now(UTC))
                    else:
                        accounts.add("wang", "administrator", "丹枫 autumn 17", datetime.now(UTC))
                assert heard < 8
        assert heard >= 2


class Told(NamedTuple):
    """A job that is another one each time somebody looks."""

    id: int
