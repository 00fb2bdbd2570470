"""Heat treatment: solution furnace, quench and ageing, with the temperature that the wheels themselves follow."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.twin.process.vessel import Vessel, heated, temperature_of
from linghang.words import Text

SOLID_KJ_PER_KG_K = 0.96
"""Mean heat capacity of an Al-Si7Mg wheel between 20 °C and 540 °C."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a wheel goes through: (temperature around it in °C, seconds, time constant of the wheel in seconds)."""

    steps: tuple[tuple[float, float, float], ...] = (
        (540.0, 4.5 * 3600, 1_500.0),
        (65.0, 240.0, 25.0),
        (155.0, 2.5 * 3600, 1_300.0),
        (30.0, 1_800.0, 700.0),
    )

    def wheel_c(self, since_s: Floats, first_c: float = 25.0) -> Floats:
        """Return (m,) the temperature of a wheel that went in `since_s` seconds ago, in °C."""
        value, start = first_c, 0.0
        found = np.full(np.shape(since_s), first_c, np.float64)
        for around, seconds, tau in self.steps:
            within = np.clip(since_s - start, 0.0, seconds)
            course = around + (value - around) * np.exp(-within / tau)
            found = np.where(since_s >= start, course, found)
            value = around + (value - around) * float(np.exp(-seconds / tau))
            start += seconds
        return found


SOLUTION_FURNACE = Vessel(
    capacity_kj_per_k=9_000.0,
    loss_kw_per_k=0.38,
    efficiency=0.62,
    least_kw=30.0,
    most_kw=900.0,
    gain_kw_per_k=40.0,
    setpoint_c=540.0,
    goods_kg_per_s=0.32,
    goods_kj_per_kg=0.0,
    goods_kj_per_kg_k=SOLID_KJ_PER_KG_K,
    reference_c=25.0,
)
"""A continuous furnace of about 1.1 t/h."""


@dataclass(frozen=True, slots=True)
class HeatTreatmentLine:
    """A continuous line: gas-heated solution furnace, quench tank, ageing furnace."""

    vessel: Vessel = SOLUTION_FURNACE
    quench_c: float = 62.0
    profile: Profile = field(default_factory=Profile)
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("solution_temperature", Text("固溶炉温度", "Solution furnace"), "°C", 0.5, 0.1, 533.0, 547.0),
            Signal("ageing_temperature", Text("时效炉温度", "Ageing furnace"), "°C", 0.4, 0.1, 150.0, 160.0),
            Signal("quench_temperature", Text("淬火水温", "Quench water"), "°C", 0.3, 0.1, 50.0, 80.0),
            Signal("gas_flow", Text("天然气流量", "Gas flow"), "m3/h", 0.3, 0.1),
        )
    )

    def begin(self) -> State:
        """Start hot."""
        return {"temperature_c": self.vessel.setpoint_c}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `efficiency`, `loss` and `quench_cooling`."""
        from linghang.twin.process.melting import GAS_KWH_PER_M3

        course = heated(self.vessel, stretch, temperature_of(state))
        k = stretch.interval_at(times_s)
        solution = course.temperature.at(times_s)
        warm = stretch.load[k] * (2 - stretch.factor("quench_cooling")[k])
        values = {
            "solution_temperature": solution,
            # The ageing furnace is heated by the flue gas of the first one and follows it weakly.
            "ageing_temperature": np.where(
                stretch.powered[k], 155.0 + 0.05 * (solution - self.vessel.setpoint_c), 60.0
            ),
            "quench_temperature": self.quench_c - 8.0 + 12.0 * warm,
            "gas_flow": course.power_kw(times_s) / GAS_KWH_PER_M3,
        }
        return values, {"temperature_c": course.temperature.last}
