"""EPCIS documents in memory: one shape for JSON-LD and XML, and the checks that both have to pass.

Follows GS1 EPCIS 2.0 (7.3 and 7.4 for the fields of events, 9.5 and 10 for their bindings) and CBV 2.0. The values
stand as they were written; names of other namespaces stand as `{namespace}name`, attributes of foreign XML elements as
`@name`, the text of an element that also has attributes as `#text`. That is why a document can be written again without
loss, and why its event hash is that of its source.

What it cannot do: between formats, the order of foreign XML siblings of different names is not kept, an array of one
foreign value and the value itself are one thing, and a foreign number becomes its text in XML.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from linghang.engines.quality.epcis_words import EVENTS, NUMBERS, WORDS
from linghang.errors import BadInput

Origin = Literal["json", "xml"]
DocumentKind = Literal["EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument", "EPCISCaptureJob"]
LIMIT_BYTES = 64 * 2**20
"""A document of more is to be split: a capture of this size holds some 50,000 events."""
LIMIT_DEPTH = 64
"""Nested deeper is no document of a plant but an attack."""


@dataclass(frozen=True, slots=True)
class Tree:
    """An XML element that is kept as it is: headers, master data, capture jobs.

    Attributes
    ----------
    name
        `{namespace}name`, or the bare name.
    attributes
        (name, value) in their order.
    text
        Its own text, stripped.
    children
        Its elements.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple["Tree", ...] = ()

    def find(self, *path: str) -> "Tree | None":
        """Return the first element of a path of local names."""
        found: Tree | None = self
        for name in path:
            if found is None:
                return None
            found = next((one for one in found.children if one.name.rpartition("}")[2] == name), None)
        return found


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes
    ----------
    kind
        ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent, or a foreign kind.
    fields
        Its fields in the shape of the JSON binding, without `type`.
    """

    kind: str
    fields: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        """When it happened (UTC)."""
        return parsed_time(str(self.fields["eventTime"]))

    def epcs(self, *lists: str) -> list[str]:
        """Return the identifiers of instances in the lists."""
        return [str(one) for name in lists for one in self.fields.get(name, ())]

    def quantities(self, *lists: str) -> list[tuple[str, float | None, str]]:
        """Return (class, quantity, unit) of the lists of quantities; a quantity that is not given is None."""
        return [
            (str(one["epcClass"]), _number(one.get("quantity")), str(one.get("uom", "")))
            for name in lists
            for one in self.fields.get(name, ())
        ]


@dataclass(frozen=True, slots=True)
class Document:
    """A document of events, of query results, of master data, or about a capture job.

    Attributes
    ----------
    kind
        Which one.
    events
        In their order.
    fields
        What the document says of itself: creationDate, schemaVersion, id, sender, receiver, instanceIdentifier,
        epcisHeader, queryName, subscriptionID and foreign fields.
    namespaces
        Prefix -> namespace, as declared.
    context
        Entries of the JSON-LD context that are no namespaces: addresses of contexts.
    origin
        The format it was written in; its values stand as this format has them.
    header, body
        Of XML: the header, and the body where it holds no events.
    """

    kind: DocumentKind
    events: tuple[Event, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    context: tuple[Any, ...] = ()
    origin: Origin = "json"
    header: Tree | None = None
    body: Tree | None = None


def parsed_time(text: str) -> datetime:
    """Return the moment (UTC) of an xsd:dateTimeStamp.

    Raises
    ------
    BadInput
        It is none, or has no zone: its moment would depend on where it is read.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        if found.tzinfo is None or "T" not in text:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(
            "“{value}” is no moment with its zone; write it as 2026-03-14T15:05:00+08:00", value=text[:60]
        ) from None


def plain_word(where: str, value: str) -> str:
    """Return a standard value as its bare word: `receiving` for all three ways to write it."""
    if where not in WORDS:
        return value
    known, web, xml = WORDS[where]
    short = web.replace("https://ref.gs1.org/cbv/", "cbv:").replace("https://gs1.org/voc/", "gs1:")
    for before in (web, xml, short):
        if value.startswith(before) and value[len(before) :] in known:
            return value[len(before) :]
    return value


def xml_word(where: str, value: str) -> str:
    """Return a standard value as XML has it: `urn:epcglobal:cbv:bizstep:receiving`."""
    return WORDS[where][2] + value if where in WORDS and value in WORDS[where][0] else value


def place_of_words(parent: str, name: str) -> str:
    """Return the key of WORDS for a field: the type of a party is another one than that of a measurement."""
    return f"{parent}.{name}" if name == "type" else name


def same(first: Document, second: Document) -> bool:
    """Return whether two documents say the same: the same events in the same order, whatever their format."""
    return [canonical(one) for one in first.events] == [canonical(one) for one in second.events]


def canonical(event: Event) -> dict[str, Any]:
    """Return an event without the accidents of its format: for comparing, not for writing."""
    return {"type": event.kind} | {
        _short(name): value
        for name, found in sorted(event.fields.items())
        if (value := _canonical(name, found, "")) not in (None, [], {})
    }


def _short(name: str) -> str:
    return name.replace("cbvmda:", "{urn:epcglobal:cbv:mda}").replace(
        "{urn:epcglobal:cbv:mda:}", "{urn:epcglobal:cbv:mda}"
    )


def _canonical(name: str, value: Any, parent: str) -> Any:
    if isinstance(value, Mapping):
        if value.get("@{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
            return None
        inner = {_short(key): _canonical(key, one, name) for key, one in sorted(value.items()) if not _typing(key)}
        inner = {key: one for key, one in inner.items() if one not in (None, [], {})}
        return _canonical(name, inner["#text"], parent) if set(inner) == {"#text"} else inner
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [_canonical(name, one, parent) for one in value]
        return items[0] if len(items) == 1 and _foreign(name) else items
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip()
    if name in NUMBERS or _foreign(name) or isinstance(value, int | float):
        number = _number(text)
        return text if number is None else number
    return plain_word(place_of_words(parent, name), text)


def _typing(name: str) -> bool:
    return name == "@{http://www.w3.org/2001/XMLSchema-instance}type"


def _foreign(name: str) -> bool:
    return "}" in name or ":" in name


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found == found and abs(found) != float("inf") else None


def known_kinds(events: Sequence[Event]) -> Iterator[Event]:
    """Give the events of the five standard kinds."""
    return (one for one in events if one.kind in EVENTS)
