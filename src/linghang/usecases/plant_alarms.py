"""Alarms and warnings of the plant: recorded ones, values beyond their limits, engines' warnings, and data that fail.

What stands now is told with since when, and with the value beside its limit. A person acknowledges; that is kept in a
journal beside the records (`alarm-acknowledgements.jsonl`), one line each, and covers the alarm until it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np

from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current
from linghang.store.records import read
from linghang.store.results import document_of, runs
from linghang.store.state import records_state
from linghang.store.stretches import alarms_since
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.workspace import open_workspace
from linghang.usecases.alarm_journal import Acknowledgement, acknowledgements
from linghang.usecases.json_values import plain
from linghang.usecases.live_values import live_values, shared_reader
from linghang.words import Text

Source = Literal["record", "limit", "engine", "data"]
SOURCES: Mapping[str, Text] = {
    "record": Text("报警记录", "recorded alarm"),
    "limit": Text("超限", "beyond its limit"),
    "engine": Text("引擎预警", "warning of an engine"),
    "data": Text("数据异常", "data that fail"),
}
SEVERITIES: Mapping[str, Text] = {
    "critical": Text("紧急", "critical"),
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低", "low"),
    "info": Text("提示", "information"),
}
WARNING_ENGINE = "equipment.anomaly_warning"
LIMIT_SEVERITY, DATA_SEVERITY = "medium", "low"
"""Of what no record gives a priority (ours)."""
STALE_S, STALE_SAMPLES = 300.0, 20
"""A tag that is sampled is stale after so many seconds and so many of its intervals without a point (ours)."""
MOST_SILENT = 10
"""Silent tags of a connection that are told one by one (ours)."""
BACK = timedelta(hours=6)
"""How far back it is looked for when a value left its limits."""
MOST_PAST = 500


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm or warning.

    Attributes
    ----------
    key
        Names it in the journal and on pages.
    since, cleared_at
        When it was raised, and when it went; None while it stands.
    since_at_least
        Whether it may stand longer than `since` says.
    value, limit, unit
        What was measured and what was crossed, where there is a number.
    acknowledged_at, acknowledged_by, note
        By whom; empty without one.
    """

    key: str
    source: Source
    severity: str
    equipment_id: str
    tag: str
    text: Text
    since: datetime
    cleared_at: datetime | None = None
    since_at_least: bool = False
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""


def standing_alarms(folder: Path, now: datetime) -> list[Alarm]:
    """Return what stands, the most severe and newest first."""
    found = [one for one in _recorded(folder, now) if one.cleared_at is None]
    found += [one for one in _warnings(folder) if one.cleared_at is None]
    found += _watch(folder, _telemetry(folder)).standing(now)
    return _sorted(_acknowledged(found, acknowledgements(folder)))


def past_alarms(folder: Path, now: datetime, days: int = 30) -> list[Alarm]:
    """Return what has gone of the last days, the newest first."""
    since = now - timedelta(days=days)
    found = [one for one in (*_recorded(folder, now, days), *_warnings(folder)) if one.cleared_at is not None]
    found = [one for one in found if one.since >= since]
    return sorted(_acknowledged(found, acknowledgements(folder)), key=lambda one: one.since, reverse=True)[:MOST_PAST]


def live_alarms(folder: Path, now: datetime | None = None) -> dict[str, Any]:
    """Return key -> alarm of what stands; JSON values.

    Parameters
    ----------
    now
        The caller's clock; the system's where it is not given.
    """
    return {one.key: alarm_document(one) for one in standing_alarms(folder, now or datetime.now(UTC))}


def alarm_document(one: Alarm) -> dict[str, Any]:
    """Return an alarm as JSON has it; moments in UTC."""
    said = {name: plain(getattr(one, name)) for name in one.__slots__}
    for name in ("since", "cleared_at", "acknowledged_at"):
        at = getattr(one, name)
        said[name] = at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None
    return said


