"""What happened on the floor of the works, as columns: steps of lots, lots, states, failures and drives."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from linghang.twin.works.demand import Ints
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.products import PRODUCTS, SEGMENTS

STATES = ("running", "idle", "setup", "planned_stop", "breakdown", "off")
MACHINE_NUMBER = {machine.id: number for number, machine in enumerate(MACHINES)}
PRODUCT_NUMBER = {product.id: number for number, product in enumerate(PRODUCTS)}
SEGMENT_NUMBER = {segment.code: number for number, segment in enumerate(SEGMENTS)}
CAST, XRAY, HEAT, MACHINED, LEAK, PRETREATED, POWDER, PACKED = 1, 2, 3, 4, 5, 6, 7, 9
"""Numbers of segments that other parts of the works speak of."""


@dataclass(frozen=True)
class Steps:
    """Lots at segments, in the order of their ends; all arrays have one value a step.

    Attributes
    ----------
    lot
        Number of the lot: row of `Lots`.
    order
        Row of the plan.
    pieces
        Came in; `good` at once, `rework` and `scrap` sum up to them.
    """

    lot: Ints
    order: Ints
    product: Ints
    segment: Ints
    machine: Ints
    start: Ints
    work: Ints
    end: Ints
    pieces: Ints
    good: Ints
    rework: Ints
    scrap: Ints
    setup: Ints
    run: Ints
    labour: Ints

    def take(self, kept: npt.NDArray[Any]) -> "Steps":
        """Return some of the steps."""
        return Steps(*(getattr(self, name)[kept] for name in Steps.__dataclass_fields__))

    def of(self, segment: int) -> "Steps":
        """Return the steps of one segment."""
        return self.take(np.flatnonzero(self.segment == segment))

    def __len__(self) -> int:
        return len(self.lot)


@dataclass(frozen=True)
class Lots:
    """Lots in the order of their entry; `left` is 0 while a lot is in the plant."""

    order: Ints
    number: Ints
    product: Ints
    entered: Ints
    left: Ints
    pieces: Ints
    good: Ints


@dataclass(frozen=True)
class States:
    """Stretches of machines without gap or overlap, by machine and time; `state` is a row of STATES."""

    machine: Ints
    start: Ints
    end: Ints
    state: Ints
    reason: tuple[str, ...]


@dataclass(frozen=True)
class Failures:
    """Failures in the order of their starts; `end` is 0 while one lasts."""

    machine: Ints
    start: Ints
    end: Ints
    cause: tuple[str, ...]
    component: tuple[str, ...]


@dataclass(frozen=True)
class Drives:
    """Lots that a vehicle carried: row of Lots, when, by which machine, from and to which place."""

    lot: Ints
    start: Ints
    end: Ints
    machine: Ints
    start_place: tuple[str, ...]
    end_place: tuple[str, ...]


@dataclass(frozen=True)
class Floor:
    """Everything that happened on the floor."""

    steps: Steps
    lots: Lots
    states: States
    failures: Failures
    drives: Drives
