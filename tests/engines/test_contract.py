"""What every engine keeps, whoever wrote it: one suite over all that are installed.

Each runs on a month of the reference plant as it is, and on what is left of it when data are missing, short, full of
holes, not numbers, constant, huge, in disorder or in another unit. It answers or refuses; it never falls over, never
makes up a figure, and says the same again.
"""

import json
import math
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linghang.conditions.shelf import load_pack
from linghang.engines.charts import to_json
from linghang.engines.contract import SUB_LINKS, Inputs, Result, StreamingEngine, micros
from linghang.engines.discovery import engine, engines, installed
from linghang.engines.settings import as_json, described, settings_of, words_of
from linghang.engines.signals import Frame, MemorySignals, Points, Signal, Signals
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.usecases.engine_inputs import opened
from linghang.usecases.plant_building import build_plant

UNTIL = date(2026, 3, 1)
DAYS = 12
DOCS = Path(__file__).resolve().parents[2] / "docs" / "engines"
ALL = sorted(id for id, entry in installed().items() if entry.value.startswith("linghang."))
HEAVY = ("casadi", "ortools", "pandas", "scipy", "skimage", "sklearn", "statsmodels")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BRIEF: Mapping[str, Mapping[str, object]] = {"scheduling.finite_capacity": {"effort": 0.5, "promises": 0}}
"""Engine -> settings that make it brief; what is tested here does not depend on them."""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contract") / "plant"
    build_plant(folder, seed=7, months=1, until=UNTIL, now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    return folder


@pytest.fixture(scope="module")
def given(plant: Path) -> Iterator[Inputs]:
    with opened(plant, days=DAYS, as_of=UNTIL) as found:
        yield found.inputs


@pytest.fixture(scope="module")
def answers() -> dict[str, Result]:
    """Results on the plant as it is, run once."""
    return {}


def settings(id: str) -> Any:
    return settings_of(engine(id).Settings, BRIEF.get(id, {}))


def answer(id: str, inputs: Inputs) -> Result:
    return engine(id).run(inputs, settings(id))


def plain(id: str, given: Inputs, answers: dict[str, Result]) -> Result:
    """Return the result on the plant as it is, run once in this process."""
    if id not in answers:
        answers[id] = answer(id, given)
    return answers[id]


def answered(id: str, inputs: Inputs) -> Result | None:
    """Return the answer, or None where the engine refuses the data and says why."""
    try:
        return answer(id, inputs)
    except BadInput as error:
        return None if str(error) else pytest.fail("a refusal without a reason")


def streaming() -> list[str]:
    """Engines that also run live."""
    found = ((id, one) for id, one in engines() if id in ALL)
    return [id for id, one in found if not isinstance(one, BadInput) and one.CARD.streaming]


def document(result: Result) -> str:
    """Everything in a result as one text; refuses what is no JSON, above all numbers that are not finite."""
    return json.dumps(
        {
            "finding": result.finding.to_dict(),
            "tables": {
                name: [one.title.to_dict(), [[_plain(v) for v in row.values()] for row in one.data.to_pylist()]]
                for name, one in result.tables.items()
            },
            "charts": [to_json(one) for one in result.charts],
            "observations": [
                [one.about, one.what.to_dict(), one.covered, one.open, one.of, str(one.start), dict(one.detail)]
                for one in result.observations
            ],
            "events": [
                [str(one.at), one.subject, one.kind, one.severity, one.text.to_dict(), dict(one.values)]
                for one in result.events
            ],
            "needs": list(result.needs),
        },
        allow_nan=False,
        ensure_ascii=False,
    )


def _plain(value: object) -> object:
    if isinstance(value, float):
        assert math.isfinite(value), "a table holds a number that is none; unknown is null"
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def check(id: str, result: Result) -> None:
    """Hold a result to the contract."""
    card = engine(id).CARD
    document(result)
    assert result.finding.zh
    assert result.finding.en
    for one in result.observations:
        assert one.about in card.elements
        assert one.start < one.end
    for name, one in result.tables.items():
        untitled = set(one.data.column_names) - set(one.columns)
        assert not untitled, f"columns of the table {name} without a title: {sorted(untitled)}"
        assert all(text.zh and text.en for text in (one.title, *one.columns.values()))
    moments = [one.at for one in result.events]
    assert moments == sorted(moments), "events stand in the order of time"


# --- the card ---


@pytest.mark.parametrize("id", ALL)
def test_the_card_speaks_of_what_there_is(id: str) -> None:
    found = engine(id).CARD
    known = {one.id for name in ("national-2024", "neimenggu-2025") for one in load_pack(name).elements}
    assert set(found.elements) <= known
    assert {*found.needs, *found.uses} <= {*TABLES, "telemetry", "files"}
    assert found.id.partition(".")[0] in SUB_LINKS
    assert found.references
    assert found.title.zh != found.title.en
    assert found.does.zh != found.does.en


@pytest.mark.parametrize("id", ALL)
def test_the_settings_have_defaults_and_come_back_from_json(id: str) -> None:
    kind = engine(id).Settings
    default = kind()
    assert settings_of(kind, as_json(default)) == default
    assert {one["name"] for one in described(kind)} == set(as_json(default))


@pytest.mark.parametrize("id", ALL)
def test_every_setting_has_a_title_and_a_meaning_in_both_languages(id: str) -> None:
    words = words_of(engine(id).Settings)
    for name, one in words.items():
        for text in (one.title, one.help, *one.choices.values()):
            assert CHINESE.search(text.zh), f"{name}: no Chinese in “{text.zh}”"
            assert text.en.strip(), f"{name}: no English"
            assert not CHINESE.search(text.en), f"{name}: no English in “{text.en}”"
        assert name not in one.title, f"{name}: the name is no title"
        assert bool(one.unit.zh) == bool(one.unit.en)
    for lang in (0, 1):
        titles = [one.title[lang] for one in words.values()]
        assert len(set(titles)) == len(titles), "two settings cannot be told apart"


@pytest.mark.parametrize("id", ALL)
def test_a_setting_takes_what_it_offers_and_has_a_word_for_what_it_takes(id: str) -> None:
    kind = engine(id).Settings
    words = words_of(kind)
    for one in described(kind):
        name, choices = str(one["name"]), words[str(one["name"])].choices
        for value in choices:
            settings_of(kind, {name: value})
        assert " | " not in str(one["kind"]) or set(str(one["kind"]).split(" | ")) == set(choices)
        default = one["default"] if isinstance(one["default"], list) else [one["default"]]
        assert not choices or set(default) <= set(choices)


@pytest.mark.parametrize("id", ALL)
def test_an_engine_has_a_page(id: str) -> None:
    page = DOCS / f"{id.replace('.', '-').replace('_', '-')}.md"
    assert page.exists(), f"{page.name} is missing in docs/engines"


@pytest.mark.parametrize("id", ALL)
def test_importing_an_engine_imports_no_heavy_library(id: str) -> None:
    code = f"import sys, {installed()[id].value} as e; e.Settings(); print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- the plant as it is ---


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
def test_it_answers_on_the_reference_plant_and_says_the_same_again(
    id: str, given: Inputs, answers: dict[str, Result]
) -> None:
    first, again = plain(id, given, answers), answer(id, given)
    check(id, first)
    assert first.tables
    assert first.observations, "on the reference plant every engine proves something"
    assert document(first) == document(again)


# --- what is left of it ---


class Changed(dict[str, pa.Table]):
    """The plant's tables, each changed when it is first looked at."""

    def __init__(self, tables: Mapping[str, pa.Table], change: Callable[[pa.Table], pa.Table]) -> None:
        super().__init__()
        self._tables, self._change = tables, change

    def __missing__(self, name: str) -> pa.Table:
        self[name] = self._change(self._tables[name])
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tables


@dataclass(frozen=True)
class ChangedSignals:
    """The plant's signals, their points changed, and if wanted what is said of them."""

    base: Signals
    change: Callable[[Points], Points]
    named: Callable[[Signal], Signal] = lambda one: one

    @cached_property
    def _listed(self) -> tuple[Signal, ...]:
        return tuple(self.named(one) for one in self.base.list())

    def list(self) -> tuple[Signal, ...]:
        return self._listed

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        return self.change(self.base.points(tag_id, start_us, end_us))

    def frame(self, tag_ids: Any, start_us: int, end_us: int, every_s: int) -> Frame:
        data = {one: self.points(one, start_us, end_us) for one in tag_ids}
        return MemorySignals((), data).frame(tag_ids, start_us, end_us, every_s)


def _numbers(table: pa.Table, change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> pa.Table:
    """Change the columns of floating numbers; nulls stay."""
    for place, one in enumerate(table.schema):
        if pa.types.is_floating(one.type) and table.num_rows:
            column = table.column(place)
            missing = column.is_null().combine_chunks().to_numpy(zero_copy_only=False)
            values = change(pc.fill_null(column, 0.0).to_numpy().copy())
            table = table.set_column(place, one, pa.array(values, one.type, mask=missing | ~np.isfinite(values)))
    return table


def _every_third(length: int) -> np.ndarray[Any, Any]:
    return np.flatnonzero(np.arange(length) % 3 != 1)


def _holes(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values[::4] = np.nan
    return values


def _shuffled(length: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).permutation(length)


TableChange = Callable[[pa.Table], pa.Table]
PointChange = Callable[[Points], Points]
CASES: Mapping[str, tuple[TableChange, PointChange]] = {
    "short": (lambda t: t.slice(0, 2), lambda p: replace(p, at_us=p.at_us[:2], value=p.value[:2])),
    "gappy": (
        lambda t: t.take(_every_third(t.num_rows)),
        lambda p: replace(p, at_us=p.at_us[_every_third(len(p))], value=p.value[_every_third(len(p))]),
    ),
    "not_numbers": (
        lambda t: _numbers(t, _holes),
        lambda p: replace(p, value=np.where(np.arange(len(p)) % 2, np.nan, p.value)),
    ),
    "constant": (
        lambda t: _numbers(t, lambda v: np.full_like(v, 1.0)),
        lambda p: replace(p, value=np.full_like(p.value, 1.0) if not p.texts else p.value),
    ),
    "huge": (
        lambda t: _numbers(t, lambda v: v * 1e12),
        lambda p: replace(p, value=p.value * 1e30 if not p.texts else p.value),
    ),
}


@pytest.mark.parametrize("id", ALL)
def test_without_any_data_it_says_what_it_needs_and_proves_nothing(id: str, given: Inputs) -> None:
    tables = Changed(given.tables, lambda one: one.slice(0, 0))
    found = answer(id, replace(given, tables=tables, signals=MemorySignals()))
    check(id, found)
    assert found.needs
    assert not found.observations


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
@pytest.mark.parametrize("case", sorted(CASES))
def test_bad_data_are_answered_or_refused(id: str, case: str, given: Inputs) -> None:
    tables, points = CASES[case]
    changed = replace(given, tables=Changed(given.tables, tables), signals=ChangedSignals(given.signals, points))
    found = answered(id, changed)
    if found is not None:
        check(id, found)


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
def test_a_unit_that_it_does_not_know_is_answered_or_refused(id: str, given: Inputs) -> None:
    signals = ChangedSignals(given.signals, lambda one: one, lambda one: replace(one, unit="furlong"))
    found = answered(id, replace(given, signals=signals))
    if found is not None:
        check(id, found)


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
def test_the_order_of_rows_does_not_change_what_is_proved(id: str, given: Inputs, answers: dict[str, Result]) -> None:
    tables = Changed(given.tables, lambda one: one.take(_shuffled(one.num_rows)))
    found, ordered = answer(id, replace(given, tables=tables)), plain(id, given, answers)
    check(id, found)
    assert found.observations == ordered.observations
    assert found.finding == ordered.finding


# --- live ---


@pytest.mark.slow
@pytest.mark.parametrize("id", streaming())
@pytest.mark.parametrize("size", [1, 997])
def test_however_the_points_come_the_events_are_the_same(id: str, size: int, given: Inputs) -> None:
    found = engine(id)
    assert isinstance(found, StreamingEngine)
    middle = given.end - timedelta(hours=6)
    learnt = replace(given, end=middle)
    batch = _batch(given, middle, 400 if size == 1 else 20_000)
    whole = found.stream(learnt, settings(id)).update(batch)
    stream = found.stream(learnt, settings(id))
    parts = [stream.update(batch.slice(place, size)) for place in range(0, batch.num_rows, size)]
    assert [one for part in parts for one in part] == list(whole)


def _batch(given: Inputs, start: datetime, most: int) -> pa.Table:
    """Points of all number signals from a moment on, oldest first."""
    parts = []
    for one in given.signals.list():
        if one.kind != "number":
            continue
        points = given.signals.points(one.tag_id, micros(start), micros(given.end))
        tags = pa.array([one.tag_id] * len(points), pa.string())
        at = pa.array(points.at_us).cast(pa.timestamp("us", tz="UTC"))
        columns = {"tag_id": tags, "at": at, "value": points.value, "good": np.isfinite(points.value)}
        parts.append(pa.table(columns))
    return pa.concat_tables(parts).sort_by([("at", "ascending"), ("tag_id", "ascending")]).slice(0, most)


# --- growth ---


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
def test_time_and_memory_grow_as_the_card_says(id: str, given: Inputs) -> None:
    card = engine(id).CARD
    answer(id, replace(given, start=given.end - timedelta(1)))  # imports and caches
    small, large = (_spent(id, replace(given, start=given.end - timedelta(days))) for days in (3, DAYS))
    growth = DAYS / 3
    # What does not grow is there once; the factor 3 is for the noise of a busy machine.
    assert large[0] <= 3 * growth**card.time_power * max(small[0], 0.2)
    assert large[1] <= 3 * growth**card.memory_power * max(small[1], 20e6)


def _spent(id: str, inputs: Inputs) -> tuple[float, float]:
    """Seconds of the processor, and the most bytes that were held at once; tracing slows both windows alike."""
    tracemalloc.start()
    start = time.process_time()
    try:
        answer(id, inputs)
        return time.process_time() - start, float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
