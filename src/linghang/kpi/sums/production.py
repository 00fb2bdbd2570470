"""Sums of production: machines and their times, jobs, output, hours, materials, inspections, control loops."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import ibis

from linghang.errors import BadInput
from linghang.kpi.spans import Expr, Spans, many, over_days, over_moments, over_stretches
from linghang.kpi.sums import Figures, Row, Source, known, real, with_counts
from linghang.plant.units import convert
from linghang.words import Text

Tables = Mapping[str, Expr]
NOT_PLANNED = ("planned_stop", "off")
"""States outside the planned busy time. An unknown state counts as busy: it makes the result worse, never better."""


TIMES = ("running", "setup", "breakdown", "idle", "planned")


def states_by_machine(tables: Tables, spans: Spans) -> Expr:
    """Ticks of each machine by kind of state; `overlap` where its stretches cover more than the time they span."""
    rows = tables["equipment_state"]
    # By state first, which leaves a few rows of each machine: a condition of its own for every kind, over all
    # stretches, takes several times as long.
    each = over_stretches(
        rows.select("equipment_id", "start", "end", "state"),
        spans,
        {
            "spent": lambda s: s.total(s.ticks),
            "first": lambda s: s.first.min(where=s.inside),
            "last": lambda s: s.last.max(where=s.inside),
            "stretches": lambda s: s.count(),
        },
        by=("equipment_id", "state"),
    )
    columns: dict[str, Expr] = {}
    for s, _ in spans.named():
        spent = each[f"spent_{s}"]
        columns |= {f"{kind}_{s}": spent.sum(where=each.state == kind) for kind in TIMES if kind != "planned"}
        columns |= {
            f"planned_{s}": spent.sum(where=each.state.notin(NOT_PLANNED)),
            f"spent_{s}": spent.sum(),
            f"first_{s}": each[f"first_{s}"].min(),
            f"last_{s}": each[f"last_{s}"].max(),
            f"stretches_{s}": each[f"stretches_{s}"].sum(),
        }
    return each.aggregate(by=["equipment_id"], **columns)


def jobs_by_machine(tables: Tables, spans: Spans) -> Expr:
    """Quantities of each machine, and the planned run time of what it made."""
    rows = known(tables["job_response"], equipment_id="string").select(
        "job_id", "equipment_id", "start", "end", "produced_quantity", "good_quantity"
    )
    planned = real(ibis.null("float64"))
    machine = rows.equipment_id
    if "job_order" in tables:
        orders = known(tables["job_order"], equipment_id="string")
        orders = orders.select("job_id", "segment_id", order_equipment_id=orders.equipment_id)
        if "process_segment" in tables:
            segments = tables["process_segment"].select("segment_id", "standard_s")
            orders = orders.left_join(segments, "segment_id").drop("segment_id_right")
        rows = rows.left_join(orders, "job_id").drop("job_id_right")
        machine = rows.equipment_id.coalesce(rows.order_equipment_id)
        planned = real(rows.standard_s) if "process_segment" in tables else planned
    rows = rows.mutate(machine=machine, segment_s=planned)
    equipment = known(tables["equipment"], ideal_cycle_s="float64")
    equipment = equipment.select("ideal_cycle_s", machine=equipment.equipment_id)
    rows = rows.inner_join(equipment, "machine")
    unit_s = rows.segment_s.coalesce(real(rows.ideal_cycle_s))
    rows = rows.select("machine", "start", "end", "produced_quantity", "good_quantity", unit_s=unit_s)
    return over_stretches(
        rows,
        spans,
        {
            "produced": lambda s: s.total(real(s.rows.produced_quantity) * s.share),
            "good": lambda s: s.total(real(s.rows.good_quantity) * s.share),
            "planned_run": lambda s: s.total(s.rows.unit_s * s.rows.produced_quantity * s.share),
            "planned_good": lambda s: s.total(s.rows.unit_s * s.rows.good_quantity * s.share),
            "without_time": lambda s: s.count(s.rows.unit_s.isnull()),
            "busy": lambda s: s.total(s.ticks),
            "jobs": lambda s: s.count(),
        },
        by=("machine",),
    )


def machines(tables: Tables, spans: Spans) -> Expr:
    """Time and quantity of the machines that have both states and counted jobs in a period, in one row.

    One that has either in the other period alone does not count: its jobs would have no time, or its time no jobs.
    """
    states, jobs = states_by_machine(tables, spans), jobs_by_machine(tables, spans)
    both = states.inner_join(jobs, states.equipment_id == jobs.machine)
    columns: dict[str, Expr] = {}
    for suffix, _ in spans.named():
        here = (both[f"stretches_{suffix}"] > 0) & (both[f"jobs_{suffix}"] > 0)
        for name in TIMES:
            columns[f"{name}_{suffix}"] = both[f"{name}_{suffix}"].sum(where=here).coalesce(0)
        for name in ("produced", "good", "planned_run", "planned_good", "without_time", "busy"):
            columns[f"{name}_{suffix}"] = both[f"{name}_{suffix}"].sum(where=here)
        overlap = both[f"spent_{suffix}"] > both[f"last_{suffix}"] - both[f"first_{suffix}"]
        columns |= {
            f"overlap_{suffix}": many(overlap & here),
            f"machines_{suffix}": many(here),
            f"rows_equipment_state_{suffix}": both[f"stretches_{suffix}"].sum(where=here),
            f"rows_job_response_{suffix}": both[f"jobs_{suffix}"].sum(where=here),
        }
    return with_counts(both.aggregate(**columns), tables, spans, "equipment", "job_order", "process_segment")


def states(tables: Tables, spans: Spans) -> Expr:
    """Time of all machines that have states, in one row."""
    each = states_by_machine(tables, spans)
    columns: dict[str, Expr] = {}
    for suffix, _ in spans.named():
        for name in TIMES:
            columns[f"{name}_{suffix}"] = each[f"{name}_{suffix}"].sum().coalesce(0)
        up = each[f"planned_{suffix}"].fill_null(0) - each[f"breakdown_{suffix}"].fill_null(0)
        columns[f"up_{suffix}"] = up.sum()
        overlap = each[f"spent_{suffix}"] > each[f"last_{suffix}"] - each[f"first_{suffix}"]
        columns[f"overlap_{suffix}"] = many(overlap)
        columns[f"rows_equipment_state_{suffix}"] = each[f"stretches_{suffix}"].sum()
    return each.aggregate(**columns)


def jobs(tables: Tables, spans: Spans) -> Expr:
    """Quantities and times of all job responses, in one row."""
    rows = known(tables["job_response"], setup_s="float64", labour_s="float64")
    names = ("produced_quantity", "good_quantity", "scrap_quantity", "rework_quantity", "setup_s", "labour_s")
    figures = {
        name.removesuffix("_quantity"): (lambda s, name=name: s.total(real(s.rows[name]) * s.share)) for name in names
    }
    return over_stretches(
        rows.select("start", "end", *names),
        spans,
        {
            **figures,
            "busy": lambda s: s.total(s.ticks),
            "without_setup": lambda s: s.count(s.rows.setup_s.isnull()),
            "without_labour": lambda s: s.count(s.rows.labour_s.isnull()),
            "rows_job_response": lambda s: s.count(),
        },
    )


def output(tables: Tables, spans: Spans) -> Expr:
    """Good output by unit: quantity, mass and standard hours; the months that have any, in every row."""
    rows = known(tables["output_month"], mass_t="float64")
    products = known(tables["product"], standard_hours="float64", ideal_mass_kg="float64")
    products = products.select("product_id", "unit", "standard_hours", "ideal_mass_kg")
    rows = rows.select("product_id", "month", "quantity", "mass_t").inner_join(products, "product_id")
    mass_kg = (real(rows.mass_t) * 1000.0).coalesce(real(rows.ideal_mass_kg) * rows.quantity)
    rows = rows.mutate(mass_kg=mass_kg, made=real(rows.quantity) > 0)
    figures = {
        "quantity": lambda s: s.total(real(s.rows.quantity)),
        "mass_kg": lambda s: s.total(s.rows.mass_kg),
        "unweighed": lambda s: s.total(real(s.rows.quantity), s.rows.mass_kg.isnull()),
        "standard_h": lambda s: s.total(real(s.rows.quantity) * s.rows.standard_hours),
        "untimed": lambda s: s.count(s.rows.made & s.rows.standard_hours.isnull()),
        "rows_output_month": lambda s: s.count(),
    }
    grouped = over_days(rows, "month", spans, figures, by=("unit",))
    months = over_days(rows, "month", spans, {"months": lambda s: s.rows.month.nunique(where=s.inside)})
    return with_counts(grouped.cross_join(months), tables, spans, "product")


def fold_output(rows: Sequence[Row], suffix: str) -> Figures:
    """Add up the units: by mass where all output has one, else by the unit if there is only one."""
    made = [row for row in rows if row[f"rows_output_month_{suffix}"]]
    if not made:
        return Figures({})
    mass: Fraction | None = Fraction(0)
    for row in made:
        kg = Fraction(row[f"mass_kg_{suffix}"] or 0)
        rest = Fraction(row[f"unweighed_{suffix}"] or 0)
        kg_of_one = _kg(row["unit"])
        if rest and kg_of_one is None:
            mass = None
            break
        mass = None if mass is None else mass + kg + rest * (kg_of_one or 0)
    units = {row["unit"] for row in made}
    hours = [row[f"standard_h_{suffix}"] for row in made if row[f"standard_h_{suffix}"] is not None]
    return Figures(
        {
            "mass_t": None if mass is None else float(mass / 1000),
            "quantity": sum(row[f"quantity_{suffix}"] for row in made) if len(units) == 1 else None,
            "unit": units.pop() if len(units) == 1 else "",
            "standard_h": sum(hours) if hours else None,
            "untimed": sum(row[f"untimed_{suffix}"] for row in made),
            "months": made[0][f"months_{suffix}"],
            "rows_output_month": sum(row[f"rows_output_month_{suffix}"] for row in made),
            "rows_product": made[0][f"rows_product_{suffix}"],
        }
    )


def hours(tables: Tables, spans: Spans) -> Expr:
    """Hours worked and attended, and the months that have any."""
    rows = known(tables["work_hours"], attendance_h="float64").select("day", "hours", "attendance_h")
    return over_days(
        rows,
        "day",
        spans,
        {
            "hours": lambda s: s.total(real(s.rows.hours)),
            "attended": lambda s: s.total(real(s.rows.attendance_h)),
            "worked_attended": lambda s: s.total(real(s.rows.hours), s.rows.attendance_h.notnull()),
            "months": lambda s: s.rows.day.truncate("M").nunique(where=s.inside),
            "rows_work_hours": lambda s: s.count(),
        },
    )


def materials(tables: Tables, spans: Spans) -> Expr:
    """Materials consumed and made beside the product, by material unit; a job's share inside a period counts."""
    actual = tables["material_actual"].select("response_id", "material_id", "direction", "quantity")
    made = tables["material"]
    made = known(made, unit_mass_kg="float64").select("material_id", "unit", "kind", "unit_mass_kg")
    when = tables["job_response"].select("response_id", "start", "end")
    rows = actual.inner_join(made, "material_id")
    rows = rows.inner_join(when, "response_id")
    rows = rows.filter(
        ((rows.direction == "consumed") & (rows.kind == "raw")) | (rows.direction == "by_product")
    ).mutate(mass_kg=real(rows.quantity) * rows.unit_mass_kg)
    grouped = over_stretches(
        rows,
        spans,
        {
            "mass_kg": lambda s: s.total(s.rows.mass_kg * s.share),
            "unweighed": lambda s: s.total(real(s.rows.quantity) * s.share, s.rows.mass_kg.isnull()),
            "rows_material_actual": lambda s: s.count(),
        },
        by=("direction", "unit"),
    )
    return with_counts(grouped, tables, spans, "material")


