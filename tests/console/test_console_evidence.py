"""The pages of evidence, as people use them: drop files, say what they prove, retire, accept, look what ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from console_server import PASSWORD, console_of, works_at

from linghang.store.documents import Description, DocumentRegister
from linghang.usecases.accounts import Accounts
from linghang.usecases.consistency_waivers import waivers_of
from linghang.usecases.evidence_register import add_document, retire_document

pytestmark = pytest.mark.slow
NOW = datetime(2025, 4, 14, 1, tzinfo=UTC)
DAY = "day=2025-04-15"
ROLE = "advanced.outcome.provincial-role"
HOSTILE = '<img src=x onerror="window.hit=1">{{ 1+1 }}</script>证书'
LONGEST_MS = 180_000
FORM = ".lh-paper-form"


def document(folder: Path, title: str, **said: Any) -> str:
    path = folder.parent / "证明.txt"
    path.write_text(f"{title}：有限产能排产", encoding="utf-8")
    return add_document(folder, path, Description(title, **said), now=NOW).document.id


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with documents of every state."""
    folder = works_at(tmp_path_factory.mktemp("evidence") / "works")
    ends = date(2025, 6, 1)
    document(folder, HOSTILE, states=(f"{ROLE}=met",), issued_on=date(2025, 1, 1), valid_until=ends)
    document(folder, "旧证书", proves=(ROLE,), issued_on=date(2022, 1, 1), valid_until=date(2025, 1, 1))
    document(folder, "停用的合同", kind="contract", proves=("scene:28", "indicator:oee"))
    retire_document(folder, "E0003", "系统停用", now=NOW)
    return folder


@pytest.fixture(scope="module")
def served(works: Path) -> Iterator[str]:
    with console_of(works) as address:
        yield address


@contextmanager
def opened(browser: Any, width: int = 1366, **more: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page of a browser, and what it has to complain of."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="en-US", reduced_motion="reduce", **more
    )
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        yield page, wrong
    finally:
        context.close()


def go(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".lh-page-body h1, .lh-state h2", state="visible")
    page.wait_for_function("!document.querySelector('.lh-page-body .lh-bone')")


def titles(works: Path) -> list[str]:
    return [one.title for one in DocumentRegister(works).all(retired=True)]


ADDRESSES = (
    "/evidence",
    "/evidence?words=有限产能",
    "/evidence/E0001",
    "/evidence/add?proves=" + ROLE,
    f"/evidence/matrix?{DAY}",
    f"/evidence/expiry?{DAY}",
    f"/evidence/consistency?level=advanced&{DAY}",
    "/evidence/checks",
)


@pytest.mark.parametrize(("width", "theme"), [(1920, "light"), (390, "dark")])
def test_every_page_is_whole_and_has_a_name(browser: Any, served: str, width: int, theme: str) -> None:
    with opened(browser, width, color_scheme=theme) as (page, wrong):
        for path in ADDRESSES:
            go(page, served + path)
            assert page.locator("h1").count() == 1, path
            assert page.locator(".lh-state-wrong").count() == 0, path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
            unnamed = page.evaluate(
                """[...document.querySelectorAll('button, select, input, textarea, a[href]')].filter(one =>
                  one.offsetParent && !(one.getAttribute('aria-label') || one.textContent.trim() || one.title))
                  .map(one => one.outerHTML)"""
            )
            assert unnamed == [], path
        assert wrong == []


def test_what_a_title_says_is_text_everywhere(browser: Any, served: str) -> None:
    with opened(browser) as (page, _):
        for path in ("/evidence", "/evidence/E0001", f"/evidence/expiry?{DAY}", f"/evidence/matrix?{DAY}"):
            go(page, served + path)
            assert HOSTILE in page.locator(".lh-main").inner_text(), path
            assert page.evaluate("window.hit") is None, path


def test_the_register_is_searched_filtered_and_linked(browser: Any, served: str) -> None:
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence?{DAY}")
        assert page.locator(".lh-register tbody tr").count() == 3
        page.get_by_label("state", exact=True).select_option("expired")
        page.wait_for_url("**state=expired**")
        page.wait_for_function("document.querySelectorAll('.lh-register tbody tr').length === 1")
        assert "旧证书" in page.locator(".lh-register").inner_text()
        page.get_by_label("state", exact=True).select_option("")
        page.get_by_label("Search titles, facts and texts").fill("停用的合同：有限")
        page.wait_for_selector(".lh-hit mark")
        assert page.locator(".lh-hit mark").inner_text() == "停用的合同:有限"  # as the index has it
        page.get_by_label("Search titles, facts and texts").fill("no such words at all")
        page.wait_for_selector(".lh-state")
        go(page, f"{served}/evidence/E0003")
        hrefs = page.locator(".lh-facts .lh-subjects a").evaluate_all(
            "ones => ones.map(one => one.getAttribute('href'))"
        )
        assert hrefs == ["/engines?scene=28", "/indicators/oee"]
        assert wrong == []


