"""Telemetry: durable points a second, questions over 50 M points, and bytes a point, beside what others use for it.

*The points.* 5,000 tags of a plant, one point of each every 8.64 s: 10,000 a day for each tag. Values walk in steps of
0.01, as a controller rounds them; moments are regular, or shaken by up to 20 ms in a second figure of bytes.

*Taking in.* Batches of 10,000 points, all tags twice. Each batch is acknowledged before the next one is sent: ours
after its fdatasync, the DuckDB table and PostgreSQL (COPY, binary) after their commit, InfluxDB after its answer, which
it gives after the fsync of its log. What the peers are sent is encoded before the clock runs; ours is not. All take
turns.

*Questions.* Over 50 M points of one day, after compaction; DuckDB answers from a table of its own with the same points.
Answers are compared first. A peer that is not installed is left out, and it is said.

Run with: python -m bench.telemetry [POINTS] [ROUNDS]
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.telemetry_peers import Influx, Postgres, Table
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore

if TYPE_CHECKING:
    from bench.__main__ import Bench

POINTS = 50_000_000
TAGS, BATCH = 5_000, 10_000
DAY_US = 86_400_000_000
START_US = 20_089 * DAY_US  # 2025-01-01
TURNS = 3
OURS, OF_TABLE, OF_POSTGRES, OF_INFLUX = 10_000_000, 2_000_000, 1_000_000, 300_000
"""Points that each takes in a turn: enough for some seconds."""
ENOUGH, MOST_BYTES, ANSWER_MS = 5.0, 2.0, 50.0
ROOM = StoreSettings(reserve_bytes=0)


def batches(count: int, shaken_us: int = 0) -> list[Points]:
    """Make points of one day in the order of time, in batches."""
    draw = np.random.default_rng(7)
    steps = count // TAGS
    tag = np.tile(np.arange(TAGS, dtype=np.int32), BATCH // TAGS)
    quality = np.full(BATCH, 192, np.uint8)
    level, every = draw.integers(1_000, 9_000, TAGS).astype(np.float64), DAY_US // steps
    found = []
    for first in range(0, steps, BATCH // TAGS):
        walk = level + np.rint(draw.normal(0, 1.5, (BATCH // TAGS, TAGS))).cumsum(axis=0)
        level = walk[-1]
        at = np.repeat(START_US + np.arange(first, first + BATCH // TAGS, dtype=np.int64) * every, TAGS)
        if shaken_us:
            at = at + draw.integers(0, shaken_us, BATCH)
        found.append(Points(tag, at, np.round(walk.ravel() / 100, 2), quality))
    return found


def names() -> list[str]:
    """Name the tags."""
    return [f"plant!area {tag % 10}/machine {tag // 50}/signal {tag}" for tag in range(TAGS)]


@dataclass(frozen=True)
class Taken:
    """What taking in took: seconds until the last acknowledgement, and of each batch; seconds until all was sealed."""

    points: int
    seconds: float
    each: Sequence[float]
    sealed: float


def ours(folder: Path, points: Sequence[Points]) -> Taken:
    """Append all batches to a new store."""
    each = []
    with TelemetryStore.open(folder, ROOM) as store:
        store.register(names(), TagKind.NUMBER)
        begun = last = time.perf_counter()
        for batch in points:
            store.append(batch)
            each.append(-last + (last := time.perf_counter()))
        seconds = last - begun
        store.seal()
        return Taken(len(points) * BATCH, seconds, each, time.perf_counter() - begun)


def taking_in(folder: Path) -> None:
    """Let all contestants take in points, in turns, and print points a second."""
    points = batches(OURS)
    contestants: list[tuple[str, int, Callable[[Path, Sequence[Points]], float]]] = [
        ("DuckDB table, a commit a batch", OF_TABLE, Table.taking_in)
    ]
    contestants += [("PostgreSQL COPY, a commit a batch", OF_POSTGRES, Postgres.taking_in)] * Postgres.is_there()
    contestants += [("InfluxDB, line protocol", OF_INFLUX, Influx.taking_in)] * Influx.is_there()
    turns: list[Taken] = []
    rates: dict[str, list[float]] = {name: [] for name, _, _ in contestants}
    for turn in range(TURNS):
        turns.append(ours(folder / f"ours-{turn}", points))
        shutil.rmtree(folder / f"ours-{turn}")
        for place, (name, count, taken) in enumerate(contestants):
            room = folder / f"peer-{turn}-{place}"
            room.mkdir()
            rates[name].append(count / taken(room, points[: count // BATCH]))
            shutil.rmtree(room)
    _print_rates(turns, rates)


def _print_rates(turns: Sequence[Taken], rates: dict[str, list[float]]) -> None:
    mine = [one.points / one.seconds for one in turns]
    each = np.concatenate([one.each for one in turns]) * 1e3
    middle = statistics.median(mine)
    print(f"durable points a second in batches of {BATCH:,}, median of {TURNS} turns [best]:")
    reached = "reached" if middle / 1e6 >= ENOUGH else "NOT reached"
    print(f"  ours {middle / 1e6:>36.2f} M/s [{max(mine) / 1e6:.2f}]   bar {ENOUGH:g} M/s {reached}")
    sealed = statistics.median(one.points / one.sealed for one in turns)
    print(f"  ours, until all of it is sealed {sealed / 1e6:>9.2f} M/s")
    high = np.percentile(each, 99)
    print(f"  ours, a batch: median {np.median(each):.2f} ms, p99 {high:.2f} ms, longest {each.max():.0f} ms")
    for name, found in rates.items():
        theirs = statistics.median(found)
        print(f"  {name:<34}{theirs / 1e6:>7.2f} M/s [{max(found) / 1e6:.2f}]   ours / peer {middle / theirs:.1f} x")
    for left_out in (*Postgres.notes(), *Influx.notes()):
        print(f"  {left_out}")


def questions(bench: "Bench", folder: Path, count: int) -> None:
    """Time questions over many points beside a DuckDB table, and print bytes a point."""
    place = folder / "many"
    taken = ours(place, batches(count))
    durable, sealed = (taken.points / seconds / 1e6 for seconds in (taken.seconds, taken.sealed))
    print(f"{count:,} points: {durable:.2f} M/s durable, {sealed:.2f} M/s sealed")
    sizes = [_size(place)]
    with TelemetryStore.open(place, ROOM) as store:
        begun = time.perf_counter()
        store.compact()
        merged = time.perf_counter()
        sizes.append(_size(place))
        store.roll_up()
        print(f"merged in {merged - begun:.1f} s, rolled up in {time.perf_counter() - merged:.1f} s")
        sizes.append(_size(place))
    with TelemetryReader(place) as reader, Table(folder / "many.duckdb") as table:
        table.load(reader)
        _race(bench, reader, table, count)
        fresh, points, all_of_it = (size / count for size in sizes)
        reached = "reached" if all_of_it <= MOST_BYTES else "NOT reached"
        print(f"bytes a point: sealed {fresh:.2f}, merged {points:.2f}, with roll-ups {all_of_it:.2f}")
        print(f"  bar {MOST_BYTES:g} {reached}")
        print(f"bytes a point of the DuckDB table: {table.size() / count:.2f}")
    shutil.rmtree(place)
    shaken = ours(folder / "shaken", batches(OURS, 20_000))
    with TelemetryStore.open(folder / "shaken", ROOM) as store:
        store.compact()
    print(f"bytes a point, moments shaken by 20 ms, merged: {_size(folder / 'shaken') / shaken.points:.2f}")


def _race(bench: "Bench", reader: TelemetryReader, table: Table, count: int) -> None:
    every = names()
    draw = np.random.default_rng(3)

    def asked(answer: Callable[[int, str], Any]) -> Callable[[], Any]:
        def ask() -> Any:
            tag = int(draw.integers(0, TAGS))  # another one each time, so that nothing is remembered
            return answer(tag, every[tag])

        return ask

    day = START_US, START_US + DAY_US
    pairs = {
        "one tag's day": (lambda _, name: reader.points([name], *day), lambda tag, _: table.points(tag, *day)),
        "one-minute means of one tag's day": (
            lambda _, name: reader.means([name], *day, 60),
            lambda tag, _: table.means(tag, *day, 60),
        ),
        "last values of all tags": (lambda *_: reader.last(), lambda *_: table.last()),
    }
    for work, (mine, theirs) in pairs.items():
        for tag in (0, TAGS // 3, TAGS - 1):
            _compare(work, mine(tag, every[tag]), theirs(tag, every[tag]))
        seconds = bench.race(asked(mine), asked(theirs))
        bench.row(f"{work}, of {count / 1e6:.0f} M points; peer: DuckDB table", *seconds, ANSWER_MS)


def _compare(work: str, mine: Any, theirs: Any) -> None:
    columns = [name for name in theirs.column_names if name in mine.column_names]
    for name in columns:
        one, other = (np.asarray(table.column(name).to_numpy()) for table in (mine, theirs))
        same = np.allclose(one, other, rtol=1e-9) if one.dtype.kind == "f" else np.array_equal(one, other)
        if not (len(one) and same):
            raise SystemExit(f"telemetry: {work}: the answers differ in {name}")


def _size(folder: Path) -> int:
    """Bytes of the files with points, roll-ups and what is known of them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.parent.name != "log")


def run(bench: "Bench", folder: Path, count: int = POINTS) -> None:
    """Take in, then ask."""
    place = folder / "telemetry"
    place.mkdir()
    taking_in(place)
    questions(bench, place, count)
    shutil.rmtree(place)


def main() -> None:
    """Print figures and ratios."""
    from bench.__main__ import Bench

    count = int(sys.argv[1]) if len(sys.argv) > 1 else POINTS
    bench = Bench(rounds=int(sys.argv[2]) if len(sys.argv) > 2 else 9)
    with tempfile.TemporaryDirectory(dir=os.environ.get("LINGHANG_BENCH_FOLDER")) as folder:
        run(bench, Path(folder), count)
    bench.console.print(bench.table)


if __name__ == "__main__":
    main()
