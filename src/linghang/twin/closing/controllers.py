"""Controllers for the melting furnace, made by the engine `production.control` from an experiment on the furnace."""

from dataclasses import dataclass, replace

import numpy as np

from linghang.engines.production.control_identification import Experiment, Fit, identify, model_of, prbs
from linghang.engines.production.control_mpc import LinearMpc, MpcState, MpcTuning
from linghang.engines.production.control_pid import Pid, PidState, PidTuning, simc
from linghang.engines.production.control_qp import Floats
from linghang.twin.closing.furnace import Furnace, production_loads
from linghang.twin.closing.loop import STEP_S, close_loop, gas_rule
from linghang.twin.guard.rules import Rule

DITHER_M3_PER_H = 50.0
"""Of the experiment: a fifth of the burner's range, which moves the metal by some kelvin and keeps its limits."""
DITHER_S = 160


@dataclass
class Dithered:
    """The controller of the experiment: a slack proportional one that keeps the metal in place, and a test signal.

    Attributes
    ----------
    setpoint_c, usual_m3_per_h
        Where it stands.
    signal
        What is added, one value a control step.
    gain
        In m3/h per kelvin: so slack that the test signal, not the feedback, moves the gas.
    """

    setpoint_c: float
    usual_m3_per_h: float
    signal: Floats
    gain: float = 8.0
    _step: int = 0

    def propose(self, temperature_c: float, applied: float, charge_ahead: Floats) -> float:  # noqa: ARG002
        """See `Controller`."""
        added = float(self.signal[min(self._step, len(self.signal) - 1)])
        self._step += 1
        return self.usual_m3_per_h + self.gain * (self.setpoint_c - temperature_c) + added


def experiment(seed: int, hours: float = 8.0) -> Experiment:
    """Make an experiment on the furnace during production: gas and weighed charge in, measured temperature out."""
    furnace = Furnace(production_loads(hours, seed), seed)
    signal = prbs(furnace.loads.seconds // STEP_S, DITHER_S // STEP_S, seed, -DITHER_M3_PER_H, DITHER_M3_PER_H)
    controller = Dithered(furnace.vessel.setpoint_c, furnace.gas_m3_per_h, signal)
    course = close_loop(furnace, controller, gas_rule(), "experiment", keep=False)
    inputs = np.column_stack([course.gas_m3_per_h, course.charge_kg_per_s])
    return Experiment(float(STEP_S), inputs, course.temperature_c)


def identified(made: Experiment) -> Fit:
    """Identify the furnace: second order, because a burner, a bath and a protective tube follow each other.

    Doors and wet skips that nobody measures act for minutes: slower than that counts as drift.
    """
    return identify(made, order=2, most_delay_s=240.0, drift_s=300.0)


@dataclass
class PidLoop:
    """A PID controller, tuned by SIMC on the identified model; with `feed_forward` also the charge's static share.

    Attributes
    ----------
    pid
        The controller.
    setpoint_c
        Wanted.
    per_charge
        Gas for a kilogram a second of charge, in m3/h; 0 without feed-forward.
    usual_charge
        Charge rate that the integral part already carries.
    """

    pid: Pid
    setpoint_c: float
    per_charge: float = 0.0
    usual_charge: float = 0.0
    _state: PidState | None = None

    def propose(self, temperature_c: float, applied: float, charge_ahead: Floats) -> float:
        """See `Controller`."""
        state = self._state or self.pid.begin(temperature_c, applied)
        # What the guard put out is what the next change counts from.
        state = replace(state, output=applied)
        added = self.per_charge * (float(charge_ahead[0]) - self.usual_charge)
        self._state = self.pid.step(state, temperature_c, self.setpoint_c, added)
        return self._state.output


def pid_loop(fit: Fit, rule: Rule, setpoint_c: float, feed_forward: bool = False) -> PidLoop:
    """Return a PID loop for an identified furnace."""
    gas, charge = fit.channels
    tuning: PidTuning = simc(gas, least_delay_s=STEP_S / 2)
    pid = Pid(tuning, float(STEP_S), rule.low, rule.high, rule.rate_per_s * STEP_S, filter_s=tuning.derivative_s / 5)
    per_charge = -charge.slope / gas.slope if feed_forward else 0.0
    return PidLoop(pid, setpoint_c, per_charge, float(fit.input_mean[1]))


@dataclass
class MpcLoop:
    """A predictive controller that knows what the skips that have been weighed will take.

    Attributes
    ----------
    mpc
        The controller.
    setpoint_c
        Wanted.
    """

    mpc: LinearMpc
    setpoint_c: float
    _state: MpcState | None = None

    def propose(self, temperature_c: float, applied: float, charge_ahead: Floats) -> float:
        """See `Controller`."""
        measured, given = np.array([temperature_c]), np.array([applied])
        known = charge_ahead[: self.mpc.tuning.horizon, None]
        if self._state is None:
            self._state = replace(self.mpc.begin(given, measured), disturbance=known[0])
        state = replace(self._state, applied=given)
        wanted, self._state = self.mpc.step(state, measured, known, np.array([self.setpoint_c]))
        return float(wanted[0])


def mpc_loop(fit: Fit, rule: Rule, setpoint_c: float) -> MpcLoop:
    """Return a predictive loop for an identified furnace.

    The horizon of 20 minutes is ten times what lies between gas and thermocouple. An error of 1 K over a step costs as
    much as a move over the burner's whole range: the metal is what counts, and the guard keeps the rate.
    """
    model = model_of(fit, float(STEP_S))
    span = rule.high - rule.low
    tuning = MpcTuning(
        horizon=60,
        moves=(1, 1, 1, 1, 2, 2, 2, 4, 6, 10, 15),
        weight=(1.0,),
        move_weight=((1.0 / span) ** 2,),
        input_low=(rule.low,),
        input_high=(rule.high,),
        rate=(rule.rate_per_s * STEP_S,),
        # The instrument's noise, and a load that changes by some thousandths of the range in a step: doors, wet skips.
        noise=(0.8,),
        wander=(0.006 * span,),
    )
    return MpcLoop(LinearMpc(model, tuning), setpoint_c)
