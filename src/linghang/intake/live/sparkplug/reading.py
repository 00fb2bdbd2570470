"""From Sparkplug messages to points: births name the metrics, data fill them, deaths make them stale."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.intake.live.batch import NOBODY, Arrived, Batch, Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.sparkplug.births import Births
from linghang.intake.live.sparkplug.codec import decode, encode
from linghang.intake.live.sparkplug.columns import Columns, Key, columns, pieces
from linghang.intake.live.sparkplug.datatypes import DataType
from linghang.intake.live.sparkplug.owners import Owner
from linghang.intake.live.sparkplug.payload import Metric, Payload
from linghang.intake.live.sparkplug.session import Message, Outcome, Rules, Session, Step
from linghang.intake.live.sparkplug.topics import Topic, topic_of
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import END_US, Quality, TagKind
from linghang.words import tr

REBIRTH = "Node Control/Rebirth"
JUMP_MS = 5000
"""A message that was sent so much before the one before it tells of a clock that was set back (ours)."""
_LAST_MS = END_US // 1000


class _Content(NamedTuple):
    raw: bytes
    arrived_us: int
    payload: Any


class SparkplugReader:
    """Reads the messages of one connection.

    Parameters
    ----------
    name
        Of the connection.
    tags
        Numbers of tags and texts.
    births
        Where valid births are kept.
    counters, rarely
        Of the connection.
    on_hints
        Told what births say of their metrics.
    rules
        Settings of the session.

    Attributes
    ----------
    commands
        Topics and payloads to publish; whoever does takes them out.
    """

    def __init__(
        self,
        name: str,
        tags: Tags,
        births: Births,
        counters: Counters,
        rarely: Rarely,
        on_hints: Callable[[Sequence[TagHint]], None] | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.name, self.commands = name, list[tuple[str, bytes]]()
        self._tags, self._births, self._counters, self._rarely = tags, births, counters, rarely
        self._on_hints, self._session = on_hints, Session(rules)
        self._owners: dict[str, Owner] = {}
        self._sent_ms: dict[str, int] = {}
        for topic, raw in births.load():
            payload = decode(raw)
            self._session.restore(topic, payload.bd_seq)
            self._learn(topic, payload)

    def read(self, arrived: Arrived, now_s: float, batch: Batch) -> None:
        """Take one message; its points, and those of messages that waited for it, go into `batch`.

        Parameters
        ----------
        arrived
            The message.
        now_s
            Now, seconds of a clock that only goes forward.

        Raises
        ------
        BadInput
            It is no message of Sparkplug B.
        Stopped
            The store has no space, and the connector has to stop.
        """
        topic = topic_of(arrived.topic)
        if topic.verb in ("NCMD", "DCMD", "STATE"):
            return
        is_data = topic.verb in ("NDATA", "DDATA")
        payload = pieces(arrived.raw) if is_data else decode(arrived.raw)
        if arrived.again and self._was_taken(topic, payload.at_ms):
            return
        if is_data:
            self._watch_clock(topic, payload.at_ms)
        if arrived.qos == 0:
            self._session.doubt(topic)
        bd_seq = payload.bd_seq if isinstance(payload, Payload) else None
        message = Message(topic, payload.seq, bd_seq, _Content(arrived.raw, arrived.at_us, payload))
        self._follow(self._session.take(message, now_s), arrived.at_us, now_s, batch)

    def _was_taken(self, topic: Topic, sent_ms: int | None) -> bool:
        """Tell whether a message that comes again was sent before a birth that we have.

        It was kept before that birth was, and cannot be read by it: aliases may mean other metrics now. The death of a
        node is left to its bdSeq, since it bears the time of the node's connection.
        """
        if sent_ms is None or topic.verb == "NDEATH":
            return False
        owners = (self._owners.get(topic.path), self._owners.get(Topic("NBIRTH", topic.group, topic.node).path))
        return any(one is not None and one.born_ms is not None and sent_ms < one.born_ms for one in owners)

    def tick(self, arrived_us: int, now_s: float, batch: Batch) -> None:
        """Give up what is missing for too long; times as in `read`."""
        self._follow(self._session.tick(now_s), arrived_us, now_s, batch)

    def resume(self, kept: bool) -> None:
        """Note that the broker was lost and is there again; `kept` tells whether it kept our session."""
        self._session.resume(kept)
        self._sent_ms.clear()

    def save(self) -> None:
        """Make the births durable that came since the last time; raises StoreFull."""
        self._births.save()

    # --- steps ---

    def _follow(self, outcome: Outcome, arrived_us: int, now_s: float, batch: Batch) -> None:
        bad: BadInput | None = None
        for step in outcome.steps:
            try:
                unknown = self._STEPS[step.kind](self, step, batch)
            except BadInput as error:
                bad = error
                continue
            if unknown:
                self._counters.add("unknown_metrics", unknown)
                text = tr(
                    "{name}: {owner} sent {count} metrics that no birth named; they are left out, and its birth is"
                    " asked for",
                    name=self.name,
                    owner=step.owner,
                    count=unknown,
                )
                self._rarely(("unknown", step.owner), "warning", text)
                outcome.rebirths += self._session.unknown(step.message.topic, now_s).rebirths
        if outcome.gaps:
            self._counters.add("sequence_gaps", outcome.gaps)
            text = tr("{name}: messages are missing (gap in the sequence numbers)", name=self.name)
            self._rarely("gap", "warning", text)
        for group, node in outcome.rebirths:
            self._ask(group, node, arrived_us)
        if bad is not None:
            raise bad

    def _ask(self, group: str, node: str, now_us: int) -> None:
        self._counters.add("rebirth_requests")
        metric = Metric(REBIRTH, True, DataType.BOOLEAN, at_ms=now_us // 1000)
        command = encode(Payload((metric,), at_ms=now_us // 1000))
        self.commands.append((str(Topic("NCMD", group, node)), command))
        text = tr("{name}: asking {group}/{node} for its birth", name=self.name, group=group, node=node)
        self._rarely(("ask", group, node), "info", text)

    def _birth(self, step: Step, batch: Batch) -> int:
        topic, content = step.message.topic, step.message.content
        before = self._owners.pop(step.owner, None)
        owner = self._learn(topic, content.payload, before)
        self._counters.add("births")
        if before is not None and before.signature == owner.signature:
            self._counters.add("duplicate_births")
        text = tr(
            "{name}: {owner} is there, with {count} metrics", name=self.name, owner=step.owner, count=len(owner.names)
        )
        self._rarely(("birth", step.owner), "info", text)
        if topic.verb == "NBIRTH":
            inside = f"{step.owner}/"
            self._births.drop([_birth_topic(one) for one in self._owners if one.startswith(inside)])
        self._births.put(topic, content.raw)
        owner.hints = tuple(_hints(self.name, owner, content.payload.metrics))
        if self._on_hints is not None and (before is None or before.hints != owner.hints):
            self._on_hints(owner.hints)
        return self._fill(owner, columns(pieces(content.raw), owner.types), content.arrived_us, batch)

    def _data(self, step: Step, batch: Batch) -> int:
        owner, content = self._owners.get(step.owner), step.message.content
        if owner is None:
            return self._nameless(step, batch)
        return self._fill(owner, columns(content.payload, owner.types, owner.layout), content.arrived_us, batch)

    def _nameless(self, step: Step, batch: Batch) -> int:
        """Take what bears its name and type itself; return how many metrics do not."""
        content = step.message.content
        found = columns(content.payload, {})
        rows = zip(found.keys, found.types, strict=True)
        own = [Metric(key, None, kind) for key, kind in rows if isinstance(key, str) and kind is not None]
        owner = Owner(step.owner, own)
        self._register(owner)
        return self._fill(owner, found, content.arrived_us, batch)

    def _death(self, step: Step, batch: Batch) -> int:
        topic, content = step.message.topic, step.message.content
        self._births.drop([_birth_topic(step.owner)])
        self._counters.add("deaths")
        self._rarely(("death", step.owner), "warning", tr("{name}: {owner} is gone", name=self.name, owner=step.owner))
        owner = self._owners.get(step.owner)
        if owner is None:
            return 0
        # A node's death was written when it connected; only a device's death tells its own time.
        said = content.payload.at_ms if topic.verb == "DDEATH" else None
        at_us = content.arrived_us if said is None else min(said * 1000, content.arrived_us)
        tag = owner.tag_and_nobody[:-1]
        kept = tag != NOBODY
        # A reading keeps its quality: the stale value comes after it, where clocks differ.
        moments = np.maximum(owner.last_us[kept] + 1, at_us)
        batch.add(tag[kept], moments, owner.last[kept], Quality.STALE, live=False)
        return 0

    _STEPS = {"birth": _birth, "data": _data, "nameless": _nameless, "death": _death}  # noqa: RUF012

    # --- owners ---

    def _learn(self, topic: Topic, payload: Payload, before: Owner | None = None) -> Owner:
        owner = Owner(topic.path, payload.metrics, payload.at_ms)
        if before is not None:
            owner.inherit(before)
        self._register(owner)
        self._owners[topic.path] = owner
        unkept = [name for name, kind in zip(owner.names, owner.kinds, strict=True) if kind is None]
        if unkept:
            self._counters.add("unkept_metrics", len(unkept))
            text = tr(
                "{name}: {owner}: {count} metrics have types that are not kept as telemetry, such as {metric}",
                name=self.name,
                owner=topic.path,
                count=len(unkept),
                metric=unkept[0],
            )
            self._rarely(("unkept", topic.path), "warning", text)
        return owner

    def _register(self, owner: Owner) -> None:
        for kind in TagKind:
            rows = owner.rows_of(kind)
            if rows:
                owner.tag_and_nobody[rows] = self._tags.numbers([owner.address(row) for row in rows], kind)

    def _watch_clock(self, topic: Topic, at_ms: int | None) -> None:
        if at_ms is None:
            return
        node = f"{topic.group}/{topic.node}"
        before = self._sent_ms.get(node, at_ms)
        self._sent_ms[node] = at_ms
        if at_ms < before - JUMP_MS:
            self._counters.add("clock_jumps")
            text = tr(
                "{name}: the clock of {node} went back by {seconds:.1f} s",
                name=self.name,
                node=node,
                seconds=(before - at_ms) / 1000,
            )
            self._rarely(("clock", node), "warning", text)

    # --- values ---

    def _fill(self, owner: Owner, found: Columns, arrived_us: int, batch: Batch) -> int:
        """Put the values of a message into the batch; return how many metrics the owner does not have."""
        rows, unknown = owner.place(found)
        at_us = _moments(found.times_ms, arrived_us)
        tags, values = owner.tag_and_nobody[rows], found.values
        if found.texts is not None or owner.has_text:
            values, tags = self._with_texts(owner, rows, found, tags)
        quality: Any = Quality.GOOD if found.qualities is None else found.qualities
        if found.left_out:
            tags[list(found.left_out)] = NOBODY
        kept = tags != NOBODY
        if found.historical is None and kept.all():
            owner.last[rows], owner.last_us[rows] = values, at_us
            batch.add(tags, at_us, values, quality)
            return unknown
        quality = np.broadcast_to(np.uint8(Quality.GOOD), len(rows)) if found.qualities is None else found.qualities
        old = kept & (False if found.historical is None else found.historical)
        live = kept & ~old
        owner.last[rows[live]], owner.last_us[rows[live]] = values[live], at_us[live]
        batch.add(tags[old], at_us[old], values[old], quality[old], live=False)
        batch.add(tags[live], at_us[live], values[live], quality[live])
        return unknown

    def _with_texts(
        self, owner: Owner, rows: NDArray[np.int64], found: Columns, tags: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return values with the numbers of texts in them, and tags with those of metrics whose kind changed."""
        values = found.values.copy()
        texts = found.texts or [None] * len(rows)
        said = [place for place, text in enumerate(texts) if text is not None]
        values[said] = self._tags.texts([str(texts[place]) for place in said])
        for place, row in enumerate(rows.tolist()):
            if row == NOBODY or tags[place] == NOBODY:
                continue
            is_text = texts[place] is not None
            if is_text != bool(owner.is_text[row]) and (is_text or not np.isnan(values[place])):
                kind = TagKind.TEXT if is_text else TagKind.NUMBER
                tags[place] = self._tags.numbers([owner.address(row)], kind)[0]
        return values, tags


