"""The works as a model of the flow: with its true failure rates, yields and the days on which capabilities went live.

The records of a factory do not say these parameters; they are the truth that engines have to find again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from linghang.twin.flow.calendars import Calendar, Window
from linghang.twin.flow.distributions import Distribution, fixed
from linghang.twin.flow.model import Change, FlowModel, Order
from linghang.twin.flow.routes import Route, Step
from linghang.twin.flow.stations import FailureMode, Station, Transport
from linghang.twin.flow.stations import Machine as FlowMachine
from linghang.twin.works import products as made
from linghang.twin.works.capabilities import CAPABILITIES, live_on, setting_on
from linghang.twin.works.layout import CENTERS, FACTORY
from linghang.twin.works.machines import MACHINES, Machine, machines_of
from linghang.twin.works.materials import FINISHED_GATE, YARD
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import PRODUCTS, SEGMENTS, Product, Segment
from linghang.twin.works.span import Span, day_from, festival_days, number_of

STATIONS = tuple(dict.fromkeys(segment.center for segment in SEGMENTS))
"""Work centres of the routes, in the order of the flow."""
LOT_SPREAD = 0.03
"""Sigma of the logarithm of lot times: people load and unload."""
SETUP_CV = 0.18
REPAIR_SIGMA = 0.55
WEAR_SHAPE = 1.6
"""Weibull shape of the operating time to a failure: parts wear out."""
STOP_HOURS = 8
VEHICLE_M_S = 1.1
DRIVEN = (("WC-XRAY", "WC-HT"), ("WC-HT", "WC-CNC"), ("WC-PACK", FINISHED_GATE))
"""Ways on which vehicles carry the lots; before the AGV came, forklifts did. Elsewhere roller conveyors take no time
that matters beside the work."""


def flow_model(span: Span, horizon_days: int = 0, changes: bool = True) -> FlowModel:
    """Return the works for the flow simulation.

    Parameters
    ----------
    span
        The recorded time: says when capabilities go live and which days are holidays.
    horizon_days
        Days after the end for which planned stops are laid down too.
    changes
        Whether the capabilities are switched on in the run; False keeps the baseline year for ever.
    """
    calendars = tuple(_calendar(machine, span, horizon_days) for machine in MACHINES if flows(machine))
    return FlowModel(
        factory_id=FACTORY,
        stations=tuple(_station(center) for center in STATIONS),
        routes=tuple(_route(product) for product in PRODUCTS),
        calendars=calendars,
        transport=_transport(),
        changes=tuple(flow_changes(span)) if changes else (),
        source_place=YARD,
        sink_place=FINISHED_GATE,
    )


def flow_orders(plan: Plan, span: Span) -> list[Order]:
    """Return the production orders for the flow simulation; released at 06:00, due at the end of their day."""
    return [
        Order(
            name,
            PRODUCTS[product].id,
            quantity,
            _moment(span, release, 6.0),
            _moment(span, due + 1, 0.0),
        )
        for name, product, quantity, release, due in zip(
            plan.ids, plan.product.tolist(), plan.quantity.tolist(), plan.release.tolist(), plan.due.tolist(),
            strict=True,
        )
    ]  # fmt: skip


def flow_changes(span: Span) -> Iterator[Change]:
    """Yield the effects of the capabilities on the flow; scrap and rework belong to the segment of every product."""
    for one in CAPABILITIES:
        at = datetime.fromtimestamp(span.at(one.live_on(span)) / 1_000_000, UTC)
        for effect in one.effects:
            if effect.what in ("scrap", "rework"):
                for product in PRODUCTS:
                    yield Change(at, effect.what, effect.factor, f"{product.id}-{effect.where}")  # type: ignore[arg-type]
            else:
                yield Change(at, effect.what, effect.factor, effect.where)  # type: ignore[arg-type]


def flows(machine: Machine) -> bool:
    """Whether lots pass through a machine, or it carries them."""
    return machine.group.center in (*STATIONS, "WC-AGV")


def _station(center: str) -> Station:
    setups = {
        (before.name, after.name): same if before is after else other
        for name, same, other in made.SETUPS
        if name == center
        for before in made.FAMILIES
        for after in made.FAMILIES
    }
    return Station(
        station_id=center,
        machines=tuple(_machine(machine) for machine in machines_of(center)),
        rule="family" if setups else "edd",
        setups=setups,
        setup_cv=SETUP_CV if setups else 0.0,
    )


def _machine(machine: Machine) -> FlowMachine:
    return FlowMachine(machine.id, f"CAL-{machine.id}", failure_modes(machine))


def failure_modes(machine: Machine) -> tuple[FailureMode, ...]:
    """True failure modes of a machine in the baseline year."""
    group = machine.group
    return tuple(
        FailureMode(
            cause,
            Distribution("weibull", group.mtbf_h * 3600 / share, WEAR_SHAPE),
            Distribution("lognormal", group.repair_h * 3600, REPAIR_SIGMA),
            component,
        )
        for component, cause, share in group.modes
    )


def _route(product: Product) -> Route:
    return Route(
        product.id,
        tuple(_step(product, segment) for segment in SEGMENTS),
        made.LOT,
        product.family.name,
        product.material("FG"),
    )


def _step(product: Product, segment: Segment) -> Step:
    return Step(
        segment_id=made.segment_id(product, segment),
        stations=(segment.center,),
        piece_s=Distribution("lognormal", made.piece_s(product, segment), LOT_SPREAD),
        setup_s=segment.setup_s,
        dwell_s=fixed(segment.passage_s),
        scrap=segment.scrap,
        rework=segment.rework,
        inspection=segment.inspects,
        crew=segment.crew,
    )


def _transport() -> Transport:
    where = {center.id: (center.x + center.length / 2, center.y + center.width / 2) for center in CENTERS}
    where[FINISHED_GATE] = (390.0, 122.0)
    places = sorted({place for way in DRIVEN for place in way})
    distances = {
        (one, other): round(abs(where[one][0] - where[other][0]) + abs(where[one][1] - where[other][1]), 1)
        for number, one in enumerate(places)
        for other in places[number + 1 :]
    }
    return Transport(
        vehicles=tuple(_machine(machine) for machine in machines_of("WC-AGV")),
        speed_m_s=VEHICLE_M_S,
        load_s=35.0,
        unload_s=30.0,
        distances_m=distances,
        start_at="WC-HT",
    )


def _calendar(machine: Machine, span: Span, horizon_days: int) -> Calendar:
    """Stand still on holidays, and for an overhaul every few weeks, the machines one after another."""
    stops = [
        Window(_moment(span, number_of(day), 8.0), _moment(span, number_of(day) + 1, 8.0), "春节停产")
        for day in sorted(festival_days(span))
    ]
    stops += [
        Window(start, start + timedelta(hours=STOP_HOURS), "计划检修")
        for start in overhauls(machine, span, horizon_days)
    ]
    return Calendar(f"CAL-{machine.id}", span.zone, dated_stops=tuple(stops))


def overhauls(machine: Machine, span: Span, horizon_days: int = 0) -> Iterator[datetime]:
    """Yield the starts of the planned overhauls of a machine; predictive maintenance makes them rarer."""
    holidays = {number_of(day) for day in festival_days(span)}
    place = MACHINES.index(machine)
    day = number_of(span.first) + 3 + place * 5 % 28
    until = number_of(span.until) + horizon_days
    served = machine.group.center in ("WC-LPC", "WC-CNC", "WC-HT")
    predictive = number_of(live_on("predictive", span))
    while day < until:
        if day not in holidays:
            yield _moment(span, day, 8.0)
        later = served and day >= predictive
        day += int(setting_on("planned_interval_days", span, day_from(day if later else number_of(span.first))))


def _moment(span: Span, day: int, hour: float) -> datetime:
    midnight = datetime.fromordinal(day_from(day).toordinal()).replace(tzinfo=ZoneInfo(span.zone))
    return (midnight + timedelta(hours=hour)).astimezone(UTC)
