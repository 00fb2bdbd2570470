"""Sums of energy, water, greenhouse gases and waste."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from linghang.errors import BadInput
from linghang.kpi import factors
from linghang.kpi.spans import TICKS_PER_S, Expr, Spans, many, over_days, over_stretches
from linghang.kpi.sums import Figures, Row, Source, known, real, with_counts, yes
from linghang.plant.units import convert
from linghang.words import Text

Tables = Mapping[str, Expr]
FLAGS = ("carrier", "unit", "bought", "direction", "renewable", "feedstock")


def meters(tables: Tables, spans: Spans) -> Expr:
    """Quantities of the meters that count for the plant, by carrier, unit and use."""
    readings = tables["meter_reading"].select("meter_id", "start", "end", "quantity")
    by_meter = over_stretches(
        readings,
        spans,
        {
            "quantity": lambda s: s.total(real(s.rows.quantity) * s.share),
            "spent": lambda s: s.total(s.ticks),
            "first": lambda s: s.first.min(where=s.inside),
            "last": lambda s: s.last.max(where=s.inside),
            "readings": lambda s: s.count(),
            "empty": lambda s: s.count(s.rows.quantity.isnull()),
        },
        by=("meter_id",),
    )
    meter = known(tables["meter"], renewable="boolean", feedstock="boolean")
    meter = meter.filter(yes(meter.boundary)).select(
        "meter_id",
        "carrier",
        "unit",
        "bought",
        "direction",
        renewable=yes(meter.renewable),
        feedstock=yes(meter.feedstock),
    )
    rows = by_meter.inner_join(meter, "meter_id")
    columns: dict[str, Expr] = {}
    for s, _ in spans.named():
        overlap = rows[f"spent_{s}"] > rows[f"last_{s}"] - rows[f"first_{s}"]
        columns |= {
            f"quantity_{s}": rows[f"quantity_{s}"].sum(),
            f"spent_{s}": rows[f"spent_{s}"].sum(),
            f"meters_{s}": many(rows[f"readings_{s}"] > 0),
            f"overlap_{s}": many(overlap),
            f"empty_{s}": rows[f"empty_{s}"].sum(),
            f"readings_{s}": rows[f"readings_{s}"].sum(),
            f"length_{s}": rows[f"spent_{s}"].count(),
        }
    return with_counts(rows.aggregate(by=list(FLAGS), **columns), tables, spans, "meter")


def fold_meters(rows: Sequence[Row], suffix: str) -> Figures:
    """Add up carriers: standard coal, fuel CO2, bought electricity and heat, water; say what has no coefficient.

    Energy made or recovered here counts only if it is renewable: what was converted from another carrier was counted
    with that carrier. What leaves the plant is taken off. Feedstock is energy, but is not burnt.
    """
    total: dict[str, Fraction] = {}
    lacking: dict[str, list[str]] = {}
    counts = {"rows_meter_reading": 0, "rows_meter": 0}
    for row in rows:
        if not row[f"readings_{suffix}"]:
            continue
        counts["rows_meter_reading"] += row[f"readings_{suffix}"]
        counts["rows_meter"] = row[f"rows_meter_{suffix}"]
        for subject, name, amount, need in _parts(row, suffix):
            if need:
                lacking.setdefault(subject, []).append(need)
            elif name:
                total[name] = total.get(name, Fraction(0)) + amount
    values: dict[str, Any] = {name: float(value) for name, value in total.items()}
    return Figures({**values, **counts}, {name: tuple(dict.fromkeys(needs)) for name, needs in lacking.items()})


def _parts(row: Row, suffix: str) -> list[tuple[str, str, Fraction, str]]:
    """Subject, figure, amount and need of one group of meters."""
    carrier, unit = row["carrier"], row["unit"]
    water = carrier in ("water_fresh", "water_reused")
    subjects = ("water", "energy") if carrier == "water_fresh" else ("water",) if water else ("energy", "co2")
    if row[f"empty_{suffix}"]:
        return [(subject, "", Fraction(0), "meter_reading.quantity") for subject in subjects]
    if row[f"overlap_{suffix}"]:
        return [(subject, "", Fraction(0), "meter_reading#overlap") for subject in subjects]
    amount = Fraction(row[f"quantity_{suffix}"] or 0) * (-1 if row["direction"] == "out" else 1)
    spent = Fraction(row[f"spent_{suffix}"] or 0) / TICKS_PER_S
    parts: list[tuple[str, str, Fraction, str]] = []
    for subject in subjects:
        parts.append((subject, f"{subject}_metered_s", spent, ""))
        parts.append((subject, f"{subject}_meters", Fraction(row[f"meters_{suffix}"]), ""))
    if water:
        parts.append(_converted("water", f"{carrier}_t", factors.in_tonnes_of_water(amount, unit), row))
    if carrier == "water_reused" or not (row["bought"] or row["renewable"] or row["direction"] == "out"):
        return parts
    coefficient = factors.standard_coal(carrier, unit)
    parts.append(_converted("energy", "kgce", coefficient and coefficient.factor * amount, row))
    if coefficient and coefficient.confidence == "L":
        parts.append(("energy", "kgce_low", abs(coefficient.factor * amount), ""))
    return parts + ([] if water or row["feedstock"] else _emitted(row, amount))


def _emitted(row: Row, amount: Fraction) -> list[tuple[str, str, Fraction, str]]:
    carrier, unit = row["carrier"], row["unit"]
    if carrier in factors.NO_CO2:
        return []
    if carrier == "electricity":
        sold = row["direction"] == "out" and not row["renewable"]
        return [_converted("co2", "kwh", _scaled(amount, unit, "kWh"), row)] if row["bought"] or sold else []
    if carrier in ("steam", "heat"):
        return [_converted("co2", "heat_gj", factors.heat_gj(amount, unit), row)]
    factor = factors.fuel_co2(carrier, unit)
    return [_converted("co2", "fuel_t", factor and factor.factor * amount, row)]


def _converted(subject: str, name: str, amount: Fraction | None, row: Row) -> tuple[str, str, Fraction, str]:
    need = "" if amount is not None else f"coefficient.{row['carrier']} ({row['unit']})"
    return subject, name, amount or Fraction(0), need


def _scaled(amount: Fraction, unit: str, wanted: str) -> Fraction | None:
    try:
        return amount * Fraction(convert(Decimal(1), unit, wanted))
    except BadInput:
        return None


def emissions(tables: Tables, spans: Spans) -> Expr:
    """CO2 of processes and CO2 recovered; what is burnt or bought comes from the meters."""
    rows = known(tables["emission"], kind="string").select("start", "end", "gas", "kind", "quantity_t")
    rows = rows.filter((rows.gas == "CO2") & rows.kind.isin(("process", "recovered")))
    return over_stretches(
        rows,
        spans,
        {
            "process_t": lambda s: s.total(real(s.rows.quantity_t) * s.share, s.rows.kind == "process"),
            "recovered_t": lambda s: s.total(real(s.rows.quantity_t) * s.share, s.rows.kind == "recovered"),
            "rows_emission": lambda s: s.count(),
        },
    )


def waste(tables: Tables, spans: Spans) -> Expr:
    """General solid waste of the months of a period."""
    names = ("generated_t", "utilised_t", "utilised_from_stock_t")
    rows = tables["waste_month"].filter(tables["waste_month"].kind == "general").select("month", *names)
    figures = {name: (lambda s, name=name: s.total(real(s.rows[name]))) for name in names}
    return over_days(
        rows,
        "month",
        spans,
        {
            **figures,
            "open": lambda s: s.count(
                s.rows.generated_t.isnull() | s.rows.utilised_t.isnull() | s.rows.utilised_from_stock_t.isnull()
            ),
            "months": lambda s: s.rows.month.nunique(where=s.inside),
            "rows_waste_month": lambda s: s.count(),
        },
    )


METERS = Source(
    "meters",
    (
        "meter.meter_id",
        "meter.carrier",
        "meter.unit",
        "meter.boundary",
        "meter.bought",
        "meter.direction",
        "meter_reading.meter_id",
        "meter_reading.start",
        "meter_reading.end",
        "meter_reading.quantity",
    ),
    meters,
    Text(
        "计入全厂的计量表；自产能源只计可再生的；输出扣除；跨期读数按期内时间计",
        "meters that count for the plant; of energy made here only renewable; what leaves is taken off; of readings "
        "across the limits of the period, the share of time inside",
    ),
    fold=fold_meters,
)
EMISSIONS = Source(
    "emissions",
    ("emission.start", "emission.end", "emission.gas", "emission.kind", "emission.quantity_t"),
    emissions,
    Text("工业过程和回收的二氧化碳", "carbon dioxide of processes and recovered"),
)
WASTE = Source(
    "waste",
    ("waste_month.month", "waste_month.kind", "waste_month.generated_t", "waste_month.utilised_t"),
    waste,
    Text("一般工业固废，不含危险废物", "general industrial solid waste, without hazardous waste"),
)
