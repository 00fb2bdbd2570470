"""Stretches of time as arrays: when a machine ran, when control was in service, and what both have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches [start, end) in UTC microseconds: ascending, apart from each other.

    Attributes
    ----------
    start, end
        (n,)
    """

    start: Micros
    end: Micros

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int]], first: int, last: int) -> "Spans":
        """Cut stretches to [first, last), and join those that touch or overlap."""
        cut = sorted((max(a, first), min(b, last)) for a, b in rows if min(b, last) > max(a, first))
        joined: list[list[int]] = []
        for a, b in cut:
            if joined and a <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], b)
            else:
                joined.append([a, b])
        columns = np.array(joined, np.int64).reshape(-1, 2)
        return cls(columns[:, 0], columns[:, 1])

    @property
    def seconds(self) -> float:
        """How long together."""
        return float((self.end - self.start).sum()) / 1e6

    def both(self, other: "Spans") -> "Spans":
        """Return what lies in both."""
        edges = np.unique(np.concatenate([self.start, self.end, other.start, other.end]))
        if len(edges) < 2:
            return NONE
        inside = self.holds(edges[:-1]) & other.holds(edges[:-1])
        return Spans._of_edges(edges, inside)

    def without(self, other: "Spans") -> "Spans":
        """Return what lies in this one alone."""
        edges = np.unique(np.concatenate([self.start, self.end, other.start, other.end]))
        if len(edges) < 2:
            return NONE
        inside = self.holds(edges[:-1]) & ~other.holds(edges[:-1])
        return Spans._of_edges(edges, inside)

    def either(self, other: "Spans") -> "Spans":
        """Return what lies in one of them or in both."""
        edges = np.unique(np.concatenate([self.start, self.end, other.start, other.end]))
        if len(edges) < 2:
            return NONE
        inside = self.holds(edges[:-1]) | other.holds(edges[:-1])
        return Spans._of_edges(edges, inside)

    def holds(self, at: Micros) -> NDArray[np.bool_]:
        """Return (m,) whether each moment lies in a stretch."""
        place = np.searchsorted(self.start, at, side="right") - 1
        if len(self.start) == 0:
            return np.zeros(len(at), np.bool_)
        found: NDArray[np.bool_] = (place >= 0) & (at < self.end[np.maximum(place, 0)])
        return found

    @staticmethod
    def _of_edges(edges: Micros, inside: NDArray[np.bool_]) -> "Spans":
        pairs = zip(edges[:-1][inside].tolist(), edges[1:][inside].tolist(), strict=True)
        return Spans.of(pairs, int(edges[0]), int(edges[-1]))


NONE = Spans(np.empty(0, np.int64), np.empty(0, np.int64))


def spans_by(table: pa.Table, key: str, first: int, last: int, **wanted: object) -> dict[str, Spans]:
    """Return the stretches of a table of the records by a column: those whose other columns have the wanted values.

    A row without its key, its start or the wanted value is left out; one without an end lasts to `last`.
    """
    if table.num_rows == 0:
        return {}
    names = [key, "start", "end", *wanted]
    columns = {name: _plain(table[name]) for name in names}
    rows: dict[str, list[tuple[int, int]]] = {}
    for place, owner in enumerate(columns[key]):
        start, end = columns["start"][place], columns["end"][place]
        if owner is None or start is None or any(columns[name][place] != value for name, value in wanted.items()):
            continue
        if start < last and (end is None or end > first):
            rows.setdefault(owner, []).append((start, last if end is None else end))
    return {owner: Spans.of(found, first, last) for owner, found in rows.items()}


def _plain(column: pa.ChunkedArray) -> list[Any]:
    found: list[Any] = (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()
    return found
