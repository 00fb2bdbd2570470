"""Telemetry that is kept for an engine answers as it did then, to the last bit, and nothing that was not asked."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.signals import MemorySignals, Points, Signal
from linghang.errors import BadInput
from linghang.usecases.bundle_signals import Recorded, Recorder

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
SERIES = st.lists(st.tuples(st.integers(0, 10_000_000), FLOATS), max_size=20)


def memory(series: dict[str, list[tuple[int, float]]]) -> MemorySignals:
    signals = tuple(Signal(name, name, "EQ-1", quantity="temperature", unit="Cel", low=1.5) for name in sorted(series))
    data = {
        name: Points(np.array([at for at, _ in rows], np.int64), np.array([value for _, value in rows], np.float64))
        for name, rows in series.items()
    }
    return MemorySignals(signals, data)


def read_back(recorder: Recorder) -> Recorded:
    asked, answers = recorder.written()
    return Recorded(json.loads(asked), answers, "inputs/signals/x.parquet")


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), SERIES, min_size=1), st.integers(1, 5))
def test_the_same_questions_get_the_same_answers(series: dict[str, list[tuple[int, float]]], every_s: int) -> None:
    recorder = Recorder(memory(series))
    names = sorted(series)
    points = [recorder.points(name, 0, 20_000_000) for name in names]
    frame = recorder.frame(names, 0, 10_000_000, every_s)
    none = recorder.frame(names, 0, 0, every_s)
    again = read_back(recorder)
    assert list(again.list()) == list(recorder.list())
    for name, expected in zip(names, points, strict=True):
        found = again.points(name, 0, 20_000_000)
        assert (found.at_us.tobytes(), found.value.tobytes()) == (expected.at_us.tobytes(), expected.value.tobytes())
    found_frame = again.frame(names, 0, 10_000_000, every_s)
    assert found_frame.at_us.tobytes() == frame.at_us.tobytes()
    assert found_frame.value.tobytes() == np.ascontiguousarray(frame.value).tobytes()
    assert again.frame(names, 0, 0, every_s).value.shape == none.value.shape


def test_another_question_is_refused() -> None:
    recorder = Recorder(memory({"a": [(1, 2.0)]}))
    recorder.points("a", 0, 10)
    with pytest.raises(BadInput, match="asks for telemetry that it did not ask for then: a"):
        read_back(recorder).points("a", 0, 11)


@pytest.mark.parametrize("answers", [b"", b"PAR1"])
def test_what_is_no_telemetry_is_refused(answers: bytes) -> None:
    with pytest.raises(BadInput, match="is no telemetry that can be read"):
        Recorded({"signals": [], "calls": []}, answers, "inputs/signals/x.parquet")
    _, good = Recorder(memory({"a": []})).written()
    with pytest.raises(BadInput, match="is no telemetry that can be read"):
        Recorded({"signals": [{"more": 1}], "calls": []}, good, "inputs/signals/x.parquet")
