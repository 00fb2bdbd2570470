"""Resolve a pack through its bases: additions, removals and replacements, each with its legal basis.

Resolution is a small pure step on parsed documents. An overlay never edits its base; it gives new entries, and
each entry keeps, for every one of its keys, the pack that stated it last and on what basis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from linghang.conditions.document import Mapping
from linghang.conditions.model import Origin
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, Place, nearest
from linghang.words import Listed, Text

SECTIONS = ("levels", "links", "interpretation", "fields", "tables", "elements", "indicators")
FORMAT = "linghang-pack/1"


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file: its name for messages, its content and its digest."""

    file: str
    content: Mapping
    digest: str

    @property
    def id(self) -> str:
        """The pack's id (checked when the pack is built)."""
        return str(self.content.get("id"))

    @property
    def base(self) -> str | None:
        """Id of the pack that this one changes, of an overlay."""
        base = self.content.get("base")
        return None if base is None else str(base)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section: what it says, and where each key of it comes from."""

    body: dict[str, Any]
    origins: dict[str, Origin]
    file: str
    line: int | None

    def shape(self) -> Shape:
        """The entry as something to take typed values from."""
        return Shape(self.body, self.file, self.line)


@dataclass(frozen=True, slots=True)
class Resolved:
    """All sections after the changes of all overlays: section -> key -> entry; and who removed what, on what basis."""

    sources: tuple[Source, ...]
    sections: dict[str, dict[str, Entry]] = field(default_factory=dict)
    removed: dict[str, Origin] = field(default_factory=dict)


def resolve(sources: Sequence[Source]) -> Resolved:
    """Resolve a chain of documents, base first.

    Raises
    ------
    BadInput
        A change that names nothing, adds what is there, has no basis, or a key that stands twice.
    """
    base, *overlays = sources
    if "changes" in base.content:
        raise Shape(base.content, base.file).refuse("“changes” need a “base” that they change", "changes")
    sections = {section: dict(_entries(base, section)) for section in SECTIONS}
    removed: dict[str, Origin] = {}
    for overlay in overlays:
        for section in SECTIONS:
            if section in overlay.content:
                line = overlay.content.lines.get(section) if isinstance(overlay.content, Mapping) else None
                raise BadInput(
                    "an overlay states its differences under “changes”, not a section “{section}” of its own",
                    Place(overlay.file, line),
                    section=section,
                )
        for change in Shape(overlay.content, overlay.file).items("changes"):
            _apply(change, overlay, sections, removed)
    return Resolved(tuple(sources), sections, removed)


def key_of(body: dict[str, Any], section: str) -> str:
    """Return the key of an entry: its id, and the level for elements."""
    return f"{body.get('id')}@{body.get('level', 'all')}" if section == "elements" else str(body.get("id"))


def _entries(source: Source, section: str) -> Iterator[tuple[str, Entry]]:
    seen: set[str] = set()
    for shape in Shape(source.content, source.file).items(section):
        shape.take("id", str)
        key = key_of(shape.data, section)
        if key in seen:
            raise shape.refuse("“{name}” stands twice in {section}", "id", name=key, section=section)
        seen.add(key)
        yield key, _entry(shape, source, None)


def _entry(shape: Shape, source: Source, basis: Text | None) -> Entry:
    origin = Origin(source.id, basis)
    return Entry(shape.data, dict.fromkeys(shape.data, origin), source.file, shape.line)


def _apply(change: Shape, source: Source, sections: dict[str, dict[str, Entry]], removed: dict[str, Origin]) -> None:
    verbs = [verb for verb in ("add", "remove", "replace") if verb in change.data]
    if len(verbs) != 1:
        raise change.refuse("a change has exactly one of add, remove, replace")
    verb = verbs[0]
    target = change.take(verb, str)
    change.subject = target
    section = change.word("in", SECTIONS, "elements")
    basis = _basis(change)
    entries = sections[section]
    if verb == "remove":
        key = _find(change, verb, target, entries)
        removed[key] = Origin(source.id, basis)
        del entries[key]
    else:
        body = change.shape("with")
        if "id" in body.data:
            raise body.refuse("“id” is not stated under “with”; it follows {verb}:", "id", verb=verb)
        if verb == "add":
            _add(body, target, section, entries, source, basis)
        else:
            key = _find(change, verb, target, entries)
            entries[key] = _replaced(entries[key], body, source, basis)
            if key_of(entries[key].body, section) != key:
                raise body.refuse("a replacement keeps the level; remove the element and add another", "level")
    change.done()


def _basis(change: Shape) -> Text:
    if change.data.get("basis") is None:
        raise change.refuse(
            "the change names no “basis”: the text that it rests on, as {example}",
            example="basis: {zh: …, en: …}",
        )
    return change.text("basis")


def _find(change: Shape, verb: str, target: str, entries: dict[str, Entry]) -> str:
    if target in entries:
        return target
    at_any_level = f"{target}@"
    matches = [key for key in entries if key.startswith(at_any_level)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise change.refuse(
            "“{name}” stands at several levels; say which: {names}",
            verb,
            name=target,
            names=Listed(matches),
        )
    raise change.refuse("the base has no “{name}”; {near}", verb, name=target, near=nearest(target, sorted(entries)))


def _add(body: Shape, target: str, section: str, entries: dict[str, Entry], source: Source, basis: Text) -> None:
    entry = _entry(body, source, basis)
    whole = {"id": target, **entry.body}
    key = key_of(whole, section)
    if key in entries:
        raise body.refuse("the base has “{name}” already; replace it instead", name=key)
    added = replace(entry, body=_with_lines(whole, body), origins={**entry.origins, "id": Origin(source.id, basis)})
    _insert(entries, key, added)


def _insert(entries: dict[str, Entry], key: str, added: Entry) -> None:
    """Put an entry behind the last one of its part and clause, so that reasons follow the text; else at the end."""
    part, clause = added.body.get("part"), added.body.get("clause")
    order = list(entries)
    beside = (
        place
        for place in range(len(order), 0, -1)
        if (body := entries[order[place - 1]].body).get("clause") == clause and body.get("part") == part
    )
    behind = order[next(beside, len(order)) :] if clause else []
    moved = {one: entries.pop(one) for one in behind}
    entries[key] = added
    entries.update(moved)


def _replaced(before: Entry, body: Shape, source: Source, basis: Text) -> Entry:
    origin = Origin(source.id, basis)
    merged = _with_lines({**before.body, **body.data}, body)
    if {"rule", "rules"} & body.data.keys():  # a new rule replaces the old ones, however either was written
        for stale in {"rule", "rules"} - body.data.keys():
            merged.pop(stale, None)
    return Entry(merged, {**before.origins, **dict.fromkeys(body.data, origin)}, source.file, body.line)


def _with_lines(body: dict[str, Any], shape: Shape) -> Mapping:
    known = Mapping(shape.line or 0)
    known.update(body)
    known.lines = dict(shape.lines)
    return known
