"""Verifying a bundle with 10,000 observations, the whole command; peer: a program that checks zip and digests only.

No other tool re-judges, so the peer does the comparable part: it reads the same zip, checks the check sum of every
entry and its sha256 against the manifest, and the Ed25519 signature, with the same libraries.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from linghang.conditions.shelf import load_pack
from linghang.evidence.ledger import append, read
from linghang.evidence.observation import Observation, Source, sha256_of
from linghang.judge.program import prepare
from linghang.usecases.bundling import Request, bundle
from linghang.usecases.workspaces import make_workspace

if TYPE_CHECKING:
    from bench.__main__ import Bench

OBSERVATIONS = 10_000
DAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)
PACK = "national-2024"
BAR_MS = 5_000
PEER = """
import hashlib, json, sys, zipfile
from cryptography.hazmat.primitives.serialization import load_pem_public_key
package = zipfile.ZipFile(sys.argv[1])
assert package.testzip() is None
manifest = package.read("manifest.json")
load_pem_public_key(package.read("signer.pem")).verify(package.read("manifest.sig"), manifest)
for one in json.loads(manifest)["entries"]:
    assert hashlib.sha256(package.read(one["path"])).hexdigest() == one["sha256"]
"""


def observations(count: int) -> Iterator[Observation]:
    """Derived, measured and stated evidence of every element, of many subjects; half of it is the last word."""
    elements = sorted(prepare(load_pack(PACK), DAY).claimable)
    for number in range(count):
        kind = ("records", "engine", "signatory", "records")[number % 4]
        end = DAY - timedelta(number % 2 * (1 + number % 300))
        yield Observation(
            about=elements[number % len(elements)],
            value="met",
            unit="",
            window_from=end - timedelta(30),
            window_to=end,
            subject=f"line-{number // 200}",
            proof="declared" if kind == "signatory" else "measured",
            source=Source(kind, f"source.{number % 40}", "1", sha256_of(number % 7), sha256_of(number)),  # type: ignore[arg-type]
            made_at=NOW,
            valid_until=end + timedelta(90),
            detail={"of": 122, "yes": number % 122, "tables": ["equipment", "equipment_state"]},
        )


def made(folder: Path) -> Path:
    """Write the bundle; half of its observations count on the day."""
    workspace = make_workspace(folder / "bundled", "works", "Asia/Shanghai", None)
    append(workspace.ledger, observations(OBSERVATIONS))
    file = folder / "bundle.zip"
    bundle(workspace.folder, file, Request(PACK, DAY, inputs="small"), now=NOW)
    assert sum(1 for _ in read(workspace.ledger)) >= OBSERVATIONS
    return file


def run(bench: "Bench", folder: Path) -> None:
    """Add the row."""
    file = made(folder)

    def command(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run(words, stdout=subprocess.DEVNULL, check=True)

    linghang = str(Path(sys.executable).parent / "linghang")
    ours, peer = bench.race(command(linghang, "verify", str(file)), command(sys.executable, "-c", PEER, str(file)))
    bench.row(f"verify {OBSERVATIONS:,} observations (whole process); peer: zip and digests only", ours, peer, BAR_MS)
