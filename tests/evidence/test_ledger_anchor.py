"""The anchor of the ledger: whole records cut off its end are missed, and a stop between the two is healed."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from small_observations import DAY, MADE, observation

from linghang.errors import BadInput
from linghang.evidence.ledger import START, Anchor, Entry, anchor, anchor_of, anchored, append, read
from linghang.evidence.observation import canonical, sha256_of
from linghang.evidence.withdrawal import Withdrawal

LENGTH = 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of five records."""
    file = tmp_path / "ledger.jsonl"
    append(file, [observation(about=f"element.{n}") for n in range(1, LENGTH + 1)])
    return file


def entries(path: Path) -> list[Entry]:
    return list(read(path))


def cut(path: Path, records: int) -> None:
    """Leave so many whole records."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:records]))


def test_the_anchor_stands_at_the_last_record(path: Path) -> None:
    assert anchor_of(path) == path.parent / "ledger.anchor"
    for more in (0, 1, 2):
        if more:
            append(path, [observation(about=f"more.{more}")] * more)
        last = entries(path)[-1]
        assert anchor(path) == Anchor(last.number, last.hash)
        assert anchored(path, last)
    assert sorted(one.name for one in path.parent.iterdir()) == ["ledger.anchor", "ledger.jsonl"]


def test_there_is_no_anchor_without_records(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    append(path, [])
    assert list(tmp_path.iterdir()) == []
    assert anchor(path) is None
    assert anchored(path, None)


@pytest.mark.parametrize("left", range(LENGTH))
def test_whole_records_cut_off_the_end_are_missed(path: Path, left: int) -> None:
    cut(path, left)
    before = path.read_bytes()
    refusal = (
        f"has {left} records, but {LENGTH} were written; the last {LENGTH - left} are missing: put the whole ledger"
    )
    with pytest.raises(BadInput, match=refusal):
        entries(path)
    with pytest.raises(BadInput, match=refusal):
        append(path, [observation()])
    assert path.read_bytes() == before


def test_a_ledger_that_is_gone_is_missed(path: Path) -> None:
    path.unlink()
    with pytest.raises(BadInput, match="has 0 records, but 5 were written"):
        entries(path)
    with pytest.raises(BadInput, match="has 0 records, but 5 were written"):
        append(path, [observation()])
    assert not path.exists()


def test_a_record_that_was_acknowledged_and_is_torn_now_is_missed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BadInput, match="has 4 records, but 5 were written"):
        entries(path)


def computed_anew(path: Path, number: int) -> None:
    """Change a record and compute the chain behind it again, as who can write the file may."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    lines[number - 1]["observation"]["value"] = "unmet"
    previous = lines[number - 2]["hash"] if number > 1 else START
    for line in lines[number - 1 :]:
        line["previous"] = previous
        previous = line["hash"] = sha256_of([previous, line["n"], line["observation"]])
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))


@pytest.mark.parametrize("number", [1, 3, LENGTH])
def test_a_chain_that_was_computed_anew_is_seen(path: Path, number: int) -> None:
    computed_anew(path, number)
    with pytest.raises(BadInput, match="record 5 of the ledger is not the one that was written; the chain was"):
        entries(path)
    anchor_of(path).unlink()
    assert len(entries(path)) == LENGTH  # without its anchor nobody can tell


def test_a_longer_ledger_of_whole_records_is_healed_by_the_next_append(path: Path) -> None:
    """As a stop between the ledger and its anchor leaves it."""
    older = anchor_of(path).read_bytes()
    append(path, [observation(about="more.1"), observation(about="more.2")])
    anchor_of(path).write_bytes(older)
    last = entries(path)[-1]
    assert last.number == LENGTH + 2
    assert not anchored(path, last)
    append(path, [])
    assert anchored(path, last)
    cut(path, LENGTH)
    with pytest.raises(BadInput, match="the last 2 are missing"):
        entries(path)


def test_a_longer_ledger_of_other_records_is_not_healed(path: Path) -> None:
    older = anchor_of(path).read_bytes()
    append(path, [observation(about="more.1")])
    anchor_of(path).write_bytes(older)
    computed_anew(path, 2)
    with pytest.raises(BadInput, match="record 5 of the ledger is not the one that was written"):
        append(path, [observation()])


def test_a_ledger_without_an_anchor_gets_one_with_its_next_record(path: Path) -> None:
    """Ledgers of earlier versions have none."""
    anchor_of(path).unlink()
    assert not anchored(path, entries(path)[-1])
    append(path, [observation(about="more")])
    assert anchored(path, entries(path)[-1])


