"""Build the pack that the judge reads from resolved documents, refusing what is not whole."""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, cast, get_args

from linghang.conditions import rule_parser, rules
from linghang.conditions.checks import check_pack
from linghang.conditions.model import (
    ALL_LEVELS,
    DatedRule,
    Element,
    Field,
    Force,
    Indicator,
    Interpretation,
    Kind,
    Level,
    Link,
    Pack,
    Part,
    SubLink,
    Table,
)
from linghang.conditions.overlay import FORMAT, Entry, Resolved, Source, resolve
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, ManyProblems

_HEAD = (
    "format",
    "id",
    "base",
    "title",
    "short",
    "document",
    "valid",
    "status",
    "note",
    "restates",
    "changes",
)


_PARTS, _KINDS, _FORCES = get_args(Part), get_args(Kind), get_args(Force)


def build(sources: list[Source]) -> Pack:
    """Resolve and build a pack from its chain of documents, base first, and check it.

    Raises
    ------
    BadInput
        The first thing that keeps the pack from being built.
    ManyProblems
        Everything that is wrong with a pack that can be built.
    """
    resolved = resolve(sources)
    pack = _assemble(resolved)
    problems = list(check_pack(pack, _file_of(resolved)))
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return pack


def _file_of(resolved: Resolved) -> dict[str, tuple[str, int | None]]:
    pack = resolved.sources[-1]
    entries = (pair for section in resolved.sections.values() for pair in section.items())
    return {pack.id: (pack.file, None), **{key: (entry.file, entry.line) for key, entry in entries}}


def _assemble(resolved: Resolved) -> Pack:
    source = resolved.sources[-1]
    head = Shape(source.content, source.file)
    for section in resolved.sections:
        head.taken.add(section)
    head.taken.update(_HEAD)
    head.done()
    if head.take("format", str) != FORMAT:
        raise head.refuse("this format is not known; it should be {format}", "format", format=FORMAT)
    valid_from, valid_to = validity(head.shape("valid"))
    short = head.take("short", str)
    head.maybe("restates", bool)
    sections = resolved.sections
    shorts = _shorts(resolved)
    return Pack(
        id=head.take("id", str),
        title=head.text("title"),
        short=short,
        document=head.maybe("document", dict) or {},
        note=head.maybe_text("note"),
        status=head.word("status", ("complete", "partial")),
        valid_from=valid_from,
        valid_to=valid_to,
        levels=tuple(_level(entry.shape()) for entry in sections["levels"].values()),
        links=tuple(_link(entry.shape()) for entry in sections["links"].values()),
        elements=tuple(
            _element(entry, shorts[_stating(entry)], (valid_from, valid_to)) for entry in sections["elements"].values()
        ),
        interpretations=tuple(_interpretation(entry) for entry in sections["interpretation"].values()),
        fields=tuple(_field(entry.shape()) for entry in sections["fields"].values()),
        tables=tuple(_table(entry.shape()) for entry in sections["tables"].values()),
        indicators=tuple(_indicator(entry.shape()) for entry in sections["indicators"].values()),
        lineage=tuple(one.id for one in resolved.sources),
        removed=resolved.removed,
        digest=hashlib.sha256("".join(one.digest for one in resolved.sources).encode()).hexdigest(),
    )


def validity(shape: Shape) -> tuple[date, date | None]:
    """Take `{from: date, to: date or null}`; `to` is the first day on which it is no longer in force."""
    start, end = shape.take("from", date), shape.maybe("to", date)
    if end is not None and end <= start:
        raise shape.refuse("it ends on {end}, before it begins on {start}", "to", start=start, end=end)
    shape.done()
    return start, end


def _shorts(resolved: Resolved) -> dict[str, str]:
    """Pack that states a clause -> the document that it is cited by: that one, or the last that restates it."""
    shorts: dict[str, str] = {}
    for place, stating in enumerate(resolved.sources):
        later = [one for one in resolved.sources[place + 1 :] if one.content.get("restates") is True]
        shorts[stating.id] = str([stating, *later][-1].content.get("short"))
    return shorts


def _stating(entry: Entry) -> str:
    return (entry.origins.get("clause") or entry.origins["id"]).pack


def _level(shape: Shape) -> Level:
    level = Level(shape.take("id", str), shape.text("title"), shape.text("aim"))
    if level.id == ALL_LEVELS:
        raise shape.refuse("“all” is no name for a level", "id")
    shape.done()
    return level


