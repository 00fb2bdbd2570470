"""Three public data sets become records; counts and sums are those of plain pandas on the sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from intake_plant import NOW, Plant

from linghang.store.workspace import new_workspace
from linghang.usecases.importing import ImportReport

EXAMPLES = Path(__file__).parents[2] / "examples"
Said = Callable[[ImportReport], str]


def imported(tmp_path: Path, zone: str, example: str, file: Path) -> Plant:
    """Import a data set by its mapping into a new workspace, twice: the second time changes nothing."""
    plant = Plant(new_workspace(tmp_path / "plant", time_zone=zone), tmp_path)
    mapping = EXAMPLES / example / "mapping.toml"
    report = plant.load(str(file), mapping=mapping, now=NOW)
    assert not report.problems, str(report.problems[0])
    assert sum(one.added + one.changed for one in plant.load(str(file), mapping=mapping).tables) == 0
    return plant


def one(plant: Plant, query: str) -> Any:
    """Ask the records."""
    with plant.workspace.engine().connect() as connection:
        return connection.execute(sa.text(query)).scalar_one()


def test_machine_states_of_a_small_firm(shared: Path, tmp_path: Path) -> None:
    file = shared / "sme_machine_states" / "company_A_labelled_part1.csv.gz"
    plant = imported(tmp_path, "Europe/Rome", "sme-machine-states", file)
    source = pd.read_csv(file, parse_dates=["ts"])
    assert one(plant, "SELECT count(*) FROM equipment") == source.asset.nunique() == 3
    assert one(plant, "SELECT count(*) FROM product") == source["product"].nunique()
    states = pd.DataFrame(plant.rows("equipment_state"))
    assert len(states) == len(source) == one(plant, "SELECT count(*) FROM meter_reading")
    words = {0.0: "idle", 1.0: "setup", 2.0: "running", 3.0: "breakdown"}
    assert states.state.value_counts().to_dict() == source.status.map(words).value_counts().to_dict()
    assert states.start.min() == source.ts.min()
    source = source.sort_values(["asset", "ts"])
    gap = -source.groupby("asset").ts.diff(-1)
    expected = gap.fillna(pd.Timedelta("5min")).clip(upper=pd.Timedelta("5min")).sum()
    assert (states.end - states.start).sum() == expected
    made = source[source["items"] > 0]
    assert one(plant, "SELECT count(*) FROM job_response") == len(made)
    assert one(plant, "SELECT sum(good_quantity) FROM job_response") == source["items"].sum()
    assert one(plant, "SELECT sum(quantity) FROM production_order") == source["items"].sum()
    energy = one(plant, "SELECT sum(quantity) FROM meter_reading")
    assert energy == pytest.approx(source.power_avg.sum() / 12, rel=1e-12)


def test_event_log_of_a_machine_shop(shared: Path, tmp_path: Path) -> None:
    file = shared / "production_event_log" / "production_cases_a.csv.gz"
    plant = imported(tmp_path, "Asia/Jerusalem", "production-event-log", file)
    source = pd.read_csv(file, dtype=str, keep_default_na=False)
    source = source[~source.Activity.isin(["Start", "End"])]
    done, bad, board = (source[name].astype(float) for name in ("Qty_Completed", "Qty_Rejected", "Qty_for_MRB"))
    rework = source.Rework == "Y"
    assert one(plant, "SELECT count(*) FROM production_order") == source["Case ID"].nunique() == 150
    assert one(plant, "SELECT count(*) FROM process_segment") == source.Activity.nunique()
    assert one(plant, "SELECT count(*) FROM person") == source.Resource.nunique()
    assert one(plant, "SELECT count(*) FROM job_order") == len(source[["Case ID", "Activity"]].drop_duplicates())
    assert one(plant, "SELECT count(*) FROM job_response") == len(source)
    assert one(plant, "SELECT sum(produced_quantity) FROM job_response") == (done + bad + board).sum()
    assert one(plant, "SELECT sum(good_quantity) FROM job_response") == done[~rework].sum()
    assert one(plant, "SELECT sum(scrap_quantity) FROM job_response") == bad.sum()
    assert one(plant, "SELECT sum(rework_quantity) FROM job_response") == board.sum() + done[rework].sum()
    start, end = (pd.to_datetime(source[f"{word} Timestamp"]) for word in ("Start", "Complete"))
    seconds = (end - start).dt.total_seconds()
    assert one(plant, "SELECT sum(labour_s) FROM job_response") == seconds.sum()
    setup = (source.Report_Type == "S") & ~rework
    assert one(plant, "SELECT sum(setup_s) FROM job_response") == seconds[setup].sum()
    first = start.min().tz_localize("UTC") - pd.Timedelta("9h")
    assert min(row["start"] for row in plant.rows("job_response")) == first
    checks = source.Activity.str.contains("Q.C.", regex=False)
    assert one(plant, "SELECT count(*) FROM inspection") == checks.sum()
    assert one(plant, "SELECT sum(defective_quantity) FROM inspection") == (bad + board)[checks].sum()
    final = (source.Activity == "Final Inspection Q.C.").sum()
    assert one(plant, "SELECT count(*) FROM inspection WHERE stage = 'final'") == final


def test_electricity_of_a_steel_works(shared: Path, tmp_path: Path) -> None:
    file = shared / "steel_energy" / "steel_industry_2018_01_09.csv.gz"
    plant = imported(tmp_path, "Asia/Seoul", "steel-energy", file)
    source = pd.read_csv(file)
    readings = pd.DataFrame(plant.rows("meter_reading"))
    assert len(readings) == len(source) == one(plant, "SELECT count(*) FROM emission")
    assert readings.quantity.sum() == pytest.approx(source.Usage_kWh.sum(), rel=1e-12)
    tonnes = one(plant, "SELECT sum(quantity_t) FROM emission")
    assert tonnes == pytest.approx(source["CO2.tCO2."].sum(), rel=1e-12)
    assert (readings.end - readings.start == pd.Timedelta("15min")).all()
    assert (readings.start.sort_values().diff().dropna() == pd.Timedelta("15min")).all(), "no gap, no overlap"
    local = readings.sort_values("start").start.dt.tz_convert("Asia/Seoul")
    assert local.iloc[0] == pd.Timestamp("2018-01-01 00:00", tz="Asia/Seoul")
    by_month = readings.quantity.groupby(readings.start.dt.tz_convert("Asia/Seoul").dt.month).sum()
    expected = source.Usage_kWh.groupby(source.date.str[3:5].astype(int)).sum()
    assert by_month.to_dict() == pytest.approx(expected.to_dict())
