"""Electricity tariffs: prices by time of use, and the two-part tariff (两部制电价) with its basic charge.

A tariff is data of the plant: prices stand in its contract and in the notices of its province, change every month, and
are given by the user. Nothing here is a price of any province; `EXAMPLE` is made up, for tests and examples only.

A price is written as `HH:MM-HH:MM=price`, or `HH:MM-HH:MM@7+8=price` for single months, which then goes before one
without months. Every minute of the day needs exactly one price in every month.

The basic charge is either by the highest demand of the month (需量, CNY per kW) or by the capacity of the transformers
(容量, CNY per kVA). Demand is the mean power over the interval of the readings.

Limits: no power-factor adjustment (力调电费), no stepped prices, no market settlement; add them to the bill by hand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from linghang.engines.contract import moment
from linghang.engines.energy_carbon.energy_readings import Floats, Ints
from linghang.errors import BadInput

MINUTES = 1440
_WRITTEN = re.compile(r"^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})(?:@([\d+]+))?=(\d+(?:\.\d+)?)$")
EXAMPLE = (
    "00:00-07:00=0.3", "07:00-10:00=0.6", "10:00-15:00=0.3", "15:00-17:00=0.6", "17:00-22:00=0.9", "22:00-24:00=0.6",
)  # fmt: skip
"""A made-up tariff in CNY/kWh with a cheap noon and a dear evening; of no province, no year and no contract."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What electricity costs.

    Attributes
    ----------
    minute_price
        (12, 1440) CNY/kWh of each minute of the day, by month.
    demand_price
        CNY per kW of the month's highest demand; 0 where the basic charge is by capacity or there is none.
    capacity_charge
        CNY a month for the capacity of the transformers.
    """

    minute_price: Floats
    demand_price: float = 0.0
    capacity_charge: float = 0.0

    def price(self, at_us: Ints, zone: ZoneInfo) -> Floats:
        """Return (n,) CNY/kWh of intervals that begin at `at_us`."""
        local = [moment(int(one)).astimezone(zone) for one in at_us]
        month = np.array([one.month - 1 for one in local], np.int64)
        minute = np.array([one.hour * 60 + one.minute for one in local], np.int64)
        return np.asarray(self.minute_price[month, minute], np.float64)


def tariff_of(
    periods: Sequence[str], demand_price: float = 0.0, capacity_price: float = 0.0, capacity_kva: float = 0.0
) -> Tariff:
    """Read a tariff.

    Parameters
    ----------
    periods
        As written above.
    demand_price
        CNY per kW and month.
    capacity_price, capacity_kva
        CNY per kVA and month, and the transformers' capacity.

    Raises
    ------
    BadInput
        A period that cannot be read, a minute with two prices or none, a negative price, or a basic charge both by
        demand and by capacity (the user chooses one of them).
    """
    general, special = np.full((12, MINUTES), np.nan), np.full((12, MINUTES), np.nan)
    for written in periods:
        months, start, end, price = _read(written)
        prices = general if months is None else special
        rows = range(12) if months is None else [one - 1 for one in months]
        for row in rows:
            if np.isfinite(prices[row, start:end]).any():
                raise BadInput("the price period “{period}” overlaps another one", period=written)
            prices[row, start:end] = price
    merged = np.where(np.isfinite(special), special, general)
    if np.isnan(merged).any():
        month, minute = np.argwhere(np.isnan(merged))[0]
        raise BadInput(
            "the tariff has no price at {at} in month {month}",
            at=f"{minute // 60:02d}:{minute % 60:02d}",
            month=int(month) + 1,
        )
    if min(demand_price, capacity_price, capacity_kva) < 0:
        raise BadInput("prices and capacities of a tariff are not negative")
    if demand_price > 0 and capacity_price > 0:
        raise BadInput("a two-part tariff charges by demand or by capacity, not by both")
    return Tariff(merged, demand_price, capacity_price * capacity_kva)


def _read(written: str) -> tuple[list[int] | None, int, int, float]:
    found = _WRITTEN.match(written.replace(" ", ""))
    if found is None:
        raise BadInput("“{period}” is no price period; write it as 08:00-11:30=0.62", period=written)
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4])
    months = [int(one) for one in found[5].split("+") if one] if found[5] else None
    if not 0 <= start < end <= MINUTES or (months is not None and not all(1 <= one <= 12 for one in months)):
        raise BadInput("“{period}” is no price period; write it as 08:00-11:30=0.62", period=written)
    return months, start, end, float(found[6])


@dataclass(frozen=True, slots=True)
class Bill:
    """What a stretch of one month or less costs, CNY; the basic charge is that of the whole month."""

    energy_kwh: float
    energy_cny: float
    peak_kw: float
    basic_cny: float

    @property
    def total_cny(self) -> float:
        """Energy and basic charge."""
        return self.energy_cny + self.basic_cny


def bill(tariff: Tariff, power_kw: Floats, price: Floats, hours: float) -> Bill:
    """Price a load.

    Parameters
    ----------
    power_kw
        (n,) mean power of each interval; an unknown one is NaN and left out.
    price
        (n,) CNY/kWh.
    hours
        Length of an interval.
    """
    known = np.isfinite(power_kw)
    energy = power_kw[known] * hours
    peak = float(power_kw[known].max(initial=0.0))
    basic = tariff.demand_price * peak + tariff.capacity_charge
    return Bill(float(energy.sum()), float((energy * price[known]).sum()), peak, basic)
