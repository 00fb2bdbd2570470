"""The telemetry that an engine looked at, kept so that it can be given to it again: question by question.

Points and means are kept as the engine got them, because means come out of roll-ups: computed anew from points they
would differ in their last digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linghang.engines.contract import Inputs
from linghang.engines.discovery import engine as load_engine
from linghang.engines.settings import settings_of
from linghang.engines.signals import Frame, Points, Signal, Signals
from linghang.errors import BadInput, Place
from linghang.evidence.bundle_format import SIGNALS_IN
from linghang.evidence.derive import Noted
from linghang.evidence.observation import Observation, canonical
from linghang.store.telemetry import TelemetryReader
from linghang.store.telemetry.manifest import FILE as TELEMETRY
from linghang.store.workspace import Workspace
from linghang.usecases.engine_inputs import OpenedInputs, StoredSignals
from linghang.usecases.records import RecordTables

MAX_VALUES = 500_000_000
"""Values of one engine's telemetry that are read."""
_SCHEMA = pa.schema([("call", pa.int32()), ("at_us", pa.int64()), ("values", pa.list_(pa.float64()))])

Call = tuple[Any, ...]


class Recorder:
    """Signals that remember every question and its answer."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.calls: dict[Call, Points | Frame] = {}

    def list(self) -> Sequence[Signal]:
        """Return all signals."""
        return self.signals.list()

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        """Return the points of `[start, end)`."""
        found = self.signals.points(tag_id, start_us, end_us)
        self.calls["points", tag_id, start_us, end_us] = found
        return found

    def frame(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> Frame:
        """Return means over intervals."""
        found = self.signals.frame(tag_ids, start_us, end_us, every_s)
        self.calls["frame", tuple(tag_ids), start_us, end_us, every_s] = found
        return found

    def written(self) -> tuple[bytes, bytes]:
        """Return what was asked as JSON, and the answers as Parquet."""
        asked = {
            "signals": [asdict(one) for one in self.signals.list()],
            "calls": [
                {"asked": list(call), "texts": list(found.texts) if isinstance(found, Points) else []}
                for call, found in self.calls.items()
            ],
        }
        parts = [_rows(place, found) for place, found in enumerate(self.calls.values())]
        out = BytesIO()
        table = pa.Table.from_batches(parts, _SCHEMA)
        pq.write_table(table, out, compression="zstd", compression_level=3)
        return canonical(asked) + b"\n", out.getvalue()


def _rows(place: int, found: Points | Frame) -> pa.RecordBatch:
    count = len(found.at_us)
    value = np.ascontiguousarray(found.value, np.float64).ravel()
    offsets = np.arange(count + 1, dtype=np.int32) * (len(value) // count if count else 0)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(value))
    return pa.record_batch([np.full(count, place, np.int32), pa.array(found.at_us, pa.int64()), lists], schema=_SCHEMA)


class Recorded:
    """Signals that answer what was asked before, and nothing else.

    Raises
    ------
    BadInput
        What is inside is not what a recorder writes.
    """

    def __init__(self, asked: Mapping[str, Any], answers: bytes, entry: str) -> None:
        try:
            file = pq.ParquetFile(BytesIO(answers))
            if sum(file.metadata.row_group(n).column(2).num_values for n in range(file.num_row_groups)) > MAX_VALUES:
                raise BadInput("would be read into more than {limit} values", Place(entry), limit=MAX_VALUES)
            table = file.read().cast(_SCHEMA)
            self.signals = tuple(Signal(**one) for one in asked["signals"])
            at, values = table["at_us"].to_numpy(), table["values"].combine_chunks()
            ends = np.searchsorted(table["call"].to_numpy(), np.arange(len(asked["calls"]) + 1))
            self.answers = {
                _call(one["asked"]): (at[start:end], _flat(values[start:end]), tuple(one["texts"]))
                for one, start, end in zip(asked["calls"], ends[:-1], ends[1:], strict=True)
            }
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise BadInput("is no telemetry that can be read: {reason}", Place(entry), reason=str(error)) from None
        self.read: dict[str, str] = {}

    def list(self) -> Sequence[Signal]:
        """Return all signals, by tag_id."""
        return self.signals

    def points(self, tag_id: str, start_us: int, end_us: int) -> Points:
        """Return the points of `[start, end)`."""
        at, value, texts = self._answer(("points", tag_id, start_us, end_us))
        self._note(f"points {tag_id} {start_us} {end_us}", at, value)
        return Points(at, value.ravel(), texts)

    def frame(self, tag_ids: Sequence[str], start_us: int, end_us: int, every_s: int) -> Frame:
        """Return means over intervals of `every_s` seconds."""
        at, value, _ = self._answer(("frame", tuple(tag_ids), start_us, end_us, every_s))
        value = value.reshape(len(at), len(tag_ids))
        self._note(f"frame {' '.join(tag_ids)} {start_us} {end_us} {every_s}", at, value)
        return Frame(at, value, tuple(tag_ids))

    def _answer(self, call: Call) -> tuple[Any, Any, tuple[str, ...]]:
        if call not in self.answers:
            raise BadInput("the engine asks for telemetry that it did not ask for then: {what}", what=call[1])
        return self.answers[call]

    def _note(self, what: str, *arrays: Any) -> None:
        digest = sha256()
        for one in arrays:
            digest.update(np.ascontiguousarray(one).tobytes())
        self.read[what] = digest.hexdigest()


def _call(asked: Sequence[Any]) -> Call:
    return tuple(tuple(one) if isinstance(one, list) else one for one in asked)


def _flat(lists: pa.ListArray) -> Any:
    return lists.flatten().to_numpy(zero_copy_only=False)


def entries_of(digest: str) -> tuple[str, str]:
    """Return the entries of what an engine asked and was answered, by the digest of its input."""
    return f"{SIGNALS_IN}{digest}.json", f"{SIGNALS_IN}{digest}.parquet"


def reads_telemetry(one: Observation) -> bool:
    """Whether an observation comes from an engine that reads telemetry."""
    card = load_engine(one.source.id).CARD
    return "telemetry" in (*card.needs, *card.uses)


def capture(workspace: Workspace, one: Observation, how: Mapping[str, Any]) -> dict[str, bytes] | None:
    """Run an engine once more on the workspace and keep what telemetry it asks for.

    Returns
    -------
    The entries; None where the workspace does not hold any more what the engine saw then.
    """
    if not (workspace.folder / "telemetry" / TELEMETRY).exists() or how["files"]:
        return None
    chosen = load_engine(one.source.id)
    records = RecordTables(workspace.engine(), workspace)
    tables = Noted(records)
    start, end = map(datetime.fromisoformat, how["window"])
    with TelemetryReader(workspace.folder / "telemetry") as reader:
        stored = StoredSignals(reader, records["tag"])
        recorder = Recorder(stored)
        inputs = Inputs(tables, start, end, ZoneInfo(how["zone"]), recorder, how["seed"])
        try:
            chosen.run(inputs, settings_of(chosen.Settings, how["settings"]))
        except (BadInput, ModuleNotFoundError):
            return None
        if OpenedInputs(inputs, tables, records.digest, stored).digest() != one.source.input_digest:
            return None
        return dict(zip(entries_of(one.source.input_digest), recorder.written(), strict=True))
