"""The state of the records: complete, whole, plausible, fresh, without gaps; and what their gaps hold up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.intake.grouping import codes_of
from linghang.intake.sheet import whole
from linghang.kpi.needs import say
from linghang.plant.records import check_rows
from linghang.plant.tables import TABLES, described
from linghang.plant.titles import titled
from linghang.store.migrate import is_current
from linghang.store.state import files_state
from linghang.store.workspace import open_workspace
from linghang.usecases.consistency import check_consistency
from linghang.usecases.consistency_waivers import WAIVERS
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_document, kept
from linghang.usecases.records import RecordTables
from linghang.usecases.report_statements import APPLICATION
from linghang.words import Text

CHECKED_ROWS = 200_000
"""Of larger tables the first and the last rows are held against the checks; completeness and keys count all rows."""
SAMPLES = 3
MOST_GAPS = 5
STALE_DAYS = 45
"""A table of events or readings whose newest row is older is called stale (ours: a month and its closing)."""
_MONTH_DAYS = 31
DATA_GROUPS = ("C1", "C2", "C3", "C4", "C5")
"""Groups of consistency checks that concern records."""


@dataclass(frozen=True, slots=True)
class ColumnState:
    """How full a column is: rows with a value, of all rows."""

    name: str
    title: Text
    required: bool
    filled: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """One kind of thing that is wrong in a table.

    Attributes
    ----------
    check
        Id of the check.
    count
        Rows that it concerns.
    samples
        What is wrong with the first of them.
    """

    check: str
    column: str
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without any row between two that have some: [first, last]."""

    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class TableState:
    """The state of one table.

    Attributes
    ----------
    checked
        Rows that were held against the checks.
    share
        Filled cells of all cells, 0 to 1.
    from_day, to_day
        First and last day that its moments speak of and that has come.
    age_days
        Days since the last one; None where it speaks of no moment.
    gaps
        The longest stretches of days without rows, of tables that have rows on most days.
    """

    name: str
    title: Text
    group: Text
    rows: int
    checked: int
    share: float
    columns: tuple[ColumnState, ...]
    wrong: tuple[Wrong, ...]
    from_day: date | None
    to_day: date | None
    age_days: int | None
    stale: bool
    gaps: tuple[Gap, ...]

    @property
    def wrong_rows(self) -> int:
        """How many rows the checks name, all kinds together."""
        return sum(one.count for one in self.wrong)


def table_states(folder: Path, now: datetime) -> tuple[TableState, ...]:
    """Look at every table that has rows.

    Raises
    ------
    BadInput
        The folder is no workspace, or its records are of another version.
    """
    workspace = open_workspace(folder)
    engine = workspace.engine()
    if not is_current(engine):
        raise BadInput(
            "the records were made by another version; bring them up with: linghang upgrade {folder}", folder=folder
        )
    tables, zone = RecordTables(engine, workspace), ZoneInfo(workspace.time_zone)
    return tuple(_state(table.name, tables, now, zone) for table in described() if tables[table.name].num_rows)


def _state(name: str, tables: RecordTables, now: datetime, zone: ZoneInfo) -> TableState:
    table, rows = TABLES[name], tables[name]
    count = rows.num_rows
    columns = tuple(
        ColumnState(str(one.name), one.info["title"], not one.nullable, count - rows[one.name].null_count)
        for one in table.columns
    )
    days = _days(name, rows, now, zone)
    first, last = (min(days), max(days)) if len(days) else (None, None)
    today = now.astimezone(zone).date()
    age = None if last is None else (today - last).days
    looked = _looked_at(rows)
    return TableState(
        name,
        table.info["title"],
        table.info["group"],
        count,
        looked.num_rows,
        sum(one.filled for one in columns) / (count * len(columns)),
        columns,
        (*_duplicates(name, rows), *_wrong(name, looked, tables, now)),
        first,
        last,
        age,
        age is not None and age > _stale_after(days) and _flows(name),
        _gaps(days) if _flows(name) else (),
    )


def _looked_at(rows: pa.Table) -> pa.Table:
    if rows.num_rows <= CHECKED_ROWS:
        return rows
    half = CHECKED_ROWS // 2
    return pa.concat_tables([rows.slice(0, half), rows.slice(rows.num_rows - half)]).combine_chunks()


def _duplicates(name: str, rows: pa.Table) -> Iterator[Wrong]:
    """Rows of one key: the database forbids them, so this says that it did not."""
    keys = [whole(rows[one.name]) for one in TABLES[name].primary_key.columns]
    _, first = codes_of(keys)
    if len(first) < rows.num_rows:
        key = str(next(iter(TABLES[name].primary_key.columns)).name)
        yield Wrong(f"{name}.duplicate", key, rows.num_rows - len(first), ())


def _wrong(name: str, rows: pa.Table, tables: RecordTables, now: datetime) -> Iterator[Wrong]:
    """What the checks of the plant say of rows that are there; references are held against the records."""
    arrays = {called: whole(rows[called]) for called in rows.column_names}
    known: dict[str, pa.Array] = {}
    for column in TABLES[name].columns:
        for foreign in column.foreign_keys:
            target, _, key = foreign.target_fullname.partition(".")
            known[foreign.target_fullname] = pc.unique(tables[target][key])
    if name == "production_order":
        known["process_segment.product_id"] = pc.unique(tables["process_segment"]["product_id"])
    found: dict[tuple[str, str], list[str]] = {}
    for one in check_rows(name, arrays, known, now):
        said = found.setdefault((one.check, one.column), [])
        said.append(str(one) if len(said) < SAMPLES else "")
    for (check, where), said in found.items():
        yield Wrong(check, str(where), len(said), tuple(one for one in said if one))


