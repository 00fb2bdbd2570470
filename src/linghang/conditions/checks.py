"""What must hold of every pack before anybody is judged by it. A refusal names file, element and clause."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from itertools import islice, pairwise, product

from linghang.conditions.model import (
    ALL_LEVELS,
    DERIVED,
    MAX_CONDITIONS,
    Element,
    Field,
    Indicator,
    Interpretation,
    Kind,
    Level,
    Link,
    Pack,
    Part,
    Table,
)
from linghang.conditions.rule_types import Scope, check, check_share_bound
from linghang.conditions.rules import Compare, Covers, Name, Share, Type, names, walk
from linghang.errors import BadInput, Place, nearest
from linghang.words import Listed, Text

Places = Mapping[str, tuple[str, int | None]]

LINK_COVERED = "link_covered"
LINK_COVERED_CHOICES = ("all", "majority", "any")

_ID = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
_RESERVED = frozenset({"found", "as_of", "maturity", "scenario_count", "and", "or", "not", "in", "true", "false"})
_KINDS: dict[Part, tuple[Kind, ...]] = {
    "eligibility": ("fact", "attested", "measured", "capability", "benchmark"),
    "maturity": ("maturity",),
    "build": ("capability",),
    "coverage": ("coverage",),
    "scenario_count": ("count",),
    "outcome": ("benchmark", "attested", "fact", "measured"),
}


def fields_of(pack: Pack) -> tuple[Field, ...]:
    """Return the fields that rules may read: the house's own (maturity level, scene counts) and the pack's."""
    maturity = Field("maturity_level", "number", Text("GB/T 39116 成熟度等级", "GB/T 39116 maturity level"))
    scenes = (
        Field(
            f"scenes_{level.id}",
            "number",
            Text(f"{level.title.zh}典型场景数", f"number of scenes of the {level.title.en} list"),
        )
        for level in pack.levels
    )
    return (maturity, *scenes, *pack.fields)


def scope_of(pack: Pack) -> Scope:
    """Return what the names in the pack's rules can mean."""
    types: dict[type, Type] = {Decimal: "number", str: "code", bool: "finding"}
    return Scope(
        fields={field.id: field.type for field in fields_of(pack)},
        elements=frozenset(key for key, found in pack.by_id.items() if len(found) == 1 and found[0].part != "coverage"),
        interpretations={one.id: types[type(one.value)] for one in pack.interpretations},
        tables={table.id: table.keys for table in pack.tables},
        links=frozenset(link.id for link in pack.links),
    )


def check_pack(pack: Pack, places: Places) -> Iterator[BadInput]:
    """Yield everything that is wrong with a pack.

    Parameters
    ----------
    pack
        A resolved pack.
    places
        Key of an entry -> file and line where it was last stated.
    """
    scope = scope_of(pack)
    values = {f"interpretation.{one.id}": one.value for one in pack.interpretations}
    yield from _check_names(pack, places)
    for element in pack.elements:
        refuse = _Refuser(element, places).refuse
        yield from _check_element(element, pack, refuse)
        yield from _check_validity(element, pack, refuse)
        yield from _check_rules(element, scope, refuse)
        yield from _check_shares(element, values, refuse)
    yield from _check_levels(pack, places)
    yield from _check_cycles(pack, places)
    yield from _check_interpretations(pack, places)
    yield from _check_tables(pack, places)


Refuse = Callable[..., BadInput]


class _Refuser:
    """Makes refusals that name file, element and clause."""

    def __init__(self, element: Element, places: Places) -> None:
        self.element = element
        self.places = places

    def refuse(self, message: str, /, **values: object) -> BadInput:
        element = self.element
        place = Place(*self.places.get(element.key, (element.document, None)))
        return BadInput(message, place, f"{element.id} ({element.cited})", **values)


def _place(places: Places, key: str) -> Place:
    return Place(*places.get(key, (key, None)))


def _may_be_id(name: str) -> bool:
    return bool(_ID.fullmatch(name)) and name not in _RESERVED and not name.startswith("interpretation.")


