"""The pages of clauses and indicators: interpretations are set with a reason, histories and courses are shown."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from linghang.console.condition_history import history, timeline
from linghang.console.interpretation_panel import marks
from linghang.console.overview_tiles import spark
from linghang.console.visit import Visit
from linghang.usecases.accounts import ALLOWED, Person

slow = pytest.mark.slow


@pytest.fixture
def visit() -> Visit:
    """A page of somebody who reads."""
    person = Person("chen", "Chen", "viewer", ALLOWED["viewer"])
    return Visit(None, None, person, None, "en", {})  # type: ignore[arg-type]


def step(day: str, value: str | None, before: str | None = None) -> dict[str, Any]:
    known = {"value": value, "proof": "declared" if value else None, "reason": None if value else "stale"}
    old = None if before is None else {"value": before, "proof": "declared", "reason": None}
    return {
        "about": "base.talent",
        "day": day,
        "at": None,
        "cause": "aged",
        "changed": True,
        "before": old,
        "after": known,
        "because": [{"source": {"kind": "records", "id": "<talent>"}, "kind": "observation"}],
    }


def test_a_timeline_says_in_words_what_it_draws() -> None:
    drawn = timeline([step("2026-01-01", "met"), step("2026-03-01", None)], datetime(2026, 6, 1, tzinfo=UTC).date())
    assert "1 Jan 2026: met; 1 Mar 2026: unknown" in drawn
    assert "lh-line-met" in drawn
    assert "lh-line-unknown" in drawn


def test_a_history_escapes_what_the_ledger_says(visit: Visit) -> None:
    found = {"about": ["base.talent"], "derived": False, "steps": [step("2026-01-01", "met")]}
    shown = history(found, visit, datetime(2026, 6, 1, tzinfo=UTC).date())
    assert "&lt;talent&gt;" in shown
    assert "<talent>" not in shown


def test_marks_name_value_pack_reviewer_and_reason(visit: Visit) -> None:
    one = {
        "name": "talent_minimum",
        "value": "5",
        "pack_value": "3",
        "unit": "1",
        "state": "to_confirm",
        "by": "li",
        "at": "2026-01-01T00:00:00+00:00",
        "reason": "<many>",
    }
    shown = marks({"set_interpretations": [one]}, visit)
    assert shown is not None
    for said in ("talent_minimum", "5 instead of 3", "li", "&lt;many&gt;", "to be confirmed again"):
        assert said in shown
    assert marks({"set_interpretations": []}, visit) is None


def test_a_month_without_a_value_is_a_gap_in_the_line() -> None:
    known = [Decimal(one) for one in (1, 2, 3)]
    assert spark([*known[:2], None, *known]).count("M") == 2  # it begins anew behind the gap
    assert "no course yet" in spark([known[0], None, known[1]])


@slow
def test_a_reviewer_sets_and_takes_back_on_the_page_of_a_clause(browser: Any, console: str) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(120_000)
    try:
        page.goto(f"{console}/conditions/base.talent?day=2025-04-15")
        page.get_by_role("button", name="Change: talent_minimum").click()
        page.get_by_label("New value").fill("7")
        page.get_by_label("New value").blur()
        page.get_by_role("button", name="What would change").click()
        page.wait_for_selector(".lh-effect table")
        assert page.get_by_label("New value").input_value() == "7"
        page.get_by_role("button", name="Set it").click()
        page.wait_for_selector(".lh-refused")
        page.get_by_label("Reason").fill("more people")
        page.get_by_label("Reason").blur()
        page.get_by_role("button", name="Set it").click()
        page.wait_for_selector(".lh-reading-by:has-text('more people')")
        page.goto(f"{console}/?day=2025-04-15")
        page.wait_for_selector(".lh-marks:has-text('talent_minimum')")
        page.goto(f"{console}/conditions/interpretations?day=2025-04-15")
        page.get_by_role("button", name="Take back: talent_minimum").click()
        page.get_by_label("Reason").fill("wrong plant")
        page.get_by_label("Reason").blur()
        page.locator(".lh-dialog").get_by_role("button", name="Take back").click()
        page.wait_for_selector("td:has-text('wrong plant')")
    finally:
        context.close()


@slow
def test_an_indicator_shows_its_course_another_baseline_and_its_rows(browser: Any, console: str) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(90_000)
    try:
        page.goto(f"{console}/indicators/key_equipment_nc_rate?day=2025-04-15&course=monthly")
        page.wait_for_selector(".lh-chart[role=img]")
        page.locator(".lh-chips a").first.click()
        page.wait_for_url("**/rows/equipment*")
        page.wait_for_selector("h1:has-text('Rows behind')")
        page.goto(f"{console}/indicators/oee?day=2025-04-15&baseline=2023-04-01")
        page.wait_for_selector("select[aria-label^='Baseline']")
        page.get_by_label("Baseline: twelve months").select_option("2023-03-01")
        page.wait_for_url("**baseline=2023-03-01*")
    finally:
        context.close()
