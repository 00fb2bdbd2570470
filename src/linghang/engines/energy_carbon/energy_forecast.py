"""Load of the next day, forecast at its midnight from the days before it and what is known ahead (calendar, closing).

Two forecasters, joined:

- similar days: of the days before, those most like the situation (level of yesterday, the day before, a week ago and
  last evening; what the weekday usually brings; kind of day), the newer the better. Their quantiles in each slot.
- gradient boosting (scikit-learn's histogram trees) on lags of a day and a week, levels, medians of the same weekday
  and the quantiles of the similar days; with the absolute error as its loss, because batches make loads two-humped.

The median is theirs, weighted; the quantiles are those of boosted quantile trees, widened until they would have covered
what they promise on the last days forecast so far (conformal quantile regression, Romano, Patterson, Candès 2019).

Nothing of the day itself or later is used: the features of day d are computed from days before d, and a model is fitted
to days before the first day that it forecasts (rolling origin, Hyndman and Athanasopoulos 5.10).

Limits: what was never seen (a new furnace, the first shutdown) cannot be foreseen unless the calendar says it. All
days have as many slots: in a zone with summer time, slots lie an hour beside the clock for half of the year.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linghang.engines.energy_carbon.energy_readings import Floats

LEAST_DAYS = 35
"""Days of history from which a model is fitted: five weeks, so that a weekday has a median."""
QUANTILES = (0.1, 0.5, 0.9)
SIMILAR = 20
"""Similar days taken."""
TREES_WEIGHT = 2 / 3
"""Weight of the trees in the median; the rest is that of the similar days."""
CONFORMAL_DAYS = 28
"""Newest forecast days by which the quantiles are widened."""


@dataclass(frozen=True, slots=True)
class History:
    """A load by day and slot, with what is known ahead of each day.

    Attributes
    ----------
    load
        (days, slots), from the oldest day; NaN where nothing is known.
    weekday
        (days,) Monday is 0.
    closed
        (days,) whether the plant is known ahead to stand.
    """

    load: Floats
    weekday: NDArray[np.int64]
    closed: NDArray[np.bool_]

    @property
    def slots(self) -> int:
        """Slots a day."""
        return int(self.load.shape[1])

    def with_tomorrow(self, weekday: int, closed: bool = False) -> "History":
        """Return the history with one more day, of which nothing is known but its calendar."""
        empty = np.full((1, self.slots), np.nan)
        return History(np.vstack([self.load, empty]), np.append(self.weekday, weekday), np.append(self.closed, closed))


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts of past days, each as it would have been made at its midnight.

    Attributes
    ----------
    first
        First day forecast.
    actual
        (m, slots) what came.
    forecast
        (m, slots, 3) quantiles 0.1, 0.5 and 0.9.
    daily, weekly
        (m, slots) the day and the week before: the naive forecasts.
    trees, similar
        (m, slots) medians of the two forecasters alone.
    """

    first: int
    actual: Floats
    forecast: Floats
    daily: Floats
    weekly: Floats
    trees: Floats
    similar: Floats

    def mae(self, what: Floats) -> float:
        """Mean absolute error over the slots that all forecasts and the actual know; NaN if there are none."""
        everything = (self.actual, self.forecast[..., 1], self.daily, self.weekly, what)
        known = np.all([np.isfinite(one) for one in everything], axis=0)
        return float(np.abs(what - self.actual)[known].mean()) if known.any() else float("nan")

    @property
    def skill(self) -> float:
        """Share by which the error is below that of the weekly naive forecast; NaN if that makes none."""
        weekly = self.mae(self.weekly)
        return 1 - self.mae(self.forecast[..., 1]) / weekly if weekly > 0 else float("nan")

    @property
    def coverage(self) -> float:
        """Share of what came that lies between the outer quantiles; 0.8 is promised."""
        low, high = self.forecast[..., 0], self.forecast[..., 2]
        known = np.isfinite(self.actual) & np.isfinite(low) & np.isfinite(high)
        inside = (self.actual >= low) & (self.actual <= high)
        return float(inside[known].mean()) if known.any() else float("nan")


def backtest(history: History, first: int, *, refit_days: int = 14, seed: int = 0) -> Backtest:
    """Forecast the days from `first` on, each from the days before it.

    Parameters
    ----------
    history
        At least `LEAST_DAYS` days before `first`.
    refit_days
        Models are fitted again after so many days.

    Raises
    ------
    ValueError
        Too little history before `first`.
    """
    if first < LEAST_DAYS:
        raise ValueError(f"{first} days of history; {LEAST_DAYS} are needed")
    load = history.load
    past = History(_bridged(load), history.weekday, history.closed)
    similar = similar_days(past)
    features = features_of(past, similar)
    trees = _grown(features, load, first, refit_days, seed)
    joined = _joined(trees, similar, load, first)
    return Backtest(first, load[first:], joined[first:], _before(load, 1)[first:], _before(load, 7)[first:],
                    trees[first:, :, 1], similar[first:, :, 1])  # fmt: skip


