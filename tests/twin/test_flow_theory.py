"""The simulation beside closed forms of queueing theory and of reliability.

Each figure is measured in independent runs after a warm-up. The closed form has to lie inside the 99.9 % Student
interval of the runs (of a correct simulation one test in a thousand would fail with other seeds), and the interval has
to be narrow: its half width is at most `NARROW` of the figure, so that a simulation that is wrong is found.
"""

import math
from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from flow_plants import (
    START,
    FailureMode,
    FlowModel,
    Load,
    Machine,
    Order,
    Route,
    Station,
    Step,
    after,
    exponential,
    fixed,
    line,
    lognormal,
    poisson,
    queue_of,
    station,
)

from linghang.twin.flow.distributions import Distribution, gamma, weibull
from linghang.twin.flow.replications import Measures, Replications, replicate
from linghang.twin.flow.simulate import FlowRun

SURE = 0.999
NARROW = 0.06
SEEDS = tuple(range(101, 117))


def measured(model: FlowModel, rate: float, customers: int, measures: Measures | None = None) -> Replications:
    """Measure a plant with Poisson arrivals; a tenth of the run is warm-up."""
    until_s = customers / rate
    return replicate(
        model,
        poisson(rate, until_s),
        START,
        after(until_s),
        SEEDS,
        warm_up=timedelta(seconds=until_s / 10),
        measures=measures,
    )


def agrees(runs: Replications, measure: str, theory: float) -> None:
    found = runs.interval(measure, SURE)
    assert found.runs == len(SEEDS)
    assert found.half_width <= NARROW * theory
    assert found.covers(theory), (found, theory)


def erlang_c(servers: int, load: float) -> float:
    """Probability to wait in M/M/c with offered load `load` (Erlang's second formula)."""
    waiting = load**servers / math.factorial(servers) * servers / (servers - load)
    return waiting / (sum(load**k / math.factorial(k) for k in range(servers)) + waiting)


@pytest.mark.slow
def test_one_machine_with_random_arrivals_is_m_m_1() -> None:
    rate, mean_s = 0.6, 1.0
    runs = measured(line((station("A"),), (exponential(mean_s),)), rate, 10_000)
    agrees(runs, "flow_time_s", mean_s / (1 - rate * mean_s))
    agrees(runs, "lots_in_plant", rate * mean_s / (1 - rate * mean_s))
    agrees(runs, "utilisation:A1", rate * mean_s)


@pytest.mark.slow
@pytest.mark.parametrize("servers", [2, 5])
def test_parallel_machines_with_one_queue_are_m_m_c(servers: int) -> None:
    mean_s, rate = 1.0, 0.6 * servers
    load = rate * mean_s
    model = line((station("A", servers),), (exponential(mean_s),))
    theory = mean_s + erlang_c(servers, load) * mean_s / (servers - load)
    agrees(measured(model, rate, 8000), "flow_time_s", theory)


@pytest.mark.slow
@pytest.mark.parametrize(
    "service", [fixed(1.0), gamma(1.0, 3.0), lognormal(1.0, 1.2), weibull(1.0, 0.8)], ids=lambda one: one.kind
)
def test_any_service_time_waits_as_pollaczek_and_khinchine_say(service: Distribution) -> None:
    rate = 0.5
    model = line((station("A"),), (service,))
    second_moment = service.mean_s**2 * (1 + service.squared_cv)
    wait = rate * second_moment / 2 / (1 - rate * service.mean_s)
    agrees(measured(model, rate, 12_000), "flow_time_s", service.mean_s + wait)


@pytest.mark.slow
def test_a_tandem_of_exponential_stations_is_a_jackson_network() -> None:
    """Each station is M/M/c with the same arrivals, independent of the others (Burke, Jackson)."""
    rate = 0.5
    model = line((station("A"), station("B", 2), station("C")), (exponential(1.0), exponential(2.0), exponential(0.8)))
    second = 2.0 + erlang_c(2, 1.0) * 2.0 / (2 - 1.0)
    agrees(measured(model, rate, 6000), "flow_time_s", 1 / (1 - 0.5) + second + 0.8 / (1 - 0.4))


@pytest.mark.slow
def test_work_that_comes_back_is_a_jackson_network_with_feedback() -> None:
    """A piece that needs rework goes back to the first station: arrivals there are rate / (1 - probability)."""
    rate, again = 0.35, 0.3
    steps = (Step("S0", ("A",), exponential(1.0)), Step("S1", ("B",), exponential(1.0), rework=again, rework_to="S0"))
    model = FlowModel("F", (station("A"), station("B")), (Route("P", steps, 1),))
    load = rate / (1 - again)
    agrees(measured(model, rate, 6000), "lots_in_plant", 2 * load / (1 - load))


