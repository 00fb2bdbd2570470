"""The event hash of GS1: what makes the identifier of an event that anybody can compute again.

Follows CBV 2.0, 8.9 (`ni:///sha-256;…?ver=CBV2.0`): the fields in the order of the standard, keys as constrained
canonical Digital Links, standard values as web addresses, times in UTC with milliseconds, numbers without padding,
foreign fields sorted behind. `recordTime`, `eventID`, `errorDeclaration` and comments do not take part.

Where the text leaves room, the published reference generator (epcis-event-hash-generator, GS1 Germany) decides, and we
give its hash: a truth value of JSON counts as `True` and one of XML as it is written; the type of a party counts before
or after it as JSON has it; in JSON a bare standard word is resolved wherever it stands in the document, if only one
word that the document uses fits; attributes of foreign XML elements (`xsi:type`, `xsi:nil`) count. It fails where a
fraction of a second rounds up to a whole one, or a number is infinite; there we carry over, and keep the text.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from linghang.engines.quality.epcis_keys import canonical_key
from linghang.engines.quality.epcis_model import Document, Event, place_of_words
from linghang.engines.quality.epcis_words import CBV, ITEMS, META_FIELDS, REPORT_FIELDS, VOC, WORDS
from linghang.errors import BadInput

Algorithm = Literal["sha-256", "sha3-256", "sha-384", "sha-512"]
_ALGORITHMS = {"sha-256": "sha256", "sha3-256": "sha3_256", "sha-384": "sha384", "sha-512": "sha512"}

Order = Sequence[tuple[str, Any]]
_EPCS: Order = (("epc", None),)
_QUANTITIES: Order = (("quantityElement", (("epcClass", None), ("quantity", None), ("uom", None))),)
_ID: Order = (("id", None),)
ORDER: Order = (
    ("eventTime", None),
    ("eventTimeZoneOffset", None),
    ("certificationInfo", None),
    ("parentID", None),
    ("epcList", _EPCS),
    ("inputEPCList", _EPCS),
    ("childEPCs", _EPCS),
    ("quantityList", _QUANTITIES),
    ("childQuantityList", _QUANTITIES),
    ("inputQuantityList", _QUANTITIES),
    ("outputEPCList", _EPCS),
    ("outputQuantityList", _QUANTITIES),
    ("action", None),
    ("transformationID", None),
    ("bizStep", None),
    ("disposition", None),
    ("persistentDisposition", (("set", None), ("unset", None))),
    ("readPoint", _ID),
    ("bizLocation", _ID),
    ("bizTransactionList", ()),
    ("sourceList", ()),
    ("destinationList", ()),
    (
        "sensorElementList",
        (
            (
                "sensorElement",
                (
                    ("sensorMetadata", tuple((one, None) for one in META_FIELDS)),
                    ("sensorReport", tuple((one, None) for one in REPORT_FIELDS)),
                ),
            ),
        ),
    ),
)
_LEFT_OUT = frozenset({"recordTime", "eventID", "type", "errorDeclaration"})
_PARTIES = {"sourceList": "source", "destinationList": "destination", "bizTransactionList": "bizTransaction"}
_RDFS = "{http://www.w3.org/2000/01/rdf-schema#}comment"
_URNS = {"bizstep": "BizStep", "disp": "Disp", "btt": "BTT", "sdt": "SDT", "er": "ER"}


class _Node:
    """A name with a text and children; a pair of a type and a party has no name."""

    __slots__ = ("children", "name", "text")

    def __init__(self, name: str, text: str = "", children: "list[_Node] | None" = None) -> None:
        self.name, self.text, self.children = name, text, children or []


def event_hashes(document: Document, algorithm: Algorithm = "sha-256") -> list[str]:
    """Return the hash of every event of a document, in their order."""
    if algorithm not in _ALGORITHMS:
        raise BadInput("“{name}” is no algorithm of event hashes", name=algorithm)
    return [
        f"ni:///{algorithm};{hashlib.new(_ALGORITHMS[algorithm], one.encode()).hexdigest()}?ver=CBV2.0"
        for one in pre_hashes(document)
    ]


def event_hash(event: Event, namespaces: Mapping[str, str] | None = None) -> str:
    """Return the hash of one event that was made here."""
    return event_hashes(Document("EPCISDocument", (event,), namespaces=namespaces or {}))[0]


def pre_hashes(document: Document) -> list[str]:
    """Return the canonical text of every event, of which the hash is taken."""
    reader = _Json(document) if document.origin == "json" else _Xml()
    found = []
    for event in document.events:
        children = reader.children(event.fields)
        ordered = _ordered(children, ORDER)
        rest = _rest([one for one in children if one.name not in _LEFT_OUT])
        found.append(f"eventType={event.kind}{ordered}{rest}")
    return found


class _Xml:
    """Nodes of an event that came as XML."""

    def children(self, record: Mapping[str, Any]) -> list[_Node]:
        """Return the nodes of a record."""
        return [node for name, value in record.items() for node in self.nodes(name.removeprefix("@"), value)]

    def nodes(self, name: str, value: Any) -> list[_Node]:
        """Return the nodes of a field: several where it has several values."""
        if name in _PARTIES:
            return [_Node(name, "", [_Node("", "", self._pair(one)) for one in value])]
        if name in ITEMS:
            return [_Node(name, "", [node for one in value for node in self.nodes(ITEMS[name], one)])]
        if isinstance(value, list | tuple):
            return [node for one in value for node in self.nodes(name, one)]
        if isinstance(value, Mapping):
            inner = {key: one for key, one in value.items() if key != "#text"}
            return [_Node(name, self.text(value.get("#text", "")), self.children(inner))]
        return [_Node(name, self.text(value))]

    def _pair(self, value: Mapping[str, Any]) -> list[_Node]:
        return [_Node(name, self.text(one) if name == "type" else str(one)) for name, one in value.items()][:2]

    def text(self, value: Any) -> str:
        """Return a value as the hash takes it before it is made canonical."""
        text = str(value)
        for short, whole in (("gs1:", VOC), ("cbv:", CBV)):
            text = text.replace(short, whole) if text.startswith(short) else text
        return text


class _Json(_Xml):
    """Nodes of an event that came as JSON."""

    def __init__(self, document: Document) -> None:
        self._spaces = document.namespaces
        self._words = {word for event in document.events for word in _words(event.fields, "", self._spaces)}
        self._known: dict[str, str] = {}

    def children(self, record: Mapping[str, Any]) -> list[_Node]:
        kept = {
            name: value for name, value in record.items() if name not in ("comment", "rdfs:comment", _RDFS, "#text")
        }
        return super().children(kept)

    def nodes(self, name: str, value: Any) -> list[_Node]:
        if name.endswith("List") and name not in ITEMS:
            items = value if isinstance(value, list | tuple) else [value]
            return [_Node(name, "", [node for one in items for node in super(_Json, self).nodes(name[:-4], one)])]
        return super().nodes(name, value)

    def _pair(self, value: Mapping[str, Any]) -> list[_Node]:
        return [_Node(name, self.text(one)) for name, one in value.items()][:2]

    def text(self, value: Any) -> str:
        if not isinstance(value, str):
            return str(value)
        if value not in self._known:
            ends = (f"-{value}", f"/{value}")
            fitting = [one for one in self._words if one.endswith(ends)]
            text = fitting[0] if len(fitting) == 1 else value
            prefix, colon, local = text.partition(":")
            self._known[value] = self._spaces[prefix] + local if colon and prefix in self._spaces else text
        return self._known[value]


def _words(value: Any, name: str, spaces: Mapping[str, str], parent: str = "") -> Iterable[str]:
    """Give the standard values, as web addresses, that the fields of an event use."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _words(one, key, spaces, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one, name, spaces, parent if isinstance(one, str) and name in ("set", "unset") else name)
    elif isinstance(value, str) and not name.startswith("@"):
        key = place_of_words(parent, name)
        if key in WORDS:
            known, web, _ = WORDS[key]
            value = web + value if value in known else value
            for short, whole in (("gs1:", VOC), ("cbv:", CBV)):
                value = whole + value[len(short) :] if value.startswith(short) else value
        if value.startswith((CBV[:-1], VOC[:-1])):
            yield value