def _check_names(pack: Pack, places: Places) -> Iterator[BadInput]:
    fields = {field.id for field in fields_of(pack)}
    entries: tuple[Level | Link | Field | Table | Interpretation | Indicator, ...] = (
        *pack.levels,
        *pack.links,
        *pack.fields,
        *pack.tables,
        *pack.interpretations,
        *pack.indicators,
    )
    stated_by = [(pack.id, pack.id), *((entry.id, entry.id) for entry in entries)]
    stated_by += [(sub.id, link.id) for link in pack.links for sub in link.sub_links]
    for name, key in stated_by:
        if not _may_be_id(name):
            yield BadInput(
                "“{name}” cannot be an id; use lower-case words joined by . - _", _place(places, key), name=name
            )
    house = fields_of(replace(pack, fields=()))
    for twice in sorted({one.id for one in house} & {one.id for one in pack.fields}):
        yield BadInput("the field {name} is there in every pack", _place(places, twice), name=twice)
    for element in pack.elements:
        refuse = _Refuser(element, places).refuse
        if not _may_be_id(element.id):
            yield refuse("“{name}” cannot be an id; use lower-case words joined by . - _", name=element.id)
        if element.id in fields:
            yield refuse("the id is the name of a field too")
    seen: set[str] = set()
    for link in pack.links:
        for sub in link.sub_links:
            if sub.id in seen:
                yield BadInput("the sub-link {name} belongs to two links", _place(places, link.id), name=sub.id)
            seen.add(sub.id)


def _check_element(element: Element, pack: Pack, refuse: Refuse) -> Iterator[BadInput]:
    levels = (ALL_LEVELS, *pack.level_ids)
    if element.level not in levels:
        yield refuse("there is no level {name}; {near}", name=element.level, near=nearest(element.level, levels))
    if element.part in DERIVED | {"build"} and element.level == ALL_LEVELS:
        yield refuse("an element of part {part} names its level", part=element.part)
    if element.kind not in _KINDS[element.part]:
        yield refuse(
            "an element of part {part} is of kind {kinds}, not {kind}",
            part=element.part,
            kinds=" / ".join(_KINDS[element.part]),
            kind=element.kind,
        )
    links = [link.id for link in pack.links]
    if element.link is not None and element.link not in links:
        yield refuse("there is no link {name}; {near}", name=element.link, near=nearest(element.link, links))
    if element.force == "encouraged" and element.part != "build":
        yield refuse("only what a link asks can be encouraged; say must or should")
    if not element.origins:
        yield refuse("its values have no origin")


def _check_validity(element: Element, pack: Pack, refuse: Refuse) -> Iterator[BadInput]:
    if not element.rules:
        yield refuse("has no rule")
        return
    in_order = sorted(element.rules, key=lambda rule: rule.valid_from)
    if in_order[0].valid_from > pack.valid_from:
        yield refuse("has no rule from {start} to {end}", start=pack.valid_from, end=in_order[0].valid_from)
    for before, after in pairwise(in_order):
        if before.valid_to is None or before.valid_to > after.valid_from:
            yield refuse("two rules overlap from {start}", start=after.valid_from)
        elif before.valid_to < after.valid_from:
            yield refuse("has no rule from {start} to {end}", start=before.valid_to, end=after.valid_from)
    last = in_order[-1].valid_to
    if last is not None and (pack.valid_to is None or last < pack.valid_to):
        yield refuse("has no rule from {start} to {end}", start=last, end=pack.valid_to or "…")


def _check_rules(element: Element, scope: Scope, refuse: Refuse) -> Iterator[BadInput]:
    for rule in element.rules:
        try:
            check(rule.node, scope)
        except BadInput as error:
            yield refuse(error.message, **error.values)
            continue
        covers = [node for node in walk(rule.node) if isinstance(node, Covers)]
        if element.part == "coverage" and not isinstance(rule.node, Covers):
            yield refuse("the rule of a coverage element is covers(…) and nothing else")
        if element.part != "coverage" and covers:
            yield refuse("covers(…) is the rule of a coverage element only")
        if element.part in DERIVED and "found" in names(rule.node):
            yield refuse("“found” cannot be the rule of a derived part ({part})", part=element.part)
        read = {name for name in names(rule.node) if name != "as_of" and not name.startswith("interpretation.")}
        if element.part != "coverage" and not read:
            yield refuse("the rule reads nothing of the factory, so it decides the same for everybody")


def _check_shares(element: Element, values: Mapping[str, object], refuse: Refuse) -> Iterator[BadInput]:
    for node in (node for rule in element.rules for node in walk(rule.node)):
        match node:
            case Compare(Share(), operator, Name(name)) if isinstance(values.get(name), Decimal):
                try:
                    check_share_bound(operator, values[name])
                except BadInput as error:
                    yield refuse(error.message, **error.values)


