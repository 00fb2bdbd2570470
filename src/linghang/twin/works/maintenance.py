"""Failures, maintenance orders and the spare parts that they used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from linghang.twin.works.capabilities import live_on
from linghang.twin.works.demand import Floats
from linghang.twin.works.floor import Failures
from linghang.twin.works.flow_model import overhauls
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.materials import SPARES, Spare
from linghang.twin.works.presence import SERVICE_DAYS, SERVICE_HOURS, serving_machines
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span, festival_days, number_of
from linghang.twin.works.streams import stream
from linghang.twin.works.sums import summed
from linghang.twin.works.words import chosen, days_as_text, joined, numbered, padded

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
HOUR_CNY = 68.0
"""One hour of a fitter."""
PART_SHARE = {"corrective": 0.62, "predictive": 0.85, "planned": 0.16}
PREDICTED_EVERY_H = 240.0
"""Running hours of a machine between two predicted repairs."""
PREDICTED = ("WC-LPC", "WC-CNC", "WC-HT")
DONE = {
    "planned": "定期检修：紧固、润滑、更换易损件",
    "inspection": "点检：温度、振动、油位、泄漏",
    "predictive": "按健康预测更换{part}",
    "corrective": "处理{cause}",
}


@dataclass
class _Orders:
    """Orders as they are gathered; lists have one value an order."""

    machine: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    failure: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    labour_h: list[float] = field(default_factory=list)
    part: list[Spare | None] = field(default_factory=list)
    work: list[str] = field(default_factory=list)

    def add(
        self, machine: int, kind: str, failure: int, times: tuple[int, int, int], labour_h: float, part: Spare | None,
        work: str,
    ) -> None:  # fmt: skip
        opened, started, finished = times
        self.machine.append(machine)
        self.kind.append(kind)
        self.failure.append(failure)
        self.opened.append(opened)
        self.started.append(started)
        self.finished.append(finished)
        self.labour_h.append(labour_h)
        self.part.append(part)
        self.work.append(work)


@dataclass(frozen=True)
class Maintenance:
    """Tables, and what maintenance took.

    Attributes
    ----------
    cost
        (days,) CNY.
    parts
        Spare part -> (days,) quantity used.
    """

    tables: dict[str, pa.Table]
    cost: Floats
    parts: Mapping[str, Floats]


def maintenance_of(span: Span, seed: int, failures: Failures) -> Maintenance:
    """Write the orders of a works that repairs, inspects, overhauls, and later predicts."""
    rng = stream(seed, "maintenance")
    orders = _Orders()
    _corrective(failures, orders, rng)
    _planned(span, orders, rng)
    _inspected(span, orders, rng)
    _predicted(span, seed, orders, rng)
    order = np.argsort(np.array(orders.opened), kind="stable")
    order = order[np.array(orders.opened)[order] < span.end_us]
    ids = _failure_ids(span, failures)
    table, cost = _table(span, orders, order, ids)
    used, parts = _parts(span, orders, order, table)
    tables = {"failure": _failures(failures, ids), "maintenance_order": table, "spare_part_use": used}
    return Maintenance(tables, cost, parts)


def _failure_ids(span: Span, failures: Failures) -> pa.Array:
    day = span.day_of(failures.start)
    return joined("FL", days_as_text(day), padded(numbered(day), 2))


def _failures(failures: Failures, ids: pa.Array) -> pa.Table:
    ends = [end if end > 0 else None for end in failures.end.tolist()]
    return rows_of(
        "failure",
        len(failures.start),
        failure_id=ids,
        equipment_id=chosen([one.id for one in MACHINES], failures.machine),
        start=failures.start,
        end=pa.array(ends, pa.int64()).cast(pa.timestamp("us")),
        cause=list(failures.cause),
        component=list(failures.component),
        stopped=True,
    )


def spare_for(machine: Machine, component: str) -> Spare | None:
    """Return the spare part of a component of a machine."""
    for spare in SPARES:
        if component in spare.components and machine.group.prefix in spare.groups:
            return spare
    return None


def _corrective(failures: Failures, orders: _Orders, rng: np.random.Generator) -> None:
    for number, (machine, start, end) in enumerate(
        zip(failures.machine.tolist(), failures.start.tolist(), failures.end.tolist(), strict=True)
    ):
        called = start + int(rng.integers(1, 6)) * MINUTE_US
        began = called + int(rng.integers(2, 12)) * MINUTE_US
        began, called = (min(began, end), min(called, end)) if end else (began, called)
        hours = max((end or start + HOUR_US) - began, 0) / HOUR_US
        part = spare_for(MACHINES[machine], failures.component[number])
        taken = part if part is not None and rng.random() < PART_SHARE["corrective"] else None
        work = DONE["corrective"].format(cause=failures.cause[number])
        orders.add(machine, "corrective", number, (called, began, end), round(hours * 1.5 + 0.3, 2), taken, work)


def _planned(span: Span, orders: _Orders, rng: np.random.Generator) -> None:
    for number, machine in enumerate(MACHINES):
        for start, hours in _stops(span, machine):
            if start < span.start_us:
                continue
            fitting = [spare for spare in SPARES if machine.group.prefix in spare.groups]
            part = fitting[0] if fitting and rng.random() < PART_SHARE["planned"] else None
            times = (start - 50 * HOUR_US, start, start + round(hours * HOUR_US))
            orders.add(number, "planned", -1, times, round(hours * 1.6, 1), part, DONE["planned"])


def _stops(span: Span, machine: Machine) -> Iterator[tuple[int, float]]:
    if machine in serving_machines():
        place = MACHINES.index(machine)
        for day in range(number_of(span.first) + 5 + place * 7 % SERVICE_DAYS, number_of(span.until), SERVICE_DAYS):
            yield int(span.midnight_us(day)) + 9 * HOUR_US, float(SERVICE_HOURS)
        return
    for start in overhauls(machine, span):
        yield int(start.timestamp()) * 1_000_000, 8.0


def _inspected(span: Span, orders: _Orders, rng: np.random.Generator) -> None:
    """Key machines are looked at once a week."""
    holidays = {number_of(day) for day in festival_days(span)}
    for number, machine in enumerate(MACHINES):
        if not machine.group.key:
            continue
        for day in range(number_of(span.first) + number % 7, number_of(span.until), 7):
            if day in holidays:
                continue
            start = int(span.midnight_us(day)) + round((8.5 + number % 8 + rng.random() * 0.4) * HOUR_US)
            end = start + int(rng.integers(12, 28)) * MINUTE_US
            orders.add(number, "inspection", -1, (start, start, end), 0.4, None, DONE["inspection"])


def _predicted(span: Span, seed: int, orders: _Orders, rng: np.random.Generator) -> None:
    """Once the health of machines is predicted, parts are changed before they fail, in pauses of the work."""
    since = span.at(live_on("predictive", span))
    for number, machine in enumerate(MACHINES):
        if machine.group.center not in PREDICTED:
            continue
        own = stream(seed, "predicted", machine.id)
        at = max(since, span.start_us)
        while True:
            at += round(float(own.gamma(3.0, PREDICTED_EVERY_H / 3)) * 1.5 * HOUR_US)
            if at >= span.end_us:
                break
            weights = [share for *_, share in machine.group.modes]
            component = machine.group.modes[int(own.choice(len(weights), p=weights))][0]
            part = spare_for(machine, component)
            taken = part if part is not None and rng.random() < PART_SHARE["predictive"] else None
            work = DONE["predictive"].format(part=part.name if part else component)
            start = at + int(own.integers(10, 60)) * HOUR_US
            end = start + int(own.integers(40, 110)) * MINUTE_US
            orders.add(number, "predictive", -1, (at, start, end), round((end - start) / HOUR_US * 1.4, 2), taken, work)


def _table(span: Span, orders: _Orders, order: np.ndarray, ids: pa.Array) -> tuple[pa.Table, Floats]:
    opened = np.array(orders.opened)[order]
    day = span.day_of(opened)
    kinds = [orders.kind[row] for row in order.tolist()]
    failures = [orders.failure[row] for row in order.tolist()]
    parts = [orders.part[row] for row in order.tolist()]
    labour = np.array(orders.labour_h)[order]
    cost = np.round(labour * HOUR_CNY + [p.price_cny * p.quantity if p else 0.0 for p in parts], 2)
    started, finished = (
        [at if 0 < at < span.end_us else None for at in np.array(getattr(orders, name))[order].tolist()]
        for name in ("started", "finished")
    )
    table = rows_of(
        "maintenance_order",
        len(order),
        maintenance_order_id=joined("WO", days_as_text(day), padded(numbered(day), 3)),
        equipment_id=chosen([one.id for one in MACHINES], np.array(orders.machine)[order]),
        kind=kinds,
        failure_id=ids.take(pa.array([row if row >= 0 else None for row in failures], pa.int64())),
        opened_at=opened,
        due_on=span.day_of(np.maximum(np.array(orders.finished)[order], opened)) + 1,
        started_at=pa.array(started, pa.int64()).cast(pa.timestamp("us")),
        finished_at=pa.array(finished, pa.int64()).cast(pa.timestamp("us")),
        labour_h=labour,
        cost_cny=cost,
        work=[orders.work[row] for row in order.tolist()],
    )
    place = np.clip(day - number_of(span.first), 0, len(span.days) - 1)
    return table, summed(place, cost, len(span.days))


def _parts(span: Span, orders: _Orders, order: np.ndarray, table: pa.Table) -> tuple[pa.Table, dict[str, Floats]]:
    chosen_rows = [place for place, row in enumerate(order.tolist()) if orders.part[row] is not None]
    spares = [orders.part[order[place]] for place in chosen_rows]
    taken = [spare for spare in spares if spare is not None]
    used = rows_of(
        "spare_part_use",
        len(taken),
        maintenance_order_id=table["maintenance_order_id"].combine_chunks().take(pa.array(chosen_rows, pa.int64())),
        material_id=[spare.id for spare in taken],
        quantity=[float(spare.quantity) for spare in taken],
    )
    day = span.day_of(np.array(orders.opened)[order][chosen_rows]) - number_of(span.first)
    parts = {spare.id: np.zeros(len(span.days)) for spare in SPARES}
    for spare, place in zip(taken, np.clip(day, 0, len(span.days) - 1).tolist(), strict=True):
        parts[spare.id][place] += spare.quantity
    return used, parts
