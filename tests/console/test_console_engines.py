"""The pages of engines: catalogue, forms, results, jobs, and a schedule that is changed by mouse and by keyboard."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from console_server import console_of
from console_words import CHINESE, foreign

from planned_works import ENGINE, planned_works

pytestmark = pytest.mark.slow
LONGEST_MS = 60_000
TASK = "MO-26-0002-W1875-020/1"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planned_works(tmp_path_factory.mktemp("engines") / "works")


@pytest.fixture(scope="module")
def planned(works: Path) -> Iterator[str]:
    """The address of a console with a schedule."""
    with console_of(works) as address:
        yield address


@contextmanager
def page_of(browser: Any, width: int = 1366) -> Iterator[tuple[Any, list[str]]]:
    context = browser.new_context(viewport={"width": width, "height": 1000}, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        yield page, wrong
    finally:
        context.close()


def the_moved(page: Any, count: int) -> None:
    page.wait_for_function(
        f"document.querySelector('.lh-plan-verdict')?.innerText.includes('{count} operations moved')"
    )


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_are_whole(browser: Any, planned: str, width: int) -> None:
    pages = {
        "/engines": ".lh-engine",
        "/engines?scene=9": ".lh-engine",
        "/engines?scene=99": ".lh-state",
        f"/engines/{ENGINE}": ".lh-finding",
        f"/engines/{ENGINE}?show=run": ".lh-form",
        f"/engines/{ENGINE}?show=about": ".lh-facts",
        f"/engines/{ENGINE}/tables/schedule": ".ag-row",
        "/engines/equipment.monitoring": ".lh-form",
        "/engines/equipment.monitoring?show=result": ".lh-state",
        "/engines/jobs": ".lh-state, .lh-jobs",
        "/engines/plan": ".lh-plan-bar",
        "/engines/jobs/99999": ".lh-state-wrong",
        "/engines/no.such": ".lh-state-wrong",
    }
    with page_of(browser, width) as (page, wrong):
        for path, what in pages.items():
            page.goto(planned + path)
            page.wait_for_selector(what, state="visible")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
        assert wrong == []


def test_the_catalogue_says_what_is_proved_what_is_lacking_and_what_was_found(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, _):
        page.goto(f"{planned}/engines")
        scheduling = page.locator(".lh-engine", has=page.locator(f"code:text-is('{ENGINE}')"))
        scheduling.wait_for()
        assert "verified schedule" in scheduling.inner_text()
        address = scheduling.locator(".lh-proves").first.get_attribute("href")
        assert address == "/conditions?element=advanced.management.assisted-scheduling"
        energy = page.locator(".lh-engine", has=page.locator("code:text-is('energy_carbon.energy')"))
        assert "It lacks data" in energy.inner_text() or "has not run yet" in energy.inner_text()


def test_a_wrong_setting_is_told_beside_it_and_a_right_one_runs(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{planned}/engines/{ENGINE}?show=run")
        page.locator("#set-effort").fill("much")
        page.get_by_role("button", name="Run now").click()
        fault = page.locator(".lh-field", has=page.locator("#set-effort")).locator(".lh-form-fault")
        page.wait_for_function("document.querySelector('#set-effort').getAttribute('aria-invalid') === 'true'")
        assert "effort" in fault.inner_text()
        assert page.evaluate("document.activeElement.id") == "set-effort"
        assert page.locator("#set-effort").input_value() == "much"
        page.locator("#set-effort").fill("0.1")
        page.locator("#set-days").fill("5")
        page.get_by_role("button", name="Run now").click()
        page.wait_for_url(re.compile(r"/engines/jobs/\d+"))
        page.get_by_text("See what it found").click()
        page.wait_for_selector(".lh-finding, .lh-state")
        assert wrong == []


def test_settings_are_asked_for_in_the_readers_language(browser: Any, planned: str) -> None:
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
    for id, field, title in ((ENGINE, "frozen_hours", "冻结期"), ("quality.inspection", "level", "检验水平")):
        page.goto(f"{planned}/engines/{id}?show=run")
        page.locator(f"#set-{field}").wait_for()
        labels = page.locator(".lh-field label").all_inner_texts()
        assert title in [one.split("\n")[0] for one in labels]
        assert [one for one in labels if not CHINESE.search(one)] == []
        assert page.locator(f".lh-field:has(#set-{field}) code").inner_text() == field
        assert foreign(page, "zh") == []
    assert page.locator("#set-level option").first.inner_text() == "特殊检验水平S-1"
    context.close()


def test_objectives_are_chosen_in_their_order_and_the_job_says_them(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{planned}/engines/{ENGINE}?show=run")
        picked = page.locator("#set-objectives")
        picked.get_by_role("button", name="Tardiness").click()
        picked.get_by_role("button", name="Tardiness", pressed=False).wait_for()
        picked.get_by_role("button", name="Earliness").click()
        picked.get_by_text("Chosen: Makespan, Set-up time, Earliness").wait_for()
        page.locator("#set-effort").fill("0.1")
        page.get_by_role("button", name="Run now").click()
        page.wait_for_url(re.compile(r"/engines/jobs/\d+"))
        page.get_by_text("Objectives: Makespan, Set-up time, Earliness").wait_for()
        page.get_by_text("Search effort: 0.1").wait_for()
        assert "Finite-capacity scheduling" in page.locator(".lh-heading").inner_text()
        assert wrong == []


def test_a_schedule_of_runs_is_made_paused_and_removed(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, _):
        page.goto(f"{planned}/engines/equipment.monitoring?show=run")
        page.get_by_label("When", exact=True).select_option("daily")
        page.get_by_role("button", name="Add schedule").click()
        row = page.locator(".lh-schedules li")
        row.wait_for()
        assert "daily at 05:30" in row.inner_text()
        page.get_by_role("button", name="Pause").click()
        row.get_by_text("paused").wait_for()
        page.get_by_role("button", name="Resume").click()
        row.get_by_text("next").wait_for()
        page.get_by_role("button", name="Remove").click()
        row.wait_for(state="detached")


def test_a_bar_is_dragged_checked_undone_and_done_again(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{planned}/engines/plan")
        bar = page.locator(f".lh-plan-bar[data-task='{TASK}']")
        bar.wait_for()
        box = bar.bounding_box()
        assert box is not None
        x, y = box["x"] + 20, box["y"] + 10
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 60, y + 5, steps=5)
        page.mouse.move(x - 120, y + 30, steps=5)
        page.mouse.up()
        the_moved(page, 1)
        assert "rules are broken" in page.locator(".lh-plan-verdict").inner_text()
        assert "overlaps another one" in page.locator(".lh-plan-broken").inner_text()
        assert page.locator(".lh-plan-wrong").count() >= 1
        page.get_by_role("button", name="Undo").click()
        the_moved(page, 0)
        assert "every rule is kept" in page.locator(".lh-plan-verdict").inner_text()
        page.get_by_role("button", name="Redo").click()
        the_moved(page, 1)
        page.get_by_role("button", name="As it was planned").click()
        the_moved(page, 0)
        assert wrong == []


def test_the_keyboard_moves_a_bar_in_time_and_to_another_machine(browser: Any, planned: str) -> None:
    with page_of(browser) as (page, _):
        page.goto(f"{planned}/engines/plan")
        bar = page.locator(f".lh-plan-bar[data-task='{TASK}']")
        bar.focus()
        for key in ("Enter", "ArrowRight", "Escape"):
            page.keyboard.press(key)
        assert page.locator(".lh-plan-moved").count() == 0, "Escape lets go"
        for key in ("Enter", *["Shift+ArrowRight"] * 12, "ArrowDown", "Enter"):
            page.keyboard.press(key)
        the_moved(page, 1)
        assert "every rule is kept" in page.locator(".lh-plan-verdict").inner_text()
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert TASK in name
        assert "LPC-104" in name
        assert "moved" in name


def test_a_viewer_sees_everything_and_is_offered_nothing(browser: Any, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from console_server import PASSWORD

    from linghang.usecases.accounts import Accounts

    works = planned_works(tmp_path / "works")
    Accounts(works).add("li", "viewer", PASSWORD, datetime.now(UTC))
    with console_of(works) as address, page_of(browser) as (page, _):
        page.goto(f"{address}/login")
        page.locator("input[name=name]").fill("li")
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".lh-page-body h1")
        page.goto(f"{address}/engines/{ENGINE}?show=run")
        page.wait_for_selector(".lh-form")
        assert page.get_by_role("button", name="Run now").count() == 0
        assert page.get_by_role("button", name="Add schedule").count() == 0
