"""Merged files: a month each, a day each where a month is large."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telemetry_model import DAY_US

from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore
from linghang.store.telemetry.points import END_US, FIRST_US
from linghang.store.telemetry.rows import MOMENT, in_order
from linghang.store.telemetry.volume import day_volume, month_volume, volumes_of

days = st.integers(FIRST_US // DAY_US, END_US // DAY_US - 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(days)
def test_a_day_lies_in_its_month(day: int) -> None:
    month, name = month_volume(day), (EPOCH + timedelta(days=day)).date().isoformat()
    assert month.first_day <= day < month.first_day + month.days
    assert day_volume(day).name == name
    assert month.name == name[:7]
    assert month_volume(month.first_day) == month_volume(month.first_day + month.days - 1) == month
    assert month.end_us - month.start_us <= int(MOMENT)  # so that a key has room for its moments


def test_a_month_that_is_split_stays_split() -> None:
    january, february = month_volume(0), month_volume(31)
    assert volumes_of([5, 40], [january]) == {5: january, 40: february}
    assert volumes_of([5, 40], [day_volume(3)]) == {5: day_volume(5), 40: february}


def files(folder: Path) -> list[str]:
    return sorted(path.name[: path.name.index("-0000")] for path in (folder / "segments").iterdir())


def test_a_month_is_one_file_until_it_is_large(tmp_path: Path) -> None:
    settings = StoreSettings(reserve_bytes=0, month_points=100)
    with TelemetryStore.open(tmp_path, settings) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        at = np.arange(90) * DAY_US // 40  # of three days
        store.append(Points.of(0, at, 1.0))
        store.compact()
        store.roll_up()
        assert files(tmp_path) == ["1970-01"]
        store.append(Points.of(0, [31 * DAY_US, DAY_US + 1], 2.0))
        store.compact()
        assert files(tmp_path) == ["1970-01", "1970-02"]
        store.append(Points.of(0, 5 * DAY_US + np.arange(10), 3.0))
        store.compact()
        assert files(tmp_path) == ["1970-01-01", "1970-01-02", "1970-01-03", "1970-01-06", "1970-02"]
        store.append(Points.of(0, 9 * DAY_US, 4.0))
        store.compact()
        assert files(tmp_path)[4] == "1970-01-10"
        assert reader.points(None).num_rows == 103
        store.roll_up()
        assert len(list((tmp_path / "rollups").iterdir())) == 6
        assert sum(reader.means(["a"], 0, 40 * DAY_US, 3600).column("count").to_pylist()) == 103


@pytest.mark.parametrize("older_than", ["1970-02-10", "1970-02-28"])
def test_of_a_month_that_is_one_file_nothing_is_retired_before_it_is_over(older_than: str, tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path, StoreSettings(reserve_bytes=0)) as store, TelemetryReader(tmp_path) as reader:
        store.register(["a"], TagKind.NUMBER)
        store.append(Points.of(0, np.arange(80) * DAY_US, 1.0))
        store.retain(datetime.fromisoformat(older_than).replace(tzinfo=UTC))
        assert reader.points(None).num_rows == 80 - 31
        assert sum(reader.means(["a"], 0, 80 * DAY_US, 86_400).column("count").to_pylist()) == 80


moments = st.one_of(st.integers(FIRST_US, END_US - 1), st.integers(0, 5), st.integers(0, int(MOMENT)))


@given(st.lists(st.tuples(st.integers(0, 3), moments), max_size=40))
def test_points_in_order_are_those_written_last(keys: list[tuple[int, int]]) -> None:
    given_points = Points.of([tag for tag, _ in keys], [at for _, at in keys], np.arange(float(len(keys))))
    found = in_order(given_points)
    wanted = sorted({key: float(place) for place, key in enumerate(keys)}.items())
    assert list(zip(zip(found.tag, found.at_us, strict=True), found.value, strict=True)) == wanted
