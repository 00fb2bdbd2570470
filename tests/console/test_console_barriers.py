"""No page has barriers that axe-core finds: contrast AA, names, roles, landmarks (WCAG 2.1 A and AA)."""

import os
from pathlib import Path
from typing import Any

import pytest
from console_browsing import PAGES, looked_at, open_page

from linghang.words import Language

pytestmark = pytest.mark.slow
WITHOUT = "axe-core is not there; fetch it with: make services"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LOOK = "rules => axe.run(document, {runOnly: rules}).then(found => found.violations)"


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    path = os.environ.get("LINGHANG_AXE")
    if not path:
        pytest.skip(WITHOUT)
    return Path(path).read_text("utf-8")


@pytest.mark.parametrize(
    ("lang", "theme", "width"), [("zh", "light", 1366), ("en", "dark", 1366), ("en", "light", 390), ("zh", "dark", 390)]
)
def test_no_page_has_barriers(browser: Any, console: str, axe: str, lang: Language, theme: str, width: int) -> None:
    found: list[str] = []
    with looked_at(browser, console, lang, theme, width) as (page, _):
        for path in PAGES:
            open_page(page, console + path)
            page.wait_for_load_state("networkidle")
            page.evaluate(axe)
            for one in page.evaluate(LOOK, RULES):
                places = [node["html"][:160] for node in one["nodes"][:3]]
                found.append(f"{path}: {one['id']} ({one['impact']}): {places}")
    assert found == []
