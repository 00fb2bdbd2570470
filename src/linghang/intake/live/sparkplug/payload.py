"""A Sparkplug B payload as frozen records (Sparkplug 3.0, chapter 6)."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Sent(NamedTuple):
    """How another encoder wrote a value, where this one would write it differently.

    Attributes
    ----------
    carrier
        The field that carried it.
    raw
        What stood there.
    """

    carrier: str
    raw: Any


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """One property.

    Attributes
    ----------
    datatype
        A `DataType`, or a number that is none.
    value
        As `Metric.value`; a PropertySet or a tuple of them for the two types of sets.
    is_null
        Whether it was said to be null.
    sent
        See `Sent`.
    """

    datatype: int | None = None
    value: Any = None
    is_null: bool | None = None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class PropertySet:
    """Properties of a metric: `keys` name `values` one by one."""

    keys: tuple[str, ...] = ()
    values: tuple[PropertyValue, ...] = ()

    def value(self, key: str) -> Any:
        """Return the value of a property, None where it is not there."""
        return next((one.value for name, one in zip(self.keys, self.values, strict=False) if name == key), None)


@dataclass(frozen=True, slots=True)
class MetaData:
    """What is said about the value of a metric: of a file, or of the parts that a value was cut into."""

    is_multi_part: bool | None = None
    content_type: str | None = None
    size: int | None = None
    seq: int | None = None
    file_name: str | None = None
    file_type: str | None = None
    md5: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """A small table.

    Attributes
    ----------
    columns, types
        Names and types of the columns.
    rows
        Each with one value for each column; None where there is none.
    count
        The number of columns that was said, where it is said at all.
    sent
        Cells that were written unlike this encoder writes them: row, column, and how.
    """

    columns: tuple[str, ...] = ()
    types: tuple[int, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    count: int | None = None
    sent: tuple[tuple[int, int, Sent], ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a template; the fields are those of `PropertyValue`."""

    name: str | None = None
    datatype: int | None = None
    value: Any = None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A definition of a structured type, or an instance of one.

    Attributes
    ----------
    metrics, parameters
        Its members and parameters.
    version
        Of the definition.
    template_ref
        Of an instance: the name of its definition.
    is_definition
        Whether it is one.
    """

    metrics: tuple["Metric", ...] = ()
    parameters: tuple[Parameter, ...] = ()
    version: str | None = None
    template_ref: str | None = None
    is_definition: bool | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes
    ----------
    name
        Said in births; later the alias may stand for it.
    value
        int, float, bool, str, bytes, DataSet, Template, or a tuple for arrays; None where there is none. DateTime is
        an int, milliseconds since 1970 in UTC. Without a datatype, or where it does not fit the datatype: as sent.
    datatype
        A `DataType`, or a number that is none; data may leave it out.
    alias
        Number that the birth gave to the name.
    at_ms
        Moment of the value, milliseconds since 1970 in UTC.
    is_historical, is_transient, is_null
        Flags; None where they are not said.
    metadata, properties
        More about it.
    sent
        See `Sent`.
    """

    name: str | None = None
    value: Any = None
    datatype: int | None = None
    alias: int | None = None
    at_ms: int | None = None
    is_historical: bool | None = None
    is_transient: bool | None = None
    is_null: bool | None = None
    metadata: MetaData | None = None
    properties: PropertySet | None = None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """A whole payload.

    Attributes
    ----------
    metrics
        In their order.
    at_ms
        When it was sent, milliseconds since 1970 in UTC.
    seq
        Sequence number, 0-255.
    uuid, body
        For schemes of one's own.
    """

    metrics: tuple[Metric, ...] = ()
    at_ms: int | None = None
    seq: int | None = None
    uuid: str | None = None
    body: bytes | None = None

    @property
    def bd_seq(self) -> int | None:
        """The number that joins a death to its birth, where there is one."""
        return next(
            (one.value for one in self.metrics if one.name == "bdSeq" and isinstance(one.value, int)),
            None,
        )
