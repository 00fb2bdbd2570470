"""Checks that need several columns or rows, declared as data: which table, which columns, what is said.

In a message {a}, {b}, {c} are the names of the check's columns, and {a_value}, {b_value}, {c_value} what the row has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from linghang.plant import credit_code
from linghang.plant.codes import division_of, region_of
from linghang.plant.comparators import area_of, check_kind, check_unit, check_value
from linghang.plant.finding import (
    Find,
    before,
    circular,
    duplicate,
    filled_though,
    none_filled,
    not_after,
    over_sum,
    overlapping,
    same,
    unlisted,
    unwritten,
)
from linghang.plant.problem import Problem, Rows
from linghang.plant.tables import TABLES
from linghang.plant.units import unit
from linghang.plant.writing import check_carrier_unit, check_country, check_source_unit, check_time_zone
from linghang.words import later

_LETTERS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the rows of one table.

    Attributes
    ----------
    columns
        What the check reads. Where one of them is missing, the check is left out.
    message
        Sentence of the catalogue.
    find
        (rows, columns) -> the rows that it refuses.
    blames
        The column to look at first.
    """

    id: str
    table: str
    columns: tuple[str, ...]
    message: str
    find: Find
    blames: str

    def problems(self, rows: Rows) -> Iterator[Problem]:
        """Yield what is wrong, with the names and values of the columns."""
        lettered = tuple(zip(_LETTERS, self.columns, strict=False))
        titles = {letter: rows.table.columns[name].info["title"] for letter, name in lettered}
        for flaw in self.find(rows, self.columns):
            shown = {f"{letter}_value": rows.arrays[name][flaw.row].as_py() for letter, name in lettered}
            values = {**titles, **shown, **flaw.values}
            yield Problem(flaw.row, self.blames, self.id, flaw.message or self.message, values)


_STRETCHES = (
    # table, start, end: the end lies after the start
    ("equipment_state", "start", "end"),
    ("apc_period", "start", "end"),
    ("shift", "start", "end"),
    ("production_order", "planned_start", "planned_end"),
    ("job_order", "planned_start", "planned_end"),
    ("job_response", "start", "end"),
    ("failure", "start", "end"),
    ("meter_reading", "start", "end"),
    ("emission", "start", "end"),
    ("permit", "start", "end"),
    ("quality_characteristic", "lower_limit", "upper_limit"),
    ("tag", "low_limit", "high_limit"),
)

_ORDERS = (
    # table, earlier, later: the later one may be equal
    ("incident", "at", "closed_at"),
    ("equipment", "commissioned_on", "retired_on"),
    ("alarm", "at", "cleared_at"),
    ("alarm", "at", "acknowledged_at"),
    ("software", "go_live_on", "retired_on"),
    ("system_link", "go_live_on", "retired_on"),
    ("person", "joined_on", "left_on"),
    ("product", "launched_on", "discontinued_on"),
    ("routing", "valid_from", "valid_to"),
    ("delivery", "shipped_on", "delivered_on"),
    ("service_request", "opened_at", "responded_at"),
    ("service_request", "opened_at", "closed_at"),
    ("nonconformance", "opened_at", "closed_at"),
    ("maintenance_order", "opened_at", "finished_at"),
    ("maintenance_order", "started_at", "finished_at"),
    ("hazard", "found_at", "closed_at"),
    ("permit", "start", "closed_at"),
    ("rnd_project", "approved_on", "released_on"),
    ("decision_model", "first_used_on", "retired_on"),
    ("scene_built", "go_live_on", "retired_on"),
    ("comparator", "valid_from", "valid_to"),
    ("quality_characteristic", "lower_limit", "target"),
    ("quality_characteristic", "target", "upper_limit"),
)

_SUMS = (
    # table, whole, its parts
    ("job_response", "produced_quantity", "good_quantity", "scrap_quantity", "rework_quantity"),
    ("receipt", "quantity", "accepted_quantity"),
    ("inspection", "inspected_quantity", "defective_quantity"),
    ("work_hours", "hours", "overtime_h"),
    ("headcount_month", "employees", "dispatched"),
    ("waste_month", "utilised_t", "utilised_from_stock_t"),
)

_OVERLAPS = (
    ("equipment_state", "equipment_id", "start", "end"),
    ("apc_period", "loop_id", "start", "end"),
    ("meter_reading", "meter_id", "start", "end"),
)

