"""The package of a DOCX as bytes: the same parts give the same bytes, whenever they are written."""

import zipfile
from io import BytesIO

MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every part: a package carries no trace of when it was written."""
STORED = (".png", ".jpg", ".jpeg", ".gif")


def fixed(package: bytes) -> bytes:
    """Write a ZIP package anew, without times; pictures are packed already and stay as they are."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.infolist():
            info = zipfile.ZipInfo(part.filename, MOMENT)
            packed = not part.filename.lower().endswith(STORED)
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            info.create_system = 0
            new.writestr(info, old.read(part))
    return kept.getvalue()