NO_ANCHORS = (
    *(b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"records":5}', b'{"hash":"x"}'),
    *(b'{"hash":1,"records":5}', b'{"hash":"x","records":"5"}', b'{"hash":"x","records":true}'),
    b'{"hash":"x","records":0}',
)


@pytest.mark.parametrize("content", NO_ANCHORS, ids=lambda content: content[:30].decode(errors="replace"))
def test_an_anchor_that_is_none_is_refused(path: Path, content: bytes) -> None:
    anchor_of(path).write_bytes(content)
    with pytest.raises(BadInput, match=r"ledger.anchor: is not the anchor of a ledger; put it back as it was"):
        entries(path)


def test_an_anchor_that_is_a_folder_is_refused_in_words(path: Path) -> None:
    anchor_of(path).unlink()
    anchor_of(path).mkdir()
    with pytest.raises(BadInput, match="cannot be read: it is a folder"):
        entries(path)


# --- reading on ---


def test_what_came_after_an_entry_is_read_alone(path: Path) -> None:
    before = entries(path)
    assert [entry.end for entry in before][-1] == path.stat().st_size
    withdrawal = Withdrawal.of(observation(about="element.1"), DAY, MADE, "not_stated")
    append(path, [withdrawal, observation(about="more")], before[-1])
    assert [entry.record for entry in read(path, before[-1])] == [withdrawal, observation(about="more")]
    assert entries(path)[: len(before)] == before
    assert list(read(path, entries(path)[-1])) == []


def test_reading_on_finds_a_record_that_does_not_fit(path: Path) -> None:
    last = entries(path)[-1]
    append(path, [observation(about="more")])
    path.write_bytes(path.read_bytes().replace(b'"more"', b'"less"'))
    with pytest.raises(BadInput, match="record 6 of the ledger does not fit"):
        list(read(path, last))
    with pytest.raises(BadInput, match="record 6 of the ledger does not fit"):
        append(path, [observation()], last)


def test_appending_after_an_entry_that_is_not_the_last_loses_nothing(path: Path) -> None:
    second = entries(path)[1]
    append(path, [observation(about="more")], second)
    assert [one.record.about for one in read(path)] == [*(f"element.{n}" for n in range(1, 6)), "more"]


# --- stops at any moment ---

STOPPED = """
import os, sys
from pathlib import Path
from small_observations import observation
from linghang.evidence import chain, ledger
def stop(*_):
    os._exit(9)
setattr(chain, sys.argv[2], stop)
ledger.append(Path(sys.argv[1]), [observation(about="a"), observation(about="b")])
"""


@pytest.mark.parametrize(("at", "found"), [("write_behind", LENGTH), ("_write_anchor", LENGTH + 2)])
def test_a_stop_before_or_after_the_ledger_was_written_leaves_it_whole(path: Path, at: str, found: int) -> None:
    command = [sys.executable, "-c", STOPPED, str(path), at]
    assert subprocess.run(command, cwd=Path(__file__).parent, check=False, timeout=60).returncode == 9
    assert len(entries(path)) == found
    append(path, [observation(about="afterwards")])
    assert anchored(path, entries(path)[-1])
    assert len(entries(path)) == found + 1


def test_a_new_anchor_that_was_not_finished_does_not_matter(path: Path) -> None:
    (path.parent / "ledger.anchor.new").write_bytes(b'{"ha')
    append(path, [observation()])
    assert anchored(path, entries(path)[-1])


APPENDING = """
import sys
from pathlib import Path
from small_observations import observation
from linghang.evidence.ledger import append, read
path = Path(sys.argv[1])
last = None
for last in read(path):
    pass
number = last.number if last else 0
while True:
    append(path, [observation(about=f"{number + n}", detail={"x": "轮毂" * 500}) for n in (1, 2)], last)
    for last in read(path, last):
        pass
    number += 2
    print(number, flush=True)
"""


@pytest.mark.slow
def test_after_any_kill_the_anchor_fits_and_nothing_that_was_acknowledged_can_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    lagging = 0
    for kill in range(25):
        command = [sys.executable, "-c", APPENDING, str(path)]
        with subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline()]
            threading.Event().wait(0.0007 * kill)
            os.kill(writer.pid, signal.SIGKILL)
            said += writer.stdout.readlines()
        acknowledged = max(int(line) for line in said if line.endswith("\n"))
        found = entries(path)  # refuses nothing
        known = anchor(path)
        assert known is not None
        assert acknowledged <= known.records <= len(found) <= acknowledged + 2
        lagging += known.records < len(found)
        whole = path.read_bytes()
        cut(path, acknowledged - 1)
        with pytest.raises(BadInput, match="are missing"):
            entries(path)
        path.write_bytes(whole)
    assert acknowledged >= 50
