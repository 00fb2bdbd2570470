"""How vehicles and conveyors carry lots and orders enter and leave, reckoned by hand."""

from dataclasses import replace

from flow_plants import (
    START,
    FlowModel,
    Machine,
    Order,
    Route,
    Step,
    Transport,
    after,
    at_s,
    fixed,
    line,
    queue_of,
    run,
    states,
    station,
    steps,
)

from linghang.twin.flow.model import Release

WAYS = {("IN", "A"): 100.0, ("A", "B"): 50.0, ("B", "OUT"): 30.0}


def carried(vehicles: int = 1, **fields: object) -> FlowModel:
    model = line((station("A"), station("B")), (fixed(10.0), fixed(10.0)))
    fleet = tuple(Machine(f"V{n}") for n in range(1, vehicles + 1))
    transport = Transport(fleet, 2.0, 5.0, 3.0, WAYS, start_at="IN", **fields)  # type: ignore[arg-type]
    return replace(model, transport=transport, source_place="IN", sink_place="OUT")


def test_a_vehicle_drives_takes_up_carries_and_sets_down() -> None:
    found = run(carried(), queue_of(1))
    # 5 taking up + 50 driving + 3 setting down = 58; 10 work; the vehicle is at A: 5 + 25 + 3; 10 work; 5 + 15 + 3
    assert steps(found, "station_id", "start") == [("A", 58), ("B", 101)]
    moved = found.tables["stock_movement"].to_pylist()
    assert [(at_s(one["at"]), one["kind"], one["from_location_id"], one["to_location_id"]) for one in moved] == [
        (58, "issue", "IN", "A"),
        (101, "transfer", "A", "B"),
        (134, "receipt", "B", "OUT"),
    ]
    assert {(one["carrier"], one["lot"], one["quantity"]) for one in moved} == {("V1", "O-001", 1.0)}
    assert states(found, "V1")[:4] == [
        (0, "running", "empty"),
        (5, "running", "loaded"),
        (58, "idle", "starved"),
        (68, "running", "empty"),
    ]
    assert found.tables["order"]["completed"].to_pylist() == [after(134)]


def test_a_vehicle_comes_empty_from_where_it_is() -> None:
    found = run(carried(), [Order("1", "P", 1, START), Order("2", "P", 1, after(59))])
    # free at A at 58, called to IN at 59: 50 s of driving and 5 of taking up, then loaded
    assert (59, "running", "empty") in states(found, "V1")
    assert (114, "running", "loaded") in states(found, "V1")


def test_the_nearest_idle_vehicle_goes() -> None:
    """The first vehicle stands where the lot is done, the other one still where both began."""
    moved = run(carried(vehicles=2), queue_of(1)).tables["stock_movement"].to_pylist()
    assert [one["carrier"] for one in moved] == ["V1", "V1", "V1"]


def test_another_vehicle_goes_where_one_is_under_way() -> None:
    found = run(carried(vehicles=2), [Order("1", "P", 1, START), Order("2", "P", 1, after(30))])
    moved = found.tables["stock_movement"].to_pylist()
    assert [(one["from_location_id"], one["carrier"]) for one in moved[:2]] == [("IN", "V1"), ("IN", "V2")]


def test_ways_are_the_shortest_over_listed_ones() -> None:
    route = Route("P", (Step("S0", ("A",), fixed(1.0)), Step("S1", ("C",), fixed(1.0))), 1)
    transport = Transport(
        (Machine("V"),), 1.0, distances_m={("A", "B"): 10.0, ("B", "C"): 15.0, ("A", "C"): 99.0}, start_at="A"
    )
    found = run(FlowModel("F", (station("A"), station("B"), station("C")), (route,), transport=transport), queue_of(1))
    assert steps(found, "station_id", "start") == [("A", 0), ("C", 26)]


def test_a_conveyor_needs_no_vehicle() -> None:
    model = line((station("A"), station("B")), (fixed(10.0), fixed(10.0)))
    found = run(replace(model, transport=Transport(conveyors_s={("A", "B"): 40.0})), queue_of(2))
    assert [start for name, start in steps(found, "station_id", "start") if name == "B"] == [50, 60]
    assert found.tables["stock_movement"]["carrier"].null_count == 2


def test_a_limit_of_lots_in_the_plant_holds_orders_back() -> None:
    model = replace(line((station("A"), station("B")), (fixed(10.0), fixed(10.0))), release=Release("edd", 2))
    orders = [Order("a", "P", 3, START, after(900)), Order("b", "P", 1, after(1), after(100))]
    found = run(model, orders)
    assert max(found.tables["wip"]["lots"].to_pylist()) == 2
    entered = [(lot["lot_id"], at_s(lot["entered"])) for lot in found.tables["lot"].to_pylist()]
    assert entered == [("a-001", 0), ("a-002", 0), ("b-001", 20), ("a-003", 30)]


def test_an_order_is_cut_into_lots_and_completed_with_the_last() -> None:
    model = line((station("A"),), (fixed(1.0),), lot_pieces=10)
    found = run(model, [Order("O", "P", 25, START, after(20))])
    assert found.tables["lot"].select(["lot_id", "pieces"]).to_pydict() == {
        "lot_id": ["O-001", "O-002", "O-003"],
        "pieces": [10, 10, 5],
    }
    (order,) = found.tables["order"].to_pylist()
    assert (at_s(order["completed"]), order["good"], at_s(order["due"])) == (25, 25, 20)


def test_a_run_without_orders_is_a_plant_that_stands_ready() -> None:
    found = run(carried(), [])
    assert {table.num_rows for name, table in found.tables.items() if name not in ("equipment_state", "wip")} == {0}
    assert found.tables["wip"].to_pylist() == [{"at": START, "lots": 0, "pieces": 0}]
    assert set(found.tables["equipment_state"]["state"].to_pylist()) == {"idle"}
