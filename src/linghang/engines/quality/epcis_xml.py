"""EPCIS 2.0 documents in XML (9 of the standard): reading and writing.

A document with a DTD that says anything, or with entities, is refused before anything of it is used; a bare
`<!DOCTYPE name>`, as some published examples have it, says nothing and is let through. Nothing is ever fetched.
"""

import xml.parsers.expat as expat
from collections.abc import Mapping, Sequence
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from linghang.engines.quality.epcis_check import checked
from linghang.engines.quality.epcis_model import (
    LIMIT_BYTES,
    LIMIT_DEPTH,
    Document,
    DocumentKind,
    Event,
    Tree,
    place_of_words,
    xml_word,
)
from linghang.engines.quality.epcis_words import (
    EPCIS_XML,
    EVENTS,
    ITEMS,
    MASTER_ATTRIBUTES,
    MASTER_XML,
    QUERY_XML,
    RECORDS,
    TYPED,
    XSI,
)
from linghang.errors import BadInput, Place

_ROOTS: Mapping[str, DocumentKind] = {
    f"{{{EPCIS_XML}}}EPCISDocument": "EPCISDocument",
    f"{{{QUERY_XML}}}EPCISQueryDocument": "EPCISQueryDocument",
    f"{{{MASTER_XML}}}EPCISMasterDataDocument": "EPCISMasterDataDocument",
    f"{{{EPCIS_XML}}}EPCISCaptureJob": "EPCISCaptureJob",
}
_WRAPPERS = ("extension", "baseExtension")
"""Elements that earlier versions put around later fields; they say nothing."""


def read_xml(content: bytes | str, file: str = "epcis.xml") -> Document:
    """Read a document of events, query results, master data, or about a capture job.

    Raises
    ------
    BadInput
        It is no XML, too large, too deep, has a DTD or entities, or is no such document.
    ManyProblems
        Several things in it break the rules.
    """
    root, namespaces = parsed(content, file)
    kind = _ROOTS.get(root.name)
    if kind is None:
        raise BadInput("“{name}” is no document of EPCIS 2.0", Place(file), name=root.name[:120])
    fields: dict[str, Any] = {_root_name(name): value for name, value in root.attributes}
    if kind == "EPCISCaptureJob":
        return Document(kind, (), fields, namespaces, origin="xml", body=root)
    header, body = root.find("EPCISHeader"), root.find("EPCISBody")
    if body is None:
        raise BadInput("“{name}” is missing", Place(file, key="EPCISBody"), name="EPCISBody")
    listed, results = body.find("EventList"), body.find("QueryResults")
    if results is not None:
        for name in ("queryName", "subscriptionID"):
            if (said := results.find(name)) is not None:
                fields[name] = said.text
        listed = results.find("resultsBody", "EventList")
    if header is not None:
        fields |= _parties(header)
    if listed is None:
        return checked(Document(kind, (), fields, namespaces, origin="xml", header=header, body=body), file)
    events = tuple(Event(one.name, _event(one)) for one in _unwrapped(listed.children))
    return checked(Document(kind, events, fields, namespaces, origin="xml", header=header), file)


def parsed(content: bytes | str, file: str) -> tuple[Tree, dict[str, str]]:
    """Return the root of an XML document and the namespaces that it declares; see `read_xml` for what is refused."""
    if len(content) > LIMIT_BYTES:
        raise BadInput("the document has more than {limit} bytes; split it", Place(file), limit=LIMIT_BYTES)
    builder = _Builder(file)
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadInput("this is no XML: {reason}", Place(file, error.lineno), reason=str(error)[:120]) from error
    except (ValueError, LookupError) as error:
        raise BadInput("this is no XML: {reason}", Place(file), reason=str(error)[:120]) from error
    return builder.root(), builder.namespaces


