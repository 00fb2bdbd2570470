"""Tiny plants to derive from: named tables of rows that differ from the plant's own examples, the others empty."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from linghang.conditions.shelf import load_pack
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.coverage import coverage_about, share_of
from linghang.evidence.derive import Derivation, Derived, Look, derive
from linghang.evidence.observation import Observation, Source
from linghang.evidence.standing import Standing
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

AS_OF = date(2025, 4, 15)
MADE = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
NATIONAL, NEIMENGGU = "national-2024", "neimenggu-2025"
BY_ID: Mapping[str, Derivation] = {one.id: one for one in DERIVATIONS}

Row = Mapping[str, Any]
Rows = Mapping[str, Iterable[Row]]


@cache
def thresholds_of(pack: str) -> dict[str, Decimal | str | bool]:
    """The interpretations of a pack as derivations are given them."""
    return {one.id: one.value for one in load_pack(pack).interpretations}


def example(table: str, **changes: Any) -> dict[str, Any]:
    return {**TABLES[table].info["examples"][0], **changes}


def table_of(name: str, rows: Iterable[Row] = ()) -> pa.Table:
    """Rows as differences from the table's example."""
    return pa.Table.from_pylist([example(name, **row) for row in rows], arrow_schema(TABLES[name]))


@cache
def empty_tables() -> dict[str, pa.Table]:
    return {name: table_of(name) for name in TABLES}


def look(
    rows: Rows,
    *,
    pack: str = NATIONAL,
    as_of: date = AS_OF,
    zone: ZoneInfo = ZONE,
    indicators: Mapping[str, Decimal] | None = None,
    standings: Mapping[str, Sequence[Standing]] | None = None,
    last_points: Mapping[str, datetime] | None = None,
    coverages: Mapping[str, Sequence[Observation]] | None = None,
    **thresholds: Decimal | str,
) -> Look:
    tables = empty_tables() | {name: table_of(name, some) for name, some in rows.items()}
    assert tables.keys() == TABLES.keys()
    given = {**thresholds_of(pack), **thresholds}
    beside = indicators or {}, standings or {}, last_points or {}, coverages or {}
    return Look(tables, as_of, zone, given, *beside)


def run(derivation: str, seen: Look) -> Derived:
    """Run one derivation for all that it is about."""
    one = BY_ID[derivation]

    def digest(name: str) -> str:
        return hashlib.sha256(str(seen.tables[name].to_pydict()).encode()).hexdigest()

    return derive([one], seen, digest, one.about, MADE)


def answer(derivation: str, rows: Rows, **options: Any) -> Any:
    """The value that a derivation finds, or the tuple of what it needs."""
    found = run(derivation, look(rows, **options))
    said = {one.about: one.value for one in found.observations} | dict(found.needs)
    assert set(said) == set(BY_ID[derivation].about)
    return next(iter(said.values()))


def observed(derivation: str, rows: Rows, **options: Any) -> Observation:
    """The observation that a derivation makes."""
    found = run(derivation, look(rows, **options))
    assert len(found.observations) == 1, found.needs
    return found.observations[0]


def standing(indicator: str, better: bool | None = True, **changes: Any) -> Standing:
    """An indicator measured by readings beside a comparator that names its document; what is unknown needs it."""
    given: dict[str, Any] = {
        "tables": ("meter_reading",),
        "document": "yearbook.pdf",
        "until": date(2026, 12, 31),
        "what": () if better is not None else (indicator,),
        "figures": {"indicator": indicator},
    }
    return Standing(indicator, better, **{**given, **changes})


def ran(element: str, engine: str, covered: int, of: int, unknown: int = 0, day: date = AS_OF) -> Observation:
    """What an engine said when it ran for an element."""
    return Observation(
        about=coverage_about(element),
        value=share_of(covered, of),
        unit="1",
        window_from=day - timedelta(30),
        window_to=day,
        subject="plant",
        proof="measured",
        source=Source("engine", engine, "1", "settings", "input"),
        made_at=MADE,
        detail={"covered": covered, "open": unknown, "of": of},
    )


def numbered(key: str, count: int, /, **changes: Any) -> list[dict[str, Any]]:
    """So many rows that differ in their key."""
    return [{key: f"{key}-{n}", **changes} for n in range(count)]


def at(day: str, clock: str = "00:00") -> datetime:
    """A moment by the plant's clock."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)
