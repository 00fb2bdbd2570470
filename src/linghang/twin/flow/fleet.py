"""Vehicles in a run: who carries what next, and how far it is."""

import heapq
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from linghang.twin.flow.events import Moved
from linghang.twin.flow.lots import Lot
from linghang.twin.flow.model import Transport
from linghang.twin.flow.worker import RUNNING, Steps, Worker
from linghang.twin.flow.world import World, span_us

EMPTY, LOADED = "empty", "loaded"


class Trip(NamedTuple):
    """A lot that wants to be carried, and what to do when it leaves and when it is there."""

    lot: Lot
    end: str
    leave: Callable[[Lot], None]
    arrive: Callable[[Lot], None]


class Ways:
    """Shortest ways over listed ones (Dijkstra), each looked for once."""

    def __init__(self, distances_m: Mapping[tuple[str, str], float]) -> None:
        self._neighbours: dict[str, dict[str, float]] = {}
        for (start, end), metres in distances_m.items():
            self._neighbours.setdefault(start, {})[end] = metres
            self._neighbours.setdefault(end, {})
        for (start, end), metres in distances_m.items():
            self._neighbours[end].setdefault(start, metres)
        self._from: dict[str, dict[str, float]] = {}

    def metres(self, start: str, end: str) -> float | None:
        """Length of the shortest way; None where no way leads there."""
        if start not in self._from:
            self._from[start] = self._search(start)
        return self._from[start].get(end)

    def _search(self, start: str) -> dict[str, float]:
        found: dict[str, float] = {}
        heap = [(0.0, start)]
        while heap:
            metres, place = heapq.heappop(heap)
            if place not in found:
                found[place] = metres
                for neighbour, more in self._neighbours.get(place, {}).items():
                    heapq.heappush(heap, (metres + more, neighbour))
        return found


class Fleet:
    """The vehicles of a run."""

    def __init__(self, world: World, transport: Transport) -> None:
        self._world, self._spec = world, transport
        self._ways = Ways(transport.distances_m)
        self._idle: list[Worker] = []
        self._waiting: deque[Trip] = deque()

    def drives(self, start: str, end: str) -> bool:
        """Whether vehicles carry lots from one place to another."""
        return self._ways.metres(start, end) is not None

    def request(self, trip: Trip) -> None:
        """Have a lot carried: by the nearest idle vehicle, or by the first that becomes free."""
        idle = [worker for worker in self._idle if worker.may_start]
        if not idle:
            self._waiting.append(trip)
            return
        nearest = min(idle, key=lambda worker: self._ways.metres(worker.place, trip.lot.place) or 0.0)
        self._idle.remove(nearest)
        nearest.give(trip)

    def offer(self, worker: Worker) -> None:
        """Give a vehicle the trip that has waited longest, or remember that it is idle."""
        if self._waiting:
            worker.give(self._waiting.popleft())
        else:
            self._idle.append(worker)

    def withdraw(self, worker: Worker) -> None:
        """Give a vehicle nothing until it offers itself again."""
        if worker in self._idle:
            self._idle.remove(worker)

    def work(self, worker: Worker, trip: Trip) -> Steps:
        """Drive to a lot, take it up, carry it and set it down."""
        lot, start = trip.lot, trip.lot.place
        come_us = self._drive_us(worker, worker.place, start) + span_us(self._spec.load_s)
        yield from worker.spend(come_us, RUNNING, "", EMPTY)
        worker.place, worker.lots = start, [lot]
        trip.leave(lot)
        left_us = self._world.now
        drive_us = self._drive_us(worker, start, trip.end)
        yield from worker.spend(drive_us + span_us(self._spec.unload_s), RUNNING, lot.lot_id, LOADED)
        worker.place, worker.lots = trip.end, []
        self._world.emit(
            Moved(self._world.now, lot.lot_id, lot.route.product_id, lot.pieces, start, trip.end, worker.id, left_us)
        )
        trip.arrive(lot)

    def _drive_us(self, worker: Worker, start: str, end: str) -> int:
        metres = self._ways.metres(start, end) or 0.0
        factor = self._world.factors.of("transport_time", *worker.places)
        return span_us(metres / self._spec.speed_m_s * factor / worker.spec.speed)
