"""The pages of the plant as people use them: trends that are read anew, tags that are chosen, alarms that are seen."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from console_server import console_of, works_at

from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryStore

pytestmark = pytest.mark.slow
SOURCE = "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature"
NAV = "nav[aria-label='Views of the plant'] a"
VIEWS = ("", "/tags", "/trends", "/states", "/alarms", "/floor", "/connections")


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hours of a value each second, which is too high at the end."""
    folder = works_at(tmp_path_factory.mktemp("plant") / "works")
    with TelemetryStore.open(folder / "telemetry", StoreSettings(reserve_bytes=0)) as store:
        numbers = store.register([SOURCE, "other!flow"], TagKind.NUMBER)
        at = time.time_ns() // 1000 - 1_000_000 * np.arange(10_800)[::-1]
        value = np.where(np.arange(10_800) < 10_000, 7000.0, 7300.0)
        store.append(Points.of(np.full(10_800, numbers[0]), at, value))
        store.append(Points.of(np.full(10, numbers[1]), at[:10], np.arange(10)))
    return folder


@pytest.fixture(scope="module")
def served(plant: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(plant) as address:
        yield address


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that nothing goes wrong on."""
    context = browser.new_context(locale="en-US", viewport={"width": 1366, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


def _points(page: Any) -> int:
    page.wait_for_selector("#lh-trend-said[data-points]", state="attached")
    return int(page.locator("#lh-trend-said").get_attribute("data-points"))


def test_dragging_over_a_trend_reads_it_closer_and_the_address_says_so(page: Any, served: str) -> None:
    page.goto(f"{served}/plant/trends?tag={quote(SOURCE)}&span=8h")
    page.wait_for_function("linghangDraw.drawn !== null")
    assert _points(page) == 10_800
    place = page.locator(".lh-chart").bounding_box()
    page.mouse.move(place["x"] + place["width"] * 0.8, place["y"] + 200)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.85, place["y"] + 200, steps=5)
    page.mouse.up()
    page.wait_for_url("**from=*")
    page.wait_for_function("document.getElementById('lh-trend-said').dataset.points < 4000")
    assert "points as they came" in page.locator("#lh-trend-said").inner_text()
    page.reload()
    page.wait_for_selector("#lh-trend-said[data-points]", state="attached")
    assert 0 < _points(page) < 4_000


def test_tags_that_are_ticked_are_compared(page: Any, served: str) -> None:
    page.goto(f"{served}/plant/tags")
    page.wait_for_selector(".ag-row .ag-checkbox-input")
    for place in (0, 1):
        page.locator(".ag-row .ag-checkbox-input").nth(place).click()
    page.get_by_role("link", name="Show the courses of 2 tags").click()
    page.wait_for_url("**/plant/trends**")
    page.wait_for_selector(".lh-trend canvas")
    assert page.locator(".lh-trend-tag").count() == 2


def test_an_alarm_is_acknowledged_with_a_note(page: Any, served: str, plant: Path) -> None:
    page.goto(f"{served}/plant/alarms")
    row = page.locator(".lh-alarm-table tr", has_text=SOURCE)
    row.wait_for()
    assert "730" in row.inner_text()
    page.locator(".lh-alarm-choice").select_option(value=f"limit {SOURCE} high")
    page.get_by_label("Note").fill("thermocouple")
    page.get_by_role("button", name="Acknowledge").click()
    page.locator(".lh-alarm-table tr", has_text="thermocouple").wait_for()
    assert "thermocouple" in (plant / "alarm-acknowledgements.jsonl").read_text(encoding="utf-8")


def test_every_view_has_its_heading_and_the_way_to_the_others(page: Any, served: str) -> None:
    for view in VIEWS:
        page.goto(f"{served}/plant{view}")
        page.wait_for_selector(".lh-page-body h1", state="visible")
        assert page.locator(NAV).count() == len(VIEWS), view
        assert page.locator(f"{NAV}[aria-current]").count() == 1, view
        assert page.locator(".lh-state-wrong").count() == 0, view