def _grown(features: Floats, load: Floats, first: int, refit_days: int, seed: int) -> Floats:
    """Return (days, intervals, 3) what the trees forecast; before `first` nothing.

    One thread: the trees are small, and a thread a processor spends most of its time waiting for the others.
    """
    from threadpoolctl import threadpool_limits

    days = len(load)
    trees = np.full((*load.shape, 3), np.nan)
    with threadpool_limits(limits=1):
        for start in range(first, days, refit_days):
            until = min(start + refit_days, days)
            rows = features[start:until].reshape(-1, features.shape[2])
            for number, model in enumerate(_fitted(features, load, start, seed)):
                trees[start:until, :, number] = model(rows).reshape(until - start, -1)
    return trees


def next_day(history: History, weekday: int, closed: bool = False, *, checked: int = 28, seed: int = 0) -> Floats:
    """Forecast the day after the history.

    Parameters
    ----------
    checked
        How many days before are forecast too, so that the quantiles can be widened by what they missed.

    Returns
    -------
    ndarray
        (slots, 3) quantiles 0.1, 0.5 and 0.9.
    """
    longer = history.with_tomorrow(weekday, closed)
    last = len(history.load)
    return np.asarray(backtest(longer, max(last - checked, LEAST_DAYS), seed=seed).forecast[-1], np.float64)


def _joined(trees: Floats, similar: Floats, load: Floats, first: int) -> Floats:
    """Join both forecasters, and widen the quantiles by what they missed on days before."""
    outer = np.sort(trees, axis=2)
    median = np.where(np.isfinite(similar[..., 1]), TREES_WEIGHT * trees[..., 1] + (1 - TREES_WEIGHT) * similar[..., 1],
                      trees[..., 1])  # fmt: skip
    found = np.stack([outer[..., 0], median, outer[..., 2]], axis=2)
    missed = np.maximum(outer[..., 0] - load, load - outer[..., 2])
    promised = QUANTILES[2] - QUANTILES[0]
    floor = 0.0 if np.nanmin(load[:first], initial=0.0) >= 0 else -np.inf
    for day in range(first, len(load)):
        before = missed[max(first, day - CONFORMAL_DAYS) : day]
        scores = before[np.isfinite(before)]
        wider = float(np.quantile(scores, promised)) if len(scores) >= load.shape[1] * 7 else 0.0
        found[day, :, 0] = np.minimum(found[day, :, 0] - wider, found[day, :, 1])
        found[day, :, 2] = np.maximum(found[day, :, 2] + wider, found[day, :, 1])
    return np.asarray(np.maximum(found, floor), np.float64)


def similar_days(history: History) -> Floats:
    """Return (days, slots, 3) quartiles of the days before that were most like each day, as its midnight knows it."""
    load, days = history.load, len(history.load)
    situation = np.column_stack(_situation(history))
    weekend = history.weekday >= 5
    whole = np.asarray(np.isfinite(load).all(axis=1), bool)
    found = np.full((*load.shape, 3), np.nan)
    for day in range(14, days):
        past = np.flatnonzero(whole[8:day]) + 8
        if len(past) < 7:
            continue
        scale = _spread(situation[past]) + 1e-9 * (1 + np.abs(np.nan_to_num(situation[day])))
        apart = np.nan_to_num((situation[past] - situation[day]) / scale)
        distance = (
            np.minimum(apart**2, 1e6).sum(axis=1) + 4 * (weekend[past] != weekend[day])
            + 2 * (history.weekday[past] != history.weekday[day]) + 16 * (history.closed[past] != history.closed[day])
            + (day - past) / 200
        )  # fmt: skip
        nearest = past[np.argsort(distance, kind="stable")[:SIMILAR]]
        if history.closed[day] and history.closed[nearest].any():
            nearest = nearest[history.closed[nearest]]
        found[day] = np.quantile(load[nearest], (0.25, 0.5, 0.75), axis=0).T
    return found


