"""The write-ahead log: files of frames, each of which is durable before anybody is told so.

A frame is `<magic u32, format u32, length u32, crc32 u32, seq u64>` and `length` bytes of Arrow IPC record batches;
the checksum covers format, length, seq and batches. One frame is one sync, so a sound frame proves that the one before
it in its file had been synced: damage before it is damage, not an interrupted write. Numbers of frames are never used
twice. A file is named after its first frame. After an error nothing is written to a file any more, because what a
failed sync has left on the disk is unknown (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX
ATC 2020).
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput, Place
from linghang.store.telemetry.durable import remove
from linghang.store.telemetry.points import SCHEMA, Points
from linghang.store.telemetry.settings import FORMAT
from linghang.store.whole_file import sync_folder

ENDING = ".wal"
MAGIC = 0x574C484C  # "LHLW", little-endian
HEADER = struct.Struct("<IIIIQ")
CHECKED = struct.Struct("<IIQ")
MOST_BYTES = 1 << 30
"""No frame is longer: a length that says so is damage, not a reason to wait for more bytes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A sound frame.

    Attributes
    ----------
    seq
        Its number.
    payload
        Arrow IPC record batches, one after the other.
    """

    seq: int
    payload: Any

    def points(self) -> Points:
        """Return the points, without copying them."""
        reader = pa.ipc.MessageReader.open_stream(self.payload)
        return Points.joined([_decoded(message) for message in iter(reader.read_next_message, None)])


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes of a file that are no sound frames.

    Attributes
    ----------
    position, end
        From which byte to which (not included).
    is_end
        Nothing sound follows. As a rule that is a write that was interrupted before anybody was told that it is
        durable; if the disk has failed, it may have been a frame.
    complete
        All bytes that its header announces are there, but they are not what was written.
    """

    position: int
    end: int
    is_end: bool
    complete: bool


class LogFile:
    """One file of the write-ahead log, to be written.

    Parameters
    ----------
    folder
        Where it lies.
    first_seq
        Number of its first frame.

    Raises
    ------
    OSError
        The file cannot be made.
    """

    def __init__(self, folder: Path, first_seq: int) -> None:
        self.path = folder / f"{first_seq:020d}{ENDING}"
        self.size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._handle = os.open(self.path, flags, 0o644)
        try:
            sync_folder(folder)
        except OSError:
            self.close()
            remove([self.path])
            raise

    def write(self, frame: Frame) -> None:
        """Write one frame and sync it.

        Raises
        ------
        OSError
            It is not durable, and the file must not be written to any more.
        """
        length = len(frame.payload)
        crc = zlib.crc32(frame.payload, zlib.crc32(CHECKED.pack(FORMAT, length, frame.seq)))
        parts = [memoryview(HEADER.pack(MAGIC, FORMAT, length, crc, frame.seq)), memoryview(frame.payload)]
        while parts:
            written = os.writev(self._handle, parts)
            while parts and written >= len(parts[0]):
                written -= len(parts.pop(0))
            if written:
                parts[0] = parts[0][written:]
        os.fdatasync(self._handle)
        self.size += HEADER.size + length

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def cut(self) -> None:
        """Take away what was written after the last frame that is durable, and let go of the file.

        Raises
        ------
        OSError
            It cannot be taken away. Points that were refused may then be found at the next opening; the source sends
            them again anyway, and each (tag, moment) counts once.
        """
        try:
            os.ftruncate(self._handle, self.size)
        finally:
            self.close()


def encoded(points: Points) -> Any:
    """Return points as a record batch in Arrow IPC: a copy, of which later changes of the arrays know nothing."""
    buffers = [np.ascontiguousarray(one) for one in (points.tag, points.at_us, points.value, points.quality)]
    arrays = [
        pa.Array.from_buffers(field.type, len(points), [None, pa.py_buffer(one)])
        for field, one in zip(SCHEMA, buffers, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA).serialize()


def files_of(folder: Path) -> list[Path]:
    """Return the files of the write-ahead log, oldest first."""
    return sorted(path for path in folder.iterdir() if path.suffix == ENDING and path.stem.isdigit())


def first_seq(path: Path) -> int:
    """Return the number of the first frame of a file."""
    return int(path.stem)


def frames_from(path: Path, position: int = 0) -> tuple[list[Frame], int]:
    """Read sound frames from a position on, up to the first bytes that are none (yet).

    Returns
    -------
    list of Frame, int
        The frames, and the position after the last of them.

    Raises
    ------
    OSError
        The file cannot be read; it is gone when it was sealed.
    BadInput
        A newer version wrote it.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(position)
        content = pa.py_buffer(file.read())
    frames, end = _sound(content, 0, path)
    return frames, position + end


def salvaged(path: Path) -> tuple[list[Frame], list[Gap]]:
    """Read every sound frame of a file, also behind damage.

    Raises
    ------
    OSError
        The file cannot be read.
    BadInput
        A newer version wrote it.
    """
    content = pa.py_buffer(path.read_bytes())
    frames, position = _sound(content, 0, path)
    gaps = []
    while position < len(content):
        again = _next_sound(content, position + 1)
        gaps.append(Gap(position, again, again == len(content), _is_complete(content, position)))
        more, position = _sound(content, again, path)
        frames += more
    return frames, gaps


def _sound(content: Any, position: int, path: Path) -> tuple[list[Frame], int]:
    frames = []
    while (frame := _frame_at(content, position, path)) is not None:
        frames.append(frame)
        position += HEADER.size + len(frame.payload)
    return frames, position


def _frame_at(content: Any, position: int, path: Path | None = None) -> Frame | None:
    if position + HEADER.size > len(content):
        return None
    magic, form, length, crc, seq = HEADER.unpack_from(content, position)
    start = position + HEADER.size
    if magic != MAGIC or length > MOST_BYTES or start + length > len(content):
        return None
    payload = content.slice(start, length)
    if zlib.crc32(payload, zlib.crc32(CHECKED.pack(form, length, seq))) != crc:
        return None
    if form != FORMAT:
        if path is None or form < FORMAT:
            return None
        raise BadInput(
            "was made by another version (format {found}, this one reads {format})",
            Place(str(path)),
            found=form,
            format=FORMAT,
        )
    return Frame(seq, payload)


def _is_complete(content: Any, position: int) -> bool:
    if position + HEADER.size > len(content):
        return False
    magic, _, length, _, _ = HEADER.unpack_from(content, position)
    return bool(magic == MAGIC and position + HEADER.size + length <= len(content))


def _next_sound(content: Any, position: int) -> int:
    """Return where the next sound frame begins; the end of the content where there is none."""
    searched = memoryview(content).tobytes()
    mark = MAGIC.to_bytes(4, "little")
    while (position := searched.find(mark, position)) >= 0:
        if _frame_at(content, position) is not None:
            return position
        position += 1
    return len(content)


def _decoded(message: Any) -> Points:
    batch = pa.ipc.read_record_batch(message, SCHEMA)
    tag, at, value, quality = (batch.column(place) for place in range(4))
    return Points(tag.to_numpy(), at.to_numpy().view(np.int64), value.to_numpy(), quality.to_numpy())