class _Builder:
    """Builds the tree, and refuses what could do harm while it is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[tuple[str, tuple[tuple[str, str], ...], list[str], list[Tree]]] = [("", (), [], [])]
        self.namespaces: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity

    def root(self) -> Tree:
        """Return what was built."""
        return self._open[0][3][0]

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        if len(self._open) > LIMIT_DEPTH:
            raise BadInput("the document is nested deeper than {limit}", self._place(), limit=LIMIT_DEPTH)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        self._open.append((_braced(name), tuple((_braced(one), value) for one, value in pairs), [], []))

    def _end(self, _: str) -> None:
        name, attributes, text, children = self._open.pop()
        self._open[-1][3].append(Tree(name, attributes, "".join(text).strip(), tuple(children)))

    def _text(self, text: str) -> None:
        if not self._open[-1][3]:
            self._open[-1][2].append(text)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if prefix and uri:
            self.namespaces.setdefault(prefix, uri)

    def _doctype(self, _: str, system: str | None, public: str | None, inner: bool) -> None:
        if system or public or inner:
            raise BadInput("the document has a DTD; EPCIS needs none, and it is not read", self._place())

    def _entity(self, *_: object) -> None:
        raise BadInput("the document has entities; EPCIS needs none, and they are not read", self._place())

    def _place(self) -> Place:
        return Place(self._file, self.parser.CurrentLineNumber)


def _braced(name: str) -> str:
    return "{" + name if "}" in name else name


def _root_name(name: str) -> str:
    return f"@{name}" if "}" in name else name


def _parties(header: Tree) -> dict[str, str]:
    """Return sender, receiver and number of a document from its Standard Business Document Header."""
    paths = {
        "sender": ("StandardBusinessDocumentHeader", "Sender", "Identifier"),
        "receiver": ("StandardBusinessDocumentHeader", "Receiver", "Identifier"),
        "instanceIdentifier": ("StandardBusinessDocumentHeader", "DocumentIdentification", "InstanceIdentifier"),
    }
    return {name: found.text for name, path in paths.items() if (found := header.find(*path)) is not None}


def _unwrapped(children: Sequence[Tree]) -> list[Tree]:
    return [one for child in children for one in (_unwrapped(child.children) if child.name in _WRAPPERS else [child])]


def _event(tree: Tree) -> dict[str, Any]:
    fields: dict[str, Any] = {f"@{name}": value for name, value in tree.attributes}
    for child in _unwrapped(tree.children):
        _put(fields, child.name, _field(child))
    return fields


def _field(tree: Tree) -> Any:
    children = _unwrapped(tree.children)
    if tree.name in ITEMS:
        return [_item(one) for one in children]
    if tree.name in ("sensorMetadata", "sensorReport"):
        return dict(tree.attributes)
    if tree.name in RECORDS:
        record: dict[str, Any] = {f"@{name}": value for name, value in tree.attributes}
        for one in children:
            if one.name in ("set", "unset"):
                record.setdefault(one.name, []).append(one.text)
            else:
                _put(record, one.name, _field(one))
        return record
    return _foreign(tree)


def _item(tree: Tree) -> Any:
    if tree.name in TYPED:
        return {**dict(tree.attributes), tree.name: tree.text}
    if tree.name == "quantityElement":
        return {one.name: _foreign(one) for one in tree.children}
    if tree.name == "sensorElement":
        record: dict[str, Any] = {}
        for one in _unwrapped(tree.children):
            if one.name == "sensorReport":
                record.setdefault("sensorReport", []).append(_field(one))
            else:
                _put(record, one.name, _field(one))
        return record
    return _foreign(tree)


def _put(record: dict[str, Any], name: str, value: Any) -> None:
    """Put a field; a second one of the name makes a list of both."""
    if name not in record:
        record[name] = value
    elif isinstance(record[name], list):
        record[name].append(value)
    else:
        record[name] = [record[name], value]


def _foreign(tree: Tree) -> Any:
    if not tree.attributes and not tree.children:
        return tree.text
    record: dict[str, Any] = {f"@{name}": value for name, value in tree.attributes}
    if tree.text:
        record["#text"] = tree.text
    for one in _unwrapped(tree.children):
        _put(record, one.name, _foreign(one))
    return record


def write_xml(document: Document) -> bytes:
    """Write a document as XML, UTF-8, with the order of fields that the schema asks for."""
    names = {kind: root for root, kind in _ROOTS.items()}
    if document.kind == "EPCISCaptureJob":
        if document.body is None:
            raise BadInput("the capture job has no content")
        return _written(document.body, document.namespaces)
    known = ("schemaVersion", "creationDate")
    attributes = [(name, str(document.fields.get(name, "2.0"))) for name in known if name in document.fields]
    attributes += [(name[1:], str(value)) for name, value in document.fields.items() if name.startswith("@{")]
    parts = [] if (header := document.header or _header(document)) is None else [header]
    names_of = _Names(document.namespaces)
    listed = Tree("EventList", (), "", tuple(_event_tree(one, names_of) for one in document.events))
    if document.kind == "EPCISQueryDocument":
        said = [
            Tree(one, (), str(document.fields[one]))
            for one in ("queryName", "subscriptionID")
            if one in document.fields
        ]
        results = Tree(f"{{{QUERY_XML}}}QueryResults", (), "", (*said, Tree("resultsBody", (), "", (listed,))))
        body = Tree("EPCISBody", (), "", (results,))
    else:
        body = document.body or Tree("EPCISBody", (), "", (listed,))
    return _written(Tree(names[document.kind], tuple(attributes), "", (*parts, body)), document.namespaces)


def _header(document: Document) -> Tree | None:
    """Return the header that says sender, receiver and number, as JSON has them without one."""
    said = {name: document.fields.get(name) for name in ("sender", "receiver", "instanceIdentifier")}
    if not all(said.values()):
        return None
    space = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"

    def tree(name: str, *inner: Tree, text: object = "") -> Tree:
        return Tree(space + name, (), str(text), inner)

    parties = [tree(one.title(), tree("Identifier", text=said[one])) for one in ("sender", "receiver")]
    words = {
        "Standard": "EPCglobal",
        "TypeVersion": "2.0",
        "InstanceIdentifier": said["instanceIdentifier"],
        "Type": "Events",
        "CreationDateAndTime": document.fields.get("creationDate", ""),
    }
    about = tree("DocumentIdentification", *(tree(name, text=text) for name, text in words.items()))
    return Tree(
        "EPCISHeader",
        (),
        "",
        (tree("StandardBusinessDocumentHeader", tree("HeaderVersion", text="1.0"), *parties, about),),
    )


class _Names:
    """Names of JSON with a prefix that the document does not declare, as XML has them."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._known = {"cbvmda": MASTER_ATTRIBUTES} | dict(namespaces)

    def __call__(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if name.startswith("{") or not colon:
            return name
        return f"{{{self._known.get(prefix, prefix + ':')}}}{local}"


def _event_tree(event: Event, names: _Names) -> Tree:
    order = {name: place for place, name in enumerate(EVENTS.get(event.kind, ()))}
    fields = sorted((one for one in event.fields if not one.startswith("@")), key=lambda one: order.get(one, 99))
    children = [child for name in fields for child in _trees(name, event.fields[name], "", names)]
    attributes = tuple((one[1:], str(event.fields[one])) for one in event.fields if one.startswith("@"))
    return Tree(names(event.kind), attributes, "", tuple(children))


def _trees(name: str, value: Any, parent: str, names: _Names) -> list[Tree]:
    if name in ITEMS:
        items = tuple(tree for one in value for tree in _trees(ITEMS[name], one, name, names))
        return [Tree(name, (), "", items)]
    if isinstance(value, list | tuple):
        return [tree for one in value for tree in _trees(name, one, parent, names)]
    if not isinstance(value, Mapping):
        nil = ((f"{{{XSI}}}nil", "true"),) if value is None else ()
        return [Tree(names(name), nil, "" if value is None else xml_word(place_of_words(parent, name), _text(value)))]
    if name in TYPED and ITEMS.get(parent) == name:
        typed = tuple((one, xml_word(f"{parent}.type", _text(value[one]))) for one in value if one == "type")
        return [Tree(name, typed, _text(value[name]))]
    if name in ("sensorMetadata", "sensorReport"):
        said = ((names(one), xml_word(place_of_words(name, one), _text(text))) for one, text in value.items())
        return [Tree(name, tuple(said))]
    return [_record_tree(name, value, names)]


_ORDERS: Mapping[str, tuple[str, ...]] = {
    "quantityElement": ("epcClass", "quantity", "uom"),
    "sensorElement": ("sensorMetadata", "sensorReport"),
    "persistentDisposition": ("unset", "set"),
    "readPoint": ("id",),
    "bizLocation": ("id",),
}


def _record_tree(name: str, value: Mapping[str, Any], names: _Names) -> Tree:
    order = {one: place for place, one in enumerate(_ORDERS.get(name, ()))}
    inner = sorted((one for one in value if one[0] not in "@#"), key=lambda one: order.get(one, 99))
    children = tuple(tree for one in inner for tree in _trees(one, value[one], name, names))
    attributes = tuple((names(one[1:]), _text(value[one])) for one in value if one.startswith("@"))
    return Tree(names(name), attributes, _text(value.get("#text", "")), children)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(root: Tree, namespaces: Mapping[str, str]) -> bytes:
    prefixes = {uri: prefix for prefix, uri in sorted(namespaces.items(), reverse=True) if prefix and uri}
    spaces = dict.fromkeys(sorted(_spaces(root)))
    known = {EPCIS_XML: "epcis", XSI: "xsi", MASTER_ATTRIBUTES: "cbvmda", MASTER_XML: "epcismd", QUERY_XML: "epcisq"}
    for uri in spaces:
        if uri not in prefixes:
            taken = set(prefixes.values())
            names = [known.get(uri, "ns0"), *(f"ns{i}" for i in range(len(taken) + 1))]
            prefixes[uri] = next(one for one in names if one not in taken)
    declared = {f"xmlns:{prefix}": uri for uri, prefix in prefixes.items()}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(root, prefixes, lines, 0, "".join(f" {name}={quoteattr(uri)}" for name, uri in declared.items()))
    return ("\n".join(lines) + "\n").encode()


def _spaces(tree: Tree) -> set[str]:
    own = {name[1:].rpartition("}")[0] for name in (tree.name, *(one for one, _ in tree.attributes)) if "}" in name}
    return cast("set[str]", own.union(*map(_spaces, tree.children)))


def _write(tree: Tree, prefixes: Mapping[str, str], lines: list[str], depth: int, extra: str = "") -> None:
    def short(name: str) -> str:
        uri, _, local = name[1:].rpartition("}")
        return f"{prefixes[uri]}:{local}" if "}" in name else name

    said = "".join(f" {short(name)}={quoteattr(value)}" for name, value in tree.attributes)
    start = f"{' ' * depth}<{short(tree.name)}{extra}{said}"
    if not tree.text and not tree.children:
        lines.append(f"{start}/>")
        return
    if not tree.children:
        lines.append(f"{start}>{escape(tree.text)}</{short(tree.name)}>")
        return
    lines.append(f"{start}>{escape(tree.text)}")
    for one in tree.children:
        _write(one, prefixes, lines, depth + 1)
    lines.append(f"{' ' * depth}</{short(tree.name)}>")
