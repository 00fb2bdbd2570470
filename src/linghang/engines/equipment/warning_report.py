"""What a run of early warning says: machines, warnings with their lead, failures, charts, and what it proves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pyarrow as pa

from linghang.engines.contract import Event, Inputs, Observed, Result, ResultTable, micros, moment
from linghang.engines.equipment.warning_charts import charts_of
from linghang.engines.equipment.warning_machine import Scored
from linghang.engines.equipment.warning_sources import NO_STATE, Machine, Plant
from linghang.words import Text

ELEMENT = "advanced.production.anomaly-warning"
HOUR_US = 3_600_000_000
STILL = timedelta(days=1)
"""A warning still counts for a failure so long after it was cleared: a machine may seem sound in between."""
NOT_RUNNING = Text("窗口内未运行", "did not run in the window")
NOT_SCORED = Text("运行时没有可评分的数据", "no data to score while it ran")

WARNINGS = pa.schema(
    [
        ("equipment_id", pa.string()),
        ("name", pa.string()),
        ("raised_at", pa.timestamp("us", "UTC")),
        ("cleared_at", pa.timestamp("us", "UTC")),
        ("severity", pa.string()),
        ("peak_index", pa.float64()),
        ("sensors", pa.string()),
        ("failed_at", pa.timestamp("us", "UTC")),
        ("component", pa.string()),
        ("lead_h", pa.float64()),
    ]
)
MACHINES = pa.schema(
    [
        ("equipment_id", pa.string()),
        ("name", pa.string()),
        ("sensors", pa.int64()),
        ("learnt_samples", pa.int64()),
        ("running_h", pa.float64()),
        ("watched_share", pa.float64()),
        ("warnings", pa.int64()),
        ("warned_share", pa.float64()),
        ("drifted", pa.bool_()),
        ("remark_zh", pa.string()),
        ("remark_en", pa.string()),
    ]
)
FAILURES = pa.schema(
    [
        ("equipment_id", pa.string()),
        ("failed_at", pa.timestamp("us", "UTC")),
        ("component", pa.string()),
        ("cause", pa.string()),
        ("warned_at", pa.timestamp("us", "UTC")),
        ("lead_h", pa.float64()),
    ]
)
TITLES: Mapping[str, Text] = {
    "equipment_id": Text("设备", "Equipment"),
    "name": Text("名称", "Name"),
    "raised_at": Text("预警时间", "Raised"),
    "cleared_at": Text("解除时间", "Cleared"),
    "severity": Text("级别", "Severity"),
    "peak_index": Text("最大指数", "Greatest index"),
    "sensors": Text("主要传感器", "Sensors"),
    "failed_at": Text("故障时间", "Failed"),
    "component": Text("部件", "Component"),
    "cause": Text("原因", "Cause"),
    "lead_h": Text("提前量（h）", "Lead (h)"),
    "learnt_samples": Text("学习样本", "Samples learnt"),
    "running_h": Text("运行时间（h）", "Running time (h)"),
    "watched_share": Text("受监视时间占比", "Share of time watched"),
    "warnings": Text("预警次数", "Warnings"),
    "warned_share": Text("预警时间占比", "Share of time warned"),
    "drifted": Text("基准漂移", "Baseline drifted"),
    "warned_at": Text("预警时间", "Warned"),
    "remark_zh": Text("说明", "Remark (zh)"),
    "remark_en": Text("说明（英文）", "Remark"),
}


@dataclass(frozen=True)
class Watched:
    """A machine after the window.

    Attributes
    ----------
    running_us, seen_us
        How long it ran in the window, and how long of that it was scored.
    known
        Whether its states in the window are known at all.
    learnt
        Samples it was learnt from; 0 where it could not be.
    reason
        Why it could not be watched.
    """

    machine: Machine
    running_us: int
    known: bool
    seen_us: int = 0
    learnt: int = 0
    scored: tuple[Scored, ...] = ()
    events: tuple[Event, ...] = ()
    reason: Text | None = None

    @property
    def share(self) -> float | None:
        """Share of the running time that was scored; None where it did not run or nobody knows."""
        return self.seen_us / self.running_us if self.known and self.running_us > 0 else None


@dataclass(frozen=True, slots=True)
class Episode:
    """A warning from raised to cleared; None where it still stands at the end."""

    machine: Machine
    raised: datetime
    cleared: datetime | None
    severity: str
    peak: float
    sensors: tuple[tuple[str, float], ...]


def episodes(watched: Watched) -> list[Episode]:
    """Return the warnings of a machine, oldest first."""
    found: list[Episode] = []
    names = {one.tag_id: one.name for one in watched.machine.sensors}
    for place, event in enumerate(watched.events):
        if event.kind != "raised":
            continue
        later = watched.events[place + 1 :]
        cleared = next((one.at for one in later if one.kind == "cleared"), None)
        own = [event] + [one for one in later if one.kind == "worse" and (cleared is None or one.at < cleared)]
        until = micros(cleared) if cleared else None
        inside = [
            one.index
            for one in watched.scored
            if one.at_us >= micros(event.at) and (until is None or one.at_us <= until)
        ]
        sensors = tuple((names[one["tag_id"]], one["share"]) for one in own[-1].values["sensors"])
        found.append(Episode(watched.machine, event.at, cleared, own[-1].severity, max(inside), sensors))
    return found


def failure_of(episode: Episode, failures: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the failure that ended the warning: the last one while it stood, else the first within a day after.

    After the repair the machine is as it was learnt, and the warning goes; failures before that did not cure it.
    """
    if episode.cleared is None:
        return None
    stood = [one for one in failures if episode.raised <= moment(one["at_us"]) < episode.cleared]
    later = [one for one in failures if episode.cleared <= moment(one["at_us"]) < episode.cleared + STILL]
    return stood[-1] if stood else (later[0] if later else None)


