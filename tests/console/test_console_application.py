"""The pages of the application: what is missing leads to where it is supplied, and nothing that is written is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_browsing import looked_at, open_page
from console_server import PASSWORD, console_of, works_at

from linghang.usecases.application_editing import begin, read_statement

pytestmark = pytest.mark.slow
HERE = "/application"
LONG_MS = 180_000
SELECTED = "(e => e.value.substring(e.selectionStart, e.selectionEnd))(document.activeElement)"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that states something."""
    folder = works_at(tmp_path_factory.mktemp("application") / "works")
    begin(folder)
    return folder


@pytest.fixture(scope="module")
def served(works: Path) -> Iterator[str]:
    """The address of its console."""
    with console_of(works) as address:
        yield address


def test_what_is_missing_leads_to_the_field_that_supplies_it(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, served + HERE)
        page.wait_for_selector(".lh-app-missing", timeout=LONG_MS)
        assert page.get_by_role("progressbar").count() == 2
        page.get_by_role("link", name="State it: The unit: Contact").click()
        page.wait_for_selector("[name='unit.contact']")
        assert page.evaluate("document.activeElement.name") == "unit.contact"
        assert wrong == []


def test_a_level_and_a_language_stand_in_the_address(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, served + HERE)
        page.get_by_label("Level applied for").select_option("advanced")
        page.wait_for_url("**level=advanced**")
        page.get_by_label("Language of the document").select_option("zh")
        page.wait_for_url("**lang=zh**")
        assert "level=advanced" in page.url
        link = page.get_by_role("link", name="PDF").get_attribute("href")
        assert {"level=advanced", "lang=zh", "format=pdf"} <= set(link.partition("?")[2].split("&"))
        assert wrong == []


def test_a_file_is_made_once_however_often_one_clicks(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}?level=advanced")
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url) if "/api/v1/report?" in one.url else None)
        with page.expect_download(timeout=LONG_MS) as coming:
            link = page.get_by_role("link", name="XLSX")
            link.click()
            page.wait_for_selector("a[aria-busy=true]")
            page.locator("a[aria-busy=true]").click(force=True)
        assert coming.value.suggested_filename.startswith("application-advanced-")
        assert coming.value.suggested_filename.endswith("-en.xlsx")
        assert Path(coming.value.path()).read_bytes().startswith(b"PK")
        page.wait_for_selector("a[aria-busy=true]", state="detached")
        assert len(asked) == 1
        assert wrong == []


def test_a_form_is_saved_and_undone(browser: Any, served: str, works: Path) -> None:
    before = read_statement(works).text
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/statement")
        page.fill("[name='unit.contact']", "张三")
        page.fill("[name='factory.summary.zh']", "甲\n乙")
        page.fill("[name='factory.integrators']", "甲公司\n乙公司")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved; the report says it from now on.").wait_for()
        text = read_statement(works).text or ""
        assert 'contact: "张三"            # 联系人' in text
        assert 'integrators: ["甲公司", "乙公司"]     # 主要集成商' in text
        assert len(text.splitlines()) == len((before or "").splitlines()) + 2
        open_page(page, f"{served}{HERE}/statement")
        assert page.input_value("[name='factory.summary.zh']") == "甲\n乙"
        page.get_by_role("button", name="Undo the last change").click()
        page.wait_for_function("document.querySelector(\"[name='unit.contact']\")?.value === ''")
        assert read_statement(works).text == before
        assert wrong == []


def test_a_wrong_fact_is_told_in_place_and_not_written(browser: Any, served: str, works: Path) -> None:
    before = read_statement(works)
    with looked_at(browser, served, "en", "light", 1366) as (page, _):
        open_page(page, f"{served}{HERE}/statement")
        page.fill("[name='factory.total_investment_cny']", "a lot")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("alert").get_by_text("is an amount in CNY").wait_for()
    assert read_statement(works).edition == before.edition


def test_the_text_tells_its_faults_by_their_lines(browser: Any, served: str, works: Path) -> None:
    before = read_statement(works)
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/statement?view=text")
        page.fill("textarea[name=text]", "unit:\n  contact: 张三\n  fax: 1\nfactory: {build_form: 1}\n")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="line 3").click()
        assert page.evaluate(SELECTED) == "  fax: 1"
        assert page.locator(".lh-app-gutter mark").all_inner_texts() == ["3\n", "4\n"]
        assert read_statement(works).edition == before.edition
        page.fill("textarea[name=text]", (before.text or "") + "# mine\n")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved; the report says it from now on.").wait_for()
        assert (read_statement(works).text or "").endswith("# mine\n")
        assert wrong == []


def test_what_others_wrote_meanwhile_is_not_lost_unasked(browser: Any, served: str, works: Path) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, _):
        open_page(page, f"{served}{HERE}/statement?view=text")
        theirs = (read_statement(works).text or "") + "# theirs\n"
        (works / "application.yaml").write_text(theirs, "utf-8")
        page.locator("textarea[name=text]").press_sequentially(" ")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("alert").get_by_text("was changed by others since you began").wait_for()
        assert read_statement(works).text == theirs
        page.get_by_role("button", name="Take what is there now").click()
        page.wait_for_function("document.querySelector('textarea[name=text]')?.value.endsWith('# theirs\\n')")


