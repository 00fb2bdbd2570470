"""Sparkplug B payloads from bytes and to bytes.

What was decoded encodes to the same bytes again, also where another encoder carries a value in an unusual way; only
fields that Sparkplug B does not know are left out.
"""

from typing import Any

from google.protobuf.message import DecodeError, EncodeError

from linghang.errors import BadInput
from linghang.intake.live.sparkplug.datatypes import CARRIER, DataType, plain, wired
from linghang.intake.live.sparkplug.definition import CLASSES
from linghang.intake.live.sparkplug.payload import (
    DataSet,
    MetaData,
    Metric,
    Parameter,
    Payload,
    PropertySet,
    PropertyValue,
    Sent,
    Template,
)

_META = ("is_multi_part", "content_type", "size", "seq", "file_name", "file_type", "md5", "description")
_FLAGS = ("is_historical", "is_transient", "is_null")


def decode(content: bytes) -> Payload:
    """Read a payload.

    Raises
    ------
    BadInput
        The bytes are no Sparkplug B payload.
    """
    try:
        return read(CLASSES["Payload"].FromString(content))
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("is no Sparkplug B payload: {reason}", reason=str(error)) from None


def encode(payload: Payload) -> bytes:
    """Write a payload.

    Raises
    ------
    BadInput
        A value does not fit its datatype, or has none.
    """
    message = CLASSES["Payload"]()
    try:
        _set(message, timestamp=payload.at_ms, seq=payload.seq, uuid=payload.uuid, body=payload.body)
        for metric in payload.metrics:
            _write_metric(message.metrics.add(), metric)
        return bytes(message.SerializeToString())
    except (ValueError, TypeError, AttributeError, EncodeError) as error:
        raise BadInput("cannot be written as Sparkplug B: {reason}", reason=str(error)) from None


def read(message: Any) -> Payload:
    """Read a parsed message of class Payload."""
    return Payload(
        tuple(_read_metric(one) for one in message.metrics),
        _get(message, "timestamp"),
        _get(message, "seq"),
        _get(message, "uuid"),
        _get(message, "body"),
    )


