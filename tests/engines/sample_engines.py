"""Engines of another package, as a third party would install them: a folder with modules and entry points."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COUNTING = '''
"""Counts machines; can be told to be slow, to crash, to refuse, to prove too much."""
import os, signal, time
from dataclasses import dataclass
from linghang.engines.contract import EngineCard, Inputs, Observed, Result
from linghang.errors import BadInput
from linghang.words import Text

CARD = EngineCard("equipment.counting", "1", Text("数设备", "count machines"), Text("数一数", "counts"),
                  elements=("basic.production.realtime-monitoring",), needs=("equipment",))

@dataclass(frozen=True)
class Settings:
    seconds: float = 0.0
    crash_file: str = ""
    refuse: bool = False
    about: str = "basic.production.realtime-monitoring"

def run(inputs: Inputs, settings: Settings) -> Result:
    if settings.refuse:
        raise BadInput("there is no setting “{name}”; {near}", name="x", near="y")
    if settings.crash_file and not os.path.exists(settings.crash_file):
        open(settings.crash_file, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    print("counting")
    until = time.monotonic() + settings.seconds
    while time.monotonic() < until:
        inputs.progress(1 - (until - time.monotonic()) / settings.seconds)
        time.sleep(0.05)
    total = inputs.tables["equipment"].num_rows
    what = Text("设备", "machines")
    seen = (Observed(settings.about, what, total, total, inputs.start, inputs.end),) if total else ()
    return Result(Text(f"{total} 台", f"{total} machines"), observations=seen)
'''
LISTENING = '''
"""Says every point that it hears."""
from dataclasses import dataclass
from linghang.engines.contract import EngineCard, Event, Inputs, Result
from linghang.words import Text

CARD = EngineCard("equipment.listening", "1", Text("听", "listen"), Text("听", "listens"), streaming=True)

@dataclass(frozen=True)
class Settings:
    pass

def run(inputs: Inputs, settings: Settings) -> Result:
    return Result(Text("无", "nothing"))

class Listener:
    def update(self, batch):
        return [Event(row["at"], row["tag_id"], "heard", "info", Text("听到", "heard"), {"value": row["value"]})
                for row in batch.to_pylist() if row["good"]]

def stream(inputs: Inputs, settings: Settings) -> Listener:
    return Listener()
'''
BROKEN = "raise RuntimeError('broken on purpose')\n"
LYING = COUNTING.replace('"equipment.counting"', '"equipment.other_name"')
MISSING = """
import a_library_that_nobody_has
"""


def install(folder: Path, modules: Mapping[str, str]) -> None:
    """Lay modules into a folder with the entry points `equipment.NAME`; put it on the path of this interpreter."""
    folder.mkdir(parents=True, exist_ok=True)
    info = folder / "somebodys_engines-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-engines\nVersion: 1.0\n")
    lines = ["[linghang.engines]"]
    for name, text in modules.items():
        (folder / f"somebodys_{name}.py").write_text(text)
        lines.append(f"equipment.{name} = somebodys_{name}")
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def environment(folder: Path) -> dict[str, str]:
    """The environment in which a process finds the installed engines."""
    return {**os.environ, "PYTHONPATH": str(folder), "LINGHANG_LANG": "en"}


def python(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start an interpreter that finds the installed engines."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(folder),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
