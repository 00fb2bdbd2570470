"""The plant's electric load: forecast of the next day, highest demands, and what shifting would save."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from linghang.engines.contract import micros, moment
from linghang.engines.energy_carbon.energy_forecast import LEAST_DAYS, Backtest, History, backtest
from linghang.engines.energy_carbon.energy_plant import DAY_US, Plant, closed_days, supply
from linghang.engines.energy_carbon.energy_readings import HOUR_US, Floats, Ints
from linghang.engines.energy_carbon.energy_shaving import lowest_peaks, shift_load
from linghang.engines.energy_carbon.energy_tariff import Bill, Tariff, bill


@dataclass(frozen=True)
class Load:
    """Mean power by day and slot, kW; the days are the plant's, the oldest first.

    Attributes
    ----------
    at_us
        (days, slots) when each slot begins.
    power_kw
        (days, slots) NaN where not known.
    closed
        (days,) days without any shift.
    first
        First day of the window.
    """

    at_us: Ints
    power_kw: Floats
    closed: np.ndarray
    first: int
    hours: float


def load_of(plant: Plant, history_days: int) -> Load | None:
    """Return the electric load of the window and the days before it; None without readings by the hour or finer."""
    tops = [one for one in plant.meters.values() if one.carrier == "electricity" and one.boundary]
    steps = [plant.readings[one.id].usual_step_us() for one in tops]
    if not steps or not min(steps) > 0 or max(steps) > HOUR_US or DAY_US % max(steps):
        return None
    step = max(steps)
    slots = DAY_US // step
    last = int(plant.edges_us[-1])
    start = micros(plant.inputs.start) - DAY_US // 2
    days = int(min((last - plant.edges_us[0]) // DAY_US, history_days + (last - start) // DAY_US))
    if days < 1:
        return None
    edges = last - np.arange(days * slots, -1, -1, dtype=np.int64) * step
    amounts = supply(plant, "electricity", edges)
    if amounts is None:
        return None
    power = np.maximum(amounts.known(), 0).reshape(days, slots) / (step / HOUR_US)
    at = edges[:-1].reshape(days, slots)
    return Load(at, power, closed_days(plant.inputs, edges[::slots]), int((at[:, 0] < start).sum()), step / HOUR_US)


@dataclass(frozen=True)
class Ahead:
    """The forecast of the day after the window, and how such forecasts did in the window."""

    at_us: Ints
    quantiles: Floats
    checked: Backtest


def forecast_of(plant: Plant, load: Load) -> Ahead | None:
    """Forecast the next day, and the days of the window as they would have been; None with too little history."""
    zone = plant.inputs.zone
    noons = [moment(int(one) + DAY_US // 2).astimezone(zone) for one in load.at_us[:, 0]]
    history = History(load.power_kw, np.array([one.weekday() for one in noons], np.int64), load.closed)
    first = max(load.first, LEAST_DAYS)
    if first >= len(noons) or np.isfinite(load.power_kw[:first]).all(axis=1).sum() < LEAST_DAYS:
        return None
    tomorrow = noons[-1] + timedelta(days=1)
    found = backtest(history.with_tomorrow(tomorrow.weekday()), first, seed=plant.inputs.seed)
    if not np.isfinite(found.forecast[-1]).all():
        return None
    past = Backtest(found.first, *(getattr(found, name)[:-1] for name in
                    ("actual", "forecast", "daily", "weekly", "trees", "similar")))  # fmt: skip
    return Ahead(load.at_us[-1] + DAY_US, found.forecast[-1], past)


@dataclass(frozen=True)
class Peak:
    """The highest demand of a day: when, how high, the day's mean, and the lowest peak that shifting can reach."""

    at_us: int
    peak_kw: float
    mean_kw: float
    reachable_kw: float


def peaks_of(load: Load, flexible: float) -> list[Peak]:
    """Return the peaks of the whole days of the window, the highest first."""
    found = []
    for day in range(load.first, len(load.power_kw)):
        power = load.power_kw[day]
        if np.isfinite(power).all():
            lowest = float(lowest_peaks(power, flexible, np.zeros(len(power), np.int64))[0])
            top = int(power.argmax())
            found.append(Peak(int(load.at_us[day, top]), float(power[top]), float(power.mean()), lowest))
    return sorted(found, key=lambda one: (-one.peak_kw, one.at_us))


@dataclass(frozen=True)
class MonthPlan:
    """What a month of the window costs, and would cost at least with the flexible share moved within its day.

    `gap` is the distance of the optimum from its bound, relative.
    """

    month: int
    days: int
    before: Bill
    after: Bill
    moved_kwh: float
    gap: float


def plans_of(plant: Plant, load: Load, tariff: Tariff, flexible: float) -> list[MonthPlan]:
    """Price the whole days of the window month by month, and find the cheapest shift of the flexible share."""
    zone = plant.inputs.zone
    whole = np.asarray(np.isfinite(load.power_kw).all(axis=1), bool)
    whole[: load.first] = False
    local = [moment(int(one) + DAY_US // 2).astimezone(zone) for one in load.at_us[:, 0]]
    months = np.array([100 * one.year + one.month for one in local], np.int64)
    found = []
    for month in np.unique(months[whole]):
        days = np.flatnonzero(whole & (months == month))
        power = load.power_kw[days].ravel()
        price = tariff.price(load.at_us[days].ravel(), zone)
        moved = shift_load(
            power, price, hours=load.hours, flexible=np.full(len(power), flexible),
            groups=np.repeat(days, load.power_kw.shape[1]), demand_price=tariff.demand_price,
        )  # fmt: skip
        now, then = (bill(tariff, one, price, load.hours) for one in (power, moved.power_kw))
        found.append(MonthPlan(int(month), len(days), now, then, moved.moved_kwh, moved.gap))
    return found