def _get(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _set(message: Any, **values: Any) -> None:
    for name, value in values.items():
        if value is not None:
            setattr(message, name, value)


# --- values ---


def _read_value(message: Any, datatype: int | None) -> tuple[Any, Sent | None]:
    """Return the value of a message and, where this encoder would write it differently, how it was sent."""
    carrier = message.WhichOneof("value")
    if carrier is None:
        return None, None
    raw = getattr(message, carrier)
    usual = datatype is not None and CARRIER.get(datatype) == carrier
    if carrier in _STRUCTURES:
        value = _STRUCTURES[carrier][0](raw)
        return value, None if usual else Sent(carrier, value)
    value = plain(carrier, raw, datatype)
    if usual and datatype is not None:
        try:
            usual = carrier not in ("int_value", "long_value") or wired(value, datatype, "")[1] == raw
        except BadInput:
            usual = False
    return value, None if usual else Sent(carrier, raw)


def _write_value(message: Any, value: Any, datatype: int | None, sent: Sent | None, name: str | None) -> None:
    if sent is None:
        if value is None:
            return
        if datatype is None:
            raise BadInput("{name}: a value needs a datatype", name=name or "?")
        carrier = CARRIER.get(datatype, "")
        sent = Sent(carrier, value) if carrier in _STRUCTURES else Sent(*wired(value, datatype, name or "?"))
    if sent.carrier in _STRUCTURES:
        target = getattr(message, sent.carrier)
        target.SetInParent()
        _STRUCTURES[sent.carrier][1](target, sent.raw)
    else:
        setattr(message, sent.carrier, sent.raw)


# --- metrics ---


def _read_metric(message: Any) -> Metric:
    datatype = _get(message, "datatype")
    datatype = DataType(datatype) if datatype in CARRIER else datatype
    value, sent = _read_value(message, datatype)
    return Metric(
        _get(message, "name"),
        value,
        datatype,
        _get(message, "alias"),
        _get(message, "timestamp"),
        _get(message, "is_historical"),
        _get(message, "is_transient"),
        _get(message, "is_null"),
        MetaData(*(_get(message.metadata, one) for one in _META)) if message.HasField("metadata") else None,
        _read_properties(message.properties) if message.HasField("properties") else None,
        sent,
    )


def _write_metric(message: Any, metric: Metric) -> None:
    _set(message, name=metric.name, alias=metric.alias, timestamp=metric.at_ms, datatype=metric.datatype)
    _set(message, **{flag: getattr(metric, flag) for flag in _FLAGS})
    if metric.metadata is not None:
        message.metadata.SetInParent()
        _set(message.metadata, **{one: getattr(metric.metadata, one) for one in _META})
    if metric.properties is not None:
        message.properties.SetInParent()
        _write_properties(message.properties, metric.properties)
    _write_value(message, metric.value, metric.datatype, metric.sent, metric.name)


# --- structures ---


def _read_properties(message: Any) -> PropertySet:
    values = []
    for one in message.values:
        datatype = _get(one, "type")
        value, sent = _read_value(one, datatype)
        values.append(PropertyValue(datatype, value, _get(one, "is_null"), sent))
    return PropertySet(tuple(message.keys), tuple(values))


def _write_properties(message: Any, properties: PropertySet) -> None:
    message.keys.extend(properties.keys)
    for one in properties.values:
        target = message.values.add()
        _set(target, type=one.datatype, is_null=one.is_null)
        _write_value(target, one.value, one.datatype, one.sent, None)


def _read_property_sets(message: Any) -> tuple[PropertySet, ...]:
    return tuple(_read_properties(one) for one in message.propertyset)


def _write_property_sets(message: Any, sets: tuple[PropertySet, ...]) -> None:
    for one in sets:
        _write_properties(message.propertyset.add(), one)


def _read_dataset(message: Any) -> DataSet:
    types = tuple(message.types)
    rows, unusual = [], []
    for number, row in enumerate(message.rows):
        cells = []
        for place, cell in enumerate(row.elements):
            value, sent = _read_value(cell, types[place] if place < len(types) else None)
            cells.append(value)
            if sent is not None:
                unusual.append((number, place, sent))
        rows.append(tuple(cells))
    return DataSet(tuple(message.columns), types, tuple(rows), _get(message, "num_of_columns"), tuple(unusual))


def _write_dataset(message: Any, dataset: DataSet) -> None:
    _set(message, num_of_columns=dataset.count)
    message.columns.extend(dataset.columns)
    message.types.extend(dataset.types)
    unusual = {(row, place): sent for row, place, sent in dataset.sent}
    for number, row in enumerate(dataset.rows):
        target = message.rows.add()
        for place, value in enumerate(row):
            datatype = dataset.types[place] if place < len(dataset.types) else None
            _write_value(target.elements.add(), value, datatype, unusual.get((number, place)), None)


def _read_template(message: Any) -> Template:
    parameters = []
    for one in message.parameters:
        datatype = _get(one, "type")
        value, sent = _read_value(one, datatype)
        parameters.append(Parameter(_get(one, "name"), datatype, value, sent))
    return Template(
        tuple(_read_metric(one) for one in message.metrics),
        tuple(parameters),
        _get(message, "version"),
        _get(message, "template_ref"),
        _get(message, "is_definition"),
    )


def _write_template(message: Any, template: Template) -> None:
    _set(message, version=template.version, template_ref=template.template_ref, is_definition=template.is_definition)
    for one in template.metrics:
        _write_metric(message.metrics.add(), one)
    for parameter in template.parameters:
        target = message.parameters.add()
        _set(target, name=parameter.name, type=parameter.datatype)
        _write_value(target, parameter.value, parameter.datatype, parameter.sent, parameter.name)


_STRUCTURES: dict[str, Any] = {
    "dataset_value": (_read_dataset, _write_dataset),
    "template_value": (_read_template, _write_template),
    "propertyset_value": (_read_properties, _write_properties),
    "propertysets_value": (_read_property_sets, _write_property_sets),
}
