"""The reference plant's melting furnace with its gas valve in other hands than its own controller's.

The heat balance is that of `process.vessel` with the numbers of the plant's furnace, the gas flow being given::

    C dT/dt = η P - U (T - T_around) - Q_door - m (h + c (T - T_ref))

What a controller meets on a real furnace stands before and behind it: the gas train follows a command after a dead time
and with a lag, and the thermocouple sits in a protective tube. Loads change as they do in a shaft furnace: skips of
metal that is more or less cold and wet, pauses of charging, doors that are opened to skim, a burner whose efficiency
wanders.
"""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.course import ambient_c
from linghang.twin.process.melting import GAS_FURNACE, GAS_KWH_PER_M3, MeltingFurnace
from linghang.twin.process.sensing import key_of, measured
from linghang.twin.process.stretch import Floats
from linghang.twin.process.vessel import Vessel

USUAL_MELTING_S = 450
"""In which the works reckons that a skip melts."""
_TICK_S = 1.0
"""Step of the simulation. Within one the inputs stand still and the balance is solved exactly."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands between controller and metal. The numbers are ours, in the range of makers' data sheets.

    Attributes
    ----------
    burner_dead_s, burner_lag_s
        Gas train and air-ratio control: from a command to the gas flow.
    tube_lag_s
        Thermocouple in a ceramic protective tube in the melt.
    announced_s
        A skip is weighed this long before it is tipped: loading place and hoist.
    """

    burner_dead_s: float = 20.0
    burner_lag_s: float = 20.0
    tube_lag_s: float = 90.0
    announced_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Loads:
    """What acts on the furnace, second by second.

    Attributes
    ----------
    charge_kg_per_s
        (n,) metal that melts.
    skip_at_s, skip_kg
        (k,) second in which each skip is tipped, and what its scale says.
    heat_factor
        (n,) heat that a kilogram takes, relative to the nominal: colder, wetter, more oxide.
    door_kw
        (n,) lost through an open door.
    efficiency_factor
        (n,) of the burner.
    start_s
        Of the first, in seconds since the plant's epoch.
    """

    charge_kg_per_s: Floats
    skip_at_s: Floats
    skip_kg: Floats
    heat_factor: Floats
    door_kw: Floats
    efficiency_factor: Floats
    start_s: float = 0.0

    @property
    def seconds(self) -> int:
        """How long."""
        return len(self.charge_kg_per_s)


