"""What happens on a disk that gets full and empty again: one function for each place where that hurts.

    python telemetry_full_disk.py SCENARIO FOLDER CONTROL|-

With a control file, the disk of `telemetry_disk.c` is full where the paths contain what is written in that file.
Without, the folder lies on a small file system of its own, which is filled.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from linghang.errors import BadInput
from linghang.store.telemetry import Points, StoreFull, StoreSettings, TagKind, TelemetryReader, TelemetryStore
from linghang.words import use

SETTINGS = StoreSettings(segment_points=100, waiting_segments=2, reserve_bytes=0, retry_s=0.05)
BATCH = 50
Disk = Callable[[str | None], None]
"""Makes the disk full where paths contain a text; None makes space."""


class Scene:
    """A store with two sealed files, one full and one begun file of the write-ahead log, and what it should hold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.batches = folder, 0
        self.said: list[tuple[str, str]] = []
        self.store = TelemetryStore.open(folder, SETTINGS, lambda level, text: self.said.append((level, text)))
        self.store.register(["disk!a", "disk!b"], TagKind.NUMBER)
        for _ in range(5):
            self.append()
        self.store.seal()
        self.append()

    def append(self) -> None:
        """Append the next batch."""
        at = np.arange(self.batches * BATCH, (self.batches + 1) * BATCH)
        self.store.append(Points.of(at % 2, at * 1000, at))
        self.batches += 1

    def refused(self, work: Callable[[], object]) -> str:
        """Return what is said when work is refused for want of space."""
        with pytest.raises(StoreFull, match="full") as refusal:
            work()
        return str(refusal.value)

    def check(self) -> None:
        """Nothing is lost, nothing is half there, nothing is twice."""
        with TelemetryReader(self.folder) as reader:
            found = Points.from_table(reader.points(None))
            assert sorted(found.value.tolist()) == list(range(self.batches * BATCH))
            assert reader.damage() == []

    def patiently(self, work: Callable[[], object]) -> None:
        """Work until it is no longer refused, as a connector does."""
        for _ in range(200):
            try:
                work()
                return
            except StoreFull:
                time.sleep(0.05)
        raise AssertionError("it was refused for ever")

    def end(self) -> None:
        """Check, close, open and check again."""
        self.check()
        self.store.close()
        with TelemetryStore.open(self.folder, SETTINGS) as store:
            store.compact()
            self.check()


def appending(scene: Scene, disk: Disk) -> None:
    """Points are refused while there is no space for them, and taken afterwards."""
    disk("/log/")
    for _ in range(3):
        scene.refused(scene.append)
        scene.check()
    assert scene.store.counts()["full_refusals"] == 3
    assert [level for level, text in scene.said if "takes nothing more" in text] == ["error"]
    disk(None)
    for _ in range(10):
        scene.append()
    assert [level for level, text in scene.said if "takes points again" in text] == ["info"]


def sealing(scene: Scene, disk: Disk) -> None:
    """The write-ahead log fills until nothing more may wait; then points are refused, and taken afterwards."""
    disk("/segments/")
    for _ in range(5):  # two files of 100 points may wait, and a third one be written
        scene.append()
    time.sleep(0.1)
    scene.refused(scene.append)
    scene.refused(scene.store.seal)
    scene.check()
    assert "error" in [level for level, text in scene.said if "safe but not sealed" in text]
    disk(None)
    scene.patiently(scene.append)
    scene.store.seal()
    assert "info" in [level for level, text in scene.said if "sealed again" in text]
    assert scene.store.counts()["seal_failures"] > 0


def manifest(scene: Scene, disk: Disk) -> None:
    """Names are refused and sealing waits while the manifest cannot grow."""
    disk("manifest")
    scene.refused(lambda: scene.store.register(["disk!c"], TagKind.NUMBER))
    scene.refused(lambda: scene.store.text_numbers(["running"]))
    scene.append()
    scene.refused(scene.store.seal)
    scene.check()
    disk(None)
    assert scene.store.register(["disk!c", "disk!a"], TagKind.NUMBER).tolist() == [2, 0]
    assert scene.store.text_numbers(["idle", "running"]) == [0, 1]
    scene.patiently(scene.store.seal)


def merging(scene: Scene, disk: Disk) -> None:
    """Merging and rolling up change nothing while there is no space."""
    scene.store.seal()
    for where in ("/segments/1970", "manifest"):
        disk(where)
        scene.refused(scene.store.compact)
        scene.check()
        disk(None)
    scene.store.compact()
    for where in ("/rollups/", "manifest"):
        disk(where)
        scene.refused(scene.store.roll_up)
        scene.check()
        disk(None)
    scene.store.roll_up()
    left = [path.name for path in scene.folder.glob("[sr]*/1970*")]
    assert len(left) == 2, left


def everything(scene: Scene, disk: Disk) -> None:
    """On a disk that is full to the last byte, what is there can still be read, and a restart loses nothing."""
    disk("")
    scene.refused(scene.append)
    scene.refused(scene.store.compact)
    scene.check()
    scene.store.close()
    for _ in range(2):
        with suppress(BadInput):  # some kilobytes are needed, which may be there since the store was closed
            TelemetryStore.open(scene.folder, SETTINGS).close()
    disk(None)
    scene.store = TelemetryStore.open(scene.folder, SETTINGS)
    scene.append()


SCENARIOS = {one.__name__: one for one in (appending, sealing, manifest, merging, everything)}
ON_SHARED_SPACE = ("appending", "everything")
"""Those that need no part of the disk to have space while another has none."""


def main(name: str, folder: str, control: str) -> None:
    """Play one scenario; fail loudly."""
    use("en")

    def shim(where: str | None) -> None:
        Path(control).unlink(missing_ok=True)
        if where is not None:
            Path(control).write_text(where)

    def ballast(where: str | None) -> None:
        heavy = Path(folder) / "ballast"
        if where is None:
            heavy.unlink()
            return
        with heavy.open("wb", buffering=0) as file:
            size = 1 << 16
            while size:
                try:
                    file.write(b"x" * size)
                except OSError:
                    size //= 2

    scene = Scene(Path(folder) / "telemetry")
    SCENARIOS[name](scene, ballast if control == "-" else shim)
    scene.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
