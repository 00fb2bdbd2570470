from fractions import Fraction

import pytest

from linghang.kpi import factors
from linghang.plant.codes import REGIONS
from linghang.plant.tables.energy import CARRIERS


def test_electricity_counts_at_its_equivalent_value_in_every_unit() -> None:
    for unit, kwh in (("kWh", 1), ("MWh", 1000), ("万kWh", 10_000), ("度", 1)):
        found = factors.standard_coal("electricity", unit)
        assert found
        assert found.factor == Fraction("0.1229") * kwh


def test_a_unit_of_another_kind_has_no_coefficient() -> None:
    assert factors.standard_coal("electricity", "kg") is None
    assert factors.standard_coal("diesel", "L") is None
    assert factors.fuel_co2("diesel", "m3") is None


@pytest.mark.parametrize(
    ("carrier", "unit", "tonnes"),
    [
        ("cleaned_coal", "t", 2.2818),
        ("coke", "t", 2.8518),
        ("diesel", "t", 3.1451),
        ("gasoline", "t", 3.0425),
        ("fuel_oil", "t", 3.0472),
        ("lpg", "t", 2.9538),
        ("lng", "t", 2.3253),
        ("natural_gas", "万Nm3", 21.6219),
        ("coke_oven_gas", "万Nm3", 8.5828),
        ("blast_furnace_gas", "万Nm3", 9.6865),
        ("raw_coal", "t", 1.9003),
    ],
)
def test_fuel_factors_are_those_of_the_guidelines(carrier: str, unit: str, tonnes: float) -> None:
    found = factors.fuel_co2(carrier, unit)
    assert found
    assert float(found.factor) == pytest.approx(tonnes, abs=6e-5)


def test_every_fuel_is_a_carrier_and_has_both_coefficients() -> None:
    for fuel in factors.FUELS:
        assert fuel.carrier in CARRIERS
        assert factors.standard_coal(fuel.carrier, fuel.unit)
    for row in factors.STANDARD_COAL:
        assert row.carrier in CARRIERS


def test_from_2022_to_2023_twenty_provinces_fall_and_ten_rise() -> None:
    """The ministry said so of its own numbers: a mistyped factor would show."""
    provinces = {region for region, _ in factors.GRID if region != "00"}
    falling = {p for p in provinces if factors.GRID[p, 2023].kg_per_kwh < factors.GRID[p, 2022].kg_per_kwh}
    assert (len(falling), len(provinces - falling)) == (20, 10)
    assert set(REGIONS) - provinces == {"54", "71", "81", "82"}


def test_the_newest_factor_not_after_the_year_is_taken() -> None:
    found = [factors.grid_factor("150581", year) for year in (2020, 2022, 2023, 2026)]
    assert [one.year if one else None for one in found] == [2022, 2022, 2023, 2023]
    assert factors.grid_factor("54", 2023) is None
