"""Text files of unknown encoding, packed or not, as UTF-8 bytes: UTF-8, UTF-16 and GB18030 are told apart."""

import codecs
import gzip
import zlib
from pathlib import Path

from linghang.errors import BadInput, Place, reason_of

MAX_TEXT_BYTES = 2 << 30
"""Larger text files are refused: they are read whole, so that all of their problems can be named at once."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4096


def read_text(path: Path, encoding: str | None = None, limit: int = MAX_TEXT_BYTES) -> bytes:
    """Read a text file as `read_encoded` does, without saying what its encoding was."""
    return read_encoded(path, encoding, limit)[0]


def read_encoded(path: Path, encoding: str | None = None, limit: int = MAX_TEXT_BYTES) -> tuple[bytes, str]:
    """Read a text file, unpacked if it is gzip, as UTF-8 without a byte order mark, and say which encoding it had.

    Parameters
    ----------
    path
        The file; its first bytes say whether it is packed.
    encoding
        Its encoding (else it is found out).
    limit
        Bytes that it may have unpacked.

    Raises
    ------
    BadInput
        It cannot be read, is too large, is damaged, or is no text in any of the encodings.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            data = gzip.GzipFile(fileobj=file).read(limit + 1) if packed else file.read(limit + 1)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput("is a damaged gzip file: {reason}", place, reason=str(error)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    if len(data) > limit:
        raise BadInput("has more than {limit} MiB of text; split it into several files", place, limit=limit >> 20)
    if not packed and data[:4] in (b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"):
        raise BadInput("is no text file; its name should end in .xlsx or .parquet if it is such a file", place)
    return _as_utf8(data, encoding, place)


def _as_utf8(data: bytes, encoding: str | None, place: Place) -> tuple[bytes, str]:
    mark, found = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", None))
    chosen = encoding or found or _guess(data)
    if encoding is None or found is not None:
        data = data[len(mark) :]
    try:
        text = data if chosen == "utf-8" and _is_utf8(data) else data.decode(chosen).encode()
    except LookupError:
        raise BadInput("there is no encoding {name}; use utf-8, gb18030 or utf-16", place, name=encoding) from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = data[:start].count(b"\n") + 1
        raise BadInput(
            "is no text in {encoding} (byte {byte} of line {line}); save it as UTF-8",
            Place(place.file, line),
            encoding=chosen.upper(),
            byte=start - data[:start].rfind(b"\n"),
            line=line,
        ) from None
    if (at := text.find(b"\0")) >= 0:
        raise BadInput(
            "holds a NUL byte, which is no text: the file is damaged, or it is no text file",
            Place(place.file, text[:at].count(b"\n") + 1),
        )
    return text, chosen


def _is_utf8(data: bytes) -> bool:
    data.decode("utf-8")
    return True


def _guess(data: bytes) -> str:
    """UTF-8 if it is; UTF-16 where every other byte of Latin text is zero; else GB18030."""
    head = data[: _LOOKED_AT - _LOOKED_AT % 2]
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) // 8 and min(even, odd) <= max(even, odd) // 8:
            return "utf-16-be" if even > odd else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
