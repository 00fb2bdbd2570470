"""The file of a backup: a zip with a manifest that names every file with its size and sha256.

Everything is written and read in parts: memory does not grow with the workspace. What cannot be packed smaller is
stored as it is. (.ZIP File Format Specification, APPNOTE 6.3.10.)
"""

import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from linghang.errors import BadInput, Place, reason_of
from linghang.zip_list import check_list

MANIFEST = "linghang-backup.json"
FORMAT = 1
CHUNK = 1 << 20
MOST_FILES = 1_000_000
MOST_MANIFEST_BYTES = 256 << 20
MOST_LIST_BYTES = 128 << 20
"""Of the list of entries: as many as may be have room in it."""
PACKED = (".sqlite", ".jsonl", ".json", ".yaml", ".yml", ".toml", ".csv", ".tsv", ".txt", ".wal", ".log", ".html")
LEVEL = 1
"""Of packing: the fastest; a database becomes a third of its size."""
Told = Callable[[int, int], None]
"""Hears how many bytes of how many are done."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Held:
    """One file of a backup.

    Attributes
    ----------
    path
        Relative to the workspace, with `/`.
    private
        Whether only its owner may read it.
    """

    path: str
    size: int
    sha256: str
    private: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes
    ----------
    about
        Program, moment, workspace, what is inside and what is not: texts, numbers and lists of JSON.
    """

    about: Mapping[str, Any]
    files: tuple[Held, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(one.size for one in self.files)


def write(output: IO[bytes], folder: Path, paths: Sequence[Path], about: Mapping[str, Any], told: Told) -> Manifest:
    """Write files of a folder as a backup; return its manifest, which is the last entry.

    Raises
    ------
    BadInput
        A file has a name that no backup can hold.
    OSError
        A file cannot be read, or the output cannot be written.
    """
    names = [one.relative_to(folder).as_posix() for one in paths]
    for name in names:
        if not stays_inside(name):
            raise BadInput("{file} has a name that no backup can hold; give it another one", file=repr(name))
    total, done, held = sum(one.stat().st_size for one in paths), 0, []
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED, allowZip64=True, compresslevel=LEVEL) as package:
        for name, path in zip(names, paths, strict=True):
            found = path.stat()
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED if path.suffix in PACKED else zipfile.ZIP_STORED
            info.external_attr = (stat.S_IFREG | 0o600) << 16
            info.file_size = found.st_size
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as source, package.open(info, "w") as entry:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    entry.write(chunk)
                    size += len(chunk)
                    done += len(chunk)
                    told(done, max(total, done))
            held.append(Held(name, size, digest.hexdigest(), not found.st_mode & 0o077))
        made = Manifest(dict(about), tuple(held))
        said = {"format": FORMAT, "about": made.about, "files": [_listed(one) for one in held]}
        package.writestr(MANIFEST, json.dumps(said, ensure_ascii=False, indent=1), zipfile.ZIP_DEFLATED)
    return made


def _listed(one: Held) -> dict[str, Any]:
    return {"path": one.path, "size": one.size, "sha256": one.sha256} | ({"private": True} if one.private else {})


