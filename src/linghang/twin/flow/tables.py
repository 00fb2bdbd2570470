"""Events of a run as Arrow tables: those of the records with their columns, and what only a simulation knows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.plant.columns import arrow_schema
from linghang.plant.tables.equipment import equipment_state
from linghang.plant.tables.maintenance import failure
from linghang.plant.tables.production import job_order, job_response
from linghang.plant.tables.stock import stock_movement
from linghang.twin.flow.events import (
    Event,
    Failed,
    LotEntered,
    LotLeft,
    Moved,
    OrderDone,
    Repaired,
    StateBegan,
    StepDone,
)
from linghang.twin.flow.model import FlowModel
from linghang.twin.flow.streams import US

MOMENT = pa.timestamp("us", tz="UTC")
STEP = pa.schema(
    {
        "lot_id": pa.string(),
        "order_id": pa.string(),
        "product_id": pa.string(),
        "segment_id": pa.string(),
        "station_id": pa.string(),
        "machine_id": pa.string(),
        "arrived": MOMENT,
        "start": MOMENT,
        "work_start": MOMENT,
        "end": MOMENT,
        "pieces": pa.int64(),
        "good": pa.int64(),
        "rework": pa.int64(),
        "scrap": pa.int64(),
        "setup_s": pa.float64(),
        "run_s": pa.float64(),
        "labour_s": pa.float64(),
    }
)
"""One row per lot and segment, in the order of the ends: which machine, when, and what came of it."""
LOT = pa.schema(
    {
        "lot_id": pa.string(),
        "order_id": pa.string(),
        "product_id": pa.string(),
        "parent_lot_id": pa.string(),
        "entered": MOMENT,
        "left": MOMENT,
        "pieces": pa.int64(),
        "good": pa.int64(),
        "bad": pa.int64(),
    }
)
"""One row per lot that entered the plant; `left`, `good` and `bad` are null while it is in it."""
ORDER = pa.schema(
    {
        "order_id": pa.string(),
        "product_id": pa.string(),
        "completed": MOMENT,
        "due": MOMENT,
        "quantity": pa.int64(),
        "good": pa.int64(),
        "scrap": pa.int64(),
    }
)
"""One row per order whose last lot has left."""
WIP = pa.schema({"at": MOMENT, "lots": pa.int64(), "pieces": pa.int64()})
"""Lots and pieces in the plant from a moment on; the first row is the start."""


Columns = Mapping[str, Sequence[Any]]
KINDS = (StateBegan, StepDone, Moved, Failed, Repaired, LotEntered, LotLeft, OrderDone)

COUNTING = (StepDone, LotEntered, LotLeft)


class Log:
    """Events of a run, gathered by kind and field: plain columns, which the garbage collector need not walk through."""

    def __init__(self, start_us: int) -> None:
        self._start_us = start_us
        self._columns: dict[type, dict[str, list[Any]]] = {kind: {name: [] for name in kind._fields} for kind in KINDS}
        self._wip = {start_us: (0, 0)}

    def add(self, events: Iterable[Event]) -> None:
        """Add events, later ones than before."""
        kinds: dict[type, list[Event]] = defaultdict(list)
        for one in events:
            kinds[type(one)].append(one)
            if isinstance(one, COUNTING):
                self._wip[one.at_us] = (one.plant_lots, one.plant_pieces)
        for kind, found in kinds.items():
            for column, values in zip(self._columns[kind].values(), zip(*found, strict=True), strict=True):
                column += values

    def tables(self, model: FlowModel, end_us: int) -> dict[str, pa.Table]:
        """All tables of the run until `end_us`.

        Returns
        -------
        dict
            `job_order`, `job_response`, `equipment_state`, `stock_movement` and `failure` with the columns of the
            records; `step`, `lot`, `order` and `wip`.
        """
        of = self._columns
        machines = [machine.machine_id for machine in model.machines]
        lots, pieces = zip(*self._wip.values(), strict=True)
        return {
            **_jobs(of[LotEntered], of[StepDone]),
            "equipment_state": _states(of[StateBegan], machines, end_us),
            "stock_movement": _movements(model, of[Moved]),
            "failure": _failures(of[Failed], of[Repaired]),
            "step": _steps(of[StepDone]),
            "lot": _lots(of[LotEntered], of[LotLeft]),
            "order": _table(
                ORDER, {**of[OrderDone], "completed": of[OrderDone]["at_us"], "due": of[OrderDone]["due_us"]}
            ),
            "wip": _table(WIP, {"at": list(self._wip), "lots": lots, "pieces": pieces}),
        }


def _table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """Table with the columns of a schema from equally long sequences; those that are not given are null."""
    rows = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _states(began: Columns, machines: Sequence[str], end_us: int) -> pa.Table:
    """Stretches that cover each machine's time until the end without a gap or an overlap."""
    place = {machine: number for number, machine in enumerate(machines)}
    words = pa.array(began["state"], pa.string()).dictionary_encode()
    reasons = pa.array([reason or None for reason in began["reason"]], pa.string()).dictionary_encode()
    rows = np.column_stack(
        [
            np.array([place[machine] for machine in began["machine_id"]], dtype=np.int64),
            np.array(began["at_us"], dtype=np.int64),
            words.indices.to_numpy(),
            reasons.indices.fill_null(-1).to_numpy(),
        ]
    )
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    lasting = np.append((rows[:-1, :2] != rows[1:, :2]).any(axis=1), True)
    rows = rows[lasting]
    new = np.append(True, (rows[:-1, [0, 2, 3]] != rows[1:, [0, 2, 3]]).any(axis=1))
    rows = rows[new]
    same = np.append(rows[:-1, 0] == rows[1:, 0], False)
    chosen = pa.array(rows[:, 3], mask=rows[:, 3] < 0)
    return _table(
        arrow_schema(equipment_state),
        {
            "equipment_id": pa.array(machines, pa.string()).take(pa.array(rows[:, 0])),
            "start": rows[:, 1],
            "end": np.where(same, np.append(rows[1:, 1], end_us), end_us),
            "state": words.dictionary.take(pa.array(rows[:, 2])),
            "reason": reasons.dictionary.take(chosen),
        },
    )


