"""What energy goes where nothing is made: machines that wait, nights and week-ends, compressed air that leaks.

- `by_state`: power of a machine while it runs, waits and is off, from its meter and the time in each state, by least
  squares with no negative power (Lawson and Hanson 1974); its error from the residuals. Readings of a day are enough.
- `base_load`: what the plant draws in its lowest hours, and how nights and week-ends compare with working hours.
- `standing_flow`: what flows in a net (compressed air) when nobody uses it: measured in hours of standstill where there
  are enough of them, else what a model of the users leaves at zero use. The second also holds users that never stop, so
  it is an upper limit of the leaks.

Limits: a meter that serves several machines gives one power for all of them; a constant user and a leak look alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.energy_carbon.energy_readings import HOUR_US, Floats, Ints

PRODUCING = "running"
WAITING = ("idle", "setup", "breakdown")
"""States in which a machine is ready and makes nothing."""
MOST_USERS = 8
"""Groups of users that a model of a net tells apart (ours)."""


@dataclass(frozen=True, slots=True)
class StatePower:
    """Power by state; None for a state that was there too little to tell.

    Attributes
    ----------
    power_kw, error_kw
        (3,) of running, waiting and off, and their standard errors.
    hours
        (3,) that the machine was in each state.
    r2
        Of the fit of the energies.
    """

    power_kw: tuple[float | None, ...]
    error_kw: tuple[float | None, ...]
    hours: tuple[float, ...]
    r2: float

    @property
    def idle_kwh(self) -> float | None:
        """Energy used while waiting; None if it cannot be told."""
        power = self.power_kw[1]
        return None if power is None else power * self.hours[1]


def state_hours(start_us: Ints, end_us: Ints, state: Sequence[str | None], edges_us: Ints) -> Floats:
    """Return (n, 3) hours that a machine was running, waiting and off in each of n intervals.

    Time under no state, or under an unknown one, counts for none of them.
    """
    kind = np.fromiter(
        (0 if one == PRODUCING else 1 if one in WAITING else 2 if one in ("planned_stop", "off") else 3
         for one in state), np.int64, len(state),
    )  # fmt: skip
    hours = np.zeros((len(edges_us) - 1, 3))
    usable = (kind < 3) & (end_us > start_us)
    for column in range(3):
        own = usable & (kind == column)
        hours[:, column] = time_inside(start_us[own], end_us[own], edges_us)
    return hours


def time_inside(start_us: Ints, end_us: Ints, edges_us: Ints) -> Floats:
    """Return (n,) hours of stretches inside n intervals; stretches that overlap count each."""
    order_start, order_end = np.sort(start_us), np.sort(end_us)
    begun = np.concatenate([[0], np.cumsum(order_start.astype(np.float64) - edges_us[0])])
    ended = np.concatenate([[0], np.cumsum(order_end.astype(np.float64) - edges_us[0])])
    at = (edges_us - edges_us[0]).astype(np.float64)
    before_start = np.searchsorted(order_start, edges_us, "right")
    before_end = np.searchsorted(order_end, edges_us, "right")
    # Sum over stretches of min(t, end) - min(t, start): time passed in them until t.
    passed = (before_start * at - begun[before_start]) - (before_end * at - ended[before_end])
    return np.asarray(np.diff(passed) / HOUR_US, np.float64)


def by_state(energy_kwh: Floats, hours: Floats, *, least_hours: float = 6.0, least: int = 10) -> StatePower | None:
    """Fit the power of each state to energies.

    Parameters
    ----------
    energy_kwh
        (n,) NaN where unknown.
    hours
        (n, 3) in each state.
    least_hours
        A state with less time in all has no power of its own (ours).
    least
        Intervals at least.

    Returns
    -------
    StatePower or None
        None with too few intervals, or where no state lasted long enough.
    """
    from scipy.optimize import nnls

    known = np.isfinite(energy_kwh)
    y, x = energy_kwh[known], hours[known]
    spent = x.sum(axis=0)
    used = np.flatnonzero(spent >= least_hours)
    if len(y) < max(least, 3 * len(used)) or not len(used):
        return None
    x = x[:, used]
    power, _ = nnls(x, y)
    residual = y - x @ power
    free = max(len(y) - len(used), 1)
    covariance = np.linalg.pinv(x.T @ x) * float(residual @ residual) / free
    error = np.sqrt(np.maximum(np.diag(covariance), 0))
    sst = float(((y - y.mean()) ** 2).sum())
    r2 = max(1 - float(residual @ residual) / sst, 0.0) if sst > 0 else 0.0
    powers: list[float | None] = [None] * 3
    errors: list[float | None] = [None] * 3
    for place, column in enumerate(used):
        if error[place] <= max(0.5 * power[place], 0.05 * float(power.max())):
            powers[column], errors[column] = float(power[place]), float(error[place])
    return StatePower(tuple(powers), tuple(errors), tuple(float(one) for one in spent), r2)


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """What the plant draws at rest; power in units of the meter an hour.

    Attributes
    ----------
    base
        Mean of the lowest twentieth of the intervals.
    mean, peak
        Of all intervals.
    night_share, weekend_share
        Mean at night (0 to 6) over mean by day, Saturdays and Sundays over the other days; None if unknown.
    base_share
        Share of all consumption that the base makes up.
    """

    base: float
    mean: float
    peak: float
    night_share: float | None
    weekend_share: float | None
    base_share: float


def base_load(power: Floats, hour: NDArray[np.int64], weekday: NDArray[np.int64]) -> BaseLoad | None:
    """Return what is drawn at rest; None with less than a day of readings.

    Parameters
    ----------
    power
        (n,) NaN where unknown.
    hour, weekday
        (n,) local hour, and weekday with Monday 0.
    """
    known = np.isfinite(power)
    y, of_day, of_week = power[known], hour[known], weekday[known]
    if len(y) < 24:
        return None
    lowest = np.sort(y)[: max(len(y) // 20, 1)]
    mean, base = float(y.mean()), float(lowest.mean())
    return BaseLoad(
        base, mean, float(y.max()), _ratio(y[of_day < 6], y[of_day >= 6]), _ratio(y[of_week >= 5], y[of_week < 5]),
        base / mean if mean > 0 else 0.0,
    )  # fmt: skip


def _ratio(one: Floats, other: Floats) -> float | None:
    return float(one.mean() / other.mean()) if len(one) and len(other) and other.mean() > 0 else None


@dataclass(frozen=True, slots=True)
class StandingFlow:
    """What flows when nobody uses it.

    Attributes
    ----------
    flow, error
        Per hour, in the meter's unit, and standard error.
    share
        Of the mean flow.
    measured
        True: in hours of standstill. False: what the model leaves at zero use.
    hours
        Intervals that it rests on.
    rates
        User -> flow of one running hour of it, by the model.
    """

    flow: float
    error: float
    share: float
    measured: bool
    hours: int
    rates: Mapping[str, float]


def standing_flow(
    flow: Floats, running: Floats, users: Sequence[str], *, standstill_hours: int = 12
) -> StandingFlow | None:
    """Estimate what flows at rest.

    Parameters
    ----------
    flow
        (n,) per hour; NaN where unknown.
    running
        (n, k) machine-hours an hour of each group of users.
    users
        (k,) their names.
    standstill_hours
        Hours with nearly nobody running (2 % of the usual) that are enough to measure (ours).

    Returns
    -------
    StandingFlow or None
        None with less than a day of readings, or where the users hardly vary, so that a model cannot tell.
    """
    from linghang.engines.energy_carbon.energy_baseline import chosen

    known = np.isfinite(flow)
    y, x = flow[known], running[known]
    if len(y) < 24 or not y.mean() > 0:
        return None
    model = chosen(y, x, list(users), most=MOST_USERS)
    rates = {name: float(rate) for name, rate in zip(model.names, model.coefficients[1:], strict=True)}
    all_running = x.sum(axis=1)
    at_rest = all_running <= 0.02 * max(float(np.median(all_running)), 1e-9)
    if at_rest.sum() >= max(standstill_hours, 2) and all_running.max(initial=0) > 0:
        rest = y[at_rest]
        return StandingFlow(float(np.median(rest)), float(rest.std(ddof=1) / np.sqrt(len(rest))),
                            float(np.median(rest) / y.mean()), True, len(rest), rates)  # fmt: skip
    follow = np.sqrt((1 + model.autocorrelation) / (1 - model.autocorrelation))
    error = float(np.sqrt(max(model.covariance[0, 0], 0.0)) * follow)
    if not model.names or model.r2 < 0.5 or error > 0.25 * y.mean():
        return None
    left = max(float(model.coefficients[0]), 0.0)
    return StandingFlow(left, error, left / float(y.mean()), False, len(y), rates)
