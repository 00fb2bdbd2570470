"""A process that dies in the middle of an import leaves the workspace as it was."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from intake_plant import Plant

ROWS = 400_000
IMPORT = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from linghang.usecases.importing import import_files
def told(what, done, total):
    print(what, done, flush=True)
import_files(Path(sys.argv[1]), [sys.argv[2]], now=None, progress=told)
"""


def killed(plant: Plant, path: str, after: str) -> bytes:
    """Start an import and kill it as soon as it says `after`."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(plant.workspace.folder), path], stdout=subprocess.PIPE, env=os.environ
    )
    assert process.stdout is not None
    said = b""
    for line in process.stdout:
        said += line
        if line.startswith(after.encode()):
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return said


@pytest.mark.slow
@pytest.mark.parametrize("after", ["reading", "checking", "writing 50000", "writing 200000", "writing 400000"])
def test_kill_9_leaves_the_workspace_as_it_was(plant: Plant, after: str) -> None:
    text = "movement_id,factory_id,material_id,at,kind,quantity,to_location_id\n"
    text += "".join(f"M{at},HLGL-F1,A356.2,2025-03-14 08:00,入库,{at},FG-A-03-12\n" for at in range(ROWS))
    path = plant.file("stock_movement.csv", text)
    before = plant.rows("stock_movement")
    killed(plant, path, after)
    time.sleep(0.1)
    assert plant.rows("stock_movement") == before
    with sqlite3.connect(plant.workspace.folder / "records.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    report = plant.load(path)
    assert report.tables[0].added == ROWS