def test_pages_are_drawn_as_they_are_scrolled_to(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        drawn: list[str] = []
        page.on("request", lambda one: drawn.append(one.url) if "/report/preview/" in one.url else None)
        open_page(page, f"{served}{HERE}/preview?level=advanced")
        page.wait_for_selector(".lh-app-pages img", timeout=LONG_MS)
        page.wait_for_function("document.querySelector('.lh-app-pages img').naturalWidth > 1000")
        count = page.locator(".lh-app-pages img").count()
        assert 0 < len(drawn) < count
        page.locator(".lh-app-pages img").last.scroll_into_view_if_needed()
        page.wait_for_function("[...document.querySelectorAll('.lh-app-pages img')].pop().naturalWidth > 1000")
        assert wrong == []


def test_a_draft_is_reviewed_and_the_marked_copy_fetched(browser: Any, served: str, tmp_path: Path) -> None:
    draft = tmp_path / "草稿.md"
    draft.write_text("总投资5600万元，其中设备3000万元、软件2800万元。达到国际领先水平。", "utf-8")
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/review")
        page.set_input_files("input[type=file]", draft)
        page.wait_for_selector(".lh-app-remarks", timeout=LONG_MS)
        assert page.get_by_role("heading", name="Review of 草稿.md").count() == 1
        assert "R303" in page.locator(".lh-app-remarks").all_inner_texts()[-1] + page.inner_text(".lh-page-body")
        with page.expect_download() as coming:
            page.get_by_role("link", name="The draft with the remarks in it").click()
        assert coming.value.suggested_filename == "草稿-marked.md"
        assert "国际领先" in Path(coming.value.path()).read_text("utf-8")
        assert wrong == []


def test_a_file_that_is_no_draft_says_why(browser: Any, served: str, tmp_path: Path) -> None:
    draft = tmp_path / "scan.pdf"
    draft.write_bytes(b"%PDF-1.4 nothing")
    with looked_at(browser, served, "en", "light", 1366) as (page, _):
        open_page(page, f"{served}{HERE}/review")
        page.set_input_files("input[type=file]", draft)
        said = page.wait_for_selector(".lh-state-wrong", timeout=LONG_MS).inner_text()
        assert "scan.pdf" in said
        assert "linghang-" not in said


def test_a_bundle_is_made_and_verified(browser: Any, served: str, tmp_path: Path) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/bundle?day=2025-04-15")
        page.fill("[name=passphrase]", "")
        page.get_by_role("button", name="Make the bundle").dblclick()
        page.get_by_text("The bundle is made.").wait_for(timeout=LONG_MS)
        with page.expect_download() as coming:
            page.get_by_role("link", name="Download the bundle").click()
        bundle = Path(coming.value.path()).rename(tmp_path / "plant.zip")
        open_page(page, f"{served}{HERE}/verify")
        page.locator("input[type=file]").last.set_input_files(bundle)
        page.get_by_text("FITS: every byte as signed by a key that you know").wait_for(timeout=LONG_MS)
        assert page.get_by_text("this workspace's own key").count() == 1
        changed = bytearray(bundle.read_bytes())
        changed[len(changed) // 3] ^= 1
        bundle.write_bytes(bytes(changed))
        page.locator("input[type=file]").last.set_input_files(bundle)
        page.get_by_text("DOES NOT FIT: ").wait_for(timeout=LONG_MS)
        assert page.locator(".lh-app-problems tbody tr").count() > 0
        assert wrong == []


def test_a_bundle_says_which_step_it_is_at_and_can_be_broken_off(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/bundle?day=2025-04-15")
        page.get_by_role("button", name="Make the bundle").click()
        page.get_by_text("Step 1 of 5 (0% done)").wait_for(timeout=LONG_MS)
        assert page.locator("progress.lh-progress").count() == 1
        page.get_by_role("button", name="Break off").click()
        page.get_by_text("the bundle was broken off").wait_for(timeout=LONG_MS)
        assert page.get_by_role("link", name="Download the bundle").count() == 0
        assert wrong == []


def test_other_programs_get_their_documents(browser: Any, served: str) -> None:
    with looked_at(browser, served, "en", "light", 1366) as (page, wrong):
        open_page(page, f"{served}{HERE}/exchange?pack=neimenggu-2025")
        assert page.locator(".lh-app-exports li").count() == 4
        with page.expect_download(timeout=LONG_MS) as coming:
            page.locator(".lh-app-exports li").nth(1).get_by_role("link").click()
        assert coming.value.suggested_filename == "neimenggu-2025-profile.zip"
        open_page(page, f"{served}{HERE}/exchange?pack=national-2024")
        assert page.locator(".lh-app-exports li").count() == 3
        assert wrong == []


def test_who_may_not_write_is_offered_no_change(browser: Any, peopled_console: str, peopled_works: Path) -> None:
    if read_statement(peopled_works).text is None:
        begin(peopled_works)
    with looked_at(browser, peopled_console, "en", "light", 1366) as (page, _):
        page.goto(f"{peopled_console}/login")
        page.fill("#name", "chen")
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector(".lh-ladder", timeout=LONG_MS)
        open_page(page, f"{peopled_console}{HERE}/statement")
        assert page.locator("#lh-facts-form").is_disabled() or page.locator("[name='unit.contact']").is_disabled()
        assert page.get_by_role("button", name="Save").count() == 0
        open_page(page, f"{peopled_console}{HERE}/bundle")
        assert page.get_by_role("button", name="Make the bundle").count() == 0
