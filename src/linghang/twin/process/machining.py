"""A machining cell: tool wear, spindle current and vibration."""

from dataclasses import dataclass, field

import numpy as np

from linghang.twin.process.stretch import Floats, Signal, State, Stretch
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class MachiningCell:
    """A cell that turns and drills wheels; its tool is changed when it is worn to its limit.

    Flank wear grows fast while the edge beds in and then in proportion to the cutting time, so that the life T of a
    tool at cutting speed v follows Taylor's law v·Tⁿ = C (F. W. Taylor, On the Art of Cutting Metals, 1907).

    Attributes
    ----------
    speed_m_per_min
        Cutting speed v at load 1.
    taylor_c, taylor_n
        C in m/min (life of one minute) and n of the tool and metal.
    wear_limit_mm
        Flank wear at which the tool is changed: 0.3 mm (ISO 3685).
    bedding_mm, bedding_share
        Wear of the bedding-in, and the share of the life that it takes.
    cut_share
        Share of the running time in which the tool cuts.
    idle_a, cut_a, wear_a_per_mm
        Spindle current at idle speed, what a sharp tool adds, what wear adds.
    calm_mm_s, wear_mm_s_per_mm
        Vibration velocity (RMS) with a sharp tool, and what wear adds.
    """

    speed_m_per_min: float = 900.0
    taylor_c: float = 3_400.0
    taylor_n: float = 0.21
    wear_limit_mm: float = 0.30
    bedding_mm: float = 0.06
    bedding_share: float = 0.05
    cut_share: float = 0.72
    idle_a: float = 6.0
    cut_a: float = 17.0
    wear_a_per_mm: float = 22.0
    calm_mm_s: float = 1.1
    wear_mm_s_per_mm: float = 4.2
    signals: tuple[Signal, ...] = field(
        default=(
            Signal("spindle_current", Text("主轴电流", "Spindle current"), "A", 0.35, 0.1, None, 34.0),
            Signal("vibration", Text("主轴振动速度", "Spindle vibration"), "mm/s", 0.08, 0.01, None, 4.5),
            Signal("spindle_speed", Text("主轴转速", "Spindle speed"), "rpm", 3.0, 1.0),
            Signal("tool_life_used", Text("刀具已用寿命", "Tool life used"), "%", 0.0, 0.1, None, None, "counter"),
        )
    )

    @property
    def life_s(self) -> float:
        """Cutting seconds that a tool lasts: T = (C / v)^(1/n) minutes."""
        return 60.0 * float((self.taylor_c / self.speed_m_per_min) ** (1 / self.taylor_n))

    def wear_mm(self, used: Floats) -> Floats:
        """Return the flank wear of a tool that has used a share of its life (0 to 1)."""
        bedding = self.bedding_mm * -np.expm1(-used / self.bedding_share * 3)
        return bedding + (self.wear_limit_mm - self.bedding_mm) * used

    def begin(self) -> State:
        """Start with a new tool and sound bearings."""
        return {"used": 0.0}

    def run(self, stretch: Stretch, times_s: Floats, state: State) -> tuple[dict[str, Floats], State]:
        """See `Unit.run`; faults act through `wear` (how fast the tool wears) and `bearing` (vibration)."""
        used = self._used(stretch, times_s, state)
        k = stretch.interval_at(times_s)
        running, wear = stretch.load[k] > 0, self.wear_mm(used)
        bearing = stretch.factor("bearing")[k]
        cutting = (self.cut_a + self.wear_a_per_mm * wear) * stretch.load[k]
        standing = np.where(stretch.powered[k], 0.4, 0.0)
        values = {
            "spindle_current": np.where(running, self.idle_a + cutting, standing),
            "vibration": np.where(running, (self.calm_mm_s + self.wear_mm_s_per_mm * wear) * bearing, 0.05),
            "spindle_speed": np.where(running, 640.0 * stretch.load[k], 0.0),
            "tool_life_used": 100.0 * used,
        }
        return values, {"used": float(self._used(stretch, np.array([stretch.end_s]), state)[0])}

    def _used(self, stretch: Stretch, times_s: Floats, state: State) -> Floats:
        """Share of the tool's life that is used; the tool is changed when it reaches 1."""
        rate = stretch.load * stretch.factor("wear") * self.cut_share / self.life_s
        before = np.concatenate([[0.0], np.cumsum(stretch.seconds * rate)])
        k = stretch.interval_at(times_s)
        return np.mod(float(state["used"]) + before[k] + (times_s - stretch.start_s[k]) * rate[k], 1.0)
