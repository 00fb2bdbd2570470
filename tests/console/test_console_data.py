"""Data in the console: a file is brought, mapped by drag and by keyboard, checked, imported and taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_server import console_of, works_at

pytestmark = pytest.mark.slow
LONGEST_MS = 90_000


@pytest.fixture(scope="module")
def data_works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of its own: imports change it."""
    return works_at(tmp_path_factory.mktemp("data") / "works")


@pytest.fixture(scope="module")
def data_console(data_works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(data_works) as address:
        yield address


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(LONGEST_MS)
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 500 else None)
    yield opened
    context.close()
    assert wrong == []


def foreign(folder: Path) -> Path:
    path = folder / "客户名册.csv"
    path.write_bytes("客户名册,,\n代号,全称,所在国\nC-81,甲公司,CN\nC-82,乙公司,XX?\n".encode("gb18030"))
    return path


def test_a_foreign_file_goes_all_the_way_in_and_back(page: Any, data_console: str, tmp_path: Path) -> None:
    page.goto(f"{data_console}/data/import")
    page.wait_for_selector(".lh-import", state="visible")
    page.wait_for_load_state("networkidle")
    path = foreign(tmp_path)
    page.set_input_files("input[type=file]", str(path))
    page.wait_for_selector(".lh-sheets")
    page.wait_for_url("**delivery=**")
    page.select_option("#lh-table-0", "customer")
    page.wait_for_selector(".lh-mapping")
    assert page.locator("#lh-header-0").input_value() == "2"
    page.locator("[data-source='代号']").drag_to(page.locator("[data-slot=customer_id]"))
    page.wait_for_function("document.querySelector('#lh-from-customer_id')?.value === '代号'")
    page.select_option("#lh-from-name", "全称")  # the list does what dragging does
    page.wait_for_function("document.activeElement?.id === 'lh-from-name'")
    page.select_option("#lh-from-country", "所在国")
    page.wait_for_selector(".lh-preview .lh-cell-wrong")
    page.reload()  # all of it is still there
    page.wait_for_selector(".lh-preview .lh-cell-wrong")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Check all").click()
    page.wait_for_selector(".lh-faults")
    assert "row 4" in page.locator(".lh-faults").inner_text()
    page.wait_for_function("!document.querySelector('.lh-import-bar progress')")
    page.select_option("#lh-from-country", "")
    page.wait_for_function("!document.querySelector('.lh-faults')")
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_selector(".lh-counts")
    assert "2" in page.locator(".lh-counts td").nth(2).inner_text()
    page.goto(f"{data_console}/data/import")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Take back …").click()
    page.get_by_role("button", name="Take back", exact=True).click()
    page.wait_for_function("!document.body.innerText.includes('The last import')")


def test_a_grid_jumps_and_filters(page: Any, data_console: str) -> None:
    page.goto(f"{data_console}/data/equipment")
    page.wait_for_selector(".ag-row")
    page.get_by_role("button", name="Last row").click()
    with page.expect_response("**where=equipment_id%3Ahas%3AQQ**") as answer:
        page.locator(".ag-header-cell[col-id=equipment_id] .ag-header-cell-filter-button").click()
        page.locator(".ag-filter input[type=text]").first.fill("QQ")
        page.get_by_role("button", name="Filter", exact=True).click()
    assert answer.value.json()["total"] == 0


@pytest.mark.parametrize("path", ["/data", "/data/import", "/data/quality", "/data/equipment"])
def test_pages_of_data_fit_a_telephone(browser: Any, data_console: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN", color_scheme="dark")
    opened = context.new_page()
    opened.set_default_timeout(LONGEST_MS)
    opened.goto(data_console + path)
    opened.wait_for_selector(".lh-quality" if path.endswith("quality") else ".lh-page-body h1", state="visible")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
