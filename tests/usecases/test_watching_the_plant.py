"""What the plant does now and did: states, alarms, the floor, the connections."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_works import works_at
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, Quality, StoreSettings, TagKind, TelemetryStore
from linghang.usecases.alarm_journal import FILE, acknowledge, acknowledgements
from linghang.usecases.connection_health import connection_health, reach
from linghang.usecases.live_values import LiveValues
from linghang.usecases.plant_alarms import AlarmWatch, past_alarms, standing_alarms
from linghang.usecases.plant_floor import laid_out
from linghang.usecases.plant_states import STATES, Machine, live_states, state_chart
from linghang.usecases.tag_finding import Asked, find_tags

ROOM = StoreSettings(reserve_bytes=0)
TEMPERATURE = "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature"
STATE = "works-opcua!ns=2;s=CAST/LPC-103/state"
NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def store(folder: Path, name: str, points: list[tuple[datetime, float]], kind: TagKind = TagKind.NUMBER) -> None:
    """Append points of one tag."""
    with TelemetryStore.open(folder / "telemetry", ROOM) as opened:
        number = opened.register([name], kind)[0]
        opened.text_numbers(["running", "breakdown", "idle"])
        at, value = zip(*points, strict=True)
        moments = np.array([int(one.timestamp() * 1e6) for one in at])
        opened.append(Points.of(np.full(len(points), number), moments, np.array(value)))


def insert(folder: Path, table: str, **values: Any) -> None:
    """Add a row to the records, the rest as in the first example."""
    from linghang.usecases.workspaces import open_workspace

    engine = open_workspace(folder).engine()
    with engine.begin() as connection:
        connection.execute(TABLES[table].insert(), [dict(TABLES[table].info["examples"][0]) | values])
    engine.dispose()


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """The example rows, and a state tag of LPC-103."""
    folder = works_at(tmp_path / "works", "works")
    insert(folder, "tag", tag_id="state", name="状态", role="state", source=STATE, unit=None, source_scale=None,
           source_unit=None, low_limit=None, high_limit=None, quantity="state")  # fmt: skip
    return folder


# --- states ---


def test_after_the_records_the_state_tag_tells_and_what_nobody_tells_is_unknown(works: Path) -> None:
    insert(works, "equipment_state", equipment_id="LPC-103", start=NOW - 9 * HOUR, end=NOW - 6 * HOUR, state="setup")
    points = [(NOW - 7 * HOUR, 0.0), (NOW - 5 * HOUR, 1.0), (NOW - 4 * HOUR, 0.0), (NOW - 3 * HOUR, 0.0)]
    store(works, STATE, points, TagKind.TEXT)
    chart = state_chart(works, NOW - 10 * HOUR, NOW, NOW)
    found = [(one.start, one.end, one.state, one.source) for one in chart.stretches if one.equipment_id == "LPC-103"]
    assert found == [
        (NOW - 9 * HOUR, NOW - 6 * HOUR, "setup", "records"),
        (NOW - 6 * HOUR, NOW - 5 * HOUR, "running", "telemetry"),
        (NOW - 5 * HOUR, NOW - 4 * HOUR, "breakdown", "telemetry"),
        (NOW - 4 * HOUR, NOW - 3 * HOUR, "running", "telemetry"),
    ]
    shares = chart.shares(["LPC-103"])
    assert shares["unknown"] == pytest.approx(0.4)
    assert shares["running"] == pytest.approx(0.2)


def test_shares_add_up_and_a_stretch_that_lasts_reaches_to_now(works: Path) -> None:
    insert(works, "equipment_state", equipment_id="LPC-103", start=NOW - 30 * HOUR, end=None, state="idle")
    chart = state_chart(works, NOW - 5 * HOUR, NOW + 5 * HOUR, NOW)
    assert chart.end == NOW
    assert chart.shares(["LPC-103"])["idle"] == 1.0
    assert sum(chart.shares().values()) == pytest.approx(1.0)
    assert set(chart.shares()) == set(STATES)


def test_before_the_first_value_of_a_state_tag_nothing_is_known(works: Path) -> None:
    store(works, STATE, [(NOW - HOUR, 0.0), (NOW, 1.0)], TagKind.TEXT)
    chart = state_chart(works, NOW - 900 * HOUR, NOW - 800 * HOUR, NOW)
    assert [one for one in chart.stretches if one.source == "telemetry"] == []
    assert chart.shares(["LPC-103"])["unknown"] == 1.0


def test_a_machine_of_which_nothing_came_lately_is_not_live(works: Path) -> None:
    store(works, STATE, [(NOW - HOUR, 1.0)], TagKind.TEXT)
    assert live_states(works, NOW)["LPC-103"] | {"heard": ""} == {
        "state": "breakdown",
        "since": (NOW - HOUR).isoformat(timespec="milliseconds"),
        "live": False,
        "heard": "",
    }
    assert live_states(works, NOW - HOUR + timedelta(minutes=1))["LPC-103"]["live"]


# --- alarms ---


def test_a_value_beyond_its_limit_is_an_alarm_after_its_delay(works: Path) -> None:
    raw = [(NOW - timedelta(minutes=9 - one), value) for one, value in enumerate([7000.0, 7100, 7250, 7260])]
    store(works, TEMPERATURE, raw)  # tenths of a degree; the high limit is 720 °C
    at = NOW - timedelta(minutes=6)
    (found,) = [one for one in AlarmWatch(works).standing(at) if one.source == "limit"]
    assert found.value == pytest.approx(726)
    assert (found.limit, found.unit, found.equipment_id) == (720, "°C", "LPC-103")
    assert found.since == NOW - timedelta(minutes=6), "a minute after: the usual delay of a temperature"
    assert not found.since_at_least


def test_within_its_limits_it_is_none(works: Path) -> None:
    store(works, TEMPERATURE, [(NOW, 7200.0)])
    assert AlarmWatch(works).standing(NOW) == []


def test_what_is_silent_or_of_bad_quality_fails(works: Path) -> None:
    store(works, TEMPERATURE, [(NOW - HOUR, 7000.0)])
    (silent,) = AlarmWatch(works).standing(NOW)
    assert (silent.source, silent.since) == ("data", NOW - HOUR)
    with TelemetryStore.open(works / "telemetry", ROOM) as opened:
        number = opened.register([TEMPERATURE], TagKind.NUMBER)[0]
        opened.append(Points.of([number], [int(NOW.timestamp() * 1e6)], [9999.0], int(Quality.BAD)))
    time.sleep(0.6)  # values are read anew after half a second
    (bad,) = AlarmWatch(works).standing(NOW)
    assert (bad.source, bad.value) == ("data", None), "a bad value is compared with no limit"


def test_recorded_alarms_stand_until_they_are_cleared(works: Path) -> None:
    insert(works, "alarm", alarm_id="A1", at=NOW - HOUR, cleared_at=None, acknowledged_at=None, priority="low")
    insert(works, "alarm", alarm_id="A2", at=NOW - 2 * HOUR, cleared_at=NOW - HOUR, priority="critical")
    insert(works, "alarm", alarm_id="A3", at=NOW - 900 * HOUR, cleared_at=None, priority="critical")
    assert [one.key for one in standing_alarms(works, NOW)] == ["record A3", "record A1"]
    assert [one.key for one in past_alarms(works, NOW)] == ["record A2"]


def test_an_acknowledgement_covers_the_alarm_that_stood_then_and_no_later_one(works: Path) -> None:
    insert(works, "alarm", alarm_id="A1", at=NOW - HOUR, cleared_at=None, acknowledged_at=None, priority="low")
    acknowledge(works, "record A1", "chen", "  换热电偶 ", NOW - 2 * HOUR)
    assert standing_alarms(works, NOW)[0].acknowledged_at is None
    acknowledge(works, "record A1", "chen", "  换热电偶 ", NOW)
    (found,) = standing_alarms(works, NOW)
    assert (found.acknowledged_at, found.acknowledged_by, found.note) == (NOW, "chen", "换热电偶")


def test_a_line_that_was_cut_off_costs_no_other(works: Path) -> None:
    acknowledge(works, "one", "chen", "", NOW)
    with (works / FILE).open("a", encoding="utf-8") as file:
        file.write('{"key": "two", "at": "2026')
    acknowledge(works, "three", "wang", "", NOW)
    assert set(acknowledgements(works)) == {"one", "three"}


@pytest.mark.parametrize("note", ["a\u2028b", "a\x85b", "a\rb"])
def test_a_note_with_an_odd_break_is_one_line(works: Path, note: str) -> None:
    acknowledge(works, "one", "chen", note, NOW)
    assert acknowledgements(works)["one"].note == note


def test_an_acknowledgement_that_the_disk_took_in_part_is_refused(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: whole(handle, data[:20]))
    with pytest.raises(BadInput, match=FILE):
        acknowledge(works, "one", "chen", "", NOW)
    monkeypatch.undo()
    acknowledge(works, "two", "chen", "", NOW)
    assert set(acknowledgements(works)) == {"two"}


def test_a_line_of_another_hand_hides_no_alarm(works: Path) -> None:
    insert(works, "alarm", alarm_id="A1", at=NOW - HOUR, cleared_at=None, acknowledged_at=None, priority="low")
    (works / FILE).write_text('{"key": "record A1", "at": "2026-05-02T12:00:00", "who": "x", "note": ""}\n[]\n')
    assert [one.acknowledged_at for one in standing_alarms(works, NOW)] == [None]


def test_an_acknowledgement_of_bad_quality_covers_the_bad_points_that_follow(works: Path) -> None:
    watch = AlarmWatch(works)

    def bad(at: datetime) -> Any:
        with TelemetryStore.open(works / "telemetry", ROOM) as opened:
            number = opened.register([TEMPERATURE], TagKind.NUMBER)[0]
            opened.append(Points.of([number], [int(at.timestamp() * 1e6)], [1.0], int(Quality.BAD)))
        time.sleep(0.6)  # values are read anew after half a second
        (found,) = watch.standing(at)
        return found

    first, next_ = bad(NOW), bad(NOW + timedelta(minutes=1))
    assert (first.since, next_.since, next_.since_at_least) == (NOW, NOW, True)
    assert first.key == next_.key


def test_a_note_has_an_end(works: Path) -> None:
    with pytest.raises(BadInput):
        acknowledge(works, "one", "chen", "x" * 501, NOW)
    assert not (works / FILE).exists()


def test_warnings_of_the_engine_stand_until_they_are_cleared(works: Path) -> None:
    run = works / "results" / "equipment.anomaly_warning" / "20260502T000000Z-00000000"
    run.mkdir(parents=True)
    text = {"zh": "预警", "en": "warning"}
    events = [
        {"at": (NOW - at * HOUR).isoformat(), "subject": machine, "kind": kind, "severity": "high", "text": text}
        for at, machine, kind in ((9, "LPC-103", "raised"), (8, "LPC-103", "cleared"), (7, "LPC-104", "raised"))
    ]
    window = [(NOW - 24 * HOUR).isoformat(), (NOW - 2 * HOUR).isoformat()]
    said = {"tables": {}, "events": events, "window": window}
    (run / "result.json").write_text(json.dumps(said), encoding="utf-8")
    (stands,) = [one for one in standing_alarms(works, NOW) if one.source == "engine"]
    assert (stands.equipment_id, stands.as_of) == ("LPC-104", NOW - 2 * HOUR), "and how far the run looked"
    assert [one.equipment_id for one in past_alarms(works, NOW) if one.source == "engine"] == ["LPC-103"]


# --- values and tags ---


def test_what_has_not_changed_is_the_same_object(works: Path) -> None:
    store(works, TEMPERATURE, [(NOW, 7000.0)])
    store(works, STATE, [(NOW, 0.0)], TagKind.TEXT)
    clock = iter(range(100))
    values = LiveValues(works, lambda: float(next(clock)))
    before = values.look()
    store(works, TEMPERATURE, [(NOW + HOUR, 7010.0)])
    after = values.look()
    assert after[STATE] is before[STATE]
    assert after[STATE]["value"] == "running"
    assert (before[TEMPERATURE]["value"], after[TEMPERATURE]["value"]) == (700.0, 701.0)
    assert list(values.chosen(["lpc-103", "铝液"])) == [TEMPERATURE]


def test_tags_are_found_by_everything_that_is_asked(works: Path) -> None:
    store(works, TEMPERATURE, [(NOW - HOUR, 7000.0)])
    store(works, "other!x", [(NOW, 1.0)])
    found, total = find_tags(works, Asked(order="-at"), 0, 1, NOW)
    assert (total, [one.name for one in found]) == (2, ["other!x"])
    (one,), _ = find_tags(works, Asked(find="铝液", unit="°C", equipment="LPC-103", quality="good"), 0, 9, NOW)
    assert (one.name, one.age_s) == (TEMPERATURE, 3600)
    assert find_tags(works, Asked(quality="bad"), 0, 9, NOW) == ([], 0)


def test_before_anything_is_stored_there_is_nothing(works: Path) -> None:
    assert find_tags(works, Asked(), 0, 9, NOW) == ([], 0)
    assert all(one["state"] in STATES and not one["live"] for one in live_states(works, NOW).values())


# --- the floor ---


@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    sizes=st.lists(st.tuples(st.floats(1, 200), st.floats(1, 200)), min_size=8, max_size=8),
    recorded=st.booleans(),
)
def test_every_machine_stands_within_its_work_center(
    counts: list[int], sizes: list[tuple[float, float]], recorded: bool
) -> None:
    sides = ("x_m", "y_m", "length_m", "width_m")
    centers = [
        {"work_center_id": f"W{n}", "name": f"W{n}"}
        | dict(zip(sides, (n * 300.0 - 500, n * 10.0, *sizes[n]) if recorded else (None,) * 4, strict=True))
        for n in range(len(counts))
    ]
    machines = [
        Machine(f"M{n}-{m}", "", f"W{n}", f"W{n}", "", m, None) for n, count in enumerate(counts) for m in range(count)
    ]
    floor = laid_out(centers, machines)
    assert floor.recorded == recorded
    assert len(floor.machines) == sum(counts)
    zones = {one.id: one for one in floor.zones}
    for one in floor.machines:
        zone = zones[one.machine.work_center_id]
        assert zone.x_m - 1e-6 <= one.x_m - one.length_m / 2
        assert one.x_m + one.length_m / 2 <= zone.x_m + zone.length_m + 1e-6
        assert zone.y_m - 1e-6 <= one.y_m - one.width_m / 2
        assert one.y_m + one.width_m / 2 <= zone.y_m + zone.width_m + 1e-6
    assert len({(one.x_m, one.y_m) for one in floor.machines}) == sum(counts)


# --- connections ---


def _connected(folder: Path, port: int, said_at: float | None = None, **state: Any) -> None:
    with (folder / "linghang.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[connections]]\nname = "m"\nkind = "mqtt"\nurl = "mqtt://127.0.0.1:{port}"\n')
        file.write('topics = ["a/#"]\npayload = "json"\nuser = "operator"\n')
    if said_at is not None:
        row = {"name": "m", "kind": "mqtt", "url": "x", "counts": {"points": 7, "bad_messages": 2}, "connected": True,
               "lag_s": 0.1, "last_point_us": 1, "failed": None} | state  # fmt: skip
        (folder / ".ingest.json").write_text(json.dumps({"at": said_at, "connections": [row]}), encoding="utf-8")


def test_an_ingest_that_says_nothing_any_more_is_seen_as_dead(works: Path) -> None:
    _connected(works, 1883, NOW.timestamp() - 60)
    found = connection_health(works, NOW)
    assert not found.alive
    assert found.connections[0].stands == "stopped"
    assert found.connections[0].points_s is None
    alive = connection_health(works, NOW - timedelta(seconds=58))
    assert (alive.alive, alive.connections[0].stands) == (True, "connected")
    assert [count for _, count in alive.connections[0].faults] == [2]


def test_a_connection_that_was_never_ingested_says_so(works: Path) -> None:
    _connected(works, 1883)
    assert connection_health(works, NOW).connections[0].stands == "never"


def test_the_way_to_a_connection_is_free_or_not(works: Path) -> None:
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        _connected(works, listening.getsockname()[1])
        assert reach(works, "m") < 3
    with pytest.raises(BadInput):
        reach(works, "m")
    with pytest.raises(BadInput):
        reach(works, "other")
