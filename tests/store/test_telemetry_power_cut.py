"""After a power cut at any place, on a disk that forgets whatever was not synced: nothing acknowledged is lost."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import telemetry_worker as worker
from telemetry_disk import Disk, Event, environment, events, library

from linghang.errors import BadInput
from linghang.store.telemetry import Points, TelemetryReader, TelemetryStore

POINTS = 100
CUTS = 100
SAID = "said"

pytestmark = pytest.mark.slow


def trace_of(folder: Path, batches: int, *options: str) -> list[Event]:
    """Let a worker fill a store on the watched disk; return what it asked of the disk, acknowledgements included."""
    root, trace = folder / "disk", folder / "trace"
    root.mkdir()
    numbers = ("0", str(batches), str(POINTS), "--say-to", str(root / SAID))
    command = [sys.executable, worker.__file__, str(root / "telemetry"), *numbers, *options]
    subprocess.run(command, env=environment(library(folder), root, trace), check=True, timeout=300)
    return list(events(trace))


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """What a sound store asks of the disk, with merging and rolling up beside."""
    return trace_of(tmp_path_factory.mktemp("sound"), 160, "--keep-house", "--merge-after", "16")


def lost_after_cuts(trace: Sequence[Event], cuts: Sequence[int], folder: Path, luck: random.Random | None) -> list[str]:
    """Cut the power at places of a trace, open what is left, and say what is lost."""
    disk, said, said_file, problems = Disk(), 0, "", []
    for place, event in enumerate(trace):
        if place in cuts:
            left = folder / f"left-{place}"
            disk.leave(left, luck)
            problems += [f"cut before event {place}: {problem}" for problem in lost(left / "telemetry", said)]
        disk.take(event)
        if event.kind == "C" and event.words[1] == SAID:
            said_file = event.words[0]
        if event.kind == "W" and event.words[0] == said_file:
            said += 1
    return problems


def lost(folder: Path, said: int) -> list[str]:
    """Open a store and say what is missing or half there of the batches before `said`, which were acknowledged."""
    try:
        for _ in range(2):  # the second time as it was left by the recovery
            with TelemetryStore.open(folder), TelemetryReader(folder) as reader:
                found = Points.from_table(reader.points(None))
                damage = reader.damage()
    except BadInput as refused:
        return [str(refused)]
    counted = Counter(found.value.tolist())
    problems = [f"batch {number}: {counted[number]} points" for number in range(said) if counted[number] != POINTS]
    problems += [f"half of batch {number}" for number, count in counted.items() if count != POINTS]
    for number in counted:
        wanted = worker.batch(int(number), POINTS)
        here = found.value == number
        if set(zip(found.tag[here], found.at_us[here], strict=True)) != set(zip(wanted.tag, wanted.at_us, strict=True)):
            problems.append(f"batch {number} has other points")
    return [*problems, *map(str, damage)]


@pytest.mark.parametrize("seed", [None, 1, 2], ids=["all of it forgotten", "some of it kept", "other parts kept"])
def test_nothing_acknowledged_is_lost(seed: int | None, trace: list[Event], tmp_path: Path) -> None:
    """Keeping parts of what was not synced (sectors, names) must not do harm either."""
    cuts = sorted(random.Random(7).sample(range(len(trace)), CUTS))
    assert lost_after_cuts(trace, cuts, tmp_path, random.Random(seed) if seed is not None else None) == []


def test_the_trace_has_all_kinds_of_work_in_it(trace: list[Event]) -> None:
    named = [event.words[-1] for event in trace if event.kind == "R"]
    assert sum("segments/0" in name for name in named) > 3
    assert sum("segments/1970" in name for name in named) > 3
    assert sum("rollups/" in name for name in named) > 1
    assert any(event.kind == "U" and event.words[0].endswith(".wal") for event in trace)


@pytest.mark.parametrize("sync", ["log", "log-folder", "segment-folder"])
def test_a_sync_that_is_left_out_is_found(sync: str, tmp_path: Path) -> None:
    """So that the test above could fail."""
    trace = trace_of(tmp_path, 130, "--break", sync)
    cuts = sorted(random.Random(7).sample(range(len(trace) // 2, len(trace)), 8))
    assert lost_after_cuts(trace, cuts, tmp_path, None) != []
