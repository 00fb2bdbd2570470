"""Derivations for capabilities: what the records prove that the factory can do.

Live series and transactions of the last weeks prove by measurement; registers of assets, software and links prove by
document. What needs an engine (warning, diagnosis, optimisation …) is not here: without its observations it stays
unknown.
"""

from collections.abc import Callable
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from linghang.evidence.derive import Found, Look, Needs
from linghang.evidence.looking import (
    between,
    closed,
    covered_micros,
    in_use,
    key_equipment,
    micros,
    share_of_flags,
    where,
)

Run = Callable[[Look], Found | Needs]


def monitored(look: Look) -> Found | Needs:
    """Key equipment whose state is known for most of the window; what is open counts only as far as is known."""
    ids = key_equipment(look)["equipment_id"].to_pylist()
    start, end = look.window(look.days("monitoring_window_days"))
    states = closed(look.tables["equipment_state"], end, timedelta(look.days("open_state_days")), look.last_points)
    recent = states.filter(pc.greater(states["end"], pa.scalar(start, states["end"].type)))
    if not ids or recent.num_rows == 0:
        return Needs(("equipment.key",) if not ids else ("equipment_state",))
    covered = covered_micros(recent, ids, start, end)
    wanted = (micros(end) - micros(start)) * look.number("monitored_time_share")
    good = sum(1 for value in covered.values() if value >= wanted)
    bound = look.number("key_equipment_share")
    known_until = pc.max(recent["end"]).as_py().astimezone(look.zone).isoformat(timespec="seconds")
    detail = {"monitored": good, "of": len(ids), "known_until": known_until}
    return Found("met" if good >= bound * len(ids) else "unmet", detail)


def key_flags(column: str) -> Run:
    """The share of the key equipment whose flag says yes."""

    def run(look: Look) -> Found | Needs:
        flags = key_equipment(look)[column]
        return share_of_flags(flags, look.number("key_equipment_share"), "key_equipment_share", f"equipment.{column}")

    return run


def equipment_upgraded(look: Look) -> Found | Needs:
    """Key equipment that is numerically controlled and networked."""
    rows = key_equipment(look)
    both = pc.and_kleene(rows["numerically_controlled"], rows["networked"])
    return share_of_flags(
        both,
        look.number("key_equipment_share"),
        "key_equipment_share",
        "equipment.numerically_controlled, equipment.networked",
    )


def segment_flags(column: str) -> Run:
    """The share of the key process steps whose flag says yes."""

    def run(look: Look) -> Found | Needs:
        flags = where(look.tables["process_segment"], key=True)[column]
        return share_of_flags(flags, look.number("key_process_share"), "key_process_share", f"process_segment.{column}")

    return run


def _systems(look: Look, functions: tuple[str, ...]) -> list[str]:
    """Software in use that has one of the functions, and has it by then."""
    alive = set(in_use(look.tables["software"], look.as_of)["software_id"].to_pylist())
    uses = look.tables["software_function"]
    uses = uses.filter(pc.fill_null(pc.less(uses["used_since"], pa.scalar(look.as_of)), True))
    having = where(uses, function=list(functions))["software_id"].to_pylist()
    return sorted(alive.intersection(having))


def managed(functions: tuple[str, ...], table: str, moment: str) -> Run:
    """A system has the function, and its transactions of the last weeks are there."""

    def run(look: Look) -> Found | Needs:
        systems = _systems(look, functions)
        start, end = look.window(look.days("system_window_days"))
        column = look.tables[table][moment]
        if pa.types.is_date(column.type):
            rows = between(
                look.tables[table], moment, look.as_of - timedelta(look.days("system_window_days")), look.as_of
            )
        else:
            rows = between(look.tables[table], moment, start, end)
        enough = rows.num_rows >= max(look.number("system_records_minimum"), 1)
        missing = (() if systems else (f"software_function ({' / '.join(functions)})",)) + (
            () if enough else (f"{table} ({moment})",)
        )
        return Needs(missing) if missing else Found("met", {"systems": systems, "rows": rows.num_rows})

    return run


