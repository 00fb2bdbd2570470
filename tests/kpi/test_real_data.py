"""Figures of real plants, loaded into the shapes of the tables, beside an independent computation with pandas."""

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from linghang.kpi.compute import compute, figures_of, summed
from linghang.kpi.period import Period
from linghang.kpi.spans import Spans
from linghang.kpi.sums.energy import METERS

pytestmark = pytest.mark.slow


def workshop(source: Path, end: str) -> dict[str, Any]:
    """Company A: rows at most five minutes apart; status 2 automatic, 1 manual, 0 idle, 3 alarm."""
    connection = ibis.duckdb.connect()
    connection.raw_sql(
        f"""CREATE TABLE log AS SELECT *, {end} AS closed
        FROM (SELECT *, lead(ts) OVER (PARTITION BY asset ORDER BY ts) AS following
          FROM read_csv('{source}', types={{'ts': 'TIMESTAMPTZ'}}))"""
    )
    connection.raw_sql(
        """CREATE TABLE equipment_state AS SELECT 'A' || asset AS equipment_id, ts AS start, closed AS "end",
        CASE status WHEN 2 THEN 'running' WHEN 1 THEN 'setup' WHEN 0 THEN 'idle' WHEN 3 THEN 'breakdown' END AS state
        FROM log"""
    )
    connection.raw_sql(
        """CREATE TABLE job_response AS SELECT 'J' AS job_id, 'A' || asset AS equipment_id, ts AS start,
        closed AS "end", items AS produced_quantity, items AS good_quantity FROM log WHERE items > 0"""
    )
    connection.raw_sql(
        "CREATE TABLE equipment AS SELECT DISTINCT 'A' || asset AS equipment_id, 20.0 AS ideal_cycle_s FROM log"
    )
    return {name: connection.table(name) for name in ("equipment_state", "job_response", "equipment")}


def workshop_oee(tables: dict[str, Any]) -> Any:
    present = Period(date(2022, 9, 7), date(2022, 9, 14), "Europe/Rome")
    before = Period(date(2022, 8, 31), date(2022, 9, 7), "Europe/Rome")
    values = compute(tables, present, before, None, dict.fromkeys(tables, "0"))
    return next(one for one in values if one.id == "oee")


def test_the_oee_of_a_real_workshop_is_that_of_pandas(shared: Path) -> None:
    source = shared / "sme_machine_states" / "company_A_labelled_part1.csv.gz"
    next_mark = "TIMESTAMPTZ 'epoch' + to_seconds((epoch(ts)::BIGINT // 300 + 1) * 300)"
    value = workshop_oee(workshop(source, f"least(following, {next_mark})"))
    frame = pd.read_csv(source, parse_dates=["ts"]).sort_values(["asset", "ts"])
    mark = frame["ts"].dt.floor("5min") + pd.Timedelta(minutes=5)
    following = frame.groupby("asset")["ts"].shift(-1)
    frame["s"] = (mark.where(following.isna() | (mark < following), following) - frame["ts"]).dt.total_seconds()
    for period, found in ((value.lineage.period, value.present_value), (value.lineage.baseline, value.baseline_value)):
        lo, hi = (pd.Timestamp(str(day), tz="Europe/Rome") for day in (period.start, period.end))
        rows = frame[(frame["ts"] >= lo) & (frame["ts"] < hi)]
        assert found is not None, value.needs
        assert float(found) == pytest.approx(100 * 20 * rows["items"].sum() / rows["s"].sum(), rel=1e-8)


def test_taking_every_row_of_that_log_for_five_minutes_is_refused(shared: Path) -> None:
    """Some rows follow each other after seconds: states would count twice, which the log does not say of itself."""
    source = shared / "sme_machine_states" / "company_A_labelled_part1.csv.gz"
    value = workshop_oee(workshop(source, "ts + INTERVAL 5 MINUTE"))
    assert value.state == "unknown"
    assert "equipment_state@present#overlap" in value.needs


def test_the_energy_of_a_real_steel_plant_is_that_of_pandas(shared: Path) -> None:
    """DAEWOO Steel: kWh of every quarter of an hour of 2018; the stamp closes the quarter."""
    source = shared / "steel_energy" / "steel_industry_2018_01_09.csv.gz"
    frame = pd.read_csv(source)
    ends = pd.to_datetime(frame["date"], format="%d-%m-%Y %H:%M")
    day_closes = (ends.dt.hour == 0) & (ends.dt.minute == 0)
    ends = (ends + pd.to_timedelta(day_closes.astype(int), unit="D")).dt.tz_localize("Asia/Seoul")
    connection = ibis.duckdb.connect()
    readings = pd.DataFrame(
        {"meter_id": "MAIN", "start": ends - pd.Timedelta(minutes=15), "end": ends, "quantity": frame["Usage_kWh"]}
    )
    readings["start"], readings["end"] = readings["start"].dt.tz_convert("UTC"), readings["end"].dt.tz_convert("UTC")
    meter = pd.DataFrame(
        [
            {
                "meter_id": "MAIN",
                "carrier": "electricity",
                "unit": "kWh",
                "boundary": True,
                "bought": True,
                "direction": "in",
            }
        ]
    )
    tables: dict[str, Any] = {
        "meter_reading": connection.create_table("meter_reading", readings),
        "meter": connection.create_table("meter", meter),
    }
    for month in (1, 2, 6, 9):
        period = Period(date(2018, month, 1), date(2018, month + 1, 1), "Asia/Seoul")
        rows = {"meters": summed(METERS, tables, Spans(period))}
        found = figures_of((METERS,), rows, "1")["meters"]
        starts = ends - pd.Timedelta(minutes=15)
        expected = frame.loc[(starts.dt.month == month), "Usage_kWh"].sum()
        assert found.values["kgce"] == pytest.approx(expected * 0.1229, rel=1e-9)
        assert found.count("rows_meter_reading") == (starts.dt.month == month).sum()
