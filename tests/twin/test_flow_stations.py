"""What stations do with lots and their pieces, on plants small enough to reckon by hand."""

from flow_plants import (
    START,
    FlowModel,
    Load,
    Machine,
    Order,
    Route,
    Step,
    Transport,
    after,
    fixed,
    line,
    queue_of,
    run,
    states,
    station,
    steps,
)

from linghang.twin.flow.model import Fault


def three_products(rule: str, setups: dict[tuple[str, str], float] | None = None, machines: int = 1) -> FlowModel:
    """Products A (family f, 10 s a piece), B (g, 20 s) and C (f, 30 s) at one station."""
    routes = tuple(
        Route(name, (Step(f"{name}0", ("S",), fixed(piece_s), setup_s=7.0),), 1, family)
        for name, family, piece_s in (("A", "f", 10.0), ("B", "g", 20.0), ("C", "f", 30.0))
    )
    return FlowModel("F", (station("S", machines, rule=rule, setups=setups or {}),), routes)


# --- dispatch and set-up ---


def test_first_come_first_served() -> None:
    orders = [Order(f"{n}{product}", product, 1, after(n)) for n, product in enumerate("CABAC")]
    found = run(three_products("fifo"), orders)
    assert [order for (order,) in steps(found, "order_id")] == ["0C", "1A", "2B", "3A", "4C"]


def test_earliest_due_date_goes_first_and_no_due_date_last() -> None:
    orders = [Order("now", "A", 1, START)]
    orders += [Order(name, "A", 1, after(1), due and after(due)) for name, due in (("x", 900), ("y", None), ("z", 100))]
    assert [order for (order,) in steps(run(three_products("edd"), orders), "order_id")] == ["now", "z", "x", "y"]


def test_shortest_time_goes_first() -> None:
    orders = [Order("now", "A", 1, START), *(Order(one, one, 1, after(1)) for one in "CBA")]
    assert [order for (order,) in steps(run(three_products("spt"), orders), "order_id")] == ["now", "A", "B", "C"]


def test_the_same_family_goes_first_where_that_is_the_rule() -> None:
    setups = {("f", "g"): 100.0, ("g", "f"): 100.0, ("f", "f"): 40.0}
    orders = [Order("now", "A", 1, START), *(Order(f"{n}{one}", one, 1, after(1)) for n, one in enumerate("BCA"))]
    found = run(three_products("family", setups), orders)
    assert steps(found, "order_id", "setup_s") == [("now", 0.0), ("2A", 0.0), ("1C", 40.0), ("0B", 100.0)]


def test_higher_priority_goes_before_any_rule() -> None:
    orders = [Order("now", "A", 1, START), Order("low", "A", 1, after(1)), Order("high", "C", 1, after(2), None, 5)]
    assert [order for (order,) in steps(run(three_products("spt"), orders), "order_id")] == ["now", "high", "low"]


def test_a_change_that_no_matrix_lists_takes_the_set_up_of_the_step() -> None:
    orders = [Order(str(n), one, 1, after(n)) for n, one in enumerate("ABBC")]
    found = run(three_products("fifo"), orders)
    assert steps(found, "setup_s", "start", "work_start", "end") == [
        (0.0, 0, 0, 10),
        (7.0, 10, 17, 37),
        (0.0, 37, 37, 57),
        (7.0, 57, 64, 94),
    ]
    assert states(found, "S1")[:4] == [
        (0, "running", None),
        (10, "setup", None),
        (17, "running", None),
        (57, "setup", None),
    ]


def test_an_idle_machine_that_needs_no_set_up_is_chosen() -> None:
    orders = [
        Order(f"{n}{one}", one, 1, after(at)) for n, (one, at) in enumerate(zip("ABBA", (0, 0, 60, 61), strict=True))
    ]
    found = run(three_products("fifo", machines=2), orders)
    assert steps(found, "order_id", "machine_id", "setup_s") == [
        ("0A", "S1", 0),
        ("1B", "S2", 0),
        ("3A", "S1", 0),
        ("2B", "S2", 0),
    ]


