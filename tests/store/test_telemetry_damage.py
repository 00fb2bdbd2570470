"""A byte that is not what was written is found, wherever it stands, and said with its file and place."""

import random
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from telemetry_model import rows_of

from linghang.errors import BadInput
from linghang.store.telemetry import Points, StoreSettings, TagKind, TelemetryReader, TelemetryStore, kept

BATCH = 40
SETTINGS = StoreSettings(reserve_bytes=0)


def batch(number: int) -> Points:
    at = np.arange(number * BATCH, (number + 1) * BATCH)
    return Points.of(at % 3, at * 1_000_000, at)


def filled(folder: Path, batches: int = 6) -> None:
    """A store with points in its write-ahead log."""
    with TelemetryStore.open(folder, SETTINGS) as store:
        store.register(["a", "b", "c"], TagKind.NUMBER)
        for number in range(batches):
            store.append(batch(number))


def flip(file: Path, position: int, bit: int = 0) -> None:
    content = bytearray(file.read_bytes())
    content[position] ^= 1 << bit
    file.write_bytes(content)


def values(folder: Path) -> list[float]:
    with TelemetryReader(folder) as reader:
        return sorted(row[2] for row in rows_of(reader.points(None)))


def the_log(folder: Path) -> Path:
    (found,) = (folder / "log").iterdir()
    return found


# --- the write-ahead log ---


@pytest.mark.parametrize("seed", range(12))
def test_damage_in_the_log_costs_one_batch_and_is_told(seed: int, tmp_path: Path) -> None:
    filled(tmp_path)
    log, luck = the_log(tmp_path), random.Random(seed)
    frame = log.stat().st_size // 6
    lost = luck.randrange(5)
    position = lost * frame + luck.randrange(frame)
    flip(log, position, luck.randrange(8))
    said: list[tuple[str, str]] = []
    with TelemetryStore.open(tmp_path, SETTINGS, lambda level, text: said.append((level, text))) as store:
        assert store.counts()["damaged_frames"] == 1
        assert store.counts()["recovered_points"] == 5 * BATCH
        store.seal()
    ((level, text),) = said
    assert level == "error"
    file, start, end = re.match(r"(.*): bytes (\d+) to (\d+) are damaged, and what was acknowledged", text).groups()  # type: ignore[union-attr]
    assert Path(file) == log
    assert (int(start), int(end)) == (lost * frame, (lost + 1) * frame - 1)
    whole = [float(at) for number in range(6) if number != lost for at in range(number * BATCH, (number + 1) * BATCH)]
    assert values(tmp_path) == whole
    assert (tmp_path / "damaged" / log.name).exists()  # the proof stays
    with TelemetryStore.open(tmp_path, SETTINGS):
        assert values(tmp_path) == whole


@pytest.mark.parametrize("missing", [1, 200, 1100])
def test_a_write_that_was_interrupted_is_left_out(missing: int, tmp_path: Path) -> None:
    filled(tmp_path)
    log = the_log(tmp_path)
    log.write_bytes(log.read_bytes()[:-missing])
    said: list[tuple[str, str]] = []
    with TelemetryStore.open(tmp_path, SETTINGS, lambda level, text: said.append((level, text))) as store:
        assert store.counts()["torn_frames"] == 1
        assert values(tmp_path) == [float(at) for at in range(5 * BATCH)]
    ((level, text),) = said
    assert level == "warning"
    assert "was interrupted before it was acknowledged" in text
    assert list((tmp_path / "damaged").iterdir()) == []


def test_a_last_write_that_differs_is_put_aside(tmp_path: Path) -> None:
    """It was interrupted, or the disk is damaged: nobody can tell, so it is kept to look at."""
    filled(tmp_path)
    log = the_log(tmp_path)
    flip(log, log.stat().st_size - 50)
    said: list[str] = []
    with TelemetryStore.open(tmp_path, SETTINGS, lambda _, text: said.append(text)) as store:
        store.seal()
        assert values(tmp_path) == [float(at) for at in range(5 * BATCH)]
    assert "or the disk is damaged" in said[0]
    assert (tmp_path / "damaged" / log.name).exists()


def test_a_log_full_of_anything_does_not_stop_the_store(tmp_path: Path) -> None:
    filled(tmp_path)
    the_log(tmp_path).write_bytes(random.Random(3).randbytes(5000))
    with TelemetryStore.open(tmp_path, SETTINGS) as store:
        store.append(batch(0))
    assert values(tmp_path) == [float(at) for at in range(BATCH)]


