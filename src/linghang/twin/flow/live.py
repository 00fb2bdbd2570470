"""A plant that is run step by step, beside a clock, for as long as one likes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from linghang.errors import BadInput
from linghang.twin.flow.events import Event
from linghang.twin.flow.model import Fault, FlowModel, Order
from linghang.twin.flow.plant import Plant
from linghang.twin.flow.worker import IDLE, Worker
from linghang.twin.flow.world import to_us


@dataclass(frozen=True, slots=True)
class MachineNow:
    """What a machine or vehicle does at this moment.

    Attributes
    ----------
    machine_id, state, reason
        As in `StateBegan`.
    lot_ids, product_id
        Lots in work, still on the machine or on board, and the product of the first; empty where there is none.
    pieces, done
        Pieces of these lots, and how many of them are worked: the share of the time of work in pieces (of a vehicle,
        of the present drive).
    """

    machine_id: str
    state: str
    reason: str
    lot_ids: tuple[str, ...]
    product_id: str
    pieces: int
    done: float


class LiveFlow:
    """A plant that runs on as far as it is told; its memory does not grow with time.

    Parameters
    ----------
    model, orders, start, seed
        As of `simulate`; orders may be an endless iterator sorted by release, of which one is looked ahead.

    Attributes
    ----------
    now
        How far it has run.
    """

    def __init__(self, model: FlowModel, orders: Iterable[Order], start: datetime, seed: int) -> None:
        self._plant = Plant(model, orders, start, seed)
        self.now = start

    @property
    def lots_in_plant(self) -> int:
        """Lots in the plant."""
        return self._plant.lots

    @property
    def pieces_in_plant(self) -> int:
        """Pieces in the plant."""
        return self._plant.pieces

    def advance(self, until: datetime) -> list[Event]:
        """Let everything happen before `until` and give it, in the order of time.

        Raises
        ------
        BadInput
            If `until` lies before the moment that was reached.
        """
        if until < self.now:
            raise BadInput("time does not run back: {until} is before {now}", until=until, now=self.now)
        self._plant.run(to_us(until))
        self.now = until
        return self._plant.world.drain()

    def trigger(self, fault: Fault) -> None:
        """Let something go wrong at its time, or now where that has passed.

        Raises
        ------
        BadInput
            If the plant has no such machine.
        """
        self._plant.strike(fault)

    def machines(self) -> tuple[MachineNow, ...]:
        """What every machine and vehicle does now."""
        return tuple(_now(worker) for worker in self._plant.workers.values())


def _now(worker: Worker) -> MachineNow:
    lots = worker.lots or worker.held
    pieces = sum(lot.pieces for lot in lots)
    return MachineNow(
        worker.id,
        worker.state or IDLE,
        worker.reason,
        tuple(lot.lot_id for lot in lots),
        lots[0].route.product_id if lots else "",
        pieces,
        pieces * worker.progress(),
    )
