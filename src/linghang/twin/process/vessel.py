"""A heated vessel under temperature control: mass and energy balance in closed form.

One lumped temperature T, heated by a burner or by electricity with efficiency η, cooled through its walls and by the
goods that pass through it::

    C dT/dt = η P(T) - U (T - T_around) - m (h + c (T - T_ref))
    P(T)    = clip(P_0 + K (T_set - T), P_min, P_max)        proportional control with feed-forward P_0

Between two changes of its inputs the equation is linear in each of three regimes (full power, control, least power), so
its solution is exact and the energies are exact integrals: the balance closes to rounding.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from linghang.twin.process.relaxing import Pieces
from linghang.twin.process.stretch import Floats, State, Stretch

_ABOUT_THE_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Vessel:
    """What a heated vessel is.

    Attributes
    ----------
    capacity_kj_per_k
        Heat capacity C of vessel and content.
    loss_kw_per_k
        Loss U through walls and openings.
    efficiency
        η: share of the power that reaches the inside; the rest leaves with the flue gas.
    least_kw, most_kw
        Range of the power.
    gain_kw_per_k
        Gain K of the controller.
    setpoint_c
        T_set.
    goods_kg_per_s
        Throughput m at load 1.
    goods_kj_per_kg
        Heat h that a kilogram takes up to the reference temperature, melting included.
    goods_kj_per_kg_k
        Heat capacity c of the goods above it.
    reference_c
        T_ref.
    """

    capacity_kj_per_k: float
    loss_kw_per_k: float
    efficiency: float
    least_kw: float
    most_kw: float
    gain_kw_per_k: float
    setpoint_c: float
    goods_kg_per_s: float
    goods_kj_per_kg: float
    goods_kj_per_kg_k: float
    reference_c: float

    def __post_init__(self) -> None:
        """Refuse what no vessel can be."""
        positive = (self.capacity_kj_per_k, self.loss_kw_per_k, self.gain_kw_per_k, self.most_kw)
        if min(positive) <= 0 or not 0 < self.efficiency <= 1 or not 0 <= self.least_kw < self.most_kw:
            raise ValueError("a vessel has capacity, losses, gain and power above zero and an efficiency up to 1")
        if min(self.goods_kg_per_s, self.goods_kj_per_kg_k) < 0:
            raise ValueError("throughput and heat capacity of the goods are not negative")

    def feed_forward_kw(self, load: float, ambient_c: float) -> float:
        """Return the power P_0 that holds the setpoint of a vessel without faults."""
        goods = self.goods_kg_per_s * load * self._goods_heat(self.setpoint_c)
        wanted = (self.loss_kw_per_k * (self.setpoint_c - ambient_c) + goods) / self.efficiency
        return min(max(wanted, self.least_kw), self.most_kw)

    def _goods_heat(self, temperature_c: float) -> float:
        return self.goods_kj_per_kg + self.goods_kj_per_kg_k * (temperature_c - self.reference_c)


@dataclass(frozen=True, slots=True)
class HeatAccount:
    """Where the energy of a stretch went, in kWh.

    Attributes
    ----------
    supplied_kwh
        Fuel or electricity.
    goods_kwh
        Carried out by the goods.
    walls_kwh
        Lost through walls and openings.
    flue_kwh
        Lost with the flue gas.
    stored_kwh
        More heat in the vessel at the end than at the start.
    """

    supplied_kwh: float
    goods_kwh: float
    walls_kwh: float
    flue_kwh: float
    stored_kwh: float

    @property
    def gap_kwh(self) -> float:
        """What the balance leaves open: zero up to rounding."""
        return self.supplied_kwh - self.goods_kwh - self.walls_kwh - self.flue_kwh - self.stored_kwh


@dataclass(frozen=True, slots=True)
class HeatCourse:
    """The course of a vessel over a stretch: temperature in °C, and power in kW, piece by piece.

    `offset_kw` and `slope_kw_per_k` (n,) give the power of each piece: offset + slope · T.
    """

    temperature: Pieces
    offset_kw: Floats
    slope_kw_per_k: Floats
    interval: Floats

    def power_kw(self, times_s: Floats) -> Floats:
        """Return (m,) the power at each moment."""
        k = np.clip(np.searchsorted(self.temperature.start_s, times_s, side="right") - 1, 0, len(self.offset_kw) - 1)
        return self.offset_kw[k] + self.slope_kw_per_k[k] * self.temperature.at(times_s)

    def supplied_kwh(self) -> float:
        """Return the energy supplied over the stretch."""
        return float(np.sum(self._supplied_kj())) / 3600

    def _supplied_kj(self) -> Floats:
        seconds = np.diff(np.append(self.temperature.start_s, self.temperature.end_s))
        return self.offset_kw * seconds + self.slope_kw_per_k * self.temperature.integrals()


def heated(vessel: Vessel, stretch: Stretch, first_c: float) -> HeatCourse:
    """Return the course of a vessel over a stretch that it enters at `first_c`.

    Faults act through the stretch's factors `loss` (a door left open) and `efficiency` (a fouled burner).
    """
    rows: list[tuple[float, float, float, float]] = []
    powers: list[tuple[float, float, int]] = []
    value = first_c
    ends = np.append(stretch.start_s[1:], stretch.end_s)
    for k, start in enumerate(stretch.start_s):
        for piece, power, after in _pieces(vessel, stretch, k, float(start), float(ends[k]), value):
            rows.append(piece)
            powers.append((*power, k))
            value = after
    course = np.array(powers, np.float64)
    return HeatCourse(Pieces.of(rows, stretch.end_s), course[:, 0], course[:, 1], course[:, 2])


_Piece = tuple[tuple[float, float, float, float], tuple[float, float], float]


def _pieces(vessel: Vessel, stretch: Stretch, k: int, start: float, end: float, value: float) -> Iterator[_Piece]:
    """Go through one interval: a new piece begins where the controller reaches or leaves a limit of its power."""
    efficiency = vessel.efficiency * float(stretch.factor("efficiency")[k])
    loss = vessel.loss_kw_per_k * float(stretch.factor("loss")[k])
    ambient, load = float(stretch.ambient_c[k]), float(stretch.load[k])
    goods = vessel.goods_kg_per_s * load
    fed = vessel.feed_forward_kw(load, ambient)
    base = loss * ambient - goods * (vessel.goods_kj_per_kg - vessel.goods_kj_per_kg_k * vessel.reference_c)
    drag = loss + goods * vessel.goods_kj_per_kg_k
    full_below = vessel.setpoint_c - (vessel.most_kw - fed) / vessel.gain_kw_per_k
    least_above = vessel.setpoint_c + (fed - vessel.least_kw) / vessel.gain_kw_per_k
    while start < end:
        offset, slope, edges = _power(vessel, bool(stretch.powered[k]), fed, value, full_below, least_above)
        resist = drag - efficiency * slope
        final, tau = (base + efficiency * offset) / resist, vessel.capacity_kj_per_k / resist
        stop, after = end, None
        for edge in edges:
            if (edge - value) * (final - edge) > 0 and abs(edge - value) > _ABOUT_THE_SAME:
                reached = start + tau * math.log((value - final) / (edge - final))
                if reached < stop:
                    stop, after = reached, edge
        if after is None:
            after = final + (value - final) * math.exp(-(stop - start) / tau)
        else:  # a hair beyond the limit, so that the next piece is the next regime
            after += math.copysign(_ABOUT_THE_SAME, final - after)
        yield (start, value, final, tau), (offset, slope), after
        start, value = stop, after


def _power(
    vessel: Vessel, powered: bool, fed: float, value: float, full_below: float, least_above: float
) -> tuple[float, float, tuple[float, ...]]:
    """Return the power as offset + slope · T in the regime at `value`, and the temperatures at which it ends."""
    if not powered:
        return 0.0, 0.0, ()
    if value < full_below:
        return vessel.most_kw, 0.0, (full_below,)
    if value > least_above:
        return vessel.least_kw, 0.0, (least_above,)
    return fed + vessel.gain_kw_per_k * vessel.setpoint_c, -vessel.gain_kw_per_k, (full_below, least_above)


def account(vessel: Vessel, stretch: Stretch, course: HeatCourse) -> HeatAccount:
    """Return where the energy of a stretch went; each part is integrated by itself."""
    k = course.interval.astype(np.intp)
    pieces = course.temperature
    seconds = np.diff(np.append(pieces.start_s, pieces.end_s))
    degree_seconds = pieces.integrals()
    efficiency = vessel.efficiency * stretch.factor("efficiency")[k]
    loss = vessel.loss_kw_per_k * stretch.factor("loss")[k]
    goods = vessel.goods_kg_per_s * stretch.load[k]
    supplied = course._supplied_kj()
    taken = goods * (
        vessel.goods_kj_per_kg * seconds + vessel.goods_kj_per_kg_k * (degree_seconds - vessel.reference_c * seconds)
    )
    walls = loss * (degree_seconds - stretch.ambient_c[k] * seconds)
    stored = vessel.capacity_kj_per_k * (pieces.last - float(pieces.value[0]))
    return HeatAccount(
        supplied_kwh=float(supplied.sum()) / 3600,
        goods_kwh=float(taken.sum()) / 3600,
        walls_kwh=float(walls.sum()) / 3600,
        flue_kwh=float(((1 - efficiency) * supplied).sum()) / 3600,
        stored_kwh=stored / 3600,
    )


def temperature_of(state: State) -> float:
    """Return the temperature that a vessel's state carries, in °C."""
    return float(state["temperature_c"])
