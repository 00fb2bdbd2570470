"""The states of the machines: over a stretch of time, their shares, and as they are now.

What the records say of a machine (table equipment_state) comes first. After its last recorded stretch the machine's tag
of role `state` in the telemetry tells, as it came: from each value to the next one, and from the last one to the last
point that came of the machine at all. Where neither says anything the state is unknown: that is never another one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current
from linghang.store.records import read
from linghang.store.state import records_state
from linghang.store.stretches import last_states, states_between
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.live_values import live_values, shared_reader
from linghang.usecases.telemetry import has_telemetry
from linghang.words import Text

UNKNOWN = "unknown"
STATES: Mapping[str, Text] = {
    "running": Text("运行", "running"),
    "idle": Text("待机", "idle"),
    "setup": Text("换型调整", "setup"),
    "planned_stop": Text("计划停机", "planned stop"),
    "breakdown": Text("故障停机", "breakdown"),
    "off": Text("关机", "off"),
    UNKNOWN: Text("未知", "unknown"),
}
"""The words of equipment_state, in the order in which they are shown."""
HEARD_S = 300.0
"""A machine of which nothing came for so long is in no known state now (ours)."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with its place in the plant."""

    id: str
    name: str
    work_center_id: str
    work_center: str
    kind: str
    sequence: int | None
    state_tag: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A machine in one state; `source` is records or telemetry."""

    equipment_id: str
    start: datetime
    end: datetime
    state: str
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StateChart:
    """The states of machines over a stretch.

    Attributes
    ----------
    start, end
        Of what was asked for; what lies after the caller's now is left out.
    machines
        In the order of work centers.
    stretches
        Cut to the stretch, by machine and start; what lies between them is unknown.
    """

    start: datetime
    end: datetime
    machines: tuple[Machine, ...]
    stretches: tuple[Stretch, ...]
    _by: Mapping[str, Mapping[str, float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by = {one.id: dict.fromkeys(STATES, 0.0) for one in self.machines}
        for one in self.stretches:
            by[one.equipment_id][one.state] += (one.end - one.start).total_seconds()
        whole = (self.end - self.start).total_seconds()
        for seconds in by.values():
            seconds[UNKNOWN] += max(0.0, whole - sum(seconds.values()))
        object.__setattr__(self, "_by", by)

    def shares(self, ids: Iterable[str] | None = None) -> dict[str, float]:
        """Return state -> share of the time of some machines (of all); they add up to 1."""
        chosen = [self._by[id] for id in (self._by if ids is None else ids)]
        sums = {state: sum(one[state] for one in chosen) for state in STATES}
        whole = sum(sums.values())
        return {state: seconds / whole if whole else 0.0 for state, seconds in sums.items()}

    def by_center(self) -> dict[tuple[str, str], list[str]]:
        """Return (id, name) of work centers -> their machines."""
        found: dict[tuple[str, str], list[str]] = {}
        for one in self.machines:
            found.setdefault((one.work_center_id, one.work_center), []).append(one.id)
        return found


def machines_of(folder: Path) -> tuple[Machine, ...]:
    """Return the machines in use, by work center and place in it."""
    workspace = open_workspace(folder)
    return _machines_of(workspace, records_state(workspace.engine()))


@lru_cache(maxsize=4)
def _machines_of(workspace: Workspace, _state: str | None) -> tuple[Machine, ...]:
    engine = workspace.engine()
    if not is_current(engine):
        return ()
    rows = {name: read(engine, TABLES[name]).to_pylist() for name in ("equipment", "work_center", "work_unit")}
    tags = read(engine, TABLES["tag"], ["equipment_id", "role", "source"]).to_pylist()
    centers = {one["work_center_id"]: one["name"] for one in rows["work_center"]}
    places = {one["work_unit_id"]: one["sequence"] for one in rows["work_unit"]}
    sources = {one["equipment_id"]: one["source"] for one in tags if one["role"] == "state" and one["source"]}
    found = [
        Machine(
            one["equipment_id"],
            one["name"] or one["equipment_id"],
            one["work_center_id"],
            centers.get(one["work_center_id"]) or one["work_center_id"],
            one["kind"] or "",
            places.get(one["work_unit_id"]),
            sources.get(one["equipment_id"]),
        )
        for one in rows["equipment"]
        if one["status"] != "retired"
    ]
    return tuple(sorted(found, key=lambda one: (one.work_center, one.sequence or 0, one.id)))


def state_chart(folder: Path, start: datetime, end: datetime, now: datetime) -> StateChart:
    """Return the states of all machines over a stretch, which ends now at the latest."""
    machines, end = machines_of(folder), min(end, now)
    start = min(start, end - timedelta(seconds=1))
    engine = open_workspace(folder).engine()
    rows = states_between(engine, start, end) if is_current(engine) else ()
    known = {one.id for one in machines}
    found = [
        Stretch(
            row["equipment_id"],
            max(row["start"], start),
            min(row["end"] or end, end),
            row["state"],
            "records",
            row["reason"] or "",
        )
        for row in rows
        if row["equipment_id"] in known
    ]
    recorded = {one.equipment_id: one.end for one in found}  # they come by start: the last one stays
    found += _of_telemetry(folder, machines, recorded, start, end)
    return StateChart(start, end, machines, tuple(sorted(found, key=lambda one: (one.equipment_id, one.start))))


def _of_telemetry(
    folder: Path, machines: Sequence[Machine], recorded: Mapping[str, datetime], start: datetime, end: datetime
) -> list[Stretch]:
    """Return what the state tags say from where the records end on."""
    if not has_telemetry(folder):
        return []
    reader = shared_reader(folder)
    tags = reader.tags()
    stored = set(tags["name"].to_pylist())
    owners = {one.state_tag: one for one in machines if one.state_tag in stored}
    asked = [name for name, one in owners.items() if name and recorded.get(one.id, start) < end]
    if not asked:
        return []
    since = min(recorded.get(owners[name].id, start) for name in asked)
    texts, heard = reader.texts(), _heard(folder)
    points: dict[str, list[tuple[datetime, float | None]]] = {name: [] for name in asked}
    last = reader.last(asked)
    table = reader.points(asked, since - timedelta(days=1), end)  # the value before it stands into it
    for name, at, value in zip(*(table[key].to_pylist() for key in ("name", "at", "value")), strict=True):
        points[name].append((at, value))
    for name, at, value in zip(*(last[key].to_pylist() for key in ("name", "at", "value")), strict=True):
        if not points[name] and at < end:
            points[name].append((at, value))
    found = []
    for name, several in points.items():
        one = owners[name]
        until = min(end, max(heard.get(one.id, start), several[-1][0])) if several else start
        found += _stretches(one.id, several, texts, recorded.get(one.id, start), until)
    return found


def _stretches(
    id: str, points: Sequence[tuple[datetime, float | None]], texts: Sequence[str], start: datetime, end: datetime
) -> list[Stretch]:
    found: list[Stretch] = []
    for (at, value), (following, _) in pairwise([*points, (end, None)]):
        begin, until, state = max(at, start), min(following, end), _word(value, texts)
        if until <= begin:
            continue
        if found and found[-1].state == state and found[-1].end == begin:
            begin = found.pop().start
        found.append(Stretch(id, begin, until, state, "telemetry"))
    return found


def _word(value: float | None, texts: Sequence[str]) -> str:
    if value is None or value != value or not 0 <= int(value) < len(texts):
        return UNKNOWN
    return texts[int(value)] if texts[int(value)] in STATES else UNKNOWN


def _heard(folder: Path) -> dict[str, datetime]:
    """Machine -> when the last point of any of its tags came."""
    found: dict[str, datetime] = {}
    for one in live_values(folder).look().values():
        if owner := one["equipment"]:
            at = datetime.fromisoformat(one["at"])
            found[owner] = max(at, found.get(owner, at))
    return found


# --- now ---


def live_states(folder: Path, now: datetime | None = None) -> dict[str, Any]:
    """Return machine -> state, since when, and whether it is known of now; JSON values.

    Parameters
    ----------
    now
        The caller's clock; the system's where it is not given.
    """
    now = now or datetime.now(UTC)
    values = live_values(folder).look()
    heard = _heard(folder)
    recorded = _recorded(folder)
    found = {}
    for one in machines_of(folder):
        state, since, live = UNKNOWN, None, False
        shown = values.get(one.state_tag or "")
        record = recorded.get(one.id)
        if shown is not None and (record is None or shown["at"] >= record[1]):
            state, since = (shown["value"] if shown["value"] in STATES else UNKNOWN), shown["at"]
        elif record is not None:
            state, since = record[0], record[1]
        at = heard.get(one.id)
        live = at is not None and (now - at).total_seconds() <= HEARD_S
        found[one.id] = {"state": state, "since": since, "live": live, "heard": at.isoformat() if at else None}
    return found


def _recorded(folder: Path) -> dict[str, tuple[str, str]]:
    workspace = open_workspace(folder)
    return _recorded_of(workspace, records_state(workspace.engine()))


@lru_cache(maxsize=4)
def _recorded_of(workspace: Workspace, _state: str | None) -> dict[str, tuple[str, str]]:
    engine = workspace.engine()
    rows = last_states(engine) if is_current(engine) else ()
    form = {"timespec": "milliseconds"}
    return {row["equipment_id"]: (row["state"], row["start"].astimezone(UTC).isoformat(**form)) for row in rows}