def fold_materials(rows: Sequence[Row], suffix: str) -> Figures:
    """Add up kilograms of raw material and of by-products."""
    total: dict[str, Fraction] = {}
    lacking: tuple[str, ...] = ()
    for row in rows:
        count = row[f"rows_material_actual_{suffix}"]
        if not count:
            continue
        kg, rest = Fraction(row[f"mass_kg_{suffix}"] or 0), Fraction(row[f"unweighed_{suffix}"] or 0)
        kg_of_one = _kg(row["unit"])
        if rest and kg_of_one is None:
            lacking = ("material.unit_mass_kg",)
        total[row["direction"]] = total.get(row["direction"], Fraction(0)) + kg + rest * (kg_of_one or 0)
    used = sum(row[f"rows_material_actual_{suffix}"] for row in rows)
    values = {name: float(value) for name, value in total.items()}
    return Figures({**values, "rows_material_actual": used}, {"materials": lacking})


def inspections(tables: Tables, spans: Spans) -> Expr:
    """Pieces inspected and defective, in process and at the end; incoming goods and complaints are left out."""
    rows = known(tables["inspection"], stage="string").select("at", "stage", "inspected_quantity", "defective_quantity")
    rows = rows.filter(rows.stage.isnull() | rows.stage.isin(("in_process", "final")))
    return over_moments(
        rows,
        "at",
        spans,
        {
            "inspected": lambda s: s.total(real(s.rows.inspected_quantity)),
            "defective": lambda s: s.total(real(s.rows.defective_quantity)),
            "rows_inspection": lambda s: s.count(),
        },
    )


