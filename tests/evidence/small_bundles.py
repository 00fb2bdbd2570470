"""Small bundles to test with, and hands that tamper with them."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from small_observations import DAY, observation

from linghang.conditions.shelf import PACKS
from linghang.evidence import bundle_zip, ledger
from linghang.evidence.bundle import assemble, digest_of
from linghang.evidence.bundle_format import Manifest, lines_of, read_manifest
from linghang.evidence.observation import canonical
from linghang.evidence.signing import PrivateKey

KEY = PrivateKey(bytes(range(32)))
OTHER = PrivateKey(bytes(range(1, 33)))
PACK = "national-2024"
PDF = b"%PDF-1.7 a licence of the works"


def parts(folder: Path, records: int = 3) -> dict[str, bytes | Path]:
    """Everything of a bundle but manifest and signature; its judgement is not a real one."""
    path = folder / "ledger.jsonl"
    ledger.append(path, [observation(subject=f"line-{n}") for n in range(records)])
    ledger.append(path, [observation(about="base.licence", source=("document", digest_of(PDF)))])
    row = {"id": "E0001", "sha256": digest_of(PDF), "title": "licence", "entry": f"documents/{digest_of(PDF)}.pdf"}
    return {
        "packs/0-national-2024.yaml": (PACKS / "national-2024.yaml").read_bytes(),
        "ledger.jsonl": path.read_bytes(),
        "ledger.anchor": ledger.anchor_of(path).read_bytes(),
        "case.json": canonical({"as_of": DAY.isoformat()}),
        "judgement.json": b"{}\n",
        "receipts.json": b"[]\n",
        "documents.json": lines_of([row]),
        row["entry"]: PDF,
        "README.md": "# 评估包\n".encode(),
    }


def head(records: int = 4, **changes: Any) -> Manifest:
    """A manifest without its entries."""
    given: dict[str, Any] = {
        "product": "0.1.0",
        "workspace": "北疆",
        "pack": PACK,
        "pack_digest": "0" * 64,
        "lineage": ("packs/0-national-2024.yaml",),
        "as_of": DAY + timedelta(1),
        "records": records,
        "inputs": "none",
        "entries": (),
    }
    return Manifest(**{**given, **changes})


def write_bundle(path: Path, content: Mapping[str, bytes | Path], key: PrivateKey = KEY, **changes: Any) -> Path:
    """Write and sign it."""
    with path.open("wb") as file:
        bundle_zip.write(file, assemble(head(**changes), content, key))
    return path


def contents(path: Path) -> dict[str, bytes]:
    """What a bundle holds, in its order."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(path: Path, content: Mapping[str, bytes]) -> Path:
    """Pack entries as bundles are packed, without looking at manifest and signature."""
    with path.open("wb") as file:
        bundle_zip.write(file, [bundle_zip.Member(name, data) for name, data in content.items()])
    return path


def resigned(path: Path, change: Callable[[dict[str, bytes]], object], key: PrivateKey = OTHER) -> Path:
    """Change what is inside, make the manifest anew and sign it with another key: the work of a careful forger."""
    content = contents(path)
    manifest = read_manifest(content.pop("manifest.json"))
    del content["manifest.sig"], content["signer.pem"]
    change(content)
    with path.open("wb") as file:
        bundle_zip.write(file, assemble(replace(manifest, entries=()), content, key))
    return path


def rezipped(path: Path, **options: Any) -> bytes:
    """The same entries, as a common program packs them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as package:
        for name, data in contents(path).items():
            package.writestr(name, data)
    return out.getvalue()
