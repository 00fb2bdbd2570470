"""Alarms by limits from the telemetry of a plant: live and past by one law, as the plant sets it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.engines.equipment.alarms import Limits
from linghang.engines.equipment.limit_alarms import LimitLaw, LimitSeries
from linghang.errors import BadInput, ManyProblems
from linghang.intake.live.tags import TagMapping
from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore
from linghang.usecases.alarm_journal import acknowledge
from linghang.usecases.alarm_settings import law_of, read_alarm_settings
from linghang.usecases.limit_alarms import Limited, LimitWatch, past_stretches
from linghang.usecases.plant_alarms import past_alarms, standing_alarms
from linghang.usecases.workspaces import make_workspace

ROOM = StoreSettings(reserve_bytes=0)
NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
START = NOW - timedelta(hours=30)
TAG = dict(TABLES["tag"].info["examples"][0])
NAME = TAG["source"]


def stored(folder: Path, name: str, at: np.ndarray, value: np.ndarray) -> None:
    with TelemetryStore.open(folder, ROOM) as store:
        number = store.register([name], TagKind.NUMBER)[0]
        store.append(Points.of(np.full(len(at), number), at, value))


def us(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([20, 900, 1800, 5400]), st.sampled_from([-2.0, 1.0, 5.0, 9.0, 9.6, 11.0, 14.0])),
        min_size=1,
        max_size=120,
    ),
    band=st.sampled_from([0.0, 0.5, 2.0]),
    delays=st.tuples(st.sampled_from([0.0, 60.0, 3600.0]), st.sampled_from([0.0, 60.0, 3600.0])),
    scale=st.sampled_from([1.0, -0.5]),
)
def test_reading_only_the_hours_that_matter_finds_what_the_whole_series_has(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, float]],
    band: float,
    delays: tuple[float, float],
    scale: float,
) -> None:
    folder = tmp_path_factory.mktemp("telemetry")
    # The first point is inside: before what is read nothing stands.
    seconds, values = zip(*[(0, 5.0), *steps], strict=True)
    at = us(START) + np.cumsum(seconds).astype(np.int64) * 1_000_000
    stored(folder, "x", at, np.array(values) / scale)
    end = START + timedelta(seconds=int(sum(seconds)), hours=3)
    law = LimitLaw(Limits(0.0, 10.0, band), *delays)
    limited = {"x": Limited(law, TagMapping("x", "x", scale=scale))}
    whole = LimitSeries(law)
    changes = whole.take(at, np.array(values))
    ahead, more = whole.until(us(end))
    expected, begun = [], {}
    for one in [*changes, *more]:
        if one.kind == "raised":
            begun[one.side] = one.at_us
        else:
            expected.append((one.side, begun.pop(one.side), one.at_us))
    with TelemetryReader(folder) as reader:
        found = past_stretches(reader, limited, START, end)
        last = START + timedelta(seconds=int(sum(seconds)))
        live = LimitWatch(limited).look(reader, {"x": last}, end)
    assert sorted((one.side, us(one.raised), us(one.cleared or end)) for one in found) == sorted(expected)
    if all(one.at_us > us(last - timedelta(hours=5)) for one in ahead.standing.values()):  # it looks six hours back
        assert {one.side for one in live} == set(ahead.standing)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    folder = tmp_path / "works"
    engine = make_workspace(folder, "works", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


def fluttering(folder: Path, minutes: int = 60) -> None:
    """A temperature about its high limit of 720 °C, a point every ten seconds; then well inside."""
    at = us(NOW) - np.arange(minutes * 6, 0, -1, dtype=np.int64) * 10_000_000
    value = np.where(np.arange(len(at)) % 12 < 7, 7210.0, 7199.0)
    value[:6] = value[-60:] = 7000.0
    stored(folder / "telemetry", NAME, at, value)


def say(folder: Path, text: str) -> None:
    with (folder / "linghang.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def limits(alarms: Any) -> list[Any]:
    return [one for one in alarms if one.source == "limit"]


def test_a_value_that_fluttered_is_one_past_alarm_and_without_a_dead_band_many(works: Path) -> None:
    fluttering(works)
    (one,) = limits(past_alarms(works, NOW))
    assert (one.equipment_id, one.limit, one.unit) == ("LPC-103", 720, "°C")
    assert one.since < one.cleared_at <= NOW
    assert limits(standing_alarms(works, NOW)) == []
    say(works, "[[alarms]]\ndeadband = 0\non_delay_s = 0\noff_delay_s = 0")
    assert len(limits(past_alarms(works, NOW))) > 20


def test_an_acknowledgement_is_of_the_alarm_that_stood_then_also_when_it_is_past(works: Path) -> None:
    say(works, "[[alarms]]\ndeadband = 0\non_delay_s = 0\noff_delay_s = 0")
    fluttering(works)
    second = sorted(limits(past_alarms(works, NOW)), key=lambda one: one.since)[1]
    acknowledge(works, second.key, "chen", "", second.since + timedelta(seconds=1))
    seen = [one.since for one in limits(past_alarms(works, NOW)) if one.acknowledged_at is not None]
    assert seen == [second.since]


def test_what_is_said_of_a_tag_goes_before_its_quantity_and_that_before_all(works: Path) -> None:
    row = TAG | {"low_limit": 600.0, "high_limit": 700.0}
    say(works, "[[alarms]]\non_delay_s = 1\noff_delay_s = 2\ndeadband = 3")
    say(works, '[[alarms]]\nquantity = "temperature"\non_delay_s = 10\ndeadband_share = 0.1')
    say(works, f'[[alarms]]\ntag = "{TAG["tag_id"]}"\non_delay_s = 20')
    found = law_of(row, read_alarm_settings(works))
    assert found is not None
    assert (found.on_delay_s, found.off_delay_s, found.limits.deadband) == (20.0, 2.0, 10.0)
    other = law_of(row | {"tag_id": "other", "source": None, "quantity": "level"}, read_alarm_settings(works))
    assert other is not None
    assert (other.on_delay_s, other.off_delay_s, other.limits.deadband) == (1.0, 2.0, 3.0)


def test_without_a_word_of_the_plant_the_usual_counts_and_a_dead_band_ends_in_the_middle() -> None:
    usual = law_of(TAG | {"low_limit": 600.0, "high_limit": 700.0}, ())
    assert usual is not None
    assert (usual.limits.deadband, usual.on_delay_s, usual.off_delay_s) == (1.0, 60.0, 60.0)
    assert law_of(TAG | {"low_limit": None, "high_limit": None}, ()) is None


def test_a_wide_dead_band_does_not_reach_the_other_limit(works: Path) -> None:
    say(works, "[[alarms]]\ndeadband = 1000")
    found = law_of(TAG | {"low_limit": 600.0, "high_limit": 700.0}, read_alarm_settings(works))
    assert found is not None
    assert found.limits.deadband == 50.0


def test_everything_that_is_wrong_is_named_with_its_key(works: Path) -> None:
    say(works, '[[alarms]]\nquantity = "heat"\non_delay_s = -1\nband = 2\ndeadband = true')
    say(works, '[[alarms]]\ntag = "a"\nquantity = "flow"\ndeadband = 1\ndeadband_share = 0.6')
    with pytest.raises(ManyProblems) as refused:
        read_alarm_settings(works)
    keys = [one.place.key for one in refused.value.problems if one.place]
    assert keys == [
        "alarms[1].quantity",
        "alarms[1].on_delay_s",
        "alarms[1].band",
        "alarms[1].deadband",
        "alarms[2].deadband_share",
        "alarms[2]",
        "alarms[2]",
    ]


def test_wrong_settings_are_told_and_hide_no_alarm(works: Path) -> None:
    fluttering(works)
    at = NOW - timedelta(minutes=20)
    say(works, "[alarms]\ndeadband = 1")
    with pytest.raises(BadInput):
        read_alarm_settings(works)
    told = [one for one in standing_alarms(works, at) if one.key == "data linghang.toml"]
    assert len(told) == 1
    assert len(limits(past_alarms(works, NOW))) == 1
