"""A full disk: nothing is acknowledged that is not kept, nothing is lost, and it goes on once there is space."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import telemetry_full_disk as full_disk
from telemetry_disk import environment, library

from linghang.errors import BadInput
from linghang.store.telemetry import StoreFull, appending


def play(scenario: str, folder: Path, control: str, around: dict[str, str]) -> None:
    command = [sys.executable, full_disk.__file__, scenario, str(folder), control]
    ran = subprocess.run(command, env=around, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr


def play_on_watched_disk(scenario: str, folder: Path, libraries: Path) -> None:
    root, control = folder / "watched", folder / "full"
    root.mkdir()
    play(scenario, root, str(control), dict(environment(library(libraries), root, DISK_FULL=control)))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", full_disk.SCENARIOS)
def test_full_where_it_hurts(scenario: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    play_on_watched_disk(scenario, tmp_path, tmp_path_factory.getbasetemp())


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of 2 MB, where this process may make one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", full_disk.ON_SHARED_SPACE)
def test_full_to_the_last_byte(scenario: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On a small disk that is really filled; where none may be mounted, on the watched one."""
    with small_disk(tmp_path / "small") as made:
        if made:
            play(scenario, tmp_path / "small", "-", dict(os.environ))
        else:
            play_on_watched_disk(scenario, tmp_path, tmp_path_factory.getbasetemp())


def test_space_for_sealing_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = full_disk.Scene(tmp_path)
    settings = full_disk.StoreSettings(reserve_bytes=10 << 20)
    scene.store.close()
    scene.store = full_disk.TelemetryStore.open(tmp_path, settings)
    with monkeypatch.context() as patch:
        patch.setattr(appending, "free_bytes", lambda _folder: 10 << 20)
        said = scene.refused(scene.append)
        assert "10 MB are free" in said
        assert "10 MB of it are kept" in said
    scene.append()
    scene.end()


@pytest.mark.parametrize(
    ("error", "refusal"), [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, BadInput)]
)
@pytest.mark.parametrize("call", ["fdatasync", "writev"])
def test_a_write_that_fails_is_not_acknowledged(
    call: str, error: int, refusal: type[BadInput], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the file after a failed sync is unknown, so nothing more is written to it."""
    scene = full_disk.Scene(tmp_path)

    def fails(*_: object) -> int:
        raise OSError(error, os.strerror(error))

    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fails)
            with pytest.raises(refusal) as raised:
                scene.append()
            assert isinstance(raised.value, StoreFull) == (refusal is StoreFull)
        scene.append()
    scene.end()


def test_half_a_write_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes some bytes of a batch and is full then."""
    scene = full_disk.Scene(tmp_path)
    real, calls = os.writev, []

    def half(handle: int, parts: list[memoryview]) -> int:
        calls.append(handle)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, [parts[0], parts[1][:100]])

    with monkeypatch.context() as patch:
        patch.setattr(os, "writev", half)
        scene.refused(scene.append)
    scene.check()
    scene.append()
    scene.end()