def test_of_idle_machines_that_one_with_the_shortest_set_up_is_chosen() -> None:
    """S1 made A and has been idle since 10, S2 made B and has been since 20; from B the change to C is shorter."""
    setups = {("f", "f"): 40.0, ("g", "f"): 15.0}
    orders = [Order("1", "A", 1, START), Order("2", "B", 1, START), Order("3", "C", 1, after(60))]
    found = run(three_products("fifo", setups, machines=2), orders)
    assert steps(found, "order_id", "machine_id", "setup_s") == [("1", "S1", 0), ("2", "S2", 0), ("3", "S2", 15)]


def test_of_alternative_stations_the_one_with_fewer_lots_is_taken() -> None:
    route = Route("P", (Step("S0", ("A", "B"), fixed(100.0)),), 1)
    found = run(FlowModel("F", (station("A"), station("B", 2)), (route,)), queue_of(6))
    # two machines at B: lots go A, B, B (0.5 a machine), then A and B hold one lot a machine again
    assert [name for (name,) in steps(found, "station_id")].count("A") == 2


# --- rooms, blocking, furnaces, passage ---


def test_a_lot_without_room_ahead_keeps_its_machine_blocked() -> None:
    model = line((station("A", output_lots=0), station("B", input_lots=1)), (fixed(10.0), fixed(25.0)))
    found = run(model, queue_of(4))
    starts = [start for name, start in steps(found, "station_id", "start") if name == "A"]
    # the second lot waits before B from 20 on; the third is done at 30 and blocks A until B takes the second at 35
    assert starts == [0, 10, 20, 35]
    assert (30, "idle", "blocked") in states(found, "A1")
    assert (35, "running", None) in states(found, "A1")


def test_room_behind_a_machine_lets_it_go_on() -> None:
    model = line((station("A", output_lots=1), station("B", input_lots=1)), (fixed(10.0), fixed(25.0)))
    starts = [start for name, start in steps(run(model, queue_of(4)), "station_id", "start") if name == "A"]
    assert starts == [0, 10, 20, 30]


def test_room_behind_a_machine_is_used_again_and_again() -> None:
    """B never lacks work: a lot leaves it every 25 s, and A runs ahead by the two rooms and its own place."""
    model = line((station("A", output_lots=1), station("B", input_lots=1)), (fixed(10.0), fixed(25.0)))
    found = run(model, queue_of(40))
    assert [end for name, end in steps(found, "station_id", "end") if name == "B"] == [
        10 + 25 * n for n in range(1, 41)
    ]
    starts = [start for name, start in steps(found, "station_id", "start") if name == "A"]
    assert starts[5:] == [10 + 25 * n for n in range(2, 37)]


def test_a_place_that_becomes_free_lets_a_lot_in_to_the_other_idle_machine_at_once() -> None:
    """The second lot, on its way, holds the only place; the first, done at A, asks for A again until it arrives."""
    route = Route("P", (Step("S0", ("A",), fixed(1.0)), Step("S1", ("A",), fixed(1.0))), 1)
    transport = Transport((Machine("V"),), 1.0, distances_m={("IN", "A"): 100.0}, start_at="IN")
    stations = (station("A", 2, input_lots=1),)
    found = run(FlowModel("F", stations, (route,), transport=transport, source_place="IN"), queue_of(2))
    assert sorted(steps(found, "lot_id", "segment_id", "machine_id", "start"))[1:3] == [
        ("O-001", "S1", "A1", 300),
        ("O-002", "S0", "A2", 300),
    ]


def test_a_furnace_waits_for_a_full_load_but_not_for_ever() -> None:
    model = line((station("H", load=Load(3, 100.0, "any")),), (fixed(1000.0),))
    orders = [Order(str(n), "P", 1, after(release)) for n, release in enumerate((0, 10, 20, 1500, 1590))]
    found = run(model, orders)
    assert steps(found, "start", "end") == [(20, 1020)] * 3 + [(1600, 2600)] * 2


