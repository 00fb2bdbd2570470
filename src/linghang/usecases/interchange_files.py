"""What other programs read, as a file in memory: OSCAL and CISO Assistant, for whoever asks over the network."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from linghang.usecases.interchange import export_catalog, export_library, export_profile, export_results

__all__ = ["EXPORTS", "Export", "Exported", "exported"]

Export = Literal["oscal-catalog", "oscal-profile", "oscal-results", "ciso-assistant"]
EXPORTS: tuple[Export, ...] = get_args(Export)
JSON, YAML, ZIP = "application/json", "application/yaml", "application/zip"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a zip can say: the same pack gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for another program."""

    name: str
    media_type: str
    content: bytes


def exported(
    kind: Export, folder: Path, pack: str, *, now: datetime, as_of: date | None = None, version: int = 1
) -> Exported:
    """Make one export.

    Parameters
    ----------
    folder
        The workspace: only `oscal-results` looks into it.
    version
        Of a library of CISO Assistant.

    Raises
    ------
    BadInput, ManyProblems
        As the functions of `interchange`; a pack without a base has no profile.
    """
    with TemporaryDirectory(prefix="linghang-") as ours:
        place = Path(ours)
        if kind == "oscal-profile":
            files = {path.name: path.read_bytes() for path in export_profile(pack, place)}
            return Exported(f"{pack}-profile.zip", ZIP, _zipped(files))
        target = place / "export"
        if kind == "oscal-catalog":
            export_catalog(pack, target)
            return Exported(f"{pack}-catalog.json", JSON, target.read_bytes())
        if kind == "ciso-assistant":
            export_library(pack, target, version)
            return Exported(f"{pack}-ciso-assistant.yaml", YAML, target.read_bytes())
        found = export_results(folder, target, now=now, pack=pack, as_of=as_of)
        day = found.verdict.program.as_of
        return Exported(f"{pack}-results-{day}.json", JSON, target.read_bytes())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()
