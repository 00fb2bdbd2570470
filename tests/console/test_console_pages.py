"""The frame of the pages, and the pages of the judgement, as Chromium shows them."""

from typing import Any

import pytest
from console_browsing import looked_at, open_page

from linghang import words

pytestmark = pytest.mark.slow
NAME_OF_THE_FOCUSED = r"""(e => e.getAttribute('aria-label')
  || e.innerText.trim().split('\n').pop().replace(/^[○◐●]/, ''))(document.activeElement)"""


def test_landmarks_and_names_are_there(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, _):
        open_page(page, console)
        for role in ("banner", "main"):
            assert page.get_by_role(role).count() == 1, role
        assert page.get_by_role("navigation", name="Pages").count() == 1
        unnamed = page.evaluate(
            """[...document.querySelectorAll('button, select, input, a[href]')].filter(one =>
              !(one.getAttribute('aria-label') || one.innerText.trim() || one.title)).map(one => one.outerHTML)"""
        )
        assert unnamed == []


def test_the_keyboard_reaches_the_main_actions_and_is_seen(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, _):
        open_page(page, console)
        page.wait_for_load_state("networkidle")
        met: list[str] = []
        for _step in range(30):
            page.keyboard.press("Tab")
            met.append(page.evaluate(NAME_OF_THE_FOCUSED))
            seen = page.evaluate(
                "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
            )
            assert seen, f"nobody sees that {met[-1]!r} has the focus"
        assert met[0] == "Skip to the content"
        wanted = ["Linghang", "Pack of conditions", "Overview", "Conditions", "Indicators", "Plant", "Data", "Declared"]
        places = [met.index(one) for one in wanted]
        assert places == sorted(places)


def test_a_link_changes_the_page_and_the_address_but_loads_nothing_anew(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, wrong):
        open_page(page, console)
        page.evaluate("window.still = true")
        page.click(".lh-nav a[href='/conditions']")
        page.wait_for_selector(".lh-clause-card")
        assert page.url == f"{console}/conditions"
        assert page.evaluate("window.still") is True
        assert page.locator(".lh-nav a[aria-current=page]").inner_text() == "Conditions"
        page.go_back()
        page.wait_for_selector(".lh-ladder")
        assert wrong == []


def test_the_drawer_folds_where_it_is_narrow(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 390) as (page, _):
        open_page(page, console)
        link = page.locator(".lh-nav a[href='/data']")
        assert not _inside(link.bounding_box())
        page.get_by_role("button", name="Menu").click()
        page.wait_for_timeout(400)
        assert _inside(link.bounding_box())
        link.click()
        page.wait_for_selector(".lh-dictionary")


def _inside(box: dict[str, float] | None) -> bool:
    return box is not None and box["x"] >= 0


def test_pack_and_day_stand_in_the_address_and_are_remembered(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, _):
        open_page(page, console)
        page.select_option("select.lh-pack", "neimenggu-2025")
        page.wait_for_url("**pack=neimenggu-2025**")
        open_page(page, f"{console}/conditions")
        assert "NM25" in page.locator(".lh-clause").first.inner_text()
        page.fill("input.lh-day", "2026-01-31")
        page.wait_for_url("**day=2026-01-31**")


def test_the_language_changes_the_whole_page(browser: Any, console: str) -> None:
    with looked_at(browser, console, "zh", "light", 1366) as (page, _):
        open_page(page, f"{console}/data/equipment")
        page.get_by_role("button", name="English").click()
        page.wait_for_function("document.documentElement?.lang === 'en-US'")
        page.wait_for_selector(".ag-row")
        words.use("en")
        assert page.locator("h1").inner_text() == "Equipment"
        page.reload()
        page.wait_for_selector("h1")
        assert page.evaluate("document.documentElement.lang") == "en-US"


def test_filters_narrow_the_clauses_and_stand_in_the_address(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{console}/conditions")
        page.wait_for_load_state("networkidle")
        every = page.locator(".lh-clause-card").count()
        page.get_by_label("level", exact=True).select_option("basic")
        page.wait_for_url("**level=basic**")
        some = page.locator(".lh-clause-card").count()
        assert 0 < some < every
        page.get_by_label("Search clause, text or name").fill("no such clause at all")
        page.wait_for_selector(".lh-state")
        assert page.locator(".lh-clause-card").count() == 0
        assert wrong == []


def test_a_clause_opens_to_its_evidence(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, _):
        open_page(page, f"{console}/conditions?element=base.no-major-incident")
        opened = page.locator("details[open]")
        assert opened.count() == 1
        assert "incident_months" in opened.inner_text()
        assert "36 months" in opened.inner_text()


def test_a_grid_reads_its_rows_from_the_api(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, wrong):
        with page.expect_response("**/api/v1/tables/equipment/rows**") as answer:
            open_page(page, f"{console}/data/equipment")
        total = answer.value.json()["total"]
        page.wait_for_selector(".ag-row")
        assert f"{total} rows" in page.locator(".lh-count").inner_text()
        assert wrong == []


def test_equipment_without_values_says_what_to_do(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{console}/plant")
        assert page.locator(".lh-tree a").count() > 0
        assert "connect its tags" in page.locator(".lh-note").inner_text()
        open_page(page, f"{console}/plant/tag?name=none")
        assert page.locator(".lh-state-wrong").count() == 1
        assert wrong == []


def test_what_is_not_there_says_so(browser: Any, console: str) -> None:
    with looked_at(browser, console, "en", "light", 1366) as (page, _):
        for path in ("/no/such/page", "/indicators/none", "/data/none"):
            open_page(page, console + path)
            assert page.locator(".lh-state h2").inner_text().startswith("There is no"), path