def _sorted(found: Sequence[Alarm]) -> list[Alarm]:
    order = list(SEVERITIES)
    newest = sorted(found, key=lambda one: one.since, reverse=True)
    return sorted(newest, key=lambda one: order.index(one.severity) if one.severity in order else len(order))


def _acknowledged(found: Sequence[Alarm], journal: Mapping[str, Acknowledgement]) -> list[Alarm]:
    said = []
    for one in found:
        by = journal.get(one.key)
        if by is not None and by.at >= one.since and one.acknowledged_at is None:
            one = replace(one, acknowledged_at=by.at, acknowledged_by=by.who, note=by.note)
        said.append(one)
    return said


# --- of the records, of engines ---


def _recorded(folder: Path, now: datetime, days: int = 30) -> Sequence[Alarm]:
    engine = open_workspace(folder).engine()
    try:
        return _recorded_of(folder, records_state(engine), now.date(), days)
    finally:
        engine.dispose()


@lru_cache(maxsize=8)
def _recorded_of(folder: Path, _state: str | None, day: Any, days: int) -> tuple[Alarm, ...]:
    engine = open_workspace(folder).engine()
    try:
        if not is_current(engine):
            return ()
        since = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=days)
        rows = alarms_since(engine, since, MOST_PAST)
    finally:
        engine.dispose()
    return tuple(
        Alarm(
            f"record {row['alarm_id']}",
            "record",
            row["priority"],
            row["equipment_id"],
            row["tag"] or "",
            Text(row["text"], row["text"]),
            row["at"],
            row["cleared_at"],
            acknowledged_at=row["acknowledged_at"],
        )
        for row in rows
    )


def _warnings(folder: Path) -> Sequence[Alarm]:
    kept = runs(folder, WARNING_ENGINE)
    return _warnings_of(folder, kept[0]) if kept else ()


@lru_cache(maxsize=4)
def _warnings_of(folder: Path, run: str) -> tuple[Alarm, ...]:
    """What the newest run of the engine warned of; a later event of `cleared` ends what was raised before."""
    found: list[Alarm] = []
    standing: dict[str, int] = {}
    for event in document_of(folder, WARNING_ENGINE, run)["events"]:
        at, machine = datetime.fromisoformat(event["at"]), event["subject"]
        if event["kind"] == "cleared":
            if (place := standing.pop(machine, None)) is not None:
                found[place] = replace(found[place], cleared_at=at)
        elif event["kind"] == "raised":
            standing[machine] = len(found)
            key = f"engine {WARNING_ENGINE} {machine} {event['at']}"
            found.append(Alarm(key, "engine", event["severity"], machine, "", Text(**event["text"]), at))
    return tuple(found)


# --- of what comes ---


def _telemetry(folder: Path) -> int:
    manifest = folder / "telemetry" / MANIFEST
    return manifest.stat().st_ino if manifest.exists() else 0


