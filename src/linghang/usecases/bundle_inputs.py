"""The inputs that go into a bundle so that what was measured can be computed again, and the receipts that name them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from linghang.engines.discovery import engine as load_engine
from linghang.engines.discovery import installed
from linghang.errors import BadInput
from linghang.evidence.bundle_beside import standing_out
from linghang.evidence.bundle_format import entry_of
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.observation import Observation
from linghang.plant.tables import TABLES
from linghang.store import results
from linghang.store.workspace import Workspace
from linghang.usecases.assessing import Assessment
from linghang.usecases.bundle_signals import capture, reads_telemetry
from linghang.usecases.comparing import standings
from linghang.usecases.records import RecordTables
from linghang.usecases.telemetry import last_points

Extent = Literal["none", "small", "all"]
SMALL_TABLE_BYTES = 4 << 20
"""A table that is larger as Parquet goes in with `all` only: a bundle with small inputs can still be sent by mail."""
MAX_SMALL_ROWS = 300_000
"""Beyond this nobody tries whether a table is small."""
_NO_TABLES = ("telemetry", "files")


@dataclass
class Inputs:
    """What goes in of the inputs.

    Attributes
    ----------
    parts
        Entry -> bytes.
    left_out
        Tables that are not inside, and why.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    left_out: list[Mapping[str, str]] = field(default_factory=list)


def tables_of(one: Observation) -> tuple[str, ...]:
    """The tables of records that an observation may have been made from."""
    if one.source.kind == "records":
        return next((each.tables for each in DERIVATIONS if each.id == one.source.id), ())
    if one.source.kind == "engine" and one.source.id in installed():
        try:
            card = load_engine(one.source.id).CARD
        except BadInput:
            return ()
        return tuple(name for name in (*card.needs, *card.uses) if name not in _NO_TABLES)
    return ()


def gather(workspace: Workspace, words: Sequence[tuple[int, Observation]], extent: Extent) -> Inputs:
    """Read the tables that observations were made from, as Parquet, as far as they are asked for."""
    found = Inputs()
    wanted = sorted({name for _, one in words for name in tables_of(one) if name in TABLES})
    if extent == "none":
        found.left_out += [{"what": "table", "id": name, "reason": "not_chosen"} for name in wanted]
        return found
    _gather_tables(found, workspace, wanted, extent)
    if extent == "all":
        _gather_signals(found, workspace, words)
    return found


def _gather_tables(found: Inputs, workspace: Workspace, wanted: Sequence[str], extent: Extent) -> None:
    tables = RecordTables(workspace.engine(), workspace)
    for name in wanted:
        data = _parquet(tables[name]) if extent == "all" or tables[name].num_rows <= MAX_SMALL_ROWS else None
        if data is None or (extent == "small" and len(data) > SMALL_TABLE_BYTES):
            found.left_out.append({"what": "table", "id": name, "reason": "too_large"})
        else:
            found.parts[entry_of(name)] = data


def _gather_signals(found: Inputs, workspace: Workspace, words: Sequence[tuple[int, Observation]]) -> None:
    runs = runs_of(workspace)
    for _, one in words:
        if one.source.kind != "engine" or one.source.id not in installed() or not reads_telemetry(one):
            continue
        how = runs.get(_run_key(one))
        kept = capture(workspace, one, how) if how else None
        if kept is None:
            found.left_out.append({"what": "telemetry", "id": one.source.id, "reason": "changed_since"})
        found.parts.update(kept or {})


def _parquet(table: pa.Table) -> bytes:
    out = BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=3)
    return out.getvalue()


def beside(workspace: Workspace, assessed: Assessment) -> dict[str, Any]:
    """What derivations saw beside the tables: indicators, where the plant stands with them, last live points."""
    tables = RecordTables(workspace.engine(), workspace)
    points = last_points(workspace.folder, tables["tag"])
    where = standings(assessed.comparisons, assessed.indicators)
    return {
        "zone": workspace.time_zone,
        "indicators": {one.id: str(one.value) for one in assessed.indicators if one.value is not None},
        "last_points": {name: points[name].isoformat() for name in sorted(points)},
        "standings": {name: [standing_out(one) for one in where[name]] for name in sorted(where)},
    }


def receipts(
    workspace: Workspace, words: Sequence[tuple[int, Observation]], inside: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    """Write the receipt of everything that records and engines said: by what, from what, and what of it is inside."""
    runs = runs_of(workspace)
    return [
        {
            "n": number,
            "observation": one.digest,
            "about": one.about,
            "value": one.to_dict()["value"],
            "source": one.to_dict()["source"],
            "inputs": [entry_of(name) for name in tables_of(one) if entry_of(name) in inside],
            "not_inside": [name for name in tables_of(one) if entry_of(name) not in inside],
            "run": runs.get(_run_key(one)),
        }
        for number, one in words
        if one.source.kind in ("records", "engine")
    ]


def _run_key(one: Observation) -> tuple[str, str, str]:
    return one.source.id, one.source.settings_digest, one.source.input_digest


def runs_of(workspace: Workspace) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What is needed to run an engine again: settings, window, zone and seed of the runs that are kept."""
    home = workspace.folder / results.FOLDER
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for engine in sorted(one.name for one in home.iterdir()) if home.is_dir() else ():
        for run in results.runs(workspace.folder, engine):
            try:
                document, _ = results.load(workspace.folder, engine, run)
                key = (document["engine"], document["settings_digest"], document["input_digest"])
                found[key] = {
                    "settings": document["settings"],
                    "window": document["window"],
                    "zone": document["zone"],
                    "seed": document["request"]["seed"],
                    "files": len(document["request"]["files"]),
                }
            except (BadInput, KeyError, TypeError):  # a result of another kind, or a damaged one: no receipt of a run
                continue
    return found
