"""What a role may not do, the pages do not offer, and say so; the server refuses it when it is asked all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from console_browsing import looked_at, open_page
from console_server import PASSWORD, console_of, works_at

from linghang.usecases.accounts import Accounts
from linghang.usecases.application_editing import read_statement
from linghang.usecases.audit_log import deeds
from linghang.usecases.signing_keys import show_keys

pytestmark = pytest.mark.slow
LONG_MS = 120_000
SAID_TO_WHO_READS = {
    "/evidence/add": "You may not add documents",
    "/data/import": "You may look at the data, but not import any",
    "/application/statement": "To state something needs the right “write”.",
    "/application/bundle": "To make a bundle needs the right “write”.",
    "/settings/people": "Administrators look after this",
    "/settings/entering": "Administrators look after this",
    "/settings/keys": "Administrators look after this",
    "/settings/backup": "Administrators look after this",
    "/settings/audit": "Administrators look after this",
}
SILENT = ("/conditions/interpretations", "/plant/alarms", "/plant/connections", "/engines/jobs", "/evidence/matrix")
"""What there is to see is the same there, without what changes it."""
CHANGES = ("Set", "Take back", "Acknowledge", "Start", "Stop", "Cancel", "Run now", "Add schedule", "Add a document")


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an account of each role that is asked for."""
    folder = works_at(tmp_path_factory.mktemp("rights") / "works")
    for role in ("viewer", "editor", "administrator"):
        Accounts(folder).add(role, role, PASSWORD, datetime.now(UTC))
    Accounts(folder).add("second", "administrator", PASSWORD, datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def served(works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(works) as address:
        yield address


def enter(page: Any, address: str, name: str) -> None:
    """Enter as the door's own page does."""
    made = page.context.request.post(f"{address}/api/v1/session", data={"name": name, "password": PASSWORD})
    assert made.status == 201


def test_who_only_reads_is_offered_no_change_and_told_why(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        enter(page, served, "viewer")
        for path, said in SAID_TO_WHO_READS.items():
            open_page(page, served + path)
            page.get_by_text(said).first.wait_for(timeout=LONG_MS)
            assert page.locator("main input[type=file]").count() == 0, path
            assert page.locator("main button:enabled").count() == 0, path
        for path in SILENT:
            open_page(page, served + path)
            for name in CHANGES:
                assert page.get_by_role("button", name=name, exact=True).count() == 0, (path, name)
        assert wrong == []


@pytest.mark.parametrize(
    ("name", "path", "presses", "right"),
    [
        ("editor", "/application/statement", ["Begin with every key explained"], "write"),
        ("administrator", "/settings/keys", ["Make a new key", "Make it"], "admin"),
    ],
)
def test_a_page_that_is_older_than_the_role_changes_nothing(
    browser: Any, served: str, works: Path, name: str, path: str, presses: list[str], right: str
) -> None:
    """What the browser sends is what somebody with the right would send; the server asks again who it is."""
    with looked_at(browser, served, "en", "light", 1366) as (page, _):
        enter(page, served, name)
        open_page(page, served + path)
        page.get_by_role("button", name=presses[0]).wait_for(timeout=LONG_MS)
        Accounts(works).store.change(name, role="viewer")  # and the session goes on
        for press in presses:
            page.get_by_role("button", name=press, exact=True).click()
        said = page.locator(".q-notification").inner_text(timeout=LONG_MS)
        assert f"this needs the right “{right}”; {name} has read" in said
    assert read_statement(works).text is None
    assert show_keys(works).own is None
    assert deeds(works).deeds == ()
