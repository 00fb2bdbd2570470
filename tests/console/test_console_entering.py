"""Entering and leaving; nobody sees a page without a session, and a session that is over ends its pages."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from console_server import PASSWORD

from linghang.console.entering import within
from linghang.console.visit import Visit
from linghang.usecases.accounts import Accounts, Refused

slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("wanted", "goal"),
    [
        ("/conditions?level=basic", "/conditions?level=basic"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\t\\elsewhere.example", "/"),
        ("//[", "/"),
        ("https://elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_entering_one_stays_on_this_server(wanted: str, goal: str) -> None:
    assert within(wanted) == goal


@contextmanager
def _page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(60_000)
    try:
        yield page
    finally:
        context.close()


def _enter(page: Any, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Enter").click()


@slow
def test_without_a_session_one_comes_to_the_door_and_then_where_one_wanted(browser: Any, peopled_console: str) -> None:
    with _page(browser) as page:
        page.goto(f"{peopled_console}/data?words=equipment")
        assert "/login?to=" in page.url
        _enter(page, "chen", "not the password")
        page.wait_for_selector("#refused:not([hidden])")
        assert "wrong" in page.locator("#refused").inner_text()
        _enter(page, "chen")
        page.wait_for_url(re.compile(r"/data\?words=equipment$"))
        page.wait_for_selector(".lh-dictionary")


@slow
def test_who_leaves_comes_to_the_door(browser: Any, peopled_console: str) -> None:
    with _page(browser) as page:
        page.goto(peopled_console)
        _enter(page, "chen")
        page.wait_for_selector(".lh-ladder")
        page.get_by_role("button", name="Account: chen").click()
        page.get_by_role("button", name="Leave").click()
        page.wait_for_url("**/login*")
        page.goto(f"{peopled_console}/data")
        assert "/login?to=" in page.url


@slow
def test_a_page_ends_when_its_session_is_revoked(browser: Any, peopled_console: str, peopled_works: Path) -> None:
    with _page(browser) as page:
        page.goto(f"{peopled_console}/data")
        _enter(page, "wang")
        page.wait_for_selector(".lh-dictionary")
        Accounts(peopled_works).change_password("wang", PASSWORD + " new", datetime.now(UTC))
        page.wait_for_url("**/login*", timeout=30_000)
        Accounts(peopled_works).change_password("wang", PASSWORD, datetime.now(UTC))


@slow
def test_events_of_pages_need_a_session_too(peopled_console: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(f"{peopled_console}/_nicegui_ws/socket.io/?EIO=4&transport=polling", timeout=10)
    assert refused.value.code == 401
    refused.value.close()


def test_a_right_is_asked_for_again_when_something_is_to_be_changed(peopled_works: Path) -> None:
    accounts, now = Accounts(peopled_works), datetime.now(UTC)
    entered = accounts.enter("chen", PASSWORD, now)
    visit = Visit(peopled_works, accounts, entered.person, entered.secret, "en", {})
    assert visit.need("run").name == "chen"
    with pytest.raises(Refused, match="needs the right"):
        visit.need("admin")
    accounts.leave(entered.secret, now)
    with pytest.raises(Refused, match="session is over"):
        visit.need("read")
    nobody = Visit(peopled_works, accounts, entered.person, None, "en", {})
    with pytest.raises(Refused, match="session is over"):
        nobody.need("read")


def test_a_session_that_is_only_looked_at_is_not_prolonged(peopled_works: Path) -> None:
    accounts = Accounts(peopled_works)
    now = datetime.now(UTC)
    entered = accounts.enter("chen", PASSWORD, now)
    before = accounts.store.session(entered.secret, int(now.timestamp() * 1e6))
    later = now.replace(microsecond=0).timestamp() + 3600
    assert accounts.lives(entered.secret, datetime.fromtimestamp(later, UTC))
    assert accounts.store.session(entered.secret, int(now.timestamp() * 1e6)) == before
    accounts.leave(entered.secret, now)
    assert not accounts.lives(entered.secret, now)
