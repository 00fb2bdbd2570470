"""The settings as people use them: the first administrator, people and tokens, the log; and who sees none of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from console_server import PASSWORD, console_of, works_at

from linghang.usecases.accounts import Accounts
from linghang.usecases.audit_log import check_log, deeds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
LONG_MS = 60_000


def entered(browser: "Browser", address: str, name: str, path: str) -> "Page":
    """A page of somebody who has entered."""
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(LONG_MS)
    page.goto(f"{address}/login?to={path}")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.get_by_role("heading", name="Settings").wait_for()
    return page


def test_the_first_administrator_is_made_and_then_everybody_enters(browser: "Browser", tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    with console_of(folder) as address:
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(LONG_MS)
        page.goto(f"{address}/settings/people")
        page.fill("input[name=name]", "wang")
        page.fill("input[name=password]", PASSWORD)
        page.fill("input[name=again]", "another one 99")
        page.get_by_role("button", name="Make the first administrator").click()
        page.get_by_text("the two passwords differ").wait_for()
        page.fill("input[name=again]", PASSWORD)
        page.get_by_role("button", name="Make the first administrator").click()
        page.wait_for_url("**/login**")
        page = entered(browser, address, "wang", "/settings/people")
        page.get_by_role("button", name="Add a person").click()
        page.fill(".lh-ask input[name=name]", "li")
        page.select_option(".lh-ask select[name=role]", "editor")
        for field in ("password", "again"):
            page.fill(f".lh-ask input[name={field}]", PASSWORD)
        page.keyboard.press("Enter")
        page.locator(".lh-people code", has_text="li").wait_for()
        page.get_by_role("button", name="Make a token").click()
        page.fill("input[name=purpose]", "MES")
        page.locator(".lh-ask button[type=submit]").click()
        secret = page.locator(".lh-secret code").inner_text()
        page.goto(f"{address}/settings/audit?what=tokens")
        page.locator(".lh-audit tbody tr").first.wait_for()
        assert page.locator(".lh-audit tbody tr").count() == 1
        page.get_by_role("button", name="Check the whole log").click()
        page.get_by_text("fit together, and the ledger").wait_for()
    assert {one.name: one.role for one in Accounts(folder).all()} == {"li": "editor", "wang": "administrator"}
    assert [one.what for one in deeds(folder).deeds] == ["tokens.add", "accounts.add", "accounts.add"]
    assert check_log(folder).problems == ()
    assert secret not in (folder / "audit.jsonl").read_text("utf-8")


def test_who_is_no_administrator_sees_himself_and_what_roles_may_do(browser: "Browser", peopled_console: str) -> None:
    page = entered(browser, peopled_console, "chen", "/settings")
    page.get_by_text("Change your password").wait_for()
    for part in ("people", "entering", "keys", "backup", "audit"):
        page.goto(f"{peopled_console}/settings/{part}")
        page.get_by_role("heading", name="Administrators look after this").wait_for()
    assert page.locator(".lh-people, .lh-tokens, .lh-audit").count() == 0
