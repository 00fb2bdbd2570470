"""What was uploaded, put into a folder of ours for as long as it is worked with."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import UploadFile

from linghang.errors import BadInput
from linghang.usecases.evidence_files import bare_name, keep


def kept_upload(folder: Path, upload: UploadFile, endings: Sequence[str]) -> Path:
    """Put an upload into a folder under its own bare name, which may tell what is in it; return its place there.

    Raises
    ------
    BadInput
        Its name has none of the endings, or it cannot be kept.
    """
    name = name_of(upload)
    if Path(name).suffix.lower() not in endings:
        raise BadInput("“{name}” is none of the files that can be read: {kinds}", name=name, kinds=" ".join(endings))
    return keep(upload.file, folder, name)


def kept_uploads(folder: Path, uploads: Sequence[UploadFile], endings: Sequence[str]) -> list[Path]:
    """Put uploads into folders of their own: two may have one name."""
    paths = []
    for number, one in enumerate(uploads):
        place = folder / str(number)
        place.mkdir()
        paths.append(kept_upload(place, one, endings))
    return paths


def name_of(upload: UploadFile) -> str:
    """Return the bare name that a file came with."""
    return bare_name(upload.filename or "")
