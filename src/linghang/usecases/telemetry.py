"""Look at the telemetry of a workspace: its tags, their last values, and their course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput, nearest
from linghang.intake.live.tags import TagMapping, mapped
from linghang.plant.tables import TABLES
from linghang.store.migrate import is_current
from linghang.store.records import read as read_records
from linghang.store.telemetry import TelemetryReader, quality_of
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.telemetry.points import QUALITY_WORDS
from linghang.store.workspace import open_workspace
from linghang.words import Listed, Text

__all__ = [
    "QUALITIES",
    "Meaning",
    "TagRow",
    "Watch",
    "has_telemetry",
    "last_points",
    "meanings",
    "open_telemetry",
    "trend",
    "zone_of",
]

MOST_INTERVALS = 100_000
MOST_NAMED = 6
HOUR_US = 3_600_000_000
QUALITIES = {quality.name.lower(): text for quality, text in QUALITY_WORDS.items()}
"""Word of a quality in JSON -> how a person reads it."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag and its last value.

    Attributes
    ----------
    name
        As its source names it.
    kind
        number, flag or text.
    points
        How many are kept.
    at
        Moment of the last value; None without any.
    value
        The last value: a number, a text, yes or no; None where it is no number.
    quality
        In words, and whether it is good.
    title, unit
        Machine and name, and the unit of the value, as the records say it; empty where they do not.
    """

    name: str
    kind: str
    points: int
    at: datetime | None
    value: float | str | bool | None
    quality: Text | None
    good: bool
    title: str = ""
    unit: str = ""


def meanings(folder: Path) -> dict[str, "Meaning"]:
    """Return stored name -> what the records say of it; nothing where they cannot be read by this version."""
    engine = open_workspace(folder).engine()
    if not is_current(engine):
        return {}
    rows = [row for row in read_records(engine, TABLES["tag"]).to_pylist() if row["source"]]
    return {row["source"]: Meaning(TagMapping.of(row), row["name"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the records say of a stored name: the machine and unit, and its name for people."""

    mapping: TagMapping
    name: str

    @property
    def title(self) -> str:
        """Machine and name."""
        return f"{self.mapping.equipment_id or ''} {self.name}".strip()

    def value(self, stored: float | str | bool | None) -> float | str | bool | None:
        """Return a stored value in the unit of the tag; flags and texts as they are."""
        if isinstance(stored, bool) or not isinstance(stored, float):
            return stored
        return float(self.mapping.values(np.array([stored]))[0])


def has_telemetry(folder: Path) -> bool:
    """Whether anything was ever stored in the telemetry of a workspace."""
    return (folder / "telemetry" / MANIFEST).exists()


def open_telemetry(folder: Path) -> TelemetryReader:
    """Open the telemetry of a workspace for reading.

    Raises
    ------
    BadInput
        It is no workspace, or nothing was ever stored.
    """
    open_workspace(folder)
    return TelemetryReader(folder / "telemetry")


def zone_of(folder: Path) -> str:
    """Return the plant's zone (IANA name)."""
    return open_workspace(folder).time_zone


