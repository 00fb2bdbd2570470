"""What of the records matters to a derivation while its window is no longer than so many days.

The derivations themselves read whole tables, which is right for one answer; who asks the same derivation for hundreds
of windows asks it over these tables. Only rows and columns are left out that no such window lets it look at, and rows
that say of an order, a characteristic or a lot what another row says too: what a derivation answers is the same to the
last figure, as is what it lacks. A derivation without a row here gets its tables as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from linghang.evidence.derive import Derivation, Look
from linghang.evidence.looking import between, where

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Span:
    """How far back is looked: days from `first` to before `last`, and the same as moments (UTC)."""

    first: date
    last: date
    start: datetime
    end: datetime

    def holds(self, table: pa.Table, column: str) -> pa.Table:
        """Keep the rows whose moment or day lies in it."""
        low, high = (self.first, self.last) if pa.types.is_date(table[column].type) else (self.start, self.end)
        return between(table, column, low, high)


Less = Callable[[Tables, Span], Tables]


def within(one: Derivation, look: Look, days: int) -> Look:
    """Return a look at no more than matters to a derivation.

    Parameters
    ----------
    one
        The derivation; its observations and needs are the same for every window up to `days`.
    days
        The longest window, in days of the plant before the day of judgement.
    """
    if one.id not in _LESS:
        return look
    span = Span(look.as_of - timedelta(days), look.as_of, *look.window(days))
    every = {name: look.tables[name] for name in one.tables}
    return replace(look, tables=every | dict(_LESS[one.id](every, span)))


def _moments(table: str, column: str) -> Less:
    """Rows are counted by one moment: nothing but that moment matters."""

    def less(tables: Tables, span: Span) -> Tables:
        return {table: _some(span.holds(tables[table].select([column]), column), tables[table])}

    return less


def _states(tables: Tables, span: Span) -> Tables:
    """States that reach into the window, and those that are open.

    Where none reaches into it, no open one does either: it ends with what is known of the plant (see `closed`).
    """
    states = tables["equipment_state"].select(["equipment_id", "state", "start", "end"])
    begun = states.filter(pc.less(states["start"], pa.scalar(span.end, states["start"].type)))
    ends = begun["end"]
    rows = begun.filter(pc.fill_null(pc.greater(ends, pa.scalar(span.start, ends.type)), True))
    known = pc.fill_null(pc.and_(pc.is_valid(rows["end"]), pc.not_equal(rows["state"], "unknown")), False)
    less = pa.concat_tables([_touching(rows.filter(known)), rows.filter(pc.invert(known))])
    return {"equipment_state": _some(less, states)}


def _touching(states: pa.Table) -> pa.Table:
    """Make one state of those of an equipment that follow each other without a gap: they cover the same time."""
    states = states.sort_by([("equipment_id", "ascending"), ("start", "ascending")])
    ids, ends = states["equipment_id"], states["end"]
    goes_on = pc.and_(pc.equal(ids[1:], ids[:-1]), pc.equal(states["start"][1:], ends[:-1]))
    sound = pc.greater_equal(ends, states["start"])
    goes_on = pc.fill_null(pc.and_(goes_on, pc.and_(sound[1:], sound[:-1])), False)
    edge = pa.array([True])  # before the first and after the last
    begins = pa.chunked_array([edge, *pc.invert(goes_on).chunks]).slice(0, len(states))
    stops = pa.chunked_array([*pc.invert(goes_on).chunks, edge]).slice(0, len(states))
    return states.filter(begins).set_column(states.schema.get_field_index("end"), "end", ends.filter(stops))


def _inspections(tables: Tables, span: Span) -> Tables:
    """When each characteristic was last inspected digitally, otherwise, and without a word of how."""
    seen = span.holds(tables["inspection"].select(["characteristic_id", "digital", "at"]), "at")
    return {"inspection": _some(_last(seen, "at", "characteristic_id", "digital"), tables["inspection"])}


def _lots(tables: Tables, span: Span) -> Tables:
    """Finished lots, and once each which of them come from another."""
    finished = where(tables["material"], kind="finished")["material_id"].combine_chunks()
    lots = span.holds(tables["lot"].select(["lot_id", "material_id", "made_on"]), "made_on")
    lots = lots.filter(pc.is_in(lots["material_id"], finished))
    children = pc.unique(tables["lot_genealogy"]["child_lot_id"])
    traced = pa.table({"child_lot_id": children.filter(pc.is_in(children, lots["lot_id"].combine_chunks()))})
    return {"lot": _some(lots, tables["lot"]), "lot_genealogy": _some(traced, tables["lot_genealogy"])}


def _lines(tables: Tables, span: Span) -> Tables:
    """Order lines that are due, and what was delivered for them."""
    lines = tables["sales_order_line"].select(["line_id", "due_on", "quantity", "cancelled"])
    due = span.holds(lines, "due_on")
    delivered = tables["delivery"].select(["line_id", "delivered_on", "quantity"])
    ours = delivered.filter(pc.is_in(delivered["line_id"], due["line_id"].combine_chunks()))
    return {"sales_order_line": _some(due, lines), "delivery": _some(ours, delivered)}


def _orders(tables: Tables, span: Span) -> Tables:
    """One job an order that stands for all its jobs: when it was last worked on, and what hangs together with it.

    Who looks at orders through their jobs sees the same orders: one is worked on in a window where a response of any
    of its jobs ends, so where the last one before the day of judgement does.
    """
    jobs, responses, inspections = tables["job_order"], tables["job_response"], tables["inspection"]
    order_of = jobs.select(["job_id", "production_order_id"])

    def orders(worked: pa.Table) -> pa.Table:
        return worked.join(order_of, "job_id", join_type="inner")

    seen = _last(orders(span.holds(responses.select(["job_id", "end"]), "end")), "end", "production_order_id")
    actuals = pc.unique(tables["material_actual"]["response_id"]).drop_null()
    used = responses.filter(pc.is_in(responses["response_id"], actuals)).select(["job_id"])
    using = pc.unique(orders(used)["production_order_id"])
    inspected = pc.unique(orders(pa.table({"job_id": pc.unique(inspections["job_id"])}))["production_order_id"])
    planned = _last(jobs, "planned_start", "production_order_id")
    last = pa.table({"job_id": seen["production_order_id"], "end": seen["end"]})
    return {
        "job_order": planned.append_column("job_id", planned["production_order_id"]),
        "job_response": pa.concat_tables(
            [last, pa.table({"job_id": using, "response_id": using})], promote_options="default"
        ),
        "inspection": pa.table({"job_id": inspected}),
        "material_actual": pa.table({"response_id": using}),
    }


def _last(table: pa.Table, moment: str, *keys: str) -> pa.Table:
    """One row for each that the keys name, with its last moment; null where it has none."""
    found = table.group_by(list(keys)).aggregate([(moment, "max")])
    return found.select([*keys, f"{moment}_max"]).rename_columns([*keys, moment])


def _some(less: pa.Table, whole: pa.Table) -> pa.Table:
    """At least one row where there is one: of a table without rows it is said that it is missing."""
    return less if less.num_rows else whole.select(less.column_names).slice(0, 1)


_LESS: Mapping[str, Less] = {
    "monitoring": _states,
    "records.job_planning": _moments("job_response", "start"),
    "records.quality": _moments("inspection", "at"),
    "records.equipment_assets": _moments("maintenance_order", "opened_at"),
    "records.materials": _moments("stock_movement", "at"),
    "records.procurement": _moments("purchase_order", "ordered_on"),
    "records.sales": _moments("sales_order", "ordered_on"),
    "records.inventory": _moments("stock_snapshot", "day"),
    "records.workforce": _moments("work_hours", "day"),
    "records.supply_chain": _moments("receipt", "received_on"),
    "safety_energy_environment": _moments("meter_reading", "start"),
    "digital_inspection": _inspections,
    "traceability": _lots,
    "on_time_delivery": _lines,
    "collaborative_control": _orders,
}
"""Derivation -> what matters of its tables; what is looked at without a window is left as it is."""
