"""Traceability of the reference plant: what was put in is found, and the graph says what a recursive query says."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from linghang.engines.contract import Inputs, micros
from linghang.engines.quality.epcis_plant import Names, captured, document_of, events_of
from linghang.engines.quality.genealogy import reached
from linghang.engines.quality.recall import on_machines
from linghang.engines.quality.traceability import Settings, run
from linghang.engines.quality.traceability_lots import Lots, lots_of
from linghang.usecases.engine_inputs import opened
from linghang.usecases.plant_building import build_plant

pytestmark = pytest.mark.slow
UNTIL = date(2026, 3, 1)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traceability") / "plant"
    build_plant(folder, seed=7, months=2, until=UNTIL, now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    return folder


@pytest.fixture(scope="module")
def given(plant: Path) -> Iterator[Inputs]:
    with opened(plant, days=20, as_of=UNTIL) as found:
        yield found.inputs


@pytest.fixture(scope="module")
def lots(given: Inputs) -> Lots:
    return lots_of(given.tables, given.zone)


@pytest.fixture(scope="module")
def bad(plant: Path) -> list[dict[str, Any]]:
    troubles = json.loads((plant / ".truth" / "truth.json").read_text())["troubles"]
    return [one for one in troubles if one["kind"] == "bad_lot"]


def below(given: Inputs, lot: str) -> set[str]:
    with duckdb.connect() as base:
        base.register("link", given.tables["lot_genealogy"])
        found = base.execute(
            "with recursive down(lot) as (select ?::varchar union "
            "select child_lot_id from link join down on parent_lot_id = lot) select lot from down",
            [lot],
        ).fetchall()
    return {one for (one,) in found}


def test_a_recall_of_a_bad_lot_is_what_a_recursive_query_finds(given: Inputs, bad: list[dict[str, Any]]) -> None:
    assert bad
    finished = {row["material_id"] for row in given.tables["material"].to_pylist() if row["kind"] == "finished"}
    made = {row["lot_id"]: row["material_id"] for row in given.tables["lot"].to_pylist()}
    for one in bad[:3]:
        found = run(given, Settings(lots=(one["lot"],)))
        wanted = {lot for lot in below(given, one["lot"]) if made[lot] in finished}
        assert set(found.tables["recall"].data["lot_id"].to_pylist()) == wanted


def test_a_bad_lot_is_among_the_suspects_of_its_machine_and_time(
    given: Inputs, lots: Lots, bad: list[dict[str, Any]]
) -> None:
    for one in bad:
        start, end = (micros(datetime.fromisoformat(one[name])) for name in ("start", "end"))
        (place,) = lots.graph.places([one["lot"]]).tolist()
        assert place in on_machines(lots, [one["subject"]], start, end).places, one


def test_every_finished_lot_of_the_window_is_judged(given: Inputs) -> None:
    (seen,) = run(given, Settings()).observations
    assert seen.of > 100
    assert 0 < seen.covered + seen.open <= seen.of


def test_a_supplier_becomes_events_and_comes_back_as_the_same_links(lots: Lots) -> None:
    seeds = np.flatnonzero(lots.supplier != "")[:1]
    places = np.unique(np.concatenate([reached(lots.graph, seeds)[0][:300]]))
    events = events_of(lots, places, Names())
    found = captured([document_of(events, datetime(2026, 3, 1, tzinfo=UTC))], Names())
    names = set(lots.graph.names(places))
    links = {(row["parent_lot_id"], row["child_lot_id"]) for row in found.links}
    assert {made for _, made in links} <= names
    graph = lots.graph
    inside = np.isin(graph.child, places)
    assert links == set(zip(graph.names(graph.parent[inside]), graph.names(graph.child[inside]), strict=True))
