"""A process that fills a telemetry store until it is killed, and says after each batch that it was acknowledged.

    python telemetry_worker.py FOLDER FIRST_BATCH BATCHES POINTS [OPTIONS]

    --keep-house    merges and rolls up all the time, beside appending
    --merge-after N merges and rolls up after every N batches
    --say-to FILE   says there which batches are durable
    --break WHAT    leaves a sync out, so that tests can see that they would find that

Batch number n has POINTS points of value n. Each line that it writes (to its standard output, or a file) is the number
of a batch that is durable.
"""

import os
import sys
from pathlib import Path
from threading import Thread

import numpy as np

from linghang.errors import BadInput
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryStore

TAGS = 7
STEP_US = 250_000
SETTINGS = StoreSettings(segment_points=4_000, reserve_bytes=0, most_fresh=4)
FULL_LOAD = StoreSettings(segment_points=400_000, reserve_bytes=0, most_fresh=4)


def batch(number: int, count: int) -> Points:
    """Return the points of a batch: no other batch has the same (tag, moment)."""
    place = number * count + np.arange(count, dtype=np.int64)
    return Points.of(place % TAGS, place // TAGS * STEP_US, float(number))


def names() -> list[str]:
    """Return the names of the tags."""
    return [f"worker!{tag}" for tag in range(TAGS)]


def break_syncs(what: str) -> None:
    """Leave out a sync."""
    from linghang.store.telemetry import sealing, wal

    if what == "log":
        os.fdatasync = lambda _handle: None  # type: ignore[assignment]
    elif what == "log-folder":
        wal.sync_folder = lambda _folder: None
    elif what == "segment-folder":
        sealing.publish = lambda paths: [path.with_name(path.name + ".tmp").rename(path) for path in paths]


def keep_house(store: TelemetryStore) -> None:
    """Merge and roll up all the time, until the store is closed."""
    try:
        while True:
            store.keep_house()
            store.compact()
            store.roll_up()
    except BadInput:
        return


def main(folder: str, first: str, batches: str, count: str, *options: str) -> None:
    """Append, acknowledge, and go on."""
    if "--break" in options:
        break_syncs(options[options.index("--break") + 1])
    out = os.open(options[options.index("--say-to") + 1], os.O_WRONLY | os.O_CREAT) if "--say-to" in options else 1
    merge_after = int(options[options.index("--merge-after") + 1]) if "--merge-after" in options else sys.maxsize
    store = TelemetryStore.open(Path(folder), FULL_LOAD if int(count) >= 10_000 else SETTINGS)
    assert store.register(names(), TagKind.NUMBER).tolist() == list(range(TAGS))
    if "--keep-house" in options:
        Thread(target=keep_house, args=[store], daemon=True).start()
    for number in range(int(first), int(first) + int(batches)):
        store.append(batch(number, int(count)))
        os.write(out, f"{number}\n".encode())
        if number % merge_after == merge_after - 1:
            store.compact()
            store.roll_up()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
