"""Alarms and warnings of the plant: recorded ones, values beyond their limits, engines' warnings, and data that fail.

What stands now is told with since when, and with the value beside its limit. A person acknowledges; that is kept in a
journal beside the records (`alarm-acknowledgements.jsonl`), one line each, and covers the alarm until it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from linghang.engines.equipment.limit_alarms import LimitLaw
from linghang.errors import BadInput
from linghang.intake.live.tags import TagMapping
from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current
from linghang.store.records import read
from linghang.store.results import document_of, runs
from linghang.store.state import records_state
from linghang.store.stretches import alarms_since
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.alarm_journal import Acknowledgement, journal_of
from linghang.usecases.alarm_settings import AlarmSetting, law_of, read_alarm_settings
from linghang.usecases.json_values import plain
from linghang.usecases.limit_alarms import Beyond, Limited, LimitWatch, past_stretches
from linghang.usecases.live_values import edition_of, live_values, shared_reader
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
    as_of
        Of a warning of an engine: up to when the run looked that says so. What came after it nobody has judged.
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
    as_of: datetime | None = None


def standing_alarms(folder: Path, now: datetime) -> list[Alarm]:
    """Return what stands, the most severe and newest first."""
    found = [one for one in _recorded(folder, now) if one.cleared_at is None]
    found += [one for one in _warnings(folder) if one.cleared_at is None]
    found += _watch(folder, edition_of(folder)).standing(now)
    return _sorted(_acknowledged(found, journal_of(folder)))


def past_alarms(folder: Path, now: datetime, days: int = 30) -> list[Alarm]:
    """Return what has gone of the last days, the newest first."""
    since = now - timedelta(days=days)
    found = [one for one in (*_recorded(folder, now, days), *_warnings(folder)) if one.cleared_at is not None]
    found += _watch(folder, edition_of(folder)).gone(since, now)
    found = [one for one in found if one.since >= since]
    return sorted(_acknowledged(found, journal_of(folder)), key=lambda one: one.since, reverse=True)[:MOST_PAST]


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
    for name in ("since", "cleared_at", "acknowledged_at", "as_of"):
        at = getattr(one, name)
        said[name] = at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None
    return said


def _sorted(found: Sequence[Alarm]) -> list[Alarm]:
    order = list(SEVERITIES)
    newest = sorted(found, key=lambda one: one.since, reverse=True)
    return sorted(newest, key=lambda one: order.index(one.severity) if one.severity in order else len(order))


def _acknowledged(found: Sequence[Alarm], journal: Mapping[str, Sequence[Acknowledgement]]) -> list[Alarm]:
    said = []
    for one in found:
        seen = [by for by in journal.get(one.key, ()) if by.at >= one.since]
        if one.source == "limit" and one.cleared_at is not None:  # the same key is raised again and again
            seen = [by for by in seen if by.at <= one.cleared_at]
        if seen and one.acknowledged_at is None:
            by = seen[-1]
            one = replace(one, acknowledged_at=by.at, acknowledged_by=by.who, note=by.note)
        said.append(one)
    return said


# --- of the records, of engines ---


def _recorded(folder: Path, now: datetime, days: int = 30) -> Sequence[Alarm]:
    workspace = open_workspace(folder)
    return _recorded_of(workspace, records_state(workspace.engine()), now.date(), days)


@lru_cache(maxsize=8)
def _recorded_of(workspace: Workspace, _state: str | None, day: date, days: int) -> tuple[Alarm, ...]:
    engine = workspace.engine()
    if not is_current(engine):
        return ()
    since = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=days)
    rows = alarms_since(engine, since, MOST_PAST)
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
    document = document_of(folder, WARNING_ENGINE, run)
    looked = datetime.fromisoformat(document["window"][1])
    found: list[Alarm] = []
    standing: dict[str, int] = {}
    for event in document["events"]:
        at, machine = datetime.fromisoformat(event["at"]), event["subject"]
        if event["kind"] == "cleared":
            if (place := standing.pop(machine, None)) is not None:
                found[place] = replace(found[place], cleared_at=at)
        elif event["kind"] == "raised":
            standing[machine] = len(found)
            key = f"engine {WARNING_ENGINE} {machine} {event['at']}"
            found.append(Alarm(key, "engine", event["severity"], machine, "", Text(**event["text"]), at, as_of=looked))
    return tuple(found)


# --- of what comes ---


@lru_cache(maxsize=2)
def _watch(folder: Path, _inode: int) -> "AlarmWatch":
    return AlarmWatch(folder)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the records say of a tag: its name, how its limits are judged, and its sampling interval."""

    name: str
    equipment_id: str
    unit: str
    law: LimitLaw | None
    mapping: TagMapping
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
        self._said: tuple[str | None, int] | None = None
        self._tags: dict[str, Watched] = {}
        self._limits = LimitWatch({})
        self._wrong: BadInput | None = None
        self._since: dict[str, datetime] = {}
        self._gone: tuple[Any, list[Alarm]] = (None, [])

    def standing(self, now: datetime) -> list[Alarm]:
        """Return what is beyond its limit, of bad quality or stale."""
        values = live_values(self._folder).look()
        with self._lock:
            self._know()
            beyond = self._beyond(values, now)
            found: list[Alarm] = [] if self._wrong is None else [_unread(self._wrong, now)]
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
                    since = self._since.setdefault(f"data {name}", at)
                    found.append(replace(_data(f"data {name}", one, text, min(since, at)), since_at_least=True))
                else:
                    found += [replace(_limit(name, one, each), value=shown["value"]) for each in beyond.get(name, ())]
            for connection, several in silent.items():
                most = min(MOST_SILENT, max(1, count[connection] - 1))
                found += several if len(several) <= most else [_silence(connection, several)]
            for key in self._since.keys() - {one.key for one in found}:
                del self._since[key]
            return found

    def gone(self, since: datetime, now: datetime) -> list[Alarm]:
        """Return what was beyond its limit since a moment and has come back."""
        with self._lock:
            self._know()
            tags, limited = self._tags, self._limits.limited
            asked = (id(limited), now.replace(second=0, microsecond=0), now - since)
            if asked == self._gone[0]:
                return self._gone[1]
        if not limited or not live_values(self._folder).look():
            return []
        stretches = past_stretches(shared_reader(self._folder), limited, since, now)
        found = [_limit(one.name, tags[one.name], one) for one in stretches]
        with self._lock:
            self._gone = (asked, found)
        return found

    def _know(self) -> None:
        workspace = open_workspace(self._folder)
        engine = workspace.engine()
        said = records_state(engine), workspace.config.stat().st_mtime_ns
        if said == self._said:
            return
        rows = read(engine, TABLES["tag"]).to_pylist() if is_current(engine) else []
        settings: Sequence[AlarmSetting] = ()
        self._wrong = None
        try:
            settings = read_alarm_settings(self._folder)
        except BadInput as error:
            self._wrong = error
        self._said = said
        self._tags = {row["source"]: _watched(row, settings) for row in rows if row["source"]}
        limited = {name: Limited(one.law, one.mapping) for name, one in self._tags.items() if one.law is not None}
        if limited != self._limits.limited:
            self._limits = LimitWatch(limited)

    def _beyond(self, values: Mapping[str, Mapping[str, Any]], now: datetime) -> Mapping[str, list[Beyond]]:
        last = {
            name: datetime.fromisoformat(values[name]["at"])
            for name in self._limits.limited
            if name in values and values[name]["kind"] == "number"
        }
        found: dict[str, list[Beyond]] = {}
        if last:
            for one in self._limits.look(shared_reader(self._folder), last, now):
                found.setdefault(one.name, []).append(one)
        return found


