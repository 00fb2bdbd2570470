"""The plant's records about lots, joined to the graph: material, quantity, day, supplier, heat, machines, orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.engines.quality.genealogy import Flags, Floats, Genealogy, Ints, genealogy

EPOCH = date(1970, 1, 1)
NO_DAY = np.iinfo(np.int64).min
MADE_HERE = ("semi", "finished")


@dataclass(frozen=True)
class Lots:
    """Lots with what the records say of them; arrays have one place a lot of the graph.

    Attributes
    ----------
    graph
        Who went into whom.
    known
        Whether the table `lot` has the lot; a lot that only the genealogy names has nothing else.
    material, kind, unit, supplier, heat
        Texts; empty where the records do not say.
    quantity, mass_kg
        In the unit of the material, and in kg; NaN where not said.
    day
        Day on which it was made or received, days since 1970; NO_DAY where not said.
    job
        Job order that made it; empty where not said.
    """

    graph: Genealogy
    known: Flags
    material: NDArray[np.object_]
    kind: NDArray[np.object_]
    unit: NDArray[np.object_]
    supplier: NDArray[np.object_]
    heat: NDArray[np.object_]
    quantity: Floats
    mass_kg: Floats
    day: Ints
    job: NDArray[np.object_]
    tables: Mapping[str, pa.Table]
    zone: ZoneInfo

    @cached_property
    def finished(self) -> Flags:
        """Whether a lot is of a finished product."""
        return np.asarray(self.kind == "finished")

    @cached_property
    def edge_mass(self) -> Floats:
        """(m,) kg that went over each edge; NaN where quantity or mass of a piece is not known."""
        with np.errstate(invalid="ignore", divide="ignore"):
            piece = self.mass_kg / self.quantity
        return self.graph.quantity * np.where(np.isfinite(piece), piece, np.nan)[self.graph.parent]

    @cached_property
    def input_kg(self) -> Floats:
        """(n,) kg that went into each lot, with what its job consumed outside all lots; NaN where not known."""
        return np.bincount(self.graph.child, self.edge_mass, len(self.graph)) + unlotted(self)

    @cached_property
    def used(self) -> "Used":
        """Which machines had which lots."""
        return machines(self)

    def in_days(self, first: int, until: int) -> Flags:
        """Return which lots were made in `[first, until)`, days since 1970."""
        return (self.day >= first) & (self.day < until)

    def day_of(self, place: int) -> date | None:
        """Return the day of a lot."""
        return None if self.day[place] == NO_DAY else EPOCH + timedelta(days=int(self.day[place]))


@dataclass(frozen=True)
class Used:
    """Stays of lots on machines.

    Attributes
    ----------
    lot
        (k,) place of the lot.
    equipment
        (k,) machine.
    start_us, end_us
        (k,) when, UTC microseconds.
    certain
        (k,) whether the records name lot and machine in one row; else the machine worked on the lot's job, and which of
        the job's lots it had is not said.
    """

    lot: Ints
    equipment: NDArray[np.object_]
    start_us: Ints
    end_us: Ints
    certain: Flags


def texts(column: Any) -> NDArray[np.object_]:
    """Return a column of texts; nulls are empty."""
    found = pc.fill_null(column.cast(pa.string()), "")
    return np.array(found.to_pylist(), dtype=object)


def days(column: Any) -> Ints:
    """Return a column of days as days since 1970."""
    return np.asarray(pc.fill_null(column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()), NO_DAY)).astype(np.int64)


def numbers(column: Any) -> Floats:
    """Return a column of numbers; nulls and what is not finite are NaN."""
    found = np.array(pc.fill_null(column.cast(pa.float64()), np.nan), np.float64)
    return np.where(np.isfinite(found) & (np.abs(found) < 1e15), found, np.nan)


def micro(column: Any) -> Ints:
    """Return a column of moments as UTC microseconds; nulls are NO_DAY."""
    return np.asarray(pc.fill_null(column.cast(pa.int64()), NO_DAY)).astype(np.int64)


def lots_of(tables: Mapping[str, pa.Table], zone: ZoneInfo) -> Lots:
    """Join lots, genealogy and materials."""
    lot, links = tables["lot"], tables["lot_genealogy"]
    graph = genealogy(links["parent_lot_id"], links["child_lot_id"], numbers(links["quantity"]), lot["lot_id"])
    n = len(graph)
    rows = np.asarray(pc.fill_null(pc.index_in(graph.ids, value_set=lot["lot_id"].combine_chunks()), -1))
    known = rows >= 0

    def spread(values: NDArray[Any], empty: Any) -> NDArray[Any]:
        found = np.full(n, empty, dtype=values.dtype)
        found[known] = values[rows[known]]
        return found

    material = spread(texts(lot["material_id"]), "")
    quantity = spread(numbers(lot["quantity"]), np.nan)
    about = {row["material_id"]: row for row in tables["material"].to_pylist()}
    kind = np.array([(about.get(one) or {}).get("kind") or "" for one in material], dtype=object)
    unit = np.array([(about.get(one) or {}).get("unit") or "" for one in material], dtype=object)
    piece = np.array([(about.get(one) or {}).get("unit_mass_kg") or np.nan for one in material], np.float64)
    job = np.full(n, "", dtype=object)
    there = np.asarray(pc.and_(links["parent_lot_id"].is_valid(), links["child_lot_id"].is_valid()))
    made_by = texts(links["job_id"])[there]
    said = made_by != ""
    job[graph.child[said]] = made_by[said]
    return Lots(
        graph,
        known,
        material,
        kind,
        unit,
        spread(texts(lot["supplier_id"]), ""),
        spread(texts(lot["heat"]), ""),
        np.where(quantity >= 0, quantity, np.nan),
        np.where(quantity >= 0, quantity, np.nan) * np.where(piece > 0, piece, np.nan),
        spread(days(lot["made_on"]), NO_DAY),
        job,
        tables,
        zone,
    )


def machines(lots: Lots) -> Used:
    """Join lots to machines: by rows that name both, and by the job that made the lot."""
    responses = lots.tables["job_response"]
    parts = [_inspected(lots), _named(lots, responses), _by_job(lots, responses)]
    whole = [np.concatenate([part[column] for part in parts]) for column in range(5)]
    good = (whole[0] >= 0) & (whole[1] != "") & (whole[2] != NO_DAY) & (whole[3] >= whole[2])
    lot, equipment, start, end, certain = (one[good] for one in whole)
    return Used(lot, equipment, start, end, certain.astype(bool))


def _place(lots: Lots, column: Any) -> Ints:
    found = pc.index_in(column.combine_chunks().cast(pa.string()), value_set=lots.graph.ids)
    return np.asarray(pc.fill_null(found, -1)).astype(np.int64)


def _inspected(lots: Lots) -> tuple[Any, ...]:
    rows = lots.tables["inspection"]
    rows = rows.filter(pc.and_(rows["lot_id"].is_valid(), rows["equipment_id"].is_valid()))
    at = micro(rows["at"])
    return _place(lots, rows["lot_id"]), texts(rows["equipment_id"]), at, at, np.ones(len(at), bool)


def _named(lots: Lots, responses: pa.Table) -> tuple[Any, ...]:
    rows = lots.tables["material_actual"]
    rows = rows.filter(rows["lot_id"].is_valid())
    found = pc.index_in(rows["response_id"].combine_chunks(), value_set=responses["response_id"].combine_chunks())
    rows, found = rows.filter(found.is_valid()), found.drop_null()
    of = responses.take(found)
    return (
        _place(lots, rows["lot_id"]),
        texts(of["equipment_id"]),
        micro(of["start"]),
        micro(of["end"]),
        np.ones(len(found), bool),
    )


def _by_job(lots: Lots, responses: pa.Table) -> tuple[Any, ...]:
    """Every response of the job that made a lot may have had it: (lot, response) pairs of equal jobs."""
    made = np.flatnonzero(lots.job != "")
    codes, uniques = _codes(lots.job[made])
    rows = texts(responses["job_id"])
    place = {name: number for number, name in enumerate(uniques)}
    code = np.array([place.get(one, -1) for one in rows], np.int64) if len(rows) else np.empty(0, np.int64)
    kept = np.flatnonzero(code >= 0)
    order = kept[np.argsort(code[kept], kind="stable")]
    start = np.zeros(len(uniques) + 1, np.int64)
    np.cumsum(np.bincount(code[kept], minlength=len(uniques)), out=start[1:])
    counts = start[codes + 1] - start[codes] if len(codes) else np.empty(0, np.int64)
    ends = np.cumsum(counts)
    pairs = order[np.repeat(start[codes] - (ends - counts), counts) + np.arange(ends[-1])] if len(ends) else order[:0]
    equipment, first, last = texts(responses["equipment_id"]), micro(responses["start"]), micro(responses["end"])
    return np.repeat(made, counts), equipment[pairs], first[pairs], last[pairs], np.zeros(len(pairs), bool)


def _codes(values: NDArray[np.object_]) -> tuple[Ints, Sequence[str]]:
    encoded = pa.array(values.tolist(), pa.string()).dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()


def unlotted(lots: Lots) -> Floats:
    """Return kg that went into lots without being a lot: returned metal, additives.

    A job response that made lots consumed them; they are shared among its lots by quantity. What the genealogy already
    has as a lot of the same material does not count twice.
    """
    rows = lots.tables["material_actual"]
    made = rows.filter(pc.and_(pc.equal(rows["direction"], "produced"), rows["lot_id"].is_valid()))
    used = rows.filter(pc.and_(pc.equal(rows["direction"], "consumed"), rows["lot_id"].is_null()))
    used = used.filter(pc.is_in(used["response_id"].combine_chunks(), value_set=made["response_id"].combine_chunks()))
    piece = {row["material_id"]: row["unit_mass_kg"] for row in lots.tables["material"].to_pylist()}
    consumed: dict[str, list[tuple[str, float]]] = {}
    for response, material, amount in zip(
        used["response_id"].to_pylist(), used["material_id"].to_pylist(), numbers(used["quantity"]), strict=True
    ):
        consumed.setdefault(response, []).append((material, float(amount) * (piece.get(material) or np.nan)))
    found, whole = np.zeros(len(lots.graph)), dict[str, float]()
    place, amounts = _place(lots, made["lot_id"]), numbers(made["quantity"])
    for response, amount in zip(made["response_id"].to_pylist(), amounts, strict=True):
        whole[response] = whole.get(response, 0.0) + float(amount)
    graph = lots.graph
    for one, response, amount in zip(place.tolist(), made["response_id"].to_pylist(), amounts, strict=True):
        if one < 0 or response not in consumed:
            continue
        parents = graph.parent[graph.up_edge[graph.up_start[one] : graph.up_start[one + 1]]]
        lotted = set(lots.material[parents].tolist())
        share = float(amount) / whole[response] if whole[response] > 0 else np.nan
        found[one] += share * sum(mass for material, mass in consumed[response] if material not in lotted)
    return found
