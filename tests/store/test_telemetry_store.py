"""The store of telemetry from outside: names, points, last values, means, retention, one writer."""

import math
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import sleep

import numpy as np
import pytest
from telemetry_model import DAY_US, points_of, rows_of

from linghang.errors import BadInput
from linghang.store.telemetry import (
    Points,
    Quality,
    StoreFull,
    StoreSettings,
    TagKind,
    TelemetryReader,
    TelemetryStore,
    housekeeping,
)
from linghang.store.telemetry import store as store_module
from linghang.store.telemetry.commit import GroupCommit, _Waiting
from linghang.store.telemetry.manifest import FILE, Manifest
from linghang.store.telemetry.settings import COUNTS

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
NOON_US = 20_148 * DAY_US + DAY_US // 2
SMALL = StoreSettings(segment_points=100, reserve_bytes=0)


# --- names ---


def test_names_keep_their_numbers(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store:
        assert store.register(["a!1", "a!2", "a!1"], TagKind.NUMBER).tolist() == [0, 1, 0]
    with TelemetryStore.open(tmp_path) as store:
        assert store.register(["a!3", "a!2"], [TagKind.FLAG, TagKind.NUMBER]).tolist() == [2, 1]


def test_a_name_of_another_kind_is_another_tag(tmp_path: Path) -> None:
    """What came under the old kind stays as it came; whoever asks for the name gets both."""
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        number, flag = store.register(["m!state", "m!state"], [TagKind.NUMBER, TagKind.FLAG]).tolist()
        store.append(Points.of([number, flag], [1, 1], [7.5, 1.0]))
        assert reader.tags().column("kind").to_pylist() == ["number", "flag"]
        assert rows_of(reader.points(["m!state"])) == [(number, 1, 7.5, 192), (flag, 1, 1.0, 192)]


def test_texts_are_kept_once(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store:
        assert store.text_numbers(["running", "停机", "running", ""]) == [0, 1, 0, 2]
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        assert store.text_numbers(["idle", "停机"]) == [3, 1]
        assert reader.texts() == ("running", "停机", "", "idle")


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["good", ""], TagKind.NUMBER),
        (["good", "x" * 5000], TagKind.NUMBER),
        (["good", "lone \udc80"], TagKind.NUMBER),
        (["good", "other"], [TagKind.NUMBER]),
    ],
    ids=["empty", "long", "no Unicode", "too few kinds"],
)
def test_names_that_cannot_be_kept_are_refused_together(
    names: list[str], kinds: list[TagKind] | TagKind, tmp_path: Path
) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        with pytest.raises(BadInput):
            store.register(names, kinds)
        assert reader.tags().num_rows == 0


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["CAST/LPC-103/metal_temperature"], TagKind.NUMBER)
        with pytest.raises(BadInput, match="did you mean CAST/LPC-103/metal_temperature"):
            reader.points(["CAST/LPC-103/metal_temp"])


# --- points ---


