"""Documents that were computed of a workspace, kept as JSON until what they rest on changes."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Any

import orjson

KEPT_OF_ONE_NAME = 8
"""How many answers of one name are kept: a few packs and days of judgement."""


def load(folder: Path, name: str, key: str) -> Any:
    """Return the document that was kept under a key; None where there is none."""
    with suppress(OSError, ValueError):
        kept = orjson.loads(_path(folder, name, key).read_bytes())
        if isinstance(kept, dict) and kept.get("key") == key:
            return kept["document"]
    return None


def save(folder: Path, name: str, key: str, document: Any) -> None:
    """Keep a document (of JSON values); where that cannot be, nothing is kept and nothing is lost."""
    path = _path(folder, name, key)
    beside = path.with_suffix(f".{os.getpid()}-{get_ident()}.new")  # others may keep the same at the same moment
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(orjson.dumps({"key": key, "document": document}))
        beside.replace(path)
        forget_the_oldest(path.parent, "json", KEPT_OF_ONE_NAME)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def forget_the_oldest(folder: Path, ending: str, most: int) -> None:
    """Leave the newest files of an ending in a folder."""
    kept = sorted(folder.glob(f"*.{ending}"), key=lambda path: path.stat().st_mtime_ns)
    for path in kept[:-most]:
        path.unlink(missing_ok=True)


def _path(folder: Path, name: str, key: str) -> Path:
    return folder / name / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
