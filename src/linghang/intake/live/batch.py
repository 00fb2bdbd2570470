"""What many messages said, collected into one set of points."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Event
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.sink import Log, Sink, keep
from linghang.store.telemetry.points import END_US, FIRST_US, Points, Quality, TagKind
from linghang.words import tr

FUTURE_US = 60_000_000
"""A point that lies further ahead than this is counted as one from the future (ours)."""

NOBODY = -1
"""The number of a tag that is not kept: its points are left out."""


class Arrived(NamedTuple):
    """A message as it came.

    Attributes
    ----------
    topic, raw
        Where, and what.
    qos
        With 0 the broker does not keep it while nobody listens.
    again
        Whether the broker says that it sent it before.
    at_us
        When it came, UTC microseconds.
    """

    topic: str
    raw: bytes
    qos: int
    again: bool
    at_us: int


class Stopped(Exception):
    """The connector is to stop, while the store still waits for space: nothing was kept."""


class Tags:
    """Numbers of tags and texts in the store, remembered, so that the store is asked once for each.

    Parameters
    ----------
    sink
        The store.
    connection
        Name of the connection, which every tag's name begins with.
    stop
        Ends waiting for space.
    counters, log
        Of the connection.
    rarely
        For complaints that may come often.
    """

    def __init__(self, sink: Sink, connection: str, stop: Event, counters: Counters, log: Log, rarely: Rarely) -> None:
        self._sink, self._connection, self._stop = sink, connection, stop
        self._counters, self._log, self._rarely = counters, log, rarely
        self._known: dict[TagKind, dict[str, int]] = {kind: {} for kind in TagKind}
        self._kinds: dict[str, TagKind] = {}
        self._texts: dict[str, float] = {}

    def numbers(self, addresses: Sequence[str], kind: TagKind) -> NDArray[np.int32]:
        """Return the numbers of tags of one kind.

        Parameters
        ----------
        addresses
            Their names within the connection.
        kind
            What their values are. A tag that had another kind before is counted and told.

        Returns
        -------
        ndarray
            int32; `NOBODY` for a name that the store refuses.

        Raises
        ------
        Stopped
            There was no space, and the connector has to stop.
        """
        known = self._known[kind]
        found = list(map(known.get, addresses))
        if None in found:
            self._register([one for one, number in zip(addresses, found, strict=True) if number is None], kind)
            found = [known[one] for one in addresses]
        return np.array(found, dtype=np.int32)

    def number(self, address: str, kind: TagKind) -> int:
        """Return the number of one tag, as `numbers` does."""
        found = self._known[kind].get(address)
        return int(self.numbers([address], kind)[0]) if found is None else found

    def kind_of(self, address: str) -> TagKind | None:
        """Return the kind that a tag had last, None for one that is not known yet."""
        return self._kinds.get(address)

    def texts(self, words: Sequence[str]) -> list[float]:
        """Return the numbers of texts; NaN for a text that the store refuses.

        Raises
        ------
        Stopped
            As in `numbers`.
        """
        new = [one for one in dict.fromkeys(words) if one not in self._texts]
        if new:
            self._texts.update(self._asked(new, lambda those: self._sink.text_numbers(those), float("nan")))
        return [self._texts[one] for one in words]

    def append(self, points: Points) -> None:
        """Keep points; they are durable on return.

        Raises
        ------
        Stopped
            As in `numbers`.
        """
        self.when_there_is_space(lambda: self._sink.append(points))

    def _register(self, addresses: Sequence[str], kind: TagKind) -> None:
        new = list(dict.fromkeys(addresses))
        if kind == TagKind.FLAG:  # true and false say no less as the numbers 1 and 0
            numbers = {one: self._known[TagKind.NUMBER][one] for one in new if self._kinds.get(one) == TagKind.NUMBER}
            self._known[kind].update(numbers)
            new = [one for one in new if one not in numbers]
        if new:
            ask = partial(self._numbered, kind=kind)
            self._known[kind].update((one, int(number)) for one, number in self._asked(new, ask, NOBODY).items())
        for one in new:
            before = self._kinds.get(one, kind)
            self._kinds[one] = kind
            if before != kind:
                self._counters.add("type_changes")
                told = tr("{name}: was {before}, is {now} now; both are kept", name=one, before=before, now=kind)
                self._rarely(("type", one), "warning", f"{self._connection}: {told}")

    def _numbered(self, addresses: Sequence[str], kind: TagKind) -> Iterable[float]:
        return map(float, self._sink.register([f"{self._connection}!{one}" for one in addresses], kind))

    def _asked(
        self, words: Sequence[str], ask: Callable[[Sequence[str]], Iterable[float]], refused: float
    ) -> dict[str, float]:
        """Ask the store for numbers; what it refuses is told, and stands for `refused` from then on."""
        found: dict[str, float] = {}
        try:
            self.when_there_is_space(lambda: found.update(zip(words, ask(words), strict=True)))
        except BadInput as error:
            if len(words) > 1:
                for one in words:
                    found |= self._asked([one], ask, refused)
            else:
                text = tr(
                    "{name}: the store refuses “{word}”: {problem}",
                    name=self._connection,
                    word=words[0][:80],
                    problem=error,
                )
                self._rarely(("refused", words[0]), "warning", text)
                found[words[0]] = refused
        return found

    def when_there_is_space(self, work: Callable[[], None]) -> None:
        """Do `work`, which raises StoreFull while there is no space, as soon as there is.

        Raises
        ------
        Stopped
            As in `numbers`.
        """
        if not keep(work, self._stop, self._connection, self._counters, self._log):
            raise Stopped


class Batch:
    """Columns that grow message by message.

    Attributes
    ----------
    newest_us
        Newest moment among the points of now; None before `points`, and where there are none.
    """

    def __init__(self) -> None:
        self._tag: list[NDArray[np.int32]] = []
        self._at_us: list[NDArray[np.int64]] = []
        self._value: list[NDArray[np.float64]] = []
        self._quality: list[NDArray[np.uint8]] = []
        self._single: list[tuple[int, int, float, int]] = []
        self._late: list[int] = []
        self.newest_us: int | None = None

    def add(
        self,
        tag: NDArray[np.int32],
        at_us: NDArray[np.int64],
        value: NDArray[np.float64],
        quality: NDArray[np.uint8] | int = Quality.GOOD,
        live: bool = True,
    ) -> None:
        """Add points as columns of equal length.

        Parameters
        ----------
        tag, at_us, value
            As in `Points`.
        quality
            One for all, or one for each.
        live
            Whether they are of now; False for what was recorded earlier and is sent late.
        """
        if not len(tag):
            return
        self._gather()
        if not live:
            self._late.append(len(self._tag))
        if not isinstance(quality, np.ndarray):
            quality = np.full(len(tag), quality, dtype=np.uint8)
        self._extend(tag, at_us, value, quality)

    def add_one(self, tag: int, at_us: int, value: float, quality: int) -> None:
        """Add one point of now."""
        self._single.append((tag, at_us, value, quality))

    def _extend(
        self, tag: NDArray[np.int32], at_us: NDArray[np.int64], value: NDArray[np.float64], quality: NDArray[np.uint8]
    ) -> None:
        self._tag.append(tag)
        self._at_us.append(at_us)
        self._value.append(value)
        self._quality.append(quality)

    def _gather(self) -> None:
        """Make columns of single points, so that all stay in their order: of two alike, the last one counts."""
        if self._single:
            tag, at_us, value, quality = zip(*self._single, strict=True)
            self._single.clear()
            self._extend(
                np.array(tag, np.int32), np.array(at_us, np.int64), np.array(value, float), np.array(quality, np.uint8)
            )

    def points(self, now_us: int, counters: Counters) -> Points:
        """Return everything as points; what is odd about them is counted.

        Parameters
        ----------
        now_us
            Now, UTC microseconds.
        counters
            Of the connection.
        """
        self._gather()
        if not self._tag:
            return Points.none()
        tag, at_us = np.concatenate(self._tag), np.concatenate(self._at_us)
        value, quality = np.concatenate(self._value), np.concatenate(self._quality)
        nameable = (at_us >= FIRST_US) & (at_us < END_US)
        if not nameable.all():
            counters.add("bad_messages")
        self._note_newest(at_us, nameable)
        kept = nameable & (tag != NOBODY)
        if not kept.all():
            tag, at_us, value, quality = tag[kept], at_us[kept], value[kept], quality[kept]
        for name, odd in (
            ("future_points", at_us > now_us + FUTURE_US),
            ("not_a_number", np.isnan(value)),
            # Stale is what we say ourselves of the values of whoever is gone.
            ("bad_quality", (quality < Quality.UNCERTAIN) & (quality != Quality.STALE)),
        ):
            if count := int(np.count_nonzero(odd)):
                counters.add(name, count)
        return Points(tag, at_us, value, quality)

    def _note_newest(self, at_us: NDArray[np.int64], nameable: NDArray[np.bool_]) -> None:
        if not self._late and nameable.all():
            self.newest_us = int(at_us.max())
            return
        live = np.ones(len(self._tag), dtype=np.bool_)
        live[self._late] = False
        counted = nameable & np.repeat(live, [len(one) for one in self._tag])
        if counted.any():
            self.newest_us = int(at_us.max(where=counted, initial=FIRST_US))
