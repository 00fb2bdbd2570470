"""The rows that an indicator was computed from: which tables, which of their rows, and the rows themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from linghang.errors import NotThere, nearest
from linghang.usecases.record_pages import Rows, rows

Kind = Literal["day", "moment", "stretch"]

DATED: Mapping[str, tuple[Kind, str, str]] = {
    "apc_period": ("stretch", "start", "end"),
    "emission": ("stretch", "start", "end"),
    "equipment_state": ("stretch", "start", "end"),
    "finance_month": ("day", "month", "month"),
    "headcount_month": ("day", "month", "month"),
    "inspection": ("moment", "at", "at"),
    "job_response": ("stretch", "start", "end"),
    "meter_reading": ("stretch", "start", "end"),
    "model_call": ("moment", "at", "at"),
    "output_month": ("day", "month", "month"),
    "purchase_order_line": ("day", "promised_on", "promised_on"),
    "rnd_project": ("day", "released_on", "released_on"),
    "sales_order_line": ("day", "due_on", "due_on"),
    "stock_snapshot": ("day", "day", "day"),
    "waste_month": ("day", "month", "month"),
    "work_hours": ("day", "day", "day"),
}
"""By which columns the rows of a table belong to a period. Tables that are not here are looked up whole: what stands in
them (equipment, products, meters) or what belongs to rows of another table (receipts to purchase lines)."""


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Rows of one table that went into an indicator.

    Attributes
    ----------
    used
        How many rows the computation counted, in both periods together.
    where
        Filters that show them, as `linghang.usecases.record_pages.rows` takes them; of a table that is looked up whole
        there are none.
    """

    table: str
    used: int
    where: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The rows as JSON has them."""
        return {"table": self.table, "used": self.used, "where": list(self.where)}


def rows_read(indicator: Mapping[str, Any]) -> tuple[RowsRead, ...]:
    """Say which rows an indicator of an assessment was computed from.

    Parameters
    ----------
    indicator
        One of `indicators` of an assessment's document, with its lineage.
    """
    lineage = indicator["lineage"]
    period, baseline = lineage["period"], lineage["baseline"]
    start = min(one["start"] for one in (period, baseline) if one)
    first, last = date.fromisoformat(start), date.fromisoformat(period["end"]) - timedelta(1)
    return tuple(RowsRead(name, used, _where(name, first, last)) for name, used in lineage["tables"])


def page_of_rows(
    folder: Path, read: Sequence[RowsRead], table: str, *, offset: int = 0, limit: int = 100
) -> tuple[Rows, RowsRead]:
    """Return a page of the rows of one of the tables.

    Raises
    ------
    NotThere
        The indicator does not read this table.
    """
    found = next((one for one in read if one.table == table), None)
    if found is None:
        near = nearest(table, [one.table for one in read])
        raise NotThere("the indicator does not read {table}; {near}", table=table, near=near)
    return rows(folder, table, offset=offset, limit=limit, where=found.where), found


def _where(table: str, first: date, last: date) -> tuple[str, ...]:
    if table not in DATED:
        return ()
    kind, begins, ends = DATED[table]
    if kind == "day":
        return f"{begins}:from:{first}", f"{begins}:to:{last}"
    before = f"{begins}:to:{last}T23:59:59.999999"
    if kind == "moment":
        return f"{begins}:from:{first}T00:00:00", before
    return f"{ends}:from:{first}T00:00:00", before
