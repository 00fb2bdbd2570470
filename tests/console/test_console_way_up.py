"""The way up in the browser: a plan follows sliders, ticks and undo; what-if and sensitivity stand in the address."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = pytest.mark.slow
LONGEST_MS = 120_000
DAY = "day=2025-04-15"


@pytest.fixture
def page(browser: Any) -> Any:
    """A page that reads English and has nothing to complain of at its end."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(LONGEST_MS)
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


def planned(page: Any, console: str, more: str = "") -> None:
    """Open the way to the first level, and wait for its plan."""
    page.goto(f"{console}/way-up?{DAY}&target=basic{more}")
    page.wait_for_selector(".lh-way-steps")


def address_says(page: Any, text: str) -> None:
    """Wait until the address holds a text."""
    page.wait_for_function("text => decodeURIComponent(location.search).includes(text)", arg=text)


def test_a_plan_has_both_cases_steps_reasons_and_a_certificate(page: Any, console: str) -> None:
    planned(page, console)
    assert page.locator(".lh-way-case").count() == 2
    assert page.locator(".lh-way-cost").count() == 2
    text = page.locator("main, .lh-main").first.inner_text()
    for heading in ("Roadmap", "Steps", "Beside this plan", "What to expect", "Certificate", "Your own costs"):
        assert heading in text
    assert page.locator(".lh-way-steps .lh-ours").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tick_asks_for_an_action_a_cross_leaves_it_out_and_undo_takes_it_back(page: Any, console: str) -> None:
    planned(page, console)
    before = page.locator(".lh-way-steps tbody tr").count()
    kept = page.locator(".lh-way-steps input[type=checkbox]").first
    name = kept.get_attribute("name")
    kept.click()
    address_says(page, f"must={name}")
    page.wait_for_selector(f".lh-way-steps input[name='{name}']:checked")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_function("!location.search.includes('must=')")
    page.wait_for_selector(f".lh-way-steps input[name='{name}']:not(:checked)")
    assert page.locator(".lh-way-steps tbody tr").count() == before


def test_a_slider_plans_anew_and_limits_that_cannot_be_are_named_with_what_is_enough(page: Any, console: str) -> None:
    planned(page, console)
    slider = page.get_by_role("slider", name="Budget (CNY), slider")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".lh-way-none")
    address_says(page, "budget=0")
    assert slider.get_attribute("aria-valuetext") == "0 CNY"
    enough = page.locator(".lh-way-give").first
    amount = enough.get_attribute("value")
    enough.click()
    page.wait_for_selector(".lh-way-steps")
    address_says(page, f"budget={amount}")
    page.get_by_role("button", name="Without limits").click()
    page.wait_for_function("!location.search.includes('budget=')")
    assert slider.get_attribute("aria-valuetext") == "no limit"


def test_an_address_is_a_question(page: Any, console: str) -> None:
    planned(page, console, "&assume=optimistic&parallel=2&budget=nonsense")
    assert page.get_by_label("Projects at once", exact=True).input_value() == "2"
    assert page.get_by_label("Budget (CNY)", exact=True).input_value() == ""
    assert "lh-way-case-shown" in (page.locator(".lh-way-case").first.get_attribute("class") or "")


def test_a_plan_of_the_trade_off_can_be_taken(page: Any, console: str) -> None:
    planned(page, console)
    page.get_by_role("button", name="Compute the trade-off").click()
    page.wait_for_selector("text=click one to take it")
    takes = page.get_by_role("button", name=re.compile("^Take the plan of"))
    if takes.count():
        takes.first.click()
        address_says(page, "by=")
        page.wait_for_selector(".lh-way-steps")
    assert page.locator("text=shown").count() > 0


def test_changed_costs_are_planned_with_and_said(page: Any, console: str, tmp_path: Path) -> None:
    planned(page, console)
    before = page.locator(".lh-way-case-shown .lh-way-cost").inner_text()
    down = page.request.get(f"{console}/api/v1/way-up/actions.xlsx?lang=en")
    book = openpyxl.load_workbook(BytesIO(down.body()))
    sheet = book.active
    names = [str(cell.value).rpartition("[")[2].rstrip("]") for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        for name in ("cost_low", "cost_likely", "cost_high"):
            row[names.index(name)].value = 1.0
    book.save(tmp_path / "ours.xlsx")
    page.locator(".lh-drop input[type=file]").set_input_files(str(tmp_path / "ours.xlsx"))
    page.wait_for_selector(".lh-way-own")
    assert "ours.xlsx" in page.locator(".lh-way-own").inner_text()
    assert page.locator(".lh-way-case-shown .lh-way-cost").inner_text() != before
    page.get_by_role("button", name="Back to the figures of the catalogue").click()
    page.wait_for_selector(".lh-way-own", state="detached")
    page.wait_for_function(
        "text => document.querySelector('.lh-way-case-shown .lh-way-cost').innerText === text", arg=before
    )


def test_a_what_if_is_set_shown_undone_and_linked(page: Any, console: str) -> None:
    page.goto(f"{console}/way-up/what-if?{DAY}")
    search = page.get_by_role("searchbox")
    search.fill("maturity level")
    page.wait_for_selector(".lh-way-offer")
    assert search.input_value() == "maturity level"
    page.locator(".lh-way-offer[name=maturity_level]").click()
    address_says(page, "set=maturity_level=1")
    level = page.locator(".lh-way-set input")
    level.fill("4")
    level.press("Tab")
    address_says(page, "set=maturity_level=4")
    page.wait_for_selector(".lh-way-moved")
    page.get_by_role("button", name="Undo", exact=True).click()
    address_says(page, "set=maturity_level=1")
    page.get_by_role("button", name="Undo all").click()
    page.wait_for_function("!location.search.includes('set=')")
    page.wait_for_selector("text=No clause changes.")
    page.goto(f"{console}/way-up/what-if?{DAY}&set=maturity_levl%3D4")
    page.wait_for_selector("text=did you mean maturity_level")


def test_sensitivity_draws_lines_or_says_that_nothing_moves(page: Any, console: str) -> None:
    page.goto(f"{console}/way-up/sensitivity?{DAY}")
    page.wait_for_selector(".lh-way-threshold, .lh-good")
    assert page.locator("summary").count() > 0
    for line in page.locator(".lh-way-line").all():
        assert "the level changes" in (line.get_attribute("aria-label") or "")
