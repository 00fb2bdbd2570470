"""Values that change on the page as they come, and their course."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from console_server import console_of, works_at

from linghang.store.telemetry import Points, TagKind, TelemetryStore

pytestmark = pytest.mark.slow
SOURCE = "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature"
"""The source of the example's tag, whose raw values are tenths of a degree."""


def _store(folder: Path, values: list[float]) -> None:
    """Append points of the last seconds."""
    with TelemetryStore.open(folder / "telemetry") as store:
        number = store.register([SOURCE], TagKind.NUMBER)[0]
        count = len(values)
        at = int(time.time() * 1e6) - 1_000_000 * np.arange(count, dtype=np.int64)[::-1]
        store.append(Points(np.full(count, number, np.int32), at, np.array(values), np.zeros(count, np.uint8)))


def test_a_value_changes_on_the_page_as_it_comes(browser: Any, tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    _store(folder, [7000.0, 7051.0])
    with console_of(folder) as console:
        context = browser.new_context(locale="en-US", viewport={"width": 1366, "height": 900})
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{console}/plant?equipment=LPC-103")
        cell = page.locator(f"[data-tag='{SOURCE}']")
        cell.wait_for()
        assert cell.inner_text() == "705.1"
        _store(folder, [7102.0])
        page.wait_for_function("document.querySelector('[data-tag]').innerText === '710.2'")
        page.get_by_role("link", name="铝液温度").click()
        page.wait_for_selector(".lh-chart canvas")
        page.get_by_role("link", name="8 hours").click()
        page.wait_for_url("**span=8h")
        page.wait_for_selector(".lh-segments a[aria-current]:has-text('8 hours')")
        context.close()
