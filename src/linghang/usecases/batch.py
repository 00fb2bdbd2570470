"""Judge a whole table of enterprises, Parquet in and Parquet out, in constant memory."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linghang import __version__
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place
from linghang.judge import planes
from linghang.judge.columns import LevelColumns, TableVerdict, judge_table
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.inputs import BLOCK, Population
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns
from linghang.store.whole_file import whole_file
from linghang.usecases.judging import Chosen
from linghang.usecases.parquet_files import (
    ahead,
    batches_of,
    check_ranges,
    needed_columns,
    opened,
    same_file,
    unrepeated,
    writing,
)
from linghang.words import Listed, Text

METADATA_KEY = b"linghang"
BATCH_ROWS = BLOCK * 2
"""Rows that are in memory at once, a few times over; row groups of the output are as long."""

Progress = Callable[[int, int], None]
"""Called with the rows judged so far and the rows in all."""


@dataclass(slots=True)
class BatchReport:
    """What a batch did.

    Attributes
    ----------
    titles
        Level -> its title, lowest first.
    missing
        Columns that the pack reads and the table does not have: unknown for everybody.
    derived
        Columns named like derived elements: not read, passed through.
    odd_proofs
        Columns named like a proof of something that the pack does not read: passed through, not used.
    confirmed, possible
        Floor -> level (None for no level) -> number of enterprises.
    """

    pack: str
    titles: dict[str, Text] = field(default_factory=dict)
    rows: int = 0
    missing: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    odd_proofs: list[str] = field(default_factory=list)
    floors: tuple[Floor, ...] = ("declared",)
    confirmed: dict[str, dict[str | None, int]] = field(default_factory=dict)
    possible: dict[str, dict[str | None, int]] = field(default_factory=dict)


def judge_file(
    source: Path,
    target: Path,
    *,
    pack: str,
    as_of: date,
    interpretation: Chosen | None = None,
    masks: bool = True,
    progress: Progress | None = None,
) -> BatchReport:
    """Judge every row of a Parquet file and write the verdicts beside the columns that the pack does not read.

    The output appears under its name only when it is whole; a failed run leaves what was there before.

    Parameters
    ----------
    source
        One column per element id (1 met, 0 unmet, -1 not applicable, null unknown; bool, int or float),
        `maturity_level`, `scenes_<level>`, optionally `proof:<id>`; other columns are passed through.
    target
        Where the verdicts go: `confirmed`, `possible`, one column a level (1, 0, null), `failing_<level>` and
        `missing_<level>`; with proof columns also the other two floors, with their name as suffix.
    masks
        Whether to write the reasons.
    progress
        Told after every batch.

    Raises
    ------
    BadInput
        The input is no Parquet file, a column cannot be read as what it should be, a name clashes, or the output
        cannot be written.
    """
    program = prepare(load_pack(pack), as_of, interpretation)
    with opened(source) as file:
        if same_file(source, target):
            raise BadInput("is the table that is judged; write the verdicts to another file", Place(str(target)))
        plan = _Plan(program, source, file.schema_arrow, masks)
        titles = {level.id: level.title for level in program.pack.levels}
        report = BatchReport(
            program.pack.id,
            titles,
            missing=plan.missing,
            derived=plan.derived,
            odd_proofs=plan.odd_proofs,
            floors=plan.floors,
        )
        for floor in plan.floors:
            report.confirmed[floor] = dict.fromkeys((None, *titles), 0)
            report.possible[floor] = dict.fromkeys((None, *titles), 0)
        with whole_file(target) as unfinished, writing(unfinished, plan.schema, target, unrepeated(file)) as write:
            read = ahead(batches_of(file, source, BATCH_ROWS))
            for batch in ahead(plan.judged(read, report)):  # reading, judging and writing overlap
                write(batch)
                report.rows += batch.num_rows
                if progress is not None:
                    progress(report.rows, file.metadata.num_rows)
    return report


class _Plan:
    """Which columns go in, which come out, and how one batch becomes the other."""

    def __init__(self, program: Program, source: Path, schema: pa.Schema, masks: bool) -> None:
        self.program = program
        self.source = source
        self.masks = masks
        present = set(schema.names)
        if len(present) < len(schema.names):
            twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
            raise BadInput("has two columns of the same name: {names}", Place(str(source)), names=Listed(twice))
        wanted = sorted(program.claimable) + list(program.fields)
        read_by_rules = {name for name in wanted if name in present}
        proofs = {name for column in wanted for name in proof_columns(column) if name in present}
        self.missing = [name for name in needed_columns(program) if name not in present]
        self.odd_proofs = [name for name in schema.names if name.startswith("proof:") and name not in proofs]
        self.derived = [name for name in program.pack.by_id if name in present and name not in program.claimable]
        self.floors: tuple[Floor, ...] = FLOORS if proofs else ("declared",)
        self.passed = [name for name in schema.names if name not in read_by_rules | proofs]
        self.schema = self._schema(schema)

    def _schema(self, schema: pa.Schema) -> pa.Schema:
        verdicts = self._fields()
        clashes = [one.name for one in verdicts if one.name in self.passed]
        if clashes:
            raise BadInput(
                "already has columns that the verdict would write: {names}; rename them",
                Place(str(self.source)),
                names=Listed(clashes),
            )
        described = json.dumps(self._described(), ensure_ascii=False).encode()
        fields = [schema.field(name) for name in self.passed] + verdicts
        return pa.schema(fields, {METADATA_KEY: described})

    def _fields(self) -> list[pa.Field]:
        names = pa.dictionary(pa.int8(), pa.string())
        fields = []
        for floor in self.floors:
            fields += [pa.field(f"{which}{_suffix(floor)}", names) for which in ("confirmed", "possible")]
            for plan in self.program.plans:
                fields.append(pa.field(f"{plan.level.id}{_suffix(floor)}", pa.int8()))
                if self.masks:
                    kind = _mask_type(len(plan.conditions))
                    fields += [
                        pa.field(f"{which}_{plan.level.id}{_suffix(floor)}", kind) for which in ("failing", "missing")
                    ]
        return fields

    def _described(self) -> dict[str, Any]:
        pack = self.program.pack
        return {
            "linghang": __version__,
            "pack": pack.id,
            "pack_digest": pack.digest,
            "as_of": self.program.as_of.isoformat(),
            "interpretation": {key: str(value) for key, value in self.program.interpretation.items()},
            "levels": list(pack.level_ids),
            "floors": list(self.floors),
            "bits": {plan.level.id: [one.id for one in plan.conditions] for plan in self.program.plans},
            "missing_columns": self.missing,
        }

    def judged(self, batches: Iterable[pa.RecordBatch], report: BatchReport) -> Iterator[pa.RecordBatch]:
        """Judge batch after batch, each at every floor that its proofs allow."""
        first_row = 1
        for batch in batches:
            yield self._judged(batch, first_row, report)
            first_row += batch.num_rows

    def _judged(self, batch: pa.RecordBatch, first_row: int, report: BatchReport) -> pa.RecordBatch:
        check_ranges(self.program, batch, str(self.source), first_row)
        population = Population(batch, str(self.source), first_row)
        arrays = [batch.column(name) for name in self.passed]
        for floor in self.floors:
            verdict = judge_table(self.program, population, floor, self.masks)
            for which, highest in (("confirmed", verdict.confirmed()), ("possible", verdict.possible())):
                arrays.append(_named(highest, verdict))
                _add(getattr(report, which)[floor], highest, verdict)
            for level in verdict.levels.values():
                arrays += _level_arrays(level, verdict.rows)
        return pa.record_batch(arrays, self.schema)


def _suffix(floor: Floor) -> str:
    return "" if floor == "declared" else f"_{floor}"


def _mask_type(conditions: int) -> pa.DataType:
    return next(
        kind
        for bits, kind in ((8, pa.uint8()), (16, pa.uint16()), (32, pa.uint32()), (64, pa.uint64()))
        if bits >= conditions
    )


def _named(highest: np.ndarray[Any, np.dtype[np.int8]], verdict: TableVerdict) -> pa.DictionaryArray:
    indices = pa.array(highest, pa.int8(), mask=highest < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(verdict.levels), pa.string()))


def _add(counts: dict[str | None, int], highest: np.ndarray[Any, np.dtype[np.int8]], verdict: TableVerdict) -> None:
    found = np.bincount(highest.astype(np.int16) + 1, minlength=len(verdict.levels) + 1)
    for level, number in zip((None, *verdict.levels), found.tolist(), strict=True):
        counts[level] += number


def _level_arrays(level: LevelColumns, rows: int) -> list[pa.Array]:
    known = pa.py_buffer(level.met | level.unmet)
    met = planes.unpack(level.met, rows).view(np.int8)
    arrays = [pa.Array.from_buffers(pa.int8(), rows, [known, pa.py_buffer(met)])]
    return arrays + [pa.array(mask) for mask in (level.failing, level.missing) if mask is not None]
