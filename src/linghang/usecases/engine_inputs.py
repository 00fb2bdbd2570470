"""What an engine gets to see of a workspace, and the digest of what it really looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.engines.contract import Inputs, moment
from linghang.engines.signals import NO_SIGNALS, Frame, Points, Signal, SignalKind, Signals
from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.derive import Noted
from linghang.evidence.observation import sha256_of
from linghang.intake.live.tags import TagMapping, mapped, mappings
from linghang.store.telemetry import TelemetryReader
from linghang.store.telemetry.manifest import FILE as MANIFEST
from linghang.store.telemetry.points import Quality
from linghang.store.workspace import open_workspace
from linghang.usecases.records import RecordTables

SECOND_US = 1_000_000
BATCH = pa.schema(
    [("tag_id", pa.string()), ("at", pa.timestamp("us", "UTC")), ("value", pa.float64()), ("good", pa.bool_())]
)


class StoredSignals:
    """The telemetry of a workspace as engines see it: tags of the records, in their own units.

    Tags that no source feeds, or whose source never sent anything, are not there.

    Parameters
    ----------
    reader
        Of the telemetry.
    tags
        The records' table `tag`.
    """

    def __init__(self, reader: TelemetryReader, tags: pa.Table) -> None:
        self._reader = reader
        self._rows = {row["tag_id"]: row for row in tags.to_pylist() if row["source"]}
        self._mappings = mappings(self._rows.values())
        self.read: dict[str, str] = {}
        """What was looked at -> digest of what it was."""

    @cached_property
    def _kinds(self) -> Mapping[str, SignalKind]:
        known = self._reader.tags()
        return dict(zip(known["name"].to_pylist(), known["kind"].to_pylist(), strict=True))

    @cached_property
    def _signals(self) -> tuple[Signal, ...]:
        fed = sorted(name for name, row in self._rows.items() if row["source"] in self._kinds)
        return tuple(self._signal(self._rows[name]) for name in fed)

    def _signal(self, row: Mapping[str, Any]) -> Signal:
        words = {name: row[name] or "" for name in ("equipment_id", "loop_id", "role", "quantity", "unit")}
        return Signal(
            row["tag_id"],
            row["name"] or row["tag_id"],
            **words,
            kind=self._kinds[row["source"]],
            low=row["low_limit"],
            high=row["high_limit"],
        )

    def list(self) -> Sequence[Signal]:
        """Return all signals, by tag_id."""
        return self._signals

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        """Return the points of `[start, end)` in the tag's unit; bad and stale ones have no value."""
        mapping = self._mapping(tag_id)
        table = self._reader.points([mapping.source], moment(start_us), moment(end_us))
        at, value = table["at"].cast(pa.int64()).to_numpy(), table["value"].to_numpy()
        usable = table["quality"].to_numpy() >= Quality.UNCERTAIN
        is_number = self._kinds[mapping.source] == "number"
        value = np.where(usable, mapping.values(value) if is_number else value, np.nan)
        self._note(f"points {tag_id} {start_us} {end_us}", at, value)
        texts = () if self._kinds[mapping.source] != "text" else tuple(self._reader.texts())
        return Points(at, value, texts)

    def frame(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> Frame:
        """Return means over intervals of `every_s` seconds that begin at whole multiples of it since 1970."""
        if every_s < 1:
            raise BadInput("an interval of {every_s} s; it has to be 1 s or more", every_s=every_s)
        step = every_s * SECOND_US
        first, last = start_us // step, max(-(-end_us // step), start_us // step)
        grid = np.arange(first, last, dtype=np.int64) * step
        value = np.full((len(grid), len(tag_ids)), np.nan)
        if len(grid) and tag_ids:
            found = self._means(tag_ids, start_us, end_us, every_s)
            for column, tag_id in enumerate(tag_ids):
                mapping = self._mapping(tag_id)
                own = mapped(found.filter(pc.equal(found["name"].cast(pa.string()), mapping.source)), mapping)
                place = own["at"].cast(pa.int64()).to_numpy() // step - first
                inside = (place >= 0) & (place < len(grid))
                value[place[inside], column] = own["mean"].to_numpy()[inside]
        self._note(f"frame {' '.join(tag_ids)} {start_us} {end_us} {every_s}", grid, value)
        return Frame(grid, value, tuple(tag_ids))

    def batch(self, start_us: int, end_us: int) -> pa.Table:
        """Return the points of all signals of `[start, end)`, oldest first, as streaming engines take them.

        Returns
        -------
        pyarrow.Table
            tag_id, at (UTC microseconds), value (in the unit of the tag; of a text its place in the signal's texts),
            good.
        """
        owners: dict[str, list[str]] = {}
        for one in self._signals:
            owners.setdefault(self._mappings[one.tag_id].source, []).append(one.tag_id)
        parts = [BATCH.empty_table()]
        if not owners:
            return parts[0]
        table = self._reader.points(sorted(owners), moment(start_us), moment(end_us))
        for source, tag_ids in owners.items() if table.num_rows else ():
            own = table.filter(pc.equal(table["name"].cast(pa.string()), source))
            stored, good = own["value"].to_numpy(), own["quality"].to_numpy() >= Quality.UNCERTAIN
            for tag_id in tag_ids if own.num_rows else ():
                value = self._mappings[tag_id].values(stored) if self._kinds[source] == "number" else stored
                columns = [
                    pa.array([tag_id] * own.num_rows),
                    own["at"].combine_chunks(),
                    pa.array(value),
                    pa.array(good),
                ]
                parts.append(pa.Table.from_arrays(columns, schema=BATCH))
        return pa.concat_tables(parts).sort_by([("at", "ascending"), ("tag_id", "ascending")])

    def _means(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> pa.Table:
        sources = sorted({self._mapping(one).source for one in tag_ids})
        return self._reader.means(sources, moment(start_us), moment(end_us), every_s)

    def _mapping(self, tag_id: str) -> TagMapping:
        if tag_id not in self._mappings or self._mappings[tag_id].source not in self._kinds:
            raise BadInput("the tag {tag} has no telemetry", tag=tag_id)
        return self._mappings[tag_id]

    def _note(self, what: str, *arrays: np.ndarray[Any, Any]) -> None:
        digest = sha256()
        for one in arrays:
            digest.update(np.ascontiguousarray(one).tobytes())
        self.read[what] = digest.hexdigest()


@dataclass(frozen=True)
class OpenedInputs:
    """Inputs of a workspace, and what was looked at of them.

    Attributes
    ----------
    inputs
        For the engine.
    digests
        Table name -> digest of its rows.
    """

    inputs: Inputs
    tables: Noted
    digests: Callable[[str], str]
    stored: StoredSignals | None = field(default=None)

    def digest(self) -> str:
        """sha256 of everything that the engine has looked at up to now."""
        given = self.inputs
        return sha256_of(
            {
                "tables": {name: self.digests(name) for name in sorted(self.tables.read)},
                "signals": dict(self.stored.read) if self.stored else {},
                "window": [given.start.isoformat(), given.end.isoformat(), str(given.zone)],
                "seed": given.seed,
                "files": {name: sha256(content).hexdigest() for name, content in given.files.items()},
            }
        )


@contextmanager
def opened(
    folder: Path,
    *,
    days: int,
    as_of: date | None = None,
    now: datetime | None = None,
    seed: int = 0,
    files: Mapping[str, bytes] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Iterator[OpenedInputs]:
    """Open a workspace for an engine.

    Parameters
    ----------
    folder
        The workspace.
    days
        How many days to look at.
    as_of
        The plant's day before which the stretch ends, at its midnight; else it ends `now`.
    now
        The caller's clock (with a zone), where no day is given.
    seed, files, progress
        As the inputs have them.

    Raises
    ------
    BadInput
        It is no workspace, or neither day nor clock is given.
    """
    workspace = open_workspace(folder)
    zone = ZoneInfo(workspace.time_zone)
    end = datetime.combine(as_of, time(), zone).astimezone(UTC) if as_of else now and now.astimezone(UTC)
    if end is None:
        raise BadInput("neither a day nor a time is given until which an engine looks")
    local = end.astimezone(zone).replace(tzinfo=None) - timedelta(days)
    start = local.replace(tzinfo=zone).astimezone(UTC)
    records = RecordTables(workspace.engine(), workspace)
    tables = Noted(records)
    with ExitStack() as stack:
        stored = None
        signals: Signals = NO_SIGNALS
        if (folder / "telemetry" / MANIFEST).exists():
            signals = stored = StoredSignals(stack.enter_context(TelemetryReader(folder / "telemetry")), records["tag"])
        inputs = Inputs(tables, start, end, zone, signals, seed, files or {}, progress)
        yield OpenedInputs(inputs, tables, records.digest, stored)


def files_of(paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files, and all files of folders, by name.

    Raises
    ------
    BadInput
        One is not there or cannot be read.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            listed = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
            found |= {str(one.relative_to(path) if path.is_dir() else one.name): one.read_bytes() for one in listed}
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None
    return found