class BackupFile(AbstractContextManager["BackupFile"]):
    """A backup that was opened; nothing of it is unpacked yet.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    BadInput
        It is no backup, was made by a newer version, or is not safe to unpack: names that lead elsewhere, links, a name
        twice, files that the manifest does not name.
    """

    def __init__(self, path: Path) -> None:
        self._place = Place(str(path))
        with self._reading():
            if not stat.S_ISREG(path.stat().st_mode):
                raise BadInput("is no file", self._place)
            with path.open("rb") as file:
                check_list(file, MOST_LIST_BYTES, self._place)
            package = zipfile.ZipFile(path)
        with ExitStack() as unless_refused:
            self._package = unless_refused.enter_context(package)
            self._entries = self._safe_entries()
            self.manifest = self._manifest()
            self._check_listed()
            unless_refused.pop_all()

    def __exit__(self, *_: object) -> None:
        self._package.close()

    def check(self, told: Told) -> None:
        """Read every byte, and hold it against the manifest.

        Raises
        ------
        BadInput
            The first file that does not fit.
        """
        done = 0
        for one in self.manifest.files:
            for chunk in self._chunks(one):
                done += len(chunk)
                told(done, self.manifest.size)

    def unpack(self, folder: Path, told: Told) -> None:
        """Unpack everything into an empty folder, checked as in `check`, and wait until the disk has it.

        Raises
        ------
        BadInput
            A file does not fit, there is no room, or it cannot be written.
        """
        free = shutil.disk_usage(folder).free
        if self.manifest.size > free:
            raise BadInput(
                "needs {size} bytes, but {free} are free there",
                self._place,
                size=f"{self.manifest.size:,}",
                free=f"{free:,}",
            )
        done = 0
        for one in self.manifest.files:
            target = folder / one.path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    for chunk in self._chunks(one):
                        file.write(chunk)
                        done += len(chunk)
                        told(done, self.manifest.size)
                    file.flush()
                    os.fsync(file.fileno())
                if not one.private:
                    target.chmod(0o644)
            except OSError as error:
                raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None

    def _chunks(self, one: Held) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), one.size
        with self._reading(one.path), self._package.open(one.path) as entry:
            while chunk := entry.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise self._unlike(one.path)
                digest.update(chunk)
                yield chunk
        if left or digest.hexdigest() != one.sha256:
            raise self._unlike(one.path)

    def _safe_entries(self) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        infos = self._package.infolist()
        if len(infos) > MOST_FILES:
            raise BadInput(
                "has {count} entries; {limit} are read at most", self._place, count=len(infos), limit=MOST_FILES
            )
        for info in infos:
            name, kind = info.orig_filename, (info.external_attr >> 16) & 0o170000
            plain = kind in (0, stat.S_IFREG) and not info.flag_bits & 0x1
            packed = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            if name in found or not plain or not packed or not stays_inside(name) or name != info.filename:
                raise BadInput("{entry} is an entry that no backup has", self._place, entry=repr(name))
            found[name] = info
        return found

    def _manifest(self) -> Manifest:
        info = self._entries.get(MANIFEST)
        if info is None or info.file_size > MOST_MANIFEST_BYTES:
            raise BadInput("is no backup of a workspace ({file} is missing)", self._place, file=MANIFEST)
        with self._reading(MANIFEST), self._package.open(MANIFEST) as entry:
            content = entry.read(MOST_MANIFEST_BYTES + 1)
        try:
            said = json.loads(content)
            number = said["format"]
            files = tuple(_held(one) for one in said["files"]) if number == FORMAT else ()
            about = dict(said["about"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BadInput("has a list of files that cannot be read", self._place) from None
        if number != FORMAT:
            raise BadInput(
                "was made by another version (format {found}, this one reads {format})",
                self._place,
                found=number,
                format=FORMAT,
            )
        return Manifest(about, files)

    def _check_listed(self) -> None:
        sizes = {one.path: one.size for one in self.manifest.files}
        if len(sizes) != len(self.manifest.files):
            raise BadInput("has a list of files that cannot be read", self._place)
        for name in sorted((sizes.keys() ^ self._entries.keys()) - {MANIFEST}):
            raise BadInput("its list of files and its entries differ: {entry}", self._place, entry=repr(name))
        for name, size in sizes.items():
            if self._entries[name].file_size != size:
                raise self._unlike(name)

    def _unlike(self, entry: str) -> BadInput:
        return BadInput("{entry} is not the file that was backed up", self._place, entry=repr(entry))

    @contextmanager
    def _reading(self, entry: str = "") -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError) as error:
            if entry:
                raise self._unlike(entry) from None
            raise BadInput("is no whole zip: {reason}; was it cut off?", self._place, reason=str(error)) from None
        except OSError as error:
            raise BadInput("cannot be read: {reason}", self._place, reason=reason_of(error)) from None


def stays_inside(name: str) -> bool:
    """Whether a name of an entry is a plain path below a folder."""
    plain = not any(unicodedata.category(one) in ("Cc", "Cs") or one == "\\" for one in name)
    return plain and len(name) <= 1_000 and all(one not in ("", ".", "..") for one in name.split("/"))


def _held(said: Mapping[str, Any]) -> Held:
    path, size, digest = said["path"], said["size"], said["sha256"]
    if not (isinstance(path, str) and type(size) is int and size >= 0 and _SHA256.fullmatch(digest)):
        raise ValueError(said)
    return Held(path, size, digest, said.get("private") is True)