def _jobs(entered: Columns, done: Columns) -> dict[str, pa.Table]:
    """A job of every order and segment that was worked, and a response of every lot."""
    ordered: Counter[str] = Counter()
    for order, pieces, parent in zip(entered["order_id"], entered["pieces"], entered["parent"], strict=True):
        ordered[order] += 0 if parent else pieces
    orders, responses = {}, Counter[str]()
    jobs: list[str] = []
    names: list[str] = []
    for order, segment in zip(done["order_id"], done["segment_id"], strict=True):
        job = f"{order}-{segment}"
        orders[job] = (order, segment)
        responses[job] += 1
        jobs.append(job)
        names.append(f"{job}-{responses[job]:03d}")
    given = {
        "job_id": list(orders),
        "production_order_id": [order for order, _ in orders.values()],
        "segment_id": [segment for _, segment in orders.values()],
        "quantity": [float(ordered[order]) for order, _ in orders.values()],
    }
    did = {
        "response_id": names,
        "job_id": jobs,
        "equipment_id": done["machine_id"],
        "start": done["start_us"],
        "end": done["at_us"],
        "produced_quantity": _floats(done["pieces"]),
        "good_quantity": _floats(done["good"]),
        "scrap_quantity": _floats(done["scrap"]),
        "rework_quantity": _floats(done["rework"]),
        "setup_s": _seconds(done["setup_us"]),
        "labour_s": _seconds(done["labour_us"]),
    }
    return {
        "job_order": _table(arrow_schema(job_order), given),
        "job_response": _table(arrow_schema(job_response), did),
    }


def _movements(model: FlowModel, moved: Columns) -> pa.Table:
    material = {route.product_id: route.material for route in model.routes}
    ways = zip(moved["from_place"], moved["to_place"], strict=True)
    return _table(
        arrow_schema(stock_movement),
        {
            "movement_id": [f"{model.factory_id}-MV-{number:07d}" for number in range(1, len(moved["at_us"]) + 1)],
            "factory_id": [model.factory_id] * len(moved["at_us"]),
            "material_id": [material[product] for product in moved["product_id"]],
            "at": moved["at_us"],
            "kind": [
                "receipt" if end == model.sink_place else "issue" if start == model.source_place else "transfer"
                for start, end in ways
            ],
            "quantity": _floats(moved["pieces"]),
            "from_location_id": moved["from_place"],
            "to_location_id": moved["to_place"],
            "lot": moved["lot_id"],
            "carrier": [carrier or None for carrier in moved["carrier"]],
        },
    )


def _failures(failed: Columns, repaired: Columns) -> pa.Table:
    ends = dict(zip(zip(repaired["machine_id"], repaired["failed_us"], strict=True), repaired["at_us"], strict=True))
    counted: Counter[str] = Counter()
    names: list[str] = []
    for machine in failed["machine_id"]:
        counted[machine] += 1
        names.append(f"FL-{machine}-{counted[machine]:05d}")
    return _table(
        arrow_schema(failure),
        {
            "failure_id": names,
            "equipment_id": failed["machine_id"],
            "start": failed["at_us"],
            "end": [ends.get(key) for key in zip(failed["machine_id"], failed["at_us"], strict=True)],
            "cause": [cause or None for cause in failed["cause"]],
            "component": [component or None for component in failed["component"]],
            "stopped": [True] * len(names),
        },
    )


def _steps(done: Columns) -> pa.Table:
    moments = {"arrived": "arrived_us", "start": "start_us", "work_start": "work_us", "end": "at_us"}
    seconds = {"setup_s": "setup_us", "run_s": "run_us", "labour_s": "labour_us"}
    return _table(
        STEP,
        {
            **done,
            **{name: done[of] for name, of in moments.items()},
            **{name: _seconds(done[of]) for name, of in seconds.items()},
        },
    )


def _lots(entered: Columns, left: Columns) -> pa.Table:
    ends = dict(zip(left["lot_id"], zip(left["at_us"], left["good"], left["bad"], strict=True), strict=True))
    gone = [ends.get(lot, (None, None, None)) for lot in entered["lot_id"]]
    return _table(
        LOT,
        {
            **entered,
            "parent_lot_id": [parent or None for parent in entered["parent"]],
            "entered": entered["at_us"],
            "left": [one[0] for one in gone],
            "good": [one[1] for one in gone],
            "bad": [one[2] for one in gone],
        },
    )


def _floats(values: Iterable[int]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def _seconds(values: Iterable[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64) / US
