"""Orders that come, and the lots of theirs that wait until they may enter the plant."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

import simpy

from linghang.errors import BadInput, ManyProblems
from linghang.twin.flow.model import FlowModel, Order, Release
from linghang.twin.flow.world import FAR_US, World, to_us

Waiting = tuple[int, int, int, Order, int, int]
"""(-priority, due or 0, arrival, order, number of the lot, pieces)."""


def in_order(model: FlowModel, orders: Iterable[Order]) -> Iterator[Order]:
    """Orders by release; a list is checked and sorted first, an endless iterator has to be sorted already.

    Raises
    ------
    ManyProblems
        If a list names products without a route, or an order twice.
    """
    if isinstance(orders, Sequence):
        known = {route.product_id for route in model.routes}
        problems = [_no_route(model, order) for order in orders if order.product_id not in known]
        seen: set[str] = set()
        for order in orders:
            if order.order_id in seen:
                problems.append(BadInput("order {order} is given twice", order=order.order_id))
            seen.add(order.order_id)
        if problems:
            raise ManyProblems(problems)
        return iter(sorted(orders, key=lambda order: order.release))
    return iter(orders)


def _no_route(model: FlowModel, order: Order) -> BadInput:
    try:
        model.route(order.product_id)
    except BadInput as refusal:
        return refusal
    raise AssertionError(order)


class Gate:
    """Where lots enter the plant.

    Parameters
    ----------
    orders
        Sorted by release.
    lot_pieces
        Product -> pieces of one lot.
    enter
        Takes the lots of an order into the plant: order, number of the lot, its pieces.
    lots_in_plant
        How many there are.
    """

    def __init__(
        self,
        world: World,
        release: Release,
        orders: Iterator[Order],
        lot_pieces: Callable[[Order], int],
        enter: Callable[[Order, int, int], None],
        lots_in_plant: Callable[[], int],
    ) -> None:
        self._world, self._release, self._orders = world, release, orders
        self._lot_pieces, self._enter, self._lots_in_plant = lot_pieces, enter, lots_in_plant
        self._waiting: list[Waiting] = []
        self._arrivals = count()
        self._last_us = -FAR_US
        self._await(next(orders, None))

    def let_in(self) -> None:
        """Let lots in until the plant is full."""
        limit = self._release.wip_lots
        while self._waiting and (limit is None or self._lots_in_plant() < limit):
            *_, order, number, pieces = heapq.heappop(self._waiting)
            self._enter(order, number, pieces)

    def _await(self, order: Order | None) -> None:
        """Look at the next order again when it is released; orders from before the run at its start."""
        if order is None:
            return
        release_us = to_us(order.release)
        if release_us < self._last_us:
            raise BadInput("orders come by release; {order} is released before its forerunner", order=order.order_id)
        self._last_us = release_us
        timeout = simpy.Timeout(self._world.env, max(0, release_us - self._world.now))
        timeout.callbacks.append(lambda _: self._release_one(order))

    def _release_one(self, order: Order) -> None:
        lot_pieces = self._lot_pieces(order)
        due_us = 0 if self._release.rule == "fifo" else FAR_US if order.due is None else to_us(order.due)
        for number, start in enumerate(range(0, order.quantity, lot_pieces), start=1):
            pieces = min(lot_pieces, order.quantity - start)
            heapq.heappush(self._waiting, (-order.priority, due_us, next(self._arrivals), order, number, pieces))
        self.let_in()
        self._await(next(self._orders, None))
