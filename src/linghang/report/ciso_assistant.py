"""A pack as a library of CISO Assistant: one framework, levels over links over elements, each level a group.

Source: the YAML that CISO Assistant's own converter writes (repository intuitem/ciso-assistant-community,
`tools/README.md` and the importer `backend/library/utils.py`): one document, a library with a framework whose
requirement nodes stand after their parents. Locale is zh; English stands under `translations`.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from linghang.conditions.model import ALL_LEVELS, Element, Pack
from linghang.errors import BadInput
from linghang.report.oscal import control_id, line
from linghang.report.oscal_catalog import levels_of, sections_of
from linghang.words import Text

PACKAGER = "linghang"
COPYRIGHT = Text(
    "要素的表述由领航撰写，不是文件原文；条款号、术语和数值依文件。文件的权利属于其发布机关。",
    "The wording of the elements is Linghang's own, not the document's; clause numbers, terms and figures follow the "
    "document, whose rights are its issuers'.",
)
_DERIVED = Text("由其他要素得出，无需另行评定", "follows from the other elements, so it is not assessed itself")

Node = dict[str, Any]


def library(pack: Pack, version: int = 1) -> Node:
    """Write a pack as a library.

    Parameters
    ----------
    pack
        A pack of conditions.
    version
        Version of the library, from 1; CISO Assistant updates a library that it holds only to a higher one.

    Raises
    ------
    BadInput
        The version is below 1.
    """
    if version < 1:
        raise BadInput("the version of a library is a whole number from 1 on, not {version}", version=version)
    said = _texts(pack.title, _description(pack))
    framework = {"urn": _urn("framework", pack.id), "ref_id": pack.id, **said}
    framework["implementation_groups_definition"] = [
        {"ref_id": one.id, **_texts(one.title, one.aim)} for one in pack.levels
    ]
    framework["requirement_nodes"] = list(_nodes(pack))
    return {
        "urn": _urn("library", pack.id),
        "locale": "zh",
        "ref_id": pack.id,
        **said,
        "copyright": f"{COPYRIGHT.zh}\n{COPYRIGHT.en}",
        "version": version,
        "publication_date": pack.valid_from,
        "provider": line(str(pack.document.get("issuers") or "Linghang")),
        "packager": PACKAGER,
        "objects": {"framework": framework},
    }


def written(found: Node) -> bytes:
    """Write a library as YAML in UTF-8, keys in their order."""
    text: str = yaml.dump(found, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text.encode()


class _Dumper(yaml.SafeDumper):
    """Writes equal texts each where they stand: other readers may not know anchors."""

    def ignore_aliases(self, _: object) -> bool:
        """Never use an alias."""
        return True


def _nodes(pack: Pack) -> Iterator[Node]:
    for level, title, aim in levels_of(pack):
        elements = [one for one in pack.elements if one.level == level]
        if not elements:
            continue
        groups = list(pack.level_ids) if level == ALL_LEVELS else [level]
        top = _node(pack, f"level-{level}", None, groups)
        yield top | _texts(title, aim)
        for section, named, members in sections_of(pack, elements):
            middle = _node(pack, f"level-{level}.{section}", top, groups)
            yield middle | _texts(named)
            for element in members:
                yield _requirement(pack, element, middle, groups)


def _node(pack: Pack, ref_id: str, parent: Node | None, groups: list[str]) -> Node:
    found: Node = {"urn": _urn("req_node", f"{pack.id}:{ref_id.lower()}"), "assessable": False}
    found["depth"] = 1 if parent is None else int(parent["depth"]) + 1
    if parent is not None:
        found["parent_urn"] = parent["urn"]
    return found | {"ref_id": ref_id, "implementation_groups": groups}


def _requirement(pack: Pack, element: Element, parent: Node, groups: list[str]) -> Node:
    node = _node(pack, control_id(element), parent, groups)
    node["assessable"] = element.part != "coverage"
    named = Text(element.cited, element.cited)
    texts = _texts(named, element.text, _annotation(element))
    return node | texts


def _annotation(element: Element) -> Text:
    """Say what CISO Assistant has no field for: kind, force, rules, and what an overlay rests on."""
    said = [f"kind: {element.kind}; force: {element.force}"]
    said += [f"rule from {rule.valid_from}: {line(rule.source)}" for rule in element.rules]
    zh, en = list(said), list(said)
    if element.part == "coverage":
        zh.append(_DERIVED.zh)
        en.append(_DERIVED.en)
    for name, origin in element.origins.items():
        if origin.basis is not None:
            zh.append(f"{name} ({origin.pack}): {origin.basis.zh}")
            en.append(f"{name} ({origin.pack}): {origin.basis.en}")
    return Text("\n".join(zh), "\n".join(en))


def _description(pack: Pack) -> Text:
    number = line(str(pack.document.get("number") or pack.id))
    until = pack.valid_to.isoformat() if pack.valid_to else "…"
    head = f"{number}; [{pack.valid_from}, {until}); {pack.status}; {pack.digest}"
    return Text(*(f"{head}\n{note}" for note in pack.note)) if pack.note else Text(head, head)


def _texts(name: Text, description: Text | None = None, annotation: Text | None = None) -> Node:
    """Return name, description and annotation in Chinese, and their English under `translations`."""
    named = [("name", name), ("description", description), ("annotation", annotation)]
    given = [(key, text) for key, text in named if text is not None]
    return {key: text.zh for key, text in given} | {"translations": {"en": {key: text.en for key, text in given}}}


def _urn(kind: str, name: str) -> str:
    return f"urn:{PACKAGER}:risk:{kind}:{name}"