def _situation(history: History) -> list[Floats]:
    mean = _mean(history.load, 1)
    evening = _mean(history.load[:, -max(history.slots // 3, 1) :], 1)
    return [_before(mean, 1), _before(mean, 2), _before(mean, 7), _before(evening, 1), _usual(mean)]


def _usual(values: Floats) -> Floats:
    """Return the median of the same weekday over eight weeks before; of days or of days and slots."""
    return _middle(np.stack([_before(values, 7 * week) for week in range(1, 9)]))


def features_of(history: History, similar: Floats) -> Floats:
    """Return (days, slots, features): what midnight knows of each slot of the day that begins.

    Lags, medians and levels use days before; weekday, slot and closing are known ahead.
    """
    load, (days, slots) = history.load, history.load.shape
    mean, week = _mean(load, 1), np.stack([_before(load, lag) for lag in range(1, 8)])
    usual = _usual(mean)
    beside = mean - usual
    four = np.stack([_before(load, 7 * lag) for lag in range(1, 5)])
    month = np.stack([_before(load, lag) for lag in range(1, 29)])
    smooth = _smooth(load)
    of_slot = [
        _mean(four, 0), _usual(load), _mean(month, 0), _mean(week, 0), _before(smooth, 1), _before(smooth, 7),
        similar[..., 0], similar[..., 1], similar[..., 2],
        np.broadcast_to(np.arange(slots, dtype=np.float64), load.shape),
    ]  # fmt: skip
    of_day = [
        *(_before(mean, lag) for lag in (1, 2, 7)), _before(load[:, -1], 1),
        _before(_mean(load[:, -max(slots // 6, 1) :], 1), 1), _before(_mean(load[:, -max(slots // 3, 1) :], 1), 1),
        usual, _before(beside, 1), _mean(np.stack([_before(beside, lag) for lag in range(1, 8)]), 0),
        _low_days(mean, month), history.weekday.astype(np.float64), history.closed.astype(np.float64),
    ]  # fmt: skip
    return np.stack([*of_slot, *(np.broadcast_to(one[:, None], (days, slots)) for one in of_day)], axis=2)


def _low_days(mean: Floats, month: Floats) -> Floats:
    """Return (days,) how many days in a row until yesterday lay below half of the usual level."""
    level = _middle(_mean(month, 2)) if len(month) else np.full_like(mean, np.nan)
    low = mean < 0.5 * level
    row = np.zeros(len(mean))
    for day in range(1, len(mean)):
        row[day] = row[day - 1] + 1 if low[day - 1] else 0.0
    return row


def _fitted(features: Floats, load: Floats, until: int, seed: int) -> list[Callable[[Floats], Floats]]:
    """Return the three quantile models fitted to the days before `until`; without data the median of what there is."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    start = min(28, until // 2)
    rows = features[start:until].reshape(-1, features.shape[2])
    wanted = load[start:until].ravel()
    known = np.isfinite(wanted)
    if known.sum() < 10 * load.shape[1]:
        return [_constant(np.nan)] * 3
    rows, wanted = rows[known], wanted[known]
    centre, scale = float(np.median(wanted)), float(np.std(wanted))
    if not scale > 1e-12 * max(abs(centre), 1e-300):
        return [_constant(centre)] * 3
    models = []
    for quantile in QUANTILES:
        loss: dict[str, Any] = (
            {"loss": "absolute_error"} if quantile == 0.5 else {"loss": "quantile", "quantile": quantile}
        )
        model = HistGradientBoostingRegressor(
            **loss, learning_rate=0.05, max_iter=100, max_leaf_nodes=8, min_samples_leaf=max(20, 2 * load.shape[1]),
            max_features=0.5, early_stopping=False, random_state=seed,
        )  # fmt: skip
        models.append(_scaled(model.fit(rows, (wanted - centre) / scale), centre, scale))
    return models


def _scaled(model: Any, centre: float, scale: float) -> Callable[[Floats], Floats]:
    return lambda rows: np.asarray(model.predict(rows) * scale + centre, np.float64)


def _constant(value: float) -> Callable[[Floats], Floats]:
    return lambda rows: np.full(len(rows), value)


def _bridged(load: Floats) -> Floats:
    """Return a load whose gaps inside a day are bridged where half of the day is known; a day is bridged by itself."""
    known = np.isfinite(load)
    bridged = load.copy()
    slots = np.arange(load.shape[1])
    for day in np.flatnonzero(~known.all(axis=1) & (2 * known.sum(axis=1) >= load.shape[1])):
        bridged[day] = np.interp(slots, slots[known[day]], load[day][known[day]])
    return bridged


def _before(values: Floats, lag: int) -> Floats:
    """Return the values of `lag` days before; NaN before the first day."""
    found = np.full(values.shape, np.nan)
    found[lag:] = values[: max(len(values) - lag, 0)]
    return found


def _mean(values: Floats, axis: int) -> Floats:
    """Return means of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    counts = known.sum(axis=axis)
    sums = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0), np.float64)


def _middle(values: Floats) -> Floats:
    """Return medians over the first axis of what is known; NaN where nothing is."""
    nothing = ~np.isfinite(values).any(axis=0)
    found = np.nanmedian(np.where(nothing, 0.0, values), axis=0)
    return np.asarray(np.where(nothing, np.nan, found), np.float64)


def _spread(values: Floats) -> Floats:
    """Return standard deviations over the first axis of what is known; 0 where nothing is."""
    known = np.isfinite(values)
    counts = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, values, 0.0).sum(axis=0) / counts
    return np.asarray(np.sqrt(np.where(known, (values - centre) ** 2, 0.0).sum(axis=0) / counts), np.float64)


def _smooth(load: Floats) -> Floats:
    """Return running means over nine slots of the same day (all slots of a day with few of them)."""
    half = min(4, max(load.shape[1] // 8, 0))
    padded = np.pad(load, ((0, 0), (half, half)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
    return _mean(windows, 2)
