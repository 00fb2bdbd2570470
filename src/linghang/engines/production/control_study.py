"""What the newest data say about one loop: health, a model where there was a test, and a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from linghang.engines.contract import Inputs, micros
from linghang.engines.production.control_health import (
    Oscillation,
    Stiction,
    minimum_variance_index,
    oscillation,
    saturation_share,
    stiction,
)
from linghang.engines.production.control_identification import (
    LEAST_MOVES,
    LEAST_SAMPLES,
    Channel,
    Experiment,
    Fit,
    identify,
    moves_of,
)
from linghang.engines.production.control_loops import ABSURD, Held, Loop, Stretch
from linghang.engines.production.control_pid import PidTuning, simc
from linghang.engines.production.control_qp import Floats
from linghang.engines.production.control_soft_sensor import SoftSensor, fit_soft_sensor
from linghang.engines.signals import Points
from linghang.errors import BadInput
from linghang.words import Text

MOST_SAMPLES = 6000
"""Of loop health and identification: two days at half a minute. More adds time, not knowledge."""
FINE = 10.0
"""Samples in a period: with fewer a faster swing may show as a slower one."""
_ALL = 1 - 1e-9
STILL_SHARE = 0.7
"""A step test holds its input between steps. One that moves in more than three samples of ten is a controller's."""


