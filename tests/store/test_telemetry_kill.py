"""kill -9 at any moment under full load: no acknowledged point is lost, none comes twice."""

import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import telemetry_worker as worker

from linghang.store.telemetry import TelemetryReader, TelemetryStore

POINTS = 10_000
KILLS = 25
APART = 20_000  # numbers of batches between two workers, so that each batch has a number of its own

pytestmark = pytest.mark.slow


def killed(folder: Path, run: int, luck: random.Random) -> range:
    """Let a worker append as fast as it can, kill it, and return the numbers that it had acknowledged."""
    said = folder / f"said-{run}"
    said.touch()
    options = ["--say-to", str(said), *(["--keep-house"] if run % 2 else [])]
    command = [sys.executable, worker.__file__, str(folder / "telemetry"), str(run * APART), str(APART), str(POINTS)]
    with subprocess.Popen([*command, *options]) as process:
        if run % 4 != 3:  # else it may be killed while it recovers
            while not said.stat().st_size:
                assert process.poll() is None
                time.sleep(0.01)
        time.sleep(luck.uniform(0.0, 0.8))
        process.kill()
    return range(run * APART, run * APART + said.read_bytes().count(b"\n"))


def batches(folder: Path) -> dict[int, tuple[int, int, int, int]]:
    """Return of each batch how many points there are, how many different ones, and the first and last of them."""
    with (
        TelemetryReader(folder) as reader,
        reader.relation() as relation,
        duckdb.connect() as connection,
    ):
        relation.show(connection)
        place = f'epoch_us("at") // {worker.STEP_US} * {worker.TAGS} + tag'
        counted = f"count(*), count(DISTINCT {place}), min({place}), max({place})"
        query = f'SELECT "value"::BIGINT, {counted} FROM "points" GROUP BY ALL'
        return {number: tuple(rest) for number, *rest in connection.sql(query).fetchall()}


def test_25_kills(tmp_path: Path) -> None:
    luck = random.Random(11)
    acknowledged = [killed(tmp_path, run, luck) for run in range(KILLS)]
    assert sum(len(numbers) for numbers in acknowledged) > KILLS
    for merged in (False, True):
        with TelemetryStore.open(tmp_path / "telemetry") as store:
            if merged:
                store.compact()
            found = batches(tmp_path / "telemetry")
            assert store.damage() == []
        whole = {number: (POINTS, POINTS, number * POINTS, number * POINTS + POINTS - 1) for number in found}
        assert found == whole  # each batch is there as a whole, and once
        assert [number for numbers in acknowledged for number in numbers if number not in found] == []
        unacknowledged = len(found) - sum(len(numbers) for numbers in acknowledged)
        assert unacknowledged <= KILLS  # at most the batch at hand of each worker
