"""The XML inside an office file, read as a stream: no document type, no entities, nothing loaded from elsewhere."""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from linghang.errors import BadInput, Place

CHUNK = 1 << 16
_HEAD = 1024
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
DAMAGES = (
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    zlib.error,
    expat.ExpatError,
    ValueError,
    LookupError,
)
"""What a damaged or hostile package makes the libraries raise."""


class _Enough(Exception):
    """The beginning has been read."""


def chunks(package: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    """Yield a part of the package piece by piece."""
    with package.open(part) as file:
        while data := file.read(CHUNK):
            yield data


def is_plain_utf8(head: bytes) -> bool:
    """Whether words can be looked for in the bytes of an XML part, by its beginning."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")) or b"\x00" in head[:8]:
        return False
    named = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    return named is None or named[1].lower() in (b"utf-8", b"us-ascii", b"ascii")


def parser(place: Place, part: str) -> expat.XMLParserType:
    """Make a parser that refuses a document type: with it goes every entity of a document's own."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True

    def refuse(*_said: object) -> None:
        raise BadInput(
            "{part} declares a document type; entities of its own can grow without end, and no office program "
            "writes them: save the file again with one",
            place,
            part=part,
        )

    made.StartDoctypeDeclHandler = refuse
    made.EntityDeclHandler = refuse
    return made


def check_prologue(package: ZipFile, part: ZipInfo, place: Place) -> None:
    """Refuse a document type; it can only stand before the first element."""
    reader = parser(place, part.filename)

    def enough(*_said: object) -> None:
        raise _Enough

    reader.StartElementHandler = enough
    try:
        for data in chunks(package, part):
            reader.Parse(data)
    except _Enough:
        return


def read_elements(
    package: ZipFile,
    part: ZipInfo,
    place: Place,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part, calling back with local names of elements and attributes.

    Raises
    ------
    BadInput
        It declares a document type.
    """
    reader = parser(place, part.filename)
    reader.StartElementHandler = lambda name, given: start(local(name), {local(key): given[key] for key in given})
    if end is not None:
        ended = end
        reader.EndElementHandler = lambda name: ended(local(name))
    if text is not None:
        reader.CharacterDataHandler = text
    for data in chunks(package, part):
        reader.Parse(data)
    reader.Parse(b"", True)


def local(name: str) -> str:
    """Return a name without its namespace: what is refused is refused in every namespace."""
    return name.rpartition(" ")[2]


def head_of(file: IO[bytes]) -> bytes:
    """Return the beginning of a file, and go back to it."""
    head = file.read(_HEAD)
    file.seek(0)
    return head