# --- files ---


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one daily file of several row groups and blocks, and its roll-up."""
    monkeypatch.setattr(kept, "GROUP", 60)
    monkeypatch.setattr(kept, "BLOCK", 512)
    folder = tmp_path / "store"
    filled(folder)
    with TelemetryStore.open(folder, SETTINGS) as store:
        store.compact()
        store.roll_up()
    return folder


def every_answer(folder: Path) -> tuple[object, ...]:
    with TelemetryReader(folder) as reader:
        everything = reader.points(None)
        means = reader.means(["a", "b", "c"], 0, 86_400_000_000, 60)
        return rows_of(everything), means.to_pylist()


def answer_or_refusal(folder: Path) -> object:
    try:
        return every_answer(folder)
    except BadInput as refused:
        return str(refused)


@pytest.mark.parametrize("where", ["segments", "rollups"])
def test_every_flipped_bit_of_a_file_is_found(where: str, sealed: Path, tmp_path: Path) -> None:
    sound = every_answer(sealed)
    (file,) = (sealed / where).iterdir()
    luck, size = random.Random(5), file.stat().st_size
    places = [0, size - 1, size - 5, size - 9, *(luck.randrange(size) for _ in range(40))]
    for position in places:
        flip(file, position, bit := luck.randrange(8))
        with TelemetryReader(sealed) as reader:
            (found,) = reader.damage()
        said = re.fullmatch(r"(.*): bytes (\d+) to (\d+) are not what was written; .*", str(found))
        assert said is not None
        assert Path(said[1]) == file
        assert int(said[2]) <= position <= int(said[3])
        assert answer_or_refusal(sealed) in (sound, str(found))  # sound where the block was not needed
        flip(file, position, bit)
    assert every_answer(sealed) == sound


def test_damage_in_one_part_leaves_the_others_readable(sealed: Path) -> None:
    (file,) = (sealed / "segments").iterdir()
    with TelemetryReader(sealed) as reader:
        sound = rows_of(reader.points(["c"]))
    flip(file, 100)
    with TelemetryReader(sealed) as reader:
        with pytest.raises(BadInput, match="bytes 0 to 511"):
            reader.points(["a"])
        assert rows_of(reader.points(["c"])) == sound


def test_damage_is_not_merged_into_new_files(sealed: Path) -> None:
    (file,) = (sealed / "segments").iterdir()
    flip(file, 100)
    with TelemetryStore.open(sealed, SETTINGS) as store:
        store.append(batch(7))
        with pytest.raises(BadInput, match="are not what was written"):
            store.compact()
        store.append(batch(8))
        assert len(store.damage()) == 1
        flip(file, 100)  # the file comes back from a copy
        store.compact()
    assert values(sealed) == [float(at) for at in range(9 * BATCH) if at // BATCH != 6]


def test_a_file_that_is_gone_is_named(sealed: Path) -> None:
    (file,) = (sealed / "segments").iterdir()
    file.unlink()
    with TelemetryReader(sealed) as reader:
        assert "it is not there" in str(reader.damage()[0])
        with pytest.raises(BadInput, match=rf"{file.name}: cannot be read: it is not there"):
            reader.points(None)


@pytest.mark.parametrize("change", ["nonsense", "half"])
def test_a_damaged_manifest_is_refused(change: str, tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "manifest.sqlite"
    content = manifest.read_bytes()
    manifest.write_bytes(b"nonsense" * 1000 if change == "nonsense" else content[: len(content) // 2])
    for opening in (lambda: TelemetryStore.open(tmp_path, SETTINGS), lambda: TelemetryReader(tmp_path)):
        with pytest.raises(BadInput, match=r"manifest.sqlite: is damaged .* from a copy"):
            opening()


def test_what_an_interruption_left_is_removed(tmp_path: Path) -> None:
    filled(tmp_path)
    for name in ("segments/x.parquet", "segments/y.parquet.tmp", "rollups/z.parquet"):
        shutil.copy(tmp_path / "manifest.sqlite", tmp_path / name)
    with TelemetryStore.open(tmp_path, SETTINGS) as store:
        store.seal()
        assert len(list((tmp_path / "segments").iterdir())) == 1
        assert list((tmp_path / "rollups").iterdir()) == []
