"""A model made from records: it finds the parameters of the plant that wrote them, and says what records lack."""

import math
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest
from flow_plants import (
    START,
    Calendar,
    FailureMode,
    FlowModel,
    Load,
    Machine,
    Order,
    Route,
    Station,
    Step,
    Weekly,
    after,
    fixed,
    lognormal,
)

from linghang.errors import ManyProblems
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES
from linghang.twin.flow.distributions import exponential, weibull
from linghang.twin.flow.fitting import exponential_fit, fit, lognormal_fit, weibull_fit
from linghang.twin.flow.records_model import model_from_records, orders_from_records
from linghang.twin.flow.simulate import FlowRun, simulate

DAYS = 240
END = START + timedelta(days=DAYS)
SHIFT = Calendar("two shifts", shifts=(Weekly(time(6), time(22)),))


def table(name: str, *rows: dict[str, object]) -> pa.Table:
    """Rows of a table of the records; a field that is not given is null, or the example where it is required."""
    schema, columns = arrow_schema(TABLES[name]), TABLES[name].c
    blank = {c.name: None if c.nullable else c.info["example"] for c in columns}
    return pa.Table.from_pylist([{**blank, **row} for row in rows], schema=schema)


def plant() -> FlowModel:
    """Casting with failures and set-ups, a furnace, machining with scrap and rework in two shifts."""
    worn = FailureMode("worn", weibull(60 * 3600, 1.8), lognormal(2 * 3600, 0.6))
    casting = Station(
        "WC-CAST",
        tuple(Machine(f"CAST-{n}", failures=(worn,)) for n in range(3)),
        setups={("f", "g"): 2400.0, ("g", "f"): 1800.0},
    )
    furnace = Station("WC-HEAT", (Machine("HEAT-1"),), load=Load(3, 0.0, "any"))
    machining = Station("WC-CNC", tuple(Machine(f"CNC-{n}", "two shifts") for n in range(2)))
    routes = tuple(
        Route(
            product,
            (
                Step(f"{product}-10", ("WC-CAST",), lognormal(cast_s, 0.1)),
                Step(f"{product}-20", ("WC-HEAT",), lognormal(7200.0, 0.05)),
                Step(f"{product}-30", ("WC-CNC",), fixed(150.0), scrap=0.03, rework=0.02),
            ),
            24,
            family,
        )
        for product, family, cast_s in (("P", "f", 300.0), ("Q", "g", 360.0))
    )
    return FlowModel("F", (casting, furnace, machining), routes, (SHIFT,))


def orders() -> list[Order]:
    return [Order(f"O{n}", "PQ"[n % 2], 240, after(n * 43_200), after(n * 43_200 + 500_000)) for n in range(2 * DAYS)]


def master(**changed: pa.Table) -> dict[str, pa.Table]:
    """What a plant knows of itself before anything runs."""
    machines = [("WC-CAST", f"CAST-{n}") for n in range(3)] + [("WC-HEAT", "HEAT-1")]
    machines += [("WC-CNC", f"CNC-{n}") for n in range(2)]
    segments = [
        {
            "segment_id": f"{product}-{place}",
            "product_id": product,
            "sequence": place,
            "work_center_id": centre,
            "setup_s": 0.0,
        }
        for product in "PQ"
        for place, centre in ((10, "WC-CAST"), (20, "WC-HEAT"), (30, "WC-CNC"))
    ]
    days = [START.replace(hour=0) + timedelta(days=n) for n in range(DAYS)]
    shifts = [
        {
            "shift_id": f"S{n}",
            "factory_id": "F",
            "work_center_id": "WC-CNC",
            "start": day - timedelta(hours=2),
            "end": day + timedelta(hours=14),
            "planned_stop_s": 0.0,
        }
        for n, day in enumerate(days)
    ]
    around = {"factory_id": "F", "start": days[0], "end": END, "planned_stop_s": 0.0, "shift_id": "ALL"}
    return {
        "factory": table("factory", {"factory_id": "F", "time_zone": "Asia/Shanghai"}),
        "work_center": table("work_center", *({"work_center_id": name} for name in ("WC-CAST", "WC-HEAT", "WC-CNC"))),
        "equipment": table(
            "equipment",
            *({"equipment_id": one, "work_center_id": centre, "kind": "machine"} for centre, one in machines),
        ),
        "product": table(
            "product",
            *(
                {"product_id": one, "material_id": f"M{one}", "family": family}
                for one, family in (("P", "f"), ("Q", "g"))
            ),
        ),
        "process_segment": table("process_segment", *segments),
        "setup_matrix": table(
            "setup_matrix",
            {"work_center_id": "WC-CAST", "from_family": "f", "to_family": "g", "setup_s": 2400.0},
            {"work_center_id": "WC-CAST", "from_family": "g", "to_family": "f", "setup_s": 1800.0},
        ),
        "shift": table("shift", *shifts, around),
        **changed,
    }


