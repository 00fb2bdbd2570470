"""Reading telemetry: any number of readers, in any process, beside the writer. Each question gets a view of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.store.telemetry import recovery, rollups, sums, view
from linghang.store.telemetry.inventory import state_of
from linghang.store.telemetry.manifest import Manifest
from linghang.store.telemetry.moments import Moment, microseconds
from linghang.store.telemetry.points import END_US, FIRST_US, Points, TagKind
from linghang.store.telemetry.registry import Registry
from linghang.store.telemetry.relation import Relation
from linghang.store.telemetry.source import Asked
from linghang.store.telemetry.state import NEVER, NOT_YET, TagState
from linghang.store.telemetry.sums import Sums
from linghang.store.telemetry.view import Files, Tail, View


class TelemetryReader:
    """Answers questions about the points of a store. Safe to use from several threads.

    Parameters
    ----------
    folder
        Of the store.

    Raises
    ------
    BadInput
        There is no store, it is damaged, or a newer version made it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._manifest = Manifest(folder, writes=False)
        self._registry = Registry(self._manifest)
        self._tail, self._files = Tail(folder), Files(folder)

    def __enter__(self) -> "TelemetryReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._manifest.close()

    # --- questions ---

    def tags(self) -> pa.Table:
        """Return all tags.

        Returns
        -------
        pyarrow.Table
            tag (int32), name, kind (number, flag or text), first_us and last_us (UTC microseconds of the first point
            that is kept and of the last one that ever came; null without any), points (how many are kept; one that
            came twice counts twice until it is merged).
        """
        state, retained, _ = self._state(None)
        none = state.points == 0
        first = pa.array(np.maximum(state.first_us, retained), mask=none | (state.first_us == NOT_YET))
        last = pa.array(state.last_us, mask=state.last_us == NEVER)
        count = len(state)
        names, kinds = self._registry.names[:count], [kind.value for kind in self._registry.kinds[:count]]
        columns = {"tag": np.arange(count, dtype=np.int32), "name": pa.array(names, pa.string())}
        columns |= {"kind": pa.array(kinds, pa.string()), "first_us": first, "last_us": last, "points": state.points}
        return pa.table(columns)

    def texts(self) -> Sequence[str]:
        """Return the texts that values of text tags stand for; the value is the place in this sequence."""
        with self._lock:
            self._registry.refresh()
            return tuple(self._registry.texts)

    def points(self, names: Sequence[str] | None, start: Moment | None = None, end: Moment | None = None) -> pa.Table:
        """Return points as they came.

        Parameters
        ----------
        names
            Of the tags; None for all.
        start, end
            From which moment on, and before which; None where there is no limit.

        Returns
        -------
        pyarrow.Table
            tag (int32), name (dictionary of strings), at (UTC), value, quality; sorted by tag and moment. Of points
            with the same tag and moment, the one written last.

        Raises
        ------
        BadInput
            No such tag, or a file is damaged (which, and where).
        """
        with self._look() as seen:
            asked = self._asked(names, start, end)
            found = Points.joined([block for part in seen.parts(asked) for block in part.points()])
        if asked.tags is None or len(asked.tags) > 1:
            found = found.taken(np.argsort(found.tag, kind="stable"))
        return self._named(found.table())

    def means(self, names: Sequence[str], start: Moment | None, end: Moment | None, every_s: int) -> pa.Table:
        """Return means, least and greatest values of intervals, from roll-ups where they serve.

        Parameters
        ----------
        names
            Of the tags, no text tags.
        start, end
            Intervals are whole: all that touch this stretch.
        every_s
            Length of an interval in seconds; they begin at whole multiples of it since 1970-01-01 UTC.

        Returns
        -------
        pyarrow.Table
            tag, name, at (UTC), mean, low, high, count; sorted by tag and moment. What counts: see `sums`. Points
            from before the retained time count as far as there are roll-ups of them.

        Raises
        ------
        BadInput
            No such tag, a tag of texts, an interval without length, or a file is damaged.
        """
        if every_s < 1:
            raise BadInput("an interval of {every_s} s; it has to be 1 s or more", every_s=every_s)
        with self._look() as seen:
            tags, kinds = self._registry.numbers_of(names), self._registry.kinds
            if texts := [tag for tag in tags.tolist() if kinds[tag] is TagKind.TEXT]:
                name = self._registry.names[texts[0]]
                raise BadInput("“{name}” has texts as values; there is no mean of them", name=name)
            every_us = every_s * rollups.SECOND_US
            first_us, end_us = _us(start, FIRST_US), _us(end, END_US)
            first_us, end_us = first_us - first_us % every_us, end_us + -end_us % every_us
            wide = Asked(tags, max(first_us, FIRST_US), min(end_us, END_US))
            found = [part for part in self._summed(seen, wide, tags, every_s) if len(part)]
        return self._named(sums.sorted_again(found, every_us).table())

    def last(self, names: Sequence[str] | None = None) -> pa.Table:
        """Return the last point of each tag, by its moment; of text tags and others alike.

        Returns
        -------
        pyarrow.Table
            As `points`; tags without a point have no row. A last point stays known when older ones are retired.

        Raises
        ------
        BadInput
            No such tag.
        """
        state, _, tags = self._state(names)
        return self._named(state.known(tags).table())

    def relation(
        self, names: Sequence[str] | None = None, start: Moment | None = None, end: Moment | None = None
    ) -> Relation:
        """Return the files and the end of the write-ahead log for DuckDB, Ibis or Spark; close it after use.

        Raises
        ------
        BadInput
            No such tag.
        """
        seen = self._look()
        try:
            return Relation(seen, self._asked(names, start, end))
        except BaseException:
            seen.close()
            raise

    def damage(self) -> list[BadInput]:
        """Look at every byte that holds points and return file and place of what is damaged."""
        return list(recovery.damage(self._folder, self._manifest))

    # --- how ---

    def _look(self) -> View:
        with self._lock:
            seen = view.look(self._folder, self._manifest, self._tail, self._files)
            self._registry.refresh()
            return seen

    def _asked(self, names: Sequence[str] | None, start: Moment | None, end: Moment | None) -> Asked:
        tags = None if names is None else self._registry.numbers_of(names)
        return Asked(tags, _us(start, FIRST_US), _us(end, END_US))

    def _state(self, names: Sequence[str] | None) -> tuple[TagState, int, NDArray[np.int32] | None]:
        """Return the present state (of these tags at least), the moment that points are retained from, and the tags."""
        while True:
            with self._look() as seen:
                through, packed = self._manifest.state()
                if through != seen.standing.through_seq:  # something was sealed in between
                    continue
                tags = None if names is None else self._registry.numbers_of(names)
                state, retained = state_of(packed).copy(len(self._registry)), seen.standing.retained_us
                state.fold(seen.tail_sorted(Asked(tags, retained)))
                return state, retained, tags

    def _summed(self, seen: View, asked: Asked, tags: NDArray[np.int32], every_s: int) -> Iterator[Sums]:
        """Yield sums of parts of what is asked for; none of it twice."""
        level = rollups.level_for(every_s)
        held = {} if level is None else seen.rollups(asked)
        for part in seen.parts(asked):
            if (rollup := held.pop(part.volume, None)) is None or level is None:
                yield from _of_points(part.points(), every_s)
                continue
            newer = [np.unique(block.tag) for block in part.newer()]
            itself = np.unique(np.concatenate([np.empty(0, np.int32), *newer]))
            rest = np.setdiff1d(tags, itself)
            yield (found := rollups.read(self._files.rollup(rollup), level, replace(part.asked, tags=rest)))
            if not rollup.complete:
                itself = np.union1d(itself, np.setdiff1d(rest, found.tag))
            if len(itself):
                yield from _of_points(part.points(itself), every_s)
        if level is not None:
            for rollup in held.values():  # of retired points
                yield rollups.read(self._files.rollup(rollup), level, asked)

    def _named(self, table: pa.Table) -> pa.Table:
        """Put the tags' names beside their numbers."""
        tags, places = np.unique(table.column("tag").to_numpy(), return_inverse=True)
        names = pa.array([self._registry.names[tag] for tag in tags.tolist()], pa.string())
        return table.add_column(1, "name", pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), names))


def _of_points(blocks: Iterator[Points], every_s: int) -> Iterator[Sums]:
    return (sums.of_points(block, every_s * rollups.SECOND_US) for block in blocks)


def _us(moment: Moment | None, otherwise: int) -> int:
    return otherwise if moment is None else microseconds(moment)