@lru_cache(maxsize=2)
def _watch(folder: Path, _inode: int) -> "AlarmWatch":
    return AlarmWatch(folder)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the records say of a tag: its limits in its unit, and its sampling interval."""

    tag_id: str
    name: str
    equipment_id: str
    unit: str
    low: float | None
    high: float | None
    sampling_s: float | None


class AlarmWatch:
    """Compares the last values with their limits, and their moments with the clock; safe to use from several threads.

    Parameters
    ----------
    folder
        The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._records: str | None = None
        self._tags: dict[str, Watched] = {}
        self._since: dict[str, tuple[datetime, bool]] = {}

    def standing(self, now: datetime) -> list[Alarm]:
        """Return what is beyond its limit, of bad quality or stale."""
        values = live_values(self._folder).look()
        with self._lock:
            self._know()
            found: list[Alarm] = []
            silent: dict[str, list[Alarm]] = {}
            count: dict[str, int] = {}
            for name, one in self._tags.items():
                if (shown := values.get(name)) is None:
                    continue
                connection = name.partition("!")[0]
                at = datetime.fromisoformat(shown["at"])
                count[connection] = count.get(connection, 0) + (one.sampling_s is not None)
                limit = max(STALE_S, STALE_SAMPLES * (one.sampling_s or 0))
                if one.sampling_s is not None and (now - at).total_seconds() > limit:
                    text = Text(f"{one.name}：没有新数据", f"{one.name}: no new data")
                    silent.setdefault(connection, []).append(_data(f"data {name}", one, text, at))
                elif not shown["good"]:
                    text = Text(f"{one.name}：数据质量不好", f"{one.name}: bad quality of data")
                    # Of the first bad point that was seen here: an acknowledgement covers those that follow it.
                    since, _ = self._since.setdefault(f"data {name}", (at, True))
                    found.append(replace(_data(f"data {name}", one, text, min(since, at)), since_at_least=True))
                elif (alarm := self._beyond(name, one, shown["value"], at)) is not None:
                    found.append(alarm)
            for connection, several in silent.items():
                most = min(MOST_SILENT, max(1, count[connection] - 1))
                found += several if len(several) <= most else [_silence(connection, several)]
            for key in self._since.keys() - {one.key for one in found}:
                del self._since[key]
            return found

    def _know(self) -> None:
        engine = open_workspace(self._folder).engine()
        try:
            state = records_state(engine)
            if state == self._records:
                return
            rows = read(engine, TABLES["tag"]).to_pylist() if is_current(engine) else []
        finally:
            engine.dispose()
        self._records = state
        self._tags = {
            row["source"]: Watched(
                row["tag_id"],
                row["name"],
                row["equipment_id"] or "",
                row["unit"] or "",
                row["low_limit"],
                row["high_limit"],
                row["sampling_s"] if row["role"] == "measurement" else None,
            )
            for row in rows
            if row["source"]
        }

    def _beyond(self, name: str, one: Watched, value: Any, at: datetime) -> Alarm | None:
        if isinstance(value, bool) or not isinstance(value, float | int):
            return None
        for side, limit in (("high", one.high), ("low", one.low)):
            if limit is None or not (value > limit if side == "high" else value < limit):
                continue
            key = f"limit {name} {side}"
            if key not in self._since:
                self._since[key] = self._left_at(name, limit, side, at)
            since, at_least = self._since[key]
            said = f"{limit:g} {one.unit}".strip()
            text = (
                Text(f"{one.name}高于{said}", f"{one.name} above {said}")
                if side == "high"
                else Text(f"{one.name}低于{said}", f"{one.name} below {said}")
            )
            return Alarm(
                key,
                "limit",
                LIMIT_SEVERITY,
                one.equipment_id,
                name,
                text,
                since,
                since_at_least=at_least,
                value=float(value),
                limit=limit,
                unit=one.unit,
            )
        return None

    def _left_at(self, name: str, limit: float, side: str, at: datetime) -> tuple[datetime, bool]:
        """Return when a value left its limits for the last time, and whether that was still earlier."""
        meaning = live_values(self._folder).meant.get(name)
        table = shared_reader(self._folder).points([name], at - BACK, at + timedelta(seconds=1))
        value = np.asarray(table["value"].to_numpy(), np.float64)
        if meaning is not None:
            value = meaning.mapping.values(value)
        inside = np.flatnonzero(~(value > limit if side == "high" else value < limit))
        first = int(inside[-1]) + 1 if len(inside) else 0
        if first >= table.num_rows:
            return at, False
        return table["at"][first].as_py(), not len(inside)


def _data(key: str, one: Watched, text: Text, at: datetime) -> Alarm:
    tag = key.removeprefix("data ")
    return Alarm(key, "data", DATA_SEVERITY, one.equipment_id, tag, text, at)


def _silence(connection: str, several: Sequence[Alarm]) -> Alarm:
    """Say once that nothing comes of many tags of a connection, instead of for each of them."""
    count = len(several)
    text = Text(f"{connection}：{count}个测点没有新数据", f"{connection}: no new data of {count} tags")
    return Alarm(f"data {connection}", "data", "medium", "", "", text, max(one.since for one in several))