@dataclass(frozen=True)
class Studied:
    """What was found out about a loop.

    Attributes
    ----------
    stretch
        The data.
    spread, offset
        Standard deviation and mean of the control error, in the unit of the measurement.
    swing, variance_index, saturated, sticks
        Loop health; None where it cannot be said.
    model
        From a test; None where there was none, or it does not explain enough.
    tuning
        Proposed by SIMC on the model.
    aimed
        Whether it is known what the loop should hold.
    """

    stretch: Stretch
    spread: float
    offset: float
    swing: Oscillation
    variance_index: float | None
    saturated: float | None
    sticks: Stiction | None
    model: Fit | None
    tuning: PidTuning | None
    aimed: bool = True

    @property
    def advice(self) -> Text:
        """What to look at first."""
        if not self.aimed:
            return Text("缺少设定值，无法区分程序给定与振荡", "no set-point: a programme cannot be told from a swing")
        if self.sticks == "likely":
            return Text("检查调节阀卡涩", "look at the valve: it may stick")
        if self.saturated is not None and self.saturated > 0.2:
            return Text("输出长时间饱和，检查执行器容量", "the output is saturated: look at the actuator's range")
        if self.swing.period is not None and self.swing.period < FINE:
            return Text(
                "回路振荡，但采样太慢，显示的周期可能是混叠；请提高采样频率",
                "it swings, but is sampled too slowly: the period shown may be an alias",
            )
        if self.swing.swings:
            return Text("回路振荡，放松整定或查找外部振荡源", "it swings: detune it, or find what makes it swing")
        if self.variance_index is not None and self.variance_index < 0.3:
            return Text(
                "方差有较大改进空间，建议做阶跃试验后重新整定", "there is room: make a step test and tune it anew"
            )
        if self.variance_index is None:
            return Text("数据不足", "not enough data")
        return _HEALTHY

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to look at."""
        return self.advice == _HEALTHY


_HEALTHY = Text("正常", "healthy")


@dataclass(frozen=True)
class Look:
    """All about one loop.

    Attributes
    ----------
    loop, kept, study
        The loop, how it held, what was found out (None without data).
    verdict, why
        covered, not or open.
    points
        tag_id -> points of its signals.
    """

    loop: Loop
    kept: Held
    study: Studied | None
    verdict: str
    why: Text
    points: Mapping[str, Points]

    @property
    def served_share(self) -> float | None:
        """Share of the producing time that is known to have been in service; None where nobody wrote anything."""
        return None if self.loop.unlogged_share > _ALL else self.loop.service_share


@dataclass(frozen=True)
class Estimator:
    """A soft sensor of a tag: what it is made of, and what it says beside the measurement.

    Attributes
    ----------
    target, inputs
        Tags.
    sensor
        The estimator.
    """

    target: str
    inputs: tuple[str, ...]
    sensor: SoftSensor


def studied(loop: Loop, stretch: Stretch, delay_s: float, least_fit_percent: float, aimed: bool) -> Studied:
    """Study the newest stretch of a loop.

    Parameters
    ----------
    loop, stretch
        The loop and its data.
    delay_s
        Dead time where no model gives one.
    least_fit_percent
        Of a model that is believed.
    aimed
        Whether it is known what the loop should hold; else a programme could not be told from a swing.
    """
    kept = slice(-MOST_SAMPLES, None)
    error = stretch.measured[kept] - stretch.wanted[kept]
    output = stretch.output[kept] if stretch.output is not None else None
    model = _model(stretch, least_fit_percent)
    dead = model.channels[0].delay_s if model is not None else delay_s
    swing = oscillation(error) if aimed else Oscillation(None, None)
    saturated, sticks = None, None
    if output is not None and loop.output is not None:
        low, high = loop.output.low, loop.output.high
        if low is not None and high is not None and high > low:
            saturated = saturation_share(output, low, high)
        if swing.period is not None:
            sticks = stiction(output, error, swing.period)
    return Studied(
        stretch=stretch,
        spread=float(error.std()),
        offset=float(error.mean()),
        swing=swing,
        variance_index=minimum_variance_index(error, max(1, round(dead / stretch.every_s)) + 1) if aimed else None,
        aimed=aimed,
        saturated=saturated,
        sticks=sticks,
        model=model,
        tuning=_tuning(model, stretch.every_s),
    )


def _model(stretch: Stretch, least_fit_percent: float) -> Fit | None:
    """Identify a loop in which there was a test: steps of the output by hand, or moves of the set-point."""
    if stretch.output is None or len(stretch.measured) < LEAST_SAMPLES:
        return None
    kept = slice(-MOST_SAMPLES, None)
    output, wanted = stretch.output[kept], stretch.wanted[kept]
    still = float(np.mean(np.diff(output) == 0))
    if not (still >= STILL_SHARE or (stretch.has_setpoint and np.ptp(wanted) > 0 and moves_of(wanted) >= LEAST_MOVES)):
        return None
    try:
        made = Experiment(float(stretch.every_s), output[:, None], stretch.measured[kept])
        found = identify(made, order=1)
    except BadInput:
        return None
    gain = found.channels[0].gain
    sure = gain != 0 and found.gain_error[0] < abs(gain) / 3
    return found if sure and found.validated_percent >= least_fit_percent else None


def _tuning(model: Fit | None, every_s: float) -> PidTuning | None:
    if model is None:
        return None
    channel: Channel = model.channels[0]
    try:
        return simc(channel, least_delay_s=every_s / 2)
    except BadInput:
        return None


def estimator_of(inputs: Inputs, target: str, hours: float) -> Estimator | None:
    """Learn a soft sensor of a tag from the other numbers of its machine; None where the data do not give one."""
    known = {one.tag_id: one for one in inputs.signals.list()}
    wanted = known.get(target)
    if wanted is None or wanted.kind != "number" or not wanted.equipment_id:
        return None
    others = tuple(
        one.tag_id
        for one in known.values()
        if one.equipment_id == wanted.equipment_id and one.tag_id != target and one.kind == "number"
        if one.role != "counter"
    )
    if not others:
        return None
    last = micros(inputs.end)
    first = max(micros(inputs.start), last - int(hours * 3600e6))
    frame = inputs.signals.frame((target, *others), first, last, 60)
    value: Floats = np.where(np.abs(frame.value) < ABSURD, frame.value, np.nan)
    filled = [k for k in range(len(others)) if np.isfinite(value[:, k + 1]).mean() > 0.5]
    if not filled:
        return None
    try:
        sensor = fit_soft_sensor(value[:, [k + 1 for k in filled]], value[:, 0])
    except BadInput:
        return None
    return Estimator(target, tuple(others[k] for k in filled), sensor)
