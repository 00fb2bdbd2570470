"""The console of a plant in Chromium: the first page, and what a click on each page takes until its content is there.

The server is a process of its own, as `linghang serve` starts it, and the browser another; what is timed is what a
person waits for. *Cold*: the server has just started and the browser has nothing. *Cached*: the same page again in the
same browser. *Change*: from the click in the navigation until the new page's content stands, each page `ROUNDS` times
after one visit. Assessment and plan of the workspace are kept, as they are after the first person of the day.

Run with: python -m bench.console WORKSPACE [ROUNDS]
"""

import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROUNDS, PORT = 5, 8797
ADDRESS = f"http://127.0.0.1:{PORT}"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
SHOWN = ".lh-page-body:visible h1, .lh-state h2"
LONGEST_MS = 120_000


def main() -> None:
    """Measure and print."""
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not there: make services")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        _measure(browser, folder, rounds=1, told=False)  # what an assessment has to be made for is kept then
        _measure(browser, folder, rounds, told=True)
        browser.close()


def _measure(browser: Any, folder: Path, rounds: int, told: bool) -> None:
    command = [sys.executable, "-m", "linghang", "serve", str(folder), "--port", str(PORT), "--no-work"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await()
        context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.set_default_timeout(LONGEST_MS)
        cold, cached = _open(page), [_open(page) for _ in range(rounds)]
        if told:
            print(f"first page, cold {cold:.2f} s; cached {_said(cached)}")
        for path in page.eval_on_selector_all(".lh-nav a", "links => links.map(one => one.getAttribute('href'))"):
            away = "/settings" if path != "/settings" else "/"
            changes = []
            for _ in range(rounds + 1):
                _change(page, away)
                changes.append(_change(page, path))
            del changes[0]
            if told:
                print(f"change to {path:14} {_said(changes)}", flush=True)
        context.close()
    finally:
        server.terminate()
        server.wait(30)


def _open(page: Any) -> float:
    begun = time.perf_counter()
    page.goto(ADDRESS)
    page.wait_for_selector(SHOWN)
    return time.perf_counter() - begun


def _change(page: Any, path: str) -> float:
    page.evaluate("document.querySelector('.lh-page-body')?.setAttribute('data-old', '')")
    begun = time.perf_counter()
    page.click(f".lh-nav a[href='{path}']")
    page.wait_for_selector(".lh-page-body:not([data-old]):visible h1")
    return time.perf_counter() - begun


def _await() -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{ADDRESS}/login", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _said(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (from {min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    main()
