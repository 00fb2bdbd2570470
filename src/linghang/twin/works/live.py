"""The works alive: the flow of lots moves the machines, the machines move their physics, instruments show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np

from linghang.twin.flow.events import Event, StateBegan, StepDone
from linghang.twin.flow.live import LiveFlow
from linghang.twin.flow.model import Fault, Order
from linghang.twin.flow.world import from_us
from linghang.twin.process.course import Course, ProcessFault, stretch_of
from linghang.twin.process.sensing import GOOD, InstrumentFault, key_of, measured
from linghang.twin.process.stretch import Signal, State
from linghang.twin.works.flow_model import flow_model
from linghang.twin.works.machines import BY_ID, MACHINES, Machine
from linghang.twin.works.processes import COUNT, NETWORKS, STATE, signals_of, unit_of
from linghang.twin.works.products import LOT, PRODUCTS
from linghang.twin.works.span import Span
from linghang.twin.works.streams import stream

SECOND_US = 1_000_000
WARM_UP = timedelta(days=3)
"""How long the flow runs before anybody looks, so that the works is not found empty."""
HORIZON_DAYS = 400
"""For how many days planned stops are laid down."""
ORDERS_A_DAY, LOTS_AN_ORDER = 8, 5
LEAD_DAYS = 6


def live_orders(first: date, zone: str, seed: int) -> Iterator[Order]:
    """Yield production orders without end: some a day, released at six in the morning, of parts drawn from the seed."""
    chance = stream(seed, "live orders")
    local = ZoneInfo(zone)
    for number in count():
        day = first + timedelta(days=number)
        release = datetime.combine(day, time(6), local).astimezone(UTC)
        due = datetime.combine(day + timedelta(days=LEAD_DAYS), time(), local).astimezone(UTC)
        for place in range(ORDERS_A_DAY):
            product = PRODUCTS[int(chance.integers(len(PRODUCTS)))].id
            quantity = LOT * int(chance.integers(LOTS_AN_ORDER - 2, LOTS_AN_ORDER + 3))
            yield Order(f"LO-{day:%y%m%d}-{place + 1}", product, quantity, release, due)


def live_plant(now: datetime, months: int, seed: int) -> "LivePlant":
    """Return the works at work: with all its capabilities, and lots at every step.

    Parameters
    ----------
    now
        Moment of the plant's own clock.
    months
        Length of its history, which says when capabilities went live.
    seed
        Of chance in the flow and of the instruments' noise.
    """
    span = Span(now.astimezone(ZoneInfo("Asia/Shanghai")).date(), months)
    start = now - WARM_UP
    orders = live_orders(start.astimezone(ZoneInfo(span.zone)).date(), span.zone, seed)
    flow = LiveFlow(flow_model(span, HORIZON_DAYS), orders, start, seed)
    plant = LivePlant(flow, round(start.timestamp() * SECOND_US), seed)
    plant.warm_up(round(now.timestamp() * SECOND_US))
    return plant


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one signal of one machine.

    Attributes
    ----------
    machine, signal
        Whose, and which.
    at_us
        Source time on the wall's clock, UTC microseconds.
    value
        A number, or a word for `state`.
    quality
        OPC quality byte.
    """

    machine: Machine
    signal: Signal
    at_us: int
    value: float | str
    quality: int = GOOD

    @property
    def path(self) -> str:
        """Address without a protocol: area, machine, signal."""
        return f"{self.machine.area}/{self.machine.id}/{self.signal.name}"


@dataclass(slots=True)
class _Moment:
    """Where one machine stands: its state and since when, its pieces, and what its physics carries over."""

    word: str
    pieces: float
    physics: State


