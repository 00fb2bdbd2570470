"""From an experiment to a model: first and second order with dead time, several inputs at once, with validation.

The model of each input is gain, one or two lags and a dead time; the output is their sum, an offset and what is left of
the time before the experiment. It is fitted to the simulated output (output error), so noise does not bias it as it
does least squares on past outputs. The gains, the offset and the initial term enter linearly and are eliminated
(variable projection: Golub and Pereyra, 1973), which leaves lags and dead times to search. The last part of the data is
kept out and judges the model: Ljung, System Identification, 2nd ed., chapters 7 and 16.

It cannot: identify from a loop at rest. Data without moves of the input say nothing about the process, and under
feedback they say what the controller does. Such data are refused (`Experiment.informative`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from linghang.engines.production.control_mpc import LinearModel
from linghang.engines.production.control_qp import Floats
from linghang.errors import BadInput

Order = Literal[1, 2]
KEPT_OUT = 0.3
"""Share of the data, at the end, that the fit does not see."""
LEAST_SAMPLES = 60
LEAST_MOVES = 4
"""Fewer moves of an input than this, up and down, do not tell it from a drift."""


@dataclass(frozen=True)
class Experiment:
    """Data on one grid of time.

    Attributes
    ----------
    step_s
        Interval of the grid.
    inputs
        (n, k) what was moved, and measured disturbances.
    output
        (n,) what answered.
    """

    step_s: float
    inputs: Floats
    output: Floats

    def __post_init__(self) -> None:
        if self.step_s <= 0 or self.inputs.ndim != 2 or self.inputs.shape[:1] != self.output.shape:
            raise BadInput("an experiment has inputs and an output on one grid of time")
        if not (np.isfinite(self.inputs).all() and np.isfinite(self.output).all()):
            raise BadInput("an experiment has gaps; cut it or fill them before it is identified")

    def informative(self) -> bool:
        """Whether it can identify at all: long enough, every input moved often enough, and the output answered."""
        if len(self.output) < LEAST_SAMPLES or np.ptp(self.output) == 0:
            return False
        return all(moves_of(column) >= LEAST_MOVES for column in self.inputs.T)


@dataclass(frozen=True)
class Channel:
    """The answer of the output to one input: gain / ((lag s + 1)(second s + 1)) · exp(-delay s).

    Attributes
    ----------
    gain
        Output per input, at rest.
    lag_s, second_s, delay_s
        In seconds; `second_s` is 0 in a model of first order.
    """

    gain: float
    lag_s: float
    delay_s: float
    second_s: float = 0.0

    @property
    def slope(self) -> float:
        """Gain over lag: what the first minutes show, even of a process that never comes to rest."""
        return self.gain / self.lag_s


@dataclass(frozen=True)
class Fit:
    """A model and how good it is.

    Attributes
    ----------
    channels
        One an input.
    offset
        Output at inputs of their means.
    input_mean
        (k,) of the part that was fitted.
    step_s
        Grid of the data.
    fitted_percent, validated_percent
        100 (1 - |y - ŷ| / |y - mean|) of the simulated output without its drift, where it was fitted and on the part
        kept out.
    noise
        Standard deviation of what the model leaves over.
    gain_error
        (k,) standard error of the gains, the lags taken as known.
    white
        Whether the residuals on the kept-out part do not answer to the inputs (99 %): nothing is left to explain.
    """

    channels: tuple[Channel, ...]
    offset: float
    input_mean: Floats
    step_s: float
    fitted_percent: float
    validated_percent: float
    noise: float
    gain_error: Floats
    white: bool

    def simulate(self, inputs: Floats) -> Floats:
        """Return the output that (n, k) inputs give from rest at their first values."""
        start = inputs[0] - self.input_mean
        moved = [
            one.gain * (_answered(column - column[0], one.lag_s, one.second_s, one.delay_s, self.step_s) + first)
            for one, column, first in zip(self.channels, inputs.T, start, strict=True)
        ]
        found: Floats = self.offset + np.sum(moved, axis=0)
        return found


def prbs(count: int, hold: int, seed: int, low: float = -1.0, high: float = 1.0) -> Floats:
    """Return (count,) a pseudo-random binary signal that may change every `hold` samples: excites all that matters."""
    if count < 1 or hold < 1:
        raise BadInput("a test signal has at least one sample, held for at least one")
    bits = np.random.default_rng(seed).integers(0, 2, -(-count // hold))
    signal: Floats = np.where(np.repeat(bits, hold)[:count] == 1, high, low)
    return signal


def moves_of(signal: Floats) -> int:
    """Count the moves of a signal: runs on either side of its middle, less one."""
    middle = (signal.max() + signal.min()) / 2
    return int(np.count_nonzero(np.diff(signal > middle)))


def identify(
    experiment: Experiment, order: Order = 1, most_delay_s: float | None = None, drift_s: float | None = None
) -> Fit:
    """Fit gain, lags and dead time of every input.

    Parameters
    ----------
    experiment
        The data.
    order
        1 (FOPDT) or 2 (SOPDT).
    most_delay_s
        Longest dead time to look for; a tenth of the data where it is left out.
    drift_s
        What changes more slowly than this is taken for drift and filtered out of the fit: loads that nobody measures.
        A fifteenth of the data where it is left out.

    Raises
    ------
    BadInput
        The data cannot identify.
    """
    from scipy.optimize import least_squares

    if not experiment.informative():
        raise BadInput(
            "the data do not identify: at least {samples} samples with {moves} moves of every input are needed",
            samples=LEAST_SAMPLES,
            moves=LEAST_MOVES,
        )
    step, count = experiment.step_s, len(experiment.output)
    cut = int(count * (1 - KEPT_OUT))
    mean = experiment.inputs[:cut].mean(axis=0)
    inputs = experiment.inputs - mean
    longest = count * step / 10 if most_delay_s is None else most_delay_s
    keep = float(np.exp(-step / (count * step / 15 if drift_s is None else drift_s)))
    width = order + 1
    low = np.tile([np.log(step / 2)] * order + [0.0], inputs.shape[1])
    # A lag beyond the length of the data looks like an integrator: only gain over lag is known.
    high = np.tile([np.log(count * step)] * order + [max(longest, step)], inputs.shape[1])

    def misses(place: Floats) -> Floats:
        return _projected(inputs[:cut], experiment.output[:cut], place.reshape(-1, width), step, keep)[0]

    best = None
    for lag in (count * step / 100, count * step / 8):
        for delay in (min(longest, 2 * step), longest / 3):
            lags = [np.log(lag)] if order == 1 else [np.log(lag), np.log(max(lag / 5, step))]
            first = np.clip(np.tile([*lags, delay], inputs.shape[1]), low + 1e-6, high - 1e-6)
            found = least_squares(misses, first, bounds=(low, high), x_scale=np.maximum(high - low, 1e-6), max_nfev=60)
            if best is None or found.cost < best.cost:
                best = found
    assert best is not None
    return _judged(experiment, inputs, mean, best.x.reshape(-1, width), cut, keep)


def _judged(experiment: Experiment, inputs: Floats, mean: Floats, place: Floats, cut: int, keep: float) -> Fit:
    step, y = experiment.step_s, experiment.output
    left, linear, error = _projected(inputs[:cut], y[:cut], place, step, keep)
    moved = _columns(inputs, place, step) @ linear
    offset = float((y - moved)[:cut].mean())
    # Unmeasured loads make the output wander; the model is judged by its answers to the inputs, as it was fitted.
    seen, residual = _steadied(y - y[0], keep), _steadied(y - moved - offset, keep)
    channels = tuple(
        Channel(
            gain=float(linear[k]),
            lag_s=float(np.exp(row[:-1]).max()),
            delay_s=float(row[-1]),
            second_s=float(np.exp(row[:-1]).min()) if len(row) == 3 else 0.0,
        )
        for k, row in enumerate(place)
    )
    return Fit(
        channels=channels,
        offset=offset,
        input_mean=mean,
        step_s=step,
        fitted_percent=_percent(residual[:cut], seen[:cut]),
        validated_percent=_percent(residual[cut:], seen[cut:]),
        noise=float(left.std()),
        gain_error=error[: len(place)],
        white=not any(_answers(residual[cut:], _steadied(column, keep)[cut:]) for column in inputs.T),
    )


def fit_percent(measured: Floats, simulated: Floats) -> float:
    """Return 100 (1 - |y - ŷ| / |y - mean|): 100 is perfect, 0 as good as the mean; less is worse than the mean."""
    return _percent(measured - simulated, measured)


def _percent(residual: Floats, measured: Floats) -> float:
    spread = float(np.linalg.norm(measured - measured.mean()))
    return 100 * (1 - float(np.linalg.norm(residual)) / spread) if spread > 0 else 0.0


def _answers(residual: Floats, signal: Floats, lags: int = 20) -> bool:
    """Whether a residual answers to a signal: correlations beyond what autocorrelated noise gives (99 %)."""
    r, s = residual - residual.mean(), signal - signal.mean()
    scale = float(np.linalg.norm(r) * np.linalg.norm(s))
    if scale == 0:
        return False
    count = len(r)
    most = min(lags, count // 4)
    found = max(abs(float(r[lag:] @ s[: count - lag])) / scale for lag in range(most + 1))
    # Bartlett: the variance of a cross-correlation is the sum of the products of the autocorrelations.
    own = sum(
        float(r[lag:] @ r[: count - lag]) / float(r @ r) * float(s[lag:] @ s[: count - lag]) / float(s @ s)
        for lag in range(1, most + 1)
    )
    return found > 2.58 * sqrt(max(1 + 2 * own, 1.0) / count) * 1.5


def _projected(
    inputs: Floats, output: Floats, place: Floats, step_s: float, keep: float
) -> tuple[Floats, Floats, Floats]:
    """Return what is left over, the linear parameters, and their standard errors, of given lags and dead times."""
    columns = _columns(inputs, place, step_s)
    filtered = _steadied(np.column_stack([columns, output - output[0]]), keep)
    columns, output = filtered[:, :-1], filtered[:, -1]
    linear, *_ = np.linalg.lstsq(columns, output, rcond=None)
    left = output - columns @ linear
    variance = float(left @ left) / max(len(output) - columns.shape[1], 1)
    error = np.sqrt(np.maximum(np.diag(np.linalg.pinv(columns.T @ columns)) * variance, 0.0))
    return left, np.asarray(linear), error


def _steadied(columns: Floats, keep: float) -> Floats:
    """Take the drift out of columns: the same filter on both sides of a model leaves it as it is."""
    from scipy.signal import lfilter

    found: Floats = np.asarray(lfilter([1.0, -1.0], [1.0, -keep], columns, axis=0))
    return found


def _columns(inputs: Floats, place: Floats, step_s: float) -> Floats:
    """(n, k + 2): answers of unit gain, an offset, and the term of the time before the experiment."""
    answers = []
    for column, row in zip(inputs.T, place, strict=True):
        lags = np.exp(row[:-1])
        second = float(lags[1]) if len(lags) > 1 else 0.0
        answers.append(_answered(column, float(lags[0]), second, float(row[-1]), step_s))
    slowest = float(np.exp(place[0, :-1]).max())
    rest = np.exp(-np.arange(len(inputs)) * step_s / slowest)
    return np.column_stack([*answers, np.ones(len(inputs)), rest])


def _answered(signal: Floats, lag_s: float, second_s: float, delay_s: float, step_s: float) -> Floats:
    """Return the answer, from rest at zero, of lags and a dead time to a signal that is held between samples."""
    from scipy.signal import lfilter

    whole, part = divmod(delay_s / step_s, 1.0)
    # Before the data began the input is taken to have stood at its first value.
    late = np.concatenate([np.full(int(whole) + 1, signal[0]), signal])[: len(signal) + 1]
    # Held inputs, of which a part of the step belongs to the sample before.
    held = (1 - part) * late[1:] + part * late[:-1]
    for number, lag in enumerate(one for one in (lag_s, second_s) if one > 0):
        keep = np.exp(-step_s / lag)
        # A held input shows at the next sample; the second lag is fed by the first one's new value.
        held = lfilter([0.0, 1 - keep] if number == 0 else [1 - keep], [1.0, -keep], held)
    found: Floats = np.asarray(held)
    return found


def model_of(fit: Fit, step_s: float, moved: Sequence[int] = (0,)) -> LinearModel:
    """Return the state-space model of a fit, sampled at `step_s`.

    Parameters
    ----------
    fit
        One output; the inputs whose numbers are in `moved` are moved by the controller, the others are measured.
    step_s
        Step of the controller.
    moved
        Numbers of the inputs.

    Notes
    -----
    Every channel is a chain: dead time in whole steps (the rest goes into a mixture of two), then its lags. The
    estimated load enters behind the dead time, because a load acts at once.
    """
    blocks = [_chain(one, step_s) for one in fit.channels]
    size = sum(len(a) for a, _, _ in blocks)
    a, c = np.zeros((size, size)), np.zeros((1, size))
    entries, loads, place = np.zeros((size, len(blocks))), np.zeros((size, len(blocks))), 0
    for number, (block, entry, load) in enumerate(blocks):
        end = place + len(block)
        a[place:end, place:end] = block
        entries[place:end, number], loads[place:end, number] = entry, load
        c[0, end - 1] = 1.0
        place = end
    others = [k for k in range(len(blocks)) if k not in moved]
    chosen = list(moved)
    return LinearModel(
        a=a,
        b=entries[:, chosen],
        e=entries[:, others],
        c=c,
        step_s=step_s,
        input_at=fit.input_mean[chosen],
        output_at=np.array([fit.offset - sum(fit.channels[k].gain * fit.input_mean[k] for k in others)]),
        load=loads[:, chosen],
    )


def _chain(channel: Channel, step_s: float) -> tuple[Floats, Floats, Floats]:
    """State matrix, entry of the input and entry of a load, of one channel; its last state is the output."""
    whole, part = divmod(channel.delay_s / step_s, 1.0)
    delays = int(whole) + 1
    lags = [one for one in (channel.second_s, channel.lag_s) if one > 0]
    size = delays + len(lags)
    a, entry, load = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    for k in range(1, delays):
        a[k, k - 1] = 1.0
    entry[0] = 1.0
    # What enters the first lag: a mixture of the two newest delayed inputs.
    source = np.zeros(size)
    source[delays - 1] = part
    direct = 1 - part if delays == 1 else 0.0
    if delays > 1:
        source[delays - 2] = 1 - part
    inflow, through = source, direct
    for k, lag in enumerate(lags):
        keep = float(np.exp(-step_s / lag))
        gain = channel.gain if k == len(lags) - 1 else 1.0
        row = delays + k
        a[row] += gain * (1 - keep) * inflow
        a[row, row] += keep
        entry[row] += gain * (1 - keep) * through
        load[row] = gain * (1 - keep) if k == 0 else load[row - 1] * gain * (1 - keep)
        # The next lag is fed by this one's new value, as a cascade that is sampled once.
        inflow, through = a[row].copy(), float(entry[row])
    return a, entry, load