def _kg(unit: str) -> Fraction | None:
    """Kilograms of one unit, if it is a unit of mass."""
    try:
        return Fraction(convert(Decimal(1), unit, "kg"))
    except BadInput:
        return None


MACHINES = Source(
    "machines",
    (
        "equipment_state.equipment_id",
        "equipment_state.start",
        "equipment_state.end",
        "equipment_state.state",
        "job_response.start",
        "job_response.end",
        "job_response.produced_quantity",
        "job_response.good_quantity",
        "equipment.equipment_id",
    ),
    machines,
    Text(
        "既有状态又有报工的设备；计划忙碌时间不含计划停机和关机；跨期的时段按期内部分计",
        "machines with both states and job responses; planned busy time without planned stops and off; of stretches "
        "across the limits of the period, the part inside",
    ),
    may=("job_order", "process_segment"),
)
STATES = Source(
    "states",
    ("equipment_state.equipment_id", "equipment_state.start", "equipment_state.end", "equipment_state.state"),
    states,
    Text("全部设备状态", "states of all equipment"),
)
JOBS = Source(
    "jobs",
    tuple(
        f"job_response.{name}"
        for name in ("start", "end", "produced_quantity", "good_quantity", "scrap_quantity", "rework_quantity")
    ),
    jobs,
    Text("全部报工", "all job responses"),
)
OUTPUT = Source(
    "output",
    ("output_month.product_id", "output_month.month", "output_month.quantity", "product.product_id", "product.unit"),
    output,
    Text("期内各月的合格产量", "good output of the months of the period"),
    fold=fold_output,
)
HOURS = Source(
    "hours", ("work_hours.day", "work_hours.hours"), hours, Text("期内各日的工时", "hours of the days of the period")
)
MATERIALS = Source(
    "materials",
    (
        "material_actual.response_id",
        "material_actual.material_id",
        "material_actual.direction",
        "material_actual.quantity",
        "material.unit",
        "material.kind",
        "job_response.response_id",
        "job_response.start",
        "job_response.end",
    ),
    materials,
    Text("消耗的原材料和产出的副产品", "raw materials consumed and by-products made"),
    fold=fold_materials,
)
INSPECTIONS = Source(
    "inspections",
    ("inspection.at", "inspection.inspected_quantity", "inspection.defective_quantity"),
    inspections,
    Text("过程检验和最终检验", "inspections in process and final"),
)
