"""Run the works over its recorded time.

The plant runs some weeks before the first day, so that it is full of work then; what ended before is left out.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from linghang.kpi.period import months_after
from linghang.twin.flow.events import Event, Failed, LotEntered, LotLeft, Moved, Repaired, StateBegan, StepDone
from linghang.twin.flow.live import LiveFlow
from linghang.twin.works.demand import WARM_DAYS, Ints
from linghang.twin.works.floor import (
    MACHINE_NUMBER,
    PRODUCT_NUMBER,
    SEGMENT_NUMBER,
    STATES,
    Drives,
    Failures,
    Floor,
    Lots,
    States,
    Steps,
)
from linghang.twin.works.flow_model import flow_model, flow_orders
from linghang.twin.works.planning import Plan
from linghang.twin.works.span import Span
from linghang.twin.works.troubles import Trouble, flow_faults

Told = Callable[[int, int], None]
"""Told the months that are done, and all of them."""

LOTS_PER_ORDER = 1000
"""Lot keys are order x this + number of the lot."""


def run_floor(span: Span, seed: int, plan: Plan, found: tuple[Trouble, ...], told: Told) -> Floor:
    """Run the works from the warm-up to the end of the span."""
    start = datetime.fromtimestamp(span.start_us / 1_000_000, UTC) - timedelta(days=WARM_DAYS)
    ends = [months_after(span.first, number) for number in range(span.months + 1)]
    if span.until > ends[-1]:
        ends.append(span.until)
    gathered = _Gathered({name: number for number, name in enumerate(plan.ids)})
    with _no_collection():
        plant = LiveFlow(flow_model(span), flow_orders(plan, span), start, seed)
        for fault in flow_faults(found):
            plant.trigger(fault)
        for number, end in enumerate(ends):
            gathered.add(plant.advance(datetime.fromtimestamp(span.at(end) / 1_000_000, UTC)))
            told(number, len(ends) - 1)
    return _floor(gathered, span)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let the collector of cycles rest: a run makes millions of events and hardly a cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Gathered:
    """Columns of events, month by month: the events themselves would fill the memory."""

    def __init__(self, orders: Mapping[str, int]) -> None:
        self._orders = orders
        self._parts: dict[type, list[dict[str, Any]]] = {}
        self._codes = {
            "machine_id": MACHINE_NUMBER,
            "carrier": MACHINE_NUMBER,
            "product_id": PRODUCT_NUMBER,
            "state": {state: number for number, state in enumerate(STATES)},
        }

    def add(self, events: Sequence[Event]) -> None:
        """Take the events of a stretch of time."""
        kinds: dict[type, list[Any]] = {}
        for event in events:
            kinds.setdefault(type(event), []).append(event)
        for kind, rows in kinds.items():
            columns = dict(zip(kind._fields, zip(*rows, strict=True), strict=True))  # type: ignore[attr-defined]
            self._parts.setdefault(kind, []).append({name: self._coded(name, of) for name, of in columns.items()})

    def _coded(self, name: str, values: tuple[Any, ...]) -> Any:
        if name == "lot_id":
            orders = self._orders
            return np.array([orders[lot[:-4]] * LOTS_PER_ORDER + int(lot[-3:]) if lot else -1 for lot in values])
        if name == "segment_id":
            return np.array([SEGMENT_NUMBER[segment[-3:]] for segment in values])
        if name in self._codes:
            codes = self._codes[name]
            return np.array([codes.get(value, -1) for value in values])
        return values if isinstance(values[0], str) else np.array(values, dtype=np.int64)

    def ints(self, kind: type, name: str) -> Ints:
        """Return a column of numbers."""
        return np.concatenate([np.zeros(0, np.int64), *(part[name] for part in self._parts.get(kind, ()))])

    def words(self, kind: type, name: str) -> list[str]:
        """Return a column of words."""
        return [word for part in self._parts.get(kind, ()) for word in part[name]]


def _floor(it: _Gathered, span: Span) -> Floor:
    keys = it.ints(LotEntered, "lot_id")
    order = np.argsort(keys)
    sorted_keys = keys[order]

    def row(lots: Ints) -> Ints:
        return np.asarray(order[np.searchsorted(sorted_keys, lots)], dtype=np.int64)

    return Floor(_steps(it, row), _lots(it, keys, row), _states(it, span), _failures(it, span), _drives(it, row, span))


Row = Callable[[Ints], Ints]


def _lots(it: _Gathered, keys: Ints, row: Row) -> Lots:
    left, good = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    gone = row(it.ints(LotLeft, "lot_id"))
    left[gone], good[gone] = it.ints(LotLeft, "at_us"), it.ints(LotLeft, "good")
    return Lots(
        order=keys // LOTS_PER_ORDER,
        number=keys % LOTS_PER_ORDER,
        product=it.ints(LotEntered, "product_id"),
        entered=it.ints(LotEntered, "at_us"),
        left=left,
        pieces=it.ints(LotEntered, "pieces"),
        good=good,
    )


def _steps(it: _Gathered, row: Row) -> Steps:
    keys = it.ints(StepDone, "lot_id")
    named = {
        "product": "product_id",
        "segment": "segment_id",
        "machine": "machine_id",
        "start": "start_us",
        "work": "work_us",
        "end": "at_us",
        "pieces": "pieces",
        "good": "good",
        "rework": "rework",
        "scrap": "scrap",
        "setup": "setup_us",
        "run": "run_us",
        "labour": "labour_us",
    }
    columns = {name: it.ints(StepDone, of) for name, of in named.items()}
    return Steps(lot=row(keys), order=keys // LOTS_PER_ORDER, **columns)


def _states(it: _Gathered, span: Span) -> States:
    """Stretches inside the span; what a machine showed last before it lasts into it."""
    at, machine, state = (it.ints(StateBegan, name) for name in ("at_us", "machine_id", "state"))
    reasons = np.array(it.words(StateBegan, "reason"), dtype=object)
    order = np.lexsort((np.arange(len(at)), at, machine))
    at, machine, state, reasons = at[order], machine[order], state[order], reasons[order]
    ends = np.append(at[1:], span.end_us)
    ends[np.append(machine[1:] != machine[:-1], True)] = span.end_us
    at = np.maximum(at, span.start_us)
    kept = ends > at
    at, ends, machine, state, reasons = at[kept], ends[kept], machine[kept], state[kept], reasons[kept]
    new = np.append(True, (machine[1:] != machine[:-1]) | (state[1:] != state[:-1]) | (reasons[1:] != reasons[:-1]))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(at)) - 1
    return States(machine[first], at[first], ends[last], state[first], tuple(reasons[first].tolist()))


def _failures(it: _Gathered, span: Span) -> Failures:
    machine, start = it.ints(Failed, "machine_id"), it.ints(Failed, "at_us")
    repaired = {
        (one, failed): at
        for one, failed, at in zip(
            it.ints(Repaired, "machine_id").tolist(),
            it.ints(Repaired, "failed_us").tolist(),
            it.ints(Repaired, "at_us").tolist(),
            strict=True,
        )
    }
    end = np.array([repaired.get(one, 0) for one in zip(machine.tolist(), start.tolist(), strict=True)], dtype=np.int64)
    kept = np.flatnonzero((start >= span.start_us) & ((end == 0) | (end > start)))
    cause, component = it.words(Failed, "cause"), it.words(Failed, "component")
    return Failures(
        machine[kept],
        start[kept],
        end[kept],
        tuple(cause[one] for one in kept.tolist()),
        tuple(component[one] for one in kept.tolist()),
    )


def _drives(it: _Gathered, row: Row, span: Span) -> Drives:
    end = it.ints(Moved, "at_us")
    kept = np.flatnonzero(end >= span.start_us)
    start_place, end_place = it.words(Moved, "from_place"), it.words(Moved, "to_place")
    return Drives(
        row(it.ints(Moved, "lot_id"))[kept],
        it.ints(Moved, "start_us")[kept],
        end[kept],
        it.ints(Moved, "carrier")[kept],
        tuple(start_place[one] for one in kept.tolist()),
        tuple(end_place[one] for one in kept.tolist()),
    )