def reported(inputs: Inputs, plant: Plant, watched: Sequence[Watched], needed_share: float) -> Result:
    """Put together the result of a run."""
    listed = sorted(
        (one for each in watched for one in episodes(each)), key=lambda one: (one.raised, one.machine.equipment_id)
    )
    warnings = [_warning_row(one, plant, inputs.end) for one in listed]
    failures = _failure_rows(inputs, plant, listed, {one.machine.equipment_id for one in watched if one.scored})
    tables = {
        "warnings": _table(Text("预警", "Warnings"), WARNINGS, warnings),
        "failures": _table(Text("窗口内的故障", "Failures in the window"), FAILURES, failures),
        "machines": _table(Text("关键装备", "Key machines"), MACHINES, [_machine_row(one, listed) for one in watched]),
    }
    events = sorted((event for one in watched for event in one.events), key=lambda event: (event.at, event.subject))
    observed = _observed(inputs, watched, needed_share)
    return Result(
        _finding(watched, warnings, failures, needed_share),
        tables,
        charts_of(inputs, watched, listed),
        () if observed is None else (observed,),
        tuple(events),
        _needs(watched),
    )


def _table(title: Text, schema: pa.Schema, rows: list[dict[str, Any]]) -> ResultTable:
    titles = {name: TITLES[name] for name in schema.names}
    return ResultTable(title, pa.Table.from_pylist(rows, schema), titles)


def _warning_row(one: Episode, plant: Plant, end: datetime) -> dict[str, Any]:
    failures = plant.failures.get(one.machine.equipment_id, ())
    failure = failure_of(one, [each for each in failures if each["at_us"] < micros(end)])
    return {
        "equipment_id": one.machine.equipment_id,
        "name": one.machine.name,
        "raised_at": one.raised,
        "cleared_at": one.cleared,
        "severity": one.severity,
        "peak_index": round(one.peak, 3),
        "sensors": ", ".join(f"{name} {share:.0%}" for name, share in one.sensors),
        "failed_at": moment(failure["at_us"]) if failure else None,
        "component": failure["component"] if failure else None,
        "lead_h": _hours(moment(failure["at_us"]) - one.raised) if failure else None,
    }


def _failure_rows(inputs: Inputs, plant: Plant, listed: Sequence[Episode], scored: set[str]) -> list[dict[str, Any]]:
    rows = []
    for machine in sorted(scored):
        own = [one for one in listed if one.machine.equipment_id == machine]
        for failure in plant.failures.get(machine, ()):
            at = moment(failure["at_us"])
            if not inputs.start <= at < inputs.end:
                continue
            before = [one for one in own if one.raised <= at and (one.cleared is None or at < one.cleared + STILL)]
            warned = before[0].raised if before else None
            rows.append(
                {
                    "equipment_id": machine,
                    "failed_at": at,
                    "component": failure["component"],
                    "cause": failure["cause"],
                    "warned_at": warned,
                    "lead_h": _hours(at - warned) if warned else None,
                }
            )
    return sorted(rows, key=lambda row: (row["failed_at"], row["equipment_id"]))


