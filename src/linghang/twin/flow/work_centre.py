"""A station in a run: its queue, the room before and behind it, set-ups, and the work of its machines."""

import math
from collections import deque
from functools import partial
from typing import Protocol

import simpy

from linghang.twin.flow.events import StepDone
from linghang.twin.flow.lots import Lot
from linghang.twin.flow.model import Station
from linghang.twin.flow.operations import Operation, Outcome
from linghang.twin.flow.queues import FamilyQueue, LoadQueue, Queue, RuleQueue
from linghang.twin.flow.worker import BLOCKED, RUNNING, SETUP, Steps, Worker
from linghang.twin.flow.world import World, span_us


class Floor(Protocol):
    """The plant, as a work centre needs it: lots and pieces in it, and where they go."""

    lots: int
    pieces: int

    def send_on(self, lot: Lot) -> None:
        """Send a lot to its next stage or out of the plant, now or as soon as there is room for it."""

    def carry(self, lot: Lot) -> None:
        """Bring a lot to the work centre that has room for it now."""

    def split(self, lot: Lot, pieces: int, segment_id: str) -> None:
        """Send pieces of a lot back to a segment, as a lot of their own."""

    def scrap(self, lot: Lot, pieces: int) -> None:
        """Take scrapped pieces out of a lot and the plant."""

    def end(self, lot: Lot) -> None:
        """Take a lot out of the plant."""


