"""Drafts checked together: by the plant's checks, against each other and against the records that are there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linghang.intake.draft import Draft
from linghang.intake.grouping import codes_of
from linghang.intake.sheet import MAX_SHOWN, ImportProblem, Problems
from linghang.plant.columns import ARROW_TYPES
from linghang.plant.finding import circular, overlapping
from linghang.plant.problem import Problem, Rows
from linghang.plant.records import CHECKS, check_rows
from linghang.plant.tables import TABLES
from linghang.words import later

Known = dict[str, pa.Array]
Columns = dict[str, pa.Array]

ALSO_KNOWN: Mapping[str, tuple[str, ...]] = {"production_order": ("process_segment.product_id",)}
"""Table -> columns of others, beyond its references, that its checks ask for."""

KEYS_PER_QUERY = 500
READ_ALL_ABOVE = 20_000
"""With more keys to look up than this, all keys of the table are read instead."""


def check_drafts(
    drafts: Sequence[Draft], connection: sa.Connection, now: datetime | None, zone: str, problems: Problems
) -> None:
    """Name everything that is wrong with drafts, table by table, in the order of rows.

    Parameters
    ----------
    drafts
        The whole set: references may go from any of them to any other.
    connection
        Where the records are.
    now
        What may not lie in the future is compared to it; not checked where it is None.
    zone
        Zone that times are said in.
    problems
        Takes what is found.
    """
    for name in TABLES:
        own = [one for one in drafts if one.table.name == name]
        if own:
            found, more = _check_table(own, drafts, connection, now, ZoneInfo(zone))
            problems.extend(found)
            problems.count += more


def _check_table(
    own: Sequence[Draft], drafts: Sequence[Draft], connection: sa.Connection, now: datetime | None, zone: ZoneInfo
) -> tuple[list[ImportProblem], int]:
    table = own[0].table
    columns = _together(own)
    places = _Places(own, zone)
    found: list[tuple[int, ImportProblem]] = []
    for number, draft in enumerate(own):
        found += [(number, problem) for problem in draft.problems]
        found += [(number, problem) for problem in _missing(draft)]
    known = _known(table, columns, drafts, connection)
    problems = [one for one in check_rows(table.name, columns, known, now) if one.check != "column.name"]
    counted = [problem for problem in problems if problem.row is not None and places.counts(problem)]
    found += places.located(counted[:MAX_SHOWN])
    more = len(counted[MAX_SHOWN:]) + sum(draft.more for draft in own)
    seen = {(one.row, one.check) for one in problems}
    found += _against_records(table, columns, known, connection, places, seen)
    found.sort(key=lambda one: (one[0], one[1].row or 0, -1 if one[1].place is None else one[1].place))
    return [problem for _, problem in found], more


def _together(own: Sequence[Draft]) -> Columns:
    """Columns of all drafts of a table, one after the other; what a draft does not have is null."""
    if len(own) == 1:
        return own[0].arrays
    names = dict.fromkeys(name for draft in own for name in draft.arrays)
    kinds = {name: ARROW_TYPES[own[0].table.columns[name].info["kind"]] for name in names}
    return {
        name: pa.concat_arrays([draft.arrays.get(name, pa.nulls(len(draft), kinds[name])) for draft in own])
        for name in names
    }


def _missing(draft: Draft) -> Iterator[ImportProblem]:
    for column in draft.table.columns:
        if not column.nullable and column.name not in draft.arrays:
            shown = {"title": column.info["title"], "name": column.name}
            yield draft.problem(later("the column {title} ({name}) is missing"), shown, None, column.name)


class _Places:
    """Which draft, and which row of it, a row of the whole table is."""

    def __init__(self, own: Sequence[Draft], zone: ZoneInfo) -> None:
        self.own = own
        self.zone = zone
        self.starts = np.cumsum([0, *(len(one) for one in own)])

    def of(self, row: int) -> tuple[int, int]:
        number = int(np.searchsorted(self.starts, row, side="right")) - 1
        return number, row - int(self.starts[number])

    def counts(self, one: Problem) -> bool:
        """Whether a problem is news: not of a cell that could not be read, or of a column that is missing."""
        number, row = self.of(int(one.row or 0))
        draft = self.own[number]
        refused = draft.refused.get(one.column)
        return one.column in draft.arrays and (refused is None or not refused[row])

    def located(self, problems: Sequence[Problem]) -> Iterator[tuple[int, ImportProblem]]:
        """Give every problem its place."""
        for one in problems:
            number, row = self.of(int(one.row or 0))
            yield number, self.own[number].problem(*self._said(one), row, one.column)

    def here(self, values: Mapping[str, object]) -> dict[str, object]:
        """Say moments in the plant's time."""
        return {
            name: value.astimezone(self.zone).isoformat(sep=" ") if isinstance(value, datetime) else value
            for name, value in values.items()
        }

    def _said(self, one: Problem) -> tuple[str, Mapping[str, object]]:
        if not one.check.endswith(".duplicate") or "first" not in one.values:
            return one.message, self.here(one.values)
        number, row = self.of(int(str(one.values["first"])))
        first = self.own[number].problem("", {}, row, None).where()
        message = later("{key} stands here a second time (first: {place_before}); a row is known by its key")
        return message, {"key": one.values["key"], "place_before": first}