def test_dropped_files_are_registered_one_after_another(browser: Any, served: str, works: Path) -> None:
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence/add?proves={ROLE}")
        place = "input[type=file] >> nth=0"
        page.set_input_files(place, [{"name": "省级示范.txt", "mimeType": "text/plain", "buffer": "一".encode()}])
        page.wait_for_selector(FORM)
        page.set_input_files(place, [{"name": "../b<b>.txt", "mimeType": "text/plain", "buffer": b"two"}])
        page.wait_for_function("document.querySelectorAll('.lh-paper-dropped li').length === 2")
        assert page.get_by_label("Title").input_value() == "省级示范"
        page.get_by_label("Issued on").fill("2999-01-01")
        register = page.get_by_role("button", name="Register the document")
        register.click()
        fault = page.locator(".lh-paper-field", has=page.get_by_label("Issued on")).locator("[role=alert]")
        fault.wait_for()
        assert "cannot be issued" in fault.inner_text()
        page.get_by_label("Issued on").fill("2025-01-01")
        page.get_by_label("Search elements, indicators").fill("scene:28")
        page.locator(".lh-paper-target").first.click()
        page.get_by_label("What the document says of Leading role").select_option("met")
        register.click()
        page.wait_for_selector("text=What is b<b>.txt?")
        made = DocumentRegister(works).all()[-1]
        assert (made.title, made.file_name, made.issued_on) == ("省级示范", "省级示范.txt", date(2025, 1, 1))
        assert (made.proves, made.states) == ((ROLE, "scene:28"), (f"{ROLE}=met",))
        page.get_by_role("button", name="Leave this file out").click()
        page.wait_for_selector("text=left out")
        assert page.locator(FORM).count() == 0
        page.locator(".lh-paper-dropped a").click()
        page.wait_for_selector(f"h1:has-text('{made.title}')")
        assert wrong == []


def test_a_file_that_is_refused_says_why_at_its_form(browser: Any, served: str, works: Path) -> None:
    before = titles(works)
    with opened(browser) as (page, _):
        go(page, f"{served}/evidence/add")
        old = {
            "name": "旧.doc",
            "mimeType": "application/msword",
            "buffer": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        }
        page.set_input_files("input[type=file] >> nth=0", [old])
        page.wait_for_selector(FORM)
        page.get_by_role("button", name="Register the document").click()
        wrong = page.locator(".lh-paper-wrong [role=alert]")
        wrong.wait_for()
        assert wrong.inner_text().startswith("旧.doc")
        assert "/tmp" not in page.locator("body").inner_text()
    assert titles(works) == before


def test_a_list_comes_with_its_files(browser: Any, served: str, works: Path) -> None:
    with opened(browser) as (page, _):
        go(page, f"{served}/evidence/add")
        page.locator("summary", has_text="Many at once").click()
        table = "file,title,proves\n证.txt,清单里的证明,scene:1\n/etc/passwd,x,\n"
        lists = page.locator("details input[type=file]")
        lists.nth(0).set_input_files([{"name": "list.csv", "mimeType": "text/csv", "buffer": table.encode()}])
        lists.nth(1).set_input_files([{"name": "证.txt", "mimeType": "text/plain", "buffer": b"one"}])
        page.wait_for_function("document.querySelectorAll('details .lh-paper-dropped li').length === 2")
        page.get_by_role("button", name="Register the list").click()
        refused = page.locator("details [role=alert]")
        refused.wait_for()
        assert "list.csv:3" in refused.inner_text()
        table = table.replace("/etc/passwd,x,\n", "")
        lists.nth(0).set_input_files([{"name": "list.csv", "mimeType": "text/csv", "buffer": table.encode()}])
        page.wait_for_timeout(1_000)
        page.get_by_role("button", name="Register the list").click()
        page.wait_for_selector("details .lh-paper-dropped a")
    assert "清单里的证明" in titles(works)


def test_a_document_is_revised_retired_with_a_reason_and_restored(browser: Any, served: str, works: Path) -> None:
    number = document(works, "要改的证明", issuer="甲", valid_until=date(2027, 1, 1))
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence/{number}")
        page.get_by_role("button", name="Change what is said of it").click()
        page.get_by_label("Issuer").fill("乙")
        page.get_by_label("Valid until").fill("")
        page.get_by_role("button", name="Register the revision").click()
        page.wait_for_selector("text=Revisions (2)")
        made = DocumentRegister(works).get(number)
        assert (made.issuer, made.valid_until, made.title) == ("乙", None, "要改的证明")
        page.get_by_role("button", name="Put another file in its place").click()
        page.set_input_files("input[type=file]", [{"name": "新.txt", "mimeType": "text/plain", "buffer": b"new"}])
        page.wait_for_selector("text=Revisions (3)")
        assert DocumentRegister(works).get(number).file_name == "新.txt"
        page.get_by_role("button", name="Retire it").click()
        dialog = page.locator(".lh-paper-dialog")
        dialog.wait_for()
        page.wait_for_function("document.activeElement.closest('.lh-paper-dialog')")
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        assert DocumentRegister(works).get(number).retired_at is None
        page.get_by_role("button", name="Retire it").click()
        page.get_by_label("Why does it count no longer?").last.fill("撤销")
        page.locator(".lh-paper-dialog").last.get_by_role("button", name="Retire it").click()
        page.get_by_role("button", name="Let it count again").wait_for()
        assert DocumentRegister(works).get(number).retired_reason == "撤销"
        page.get_by_role("button", name="Let it count again").click()
        page.get_by_role("button", name="Retire it").wait_for()
        assert DocumentRegister(works).get(number).retired_at is None
        assert wrong == []


