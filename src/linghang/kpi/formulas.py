"""Formulas of the 20 indicators: from figures of one period to its value V, in exact arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from linghang.kpi import factors
from linghang.kpi.factors import Confidence
from linghang.kpi.period import Period
from linghang.kpi.settings import REGION, Given
from linghang.kpi.spans import TICKS_PER_S, tick_bounds
from linghang.kpi.sums import Figures, NotApplicableFigure, UnknownFigure


@dataclass(frozen=True)
class Case:
    """Figures of one period, and what it is compared with.

    Attributes
    ----------
    figures
        Source -> figures of this period.
    other
        Source -> figures of the other period, where there is one.
    given
        Thresholds and codes that the indicator reads, and no others.
    year
        Year of the grid factor that both periods are counted with.
    """

    figures: Mapping[str, Figures]
    period: Period
    other: Mapping[str, Figures] | None = None
    given: Given = field(default_factory=dict)
    year: int = 0

    def __getitem__(self, source: str) -> Figures:
        return self.figures[source]


class Measured(NamedTuple):
    """Value of one period; `confidence` lowers that of the formula where a coefficient is less sure."""

    value: Fraction
    unit: str = "%"
    confidence: Confidence = "H"


def key_equipment_nc_rate(case: Case) -> Measured:
    """NC key equipment / key equipment x 100."""
    it = case["register"]
    it.some("rows_equipment", "equipment")
    it.none("unmarked", "equipment.key#empty")
    key = it.some("key", "equipment.key")
    it.none("open", "equipment.numerically_controlled#empty")
    return Measured(100 * it.of("controlled") / key)


def apc_in_service_rate(case: Case) -> Measured:
    """Sum of weight x time in service / sum of weight x running time x 100."""
    it = case["loops"]
    if not it.count("loops") and it.count("types") == 1 and it.text("type") == "discrete":
        raise NotApplicableFigure
    it.some("loops", "control_loop")
    if not it.count("applicable"):
        raise NotApplicableFigure
    it.some("rows_apc_period", "apc_period")
    it.none("run_overlap", "equipment_state#overlap")
    it.none("log_overlap", "apc_period#overlap")
    run = it.above_zero("run", "equipment_state")
    return Measured(100 * Fraction(it.values.get("in_service") or 0) / run)


def ai_scene_share(case: Case) -> Measured:
    """Scenes with AI / scenes x 100."""
    it = case["scenes"]
    it.some("rows_scene_built", "scene_built")
    it.none("undated", "scene_built.go_live_on#empty")
    scenes = it.some("scenes", "scene_built.go_live_on")
    it.none("open", "scene_built.uses_ai#empty")
    return Measured(100 * it.of("ai") / scenes)


def decision_models(case: Case) -> Measured:
    """Count of models in use."""
    it = case["models"]
    it.some("rows_decision_model", "decision_model")
    it.some("rows_model_call", "model_call")
    return Measured(it.of("models"), "个")


def development_cycle(case: Case) -> Measured:
    """Mean days from approval to release."""
    it = case["development"]
    projects = it.some("rows_rnd_project", "rnd_project.released_on")
    it.none("backwards", "rnd_project.released_on#order")
    return Measured(it.of("days", "rnd_project.released_on") / projects, "d")


def sales_growth(case: Case) -> Measured:
    """Revenue per year."""
    return Measured(_per_year(case, "revenue_cny"), "CNY/a")


def production_efficiency(case: Case) -> Measured:
    """Standard hours of good output / hours worked x 100."""
    output, hours = case["output"], case["hours"]
    whole_months(case, output.count("months"), "output_month")
    whole_months(case, hours.count("months"), "work_hours")
    output.none("untimed", "product.standard_hours#empty")
    made = output.of("standard_h", "product.standard_hours")
    return Measured(100 * made / hours.above_zero("hours", "work_hours.hours"))


def resource_utilisation(case: Case) -> Measured:
    """(Mass of good output + by-products) / mass of raw material consumed x 100."""
    output, materials = case["output"], case["materials"]
    whole_months(case, output.count("months"), "output_month")
    materials.clear("materials")
    useful = output.of("mass_t", "output_month.mass_t") * 1000
    consumed = materials.above_zero("consumed", "material_actual")
    return Measured(100 * (useful + Fraction(materials.values.get("by_product") or 0)) / consumed)


def defect_rate(case: Case) -> Measured:
    """Defective / inspected x 100."""
    it = case["inspections"]
    it.some("rows_inspection", "inspection")
    inspected = it.above_zero("inspected", "inspection.inspected_quantity")
    defective = it.of("defective", "inspection.defective_quantity")
    return Measured(_share(defective, inspected, "inspection.defective_quantity"))


def oee(case: Case) -> Measured:
    """APT/PBT x (PRU x PQ)/APT x GQ/PQ = (PRU x GQ)/PBT x 100, each summed over the machines."""
    it = counted_machines(case)
    planned = it.above_zero("planned", "equipment_state")
    return Measured(100 * it.of("planned_good", "job_response.good_quantity") * TICKS_PER_S / planned)


def inventory_turns(case: Case) -> Measured:
    """Cost of goods sold per year / mean value of the stock at the ends of the months."""
    it = case["stock"]
    sold = _per_year(case, "cost_of_goods_cny")
    whole_months(case, it.count("months"), "stock_snapshot")
    it.none("open", "stock_snapshot.value_cny#empty")
    return Measured(sold / (it.above_zero("value", "stock_snapshot.value_cny") / it.count("months")), "1/a")


def supplier_on_time(case: Case) -> Measured:
    """Purchase lines received in full by the first promise / purchase lines promised x 100."""
    return _in_time(case["purchases"], "purchase_order_line.promised_on", "receipt")


def order_on_time(case: Case) -> Measured:
    """Order lines delivered in full by the first due day / order lines due x 100."""
    return _in_time(case["deliveries"], "sales_order_line.due_on", "delivery")


def operating_cost(case: Case) -> Measured:
    """Operating cost / good output."""
    cost = _account(case, "operating_cost_cny")
    output, unit = made(case)
    return Measured(cost / output, f"CNY/{unit}")


def labour_productivity(case: Case) -> Measured:
    """Value added per year / mean head count."""
    it = case["headcount"]
    added = _per_year(case, "value_added_cny")
    whole_months(case, it.count("months"), "headcount_month")
    people = it.above_zero("employees", "headcount_month.employees") / it.count("months")
    return Measured(added / people / 10_000, "万元/(人·a)")


def unit_energy(case: Case) -> Measured:
    """Sum of quantity x standard-coal coefficient / good output."""
    it = metered(case, "energy")
    output, unit = made(case)
    energy = it.above_zero("kgce", "meter_reading")
    return Measured(energy / output, f"kgce/{unit}", "L" if it.values.get("kgce_low") else "H")


def unit_co2(case: Case) -> Measured:
    """(Fuel + process - recovered + bought electricity and heat - what was passed on) / good output."""
    it, emitted = metered(case, "co2"), case["emissions"]
    output, unit = made(case)
    tonnes = Fraction(it.values.get("fuel_t") or 0)
    tonnes += Fraction(it.values.get("heat_gj") or 0) * factors.PURCHASED_HEAT_T_PER_GJ
    it.inexact = emitted.inexact = True
    if bought := Fraction(it.values.get("kwh") or 0):
        tonnes += bought * _grid(case) / 1000
    tonnes += Fraction(emitted.values.get("process_t") or 0) - Fraction(emitted.values.get("recovered_t") or 0)
    return Measured(1000 * tonnes / output, f"kgCO2/{unit}")


def solid_waste_utilisation(case: Case) -> Measured:
    """Utilised / (generated + utilised from earlier stock) x 100."""
    it = case["waste"]
    whole_months(case, it.count("months"), "waste_month")
    it.none("open", "waste_month.generated_t#empty", "waste_month.utilised_t#empty")
    stock = it.of("utilised_from_stock_t", "waste_month.utilised_from_stock_t")
    basis = it.of("generated_t", "waste_month.generated_t") + stock
    if basis <= 0:
        raise UnknownFigure("waste_month.generated_t#zero")
    return Measured(_share(it.of("utilised_t", "waste_month.utilised_t"), basis, "waste_month.utilised_t"))


def water_reuse(case: Case) -> Measured:
    """Reused / (fresh + reused) x 100."""
    it = metered(case, "water")
    reused = it.of("water_reused_t", "meter.carrier=water_reused")
    fresh = it.of("water_fresh_t", "meter.carrier=water_fresh")
    if reused + fresh <= 0:
        raise UnknownFigure("meter_reading.quantity#zero")
    return Measured(_share(reused, reused + fresh, "meter_reading.quantity"))


def replication(case: Case) -> Measured:
    """Count of distinct receivers."""
    it = case["receivers"]
    it.some("rows_replication", "replication")
    return Measured(it.of("receivers"), "家")


def whole_months(case: Case, found: int, need: str) -> int:
    """Return the number of months of the period if all of them have records."""
    months = len(case.period.months)
    if not months:
        raise UnknownFigure("months")
    if not found:
        raise UnknownFigure(need)
    if found < months:
        raise UnknownFigure(f"{need}#gaps")
    return months


def counted_machines(case: Case) -> Figures:
    """Return the machines' figures if every job has a planned run time and no states overlap."""
    it = case["machines"]
    it.some("rows_equipment_state", "equipment_state")
    it.some("rows_job_response", "job_response")
    it.none("overlap", "equipment_state#overlap")
    it.none("without_time", "equipment.ideal_cycle_s#empty", "process_segment.standard_s#empty")
    return it


