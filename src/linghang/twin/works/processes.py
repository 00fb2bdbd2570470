"""Which process runs in which machine of the works, and how its coming failures show before they happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from linghang.twin.process.casting import CastingMachine
from linghang.twin.process.course import ProcessFault
from linghang.twin.process.heat_treatment import HeatTreatmentLine
from linghang.twin.process.machining import MachiningCell
from linghang.twin.process.melting import HoldingFurnace, MeltingFurnace
from linghang.twin.process.networks import AirNetwork, GasStation, Substation
from linghang.twin.process.paint import BakeOven, Oxidiser, WasteWaterPlant
from linghang.twin.process.plain import PlainMachine
from linghang.twin.process.sensing import InstrumentFault
from linghang.twin.process.stretch import Signal, Unit
from linghang.twin.process.vessel import Vessel
from linghang.twin.works.machines import Machine
from linghang.words import Text

STATE = Signal("state", Text("设备状态", "State of the machine"), None, role="state")
COUNT = Signal("count", Text("产量计数", "Pieces counted"), "piece", role="counter")

HOLDING = Vessel(
    capacity_kj_per_k=3_300.0,
    loss_kw_per_k=0.062,
    efficiency=0.97,
    least_kw=0.0,
    most_kw=120.0,
    gain_kw_per_k=5.0,
    setpoint_c=712.0,
    goods_kg_per_s=0.35,
    goods_kj_per_kg=0.0,
    goods_kj_per_kg_k=1.08,
    reference_c=702.0,
)
"""The holding and degassing furnace between melting and casting: 3 t."""

# One compressor of three on one network: a third of the network each, so that all show the network's pressure.
COMPRESSOR = AirNetwork(
    volume_m3=10.0,
    supply_m3_per_min=20.5,
    demand_m3_per_min=12.6,
    leak_m3_per_min=2.1,
    loaded_kw=104.0,
    unloaded_kw=34.0,
)

_UNITS: Mapping[str, Unit] = {
    "WC-MELT": MeltingFurnace(),
    "WC-HOLD": HoldingFurnace(HOLDING),
    "WC-LPC": CastingMachine(),
    "WC-HT": HeatTreatmentLine(),
    "WC-CNC": MachiningCell(),
    "WC-BAKE": BakeOven(),
    "WC-AIR": COMPRESSOR,
    "WC-POWER": Substation(),
    "WC-GAS": GasStation(),
    "WC-WATER": WasteWaterPlant(),
    "WC-VOC": Oxidiser(),
}
NETWORKS = frozenset({"WC-AIR", "WC-POWER", "WC-GAS", "WC-WATER", "WC-VOC"})
"""Work centres that serve the whole works: their load follows all machines, not a state of their own."""


TOTALS: Mapping[str, tuple[str, str, str]] = {
    "power": ("energy_total", "累计电量", "kWh"),
    "flow": ("volume_total", "累计流量", "m3"),
}
"""Signal of a network, a rate per hour -> what its meter sums up: name, title, unit."""


def unit_of(machine: Machine) -> Unit:
    """Return the process of a machine; one without a process of its own draws power."""
    return _UNITS.get(machine.group.center) or PlainMachine(machine.group.run_kw, machine.group.idle_kw)


def signals_of(machine: Machine) -> tuple[Signal, ...]:
    """Return the signals of a machine: those of its process, its state, and its count unless it serves the works."""
    own = unit_of(machine).signals
    return (*own, STATE) if machine.group.center in NETWORKS else (*own, STATE, COUNT)


_FURNACE = {"efficiency": 0.8, "loss": 1.8}
FACTORS: Mapping[str, Mapping[str, float]] = {
    "WC-MELT": _FURNACE,
    "WC-HOLD": _FURNACE,
    "WC-LPC": {**_FURNACE, "cooling": 0.4},
    "WC-HT": {**_FURNACE, "quench_cooling": 0.4},
    "WC-CNC": {"wear": 2.0, "bearing": 2.6},
    "WC-BAKE": {**_FURNACE, "solvent": 1.6},
    "WC-AIR": {"leak": 2.5},
    "WC-WATER": {"dirt": 1.8, "dosing": 0.8},
    "WC-VOC": {"burner": 0.88},
}
"""Work centre -> what can go wrong with its process, and the factor that is taken where none is said.

Machines without a row have `friction`.
"""
FRICTION: Mapping[str, float] = {"friction": 1.5}


def factors_of(machine: Machine) -> Mapping[str, float]:
    """Return the process parameters that a fault of a machine can act on, with the factor that is usual."""
    if machine.group.center in NETWORKS:
        return FACTORS.get(machine.group.center, {})
    return FACTORS.get(machine.group.center, FRICTION)


@dataclass(frozen=True, slots=True)
class Precursor:
    """How a failure of one component shows before it stops the machine.

    Attributes
    ----------
    center, component
        Of which machines, and of which component of the failure records.
    acts_on
        Factor of the process, or name of the signal whose instrument errs.
    days
        How long before.
    size
        What the factor grows to, or the error of the instrument in its unit.
    shape
        `ramp` or `step` of the process, or an instrument's `drift`.
    """

    center: str
    component: str
    acts_on: str
    days: float
    size: float
    shape: Literal["ramp", "step", "drift"] = "ramp"

    def fault(self, failure_s: float) -> ProcessFault | InstrumentFault:
        """Return the fault that leads up to a failure."""
        start = failure_s - self.days * 86_400
        if self.shape == "drift":
            return InstrumentFault(self.acts_on, "drift", start, failure_s, self.size)
        return ProcessFault(self.acts_on, start, failure_s, self.size, self.shape)


PRECURSORS: tuple[Precursor, ...] = (
    Precursor("WC-MELT", "burner", "efficiency", 6, 0.84),
    Precursor("WC-MELT", "lining", "loss", 15, 1.9),
    Precursor("WC-HOLD", "heater", "efficiency", 3, 0.8),
    Precursor("WC-LPC", "mould_cooling", "cooling", 5, 0.5),
    Precursor("WC-LPC", "sensor", "metal_temperature", 4, -14.0, "drift"),
    Precursor("WC-HT", "fan", "loss", 9, 1.6),
    Precursor("WC-HT", "quench_pump", "quench_cooling", 4, 0.4),
    Precursor("WC-CNC", "spindle", "bearing", 12, 2.6),
    Precursor("WC-CNC", "coolant", "wear", 3, 1.7),
    Precursor("WC-BAKE", "burner", "efficiency", 5, 0.82),
    Precursor("WC-AIR", "valve", "leak", 10, 2.4),
    Precursor("WC-WATER", "pump", "dosing", 2, 0.86),
    Precursor("WC-VOC", "valve", "burner", 3, 0.91),
)
"""Failures without a row come without a sign: a broken riser tube, a jammed chain."""
