"""The last points, kept up with: always what a new reader finds, whatever the writer does in between."""

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore
from linghang.store.telemetry.latest import Latest

ROOM = StoreSettings(reserve_bytes=0)
NAMES = ["a", "b", "c"]
STEPS = st.lists(
    st.one_of(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50), st.floats(-9, 9)), min_size=1, max_size=5),
        st.sampled_from(["seal", "compact", "look", "open again"]),
    ),
    max_size=12,
)


def _of(rows: list[tuple[int, int, float]]) -> Points:
    tag, at, value = zip(*rows, strict=True)
    return Points.of(np.array(tag), np.array(at) * 1_000_000, np.array(value))


def _same(latest: Latest, folder: Path) -> None:
    with TelemetryReader(folder) as reader:
        wanted = reader.last()
    found = latest.look()
    assert found.tag.tolist() == wanted["tag"].to_pylist()
    assert found.at_us.tolist() == wanted["at"].to_numpy().view(np.int64).tolist()
    assert found.value.tolist() == wanted["value"].to_pylist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_says_what_a_new_reader_finds(steps: list[object], tmp_path_factory: object) -> None:
    folder: Path = tmp_path_factory.mktemp("latest") / "telemetry"  # type: ignore[attr-defined]
    store = TelemetryStore.open(folder, ROOM)
    store.register(NAMES, TagKind.NUMBER)
    latest = Latest(folder)
    try:
        for step in steps:
            if isinstance(step, list):
                store.append(_of(step))
            elif step == "look":
                _same(latest, folder)
            elif step == "open again":
                store.close()
                store = TelemetryStore.open(folder, ROOM)
            elif step == "seal":
                store.seal()
            else:
                store.compact()
        _same(latest, folder)
    finally:
        latest.close()
        store.close()


def test_a_tag_that_comes_later_is_known(tmp_path: Path) -> None:
    with TelemetryStore.open(tmp_path / "telemetry", ROOM) as store:
        store.register(["a"], TagKind.NUMBER)
        latest = Latest(tmp_path / "telemetry")
        assert len(latest.look()) == 0
        store.register(["a", "b"], TagKind.NUMBER)
        store.append(_of([(1, 5, 2.5)]))
        assert latest.look().value.tolist() == [2.5]
        assert latest.names == ["a", "b"]
        latest.close()
