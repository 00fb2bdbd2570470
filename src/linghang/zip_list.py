"""The list of entries of a zip from outside, measured before a library reads it into memory as a whole.

A list of 50 MB takes half a gigabyte once it is read, whatever the entries hold (APPNOTE 6.3.10, 4.3.12 to 4.3.16).
"""

import struct
from typing import IO

from linghang.errors import BadInput, Place

_END, _END_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_BYTES, _END_64_BYTES, _LOCATOR_BYTES = 22, 56, 20
_LONGEST_COMMENT = 1 << 16
MIB = 1 << 20


def check_list(file: IO[bytes], most_bytes: int, place: Place) -> None:
    """Refuse a zip whose list of entries is long; the file then stands at its beginning.

    Readers differ in which end of the list they believe, and a file can have several: each counts that some could.

    Raises
    ------
    BadInput
        The list is longer than `most_bytes`. A file without a list passes: its reader says that it is no zip.
    """
    size = file.seek(0, 2)
    begin = max(0, size - _LONGEST_COMMENT - _END_BYTES - _LOCATOR_BYTES - _END_64_BYTES)
    file.seek(begin)
    tail = file.read()
    longest, at = 0, tail.find(_END)
    while at >= 0:
        longest = max(longest, _length(file, tail, at))
        at = tail.find(_END, at + 1)
    file.seek(0)
    if longest > most_bytes:
        raise BadInput(
            "its list of entries is {size} MiB long; {limit} are read at most",
            place,
            size=longest // MIB,
            limit=most_bytes // MIB,
        )


def _length(file: IO[bytes], tail: bytes, at: int) -> int:
    """How long the list is by one end of it: by its own figure, or, where there is one, by the end for large files."""
    found = [struct.unpack_from("<I", tail, at + 12)[0]] if at + 16 <= len(tail) else []
    locator = at - _LOCATOR_BYTES
    if locator >= 0 and tail.startswith(_LOCATOR, locator):
        beside = tail[max(0, locator - _END_64_BYTES) : locator]
        file.seek(struct.unpack_from("<Q", tail, locator + 8)[0] & (1 << 62) - 1)
        ends = [one for one in (beside, file.read(_END_64_BYTES)) if len(one) == _END_64_BYTES]
        large = [struct.unpack_from("<Q", one, 40)[0] for one in ends if one.startswith(_END_64)]
        found = large or found
    return max(found, default=0)
