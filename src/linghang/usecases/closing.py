"""Close the loop on the virtual furnace through the guard: a PID and the predictive controller, on the same loads.

What acts leaves a record: every command with the decision on it and its effect is kept as a result of the workspace,
and the ledger has an observation with the digest of these records.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa

from linghang.engines.charts import Axis, Chart, Limit, Series, to_json
from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Source, sha256_of
from linghang.store import results
from linghang.store.workspace import open_workspace
from linghang.twin.closing.controllers import experiment, identified, mpc_loop, pid_loop
from linghang.twin.closing.furnace import Furnace, production_loads
from linghang.twin.closing.loop import STEP_S, Controller, Course, close_loop, gas_rule
from linghang.twin.guard.record import table_of
from linghang.twin.process.melting import GAS_FURNACE
from linghang.usecases.engines import record_observations, run_name
from linghang.words import Text

__all__ = ["CONTROLLERS", "Closed", "close_furnace"]

ENGINE = "production.control"
KEPT_AS = "production.control.closed_loop"
CONTROLLERS: Mapping[str, Text] = {
    "pid": Text("PID（SIMC 整定）", "PID, tuned by SIMC"),
    "pid_feed_forward": Text("PID＋称重前馈", "PID with feed-forward of the weighed charge"),
    "mpc": Text("预测控制", "predictive control"),
}
DRAWN = 2_000
"""Most places of a drawn course."""


@dataclass(frozen=True)
class Closed:
    """What the controllers made of the same loads.

    Attributes
    ----------
    courses
        Controller -> its course.
    place
        Where the records lie.
    """

    courses: Mapping[str, Course]
    place: Path

    def moves(self, name: str) -> float:
        """Return how much a controller moved the gas, m3/h a step."""
        return float(np.abs(np.diff(self.courses[name].gas_m3_per_h)).mean())


def close_furnace(
    folder: Path, *, hours: float, seed: int, now: datetime, progress: Callable[[float], None] = lambda _: None
) -> Closed:
    """Run every controller on the virtual furnace, each through the guard; keep what they commanded.

    Parameters
    ----------
    folder
        The workspace that keeps the records.
    hours
        Of production.
    seed
        Of the loads and the noise; all controllers get the same.
    now
        The caller's clock (with a zone).

    Raises
    ------
    BadInput
        It is no workspace, or fewer than two hours: the first one is run-in.
    """
    workspace = open_workspace(folder)
    if hours < 2:
        raise BadInput("the loop is closed for at least two hours; the first is run-in")
    rule, wanted = gas_rule(), GAS_FURNACE.setpoint_c
    fit = identified(experiment(seed))
    progress(0.2)
    controllers: dict[str, Controller] = {
        "pid": pid_loop(fit, rule, wanted),
        "pid_feed_forward": pid_loop(fit, rule, wanted, feed_forward=True),
        "mpc": mpc_loop(fit, rule, wanted),
    }
    courses: dict[str, Course] = {}
    for place, (name, controller) in enumerate(controllers.items(), 1):
        furnace = Furnace(production_loads(hours, seed), seed)
        courses[name] = close_loop(furnace, controller, rule, f"{ENGINE} {name}")
        progress(0.2 + 0.8 * place / len(controllers))
    tables = {name: table_of(course.records) for name, course in courses.items()}
    document = _document(courses, tables, hours, seed)
    run = run_name(now, document)
    kept = results.save(folder, KEPT_AS, run, document, tables)
    day = now.astimezone(UTC).date()
    new = [_observation(name, table, rule.tag, run, seed, day, now) for name, table in tables.items()]
    record_observations(workspace, new)
    return Closed(courses, kept)


def _observation(name: str, table: pa.Table, tag: str, run: str, seed: int, day: date, now: datetime) -> Observation:
    """Record how many commands a controller gave, what the guard did with them, and the digest of all of them."""
    verdicts = {one["values"]: one["counts"] for one in table["verdict"].value_counts().to_pylist()}
    detail = {"virtual": True, "run": run, "controller": name, "verdicts": verdicts, "commands": _digest(table)}
    return Observation(
        about=f"commands.{tag}",
        value=Decimal(table.num_rows),
        unit="1",
        window_from=day - timedelta(1),
        window_to=day,
        subject=f"virtual furnace, {name}",
        proof="measured",
        source=Source("engine", KEPT_AS, "1", sha256_of({"seed": seed}), _digest(table)),
        made_at=now,
        detail=detail,
    )


def _digest(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _document(
    courses: Mapping[str, Course], tables: Mapping[str, pa.Table], hours: float, seed: int
) -> dict[str, object]:
    pid, mpc = courses["pid"].spread_c(), courses["mpc"].spread_c()
    less = 1 - mpc / pid
    first = courses["mpc"]
    window = [first.at.isoformat(), (first.at + timedelta(seconds=len(first.temperature_c) * STEP_S)).isoformat()]
    return {
        "engine": KEPT_AS,
        "settings": {"hours": hours, "seed": seed},
        "window": window,
        "finding": {
            "zh": f"虚拟熔炼炉：预测控制的温度散布 {mpc:.2f} K，PID 为 {pid:.2f} K，减小 {less:.0%}；全部指令均经防护",
            "en": f"virtual furnace: the temperature spreads {mpc:.2f} K under predictive control, {pid:.2f} K under"
            f" PID, {less:.0%} less; every command went through the guard",
        },
        "needs": [],
        "observations": [],
        "events": [],
        "charts": [to_json(_chart(courses))],
        "tables": {
            name: {
                "title": _commands_of(CONTROLLERS[name]).to_dict(),
                "rows": table.num_rows,
                "columns": {},
            }
            for name, table in tables.items()
        },
    }


def _commands_of(controller: Text) -> Text:
    return Text(f"指令与效果：{controller.zh}", f"commands and effects: {controller.en}")


def _chart(courses: Mapping[str, Course]) -> Chart:
    series = []
    for name, course in courses.items():
        every = max(len(course.temperature_c) // DRAWN, 1)
        begin = course.at.timestamp()
        x = [begin + place * STEP_S for place in range(0, len(course.temperature_c), every)]
        series.append(Series(CONTROLLERS[name], x, course.temperature_c[::every].tolist()))
    wanted = Limit(Text("设定值", "set-point"), courses["mpc"].setpoint_c, "target")
    axes = Axis(Text("时间", "time"), kind="time"), Axis(Text("铝液温度", "melt temperature"), "°C")
    return Chart("closed_loop", Text("熔炼炉温度", "temperature of the furnace"), *axes, series, (wanted,))