def _link(shape: Shape) -> Link:
    subs = []
    for sub in shape.items("sub_links"):
        subs.append(SubLink(sub.take("id", str), sub.text("title")))
        sub.done()
    link = Link(
        shape.take("id", str),
        shape.text("title"),
        shape.take("clause", str),
        tuple(subs),
        shape.strings("also_called"),
    )
    shape.done()
    return link


def _element(entry: Entry, document: str, valid: tuple[date, date | None]) -> Element:
    shape = entry.shape()
    identity = shape.take("id", str)
    clause = shape.take("clause", str)
    shape.subject = f"{identity} ({document} {clause})"
    part = cast(Part, shape.word("part", _PARTS))
    element = Element(
        id=identity,
        level=shape.maybe("level", str, ALL_LEVELS) or ALL_LEVELS,
        part=part,
        kind=cast(Kind, shape.word("kind", _KINDS)),
        force=cast(Force, shape.word("force", _FORCES, "must")),
        clause=clause,
        document=document,
        text=shape.text("text"),
        rules=tuple(_rules(shape, valid)),
        link=shape.take("link", str) if part == "build" else None,
        origins=entry.origins,
    )
    shape.done()
    return element


def _rules(shape: Shape, valid: tuple[date, date | None]) -> Iterator[DatedRule]:
    shape.taken.update(("rule", "rules"))
    if ("rule" in shape.data) == ("rules" in shape.data):
        raise shape.refuse("an element has either one “rule” or dated “rules”")
    if "rule" in shape.data:
        yield _rule(shape, *valid)
        return
    for dated in shape.items("rules"):
        dated.subject = shape.subject
        start, end = dated.take("from", date), dated.maybe("to", date)
        if end is not None and end <= start:
            raise dated.refuse("it ends on {end}, before it begins on {start}", "to", start=start, end=end)
        yield _rule(dated, start, end)
        dated.done()


def _rule(shape: Shape, start: date, end: date | None) -> DatedRule:
    source = shape.take("rule", str)
    try:
        return DatedRule(source, rule_parser.parse(source), start, end)
    except BadInput as error:
        raise BadInput(error.message, shape.place("rule"), shape.subject, **error.values) from None


def _interpretation(entry: Entry) -> Interpretation:
    shape = entry.shape()
    shape.subject = f"interpretation {shape.take('id', str)}"
    value = _scalar(shape, "value")
    interpretation = Interpretation(
        shape.take("id", str),
        value,
        shape.strings("choices"),
        shape.take("source", str),
        shape.text("text"),
        shape.maybe("unit", str) or "",
        entry.origins,
    )
    shape.done()
    return interpretation


def _scalar(shape: Shape, key: str) -> Decimal | str | bool:
    value: Any = shape.take(key, object)
    if isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    raise shape.refuse("“{name}” must be a number, a word, true or false", key, name=key)


_FIELD_TYPES = {"number": "number", "date": "date", "code": "code", "yes_no": "finding"}


def _field(shape: Shape) -> Field:
    field = Field(
        shape.take("id", str),
        cast(rules.Type, _FIELD_TYPES[shape.word("type", tuple(_FIELD_TYPES))]),
        shape.text("text"),
        shape.strings("codes"),
    )
    shape.done()
    return field


def _table(shape: Shape) -> Table:
    identity, keys, text = shape.take("id", str), shape.strings("keys"), shape.text("text")
    if not keys:
        raise shape.refuse("a table needs at least one key", "keys")
    values: dict[tuple[str, ...], Decimal] = {}
    _fill(shape.shape("values"), (), len(keys), values)
    shape.done()
    table = Table(identity, keys, values, text)
    _ = table.digest  # so that judging does not have to compute it
    return table


def _fill(shape: Shape, prefix: tuple[str, ...], depth: int, values: dict[tuple[str, ...], Decimal]) -> None:
    for key in shape.data:
        if depth == 1:
            values[(*prefix, key)] = shape.take(key, Decimal)
        else:
            _fill(shape.shape(key), (*prefix, key), depth - 1, values)


def _indicator(shape: Shape) -> Indicator:
    indicator = Indicator(
        shape.take("id", str),
        shape.take("number", int),
        shape.text("group"),
        shape.text("title"),
        shape.take("unit", str),
        cast(Any, shape.word("type", ("state", "change"))),
        cast(Any, shape.word("better", ("higher", "lower"))),
    )
    shape.done()
    return indicator