@pytest.mark.parametrize("tag", [-1, 1])
def test_a_point_of_an_unknown_tag_is_refused_with_its_batch(tag: int, tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        with pytest.raises(BadInput, match=str(tag)):
            store.append(Points.of([0, tag], [1, 2], [1.0, 2.0]))
        assert reader.points(None).num_rows == 0


def test_what_the_caller_does_to_the_arrays_afterwards_changes_nothing(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        points = Points.of(0, [1, 2], [1.0, 2.0])
        store.append(points)
        points.value[:] = 99.0
        store.seal()
        assert rows_of(reader.points(None)) == [(0, 1, 1.0, 192), (0, 2, 2.0, 192)]


def test_a_closed_store_takes_nothing(tmp_path: Path) -> None:
    store = TelemetryStore.open(tmp_path)
    store.register(["a"], TagKind.NUMBER)
    store.close()
    with pytest.raises(BadInput, match="closed"):
        store.append(Points.of(0, 1, 1.0))


def test_columns_that_a_reader_gives(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a", "b"], TagKind.NUMBER)
        store.append(Points.of([1, 0], NOON_US, [1.0, 2.0]))
        found = reader.points(["b", "a"], NOON, NOON + timedelta(seconds=1))
        assert found.to_pylist() == [
            {"tag": 0, "name": "a", "at": NOON, "value": 2.0, "quality": 192},
            {"tag": 1, "name": "b", "at": NOON, "value": 1.0, "quality": 192},
        ]
        assert reader.points(["a"], NOON + timedelta(microseconds=1)).num_rows == 0
        with pytest.raises(BadInput, match="no time zone"):
            reader.points(["a"], NOON.replace(tzinfo=None))


def test_the_last_value_is_that_of_the_last_moment(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, SMALL) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a", "b", "c"], TagKind.NUMBER)
        store.append(points_of([(0, 10, 1.0, 192), (1, 5, 2.0, 64), (0, 8, 3.0, 192)]))
        assert rows_of(store.last()) == [(0, 10, 1.0, 192), (1, 5, 2.0, 64)]
        store.append(points_of([(0, 10, 4.0, 0), (1, 4, 9.0, 192)]))  # the same moment again, and a late one
        for _ in range(2):
            assert rows_of(store.last()) == rows_of(reader.last()) == [(0, 10, 4.0, 0), (1, 5, 2.0, 64)]
            store.seal()
        assert rows_of(store.last(np.array([1, 2], np.int32))) == [(1, 5, 2.0, 64)]
        assert reader.last(["c"]).num_rows == 0


# --- means ---


def test_means_say_nothing_of_intervals_without_a_usable_point(tmp_path: Path) -> None:
    minute = 60_000_000
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        store.append(
            points_of(
                [
                    (0, NOON_US, 1.0, 192),
                    (0, NOON_US + 1, 4.0, 64),
                    (0, NOON_US + 2, 100.0, Quality.BAD),
                    (0, NOON_US + minute, math.nan, 192),
                    (0, NOON_US + 2 * minute, 50.0, Quality.STALE),
                    (0, NOON_US + 3 * minute, -2.0, 192),
                ]
            )
        )
        wanted = [(NOON, 2.5, 1.0, 4.0, 2), (NOON + timedelta(minutes=3), -2.0, -2.0, -2.0, 1)]
        for step in (lambda: None, store.compact, store.roll_up):
            step()
            found = reader.means(["a"], NOON, NOON + timedelta(minutes=4), 60).to_pylist()
            assert [(row["at"], row["mean"], row["low"], row["high"], row["count"]) for row in found] == wanted


def test_texts_have_no_mean(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["m!state"], TagKind.TEXT)
        with pytest.raises(BadInput, match="“m!state” has texts"):
            reader.means(["m!state"], NOON, NOON, 60)


@pytest.mark.parametrize("every_s", [0, -60])
def test_an_interval_has_a_length(every_s: int, tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        with pytest.raises(BadInput, match="1 s or more"):
            reader.means(["a"], NOON, NOON, every_s)


# --- keeping in order ---


def test_points_from_before_the_retained_time_are_left_out_and_counted(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        store.append(Points.of(0, [NOON_US - 2 * DAY_US, NOON_US], [1.0, 2.0]))
        store.retain(NOON)
        assert rows_of(reader.points(None)) == [(0, NOON_US, 2.0, 192)]
        store.append(Points.of(0, [NOON_US - DAY_US, NOON_US + 1], [3.0, 4.0]))
        assert rows_of(reader.points(None)) == [(0, NOON_US, 2.0, 192), (0, NOON_US + 1, 4.0, 192)]
        store.seal()
        assert store.counts()["too_old_points"] == 1
        assert rows_of(reader.points(None)) == [(0, NOON_US, 2.0, 192), (0, NOON_US + 1, 4.0, 192)]


def test_the_last_value_stays_known_when_its_day_is_retired(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store:
        store.register(["a"], TagKind.NUMBER)
        store.append(Points.of(0, NOON_US, 5.0))
        store.retain(NOON + timedelta(days=400))
    with TelemetryStore.open(tmp_path) as store, TelemetryReader(tmp_path) as reader:
        assert rows_of(store.last()) == rows_of(reader.last()) == [(0, NOON_US, 5.0, 192)]
        assert reader.tags().select(["first_us", "last_us", "points"]).to_pylist() == [
            {"first_us": None, "last_us": NOON_US, "points": 0}
        ]


def test_fresh_files_are_merged_when_there_are_many(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, StoreSettings(reserve_bytes=0, most_fresh=3)) as store:
        store.register(["a"], TagKind.NUMBER)
        for count in range(1, 4):
            store.append(Points.of(0, NOON_US + count, 1.0))
            store.seal()
            store.keep_house()
            assert len(list((tmp_path / "segments").iterdir())) == (count if count < 3 else 1)
        assert len(list((tmp_path / "rollups").iterdir())) == 1


def test_every_count_is_there_from_the_beginning(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path) as store:
        assert store.counts() == dict.fromkeys(COUNTS, 0)


# --- one writer, and other versions ---


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from linghang.store.telemetry import TelemetryStore; "
        "store = TelemetryStore.open(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(BadInput, match=rf"process {other.pid} \(-c\)"):
            TelemetryStore.open(tmp_path)
        other.communicate("")
    TelemetryStore.open(tmp_path).close()


def test_a_second_writer_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path), pytest.raises(BadInput, match="only one can at a time"):
        TelemetryStore.open(tmp_path)


def test_a_store_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    TelemetryStore.open(tmp_path).close()
    manifest = Manifest(tmp_path, writes=True)
    manifest._connection.execute("PRAGMA user_version = 99")
    manifest.close()
    for opening in (TelemetryStore.open, TelemetryReader):
        with pytest.raises(BadInput, match="format 99, this one reads 1"):
            opening(tmp_path)


def test_a_folder_without_a_store_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"{FILE}.*it is not there"):
        TelemetryReader(tmp_path)


def test_many_threads_append_at_once(tmp_path: Path) -> None:
    def append(number: int) -> None:
        for count in range(20):
            store.append(Points.of(number, NOON_US + count, float(count)))

    with TelemetryStore.open(tmp_path, SMALL) as store, TelemetryReader(tmp_path) as reader:
        store.register([f"t{number}" for number in range(8)], TagKind.NUMBER)
        threads = [Thread(target=append, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wanted = [(number, NOON_US + count, float(count), 192) for number in range(8) for count in range(20)]
        assert rows_of(reader.points(None)) == wanted
        assert store.counts()["points"] == 160


def test_a_batch_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_POINTS", 10)
    with TelemetryStore.open(tmp_path) as store:
        store.register(["a"], TagKind.NUMBER)
        store.append(Points.of(0, np.arange(10), 1.0))
        with pytest.raises(BadInput, match="11 points in one batch; give at most 10"):
            store.append(Points.of(0, np.arange(11), 1.0))


def test_who_leads_others_batches_waits_for_its_own() -> None:
    """Three batches fill a write; whoever comes then writes them first, and returns when its own is written."""
    groups: list[list[int]] = []
    together = GroupCommit(lambda items: groups.append(list(items)), lambda _: 1, 3)
    together._queue.extend(_Waiting(number) for number in range(3))
    together(3)
    assert groups == [[0, 1, 2], [3]]


def test_groups_of_batches_have_a_limit_and_keep_the_order() -> None:
    """While the first batch is being written, eight more come; three have room in one write."""
    groups: list[list[int]] = []
    waiting, first = Event(), Event()

    def commit(items: Sequence[int]) -> None:
        groups.append(list(items))
        if len(groups) == 1:
            first.set()
            waiting.wait()

    together = GroupCommit(commit, lambda _: 1, 3)
    threads = [Thread(target=together, args=[number]) for number in range(9)]
    threads[0].start()
    first.wait()
    for thread in threads[1:]:
        count = len(together._queue)
        thread.start()
        while len(together._queue) == count:
            sleep(0.001)
    waiting.set()
    for thread in threads:
        thread.join()
    assert groups == [[0], [1, 2, 3], [4, 5, 6], [7, 8]]


def test_merging_needs_space_for_its_months_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TelemetryStore.open(tmp_path, SMALL) as store:
        store.register(["a"], TagKind.NUMBER)
        draw = np.random.default_rng(1)
        store.append(Points.of(0, NOON_US + np.arange(50_000), draw.random(50_000)))
        store.compact()
        large = next((tmp_path / "segments").iterdir()).stat().st_size
        monkeypatch.setattr(housekeeping, "free_bytes", lambda _folder: large // 2)
        store.append(Points.of(0, NOON_US + 40 * DAY_US, 1.0))
        store.compact()
        store.append(Points.of(0, NOON_US - 1, 1.0))
        with pytest.raises(StoreFull, match="merging needs up to 1 MB beside the 0 MB"):
            store.compact()
