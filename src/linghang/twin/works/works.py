"""The whole works: all tables of a plant, and the truth about them, from a span of time and a seed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.twin.works import products as made
from linghang.twin.works.capabilities import live_on
from linghang.twin.works.control import alarm_rows, apc_rows
from linghang.twin.works.demand import WARM_DAYS, Floats, Lines, demand_rows, order_lines
from linghang.twin.works.energy import energy_of, reading_rows
from linghang.twin.works.environment import by_month, environment_rows
from linghang.twin.works.finance import MASS_KG, Used, finance_rows, made_by_month, output_rows
from linghang.twin.works.floor import MACHINED, PACKED, POWDER, PRETREATED, Failures, Floor, States
from linghang.twin.works.flowing import run_floor
from linghang.twin.works.genealogy import actual_rows, lot_rows
from linghang.twin.works.industry import comparator_rows
from linghang.twin.works.innovation import innovation_rows
from linghang.twin.works.jobs import (
    kept_orders,
    order_rows,
    reported_states,
    response_rows,
    responses_of,
    state_rows,
)
from linghang.twin.works.layout import enterprise_rows
from linghang.twin.works.machines import machine_rows
from linghang.twin.works.maintenance import maintenance_of
from linghang.twin.works.materials import material_rows
from linghang.twin.works.metal import Metal, by_day, metal_of
from linghang.twin.works.meters import meter_rows
from linghang.twin.works.people import people_of
from linghang.twin.works.planning import Plan, plan_orders
from linghang.twin.works.presence import joined_failures, joined_states, serving_states
from linghang.twin.works.products import PRODUCTS, SEGMENTS, product_rows
from linghang.twin.works.purchasing import Supplied, purchase_rows, supply
from linghang.twin.works.quality import ALWAYS_DIGITAL, SOON_DIGITAL, quality_of
from linghang.twin.works.safety import safety_rows
from linghang.twin.works.service import service_rows
from linghang.twin.works.shipping import Shipments, delivered_by_month, delivery_rows, kept_lines, ship
from linghang.twin.works.span import Span, number_of
from linghang.twin.works.stock import movement_rows, snapshot_rows, stock_of
from linghang.twin.works.systems import system_rows
from linghang.twin.works.tags import tag_rows
from linghang.twin.works.troubles import Trouble, troubles
from linghang.twin.works.truth import truth_of

Told = Callable[[int, int], None]
"""Told the months of the flow that are done, and all of them."""
HAND_WORK = frozenset({"070", "100"})
"""Segments where people hang, look and pack."""


@dataclass(frozen=True)
class Works:
    """The records of the works, and the truth about them.

    Attributes
    ----------
    tables
        Name -> rows, of every table of a plant.
    truth
        JSON document.
    """

    tables: Mapping[str, pa.Table]
    truth: Mapping[str, Any]


@dataclass(frozen=True)
class _Past:
    """What happened: demand and plan, the floor with the machines that serve it, and what was shipped."""

    span: Span
    seed: int
    lines: Lines
    plan: Plan
    found: tuple[Trouble, ...]
    floor: Floor
    serving: States
    failures: Failures
    shipments: Shipments


def make_works(span: Span, seed: int, told: Told) -> Works:
    """Make all records of the works; the same span and seed give the same rows.

    Raises
    ------
    BadInput
        The span lies where the works has no records.
    """
    past = _past(span, seed, told)
    metal = metal_of(span, seed, past.floor.steps)
    maintenance = maintenance_of(span, seed, past.failures)
    used = {**_used(span, past.floor, metal), **maintenance.parts}
    quality = quality_of(span, seed, past.plan, past.floor, past.found)
    accounts = Used(used, maintenance.cost, quality.cost)
    tables = {
        **_standing(span),
        **_traded(past, metal, supply(span, seed, used), used),
        **_worked(past, metal),
        **quality.tables,
        **maintenance.tables,
        **_accounted(past, metal, accounts),
        "service_request": service_rows(span, seed),
        "apc_period": apc_rows(span, seed),
        "alarm": alarm_rows(span, seed, past.failures),
        **safety_rows(span, seed),
        **innovation_rows(span, seed),
    }
    return Works(tables, truth_of(span, seed, past.plan, past.lines, past.floor, past.found, quality.bias))


def _past(span: Span, seed: int, told: Told) -> _Past:
    warm = span.first - timedelta(WARM_DAYS)
    lines = order_lines(span, seed)
    plan = plan_orders(span, seed, lines, warm)
    found = troubles(span, seed)
    floor = run_floor(span, seed, plan, found, told)
    serving, broken = serving_states(span, seed)
    failures = joined_failures(floor.failures, broken)
    shipments = ship(span, seed, lines, floor.lots, number_of(warm))
    return _Past(span, seed, lines, plan, found, floor, serving, failures, shipments)


def _traded(it: _Past, metal: Metal, supplied: Supplied, used: Mapping[str, Floats]) -> dict[str, pa.Table]:
    """Orders and deliveries, purchases and receipts, stock, and lots, which begin with what was bought."""
    kept = kept_lines(it.span, it.lines, it.shipments)
    stock = stock_of(it.span, it.floor, it.lines, it.shipments, metal, supplied, used)
    return {
        **demand_rows(it.lines, kept, it.shipments.revised),
        "delivery": delivery_rows(it.span, it.lines, it.shipments, kept),
        **purchase_rows(it.span, it.seed, supplied),
        "stock_snapshot": snapshot_rows(it.span, it.seed, stock),
        "stock_movement": movement_rows(it.span, it.plan, it.floor, it.lines, it.shipments, supplied, used),
        **order_rows(it.span, it.plan, it.lines, it.floor, kept_orders(it.span, it.plan, it.floor.steps), kept),
        **lot_rows(it.span, it.plan, it.floor, metal, supplied),
    }


def _worked(it: _Past, metal: Metal) -> dict[str, pa.Table]:
    """What machines did, and what they used and made."""
    steps = it.floor.steps
    responses = responses_of(it.span, it.plan, steps)
    inside = responses.start >= it.span.start_us
    return {
        "job_response": response_rows(it.plan, steps, responses, inside),
        "material_actual": actual_rows(it.floor, metal, responses, inside),
        "equipment_state": state_rows(joined_states(reported_states(it.span, it.floor.states), it.serving)),
    }


def _accounted(it: _Past, metal: Metal, used: Used) -> dict[str, pa.Table]:
    """People, energy, environment, output and money."""
    span, seed = it.span, it.seed
    people = people_of(span, seed, it.floor)
    energy = energy_of(span, seed, it.floor, joined_states(it.floor.states, it.serving), it.found)
    output = made_by_month(span, it.floor.lots)
    dross_t = by_month(span, by_day(span, metal.heats.day, metal.heats.dross)) / 1000
    good_t = (output * MASS_KG).sum(axis=1) / 1000
    sold = delivered_by_month(span, it.lines, it.shipments)
    return {
        **people.tables,
        "meter_reading": reading_rows(span, energy),
        **environment_rows(span, seed, energy, dross_t, good_t, it.found),
        "output_month": output_rows(span, output),
        "finance_month": finance_rows(span, seed, sold, output, used, people, energy),
    }


def _standing(span: Span) -> dict[str, pa.Table]:
    """Tables that no day of work changes."""
    automated = frozenset(segment.code for segment in SEGMENTS) - HAND_WORK
    return {
        **enterprise_rows(),
        **machine_rows(live_on("warehouse", span)),
        **system_rows(span),
        **material_rows(),
        **product_rows(automated, ALWAYS_DIGITAL | {SOON_DIGITAL}),
        "tag": tag_rows(),
        "meter": meter_rows(),
        "comparator": comparator_rows(span),
    }


def _used(span: Span, floor: Floor, metal: Metal) -> dict[str, Floats]:
    """Materials that the works used on each day of the span, spare parts left out."""
    heats = metal.heats
    used = {
        made.INGOT: by_day(span, heats.day, heats.ingots),
        made.STRONTIUM: by_day(span, heats.day, heats.strontium),
        made.GRAIN_REFINER: by_day(span, heats.day, heats.refiner),
    }
    steps = floor.steps
    for name, amounts in _auxiliaries(floor):
        used[name] = by_day(span, span.day_of(steps.end), amounts)
    return {name: np.round(amounts, 3) for name, amounts in used.items()}


def _auxiliaries(floor: Floor) -> Iterator[tuple[str, Floats]]:
    steps = floor.steps
    painted = (steps.pieces + steps.rework) * (steps.segment == POWDER)
    for powder in made.POWDERS:
        own = np.array([one.powder == powder for one in PRODUCTS])[steps.product]
        yield powder, painted * own * made.POWDER_KG
    yield made.CHEMICAL, steps.pieces * (steps.segment == PRETREATED) * 0.045
    yield made.COOLANT, steps.pieces * (steps.segment == MACHINED) * 0.012
    yield made.BOX, np.round(steps.good * (steps.segment == PACKED) * 0.25, 2)
