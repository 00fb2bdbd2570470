"""A pack as an OSCAL catalog: groups by level and link, one control an element.

Source: NIST OSCAL 1.2.1, catalog model. What OSCAL has no place for stands in properties and parts of our namespace.
"""

from collections.abc import Iterable, Iterator

from linghang.conditions.model import ALL_LEVELS, Element, Interpretation, Pack, Part
from linghang.report.oscal import NAMESPACE as NS
from linghang.report.oscal import (
    Json,
    about_document,
    about_pack,
    both,
    control_id,
    line,
    metadata,
    moment,
    prop,
    said,
    statement_id,
    uuid_of,
    without_empty,
)
from linghang.words import Text

PARTS: dict[Part, Text] = {
    "eligibility": Text("基本条件", "eligibility"),
    "maturity": Text("能力成熟度", "maturity"),
    "build": Text("建设", "construction"),
    "coverage": Text("环节覆盖", "coverage of links"),
    "scenario_count": Text("场景数", "scenario count"),
    "outcome": Text("成效", "outcome"),
}
EVERY_LEVEL = Text("各等级共同条件", "asked by every level")
LANGUAGES = ("zh", "en")


def catalog(pack: Pack) -> Json:
    """Write a resolved pack as an OSCAL catalog.

    Parameters
    ----------
    pack
        A pack of conditions, resolved through its bases.

    Returns
    -------
    The document, `{"catalog": …}`. Parameters are the interpretations, each with its source.
    """
    return catalog_of(pack, pack.elements, pack.interpretations, both(pack.title), "catalog")


def catalog_of(
    pack: Pack,
    elements: Iterable[Element],
    interpretations: Iterable[Interpretation],
    title: str,
    use: str,
) -> Json:
    """Write some elements and interpretations of a pack as a catalog; `use` tells its UUID from others of the pack."""
    asked = tuple(elements)
    body = {
        "uuid": uuid_of(use, pack.id, pack.digest),
        "metadata": metadata(
            title,
            moment(pack.valid_from),
            pack.valid_from.isoformat(),
            props=about_pack(pack) + about_document(pack),
            **_note(pack),
        ),
        "params": [parameter(one) for one in interpretations],
        "groups": [_level(pack, *one, asked) for one in levels_of(pack) if _of(one[0], asked)],
    }
    return {"catalog": without_empty(body.items())}


def levels_of(pack: Pack) -> Iterator[tuple[str, Text, Text | None]]:
    """Yield what every level asks, and each level, lowest first: id, title, aim."""
    yield ALL_LEVELS, EVERY_LEVEL, None
    for level in pack.levels:
        yield level.id, level.title, level.aim


def sections_of(pack: Pack, elements: Iterable[Element]) -> Iterator[tuple[str, Text, tuple[Element, ...]]]:
    """Yield the parts of one level in the pack's order, construction by its links: id, title, elements."""
    found: dict[str, list[Element]] = {}
    for element in elements:
        found.setdefault(element.link or element.part, []).append(element)
    titles: dict[str, Text] = {one.id: one.title for one in pack.links}
    for section, members in found.items():
        part = members[0].part
        named = titles[section] if members[0].link else PARTS[part]
        yield f"{'link' if members[0].link else 'part'}-{section}", named, tuple(members)


def control(element: Element) -> Json:
    """Write an element as a control; its attributes are properties, so that a profile can alter each of them."""
    return {
        "id": control_id(element),
        "class": "element",
        "title": element.id,
        "props": properties(element),
        "parts": [
            {"id": statement_id(element), "name": "statement", "parts": statement(element)},
            *rules(element),
        ],
    }


def properties(element: Element) -> list[Json]:
    """Return what is asked beside the text: ids, clause, part, kind, force, and who stated it on what basis."""
    found = [
        prop("element", element.id),
        prop("level", element.level),
        prop("document", element.document),
        prop("clause", element.clause),
        prop("part", element.part),
        prop("kind", element.kind),
        prop("force", element.force),
    ]
    if element.link:
        found.append(prop("link", element.link))
    return found + bases(element)


def bases(element: Element) -> list[Json]:
    """Return the legal basis of every value that an overlay changed."""
    return [
        said("basis", origin.basis, name) | {"group": origin.pack}
        for name, origin in element.origins.items()
        if origin.basis is not None
    ]


def statement(element: Element, suffix: str = "") -> list[Json]:
    """Return the text in both languages, as two items of the statement."""
    return [
        {
            "id": f"{statement_id(element)}.{language}{suffix}",
            "name": "item",
            "class": language,
            "props": [prop("language", language)],
            "prose": getattr(element.text, language),
        }
        for language in LANGUAGES
    ]


def rules(element: Element, suffix: str = "") -> list[Json]:
    """Return the dated rules, each as a part of our namespace whose prose is the rule as a pack writes it."""
    return [
        {
            "id": f"{control_id(element)}__rule.{place}{suffix}",
            "name": "rule",
            "ns": NS,
            "props": [
                prop("valid-from", rule.valid_from.isoformat()),
                *([prop("valid-to", rule.valid_to.isoformat())] if rule.valid_to else []),
            ],
            "prose": line(rule.source),
        }
        for place, rule in enumerate(element.rules, 1)
    ]


def parameter(one: Interpretation) -> Json:
    """Write an interpretation as a parameter: its value, its source, what it means."""
    return {
        "id": parameter_id(one),
        "class": "interpretation",
        "props": [
            prop("source", one.source),
            *([prop("unit", one.unit)] if one.unit else []),
            *(prop("choice", choice) for choice in one.choices),
            *(
                said("basis", origin.basis, name) | {"group": origin.pack}
                for name, origin in one.origins.items()
                if origin.basis is not None
            ),
        ],
        "label": line(one.text.zh),
        "usage": one.text.en,
        "values": [value_of(one)],
    }


def parameter_id(one: Interpretation) -> str:
    """Return the id of an interpretation's parameter."""
    return f"interpretation.{one.id}"


def value_of(one: Interpretation) -> str:
    """Write the value of an interpretation as a pack writes it."""
    return ("true" if one.value else "false") if isinstance(one.value, bool) else str(one.value)


def _of(level: str, elements: Iterable[Element]) -> tuple[Element, ...]:
    return tuple(one for one in elements if one.level == level)


def _level(pack: Pack, level: str, title: Text, aim: Text | None, elements: tuple[Element, ...]) -> Json:
    aims = [{"name": "overview", "prose": f"{aim.zh}\n\n{aim.en}"}] if aim else []
    found = {
        "id": f"level-{level}",
        "class": "level",
        "title": both(title),
        "parts": aims,
        "groups": [
            {
                "id": f"level-{level}.{section}",
                "class": section.partition("-")[0],
                "title": both(named),
                "controls": [control(one) for one in members],
            }
            for section, named, members in sections_of(pack, _of(level, elements))
        ],
    }
    return without_empty(found.items())


def _note(pack: Pack) -> Json:
    return {"remarks": f"{pack.note.zh}\n\n{pack.note.en}"} if pack.note else {}
