"""The ledger: what is appended is read again; whatever is changed in it is found."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_observations import observation, records

from linghang.errors import BadInput
from linghang.evidence.ledger import START, Entry, anchor_of, append, read
from linghang.evidence.withdrawal import Record

LENGTH = 6


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a ledger of six records, the third with letters outside of ASCII."""
    path = tmp_path_factory.mktemp("whole") / "ledger.jsonl"
    append(path, [observation(about=f"轮毂.{n}" if n == 3 else f"element.{n}") for n in range(1, LENGTH + 1)])
    return path.read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "ledger.jsonl"


def said(path: Path) -> list[Record]:
    return [entry.record for entry in read(path)]


# --- append and read ---


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(records(), max_size=3), max_size=4))
def test_what_is_appended_is_read_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Record]]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    for batch in batches:
        assert append(path, batch) == len(batch)
    assert said(path) == [one for batch in batches for one in batch]


def test_there_is_nothing_in_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    assert list(read(tmp_path / "ledger.jsonl")) == []


def test_appending_nothing_makes_no_file_and_changes_none(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "ledger.jsonl"
    assert append(path, []) == 0
    assert not path.exists()
    path.write_bytes(whole)
    assert append(path, iter(())) == 0
    assert path.read_bytes() == whole


def test_every_record_carries_the_hash_of_the_one_before(scratch: Path, whole: bytes) -> None:
    scratch.write_bytes(whole)
    entries: list[Entry] = list(read(scratch))
    lines = [json.loads(line) for line in whole.splitlines()]
    assert [entry.number for entry in entries] == [line["n"] for line in lines] == list(range(1, LENGTH + 1))
    assert [line["previous"] for line in lines] == [START, *(entry.hash for entry in entries[:-1])]
    assert len({entry.hash for entry in entries}) == LENGTH


def test_the_same_observations_make_the_same_ledger_in_one_go_or_in_several(tmp_path: Path, whole: bytes) -> None:
    scratch = tmp_path / "a.jsonl"
    scratch.write_bytes(whole)
    for one in said(scratch):
        append(tmp_path / "b.jsonl", [one])
    assert (tmp_path / "b.jsonl").read_bytes() == whole


# --- changes are found ---


def numbers_read(path: Path, content: bytes) -> tuple[int, str]:
    """Read a ledger without an anchor as far as it goes: number of whole records, and the refusal."""
    path.write_bytes(content)
    anchor_of(path).unlink(missing_ok=True)
    count = 0
    try:
        for _ in read(path):
            count += 1
    except BadInput as error:
        return count, str(error)
    return count, ""


def record_of(whole: bytes, place: int) -> int:
    return whole.count(b"\n", 0, place) + 1


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_changed_byte_is_found_at_its_record(scratch: Path, whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    number = record_of(whole, place)
    assert_refused(scratch, bytes(changed), number)


def assert_refused(scratch: Path, content: bytes, number: int) -> None:
    before, refusal = numbers_read(scratch, content)
    assert before == number - 1
    assert f"{scratch}:{number}: record {number} of the ledger" in refusal
    with pytest.raises(BadInput, match=f"record {number} of the ledger"):
        append(scratch, [observation()])
    assert scratch.read_bytes() == content


@pytest.mark.parametrize("byte", [0, 9, 13, 32, 34, 44, 125, 195, 255])
def test_a_changed_end_of_the_last_record_is_found(scratch: Path, whole: bytes, byte: int) -> None:
    """Without its end it is not taken for an append that was cut off."""
    assert_refused(scratch, whole[:-1] + bytes([byte]), LENGTH)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_byte_put_in_is_found_at_its_record(scratch: Path, whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    assert_refused(scratch, whole[:place] + byte + whole[place:], record_of(whole, place))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_byte_taken_out_is_found_at_its_record(scratch: Path, whole: bytes, data: st.DataObject) -> None:
    """Only the very last byte may be missing: so does an append end that was cut off."""
    place = data.draw(st.integers(0, len(whole) - 2))
    assert_refused(scratch, whole[:place] + whole[place + 1 :], record_of(whole, place))


@pytest.mark.parametrize("number", range(1, LENGTH))
def test_a_record_taken_out_is_found(scratch: Path, whole: bytes, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    assert_refused(scratch, b"".join(lines[: number - 1] + lines[number:]), number)


@pytest.mark.parametrize("number", range(1, LENGTH))
def test_two_records_in_the_wrong_order_are_found(scratch: Path, whole: bytes, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    lines[number - 1 : number + 1] = lines[number], lines[number - 1]
    assert_refused(scratch, b"".join(lines), number)


@pytest.mark.parametrize("number", range(1, LENGTH + 1))
def test_a_record_put_in_twice_is_found(scratch: Path, whole: bytes, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    assert_refused(scratch, b"".join([*lines[:number], lines[number - 1], *lines[number:]]), number + 1)


@pytest.mark.parametrize("number", range(1, LENGTH + 1))
def test_an_empty_line_is_found(scratch: Path, whole: bytes, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    assert_refused(scratch, b"".join([*lines[: number - 1], b"\n", *lines[number - 1 :]]), number)


@pytest.mark.parametrize("added", [{"note": "approved"}, {"n": 1.0}, {"n": True}], ids=str)
def test_what_the_hash_does_not_cover_may_not_be_written_beside_it(
    scratch: Path, whole: bytes, added: dict[str, object]
) -> None:
    first, *rest = whole.splitlines(keepends=True)
    changed = json.dumps(json.loads(first) | added, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert_refused(scratch, changed.encode() + b"\n" + b"".join(rest), 1)


@pytest.mark.parametrize("line", [b"null", b"[]", b"3", b"{}", b"[" * 100_000, b'{"n":NaN}', b"9" * 5000, b"\xff\xfe"])
def test_a_line_that_is_no_record_is_found(scratch: Path, whole: bytes, line: bytes) -> None:
    assert_refused(scratch, whole + line + b"\n", LENGTH + 1)


def test_records_of_another_ledger_are_found(tmp_path: Path, scratch: Path, whole: bytes) -> None:
    append(tmp_path / "other.jsonl", [observation(about="other")] * LENGTH)
    other = (tmp_path / "other.jsonl").read_bytes().splitlines(keepends=True)
    assert_refused(scratch, b"".join(whole.splitlines(keepends=True)[:3] + other[3:]), 4)


# --- appends that were cut off ---


def test_a_torn_last_line_is_not_read_and_the_next_append_replaces_it(scratch: Path, whole: bytes) -> None:
    last = whole.rindex(b"\n", 0, -1) + 1
    for end in range(last + 1, len(whole)):
        assert numbers_read(scratch, whole[:end]) == (LENGTH - 1, "")
    for end in (last + 1, (last + len(whole)) // 2, len(whole) - 1):
        numbers_read(scratch, whole[:end])
        assert append(scratch, [observation(about=f"element.{LENGTH}")]) == 1
        assert scratch.read_bytes() == whole


def test_a_torn_first_line_is_an_empty_ledger(scratch: Path, whole: bytes) -> None:
    for end in range(0, whole.index(b"\n") + 1, 7):
        assert numbers_read(scratch, whole[:end]) == (0, "")
    append(scratch, [observation(about="element.1")])
    assert scratch.read_bytes() == whole[: whole.index(b"\n") + 1]


APPENDING = """
import sys
from pathlib import Path
from small_observations import observation
from linghang.evidence.ledger import append, read
path = Path(sys.argv[1])
number = sum(1 for _ in read(path))
while True:
    append(path, [observation(about=f"{number + n}", detail={"x": "轮毂" * 2000}) for n in (1, 2, 3)])
    number += 3
    print(number, flush=True)
"""


@pytest.mark.slow
def test_no_acknowledged_record_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    acknowledged = 0
    for kill in range(20):
        command = [sys.executable, "-c", APPENDING, str(path)]
        with subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            threading.Event().wait(0.003 * kill)
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.readlines()
        acknowledged = max(int(line) for line in [first, *rest] if line.endswith("\n"))
        found = [one.about for one in said(path)]
        assert len(found) >= acknowledged
        assert found == [str(number) for number in range(1, len(found) + 1)]
    assert acknowledged >= 60


# --- what the disk does ---

FULL_DISK = """
import resource, sys
from pathlib import Path
from small_observations import observation
from linghang.errors import BadInput
from linghang.evidence.ledger import append
from linghang.words import use
use("en")
path, limit = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    append(path, [observation(about=f"new.{n}") for n in range(50)])
except BadInput as error:
    print(error)
"""


@pytest.mark.parametrize("more", [0, 10, 5_000], ids=lambda more: f"{more} bytes left")
@pytest.mark.parametrize("there", [True, False], ids=["a ledger", "no ledger"])
def test_a_full_disk_is_said_and_leaves_whole_records(tmp_path: Path, whole: bytes, more: int, there: bool) -> None:
    path = tmp_path / "ledger.jsonl"
    if there:
        path.write_bytes(whole)
    limit = (len(whole) if there else 0) + more
    command = [sys.executable, "-c", FULL_DISK, str(path), str(limit)]
    ran = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == f"{path}: cannot be written: the file would become larger than is allowed\n"
    before = LENGTH if there else 0
    found = [one.about for one in said(path)]
    assert found[before:] == [f"new.{n}" for n in range(len(found) - before)]
    assert (len(found) > before) == (more == 5_000)
    assert not there or path.read_bytes().startswith(whole)
    append(path, [observation(about="afterwards")])
    assert [one.about for one in said(path)] == [*found, "afterwards"]


def test_a_ledger_that_is_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: it is a folder"):
        list(read(tmp_path))
    with pytest.raises(BadInput, match="cannot be read: it is a folder"):
        append(tmp_path, [observation()])


def test_a_ledger_in_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written: it is not there"):
        append(tmp_path / "nowhere" / "ledger.jsonl", [observation()])


# --- readers, and size ---


def test_readers_beside_a_writer_always_see_whole_records_from_the_first_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    append(path, [observation(about="1")])
    seen: list[list[str]] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.append([one.about for one in said(path)])

    readers = [threading.Thread(target=look) for _ in range(3)]
    for one in readers:
        one.start()
    try:
        for number in range(2, 60):
            append(path, [observation(about=str(number))])
    finally:
        done.set()
        for one in readers:
            one.join(10)
    seen.append([one.about for one in said(path)])
    assert all(found == [str(number) for number in range(1, len(found) + 1)] for found in seen)
    assert len(seen[-1]) == 59


READING = """
import resource, sys
from pathlib import Path
from linghang.evidence.ledger import append, read
from small_observations import observation
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in read(Path(sys.argv[1])))
assert append(Path(sys.argv[1]), [observation()]) == 1
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
def test_a_large_ledger_is_read_and_continued_without_holding_it_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    assert append(path, (observation(about=f"element.{n}") for n in range(50_000))) == 50_000
    assert path.stat().st_size > 20 * 2**20
    command = [sys.executable, "-c", READING, str(path)]
    ran = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=300)
    count, kilobytes = map(int, ran.stdout.split())
    assert count == 50_000
    assert kilobytes < 4 * 1024
