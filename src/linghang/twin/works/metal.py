"""The metal of the works: heats, what they are charged with, and what comes back to be melted again.

Every kilogram is accounted for: ingots and additives come in; finished wheels, dross and what was pressed out of it
leave; feeders, chips and scrapped wheels go round. Masses are in kg.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import setting
from linghang.twin.works.demand import Floats, Ints
from linghang.twin.works.floor import CAST, HEAT, LEAK, MACHINED, PACKED, XRAY, Steps
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.products import PRODUCTS
from linghang.twin.works.span import Span, number_of
from linghang.twin.works.streams import stream
from linghang.twin.works.sums import summed
from linghang.twin.works.words import chosen, days_as_text, joined, numbered, padded

MELTED = 0
HEAT_KG = 2500.0
"""Metal that a furnace taps at once."""
STRONTIUM_SHARE, REFINER_SHARE = 0.0022, 0.0018
MOST_RETURNS = 0.42
"""Most of a charge that may be returns: more would spoil the alloy."""
OPENING_RETURNS_KG = 9000.0

CAST_KG = np.array([one.cast_kg for one in PRODUCTS])
METAL_KG = np.array([one.metal_kg for one in PRODUCTS])


@dataclass(frozen=True)
class Heats:
    """Heats of the furnaces in the order of their starts; all arrays have one value a heat.

    Attributes
    ----------
    first_step
        Row of the step that begins it.
    of_step
        Heat of each melting step, in the order of `melting` (rows of the steps).
    melt, returns, ingots, strontium, refiner, dross, skimmed
        kg.
    """

    ids: pa.Array
    machine: Ints
    start: Ints
    day: Ints
    first_step: Ints
    melting: Ints
    of_step: Ints
    melt: Floats
    returns: Floats
    ingots: Floats
    strontium: Floats
    refiner: Floats
    dross: Floats
    skimmed: Floats


@dataclass(frozen=True)
class Metal:
    """Heats, and the returns by day of the span: made, charged and in stock at its end."""

    heats: Heats
    returns_made: Floats
    returns_charged: Floats
    returns_stock: Floats


def returns_of(steps: Steps) -> Floats:
    """Metal that goes back to the furnaces at each step, in kg."""
    cast, metal = CAST_KG[steps.product], METAL_KG[steps.product]
    back = np.zeros(len(steps))
    for segment in (CAST, XRAY, HEAT):
        rows = steps.segment == segment
        back[rows] = steps.scrap[rows] * cast[rows]
    rows = steps.segment == MACHINED
    back[rows] = steps.pieces[rows] * (cast - metal)[rows] + steps.scrap[rows] * metal[rows]
    for segment in (LEAK, PACKED):
        rows = steps.segment == segment
        back[rows] = steps.scrap[rows] * metal[rows]
    return back


def metal_of(span: Span, seed: int, steps: Steps) -> Metal:
    """Put melting steps together to heats and charge them."""
    melting = np.flatnonzero(steps.segment == MELTED)
    melting = melting[np.lexsort((steps.start[melting], steps.machine[melting]))]
    one = steps.take(melting)
    mass = one.pieces * CAST_KG[one.product]
    poured = np.zeros(len(one))
    for machine in np.unique(one.machine):
        rows = one.machine == machine
        poured[rows] = np.cumsum(mass[rows]) - mass[rows]
    key = one.machine * 1_000_000 + (poured // HEAT_KG).astype(np.int64)
    _, first, of_step = np.unique(key, return_index=True, return_inverse=True)
    order = np.lexsort((one.machine[first], one.start[first]))
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    first, of_step = first[order], rank[of_step]
    melt = summed(of_step, mass, len(first))
    day = span.day_of(one.start[first])
    return _charged(span, seed, steps, melting, first, of_step, melt, day)


def _charged(
    span: Span, seed: int, steps: Steps, melting: Ints, first: Ints, of_step: Ints, melt: Floats, day: Ints
) -> Metal:
    rng = stream(seed, "metal loss")
    share = setting("dross_share", span, day) * rng.normal(1.0, 0.06, len(day)).clip(0.8, 1.2)
    charge = melt / (1 - share)
    days, begin = len(span.days), number_of(span.first)
    made, wanted = np.zeros(days), np.zeros(days)
    back_day = span.day_of(steps.end) - begin
    inside = (back_day >= 0) & (back_day < days)
    np.add.at(made, back_day[inside], returns_of(steps)[inside])
    heat_day = day - begin
    now = (heat_day >= 0) & (heat_day < days)
    np.add.at(wanted, heat_day[now], charge[now] * MOST_RETURNS)
    stock, used = _returns(made, wanted)
    ratio = np.full(len(day), 0.34)
    ratio[now] = (MOST_RETURNS * used / np.maximum(wanted, 1e-9))[heat_day[now]]
    machine = steps.machine[melting][first]
    returns, strontium, refiner = charge * ratio, charge * STRONTIUM_SHARE, charge * REFINER_SHARE
    dross = charge - melt
    number = numbered(day * len(MACHINES) + machine)
    ids = joined("H", days_as_text(day), chosen([one.id[-1] for one in MACHINES], machine), padded(number, 2))
    heats = Heats(
        ids, machine, steps.start[melting][first], day, melting[first], melting, of_step, melt, returns,
        charge - returns - strontium - refiner, strontium, refiner, dross,
        dross * setting("dross_recovered", span, day),
    )  # fmt: skip
    return Metal(heats, made, used, stock)


def _returns(made: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Charge what is there, up to what the furnaces may take; returns of a day are charged from the next day on."""
    stock, used = np.empty(len(made)), np.empty(len(made))
    there = OPENING_RETURNS_KG
    for day in range(len(made)):
        used[day] = min(there, wanted[day])
        there = (there - used[day]) + made[day]  # in this order never less than nothing
        stock[day] = there
    return stock, used


def by_day(span: Span, day: Ints, amount: Floats) -> Floats:
    """Sum amounts over the days of the span."""
    place = day - number_of(span.first)
    inside = (place >= 0) & (place < len(span.days))
    return summed(place[inside], amount[inside], len(span.days))
