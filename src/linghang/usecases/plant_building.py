"""Build the reference plant: a whole workspace with records, telemetry, connections and its truth."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from linghang.errors import BadInput, Place, reason_of
from linghang.store.loading import load_tables
from linghang.store.whole_file import sync_folder
from linghang.store.workspace import RECORDS, Workspace, new_workspace
from linghang.twin.works.applied import application_yaml
from linghang.twin.works.layout import FACTORY_NAME
from linghang.twin.works.span import ZONE, Span
from linghang.twin.works.stated import statements_yaml
from linghang.twin.works.works import Works, make_works
from linghang.usecases.plant_connections import connections_toml
from linghang.usecases.report_statements import APPLICATION
from linghang.usecases.statements import STATEMENTS
from linghang.words import later

__all__ = ["TRUTH", "Built", "build_plant", "plant_today"]

TRUTH = ".truth/truth.json"
"""Only tests and benchmarks read it."""

Progress = Callable[[str, int, int | None], None]
"""Told what is going on (a message of the catalogue), how much of it is done, and how much there is."""

RUNNING = later("the plant runs")
WRITING = later("records are written")
RECORDING = later("telemetry is written")


@dataclass(frozen=True, slots=True)
class Built:
    """What was built.

    Attributes
    ----------
    rows
        Table -> number of rows.
    points
        Points of telemetry.
    """

    folder: Path
    span: Span
    rows: Mapping[str, int]
    points: int


def plant_today(now: datetime) -> date:
    """Return the plant's day at a moment."""
    return now.astimezone(ZoneInfo(ZONE)).date()


def build_plant(
    folder: Path,
    *,
    seed: int,
    months: int,
    until: date | None,
    now: datetime,
    telemetry: bool = True,
    progress: Progress | None = None,
) -> Built:
    """Build the reference plant in a new or empty folder: all of it, or nothing.

    Parameters
    ----------
    folder
        Where the workspace will lie; it appears only when it is whole.
    seed
        The same seed, months and until give the same bytes of records.
    months
        Complete months before the month of `until`; what has passed of that month comes on top.
    until
        The records end at the midnight with which this day begins; None is the plant's today.
    now
        The caller's clock.
    telemetry
        Whether the history of the signals is written too.
    progress
        Told what is going on.

    Raises
    ------
    BadInput
        The folder is not empty or cannot be written, somebody builds there already, or the span is none that the
        works has records of.
    """
    told = progress or _silent
    span = Span(until or plant_today(now), months)
    with _appearing(folder) as unfinished:
        workspace = new_workspace(unfinished, FACTORY_NAME, span.zone)
        settings = workspace.config.read_text(encoding="utf-8")
        workspace.config.unlink()  # a folder without it is no workspace: it comes back last
        works = make_works(span, seed, lambda done, all_: told(RUNNING, done, all_))
        rows = _write_records(workspace, works, told)
        points = write_telemetry(workspace, works, span, seed, told) if telemetry else 0
        (unfinished / STATEMENTS).write_text(statements_yaml(span), encoding="utf-8")
        (unfinished / APPLICATION).write_text(application_yaml(span), encoding="utf-8")
        _write_truth(unfinished / TRUTH, works)
        _write_last(workspace.config, settings + connections_toml())
    return Built(folder, span, rows, points)


def _write_records(workspace: Workspace, works: Works, told: Progress) -> dict[str, int]:
    total = sum(table.num_rows for table in works.tables.values())
    written = 0

    def count(more: int) -> None:
        nonlocal written
        written += more
        told(WRITING, written, total)

    try:
        load_tables(workspace.folder / RECORDS, works.tables, count)
    except sqlite3.OperationalError as error:
        raise BadInput(
            "the records cannot be kept: {reason}", Place(str(workspace.folder)), reason=str(error)
        ) from None
    return {name: table.num_rows for name, table in works.tables.items()}


def write_telemetry(workspace: Workspace, works: Works, span: Span, seed: int, told: Progress) -> int:
    """Write the history of the signals into the telemetry store; return how many points there are."""
    from linghang.usecases.plant_history import write_history

    return write_history(
        workspace.folder / "telemetry", works, span, seed, lambda done, all_: told(RECORDING, done, all_)
    )


def _write_truth(file: Path, works: Works) -> None:
    file.parent.mkdir()
    text = json.dumps(works.truth, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


def _write_last(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder beside the wanted one that takes its name only when everything was written.

    What a killed build left behind lies beside it under a hidden name, without settings; the next one clears it away.
    """
    place = Place(str(folder))
    whole = folder.absolute()
    unfinished = whole.with_name(f".{whole.name}.building")
    try:
        if whole.exists() and (not whole.is_dir() or any(whole.iterdir())):
            raise BadInput("is not an empty folder; choose another name", place)
        whole.parent.mkdir(parents=True, exist_ok=True)
        with _held(whole.with_name(f".{whole.name}.lock"), place):
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                yield unfinished
                unfinished.rename(whole)
                sync_folder(whole.parent)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None


@contextmanager
def _held(file: Path, place: Place) -> Iterator[None]:
    """Let nobody else build there at the same time."""
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadInput("another process builds a plant there; try again when it is done", place) from None
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""
