"""The furnace's loop is closed through the guard, and what was commanded is kept and recorded."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linghang.errors import BadInput
from linghang.evidence.ledger import read
from linghang.evidence.observation import Observation
from linghang.store.workspace import new_workspace
from linghang.usecases.closing import CONTROLLERS, close_furnace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.slow
def test_every_command_is_kept_and_its_records_stand_in_the_ledger(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "plant", "Works").folder
    done: list[float] = []
    found = close_furnace(folder, hours=2, seed=3, now=NOW, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1)
    assert found.courses["mpc"].spread_c() < found.courses["pid"].spread_c()
    recorded = [one.record for one in read(folder / "ledger.jsonl")]
    assert len(recorded) == len(CONTROLLERS)
    for one in recorded:
        assert isinstance(one, Observation)
        assert one.about.startswith("commands.")
        assert one.detail["virtual"] is True
        table = pq.read_table(found.place / f"{one.detail['controller']}.parquet")
        assert one.value == Decimal(table.num_rows) == sum(one.detail["verdicts"].values())
        assert table["put_out"].null_count == 0


def test_a_loop_shorter_than_its_run_in_is_refused(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "plant", "Works").folder
    with pytest.raises(BadInput, match="at least two hours"):
        close_furnace(folder, hours=1, seed=3, now=NOW)
