"""An indicator over months: each month is what the indicator is of that month alone, and what lacks data is a gap."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from example_works import works_at
from linghang.errors import BadInput
from linghang.kpi.compute import compute
from linghang.kpi.indicators import RULES
from linghang.kpi.period import Period
from linghang.plant.tables import TABLES
from linghang.usecases.assessing import assess
from linghang.usecases.indicator_course import course_of, trends_of, with_baseline
from linghang.usecases.indicator_rows import DATED, page_of_rows, rows_read
from linghang.usecases.json_values import plain
from linghang.usecases.records import IbisTables, RecordTables
from linghang.usecases.workspaces import open_workspace

PACK = "national-2024"
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace with two years of waste, of which one month is missing."""
    folder = works_at(tmp_path / "works")
    table = TABLES["waste_month"]
    engine = open_workspace(folder).engine()
    row = dict(table.info["examples"][0])
    with engine.begin() as connection:
        connection.execute(table.delete())
        for count in range(24):
            year, month = divmod(2023 * 12 + 3 + count, 12)
            if (year, month) != (2024, 6):
                said = {"month": date(year, month + 1, 1), "generated_t": 100.0, "utilised_t": 50.0 + count}
                connection.execute(table.insert().values(row | said))
    engine.dispose()
    return folder


def test_a_month_is_the_indicator_of_that_month_and_a_gap_says_what_it_lacks(works: Path) -> None:
    found = course_of(works, "solid_waste_utilisation", now=NOW, pack=PACK)
    months = {one["month"]: one for one in found["monthly"]}
    assert len(months) == 24
    assert list(months) == sorted(months)
    gap = months["2024-07-01"]
    assert gap["value"] is None
    assert gap["needs"]
    tables = IbisTables(RecordTables(open_workspace(works).engine()))
    rule = next(one for one in RULES if one.id == "solid_waste_utilisation")
    period = Period(date(2024, 3, 1), date(2024, 4, 1))
    (alone,) = compute(tables, period, None, None, dict.fromkeys(TABLES, ""), None, (rule,))
    assert months["2024-03-01"]["value"] == str(alone.present_value)


@pytest.mark.slow
def test_the_last_rolling_year_is_the_present_value_of_an_assessment(works: Path) -> None:
    document = plain(assess(works, pack=PACK, now=NOW, as_of=date(2025, 4, 15), record=False).to_dict())
    for one in document["indicators"]:
        found = course_of(works, one["id"], now=NOW, pack=PACK, as_of=date(2025, 4, 15), months=12)
        assert [each["month"] for each in found["rolling"]] == ["2025-03-01"]
        if one["state"] == "known":
            assert found["rolling"][0]["value"] == one["present_value"]


@pytest.mark.slow
def test_trends_are_the_last_months_of_every_course(works: Path) -> None:
    found = trends_of(works, now=NOW, pack=PACK)
    assert set(found) == {one.id for one in RULES}
    course = course_of(works, "solid_waste_utilisation", now=NOW, pack=PACK)
    assert found["solid_waste_utilisation"] == [one["value"] for one in course["monthly"][-13:]]


def test_it_is_made_anew_when_the_records_change(works: Path) -> None:
    def last() -> object:
        return course_of(works, "solid_waste_utilisation", now=NOW, pack=PACK)["monthly"][-1]["value"]

    before = last()
    engine = open_workspace(works).engine()
    with engine.begin() as connection:
        connection.execute(sa.text("delete from waste_month where month = '2025-03-01'"))
    engine.dispose()
    assert before is not None
    assert last() is None


def test_another_baseline_is_what_an_assessment_with_it_finds(works: Path) -> None:
    start, zone = date(2023, 1, 1), "Asia/Shanghai"
    baseline = Period(start, date(2024, 1, 1), zone)
    found = with_baseline(works, "sales_growth", start, now=NOW, pack=PACK)
    options = {"pack": PACK, "now": NOW, "as_of": date(2025, 4, 15), "baseline": baseline, "record": False}
    assessed = assess(works, **options)  # type: ignore[arg-type]
    one = next(one for one in assessed.indicators if one.id == "sales_growth")
    names = ("value", "baseline_value", "present_value", "change_relative")
    assert {name: found[name] for name in names} == {name: plain(getattr(one, name)) for name in names}


@pytest.mark.parametrize(("start", "said"), [(date(2023, 1, 2), "begins with a month"), (date(2024, 5, 1), "overlap")])
def test_a_baseline_that_cannot_be_is_refused(works: Path, start: date, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        with_baseline(works, "oee", start, now=NOW, pack=PACK)


def test_an_indicator_that_is_not_there_is_named(works: Path) -> None:
    with pytest.raises(BadInput, match="oee"):
        course_of(works, "oe", now=NOW, pack=PACK)
    with pytest.raises(BadInput, match="60 months"):
        course_of(works, "oee", now=NOW, pack=PACK, months=61)


def test_the_rows_behind_are_those_of_the_periods(works: Path) -> None:
    document = plain(assess(works, pack=PACK, now=NOW, as_of=date(2025, 4, 15), record=False).to_dict())
    one = next(one for one in document["indicators"] if one["id"] == "solid_waste_utilisation")
    read = rows_read(one)
    assert [each.table for each in read] == ["waste_month"]
    found, of = page_of_rows(works, read, "waste_month", limit=5)
    assert (found.total, len(found.rows)) == (23, 5)
    assert of.used <= found.total
    with pytest.raises(BadInput, match="does not read"):
        page_of_rows(works, read, "equipment")


def test_the_columns_by_which_rows_belong_to_a_period_are_there() -> None:
    for table, (kind, begins, ends) in DATED.items():
        kinds = {TABLES[table].c[name].info["kind"] for name in (begins, ends)}
        assert kinds == ({"day"} if kind == "day" else {"when"})
    read = {name for rule in RULES for source in rule.sources for name in source.tables}
    assert set(DATED) <= read


def test_it_is_made_anew_when_the_plant_s_zone_changes(works: Path) -> None:
    before = course_of(works, "solid_waste_utilisation", now=NOW, pack=PACK)
    config = works / "linghang.toml"
    config.write_text(config.read_text("utf-8").replace("Asia/Shanghai", "Asia/Urumqi"), "utf-8")
    assert before["present"]["zone"] == "Asia/Shanghai"
    assert course_of(works, "solid_waste_utilisation", now=NOW, pack=PACK)["present"]["zone"] == "Asia/Urumqi"
