"""A plant that runs: the parts of a model wired to one clock."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

import simpy

from linghang.errors import BadInput, nearest
from linghang.twin.flow.events import LotEntered, LotLeft, Moved, OrderDone
from linghang.twin.flow.fleet import Fleet, Trip
from linghang.twin.flow.gate import Gate, in_order
from linghang.twin.flow.lots import Lot, Stage
from linghang.twin.flow.model import Fault, FlowModel, Machine, Order, Route
from linghang.twin.flow.work_centre import WorkCentre
from linghang.twin.flow.worker import Source, Worker
from linghang.twin.flow.working_time import WorkingTime
from linghang.twin.flow.world import FAR_US, World, span_us, to_us


class _OpenOrder:
    """What has come of an order whose lots are not all done."""

    __slots__ = ("good", "lots", "scrap")

    def __init__(self, lots: int) -> None:
        self.lots, self.good, self.scrap = lots, 0, 0


class Plant:
    """A model in motion.

    Parameters
    ----------
    model
        The plant.
    orders
        A list, or an iterator sorted by release, which may be endless.
    start
        First moment; everything is empty and idle then, every machine as after a repair.
    seed
        Of all random streams.

    Attributes
    ----------
    lots, pieces
        In the plant now.
    workers
        Machines and vehicles by id.
    """

    def __init__(self, model: FlowModel, orders: Iterable[Order], start: datetime, seed: int) -> None:
        self.model, self.start_us = model, to_us(start)
        self.world = World(self.start_us, seed)
        self.lots = self.pieces = 0
        self.workers: dict[str, Worker] = {}
        for change in sorted(model.changes, key=lambda one: one.at):
            self._at(to_us(change.at), partial(self.world.factors.apply, change))
        self._centres = {one.station_id: WorkCentre(self.world, self, one) for one in model.stations}
        self._fleet = Fleet(self.world, model.transport)
        self._staff()
        self._routes = {route.product_id: (route, self._stages(route)) for route in model.routes}
        self._open: dict[str, _OpenOrder] = {}
        arriving = in_order(model, orders)
        self._gate = Gate(self.world, model.release, arriving, self._accept, self._enter, lambda: self.lots)

    def run(self, until_us: int) -> None:
        """Let everything happen before `until_us`."""
        if until_us > self.world.now:
            self.world.env.run(until=until_us)

    def strike(self, fault: Fault) -> None:
        """Let a fault happen when its time comes; now if it has passed.

        Raises
        ------
        BadInput
            If the plant has no such machine, or a vehicle is to make a bad lot.
        """
        worker = self.workers.get(fault.machine_id)
        if worker is None:
            near = nearest(fault.machine_id, tuple(self.workers))
            raise BadInput("the plant has no machine {machine}; {near}", machine=fault.machine_id, near=near)
        if fault.kind == "bad_lot" and worker.source is self._fleet:
            raise BadInput("{machine} is a vehicle and makes no bad lot", machine=fault.machine_id)
        self._at(to_us(fault.at), partial(worker.strike, fault))

    # --- wiring ---

    def _at(self, at_us: int, what: Callable[[], None]) -> None:
        if at_us <= self.world.now:
            what()
        else:
            simpy.Timeout(self.world.env, at_us - self.world.now).callbacks.append(lambda _: what())

    def _staff(self) -> None:
        """Put machines to their stations and vehicles into the fleet, and have them follow their calendars."""
        calendars = {calendar.calendar_id: calendar for calendar in self.model.calendars}
        hours: dict[str, WorkingTime] = {}
        groups: dict[str, list[Worker]] = {}
        posts: list[tuple[Machine, Source, str]] = []
        for station in self.model.stations:
            posts += ((machine, self._centres[station.station_id], station.station_id) for machine in station.machines)
        posts += ((vehicle, self._fleet, "") for vehicle in self.model.transport.vehicles)
        for machine, source, place in posts:
            name = machine.calendar
            if name not in hours:
                hours[name] = WorkingTime(calendars.get(name), self.start_us)
            places = (place, machine.machine_id) if place else (machine.machine_id,)
            worker = Worker(self.world, machine, places, source, hours[name])
            worker.place = place or self.model.transport.start_at
            self.workers[machine.machine_id] = worker
            groups.setdefault(name, []).append(worker)
        for name, workers in groups.items():
            self._follow(hours[name], workers)

    def _follow(self, hours: WorkingTime, workers: list[Worker]) -> None:
        """Tell machines of a calendar whenever its period changes."""
        if hours.until_us >= FAR_US:
            return

        def changed(_: simpy.Event) -> None:
            hours.roll(self.world.now)
            for worker in workers:
                worker.calendar_changed()
            self._follow(hours, workers)

        simpy.Timeout(self.world.env, hours.until_us - self.world.now).callbacks.append(changed)

    def _stages(self, route: Route) -> tuple[Stage, ...]:
        return tuple(
            Stage(route.product_id, step, tuple(self._centres[name] for name in step.stations)) for step in route.steps
        )

    # --- lots ---

    def _accept(self, order: Order) -> int:
        """Pieces of the lots of an order that is released now."""
        if order.product_id not in self._routes:
            self.model.route(order.product_id)  # refuses it
        pieces = self._routes[order.product_id][0].lot_pieces
        self._open[order.order_id] = _OpenOrder(-(-order.quantity // pieces))
        return pieces

    def _enter(self, order: Order, number: int, pieces: int) -> None:
        route, stages = self._routes[order.product_id]
        due_us = FAR_US if order.due is None else to_us(order.due)
        lot = Lot(f"{order.order_id}-{number:03d}", order, route, stages, pieces, due_us, self.model.source_place)
        self.pieces += pieces
        self._begin(lot, "")

    def _begin(self, lot: Lot, parent: str) -> None:
        self.lots += 1
        order = lot.order
        self.world.emit(
            LotEntered(
                self.world.now,
                lot.lot_id,
                order.order_id,
                order.product_id,
                lot.pieces,
                parent,
                self.lots,
                self.pieces,
            )
        )
        self.send_on(lot)

    def split(self, lot: Lot, pieces: int, segment_id: str) -> None:
        """Send pieces of a lot back to a segment, as a lot of their own."""
        lot.pieces -= pieces
        lot.children += 1
        index = next(place for place, stage in enumerate(lot.stages) if stage.step.segment_id == segment_id)
        name = f"{lot.lot_id}R{lot.children}"
        child = Lot(name, lot.order, lot.route, lot.stages, pieces, lot.due_us, lot.place, index)
        self._open[lot.order.order_id].lots += 1
        self._begin(child, lot.lot_id)

    def scrap(self, lot: Lot, pieces: int) -> None:
        """Take scrapped pieces out of a lot and the plant."""
        lot.pieces -= pieces
        lot.bad = min(lot.bad, lot.pieces)
        self.pieces -= pieces
        self._open[lot.order.order_id].scrap += pieces

    def end(self, lot: Lot) -> None:
        """Take a lot out of the plant."""
        order, now = lot.order, self.world.now
        self.lots -= 1
        self.pieces -= lot.pieces
        self.world.emit(
            LotLeft(now, lot.lot_id, order.order_id, order.product_id, lot.pieces, lot.bad, self.lots, self.pieces)
        )
        came = self._open[order.order_id]
        came.lots -= 1
        came.good += lot.pieces
        if not came.lots:
            del self._open[order.order_id]
            due_us = None if order.due is None else lot.due_us
            ended = OrderDone(now, order.order_id, order.product_id, due_us, order.quantity, came.good, came.scrap)
            self.world.emit(ended)
        self._gate.let_in()

    # --- ways ---

    def send_on(self, lot: Lot) -> None:
        """Send a lot to its next stage or out of the plant, now or as soon as there is room for it."""
        if lot.finished:
            lot.bound_for = None
            self.carry(lot)
            return
        centres = lot.stage.centres
        lot.bound_for = centres[0] if len(centres) == 1 else min(centres, key=lambda centre: centre.crowd)
        if lot.bound_for.admit(lot):
            self.carry(lot)

    def carry(self, lot: Lot) -> None:
        """Bring a lot to the work centre that has room for it now, or to finished goods."""
        start, end = lot.place, self.model.sink_place if lot.bound_for is None else lot.bound_for.place
        if start == end or not (start and end):
            self._leave(lot)
            self._arrive(lot)
        elif (conveyor_s := self.model.transport.conveyors_s.get((start, end))) is not None:
            self._convey(lot, end, span_us(conveyor_s))
        elif self._fleet.drives(start, end):
            self._fleet.request(Trip(lot, end, self._leave, self._arrive))
        else:
            self._leave(lot)
            self._arrive(lot)

    def _convey(self, lot: Lot, end: str, time_us: int) -> None:
        start, left_us, world = lot.place, self.world.now, self.world

        def there(_: simpy.Event) -> None:
            world.emit(Moved(world.now, lot.lot_id, lot.route.product_id, lot.pieces, start, end, "", left_us))
            self._arrive(lot)

        self._leave(lot)
        simpy.Timeout(world.env, time_us).callbacks.append(there)

    @staticmethod
    def _leave(lot: Lot) -> None:
        if lot.centre is not None:
            lot.centre.let_leave(lot)

    def _arrive(self, lot: Lot) -> None:
        if lot.bound_for is None:
            self.end(lot)
        else:
            lot.bound_for.arrive(lot)
