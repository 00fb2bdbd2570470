"""The measures of ISO 22400-2 (GB/T 34044.2-2017) that a plant's records carry, for one period.

Not carried: machine and process capability (19-22), which belong to one characteristic and not to a plant, and the
losses of material by cause (27-29), which no table records. Elements (APT, PBT, PRU …) are named as in the standard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from linghang.kpi import formulas
from linghang.kpi.base_formulas import (
    effectiveness,
    figure,
    finished_goods,
    machines,
    mttr,
    nee,
    per_failure,
    percent,
    throughput,
    worker_efficiency,
)
from linghang.kpi.compute import decimal, figures_of, summed
from linghang.kpi.factors import Confidence
from linghang.kpi.formulas import Case, Measured, counted_machines
from linghang.kpi.period import Period
from linghang.kpi.settings import given
from linghang.kpi.spans import TICKS_PER_S, Expr, Spans
from linghang.kpi.sums import NotApplicableFigure, Row, Source, UnknownFigure, business, energy, production
from linghang.kpi.sums.orders import ORDERS
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the standard.

    Attributes
    ----------
    number
        As in the standard.
    formula
        In the standard's elements.
    note
        What stands for an element that the records do not carry as such.
    """

    id: str
    number: int
    title: Text
    formula: str
    unit: str
    better: Literal["higher", "lower"]
    sources: tuple[Source, ...]
    value: Callable[[Case], Measured]
    confidence: Confidence
    note: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it needs, as `table.column`."""
        return tuple(dict.fromkeys(need for source in self.sources for need in source.needs))


@dataclass(frozen=True, slots=True)
class MeasureValue:
    """Value of a measure in one period; None where `needs` says what is missing."""

    id: str
    number: int
    value: Decimal | None
    unit: str
    needs: tuple[str, ...]


def measures(tables: Mapping[str, Expr], period: Period, region_code: str | None = None) -> tuple[MeasureValue, ...]:
    """Compute all measures of one period; each source is read once.

    Parameters
    ----------
    tables
        Name -> Ibis table, as `linghang.plant.tables` describes them.
    """
    sources = {source.id: source for one in MEASURES for source in one.sources}
    found: dict[str, tuple[Row, ...]] = {
        name: summed(source, tables, Spans(period)) for name, source in sources.items() if not source.missing(tables)
    }
    return tuple(_measured(one, tables, found, period, region_code) for one in MEASURES)


def _measured(
    one: Measure,
    tables: Mapping[str, Expr],
    found: Mapping[str, tuple[Row, ...]],
    period: Period,
    region_code: str | None,
) -> MeasureValue:
    missing = tuple(dict.fromkeys(need for source in one.sources for need in source.missing(tables)))
    if missing:
        return MeasureValue(one.id, one.number, None, one.unit, missing)
    figures = figures_of(one.sources, found, "1")
    try:
        value = one.value(Case(figures, period, None, given(None, region_code), period.end.year))
    except NotApplicableFigure:
        return MeasureValue(one.id, one.number, None, one.unit, ())
    except UnknownFigure as lack:
        return MeasureValue(one.id, one.number, None, one.unit, lack.needs)
    inexact = any(each.inexact for each in figures.values())
    return MeasureValue(one.id, one.number, decimal(value.value, 9 if inexact else None), value.unit, ())


_APT, _PBT = machines("running"), machines("planned")
_AUBT, _ASUT = machines("busy"), machines("setup")
_ORDER, _JOB, _JOBS = (ORDERS,), (production.JOBS,), "job_response"
_OEE = (production.MACHINES,)


def _row(  # noqa: PLR0913
    number: int,
    id: str,
    zh: str,
    en: str,
    formula: str,
    better: Literal["higher", "lower"],
    sources: tuple[Source, ...],
    value: Callable[[Case], Measured],
    confidence: Confidence = "M",
    unit: str = "%",
    note: str = "",
) -> Measure:
    return Measure(id, number, Text(zh, en), formula, unit, better, sources, value, confidence, note)


MEASURES: tuple[Measure, ...] = (
    _row(
        1,
        "worker_efficiency",
        "人员效率",
        "worker efficiency",
        "APWT / APAT",
        "higher",
        (production.HOURS,),
        worker_efficiency,
    ),
    _row(
        2,
        "allocation_ratio",
        "分配率",
        "allocation ratio",
        "AUBT / AOET",
        "higher",
        _ORDER,
        percent(figure("orders", "busy", _JOBS), figure("orders", "execution", _JOBS), _JOBS),
        note="AOET runs from the first to the last response of an order inside the period",
    ),
    _row(
        3,
        "throughput_rate",
        "产出率",
        "throughput rate",
        "PQ / AOET",
        "higher",
        _ORDER,
        throughput,
        unit="1/h",
        note="PQ of the last operation; units of products are added",
    ),
    _row(
        4,
        "allocation_efficiency",
        "分配效率",
        "allocation efficiency",
        "AUBT / PBT",
        "higher",
        _OEE,
        percent(_AUBT, _PBT, "equipment_state"),
    ),
    _row(
        5,
        "utilisation_efficiency",
        "利用效率",
        "utilisation efficiency",
        "APT / AUBT",
        "higher",
        _OEE,
        percent(_APT, _AUBT, _JOBS),
    ),
    _row(
        6,
        "oee",
        "设备综合效率",
        "overall equipment effectiveness",
        "APT/PBT × PRU·PQ/APT × GQ/PQ",
        "higher",
        _OEE,
        formulas.oee,
        "H",
        note="summed over machines; GQ/PQ weighted with PRU, so that the three factors multiply to it",
    ),
    _row(
        7,
        "nee",
        "净设备效率",
        "net equipment effectiveness",
        "AUPT/PBT × PRU·PQ/APT × GQ/PQ",
        "higher",
        _OEE,
        nee,
        note="AUPT is running and setup",
    ),
    _row(
        8,
        "availability",
        "可用率",
        "availability",
        "APT / PBT",
        "higher",
        _OEE,
        percent(_APT, _PBT, "equipment_state"),
        "H",
    ),
    _row(
        9,
        "effectiveness",
        "效率",
        "effectiveness",
        "PRU × PQ / APT",
        "higher",
        _OEE,
        lambda case: Measured(100 * effectiveness(case)),
        "H",
        note="PRU is the standard time of the process segment, else the ideal cycle of the machine",
    ),
    _row(
        10,
        "quality_ratio",
        "质量率",
        "quality ratio",
        "GQ / PQ",
        "higher",
        _JOB,
        percent(figure("jobs", "good", _JOBS), figure("jobs", "produced", _JOBS), _JOBS),
        "H",
    ),
    _row(
        11,
        "setup_rate",
        "换型率",
        "setup rate",
        "ASUT / AUPT",
        "lower",
        _OEE,
        percent(_ASUT, machines("running", "setup"), "equipment_state"),
    ),
    _row(
        12,
        "technical_efficiency",
        "技术效率",
        "technical efficiency",
        "APT / (APT + ADET)",
        "higher",
        _OEE,
        percent(_APT, machines("running", "idle", "breakdown"), "equipment_state"),
        note="ADET is idle and breakdown",
    ),
    _row(
        13,
        "production_process_ratio",
        "生产过程比",
        "production process ratio",
        "APT / AOET",
        "higher",
        (production.MACHINES, ORDERS),
        percent(_APT, figure("orders", "execution", _JOBS), _JOBS),
    ),
    _row(
        14,
        "scrap_to_plan",
        "实际与计划报废比",
        "actual to planned scrap",
        "SQ / PSQ",
        "lower",
        _ORDER,
        percent(
            figure("orders", "scrap", _JOBS),
            figure("orders", "planned_scrap", "job_order.planned_scrap_quantity"),
            "job_order.planned_scrap_quantity",
        ),
    ),
    _row(
        15,
        "first_pass_yield",
        "一次合格率",
        "first pass yield",
        "GP / IP",
        "higher",
        (production.INSPECTIONS,),
        percent(
            figure("inspections", "inspected", "inspection", less="defective"),
            figure("inspections", "inspected", "inspection"),
            "inspection.inspected_quantity",
        ),
        note="good pieces are inspected less defective, rework included",
    ),
    _row(
        16,
        "scrap_ratio",
        "报废率",
        "scrap ratio",
        "SQ / PQ",
        "lower",
        _JOB,
        percent(figure("jobs", "scrap", _JOBS), figure("jobs", "produced", _JOBS), _JOBS),
    ),
    _row(
        17,
        "rework_ratio",
        "返工率",
        "rework ratio",
        "RQ / PQ",
        "lower",
        _JOB,
        percent(figure("jobs", "rework", _JOBS), figure("jobs", "produced", _JOBS), _JOBS),
    ),
    _row(
        18,
        "fall_off_ratio",
        "流失率",
        "fall off ratio",
        "SQ / PQ of the first operation",
        "lower",
        _ORDER,
        percent(figure("orders", "scrap", _JOBS), figure("orders", "opened", _JOBS), _JOBS),
    ),
    _row(
        23,
        "comprehensive_energy",
        "单位产品综合能耗",
        "comprehensive energy consumption",
        "Σ energy / PQ",
        "lower",
        (energy.METERS, production.OUTPUT),
        formulas.unit_energy,
        unit="kgce/t",
        note="PQ is good output; standard coal by GB/T 2589",
    ),
    _row(
        24,
        "inventory_turns",
        "库存周转率",
        "inventory turns",
        "throughput / average inventory",
        "higher",
        (business.FINANCE, business.STOCK),
        formulas.inventory_turns,
        unit="1/a",
        note="both at cost",
    ),
    _row(
        25,
        "finished_goods_ratio",
        "成品率",
        "finished goods ratio",
        "GQ / CM",
        "higher",
        (production.OUTPUT, production.MATERIALS),
        finished_goods,
        note="by mass; CM is raw material",
    ),
    _row(
        26,
        "integrated_goods_ratio",
        "综合成品率",
        "integrated goods ratio",
        "IGQ / CM",
        "higher",
        (production.OUTPUT, production.MATERIALS),
        formulas.resource_utilisation,
        note="by mass; IGQ is good output and by-products",
    ),
    _row(
        30,
        "equipment_load_ratio",
        "设备负荷率",
        "equipment load ratio",
        "PQ / EPC",
        "higher",
        _OEE,
        percent(lambda case: counted_machines(case).of("planned_run", _JOBS) * TICKS_PER_S, _PBT, "equipment_state"),
        note="EPC is PBT / PRU; higher is better up to the rated capacity",
    ),
    _row(
        31,
        "mtbf",
        "平均故障间隔",
        "mean operating time between failures",
        "Σ TBF / (FE + 1)",
        "higher",
        (production.STATES, business.FAILURES),
        per_failure("running"),
        "L",
        "h",
        "TBF is running time; many tools divide by FE",
    ),
    _row(
        32,
        "mttf",
        "平均失效前时间",
        "mean time to failure",
        "Σ TTF / (FE + 1)",
        "higher",
        (production.STATES, business.FAILURES),
        per_failure("up"),
        "L",
        "h",
        "TTF is planned busy time without breakdown",
    ),
    _row(
        33,
        "mttr",
        "平均恢复时间",
        "mean time to restoration",
        "Σ TTR / (FE + 1)",
        "lower",
        (business.FAILURES,),
        mttr,
        "L",
        "h",
        "many tools divide by FE",
    ),
    _row(
        34,
        "corrective_maintenance_ratio",
        "故障维修比",
        "corrective maintenance ratio",
        "CMT / (CMT + PMT)",
        "lower",
        (business.MAINTENANCE,),
        percent(
            figure("maintenance", "corrective", "maintenance_order"),
            figure("maintenance", "all", "maintenance_order"),
            "maintenance_order",
        ),
        note="PMT is all maintenance that is not corrective",
    ),
)
"""In the order of the standard."""
