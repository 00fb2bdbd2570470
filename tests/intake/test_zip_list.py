"""How long the list of entries of a zip is: measured before anybody reads it, whichever end a reader would believe."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput, Place
from linghang.zip_list import MIB, check_list

HERE = Place("a.zip")


def packed(entries: int, comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for number in range(entries):
            package.writestr(f"{number:06d}", b"")
        package.comment = comment
    return made.getvalue()


def list_bytes(data: bytes) -> int:
    """How long the list is that the library of Python reads."""
    package = zipfile.ZipFile(io.BytesIO(data))
    return sum(46 + len(one.orig_filename) + len(one.extra) + len(one.comment) for one in package.infolist())


def large(data: bytes, listed: int = 0, entries: int = 1) -> bytes:
    """The same zip with an end for large files; the usual end says `listed` bytes."""
    at = data.rfind(b"PK\x05\x06")
    length, start = struct.unpack_from("<II", data, at + 12)
    end = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, length, start)
    end += struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    return data[:at] + end + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, listed, 0, 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=200))
def test_the_list_is_as_long_as_its_reader_reads(entries: int, comment: bytes) -> None:
    data = packed(entries, comment)
    length = list_bytes(data)
    check_list(io.BytesIO(data), max(length, MIB), HERE)
    if length:
        with pytest.raises(BadInput, match="list of entries"):
            check_list(io.BytesIO(data), length - 1, HERE)


def test_an_end_for_large_files_counts_whatever_the_usual_end_says() -> None:
    data = large(packed(300), listed=0, entries=300)
    assert len(zipfile.ZipFile(io.BytesIO(data)).infolist()) == 300  # that is whom the library believes
    with pytest.raises(BadInput, match="list of entries"):
        check_list(io.BytesIO(data), 5_000, HERE)
    check_list(io.BytesIO(data), MIB, HERE)


def test_an_end_within_the_end_does_not_hide_the_list() -> None:
    """A second beginning of an end, put into figures of the first that no reader looks at."""
    data = bytearray(packed(300))
    at = data.rfind(b"PK\x05\x06")
    data[at + 4 : at + 8] = b"PK\x05\x06"
    with pytest.raises(BadInput, match="list of entries"):
        check_list(io.BytesIO(bytes(data)), 5_000, HERE)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"PK\x03\x04" * 9, b"PK\x06\x07" + b"\xff" * 16 + b"PK\x05\x06"])
def test_what_is_no_zip_passes_to_whoever_says_so(data: bytes) -> None:
    file = io.BytesIO(data)
    check_list(file, MIB, HERE)
    assert file.tell() == 0
