"""PID: tuning rules, and the controller that they tune.

SIMC: Skogestad, Simple analytic rules for model reduction and PID controller tuning, J. Process Control 13 (2003), with
its choice τc = θ unless told otherwise. Lambda tuning: Rivera, Morari and Skogestad (1986), the closed loop as fast as
asked. Relay: Åström and Hägglund (Automatica 20, 1984), with the rules of Tyreus and Luyben (1992), calmer than those
of Ziegler and Nichols.
"""

from dataclasses import dataclass
from math import atan, cos, isfinite, pi, sin, sqrt

from linghang.engines.production.control_identification import Channel
from linghang.errors import BadInput


@dataclass(frozen=True, slots=True)
class PidTuning:
    """Ideal (parallel) form: u = gain (e + ∫e dt / integral_s + derivative_s de/dt).

    Attributes
    ----------
    gain
        Input per output; its sign is that of the process.
    integral_s
        Infinite without integral action.
    derivative_s
        0 without derivative action.
    rule
        Where it comes from.
    """

    gain: float
    integral_s: float
    derivative_s: float = 0.0
    rule: str = ""

    def __post_init__(self) -> None:
        if not isfinite(self.gain) or self.gain == 0 or self.integral_s <= 0 or self.derivative_s < 0:
            raise BadInput("a controller has a gain that is not zero, and times that are not negative")


def simc(channel: Channel, closed_loop_s: float | None = None, least_delay_s: float = 0.0) -> PidTuning:
    """Tune by SIMC.

    Parameters
    ----------
    channel
        The process: PI for first order, PID for second.
    closed_loop_s
        Wanted time constant τc of the closed loop; the dead time where it is left out (tight, but robust).
    least_delay_s
        What sampling and filters add to the dead time, at least half a sample.

    Raises
    ------
    BadInput
        A gain of zero, or no dead time and no τc: then no gain is too high.
    """
    delay = channel.delay_s + least_delay_s
    wanted = delay if closed_loop_s is None else closed_loop_s
    if channel.gain == 0 or wanted + delay <= 0:
        raise BadInput("SIMC needs a gain, and a dead time or a wanted time constant")
    gain = channel.lag_s / (channel.gain * (wanted + delay))
    integral = min(channel.lag_s, 4 * (wanted + delay))
    if channel.second_s == 0:
        return PidTuning(gain, integral, 0.0, "SIMC")
    # The rule is for the series form; the parallel one has these settings.
    factor = 1 + channel.second_s / integral
    return PidTuning(gain * factor, integral * factor, channel.second_s / factor, "SIMC")


def lambda_tuning(channel: Channel, closed_loop_s: float) -> PidTuning:
    """Tune a PI controller so that a closed loop without overshoot has the wanted time constant."""
    if channel.gain == 0 or closed_loop_s <= 0:
        raise BadInput("lambda tuning needs a gain and a wanted time constant")
    lag = channel.lag_s + channel.second_s
    return PidTuning(lag / (channel.gain * (closed_loop_s + channel.delay_s)), lag, 0.0, "lambda")


@dataclass(frozen=True, slots=True)
class Ultimate:
    """The brink of stability: gain and period at which a loop with a proportional controller keeps swinging."""

    gain: float
    period_s: float


def from_relay(amplitude: float, relay: float, period_s: float, hysteresis: float = 0.0) -> Ultimate:
    """Return the ultimate gain of a loop that swings under a relay.

    Parameters
    ----------
    amplitude, hysteresis
        Of the output: half from peak to peak, and half width of the relay's dead band.
    relay
        Half of the relay's step in the input.
    period_s
        Of the swing.
    """
    if amplitude <= hysteresis or relay <= 0 or period_s <= 0:
        raise BadInput("a relay test gives a swing that is wider than its dead band")
    return Ultimate(4 * relay / (pi * sqrt(amplitude**2 - hysteresis**2)), period_s)


def tyreus_luyben(ultimate: Ultimate) -> PidTuning:
    """Tune a PI controller from the brink of stability."""
    return PidTuning(ultimate.gain / 3.2, 2.2 * ultimate.period_s, 0.0, "Tyreus-Luyben")


def brink(channel: Channel) -> Ultimate:
    """Return the ultimate gain and period of a model, by bisection of its phase."""
    if channel.delay_s <= 0:
        raise BadInput("a process of first or second order without dead time never swings")

    def phase(frequency: float) -> complex:
        lags = (1 + 1j * frequency * channel.lag_s) * (1 + 1j * frequency * channel.second_s)
        turn = frequency * channel.delay_s
        return complex(cos(turn), -sin(turn)) / lags

    def angle(frequency: float) -> float:
        return atan(frequency * channel.lag_s) + atan(frequency * channel.second_s) + frequency * channel.delay_s

    low, high = 0.0, pi / channel.delay_s
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if angle(middle) < pi else (low, middle)
    return Ultimate(1 / (abs(channel.gain) * abs(phase(high))), 2 * pi / high)


@dataclass(frozen=True, slots=True)
class PidState:
    """What the controller carries: its integral part, the filtered measurement, the last output."""

    integral: float
    filtered: float
    output: float


@dataclass(frozen=True, slots=True)
class Pid:
    """A sampled PID controller: derivative on the filtered measurement, and no wind-up at its limits.

    Attributes
    ----------
    tuning
        Its settings.
    step_s
        Interval of sampling.
    low, high, rate
        Limits of the output, and its largest change in one step.
    filter_s
        Time constant of the filter of the measurement.
    """

    tuning: PidTuning
    step_s: float
    low: float
    high: float
    rate: float = float("inf")
    filter_s: float = 0.0

    def begin(self, measured: float, output: float) -> PidState:
        """Start without a bump: at the output that is applied."""
        return PidState(output, measured, output)

    def step(self, state: PidState, measured: float, setpoint: float, feed_forward: float = 0.0) -> PidState:
        """Return the state with the next output; `feed_forward` is added to it, in the unit of the output."""
        if not isfinite(measured):
            return state
        share = self.step_s / (self.filter_s + self.step_s)
        filtered = state.filtered + share * (measured - state.filtered)
        error = setpoint - filtered
        slope = (filtered - state.filtered) / self.step_s
        t = self.tuning
        wanted = t.gain * (error - t.derivative_s * slope) + state.integral + feed_forward
        output = min(max(wanted, state.output - self.rate, self.low), state.output + self.rate, self.high)
        integral = state.integral + t.gain * self.step_s / t.integral_s * error
        # Back-calculation: what cannot be put out does not pile up, with the integral time as its time constant.
        if isfinite(t.integral_s):
            integral += (output - wanted) * min(
                1.0, self.step_s / sqrt(t.integral_s * max(t.derivative_s, self.step_s))
            )
        return PidState(integral, filtered, output)
