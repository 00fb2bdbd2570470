"""Opening after whatever happened: what was acknowledged is found again, what was half done is taken away.

Files that the manifest does not name were never part of the store. Files of the write-ahead log that it has sealed are
removed; of the others every sound frame counts, in the order of their numbers. Where bytes in between are damaged, the
place is told, the rest is kept, and the file is put aside after sealing instead of being removed.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from linghang.errors import BadInput, Place, reason_of
from linghang.store.telemetry import kept, wal
from linghang.store.telemetry.durable import TEMPORARY, make_folder, refusal, remove
from linghang.store.telemetry.manifest import Manifest, RollUp, Segment
from linghang.store.telemetry.sealing import Hot
from linghang.store.telemetry.settings import (
    DAMAGED_FOLDER,
    FOLDERS,
    LOG_FOLDER,
    ROLLUP_FOLDER,
    SEGMENT_FOLDER,
    Counts,
    Log,
)
from linghang.store.whole_file import sync_folder
from linghang.words import later


def make_folders(folder: Path) -> None:
    """Make the store's folders, durably.

    Raises
    ------
    BadInput
        They cannot be made.
    """
    try:
        make_folder(folder)
        for name in FOLDERS:
            make_folder(folder / name)
    except OSError as error:
        raise refusal(error, folder) from error


def remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Remove files that an interruption left and that never belonged to the store."""
    known = manifest.all_files()
    for name in (SEGMENT_FOLDER, ROLLUP_FOLDER):
        paths = list((folder / name).iterdir())
        remove([path for path in paths if path.suffix == TEMPORARY or str(path.relative_to(folder)) not in known])


def unsealed(folder: Path, through_seq: int, counts: Counts, log: Log) -> list[Hot]:
    """Read the files of the write-ahead log that are not sealed yet, oldest first.

    Parameters
    ----------
    folder
        Of the store.
    through_seq
        Frames up to this number are sealed; files that hold no others are removed.
    counts, log
        Told what was found, and what is damaged.

    Raises
    ------
    BadInput
        A newer version wrote them, or they cannot be read.
    """
    found = []
    for path in wal.files_of(folder / LOG_FOLDER):
        if wal.first_seq(path) <= through_seq:
            remove([path])
            continue
        try:
            frames, gaps = wal.salvaged(path)
        except OSError as error:
            raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from error
        hot = Hot(path, frames, sum(len(frame.points()) for frame in frames))
        for gap in gaps:
            hot.damaged |= not gap.is_end or gap.complete
            counts.add("torn_frames" if gap.is_end else "damaged_frames")
            log("warning" if gap.is_end else "error", str(gap_said(path, gap)))
        if hot.frames or hot.damaged:
            found.append(hot)
            counts.add("recovered_points", hot.rows)
        else:
            remove([path])
    return found


def let_go(folder: Path, hot: Hot) -> None:
    """Remove a file of the write-ahead log that is sealed; a damaged one is put aside."""
    if not hot.damaged:
        remove([hot.path])
        return
    with suppress(OSError):  # what is sound in it is sealed; only the proof of the damage would be lost
        hot.path.rename(folder / DAMAGED_FOLDER / hot.path.name)
        sync_folder(folder / DAMAGED_FOLDER)


def gap_said(path: Path, gap: wal.Gap) -> BadInput:
    """Say what is wrong with a place in the write-ahead log."""
    message = _DAMAGED if not gap.is_end else _UNLIKE if gap.complete else _INTERRUPTED
    return BadInput(message, Place(str(path)), start=gap.position, end=gap.end - 1, folder=DAMAGED_FOLDER)


_INTERRUPTED = later("the last write, bytes {start} to {end}, was interrupted before it was acknowledged")
_UNLIKE = later(
    "the last write, bytes {start} to {end}, is not what was written: it was interrupted before it was acknowledged, "
    "or the disk is damaged; the file is put aside in {folder}"
)
_DAMAGED = later(
    "bytes {start} to {end} are damaged, and what was acknowledged there is lost; all the rest is kept, and the file "
    "is put aside in {folder}"
)


def damage(folder: Path, manifest: Manifest) -> Iterator[BadInput]:
    """Look at every byte of every file that holds points, and yield file and place of what is damaged."""
    standing = manifest.standing()
    files: list[Segment | RollUp] = [*standing.merged.values(), *standing.fresh, *standing.rollups.values()]
    for one in files:
        yield from kept.damage(folder / one.path, one.size, one.sums)
    for path in wal.files_of(folder / LOG_FOLDER):
        try:
            gaps = wal.salvaged(path)[1]
        except FileNotFoundError:  # sealed meanwhile
            continue
        yield from (gap_said(path, gap) for gap in gaps if not gap.is_end)