class LivePlant:
    """The works, advanced step by step.

    Parameters
    ----------
    flow
        The flow of lots.
    start_us
        Moment of the plant's own clock at which it starts, UTC microseconds.
    seed
        Of the instruments' noise.
    """

    def __init__(self, flow: LiveFlow, start_us: int, seed: int) -> None:
        self._flow, self._seed = flow, seed
        self._now_us = start_us
        working = {one.machine_id for one in flow.machines()}
        # What no lot passes through serves the works all the time.
        self._machines = {
            one.id: _Moment("idle" if one.id in working else "running", 0.0, unit_of(one).begin()) for one in MACHINES
        }
        self._process: dict[str, list[ProcessFault]] = {}
        self._instruments: dict[str, list[InstrumentFault]] = {}

    @property
    def now_us(self) -> int:
        """The plant's own clock."""
        return self._now_us

    def trigger(self, machine_id: str, fault: Fault | ProcessFault | InstrumentFault) -> None:
        """Let something go wrong with a machine."""
        if isinstance(fault, Fault):
            self._flow.trigger(fault)
        elif isinstance(fault, ProcessFault):
            self._process.setdefault(machine_id, []).append(fault)
        else:
            self._instruments.setdefault(machine_id, []).append(fault)

    def everything(self, at_us: int) -> list[Reading]:
        """Return every state and count as it stands: what a client that has just come needs to know."""
        readings = []
        for machine in MACHINES:
            here = self._machines[machine.id]
            readings.append(Reading(machine, STATE, at_us, here.word))
            if COUNT in signals_of(machine):
                readings.append(Reading(machine, COUNT, at_us, here.pieces))
        return readings

    def warm_up(self, plant_us: int) -> None:
        """Let the works run up to `plant_us` with nobody looking."""
        self.advance(plant_us, plant_us, 1.0)

    def advance(self, plant_us: int, wall_us: int, speed: float) -> list[Reading]:
        """Let the works run up to `plant_us` on its own clock, which is `wall_us` on the wall's.

        Parameters
        ----------
        plant_us, wall_us
            The new moment on both clocks, UTC microseconds.
        speed
            How much faster the plant's clock goes.

        Returns
        -------
        list of Reading
            States and counts as they changed, and a sample of every other signal.
        """
        before = self._now_us
        events = self._flow.advance(from_us(plant_us))
        courses = self._courses(events, before, plant_us)
        readings = [reading for event in events if (reading := self._told(event, plant_us, wall_us, speed))]
        works = _together(courses, before, plant_us)
        for machine in MACHINES:
            course = works if machine.group.center in NETWORKS else courses[machine.id]
            readings += self._sample(machine, course, before, plant_us, wall_us)
        self._now_us = plant_us
        self._forget(plant_us / SECOND_US)
        return readings

    def _courses(self, events: Sequence[Event], before_us: int, now_us: int) -> dict[str, Course]:
        """Return what each machine did between the last moment and this one."""
        changes: dict[str, list[tuple[int, str]]] = {
            name: [(before_us, here.word)] for name, here in self._machines.items()
        }
        for event in events:
            if isinstance(event, StateBegan) and event.machine_id in changes:
                rows = changes[event.machine_id]
                if event.at_us <= rows[-1][0]:
                    rows[-1] = (rows[-1][0], event.state)
                elif event.at_us < now_us:
                    rows.append((event.at_us, event.state))
        return {
            name: Course.of_states(
                np.array([at for at, _ in rows]) / SECOND_US, [word for _, word in rows], now_us / SECOND_US
            )
            for name, rows in changes.items()
        }

    def _told(self, event: Event, plant_us: int, wall_us: int, speed: float) -> Reading | None:
        """Return the reading that an event gives, stamped by the wall's clock, and note it."""
        if isinstance(event, StateBegan) and event.machine_id in self._machines:
            here, signal, value = self._machines[event.machine_id], STATE, event.state
            if here.word == value:
                return None
            here.word = value
            at_us = wall_us - round((plant_us - event.at_us) / speed)
            return Reading(BY_ID[event.machine_id], signal, at_us, value)
        if isinstance(event, StepDone) and event.machine_id in self._machines:
            here = self._machines[event.machine_id]
            here.pieces += event.pieces
            at_us = wall_us - round((plant_us - event.at_us) / speed)
            return Reading(BY_ID[event.machine_id], COUNT, at_us, here.pieces)
        return None

    def _sample(self, machine: Machine, course: Course, before: int, now: int, wall_us: int) -> list[Reading]:
        here, unit = self._machines[machine.id], unit_of(machine)
        at_s = np.array([now / SECOND_US])
        faults = self._process.get(machine.id, [])
        stretch = stretch_of(course, before / SECOND_US, now / SECOND_US, faults)
        values, here.physics = unit.run(stretch, at_s, here.physics)
        readings = []
        for signal in unit.signals:
            errors = tuple(one for one in self._instruments.get(machine.id, ()) if one.signal == signal.name)
            key = key_of(self._seed, f"{machine.id}/{signal.name}")
            shown, quality = measured(signal, values[signal.name], at_s, key, errors)
            readings.append(Reading(machine, signal, wall_us, float(shown[0]), int(quality[0])))
        return readings

    def _forget(self, now_s: float) -> None:
        """Drop the faults that are over, so that a long life needs no more memory."""
        for process in self._process.values():
            process[:] = [one for one in process if one.end_s > now_s]
        for instruments in self._instruments.values():
            instruments[:] = [one for one in instruments if one.end_s > now_s]


def _together(courses: dict[str, Course], before_us: int, now_us: int) -> Course:
    """Return the load of the works between two moments: the share that runs, weighted by power."""
    running = [machine for machine in MACHINES if machine.group.center not in NETWORKS]
    total = sum(machine.group.run_kw for machine in running)
    seconds = (now_us - before_us) / SECOND_US
    load = 0.0
    for machine in running:
        course = courses[machine.id]
        lengths = np.diff(np.append(course.start_s, course.end_s))
        load += float((lengths * course.load).sum()) / seconds * machine.group.run_kw / total
    return Course(np.array([before_us / SECOND_US]), np.array([load]), np.array([True]), now_us / SECOND_US)
