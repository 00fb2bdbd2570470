"""The messages of a Sparkplug B payload, declared as rows (Sparkplug 3.0, chapter 6).

Numbers, names and types of the fields are those of the specification; the classes are made when this module is
imported, in a pool of their own, so that no generated code has to fit the installed protobuf.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "linghang.sparkplug"
_Field = descriptor_pb2.FieldDescriptorProto

_TYPES: Mapping[str, _Field.Type.ValueType] = MappingProxyType(
    {
        "double": _Field.TYPE_DOUBLE,
        "float": _Field.TYPE_FLOAT,
        "uint64": _Field.TYPE_UINT64,
        "bool": _Field.TYPE_BOOL,
        "string": _Field.TYPE_STRING,
        "bytes": _Field.TYPE_BYTES,
        "uint32": _Field.TYPE_UINT32,
    }
)

CARRIERS = ("int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value")
"""The fields that carry a simple value, in the order of their numbers, wherever a value stands."""

_SIMPLE = ("uint32", "uint64", "float", "double", "bool", "string")


def _value(first: int, *more: str) -> str:
    """Write the alternatives of a value: the simple ones from field `first` on, then `more`."""
    simple = [
        f"|{name} {first + place} {kind}" for place, (name, kind) in enumerate(zip(CARRIERS, _SIMPLE, strict=True))
    ]
    return " ; ".join([*simple, *(f"|{one}" for one in more)])


MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "Payload": "timestamp 1 uint64 ; *metrics 2 Metric ; seq 3 uint64 ; uuid 4 string ; body 5 bytes",
        "Metric": "name 1 string ; alias 2 uint64 ; timestamp 3 uint64 ; datatype 4 uint32 ; is_historical 5 bool ;"
        " is_transient 6 bool ; is_null 7 bool ; metadata 8 MetaData ; properties 9 PropertySet ;"
        + _value(10, "bytes_value 16 bytes", "dataset_value 17 DataSet", "template_value 18 Template"),
        "MetaData": "is_multi_part 1 bool ; content_type 2 string ; size 3 uint64 ; seq 4 uint64 ; file_name 5 string ;"
        " file_type 6 string ; md5 7 string ; description 8 string",
        "PropertySet": "*keys 1 string ; *values 2 PropertyValue",
        "PropertySetList": "*propertyset 1 PropertySet",
        "PropertyValue": "type 1 uint32 ; is_null 2 bool ;"
        + _value(3, "propertyset_value 9 PropertySet", "propertysets_value 10 PropertySetList"),
        "DataSet": "num_of_columns 1 uint64 ; *columns 2 string ; *types 3 uint32 ; *rows 4 Row",
        "Row": "*elements 1 DataSetValue",
        "DataSetValue": _value(1),
        "Template": "version 1 string ; *metrics 2 Metric ; *parameters 3 Parameter ; template_ref 4 string ;"
        " is_definition 5 bool",
        "Parameter": "name 1 string ; type 2 uint32 ;" + _value(3),
    }
)
"""Each message: its fields as name, number and type; * marks a repeated field, | an alternative of the value."""

_MERGED = {
    # A protobuf parser merges the pieces of a message that is not repeated, and joins what is repeated in it: so the
    # many metrics of a payload, or their bytes one after the other, come out as one column for each field.
    "Pieces": "timestamp 1 uint64 ; *metrics 2 bytes ; seq 3 uint64",
    "Merged": "*name 1 string ; *alias 2 uint64 ; *timestamp 3 uint64 ; *datatype 4 uint32 ; *is_historical 5 bool ;"
    " *is_transient 6 bool ; *is_null 7 bool ; *properties 9 bytes ; *int_value 10 uint32 ; *long_value 11 uint64 ;"
    " *float_value 12 float ; *double_value 13 double ; *boolean_value 14 bool ; *string_value 15 string ;"
    " *bytes_value 16 bytes ; *dataset_value 17 bytes ; *template_value 18 bytes",
}


def _field(message: descriptor_pb2.DescriptorProto, written: str) -> None:
    name, number, kind = written.strip().split()
    field = message.field.add(name=name.lstrip("*|"), number=int(number), label=_Field.LABEL_OPTIONAL)
    if name.startswith("*"):
        field.label = _Field.LABEL_REPEATED
    if name.startswith("|"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        field.oneof_index = 0
    if kind in _TYPES:
        field.type = _TYPES[kind]
    else:
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"


def _classes() -> Mapping[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="linghang/sparkplug.proto", package=_PACKAGE, syntax="proto2")
    written = {**MESSAGES, **_MERGED}
    for name, fields in written.items():
        message = file.message_type.add(name=name)
        for one in fields.split(";"):
            _field(message, one)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return MappingProxyType(
        {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in written}
    )


CLASSES = _classes()
"""Classes of the messages, by name."""
