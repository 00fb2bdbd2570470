"""What an indicator's input digest covers: everything that its value rests on, and nothing else."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_golden_plant import BEFORE, PLANT, THIS

from linghang.errors import BadInput
from linghang.kpi import factors
from linghang.kpi.compute import IndicatorValue, compute
from linghang.kpi.indicators import RULES
from linghang.kpi.period import Period, of_year
from linghang.kpi.settings import THRESHOLDS
from linghang.store.records import digest

ROWS: dict[str, list[dict[str, Any]]] = {name: [dict(row) for row in rows] for name, rows in PLANT.items()}
WITH_ROWS = sorted(name for name, rows in ROWS.items() if rows)
ALL = {rule.id for rule in RULES}
CHANGES = {rule.id for rule in RULES if rule.type == "change"}
Said = Mapping[str, IndicatorValue]


class Plant:
    """The golden plant with the digests of its tables."""

    def __init__(self, make: Any) -> None:
        self.make = make
        self.tables = make(ROWS)
        self.arrow: dict[str, pa.Table] = {name: table.to_pyarrow() for name, table in self.tables.items()}
        self.digests = {name: digest(table) for name, table in self.arrow.items()}

    def computed(self, rows: Mapping[str, list[dict[str, Any]]] | None = None, **options: Any) -> Said:
        """All values, of other rows or with other options."""
        tables, digests = self.tables, self.digests
        if rows is not None:
            tables = self.make({**ROWS, **rows})
            digests = digests | {name: digest(tables[name].to_pyarrow()) for name in rows}
        return self.said(tables, digests, **options)

    def said(
        self,
        tables: Mapping[str, Any],
        digests: Mapping[str, str],
        period: Period = THIS,
        baseline: Period | None = BEFORE,
        region: str | None = "150581",
        **thresholds: Decimal,
    ) -> Said:
        return {one.id: one for one in compute(tables, period, baseline, region, digests, thresholds)}


@pytest.fixture(scope="module")
def golden(module_plant: Any) -> Plant:
    return Plant(module_plant)


@pytest.fixture(scope="module")
def first(golden: Plant) -> Said:
    return golden.computed()


@pytest.fixture
def no_sums() -> Iterator[None]:
    """Digests alone: the sums take a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linghang.kpi.compute.summed", lambda *_: ())
        yield


def moved(before: Said, after: Said) -> set[str]:
    """The indicators whose input digest is another one."""
    return {name for name, one in before.items() if one.lineage.input_digest != after[name].lineage.input_digest}


def reading(table: str, said: Said) -> set[str]:
    return {name for name, one in said.items() if table in dict(one.lineage.tables)}


# --- records ---


def test_the_lineage_names_every_table_that_an_indicator_needs(first: Said) -> None:
    for rule in RULES:
        assert set(rule.tables) <= set(dict(first[rule.id].lineage.tables))


@pytest.mark.slow
def test_computing_again_gives_the_same_values_and_digests(golden: Plant, first: Said) -> None:
    assert golden.computed({}) == first


@pytest.mark.slow
@pytest.mark.parametrize("table", WITH_ROWS)
def test_a_row_less_moves_the_digests_of_who_reads_the_table_and_no_other_value(
    golden: Plant, first: Said, table: str
) -> None:
    after = golden.computed({table: ROWS[table][1:]})
    assert moved(first, after) == reading(table, first)
    for name in ALL - moved(first, after):
        assert after[name] == first[name]


def other_value(value: Any) -> Any:
    """Another value that the column may hold."""
    match value:
        case bool():
            return not value
        case int() | float() | Decimal():
            return value + 1
        case datetime():
            return value + timedelta(minutes=1)
        case date():
            return value + timedelta(31)
        case _:
            return f"{value}'"


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, int, str]:
    table = draw(st.sampled_from(WITH_ROWS))
    row = draw(st.integers(0, len(ROWS[table]) - 1))
    filled = sorted(name for name, value in ROWS[table][row].items() if value is not None)
    return table, row, draw(st.sampled_from(filled))