def _known(table: "sa.Table", columns: Columns, drafts: Sequence[Draft], connection: sa.Connection) -> Known:
    """Keys that the table may refer to: those of the drafts and those of the records."""
    asked_by: dict[str, list[str]] = {}
    for name in columns:
        for foreign in table.columns[name].foreign_keys:
            asked_by.setdefault(foreign.target_fullname, []).append(name)
    for target in ALSO_KNOWN.get(table.name, ()):
        asked_by.setdefault(target, []).append(target.partition(".")[2])
    return {
        target: _keys(target, [columns[name] for name in names if name in columns], drafts, connection)
        for target, names in asked_by.items()
    }


def _keys(target: str, wanted: Sequence[pa.Array], drafts: Sequence[Draft], connection: sa.Connection) -> pa.Array:
    table, _, name = target.partition(".")
    given = [one.arrays[name].drop_null() for one in drafts if one.table.name == table and name in one.arrays]
    here = pc.unique(pa.concat_arrays([pa.array([], pa.string()), *given]))
    asked = pc.unique(pa.concat_arrays([pa.array([], pa.string()), *wanted])).drop_null()
    missing = asked.filter(pc.invert(pc.is_in(asked, value_set=here)))
    if not len(missing):
        return here
    column = TABLES[table].columns[name]
    found: list[str] = []
    if len(missing) > READ_ALL_ABOVE:
        found = [row[0] for row in connection.execute(sa.select(column).distinct())]
    else:
        keys = missing.to_pylist()
        for start in range(0, len(keys), KEYS_PER_QUERY):
            chosen = sa.select(column).distinct().where(column.in_(keys[start : start + KEYS_PER_QUERY]))
            found += [row[0] for row in connection.execute(chosen)]
    return pa.concat_arrays([here, pa.array(found, pa.string())])


def _against_records(
    table: "sa.Table",
    columns: Columns,
    known: Known,
    connection: sa.Connection,
    places: _Places,
    seen: set[tuple[int | None, str]],
) -> Iterator[tuple[int, ImportProblem]]:
    """Run the checks that look across rows over the drafts and the records that they meet."""
    count = int(places.starts[-1])
    for check in CHECKS.get(table.name, ()):
        if check.find not in (overlapping, circular) or not set(check.columns) <= set(columns):
            continue
        there = _records(table, check.columns, columns, connection, every=check.find is circular)
        if not len(there[check.columns[0]]):
            continue
        both = {name: pa.concat_arrays([columns[name], there[name]]) for name in there}
        for one in check.problems(Rows(table, both, known, None)):
            row = int(one.row or 0)
            if row < count and (row, one.check) not in seen:
                yield from places.located([one])
            elif row >= count:
                message = later("does not go with a record that is there already: {said}")
                said = replace(one, values=places.here(one.values))
                yield 0, places.own[0].problem(message, {"said": said}, None, one.column)


def _records(
    table: "sa.Table", names: Sequence[str], columns: Columns, connection: sa.Connection, *, every: bool
) -> Columns:
    """Read records that the drafts meet and do not replace, as columns."""
    keys = [column.name for column in table.primary_key.columns]
    chosen = list(dict.fromkeys([*names, *keys]))
    query = sa.select(*(table.c[name] for name in chosen))
    if every:
        rows = [tuple(row) for row in connection.execute(query)]
    else:
        rows = list(_meeting(query, table, names, columns, connection))
    arrays = {
        name: pa.array([row[at] for row in rows], ARROW_TYPES[table.c[name].info["kind"]])
        for at, name in enumerate(chosen)
    }
    if not rows:
        return {name: arrays[name] for name in names}
    both = [pa.concat_arrays([columns[key], arrays[key]]) for key in keys]
    codes, _ = codes_of(both)
    new = len(columns[keys[0]])
    kept = pa.array(np.flatnonzero(~np.isin(codes[new:], codes[:new])))
    return {name: arrays[name].take(kept) for name in names}


def _meeting(
    query: "sa.Select[Any]", table: "sa.Table", names: Sequence[str], columns: Columns, connection: sa.Connection
) -> Iterator[tuple[Any, ...]]:
    """Read the stretches of the same keys that end after the first of the new ones begins."""
    key, start, end = names
    first = pc.min(columns[start]).as_py()
    last = pc.max(columns[end]).as_py()
    if first is None:
        return
    open_end = columns[end].null_count > 0 or last is None
    owners = pc.unique(columns[key]).drop_null().to_pylist()
    for begin in range(0, len(owners), KEYS_PER_QUERY):
        chosen = query.where(table.c[key].in_(owners[begin : begin + KEYS_PER_QUERY]))
        chosen = chosen.where(sa.or_(table.c[end].is_(None), table.c[end] > first))
        if not open_end:
            chosen = chosen.where(table.c[start] < last)
        for row in connection.execute(chosen):
            yield tuple(row)