@pytest.fixture(scope="module")
def run() -> FlowRun:
    return simulate(plant(), orders(), START, END, seed=5)


@pytest.fixture(scope="module")
def recovered(run: FlowRun) -> FlowModel:
    return model_from_records({**master(), **records_of(run)}, "F", START, END)


def records_of(run: FlowRun) -> dict[str, pa.Table]:
    return {name: run.tables[name] for name in ("job_order", "job_response", "equipment_state", "failure")}


def test_times_yields_and_lots_are_found_again(recovered: FlowModel) -> None:
    for route, cast_s in zip(recovered.routes, (300.0, 360.0), strict=True):
        cast, heat, cut = route.steps
        assert route.lot_pieces == 24
        assert cast.piece_s.mean_s == pytest.approx(cast_s, rel=0.02)
        assert cast.piece_s.squared_cv**0.5 == pytest.approx(0.1, rel=0.1)
        assert heat.piece_s.mean_s == pytest.approx(7200, rel=0.01)
        assert cut.piece_s.mean_s == pytest.approx(150, rel=0.01)
        pieces = 240 * DAYS
        for share, truth in ((cut.scrap, 0.03), (cut.rework, 0.02)):
            assert share == pytest.approx(truth, abs=4 * (truth * (1 - truth) / pieces) ** 0.5)
        assert cast.scrap == heat.scrap == 0


def test_machines_set_ups_loads_and_shifts_are_found_again(recovered: FlowModel) -> None:
    cast, cut, heat = recovered.stations
    assert [one.station_id for one in recovered.stations] == ["WC-CAST", "WC-CNC", "WC-HEAT"]
    assert [machine.machine_id for machine in cast.machines] == ["CAST-0", "CAST-1", "CAST-2"]
    assert cast.setups == {("f", "g"): 2400.0, ("g", "f"): 1800.0}
    assert heat.load is not None
    assert heat.load.lots == 3
    assert cut.machines[0].calendar == "WC-CNC"
    assert cast.machines[0].calendar == "F"


def test_failures_are_found_again(run: FlowRun, recovered: FlowModel) -> None:
    """Within four standard errors: of n failures, about 1 / sqrt(n) of a mean, and more for a shape (cv up to 1)."""
    for machine in recovered.stations[0].machines:
        failures = run.tables["failure"]["equipment_id"].to_pylist().count(machine.machine_id)
        assert failures > 30
        (mode,) = machine.failures
        error = 4 / failures**0.5
        assert mode.time_to_failure.kind == "weibull"
        assert mode.time_to_failure.mean_s == pytest.approx(60 * 3600, rel=error)
        assert mode.time_to_failure.shape == pytest.approx(1.8, rel=error)
        assert mode.repair.mean_s == pytest.approx(7200, rel=error)
    assert all(machine.failures == () for station in recovered.stations[1:] for machine in station.machines)


def test_the_recovered_plant_runs_as_the_true_one(run: FlowRun, recovered: FlowModel) -> None:
    again = simulate(recovered, orders(), START, END, seed=6)
    made = [sum(one.tables["order"]["good"].to_pylist()) for one in (run, again)]
    assert made[1] == pytest.approx(made[0], rel=0.02)
    spent = [np.mean([flow(lot) for lot in one.tables["lot"].to_pylist() if lot["left"]]) for one in (run, again)]
    assert spent[1] == pytest.approx(spent[0], rel=0.2)


