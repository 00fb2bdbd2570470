"""A slow disk: batches of many threads share a sync, nobody is told anything early, and somebody hears of it."""

import os
import time
from pathlib import Path
from threading import Barrier, Thread

import pytest
from telemetry_model import rows_of

from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore

SLOW_S = 0.05
SETTINGS = StoreSettings(reserve_bytes=0, slow_sync_s=SLOW_S / 2)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Make every sync of data slow; the ends of the syncs are put into the list."""
    ends: list[float] = []
    real = os.fdatasync

    def slow(handle: int) -> None:
        time.sleep(SLOW_S)
        real(handle)
        ends.append(time.monotonic())

    monkeypatch.setattr(os, "fdatasync", slow)
    return ends


def test_batches_that_wait_share_the_next_sync(synced: list[float], tmp_path: Path) -> None:
    threads_count, batches = 8, 5
    together, acknowledged = Barrier(threads_count), []

    def append(tag: int) -> None:
        together.wait()
        for count in range(batches):
            begun = time.monotonic()
            store.append(Points.of(tag, count, 1.0))
            acknowledged.append((begun, time.monotonic()))

    with TelemetryStore.open(tmp_path, SETTINGS) as store:
        store.register([f"t{number}" for number in range(threads_count)], TagKind.NUMBER)
        threads = [Thread(target=append, args=[number]) for number in range(threads_count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = store.counts()
        assert counts["points"] == threads_count * batches
        assert counts["syncs"] <= threads_count * batches // 2
        assert counts["slow_syncs"] == counts["syncs"] == len(synced)
    # A batch is acknowledged only after a sync that began after it was handed over.
    for begun, told in acknowledged:
        assert any(begun + SLOW_S <= end <= told for end in synced)


def test_reading_and_last_values_do_not_wait_for_the_disk(synced: list[float], tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, SETTINGS) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        store.append(Points.of(0, 1, 1.0))
        thread = Thread(target=store.append, args=[Points.of(0, 2, 2.0)])
        thread.start()
        while not synced or thread.is_alive():
            assert rows_of(store.last())[0] in [(0, 1, 1.0, 192), (0, 2, 2.0, 192)]
            assert reader.points(None).num_rows in (1, 2)
        thread.join()
        assert rows_of(store.last()) == [(0, 2, 2.0, 192)]


def test_somebody_is_told_when_the_disk_becomes_slow(synced: list[float], tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    with TelemetryStore.open(tmp_path, SETTINGS, lambda level, text: said.append((level, text))) as store:
        store.register(["a"], TagKind.NUMBER)
        for count in range(3):
            store.append(Points.of(0, count, 1.0))
    ((level, text),) = said  # once, not each time
    assert level == "warning"
    assert text.startswith("the disk took 0.")


def test_appending_waits_when_sealing_cannot_keep_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded: no more files wait than the settings allow."""
    from linghang.store.telemetry import store as store_module

    real, waiting = store_module.sealed, []

    def slow(*values: object) -> object:
        time.sleep(SLOW_S)
        waiting.append(len(list((tmp_path / "log").iterdir())))
        return real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(store_module, "sealed", slow)
    settings = StoreSettings(segment_points=10, waiting_segments=2, reserve_bytes=0)
    with TelemetryStore.open(tmp_path, settings) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        for count in range(100):
            store.append(Points.of(0, count, 1.0))
        store.seal()
        assert max(waiting) <= settings.waiting_segments + 1
        assert reader.points(None).num_rows == 100
