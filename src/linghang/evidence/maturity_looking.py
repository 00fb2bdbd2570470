"""How records answer an item of the maturity model: shares, systems, links, findings; each gives a proposal or needs.

A proposal is never more than the records bear, and never 0 because records are missing: what is not there is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from linghang.evidence.capabilities import has_system, linked, managed
from linghang.evidence.derive import Found, Look, Needs
from linghang.evidence.looking import between, in_use, key_equipment, where
from linghang.evidence.proof import Proof
from linghang.evidence.settle import Settled

FULL, MOST, PART, NONE = Decimal(1), Decimal("0.8"), Decimal("0.5"), Decimal(0)


class Proposed(NamedTuple):
    """An answer that the records bear.

    Attributes
    ----------
    detail
        Counts, systems, findings: what it rests on, as JSON has it.
    exact
        Whether the records also say that it is no more (a register with a yes or no for each thing). Otherwise it is
        the least: the plant may have more than its records show.
    """

    value: Decimal
    detail: Mapping[str, Any]
    proof: Proof
    exact: bool = False


@dataclass(frozen=True)
class View:
    """What a proposal may see: the records, and what elements were found to be."""

    look: Look
    findings: Mapping[str, Settled]


Propose = Callable[[View], Proposed | Needs]


def banded(good: int, of: int, look: Look) -> Decimal:
    """Answer by a share: from `full_share` on 1, from `most_share` 0.8, from `part_share` 0.5, else 0 (all ours)."""
    for name, answer in (("full_share", FULL), ("most_share", MOST), ("part_share", PART)):
        if good >= look.number(name) * of:
            return answer
    return NONE


def flagged(flags: Callable[[Look], pa.ChunkedArray], what: str, most: Decimal = FULL) -> Propose:
    """Answer by the share of things whose flag says yes; an empty flag may be either and can leave it open."""

    def run(view: View) -> Proposed | Needs:
        found = flags(view.look)
        yes, unknown, of = int(pc.sum(pc.cast(found, pa.int64())).as_py() or 0), found.null_count, len(found)
        if of == 0 or banded(yes, of, view.look) != banded(yes + unknown, of, view.look):
            return Needs((what,))
        value = banded(yes, of, view.look)
        detail = {"yes": yes, "unknown": unknown, "of": of}
        return Proposed(min(value, most), detail, "documented", exact=value < most or most == FULL)

    return run


def counted(run: Callable[[Look], Found | Needs], proof: Proof = "measured", most: Decimal = FULL) -> Propose:
    """Answer by the counts of a derivation, as the least; where they show nothing it needs them."""

    def propose(view: View) -> Proposed | Needs:
        found = run(view.look)
        if isinstance(found, Needs):
            return found
        detail = dict(found.detail)
        of = detail.get("of")
        good = next((detail[name] for name in ("monitored", "yes", "joined", "good") if name in detail), None)
        if of is None or good is None:
            value = most if found.value == "met" else NONE
        else:
            value = min(banded(good, of, view.look), most)
        return Proposed(value, detail, proof) if value else Needs(tuple(sorted(map(str, detail))))

    return propose


def system(functions: Sequence[str], kinds: Sequence[str] = (), most: Decimal = MOST) -> Propose:
    """A system in the register has the function: `most` is what that alone can bear."""
    look_up = has_system(tuple(functions), tuple(kinds))

    def run(view: View) -> Proposed | Needs:
        found = look_up(view.look)
        return found if isinstance(found, Needs) else Proposed(most, found.detail, "documented")

    return run


def used(functions: Sequence[str], table: str, moment: str, most: Decimal = FULL) -> Propose:
    """A system has the function, and its transactions of the last weeks are there; the register alone bears less."""
    with_rows, alone = managed(tuple(functions), table, moment), has_system(tuple(functions))

    def run(view: View) -> Proposed | Needs:
        found = with_rows(view.look)
        if not isinstance(found, Needs):
            return Proposed(most, {**found.detail, "table": table}, "measured")
        registered = alone(view.look)
        if isinstance(registered, Needs):
            return found
        return Proposed(min(most, view.look.number("register_answer")), registered.detail, "documented")

    return run


def joined(*groups: Sequence[str], most: Decimal = MOST) -> Propose:
    """Systems of all groups of functions hang together through links in use."""
    look_up = linked(*(tuple(group) for group in groups))

    def run(view: View) -> Proposed | Needs:
        found = look_up(view.look)
        return found if isinstance(found, Needs) else Proposed(most, found.detail, "documented")

    return run


def connected(most: Decimal = FULL) -> Propose:
    """Answer by the share of the software in use that hangs together through links in use, as the least."""

    def run(view: View) -> Proposed | Needs:
        look = view.look
        names = in_use(look.tables["software"], look.as_of)["software_id"].to_pylist()
        links = in_use(look.tables["system_link"], look.as_of)
        pairs = zip(links["from_software_id"].to_pylist(), links["to_software_id"].to_pylist(), strict=True)
        group = {one: {one} for one in names}
        for a, b in pairs:
            if a in group and b in group and group[a] is not group[b]:
                group[a] |= group[b]
                for one in group[b]:
                    group[one] = group[a]
        largest = max((len(one) for one in group.values()), default=0)
        if largest < 2:
            return Needs(("system_link",))
        value = min(banded(largest, len(names), look), most)
        detail = {"linked": largest, "of": len(names), "links": links.num_rows}
        return Proposed(value, detail, "documented") if value else Needs(("system_link",))

    return run


def streams(*columns: tuple[str, str]) -> Propose:
    """All of these records are kept and have rows of the last weeks: 1; a missing one leaves it open."""

    def run(view: View) -> Proposed | Needs:
        look = view.look
        days = look.days("system_window_days")
        counts = {}
        for table, moment in columns:
            rows = look.tables[table]
            by_day = pa.types.is_date(rows[moment].type)
            start, end = (look.as_of - timedelta(days), look.as_of) if by_day else look.window(days)
            counts[table] = between(rows, moment, start, end).num_rows
        missing = tuple(f"{table} ({moment})" for table, moment in columns if not counts[table])
        return Needs(missing) if missing else Proposed(FULL, {"rows": counts}, "measured")

    return run


def elements(*names: str, most: Decimal = MOST) -> Propose:
    """All these elements were found met by more than a declaration; `most` is what that bears here."""

    def run(view: View) -> Proposed | Needs:
        found = {name: view.findings.get(name) for name in names}
        good = {
            name: one.proof
            for name, one in found.items()
            if one is not None and one.value == "met" and one.proof in ("measured", "documented")
        }
        if len(good) < len(names):
            return Needs(tuple(name for name in names if name not in good))
        proof: Proof = "measured" if set(good.values()) == {"measured"} else "documented"
        return Proposed(most, {"findings": {name: f"met, {said}" for name, said in good.items()}}, proof)

    return run


def key_steps(column: str) -> Callable[[Look], pa.ChunkedArray]:
    """Return the flags of the key process steps."""
    return lambda look: where(look.tables["process_segment"], key=True)[column]


def key_machines(column: str) -> Callable[[Look], pa.ChunkedArray]:
    """Return the flags of the key equipment in use."""
    return lambda look: key_equipment(look)[column]


def machines(column: str) -> Callable[[Look], pa.ChunkedArray]:
    """Return the flags of all equipment in use."""
    return lambda look: where(look.tables["equipment"], status="in_use")[column]


def outlets(column: str) -> Callable[[Look], pa.ChunkedArray]:
    """Return the flags of the outlets."""
    return lambda look: look.tables["outlet"][column]


def recorded_jobs(look: Look) -> Found | Needs:
    """Job orders planned to end in the window that have a response."""
    start, end = look.window(look.days("system_window_days"))
    jobs = between(look.tables["job_order"], "planned_end", start, end)
    if jobs.num_rows == 0 or look.tables["job_response"].num_rows == 0:
        return Needs(("job_order",) if jobs.num_rows == 0 else ("job_response",))
    done = pc.is_in(jobs["job_id"], pc.unique(look.tables["job_response"]["job_id"]))
    return Found("met", {"good": int(pc.sum(pc.cast(done, pa.int64())).as_py() or 0), "of": jobs.num_rows})


def metered(look: Look) -> Found | Needs:
    """Meters with readings of the window that were not estimated."""
    meters = look.tables["meter"]["meter_id"].to_pylist()
    start, end = look.window(look.days("system_window_days"))
    readings = between(look.tables["meter_reading"], "start", start, end)
    real = readings.filter(pc.invert(pc.fill_null(readings["estimated"], False)))
    read = set(pc.unique(real["meter_id"]).to_pylist()).intersection(meters)
    return Found("met", {"good": len(read), "of": len(meters)}) if read else Needs(("meter_reading",))


def oee_known(look: Look) -> Found | Needs:
    """Key equipment of which states, finished work and the ideal cycle are known: what an OEE is made of."""
    key = key_equipment(look)
    start, end = look.window(look.days("system_window_days"))
    timed = key.filter(pc.is_valid(key["ideal_cycle_s"]))["equipment_id"].to_pylist()
    stated = set(pc.unique(between(look.tables["equipment_state"], "start", start, end)["equipment_id"]).to_pylist())
    worked = set(pc.unique(between(look.tables["job_response"], "end", start, end)["equipment_id"]).to_pylist())
    good = sum(1 for one in timed if one in stated and one in worked)
    if not good:
        return Needs(("equipment.ideal_cycle_s", "equipment_state", "job_response"))
    return Found("met", {"good": good, "of": key.num_rows})


def models_called(look: Look) -> Found | Needs:
    """Decision models in use that were called in the window."""
    models = in_use(look.tables["decision_model"], look.as_of, "first_used_on", "retired_on")["model_id"].to_pylist()
    start, end = look.window(look.days("system_window_days"))
    called = set(pc.unique(between(look.tables["model_call"], "at", start, end)["model_id"]).to_pylist())
    good = sorted(called.intersection(models))
    return Found("met", {"good": len(good), "of": len(models), "models": good}) if good else Needs(("model_call",))


def talented(look: Look) -> Found | Needs:
    """Professionals of intelligent manufacturing who are employed."""
    people = in_use(look.tables["person"], look.as_of, "joined_on", "left_on")
    count = where(people, smart_manufacturing=True).num_rows
    least = look.number("talent_minimum")
    return Found("met", {"people": count}) if count >= least else Needs(("person.smart_manufacturing",))


def delivered(look: Look) -> Found | Needs:
    """Deliveries of the window of which the day of shipping and of arrival are both recorded."""
    start = look.as_of - timedelta(look.days("system_window_days"))
    rows = between(look.tables["delivery"], "delivered_on", start, look.as_of)
    whole = rows.filter(pc.is_valid(rows["shipped_on"])).num_rows
    return Found("met", {"good": whole, "of": rows.num_rows}) if whole else Needs(("delivery.shipped_on",))


def made_to_order(look: Look) -> Found | Needs:
    """Production orders of the window that name the line of the sales order that they are for."""
    start, end = look.window(look.days("system_window_days"))
    orders = between(look.tables["production_order"], "planned_start", start, end)
    tied = orders.filter(pc.is_valid(orders["sales_line_id"])).num_rows
    return Found("met", {"good": tied, "of": orders.num_rows}) if tied else Needs(("production_order.sales_line_id",))
