"""The container of a bundle: a zip of which every byte is determined by its contents.

Entries are stored as they are, one behind the other, with one fixed time and one set of permissions: the same contents
give the same bytes with every compression library, there is nothing to blow up, and every byte of the file belongs to
something that is checked. So a container is either as written here, or it was packed by another hand.
(.ZIP File Format Specification, APPNOTE 6.3.10.)
"""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from linghang.errors import BadInput, Place
from linghang.evidence.bundle_format import MAX_ENTRIES, sane_name
from linghang.words import later
from linghang.zip_list import check_list

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
UNIX, RIGHTS, MADE_BY, FIRST_DAY = 3, 0o100644 << 16, 20, 33
CHUNK = 1 << 20
MAX_LIST = 8 << 20
"""Bytes of the list of entries: that of as many as may be, with long names, is shorter."""
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_LIST = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ZIP64_END_BYTES = 76


@dataclass(frozen=True, slots=True)
class Member:
    """One entry to be written: its path, and its bytes or the file that holds them."""

    path: str
    content: bytes | Path

    @property
    def size(self) -> int:
        """Bytes of it."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes, a part at a time."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def sha256(self) -> str:
        """Digest of its bytes."""
        digest = sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def write(file: IO[bytes], members: Iterable[Member]) -> None:
    """Write members in their order to a file that can seek."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
        for one in members:
            info = zipfile.ZipInfo(one.path, FIXED_TIME)
            info.create_system, info.external_attr = UNIX, RIGHTS
            info.file_size = one.size
            with package.open(info, "w") as entry:
                for chunk in one.chunks():
                    entry.write(chunk)


class Container(AbstractContextManager["Container"]):
    """A bundle's zip, opened and looked over; nothing of it is unpacked to a disk.

    Attributes
    ----------
    entries
        Path -> entry, in the order of the file.
    oddities
        What is not as it is written here though the entries can be read: another hand packed it.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    BadInput
        It is no zip, or one that is not safe to read: entries that would unpack, that are encrypted, that lie outside
        or over each other, names of folders above, absolute ones, links, twice the same.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with ExitStack() as unless_refused:
            self.file = unless_refused.enter_context(open(path, "rb", opener=_not_waiting))
            self._open()
            unless_refused.pop_all()

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def _open(self) -> None:
        place = Place(str(self.path))
        if not stat.S_ISREG(os.fstat(self.file.fileno()).st_mode):
            raise BadInput("is no file", place)
        self.size = self.file.seek(0, 2)
        self.file.seek(0)
        if self.file.read(4) != b"PK\x03\x04":
            raise BadInput("is no bundle: it does not begin as a zip does", place)
        check_list(self.file, MAX_LIST, place)
        try:
            package = zipfile.ZipFile(self.file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError) as error:
            raise BadInput("is no whole zip: {reason}; was it cut off?", place, reason=str(error)) from None
        infos = package.infolist()
        if len(infos) > MAX_ENTRIES:
            raise BadInput("has {count} entries; {limit} are read at most", place, count=len(infos), limit=MAX_ENTRIES)
        for info in infos:
            _check_safe(info, place)
        _check_names(infos, place)
        self.entries = {info.filename: info for info in sorted(infos, key=lambda one: one.header_offset)}
        self.oddities = tuple(self._odd(package, infos))

    def _odd(self, package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[BadInput]:
        """Go through the file from the first byte to the last."""
        end = 0
        for info in self.entries.values():
            if info.header_offset != end:
                if info.header_offset < end:
                    raise _refuse(later("{entry} lies over another entry"), self.path, info.filename)
                yield self._oddity(later("there are bytes before {entry} that belong to nothing"), end, info.filename)
            head, length = self._local(info)
            if not _is_large(info) and head != _expected(info):
                yield self._oddity(
                    later("the head of {entry} is not written as a bundle's is"), info.header_offset, info.filename
                )
            end = info.header_offset + length + info.file_size
            if end > package.start_dir:
                raise _refuse(later("{entry} runs over the end of the entries"), self.path, info.filename)
        if end != package.start_dir:
            yield self._oddity(later("there are bytes behind the last entry that belong to nothing"), end)
        if [one.filename for one in infos] != list(self.entries):
            yield self._oddity(later("the list of entries has another order than the entries"), package.start_dir)
        yield from self._odd_list(package, infos)
        yield from self._odd_end(package, infos)

    def _local(self, info: zipfile.ZipInfo) -> tuple[bytes, int]:
        self.file.seek(info.header_offset)
        head = self.file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            raise _refuse(later("{entry} has no head where the list of entries says"), self.path, info.filename)
        names, extra = struct.unpack("<2H", head[26:30])
        return head + self.file.read(names + extra), _LOCAL.size + names + extra

    def _odd_list(self, package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[BadInput]:
        """The list of entries, byte for byte."""
        self.file.seek(package.start_dir)
        for info in infos:
            expected = _listed(info)
            found = self.file.read(len(expected) + (len(info.extra) + len(info.comment) if _is_far(info) else 0))
            if not _is_far(info) and found != expected:
                said = later("the list of entries does not say of {entry} what a bundle's does")
                yield self._oddity(said, package.start_dir, info.filename)

    def _odd_end(self, package: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[BadInput]:
        """The end of the list, where other things could hide; very large containers have a longer one."""
        begin = self.size - _END.size
        self.file.seek(begin)
        found = self.file.read(_END.size)
        listed = sum(46 + len(one.orig_filename.encode()) + len(one.extra) for one in infos)
        if package.start_dir <= zipfile.ZIP64_LIMIT:
            expected = _END.pack(b"PK\x05\x06", 0, 0, len(infos), len(infos), listed, package.start_dir, 0)
            if found != expected or package.start_dir + listed != begin:
                yield self._oddity(later("the end of the file is not as a bundle's is"), package.start_dir + listed)
        elif package.start_dir + listed + _ZIP64_END_BYTES != begin or package.comment:
            yield self._oddity(later("the end of the file is not as a bundle's is"), package.start_dir + listed)

    def _oddity(self, message: str, offset: int, entry: str | None = None) -> BadInput:
        what = BadInput(message, entry=entry)
        place = Place(str(self.path))
        return BadInput("{what} (byte {offset} of the file)", place, what=what, offset=offset, entry=entry)

    def begin(self, path: str) -> int:
        """Where in the file the bytes of an entry begin."""
        info = self.entries[path]
        return info.header_offset + self._local(info)[1]

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of an entry, a part at a time."""
        begin, left = self.begin(path), self.entries[path].file_size
        self.file.seek(begin)
        while left:
            chunk = self.file.read(min(CHUNK, left))
            if not chunk:
                raise _refuse(later("{entry} is cut off"), self.path, path)
            left -= len(chunk)
            yield chunk

    def read(self, path: str, limit: int) -> bytes:
        """Read an entry whole.

        Raises
        ------
        BadInput
            It is larger than anything that would belong there.
        """
        size = self.entries[path].file_size
        if size > limit:
            raise BadInput(
                "{entry} has {size} bytes; {limit} are read at most",
                Place(str(self.path)),
                entry=path,
                size=size,
                limit=limit,
            )
        return b"".join(self.chunks(path))

    def digest(self, path: str, keep: Callable[[bytes], object] | None = None) -> tuple[str, bool]:
        """Return the sha256 of an entry and whether its check sum of the zip fits."""
        digest, crc = sha256(), 0
        for chunk in self.chunks(path):
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            if keep is not None:
                keep(chunk)
        return digest.hexdigest(), crc == self.entries[path].CRC


