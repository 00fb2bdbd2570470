"""Networks that serve the whole works: compressed air, electric power and natural gas."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.words import Text

ATMOSPHERE_BAR = 1.013


@dataclass(frozen=True, slots=True)
class AirNetwork:
    """Receiver and pipes fed by compressors that load and unload between two pressures.

    V dp/dt = p_atm (supply - demand): while the demand stands still the pressure is a saw-tooth whose two slopes, and
    with them the share of loaded time, are known in closed form.

    Attributes
    ----------
    volume_m3
        Volume V of receiver and pipes.
    supply_m3_per_min
        Free air that the compressors deliver while loaded.
    demand_m3_per_min, leak_m3_per_min
        Free air that the works takes at load 1, and what leaks away at any load.
    load_bar, unload_bar
        Gauge pressures at which the compressors load and unload.
    loaded_kw, unloaded_kw
        Their power in both.
    """

    volume_m3: float = 30.0
    supply_m3_per_min: float = 75.0
    demand_m3_per_min: float = 46.0
    leak_m3_per_min: float = 7.0
    load_bar: float = 6.8
    unload_bar: float = 7.4
    loaded_kw: float = 430.0
    unloaded_kw: float = 115.0
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("pressure", Text("管网压力", "Pressure of the network"), "bar", 0.01, 0.01, 6.3, 8.0),
            Signal("power", Text("空压机功率", "Power of the compressors"), "kW", 1.5, 0.1),
            Signal("air_flow", Text("用气量", "Air taken"), "m3/min", 0.2, 0.1),
        )
    )

    def begin(self) -> State:
        """Start at the lower pressure, loading."""
        return {"phase": 0.0}

    def taken_m3_per_min(self, stretch: Stretch) -> Floats:
        """Return (n,) the free air that is taken, leaks included (factor `leak`)."""
        return self.demand_m3_per_min * stretch.load + self.leak_m3_per_min * stretch.factor("leak")

    def loaded_share(self, stretch: Stretch) -> Floats:
        """Return (n,) the share of the time in which the compressors deliver; 1 where they cannot keep up."""
        return np.minimum(self.taken_m3_per_min(stretch) / self.supply_m3_per_min, 1.0)

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        taken, share = self.taken_m3_per_min(stretch), self.loaded_share(stretch)
        swing_m3 = self.volume_m3 * (self.unload_bar - self.load_bar) / ATMOSPHERE_BAR
        surplus = np.maximum(self.supply_m3_per_min - taken, 1e-9)
        cycle_s = 60.0 * (swing_m3 / surplus + swing_m3 / taken)
        turns = np.concatenate([[0.0], np.cumsum(stretch.seconds / cycle_s)])
        k = stretch.interval_at(times_s)
        phase = np.mod(float(state["phase"]) + turns[k] + (times_s - stretch.start_s[k]) / cycle_s[k], 1.0)
        rising, short = phase < share[k], share[k] >= 1
        with np.errstate(divide="ignore", invalid="ignore"):
            up, down = phase / share[k], (phase - share[k]) / (1 - share[k])
        level = np.where(short, -1.2, np.where(rising, up, 1 - down))
        values = {
            "pressure": self.load_bar + (self.unload_bar - self.load_bar) * level,
            "power": np.where(rising | short, self.loaded_kw, self.unloaded_kw),
            "air_flow": taken[k],
        }
        return values, {"phase": float(np.mod(float(state["phase"]) + turns[-1], 1.0))}


@dataclass(frozen=True, slots=True)
class Substation:
    """The transformer of the works: what the machines take, its own losses, and the power factor.

    Losses of a transformer are those of its iron, always there, and those of its windings, by the square of the load
    (IEC 60076-1).
    """

    base_kw: float = 420.0
    span_kw: float = 2_900.0
    rating_kva: float = 4_000.0
    iron_kw: float = 5.2
    copper_kw: float = 32.0
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("power", Text("总有功功率", "Active power"), "kW", 4.0, 0.1, None, 3_800.0),
            Signal("power_factor", Text("功率因数", "Power factor"), None, 0.002, 0.001, 0.9, None),
            Signal("transformer_loss", Text("变压器损耗", "Loss of the transformer"), "kW", 0.05, 0.01),
        )
    )

    def begin(self) -> State:
        """Carry nothing over."""
        return {}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        load = stretch.load[stretch.interval_at(times_s)]
        taken = self.base_kw + self.span_kw * load
        factor = 0.88 + 0.08 * load
        loss = self.iron_kw + self.copper_kw * (taken / factor / self.rating_kva) ** 2
        return {"power": taken + loss, "power_factor": factor, "transformer_loss": loss}, state


@dataclass(frozen=True, slots=True)
class GasStation:
    """The gas main: flow to all burners, and a pressure that sags with the square of the flow."""

    base_m3_per_h: float = 45.0
    span_m3_per_h: float = 720.0
    pressure_kpa: float = 30.0
    sag_kpa: float = 3.5
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("flow", Text("天然气总流量", "Gas flow of the works"), "m3/h", 0.8, 0.1),
            Signal("pressure", Text("天然气压力", "Gas pressure"), "kPa", 0.05, 0.01, 22.0, 36.0),
        )
    )

    def begin(self) -> State:
        """Carry nothing over."""
        return {}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        load = stretch.load[stretch.interval_at(times_s)]
        flow = self.base_m3_per_h + self.span_m3_per_h * load
        full = self.base_m3_per_h + self.span_m3_per_h
        return {"flow": flow, "pressure": self.pressure_kpa - self.sag_kpa * (flow / full) ** 2}, state