def test_a_load_has_one_family_only() -> None:
    routes = tuple(Route(name, (Step(f"{name}0", ("H",), fixed(50.0)),), 1, name) for name in "PQ")
    model = FlowModel("F", (station("H", load=Load(2, None, "family")),), routes)
    orders = [Order(str(n), product, 1, after(n)) for n, product in enumerate("PQQP")]
    assert steps(run(model, orders), "lot_id", "start") == [
        ("1-001", 2),
        ("2-001", 2),
        ("0-001", 52),
        ("3-001", 52),
    ]


def test_passage_keeps_the_lot_but_not_the_machine() -> None:
    route = Route("P", (Step("S0", ("A",), fixed(10.0), dwell_s=fixed(500.0)), Step("S1", ("B",), fixed(1.0))), 1)
    found = run(FlowModel("F", (station("A"), station("B")), (route,)), queue_of(2))
    assert steps(found, "station_id", "start") == [("A", 0), ("A", 10), ("B", 510), ("B", 520)]


# --- pieces ---


def test_rework_on_the_spot_takes_the_time_of_its_pieces_again() -> None:
    model = FlowModel("F", (station("A"),), (Route("P", (Step("S0", ("A",), fixed(10.0), rework=1.0),), 5),))
    found = run(model, queue_of(5))
    assert steps(found, "pieces", "good", "rework", "run_s") == [(5, 0, 5, 100.0)]
    assert found.tables["order"]["good"].to_pylist() == [5]


def test_rework_at_an_earlier_segment_is_a_lot_of_its_own() -> None:
    back = Step("S1", ("B",), fixed(1.0), rework=0.5, rework_to="S0")
    found = run(
        FlowModel("F", (station("A"), station("B")), (Route("P", (Step("S0", ("A",), fixed(1.0)), back), 20),)),
        queue_of(20),
    )
    lots = found.tables["lot"].to_pylist()
    children = [lot for lot in lots if lot["parent_lot_id"]]
    assert children
    assert children[0]["lot_id"] == "O-001R1"
    assert children[0]["parent_lot_id"] == "O-001"
    assert sum(lot["good"] for lot in lots) == 20
    assert found.tables["order"]["good"].to_pylist() == [20]


def test_a_scrapped_lot_ends_where_it_is() -> None:
    steps_ = (Step("S0", ("A",), fixed(1.0), scrap=1.0), Step("S1", ("A",), fixed(1.0)))
    found = run(FlowModel("F", (station("A"),), (Route("P", steps_, 4),)), queue_of(8))
    assert found.tables["step"]["segment_id"].to_pylist() == ["S0", "S0"]
    assert found.tables["order"].select(["good", "scrap"]).to_pylist() == [{"good": 0, "scrap": 8}]


def test_bad_pieces_are_found_at_the_next_inspection_or_shipped() -> None:
    cast, check = Step("S0", ("A",), fixed(10.0)), Step("S1", ("B",), fixed(1.0), inspection=True)
    bad = Fault(after(15), "bad_lot", "A1", share=0.5)
    inspected = FlowModel("F", (station("A"), station("B")), (Route("P", (cast, check), 4),))
    found = run(inspected, queue_of(12), faults=[bad])
    assert steps(found, "segment_id", "lot_id", "scrap")[-3:] != []
    assert [
        (lot, scrap) for segment, lot, scrap in steps(found, "segment_id", "lot_id", "scrap") if segment == "S1"
    ] == [
        ("O-001", 2),
        ("O-002", 0),
        ("O-003", 0),
    ]
    shipped = run(FlowModel("F", (station("A"),), (Route("P", (cast,), 4),)), queue_of(12), faults=[bad])
    assert shipped.tables["lot"]["bad"].to_pylist() == [2, 0, 0]
    assert shipped.tables["lot"]["good"].to_pylist() == [4, 4, 4]
