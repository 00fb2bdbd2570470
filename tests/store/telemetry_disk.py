"""What is left on a disk after a power cut, told from the trace that `telemetry_disk.c` writes.

Only what a sync had made durable is certain: the content of a file that was synced, and the names of a folder that was
synced (POSIX promises no more, and some disks and file systems give no more). Of everything else the disk may have kept
any part: any sectors of any write, any of the names that came or went.
"""

import hashlib
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECTOR = 512
SOURCE = Path(__file__).with_name("telemetry_disk.c")
LINE = re.compile(rb"([A-Z]) ([^\n]*)\n")


def library(folder: Path) -> Path:
    """Compile the disk; skip the test where there is no compiler."""
    if (compiler := shutil.which("gcc") or shutil.which("cc")) is None:
        pytest.skip("no C compiler: install gcc")
    made = folder / f"disk-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    if not made.exists():
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE, "-ldl", "-lpthread"], check=True)
    return made


def environment(made: Path, root: Path, trace: Path | None = None, **more: object) -> Mapping[str, str]:
    """Return the environment of a process whose files below `root` lie on this disk."""
    settings = {"LD_PRELOAD": made, "DISK_ROOT": root, **({"DISK_TRACE": trace} if trace else {}), **more}
    return os.environ | {name: str(value) for name, value in settings.items()}


@dataclass(frozen=True)
class Event:
    """A line of the trace; `data` is what was written."""

    kind: str
    words: tuple[str, ...]
    data: bytes = b""


def events(trace: Path) -> Iterator[Event]:
    """Read a trace; a last event that was cut off is left out."""
    content, position = trace.read_bytes(), 0
    while (line := LINE.match(content, position)) is not None:
        kind, rest = line[1].decode(), line[2].decode()
        position = line.end()
        words = tuple(rest.split("\t") if kind == "R" else rest.split(" "))
        size = int(words[2]) if kind == "W" else 0
        if position + size > len(content):
            return
        yield Event(kind, words, content[position : position + size])
        position += size


@dataclass(eq=False)
class File:
    """A file: what is durable of it, and what was asked for since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    before: int = 0

    def asked(self) -> int:
        """Return how many changes were asked for until now."""
        return self.before + len(self.pending)

    def synced(self, asked: int) -> None:
        """Make the changes that were asked for until then durable."""
        count = max(0, asked - self.before)
        for at, data in self.pending[:count]:
            _change(self.durable, at, data)
        del self.pending[:count]
        self.before += count

    def left(self, luck: random.Random | None) -> bytes:
        """Return what a power cut leaves; with luck, some of what was not synced."""
        content = bytearray(self.durable)
        for at, data in self.pending if luck else ():
            if data is None:
                if luck.random() < 0.5:
                    _change(content, at, None)
                continue
            for start in range(0, len(data), SECTOR):
                if luck.random() < 0.5:
                    _change(content, at + start, data[start : start + SECTOR])
        return bytes(content)


def _change(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


@dataclass(eq=False)
class Folder:
    """A folder: the names that are durable, and how they changed since."""

    durable: dict[str, "File | Folder"] = field(default_factory=dict)
    present: dict[str, "File | Folder"] = field(default_factory=dict)
    pending: list[tuple[tuple[str, "File | Folder | None"], ...]] = field(default_factory=list)
    before: int = 0

    def asked(self) -> int:
        """Return how many changes were asked for until now."""
        return self.before + len(self.pending)

    def change(self, *names: tuple[str, "File | Folder | None"]) -> None:
        """Give names to files or take them away, all at once."""
        _rename(self.present, names)
        self.pending.append(names)

    def synced(self, asked: int) -> None:
        """Make the changes that were asked for until then durable."""
        count = max(0, asked - self.before)
        for names in self.pending[:count]:
            _rename(self.durable, names)
        del self.pending[:count]
        self.before += count

    def left(self, luck: random.Random | None) -> dict[str, "File | Folder"]:
        """Return the names that a power cut leaves; with luck, some of those that were not synced."""
        names = dict(self.durable)
        for change in self.pending if luck else ():
            if luck.random() < 0.5:
                _rename(names, change)
        return names


def _rename(names: dict[str, File | Folder], change: tuple[tuple[str, File | Folder | None], ...]) -> None:
    for name, one in change:
        if one is None:
            names.pop(name, None)
        else:
            names[name] = one


class Disk:
    """The disk as it was at a place of the trace."""

    def __init__(self) -> None:
        self._root = Folder()
        self._files: dict[str, File] = {}
        self._syncs: dict[str, tuple[File | Folder, int]] = {}

    def take(self, event: Event) -> None:
        """Let the next thing happen."""
        words = event.words
        match event.kind:
            case "C":
                self._files[words[0]] = File()
                self._name(words[1], self._files[words[0]])
            case "M":
                self._name(words[0], Folder())
            case "U":
                self._name(words[0], None)
            case "R":
                folder, old = self._place(words[0])
                _, new = self._place(words[1])
                folder.change((old, None), (new, folder.present[old]))
            case "W":
                self._files[words[0]].pending.append((int(words[1]), event.data))
            case "T":
                self._files[words[0]].pending.append((int(words[1]), None))
            case "S" | "D":
                synced = self._files[words[1]] if event.kind == "S" else self._folder(words[1].split("/"))
                self._syncs[words[0]] = synced, synced.asked()
            case "E":
                synced, asked = self._syncs.pop(words[0])
                synced.synced(asked)

    def leave(self, folder: Path, luck: random.Random | None) -> None:
        """Write what a power cut leaves into a folder; with luck, some of what was not synced."""
        _leave(self._root, folder, luck)

    def _folder(self, names: list[str]) -> Folder:
        found: File | Folder = self._root
        for name in names:
            if name != ".":
                assert isinstance(found, Folder)
                found = found.present[name]
        assert isinstance(found, Folder)
        return found

    def _place(self, path: str) -> tuple[Folder, str]:
        *names, last = path.split("/")
        return self._folder(names), last

    def _name(self, path: str, one: File | Folder | None) -> None:
        folder, name = self._place(path)
        folder.change((name, one))


def _leave(folder: Folder, path: Path, luck: random.Random | None) -> None:
    path.mkdir(exist_ok=True)
    for name, one in folder.left(luck).items():
        if isinstance(one, Folder):
            _leave(one, path / name, luck)
        else:
            (path / name).write_bytes(one.left(luck))
