"""What documents can prove and state, by name and title, for whoever looks for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from linghang.conditions.maturity import FORMAT as MATURITY
from linghang.conditions.maturity import load_maturity
from linghang.conditions.scenes import FORMAT as SCENES
from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import format_of, load_pack, pack_ids, shelf_files
from linghang.evidence.catalogue import DERIVATIONS
from linghang.usecases.evidence_targets import FINDINGS, LEVEL, MAX_MATURITY, may_be_stated
from linghang.words import Text

Kind = Literal["element", "indicator", "scene", "maturity", "field", "count"]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a document can be about.

    Attributes
    ----------
    name
        As a description has it: an element, `indicator:oee`, `scene:28`, `maturity:ITEM`, `field:maturity_level`;
        of a count that can only be stated its field, such as `scenes_advanced`.
    cited
        Clause, number or code, as people quote it.
    says
        Values that a document can state of it; none where it can only be linked. `N` stands for any whole number.
    """

    name: str
    kind: Kind
    cited: str
    title: Text
    says: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """The name under which it is stated."""
        return self.name.removeprefix("field:")


@cache
def derivation_titles() -> Mapping[str, Text]:
    """Return what each derivation from the records looks at, by its id."""
    return {one.id: one.text for one in DERIVATIONS}


@cache
def every_target() -> Mapping[str, Target]:
    """Return everything by name: elements first, in the order of the packs."""
    found: dict[str, Target] = {}
    for one in (*_elements(), *_fields(), *_indicators(), *_guides()):
        found.setdefault(one.name, one)
    return found


def find_targets(words: str, limit: int) -> list[Target]:
    """Return what holds all words in its name, clause or title, at most `limit`; all of it where there are no words."""
    wanted = words.casefold().split()
    found = []
    for one in every_target().values():
        text = f"{one.name} {one.cited} {one.title.zh} {one.title.en}".casefold()
        if all(word in text for word in wanted):
            found.append(one)
            if len(found) == limit:
                break
    return found


def titled(name: str) -> Target | None:
    """Return what a description names; None of what no pack knows any more."""
    return every_target().get(name)


def _elements() -> Iterator[Target]:
    for name in pack_ids():
        for one in load_pack(name).elements:
            yield Target(one.id, "element", one.cited, one.text, FINDINGS if may_be_stated(one.id) else ())


def _fields() -> Iterator[Target]:
    levels = tuple(str(one) for one in range(1, MAX_MATURITY + 1))
    yield Target(f"field:{LEVEL}", "field", LEVEL, Text("智能制造能力成熟度等级", "maturity level"), levels)
    for name in pack_ids():
        for one in load_pack(name).levels:
            title = Text(f"{one.title.zh}场景数量", f"number of scenes, {one.title.en}")
            yield Target(f"scenes_{one.id}", "count", one.id, title, ("N",))


def _indicators() -> Iterator[Target]:
    for name in pack_ids():
        for one in load_pack(name).indicators:
            yield Target(f"indicator:{one.id}", "indicator", str(one.number), one.title)


def _guides() -> Iterator[Target]:
    """Scenes and maturity items of the guides on the shelf."""
    items = []
    for path in shelf_files():
        kind = format_of(path)
        if kind == SCENES:
            for one in load_scenes(path).scenes:
                yield Target(f"scene:{one.number}", "scene", str(one.number), one.name)
        elif kind == MATURITY:
            items += [
                Target(f"maturity:{one.code}", "maturity", one.code, one.text) for one in load_maturity(path).items
            ]
    yield from items
