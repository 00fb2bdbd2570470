"""What happens in a run, as it happens; `at_us` is the moment in microseconds of UTC."""

from typing import NamedTuple


class StateBegan(NamedTuple):
    """A machine or vehicle changes its state, or the lot that it has.

    `state` is a word of the table `equipment_state`. `reason` says more: `starved` or `blocked` of an idle machine,
    `empty` of a vehicle that comes (until it has taken the lot up) and `loaded` of one that carries, the cause of a
    breakdown, the reason of a planned stop.
    """

    at_us: int
    machine_id: str
    state: str
    reason: str
    lot_id: str


class StepDone(NamedTuple):
    """A lot has been worked at one segment.

    `start_us` is when its machine took it (set-up included), `work_us` when work on the pieces began. `pieces` came
    in; `good` at once, `rework` and `scrap` sum up to them. `setup_us` and `run_us` are without breaks; lots of one
    load have the same `run_us`, the first of them the set-up, and each its share of the labour.
    `plant_*` count what is in the plant then.
    """

    at_us: int
    lot_id: str
    order_id: str
    product_id: str
    segment_id: str
    station_id: str
    machine_id: str
    arrived_us: int
    start_us: int
    work_us: int
    pieces: int
    good: int
    rework: int
    scrap: int
    setup_us: int
    run_us: int
    labour_us: int
    plant_lots: int
    plant_pieces: int


class Moved(NamedTuple):
    """A lot has been carried; it left its place at `start_us`. `carrier` is the vehicle, empty for a conveyor."""

    at_us: int
    lot_id: str
    product_id: str
    pieces: int
    from_place: str
    to_place: str
    carrier: str
    start_us: int


class Failed(NamedTuple):
    """A machine breaks down."""

    at_us: int
    machine_id: str
    cause: str
    component: str


class Repaired(NamedTuple):
    """The machine that failed at `failed_us` can work again."""

    at_us: int
    machine_id: str
    failed_us: int


class LotEntered(NamedTuple):
    """A lot enters the plant, or is split off `parent` for rework. `plant_*` count what is in the plant then."""

    at_us: int
    lot_id: str
    order_id: str
    product_id: str
    pieces: int
    parent: str
    plant_lots: int
    plant_pieces: int


class LotLeft(NamedTuple):
    """A lot leaves the plant with `good` pieces (none where all were scrapped), of them `bad` that nobody found."""

    at_us: int
    lot_id: str
    order_id: str
    product_id: str
    good: int
    bad: int
    plant_lots: int
    plant_pieces: int


class OrderDone(NamedTuple):
    """The last lot of an order has left; `due_us` is None where it has no due date."""

    at_us: int
    order_id: str
    product_id: str
    due_us: int | None
    quantity: int
    good: int
    scrap: int


Event = StateBegan | StepDone | Moved | Failed | Repaired | LotEntered | LotLeft | OrderDone