_CIRCLES = (
    ("bill_of_material", "parent_material_id", "component_material_id"),
    ("lot_genealogy", "parent_lot_id", "child_lot_id"),
)

_APART = (
    ("system_link", "from_software_id", "to_software_id"),
    ("stock_movement", "from_location_id", "to_location_id"),
)

_WRITTEN = (
    ("enterprise", ("credit_code",), credit_code.check),
    ("customer", ("credit_code",), credit_code.check),
    ("supplier", ("credit_code",), credit_code.check),
    ("replication", ("receiver_credit_code",), credit_code.check),
    ("enterprise", ("region_code",), region_of),
    ("factory", ("region_code",), region_of),
    ("enterprise", ("industry_code",), division_of),
    ("factory", ("time_zone",), check_time_zone),
    ("equipment", ("origin_country",), check_country),
    ("customer", ("country",), check_country),
    ("supplier", ("country",), check_country),
    ("material", ("unit",), unit),
    ("product", ("unit",), unit),
    ("meter", ("carrier", "unit"), check_carrier_unit),
    ("tag", ("unit", "source_unit"), check_source_unit),
    ("comparator", ("industry_code",), division_of),
    ("comparator", ("region",), area_of),
    ("comparator", ("indicator", "kind"), check_kind),
    ("comparator", ("indicator", "kind", "unit"), check_unit),
    ("comparator", ("indicator", "kind", "unit", "value"), check_value),
)

_SUM_PARTS = {
    1: later("{b} ({b_value}) is more than {a} ({a_value})"),
    3: later("{b} ({b_value}), {c} ({c_value}) and {d} ({d_value}) add up to more than {a} ({a_value})"),
}


_SINGLE = (
    Check(
        "work_hours.whose",
        "work_hours",
        ("person_id", "department", "work_center_id"),
        later("one of {a}, {b} and {c} says whose hours these are"),
        none_filled,
        "department",
    ),
    Check(
        "equipment.in_use_though_retired",
        "equipment",
        ("retired_on", "status"),
        later("{b} is in use, and yet {a} is {a_value}"),
        filled_though("in_use"),
        "status",
    ),
    Check(
        "production_order.routing",
        "production_order",
        ("product_id",),
        later("the product {a_value} has no process segment: nothing says how it is made"),
        unlisted("process_segment.product_id"),
        "product_id",
    ),
)


def _declared() -> Iterator[Check]:
    for name, table in TABLES.items():
        keys = tuple(column.name for column in table.primary_key.columns)
        message = later("{key} stands here a second time; a row is known by its key")
        yield Check(f"{name}.duplicate", name, keys, message, duplicate, keys[-1])
    for name, start, end in _STRETCHES:
        message = later("{b} ({b_value}) does not lie after {a} ({a_value})")
        yield Check(f"{name}.{start}_before_{end}", name, (start, end), message, not_after, end)
    for name, earlier, last in _ORDERS:
        message = later("{b} ({b_value}) lies before {a} ({a_value})")
        yield Check(f"{name}.{earlier}_before_{last}", name, (earlier, last), message, before, last)
    for name, whole, *parts in _SUMS:
        message = _SUM_PARTS[len(parts)]
        yield Check(f"{name}.within_{whole}", name, (whole, *parts), message, over_sum, parts[0])
    for name, key, start, end in _OVERLAPS:
        message = later("{a_value}: begins at {b_value}, before an earlier stretch has ended")
        yield Check(f"{name}.overlap", name, (key, start, end), message, overlapping, start)
    for name, head, tail in _CIRCLES:
        message = later("goes round in a circle: {circle}")
        yield Check(f"{name}.circle", name, (head, tail), message, circular, tail)
    for name, one, other in _APART:
        message = later("{a} and {b} are the same: {a_value}")
        yield Check(f"{name}.apart", name, (one, other), message, same, other)
    for name, columns, check in _WRITTEN:
        yield Check(f"{name}.{columns[-1]}", name, columns, "", unwritten(check), columns[-1])
    yield from _SINGLE


def _by_table() -> Mapping[str, tuple[Check, ...]]:
    found: dict[str, tuple[Check, ...]] = {}
    for check in _declared():
        found[check.table] = (*found.get(check.table, ()), check)
    return found


CHECKS: Mapping[str, tuple[Check, ...]] = _by_table()
"""Table -> its checks beyond those of single columns."""
