"""Results of engines: one folder a run, whole or not there; of each engine the newest ones are kept."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linghang.errors import BadInput, Place, reason_of

FOLDER = "results"
DOCUMENT = "result.json"
KEPT = 20
UNFINISHED = ".part"


def save(folder: Path, engine: str, run: str, document: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Path:
    """Keep a result.

    Parameters
    ----------
    folder
        The workspace's folder.
    engine, run
        Whose, and its name: names sort by time.
    document
        Everything but the tables' rows, as JSON has it.
    tables
        Name -> rows.

    Raises
    ------
    BadInput
        It cannot be written; nothing is left of it.
    """
    home = folder / FOLDER / engine
    unfinished, finished = home / (run + UNFINISHED), home / run
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for name, table in tables.items():
            pq.write_table(table, unfinished / f"{name}.parquet", compression="zstd")
        text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
        (unfinished / DOCUMENT).write_text(text, encoding="utf-8")
        if finished.exists():  # the same run again, after a crash: it says the same
            shutil.rmtree(finished)
        unfinished.rename(finished)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BadInput("cannot be written: {reason}", Place(str(finished)), reason=reason_of(error)) from None
    for old in runs(folder, engine)[KEPT:]:
        shutil.rmtree(home / old, ignore_errors=True)
    return finished


def runs(folder: Path, engine: str) -> list[str]:
    """Return the names of the runs that are kept of an engine, the newest first."""
    home = folder / FOLDER / engine
    if not home.is_dir():
        return []
    return sorted((one.name for one in home.iterdir() if one.suffix != UNFINISHED), reverse=True)


def document_of(folder: Path, engine: str, run: str) -> dict[str, Any]:
    """Read what a result says beside its tables, which takes far shorter.

    Raises
    ------
    BadInput
        There is none of that name, or it is damaged.
    """
    place = folder / FOLDER / engine / run
    try:
        document: dict[str, Any] = json.loads((place / DOCUMENT).read_text(encoding="utf-8"))
        missing = [name for name in document["tables"] if not (place / f"{name}.parquet").is_file()]
    except FileNotFoundError:
        raise BadInput("there is no such result", Place(str(place))) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("is damaged: {reason}", Place(str(place)), reason=error) from None
    if missing:
        raise BadInput("is damaged: {reason}", Place(str(place)), reason=f"{missing[0]}.parquet")
    return document


def load(folder: Path, engine: str, run: str) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Read a result: its document, and its tables.

    Raises
    ------
    BadInput
        There is none of that name, or it is damaged.
    """
    document, place = document_of(folder, engine, run), folder / FOLDER / engine / run
    try:
        tables = {name: pq.read_table(place / f"{name}.parquet") for name in document["tables"]}
    except (OSError, pa.ArrowException) as error:
        raise BadInput("is damaged: {reason}", Place(str(place)), reason=error) from None
    return document, tables