def _ordered(children: list[_Node], order: Order) -> str:
    """Return the text of the children that the order names, and take those away that are wholly said."""
    foreign = _foreign(children)
    parts: list[str] = []
    for name, inner in order:
        said = []
        for node in [one for one in children if one.name == name]:
            said.append(_said(node, inner))
            if not node.children:
                children.remove(node)
        parts += sorted(filter(None, said))
    return "".join(parts) + (_rest(foreign) if foreign else "")


def _said(node: _Node, inner: Order | None) -> str:
    below = _ordered(node.children, inner) if inner is not None else ""
    text = node.text.strip()
    if text:
        time = "time" in node.name.lower() and "offset" not in node.name.lower()
        text = _time(text) if time else _value(text)
        text = f"={text}" if text else ""
    return f"{node.name}{text}{below}" if text or below else ""


def _foreign(children: list[_Node]) -> list[_Node]:
    """Take the foreign fields of a part of an event away, so that they stay with it."""
    if len(children) <= 1 or any("eventTime" in one.name or "action" in one.name for one in children):
        return []
    found = [one for one in children if "{" in one.name and "/}" in one.name]
    children[:] = [one for one in children if one not in found]
    return found


def _rest(children: list[_Node]) -> str:
    said = []
    for node in children:
        text = node.text.strip()
        said.append(f"{node.name}{'=' + _value(text) if text else ''}{_rest(node.children)}")
    if not any(node.name in ("source", "destination", "bizTransaction") for node in children):
        said.sort()
    return "".join(said)


def _value(text: str) -> str:
    for urn, word in _URNS.items():
        text = text.replace(f"urn:epcglobal:cbv:{urn}:", f"{CBV}{word}-")
    text = _number(text)
    return canonical_key(text) or text


def _number(text: str) -> str:
    try:
        number = float(text)
        return str(int(number)) if number == int(number) else str(number)
    except (ValueError, OverflowError):
        return text


def _time(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return text
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    at = at.replace(microsecond=0) + timedelta(milliseconds=round(at.microsecond, -3) // 1000)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
