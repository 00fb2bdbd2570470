"""What machines call units becomes our units."""

from decimal import Decimal

import pytest

from linghang.errors import BadInput
from linghang.plant.unit_codes import COMMON_CODES, SourceUnit, unit_of_source
from linghang.plant.units import UNITS, convert
from linghang.plant.writing import check_source_unit


def test_every_code_stands_for_a_unit_that_there_is() -> None:
    assert {one.unit for one in COMMON_CODES.values()} <= set(UNITS)
    assert all(code.isalnum() and len(code) <= 3 for code in COMMON_CODES)


@pytest.mark.parametrize(
    ("code", "written", "name"),
    [
        ("CEL", None, "°C"),
        ("CEL", "degC", "°C"),
        ("MQH", "m³/h", "m3/h"),
        (None, "m³/h", "m3/h"),
        (None, "Cel", "°C"),
        (None, "℃", "°C"),
        (None, "kW.h", "kWh"),
        (None, "r/min", "rpm"),
        (None, "{rev}/min", "rpm"),
        (None, "μS/cm", "uS/cm"),
        (None, "千瓦", "kW"),
        (None, "KWT", "kW"),
        ("XYZ", " bar ", "bar"),
        ("C62", "piece", "pcs"),
        ("C62", "one", "1"),
        ("C62", None, "1"),
    ],
)
def test_a_code_or_a_symbol_names_a_unit(code: str | None, written: str | None, name: str) -> None:
    assert unit_of_source(code, written) == SourceUnit(name)


@pytest.mark.parametrize(("code", "written"), [(None, None), (None, ""), ("XYZ", None), (None, "bananas"), (None, " ")])
def test_what_names_no_unit_gives_none(code: str | None, written: str | None) -> None:
    assert unit_of_source(code, written) is None


@pytest.mark.parametrize(
    ("code", "value", "right"),
    [("FAH", 212.0, 100.0), ("FAH", -40.0, -40.0), ("PS", 14.5037738, 100.0), ("2A", 314.159265358979, 3000.0)],
)
def test_units_that_are_not_ours_become_ours(code: str, value: float, right: float) -> None:
    found = COMMON_CODES[code]
    assert value * found.scale + found.offset == pytest.approx(right)


@pytest.mark.parametrize(
    ("value", "given", "wanted", "right"),
    [
        ("1", "m3/min", "m3/h", "60"),
        ("36", "L/min", "L/h", "2160"),
        ("36", "km/h", "m/s", "10"),
        ("3000", "rpm", "r/s", "50"),
        ("1", "bar", "mbar", "1000"),
        ("1", "t/h", "kg/h", "1000"),
        ("2.5", "kA", "A", "2500"),
        ("1", "Nm3/min", "Nm3/h", "60"),
    ],
)
def test_units_of_signals_convert_exactly(value: str, given: str, wanted: str, right: str) -> None:
    assert convert(Decimal(value), given, wanted) == Decimal(right)


def test_a_source_unit_has_to_convert_to_that_of_the_tag() -> None:
    check_source_unit("°C", "K")
    with pytest.raises(BadInput, match="bar does not convert to °C"):
        check_source_unit("°C", "bar")
