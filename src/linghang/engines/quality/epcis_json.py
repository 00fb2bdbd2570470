"""EPCIS 2.0 documents in JSON-LD (10 of the standard): reading and writing, without fetching any context.

Prefixes are resolved with the `@context` of the document (and of an event, where it has its own); contexts that are
given by their address only are kept, not fetched: the one of GS1 is known, and nothing else is ever asked for.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from linghang.engines.quality.epcis_check import checked
from linghang.engines.quality.epcis_model import (
    LIMIT_BYTES,
    LIMIT_DEPTH,
    Document,
    DocumentKind,
    Event,
    place_of_words,
    plain_word,
)
from linghang.engines.quality.epcis_words import CONTEXT, ITEMS, MASTER_ATTRIBUTES, NUMBERS, XSI
from linghang.errors import BadInput, Place

_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_XSI_TYPE, _XSI_NIL = f"@{{{XSI}}}type", f"@{{{XSI}}}nil"


def read_json(content: bytes | str, file: str = "epcis.json") -> Document:
    """Read a capture or query document.

    Parameters
    ----------
    content
        UTF-8, at most `LIMIT_BYTES`.
    file
        What the messages call it.

    Raises
    ------
    BadInput
        It is no JSON, too large, too deep, or no such document.
    ManyProblems
        Several things in it break the rules.
    """
    if len(content) > LIMIT_BYTES:
        raise BadInput("the document has more than {limit} bytes; split it", Place(file), limit=LIMIT_BYTES)
    try:
        found = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadInput("this is no JSON: {reason}", Place(file), reason=str(error)[:120]) from error
    _refuse_deep(found, file)
    return read_object(found, file)


def read_object(found: Any, file: str = "epcis.json") -> Document:
    """Read a document that is JSON in memory already; see `read_json`."""
    if not isinstance(found, dict) or found.get("type") not in _DOCUMENTS:
        raise BadInput("the document has no type EPCISDocument or EPCISQueryDocument", Place(file, key="type"))
    if "@context" not in found:
        raise BadInput("“{name}” is missing", Place(file, key="@context"), name="@context")
    namespaces, context = _context(found["@context"])
    body = found.get("epcisBody")
    if not isinstance(body, dict):
        raise BadInput("“{name}” is missing", Place(file, key="epcisBody"), name="epcisBody")
    fields = {name: value for name, value in found.items() if name not in ("@context", "type", "epcisBody")}
    if found["type"] == "EPCISQueryDocument":
        results = body.get("queryResults")
        if not isinstance(results, dict) or not isinstance(results.get("resultsBody"), dict):
            raise BadInput("a query document has queryResults with a resultsBody", Place(file, key="epcisBody"))
        fields |= {name: value for name, value in results.items() if name != "resultsBody"}
        body = results["resultsBody"]
    listed = body.get("eventList", [body["event"]] if "event" in body else None)
    if not isinstance(listed, list):
        raise BadInput("“{name}” is a list", Place(file, key="eventList"), name="eventList")
    fields |= {name: value for name, value in body.items() if name not in ("eventList", "event")}
    events = []
    for number, one in enumerate(listed):
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise BadInput("the event has no type", Place(file, key=f"eventList[{number}]"))
        own, _ = _context(one.get("@context", []))
        kept = {name: value for name, value in one.items() if name not in ("type", "@context")}
        events.append(Event(str(one["type"]), cast("Mapping[str, Any]", _read(kept, namespaces | own))))
        namespaces = own | namespaces
    kind = cast("DocumentKind", found["type"])
    return checked(Document(kind, tuple(events), fields, namespaces, context), file)


def write_json(document: Document) -> bytes:
    """Write a document as JSON-LD, UTF-8."""
    return json.dumps(to_object(document), ensure_ascii=False, indent=1).encode()


def to_object(document: Document) -> dict[str, Any]:
    """Return a document as JSON has it.

    Raises
    ------
    BadInput
        It is master data or a capture job alone: these have no JSON binding of a document.
    """
    if document.kind not in _DOCUMENTS:
        raise BadInput("{kind} is written as XML only", kind=document.kind)
    prefixes = {uri: prefix for prefix, uri in sorted(document.namespaces.items(), reverse=True) if prefix}
    writer = _Writer(prefixes, document.origin == "xml")
    events = [{"type": one.kind, **writer.record(one.fields, "")} for one in document.events]
    fields, body = dict(document.fields), cast("dict[str, Any]", {"eventList": events})
    if document.kind == "EPCISQueryDocument":
        names = ("queryName", "subscriptionID")
        said = {name: fields.pop(name) for name in names if name in fields}
        body = {"queryResults": {**said, "resultsBody": body}}
    context = [*(document.context or (CONTEXT,)), *({prefix: uri} for uri, prefix in writer.used())]
    return {"@context": context, "type": document.kind, **fields, "epcisBody": body}


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _refuse_deep(found: Any, file: str) -> None:
    level = [found]
    for _ in range(LIMIT_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise BadInput("the document is nested deeper than {limit}", Place(file), limit=LIMIT_DEPTH)


def _context(found: Any) -> tuple[dict[str, str], tuple[Any, ...]]:
    """Return the namespaces of a context, and its other entries."""
    namespaces: dict[str, str] = {}
    others: list[Any] = []
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict):
            texts = {name: value for name, value in one.items() if isinstance(value, str) and not name.startswith("@")}
            namespaces |= texts
            if rest := {name: value for name, value in one.items() if name not in texts}:
                others.append(rest)
        else:
            others.append(one)
    return namespaces, tuple(others)


def _read(value: Any, namespaces: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_expanded(name, namespaces): _read(one, namespaces) for name, one in value.items()}
    return [_read(one, namespaces) for one in value] if isinstance(value, list) else value


def _expanded(name: str, namespaces: Mapping[str, str]) -> str:
    mark = "@" if name.startswith("@") else ""
    prefix, colon, local = name[len(mark) :].partition(":")
    return f"{mark}{{{namespaces[prefix]}}}{local}" if colon and prefix in namespaces else name


class _Writer:
    """Writes records with prefixes; invents those that are missing."""

    def __init__(self, prefixes: dict[str, str], from_xml: bool) -> None:
        self._prefixes = prefixes
        self._declared = set(prefixes)
        self._from_xml = from_xml
        self._seen: set[str] = set()

    def used(self) -> Sequence[tuple[str, str]]:
        """Return (namespace, prefix): of JSON all that were declared, of XML those that are needed."""
        kept = self._seen if self._from_xml else self._seen | self._declared
        return sorted((uri, self._prefixes[uri]) for uri in kept)

    def record(self, value: Mapping[str, Any], parent: str) -> dict[str, Any]:
        """Return a record as JSON has it."""
        written = {self._name(name): self._value(name, one, parent) for name, one in value.items()}
        return {name: one for name, one in written.items() if one is not None or not self._from_xml}

    def _name(self, name: str) -> str:
        mark = "@" if name.startswith("@") else ""
        if not name[len(mark) :].startswith("{"):
            return name
        uri, _, local = name[len(mark) + 1 :].rpartition("}")
        if uri == MASTER_ATTRIBUTES and self._from_xml:
            return f"{mark}cbvmda:{local}"
        if uri not in self._prefixes:
            taken = set(self._prefixes.values())
            self._prefixes[uri] = next(one for i in range(len(taken) + 1) if (one := f"ns{i}") not in taken)
        self._seen.add(uri)
        return f"{mark}{self._prefixes[uri]}:{local}"

    def _value(self, name: str, value: Any, parent: str) -> Any:
        if isinstance(value, Mapping):
            if self._from_xml and value.get(_XSI_NIL) in ("true", "1"):
                return None
            inner = {key: one for key, one in value.items() if not self._from_xml or key != _XSI_TYPE}
            return inner["#text"] if set(inner) == {"#text"} else self.record(inner, name if name in _NAMED else parent)
        if isinstance(value, list | tuple):
            return [self._value(name, one, name) for one in value]
        return _converted(name, value, parent) if self._from_xml and isinstance(value, str) else value


_NAMED = frozenset({*ITEMS, "sensorReport", "persistentDisposition", "errorDeclaration"})


def _converted(name: str, value: str, parent: str) -> Any:
    """Return a value of XML as JSON has it: numbers and truth values as such, standard values as bare words."""
    if name in NUMBERS:
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if name == "booleanValue":
        return value in ("true", "1")
    return plain_word(place_of_words(parent, name), value)