def _check_levels(pack: Pack, places: Places) -> Iterator[BadInput]:
    if not pack.levels:
        yield BadInput("the pack has no level", _place(places, pack.id))
    for level in pack.level_ids:
        place = _place(places, level)
        for part in sorted(DERIVED):
            if len(found := list(pack.of(part, level))) > 1:
                yield _Refuser(found[1], places).refuse(
                    "level {level} has two elements of part {part}", level=level, part=part
                )
        required = required_over_time(pack, level)
        asked_of = Counter(element.link for element in pack.of("build", level))
        for link in dict.fromkeys(link for links in required for link in links):
            if not asked_of[link]:
                yield BadInput(
                    "level {level} requires link {link}, which asks nothing there",
                    place,
                    level=level,
                    link=link,
                )
        parts: tuple[Part, ...] = ("eligibility", "maturity", "scenario_count", "outcome")
        count = sum(1 for part in parts for _ in pack.of(part, level))
        count += max(sum(asked_of[link] for link in links) for links in required)
        if not count:
            yield BadInput("level {level} asks nothing, so everybody would reach it", place, level=level)
        if count > MAX_CONDITIONS:
            yield BadInput(
                "level {level} ranges over {count} conditions; {limit} are allowed",
                place,
                level=level,
                count=count,
                limit=MAX_CONDITIONS,
            )
        whole = all(isinstance(rule.node, Covers) for one in pack.of("coverage", level) for rule in one.rules)
        for element in pack.of("build", level) if whole else ():
            if (element.force == "encouraged") == (element.link in required[-1]):
                yield _Refuser(element, places).refuse(
                    "its force is {force}, but level {level} requires the links {links}",
                    force=element.force,
                    level=level,
                    links=Listed(required[-1] or ("–",)),
                )


def required_over_time(pack: Pack, level: str) -> list[tuple[str, ...]]:
    """Return the links that `level` requires, by each rule of its coverage element, the newest last."""
    for element in pack.of("coverage", level):
        in_order = sorted(element.rules, key=lambda rule: rule.valid_from)
        return [rule.node.links if isinstance(rule.node, Covers) else () for rule in in_order] or [()]
    return [()]


def _check_cycles(pack: Pack, places: Places) -> Iterator[BadInput]:
    reads = {
        element.id: sorted(read)
        for element in pack.elements
        if (read := {name for rule in element.rules for name in names(rule.node) if name in pack.by_id})
    }
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        refuse = _Refuser(pack.by_id[circle[0]][0], places).refuse
        yield refuse("the rules go round in a circle: {circle}", circle=" → ".join(circle))


def _check_interpretations(pack: Pack, places: Places) -> Iterator[BadInput]:
    known = {one.id: one for one in pack.interpretations}
    if any(element.part == "coverage" for element in pack.elements):
        covered = known.get(LINK_COVERED)
        if covered is None or covered.choices != LINK_COVERED_CHOICES:
            yield BadInput(
                "the pack needs the interpretation {name} with the choices {choices}",
                _place(places, pack.id),
                name=LINK_COVERED,
                choices=Listed(LINK_COVERED_CHOICES),
            )
    for one in pack.interpretations:
        if one.choices and one.value not in one.choices:
            yield BadInput(
                "“{value}” is not one of {choices}",
                _place(places, one.id),
                subject=one.id,
                value=one.value,
                choices=Listed(one.choices),
            )


def _check_tables(pack: Pack, places: Places) -> Iterator[BadInput]:
    fields = {field.id: field for field in fields_of(pack)}
    for table in pack.tables:
        place = _place(places, table.id)
        for key in table.keys:
            if key not in fields or fields[key].type != "code" or not fields[key].codes:
                yield BadInput("its key {key} is not a field that lists its codes", place, subject=table.id, key=key)
                break
        else:
            yield from _check_complete(table, fields, place)


def _check_complete(table: Table, fields: Mapping[str, Field], place: Place) -> Iterator[BadInput]:
    codes = [dict.fromkeys(fields[key].codes) for key in table.keys]
    absent = (row for row in product(*codes) if row not in table.values)  # never all at once: keys multiply
    for row in islice(absent, 3):
        yield BadInput("has no value for {row}", place, subject=table.id, row=" × ".join(row))
    extra = (row for row in table.values if any(code not in known for code, known in zip(row, codes, strict=True)))
    for row in islice(extra, 3):
        yield BadInput(
            "has a value for {row}, which is not among the codes of its keys",
            place,
            subject=table.id,
            row=" × ".join(row),
        )
