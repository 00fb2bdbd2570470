"""Emissions, solid waste and outlets of the works."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linghang.kpi import factors
from linghang.twin.works.capabilities import setting, setting_on
from linghang.twin.works.demand import Floats
from linghang.twin.works.energy import Energy
from linghang.twin.works.layout import FACTORY, REGION, credit_code
from linghang.twin.works.meters import DIESEL, GAS_MAIN, HEAT_MAIN, POWER_MAIN
from linghang.twin.works.rows import listed, rows_of
from linghang.twin.works.span import Span
from linghang.twin.works.streams import stream
from linghang.twin.works.sums import summed
from linghang.twin.works.troubles import Trouble

GRID_YEAR = 2023
PERMIT = credit_code("MA0QCLC0X") + "001V"
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance at an outlet: usual concentration, its scatter, its limit, and hours between two readings."""

    outlet: str
    name: str
    unit: str
    usual: float
    scatter: float
    limit: float
    every_h: int


OUTLETS: tuple[tuple[str, str, str, bool], ...] = (
    ("DA001", "air", "熔炼炉烟囱", True),
    ("DA002", "air", "涂装废气排放口", True),
    ("DA003", "air", "热处理炉烟囱", False),
    ("DW001", "water", "厂区废水总排口", True),
    ("ZS001", "noise", "厂界东侧", False),
)
SUBSTANCES: tuple[Substance, ...] = (
    Substance("DA001", "NOx", "mg/m3", 62.0, 0.16, 150.0, 1),
    Substance("DA001", "颗粒物", "mg/m3", 6.4, 0.18, 20.0, 1),
    Substance("DA002", "VOC", "mg/m3", 14.5, 0.20, 50.0, 1),
    Substance("DA003", "NOx", "mg/m3", 48.0, 0.15, 150.0, 24),
    Substance("DW001", "COD", "mg/L", 36.0, 0.17, 100.0, 2),
    Substance("DW001", "氨氮", "mg/L", 3.1, 0.20, 15.0, 2),
)
POLLUTANTS: tuple[tuple[str, str, float], ...] = (
    ("NOx", "熔炼与热处理燃烧", 1.05e-6),
    ("particulates", "熔炼除尘排口", 0.11e-6),
    ("VOC", "涂装废气", 0.24e-6),
)
"""Substance, source, tonnes for a standard cubic metre of gas burnt in the month."""


def environment_rows(
    span: Span, seed: int, energy: Energy, dross_t: Floats, good_t: Floats, found: tuple[Trouble, ...]
) -> dict[str, pa.Table]:
    """Rows of emission, waste_month, outlet and outlet_reading.

    Parameters
    ----------
    dross_t, good_t
        Dross and good wheels of each complete month, in tonnes.
    """
    return {
        "emission": _emissions(span, energy),
        "waste_month": _waste(span, seed, dross_t, good_t),
        "outlet": listed(
            "outlet",
            [
                {
                    "outlet_id": id,
                    "factory_id": FACTORY,
                    "medium": medium,
                    "name": name,
                    "permit_number": PERMIT,
                    "monitored_online": online,
                }
                for id, medium, name, online in OUTLETS
            ],
        ),
        "outlet_reading": _readings(span, seed, found),
    }


def by_month(span: Span, of_day: Floats) -> Floats:
    """Sums over the complete months."""
    month = span.month_of(span.day_numbers)
    inside = month < span.months
    return summed(month[inside], of_day[inside], span.months)


