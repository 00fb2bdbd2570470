"""Checks that a document of events has to pass, said in the user's terms and with their place.

The rules are those of the published JSON schema and XML schema of EPCIS 2.0, and the ones of the text that a schema
cannot say: an ADD names what it adds, a transformation has inputs and outputs, a moment has a zone. Identifiers have
to be URIs; whether somebody issued them is not looked at.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from linghang.engines.quality.epcis_model import Document, Event, parsed_time, place_of_words, plain_word
from linghang.engines.quality.epcis_words import (
    ACTIONS,
    EVENTS,
    ITEMS,
    META_FIELDS,
    NUMBERS,
    RECORDS,
    REPORT_FIELDS,
    TIMES,
    TYPED,
    WORDS,
    XSI,
)
from linghang.errors import BadInput, ManyProblems, Place, nearest

OFFSET = re.compile(r"[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
UNIT = re.compile(r"[A-Z0-9]{2,3}")
MANY = 50
"""More problems of one document are not listed: it is another kind of document."""
URIS = frozenset(
    {"eventID", "certificationInfo", "parentID", "transformationID", "id", "epcClass", "source", "destination"}
    | {"bizTransaction", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"}
    | {"microorganism", "chemicalSubstance", "uriValue"}
)
NEEDED: Mapping[str, tuple[str, ...]] = {
    "quantityElement": ("epcClass",),
    "bizTransaction": ("bizTransaction",),
    "source": ("type", "source"),
    "destination": ("type", "destination"),
    "sensorElement": ("sensorReport",),
    "readPoint": ("id",),
    "bizLocation": ("id",),
    "errorDeclaration": ("declarationTime",),
}
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "quantityElement": ("epcClass", "quantity", "uom"),
    "bizTransaction": ("type", "bizTransaction"),
    "source": ("type", "source"),
    "destination": ("type", "destination"),
    "sensorElement": ("sensorMetadata", "sensorReport"),
    "sensorMetadata": META_FIELDS,
    "sensorReport": REPORT_FIELDS,
    "readPoint": ("id",),
    "bizLocation": ("id",),
    "errorDeclaration": ("declarationTime", "reason", "correctiveEventIDs"),
    "persistentDisposition": ("set", "unset"),
    "ilmd": (),
}


def checked(document: Document, file: str = "epcis") -> Document:
    """Return the document if it keeps the rules.

    Raises
    ------
    ManyProblems
        Everything that is wrong (at most `MANY` things), each with its place.
    """
    problems = []
    for problem in _problems(document, file):
        problems.append(problem)
        if len(problems) == MANY:
            break
    if problems:
        raise ManyProblems(problems) if len(problems) > 1 else problems[0]
    return document


def _problems(document: Document, file: str) -> Iterator[BadInput]:
    if document.kind in ("EPCISDocument", "EPCISMasterDataDocument"):
        for name in ("schemaVersion", "creationDate"):
            if name not in document.fields:
                yield BadInput("“{name}” is missing", Place(file, key=name), name=name)
    if "creationDate" in document.fields:
        yield from _time(document.fields["creationDate"], Place(file, key="creationDate"))
    version = str(document.fields.get("schemaVersion", "2.0"))
    if not re.fullmatch(r"2(\.\d+)*", version):
        yield BadInput(
            "this is EPCIS {version}; version 2.0 is read", Place(file, key="schemaVersion"), version=version[:20]
        )
    for number, event in enumerate(document.events):
        yield from _event(event, file, f"eventList[{number}]")


def _event(event: Event, file: str, where: str) -> Iterator[BadInput]:
    fields, place = event.fields, Place(file, key=where)
    for name in ("eventTime", "eventTimeZoneOffset"):
        if name not in fields:
            yield BadInput("“{name}” is missing", place, name=name)
    offset = str(fields.get("eventTimeZoneOffset", "+00:00"))
    if not OFFSET.fullmatch(offset):
        yield BadInput(
            "“{value}” is no offset of a zone; write it as +08:00",
            Place(file, key=f"{where}.eventTimeZoneOffset"),
            value=offset[:20],
        )
    if event.kind in EVENTS:
        yield from _standard(event, file, where)
    elif ":" not in event.kind and "}" not in event.kind:
        yield BadInput(
            "there is no event of the kind “{kind}”; {near}",
            place,
            kind=event.kind[:60],
            near=nearest(event.kind, list(EVENTS)),
        )
    for name, value in fields.items():
        yield from _field(name, value, "", file, f"{where}.{name}")


def _standard(event: Event, file: str, where: str) -> Iterator[BadInput]:
    fields, place = event.fields, Place(file, key=where)
    known = EVENTS[event.kind]
    for name in fields:
        if name not in known and not _foreign(name):
            yield BadInput(
                "“{name}” is no field of {kind}; {near}",
                Place(file, key=f"{where}.{name}"),
                name=name[:60],
                kind=event.kind,
                near=nearest(name, list(known)),
            )
    action = fields.get("action")
    if "action" in known and action not in ACTIONS:
        yield BadInput("the action is ADD, OBSERVE or DELETE", Place(file, key=f"{where}.action"))
    if event.kind == "TransactionEvent" and not fields.get("bizTransactionList"):
        yield BadInput("a transaction event names its transactions in bizTransactionList", place)
    if event.kind == "AssociationEvent" and "parentID" not in fields:
        yield BadInput("an association event names its parentID", place)
    if event.kind == "AggregationEvent" and action in ("ADD", "DELETE") and "parentID" not in fields:
        yield BadInput("who adds to or takes from a whole names it as parentID", place)
    if event.kind == "TransformationEvent":
        ends = [any(fields.get(f"{end}{kind}List") for kind in ("EPC", "Quantity")) for end in ("input", "output")]
        if not all(ends) and not (any(ends) and "transformationID" in fields):
            yield BadInput("a transformation has inputs and outputs, or a transformationID that joins its parts", place)
    elif action != "DELETE":
        lists = ("childEPCs", "childQuantityList") if "childEPCs" in known else ("epcList", "quantityList")
        sensed = event.kind == "ObjectEvent" and fields.get("sensorElementList")
        if not sensed and not any(name in fields for name in lists):
            yield BadInput(
                "the event names no things; it needs {first} or {second}", place, first=lists[0], second=lists[1]
            )


def _foreign(name: str) -> bool:
    return name.startswith("@") or "}" in name or ":" in name or name in ("#text", "comment")


def _field(name: str, value: Any, parent: str, file: str, where: str) -> Iterator[BadInput]:
    place = Place(file, key=where)
    if _foreign(name) or _nil(value):
        return
    if name in ITEMS or name in ("set", "unset") or (name == "sensorReport" and parent):
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield BadInput("“{name}” is a list", place, name=name)
            return
        for number, one in enumerate(value):
            yield from _item(name, one, file, f"{where}[{number}]")
    elif name in RECORDS or name == "sensorMetadata":
        yield from _record(name, value, name, file, where)
    else:
        yield from _value(name, value, parent, place)


def _item(name: str, value: Any, file: str, where: str) -> Iterator[BadInput]:
    item = ITEMS.get(name, name)
    if item in TYPED or item in ("quantityElement", "sensorElement", "sensorReport"):
        yield from _record(item, value, name, file, where)
    elif item in ("epc", "correctiveEventID"):
        yield from _value("id", value, name, Place(file, key=where))
    else:
        yield from _value(name, value, name, Place(file, key=where))


def _record(kind: str, value: Any, parent: str, file: str, where: str) -> Iterator[BadInput]:
    if not isinstance(value, Mapping):
        yield BadInput("“{name}” is a record of fields", Place(file, key=where), name=kind)
        return
    for name in NEEDED.get(kind, ()):
        if name not in value:
            yield BadInput("“{name}” is missing", Place(file, key=where), name=name)
    if kind == "persistentDisposition" and not any(value.get(name) for name in ("set", "unset")):
        yield BadInput("a persistent disposition sets or unsets something", Place(file, key=where))
    for name, one in value.items():
        if not _foreign(name) and name not in ALLOWED.get(kind, (name,)):
            yield BadInput(
                "“{name}” is no field of {kind}; {near}",
                Place(file, key=f"{where}.{name}"),
                name=name[:60],
                kind=kind,
                near=nearest(name, list(ALLOWED[kind]) or ["prefix:name"]),
            )
        else:
            yield from _field(name, one, parent, file, f"{where}.{name}")


def _value(name: str, value: Any, parent: str, place: Place) -> Iterator[BadInput]:
    text = str(value).strip()
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)):
        if name != "certificationInfo":
            yield BadInput("“{name}” is one value", place, name=name)
        return
    if name in TIMES:
        yield from _time(value, place)
    elif name in NUMBERS:
        yield from _number(value, place)
    elif name == "uom" and parent != "sensorReport" and not UNIT.fullmatch(text):
        yield BadInput(
            "“{value}” is no unit; write its code of UN/ECE recommendation 20, as KGM", place, value=text[:20]
        )
    elif name == "booleanValue" and value not in (True, False, "true", "false", "1", "0"):
        yield BadInput("“{value}” is neither true nor false", place, value=text[:20])
    elif name == "hexBinaryValue" and not re.fullmatch(r"([0-9A-Fa-f]{2})*", text):
        yield BadInput("“{value}” is not made of pairs of hexadecimal digits", place, value=text[:20])
    elif name in URIS and not URI.fullmatch(text):
        yield BadInput("“{value}” is no URI", place, value=text[:60])
    elif (key := place_of_words(parent, name)) in WORDS:
        known = WORDS[key][0]
        if plain_word(key, text) not in known and not URI.fullmatch(text):
            yield BadInput(
                "“{value}” is no standard value of {name}, and no URI; {near}",
                place,
                value=text[:60],
                name=name,
                near=nearest(text, sorted(known)),
            )


def _number(value: Any, place: Place) -> Iterator[BadInput]:
    try:
        if isinstance(value, bool) or abs(float(value)) == float("inf") or float(value) != float(value):
            raise ValueError
    except (TypeError, ValueError):
        yield BadInput("“{value}” is no number", place, value=str(value)[:20])


def _nil(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get(f"@{{{XSI}}}nil") in ("true", "1")


def _time(value: Any, place: Place) -> Iterator[BadInput]:
    try:
        parsed_time(str(value))
    except BadInput as problem:
        yield problem.at(place)