@pytest.mark.slow
@pytest.mark.parametrize("room", [1, 3])
def test_two_machines_with_little_room_between_block_each_other(room: int) -> None:
    """Saturated two-machine line with exponential times and blocking after service.

    The lots at the second station, with the one that blocks the first, are a birth-death chain with room + 2 as its
    largest state; its throughput is that of M/M/1/(room + 2) (Buzacott and Shanthikumar, Stochastic Models of
    Manufacturing Systems, 5.2; Hillier and Boling 1967).
    """
    first_s, second_s = 1.0, 1.25
    model = line(
        (station("A", output_lots=0), station("B", input_lots=room)), (exponential(first_s), exponential(second_s))
    )
    ratio = second_s / first_s
    idle = (1 - ratio) / (1 - ratio ** (room + 3))
    until_s = 2500.0
    found = replicate(model, queue_of(20_000), START, after(until_s), SEEDS, warm_up=timedelta(seconds=100))
    agrees(found, "throughput_pieces_h", 3600 * (1 - idle) / second_s)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to_failure", "repair"),
    [
        (exponential(3600.0), exponential(600.0)),
        (weibull(3600.0, 1.6), lognormal(900.0, 0.7)),
    ],
    ids=["exponential", "weibull and lognormal"],
)
def test_availability_is_mtbf_by_mtbf_and_mttr(to_failure: Distribution, repair: Distribution) -> None:
    """Renewal theory, whatever the distributions; the machine never lacks work."""
    machine = Machine("A1", failures=(FailureMode("worn", to_failure, repair),))
    model = line((Station("A", (machine,)),), (fixed(1000.0),))
    until_s = 3_000_000.0
    found = replicate(model, queue_of(3500), START, after(until_s), SEEDS, warm_up=timedelta(seconds=50_000))
    theory = to_failure.mean_s / (to_failure.mean_s + repair.mean_s)
    agrees(found, "availability:A1", theory)
    agrees(found, "throughput_pieces_h", theory * 3.6)


def test_failures_compete_and_their_rates_add() -> None:
    often, rarely = (FailureMode(str(mean_s), exponential(mean_s), fixed(300.0)) for mean_s in (2400.0, 4800.0))
    model = line((Station("A", (Machine("A1", failures=(often, rarely)),)),), (fixed(600.0),))
    until_s = 800_000.0
    found = replicate(model, queue_of(1500), START, after(until_s), SEEDS)
    agrees(found, "availability:A1", 1 / (1 + 300.0 * (1 / 2400 + 1 / 4800)))


@pytest.mark.slow
def test_a_furnace_that_takes_what_waits_serves_in_bulk() -> None:
    """M/M(1,K)/1: exponential loads of one to K lots, started with what is there (Bailey's bulk service, general rule
    with minimum 1; Gross and Harris, Fundamentals of Queueing Theory, 3.2).

    The time-average number waiting follows from the root r of mu r^(K+1) - (rate + mu) r + rate = 0 in (0, 1):
    with x = rate / mu, P(idle) = p and P(busy, n waiting) = c r^n.
    """
    rate, mean_s, most = 1.5, 1.0, 4
    mu = 1 / mean_s
    low, high = 1e-9, 1 - 1e-6
    for _ in range(200):  # the polynomial is positive at 0 and has one more root below 1
        middle = (low + high) / 2
        positive = mu * middle ** (most + 1) - (rate + mu) * middle + rate > 0
        low, high = (middle, high) if positive else (low, middle)
    root = (low + high) / 2
    # idle balance: rate p = mu c; total: p + c / (1 - root) = 1
    c = 1 / (mu / rate + 1 / (1 - root))
    waiting = c * root / (1 - root) ** 2

    def number_waiting(run: FlowRun, warm_up: timedelta) -> Mapping[str, float]:
        step, first = run.tables["step"], run.start + warm_up
        wait_us = np.array((step["start"].cast("int64")).to_numpy() - step["arrived"].cast("int64").to_numpy())
        counted = step["end"].to_numpy() >= np.datetime64(first.replace(tzinfo=None), "us")
        return {"waiting": wait_us[counted].sum() / 1e6 / (run.end - first).total_seconds()}

    model = line((station("A", load=Load(most, 0.0, "any")),), (exponential(mean_s),))
    agrees(measured(model, rate, 12_000, number_waiting), "waiting", waiting)


def test_a_full_load_takes_one_time_for_all_its_lots() -> None:
    """A furnace for four lots that is never short of them makes four lots in each of its times."""
    model = line((station("A", load=Load(4, None, "any")),), (fixed(3600.0),), lot_pieces=24)
    run = replicate(model, queue_of(24 * 400), START, after(3600 * 50), (1, 2))
    assert run.values["throughput_pieces_h"].tolist() == [96.0 * 49 / 50] * 2


def test_orders_given_as_a_list_may_come_in_any_order() -> None:
    model = line((station("A"),), (fixed(1.0),))
    orders = [Order("late", "P", 1, after(10)), Order("early", "P", 1, after(5))]
    assert replicate(model, orders, START, after(20), (1,)).values["throughput_pieces_h"].tolist() == [360.0]
