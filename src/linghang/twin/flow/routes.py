"""How products are made: routes of process segments."""

from dataclasses import dataclass

from linghang.errors import BadInput
from linghang.twin.flow.distributions import Distribution, fixed

NONE = fixed(0.0)
"""No time at all."""


@dataclass(frozen=True, slots=True)
class Step:
    """One process segment of a route.

    Attributes
    ----------
    segment_id
        Process segment id of the records.
    stations
        Stations that can do it. Of several the lot goes to the one with the fewest lots per machine (waiting, in
        work or on their way), of equal ones to the first.
    piece_s
        Time of one piece. One draw per lot counts for all its pieces: lots differ, pieces of a lot do not.
    lot_s
        Time per lot beside its pieces (loading, filling a furnace).
    setup_s
        Set-up time of a change of product that the station's matrix does not list.
    dwell_s
        Time after the work in which the lot cannot move on and the machine is free (cooling, passage of a line). The
        lot takes no room meanwhile, and does not block the machine afterwards.
    scrap, rework
        Probability of a piece to be scrapped, to need rework (exclusive, sum at most 1).
    rework_to
        Segment of the same route to which the pieces to rework go back, as a lot of their own; empty: they are made
        again here at once, before the lot moves on, and are good then.
    inspection
        Whether bad pieces of an earlier step (`Fault` of kind `bad_lot`) are found and scrapped here.
    crew
        People at the machine, for labour time.
    """

    segment_id: str
    stations: tuple[str, ...]
    piece_s: Distribution
    lot_s: Distribution = NONE
    setup_s: float = 0.0
    dwell_s: Distribution = NONE
    scrap: float = 0.0
    rework: float = 0.0
    rework_to: str = ""
    inspection: bool = False
    crew: float = 0.0

    def __post_init__(self) -> None:
        if not self.stations:
            raise BadInput("segment {segment} names no station", segment=self.segment_id)
        if not (0 <= self.scrap <= 1 and 0 <= self.rework <= 1 and self.scrap + self.rework <= 1):
            raise BadInput(
                "scrap and rework of segment {segment} are probabilities with a sum of at most 1; "
                "{scrap} and {rework} are not",
                segment=self.segment_id,
                scrap=self.scrap,
                rework=self.rework,
            )
        if self.setup_s < 0 or self.crew < 0:
            raise BadInput("set-up time and crew of segment {segment} are 0 or more", segment=self.segment_id)


@dataclass(frozen=True, slots=True)
class Route:
    """How one product is made.

    Attributes
    ----------
    product_id, material_id
        Product, and the material that stock movements name (the product's id where empty).
    family
        Product family, for set-ups and furnace loads.
    steps
        Its segments in order.
    lot_pieces
        Pieces of one lot; the last lot of an order may be smaller.
    """

    product_id: str
    steps: tuple[Step, ...]
    lot_pieces: int
    family: str = ""
    material_id: str = ""

    def __post_init__(self) -> None:
        if not self.steps or self.lot_pieces < 1:
            raise BadInput("product {product} needs a segment and lots of at least 1 piece", product=self.product_id)
        segments = [step.segment_id for step in self.steps]
        if len(set(segments)) < len(segments):
            raise BadInput("product {product} has a segment twice in its route", product=self.product_id)
        for index, step in enumerate(self.steps):
            if step.rework_to and step.rework_to not in segments[: index + 1]:
                raise BadInput(
                    "rework of segment {segment} goes back to itself or an earlier segment; {to} is none",
                    segment=step.segment_id,
                    to=step.rework_to,
                )

    @property
    def material(self) -> str:
        """Material that stock movements name."""
        return self.material_id or self.product_id