class WorkCentre:
    """A station in a run.

    Attributes
    ----------
    spec, place
        What it is and where it stands.
    lots
        Lots that wait here, are in work or on their way here.
    """

    def __init__(self, world: World, floor: Floor, spec: Station) -> None:
        self._world, self._floor = world, floor
        self.spec, self.place, self.lots = spec, spec.at, 0
        self._queue = _queue_of(spec)
        self._idle: list[Worker] = []
        self._room = spec.input_lots
        self._asking: deque[Lot] = deque()
        self._room_behind = spec.output_lots
        self._blocked: list[Worker] = []
        wait_s = spec.load.wait_s if spec.load else None
        self._wait_us = span_us(wait_s) if wait_s else 0

    @property
    def crowd(self) -> float:
        """Lots per machine: waiting, in work or on their way."""
        return self.lots / len(self.spec.machines)

    # --- lots that come ---

    def admit(self, lot: Lot) -> bool:
        """Keep a place for a lot; where there is none it is called once there is."""
        self.lots += 1
        if self._room is None:
            return True
        if self._room:
            self._room -= 1
            return True
        self._asking.append(lot)
        return False

    def arrive(self, lot: Lot) -> None:
        """Put a lot that has come into the queue; an idle machine takes it at once."""
        lot.arrived_us, lot.place = self._world.now, self.place
        self._queue.add(lot)
        if self._idle:
            self._start_idle(lot)
        if self._wait_us and self._queue:
            simpy.Timeout(self._world.env, self._wait_us).callbacks.append(lambda _: self._start_idle(None))

    def _start_idle(self, lot: Lot | None) -> None:
        """Give waiting lots to idle machines: the one first that `lot` suits best, then that idle for longest."""
        while self._idle and self._queue:
            worker = self._idle_for(lot)
            if worker is None:
                return
            self._idle.remove(worker)
            if not self._assign(worker):
                self._idle.append(worker)
                return

    def _idle_for(self, lot: Lot | None) -> Worker | None:
        """Idle machine with the shortest set-up for a lot."""
        best, shortest_s = None, math.inf
        for worker in self._idle:
            if worker.may_start:
                setup_s = 0.0 if lot is None else self._setup_s(worker, lot)
                if not setup_s:
                    return worker
                if setup_s < shortest_s:
                    best, shortest_s = worker, setup_s
        return best

    def offer(self, worker: Worker) -> None:
        """Give a machine the lots that it works next, or remember that it is idle."""
        if not (self._queue and self._assign(worker)):
            self._idle.append(worker)

    def _assign(self, worker: Worker) -> bool:
        """Give a machine the lots that it works next; say whether any are ready."""
        lots = self._queue.take(partial(self._setup_s, worker), self._world.now)
        if not lots:
            return False
        worker.give(lots)
        if self._room is not None:
            for _ in lots:
                self._one_more_place()
        return True

    def withdraw(self, worker: Worker) -> None:
        """Give a machine nothing until it offers itself again."""
        if worker in self._idle:
            self._idle.remove(worker)

    def _one_more_place(self) -> None:
        if self._asking:
            self._floor.carry(self._asking.popleft())
        elif self._room is not None:
            self._room += 1

    # --- work ---

    def work(self, worker: Worker, lots: list[Lot]) -> Steps:
        """Work lots on a machine, from set-up until they have left it."""
        env, first, setup_us = self._world.env, lots[0], 0
        start_us = env.now_us
        worker.lots = lots
        setup_s = self._setup_s(worker, first)
        if setup_s:
            setup_us = self._operation(worker, first).setup_us(setup_s)
            yield from worker.spend(setup_us, SETUP, first.lot_id)
        worker.product, worker.family = first.route.product_id, first.route.family
        work_us = env.now_us
        tasks = [
            (lot, operation, operation.outcome(lot)) for lot in lots for operation in [self._operation(worker, lot)]
        ]
        longest, operation, outcome = tasks[0] if len(tasks) == 1 else max(tasks, key=lambda task: task[1].mean_s)
        run_us = operation.run_us(operation.pieces_made(longest, outcome))
        yield from worker.spend(run_us, RUNNING, first.lot_id)
        worker.lots = []
        if worker.bad_share:
            worker.spoil(lots)
        for lot, operation, outcome in tasks:
            self._report(worker, lot, outcome, (start_us, work_us, setup_us, run_us, len(lots)))
            self._take_off(worker, lot, operation, outcome)
            setup_us = 0
        for lot in tuple(worker.held):
            self._floor.send_on(lot)
        while worker.held and self._room_behind != 0:
            self._stand_behind(worker)
        if worker.held:
            self._blocked.append(worker)
            yield from worker.rest(BLOCKED)

    def _setup_s(self, worker: Worker, lot: Lot) -> float:
        route = lot.route
        if worker.product == route.product_id or not worker.product:
            return 0.0
        listed = self.spec.setups.get((worker.family, route.family))
        return lot.stage.step.setup_s if listed is None else listed

    def _operation(self, worker: Worker, lot: Lot) -> Operation:
        stage = lot.stage
        operation = worker.operations.get(stage)
        if operation is None:
            operation = worker.operations[stage] = Operation(self._world, self.spec, worker.spec, stage)
        operation.refresh()
        return operation

    def _report(self, worker: Worker, lot: Lot, outcome: Outcome, times: tuple[int, int, int, int, int]) -> None:
        step, floor, pieces = lot.stage.step, self._floor, lot.pieces
        start_us, work_us, setup_us, run_us, mates = times
        scrap, rework = outcome
        if scrap:
            floor.scrap(lot, scrap)
        self._world.emit(
            StepDone(
                self._world.env.now_us,
                lot.lot_id,
                lot.order.order_id,
                lot.route.product_id,
                step.segment_id,
                self.spec.station_id,
                worker.id,
                lot.arrived_us,
                start_us,
                work_us,
                pieces,
                pieces - scrap - rework,
                rework,
                scrap,
                setup_us,
                run_us,
                round((setup_us + run_us / mates) * step.crew),
                floor.lots,
                floor.pieces,
            )
        )

    # --- lots that go ---

    def _take_off(self, worker: Worker, lot: Lot, operation: Operation, outcome: Outcome) -> None:
        """Finish the stage of a lot; it stays on the machine unless it is used up or passes through the line."""
        self.lots -= 1
        operation.refresh()
        dwell_us, back_to = operation.dwell_us(), operation.step.rework_to
        lot.pass_stage()
        if outcome.rework and back_to:
            self._floor.split(lot, outcome.rework, back_to)
        if not lot.pieces:
            self._floor.end(lot)
        elif dwell_us:
            simpy.Timeout(self._world.env, dwell_us).callbacks.append(lambda _: self._floor.send_on(lot))
        else:
            lot.centre, lot.holder = self, worker
            worker.held.append(lot)

    def let_leave(self, lot: Lot) -> None:
        """Free what a lot took up that is carried away now."""
        worker, lot.centre, lot.holder = lot.holder, None, None
        if worker is not None:
            worker.held.remove(lot)
            self._unblock(worker)
            return
        if self._room_behind is not None:
            self._room_behind += 1
            if self._blocked:
                self._stand_behind(self._blocked[0])

    def _stand_behind(self, worker: Worker) -> None:
        """Move the first finished lot of a machine into the room behind the station."""
        lot = worker.held.pop(0)
        lot.holder = None
        if self._room_behind is not None:
            self._room_behind -= 1
        self._unblock(worker)

    def _unblock(self, worker: Worker) -> None:
        if not worker.held and worker in self._blocked:
            self._blocked.remove(worker)
            worker.rouse()


def _queue_of(station: Station) -> Queue:
    if station.load is not None:
        wait_s = station.load.wait_s
        return LoadQueue(station.rule, station.load, None if wait_s is None else span_us(wait_s))
    return FamilyQueue() if station.rule == "family" else RuleQueue(station.rule)
