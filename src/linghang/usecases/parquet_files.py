"""Tables of enterprises as Parquet files: opened, read ahead, checked, and written whole or not at all."""

import errno
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linghang.conditions.rules import names
from linghang.errors import BadInput, Place, reason_of
from linghang.judge.case import MAX_MATURITY
from linghang.judge.program import Program
from linghang.words import tr


def same_file(source: Path, target: Path) -> bool:
    """Whether two paths are the same file."""
    try:
        return target.samefile(source)
    except OSError:  # there is no target yet, or none can be there
        return False


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers that can be compared."""
    decimal = pa.types.is_decimal(kind) and kind.scale >= 0
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or decimal)


def needed_columns(program: Program) -> list[str]:
    """Columns that the levels depend on: what conditions claim, and the fields that their rules read."""
    deciding = {one.asked.key: one.asked for plan in program.plans for one in plan.conditions}
    read = {name for one in deciding.values() for name in names(one.rule)}
    others = [one for one in program.asked if one.id in read]  # elements that deciding rules read
    read |= {name for one in others for name in names(one.rule)}
    claimed = [one.id for one in (*deciding.values(), *others) if one.id in program.claimable]
    return [*dict.fromkeys(claimed), *(name for name in program.fields if name in read)]


def check_ranges(program: Program, batch: pa.RecordBatch, file: str, first_row: int) -> None:
    """Refuse maturity levels and scene counts that cannot be, as a case refuses them."""
    highest = {"maturity_level": MAX_MATURITY}
    for name in ("maturity_level", *(f"scenes_{level}" for level in program.pack.level_ids)):
        if name not in batch.schema.names or not is_number(batch.column(name).type):
            continue
        values = batch.column(name)
        if pa.types.is_float16(values.type):  # Arrow does not compare these
            values = values.cast(pa.float32())
        wrong = pc.less(values, 0)
        if name in highest:
            wrong = pc.or_(wrong, pc.greater(values, highest[name]))
        if pc.any(wrong).as_py():
            row = pc.index(pc.fill_null(wrong, False), True).as_py()
            place = Place(tr("{file}, row {row}", file=file, row=first_row + row), None, name)
            limit = highest[name] if name in highest else tr("any number")
            raise BadInput(
                "{value} cannot be: it lies between 0 and {limit}", place, value=values[row].as_py(), limit=limit
            )


@contextmanager
def opened(source: Path) -> Iterator[pq.ParquetFile]:
    """Open a table, refusing what is none."""
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


def batches_of(
    file: pq.ParquetFile, source: Path, rows: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Read a table in batches of `rows` rows, all of its columns or some."""
    try:
        yield from file.iter_batches(rows, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise BadInput("is damaged: {reason}", Place(str(source)), reason=str(error).splitlines()[0]) from None


def ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
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


def unrepeated(file: pq.ParquetFile) -> set[str]:
    """Name the columns of texts that hardly repeat, such as names: in vain one would look for each in a dictionary.

    A place in a dictionary takes less than the four bytes of length that stand before every text outside of one.
    """
    if not file.metadata.num_row_groups:
        return set()
    group = file.metadata.row_group(0)
    columns = (group.column(place) for place in range(group.num_columns))
    return {
        one.path_in_schema
        for one in columns
        if one.physical_type == "BYTE_ARRAY" and one.total_uncompressed_size > 4 * one.num_values
    }


@contextmanager
def writing(
    unfinished: Path, schema: pa.Schema, target: Path, plain: Collection[str] = ()
) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Give what writes one batch after the other into a file; for `plain` columns no dictionary is tried."""
    others = [one.name for one in schema if not one.name.startswith(("failing_", "missing_"))]  # masks hardly repeat
    try:
        with pq.ParquetWriter(
            unfinished,
            schema,
            compression="lz4",
            use_dictionary=[name for name in others if name not in plain],
            write_statistics=others,
        ) as writer:
            yield writer.write_batch
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None
