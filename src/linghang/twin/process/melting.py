"""Melting furnace (gas) and holding furnace (electric): metal temperature, fuel, and what becomes of the metal."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.twin.process.vessel import HeatAccount, Vessel, account, heated, temperature_of
from linghang.words import Text

GAS_KWH_PER_M3 = 9.97
"""Lower heating value of natural gas: 35.9 MJ/m³, within the range of GB/T 2589-2020 annex A (32.2 to 38.9 MJ/m³)."""
MELTING_POINT_C = 660.0
ALUMINIUM_KJ_PER_KG = 1077.0
"""From 20 °C to liquid at the melting point: 640 K at a mean 1.06 kJ/(kg·K), and 397 kJ/kg of fusion."""
LIQUID_KJ_PER_KG_K = 1.08


@dataclass(frozen=True, slots=True)
class MetalAccount:
    """What became of the metal that was charged, in kg: charged = tapped + dross + more in the bath."""

    charged_kg: float
    tapped_kg: float
    dross_kg: float
    stored_kg: float


GAS_FURNACE = Vessel(
    capacity_kj_per_k=11_000.0,
    loss_kw_per_k=0.16,
    efficiency=0.52,
    least_kw=60.0,
    most_kw=2_600.0,
    gain_kw_per_k=45.0,
    setpoint_c=745.0,
    goods_kg_per_s=0.83,
    goods_kj_per_kg=ALUMINIUM_KJ_PER_KG,
    goods_kj_per_kg_k=LIQUID_KJ_PER_KG_K,
    reference_c=MELTING_POINT_C,
)
"""A shaft furnace of 3 t/h."""


@dataclass(frozen=True, slots=True)
class MeltingFurnace:
    """A gas-fired melting furnace with a bath.

    Attributes
    ----------
    vessel
        Its heat balance; the goods are the metal.
    dross_share
        Share of the charge that burns off or is skimmed.
    tap_kg
        Metal that one tapping takes.
    heel_kg
        Metal left after a tapping.
    """

    vessel: Vessel = GAS_FURNACE
    dross_share: float = 0.018
    tap_kg: float = 1_000.0
    heel_kg: float = 4_500.0
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("melt_temperature", Text("铝液温度", "Metal temperature"), "°C", 0.8, 0.1, 720.0, 770.0),
            Signal("gas_flow", Text("天然气流量", "Gas flow"), "m3/h", 0.6, 0.1),
            Signal("metal_mass", Text("熔池铝液质量", "Metal in the bath"), "kg", 8.0, 1.0),
            Signal("flue_temperature", Text("排烟温度", "Flue temperature"), "°C", 1.5, 0.1, None, 420.0),
        )
    )

    def begin(self) -> State:
        """Start at the setpoint with a bath down to the heel."""
        return {"temperature_c": self.vessel.setpoint_c, "since_tap_kg": 0.0}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        course = heated(self.vessel, stretch, temperature_of(state))
        power = course.power_kw(times_s)
        melted = self._melted_kg(stretch, times_s, state)
        end = self._melted_kg(stretch, np.array([stretch.end_s]), state)
        values = {
            "melt_temperature": course.temperature.at(times_s),
            "gas_flow": power / GAS_KWH_PER_M3,
            "metal_mass": self.heel_kg + np.mod(melted, self.tap_kg),
            # A fouled burner sends more of its heat up the flue.
            "flue_temperature": 210.0
            + 0.055 * power * (2 - stretch.factor("efficiency")[stretch.interval_at(times_s)]),
        }
        return values, {"temperature_c": course.temperature.last, "since_tap_kg": float(np.mod(end[0], self.tap_kg))}

    def heat_account(self, stretch: Stretch, state: State) -> HeatAccount:
        """Return where the energy of a stretch went."""
        return account(self.vessel, stretch, heated(self.vessel, stretch, temperature_of(state)))

    def metal_account(self, stretch: Stretch, state: State) -> MetalAccount:
        """Return what became of the metal that a stretch charged."""
        charged = float(stretch.running_s(np.array([stretch.end_s]))[0]) * self.vessel.goods_kg_per_s
        before = float(state["since_tap_kg"])
        melted = before + charged * (1 - self.dross_share)
        tapped = self.tap_kg * float(np.floor(melted / self.tap_kg))
        return MetalAccount(charged, tapped, charged * self.dross_share, melted - tapped - before)

    def _melted_kg(self, stretch: Stretch, times_s: Floats, state: State) -> Floats:
        """Metal melted since the last tapping before the stretch, less the dross."""
        charged = stretch.running_s(times_s) * self.vessel.goods_kg_per_s
        return float(state["since_tap_kg"]) + charged * (1 - self.dross_share)


ELECTRIC_FURNACE = Vessel(
    capacity_kj_per_k=950.0,
    loss_kw_per_k=0.022,
    efficiency=0.97,
    least_kw=0.0,
    most_kw=60.0,
    gain_kw_per_k=2.2,
    setpoint_c=705.0,
    goods_kg_per_s=0.055,
    goods_kj_per_kg=0.0,
    goods_kj_per_kg_k=LIQUID_KJ_PER_KG_K,
    # Metal comes somewhat cooler than it leaves.
    reference_c=695.0,
)
"""A furnace of 0.9 t under a casting machine."""


@dataclass(frozen=True, slots=True)
class HoldingFurnace:
    """An electric furnace that keeps the metal of a casting machine warm."""

    vessel: Vessel = ELECTRIC_FURNACE
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("metal_temperature", Text("保温炉铝液温度", "Metal temperature"), "°C", 0.6, 0.1, 690.0, 720.0),
            Signal("heating_power", Text("加热功率", "Heating power"), "kW", 0.2, 0.1),
        )
    )

    def begin(self) -> State:
        """Start at the setpoint."""
        return {"temperature_c": self.vessel.setpoint_c}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`."""
        course = heated(self.vessel, stretch, temperature_of(state))
        values = {"metal_temperature": course.temperature.at(times_s), "heating_power": course.power_kw(times_s)}
        return values, {"temperature_c": course.temperature.last}
