"""List, show, check and compare packs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from linghang.conditions import maturity, overlay, scenes
from linghang.conditions.document import read_file
from linghang.conditions.maturity import MaturityModel, load_maturity
from linghang.conditions.model import Element, Interpretation, Origin, Pack
from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.conditions.shape import Shape
from linghang.conditions.shelf import PACKS, format_of, load_pack, shelf_files, shown_path
from linghang.errors import BadInput, ManyProblems, nearest
from linghang.words import Text

__all__ = [
    "Checked",
    "Difference",
    "Document",
    "MaturityModel",
    "Pack",
    "SceneGuide",
    "ShelfEntry",
    "check_packs",
    "diff_packs",
    "list_packs",
    "load",
]

Document = Pack | SceneGuide | MaturityModel
Kind = Literal["conditions", "scenes", "maturity"]

_LOADERS: dict[str, Kind] = {overlay.FORMAT: "conditions", scenes.FORMAT: "scenes", maturity.FORMAT: "maturity"}


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One line of the list of packs."""

    id: str
    kind: Kind
    title: Text
    status: str
    base: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found in one file; no problems means that it is whole."""

    file: str
    problems: tuple[BadInput, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that two packs state differently.

    Attributes
    ----------
    change
        added, removed or changed, seen from the first pack to the second.
    section
        elements, interpretation, indicators, …
    before, after
        Attribute -> value of what differs.
    origin
        Who states the second value or removed the entry, and on what basis.
    """

    change: Literal["added", "removed", "changed"]
    section: str
    id: str
    cited: str
    before: dict[str, Any]
    after: dict[str, Any]
    origin: Origin | None


def list_packs() -> list[ShelfEntry]:
    """List everything on the shelf: packs of conditions first, then scenes and maturity models."""
    listed = [_listed(path) for path in shelf_files()]
    order = list(_LOADERS.values())
    return sorted(listed, key=lambda one: (order.index(one.kind), one.base is not None, one.id))


@cache
def _listed(path: Path) -> ShelfEntry:
    """What comes with the product is immutable, so it is read once: every request that names a pack asks for it."""
    shape = Shape(read_file(path), shown_path(path))
    valid = shape.shape("valid")
    return ShelfEntry(
        shape.take("id", str),
        _LOADERS[shape.word("format", tuple(_LOADERS))],
        shape.text("title"),
        shape.take("status", str),
        shape.maybe("base", str),
        valid.take("from", date),
        valid.maybe("to", date),
    )


def load(name: str) -> Document:
    """Load any document of the shelf by its id, or a file of one's own.

    Raises
    ------
    BadInput
        There is no such document, or it is not whole.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else PACKS / f"{name}.yaml"
    if not path.is_file():
        known = [one.stem for one in shelf_files()]
        raise BadInput("there is no pack {name}; {near}", name=name, near=nearest(name, known))
    return _load(path)


def _load(path: Path) -> Document:
    kind = format_of(path) if path.parent == PACKS else str(read_file(path).get("format"))
    if kind == scenes.FORMAT:
        return load_scenes(path)
    if kind == maturity.FORMAT:
        return load_maturity(path)
    return load_pack(str(path) if path.parent != PACKS else path.stem)


def check_packs(names: Sequence[str] = ()) -> list[Checked]:
    """Check the named documents, or everything on the shelf."""
    paths = [Path(name) if name.endswith((".yaml", ".yml")) else PACKS / f"{name}.yaml" for name in names]
    return [_checked(path) for path in paths or list(shelf_files())]


def _checked(path: Path) -> Checked:
    try:
        load(str(path) if path.parent != PACKS else path.stem)
    except ManyProblems as found:
        return Checked(shown_path(path), found.problems)
    except BadInput as found:
        return Checked(shown_path(path), (found,))
    return Checked(shown_path(path), ())


def diff_packs(before: str, after: str) -> list[Difference]:
    """Compare two packs of conditions entry by entry.

    Returns
    -------
    What the second adds, removes or states differently, in the order of the packs.
    """
    a, b = load_pack(before), load_pack(after)
    return [
        one
        for section in ("elements", "interpretations", "indicators", "fields", "tables")
        for one in _compare(section, _by_key(getattr(a, section)), _by_key(getattr(b, section)), b)
    ]


_COMPARED = (
    "level",
    "part",
    "link",
    "kind",
    "force",
    "clause",
    "text",
    "rules",
    "value",
    "choices",
    "title",
    "codes",
    "values",
)


def _by_key(entries: Sequence[Any]) -> dict[str, Any]:
    return {entry.key if isinstance(entry, Element) else entry.id: entry for entry in entries}


def _compare(section: str, before: dict[str, Any], after: dict[str, Any], pack: Pack) -> Iterator[Difference]:
    for key, old in before.items():
        if key not in after:
            yield Difference("removed", section, key, _cited(old), _attributes(old), {}, pack.removed.get(key))
            continue
        was, now = _attributes(old), _attributes(after[key])
        changed = [name for name in now if was.get(name) != now[name]]
        if changed:
            new = after[key]
            yield Difference(
                "changed",
                section,
                key,
                _cited(new),
                {name: was.get(name) for name in changed},
                {name: now[name] for name in changed},
                _origin(new, changed),
            )
    for key, new in after.items():
        if key not in before:
            yield Difference("added", section, key, _cited(new), {}, _attributes(new), _origin(new, ["id"]))


def _attributes(entry: Any) -> dict[str, Any]:
    found = {name: getattr(entry, name) for name in _COMPARED if hasattr(entry, name)}
    if "rules" in found:
        found["rule"] = "; ".join(rule.source for rule in found.pop("rules"))
    return {name: value for name, value in found.items() if value not in (None, ())}


def _cited(entry: Any) -> str:
    return entry.cited if isinstance(entry, Element) else ""


def _origin(entry: Any, names: Sequence[str]) -> Origin | None:
    if not isinstance(entry, Element | Interpretation):
        return None
    found = [entry.origins[name] for name in names if name in entry.origins]
    return next((one for one in found if one.basis), found[0] if found else None)