def _machine_row(one: Watched, listed: Sequence[Episode]) -> dict[str, Any]:
    remark = one.reason or (_quiet(one) if not one.scored else None)
    return {
        "equipment_id": one.machine.equipment_id,
        "name": one.machine.name,
        "sensors": len(one.machine.sensors),
        "learnt_samples": one.learnt,
        "running_h": round(one.running_us / HOUR_US, 2) if one.known else None,
        "watched_share": None if one.share is None else round(one.share, 4),
        "warnings": sum(each.machine.equipment_id == one.machine.equipment_id for each in listed),
        "warned_share": round(sum(each.warned for each in one.scored) / len(one.scored), 4) if one.scored else None,
        "drifted": any(event.kind == "drift" for event in one.events),
        "remark_zh": remark.zh if remark else None,
        "remark_en": remark.en if remark else None,
    }


def _quiet(one: Watched) -> Text:
    if not one.known:
        return NO_STATE
    return NOT_SCORED if one.running_us else NOT_RUNNING


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 2)


def _observed(inputs: Inputs, watched: Sequence[Watched], needed: float) -> Observed | None:
    asked = [one for one in watched if not one.known or one.running_us > 0]
    if not any(one.scored for one in asked):
        return None
    covered = [one for one in asked if one.share is not None and one.share >= needed]
    unknown = [one for one in asked if not one.known]
    missed = {
        one.machine.equipment_id: {
            "watched_share": None if one.share is None else round(one.share, 4),
            "why": (one.reason or _quiet(one)).to_dict() if not one.scored else None,
        }
        for one in asked
        if one not in covered
    }
    standing = [one.machine.equipment_id for one in watched if one.known and one.running_us == 0]
    return Observed(
        ELEMENT,
        Text(
            f"运行时间内至少 {needed:.0%} 受预警监视的关键装备",
            f"key equipment under warning in at least {needed:.0%} of its running time",
        ),
        len(covered),
        len(asked),
        inputs.start,
        inputs.end,
        len(unknown),
        {"watched_time_share": needed, "not_covered": missed, "did_not_run": standing},
    )


def _finding(
    watched: Sequence[Watched],
    warnings: Sequence[Mapping[str, Any]],
    failures: Sequence[Mapping[str, Any]],
    needed: float,
) -> Text:
    asked = [one for one in watched if not one.known or one.running_us > 0]
    covered = sum(one.share is not None and one.share >= needed for one in asked)
    leads = [row["lead_h"] for row in warnings if row["lead_h"] is not None]
    standing = sum(row["cleared_at"] is None for row in warnings)
    before = sum(row["warned_at"] is not None for row in failures)
    zh = f"{len(asked)} 台运行的关键装备中 {covered} 台有至少 {needed:.0%} 的运行时间受监视；预警 {len(warnings)} 次"
    en = (
        f"{covered} of {len(asked)} key machines that ran were watched for at least {needed:.0%} of their running "
        f"time; {len(warnings)} warnings"
    )
    if warnings:
        zh += f"，其中 {len(leads)} 次以故障告终，{standing} 次仍在持续"
        en += f", {len(leads)} ended with a failure, {standing} still stand"
    if leads:
        zh += f"，提前量中位数 {median(leads):.0f} 小时"
        en += f", the median lead was {median(leads):.0f} h"
    if failures:
        zh += f"；{len(failures)} 次故障中有 {before} 次发生前已有预警"
        en += f"; before {before} of {len(failures)} failures a warning stood"
    return Text(zh + "。", en + ".")


def _needs(watched: Sequence[Watched]) -> tuple[str, ...]:
    needs = [f"telemetry {one.machine.equipment_id}" for one in watched if not one.machine.sensors]
    needs += [f"equipment_state {one.machine.equipment_id}" for one in watched if not one.known]
    return tuple(needs)