def last_points(folder: Path, tags: pa.Table) -> dict[str, datetime]:
    """Return equipment -> the hour of the last point that came of it, by the records' tags; nothing without telemetry.

    Whole hours are enough to say whether equipment is watched, and a judgement made twice within one finds the same.
    """
    if not has_telemetry(folder):
        return {}
    owners = dict(zip(tags["source"].to_pylist(), tags["equipment_id"].to_pylist(), strict=True))
    found: dict[str, datetime] = {}
    with TelemetryReader(folder / "telemetry") as reader:
        known = reader.tags()
    for name, last_us in zip(known["name"].to_pylist(), known["last_us"].to_pylist(), strict=True):
        owner = owners.get(name)
        if owner is not None and last_us is not None:
            hour = datetime.fromtimestamp(last_us // HOUR_US * 3600, UTC)
            found[owner] = max(found.get(owner, hour), hour)
    return found


class Watch:
    """Looks at tags again and again.

    Parameters
    ----------
    reader
        Of `open_telemetry`.
    find
        Words that a tag's name or title has to hold, all of them; none for every tag.
    meant
        Of `meanings`; values are then in the units of the records.
    """

    def __init__(
        self, reader: TelemetryReader, find: Sequence[str] = (), meant: Mapping[str, Meaning] | None = None
    ) -> None:
        self._reader, self._find = reader, [word.casefold() for word in find]
        self._meant = meant or {}

    def rows(self) -> list[TagRow]:
        """Return the tags with their last values, by name."""
        tags = self._reader.tags()
        names = [f"{name} {self._title(name)}".casefold() for name in tags["name"].to_pylist()]
        mask = pa.array([all(word in name for word in self._find) for name in names], pa.bool_())
        tags = tags.filter(mask)
        last = self._reader.last(tags["name"].to_pylist()) if tags.num_rows else self._reader.last([])
        seen = dict(zip(last["tag"].to_pylist(), range(last.num_rows), strict=True))
        moments, values, qualities = last["at"].to_pylist(), last["value"].to_pylist(), last["quality"].to_pylist()
        texts = self._reader.texts()
        rows = []
        for tag in tags.to_pylist():
            place, meaning = seen.get(tag["tag"]), self._meant.get(tag["name"])
            row = TagRow(tag["name"], tag["kind"], tag["points"], None, None, None, False, self._title(tag["name"]))
            if place is not None:
                quality = quality_of(qualities[place])
                value = _value(tag["kind"], values[place], texts)
                row = replace(
                    row,
                    at=moments[place],
                    value=value if meaning is None else meaning.value(value),
                    quality=QUALITY_WORDS[quality],
                    good=quality.name == "GOOD",
                    unit="" if meaning is None else meaning.mapping.unit or "",
                )
            rows.append(row)
        return sorted(rows, key=lambda row: row.name)

    def _title(self, name: str) -> str:
        meaning = self._meant.get(name)
        return "" if meaning is None else meaning.title


def _value(kind: str, value: float | None, texts: Sequence[str]) -> float | str | bool | None:
    if value is None or value != value:
        return None
    if kind == "text":
        return texts[int(value)] if 0 <= int(value) < len(texts) else None
    return bool(value) if kind == "flag" else value


def trend(folder: Path, name: str, start: datetime | None, end: datetime | None, every_s: int | None) -> pa.Table:
    """Return the course of one tag: its means, least and greatest values in intervals.

    Parameters
    ----------
    folder
        The workspace.
    name
        The tag's name, or words that only one tag's name holds.
    start, end
        From when, and until when; the last day of the tag where neither is said.
    every_s
        Length of an interval; chosen for about sixty intervals where it is None.

    Returns
    -------
    pyarrow.Table
        at (UTC), mean, low, high, count, in the unit of the records where they give one; in the schema's metadata
        `name`, `title` and `unit`.

    Raises
    ------
    BadInput
        No tag or several have the name, the tag has texts, or there would be too many intervals.
    """
    meant = meanings(folder)
    with open_telemetry(folder) as reader:
        row = _only(reader.tags(), name, meant)
        meaning = meant.get(row["name"])
        if row["last_us"] is None:
            raise BadInput("{name} has no points yet", name=row["name"])
        last = datetime.fromtimestamp(row["last_us"] / 1e6, UTC)
        until = end or last + timedelta(microseconds=1)
        begin = start or until - timedelta(days=1)
        seconds = (until - begin).total_seconds()
        if seconds <= 0:
            raise BadInput("the stretch ends before it starts")
        chosen = every_s or _fitting(seconds)
        if seconds / chosen > MOST_INTERVALS:
            raise BadInput(
                "that would be {count:,.0f} intervals; {most:,} at most", count=seconds / chosen, most=MOST_INTERVALS
            )
        found = reader.means([row["name"]], begin, until, chosen).select(["at", "mean", "low", "high", "count"])
        said = {"name": row["name"], "every_s": str(chosen), "title": "", "unit": ""}
        if meaning is not None:
            found = mapped(found, meaning.mapping)
            said |= {"title": meaning.title, "unit": meaning.mapping.unit or ""}
        return found.replace_schema_metadata(said)


def _fitting(seconds: float) -> int:
    for every in (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 86_400):
        if seconds / every <= 60:
            return every
    return 7 * 86_400


def _only(tags: pa.Table, name: str, meant: Mapping[str, Meaning]) -> dict[str, Any]:
    rows = tags.to_pylist()
    titles = {row["name"]: meant[row["name"]].title if row["name"] in meant else "" for row in rows}
    exact = [row for row in rows if name in (row["name"], titles[row["name"]])]
    if len(exact) == 1:
        return dict(exact[0])
    words = name.casefold().split()
    said = {row["name"]: f"{row['name']} {titles[row['name']]}".casefold() for row in rows}
    found = [row for row in rows if all(word in said[row["name"]] for word in words)]
    if len(found) == 1:
        return dict(found[0])
    names = [row["name"] for row in rows]
    if found:
        some = Listed(row["name"] for row in found[:MOST_NAMED])
        raise BadInput("{count} tags hold “{name}”, such as {names}", count=len(found), name=name, names=some)
    raise BadInput("no tag holds “{name}”; {near}", name=name, near=nearest(name, names))
