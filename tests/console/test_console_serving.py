"""What the server sends: policies, problems of the API, the secret; and that the API keeps clear of the console."""

import json
import stat
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def _get(address: str, method: str = "GET") -> tuple[int, Any, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(address, method=method, headers={"Accept-Language": "en"})
    try:
        with opener.open(asked, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_pages_may_load_from_this_server_only(console: str) -> None:
    _, heads, _ = _get(f"{console}/")
    policy = heads["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert heads["x-content-type-options"] == "nosniff"
    assert "samesite=strict" in heads["set-cookie"].lower()
    assert "httponly" in heads["set-cookie"].lower()


def test_the_door_itself_runs_nothing_that_stands_in_it(peopled_console: str) -> None:
    status, heads, _ = _get(f"{peopled_console}/login")
    assert status == 200
    assert "unsafe" not in heads["content-security-policy"]


def test_what_the_api_does_not_know_is_still_a_problem_of_its_own(console: str) -> None:
    status, heads, body = _get(f"{console}/api/v1/no-such-thing")
    assert (status, heads["content-type"]) == (404, "application/problem+json")
    assert json.loads(body)["status"] == 404
    assert _get(f"{console}/api/v1/verdict", "DELETE")[0] == 405


def test_the_api_sets_no_cookie_of_the_console(console: str) -> None:
    status, heads, _ = _get(f"{console}/api/v1/packs")
    assert status == 200
    assert heads["set-cookie"] is None


def test_the_secret_is_the_owners_alone_and_no_part_of_the_program(console: str, console_works: Path) -> None:
    assert _get(f"{console}/login")[0] in (200, 303)
    secret = console_works / "console" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert len(secret.read_text("ascii")) >= 32
