"""Readers beside the writer: they see whole batches, everything acknowledged, and never a file that goes away."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import duckdb
import numpy as np
import pytest
from telemetry_model import DAY_US, rows_of

from linghang.errors import BadInput
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore, pins

SMALL = StoreSettings(segment_points=300, reserve_bytes=0)
BATCH = 30


def batch(number: int) -> Points:
    """Points of value `number`; every other one is late by days, and each overwrites points of the batch before."""
    place = np.arange(BATCH)
    at = place * 1_000_000 + number * 10_000_000 - (place % 2) * (number % 5) * DAY_US
    return Points.of(place % 4, at + 30 * DAY_US, float(number))


def expected(count: int) -> dict[tuple[int, int], float]:
    held: dict[tuple[int, int], float] = {}
    for number in range(count):
        points = batch(number)
        held |= dict(zip(zip(points.tag.tolist(), points.at_us.tolist(), strict=True), points.value, strict=True))
    return held


def writing(store: TelemetryStore, acknowledged: list[int], batches: int, done: Event) -> None:
    for number in range(batches):
        store.append(batch(number))
        acknowledged[0] = number + 1
    done.set()


def keeping_house(store: TelemetryStore, done: Event) -> None:
    while not done.is_set():
        store.compact()
        store.roll_up()


@pytest.mark.slow
def test_a_reader_sees_a_whole_past_at_every_moment(tmp_path: Path) -> None:
    """It sees what there was after some number of whole batches, at least those acknowledged before it asked."""
    batches, acknowledged, done = 600, [0], Event()
    with TelemetryStore.open(tmp_path, SMALL) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a", "b", "c", "d"], TagKind.NUMBER)
        threads = [
            Thread(target=writing, args=[store, acknowledged, batches, done]),
            Thread(target=keeping_house, args=[store, done]),
        ]
        for thread in threads:
            thread.start()
        looks = []
        while not done.is_set():
            before = acknowledged[0]
            seen = {(tag, at): value for tag, at, value, _ in rows_of(reader.points(None))}
            newest = int(max(seen.values(), default=-1)) + 1
            assert newest >= before
            assert seen == expected(newest)
            looks.append(newest)
        for thread in threads:
            thread.join()
        assert all(one <= other for one, other in pairwise(looks))
        assert len(set(looks)) > 5
        assert {(tag, at): value for tag, at, value, _ in rows_of(reader.points(None))} == expected(batches)


def test_files_that_somebody_reads_stay_until_he_is_done(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, SMALL) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a", "b", "c", "d"], TagKind.NUMBER)
        store.append(batch(0))
        store.compact()
        relation = reader.relation()
        assert all(path.exists() for path in relation.paths)
        for number in (5, 10):
            store.append(batch(number))
            store.compact()
        with duckdb.connect() as connection:
            relation.show(connection)
            assert connection.sql('SELECT count(*) FROM "points"').fetchone() == (BATCH,)
        held = relation.paths
        relation.close()
        store.keep_house()
        assert not any(path.exists() for path in held)


def test_a_reader_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from linghang.store.telemetry import TelemetryReader; "
        "relation = TelemetryReader(Path(sys.argv[1])).relation(); print('reading', flush=True); sys.stdin.read()"
    )
    with TelemetryStore.open(tmp_path, SMALL) as store:
        store.register(["a", "b", "c", "d"], TagKind.NUMBER)
        store.append(batch(0))
        store.compact()
        (held,) = (tmp_path / "segments").iterdir()
        command = [sys.executable, "-c", script, str(tmp_path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "reading\n"
            store.append(batch(1))
            store.compact()
            assert held.exists()
            other.kill()
        store.keep_house()
        assert not held.exists()


def test_what_left_is_removed_at_the_next_opening_at_the_latest(tmp_path: Path) -> None:
    with TelemetryReader(opened(tmp_path)) as reader:
        with TelemetryStore.open(tmp_path, SMALL) as store, reader.relation() as relation:
            store.append(batch(0))
            store.compact()
        assert all(path.exists() for path in relation.paths)
        TelemetryStore.open(tmp_path, SMALL).close()
        assert not any(path.exists() for path in relation.paths)


def opened(folder: Path) -> Path:
    """A store with one merged file."""
    with TelemetryStore.open(folder, SMALL) as store:
        store.register(["a", "b", "c", "d"], TagKind.NUMBER)
        store.append(batch(5))
        store.compact()
    return folder


def test_a_generation_is_let_go_only_when_all_before_it_are(tmp_path: Path) -> None:
    (tmp_path / "readers").mkdir()
    first, second = pins.pin(tmp_path, 3), pins.pin(tmp_path, 5)
    assert pins.oldest_read(tmp_path, 9) == 3
    pins.unpin(first)
    assert pins.oldest_read(tmp_path, 9) == 5
    pins.unpin(second)
    assert pins.oldest_read(tmp_path, 9) == 9
    assert list((tmp_path / "readers").iterdir()) == []


def test_a_reader_in_another_process_sees_a_point_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from linghang.store.telemetry import TelemetryReader\n"
        "reader = TelemetryReader(Path(sys.argv[1]))\n"
        "for line in sys.stdin: print(reader.last(['a']).column('value').to_pylist(), flush=True)"
    )
    with TelemetryStore.open(tmp_path, SMALL) as store:
        store.register(["a"], TagKind.NUMBER)
        command = [sys.executable, "-c", script, str(tmp_path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            for number in range(5):
                store.append(Points.of(0, number, float(number)))
                if number == 3:
                    store.compact()
                other.stdin.write("look\n")
                other.stdin.flush()
                assert other.stdout.readline() == f"[{float(number)}]\n"
            other.stdin.close()


def test_a_reader_opened_before_a_tag_knows_it_afterwards(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, SMALL) as store, TelemetryReader(tmp_path) as reader:
        with pytest.raises(BadInput, match="no tag “a”"):
            reader.points(["a"])
        store.register(["a"], TagKind.NUMBER)
        assert reader.points(["a"]).num_rows == 0
        assert reader.last().num_rows == 0
