"""Energy and water of the works, hour by hour, from what its machines did: a load model with a few true parameters.

Electricity follows the states of the machines; gas follows the metal that is melted, the castings that are heated and
the hours of the ovens; compressed air follows its users and its leaks; heat follows the weather.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linghang.twin.process.course import ambient_c
from linghang.twin.works.capabilities import setting
from linghang.twin.works.demand import Floats
from linghang.twin.works.floor import HEAT, Floor, States, Steps
from linghang.twin.works.layout import AREAS
from linghang.twin.works.machines import MACHINES, machines_of
from linghang.twin.works.metal import CAST_KG, MELTED
from linghang.twin.works.meters import (
    AIR,
    BUILDING,
    DIESEL,
    FRESH_MAIN,
    GAS_LOSS,
    GAS_MAIN,
    GAS_USERS,
    HEAT_MAIN,
    METERED_CENTERS,
    METERS,
    POWER_LOSS,
    POWER_MAIN,
    REUSED,
    SOLAR,
    WATER_USERS,
    area_meter,
    machine_meter,
)
from linghang.twin.works.presence import BROKEN, IDLE, RUNNING, hours_of, share_of_hours
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span
from linghang.twin.works.streams import stream
from linghang.twin.works.troubles import Trouble
from linghang.twin.works.words import chosen

SETUP = 2
AIR_KWH_NM3 = 0.118
AIR_BASE_NM3_H = 90.0
AIR_USE_NM3_H = {
    "WC-LPC": 26.0, "WC-CNC": 20.0, "WC-XRAY": 8.0, "WC-LEAK": 14.0, "WC-PRE": 90.0, "WC-POWDER": 260.0,
    "WC-PACK": 16.0, "WC-MELT": 12.0,
}  # fmt: skip
GAS_MELT_NM3_T, GAS_MELT_IDLE = 58.0, 9.0
GAS_HEAT_NM3_T, GAS_HEAT_IDLE = 41.0, 12.0
GAS_BAKE_NM3_H, GAS_PRE_NM3_H, GAS_RTO_NM3_H = 42.0, 16.0, 11.0
OVEN_IDLE_SHARE = 0.45
BUILDING_KW = 88.0
FRESH_BASE_M3_H, FRESH_PRE_M3_H, FRESH_COOL_SHARE = 1.9, 4.6, 0.085
CIRCULATION_M3_H = 58.0
DIESEL_KG_DAY = 98.0
OUTSIDE_MEAN_C, OUTSIDE_SWING_C = 6.5, 18.5
"""Temperature outside at Hohhot: mean of the year, and how far January and July lie from it."""
HEAT_GJ_PER_KH = 0.2
HEATED_BELOW_C = 5.0


@dataclass(frozen=True)
class Energy:
    """Quantities of each meter for each hour of the span, in the unit of the meter; (hours,) each."""

    of_hour: Mapping[str, Floats]

    def of_day(self, meter: str) -> Floats:
        """(days,) sums; hours of the last, unfinished day are part of it."""
        return np.asarray(self.of_hour[meter].reshape(-1, 24).sum(axis=1), dtype=np.float64)


def energy_of(span: Span, seed: int, floor: Floor, states: States, found: tuple[Trouble, ...]) -> Energy:
    """Count energy and water hour by hour.

    Parameters
    ----------
    floor
        For the metal that is melted and heated.
    states
        Of all machines.
    """
    edges = hours_of(span)
    days = span.day_of(edges[:-1])
    run = share_of_hours(span, states, (RUNNING,))
    ready = share_of_hours(span, states, (IDLE, SETUP, BROKEN))
    noise = stream(seed, "energy")
    found_hours = _troubled(span, found)
    meters: dict[str, Floats] = {}
    air = _air(span, days, run, found_hours["air_leak"]) * noise.normal(1.0, 0.01, len(days))
    meters[AIR] = air
    power = _machine_power(span, days, run, ready, air)
    power *= noise.normal(1.0, 0.012, power.shape).clip(0.9, 1.1)
    meters |= _electricity(span, seed, days, edges, power)
    meters |= _gas(span, days, run, ready, floor.steps, found_hours["burner"], noise)
    meters |= _water(span, days, run, noise)
    meters[DIESEL] = _diesel(span, days)
    meters[HEAT_MAIN] = _heat(edges) * noise.normal(1.0, 0.03, len(days)).clip(0.8, 1.2)
    rounded = {name: np.asarray(np.round(np.maximum(amount, 0.0), 3), np.float64) for name, amount in meters.items()}
    return Energy(rounded)


def _troubled(span: Span, found: tuple[Trouble, ...]) -> dict[str, Floats]:
    """Factor of each hour for troubles of energy; 1 where there is none."""
    edges = hours_of(span)
    factors = {kind: np.ones(len(edges) - 1) for kind in ("air_leak", "burner")}
    for one in found:
        if one.kind in factors:
            hours = (edges[:-1] < one.end_us) & (edges[1:] > one.start_us)
            factors[one.kind][hours] = np.maximum(factors[one.kind][hours], one.size)
    return factors


def _numbers(center: str) -> list[int]:
    return [MACHINES.index(machine) for machine in machines_of(center)]


def _air(span: Span, days: np.ndarray, run: Floats, leak: Floats) -> Floats:
    used = np.full(run.shape[1], AIR_BASE_NM3_H)
    for center, rate in AIR_USE_NM3_H.items():
        used += run[_numbers(center)].sum(axis=0) * rate
    share = setting("air_leak_share", span, days)
    usual = AIR_BASE_NM3_H + 640.0
    return np.asarray(used + usual * share / (1 - share) * leak, dtype=np.float64)


def _machine_power(span: Span, days: np.ndarray, run: Floats, ready: Floats, air: Floats) -> Floats:
    """KWh of each machine in each hour; what the compressors draw follows the air."""
    idle = setting("idle_power_factor", span, days)
    run_kw = np.array([machine.group.run_kw for machine in MACHINES])[:, None]
    idle_kw = np.array([machine.group.idle_kw for machine in MACHINES])[:, None]
    power = run * run_kw + ready * idle_kw * idle + (1 - run - ready).clip(0) * idle_kw * 0.15
    rows = _numbers("WC-AIR")
    shares = run[rows] / np.maximum(run[rows].sum(axis=0), 1e-9)
    power[rows] = shares * air * AIR_KWH_NM3 + ready[rows] * idle_kw[rows] * idle * 0.3
    return np.asarray(power, dtype=np.float64)


def _electricity(span: Span, seed: int, days: np.ndarray, edges: np.ndarray, power: Floats) -> dict[str, Floats]:
    meters: dict[str, Floats] = {}
    for number, machine in enumerate(MACHINES):
        if machine.group.center in METERED_CENTERS:
            meters[machine_meter(machine.id)] = power[number]
    for area in AREAS:
        rows = [number for number, machine in enumerate(MACHINES) if machine.area == area.id]
        meters[area_meter(area.id)] = power[rows].sum(axis=0)
    hour = (edges[:-1] // 3_600_000_000 + 8) % 24
    cold = np.clip(HEATED_BELOW_C - _outside_c(edges[:-1]), 0, None)
    dark = np.where((hour < 7) | (hour >= 18), 1.25, 0.9)
    meters[BUILDING] = BUILDING_KW * dark * (0.55 + 0.45 * setting("idle_power_factor", span, days)) + cold * 2.1
    below = sum(meters[area_meter(area.id)] for area in AREAS) + meters[BUILDING]
    taken = below / (1 - POWER_LOSS)
    meters[SOLAR] = np.minimum(_solar(span, seed, days, hour), taken)  # nothing is fed into the grid
    meters[POWER_MAIN] = taken - meters[SOLAR]
    return meters


def _solar(span: Span, seed: int, days: np.ndarray, hour: np.ndarray) -> Floats:
    """Photovoltaics: the sun over Hohhot, less with clouds."""
    peak = setting("solar_kw", span, days)
    season = np.cos(2 * np.pi * (days - 172) / 365.25)
    day_length = 12.0 + 2.8 * season
    high = np.clip(np.sin(np.pi * (hour + 0.5 - 12.5 + day_length / 2) / day_length), 0, None)
    high = np.where(np.abs(hour + 0.5 - 12.5) < day_length / 2, high, 0.0)
    clouds = stream(seed, "clouds").beta(4.0, 1.6, len(np.unique(days)))
    cloud = clouds[np.searchsorted(np.unique(days), days)]
    return np.asarray(peak * 0.80 * high * (0.78 + 0.16 * season) * cloud, dtype=np.float64)


def _gas(
    span: Span, days: np.ndarray, run: Floats, ready: Floats, steps: Steps, burner: Floats, noise: np.random.Generator
) -> dict[str, Floats]:
    edges = hours_of(span)
    melt_t = _mass_by_hour(steps, MELTED, edges) / 1000
    heat_t = _mass_by_hour(steps, HEAT, edges) / 1000
    on = {center: (run + ready)[_numbers(center)].sum(axis=0) for center in ("WC-MELT", "WC-HT")}
    melt, heat = setting("gas_melt_factor", span, days), setting("gas_heat_factor", span, days)
    ovens = setting("gas_heat_factor", span, days)

    def oven(center: str, rate: float) -> Floats:
        rows = _numbers(center)
        on_time = run[rows].sum(axis=0) + OVEN_IDLE_SHARE * ready[rows].sum(axis=0)
        return np.asarray(on_time * rate * ovens, dtype=np.float64)

    painted = run[_numbers("WC-POWDER")].sum(axis=0)
    used = {
        "MTR-GAS-MELT": (GAS_MELT_NM3_T * melt_t * burner + GAS_MELT_IDLE * on["WC-MELT"]) * melt,
        "MTR-GAS-HEAT": (GAS_HEAT_NM3_T * heat_t + GAS_HEAT_IDLE * on["WC-HT"]) * heat,
        "MTR-GAS-PRE": oven("WC-PRE", GAS_PRE_NM3_H),
        "MTR-GAS-BAKE": oven("WC-BAKE", GAS_BAKE_NM3_H),
        "MTR-GAS-RTO": (0.35 + 0.65 * painted) * GAS_RTO_NM3_H,
    }
    used = {name: used[name] * noise.normal(1.0, 0.01, len(days)).clip(0.9, 1.1) for name in GAS_USERS}
    return used | {GAS_MAIN: _added(used) / (1 - GAS_LOSS)}


def _added(used: Mapping[str, Floats]) -> Floats:
    """Sum of several meters, hour by hour."""
    return np.asarray(np.sum(list(used.values()), axis=0), dtype=np.float64)


def _mass_by_hour(steps: Steps, segment: int, edges: np.ndarray) -> Floats:
    """Kilograms that a segment works in each hour, spread over the time of each lot."""
    one = steps.of(segment)
    mass = one.pieces * CAST_KG[one.product]
    rate = mass / np.maximum(one.end - one.work, 1)
    times = np.concatenate([one.work, one.end])
    change = np.concatenate([rate, -rate])
    order = np.argsort(times, kind="stable")
    times, level = times[order].astype(np.float64), np.cumsum(change[order])
    done = np.concatenate([[0.0], np.cumsum(level[:-1] * np.diff(times))])
    return np.asarray(np.diff(np.interp(edges.astype(np.float64), times, done)), dtype=np.float64)


def _water(span: Span, days: np.ndarray, run: Floats, noise: np.random.Generator) -> dict[str, Floats]:
    painting, casting = run[_numbers("WC-PRE")].sum(axis=0), run[_numbers("WC-LPC")].sum(axis=0)
    better = setting("water_reuse_factor", span, days)
    circulated = CIRCULATION_M3_H * (0.35 + 0.65 * casting / 12) * (0.9 + 0.1 * better)
    used = {
        "MTR-WAT-COOL": circulated * FRESH_COOL_SHARE / better**0.5,
        "MTR-WAT-PRE": FRESH_PRE_M3_H * (0.2 + 0.8 * painting) / better**0.6,
        "MTR-WAT-DOM": np.full(len(days), FRESH_BASE_M3_H),
    }
    used = {name: used[name] * noise.normal(1.0, 0.02, len(days)).clip(0.8, 1.2) for name in WATER_USERS}
    return used | {FRESH_MAIN: _added(used) / (1 - GAS_LOSS), REUSED: circulated}


def _diesel(span: Span, days: np.ndarray) -> Floats:
    """Forklifts are fuelled at eight in the morning; vehicles took over most of their work."""
    amount = np.zeros(len(days))
    amount[8::24] = DIESEL_KG_DAY * np.where(setting("logistics_cost_factor", span, days[8::24]) < 1, 0.38, 1.0)
    return amount


def _outside_c(at_us: np.ndarray) -> Floats:
    indoors = ambient_c(at_us / 1e6)
    return np.asarray(OUTSIDE_MEAN_C + (indoors - 21.0) / 8.0 * OUTSIDE_SWING_C, dtype=np.float64)


def _heat(edges: np.ndarray) -> Floats:
    """Heat of the halls: so much for every degree below the heating limit."""
    cold = np.clip(HEATED_BELOW_C - _outside_c(edges[:-1]), 0, None)
    return np.asarray(cold * HEAT_GJ_PER_KH, dtype=np.float64)


HOURLY = frozenset({"electricity", "natural_gas", "water_fresh", "water_reused", "compressed_air"})


def reading_rows(span: Span, energy: Energy) -> pa.Table:
    """Rows of meter_reading: mains and areas by the hour, single machines, heat and diesel by the day."""
    edges = hours_of(span)
    hourly = [one.id for one in METERS if one.carrier in HOURLY and one.equipment is None]
    daily = [one.id for one in METERS if one.id not in hourly]
    parts = []
    for names, every in ((hourly, 1), (daily, 24)):
        starts = edges[:-1:every]
        quantity = np.concatenate([energy.of_hour[name].reshape(-1, every).sum(axis=1) for name in names])
        parts.append(
            rows_of(
                "meter_reading",
                len(quantity),
                meter_id=chosen(names, np.repeat(np.arange(len(names)), len(starts))),
                start=np.tile(starts, len(names)),
                end=np.tile(starts + every * 3_600_000_000, len(names)),
                quantity=np.round(quantity, 3),
                estimated=False,
            )
        )
    return pa.concat_tables(parts).sort_by([("meter_id", "ascending"), ("start", "ascending")])
