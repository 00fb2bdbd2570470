"""Small uploads that would unpack to much: each is refused at once, in words, and eats neither memory nor disk."""

import io
import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import openpyxl
import pytest
from docx import Document

MIB = 1 << 20
BOMB_MIB = 400
MOST_MEMORY_MIB = 200
"""That a refusal may take for a while, libraries that are loaded for it included."""
ENTRIES = 150_000
UPLOADS = {
    "imports": ("files", ".xlsx"),
    "imports/deliveries": ("files", ".xlsx"),
    "maturity/workbook": ("file", ".xlsx"),
    "way-up/plans/costed": ("costs", ".xlsx"),
    "documents": ("file", ".docx"),
    "reviews": ("file", ".docx"),
    "report": ("template", ".docx"),
    "verifications": ("file", ".zip"),
    "backups/check": ("file", ".zip"),
}
KEPT_AS_THEY_ARE = ("documents",)
"""A document of any kind is kept; nothing is unpacked for it."""


class Endless(io.RawIOBase):
    """A part of spaces, so long that nobody should unpack it."""

    def __init__(self, head: bytes) -> None:
        self.left, self.head = BOMB_MIB * MIB, head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        size = min(size, self.left)
        self.left -= size
        return b" " * size


def with_bomb(package: bytes, part: str) -> bytes:
    """A package in which one part is a bomb."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            if one.filename != part:
                new.writestr(one, old.read(one))
        with new.open(part, "w", force_zip64=True) as entry:
            bomb = Endless(old.read(part).partition(b">")[0] + b">" if part in old.namelist() else b"")
            while chunk := bomb.read(MIB):
                entry.write(chunk)
    return made.getvalue()


def with_many(package: bytes) -> bytes:
    """A package with very many parts."""
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a") as new:
        for number in range(ENTRIES):
            new.writestr(f"x/{number:060d}", b"")
    return made.getvalue()


def with_false_sizes(package: bytes) -> bytes:
    """A bomb whose list says that it is small."""
    long, short = (BOMB_MIB * MIB).to_bytes(4, "little"), (99).to_bytes(4, "little")
    return package.replace(long, short)


@pytest.fixture(scope="module")
def bombs() -> dict[str, list[bytes]]:
    """Ending -> bombs of that kind."""
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    text = io.BytesIO()
    Document().save(text)
    packages = {".xlsx": (book, "xl/worksheets/sheet1.xml"), ".docx": (text, "word/document.xml")}
    found: dict[str, list[bytes]] = {}
    for ending, (made, part) in packages.items():
        package = made.getvalue()
        bomb = with_bomb(package, part)
        found[ending] = [bomb, with_false_sizes(bomb), with_many(package), with_bomb(package, "nested.zip")]
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as container:
        for name in ("linghang-backup.json", "manifest.json"):
            container.writestr(name, b"{}")
    packed = with_bomb(plain.getvalue(), "documents/a.pdf")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("inner.zip", packed)
    named = [with_bomb(plain.getvalue(), name) for name in ("linghang-backup.json", "manifest.json")]
    found[".zip"] = [packed, with_false_sizes(packed), with_many(plain.getvalue()), inner.getvalue(), *named]
    assert all(len(one) < 40 * MIB for kind in found.values() for one in kind)
    return found


@contextmanager
def watched(folder: Path) -> Iterator[dict[str, int]]:
    """Note how much memory of this process and its children, and how much of a folder, is taken at most; in MiB."""
    most = {"memory": 0, "disk": 0}
    before, over = _memory(), threading.Event()

    def look() -> None:
        while not over.is_set():
            most["memory"] = max(most["memory"], _memory() - before)
            most["disk"] = max(most["disk"], _disk(folder))
            time.sleep(0.02)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()


def _memory() -> int:
    me, total = os.getpid(), 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == me or int(fields[1]) == me:
                total += int((stat.parent / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):
            continue
    return total // MIB


def _disk(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total // MIB


@pytest.fixture
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what lies somewhere for a while."""
    place = tmp_path / "for a while"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(UPLOADS))
def test_a_bomb_is_refused_without_being_unpacked(
    local: httpx.Client, own_place: Path, bombs: dict[str, list[bytes]], path: str
) -> None:
    field, ending = UPLOADS[path]
    more = {"asked": '{"target": "basic"}'} if path == "way-up/plans/costed" else {}
    local.post(path, files={field: (f"no{ending}", b"PK\x03\x04 no")}, data=more)  # what is loaded for it, is loaded
    for number, bomb in enumerate(bombs[ending]):
        with watched(own_place) as most:
            answer = local.post(path, files={field: (f"bomb{ending}", bomb)}, data=more)
        said = (path, number, answer.status_code, answer.text[:300], most)
        if answer.is_success:
            assert path in KEPT_AS_THEY_ARE, said
        else:
            assert answer.status_code in (400, 413, 422), said
            assert "PK" not in answer.json()["detail"], said
        assert most["memory"] < MOST_MEMORY_MIB, said
        assert most["disk"] <= 3 * (len(bomb) // MIB + 1), said
    left = {one.name for one in own_place.iterdir() if one.name.startswith("linghang-")}
    assert {one for one in left if not one.startswith("linghang-handed-")} == set()
