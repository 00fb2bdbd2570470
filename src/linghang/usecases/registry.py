"""Write a synthetic registry of enterprises, marked as synthetic in every row and in the file itself."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linghang import __version__
from linghang.conditions.shelf import load_pack
from linghang.judge.program import Program, prepare
from linghang.programme.profiles import ENTERPRISES, PUBLISHED, SOURCE, published_counts
from linghang.programme.synth import CHUNK, synthesise
from linghang.store.whole_file import whole_file
from linghang.usecases.parquet_files import writing
from linghang.words import Text

REGISTRY_KEY = b"linghang.registry"
"""Key of the Parquet metadata that says what a registry is."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """What was written.

    Attributes
    ----------
    levels
        Level -> how many enterprises have at least that level (declared), lowest first.
    named_as_synthetic
        Whether the file's name says it too.
    """

    file: Path
    pack: str
    seed: int
    rows: int
    columns: int
    levels: dict[str, int]
    titles: dict[str, Text]
    named_as_synthetic: bool

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "synthetic": True,
            "file": str(self.file),
            "pack": self.pack,
            "seed": self.seed,
            "rows": self.rows,
            "columns": self.columns,
            "at_least": self.levels,
            "published": [
                {"level": one.level, "factories": one.factories, "on": one.on.isoformat(), "url": one.url}
                for one in PUBLISHED
            ],
            "set_against": ENTERPRISES,
        }


def write_registry(
    target: Path, *, enterprises: int, seed: int, pack: str, as_of: date, proofs: bool = True
) -> Synthetic:
    """Write a synthetic registry that `linghang batch` and `linghang policy` read.

    The same arguments give the same bytes (with the same versions of the program and of Arrow).

    Parameters
    ----------
    target
        The Parquet file; it appears under its name only when it is whole.
    pack
        Id or file of the pack whose columns it has, as in force on `as_of`.

    Raises
    ------
    BadInput
        The pack is not there or cannot be drawn, the numbers cannot be, or the file cannot be written.
    """
    program = prepare(load_pack(pack), as_of)
    batches = synthesise(program, enterprises, seed, proofs)
    first = next(batches)
    schema = first.schema.with_metadata({REGISTRY_KEY: _described(program, enterprises, seed)})
    with whole_file(target) as unfinished, writing(unfinished, schema, target) as write:
        write(_marked(first, schema))
        for batch in batches:
            write(_marked(batch, schema))
    counts = published_counts(enterprises)
    levels = {level.id: counts[level.id] for level in program.pack.levels}
    titles = {level.id: level.title for level in program.pack.levels}
    named = "synth" in target.name.lower()
    return Synthetic(target, program.pack.id, seed, enterprises, len(schema), levels, titles, named)


def is_synthetic(schema: pa.Schema) -> bool:
    """Whether a table says of itself that it is synthetic."""
    described = json.loads((schema.metadata or {}).get(REGISTRY_KEY, b"{}"))
    return bool(described.get("synthetic")) or "synthetic" in schema.names


def read_description(path: Path) -> dict[str, Any]:
    """Return what a registry's file says of itself; empty where it says nothing."""
    metadata = pq.read_schema(path).metadata or {}
    found: dict[str, Any] = json.loads(metadata.get(REGISTRY_KEY, b"{}"))
    return found


def _marked(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch(batch.columns, schema)


def _described(program: Program, enterprises: int, seed: int) -> bytes:
    said = {
        "synthetic": True,
        "warning": "synthetic: these enterprises do not exist · 合成数据：这些企业并不存在",
        "linghang": __version__,
        "pack": program.pack.id,
        "pack_digest": program.pack.digest,
        "as_of": program.as_of.isoformat(),
        "enterprises": enterprises,
        "seed": seed,
        "chunk": CHUNK,
        "counts_from": {one.level: one.url for one in PUBLISHED},
        "shares_from": SOURCE,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
