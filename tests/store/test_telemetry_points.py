"""Points and their qualities: what is taken, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.store.telemetry import Points, Quality, StoreSettings, quality_of
from linghang.store.telemetry.points import END_US, FIRST_US, QUALITY_WORDS
from linghang.words import use


def test_points_are_made_of_anything_of_one_length() -> None:
    points = Points.of(3, [10, 20], [1.5, math.nan], Quality.STALE)
    assert points.tag.tolist() == [3, 3]
    assert points.at_us.tolist() == [10, 20]
    assert points.quality.tolist() == [20, 20]
    assert len(points) == 2
    assert points.tag.dtype == np.int32


@pytest.mark.parametrize(
    "change",
    [
        {"tag": np.zeros(2, np.int64)},
        {"at_us": np.zeros(2)},
        {"value": [1.0, 2.0]},
        {"quality": np.zeros((2, 1), np.uint8)},
        {"value": np.zeros(3)},
        {"at_us": np.array([0, END_US])},
        {"at_us": np.array([FIRST_US - 1, 0])},
    ],
    ids=["tags too wide", "moments no whole numbers", "no array", "two dimensions", "longer", "year 10000", "year 0"],
)
def test_other_columns_are_refused(change: dict[str, object]) -> None:
    sound = {"tag": np.zeros(2, np.int32), "at_us": np.zeros(2, np.int64), "value": np.zeros(2)}
    with pytest.raises(BadInput, match="points: "):
        Points(**(sound | {"quality": np.zeros(2, np.uint8)} | change))  # type: ignore[arg-type]


@given(st.integers(0, 255))
def test_the_two_upper_bits_decide_the_quality(byte: int) -> None:
    found = quality_of(byte)
    assert (found is Quality.GOOD) == (byte >= 192)
    assert (found is Quality.UNCERTAIN) == (64 <= byte < 192)
    assert quality_of(int(found)) is found


def test_a_last_known_value_is_stale_whatever_its_limit_bits_say() -> None:
    assert {quality_of(byte) for byte in range(20, 24)} == {Quality.STALE}
    assert quality_of(24) is Quality.BAD


def test_every_quality_has_a_word() -> None:
    use("en")
    assert [str(QUALITY_WORDS[one]) for one in Quality] == ["bad", "stale", "uncertain", "good"]


def test_points_go_to_arrow_and_back() -> None:
    points = Points.of([1, 2], [FIRST_US, END_US - 1], [math.inf, -0.0], [0, 255])
    again = Points.from_table(points.table())
    for name in ("tag", "at_us", "value", "quality"):
        assert getattr(again, name).tolist() == getattr(points, name).tolist()


@pytest.mark.parametrize("name", ["segment_points", "segment_bytes", "waiting_segments", "retry_s", "most_fresh"])
def test_a_setting_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=name):
        StoreSettings(**{name: 0})  # type: ignore[arg-type]
