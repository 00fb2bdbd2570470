"""Early warning on points as they come: the events of the run, in constant memory for each machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linghang.engines.contract import Event
from linghang.engines.equipment.monitoring_states import WORDS, state_of, states_of_values
from linghang.engines.equipment.warning_detector import Floats
from linghang.engines.equipment.warning_samples import Micros
from linghang.engines.equipment.warning_sources import Changes, Machine, Ready


@dataclass
class WarningStream:
    """Key machines under watch as their points come.

    Memory does not grow with the points: a machine keeps its model, its weighted means, the sums of the open interval
    and at most the training days' worth of recent samples.
    Points of the newest moment wait until a later one comes, so that a state counts from its own moment on however the
    points are cut into batches.
    """

    ready: tuple[Ready, ...]
    texts: Mapping[str, Sequence[str]]
    _waiting: pa.Table | None = None

    def update(self, batch: pa.Table) -> Sequence[Event]:
        """Take points (tag_id, at, value, good), oldest first; return what happened, in the order of time.

        A state signal may say its word: in a text column `value` or in a column `text`; as a number it is the place in
        the texts of the signal.
        """
        table = batch if self._waiting is None else pa.concat_tables([self._waiting, batch], promote_options="default")
        if not table.num_rows:
            return []
        at = table["at"].cast(pa.int64()).to_numpy()
        now = int(at.max())
        self._waiting = table.filter(pa.array(at == now))
        points = _Batch.of(table.filter(pa.array(at < now)))
        events = [event for one in self.ready for event in self._machine(one, points, now)]
        return sorted(events, key=lambda event: (event.at, event.subject))

    def _machine(self, one: Ready, points: "_Batch", now_us: int) -> list[Event]:
        machine = one.machine
        columns = {sensor.tag_id: column for column, sensor in enumerate(machine.sensors)}
        at, column, value = points.of_sensors(columns)
        changes = points.changes(machine, self.texts.get(machine.equipment_id, ()))
        return one.watch.take(one.sampler.take(at, column, value, changes, now_us))


@dataclass(frozen=True)
class _Batch:
    """Points of a batch, oldest first."""

    tag: NDArray[np.object_]
    at: Micros
    value: Floats
    text: list[str | None]

    @classmethod
    def of(cls, table: pa.Table) -> "_Batch":
        at = table["at"].cast(pa.int64()).to_numpy()
        order = np.argsort(at, kind="stable")
        table, at = table.take(order), at[order]
        said = "text" if "text" in table.column_names else "value"
        is_text = pa.types.is_string(table[said].type) or pa.types.is_large_string(table[said].type)
        text = table[said].to_pylist() if is_text else [None] * len(at)
        numeric = not (is_text and said == "value")
        value = (
            np.array(table["value"].cast(pa.float64()).to_numpy(zero_copy_only=False), float)
            if numeric
            else np.array([_number(one) for one in text], float)
        )
        if "good" in table.column_names:
            value[~np.array(table["good"].fill_null(False).to_numpy(zero_copy_only=False), bool)] = np.nan
        return cls(np.array(table["tag_id"].to_pylist(), object), at, value, text)

    def of_sensors(self, columns: Mapping[str, int]) -> tuple[Micros, NDArray[np.int64], Floats]:
        column = np.array([columns.get(one, -1) for one in self.tag], np.int64)
        own = column >= 0
        return self.at[own], column[own], self.value[own]

    def changes(self, machine: Machine, texts: Sequence[str]) -> Changes:
        if machine.state is None:
            return np.empty(0, np.int64), np.empty(0, np.int8)
        own = np.flatnonzero(self.tag == machine.state.tag_id)
        state = states_of_values(self.value[own], machine.state.kind, texts, WORDS)
        for place, point in enumerate(own):
            word = self.text[point]
            if word is not None and machine.state.kind == "text":
                state[place] = state_of(word, WORDS)
        return self.at[own], state


def _number(word: str | None) -> float:
    try:
        return float(word) if word is not None else np.nan
    except ValueError:
        return np.nan