def flow(lot: dict[str, datetime]) -> float:
    return (lot["left"] - lot["entered"]).total_seconds()


def test_what_was_assumed_is_listed(recovered: FlowModel) -> None:
    said = [str(one) for one in recovered.assumptions]
    assert "WC-HEAT: a load of up to 3 lots starts with what waits" in said
    assert "WC-CNC: its machines do not fail: no failure of them is recorded" in said
    assert any("usual week" in one for one in said)
    assert len(said) == len(set(said))


def test_without_responses_the_standard_times_are_taken_and_named() -> None:
    segments = master()["process_segment"].to_pylist()
    rows = [{**row, "standard_s": 100.0 + row["sequence"]} for row in segments]
    model = model_from_records(master(process_segment=table("process_segment", *rows)), "F", START, END)
    assert [step.piece_s for step in model.routes[0].steps] == [fixed(110.0), fixed(120.0), fixed(130.0)]
    said = [str(one) for one in model.assumptions]
    assert "P-10: every piece takes the standard time of 110.0 s" in said
    assert "P: its lots have 1 pieces" in said


def test_the_size_of_lots_comes_from_recorded_lots_where_there_are_any(run: FlowRun) -> None:
    rows = [{"lot_id": str(n), "material_id": "MQ", "quantity": size} for n, size in enumerate((9.0, 12.0, 12.0))]
    lots = table("lot", *rows)
    model = model_from_records({**master(lot=lots), **records_of(run)}, "F", START, END)
    assert [route.lot_pieces for route in model.routes] == [24, 12]


def test_every_gap_is_named_at_once_with_what_is_needed() -> None:
    segments = master()["process_segment"].to_pylist()
    rows = [
        {**row, "work_center_id": None if row["segment_id"] == "Q-20" else row["work_center_id"]} for row in segments
    ]
    equipment = master()["equipment"].filter(pa.compute.not_equal(master()["equipment"]["work_center_id"], "WC-CNC"))
    with pytest.raises(ManyProblems) as refused:
        model_from_records(
            master(process_segment=table("process_segment", *rows), equipment=equipment), "G", START, END
        )
    said = str(refused.value)
    assert "no factory G in the records; known are F" in said
    assert "work centre WC-CNC has no machine in use: `equipment` is needed" in said
    assert "segment Q-20 has no work centre: `work_center_id` is needed" in said
    assert "nothing says how long segment P-10 takes: `standard_s`" in said


def test_no_records_at_all_name_what_is_needed_first() -> None:
    with pytest.raises(ManyProblems, match="`process_segment` is needed"):
        model_from_records({}, "F", START, END)


def test_corrective_maintenance_stands_in_for_failures_that_nobody_recorded(run: FlowRun) -> None:
    rows = [
        {
            "maintenance_order_id": f"W{n}",
            "equipment_id": failure["equipment_id"],
            "kind": "corrective",
            "opened_at": failure["start"],
            "started_at": failure["start"],
            "finished_at": failure["end"],
        }
        for n, failure in enumerate(run.tables["failure"].to_pylist())
    ]
    records = {**records_of(run), "maintenance_order": table("maintenance_order", *rows)}
    del records["failure"]
    model = model_from_records({**master(), **records}, "F", START, END)
    assert model.stations[0].machines[0].failures[0].time_to_failure.kind == "weibull"
    assert any("corrective maintenance" in str(one) for one in model.assumptions)


