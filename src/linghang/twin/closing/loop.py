"""The loop: every control step a controller proposes, the guard decides, the furnace answers, and all is recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from linghang.twin.closing.furnace import Furnace
from linghang.twin.guard.decide import GuardState, decide
from linghang.twin.guard.record import CommandRecord, effect_of, recorded
from linghang.twin.guard.rules import Approval, Command, Interlock, Reading, Rule
from linghang.twin.process.melting import GAS_KWH_PER_M3
from linghang.twin.process.stretch import Floats
from linghang.words import Text

STEP_S = 20
"""Control step: a quarter of the thermocouple's lag."""
BEGIN = datetime(2026, 1, 15, tzinfo=UTC)


def gas_rule(tag: str = "HLGL/MELT/MF-1/gas_flow") -> Rule:
    """Return what may be done to the gas flow of the melting furnace: the burner's range, and what it can follow."""
    return Rule(
        tag=tag,
        unit="m3/h",
        low=round(60.0 / GAS_KWH_PER_M3, 1),
        high=round(2_600.0 / GAS_KWH_PER_M3, 1),
        rate_per_s=4.0,
        fallback=110.0,
        modes=frozenset({"remote"}),
        mode_reading="mode",
        readback="gas_command",
        interlocks=(
            Interlock("melt_temperature", 600.0, 790.0, Text("熔体过热保护", "melt too hot, or probe lost")),
            Interlock("gas_pressure", 8.0, 20.0, Text("燃气压力，kPa", "gas pressure in kPa")),
        ),
    )


class Controller(Protocol):
    """Whoever proposes a gas flow."""

    def propose(self, temperature_c: float, applied: float, charge_ahead: Floats) -> float:
        """Return the gas flow wanted next, in m3/h.

        Parameters
        ----------
        temperature_c
            As measured now.
        applied
            What was really put out last.
        charge_ahead
            (k,) charge rates in kg/s that follow from the skips that have been weighed, in control steps.
        """
        ...


@dataclass(frozen=True)
class Course:
    """What happened, one row a control step.

    Attributes
    ----------
    at
        Beginning, UTC.
    temperature_c, gas_m3_per_h, charge_kg_per_s
        (n,) measured temperature, gas flow put out, charge rate of the step by the scale.
    true_c
        (n, STEP_S) the metal itself, second by second.
    setpoint_c
        Wanted.
    records
        Every command, the decision on it, and its effect one step later.
    """

    at: datetime
    temperature_c: Floats
    gas_m3_per_h: Floats
    charge_kg_per_s: Floats
    true_c: Floats
    setpoint_c: float
    records: tuple[CommandRecord, ...]

    def spread_c(self, skip_s: float = 3600.0) -> float:
        """Return the root mean square distance of the metal from the set-point, after a run-in."""
        kept = self.true_c[int(skip_s // STEP_S) :]
        return float(np.sqrt(np.mean((kept - self.setpoint_c) ** 2)))

    def gas_m3(self) -> float:
        """Return the gas that was burnt."""
        return float(self.gas_m3_per_h.sum()) * STEP_S / 3600


def close_loop(furnace: Furnace, controller: Controller, rule: Rule, by: str, keep: bool = True) -> Course:
    """Run a controller on the furnace, through the guard, to the end of its loads.

    Parameters
    ----------
    furnace
        Fresh.
    controller
        Proposes; it never touches the furnace itself.
    rule
        Of the guard.
    by
        Who commands: it stands in every record.
    keep
        Whether to keep the records.
    """
    steps = furnace.loads.seconds // STEP_S
    shown, put, charge, true = np.empty(steps), np.empty(steps), np.empty(steps), np.empty((steps, STEP_S))
    approval = Approval(rule.tag, "shift supervisor", BEGIN - timedelta(hours=1), BEGIN + timedelta(days=30))
    state, output = GuardState.begin(BEGIN - timedelta(seconds=STEP_S)), furnace.gas_m3_per_h
    records: list[CommandRecord] = []
    for k in range(steps):
        now = BEGIN + timedelta(seconds=k * STEP_S)
        temperature = furnace.read_temperature()
        readings = {
            "mode": Reading("remote", now),
            "gas_command": Reading(output, now),
            "melt_temperature": Reading(temperature, now),
            "gas_pressure": Reading(12.0, now),
        }
        if records and keep:
            before = records[-1]
            seen = effect_of(rule, before.decision, readings, "melt_temperature", now, rule.fresh)
            records[-1] = CommandRecord(
                before.command, before.decision, before.at, before.mode, before.approved_by, seen
            )
        ahead = furnace.weighed_ahead(STEP_S, 180)
        wanted = controller.propose(temperature, output, ahead)
        command = Command(rule.tag, wanted, now, by)
        decision, state = decide(rule, state, command, now, readings, approval)
        if decision.value is not None:
            output = decision.value
        if keep:
            records.append(recorded(rule, command, decision, now, readings, approval))
        shown[k], put[k], charge[k] = temperature, output, ahead[0]
        true[k] = furnace.run(output, STEP_S)
    return Course(BEGIN, shown, put, charge, true, furnace.vessel.setpoint_c, tuple(records))
