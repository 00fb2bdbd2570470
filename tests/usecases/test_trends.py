"""Courses at the resolution of a screen: the points where they are few, else intervals of the same points."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryStore
from linghang.usecases import trends
from linghang.usecases.trends import EVERY_S, courses, document, ends_of, fitting, offsets
from linghang.usecases.workspaces import make_workspace

START = datetime(2026, 3, 1, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """Two hours of one tag each second without ten minutes in the middle, and a few points of another."""
    make_workspace(tmp_path / "works", "works", "Asia/Shanghai", None)
    with TelemetryStore.open(tmp_path / "works" / "telemetry", StoreSettings(reserve_bytes=0)) as store:
        store.register(["c!many", "c!few", "c!text"], [TagKind.NUMBER, TagKind.NUMBER, TagKind.TEXT])
        at = np.arange(7_200)
        at = at[(at < 3_000) | (at >= 3_600)]
        store.append(Points.of(np.zeros(len(at)), START_US + at * 1_000_000, np.sin(at / 600)))
        few = np.arange(10)
        quality = np.array([192, 192, 0, 192, 64, 192, 192, 20, 192, 192])
        store.append(Points.of(np.ones(10), START_US + few * 60_000_000, few.astype(float), quality))
        store.append(Points.of(np.array([2]), np.array([START_US]), np.array([0.0])))
        store.text_numbers(["running"])
    return tmp_path / "works"


def test_few_points_are_shown_as_they_came_with_their_quality(works: Path) -> None:
    (found,) = courses(works, ["c!few"], START, START + timedelta(hours=1))
    assert found.every_s is None
    assert found.mean.tolist() == [float(one) for one in range(10)]
    assert found.bad == (2, 4, 7)
    assert found.points == 10


def test_many_points_are_summed_up_and_none_is_lost(works: Path) -> None:
    (found,) = courses(works, ["c!many"], START, START + timedelta(hours=2), width=100)
    assert found.every_s == 120
    assert found.points == 6_600
    value = np.sin(np.arange(7_200)[:120] / 600)
    assert found.mean[0] == pytest.approx(value.mean())
    assert (found.low[0], found.high[0]) == (value.min(), value.max())


@pytest.mark.parametrize("width", [100, 7_000])
def test_where_nothing_came_the_course_is_broken(works: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "MOST_POINTS", 4_000 if width == 100 else 8_000)
    (found,) = courses(works, ["c!many"], START, START + timedelta(hours=2), width=width)
    broken = found.at_ms[np.isnan(found.mean)]
    assert len(broken) == 1
    assert START_US / 1000 + 3_000_000 - 120_000 <= broken[0] < START_US / 1000 + 3_600_000


def test_several_tags_share_one_stretch(works: Path) -> None:
    found = courses(works, ["c!many", "c!few"], START, START + timedelta(hours=2))
    assert [one.name for one in found] == ["c!many", "c!few"]
    assert ends_of(works, ["c!few"]) == (START, START + timedelta(minutes=9))


def test_a_stretch_without_points_is_no_fault(works: Path) -> None:
    (found,) = courses(works, ["c!many"], START - timedelta(days=9), START - timedelta(days=8))
    assert len(found.at_ms) == 0
    assert document([found], START, START + timedelta(hours=1), "UTC")["courses"][0]["points"] == 0


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["c!text"], "has texts"),
        (["c!manny"], "c!many"),
        ([], "one to 8"),
        (["c!few"] * 3 + [f"x{one}" for one in range(7)], "one to 8"),
    ],
)
def test_what_cannot_be_drawn_is_refused(works: Path, names: list[str], said: str) -> None:
    from linghang.words import use

    use("en")
    with pytest.raises(BadInput) as refused:
        courses(works, names, START, START + timedelta(hours=1))
    assert said in str(refused.value)


def test_a_stretch_has_a_length(works: Path) -> None:
    with pytest.raises(BadInput):
        courses(works, ["c!few"], START, START)


@given(seconds=st.floats(1, 4e9), width=st.integers(10, 4_000))
def test_intervals_are_the_shortest_that_fit(seconds: float, width: int) -> None:
    every = fitting(seconds, width)
    assert seconds / every <= width or every >= 86_400
    shorter = [one for one in EVERY_S if one < every]
    assert not shorter or seconds / shorter[-1] > width


@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    days=st.integers(1, 400),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"]),
    part=st.floats(0, 1),
)
def test_offsets_say_what_the_clocks_say(start: datetime, days: int, zone: str, part: float) -> None:
    begin = start.replace(tzinfo=UTC, microsecond=0)
    end = begin + timedelta(days=days)
    found = offsets(zone, begin, end)
    assert all(one[0] < other[0] for one, other in pairwise(found))
    at = begin + (end - begin) * part
    said = [ahead for since, ahead in found if since <= at.timestamp() * 1000][-1]
    true = at.astimezone(ZoneInfo(zone)).utcoffset()
    near = min(abs(since - at.timestamp() * 1000) for since, _ in found)
    assert true is not None
    assert said == true.total_seconds() * 1000 or near <= 2_000