def metered(case: Case, subject: str) -> Figures:
    """Return the meters' figures if every carrier has a coefficient and the readings cover the period."""
    it = case["meters"]
    it.some("rows_meter_reading", "meter_reading")
    it.clear(subject)
    meters = it.above_zero(f"{subject}_meters", "meter.boundary")
    lo, hi = tick_bounds(case.period)
    covered = Fraction(case.given["meter_covered_share"])
    if it.of(f"{subject}_metered_s", "meter_reading") * TICKS_PER_S < covered * meters * (hi - lo):
        raise UnknownFigure("meter_reading#gaps")
    return it


def made(case: Case) -> tuple[Fraction, str]:
    """Good output and its unit: tonnes where all output of both periods has a mass, else the one unit of all."""
    it = case["output"]
    whole_months(case, it.count("months"), "output_month")
    others = [case.other["output"]] if case.other and case.other["output"].values else []
    if all(one.values.get("mass_t") is not None for one in (it, *others)):
        return it.above_zero("mass_t", "output_month.mass_t"), "t"
    units = {one.text("unit") for one in (it, *others)}
    if len(units) > 1 or "" in units:
        raise UnknownFigure("output_month.mass_t#units")
    return it.above_zero("quantity", "output_month.quantity"), units.pop()


def _account(case: Case, name: str) -> Fraction:
    it = case["finance"]
    whole_months(case, it.count(f"{name}_months"), f"finance_month.{name}")
    return it.of(name, f"finance_month.{name}")


def _per_year(case: Case, name: str) -> Fraction:
    total = _account(case, name)
    return total * 12 / len(case.period.months)


def _in_time(it: Figures, due: str, came: str) -> Measured:
    lines = it.some("due", due)
    it.some("came", came)
    return Measured(100 * it.of("in_time", due) / lines)


def _share(part: Fraction, whole: Fraction, need: str) -> Fraction:
    """Return a share in per cent; more than all, or less than none, is no share."""
    if not 0 <= part <= whole * Fraction(1_000_000_001, 1_000_000_000):
        raise UnknownFigure(f"{need}#range")
    return 100 * part / whole


def _grid(case: Case) -> Fraction:
    region = str(case.given[REGION])
    if not region:
        raise UnknownFigure("region_code")
    factor = factors.grid_factor(region, case.year)
    if factor is None:
        raise UnknownFigure(f"grid_factor.{region[:2]}")
    return Fraction(factor.kg_per_kwh)
