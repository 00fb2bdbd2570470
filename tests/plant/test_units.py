"""Units and exact conversion."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.plant.units import UNITS, convert, convert_numbers, same_kind, unit

VALUES = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
PAIRS = [
    (one.name, other.name) for one in UNITS.values() for other in UNITS.values() if one.dimension == other.dimension
]


@pytest.mark.parametrize(
    ("value", "given_unit", "wanted", "right"),
    [
        ("1", "kWh", "MJ", "3.6"),
        ("2.5", "MWh", "kWh", "2500"),
        ("1", "GJ", "MJ", "1000"),
        ("1", "万kWh", "MWh", "10"),
        ("1.2345", "t", "kg", "1234.5"),
        ("15", "g", "kg", "0.015"),
        ("250", "L", "m3", "0.25"),
        ("3", "万Nm3", "Nm3", "30000"),
        ("90", "min", "h", "1.5"),
        ("2", "d", "s", "172800"),
        ("25", "°C", "K", "298.15"),
        ("0", "K", "°C", "-273.15"),
        ("1.5", "MW", "kW", "1500"),
        ("2635.07", "万元", "CNY", "26350700"),
        ("1.2", "亿元", "万元", "12000"),
        ("3.2", "万件", "pcs", "32000"),
        ("95", "%", "1", "0.95"),
        ("0.5", "吨标准煤", "kgce", "500"),
    ],
)
def test_conversion_is_exact(value: str, given_unit: str, wanted: str, right: str) -> None:
    assert convert(Decimal(value), given_unit, wanted) == Decimal(right)


@given(pair=st.sampled_from(PAIRS), value=VALUES)
@settings(max_examples=1000)
def test_there_and_back_again(pair: tuple[str, str], value: Decimal) -> None:
    one, other = pair
    back = convert(convert(value, one, other), other, one)
    assert abs(back - value) <= Decimal("1e-20") * max(1, abs(value))


@given(name=st.sampled_from(list(UNITS)), value=VALUES)
def test_a_unit_converts_to_itself_exactly(name: str, value: Decimal) -> None:
    assert convert(value, name, name) == value


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_arrays_convert_as_decimals_do(one: str, other: str) -> None:
    values = np.array([0.0, 1.0, 12.5, -3.0, 1e6])
    right = [float(convert(Decimal(str(value)), one, other)) for value in values]
    np.testing.assert_allclose(convert_numbers(values, one, other), right, rtol=1e-14, atol=1e-9)


def test_the_same_unit_leaves_an_array_alone() -> None:
    values = np.array([0.1, np.nan])
    assert convert_numbers(values, "度", "kWh") is values


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("度", "kWh"),
        ("KWH", "kWh"),
        ("kW·h", "kWh"),
        ("千瓦时", "kWh"),
        ("m³", "m3"),
        ("㎥", "m3"),
        ("立方米", "m3"),
        ("Nm³", "Nm3"),
        ("标方", "Nm3"),
        ("℃", "°C"),
        ("㎏", "kg"),
        ("公斤", "kg"),
        ("吨", "t"),
        (" t ", "t"),
        ("T", "t"),
        ("元", "CNY"),
        ("万 元", "万元"),
        ("人民币", "CNY"),
        ("件", "pcs"),
        ("EA", "pcs"),
        ("％", "%"),
        ("小时", "h"),
        ("mg/m³", "mg/m3"),
    ],
)
def test_units_are_known_by_other_spellings(written: str, name: str) -> None:
    assert unit(written).name == name


@pytest.mark.parametrize("name", UNITS)
def test_every_spelling_finds_its_own_unit(name: str) -> None:
    found = UNITS[name]
    for spelling in (found.name, found.text.zh, found.text.en, *found.also):
        assert unit(spelling) is found


@pytest.mark.parametrize("written", ["", "kWhh", "M", "parsec"])
def test_an_unknown_unit_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        unit(written)


def test_the_refusal_names_units_that_look_alike() -> None:
    with pytest.raises(BadInput, match="kWh"):
        unit("kWhh")


@pytest.mark.parametrize(("one", "other"), [("m3", "Nm3"), ("tce", "GJ"), ("kW", "kWh"), ("pcs", "kg"), ("t", "m3")])
def test_different_things_do_not_convert(one: str, other: str) -> None:
    assert not same_kind(one, other)
    with pytest.raises(BadInput):
        convert(Decimal(1), one, other)
    with pytest.raises(BadInput):
        convert_numbers(np.ones(1), one, other)