def test_vehicles_drive_between_the_locations_of_the_areas() -> None:
    agv = {"equipment_id": "AGV-1", "work_center_id": "WC-CAST", "kind": "agv"}
    equipment = pa.concat_tables([master()["equipment"], table("equipment", agv)])
    centres = [{"work_center_id": name, "area_id": f"A-{name}"} for name in ("WC-CAST", "WC-HEAT", "WC-CNC")]
    locations = [
        {"location_id": f"L-{name}", "factory_id": "F", "area_id": f"A-{name}", "distance_m": metres}
        for name, metres in (("WC-CAST", 10.0), ("WC-HEAT", 30.0))
    ]
    rows = [{**row, "standard_s": 60.0} for row in master()["process_segment"].to_pylist()]
    records = master(
        equipment=equipment,
        process_segment=table("process_segment", *rows),
        work_center=table("work_center", *centres),
        storage_location=table("storage_location", *locations),
    )
    model = model_from_records(records, "F", START, END)
    assert {station.station_id: station.at for station in model.stations}["WC-HEAT"] == "L-WC-HEAT"
    moved = simulate(model, [Order("O", "P", 1, START)], START, after(86_400), 1).tables["stock_movement"].to_pylist()
    assert [(one["from_location_id"], one["to_location_id"], one["carrier"]) for one in moved] == [
        ("L-WC-CAST", "L-WC-HEAT", "AGV-1")
    ]
    assert any(one.subject == "WC-CNC" and "at once" in str(one) for one in model.assumptions)


def test_orders_come_from_the_records_in_the_zone_of_the_plant() -> None:
    rows = (
        {
            "production_order_id": "A",
            "factory_id": "F",
            "product_id": "P",
            "quantity": 12.0,
            "released_on": date(2025, 3, 4),
        },
        {"production_order_id": "B", "factory_id": "F", "product_id": "P", "quantity": 5.0, "planned_start": START},
        {
            "production_order_id": "C",
            "factory_id": "F",
            "product_id": "P",
            "planned_start": START,
            "status": "cancelled",
        },
        {"production_order_id": "D", "factory_id": "F", "product_id": "P"},
    )
    found = orders_from_records({**master(), "production_order": table("production_order", *rows)}, "F", START, END)
    assert [(order.order_id, order.quantity) for order in found] == [("B", 5), ("A", 12)]
    assert found[1].release == datetime(2025, 3, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("draw", "kind", "shape"),
    [
        (lambda rng, n: 500 * rng.weibull(2.2, n), "weibull", 2.2),
        (lambda rng, n: rng.lognormal(5.0, 0.9, n), "lognormal", 0.9),
    ],
)
def test_censored_durations_bend_no_fit(draw: object, kind: str, shape: float) -> None:
    """Cut at the median, half of the durations are known only to be longer; the shape is still found."""
    rng, count = np.random.default_rng(3), 4000
    times = draw(rng, count)  # type: ignore[operator]
    cut = np.median(times)
    found = fit(times[times < cut], np.full((times >= cut).sum(), cut)).distribution
    whole = fit(times).distribution
    assert whole.kind == found.kind == kind
    assert whole.shape == pytest.approx(shape, rel=4 * count**-0.5)
    assert found.shape == pytest.approx(shape, rel=8 * count**-0.5)
    assert found.mean_s == pytest.approx(times.mean(), rel=0.1)


def test_likelihoods_are_those_of_the_densities() -> None:
    known, cut = np.array([3.0, 5.0, 9.0, 20.0]), np.array([12.0])
    mean = 49 / 4
    assert exponential_fit(known, cut).distribution == exponential(mean)
    assert exponential_fit(known, cut).log_likelihood == pytest.approx(sum(-np.log(mean) - known / mean) - 12 / mean)
    found = weibull_fit(known, cut)
    k = found.distribution.shape
    scale = found.distribution.mean_s / math.gamma(1 + 1 / k)
    density = np.log(k / scale) + (k - 1) * np.log(known / scale) - (known / scale) ** k
    assert found.log_likelihood == pytest.approx(density.sum() - (12 / scale) ** k)
    for nearby in (0.98, 1.02):  # the fitted shape is the best one for its scale
        other = np.log(k * nearby / scale) + (k * nearby - 1) * np.log(known / scale) - (known / scale) ** (k * nearby)
        assert other.sum() - (12 / scale) ** (k * nearby) < found.log_likelihood
    logs = np.log(known)
    without = lognormal_fit(known, cut[:0])
    assert without.distribution.shape == pytest.approx(logs.std())
    assert lognormal_fit(known, cut).distribution.mean_s > without.distribution.mean_s