def _flows(name: str) -> bool:
    """Whether a table grows as days go by: a moment or a day belongs to what every row has to say."""
    return any(
        one.info["kind"] in ("when", "day") and not one.nullable and not one.info["future"]
        for one in TABLES[name].columns
    ) and not any(one.name in ("valid_from", "go_live_on") for one in TABLES[name].columns)


def _days(name: str, rows: pa.Table, now: datetime, zone: ZoneInfo) -> "np.ndarray[Any, Any]":
    """The different days that have come and of which the first moment of every row speaks."""
    column = next(
        (
            one
            for nullable in (False, True)
            for one in TABLES[name].columns
            if one.info["kind"] in ("when", "day") and one.nullable is nullable and not one.info["future"]
        ),
        None,
    )
    if column is None:
        return np.empty(0, object)
    values = whole(rows[column.name]).drop_null()
    if column.info["kind"] == "when":
        values = values.cast(pa.timestamp("us", str(zone)))
        values = pc.local_timestamp(values).cast(pa.date32(), safe=False)
    days = pc.unique(values).to_pylist()
    today = now.astimezone(zone).date()
    if column.info["month"]:  # a row speaks of all of its month
        days = [min((one + timedelta(days=_MONTH_DAYS)).replace(day=1) - timedelta(days=1), today) for one in days]
    return np.array(sorted(one for one in days if one <= today), object)


def _stale_after(days: "np.ndarray[Any, Any]") -> float:
    """Days after which a table is called stale: what comes seldom, such as incidents, may stay away for longer."""
    steps = [(after - before).days for before, after in pairwise(days)]
    return max(float(STALE_DAYS), 3 * float(np.median(steps))) if steps else float("inf")


def _gaps(days: "np.ndarray[Any, Any]") -> tuple[Gap, ...]:
    """The longest gaps of a series: stretches three times as long as what is usual between two of its days, a week at
    least; nothing is said of a series with fewer than ten days (ours)."""
    if len(days) < 10:
        return ()
    steps = np.array([(after - before).days for before, after in pairwise(days)])
    usual = max(float(np.median(steps)), 1.0)
    limit = max(3 * usual, 7.0 if usual < _MONTH_DAYS - 3 else 2 * _MONTH_DAYS)
    found = [
        Gap(days[at] + timedelta(days=1), days[at + 1] - timedelta(days=1), int(steps[at]) - 1)
        for at in np.flatnonzero(steps > limit)
    ]
    return tuple(sorted(found, key=lambda one: -one.days)[:MOST_GAPS])


# --- what the gaps hold up ---


def quality_document(folder: Path, *, pack: str, now: datetime, as_of: date | None = None) -> dict[str, Any]:
    """Return the state of the records and what their gaps hold up, as JSON has it; kept until the workspace changes.

    Parameters
    ----------
    folder
        The workspace.
    pack
        Id of the pack whose indicators and elements need data.
    now
        The caller's clock (with a zone).
    as_of
        Day of judgement (else the plant's today).
    """
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)

    def made() -> dict[str, Any]:
        states = table_states(folder, now)
        assessed = assessed_document(folder, pack=pack, now=now, as_of=day)
        filled = {one.name for one in states}
        return dict(
            plain(
                {
                    "pack": pack,
                    "as_of": day,
                    "tables": [_table_document(one) for one in states],
                    "empty": [
                        {"name": one.name, "title": one.info["title"]} for one in described() if one.name not in filled
                    ],
                    "lacking": _lacking(assessed, {one.id: one.text for one in load_pack(pack).elements}),
                    "consistency": _consistency(folder, pack, now, day),
                }
            )
        )

    beside = files_state(folder / name for name in (APPLICATION, WAIVERS))  # what is accepted is no fault
    return kept(workspace, "quality", f"{load_pack(pack).digest} {day} {now.date()} {beside}", made)


def _table_document(one: TableState) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in one.__slots__}
    return said | {"wrong_rows": one.wrong_rows}


def _lacking(assessed: Mapping[str, Any], texts: Mapping[str, Text]) -> list[dict[str, Any]]:
    """What indicators and elements need of the records and do not find: need -> whom it holds up."""
    found: dict[str, dict[str, Any]] = {}

    def add(need: str, kind: str, id: str, title: Any) -> None:
        table = need.partition("#")[0].partition("@")[0].partition(".")[0]
        entry = found.setdefault(need, {"need": need, "table": table if table in TABLES else None, "holds_up": []})
        entry["said"] = say(need)
        if all(one["id"] != id for one in entry["holds_up"]):
            entry["holds_up"].append({"kind": kind, "id": id, "title": title})

    for one in assessed.get("indicators", ()):
        for need in one.get("needs", ()):
            code = need if isinstance(need, str) else need.get("code", "")
            add(code, "indicator", one["id"], _titled(one["id"]))
    for one in assessed.get("elements", ()):
        for need in one.get("needs", ()):
            if isinstance(need, str) and need.partition(".")[0].partition("@")[0] in TABLES:
                add(need, "element", one["id"], texts.get(one["id"]))
    return sorted(found.values(), key=lambda one: -len(one["holds_up"]))


def _titled(id: str) -> Text:
    """What an indicator is called."""
    choices: Mapping[str, Text] = TABLES["comparator"].c.indicator.info["choices"]
    return choices.get(id) or titled(id)


def _consistency(folder: Path, pack: str, now: datetime, day: date) -> list[dict[str, Any]]:
    """Remarks of the checks that concern records, those that nobody accepted."""
    found = check_consistency(folder, pack=pack, now=now, as_of=day, only=DATA_GROUPS)
    return [one.to_dict() for one in found.remarks]
