"""Lots that wait at a station, in the order of its dispatch rule."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Protocol

from linghang.twin.flow.lots import Lot
from linghang.twin.flow.stations import Load, Rule

SetupTime = Callable[[Lot], float]
"""Set-up time of a lot on the machine that asks, in s."""


class Queue(Protocol):
    """Waiting lots."""

    def __bool__(self) -> bool:
        """Whether any wait."""

    def add(self, lot: Lot) -> None:
        """Put a lot into the queue."""

    def take(self, setup: SetupTime, now_us: int) -> list[Lot]:
        """Take the lots that the machine works next; none where nothing is ready."""


def sort_key(rule: Rule, lot: Lot) -> float:
    """Give what a rule sorts waiting lots by, the smallest first; equal ones go by arrival."""
    if rule == "edd":
        return lot.due_us
    if rule == "spt":
        step = lot.stage.step
        return step.lot_s.mean_s + step.piece_s.mean_s * lot.pieces
    return 0.0


class RuleQueue:
    """One lot at a time, by priority, then `fifo`, `edd` or `spt`."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._heap: list[tuple[int, float, int, Lot]] = []
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, lot: Lot) -> None:
        """Put a lot into the queue."""
        heapq.heappush(self._heap, (-lot.order.priority, sort_key(self._rule, lot), next(self._arrivals), lot))

    def take(self, setup: SetupTime, now_us: int) -> list[Lot]:  # noqa: ARG002
        """Take the first lot."""
        return [heapq.heappop(self._heap)[3]] if self._heap else []


class FamilyQueue:
    """One lot at a time: by priority, then the shortest set-up on the machine that asks, then by arrival."""

    def __init__(self) -> None:
        self._products: dict[str, list[tuple[int, int, Lot]]] = {}
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._products)

    def add(self, lot: Lot) -> None:
        """Put a lot into the queue."""
        heap = self._products.setdefault(lot.route.product_id, [])
        heapq.heappush(heap, (-lot.order.priority, next(self._arrivals), lot))

    def take(self, setup: SetupTime, now_us: int) -> list[Lot]:  # noqa: ARG002
        """Take the lot with the shortest set-up among those of the highest priority."""
        firsts = [(heap[0][0], setup(heap[0][2]), heap[0][1], heap) for heap in self._products.values()]
        if not firsts:
            return []
        heap = min(firsts)[3]
        lot = heapq.heappop(heap)[2]
        if not heap:
            del self._products[lot.route.product_id]
        return [lot]


class LoadQueue:
    """Several lots at a time that have something in common."""

    def __init__(self, rule: Rule, load: Load, wait_us: int | None) -> None:
        self._rule, self._load, self._wait_us = rule, load, wait_us
        self._waiting: list[Lot] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, lot: Lot) -> None:
        """Put a lot into the queue."""
        self._waiting.append(lot)

    def take(self, setup: SetupTime, now_us: int) -> list[Lot]:
        """Take a full load, or what is there once its oldest lot has waited long enough.

        Groups go in the order of their first lots by rule (`family`: by set-up).
        """
        groups: dict[str, list[Lot]] = {}
        for lot in sorted(self._waiting, key=lambda one: self._key(one, setup)):
            groups.setdefault(self._common(lot), []).append(lot)
        for group in groups.values():
            if len(group) >= self._load.lots or self._waited(group, now_us):
                taken = group[: self._load.lots]
                self._waiting = [lot for lot in self._waiting if lot not in taken]
                return taken
        return []

    def _key(self, lot: Lot, setup: SetupTime) -> tuple[int, float]:
        return (-lot.order.priority, setup(lot) if self._rule == "family" else sort_key(self._rule, lot))

    def _common(self, lot: Lot) -> str:
        match self._load.same:
            case "family":
                return lot.route.family
            case "product":
                return lot.route.product_id
            case "any":
                return ""

    def _waited(self, group: list[Lot], now_us: int) -> bool:
        return self._wait_us is not None and min(lot.arrived_us for lot in group) + self._wait_us <= now_us
