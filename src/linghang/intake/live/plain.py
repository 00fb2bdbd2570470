"""From messages in JSON and Arrow to points: every message stands for itself."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linghang.intake.live.batch import NOBODY, Arrived, Batch, Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.payloads import Block, Point, TagFrom, encoded, named, read_arrow, read_json
from linghang.store.telemetry.points import TagKind
from linghang.words import tr

MOST_REMEMBERED = 10_000
"""Topics whose last list of names is remembered (ours)."""


class PlainReader:
    """Reads the messages of one connection.

    Parameters
    ----------
    name
        Of the connection.
    form, tag_from
        What the messages are, and how their tags are named.
    tags
        Numbers of tags and texts.
    counters, rarely
        Of the connection.

    Attributes
    ----------
    commands
        Nothing is ever said in return.
    """

    def __init__(
        self,
        name: str,
        form: Literal["json", "arrow"],
        tag_from: TagFrom,
        tags: Tags,
        counters: Counters,
        rarely: Rarely,
    ) -> None:
        self.name, self.commands = name, list[tuple[str, bytes]]()
        self._form, self._tag_from = form, tag_from
        self._tags, self._counters, self._rarely = tags, counters, rarely
        self._names: dict[tuple[str, TagKind], tuple[Any, NDArray[np.int32]]] = {}

    def read(self, arrived: Arrived, _now_s: float, batch: Batch) -> None:
        """Take one message; its points go into `batch`.

        Raises
        ------
        BadInput
            Nothing in it can be used.
        Stopped
            The store has no space, and the connector has to stop.
        """
        topic = arrived.topic
        if self._form == "json":
            said = read_json(topic, arrived.raw, arrived.at_us, self._tag_from)
        else:
            said = read_arrow(arrived.raw, arrived.at_us)
        for point in said.points:
            self._add(point, batch)
        for block in said.blocks:
            values = block.values
            if block.words:
                numbers = np.array([*self._tags.texts(block.words), np.nan])  # NaN for rows without a text
                values = numbers[np.where(np.isnan(values), -1, values).astype(np.int64)]
            batch.add(self._numbers(topic, block), block.at_us, values, block.quality)
        if said.problem is not None:
            self._counters.add("bad_messages")
            text = tr(
                "{name}: {topic}: a part of the message was left out: {problem}",
                name=self.name,
                topic=topic,
                problem=said.problem,
            )
            self._rarely(("part", topic), "warning", text)

    def tick(self, _arrived_us: int, _now_s: float, _batch: Batch) -> None:
        """Nothing here waits for anything."""

    def resume(self, _kept: bool) -> None:
        """Nothing here depends on earlier messages."""

    def save(self) -> None:
        """Nothing here has to be kept."""

    def _add(self, point: Point, batch: Batch) -> None:
        value = point.value
        if isinstance(value, str):
            number, kind = float(self._tags.texts([value])[0]), TagKind.TEXT
        elif value is None:
            number, kind = float("nan"), self._tags.kind_of(point.address) or TagKind.NUMBER
        else:
            number, kind = float(value), TagKind.FLAG if isinstance(value, bool) else TagKind.NUMBER
        batch.add_one(self._tags.number(point.address, kind), point.at_us, number, point.quality)

    def _numbers(self, topic: str, block: Block) -> NDArray[np.int32]:
        """Return the numbers of a block's tags; the same names as in the message before are not looked up again."""
        if block.names is None:
            return np.full(len(block.at_us), self._tags.number(topic, block.kind), dtype=np.int32)
        before = self._names.get((topic, block.kind))
        if before is not None and before[0].equals(block.names):
            return before[1]
        words, which = encoded(block.names)
        names = [named(topic, one or "", self._tag_from) for one in words.to_pylist()]
        numbers = np.append(self._tags.numbers(names, block.kind), np.int32(NOBODY))[which]
        if len(self._names) >= MOST_REMEMBERED:
            self._names.clear()
        self._names[topic, block.kind] = (block.names, numbers)
        return numbers
