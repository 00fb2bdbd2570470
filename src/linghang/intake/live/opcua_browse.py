"""What an OPC UA server has to offer: the variables below some roots, with units and ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from linghang.intake.live.opcua_asking import HAS_PROPERTY, Asker, local
from linghang.intake.live.opcua_datatypes import Words, kinds_of, values_of, words_of
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import TagKind

MOST_NODES = 500_000
"""Nodes after which browsing ends (ours): an address space may have no end."""
PROPERTIES = frozenset({"EngineeringUnits", "EURange", "EnumStrings", "EnumValues"})
_SERVER = ua.NodeId(ua.ObjectIds.Server)
_UNECE = "un/cefact"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable whose values are kept.

    Attributes
    ----------
    node
        Its node id on this server.
    kind
        Kind of tag.
    words
        Words of an enumeration by number; empty for all others.
    hint
        What the server says of it beside its value; `hint.name` is its node id as text.
    """

    node: ua.NodeId
    kind: TagKind
    words: Words
    hint: TagHint


@dataclass(slots=True)
class Tree:
    """What browsing found.

    Attributes
    ----------
    variables
        In the order of the tree, each once.
    unkept
        Node ids of variables whose type is not kept.
    missing_roots
        Roots that the server does not know.
    cut
        Whether there were too many nodes.
    """

    variables: list[Variable] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    missing_roots: list[str] = field(default_factory=list)
    cut: bool = False


@dataclass(slots=True)
class _Found:
    node: ua.NodeId
    path: tuple[str, ...]
    label: str | None
    properties: dict[str, ua.NodeId] = field(default_factory=dict)


async def browse(asker: Asker, roots: Sequence[str], most: int = MOST_NODES) -> Tree:
    """Find all variables below the roots, and the roots themselves where they are variables.

    Properties are no variables of their own, and the server's diagnostics are left out unless they are a root.

    Parameters
    ----------
    asker
        Asks the server.
    roots
        Node ids as text.
    most
        Nodes after which browsing ends.
    """
    tree = Tree()
    found = await _walk(asker, roots, most, tree)
    kinds, enumerations = await kinds_of(asker, [one.node for one in found])
    said = await values_of(asker, [one.properties for one in found])
    for one, kind, enumeration, properties in zip(found, kinds, enumerations, said, strict=True):
        if kind is None:
            tree.unkept.append(one.node.to_string())
            continue
        words = words_of(properties) or enumeration
        hint = TagHint(one.node.to_string(), one.path, one.label, *_unit(properties), *_range(properties))
        tree.variables.append(Variable(one.node, TagKind.TEXT if words else kind, words, hint))
    return tree


async def _walk(asker: Asker, roots: Sequence[str], most: int, tree: Tree) -> list[_Found]:
    """Walk the tree level by level; give its variables with the nodes of their properties."""
    variables, level = await _roots(asker, roots, tree)
    seen = {_SERVER, *(one.node for one in level)}
    while level and not tree.cut:
        below: list[_Found] = []
        for parent, references in zip(level, await asker.references([one.node for one in level]), strict=True):
            for reference in references:
                node, name = local(reference.NodeId), str(reference.BrowseName.Name)
                if reference.ReferenceTypeId == HAS_PROPERTY:
                    if name in PROPERTIES:
                        parent.properties[name] = node
                    continue
                if node in seen:
                    continue
                seen.add(node)
                below.append(_Found(node, (*parent.path, name), reference.DisplayName.Text))
                if reference.NodeClass == ua.NodeClass.Variable:
                    variables.append(below[-1])
        tree.cut = len(seen) > most
        level = below
    return variables


async def _roots(asker: Asker, roots: Sequence[str], tree: Tree) -> tuple[list[_Found], list[_Found]]:
    """Return those roots that are variables, and all that the server knows."""
    nodes: dict[ua.NodeId, str] = {}
    for root in roots:
        try:
            nodes[ua.NodeId.from_string(root)] = root
        except ua.UaStringParsingError:
            tree.missing_roots.append(root)
    variables, known = list[_Found](), list[_Found]()
    classes = await asker.read(list(nodes), ua.AttributeIds.NodeClass)
    names = await asker.read(list(nodes), ua.AttributeIds.BrowseName)
    for (node, root), node_class, name in zip(nodes.items(), classes, names, strict=True):
        if node_class is None:
            tree.missing_roots.append(root)
            continue
        variable = node_class == ua.NodeClass.Variable
        known.append(_Found(node, (str(name.Name),) if variable and name is not None else (), None))
        if variable:
            variables.append(known[-1])
    return variables, known


def _unit(properties: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return a unit as written and its common code, which UnitId holds as up to three letters (OPC 10000-8, 5.6.4)."""
    unit = properties.get("EngineeringUnits")
    if not isinstance(unit, ua.EUInformation):
        return None, None
    code = unit.UnitId.to_bytes(4, "big").strip(b"\0") if unit.UnitId > 0 else b""
    common = code.decode() if code.isalnum() and _UNECE in (unit.NamespaceUri or "") else None
    return unit.DisplayName.Text or None, common


def _range(properties: Mapping[str, Any]) -> tuple[float | None, float | None]:
    stated = properties.get("EURange")
    return (float(stated.Low), float(stated.High)) if isinstance(stated, ua.Range) else (None, None)
