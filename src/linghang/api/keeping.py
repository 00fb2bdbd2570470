"""What was uploaded, put into a folder of ours for as long as it is worked with."""

from collections.abc import Sequence
from pathlib import Path, PurePath

from fastapi import UploadFile

from linghang.errors import BadInput, reason_of

COPIED_BYTES = 1 << 20
NAMED = 80


def kept_upload(folder: Path, upload: UploadFile, endings: Sequence[str]) -> Path:
    """Put an upload into a folder, whatever it was called, and return its place there.

    Raises
    ------
    BadInput
        Its name has none of the endings, or it cannot be kept.
    """
    name = name_of(upload)
    ending = PurePath(name).suffix.lower()
    if ending not in endings:
        raise BadInput("“{name}” is none of the files that can be read: {kinds}", name=name, kinds=" ".join(endings))
    place = folder / f"given{ending}"
    try:
        with place.open("wb") as file:
            while part := upload.file.read(COPIED_BYTES):
                file.write(part)
    except OSError as error:
        raise BadInput("“{name}” cannot be kept: {reason}", name=name, reason=reason_of(error)) from None
    return place


def name_of(upload: UploadFile) -> str:
    """Return the bare name that a file came with, short enough to be said."""
    return PurePath((upload.filename or "").replace("\\", "/")).name[-NAMED:] or "file"