@settings(deadline=None, max_examples=150)
@given(cells())
def test_any_changed_cell_moves_the_digests_of_who_reads_its_table(
    golden: Plant, first: Said, cell: tuple[str, int, str]
) -> None:
    name, number, column = cell
    rows = golden.arrow[name].to_pylist()
    rows[number][column] = other_value(rows[number][column])
    other = digest(pa.Table.from_pylist(rows, golden.arrow[name].schema))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linghang.kpi.compute.summed", lambda *_: ())
        after = golden.said(golden.tables, golden.digests | {name: other})
    assert moved(first, after) == reading(name, first)


def test_one_changed_meter_reading_moves_energy_carbon_and_water_alone(golden: Plant, first: Said) -> None:
    rows = [dict(row) for row in ROWS["meter_reading"]]
    rows[0]["quantity"] += 1.0
    after = golden.computed({"meter_reading": rows})
    assert moved(first, after) == {"unit_energy", "unit_co2", "water_reuse"}
    assert {name for name in ALL if after[name].value != first[name].value} <= moved(first, after)


def test_tables_without_a_digest_are_refused(golden: Plant) -> None:
    with pytest.raises(BadInput, match="has no digest"):
        golden.said(golden.tables, {})


# --- what goes in beside records ---


@pytest.mark.usefixtures("no_sums")
@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"region": "510100"}, {"unit_co2"}),
        ({"region": None}, {"unit_co2"}),
        ({"period": Period(date(2025, 1, 1), date(2025, 12, 1))}, ALL),
        ({"period": Period(THIS.start, THIS.end, "Asia/Urumqi")}, ALL),
        ({"baseline": None}, CHANGES),
        ({"baseline": of_year(2023)}, CHANGES),
        ({"baseline": Period(BEFORE.start, BEFORE.end, "Asia/Urumqi")}, CHANGES),
        ({"meter_covered_share": Decimal("0.5")}, {"unit_energy", "unit_co2", "water_reuse"}),
        ({"model_called_days": Decimal(1)}, {"decision_models"}),
        ({"talent_minimum": Decimal(5)}, set()),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_each_option_moves_the_digests_of_who_reads_it(
    golden: Plant, first: Said, options: dict[str, Any], wanted: set[str]
) -> None:
    after = golden.computed(**options)
    assert moved(first, after) == wanted
    for name in THRESHOLDS.keys() & options.keys():
        showing = {one for one in ALL if dict(after[one].lineage.settings).get(name) == str(options[name])}
        assert showing == wanted


def test_the_region_decides_the_grid_factor_of_carbon(golden: Plant, first: Said) -> None:
    after = golden.computed(region="510100")
    assert {name for name in ALL if after[name].value != first[name].value} == {"unit_co2"}
    assert dict(after["unit_co2"].lineage.settings)["region_code"] == "510100"


@pytest.mark.slow
def test_the_baseline_moves_no_value_of_a_state(golden: Plant, first: Said) -> None:
    after = golden.computed(baseline=of_year(2023))
    for name in ALL - CHANGES:
        assert (after[name].value, after[name].state) == (first[name].value, first[name].state)


def test_the_days_in_which_a_model_was_called_decide_what_counts_as_used(golden: Plant, first: Said) -> None:
    assert first["decision_models"].value == 2
    assert (golden.computed(model_called_days=Decimal(1))["decision_models"].value or 0) < 2


def test_meters_that_cover_too_little_of_a_period_leave_energy_unknown(golden: Plant) -> None:
    start, end = THIS.bounds
    cut = start + (end - start) * 94 // 100
    rows = [row | {"end": min(row["end"], cut)} for row in ROWS["meter_reading"]]
    strict = golden.computed({"meter_reading": rows})["unit_energy"]
    assert (strict.state, strict.needs) == ("unknown", ("meter_reading@present#gaps",))
    eased = golden.computed({"meter_reading": rows}, meter_covered_share=Decimal("0.94"))["unit_energy"]
    assert eased.state == "known"


def test_the_coefficients_are_part_of_what_energy_and_carbon_rest_on(first: Said) -> None:
    resting = {name for name, one in first.items() if "coefficients" in dict(one.lineage.settings)}
    assert resting == {"unit_energy", "unit_co2"}
    assert dict(first["unit_co2"].lineage.settings)["coefficients"] == factors.DIGEST
