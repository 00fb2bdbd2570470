"""The energy engine on public data: day-ahead load of a steel works beside naive, boosting and statsmodels' forecasts.

`python -m bench.engine_energy` takes `--spring` for the quarter before, and `--holidays` for what a known
calendar would add.
The data: Steel Industry Energy Consumption, DAEWOO Steel 2018 (UCI 851), 15-minute rows of January to September.
"""

import gzip
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linghang.engines.energy_carbon.energy_forecast import Backtest, History, backtest
from linghang.engines.energy_carbon.energy_shaving import Batch, place_batches, shift_load
from linghang.engines.energy_carbon.energy_tariff import EXAMPLE, EXAMPLE_DEMAND, tariff_of

if TYPE_CHECKING:
    from bench.__main__ import Bench

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
STEEL = SHARED / "steel_energy" / "steel_industry_2018_01_09.csv.gz"
SPRING, SUMMER, END = 98, 181, 273
SLOTS = 96
HOLIDAYS = (0, 45, 46, 47, 59, 124, 126, 141, 156, 163, 226, 266, 267, 268)
"""Public holidays of the Republic of Korea in 2018, as days of the year from 0: known long before."""
KNOWN = "known for the quarter after: naive 12.942, boosting 9.728 (24.8 % better)"


def steel(closed: tuple[int, ...] = ()) -> History:
    """Return the load in kWh a quarter of an hour, by day."""
    with gzip.open(STEEL, "rt") as lines:
        load = np.array([float(line.split(",")[1]) for line in list(lines)[1:]]).reshape(-1, SLOTS)
    known = np.zeros(len(load), bool)
    known[list(closed)] = True
    return History(load, np.arange(len(load)) % 7, known)


def plain_boosting(history: History, first: int, last: int) -> np.ndarray:
    """Return the peer: gradient boosting with default settings on lags 96, 192, 672 and the calendar, fitted once."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    slots = history.slots
    columns = [np.roll(history.load, lag, axis=0) for lag in (1, 2, 7)]
    columns.append(np.broadcast_to(np.arange(slots, dtype=float), history.load.shape))
    columns.append(np.broadcast_to(history.weekday[:, None].astype(float), history.load.shape))
    features = np.stack(columns, axis=2)
    model = HistGradientBoostingRegressor(random_state=0)
    model.fit(features[7:first].reshape(-1, 5), history.load[7:first].ravel())
    return np.asarray(model.predict(features[first:last].reshape(-1, 5)).reshape(last - first, slots))


def autoregression(history: History, first: int, last: int) -> np.ndarray:
    """Return the peer: statsmodels' AutoReg on lags of an hour, a day, two days and a week with slots of the day."""
    from statsmodels.tsa.ar_model import AutoReg

    flat = history.load.ravel()
    lags = [1, 2, 3, 4, SLOTS, 2 * SLOTS, 7 * SLOTS]
    fitted = AutoReg(flat[: first * SLOTS], lags, seasonal=True, period=SLOTS).fit()
    parameters, found = np.asarray(fitted.params), []
    constant, seasons, slopes = parameters[0], np.append(0.0, parameters[1:SLOTS]), parameters[SLOTS:]
    for day in range(first, last):
        path = flat[(day - 7) * SLOTS : day * SLOTS].tolist()
        for slot in range(SLOTS):
            path.append(constant + seasons[slot] + sum(s * path[-lag] for s, lag in zip(slopes, lags, strict=True)))
        found.append(np.maximum(path[-SLOTS:], 0.0))
    return np.array(found)


def compared(history: History, first: int, last: int) -> tuple[Backtest, dict[str, float]]:
    """Return our forecasts of a quarter, and the mean absolute error of all in kWh a quarter of an hour."""
    known = History(history.load[:last], history.weekday[:last], history.closed[:last])
    ours = backtest(known, first)
    errors = {
        "linghang": ours.mae(ours.forecast[..., 1]),
        "the week before": ours.mae(ours.weekly),
        "the day before": ours.mae(ours.daily),
        "plain boosting": ours.mae(plain_boosting(history, first, last)),
        "statsmodels AutoReg": ours.mae(autoregression(history, first, last)),
        "our trees alone": ours.mae(ours.trees),
        "our similar days alone": ours.mae(ours.similar),
    }
    return ours, errors


def run(bench: "Bench") -> None:
    """Put rows for forecast, shifting and batches; a bar is what has to be reached."""
    say = bench.console.print
    if not STEEL.exists():
        say(f"{STEEL} is not there: the forecast is not measured")
    else:
        began = time.process_time()
        ours, errors = compared(steel(), SUMMER, END)
        say(f"steel works, July to September 2018, day-ahead, MAE in kWh per 15 min; {KNOWN}")
        for peer, error in errors.items():
            say(f"  {peer:24} {error:7.3f}  {100 * (1 - error / errors['the week before']):6.1f} % better than naive")
        spent = time.process_time() - began
        say(f"  10-90 % holds {100 * ours.coverage:.1f} %; {spent:.0f} s of processor time for all")
    _optima(bench)


def _optima(bench: "Bench") -> None:
    """Time a month's shift, and batches beside their enumeration."""
    rng = np.random.default_rng(1)
    tariff = tariff_of(EXAMPLE, EXAMPLE_DEMAND)
    slots = 31 * SLOTS
    power = 800 + 600 * rng.random(slots)
    price = tariff.minute_price[0, np.arange(slots) % SLOTS * 15]
    groups = np.arange(slots) // SLOTS

    def month() -> None:
        found = shift_load(power, price, hours=0.25, flexible=np.full(slots, 0.1), groups=groups,
                           demand_price=EXAMPLE_DEMAND)  # fmt: skip
        assert abs(found.gap) < 1e-7

    (seconds,) = bench.race(month)
    bench.row("cheapest shift of a month in quarters of an hour, proven by its bound", seconds, None, 2000)
    batches = [Batch(float(rng.uniform(100, 400)), 8, 0, 80) for _ in range(4)]

    def day() -> None:
        found = place_batches(power[:SLOTS], price[:SLOTS], batches, hours=0.25, demand_price=1.0)
        assert found.cost - found.bound <= 1e-4 * found.cost

    (seconds,) = bench.race(day)
    bench.row("four batches placed in a day of quarters of an hour", seconds, None, 30_000)


if __name__ == "__main__":
    from bench.__main__ import Bench

    table = Bench(3)
    if "--holidays" in sys.argv and STEEL.exists():
        found = backtest(steel(HOLIDAYS), SUMMER)
        table.console.print(f"with the public holidays known ahead: {100 * found.skill:.1f} % better than naive")
    if "--spring" in sys.argv and STEEL.exists():
        _, errors = compared(steel(), SPRING, SUMMER)
        table.console.print({name: round(error, 3) for name, error in errors.items()})
    run(table)
    table.console.print(table.table)