def has_system(functions: tuple[str, ...], kinds: tuple[str, ...] = ()) -> Run:
    """The register holds software in use with one of the functions, or of one of the kinds."""

    def run(look: Look) -> Found | Needs:
        alive = in_use(look.tables["software"], look.as_of)
        systems = sorted({*_systems(look, functions), *where(alive, kind=list(kinds))["software_id"].to_pylist()})
        if not systems:
            return Needs((f"software ({' / '.join((*kinds, *functions))})",))
        return Found("met", {"systems": systems})

    return run


def linked(*groups: tuple[str, ...]) -> Run:
    """Systems of all groups of functions hang together through links in use."""

    def run(look: Look) -> Found | Needs:
        alive = in_use(look.tables["software"], look.as_of)["software_id"].combine_chunks()
        links = in_use(look.tables["system_link"], look.as_of)
        links = links.filter(
            pc.and_(pc.is_in(links["from_software_id"], alive), pc.is_in(links["to_software_id"], alive))
        )
        neighbours: dict[str, set[str]] = {}
        for a, b in zip(links["from_software_id"].to_pylist(), links["to_software_id"].to_pylist(), strict=True):
            neighbours.setdefault(a, {a}).add(b)
            neighbours.setdefault(b, {b}).add(a)
        wanted = [set(_systems(look, group)) for group in groups]
        for start in sorted(wanted[0]):
            reached, waiting = {start}, [start]
            while waiting:
                fresh = neighbours.get(waiting.pop(), set()) - reached
                reached |= fresh
                waiting += fresh
            if all(reached & systems for systems in wanted):
                return Found("met", {"linked": sorted(set().union(*wanted) & reached), "links": links.num_rows})
        return Needs(("system_link, software_function",))

    return run


def accounts(look: Look) -> Found | Needs:
    """Every one of the last months is accounted for: revenue, cost of goods and operating cost."""
    months = look.days("accounting_months")
    rows = look.tables["finance_month"]
    whole = rows.filter(
        pc.and_(
            pc.and_(pc.is_valid(rows["revenue_cny"]), pc.is_valid(rows["cost_of_goods_cny"])),
            pc.is_valid(rows["operating_cost_cny"]),
        )
    )
    have = {day.replace(day=1) for day in whole["month"].to_pylist()}
    month, wanted = look.as_of.replace(day=1), set()
    for _ in range(months):
        month = (month - timedelta(1)).replace(day=1)
        wanted.add(month)
    missing = wanted - have
    if missing:
        return Needs((f"finance_month {min(missing):%Y-%m}",))
    return Found("met", {"months": months})


def quantified(look: Look) -> Found | Needs:
    """Enough of the indicators can be computed from the records."""
    bound = look.number("indicator_minimum")
    if len(look.indicators) < bound:
        return Needs((f"{int(bound) - len(look.indicators)} × indicators",))
    return Found("met", {"indicators": sorted(look.indicators)})


def digitally_inspected(look: Look) -> Found | Needs:
    """Key characteristics that were inspected digitally within the window."""
    keys = where(look.tables["quality_characteristic"], key=True)["characteristic_id"].to_pylist()
    start, end = look.window(look.days("system_window_days"))
    seen = between(look.tables["inspection"], "at", start, end)
    if not keys or seen.num_rows == 0:
        return Needs(("quality_characteristic.key",) if not keys else ("inspection",))
    how = set(zip(seen["characteristic_id"].to_pylist(), seen["digital"].to_pylist(), strict=True))
    by_hand = {one for one in keys if (one, False) in how and (one, None) not in how}
    flags = [True if (one, True) in how else (False if one in by_hand else None) for one in keys]
    return share_of_flags(
        pa.chunked_array([pa.array(flags, pa.bool_())]),
        look.number("key_characteristic_share"),
        "key_characteristic_share",
        "inspection",
    )


def traceable(look: Look) -> Found | Needs:
    """Finished lots of the window that lead back to another lot."""
    finished = where(look.tables["material"], kind="finished")["material_id"]
    start = look.as_of - timedelta(look.days("system_window_days"))
    lots = between(look.tables["lot"], "made_on", start, look.as_of)
    lots = lots.filter(pc.is_in(lots["material_id"], finished.combine_chunks()))
    if lots.num_rows == 0 or look.tables["lot_genealogy"].num_rows == 0:
        return Needs(("lot",) if lots.num_rows == 0 else ("lot_genealogy",))
    parents = look.tables["lot_genealogy"]["child_lot_id"].combine_chunks()
    return share_of_flags(
        pa.chunked_array([pc.is_in(lots["lot_id"].combine_chunks(), parents)]),
        look.number("traceable_share"),
        "traceable_share",
        "lot_genealogy",
    )