def _watched(row: Mapping[str, Any], settings: Sequence[AlarmSetting]) -> Watched:
    return Watched(
        row["name"],
        row["equipment_id"] or "",
        row["unit"] or "",
        law_of(row, settings),
        TagMapping.of(row),
        row["sampling_s"] if row["role"] == "measurement" else None,
    )


def _limit(name: str, one: Watched, beyond: Beyond) -> Alarm:
    assert one.law is not None
    limit = one.law.limits.high if beyond.side == "high" else one.law.limits.low
    said = f"{limit:g} {one.unit}".strip()
    text = (
        Text(f"{one.name}高于{said}", f"{one.name} above {said}")
        if beyond.side == "high"
        else Text(f"{one.name}低于{said}", f"{one.name} below {said}")
    )
    return Alarm(
        f"limit {name} {beyond.side}",
        "limit",
        LIMIT_SEVERITY,
        one.equipment_id,
        name,
        text,
        beyond.raised,
        beyond.cleared,
        since_at_least=beyond.older,
        value=beyond.value,
        limit=limit,
        unit=one.unit,
    )


def _unread(wrong: BadInput, now: datetime) -> Alarm:
    """Say that the plant's settings of alarms cannot be read: the usual ones count meanwhile."""
    text = Text(
        f"linghang.toml 的 [[alarms]] 有误，限值暂按通常的死区和延时判断：{wrong}",
        f"[[alarms]] of linghang.toml is wrong; limits are judged with the usual dead bands and delays: {wrong}",
    )
    return Alarm("data linghang.toml", "data", "medium", "", "", text, now)


def _data(key: str, one: Watched, text: Text, at: datetime) -> Alarm:
    tag = key.removeprefix("data ")
    return Alarm(key, "data", DATA_SEVERITY, one.equipment_id, tag, text, at)


def _silence(connection: str, several: Sequence[Alarm]) -> Alarm:
    """Say once that nothing comes of many tags of a connection, instead of for each of them."""
    count = len(several)
    text = Text(f"{connection}：{count}个测点没有新数据", f"{connection}: no new data of {count} tags")
    return Alarm(f"data {connection}", "data", "medium", "", "", text, max(one.since for one in several))
