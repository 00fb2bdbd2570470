"""A streaming engine hears every point once, in the order of time, in the unit of the tag."""

import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sample_engines import COUNTING, LISTENING, install

from linghang.engines import discovery
from linghang.engines.contract import Event, micros
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, TagKind, TelemetryStore
from linghang.store.workspace import new_workspace
from linghang.usecases.engines import Request
from linghang.usecases.following import follow

START = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = 1_000_000


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install(tmp_path / "site", {"listening": LISTENING, "counting": COUNTING})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    discovery.installed.cache_clear()
    yield
    discovery.installed.cache_clear()
    for name in ("somebodys_listening", "somebodys_counting"):
        sys.modules.pop(name, None)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    workspace = new_workspace(tmp_path / "plant", "Works", "UTC")
    row = {"tag_id": "F/T", "factory_id": "F", "name": "T", "unit": "°C", "source_unit": "K", "source": "plc!T"}
    with workspace.engine().begin() as connection:
        connection.execute(sa.text("pragma foreign_keys = off"))
        connection.execute(TABLES["tag"].insert(), [{**row, "role": "measurement", "writable": False}])
    return workspace.folder


def points(at: list[int], value: float, quality: int = 192) -> Points:
    count = len(at)
    moments = np.array(at, np.int64) * SECOND + micros(START)
    return Points(np.zeros(count, np.int32), moments, np.full(count, value), np.full(count, quality, np.uint8))


def test_it_hears_every_point_once_and_nothing_from_before(plant: Path, others: None) -> None:
    heard: list[Event] = []
    stop, seconds = threading.Event(), 0
    with TelemetryStore.open(plant / "telemetry") as store:
        store.register(["plc!T"], [TagKind.NUMBER])
        store.append(points([-5, -1], 300.0))

        def clock() -> datetime:
            nonlocal seconds
            if seconds:
                store.append(points([seconds], 300.15 + seconds))
                store.append(points([-seconds], 1.0, 0))
            seconds += 2
            if seconds > 8:
                stop.set()
            return START + timedelta(seconds=seconds)

        count = follow(plant, "equipment.listening", Request({}), clock=clock, stop=stop, told=heard.extend)
    assert [one.at for one in heard] == [START + timedelta(seconds=n) for n in (2, 4, 6, 8)]
    assert [one.values["value"] for one in heard] == [pytest.approx(27.0 + n) for n in (2, 4, 6, 8)]
    assert count == 4


def test_an_engine_that_does_not_run_live_is_refused(plant: Path, others: None) -> None:
    with pytest.raises(BadInput, match="does not run live"):
        _follow(plant, "equipment.counting")


def test_without_telemetry_there_is_nothing_to_follow(plant: Path, others: None) -> None:
    with pytest.raises(BadInput, match="no telemetry that a tag"):
        _follow(plant, "equipment.listening")


def _follow(plant: Path, id: str) -> None:
    follow(plant, id, Request({}), clock=lambda: START, stop=threading.Event(), told=lambda _: None)