def joined_orders(look: Look) -> Found | Needs:
    """Production orders worked on in the window whose plan, work, material and quality hang together."""
    tables, (start, end) = look.tables, look.window(look.days("system_window_days"))
    responses, jobs, orders = tables["job_response"], tables["job_order"], tables["production_order"]
    planned = jobs.filter(pc.is_valid(jobs["planned_start"]))
    used = responses.filter(_among(responses["response_id"], tables["material_actual"]["response_id"]))

    def orders_of(worked: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.unique(jobs.filter(_among(jobs["job_id"], worked))["production_order_id"])

    seen = orders.filter(
        _among(orders["production_order_id"], orders_of(between(responses, "end", start, end)["job_id"]))
    )
    if seen.num_rows == 0:
        return Needs(("job_response.job_id",))
    links = {
        "material_actual": orders_of(used["job_id"]),
        "inspection.job_id": orders_of(tables["inspection"]["job_id"]),
        "job_order.planned_start": pc.unique(planned["production_order_id"]),
    }
    has = {name: _among(seen["production_order_id"], found) for name, found in links.items()}
    absent = tuple(name for name, flags in has.items() if not pc.any(flags).as_py())
    if absent:
        return Needs(absent)
    whole = pc.is_valid(seen["due_on"])
    for flags in has.values():
        whole = pc.and_(whole, flags)
    good = int(pc.sum(pc.cast(whole, pa.int64())).as_py())
    detail = {"joined": good, "of": seen.num_rows}
    return Found("met" if good >= look.number("joined_order_share") * seen.num_rows else "unmet", detail)


def _among(column: pa.ChunkedArray, found: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Whether each value is among others; a null never is."""
    others = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return pc.and_(pc.is_valid(column), pc.is_in(column, others.cast(column.type)))


def on_time(look: Look) -> Found | Needs:
    """Order lines due in the window that were delivered in full by their first due day."""
    start = look.as_of - timedelta(look.days("delivery_window_days"))
    due = where(between(look.tables["sales_order_line"], "due_on", start, look.as_of), cancelled=False)
    if due.num_rows == 0 or look.tables["delivery"].num_rows == 0:
        return Needs(("sales_order_line",) if due.num_rows == 0 else ("delivery",))
    delivered = _exact(look.tables["delivery"]).join(
        _exact(due).select(["line_id", "due_on", "quantity"]), "line_id", right_suffix="_due", join_type="inner"
    )
    in_time = delivered.filter(pc.less_equal(delivered["delivered_on"], delivered["due_on"]))
    sums = in_time.group_by("line_id").aggregate([("quantity", "sum"), ("quantity_due", "max")])
    good = int(
        pc.sum(pc.cast(pc.greater_equal(sums["quantity_sum"], sums["quantity_due_max"]), pa.int64())).as_py() or 0
    )
    bound = look.number("on_time_share")
    detail = {"on_time": good, "of": due.num_rows}
    return Found("met" if good >= bound * due.num_rows else "unmet", detail)


def _exact(table: pa.Table) -> pa.Table:
    """Quantities as decimals: partial deliveries add up to what was ordered, not almost."""
    place = table.schema.get_field_index("quantity")
    return table.set_column(place, "quantity", table["quantity"].cast(pa.decimal128(38, 6)))


def all_of(*runs: Run) -> Run:
    """Met if all are; what is missing for any of them is missing."""

    def run(look: Look) -> Found | Needs:
        answers = [one(look) for one in runs]
        if any(isinstance(one, Found) and one.value == "unmet" for one in answers):
            return next(one for one in answers if isinstance(one, Found) and one.value == "unmet")
        needs = tuple(what for one in answers if isinstance(one, Needs) for what in one.what)
        if needs:
            return Needs(needs)
        return Found("met", {"parts": [dict(one.detail) for one in answers if isinstance(one, Found)]})

    return run