def test_the_matrix_is_narrowed_and_leads_to_a_new_document(browser: Any, served: str) -> None:
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence/matrix?{DAY}&gap=none")
        every = page.locator(".lh-matrix tbody tr").count()
        page.get_by_label("level", exact=True).select_option("advanced")
        page.wait_for_url("**level=advanced**")
        page.wait_for_function(f"document.querySelectorAll('.lh-matrix tbody tr').length < {every}")
        assert page.locator(".lh-matrix tbody tr").count() > 0
        row = page.locator(".lh-matrix tr", has_text="advanced.rnd.intelligent-tools")
        row.get_by_role("link", name="Add a document").click()
        page.wait_for_url("**/evidence/add?**proves=advanced.rnd.intelligent-tools")
        assert wrong == []


def test_what_would_be_lost_is_told_when_it_is_judged(browser: Any, served: str) -> None:
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence/expiry?{DAY}")
        page.wait_for_selector(".lh-calendar")
        assert "旧证书" in page.locator(".lh-ended").inner_text()
        page.wait_for_function("!document.querySelector('.lh-calendar [role=status]')")
        assert "alone" in page.locator(".lh-calendar li", has_text="E0001").inner_text()
        assert wrong == []


def test_a_remark_is_accepted_with_a_reason_and_taken_back(browser: Any, served: str, works: Path) -> None:
    with opened(browser) as (page, wrong):
        go(page, f"{served}/evidence/consistency?{DAY}")
        page.get_by_role("button", name="Accept C224:E0002 with a reason").click()
        dialog = page.locator(".lh-paper-dialog")
        dialog.get_by_role("button", name="Accept it").click()
        dialog.locator("[role=alert]").wait_for()
        dialog.get_by_label("Why may it stand?").fill("已续办，新证在途")
        dialog.get_by_role("button", name="Accept it").click()
        back = page.get_by_role("button", name="Take back that C224:E0002 is accepted")
        back.wait_for()
        assert [one.reason for one in waivers_of(works).all] == ["已续办，新证在途"]
        back.click()
        page.get_by_role("button", name="Accept C224:E0002 with a reason").wait_for()
        assert waivers_of(works).all == ()
        page.locator(".lh-remarks a", has_text="C224").first.click()
        page.wait_for_selector("#C224")
        assert wrong == []


def test_who_only_reads_is_offered_no_change_and_can_make_none(browser: Any, tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    document(folder, "证明", proves=(ROLE,), valid_until=date(2025, 1, 1))
    for role in ("viewer", "reviewer", "editor"):
        Accounts(folder).add(role, role, PASSWORD, datetime.now(UTC))
    offered = {"viewer": (0, False), "reviewer": (0, True), "editor": (1, False)}
    with console_of(folder) as address:
        for role, (adds, accepts) in offered.items():
            with opened(browser) as (page, _):
                page.goto(f"{address}/login?to=/evidence")
                page.fill("#name", role)
                page.fill("#password", PASSWORD)
                page.click("button[type=submit]")
                page.wait_for_selector(".lh-register")
                assert page.get_by_role("link", name="Add documents").count() == adds, role
                go(page, f"{address}/evidence/E0001")
                assert page.get_by_role("button", name="Retire it").count() == adds, role
                go(page, f"{address}/evidence/add")
                assert page.locator("input[type=file]").count() == 3 * adds, role
                go(page, f"{address}/evidence/consistency?{DAY}")
                page.wait_for_selector(".lh-remarks")
                assert (page.locator(".lh-remarks button").count() > 0) == accepts, role


def test_a_right_that_was_taken_away_is_missed_when_it_is_used(browser: Any, tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    document(folder, "证明")
    for name, role in (("li", "editor"), ("wang", "administrator")):
        Accounts(folder).add(name, role, PASSWORD, datetime.now(UTC))
    with console_of(folder) as address, opened(browser) as (page, _):
        page.goto(f"{address}/login?to=/evidence/E0001")
        page.fill("#name", "li")
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.get_by_role("button", name="Retire it").click()
        page.get_by_label("Why does it count no longer?").fill("x")
        Accounts(folder).disable("li", datetime.now(UTC))
        page.locator(".lh-paper-dialog").get_by_role("button", name="Retire it").click()
        page.wait_for_function(
            "document.body.innerText.includes('the session is over') || location.pathname === '/login'"
        )
    assert DocumentRegister(folder).get("E0001").retired_at is None