def production_loads(hours: float, seed: int, start_s: float = 0.0) -> Loads:
    """Return the loads of a stretch of production; those of a seed are the same for every controller.

    Skips of 180 to 260 kg follow each other every 4 to 6 minutes, 0.73 kg/s on average, and each melts in the shaft in
    6 to 9 minutes. About every hour charging pauses for 8 to 20 minutes, and a door is opened for 3 to 6.
    """
    rng = np.random.default_rng(seed)
    n = round(hours * 3600)
    charge, taken = np.zeros(n), np.zeros(n)
    skips: list[tuple[float, float]] = []
    at, pause_at = int(rng.integers(60, 300)), int(rng.integers(1800, 4200))
    while at < n:
        if at >= pause_at:
            at += int(rng.integers(480, 1200))
            pause_at = at + int(rng.integers(2400, 4800))
            continue
        mass, lasts = rng.uniform(180, 260), int(rng.integers(360, 541))
        charge[at : at + lasts] += mass / lasts
        # A scale of 0.5 %.
        skips.append((float(at), mass * float(rng.normal(1.0, 0.005))))
        taken[at : at + lasts] += mass / lasts * rng.normal(1.0, 0.06)
        at += int(rng.integers(240, 361))
    heat = np.divide(taken, charge, out=np.ones(n), where=charge > 0)
    door, opened = np.zeros(n), int(rng.integers(1200, 4800))
    while opened < n:
        lasts = int(rng.integers(180, 361))
        door[opened : opened + lasts] = rng.uniform(150, 300)
        opened += lasts + int(rng.integers(2400, 4800))
    # A wandering of 3 %, with a memory of an hour, known every minute.
    steps, value = np.empty(n // 60 + 2), 0.0
    keep = np.exp(-60 / 3600)
    for k in range(len(steps)):
        value = keep * value + float(rng.normal(0, 0.03 * np.sqrt(1 - keep**2)))
        steps[k] = value
    wander = np.interp(np.arange(n), np.arange(len(steps)) * 60, steps)
    weighed = np.array(skips, np.float64).reshape(-1, 2)
    return Loads(charge, weighed[:, 0], weighed[:, 1], heat, door, 1 + wander, start_s)


@dataclass
class Furnace:
    """The furnace as it stands: advanced by `run`, read through its instruments.

    Attributes
    ----------
    loads
        What acts on it.
    seed
        Of the instruments' noise.
    vessel, surroundings
        What it is.
    temperature_c, tube_c, gas_m3_per_h
        Metal, thermocouple, and gas that really flows.
    second
        How far it has come.
    """

    loads: Loads
    seed: int
    vessel: Vessel = GAS_FURNACE
    surroundings: Surroundings = Surroundings()
    temperature_c: float = GAS_FURNACE.setpoint_c
    tube_c: float = GAS_FURNACE.setpoint_c
    gas_m3_per_h: float = 0.0
    second: int = 0
    _commands: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.gas_m3_per_h == 0.0:
            self.gas_m3_per_h = self.vessel.feed_forward_kw(0.8, 20.0) / GAS_KWH_PER_M3
        if not self._commands:
            self._commands = [self.gas_m3_per_h] * max(1, round(self.surroundings.burner_dead_s / _TICK_S))

    def run(self, command_m3_per_h: float, seconds: int) -> Floats:
        """Go on for whole seconds with a command; return (seconds,) the metal's temperature at the end of each."""
        found = np.empty(seconds)
        around = self.surroundings
        follow = 1 - np.exp(-_TICK_S / around.burner_lag_s)
        feel = 1 - np.exp(-_TICK_S / around.tube_lag_s)
        for k in range(seconds):
            self._commands.append(command_m3_per_h)
            self.gas_m3_per_h += follow * (self._commands.pop(0) - self.gas_m3_per_h)
            self._heat(min(self.second, self.loads.seconds - 1))
            self.tube_c += feel * (self.temperature_c - self.tube_c)
            self.second += 1
            found[k] = self.temperature_c
        return found

    def _heat(self, now: int) -> None:
        """Solve the balance over one tick."""
        v, loads = self.vessel, self.loads
        charge = float(loads.charge_kg_per_s[now])
        around = float(ambient_c(np.array([loads.start_s + now]))[0]) if now % 600 == 0 else self._around
        self._around = around
        power = self.gas_m3_per_h * GAS_KWH_PER_M3 * v.efficiency * float(loads.efficiency_factor[now])
        heat = v.goods_kj_per_kg * float(loads.heat_factor[now]) - v.goods_kj_per_kg_k * v.reference_c
        resist = v.loss_kw_per_k + charge * v.goods_kj_per_kg_k
        final = (power + v.loss_kw_per_k * around - float(loads.door_kw[now]) - charge * heat) / resist
        self.temperature_c = final + (self.temperature_c - final) * float(
            np.exp(-_TICK_S * resist / v.capacity_kj_per_k)
        )

    _around: float = 20.0

    def read_temperature(self) -> float:
        """Return what the instrument of the metal's temperature shows: tube, noise and resolution of the plant's."""
        instrument = MeltingFurnace().signals[0]
        at = np.array([float(self.second)])
        shown, _ = measured(instrument, np.array([self.tube_c]), at, key_of(self.seed, "melt_temperature"))
        return float(shown[0])

    def weighed_ahead(self, step_s: int, steps: int) -> Floats:
        """Return (steps,) mean charge rates in kg/s that follow from the skips that have been weighed.

        Each is reckoned to melt evenly in the usual time. Of skips that nobody has weighed yet, the mean of the last
        half hour is the best that anybody can say.
        """
        loads, now = self.loads, self.second
        known_to = now + self.surroundings.announced_s
        found = np.zeros(steps * step_s)
        for at, mass in zip(loads.skip_at_s.tolist(), loads.skip_kg.tolist(), strict=True):
            if now - USUAL_MELTING_S < at <= known_to:
                first = int(at) - now
                found[max(first, 0) : max(first + USUAL_MELTING_S, 0)] += mass / USUAL_MELTING_S
        past = (loads.skip_at_s > now - 1800) & (loads.skip_at_s <= now)
        usual = float(loads.skip_kg[past].sum()) / 1800
        # At a moment, what melts was tipped within the usual time before it: so much of that time nobody knows yet.
        later = np.arange(now, now + len(found)) - known_to
        found += usual * np.clip(later / USUAL_MELTING_S, 0.0, 1.0)
        means: Floats = found.reshape(steps, step_s).mean(axis=1)
        return means
