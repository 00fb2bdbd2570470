"""Tags, trends, states, alarms and connections over HTTP, and values as they come."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from served import PASSWORD, served, serving_of

from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryStore
from linghang.usecases.workspaces import open_workspace

TEMPERATURE = "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature"
NOW = datetime.now(UTC)


def append(folder: Path, *values: float) -> None:
    """Append points of the last seconds."""
    with TelemetryStore.open(folder / "telemetry", StoreSettings(reserve_bytes=0)) as store:
        number = store.register([TEMPERATURE], TagKind.NUMBER)[0]
        at = time.time_ns() // 1000 - 1_000_000 * np.arange(len(values))[::-1]
        store.append(Points.of(np.full(len(values), number), at, np.array(values)))


@pytest.fixture
def watched(works: Path) -> Path:
    """The workspace with a value that is too high, and an alarm that stands."""
    append(works, 7000.0, 7300.0)
    engine = open_workspace(works).engine()
    row = dict(TABLES["alarm"].info["examples"][0])
    row |= {"alarm_id": "A1", "at": NOW - timedelta(hours=1), "cleared_at": None, "acknowledged_at": None}
    with engine.begin() as connection:
        connection.execute(TABLES["alarm"].insert(), [row])
    engine.dispose()
    return works


@pytest.fixture
def watching(watched: Path) -> Iterator[httpx.Client]:
    """A client of it."""
    with served(serving_of(watched)) as client:
        yield client


def test_tags_are_found_a_page_at_a_time(watching: httpx.Client) -> None:
    found = watching.get("plant/tags", params={"find": "铝液 lpc", "unit": "°C"}).json()
    assert (found["total"], found["items"][0]["value"], found["items"][0]["quality"]) == (1, 730.0, "good")
    assert watching.get("plant/tags", params={"quality": "bad"}).json()["total"] == 0
    assert watching.get("plant/tags", params={"order": "colour"}).status_code == 422


def test_a_trend_has_the_points_and_the_zone(watching: httpx.Client) -> None:
    found = watching.get("plant/trends", params={"tag": TEMPERATURE}).json()
    assert found["zone"] == "Asia/Shanghai"
    assert found["offsets"][0][1] == 8 * 3_600_000
    assert found["courses"][0]["mean"] == [700.0, 730.0]
    assert found["courses"][0]["every_s"] is None


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 422),
        ({"tag": "nonsense"}, 400),
        ({"tag": TEMPERATURE, "start": "2026-01-01T00:00:00"}, 400),
        ({"tag": TEMPERATURE, "start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, 400),
        ({"tag": [TEMPERATURE] * 9}, 422),
    ],
)
def test_what_cannot_be_drawn_is_refused(watching: httpx.Client, params: dict[str, Any], status: int) -> None:
    assert watching.get("plant/trends", params=params).status_code == status


def test_without_telemetry_there_is_no_trend(local: httpx.Client) -> None:
    assert local.get("plant/trends", params={"tag": "x"}).status_code == 404
    assert local.get("plant/tags").json()["total"] == 0


def test_states_come_with_their_shares(watching: httpx.Client) -> None:
    stretch = {"start": "2025-03-14T00:00:00Z", "end": "2025-03-14T02:00:00Z"}
    found = watching.get("plant/states", params=stretch).json()
    assert found["shares"]["LPC-103"]["running"] == pytest.approx(1.0)
    wide = {"start": "2024-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z"}
    assert watching.get("plant/states", params=wide).status_code == 400


def test_an_alarm_is_acknowledged_once_it_stands(watching: httpx.Client, watched: Path) -> None:
    with (watched / "linghang.toml").open("a", encoding="utf-8") as file:
        file.write("\n[[alarms]]\non_delay_s = 0\n")
    found = {one["key"]: one for one in watching.get("plant/alarms").json()}
    limit = f"limit {TEMPERATURE} high"
    assert {"record A1", limit} <= set(found)
    assert (found[limit]["value"], found[limit]["limit"]) == (730.0, 720.0)
    seen = watching.post("plant/alarms/acknowledgements", json={"key": limit, "note": "看过"})
    assert (seen.status_code, seen.json()["note"], seen.json()["acknowledged_by"]) == (201, "看过", "local")
    again = {one["key"]: one for one in watching.get("plant/alarms").json()}
    assert again[limit]["acknowledged_at"] is not None
    assert again["record A1"]["acknowledged_at"] is None
    assert watching.post("plant/alarms/acknowledgements", json={"key": "record A9"}).status_code == 404
    assert "看过" in (watched / "alarm-acknowledgements.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("reviewer", 403), ("engineer", 404)])
def test_who_may_not_run_may_not_acknowledge(client: httpx.Client, role: str, status: int) -> None:
    assert client.post("session", json={"name": role, "password": PASSWORD}).status_code == 201
    assert client.post("plant/alarms/acknowledgements", json={"key": "record A9"}).status_code == status


def test_connections_say_how_they_stand_and_no_secret(watching: httpx.Client, watched: Path) -> None:
    with (watched / "linghang.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[connections]]\nname = "m"\nkind = "mqtt"\nurl = "mqtt://chen:secret@127.0.0.1:1"\n')
        file.write('topics = ["a/#"]\npayload = "json"\n')
    answer = watching.get("plant/connections")
    assert "secret" not in answer.text
    if answer.status_code == 200:
        assert [one["stands"] for one in answer.json()["connections"]] == ["never"]


def test_all_who_listen_hear_the_same_values_as_they_come(watching: httpx.Client, watched: Path) -> None:
    heard: dict[str, list[float]] = {"": [], "铝液": [], "named": []}

    def listen(find: str) -> None:
        params = {"tag": TEMPERATURE} if find == "named" else {"find": find}
        with watching.stream("GET", "live/values", params=params, timeout=30) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    one = json.loads(line[6:]).get(TEMPERATURE)
                    heard[find].append(one["value"])
                    if one["value"] == 705.5:
                        return

    threads = [threading.Thread(target=listen, args=(find,)) for find in heard]
    for one in threads:
        one.start()
    time.sleep(2)
    append(watched, 7055.0)
    for one in threads:
        one.join(20)
        assert not one.is_alive()
    assert all(said == [730.0, 705.5] for said in heard.values()), heard


def test_an_alarm_that_goes_is_told_as_null(watching: httpx.Client, watched: Path) -> None:
    limit = f"limit {TEMPERATURE} high"
    with (watched / "linghang.toml").open("a", encoding="utf-8") as file:
        file.write("\n[[alarms]]\non_delay_s = 0\noff_delay_s = 0\n")
    with watching.stream("GET", "live/alarms", timeout=30) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            news = json.loads(line[6:])
            if news.get(limit):
                append(watched, 7000.0)
            elif limit in news:
                assert news[limit] is None
                return
