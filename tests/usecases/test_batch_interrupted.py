"""A batch that is stopped, killed or out of disk leaves what was there before; more rows need no more memory."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import enterprises as made
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enterprises import DAY, NATIONAL

FORMER = b"what stood here before"
SECONDS = 60
"""How long a run may take before a test gives up on it."""

JUDGE = """
import resource, sys
from linghang.cli.main import main
limit = int(sys.argv.pop(1))
import pyarrow.parquet  # what the limit is about is the output only
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    main()
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An output that stands there from a former run, in a folder of its own."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "out.parquet").write_bytes(FORMER)
    return folder / "out.parquet"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table whose judgement takes long enough to be stopped in the middle."""
    return many_rows(tmp_path_factory.mktemp("large") / "in.parquet", row_groups=32, rows=125_000)


def many_rows(path: Path, row_groups: int, rows: int) -> Path:
    """Write a large table of random enterprises, row group by row group."""
    rng = np.random.default_rng(1)
    names = [*sorted(made.program(NATIONAL).claimable), "maturity_level"]
    schema = pa.schema([*((name, pa.int8()) for name in names), ("number", pa.int64())])
    columns = [pa.array((rng.random(rows) < 0.98).astype(np.int8)) for _ in names[:-1]]
    columns.append(pa.array(rng.integers(0, 6, rows, dtype=np.int8)))
    with pq.ParquetWriter(path, schema) as writer:
        for group in range(row_groups):
            numbers = pa.array(np.arange(group * rows, (group + 1) * rows))
            writer.write_table(pa.table([*columns, numbers], schema=schema), row_group_size=rows)
    return path


def started(source: Path, target: Path, file_size: int = 0) -> subprocess.Popen[str]:
    """Start a batch in a process of its own; `file_size` limits the bytes of one file, as a full disk does."""
    arguments = ["--lang", "en", "batch", str(source), "-o", str(target), "--pack", NATIONAL, "--as-of", str(DAY)]
    return subprocess.Popen(
        [sys.executable, "-c", JUDGE, str(file_size), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def half_written(target: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the unfinished file has content, so that the run is in the middle."""
    deadline = time.monotonic() + SECONDS
    while not any(part.stat().st_size > 1000 for part in parts(target)):
        assert process.poll() is None, f"the run ended before it could be stopped: {process.communicate()}"
        assert time.monotonic() < deadline, "the run does not begin to write"
        time.sleep(0.002)


def parts(target: Path) -> Iterator[Path]:
    return target.parent.glob(f".{target.name}.*.part")


def test_ctrl_c_ends_with_130_and_leaves_the_former_output_and_nothing_else(target: Path, large: Path) -> None:
    process = started(large, target)
    half_written(target, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "interrupted; nothing was left half done" in said
    assert "Traceback" not in said
    assert target.read_bytes() == FORMER
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("size", [1, 100, 100_000], ids="{} bytes".format)
def test_a_full_disk_is_said_and_leaves_the_former_output_and_nothing_else(
    size: int, tmp_path: Path, target: Path, large: Path
) -> None:
    process = started(large, target, file_size=size)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 2
    assert f"✗ {target}: cannot be written: " in said
    assert "Traceback" not in said
    assert target.read_bytes() == FORMER
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.05, 0.2])
def test_kill_in_the_middle_leaves_the_former_output(after: float, target: Path, large: Path) -> None:
    process = started(large, target)
    half_written(target, process)
    time.sleep(after)
    process.kill()
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGKILL
    assert target.read_bytes() == FORMER

    again = started(large, target)
    again.communicate(timeout=SECONDS)
    assert again.returncode == 0
    assert pq.read_metadata(target).num_rows == pq.read_metadata(large).num_rows


@pytest.mark.slow
def test_more_rows_need_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for row_groups in (2, 8):
        source = many_rows(tmp_path / f"{row_groups}.parquet", row_groups, rows=250_000)
        process = started(source, tmp_path / f"{row_groups}-out.parquet")
        _, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, said
        peaks.append(int(said.rpartition("peak ")[2]))
        source.unlink()
    few, many = peaks
    assert many < few * 1.3, f"500,000 rows take {few} kB, 2,000,000 rows take {many} kB"
