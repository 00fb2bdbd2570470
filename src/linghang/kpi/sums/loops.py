"""Sums of control loops: how long advanced process control was in service while the machine ran."""

from collections.abc import Mapping
from typing import Any

import ibis

from linghang.kpi.spans import Expr, Spans, many, over_stretches, together
from linghang.kpi.sums import Source, known, real, with_counts, yes
from linghang.words import Text

Tables = Mapping[str, Expr]


def loops(tables: Tables, spans: Spans) -> Expr:
    """Weighted running time of applicable control loops, and how much of it advanced control was in service."""
    all_loops = known(tables["control_loop"], weight="float64")
    weight = real(all_loops.weight).fill_null(1.0)
    applicable = all_loops.filter(yes(all_loops.apc_applicable)).select("loop_id", "equipment_id", weight=weight)
    counts = {"loops": all_loops.count(), "applicable": many(yes(all_loops.apc_applicable))}
    counted = all_loops.aggregate(**{f"{name}_{s}": value for name, value in counts.items() for s, _ in spans.named()})
    states_ = tables["equipment_state"]
    running = states_.filter(states_.state == "running").select("equipment_id", "start", "end")
    periods = tables["apc_period"].inner_join(applicable, "loop_id")
    periods = periods.select("loop_id", "equipment_id", "weight", "start", "end", "in_service")
    ran = _weighted(
        over_stretches(running, spans, _extent(), ("equipment_id",)), applicable, "equipment_id", "run", spans
    )
    logged = _weighted(over_stretches(periods, spans, _extent(), ("loop_id",)), applicable, "loop_id", "log", spans)
    service = over_stretches(
        _while_running(periods.filter(yes(periods.in_service)), running),
        spans,
        {"in_service": lambda s: s.total(s.rows.weight * s.ticks)},
    )
    result = together(counted, ran, logged, service)
    if "factory" in tables:
        result = result.cross_join(_process_type(tables["factory"], spans))
    return with_counts(result, tables, spans, "control_loop")


def _extent() -> dict[str, Any]:
    return {
        "spent": lambda s: s.total(s.ticks),
        "first": lambda s: s.first.min(where=s.inside),
        "last": lambda s: s.last.max(where=s.inside),
        "stretches": lambda s: s.count(),
    }


def _weighted(times: Expr, loop: Expr, key: str, name: str, spans: Spans) -> Expr:
    joined = loop.inner_join(times, key)
    columns: dict[str, Expr] = {}
    for s, _ in spans.named():
        spent = joined[f"spent_{s}"]
        columns |= {
            f"{name}_{s}": (joined.weight * spent).sum(),
            f"{name}_overlap_{s}": many(spent > joined[f"last_{s}"] - joined[f"first_{s}"]),
            f"rows_{'equipment_state' if name == 'run' else 'apc_period'}_{s}": joined[f"stretches_{s}"].sum(),
        }
    return joined.aggregate(**columns)


def _while_running(periods: Expr, running: Expr) -> Expr:
    """Cut stretches of service to the time in which the machine ran."""
    running = running.select(machine=running.equipment_id, on=running.start, off=running.end)
    both = periods.inner_join(
        running,
        [
            periods.equipment_id == running.machine,
            periods.end > running.on,
            running.off.isnull() | (periods.start < running.off),
        ],
    )
    return both.select(
        "weight",
        start=ibis.ifelse(both.start > both.on, both.start, both.on),
        end=ibis.ifelse(both.off.isnull() | (both.end < both.off), both.end, both.off),
    )


def _process_type(factory: Expr, spans: Spans) -> Expr:
    return factory.aggregate(
        **{
            f"{name}_{s}": value
            for s, _ in spans.named()
            for name, value in (("type", factory.process_type.max()), ("types", factory.process_type.nunique()))
        }
    )


LOOPS = Source(
    "loops",
    (
        "control_loop.loop_id",
        "control_loop.equipment_id",
        "control_loop.apc_applicable",
        "apc_period.loop_id",
        "apc_period.start",
        "apc_period.end",
        "apc_period.in_service",
        "equipment_state.equipment_id",
        "equipment_state.start",
        "equipment_state.end",
        "equipment_state.state",
    ),
    loops,
    Text("适用先控的回路，只计设备运行时间", "loops to which advanced control applies, while their machine ran"),
    may=("factory",),
)