def _not_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe to which nobody writes is not waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _refuse(message: str, path: Path, entry: str) -> BadInput:
    return BadInput(message, Place(str(path)), entry=repr(entry))


def _check_safe(info: zipfile.ZipInfo, place: Place) -> None:
    name = repr(info.orig_filename)
    if info.flag_bits & 0x41:
        raise BadInput("{entry} is encrypted; a bundle hides nothing", place, entry=name)
    if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        raise BadInput("{entry} is a link or a special file; a bundle holds files alone", place, entry=name)
    if not sane_name(info.orig_filename):
        raise BadInput("{entry} is a name that no entry of a bundle has", place, entry=name)
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        raise BadInput(
            "{entry} is compressed to {small} of {large} bytes: a bundle stores its entries as they are. It was packed "
            "anew by another program; ask for the file as it was written",
            place,
            entry=name,
            small=info.compress_size,
            large=info.file_size,
        )


def _check_names(infos: list[zipfile.ZipInfo], place: Place) -> None:
    seen: dict[str, str] = {}
    for info in infos:
        before = seen.setdefault(info.filename.casefold(), info.filename)
        if before is not info.filename:
            raise BadInput(
                "{entry} and {other} are one name on some systems; a bundle holds each once",
                place,
                entry=repr(info.filename),
                other=repr(before),
            )
    folders = {part for info in infos for part in _folders(info.filename.casefold())}
    if both := sorted(folders & seen.keys()):
        raise BadInput("{entry} is a file and a folder", place, entry=repr(both[0]))


def _folders(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _expected(info: zipfile.ZipInfo) -> bytes:
    """The head of an entry as it is written here."""
    plain = zipfile.ZipInfo(info.filename, FIXED_TIME)
    plain.create_system, plain.external_attr = UNIX, RIGHTS
    plain.file_size = plain.compress_size = info.file_size
    plain.CRC = info.CRC
    return plain.FileHeader(zip64=False)


def _is_large(info: zipfile.ZipInfo) -> bool:
    """Whether the head of an entry may have 64-bit sizes, of which libraries fill the other fields differently."""
    return info.file_size * 1.05 > zipfile.ZIP64_LIMIT


def _is_far(info: zipfile.ZipInfo) -> bool:
    """Whether the list of entries needs 64 bits for an entry."""
    return _is_large(info) or info.header_offset > zipfile.ZIP64_LIMIT


def _listed(info: zipfile.ZipInfo) -> bytes:
    """An entry as the list of entries has it."""
    name = info.filename.encode("ascii")
    sizes = info.CRC, info.file_size, info.file_size, len(name)
    if _is_far(info):
        return bytes(_LIST.size) + name
    head = _LIST.pack(
        b"PK\x01\x02", MADE_BY, UNIX, MADE_BY, 0, 0, 0, 0, FIRST_DAY, *sizes, 0, 0, 0, 0, RIGHTS, info.header_offset
    )
    return head + name
