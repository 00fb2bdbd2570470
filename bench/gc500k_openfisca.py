"""GC-500k in openfisca-core 46.0.1, the peer: a system defined in code, judged for all enterprises at once.

*Three-valued.* OpenFisca has no unknown. It is emulated with int variables: 0 false, 1 unknown, 2 true, so
that "and" is a minimum and "or" a maximum; floats keep their NaN. What
several clauses share (the five links, the two scene counts, the missing indicators, the row of the
thresholds) is a variable of its own, which OpenFisca calculates once and keeps.

*Two-valued.* The idiomatic version: bool variables, and what is unknown counts as false.

*Thresholds.* The maturity thresholds are parameters of the system. Those of the indicators are joined by
province and industry within the formulas. They are float32 arrays and no parameters, so that both sides do
the same join and compare in the same precision.

*The clock.* "Calculation" starts with the inputs set and ends with the four levels. "Total" adds building
the simulation and setting the inputs from the arrays of ``gc500k.generate``; the system exists already. A
changed threshold is a reform: a new system, then the whole simulation again. Translating the
verdicts back into -1, 0 and 1 is outside the clock. Take the best of several runs in one process: each
allocates its columns anew, and where the memory has to come from the operating system first, as in the
first run, the same calculation can take several times longer.

Run the file to compare everything with ``gc500k.by_hand`` cell by cell and to see the speeds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import Entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.reforms import Reform
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench import gc500k
from bench.gc500k import Bools, Trits

PERIOD = "2026"
START = "2024-01-01"
RAISED = {"M2": 3}
"""The changed threshold: the maturity that L1 and L2 ask for."""

Formula = Callable[..., NDArray[Any]]
ENTERPRISE = Entity("enterprise", "enterprises", "Enterprise", "A manufacturing enterprise.")


class Kleene:
    """Three-valued logic in int variables: 0 false, 1 unknown, 2 true."""

    value_type = int
    both, either = np.minimum, np.maximum

    @staticmethod
    def read(trits: Trits) -> NDArray[np.int8]:
        """Translate -1, 0, 1 into 1, 0, 2."""
        return (trits & 1) + (trits > 0).view(np.int8)

    @staticmethod
    def met(column: NDArray[np.int32]) -> Bools:
        """Return where a column is known to be true."""
        return column == 2

    @staticmethod
    def verdict(known: Bools, possible: Callable[[], Bools]) -> NDArray[np.int8]:
        """Join what is known and what is possible."""
        return known.view(np.int8) + possible().view(np.int8)

    @staticmethod
    def write(verdicts: NDArray[np.int32]) -> Trits:
        """Translate 0, 1, 2 back into 0, -1, 1."""
        return np.array([0, -1, 1], np.int8)[verdicts]


class Boolean:
    """Two-valued logic in bool variables: what is unknown counts as false."""

    value_type = bool
    both, either = np.logical_and, np.logical_or

    @staticmethod
    def read(trits: Trits) -> Bools:
        """Keep what is known to be true."""
        return trits == 1

    @staticmethod
    def met(column: Bools) -> Bools:
        """Return the column: it says so itself."""
        return column

    @staticmethod
    def verdict(known: Bools, possible: Callable[[], Bools]) -> Bools:  # noqa: ARG004
        """Return what is known; nothing else is ever asked for."""
        return known

    @staticmethod
    def write(verdicts: Bools) -> Trits:
        """Translate false and true into 0 and 1."""
        return verdicts.astype(np.int8)


Logic = type[Kleene] | type[Boolean]


class Cultivation(TaxBenefitSystem):
    """The 16 clauses and 4 levels as an OpenFisca system.

    Parameters
    ----------
    data : dict of str to numpy.ndarray
        What ``gc500k.generate`` returns; only the two threshold tables are read.
    logic : type
        ``Kleene`` or ``Boolean``.
    """

    def __init__(self, data: dict[str, NDArray[Any]], logic: Logic) -> None:
        super().__init__([ENTERPRISE])
        self.logic = logic
        floors = {name: {"values": {START: floor}} for name, floor in gc500k.MATURITIES.items()}
        self.parameters = ParameterNode("", data={"maturity": floors})
        for prefix, width in (("basic", 8), ("sub", 14), ("scene", 15)):
            for name in _names(prefix, width):
                self.add_variable(_variable(name, logic.value_type))
        for name in ("maturity", *_names("kpi", 20)):
            self.add_variable(_variable(name, float))
        for name in ("province", "industry"):
            self.add_variable(_variable(name, int))
        for name, (value_type, formula) in (_shared(logic) | _clauses(data, logic)).items():
            self.add_variable(_variable(name, value_type, formula))
        for level, needed in gc500k.LEVELS.items():
            self.add_variable(_variable(level, logic.value_type, _fold(logic.both, needed)))


class RaisedMaturity(Reform):
    """The same system with the thresholds of ``RAISED``."""

    def apply(self) -> None:
        """Change the parameters."""
        self.modify_parameters(_raise_thresholds)


def prepare(
    data: dict[str, NDArray[Any]], *, two_valued: bool = False, reform: type[Reform] | None = None
) -> Callable[[], Simulation]:
    """Define the system and return what builds a simulation of it with all its inputs set.

    Parameters
    ----------
    data : dict of str to numpy.ndarray
        What ``gc500k.generate`` returns.
    two_valued : bool
        Whether to use the idiomatic version, in which unknown counts as false.
    reform : type, optional
        A reform, such as ``RaisedMaturity``; it is applied anew for every simulation.

    Returns
    -------
    callable
        Builds a new simulation each time it is called.
    """
    logic: Logic = Boolean if two_valued else Kleene
    baseline = Cultivation(data, logic)

    def build() -> Simulation:
        system = reform(baseline) if reform else baseline
        simulation = SimulationBuilder().build_default_simulation(system, count=len(data["province"]))
        for prefix in ("basic", "sub", "scene"):
            columns = data[prefix].T
            for name, column in zip(_names(prefix, len(columns)), columns, strict=True):
                simulation.set_input(name, PERIOD, logic.read(column))
        for name, column in zip(_names("kpi", 20), data["kpi"].T, strict=True):
            simulation.set_input(name, PERIOD, column)
        for name in ("maturity", "province", "industry"):
            simulation.set_input(name, PERIOD, data[name])
        return simulation

    return build


def calculate(simulation: Simulation) -> dict[str, NDArray[Any]]:
    """Calculate the four levels, and with them every clause.

    Parameters
    ----------
    simulation : Simulation
        With its inputs set.

    Returns
    -------
    dict of str to numpy.ndarray
        OpenFisca's own arrays, per level.
    """
    return {level: simulation.calculate(level, PERIOD) for level in gc500k.LEVELS}


def verdicts(simulation: Simulation, names: Iterable[str]) -> dict[str, Trits]:
    """Read clauses or levels as trits.

    Parameters
    ----------
    simulation : Simulation
        With its inputs set.
    names : iterable of str
        Clauses or levels.

    Returns
    -------
    dict of str to numpy.ndarray
        int8: 1 true, 0 false, -1 unknown.
    """
    logic = simulation.tax_benefit_system.logic
    return {name: logic.write(simulation.calculate(name, PERIOD)) for name in names}


def run(
    data: dict[str, NDArray[Any]], *, two_valued: bool = False, reform: type[Reform] | None = None
) -> tuple[dict[str, Trits], float, float]:
    """Judge all enterprises.

    Parameters
    ----------
    data : dict of str to numpy.ndarray
        What ``gc500k.generate`` returns.
    two_valued : bool
        Whether to use the idiomatic version, in which unknown counts as false.
    reform : type, optional
        A reform, such as ``RaisedMaturity``.

    Returns
    -------
    levels : dict of str to numpy.ndarray
        Trits per level.
    seconds_calc : float
        Seconds for the calculation alone.
    seconds_total : float
        Seconds for the reform if there is one, building the simulation, setting its inputs and calculating.
    """
    build = prepare(data, two_valued=two_valued, reform=reform)
    start = time.perf_counter()
    simulation = build()
    ready = time.perf_counter()
    calculate(simulation)
    end = time.perf_counter()
    return verdicts(simulation, gc500k.LEVELS), end - ready, end - start


def _raise_thresholds(parameters: ParameterNode) -> ParameterNode:
    """Apply ``RAISED``."""
    for name, floor in RAISED.items():
        getattr(parameters.maturity, name).update(start=START, value=floor)
    return parameters


def _names(prefix: str, width: int) -> list[str]:
    """Name the columns of a block of fields."""
    return [f"{prefix}_{i}" for i in range(width)]


def _variable(name: str, value_type: type, formula: Formula | None = None) -> type[Variable]:
    """Define a yearly variable of the enterprise; without a formula it is an input."""
    body = {"value_type": value_type, "entity": ENTERPRISE, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Variable,), body if formula is None else body | {"formula": formula})


def _fold(operation: np.ufunc, names: Iterable[str]) -> Formula:
    """Combine variables with a binary operation."""
    needed = tuple(names)

    def formula(enterprise: Any, period: Any) -> NDArray[Any]:
        return reduce(operation, [enterprise(name, period) for name in needed])

    return formula


def _tally(masks: Iterable[Bools]) -> NDArray[np.int8]:
    """Count, per row, how many of the masks hold."""
    first, *rest = (mask.view(np.int8) for mask in masks)
    total = first.copy()
    for mask in rest:
        total += mask
    return total


def _shared(logic: Logic) -> dict[str, tuple[type, Formula]]:
    """Define what several clauses have in common."""

    def scenes_known(enterprise: Any, period: Any) -> NDArray[Any]:
        return _tally(logic.met(enterprise(name, period)) for name in _names("scene", 15))

    def scenes_possible(enterprise: Any, period: Any) -> NDArray[Any]:
        return _tally(enterprise(name, period) != 0 for name in _names("scene", 15))

    def kpis_missing(enterprise: Any, period: Any) -> NDArray[Any]:
        return _tally(np.isnan(enterprise(name, period)) for name in _names("kpi", 20))

    def cell(enterprise: Any, period: Any) -> NDArray[Any]:
        return enterprise("province", period) * gc500k.INDUSTRIES + enterprise("industry", period)

    shared: dict[str, tuple[type, Formula]] = {
        "scenes_known": (int, scenes_known),
        "scenes_possible": (int, scenes_possible),
        "kpis_missing": (int, kpis_missing),
        "cell": (int, cell),
    }
    sub = iter(_names("sub", 14))
    for link, members in gc500k.LINKS.items():
        shared[link] = logic.value_type, _fold(logic.either, [next(sub) for _ in members])
    return shared


def _clauses(data: dict[str, NDArray[Any]], logic: Logic) -> dict[str, tuple[type, Formula]]:
    """Define the 16 clauses."""
    formulas = {name: _fold(logic.both, [f"basic_{i}" for i in members]) for name, members in gc500k.BASICS.items()}
    formulas |= {name: _maturity(name, logic) for name in gc500k.MATURITIES}
    formulas |= {name: _fold(logic.both, links) for name, links in gc500k.COVERAGES.items()}
    formulas |= {name: _scenes(k, logic) for name, k in gc500k.SCENES.items()}
    formulas |= {name: _indicators(data[table], k, logic) for name, (table, k) in gc500k.INDICATORS.items()}
    return {name: (logic.value_type, formula) for name, formula in formulas.items()}


def _maturity(name: str, logic: Logic) -> Formula:
    """Maturity of at least the parameter of this name."""

    def formula(enterprise: Any, period: Any, parameters: Any) -> NDArray[Any]:
        maturity = enterprise("maturity", period)
        known = maturity >= parameters(period).maturity[name]
        return logic.verdict(known, lambda: known | np.isnan(maturity))

    return formula


def _scenes(k: int, logic: Logic) -> Formula:
    """At least ``k`` scenes."""

    def formula(enterprise: Any, period: Any) -> NDArray[Any]:
        known = enterprise("scenes_known", period) >= k
        return logic.verdict(known, lambda: enterprise("scenes_possible", period) >= k)

    return formula


def _indicators(table: NDArray[np.float32], k: int, logic: Logic) -> Formula:
    """At least ``k`` indicators that reach the threshold of their province and industry."""
    rows = np.ascontiguousarray(table.reshape(gc500k.PROVINCES * gc500k.INDUSTRIES, -1).T)

    def formula(enterprise: Any, period: Any) -> NDArray[Any]:
        cell = enterprise("cell", period).astype(np.intp)
        known = _tally(
            enterprise(name, period) >= row.take(cell, mode="clip")
            for name, row in zip(_names("kpi", 20), rows, strict=True)
        )
        return logic.verdict(known >= k, lambda: known + enterprise("kpis_missing", period) >= k)

    return formula


def main() -> None:
    """Compare with the hand-written judge and print the speeds."""
    data = gc500k.generate()
    n = len(data["province"])
    levels, clauses = gc500k.by_hand(data)
    raised, raised_clauses = gc500k.by_hand(data, RAISED)
    idiomatic = {name: (trits == 1).view(np.int8) for name, trits in (levels | clauses).items()}
    for label, options, expected in (
        ("three-valued", {}, levels | clauses),
        ("two-valued", {"two_valued": True}, idiomatic),
        ("three-valued, reform", {"reform": RaisedMaturity}, raised | raised_clauses),
    ):
        found = verdicts(prepare(data, **options)(), expected)
        agree = all(np.array_equal(found[name], expected[name]) for name in expected)
        rounds = [run(data, **options) for _ in range(7)]
        calc, total = min(times[1] for times in rounds), min(times[2] for times in rounds)
        print(
            f"{label}: {'agrees with by_hand' if agree else 'DIFFERS from by_hand'}; "
            f"calculation {calc:.3f} s, {n / calc / 1e6:.2f} M/s; "
            f"total {total:.3f} s, {n / total / 1e6:.2f} M/s (best of {len(rounds)})"
        )
    undecided = np.count_nonzero((idiomatic["L1"] == 0) & (levels["L1"] == -1))
    print(f"two-valued calls {undecided} enterprises not L1 that are in truth undecided")
    lost = np.count_nonzero((levels["L1"] == 1) & (raised["L1"] != 1))
    print(f"{lost} enterprises lose L1 under the reform")


if __name__ == "__main__":
    main()