def _moments(times_ms: NDArray[np.int64], arrived_us: int) -> NDArray[np.int64]:
    """Return moments in microseconds: of arrival where none is said, beyond the calendar where none can be named."""
    if (times_ms.view(np.uint64) < _LAST_MS).all():  # a negative one would be huge
        return times_ms * 1000
    return np.where(times_ms < 0, arrived_us, np.minimum(times_ms, _LAST_MS) * 1000)


def _birth_topic(owner: str) -> Topic:
    _, group, node, *device = owner.split("/")
    return Topic("DBIRTH", group, node, device[0]) if device else Topic("NBIRTH", group, node)


def _hints(name: str, owner: Owner, metrics: Sequence[Metric]) -> Iterator[TagHint]:
    """Tell what a birth says of its metrics: unit and range, where the properties of Sparkplug's tools are there."""
    for metric in metrics:
        key: Key | None = metric.name
        if key is None or owner.rows.get(key, NOBODY) == NOBODY or metric.name is None:
            continue
        said = metric.properties.value if metric.properties is not None else lambda _key: None
        unit, label, low, high = (said(one) for one in ("engUnit", "displayName", "engLow", "engHigh"))
        yield TagHint(
            f"{name}!{owner.path}/{metric.name}",
            (*owner.path.split("/")[1:], *metric.name.split("/")),
            label if isinstance(label, str) else None,
            unit if isinstance(unit, str) else None,
            None,
            float(low) if isinstance(low, int | float) else None,
            float(high) if isinstance(high, int | float) else None,
        )
