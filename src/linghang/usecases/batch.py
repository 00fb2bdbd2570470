"""Judge a whole table of enterprises, Parquet in and Parquet out, in constant memory."""

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import Queue
from tempfile import NamedTemporaryFile
from threading import Event, Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linghang import __version__
from linghang.conditions.rules import names
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place, reason_of
from linghang.judge import planes
from linghang.judge.case import MAX_MATURITY
from linghang.judge.columns import LevelColumns, TableVerdict, judge_table
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.inputs import BLOCK, Population
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns
from linghang.usecases.judging import Chosen
from linghang.words import Listed, Text, tr

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
    with _opened(source) as file:
        if _same(source, target):
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
        with _whole_file(target) as unfinished, _writing(unfinished, plan.schema, target) as write:
            read = _ahead(_batches(file, source))
            for batch in _ahead(plan.judged(read, report)):  # reading, judging and writing overlap
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
        self.missing = [name for name in _needed_columns(program) if name not in present]
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
        self._check_ranges(batch, first_row)
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

    def _check_ranges(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Refuse maturity levels and scene counts that cannot be, as a case refuses them."""
        highest = {"maturity_level": MAX_MATURITY}
        for name in ("maturity_level", *(f"scenes_{level}" for level in self.program.pack.level_ids)):
            if name not in batch.schema.names or not _is_number(batch.column(name).type):
                continue
            values = batch.column(name)
            if pa.types.is_float16(values.type):  # Arrow does not compare these
                values = values.cast(pa.float32())
            wrong = pc.less(values, 0)
            if name in highest:
                wrong = pc.or_(wrong, pc.greater(values, highest[name]))
            if pc.any(wrong).as_py():
                row = pc.index(pc.fill_null(wrong, False), True).as_py()
                place = Place(tr("{file}, row {row}", file=self.source, row=first_row + row), None, name)
                limit = highest[name] if name in highest else tr("any number")
                raise BadInput(
                    "{value} cannot be: it lies between 0 and {limit}", place, value=values[row].as_py(), limit=limit
                )


def _same(source: Path, target: Path) -> bool:
    try:
        return target.samefile(source)
    except OSError:  # there is no target yet, or none can be there
        return False


def _is_number(kind: pa.DataType) -> bool:
    decimal = pa.types.is_decimal(kind) and kind.scale >= 0
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or decimal)


def _suffix(floor: Floor) -> str:
    return "" if floor == "declared" else f"_{floor}"


def _needed_columns(program: Program) -> list[str]:
    """Columns that the levels depend on: what conditions claim, and the fields that their rules read."""
    deciding = {one.asked.key: one.asked for plan in program.plans for one in plan.conditions}
    read = {name for one in deciding.values() for name in names(one.rule)}
    others = [one for one in program.asked if one.id in read]  # elements that deciding rules read
    read |= {name for one in others for name in names(one.rule)}
    claimed = [one.id for one in (*deciding.values(), *others) if one.id in program.claimable]
    return [*dict.fromkeys(claimed), *(name for name in program.fields if name in read)]


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


@contextmanager
def _opened(source: Path) -> Iterator[pq.ParquetFile]:
    place = Place(str(source))
    try:
        if source.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        file = pq.ParquetFile(source)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(source)) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadInput("is not a Parquet file", place) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    with file:
        yield file


def _batches(file: pq.ParquetFile, source: Path) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.iter_batches(BATCH_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise BadInput("is damaged: {reason}", Place(str(source)), reason=str(error).splitlines()[0]) from None


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Make the next batch in a thread while this one is used; one waits at most, so memory does not grow."""
    waiting: Queue[pa.RecordBatch | BaseException | None] = Queue(maxsize=1)
    stop = Event()

    def read() -> None:
        end: BaseException | None = None
        try:
            for batch in batches:
                waiting.put(batch)
                if stop.is_set():
                    return
        except BaseException as error:
            end = error
        waiting.put(end)

    reader = Thread(target=copy_context().run, args=(read,), name="linghang-ahead", daemon=True)
    reader.start()
    try:
        while not isinstance(batch := waiting.get(), BaseException | None):
            yield batch
        if batch is not None:
            raise batch
    finally:
        stop.set()
        while reader.is_alive():  # the reader may wait for a place to put its batch
            with suppress(Exception):
                waiting.get(timeout=0.05)


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """Give a file beside the target that takes its name only when everything was written."""
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False) as made:
            unfinished = Path(made.name)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
    try:
        yield unfinished
        try:
            unfinished.chmod(0o644)
            unfinished.replace(target)
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writing(unfinished: Path, schema: pa.Schema, target: Path) -> Iterator[Callable[[pa.RecordBatch], None]]:
    others = [one.name for one in schema if not one.name.startswith(("failing_", "missing_"))]  # masks hardly repeat
    try:
        with pq.ParquetWriter(
            unfinished, schema, compression="lz4", use_dictionary=others, write_statistics=others
        ) as writer:
            yield writer.write_batch
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
