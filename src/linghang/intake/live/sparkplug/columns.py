"""The metrics of a data message as columns: the fast way from bytes to numbers.

A protobuf parser joins the repeated fields of messages whose bytes stand one after the other. So the metrics are cut
apart once and parsed as one message whose fields are all repeated: each field comes out as a column. A column says
nothing of which metric it belongs to, so it is used only where there is exactly one entry for each metric; values of
several kinds are parsed kind by kind, as the types of the metrics tell. What was found out about one message, its
layout, is tried on the next. Whatever does not come out even (nulls, properties, flags, a value that does not fit its
type) is read metric by metric instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.intake.live.sparkplug.datatypes import CARRIER, WHOLE, whole_of
from linghang.intake.live.sparkplug.definition import CARRIERS, CLASSES
from linghang.store.telemetry.points import Quality, quality_of

Key = int | str
"""What a data message calls a metric: its alias, or its name where it says it."""

_NAN = float("nan")
_POSITIVE: Mapping[int | None, int] = {one: 1 << (bits - signed) for one, (bits, signed) in WHOLE.items()}
"""Below it, a whole number of a type stands on the wire as it is."""
_RARE = ("is_historical", "is_transient", "is_null", "properties", "bytes_value", "dataset_value", "template_value")
_BITS_OF_CARRIER = {"int_value": 32, "long_value": 64}
_QUALITY = "Quality"
_SAID_STALE = 500
"""The property Quality says 0 (bad), 192 (good) or 500 (stale): Sparkplug 3.0, 6.4.15."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A data message, its metrics not read yet.

    Attributes
    ----------
    at_ms
        When it was sent, milliseconds since 1970 in UTC.
    seq
        Sequence number.
    metrics
        The bytes of each metric.
    """

    at_ms: int | None
    seq: int | None
    metrics: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Columns:
    """The metrics of a data message as columns of equal length.

    Attributes
    ----------
    keys
        Alias or name of each metric; None where it has neither.
    types
        Its `DataType`: as the message says, else as the birth did, else None.
    times_ms
        int64, moment of the value, milliseconds since 1970 in UTC; the message's where the metric says none, -1 where
        neither does.
    values
        float64; NaN for texts, nulls, and what is no number of its type.
    texts
        The texts, None elsewhere; None as a whole where there is no text.
    qualities
        uint8, OPC quality; None as a whole where all are good.
    historical
        Whether the value is old; None as a whole where none is.
    left_out
        Rows that are to be stored by nobody: transient ones, and values of structured types.
    layout
        What the next message may look like too; None where this one was read metric by metric.
    """

    keys: Sequence[Key | None]
    types: Sequence[int | None]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    texts: Sequence[str | None] | None = None
    qualities: NDArray[np.uint8] | None = None
    historical: NDArray[np.bool_] | None = None
    left_out: frozenset[int] = frozenset()
    layout: "Layout | None" = None


def pieces(content: bytes) -> Pieces:
    """Cut a message into its metrics.

    Raises
    ------
    BadInput
        The bytes are no Sparkplug B payload.
    """
    try:
        message = CLASSES["Pieces"].FromString(content)
    except (DecodeError, UnicodeDecodeError) as error:
        raise BadInput("is no Sparkplug B payload: {reason}", reason=str(error)) from None
    return Pieces(
        message.timestamp if message.HasField("timestamp") else None,
        message.seq if message.HasField("seq") else None,
        message.metrics[:],
    )


def columns(message: Pieces, known: Mapping[Key, int], before: "Layout | None" = None) -> Columns:
    """Read the metrics of a message.

    Parameters
    ----------
    message
        From `pieces`.
    known
        Types that the birth gave, by alias and by name.
    before
        Layout of an earlier message of the same owner since the same birth: most send the same metrics again.

    Raises
    ------
    BadInput
        The bytes of a metric are none.
    """
    try:
        found = None if before is None else before.read(message)
        if found is None and (layout := _layout(message, known)) is not None:
            found = layout.read(message)
        return found or _one_by_one(message, known)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("is no Sparkplug B payload: {reason}", reason=str(error)) from None


# --- all at once ---


class _Group:
    """Metrics of a message whose values stand in the same field."""

    def __init__(self, carrier: str, places: Sequence[int], keys: Sequence[Key], types: Sequence[int | None]) -> None:
        self.carrier, self.places = carrier, places
        self.keys, self.types = [keys[one] for one in places], [types[one] for one in places]
        self.pick = itemgetter(*places) if len(places) > 1 else lambda metrics: [metrics[places[0]]]


class Layout:
    """Which metrics a message has, in which order, and which field holds the value of each.

    Attributes
    ----------
    keys, types
        As in `Columns`.
    """

    def __init__(self, keys: Sequence[Key], types: Sequence[int | None], groups: Mapping[str, Sequence[int]]) -> None:
        self.keys, self.types = keys, types
        self._said = "name" if keys and isinstance(keys[0], str) else "alias"
        self._groups = [_Group(carrier, places, keys, types) for carrier, places in groups.items()]

    def read(self, message: Pieces) -> Columns | None:
        """Read a message of this layout; None where it has another."""
        count = len(self.keys)
        if len(message.metrics) != count:
            return None
        values, times_ms = np.empty(count), np.empty(count, dtype=np.int64)
        texts: list[str | None] | None = None
        for group in self._groups:
            part = CLASSES["Merged"].FromString(b"".join(group.pick(message.metrics)))
            fields = {field.name: column[:] for field, column in part.ListFields()}
            column, keys = fields.pop(group.carrier, ()), fields.pop(self._said, ())
            times, types = fields.pop("timestamp", None), fields.pop("datatype", None)
            # One entry for each metric in every field, and no other field: so each metric has its own.
            if fields or keys != group.keys or len(column) != len(keys) or (types and types != group.types):
                return None
            if times is not None and len(times) != len(keys):
                return None
            times_ms[group.places] = _times([message.at_ms] * len(keys) if times is None else times)
            if group.carrier == "string_value":
                texts = texts or [None] * count
                values[group.places] = _NAN
                for place, text in zip(group.places, column, strict=True):
                    texts[place] = text
            else:
                values[group.places] = numbers(group.carrier, column, group.types)
        return Columns(self.keys, self.types, times_ms, values, texts, layout=self)


def _layout(message: Pieces, known: Mapping[Key, int]) -> Layout | None:
    """Return the layout that a message seems to have, None where it does not come out even."""
    count = len(message.metrics)
    merged = CLASSES["Merged"].FromString(b"".join(message.metrics))
    if any(len(getattr(merged, name)) for name in _RARE):
        return None
    keys: Sequence[Key] = merged.name[:] or merged.alias[:]
    types: Sequence[int | None] = merged.datatype[:]
    if len(keys) != count or len(types) not in (0, count):
        return None
    types = types or list(map(known.get, keys))
    groups: dict[str, list[int]] = {carrier: [] for carrier in CARRIERS if len(getattr(merged, carrier))}
    if len(groups) == 1:  # whatever the types say, the values stand nowhere else
        return Layout(keys, types, dict.fromkeys(groups, range(count)))
    try:
        for place, carrier in enumerate(map(CARRIER.get, types)):
            groups[carrier or ""].append(place)
    except KeyError:
        return None
    return Layout(keys, types, groups) if all(groups.values()) else None


def _times(times: Sequence[int | None]) -> NDArray[np.int64]:
    """Return moments as milliseconds; -1 for none, 2**62 for what lies further off still."""
    try:
        return np.array(times, dtype=np.int64)
    except (TypeError, OverflowError):
        return np.array([-1 if one is None else min(one, 1 << 62) for one in times], dtype=np.int64)


def numbers(carrier: str, column: Sequence[Any], types: Sequence[int | None]) -> NDArray[np.float64]:
    """Return the values of one carrier as numbers; NaN for what is none of its type.

    Whole numbers beyond 2**53 are rounded to the nearest float64.
    """
    bits = _BITS_OF_CARRIER.get(carrier)
    if bits is not None and max(column) >= min(_POSITIVE.get(one, 1 << bits) for one in set(types)):
        pairs = zip(column, types, strict=True)
        column = [raw if kind is None or kind not in WHOLE else whole_of(raw, bits, kind) for raw, kind in pairs]
    return np.array(column, dtype=np.float64)  # numpy makes NaN of None


# --- one by one ---


class _Row(NamedTuple):
    key: Key | None
    type: int | None
    at_ms: int | None
    value: float
    text: str | None
    quality: int
    historical: bool
    left_out: bool


def _one_by_one(message: Pieces, known: Mapping[Key, int]) -> Columns:
    metric = CLASSES["Metric"]
    rows = [_row(metric.FromString(one), message.at_ms, known) for one in message.metrics]
    if not rows:
        return Columns([], [], _times([]), np.empty(0))
    keys, types, times, values, texts, qualities, historical, left_out = zip(*rows, strict=True)
    good = all(one == Quality.GOOD for one in qualities)
    return Columns(
        keys,
        types,
        _times(times),
        np.array(values, dtype=np.float64),
        None if all(one is None for one in texts) else texts,
        None if good else np.array(qualities, dtype=np.uint8),
        np.array(historical) if any(historical) else None,
        frozenset(place for place, one in enumerate(left_out) if one),
    )


def _row(metric: Any, at_ms: int | None, known: Mapping[Key, int]) -> _Row:
    key = metric.name if metric.HasField("name") else metric.alias if metric.HasField("alias") else None
    kind = metric.datatype if metric.HasField("datatype") else None if key is None else known.get(key)
    carrier = metric.WhichOneof("value")
    value, text = _NAN, None
    null = metric.is_null or carrier is None
    if carrier == "string_value" and not null:
        text = metric.string_value
    elif carrier in _BITS_OF_CARRIER and not null:
        value = float(numbers(carrier, [getattr(metric, carrier)], [kind])[0])
    elif carrier in CARRIERS and not null:
        value = float(getattr(metric, carrier))
    structured = carrier is not None and carrier not in CARRIERS
    return _Row(
        key,
        kind,
        metric.timestamp if metric.HasField("timestamp") else at_ms,
        value,
        text,
        Quality.BAD if null else _quality(metric),
        metric.is_historical,
        metric.is_transient or structured,
    )


def _quality(metric: Any) -> int:
    """Return the quality that the properties tell; good where they do not."""
    if not metric.HasField("properties"):
        return Quality.GOOD
    for key, said in zip(metric.properties.keys, metric.properties.values, strict=False):
        if key == _QUALITY and said.WhichOneof("value") in _BITS_OF_CARRIER:
            number = getattr(said, said.WhichOneof("value"))
            return Quality.STALE if number == _SAID_STALE else quality_of(number) if number < 256 else Quality.BAD
    return Quality.GOOD
