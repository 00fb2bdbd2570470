"""Files that a request brings, kept in a folder of ours under their own bare names."""

from pathlib import Path

from fastapi import UploadFile

from linghang.errors import BadInput, reason_of
from linghang.usecases.import_deliveries import READABLE

COPIED_BYTES = 1 << 20


def kept_upload(folder: Path, upload: UploadFile, number: int) -> Path:
    """Put what was uploaded into a folder of ours, under its own bare name: it tells the table."""
    name = Path((upload.filename or "").replace("\\", "/")).name
    if Path(name).suffix.lower() not in READABLE:
        raise BadInput("“{name}” is none of the files that can be read: {kinds}", name=name, kinds=" ".join(READABLE))
    place = folder / str(number)
    place.mkdir()
    try:
        with (place / name).open("wb") as file:
            while part := upload.file.read(COPIED_BYTES):
                file.write(part)
    except OSError as error:
        raise BadInput("“{name}” cannot be kept: {reason}", name=name[:80], reason=reason_of(error)) from None
    except ValueError as error:
        raise BadInput("“{name}” cannot be kept: {reason}", name=repr(name[:80]), reason=str(error)) from None
    return place / name
