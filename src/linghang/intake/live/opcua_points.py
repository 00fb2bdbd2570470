"""Data changes of an OPC UA subscription become points (OPC 10000-4, 7.25.2): values, moments, qualities, types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from linghang.intake.live.batch import FUTURE_US, NOBODY, Batch, Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.opcua_browse import Variable
from linghang.intake.live.opcua_types import FLAGS, KINDS, NUMBERS, TEXTS, name_of, overflows, qualities
from linghang.intake.live.sink import Level
from linghang.store.telemetry.points import Points, Quality, TagKind
from linghang.words import tr

_EPOCH, _MICROSECOND, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), timedelta(seconds=1)
_NEVER = datetime(1601, 1, 2, tzinfo=UTC)
"""OPC UA's zero is the first day of 1601: a clock that was never set, not a moment."""
_ACCEPTED = {TagKind.NUMBER: NUMBERS, TagKind.FLAG: FLAGS, TagKind.TEXT: TEXTS}


class Subscribed:
    """What is subscribed, by client handle: the variables, their numbers in the store, and what they said last.

    Parameters
    ----------
    tags
        The store's numbers.
    variables
        The variables; the handle of each is its place. `hint.name` is its name within the connection.
    counters, say
        Where faults are counted and told.

    Raises
    ------
    Stopped
        There was no space to register them, and the connector has to stop; as from all methods that store.
    """

    def __init__(
        self, tags: Tags, variables: Sequence[Variable], counters: Counters, say: Callable[[object, Level, str], None]
    ) -> None:
        self._tags, self._variables, self._counters, self._say = tags, variables, counters, say
        self._kinds = [one.kind for one in variables]
        self._accepted = [NUMBERS | TEXTS if one.words else _ACCEPTED[one.kind] for one in variables]
        self._number = [NOBODY] * len(variables)
        for kind in TagKind:
            places = [place for place, one in enumerate(variables) if one.kind is kind]
            numbers = tags.numbers([variables[place].hint.name for place in places], kind).tolist()
            for place, number in zip(places, numbers, strict=True):
                self._number[place] = number
        self._last_at = np.full(len(variables), np.iinfo(np.int64).min)
        self._last_value = np.full(len(variables), np.nan)
        self._alive = np.zeros(len(variables), bool)

    def store(self, items: Sequence[ua.MonitoredItemNotification], now_us: int) -> Points:
        """Keep notifications of one publish response; they are durable on return.

        Parameters
        ----------
        items
            In their order.
        now_us
            Stands in where the server gives no time, UTC microseconds.
        """
        handles, numbers, moments, states = list[int](), list[int](), list[int](), list[int]()
        values, texts = list[float](), list[tuple[int, str]]()
        for item in items:
            handle, data = item.ClientHandle, item.Value
            if not 0 <= handle < len(self._variables):
                self._counters.add("bad_messages")
                continue
            state = 0 if data.StatusCode is None else data.StatusCode.value
            value = self._value(handle, data.Value)
            if value is None:
                state |= ua.StatusCodes.BadTypeMismatch
            elif isinstance(value, str):
                texts.append((len(values), value))
            handles.append(handle)
            numbers.append(self._number[handle])
            moments.append(_moment(data, now_us))
            values.append(value if isinstance(value, float) else np.nan)
            states.append(state)
        for (place, _), number in zip(texts, self._tags.texts([word for _, word in texts]), strict=True):
            values[place] = number
        columns = _Columns(
            np.array(handles, np.int64),
            np.array(numbers, np.int32),
            np.array(moments, np.int64),
            np.array(values, np.float64),
            np.array(states, np.uint32),
        )
        batch = Batch()
        batch.add(columns.number, columns.at_us, columns.value, columns.quality)
        points = batch.points(now_us, self._counters)
        self._tags.append(points)
        self._remember(columns)
        self._tell(columns, now_us)
        return points

    def _remember(self, said: "_Columns") -> None:
        """Note what each variable said last; of several values of one variable the last one stays."""
        alive = (said.quality >= Quality.UNCERTAIN) & (said.number != NOBODY)
        self._last_at[said.handle], self._last_value[said.handle] = said.at_us, said.value
        self._alive[said.handle] = alive

    def _value(self, handle: int, variant: ua.Variant | None) -> float | str | None:
        """Return the number or text that a value is; None where its type cannot be kept."""
        if variant is None or variant.Value is None:
            return float("nan")
        value: Any = variant.Value
        if (variant.VariantType not in self._accepted[handle] or variant.is_array) and not self._retyped(
            handle, variant
        ):
            return None
        if self._kinds[handle] is not TagKind.TEXT:
            return (value - _EPOCH) / _SECOND if isinstance(value, datetime) else float(value)
        if isinstance(value, ua.LocalizedText):
            value = value.Text or ""
        return str(self._variables[handle].words.get(value, value))

    def _retyped(self, handle: int, variant: ua.Variant) -> bool:
        """Let the tag go on as another kind; say whether the new type can be kept."""
        kind = None if variant.is_array else KINDS.get(variant.VariantType)
        if kind is None:
            self._counters.add("unkept_metrics")
            name = f"{variant.VariantType.name}[]" if variant.is_array else variant.VariantType.name
            line = tr("{name}: sends a {type} now, which is not kept", name=self._name(handle), type=name)
            self._say(("unkept", handle), "warning", line)
            return False
        self._kinds[handle], self._accepted[handle] = kind, _ACCEPTED[kind]
        self._number[handle] = self._tags.number(self._name(handle), kind)
        return True

    def _tell(self, said: "_Columns", now_us: int) -> None:
        """Say one example of each fault, rarely."""
        bad, strange = said.quality == Quality.BAD, np.isnan(said.value)
        if bad.any():
            at = int(np.argmax(bad))
            name, code = self._name(said.handle[at]), name_of(int(said.status[at]))
            self._warn("bad", tr("{name}: comes with bad quality ({code})", name=name, code=code))
        if (strange & ~bad).any():
            name = self._name(said.handle[int(np.argmax(strange & ~bad))])
            self._warn("nan", tr("{name}: sends a value that is no number", name=name))
        if len(strange) and (ahead := int(said.at_us.max()) - now_us) > FUTURE_US:
            name, seconds = self._name(said.handle[int(np.argmax(said.at_us))]), round(ahead / 1e6)
            line = tr("{name}: its time lies {seconds} s in the future; set the clocks", name=name, seconds=seconds)
            self._warn("future", line)
        if lost := overflows(said.status):
            self._counters.add("overflows", lost)
            self._warn("overflow", tr("the server dropped values because its queue was full; raise sampling_ms"))

    def _warn(self, fault: str, line: str) -> None:
        self._say(fault, "warning", line)

    def _name(self, handle: int | np.int64) -> str:
        return self._variables[int(handle)].hint.name

    def stale(self, now_us: int) -> None:
        """Mark the last known value of every variable stale from now on: the connection is lost."""
        alive = np.flatnonzero(self._alive)
        at_us = np.maximum(np.int64(now_us), self._last_at[alive] + 1)
        self._tags.append(
            Points.of(np.array(self._number, np.int32)[alive], at_us, self._last_value[alive], Quality.STALE)
        )
        self._alive[:] = False


@dataclass(slots=True)
class _Columns:
    """What one publish response says, as columns of equal length."""

    handle: NDArray[np.int64]
    number: NDArray[np.int32]
    at_us: NDArray[np.int64]
    value: NDArray[np.float64]
    status: NDArray[np.uint32]
    quality: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.quality = qualities(self.status)


def microseconds(moment: datetime) -> int:
    """Return UTC microseconds of a moment."""
    return (moment - _EPOCH) // _MICROSECOND


def _moment(data: ua.DataValue, now_us: int) -> int:
    moment: datetime | None = data.SourceTimestamp or data.ServerTimestamp
    return now_us if moment is None or moment < _NEVER else (moment - _EPOCH) // _MICROSECOND
