"""What a bundle holds: the names of its entries, its manifest, and how much of each is read.

`docs/reference/bundle-format.md` describes the same for whoever writes a verifier of their own.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from linghang.errors import BadInput, Place
from linghang.evidence.observation import canonical

FAMILY = "linghang-bundle/"
VERSION = 1
MANIFEST, SIGNATURE, SIGNER = "manifest.json", "manifest.sig", "signer.pem"
README, LEDGER, ANCHOR = "README.md", "ledger.jsonl", "ledger.anchor"
CASE, JUDGEMENT, RECEIPTS, DOCUMENTS = "case.json", "judgement.json", "receipts.json", "documents.json"
BESIDE, RUNS = "inputs/beside.json", "inputs/runs.json"
PACKS_IN, TABLES_IN, SIGNALS_IN, DOCUMENTS_IN = "packs/", "inputs/tables/", "inputs/signals/", "documents/"
OUTSIDE_THE_MANIFEST = (MANIFEST, SIGNATURE)
NEEDED = (SIGNER, README, LEDGER, ANCHOR, CASE, JUDGEMENT, RECEIPTS, DOCUMENTS)

MAX_ENTRIES = 20_000
MAX_MANIFEST_BYTES = 16 << 20
MAX_READ_BYTES = 1 << 30
"""Entries that are read whole into memory (all but documents) are not larger."""

_PATH = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")

Chosen = Mapping[str, Decimal | str | bool]


def sane_name(name: str) -> bool:
    """Whether an entry may be called so: plain letters, no folder above, nothing that a system takes amiss."""
    parts = name.split("/")
    return len(name) <= 240 and bool(_PATH.fullmatch(name)) and not any(set(one) == {"."} for one in parts)


def entry_of(table: str) -> str:
    """Return the entry that holds a table of records."""
    return f"{TABLES_IN}{table}.parquet"


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry as the manifest has it."""

    path: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        if not (sane_name(self.path) and type(self.size) is int and self.size >= 0 and _SHA256.fullmatch(self.sha256)):
            raise BadInput("lists an entry that cannot be one: {entry}", entry=repr(self.path))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the signature covers: everything that is inside, by its digest, and what was left out.

    Attributes
    ----------
    product
        Version of the program that wrote it.
    workspace
        Name of the factory.
    pack, pack_digest, lineage
        What it is judged by: id, digest over its lineage, and the entries of the lineage, base first.
    as_of
        The day of judgement.
    records
        How many records the ledger holds.
    inputs
        Which inputs were asked to be inside: none, small or all.
    left_out
        What is not inside, each with `what` and `reason`.
    """

    product: str
    workspace: str
    pack: str
    pack_digest: str
    lineage: tuple[str, ...]
    as_of: date
    records: int
    inputs: str
    entries: tuple[Listed, ...]
    left_out: tuple[Mapping[str, str], ...] = ()

    def to_bytes(self) -> bytes:
        """The manifest as it is signed: canonical JSON and the end of its line."""
        return (
            canonical(
                {
                    "format": f"{FAMILY}{VERSION}",
                    "product": {"name": "linghang", "version": self.product},
                    "workspace": self.workspace,
                    "pack": {"id": self.pack, "digest": self.pack_digest, "lineage": list(self.lineage)},
                    "as_of": self.as_of.isoformat(),
                    "records": self.records,
                    "inputs": self.inputs,
                    "entries": [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in self.entries],
                    "left_out": [dict(one) for one in self.left_out],
                }
            )
            + b"\n"
        )

    @property
    def by_path(self) -> dict[str, Listed]:
        """Path -> entry."""
        return {one.path: one for one in self.entries}


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Raises
    ------
    BadInput
        It is of a newer version, or it is no manifest.
    """
    said = read_json(data, MANIFEST)
    place = Place(MANIFEST)
    format = said.get("format") if isinstance(said, dict) else None
    if not isinstance(format, str) or not format.startswith(FAMILY):
        raise BadInput("is no manifest of a bundle", place)
    version = format.removeprefix(FAMILY)
    if version != str(VERSION):
        wrote = said.get("product")
        raise BadInput(
            "the bundle has format {found}, this program reads {format}; verify it with the version that wrote it "
            "({product}) or a later one",
            place,
            found=version,
            format=VERSION,
            product=wrote.get("version", "?") if isinstance(wrote, dict) else "?",
        )
    try:
        pack = said["pack"]
        found = Manifest(
            product=_text(said["product"]["version"]),
            workspace=_text(said["workspace"]),
            pack=_text(pack["id"]),
            pack_digest=_text(pack["digest"]),
            lineage=tuple(map(_text, pack["lineage"])),
            as_of=date.fromisoformat(said["as_of"]),
            records=said["records"],
            inputs=_text(said["inputs"]),
            entries=tuple(Listed(one["path"], one["size"], one["sha256"]) for one in said["entries"]),
            left_out=tuple(map(_left_out, said["left_out"])),
        )
        if not found.lineage or not found.by_path.keys() >= set(found.lineage) or type(found.records) is not int:
            raise ValueError(pack["lineage"])
        written = found.to_bytes()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput("is no manifest of a bundle: {reason}", place, reason=repr(error)) from None
    except BadInput as error:
        raise error.at(place) from None
    if written != data:
        raise BadInput("is not written as a manifest is; it was changed", place)
    return found


def read_json(data: bytes, entry: str) -> Any:
    """Read the JSON of an entry.

    Raises
    ------
    BadInput
        It is none.
    """
    try:
        return json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput("is no JSON: {reason}", Place(entry), reason=str(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a mapping of keys that stand once: of a key that stands twice, each program would read another value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(next(f"“{name}” x {names.count(name)}" for name in names if names.count(name) > 1))
    return found


def lines_of(rows: list[Any]) -> bytes:
    """Write a list as JSON with one line an item, each canonical: people can look at it, programs can compare it."""
    return b"[\n" + b",\n".join(map(canonical, rows)) + b"\n]\n" if rows else b"[]\n"


def chosen_to_json(chosen: Chosen) -> dict[str, Any]:
    """Write the interpretations that a reviewer set."""
    return {name: {"decimal": str(one)} if isinstance(one, Decimal) else one for name, one in sorted(chosen.items())}


def chosen_from_json(said: Mapping[str, Any]) -> dict[str, Decimal | str | bool]:
    """Read them back."""
    return {name: Decimal(one["decimal"]) if isinstance(one, dict) else one for name, one in said.items()}


def _left_out(said: object) -> Mapping[str, str]:
    if not isinstance(said, dict) or not {"what", "reason"} <= said.keys():
        raise TypeError(said)
    return {name: _text(value) for name, value in said.items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
