"""Making a bundle tells how far it is, also over a process, and leaves nothing when it is broken off."""

import asyncio
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from example_works import works_at
from linghang.evidence.ledger import read
from linghang.store.workspace import open_workspace
from linghang.usecases.apart import telling
from linghang.usecases.bundle_told import Request, bundled
from linghang.usecases.bundling import STEPS

NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
WITHIN_S = 120.0
pytestmark = pytest.mark.slow


@pytest.fixture
def works(tmp_path: Path) -> Path:
    return works_at(tmp_path / "works")


def test_every_step_is_told_in_its_order_and_the_bundle_is_there(works: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    work = partial(bundled, works, tmp_path / "b.zip", Request("national-2024", date(2025, 4, 15)), now=NOW)
    found = asyncio.run(telling(work, WITHIN_S, lambda *said: told.append(said)))
    assert told == [(one, number, len(STEPS)) for number, one in enumerate(STEPS)]
    assert (tmp_path / "b.zip").stat().st_size == found["size"]


def test_one_that_is_broken_off_leaves_no_file_and_a_whole_ledger(works: Path, tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    work = partial(bundled, works, room / "b.zip", Request("national-2024", date(2025, 4, 15)), now=NOW)

    async def broken_off() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()
        making = asyncio.create_task(telling(work, WITHIN_S, lambda *_: loop.call_soon_threadsafe(begun.set)))
        await begun.wait()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    asyncio.run(broken_off())
    assert list(room.iterdir()) == []
    before = len(list(read(open_workspace(works).ledger))) if open_workspace(works).ledger.exists() else 0
    again = bundled(works, room / "b.zip", Request("national-2024", date(2025, 4, 15)), now=NOW)
    assert again["records"] == before + again["recorded"]
