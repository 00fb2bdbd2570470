"""Small packs written by hand for the tests of the judge."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from linghang.conditions import document
from linghang.conditions.build import build
from linghang.conditions.model import Pack
from linghang.conditions.overlay import FORMAT, Source
from linghang.judge.case import Case, read_case
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import FloorVerdict

AS_OF = date(2026, 6, 30)
KIND_OF_PART = {
    "eligibility": "fact",
    "maturity": "maturity",
    "build": "capability",
    "coverage": "coverage",
    "scenario_count": "count",
    "outcome": "benchmark",
}
LINK_COVERED = ("all", "majority", "any")


def text(said: str) -> dict[str, str]:
    return {"zh": said, "en": said}


def element(name: str, rule: str = "found", part: str = "eligibility", **rest: Any) -> dict[str, Any]:
    """One element as a pack's file has it; `rest` overrides kind, level, force, link."""
    return {
        "id": name,
        "level": "all",
        "part": part,
        "kind": KIND_OF_PART[part],
        "clause": "1",
        "text": text(name),
        "rule": rule,
        **rest,
    }


def built(name: str, link: str, level: str = "basic", **rest: Any) -> dict[str, Any]:
    """One element of a link."""
    return element(name, part="build", link=link, level=level, **rest)


def coverage(*links: str, level: str = "basic", **rest: Any) -> dict[str, Any]:
    """The coverage element of a level."""
    return element(f"{level}.coverage", f"covers({', '.join(links)})", "coverage", level=level, **rest)


def interpretation(name: str, value: Any, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"id": name, "value": value, "choices": list(choices), "source": "platform", "text": text(name)}


def field(name: str, kind: str, codes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"id": name, "type": kind, "codes": list(codes), "text": text(name)}


def table(name: str, keys: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "keys": list(keys), "values": values, "text": text(name)}


def written(*elements: dict[str, Any], levels: tuple[str, ...] = ("basic",), **sections: Any) -> dict[str, Any]:
    """A whole pack as its file has it; links are those that its elements name."""
    links = dict.fromkeys(one["link"] for one in elements if "link" in one)
    return {
        "format": FORMAT,
        "id": "small",
        "short": "S",
        "title": text("small"),
        "status": "complete",
        "valid": {"from": date(2020, 1, 1), "to": None},
        "levels": [{"id": level, "title": text(level), "aim": text(level)} for level in levels],
        "links": [{"id": link, "title": text(link), "clause": "1", "sub_links": []} for link in links],
        "elements": list(elements),
        **sections,
    }


def build_pack(content: Mapping[str, Any], *changes: Mapping[str, Any]) -> Pack:
    """Build a pack; `changes` make it an overlay on it."""
    sources = [content]
    if changes:
        head = {key: content[key] for key in ("format", "short", "title", "status", "valid")}
        sources.append({**head, "id": "overlay", "base": content["id"], "changes": list(changes)})
    return build([Source(f"{one['id']}.yaml", _mapping(one), "0" * 64) for one in sources])


def change(verb: str, target: str, body: Mapping[str, Any] | None = None, section: str = "elements") -> dict[str, Any]:
    """One change of an overlay."""
    stated = {} if body is None else {"with": {key: value for key, value in body.items() if key != "id"}}
    return {verb: target, "in": section, "basis": text("a notice"), **stated}


def _mapping(content: Mapping[str, Any]) -> document.Mapping:
    whole = document.Mapping(1)
    whole.update(content)
    return whole


def small_program(
    *elements: dict[str, Any], link_covered: str = "all", as_of: date = AS_OF, chosen: Any = None, **rest: Any
) -> Program:
    """A small pack made ready to judge."""
    own = interpretation("link_covered", link_covered, LINK_COVERED)
    interpretations = [own, *rest.pop("interpretation", ())]
    return prepare(build_pack(written(*elements, interpretation=interpretations, **rest)), as_of, chosen)


def case_of(judging: Program, said: str) -> Case:
    """Read a case file from its text."""
    return read_case(document.read(said.encode(), "case.yaml", document.CASE_LIMITS), "case.yaml", judging)


def at_floor(judging: Program, said: str, floor: str = "declared") -> FloorVerdict:
    """Judge a case file given as its text, and return one floor."""
    return judge(judging, case_of(judging, said)).floors[floor]
