"""Whatever is done to a telemetry store in whatever order: it answers as plain dictionaries would."""

import math
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from telemetry_model import DAY_US, Model, Point, points_of, rows_of

from linghang.store.telemetry import StoreSettings, TagKind, TelemetryReader, TelemetryStore, kept, rollups
from linghang.store.telemetry.volume import month_volume

SMALL = StoreSettings(segment_points=40, waiting_segments=2, reserve_bytes=0, most_fresh=3, month_points=60)
NAMES = ["line!a", "line!b", "线!c", "line!d"]
MEMORY = Path("/dev/shm")  # what is tested here is what it answers; whether it is durable, other tests ask
FIRST_DAY = 20_026  # 2024-10-30, so that the days are of two months

days = st.integers(FIRST_DAY, FIRST_DAY + 3)
moments = st.one_of(
    st.builds(lambda day, us: day * DAY_US + us, days, st.integers(0, DAY_US - 1)),
    st.builds(lambda day, second: day * DAY_US + second * 1_000_000, days, st.integers(0, 200)),
    st.builds(lambda day, side: day * DAY_US + side, days, st.sampled_from([-1, 0, 1])),
    st.sampled_from([0, -1, -62_135_596_800_000_000, 253_402_300_799_999_999]),
)
values = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0]))
point = st.tuples(st.integers(0, len(NAMES) - 1), moments, values, st.sampled_from([0, 20, 64, 192, 216]))
stretches = st.tuples(moments, moments).map(sorted)
EVERY_S = st.sampled_from([7, 45, 60, 300, 900, 1260, 3600, 7200, 604_800])


class Store(RuleBasedStateMachine):
    """A store, its reader, and the dictionaries beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(kept, "GROUP", 5)  # so that a few points are several row groups and blocks
        self.patch.setattr(kept, "BLOCK", 256)
        self.patch.setattr(rollups, "GROUP", 3)
        self.patch.setattr(rollups, "LEAST_POINTS", 2)
        self.model = Model()
        self.store = TelemetryStore.open(self.folder, SMALL)
        assert self.store.register(NAMES, TagKind.NUMBER).tolist() == [0, 1, 2, 3]
        self.reader = TelemetryReader(self.folder)

    def teardown(self) -> None:
        self.reader.close()
        self.store.close()
        shutil.rmtree(self.folder)
        self.patch.undo()

    @rule(rows=st.lists(point, min_size=1, max_size=60))
    def append(self, rows: list[Point]) -> None:
        self.store.append(points_of(rows))
        self.model.append(rows)

    @rule()
    def seal(self) -> None:
        self.store.seal()

    @rule()
    def compact(self) -> None:
        self.store.compact()
        counted = self.reader.tags().column("points").to_pylist()
        held = [tag for tag, _ in self.model.held]
        assert counted == [held.count(tag) for tag in range(len(NAMES))]

    @rule()
    def roll_up(self) -> None:
        self.store.roll_up()

    @rule()
    def keep_house(self) -> None:
        self.store.keep_house()

    @rule(day=days, rolled=st.one_of(st.none(), days))
    def retain(self, day: int, rolled: int | None) -> None:
        older_us, rolled_us = day * DAY_US + 5, None if rolled is None else rolled * DAY_US + 5
        before = self.model.retained_us
        self.store.retain(older_us, rolled_us)
        standing = self.reader._manifest.standing()
        retained_us = standing.retained_us
        # Whole days, and whole months where a month is one file; never more than was asked for.
        assert retained_us == before or month_volume(day).start_us <= retained_us <= older_us
        assert retained_us % DAY_US == 0
        assert all(volume.end_us > retained_us for volume in standing.merged)
        if rolled_us is not None:
            least = min(rolled_us, retained_us)
            assert all(volume.end_us > least for volume in standing.rollups)
        rolled_days = {day for one in standing.rollups for day in range(one.first_day, one.first_day + one.days)}
        gone = {at // DAY_US for _, at in self.model.retired if at // DAY_US not in rolled_days}
        assert rolled_us is not None or not gone
        self.model.retain(retained_us, rolled_days)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = TelemetryStore.open(self.folder, SMALL)

    @rule()
    def look_anew(self) -> None:
        self.reader.close()
        self.reader = TelemetryReader(self.folder)

    @rule(tags=st.sets(st.integers(0, len(NAMES) - 1), min_size=1), stretch=stretches)
    def points_of_a_stretch(self, tags: set[int], stretch: list[int]) -> None:
        found = self.reader.points([NAMES[tag] for tag in tags], *stretch)
        assert rows_of(found) == self.model.points(sorted(tags), *stretch)
        assert found.column("name").to_pylist() == [NAMES[tag] for tag in found.column("tag").to_pylist()]

    @rule(tags=st.sets(st.integers(0, len(NAMES) - 1), min_size=1), stretch=stretches, every_s=EVERY_S)
    def means_of_a_stretch(self, tags: set[int], stretch: list[int], every_s: int) -> None:
        found = self.reader.means([NAMES[tag] for tag in tags], *stretch, every_s)
        keys = list(zip(found.column("tag").to_pylist(), found.column("at").to_numpy().view(np.int64), strict=True))
        assert keys == sorted(set(keys))
        wanted = self.model.means(sorted(tags), *stretch, every_s)
        numbers = (found.column(name).to_pylist() for name in ("mean", "low", "high", "count"))
        said = {key: row for key, *row in zip(keys, *numbers, strict=True)}
        assert said.keys() == wanted.keys()
        for key, (mean, low, high, count) in wanted.items():
            assert said[key][1:] == [low, high, count]
            assert said[key][0] == pytest.approx(mean, rel=1e-9, abs=1e-9 * max(abs(low), abs(high)))

    @invariant()
    def all_points_are_there(self) -> None:
        everything = self.reader.points(None)
        assert rows_of(everything) == self.model.points(range(len(NAMES)), -(1 << 62), 1 << 62)

    @invariant()
    def last_values_are_there(self) -> None:
        assert rows_of(self.store.last()) == self.model.last_points()
        assert rows_of(self.reader.last()) == self.model.last_points()

    @precondition(lambda self: self.model.held)
    @invariant()
    def a_relation_has_all_points(self) -> None:
        import duckdb

        with self.reader.relation() as relation, duckdb.connect() as connection:
            relation.show(connection)
            found = connection.sql('SELECT tag, epoch_us("at"), value, quality FROM "points" ORDER BY 1, 2').fetchall()
        assert [(tag, at) for tag, at, _, _ in found] == sorted(self.model.held)


TestStore = Store.TestCase
TestStore.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStore = pytest.mark.slow(TestStore)
