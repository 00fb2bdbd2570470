"""Every page in both languages, both themes and three widths, as Chromium, axe-core and the Tab key find it.

A page is loaded once a language and theme, each time at another width, and then drawn wider and narrower, as a window
is: a load costs far more than a look.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_browsing import PAGES, SETTLED_MS, WIDTHS, let_settle, looked_at, open_page
from console_keys import unreached
from console_words import foreign
from playwright.sync_api import TimeoutError as TookTooLong

from linghang import words
from linghang.console import shell
from linghang.words import Language, tr

pytestmark = pytest.mark.slow
WITHOUT = "axe-core is not there; fetch it with: make services"
WAYS = [("zh", "light", 1366), ("en", "dark", 1920), ("en", "light", 390), ("zh", "dark", 390)]
"""Language, theme and the width that a page is loaded at, and examined at for barriers."""
WIDEST = """[...document.querySelectorAll('.lh-page-body *')].filter(one => {
  for (let over = one.parentElement; over; over = over.parentElement)
    if (getComputedStyle(over).overflowX !== 'visible') return false;
  return one.getBoundingClientRect().right > innerWidth + 1;
}).slice(0, 3).map(one => one.outerHTML.slice(0, 160))"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LOOK = "rules => axe.run(document, {runOnly: rules}).then(found => found.violations)"
ROWS_OF_ITS_OWN = {"/plant/tag", "/engines/jobs/{number}", "/engines/{id}/tables/{table}"}
"""Pages about something that an example workspace does not hold; walked by the tests that make it."""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    path = os.environ.get("LINGHANG_AXE")
    if not path:
        pytest.skip(WITHOUT)
    return Path(path).read_text("utf-8")


def test_the_walk_leaves_no_page_out() -> None:
    walked = [address.partition("?")[0] for address in PAGES]
    for path in {one[0] for one in shell.PAGES} | shell.PARTS_OF.keys() - ROWS_OF_ITS_OWN:
        shape = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        assert any(shape.fullmatch(address) for address in walked), path


@pytest.mark.parametrize(("lang", "theme", "width"), WAYS)
def test_every_page_is_whole(browser: Any, console: str, axe: str, lang: Language, theme: str, width: int) -> None:
    found: list[str] = []
    with looked_at(browser, console, lang, theme, width) as (page, wrong):
        words.use(lang)
        for path, title in PAGES.items():
            page.set_viewport_size({"width": width, "height": 900})
            open_page(page, console + path)
            found += [f"{path}: {one}" for one in _amiss(page, lang, theme, title)]
            found += [f"{path}: {one}" for one in _barriers(page, axe)]
            found += [f"{path}: not in {lang}: {one[:120]}" for one in foreign(page, lang)]
            found += [f"{path}: {one}" for one in _too_wide(page)]
            found += [f"{path}: {one}" for one in wrong]
            wrong.clear()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [1366, 390])
def test_the_keyboard_reaches_everything_on_every_page(browser: Any, console: str, width: int) -> None:
    found: list[str] = []
    with looked_at(browser, console, "en", "light", width) as (page, _):
        for path in PAGES:
            open_page(page, console + path)
            found += [f"{path}: {one}" for one in unreached(page)]
    assert not found, "\n".join(found)


def _amiss(page: Any, lang: Language, theme: str, title: str) -> Iterator[str]:
    heading = page.locator("h1").all_inner_texts()
    if len(heading) != 1 or (title and heading != [tr(title)]):
        yield f"headed {heading}"
    if not page.evaluate("document.documentElement.lang").startswith(lang):
        yield "says another language of itself"
    if page.evaluate("document.body.classList.contains('body--dark')") != (theme == "dark"):
        yield f"not {theme}"
    for said in page.locator(".lh-state-wrong").all_inner_texts():
        yield f"failed: {said}"


def _barriers(page: Any, axe: str) -> Iterator[str]:
    let_settle(page)
    page.evaluate(axe)
    for one in page.evaluate(LOOK, RULES):
        places = [node["html"][:160] for node in one["nodes"][:3]]
        yield f"{one['id']} ({one['impact']}): {places}"


def _too_wide(page: Any) -> Iterator[str]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        try:  # what draws itself anew for another width does it a moment later
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=SETTLED_MS)
        except TookTooLong:
            yield f"too wide at {width}: {page.evaluate(WIDEST)}"
