"""Paint line: bake oven, solvent vapour and its oxidiser, and the waste-water plant."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.heat_treatment import SOLID_KJ_PER_KG_K
from linghang.twin.process.relaxing import relaxed
from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.twin.process.vessel import Vessel, heated, temperature_of
from linghang.words import Text

OVEN = Vessel(
    capacity_kj_per_k=5_200.0,
    loss_kw_per_k=0.9,
    efficiency=0.7,
    least_kw=25.0,
    most_kw=620.0,
    gain_kw_per_k=30.0,
    setpoint_c=180.0,
    goods_kg_per_s=0.6,
    goods_kj_per_kg=0.0,
    goods_kj_per_kg_k=SOLID_KJ_PER_KG_K,
    reference_c=25.0,
)
"""An oven for about 2.1 t of wheels per hour."""


@dataclass(frozen=True, slots=True)
class BakeOven:
    """An oven in which painted wheels are baked on a chain."""

    vessel: Vessel = OVEN
    chain_m_per_min: float = 2.4
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("oven_temperature", Text("烘烤炉温度", "Oven temperature"), "°C", 0.4, 0.1, 172.0, 188.0),
            Signal("chain_speed", Text("输送链速度", "Speed of the chain"), "m/min", 0.01, 0.01),
            Signal("voc_inlet", Text("废气VOC浓度（处理前）", "VOC before treatment"), "mg/m3", 2.5, 0.1),
        )
    )

    def begin(self) -> State:
        """Start hot."""
        return {"temperature_c": self.vessel.setpoint_c}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `efficiency`, `loss` and `solvent` (how much vapour a wheel gives)."""
        course = heated(self.vessel, stretch, temperature_of(state))
        k = stretch.interval_at(times_s)
        values = {
            "oven_temperature": course.temperature.at(times_s),
            "chain_speed": self.chain_m_per_min * stretch.load[k],
            "voc_inlet": 6.0 + 290.0 * stretch.load[k] * stretch.factor("solvent")[k],
        }
        return values, {"temperature_c": course.temperature.last}


@dataclass(frozen=True, slots=True)
class Oxidiser:
    """A regenerative thermal oxidiser: what it destroys depends on how hot its chamber is.

    Below about 760 °C solvents burn incompletely: the share that passes grows e-fold for each `fade_k` kelvin.
    """

    chamber_c: float = 820.0
    tau_s: float = 2_700.0
    passing_share: float = 0.012
    full_above_c: float = 760.0
    fade_k: float = 35.0
    inlet_mg_m3: float = 290.0
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("chamber_temperature", Text("RTO炉膛温度", "Chamber temperature"), "°C", 1.2, 0.1, 760.0, 900.0),
            Signal("voc_outlet", Text("废气VOC浓度（排放口）", "VOC at the stack"), "mg/m3", 0.15, 0.1, None, 50.0),
        )
    )

    def begin(self) -> State:
        """Start hot."""
        return {"temperature_c": self.chamber_c}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `burner` (temperature that its burner holds)."""
        target = np.where(stretch.powered, self.chamber_c * stretch.factor("burner"), stretch.ambient_c)
        tau = np.full(len(stretch.start_s), self.tau_s)
        course = relaxed(stretch.start_s, stretch.end_s, target, tau, float(state["temperature_c"]))
        chamber = course.at(times_s)
        missing = np.clip(self.full_above_c - chamber, 0.0, None)
        passing = np.minimum(self.passing_share * np.exp(missing / self.fade_k), 1.0)
        inlet = 6.0 + self.inlet_mg_m3 * stretch.load[stretch.interval_at(times_s)]
        return {"chamber_temperature": chamber, "voc_outlet": inlet * passing}, {"temperature_c": course.last}


@dataclass(frozen=True, slots=True)
class WasteWaterPlant:
    """Equalisation tank and treatment: concentrations relax toward what comes in, as in a stirred tank."""

    tank_m3: float = 180.0
    flow_m3_per_h: float = 14.0
    cod_in_mg_l: float = 620.0
    removal: float = 0.93
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("flow", Text("废水流量", "Waste water"), "m3/h", 0.1, 0.1),
            Signal("ph", Text("排放口pH", "pH at the outlet"), None, 0.03, 0.01, 6.0, 9.0),
            Signal("cod", Text("排放口化学需氧量", "COD at the outlet"), "mg/L", 0.8, 0.1, None, 100.0),
        )
    )

    def begin(self) -> State:
        """Start with a tank of average water."""
        return {"cod_mg_l": self.cod_in_mg_l}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `dirt` (what comes in) and `dosing` (what treatment removes)."""
        flow = self.flow_m3_per_h * (0.15 + 0.85 * stretch.load)
        tau = 3600.0 * self.tank_m3 / flow
        target = self.cod_in_mg_l * (0.35 + 0.65 * stretch.load) * stretch.factor("dirt")
        course = relaxed(stretch.start_s, stretch.end_s, target, tau, float(state["cod_mg_l"]))
        k = stretch.interval_at(times_s)
        dosing = stretch.factor("dosing")[k]
        values = {
            "flow": flow[k],
            "ph": 7.4 + 1.9 * (1 - dosing),
            "cod": course.at(times_s) * (1 - self.removal * dosing),
        }
        return values, {"cod_mg_l": course.last}