def _emissions(span: Span, energy: Energy) -> pa.Table:
    """Greenhouse gases by the coefficients of the inventory, pollutants by what was burnt: a row a source and month."""
    gas, diesel, power, heat = (
        by_month(span, energy.of_day(name)) for name in (GAS_MAIN, DIESEL, POWER_MAIN, HEAT_MAIN)
    )
    grid = factors.grid_factor(REGION, GRID_YEAR)
    fuel = {name: factors.fuel_co2(name, unit) for name, unit in (("natural_gas", "Nm3"), ("diesel", "kg"))}
    gas_t, diesel_t = (float(one.factor) if one else 0.0 for one in (fuel["natural_gas"], fuel["diesel"]))
    amounts = [
        ("CO2", "combustion", "天然气燃烧", gas * gas_t),
        ("CO2", "combustion", "叉车柴油燃烧", diesel * diesel_t),
        ("CO2", "electricity", "外购电力", power * float(grid.kg_per_kwh if grid else 0) / 1000),
        ("CO2", "heat", "外购热力", heat * float(factors.PURCHASED_HEAT_T_PER_GJ)),
        *((name, "pollutant", source, gas * share) for name, source, share in POLLUTANTS),
    ]
    rows: list[dict[str, object]] = []
    starts = [span.at(day) for day in (*span.month_days, span.complete_until)]
    for month in range(span.months):
        for number, (name, kind, source, amount) in enumerate(amounts):
            rows.append(
                {
                    "emission_id": f"EMI-{span.month_days[month]:%Y-%m}-{number + 1:02d}",
                    "start": starts[month],
                    "end": starts[month + 1],
                    "gas": name,
                    "kind": kind,
                    "source": source,
                    "quantity_t": round(float(amount[month]), 4),
                }
            )
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in rows[0]}
    for name in ("start", "end"):
        columns[name] = np.array(columns[name], dtype=np.int64)
    return rows_of("emission", len(rows), factory_id=FACTORY, **columns)


def _waste(span: Span, seed: int, dross_t: Floats, good_t: Floats) -> pa.Table:
    """Balance of waste: what is generated or taken from stock is utilised, disposed of or stored."""
    rng = stream(seed, "waste")
    rows: list[dict[str, object]] = []
    for month, day in enumerate(span.month_days):
        share = setting_on("waste_utilised", span, day)
        general = round(float(good_t[month] * 0.058 + 6.0) * float(rng.normal(1.0, 0.04)), 2)
        old = round(general * 0.02 * float(rng.uniform(0.5, 1.5)), 2)
        utilised = round(general * share * float(rng.normal(1.0, 0.01)) + old, 2)
        rest = round(general + old - utilised, 2)
        rows.append(_balance(day, "general", general, utilised, old, round(rest * 0.7, 2), rest))
        dangerous = round(float(dross_t[month] * 0.9 + good_t[month] * 0.012), 2)
        rows.append(_balance(day, "hazardous", dangerous, round(dangerous * 0.62, 2), 0.0, round(dangerous * 0.3, 2),
                             round(dangerous - round(dangerous * 0.62, 2), 2)))  # fmt: skip
    return listed("waste_month", rows)


def _balance(
    day: object, kind: str, generated: float, utilised: float, old: float, disposed: float, rest: float
) -> dict[str, object]:
    return {
        "factory_id": FACTORY,
        "month": day,
        "kind": kind,
        "generated_t": generated,
        "utilised_t": utilised,
        "utilised_from_stock_t": old,
        "disposed_t": disposed,
        "stored_t": round(rest - disposed, 2),
    }


def _readings(span: Span, seed: int, found: tuple[Trouble, ...]) -> pa.Table:
    parts = [_of(one, span, seed, found) for one in SUBSTANCES]
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("outlet_id", "substance", "at")])


def _of(one: Substance, span: Span, seed: int, found: tuple[Trouble, ...]) -> pa.Table:
    rng = stream(seed, "outlet", one.outlet, one.name)
    at = np.arange(span.start_us, span.end_us, one.every_h * HOUR_US, dtype=np.int64)
    days = span.day_of(at)
    better = 0.78 + 0.22 * setting("gas_melt_factor", span, days) ** 2
    slow = np.convolve(rng.normal(0, 1, len(at) + 11), np.ones(12) / 12**0.5, mode="valid")
    value = (
        one.usual * better * np.exp(one.scatter * (0.8 * slow + 0.4 * rng.normal(0, 1, len(at))) - one.scatter**2 / 2)
    )
    value = np.minimum(value, 0.92 * one.limit)
    for trouble in found:
        if trouble.kind == "exceedance" and (trouble.subject, trouble.what) == (one.outlet, one.name):
            rows = (at >= trouble.start_us) & (at < trouble.end_us)
            value[rows] = np.maximum(value[rows] * trouble.size, one.limit * 1.08)
    return rows_of(
        "outlet_reading",
        len(at),
        outlet_id=one.outlet,
        substance=one.name,
        at=at,
        value=np.round(value, 2),
        unit=one.unit,
        limit_value=one.limit,
    )
