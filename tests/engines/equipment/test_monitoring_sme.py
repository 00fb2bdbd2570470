"""Machine states of a real small company (Atzeni et al., Sensors 23(13):6078, 2023), computed a second time in SQL."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from linghang.engines.contract import Inputs, Result
from linghang.engines.equipment.monitoring import Settings, run

FILE = "sme_machine_states/company_A_labelled_part1.csv.gz"
STATES = {0: "idle", 1: "setup", 2: "running", 3: "breakdown"}
"""What the statuses mean here: idle, manual, automatic, alarm."""


@pytest.fixture(scope="module")
def base() -> duckdb.DuckDBPyConnection:
    """A database with the rows, and with the status of every second: where rows overlap, that of the later row."""
    shared = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).parents[4] / "shared")
    path = shared / FILE if (shared / FILE).exists() else shared / "data" / FILE
    if not path.exists():
        pytest.skip(f"the machine states are not at {path}; LINGHANG_SHARED may name their folder")
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    con.execute(f"create table rows as select * from read_csv('{path}', header = true)")
    con.execute(
        """
        create table seconds as select asset, second, arg_max(status, ts) as status from (
            select asset, ts, status, epoch(ts)::bigint + unnest(range(status_time::bigint)) as second from rows
        ) group by asset, second
        """
    )
    return con


PIECE_S = "(select min(cycle_time / items) from rows where items > 0 and cycle_time > 0)"
"""The planned time of a piece: the shortest that was seen, as the plant gives none."""


@pytest.fixture(scope="module")
def window(base: duckdb.DuckDBPyConnection) -> tuple[datetime, datetime]:
    first, last = base.sql("select min(ts), max(ts) from rows").fetchone() or (None, None)
    assert first is not None
    assert last is not None
    return first.astimezone(UTC), last.astimezone(UTC) + timedelta(minutes=5)


@pytest.fixture(scope="module")
def found(base: duckdb.DuckDBPyConnection, window: tuple[datetime, datetime]) -> Result:
    """The engine on the rows as a plant would have recorded them."""
    piece_s = float((base.sql(f"select {PIECE_S}").fetchone() or (0,))[0])
    listed = base.sql("select * from rows order by asset, ts").to_arrow_table().to_pylist()
    machines = [
        {"equipment_id": f"A{one}", "name": f"A{one}", "key": True, "status": "in_use", "ideal_cycle_s": piece_s}
        for one in sorted({row["asset"] for row in listed})
    ]
    states, jobs, alarms = [], [], []
    before: dict[int, Any] = {}
    for row in listed:
        id, at = f"A{row['asset']}", row["ts"]
        end = at + timedelta(seconds=row["status_time"])
        states.append({"equipment_id": id, "start": at, "end": end, "state": STATES[int(row["status"])]})
        made = {"produced_quantity": row["items"], "good_quantity": row["items"]}
        jobs.append({"job_id": "J", "equipment_id": id, "start": at, "end": end, **made})
        if row["alarm"] and not (row["asset"] in before and before[row["asset"]]["alarm"]):
            alarms.append({"equipment_id": id, "at": at, "cleared_at": end, "priority": "low", "text": "interrupted"})
        before[row["asset"]] = row
    names = {"equipment": machines, "equipment_state": states, "job_response": jobs, "alarm": alarms}
    tables = {name: pa.Table.from_pylist(given) for name, given in names.items()}
    return run(Inputs(tables, *window, ZoneInfo("Europe/Rome")), Settings())


def test_time_in_each_status_is_what_the_definition_says(base: duckdb.DuckDBPyConnection, found: Result) -> None:
    counted = base.sql("select asset, status, count(*) from seconds group by all").fetchall()
    machines = {one["equipment_id"]: one for one in found.tables["machines"].data.to_pylist()}
    assert len(machines) == 3
    expected = {(f"A{asset}", STATES[int(status)]): seconds / 3600 for asset, status, seconds in counted}
    for id, one in machines.items():
        for name in STATES.values():
            assert one[f"{name}_h"] == pytest.approx(expected.get((id, name), 0.0), rel=1e-12)


def test_effectiveness_is_what_the_definition_says(base: duckdb.DuckDBPyConnection, found: Result) -> None:
    expected = base.sql(
        f"""
        select asset, running / loading, pieces * {PIECE_S} / running, pieces * {PIECE_S} / loading, pieces
        from (select asset, count(*) as loading, count(*) filter (status = 2) as running from seconds group by asset)
        join (select asset, sum(items) as pieces from rows group by asset) using (asset)
        """
    ).fetchall()
    machines = {one["equipment_id"]: one for one in found.tables["machines"].data.to_pylist()}
    for asset, *figures in expected:
        one = machines[f"A{asset}"]
        ours = [one[name] for name in ("availability", "performance", "oee", "produced")]
        assert ours == pytest.approx([float(figure) for figure in figures], rel=1e-9)


def test_alarm_rates_are_what_the_definition_says(
    base: duckdb.DuckDBPyConnection, found: Result, window: tuple[datetime, datetime]
) -> None:
    total, most = base.sql(
        f"""
        with raised as (
            select ts from (
                select ts, alarm, lag(alarm, 1, 0) over (partition by asset order by ts) as before from rows
            ) where alarm = 1 and before = 0
        )
        select sum(n), max(n) from (
            select count(*) as n, floor((epoch(ts) - {window[0].timestamp()}) / 600) as period
            from raised group by period
        )
        """
    ).fetchone() or (0, 0)
    listed = found.tables["alarm_measures"].data.to_pylist()
    measures = {row["measure"].split(" ", 1)[1]: row["value"] for row in listed}
    assert measures["alarms"] == total > 0
    days = (window[1] - window[0]) / timedelta(days=1)
    assert measures["alarms per operator and day"] == pytest.approx(float(total) / days)
    assert measures["most in 10 minutes"] == most


def test_the_real_machines_are_not_monitored_for_nine_tenths_of_the_time(found: Result) -> None:
    """A minute in five is recorded: what is not known is not taken for known."""
    (seen,) = found.observations
    assert (seen.covered, seen.of) == (0, 3)
    assert all(share < 0.25 for share in seen.detail["not_monitored"].values())
