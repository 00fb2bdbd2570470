"""The traceability engine on a works that can be followed by hand: recall, bounds of shipment, state, EPCIS."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from traced_works import ROWS, ZONE, at, day, inputs, works

from linghang.engines.charts import Graph, to_json
from linghang.engines.quality.epcis_json import read_json, write_json
from linghang.engines.quality.epcis_model import same
from linghang.engines.quality.epcis_plant import Names, captured, document_of, events_of
from linghang.engines.quality.epcis_xml import read_xml, write_xml
from linghang.engines.quality.traceability import Settings, run, traced_document
from linghang.engines.quality.traceability_lots import lots_of
from linghang.errors import BadInput


def rows(result: Any, name: str) -> list[dict[str, Any]]:
    return result.tables[name].data.to_pylist()  # type: ignore[no-any-return]


def named(result: Any, name: str, column: str = "lot_id") -> list[str]:
    return [row[column] for row in rows(result, name)]


@pytest.mark.parametrize(
    ("settings", "suspects", "recalled"),
    [
        (Settings(lots=("C-1",)), ["C-1"], ["F-1"]),
        (Settings(heats=("H-2",)), ["H-2", "C-2"], ["F-1", "F-2", "F-3"]),
        (Settings(suppliers=("V-1",)), ["L-1"], ["F-1"]),
        (Settings(suppliers=("V-2",)), ["L-2"], ["F-1", "F-2", "F-3"]),
        (Settings(lots=("F-3",)), ["F-3"], ["F-3"]),
    ],
)
def test_a_recall_names_exactly_the_finished_lots_downstream(
    settings: Settings, suspects: list[str], recalled: list[str]
) -> None:
    found = run(inputs(), settings)
    assert sorted(named(found, "suspects")) == sorted(suspects)
    assert named(found, "recall") == recalled


@pytest.mark.parametrize(
    ("machine", "since", "until", "suspects"),
    [
        ("LPC-1", at(5, 0), at(5, 4), ["C-1"]),
        ("LPC-1", at(5, 5), at(5, 6), ["C-2"]),
        ("LPC-1", at(5, 0), at(5, 9), ["C-1", "C-2"]),
        # C-1 was seen on the next machine at three, so it was not made after.
        ("LPC-2", at(5, 3), at(5, 4), ["C-1"]),
        ("LPC-2", datetime(2026, 3, 5, 3, 30, tzinfo=UTC), at(5, 4), []),
        ("FUR", at(4, 0), at(4, 1), ["H-1"]),
        ("XR", at(5, 3), at(5, 4), ["C-1"]),
        ("PK", at(1, 0), at(9, 0), []),
    ],
)
def test_a_machine_and_a_time_make_the_lots_suspect_that_may_have_been_there(
    machine: str, since: datetime, until: datetime, suspects: list[str]
) -> None:
    settings = Settings(equipment=(machine,), since=since.isoformat(), until=until.isoformat())
    found = run(inputs(), settings)
    assert named(found, "suspects") == suspects
    assert {row["certain"] for row in rows(found, "suspects")} <= {machine in ("FUR", "XR")}


def test_lots_known_by_their_job_only_can_be_left_out() -> None:
    settings = Settings(
        equipment=("LPC-1", "FUR"), since="2026-03-04T00:00Z", until="2026-03-06T00:00Z", certain_only=True
    )
    assert named(run(inputs(), settings), "suspects") == ["H-1", "H-2"]


def test_what_left_the_plant_is_bounded_by_deliveries_and_stock() -> None:
    # 45 wheels made, 32 delivered, 13 in stock on day 9: 20 on day 7, 12 on day 8.
    found = {row["lot_id"]: row for row in rows(run(inputs(), Settings(heats=("H-2",))), "recall")}
    shipped = {name: [row[f"{one}_shipped"] for one in ("least", "most", "likely")] for name, row in found.items()}
    assert shipped["F-1"] == [7.0, 20.0, 20.0]
    assert shipped["F-2"] == [7.0, 12.0, 12.0]
    assert shipped["F-3"] == [0.0, 0.0, 0.0]
    assert [found[one]["status"] for one in ("F-1", "F-2", "F-3")] == ["unknown", "unknown", "contained"]
    assert found["F-1"]["made_for"] == "K-1"
    assert found["F-2"]["made_for"] is None


def test_without_stock_everything_old_is_shipped_and_without_deliveries_nothing_is_said() -> None:
    sold_out = works(stock_snapshot=[{**ROWS["stock_snapshot"][0], "quantity": 0.0}])
    assert rows(run(inputs(sold_out), Settings(lots=("F-1",))), "recall")[0]["status"] == "shipped"
    silent = works(stock_snapshot=[], delivery=[])
    (row,) = rows(run(inputs(silent), Settings(lots=("F-1",))), "recall")
    assert (row["status"], row["most_shipped"], row["likely_shipped"]) == ("unknown", None, None)


def test_a_movement_that_names_the_lot_is_certain() -> None:
    moved = [{"movement_id": "1", "material_id": "WHEEL", "kind": "issue", "quantity": 20.0, "lot": "F-1"}]
    (row,) = rows(run(inputs(works(stock_movement=moved)), Settings(lots=("F-1",))), "recall")
    assert (row["least_shipped"], row["status"]) == (20.0, "shipped")


def test_who_got_the_product_since_is_named() -> None:
    found = rows(run(inputs(), Settings(lots=("F-2",))), "recipients")
    assert [(row["customer_id"], row["delivered_quantity"], row["first_on"]) for row in found] == [
        ("K-2", 12.0, day(8))
    ]


def test_the_share_of_suspect_metal_is_followed_through_the_mixing() -> None:
    found = {row["lot_id"]: row["suspect_share"] for row in rows(run(inputs(), Settings(heats=("H-2",))), "recall")}
    assert found == pytest.approx({"F-1": 0.4, "F-2": 1.0, "F-3": 1.0})


def test_upstream_leads_to_lots_machines_and_suppliers_and_bad_lots_to_their_common_cause() -> None:
    found = run(inputs(), Settings(lots=("F-2", "F-3"), direction="up"))
    above = {row["lot_id"]: row for row in rows(found, "upstream")}
    assert sorted(above) == ["C-2", "F-2", "F-3", "H-2", "L-2"]
    assert above["L-2"]["supplier_id"] == "V-2"
    assert above["C-2"]["equipment"] == "XR"
    assert above["C-2"]["possible_equipment"] == "LPC-1"
    assert "recall" not in found.tables
    causes = rows(found, "likely_causes")
    assert (causes[0]["kind"], causes[0]["names"], causes[0]["explained"]) == ("smallest_set", "C-2", 2)
    assert {(row["kind"], row["names"]) for row in causes} >= {("equipment", "FUR"), ("supplier", "V-2")}


def test_what_the_records_do_not_have_is_said_and_is_no_recall() -> None:
    found = run(inputs(), Settings(lots=("X-1",), suppliers=("V-9",)))
    assert found.needs == ("X-1", "V-9")
    assert not rows(found, "suspects")
    assert "X-1" in found.finding.en


def test_finished_lots_that_lead_back_without_a_gap_are_covered() -> None:
    (found,) = run(inputs(), Settings()).observations
    assert (found.covered, found.open, found.of) == (3, 0, 3)


BACKWARD = {"parent_lot_id": "C-2", "child_lot_id": "H-2", "quantity": 1000.0}


def changed(table: str, key: str, name: str, **values: Any) -> list[dict[str, Any]]:
    return [{**row, **values} if row[key] == name else dict(row) for row in ROWS[table]]


@pytest.mark.parametrize(
    ("tables", "counts", "reason"),
    [
        (works(lot=changed("lot", "lot_id", "L-1", supplier_id=None)), (2, 1, 3), "no_supplier"),
        (works(lot=[row for row in ROWS["lot"] if row["lot_id"] != "L-1"]), (2, 1, 3), "not_recorded"),
        (works(lot_genealogy=ROWS["lot_genealogy"][1:]), (2, 0, 3), "dead_end"),
        (works(lot_genealogy=[*ROWS["lot_genealogy"], BACKWARD]), (0, 0, 3), "loop"),
    ],
)  # fmt: skip
def test_a_gap_uncovers_and_a_silence_leaves_open_what_was_made_from_there(
    tables: Any, counts: tuple[int, int, int], reason: str
) -> None:
    found = run(inputs(tables), Settings())
    (seen,) = found.observations
    assert (seen.covered, seen.open, seen.of) == counts
    assert reason in named(found, "ends", "kind")


@pytest.mark.parametrize(
    ("tables", "kind", "lot"),
    [
        (works(lot=changed("lot", "lot_id", "C-1", made_on=day(3))), "made_before_its_input", "C-1"),
        (works(lot=changed("lot", "lot_id", "C-1", quantity=15.0)), "more_used_than_there_was", "C-1"),
        (works(lot=changed("lot", "lot_id", "C-2", quantity=40.0)), "heavier_than_its_inputs", "C-2"),
        (works(lot=[row for row in ROWS["lot"] if row["lot_id"] != "C-2"]), "not_recorded", "C-2"),
        (
            works(lot_genealogy=changed("lot_genealogy", "child_lot_id", "F-3", quantity=-5.0)),
            "negative_quantity",
            "F-3",
        ),
    ],
)
def test_records_that_cannot_be_are_faults(tables: Any, kind: str, lot: str) -> None:
    found = [(row["kind"], row["lot"]) for row in rows(run(inputs(tables), Settings()), "faults")]
    assert (kind, lot) in found
    assert not rows(run(inputs(), Settings()), "faults")


def test_returned_metal_counts_among_the_inputs() -> None:
    heavy = changed("lot", "lot_id", "H-1", quantity=1400.0)
    returned = {
        "actual_id": "3",
        "response_id": "R-H1",
        "material_id": "LIQ",
        "direction": "consumed",
        "quantity": 450.0,
    }
    wrong = rows(run(inputs(works(lot=heavy)), Settings()), "faults")
    right = rows(
        run(inputs(works(lot=heavy, material_actual=[*ROWS["material_actual"], returned])), Settings()), "faults"
    )
    assert [row["kind"] for row in wrong] == ["heavier_than_its_inputs"]
    assert not right


def test_masses_and_blast_radii_are_those_of_the_window() -> None:
    found = run(inputs(), Settings())
    balance = {row["material_id"]: row for row in rows(found, "balance")}
    assert (balance["CAST"]["input_kg"], balance["CAST"]["output_kg"]) == (1500.0, 1400.0)
    radius = {(row["kind"], row["id"]): row["share"] for row in rows(found, "blast_radius")}
    assert radius["supplier", "V-1"] == pytest.approx(20 / 45)
    assert radius["lot", "L-2"] == pytest.approx(1.0)
    assert radius["equipment", "LPC-2"] == pytest.approx(20 / 45)
    flow = next(one for one in found.charts if isinstance(one, Graph))
    amounts = {(one.source, one.target): one.amount for one in flow.edges}
    assert amounts["V-1", "A356"] == 1000.0
    assert amounts["LIQ", "CAST"] == 1500.0


def test_the_graph_shows_no_more_than_can_be_read() -> None:
    found = run(inputs(), Settings(suppliers=("V-2",), shown=3))
    (graph,) = found.charts
    assert isinstance(graph, Graph)
    assert len(graph.nodes) == 3
    assert {one.source for one in graph.edges} | {one.target for one in graph.edges} <= {one.id for one in graph.nodes}
    to_json(found.charts)


@pytest.mark.parametrize("base", ["urn:linghang:", "https://id.example.cn/"])
def test_lots_become_events_and_events_become_the_same_lots(base: str) -> None:
    lots = lots_of(works(), ZONE)
    names = Names(base, {"WHEEL": "06901234567892"})
    given = document_of(events_of(lots, np.arange(len(lots.graph)), names), at(31, 0))
    for back in (read_json(write_json(given)), read_xml(write_xml(given))):
        assert same(given, back)
        found = captured([back], names)
        assert {row["lot_id"]: row["quantity"] for row in found.lots} == {
            row["lot_id"]: row["quantity"] for row in ROWS["lot"]
        }
        assert [(row["parent_lot_id"], row["child_lot_id"], row["quantity"]) for row in found.links] == sorted(
            (row["parent_lot_id"], row["child_lot_id"], row["quantity"]) for row in ROWS["lot_genealogy"]
        )
        lot = {row["lot_id"]: row for row in found.lots}
        assert (lot["L-1"]["supplier_id"], lot["H-1"]["heat"], lot["F-1"]["material_id"]) == ("V-1", "H-1", "WHEEL")


def test_a_captured_document_becomes_tables() -> None:
    sent = write_json(traced_document(inputs(), Settings(), ["C-2"]))
    found = run(inputs(files={"from-customer.jsonld": sent, "picture.png": b"x"}), Settings())
    assert named(found, "captured_lots") == ["C-2", "F-2", "F-3", "H-2", "L-2"]
    assert len(rows(found, "captured_genealogy")) == 4
    assert all(row["event_id"] == row["event_hash"] for row in rows(found, "captured_events"))


def test_an_event_that_is_declared_wrong_counts_no_more() -> None:
    given = traced_document(inputs(), Settings(), ["F-3"])
    wrong = {**given.events[-1].fields, "errorDeclaration": {"declarationTime": "2026-03-20T00:00:00Z"}}
    again = document_of([*given.events, type(given.events[-1])(given.events[-1].kind, wrong)], at(31, 0))
    links = [row["child_lot_id"] for row in captured([again], Names()).links]
    assert links == ["C-2", "H-2"]


def test_a_document_that_breaks_the_rules_is_refused_with_its_name() -> None:
    with pytest.raises(BadInput, match=r"bad\.xml"):
        run(inputs(files={"bad.xml": b"<a/>"}), Settings())


def test_without_records_it_says_what_it_needs() -> None:
    found = run(inputs(works(lot=[], lot_genealogy=[], material=[])), Settings())
    assert found.needs == ("lot", "material", "lot_genealogy")
    assert not found.observations


@pytest.mark.parametrize(
    "wrong",
    [
        {"balance_tolerance": -0.1},
        {"shown": 0},
        {"since": "yesterday"},
        {"since": "2026-03-02T00:00Z", "until": "2026-03-01T00:00Z"},
        {"epcis_base": "no address"},
        {"gtins": ("WHEEL=123",)},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)
