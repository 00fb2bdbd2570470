"""Which pages there are to walk, and how a browser looks at them: what it complains of is kept."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import TimeoutError as TookTooLong

from linghang.words import Language

WIDTHS = (1920, 1366, 390)
PAGES = {
    "/": "Overview",
    "/conditions": "Conditions",
    "/conditions?element=base.no-major-incident": "Conditions",
    "/conditions?with=neimenggu-2025": "Conditions",
    "/indicators": "Indicators",
    "/indicators/oee": "",
    "/conditions/base.talent": "",
    "/conditions/interpretations": "",
    "/indicators/oee?course=monthly": "",
    "/indicators/oee/rows/job_response": "",
    "/evidence": "Evidence",
    "/evidence/add": "",
    "/evidence/matrix": "",
    "/evidence/expiry": "",
    "/evidence/consistency": "",
    "/evidence/checks": "",
    "/evidence/maturity?sub=DA": "Maturity questionnaire",
    "/plant": "Plant",
    "/plant/tags": "",
    "/plant/trends": "",
    "/plant/states?on=2025-03-01": "",
    "/plant/alarms?show=past": "",
    "/plant/floor": "",
    "/plant/connections": "",
    "/engines": "Engines",
    "/engines/scheduling.finite_capacity?show=run": "",
    "/engines/plan": "",
    "/engines/jobs": "",
    "/way-up": "Way up",
    "/way-up/what-if?set=maturity_level=3": "",
    "/way-up/sensitivity": "",
    "/application": "Application",
    "/application/statement": "",
    "/application/preview": "",
    "/application/review": "",
    "/application/bundle": "",
    "/application/verify": "",
    "/application/exchange": "",
    "/data": "Data",
    "/data/import": "",
    "/data/quality": "",
    "/data/equipment": "",
    "/settings": "Settings",
    "/settings/people": "",
    "/settings/entering": "",
    "/settings/keys": "",
    "/settings/connections": "",
    "/settings/backup": "",
    "/settings/audit": "",
}
LONGEST_MS = 60_000
SETTLED_MS = 5_000


@contextmanager
def looked_at(browser: Any, console: str, lang: Language, theme: str, width: int) -> Iterator[tuple[Any, list[str]]]:
    """A page of a browser in a language, theme and width, and what it has to complain of."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="zh-CN" if lang == "zh" else "en-US",
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
    wrong: list[str] = []
    own = (console, console.replace("http", "ws"), "data:", "blob:")
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(f"left: {asked.url}"))
    page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    try:
        yield page, wrong
    finally:
        context.close()


def open_page(page: Any, address: str) -> None:
    """Open a page and wait until it shows what it is about."""
    page.goto(address)
    page.wait_for_selector(".lh-page-body h1, .lh-state h2", state="visible")
    page.wait_for_function("!document.querySelector('.lh-page-body .lh-bone')")


def let_settle(page: Any) -> None:
    """Wait until a page asks for nothing more; one that always asks, for live values say, is as settled as it gets."""
    with suppress(TookTooLong):
        page.wait_for_load_state("networkidle", timeout=SETTLED_MS)
