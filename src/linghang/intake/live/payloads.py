"""Messages in JSON and Arrow.

A message in JSON is one point `{"tag": …, "t": …, "v": …, "q": …}`, a list of points, columns (the same keys with
lists), or an object of names and values. A message in Arrow is Arrow IPC (stream or file) with the same four columns.
A point without a tag is named by its topic; the names of an object of names are always read within their topic.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linghang.errors import BadInput
from linghang.intake.live.moments import UNITS, moment, quality
from linghang.store.telemetry.points import Quality, TagKind
from linghang.words import later, tr

TagFrom = Literal["payload", "topic"]

TAG, TIME, VALUE, QUALITY = ("tag", "name"), ("t", "at", "ts", "time", "timestamp"), ("v", "value"), ("q", "quality")
"""How the four parts of a point may be called."""
DEEPEST = 16
"""Objects in objects that are followed (ours)."""


class Point(NamedTuple):
    """One point: name, value, moment (UTC microseconds), quality."""

    address: str
    value: float | bool | str | None
    at_us: int
    quality: int


class Block(NamedTuple):
    """Many points of one kind.

    Attributes
    ----------
    names
        The name of each point, not yet within its topic: an Arrow array (texts, may be dictionary-encoded); None for
        the topic alone.
    kind
        What the values are.
    at_us
        int64, UTC microseconds.
    values
        float64; for texts their places in `words`, NaN where there is none.
    quality
        uint8.
    words
        Different texts.
    """

    names: Any
    kind: TagKind
    at_us: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]
    words: Sequence[str] = ()


class Said(NamedTuple):
    """What a message said.

    Attributes
    ----------
    points, blocks
        Its points.
    problem
        Why a part of it was left out, in the reader's language; None where nothing was.
    """

    points: Sequence[Point] = ()
    blocks: Sequence[Block] = ()
    problem: str | None = None


def named(topic: str, name: str | None, tag_from: TagFrom) -> str:
    """Return the name of a tag within its connection."""
    if name is None:
        return topic
    return f"{topic}/{name}" if tag_from == "topic" else name


def read_json(topic: str, raw: bytes, arrived_us: int, tag_from: TagFrom) -> Said:
    """Read a message in JSON.

    Parameters
    ----------
    topic, raw
        The message.
    arrived_us
        When it came, UTC microseconds: the moment of points that tell none.
    tag_from
        Whether names stand alone or within their topic.

    Raises
    ------
    BadInput
        Nothing in it can be used.
    """
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadInput("is no JSON: {reason}", reason=str(error)) from None
    if isinstance(said, dict) and isinstance(_first(said, VALUE), list):
        return _columnar(topic, said, arrived_us, tag_from)
    points: list[Point] = []
    problems: list[BadInput] = []
    for one in said if isinstance(said, list) else [said]:
        try:
            if not isinstance(one, dict):
                raise BadInput("is neither an object nor a list of objects; right would be {example}", example=_EXAMPLE)
            if any(key in one for key in VALUE):
                points.append(_point(topic, one, arrived_us, tag_from))
            else:
                at_us = moment(_first(one, TIME), arrived_us)
                points.extend(_flat(topic, one, at_us, problems))
        except BadInput as error:
            problems.append(error)
    if problems and not points:
        raise problems[0]
    return Said(points, (), _told(problems))


_EXAMPLE = '{"tag": "line-1/temperature", "t": 1772000000000, "v": 41.5}'


def _first(said: Mapping[str, Any], keys: Sequence[str]) -> Any:
    for key in keys:
        if key in said:
            return said[key]
    return None


def _told(problems: Sequence[BadInput]) -> str | None:
    if not problems:
        return None
    if len(problems) == 1:
        return str(problems[0])
    return tr("{problem} (and {count} more)", problem=problems[0], count=len(problems) - 1)


def _point(topic: str, said: Mapping[str, Any], arrived_us: int, tag_from: TagFrom) -> Point:
    name, value = _first(said, TAG), _first(said, VALUE)
    if name is not None and (not isinstance(name, str) or not name):
        raise BadInput("“{value}” is no name of a tag; right would be a text", value=name)
    if isinstance(value, dict | list):
        raise BadInput("the value of {name} is no number, text, true or false", name=name or topic)
    how = quality(_first(said, QUALITY))
    if value is None and how == Quality.GOOD:
        how = Quality.BAD  # no value is known
    return Point(named(topic, name, tag_from), value, moment(_first(said, TIME), arrived_us), how)


def _flat(
    prefix: str, said: Mapping[str, Any], at_us: int, problems: list[BadInput], depth: int = 0
) -> Iterator[Point]:
    for name, value in said.items():
        if depth == 0 and name in TIME:
            continue
        address = f"{prefix}/{name}"
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _flat(address, value, at_us, problems, depth + 1)
        elif isinstance(value, dict | list):
            problems.append(BadInput("the value of {name} is no number, text, true or false", name=address))
        else:
            yield Point(address, value, at_us, Quality.BAD if value is None else Quality.GOOD)


# --- columns of JSON ---


def _columnar(topic: str, said: Mapping[str, Any], arrived_us: int, tag_from: TagFrom) -> Said:
    values = _first(said, VALUE)
    count = len(values)
    parts = {}
    for part, keys in (("tag", TAG), ("t", TIME), ("q", QUALITY)):
        column = _first(said, keys)
        parts[part] = column if isinstance(column, list) else [column] * count
        if len(parts[part]) != count:
            raise BadInput("the columns differ in length: {name} has {count}", name=part, count=len(parts[part]))
    kinds = set(map(type, values))
    if kinds <= {int, float} and set(map(type, parts["tag"])) == {str} and set(map(type, parts["t"])) == {int}:
        at_us = _even_moments(parts["t"])
        if at_us is not None:
            how = np.array(list(map(quality, parts["q"])), dtype=np.uint8)
            block = Block(pa.array(parts["tag"]), TagKind.NUMBER, at_us, np.array(values, dtype=np.float64), how)
            return Said((), (block,))
    points, problems = [], []
    for name, at, value, how in zip(parts["tag"], parts["t"], values, parts["q"], strict=True):
        try:
            points.append(_point(topic, {"tag": name, "t": at, "v": value, "q": how}, arrived_us, tag_from))
        except BadInput as error:
            problems.append(error)
    if problems and not points:
        raise problems[0]
    return Said(points, (), _told(problems))


def _even_moments(times: Sequence[int]) -> NDArray[np.int64] | None:
    """Return whole numbers since 1970 as microseconds, None where they are not all of one unit."""
    low, high = min(times), max(times)
    units = [unit for unit in UNITS if high < unit[0]]
    if low < 0 or not units or any(low < limit <= high for limit, _, _ in UNITS):
        return None
    _, factor, over = units[0]
    return np.array(times, dtype=np.int64) * factor // over


# --- Arrow ---


def read_arrow(raw: bytes, arrived_us: int) -> Said:
    """Read a message in Arrow IPC; arguments as of `read_json`.

    Columns: tag (text, may be dictionary-encoded; the topic names the points where it is absent), at (timestamp with a
    zone, or whole numbers since 1970), value (any number, truth values or texts), quality (whole numbers or words; good
    where it is absent).

    Raises
    ------
    BadInput
        Nothing in it can be used.
    """
    try:
        with (pa.ipc.open_file if raw[:6] == b"ARROW1" else pa.ipc.open_stream)(pa.py_buffer(raw)) as reader:
            if isinstance(reader, pa.ipc.RecordBatchFileReader):
                batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
            else:
                batches = list(reader)
        blocks, missing = [], 0
        for batch in batches:
            batch.validate(full=True)  # a crafted message must not read beyond its own bytes
            if batch.num_rows:
                block, left_out = _block(batch, arrived_us)
                blocks.append(block)
                missing += left_out
    except (pa.ArrowException, OSError, ValueError) as error:  # of texts that are no UTF-8 too
        raise BadInput("is no Arrow IPC: {reason}", reason=str(error)) from None
    return Said((), blocks, tr("{count} rows have no tag or no moment", count=missing) if missing else None)


def _block(batch: Any, arrived_us: int) -> tuple[Block, int]:
    """Return the points of a batch, and how many rows of it are none."""
    missing = batch.num_rows
    tag, at, value, how = _parts(batch)
    if value is None:
        raise BadInput("has no column value; right would be tag, at, value, quality")
    nulls = [one for one in (tag, at) if one is not None and one.null_count]
    if nulls:
        batch = batch.filter(reduce(pc.and_, map(pc.is_valid, nulls)))
        tag, at, value, how = _parts(batch)
    if tag is not None and not _is_text(tag.type.value_type if pa.types.is_dictionary(tag.type) else tag.type):
        raise BadInput("tag is {type}; right would be texts", type=tag.type)
    at_us = np.full(len(value), arrived_us, dtype=np.int64) if at is None else _at(at, arrived_us)
    kind, values, words = _values(value)
    return Block(tag, kind, at_us, values, _qualities(how, value), words), missing - len(value)


def _parts(batch: Any) -> Iterator[Any]:
    """Return the columns of tag, moment, value and quality; None for those that are not there."""
    fields = batch.schema.names
    for keys in (TAG, TIME, VALUE, QUALITY):
        yield next((batch.column(key) for key in keys if key in fields), None)


_RIGHT_VALUE = later("value is {type}; right would be numbers, texts, or true and false")
_RIGHT_QUALITY = later("quality is {type}; right would be whole numbers or words")


def _plain(column: Any, missing: float) -> NDArray[Any]:
    """Return a column of numbers as numpy has it, `missing` for null."""
    return np.asarray(pc.fill_null(column, missing) if column.null_count else column)


def _at(column: Any, arrived_us: int) -> NDArray[np.int64]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is None:
            raise BadInput("the moments have no zone; right would be a timestamp in UTC")
        try:
            if kind.unit != "us":
                column = pc.cast(column, pa.timestamp("us", kind.tz), safe=kind.unit != "ns")
        except pa.ArrowInvalid as error:
            raise BadInput("a moment cannot be named: {reason}", reason=str(error)) from None
        return np.asarray(column.view(pa.int64()))
    if not pa.types.is_integer(kind):
        raise BadInput("at is {type}; right would be a timestamp in UTC, or whole numbers since 1970", type=kind)
    known = column.to_pylist()
    even = _even_moments(known) if known else None
    return np.array([moment(one, arrived_us) for one in known], dtype=np.int64) if even is None else even


def encoded(column: Any, refusal: str = "") -> tuple[Any, NDArray[np.int64]]:
    """Return the different texts of a column and the place of each row's text among them, -1 for null.

    Raises
    ------
    BadInput
        `refusal`, where the column holds no texts.
    """
    if not pa.types.is_dictionary(column.type):
        if not _is_text(column.type):
            raise BadInput(refusal, type=column.type)
        column = pc.dictionary_encode(column)
    if not _is_text(column.type.value_type):
        raise BadInput(refusal, type=column.type)
    words, places = column.dictionary, column.indices
    which = _plain(places.cast(pa.int64()) if places.null_count else places, -1)
    if words.null_count:
        which = np.where(np.asarray(pc.is_null(words))[which], -1, which)
    return words, which


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _values(column: Any) -> tuple[TagKind, NDArray[np.float64], Sequence[str]]:
    kind = column.type
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if number or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        if kind != pa.float64():
            column = column.cast(pa.float64(), safe=False)
        return TagKind.FLAG if pa.types.is_boolean(kind) else TagKind.NUMBER, _plain(column, np.nan), ()
    words, which = encoded(column, _RIGHT_VALUE)
    return TagKind.TEXT, np.where(which < 0, np.nan, which.astype(np.float64)), [one or "" for one in words.to_pylist()]


def _qualities(column: Any, values: Any) -> NDArray[np.uint8]:
    """Return the qualities; where none is said, a value is good and a missing value bad."""
    if column is not None and column.type == pa.uint8() and not column.null_count:
        return np.asarray(column)
    unsaid = np.full(len(values), Quality.GOOD, dtype=np.uint8)
    if values.null_count:
        unsaid[np.asarray(pc.is_null(values))] = Quality.BAD
    if column is None:
        return unsaid
    if pa.types.is_integer(column.type):
        known = pc.drop_null(column)
        if len(known) and not 0 <= pc.min(known).as_py() <= pc.max(known).as_py() <= 255:
            raise BadInput("a quality lies outside 0 to 255")
        said = _plain(column.cast(pa.int64()), -1)
    else:
        words, which = encoded(column, _RIGHT_QUALITY)
        said = np.array([*map(quality, words.to_pylist()), -1], dtype=np.int64)[which]
    return np.where(said < 0, unsaid, said).astype(np.uint8)
