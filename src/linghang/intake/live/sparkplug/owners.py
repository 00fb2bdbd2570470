"""What a birth told of a node or a device, ready for its data."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linghang.intake.live.batch import NOBODY
from linghang.intake.live.sparkplug.columns import Columns, Key, Layout
from linghang.intake.live.sparkplug.datatypes import TEXTS, WHOLE, DataType
from linghang.intake.live.sparkplug.payload import Metric
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import TagKind

CONTROLS = ("Node Control/", "Device Control/")
"""Metrics of the protocol itself, beside bdSeq: they steer the node and are no telemetry."""


def kind_of(datatype: int | None) -> TagKind | None:
    """Return what the values of a type are in the store, None where they are not kept there."""
    if datatype in WHOLE or datatype in (DataType.FLOAT, DataType.DOUBLE):
        return TagKind.NUMBER
    if datatype == DataType.BOOLEAN:
        return TagKind.FLAG
    return TagKind.TEXT if datatype in TEXTS else None


class Owner:
    """The metrics of a node or a device by its birth, with their last values.

    Parameters
    ----------
    path
        spBv1.0/group/node or spBv1.0/group/node/device.
    metrics
        Of the birth.
    born_ms
        When the birth was sent, milliseconds since 1970 in UTC, where it says so.

    Attributes
    ----------
    names
        Of the metrics that are looked at, row by row; those of the protocol itself are left out.
    kinds
        What their values are; None for those that are not kept.
    rows
        Row of each metric by alias and by name; -1 for those of the protocol itself.
    types
        Type of each metric by alias and by name.
    tag_and_nobody
        int32, number of each row in the store, `NOBODY` where it is not kept, and in the end for row -1.
    layout, layout_rows
        Of the last message that had one, and the rows of its metrics.
    hints
        What the birth says of its metrics beside their values.
    last, last_us
        Last value and its moment; NaN and 0 before any.
    """

    def __init__(self, path: str, metrics: Sequence[Metric], born_ms: int | None = None) -> None:
        self.path, self.born_ms = path, born_ms
        self.names: list[str] = []
        self.kinds: list[TagKind | None] = []
        self.rows: dict[Key | None, int] = {}
        self.types: dict[Key, int] = {}
        self.signature = tuple((one.name, one.alias, one.datatype) for one in metrics)
        for one in metrics:
            if one.name is None:
                continue
            row = NOBODY
            if one.name != "bdSeq" and not one.name.startswith(CONTROLS):
                row = len(self.names)
                self.names.append(one.name)
                self.kinds.append(kind_of(one.datatype))
            for key in (one.name, one.alias):
                if key is not None:
                    self.rows[key] = row
                    if one.datatype is not None:
                        self.types[key] = one.datatype
        self.is_text: NDArray[np.bool_] = np.array([kind == TagKind.TEXT for kind in self.kinds], dtype=np.bool_)
        self.has_text = bool(self.is_text.any())
        self.tag_and_nobody = np.full(len(self.names) + 1, NOBODY, dtype=np.int32)
        self.layout: Layout | None = None
        self.layout_rows: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.hints: tuple[TagHint, ...] = ()
        self.last = np.full(len(self.names), np.nan)
        self.last_us = np.zeros(len(self.names), dtype=np.int64)

    def address(self, row: int) -> str:
        """Return the name of a row's tag within the connection."""
        return f"{self.path}/{self.names[row]}"

    def rows_of(self, kind: TagKind) -> list[int]:
        """Return the rows whose values are of a kind."""
        return [row for row, one in enumerate(self.kinds) if one == kind]

    def inherit(self, before: "Owner") -> None:
        """Take over the last values that an earlier birth's data left, where the metrics are the same."""
        if before.signature == self.signature:
            self.last, self.last_us = before.last, before.last_us

    def place(self, found: Columns) -> tuple[NDArray[np.int64], int]:
        """Return the row of each metric of a message, `NOBODY` where the birth has none, and how many those are."""
        if found.layout is not None and found.layout is self.layout:
            return self.layout_rows, 0
        places = list(map(self.rows.get, found.keys))
        unknown = places.count(None)
        rows = np.array([NOBODY if one is None else one for one in places], dtype=np.int64)
        if found.layout is not None and not unknown:
            self.layout, self.layout_rows = found.layout, rows
        return rows, unknown
