"""Production orders, jobs and what came of them, and the states of machines."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.twin.works.capabilities import live_on
from linghang.twin.works.demand import Ints, Lines, line_ids
from linghang.twin.works.floor import STATES, Floor, States, Steps
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import PRODUCTS, SEGMENTS
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import DAY_US, Span, number_of
from linghang.twin.works.sums import summed
from linghang.twin.works.words import chosen, joined, numbered, padded

HOUR_US = 3_600_000_000
SHIFT_US = DAY_US // 2
TOGETHER_US = 20 * 60 * 1_000_000
"""Lots of one job that follow each other on a machine within this time are reported together."""
SHORT_STOP_US = 10 * 60 * 1_000_000
"""Shorter waits between two runs are not reported as states."""
PACE_H = 8.0
"""Hours that planning allows from one step to the next."""
RUNNING, IDLE = STATES.index("running"), STATES.index("idle")


@dataclass(frozen=True)
class Responses:
    """Job responses: steps of one job that follow each other on a machine within a shift.

    Attributes
    ----------
    of_step
        Response of each step.
    ids
        Response ids.
    """

    order: Ints
    segment: Ints
    machine: Ints
    start: Ints
    end: Ints
    of_step: Ints
    ids: pa.Array


def responses_of(span: Span, plan: Plan, steps: Steps) -> Responses:
    """Gather steps into responses."""
    by_machine = np.lexsort((steps.start, steps.machine))
    one = steps.take(by_machine)
    shift = (one.start - span.at(span.first, 8.0)) // SHIFT_US
    new = np.ones(len(one), dtype=bool)
    new[1:] = (
        (one.machine[1:] != one.machine[:-1])
        | (one.order[1:] != one.order[:-1])
        | (one.segment[1:] != one.segment[:-1])
        | (shift[1:] != shift[:-1])
        | (one.start[1:] - one.end[:-1] > TOGETHER_US)
    )
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(one)) - 1
    group = np.cumsum(new) - 1
    start, end = one.start[first], one.end[last]
    by_time = np.lexsort((first, start))
    rank = np.empty(len(first), dtype=np.int64)
    rank[by_time] = np.arange(len(first))
    of_step = np.empty(len(one), dtype=np.int64)
    of_step[by_machine] = rank[group]
    order, segment, machine = (values[first][by_time] for values in (one.order, one.segment, one.machine))
    number = numbered(order * len(SEGMENTS) + segment)
    ids = joined(chosen(plan.ids, order), chosen([s.code for s in SEGMENTS], segment), padded(number, 2))
    return Responses(order, segment, machine, start[by_time], end[by_time], of_step, ids)


def order_rows(
    span: Span, plan: Plan, lines: Lines, floor: Floor, kept: npt.NDArray[np.bool_], kept_lines: npt.NDArray[np.bool_]
) -> dict[str, pa.Table]:
    """Rows of production_order and job_order for the orders that are kept."""
    rows = np.flatnonzero(kept)
    _, names = line_ids(lines)
    total, left = (np.bincount(floor.lots.order, weights, len(plan)) for weights in (None, floor.lots.left > 0))
    planned = np.maximum(np.ceil(plan.quantity / 24), 1)
    done = (left >= planned) & (total > 0)
    status = np.where(done, "completed", np.where(total > 0, "running", "released"))
    release = span.midnight_us(plan.release) + 6 * HOUR_US
    due = np.maximum(span.midnight_us(plan.due + 1), release + DAY_US)
    orders = rows_of(
        "production_order",
        len(rows),
        production_order_id=[plan.ids[row] for row in rows.tolist()],
        factory_id=FACTORY,
        product_id=[PRODUCTS[plan.product[row]].id for row in rows.tolist()],
        quantity=plan.quantity[rows].astype(np.float64),
        planned_start=release[rows],
        planned_end=due[rows],
        due_on=plan.due[rows],
        sales_line_id=[names[line] if kept_lines[line] else None for line in plan.line[rows].tolist()],
        released_on=plan.release[rows],
        priority=5,
        status=status[rows].tolist(),
    )
    return {"production_order": orders, "job_order": _jobs(plan, rows, release)}


def job_ids(plan: Plan, order: Ints, segment: Ints) -> pa.Array:
    """Id of a job: production order and code of the segment."""
    return joined(chosen(plan.ids, order), chosen([one.code for one in SEGMENTS], segment))


def _jobs(plan: Plan, rows: Ints, release: Ints) -> pa.Table:
    count = len(SEGMENTS)
    order, segment = np.repeat(rows, count), np.tile(np.arange(count), len(rows))
    start = release[order] + np.round(segment * PACE_H * HOUR_US).astype(np.int64)
    scrap = np.array([one.scrap for one in SEGMENTS])[segment]
    quantity = plan.quantity[order].astype(np.float64)
    return rows_of(
        "job_order",
        len(order),
        job_id=job_ids(plan, order, segment),
        production_order_id=chosen(plan.ids, order),
        segment_id=joined(
            chosen([one.id for one in PRODUCTS], plan.product[order]), chosen([one.code for one in SEGMENTS], segment)
        ),
        quantity=quantity,
        planned_start=start,
        planned_end=start + 2 * DAY_US,
        planned_scrap_quantity=np.ceil(quantity * scrap),
    )


def response_rows(plan: Plan, steps: Steps, responses: Responses, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """Rows of job_response: sums over the steps of each response."""
    count = len(responses.order)

    def total(values: Ints) -> npt.NDArray[np.float64]:
        return summed(responses.of_step, values, count)[kept]

    rows = np.flatnonzero(kept)
    return rows_of(
        "job_response",
        len(rows),
        response_id=responses.ids.take(pa.array(rows)),
        job_id=job_ids(plan, responses.order[rows], responses.segment[rows]),
        equipment_id=chosen([one.id for one in MACHINES], responses.machine[rows]),
        start=responses.start[rows],
        end=responses.end[rows],
        produced_quantity=total(steps.pieces),
        good_quantity=total(steps.good),
        scrap_quantity=total(steps.scrap),
        rework_quantity=total(steps.rework),
        setup_s=total(steps.setup) / 1e6,
        labour_s=np.round(total(steps.labour) / 1e6, 1),
    )


def reported_states(span: Span, states: States) -> States:
    """States as the plant reports them: short waits between runs belong to the run, vehicles only since they came."""
    state = states.state.copy()
    same = states.machine[1:] == states.machine[:-1]
    before = np.append(False, same & (states.state[:-1] == RUNNING))
    after = np.append(same & (states.state[1:] == RUNNING), False)
    short = (state == IDLE) & (states.end - states.start < SHORT_STOP_US) & before & after
    state[short] = RUNNING
    reasons = np.array(states.reason, dtype=object)
    reasons[state == RUNNING] = ""
    vehicles = np.array([machine.group.center == "WC-AGV" for machine in MACHINES])
    kept = ~vehicles[states.machine] | (states.start >= span.at(live_on("warehouse", span)))
    machine, start, end, state, reasons = (
        values[kept] for values in (states.machine, states.start, states.end, state, reasons)
    )
    new = np.append(True, (machine[1:] != machine[:-1]) | (state[1:] != state[:-1]) | (reasons[1:] != reasons[:-1]))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(machine)) - 1
    return States(machine[first], start[first], end[last], state[first], tuple(reasons[first].tolist()))


REASONS = {"starved": "待料", "blocked": "下道堵塞", "": None}


def state_rows(states: States) -> pa.Table:
    """Rows of equipment_state."""
    return rows_of(
        "equipment_state",
        len(states.machine),
        equipment_id=chosen([one.id for one in MACHINES], states.machine),
        start=states.start,
        end=states.end,
        state=chosen(STATES, states.state),
        reason=[REASONS.get(reason, reason) for reason in states.reason],
    )


def kept_orders(span: Span, plan: Plan, steps: Steps) -> npt.NDArray[np.bool_]:
    """Return which orders belong to the records: released or worked on within them."""
    kept = plan.release >= number_of(span.first)
    kept[np.unique(steps.order[steps.start >= span.start_us])] = True
    return np.asarray(kept, dtype=np.bool_)
