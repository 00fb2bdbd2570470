"""A year of one tag on the screen: 31.5 million points, read, sent and drawn, beside a plain DuckDB query.

*The points.* One a second for 365 days, a walk in steps of 0.01, through the store's own writing API; then merged and
rolled up, as `linghang ingest` does while it runs, and a hundred newer points that are neither.

*Ours.* The course as the page asks for it: about a thousand intervals with mean, least and greatest value, to the bytes
that are sent. First in a new process (imports apart), then again. The peer asks DuckDB for the same intervals over the
same Parquet files; the answers are compared before. Where Chromium is there, the page is opened before a served plant
and tells how long it took from asking until it was drawn.

Run with: python -m bench.trend [DAYS] [ROUNDS]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import orjson

from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore
from linghang.usecases.trends import courses, document, ends_of
from linghang.usecases.workspaces import make_workspace

if TYPE_CHECKING:
    from bench.__main__ import Bench

DAYS, BATCH, NEWER = 365, 200_000, 100
NAME, ZONE = "plant!year", "Asia/Shanghai"
BAR_MS = 1_000
START_S = 1_735_689_600  # 2025-01-01
FIRST = """
import sys, time
from bench.trend import answer
begun = time.perf_counter()
answer(sys.argv[1])
print(time.perf_counter() - begun)
"""


def year(folder: Path, days: int) -> None:
    """Make a workspace with the points."""
    make_workspace(folder, "year", ZONE, None)
    draw, level = np.random.default_rng(3), 70_000.0
    count = days * 86_400
    with TelemetryStore.open(folder / "telemetry", StoreSettings(reserve_bytes=0)) as store:
        number = store.register([NAME], TagKind.NUMBER)[0]
        for first in range(0, count + NEWER, BATCH):
            many = min(BATCH, count - first)
            if many <= 0:
                break
            walk = level + np.rint(draw.normal(0, 1.5, many)).cumsum()
            level = 0.999 * walk[-1] + 70
            at = (START_S + first + np.arange(many, dtype=np.int64)) * 1_000_000
            store.append(Points.of(np.full(many, number), at, np.round(walk / 100, 2)))
        store.compact()
        store.roll_up()
        at = (START_S + count + np.arange(NEWER, dtype=np.int64)) * 1_000_000
        store.append(Points.of(np.full(NEWER, number), at, np.full(NEWER, 700.0)))


def answer(folder: str) -> bytes:
    """The course of all points as it is sent."""
    place = Path(folder)
    ends = ends_of(place, [NAME])
    assert ends is not None
    found = courses(place, [NAME], *ends)
    return orjson.dumps(document(found, *ends, ZONE), option=orjson.OPT_SERIALIZE_NUMPY)


def of_duckdb(folder: Path, every_s: int) -> list[tuple[Any, ...]]:
    """The same intervals, asked of the same Parquet files."""
    with TelemetryReader(folder / "telemetry") as reader, reader.relation([NAME]) as relation:
        connection = duckdb.connect()
        relation.show(connection)
        return connection.execute(
            f'SELECT epoch_ms("at") // {every_s * 1000} * {every_s * 1000} AS start, '
            "avg(value), min(value), max(value), count(*) FROM points WHERE quality >= 64 GROUP BY 1 ORDER BY 1"
        ).fetchall()


def _same(mine: bytes, theirs: list[tuple[Any, ...]]) -> int:
    """Refuse answers that differ; return the length of an interval in seconds."""
    said = json.loads(mine)["courses"][0]
    columns = list(zip(*theirs, strict=True))
    for name, column in zip(("at_ms", "mean", "low", "high"), columns, strict=False):
        if not np.allclose(np.array(said[name], float), np.array(column, float), rtol=1e-9):
            raise SystemExit(f"trend: the answers differ in {name}")
    if said["points"] != sum(columns[4]):
        raise SystemExit("trend: the answers differ in how many points there are")
    return int(said["every_s"])


def first(folder: Path) -> float:
    """Seconds of the first answer of a new process."""
    command = [sys.executable, "-c", FIRST, str(folder)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def drawn(folder: Path, turns: int) -> list[float]:
    """Seconds that the page took from asking until it was drawn; none without Chromium or Playwright."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if browser is None:
        return []
    from bench.api import free_port, running

    port, found = free_port(), []
    linghang = [sys.executable, "-m", "linghang", "serve", str(folder), "--port", str(port)]
    page_of = f"http://127.0.0.1:{port}/plant/trends?" + urllib.parse.urlencode({"tag": NAME, "span": "1y"})
    with running(*linghang, address=f"http://127.0.0.1:{port}/login"), sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = started.new_page(viewport={"width": 1920, "height": 1080})
        for _ in range(turns):
            page.goto(page_of)
            page.wait_for_function("linghangDraw.drawn !== null", timeout=60_000)
            found.append(page.evaluate("linghangDraw.drawn") / 1000)
        started.close()
    return found


def run(bench: "Bench", folder: Path, days: int = DAYS) -> None:
    """Make the year, compare the answers, and time them."""
    place = folder / "year"
    begun = time.perf_counter()
    year(place, days)
    made = time.perf_counter() - begun
    every_s = _same(mine := answer(str(place)), of_duckdb(place, _every(answer(str(place)))))
    points = days * 86_400 + NEWER
    bench.console.print(
        f"a tag's year: {points:,} points made in {made:.0f} s; {len(mine) / 1000:.0f} kB of intervals of "
        f"{every_s / 3600:g} h; first answer of a new process {first(place) * 1e3:.0f} ms"
    )
    seconds = bench.race(lambda: answer(str(place)), lambda: of_duckdb(place, every_s))
    bench.row(f"a year of one tag, {points / 1e6:.1f} M points, as it is sent; peer: DuckDB", *seconds, BAR_MS)
    if pictures := drawn(place, 4):
        reached = "reached" if pictures[0] * 1e3 <= BAR_MS else "NOT reached"
        again = ", ".join(f"{one * 1e3:.0f}" for one in pictures[1:])
        bench.console.print(
            f"  read, sent and drawn in Chromium: first {pictures[0] * 1e3:.0f} ms, then {again} ms   "
            f"bar {BAR_MS} ms {reached}"
        )
    shutil.rmtree(place)


def _every(mine: bytes) -> int:
    return int(json.loads(mine)["courses"][0]["every_s"])


def main() -> None:
    """Print the figures."""
    from bench.__main__ import Bench

    bench = Bench(rounds=int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    with tempfile.TemporaryDirectory(dir=os.environ.get("LINGHANG_BENCH_FOLDER")) as folder:
        run(bench, Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else DAYS)
    bench.console.print(bench.table)


if __name__ == "__main__":
    main()
