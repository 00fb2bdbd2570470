"""Lots in the plant."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linghang.twin.flow.model import Order, Route, Step

if TYPE_CHECKING:
    from linghang.twin.flow.work_centre import WorkCentre
    from linghang.twin.flow.worker import Worker


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One step of a product's route with the work centres that can do it."""

    product_id: str
    step: Step
    centres: tuple["WorkCentre", ...]


@dataclass(slots=True, eq=False)
class Lot:
    """One lot on its way.

    Attributes
    ----------
    pieces, bad
        Pieces that are still in it, and how many of them are bad without anybody knowing.
    stage, index
        Which stage is next or under way (the last one when all are done), and its number.
    finished
        Whether all its work is done.
    place
        Where it is.
    centre, holder
        Work centre whose room or machine it takes up after its work there, and that machine.
    bound_for
        Work centre that it goes to next.
    """

    lot_id: str
    order: Order
    route: Route
    stages: tuple[Stage, ...]
    pieces: int
    due_us: int
    place: str
    index: int = 0
    bad: int = 0
    children: int = 0
    arrived_us: int = 0
    centre: "WorkCentre | None" = None
    holder: "Worker | None" = None
    bound_for: "WorkCentre | None" = None
    finished: bool = False
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = self.stages[self.index]

    def pass_stage(self) -> None:
        """Go on to the next stage."""
        self.index += 1
        self.finished = self.index == len(self.stages)
        if not self.finished:
            self.stage = self.stages[self.index]
