"""The load of the next day: nothing of the future is used, it beats the naive forecasts, the quantiles hold."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from linghang.engines.energy_carbon.energy_forecast import History, backtest, features_of, next_day, similar_days

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
STEEL = SHARED / "steel_energy" / "steel_industry_2018_01_09.csv.gz"


def made(days: int = 84, slots: int = 24, seed: int = 2) -> History:
    rng = np.random.default_rng(seed)
    weekday = np.arange(days) % 7
    level = np.where(weekday < 5, 100.0, 20.0)[:, None] * (0.8 + 0.2 * rng.random((days, 1)))
    shape = 1 + 0.5 * np.sin(np.linspace(0, 2 * np.pi, slots))
    return History(level * shape + rng.normal(0, 3, (days, slots)), weekday, np.zeros(days, bool))


def steel() -> History:
    if not STEEL.exists():
        pytest.skip(f"{STEEL} is not there")
    with gzip.open(STEEL, "rt") as lines:
        values = [float(line.split(",")[1]) for line in list(lines)[1:]]
    load = np.array(values).reshape(-1, 96)
    return History(load, np.arange(len(load)) % 7, np.zeros(len(load), bool))


def changed(history: History, from_day: int, load: np.ndarray) -> History:
    later = history.load.copy()
    later[from_day:] = load
    return History(later, history.weekday, history.closed)


def test_features_of_a_day_do_not_see_the_day_or_later() -> None:
    history = made()
    rng = np.random.default_rng(0)
    future = changed(history, 60, rng.permutation(history.load[60:].ravel()).reshape(-1, 24) * 7 + 500)
    ours = features_of(history, similar_days(history))[:61]
    theirs = features_of(future, similar_days(future))[:61]
    assert np.array_equal(ours, theirs, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("origin", [56, 63, 70])
def test_shuffling_the_future_changes_no_forecast(origin: int) -> None:
    history = made()
    rng = np.random.default_rng(origin)
    shuffled = changed(history, origin, rng.permutation(history.load[origin:].ravel()).reshape(-1, 24))
    unknown = changed(history, origin, np.full_like(history.load[origin:], np.nan))
    first = backtest(history, 56).forecast
    for other in (shuffled, unknown):
        assert np.array_equal(backtest(other, 56).forecast[: origin - 56 + 1], first[: origin - 56 + 1])


@pytest.mark.slow
def test_tomorrow_is_forecast_as_the_check_would_have_done() -> None:
    history = made()
    shorter = History(history.load[:-1], history.weekday[:-1], history.closed[:-1])
    ours = next_day(shorter, int(history.weekday[-1]), checked=20)
    assert np.array_equal(ours, backtest(history, 63).forecast[-1])


def test_quantiles_stand_in_order_and_the_same_comes_out_again() -> None:
    one, again = backtest(made(), 56), backtest(made(), 56)
    assert np.array_equal(one.forecast, again.forecast)
    assert (np.diff(one.forecast, axis=2) >= 0).all()
    assert one.coverage == pytest.approx(0.8, abs=0.12)
    assert one.skill > 0.1


def test_a_load_that_never_changes_is_forecast_as_it_is() -> None:
    flat = History(np.full((60, 24), 42.0), np.arange(60) % 7, np.zeros(60, bool))
    assert backtest(flat, 45).forecast == pytest.approx(42.0)


def test_gaps_in_the_readings_are_lived_with() -> None:
    history = made()
    rng = np.random.default_rng(5)
    load = history.load.copy()
    load[rng.random(load.shape) < 0.05] = np.nan
    found = backtest(History(load, history.weekday, history.closed), 56)
    assert np.isfinite(found.forecast).all()
    assert found.skill > 0


@pytest.mark.slow
def test_a_known_closing_is_used() -> None:
    history = made(112)
    closed = np.zeros(112, bool)
    closed[[30, 45, 60, 75, 101]] = True
    load = history.load.copy()
    load[closed] = 5.0
    told = backtest(History(load, history.weekday, closed), 98)
    untold = backtest(History(load, history.weekday, np.zeros(112, bool)), 98)
    assert np.abs(told.forecast[3, :, 1] - 5).mean() < 0.5 * np.abs(untold.forecast[3, :, 1] - 5).mean()


def test_too_little_history_is_refused() -> None:
    with pytest.raises(ValueError, match="days of history"):
        backtest(made(40), 20)


@pytest.mark.slow
def test_steel_works_day_ahead_beats_the_weekly_naive_by_a_quarter() -> None:
    history = steel()
    quarter = backtest(history, 181)
    assert len(quarter.actual) == 92
    assert quarter.mae(quarter.weekly) == pytest.approx(12.96, abs=0.01)
    assert quarter.skill >= 0.25
    assert 0.75 <= quarter.coverage <= 0.87


@pytest.mark.slow
def test_steel_works_the_quarter_before_too() -> None:
    history = steel()
    spring = backtest(History(history.load[:181], history.weekday[:181], history.closed[:181]), 98)
    assert spring.skill >= 0.20
    assert spring.coverage >= 0.72
