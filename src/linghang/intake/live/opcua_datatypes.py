"""Which kind of tag a variable is, by its data type (OPC 10000-3, 5.8, 8; OPC 10000-5, 12)."""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncua import ua

from linghang.intake.live.opcua_asking import HAS_PROPERTY, HAS_SUBTYPE, Asker, local
from linghang.intake.live.opcua_types import BASE, BUILT_IN_KINDS, ENUMERATION, KINDS
from linghang.store.telemetry.points import TagKind

Words = Mapping[int, str]
MOST_LEVELS = 20
"""How far a type is climbed up to a known one (ours)."""


async def kinds_of(asker: Asker, nodes: Sequence[ua.NodeId]) -> tuple[list[TagKind | None], list[Words]]:
    """Return the kind of each variable, None where it is not kept, and the words of its enumeration."""
    types = await asker.read(nodes, ua.AttributeIds.DataType)
    ranks = await asker.read(nodes, ua.AttributeIds.ValueRank)
    bases = await _bases(asker, sorted({one for one in types if isinstance(one, ua.NodeId)}))
    own = [one for one, base in bases.items() if base == ENUMERATION]
    words = dict(zip(own, await _enumerations(asker, own), strict=True))
    kinds = [
        None if isinstance(rank, int) and rank >= 0 else BUILT_IN_KINDS.get(bases.get(type_, 0))
        for type_, rank in zip(types, ranks, strict=True)
    ]
    untyped = [at for at, type_ in enumerate(types) if bases.get(type_) == BASE]
    for at, value in zip(untyped, await asker.variants([nodes[at] for at in untyped]), strict=True):
        kinds[at] = None if value is None or value.is_array else KINDS.get(value.VariantType)
    return kinds, [words.get(type_, {}) for type_ in types]


async def _bases(asker: Asker, types: Sequence[ua.NodeId]) -> dict[ua.NodeId, int]:
    """Climb from each data type to the one of namespace 0 that says how it is kept."""
    settled: dict[ua.NodeId, int] = {}
    climbing = {one: one for one in types}
    for _ in range(MOST_LEVELS):
        known = {type_: at for type_, at in climbing.items() if _is_known(at)}
        settled.update((type_, at.Identifier) for type_, at in known.items())
        above = [(type_, at) for type_, at in climbing.items() if type_ not in known]
        found = await asker.references([at for _, at in above], HAS_SUBTYPE, 0, ua.BrowseDirection.Inverse)
        climbing = {type_: local(to[0].NodeId) for (type_, _), to in zip(above, found, strict=True) if to}
        if not climbing:
            break
    return settled


def _is_known(type_: ua.NodeId) -> bool:
    return type_.NamespaceIndex == 0 and (type_.Identifier in BUILT_IN_KINDS or type_.Identifier == BASE)


async def _enumerations(asker: Asker, types: Sequence[ua.NodeId]) -> list[Words]:
    """Read the words of enumerations."""
    found = await asker.references(types, HAS_PROPERTY)
    properties = [{one.BrowseName.Name: local(one.NodeId) for one in references} for references in found]
    return [words_of(said) for said in await values_of(asker, properties)]


async def values_of(asker: Asker, properties: Sequence[Mapping[str, ua.NodeId]]) -> list[dict[str, Any]]:
    """Read the properties of many nodes at once; give them by name for each node."""
    flat = [(at, name, node) for at, one in enumerate(properties) for name, node in one.items()]
    said: list[dict[str, Any]] = [{} for _ in properties]
    for (at, name, _), value in zip(flat, await asker.read([node for *_, node in flat]), strict=True):
        said[at][name] = value
    return said


def words_of(properties: Mapping[str, Any]) -> Words:
    """Return the words of an enumeration from its EnumStrings or EnumValues (OPC 10000-3, 5.8.3)."""
    if isinstance(strings := properties.get("EnumStrings"), list):
        return {number: one.Text for number, one in enumerate(strings) if getattr(one, "Text", None)}
    if isinstance(values := properties.get("EnumValues"), list):
        return {one.Value: one.DisplayName.Text for one in values if isinstance(one, ua.EnumValueType)}
    return {}
