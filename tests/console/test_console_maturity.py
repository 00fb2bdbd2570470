"""The maturity questionnaire as people fill it: an answer is kept at once, counts, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_browsing import looked_at, open_page
from console_server import console_of, works_at

from linghang.usecases.maturity import opened

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked_works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose questionnaire nobody has begun."""
    return works_at(tmp_path_factory.mktemp("asked") / "works")


@pytest.fixture(scope="module")
def asked(asked_works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(asked_works) as address:
        yield address


def test_an_answer_is_kept_counts_and_is_taken_back(browser: Any, asked: str, asked_works: Path) -> None:
    with looked_at(browser, asked, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{asked}/evidence/maturity?sub=DA")
        page.get_by_role("radiogroup", name="DA.1.a").get_by_text("0.8 mostly met").click()
        page.wait_for_selector(".lh-maturity-list a[aria-current] >> text=1 / 12")
        assert str(opened(asked_works).state.answers["DA.1.a"].value) == "0.8"
        page.get_by_role("button", name="Undo").click()
        page.wait_for_selector(".lh-maturity-list a[aria-current] >> text=0 / 12")
        assert opened(asked_works).state.answers == {}
        assert wrong == []


def test_a_reason_and_a_document_that_is_not_there_are_refused_in_words(
    browser: Any, asked: str, asked_works: Path
) -> None:
    with looked_at(browser, asked, "en", "light", 1366) as (page, _):
        open_page(page, f"{asked}/evidence/maturity?sub=OS")
        item = page.locator("fieldset").first
        item.get_by_text("Reason and documents").click()
        item.get_by_label("Documents of OS.1.a").fill("E0099")
        item.get_by_text("1 fully met").click()
        page.wait_for_selector(".q-notification >> text=E0099")
        assert "OS.1.a" not in opened(asked_works).state.answers


def test_who_may_only_look_cannot_answer(browser: Any, peopled_console: str) -> None:
    from console_server import PASSWORD

    with looked_at(browser, peopled_console, "en", "light", 1366) as (page, _):
        page.goto(f"{peopled_console}/login?to=/evidence/maturity")
        page.fill("input[name=name]", "chen")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".lh-item")
        assert page.locator(".lh-item input[type=radio]:not([disabled])").count() == 0
        assert page.get_by_role("button", name="Adopt the level …").count() == 0
