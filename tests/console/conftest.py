"""A served console without accounts and one with, and a browser; each is started once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from console_server import ARGUMENTS, CHROMIUM, PASSWORD, WITHOUT, console_of, works_at

from linghang.usecases.accounts import Accounts

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def console_works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace without accounts."""
    return works_at(tmp_path_factory.mktemp("console") / "works")


@pytest.fixture(scope="session")
def console(console_works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(console_works) as address:
        yield address


@pytest.fixture(scope="session")
def peopled_works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace with an engineer and an administrator."""
    folder = works_at(tmp_path_factory.mktemp("peopled") / "works")
    accounts = Accounts(folder)
    for name, role in (("chen", "engineer"), ("wang", "administrator")):
        accounts.add(name, role, PASSWORD, datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def peopled_console(peopled_works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(peopled_works) as address:
        yield address


@pytest.fixture(
    scope="module"
)  # while it is there an event loop runs in this thread, and other modules start their own
def browser() -> "Iterator[Browser]":
    """Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip(WITHOUT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()
