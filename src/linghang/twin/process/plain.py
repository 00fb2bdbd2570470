"""Machines without a process of their own: what they draw while they run, wait or are off."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class PlainMachine:
    """A tester, packer, conveyor or vehicle.

    Attributes
    ----------
    running_kw, waiting_kw
        Its power in both states.
    """

    running_kw: float = 8.0
    waiting_kw: float = 1.5
    signals: tuple[Signal, ...] = field(default=(Signal("power", Text("功率", "Power"), "kW", 0.05, 0.01),))

    def begin(self) -> State:
        """Carry nothing over."""
        return {}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `friction` (power while it runs)."""
        k = stretch.interval_at(times_s)
        load = stretch.load[k]
        waiting = np.where(stretch.powered[k], self.waiting_kw, 0.0)
        taken = waiting + (self.running_kw - self.waiting_kw) * load * stretch.factor("friction")[k]
        return {"power": taken}, state
