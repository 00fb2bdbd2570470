"""A served console without accounts and one with, and a browser; each is started once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from console_server import ARGUMENTS, CHROMIUM, PASSWORD, WITHOUT, console_of, works_at
from identity_provider import SECRET, IdentityProvider, provider_running, running
from provider_door import VARIABLE, configure

from linghang.api.app import Serving, build
from linghang.console import entering
from linghang.usecases.accounts import Accounts
from linghang.usecases.workspaces import make_workspace

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


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    """An identity provider: its secret where the settings say it is, and no proxy before it."""
    monkeypatch.setenv(VARIABLE, SECRET)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    with provider_running() as made:
        yield made


@pytest.fixture
def provided(tmp_path: Path, provider: IdentityProvider) -> Path:
    """A workspace with a password account and the provider in its settings."""
    folder = tmp_path / "works"
    make_workspace(folder, "works", "Asia/Shanghai", None)
    Accounts(folder).add("wang", "administrator", PASSWORD, datetime.now(UTC))
    configure(folder, provider)
    return folder


@pytest.fixture
def visitor(provided: Path) -> Iterator[httpx.Client]:
    """A browser without scripts, before that workspace as it is served."""
    app = build(Serving(provided))
    entering.register(app)
    with running(app) as address:
        heads = {"Accept-Language": "en"}
        with httpx.Client(base_url=address, follow_redirects=True, trust_env=False, headers=heads) as made:
            yield made
