"""Low-pressure casting: the pressure curve of a shot, and the temperature of the die from shot to shot."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.melting import HoldingFurnace
from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.words import Text

PRESSURE_CURVE: tuple[tuple[float, float], ...] = (
    (0.00, 0.0),
    (0.03, 180.0),  # the metal rises in the tube
    (0.10, 320.0),  # the die is filled
    (0.13, 850.0),  # feed pressure while it solidifies
    (0.62, 850.0),
    (0.66, 0.0),  # vented: the die opens, the wheel is taken out
    (1.00, 0.0),
)
"""Pressure over the metal in mbar at shares of the cycle: the shape that every low-pressure machine follows."""
CLOSED_SHARE = 0.66


@dataclass(frozen=True, slots=True)
class CastingMachine:
    """A low-pressure casting machine with its die and its holding furnace.

    The die relaxes toward the metal while it is closed and toward its cooling while it is open; one cycle is thus an
    affine map, whose n-th power is known in closed form: every sample of a long run costs the same.

    Attributes
    ----------
    cycle_s
        Time of one wheel at load 1.
    hot_c, cold_c
        What the die relaxes toward while it is closed, and while it is open.
    closed_tau_s, open_tau_s
        Time constants of both.
    rest_tau_s
        Time constant of a die that waits.
    """

    cycle_s: float = 270.0
    hot_c: float = 585.0
    cold_c: float = 330.0
    closed_tau_s: float = 420.0
    open_tau_s: float = 260.0
    rest_tau_s: float = 5_400.0
    holding: HoldingFurnace = field(default_factory=HoldingFurnace)
    own: tuple[Signal, ...] = field(
        default=(
            Signal("die_temperature", Text("模具温度", "Die temperature"), "°C", 0.9, 0.1, 420.0, 540.0),
            Signal("filling_pressure", Text("充型压力", "Pressure over the metal"), "mbar", 2.0, 1.0, None, 950.0),
            Signal("cooling_flow", Text("模具冷却水流量", "Cooling water of the die"), "L/min", 0.15, 0.1, 12.0, None),
        )
    )

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What is measured on it."""
        return (*self.holding.signals, *self.own)

    def begin(self) -> State:
        """Start with a warm furnace and a die that is as warm as its heating keeps it."""
        return {**self.holding.begin(), "die_c": self.cold_c, "shot_s": 0.0}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        values, after = self.holding.run(stretch, times_s, state)
        first_c, first_s = self._starts(stretch, state)
        k = stretch.interval_at(times_s)
        worked = (times_s - stretch.start_s[k]) * stretch.load[k]
        phase = np.mod(first_s[k] + worked, self.cycle_s)
        shares, pressures = np.array(PRESSURE_CURVE).T
        casting = stretch.load[k] > 0
        values["die_temperature"] = self._die_at(stretch, k, times_s, first_c, first_s)
        values["filling_pressure"] = np.where(casting, np.interp(phase / self.cycle_s, shares, pressures), 0.0)
        flow = 16.0 * stretch.factor("cooling")[k]
        values["cooling_flow"] = np.where(casting, flow, np.where(stretch.powered[k], 4.0, 0.0))
        end = np.array([stretch.end_s])
        last = np.array([len(stretch.start_s) - 1])
        shot = first_s[-1] + (stretch.end_s - stretch.start_s[-1]) * stretch.load[-1]
        die = self._die_at(stretch, last, end, first_c, first_s)
        return values, {**after, "die_c": float(die[0]), "shot_s": float(np.mod(shot, self.cycle_s))}

    def _starts(self, stretch: Stretch, state: State) -> tuple[Floats, Floats]:
        """Return (n,) temperature of the die and seconds into the shot at the start of every interval."""
        temperature, shot = np.empty(len(stretch.start_s)), np.empty(len(stretch.start_s))
        value, into = float(state["die_c"]), float(state["shot_s"])
        edges = np.append(stretch.start_s, stretch.end_s)
        for k in range(len(stretch.start_s)):
            temperature[k], shot[k] = value, into
            value = float(self._die_at(stretch, np.array([k]), edges[k + 1 : k + 2], temperature, shot)[0])
            into = float(np.mod(into + (edges[k + 1] - edges[k]) * stretch.load[k], self.cycle_s))
        return temperature, shot

    def _die_at(self, stretch: Stretch, k: np.ndarray, times_s: Floats, first_c: Floats, first_s: Floats) -> Floats:
        """Return the die's temperature at moments in the intervals `k`."""
        elapsed = times_s - stretch.start_s[k]
        load = stretch.load[k]
        # Less cooling water: the open die cools toward a higher temperature.
        cold = self.cold_c + (1 - stretch.factor("cooling")[k]) * 0.6 * (self.hot_c - self.cold_c)
        rest = np.where(stretch.powered[k], cold, stretch.ambient_c[k])
        resting = rest + (first_c[k] - rest) * np.exp(-elapsed / self.rest_tau_s)
        # At half load a shot takes twice as long, and so do its phases: the map counts in seconds of work.
        worked = elapsed * load
        start = self._back_to_shot_start(first_c[k], first_s[k], cold)
        shots, phase = np.divmod(first_s[k] + worked, self.cycle_s)
        casting = self._after(self._after_shots(start, shots, cold), phase, cold)
        return np.where(load > 0, casting, resting)

    def _decays(self, phase_s: Floats) -> tuple[Floats, Floats]:
        """Return what is left of a deviation after the closed and after the open part of a shot up to `phase_s`."""
        closed = np.minimum(phase_s, CLOSED_SHARE * self.cycle_s)
        return np.exp(-closed / self.closed_tau_s), np.exp(-(phase_s - closed) / self.open_tau_s)

    def _after(self, start_c: Floats, phase_s: Floats, cold_c: Floats) -> Floats:
        closed, opened = self._decays(phase_s)
        hot = self.hot_c + (start_c - self.hot_c) * closed
        return cold_c + (hot - cold_c) * opened

    def _after_shots(self, start_c: Floats, shots: Floats, cold_c: Floats) -> Floats:
        closed, opened = self._decays(np.full_like(start_c, self.cycle_s))
        both = closed * opened
        steady = (cold_c * (1 - opened) + self.hot_c * (1 - closed) * opened) / (1 - both)
        return steady + (start_c - steady) * both**shots

    def _back_to_shot_start(self, value_c: Floats, phase_s: Floats, cold_c: Floats) -> Floats:
        """Return what the die had at the start of its shot, if it has `value_c` at `phase_s` of it."""
        closed, opened = self._decays(phase_s)
        hot = cold_c + (value_c - cold_c) / opened
        return self.hot_c + (hot - self.hot_c) / closed
