"""What a document may prove, state and be linked to: held against the packs that come with the product."""

import re
from collections.abc import Mapping
from functools import cache

from linghang.conditions.maturity import FORMAT as MATURITY
from linghang.conditions.maturity import load_maturity
from linghang.conditions.model import DERIVED
from linghang.conditions.scenes import FORMAT as SCENES
from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import format_of, load_pack, pack_ids, shelf_files
from linghang.errors import BadInput, nearest
from linghang.plant.tables import TABLES
from linghang.store.documents import Description

FINDINGS = ("met", "unmet", "not_applicable")
LEVEL = "maturity_level"
MAX_MATURITY = 5
MAX_SCENES = 10_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_description(description: Description) -> None:
    """Refuse what no pack asks for, and links that lead nowhere.

    Raises
    ------
    BadInput
        With what looks like it.
    """
    for one in description.proves:
        _check_target(one)
    said = [one.partition("=")[0] for one in description.states]
    for one in description.states:
        _check_stated(one, description.note)
    if len(set(said)) != len(said):
        raise BadInput("a document states each element or field once, not several times")
    for one in description.links:
        _check_link(one)


def targets() -> Mapping[str, frozenset[str]]:
    """Return what documents can prove: prefix (empty for elements) -> names."""
    elements, indicators = set[str](), set[str]()
    for name in pack_ids():
        pack = load_pack(name)
        elements |= {one.id for one in pack.elements}
        indicators |= {one.id for one in pack.indicators}
    scenes, items = _guides()
    return {
        "": frozenset(elements),
        "indicator": frozenset(indicators),
        "scene": scenes,
        "maturity": items,
        "field": frozenset((LEVEL,)),
    }


def proved_by(states: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a document proves by stating something."""
    named = (one.partition("=")[0] for one in states)
    return tuple(f"field:{one}" if one == LEVEL else one for one in named if not one.startswith("scenes_"))


def may_be_stated(name: str) -> bool:
    """Whether a document can say itself how it stands with an element; others follow from what is found."""
    return name in _statable()


@cache
def _guides() -> tuple[frozenset[str], frozenset[str]]:
    """The numbers of the scenes, and the codes of the maturity items."""
    scenes, items = set[str](), set[str]()
    for path in shelf_files():
        kind = format_of(path)
        if kind == SCENES:
            scenes |= {str(one.number) for one in load_scenes(path).scenes}
        elif kind == MATURITY:
            items |= {one.code for one in load_maturity(path).items}
    return frozenset(scenes), frozenset(items)


def _check_target(one: str) -> None:
    prefix, colon, name = one.partition(":")
    known = targets()
    if not colon:
        prefix, name = "", one
    if prefix not in known:
        words = [f"{key}:…" for key in known if key]
        raise BadInput("“{value}” is nothing that a document can prove; {near}", value=one, near=nearest(one, words))
    if prefix == "scene" and name not in known[prefix]:
        raise BadInput(
            "there is no scene {name}; the guide has scenes 1 to {count}", name=name, count=len(known[prefix])
        )
    if name not in known[prefix]:
        near = nearest(name, sorted(known[prefix]))
        raise BadInput("“{value}” is asked for by no pack; {near}", value=one, near=near)


def _check_stated(one: str, note: str) -> None:
    about, equals, value = one.partition("=")
    if not equals:
        raise BadInput("“{value}” states nothing; write ELEMENT=met or maturity_level=3", value=one)
    if about == LEVEL or about.startswith("scenes_"):
        limit = MAX_MATURITY if about == LEVEL else MAX_SCENES
        if not value.isdecimal() or not value.isascii() or int(value) > limit:
            raise BadInput(
                "{name} is a whole number from 0 to {limit}, not “{value}”", name=about, limit=limit, value=value
            )
        if about != LEVEL:
            _check_among(about.removeprefix("scenes_"), _levels())
        return
    _check_among(about, _statable())
    if value not in FINDINGS:
        near = nearest(value, FINDINGS)
        raise BadInput("{name}: “{value}” is no finding; {near}", name=about, value=value, near=near)
    if value == "not_applicable" and not note.strip():
        raise BadInput("{name}: not_applicable needs a written reason: give it as the note", name=about)


def _check_among(name: str, known: frozenset[str]) -> None:
    if name not in known:
        raise BadInput("“{value}” cannot be stated; {near}", value=name, near=nearest(name, sorted(known)))


@cache
def _levels() -> frozenset[str]:
    return frozenset(level for name in pack_ids() for level in load_pack(name).level_ids)


@cache
def _statable() -> frozenset[str]:
    """Elements of which a pack takes a finding; others follow from what is found."""
    return frozenset(one.id for name in pack_ids() for one in load_pack(name).elements if one.part not in DERIVED)


def _check_link(one: str) -> None:
    kind, colon, rest = one.partition(":")
    if kind == "record" and colon:
        table, slash, key = rest.partition("/")
        if table not in TABLES:
            near = nearest(table, list(TABLES))
            raise BadInput("“{value}”: there is no table {name}; {near}", value=one, name=table, near=near)
        if not slash or not key:
            raise BadInput("“{value}” names no row; write record:{name}/KEY", value=one, name=table)
    elif kind == "observation" and colon:
        if not _SHA256.fullmatch(rest):
            raise BadInput("“{value}” names no observation; that takes its digest of 64 hexadecimal digits", value=one)
    elif kind != "telemetry" or not rest:
        raise BadInput("“{value}” is no link; write record:TABLE/KEY, observation:DIGEST or telemetry:TAG", value=one)
