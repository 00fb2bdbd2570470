"""Formulas of the measures of ISO 22400-2 that are not those of an indicator, in exact arithmetic."""

from collections.abc import Callable
from fractions import Fraction

from linghang.kpi.formulas import Case, Measured, counted_machines
from linghang.kpi.spans import TICKS_PER_S
from linghang.kpi.sums import Figures, UnknownFigure

TICKS_PER_H = 3600 * TICKS_PER_S


def effectiveness(case: Case) -> Fraction:
    """PRU x PQ / APT: may exceed 1 where planned times are slow."""
    it = counted_machines(case)
    return it.of("planned_run", "job_response") * TICKS_PER_S / it.above_zero("running", "equipment_state")


def weighted_quality(case: Case) -> Fraction:
    """GQ / PQ over machines, each piece weighted with its planned run time."""
    it = counted_machines(case)
    return it.of("planned_good", "job_response") / it.above_zero("planned_run", "job_response.produced_quantity")


def percent(
    top: Callable[[Case], Fraction], bottom: Callable[[Case], Fraction], need: str
) -> Callable[[Case], Measured]:
    """Return a ratio in per cent."""
    return lambda case: Measured(100 * _divided(top(case), bottom(case), need))


def _divided(top: Fraction, bottom: Fraction, need: str) -> Fraction:
    if bottom <= 0:
        raise UnknownFigure(f"{need}#zero")
    return top / bottom


def machines(*names: str) -> Callable[[Case], Fraction]:
    """Return a sum of times of the counted machines."""
    return lambda case: sum((counted_machines(case).of(name, "equipment_state") for name in names), Fraction(0))


def figure(source: str, name: str, need: str, less: str = "") -> Callable[[Case], Fraction]:
    """Return a figure of a source, less another."""

    def found(case: Case) -> Fraction:
        it = case[source]
        return it.of(name, need) - (it.of(less, need) if less else 0)

    return found


def nee(case: Case) -> Measured:
    """AUPT/PBT x effectiveness x quality: setup is no loss."""
    it = counted_machines(case)
    production_time = it.of("running", "equipment_state") + it.of("setup", "equipment_state")
    share = _divided(production_time, it.of("planned", "equipment_state"), "equipment_state")
    return Measured(100 * share * effectiveness(case) * weighted_quality(case))


def _states(case: Case) -> Figures:
    it = case["states"]
    it.some("rows_equipment_state", "equipment_state")
    it.none("overlap", "equipment_state#overlap")
    return it


def per_failure(name: str) -> Callable[[Case], Measured]:
    """Hours for each failure event and one more, as the standard divides by FE + 1."""

    def value(case: Case) -> Measured:
        failures = case["failures"]
        failures.some("rows_failure", "failure")
        hours = _states(case).of(name, "equipment_state") / TICKS_PER_H
        return Measured(hours / (failures.of("failures") + 1), "h")

    return value


def mttr(case: Case) -> Measured:
    """Hours to restoration for each failure event and one more."""
    it = case["failures"]
    it.some("rows_failure", "failure")
    return Measured(it.of("down", "failure.end") / TICKS_PER_H / (it.of("failures") + 1), "h")


def throughput(case: Case) -> Measured:
    """Output of the last operation by hour of execution."""
    it = case["orders"]
    it.some("rows_job_response", "job_response")
    return Measured(it.of("closed", "job_response") * TICKS_PER_H / it.above_zero("execution", "job_response"), "1/h")


def finished_goods(case: Case) -> Measured:
    """Mass of good output / mass of raw material x 100."""
    output, materials = case["output"], case["materials"]
    materials.clear("materials")
    consumed = materials.above_zero("consumed", "material_actual")
    return Measured(100 * 1000 * output.of("mass_t", "output_month.mass_t") / consumed)


def worker_efficiency(case: Case) -> Measured:
    """Hours worked / hours attended x 100, where both are recorded."""
    it = case["hours"]
    return Measured(100 * it.of("worked_attended", "work_hours") / it.above_zero("attended", "work_hours.attendance_h"))
