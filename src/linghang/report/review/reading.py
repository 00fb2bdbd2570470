"""What the checks look at: a draft, its claims in groups, and what the pack asks of the level applied for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from linghang.conditions.model import Pack
from linghang.report.claims.model import Claim, Draft, Paragraph
from linghang.report.remarks import Remark, Spot
from linghang.report.review.catalogue import CHECK
from linghang.words import Text

_COVERS = re.compile(r"covers\(([^)]*)\)")
_MATURITY = re.compile(r"maturity_level\s*>=\s*(?:(\d)|interpretation\.(\w+))")
_SCENES = re.compile(r"scenes_\w+\s*>=\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack asks of one level: least maturity, links, least number of scenes, each with its clause."""

    maturity: int | None = None
    maturity_clause: str = ""
    links: tuple[str, ...] = ()
    links_must: bool = True
    links_clause: str = ""
    scenes: int | None = None
    scenes_clause: str = ""


def asked_of(pack: Pack, level: str) -> Asked:
    """Read what the rules of a pack ask of a level."""
    found: dict[str, object] = {}
    for element in pack.elements:
        if element.level != level or not element.rules:
            continue
        source = element.rules[-1].source
        clause = f"{element.document} {element.clause}"
        if element.part == "maturity" and (one := _MATURITY.search(source)):
            value = one[1] or next((str(each.value) for each in pack.interpretations if each.id == one[2]), "")
            if value.isdigit():
                found |= {"maturity": int(value), "maturity_clause": clause}
        elif element.part == "coverage" and (one := _COVERS.search(source)):
            links = tuple(name.strip() for name in one[1].split(","))
            found |= {"links": links, "links_must": element.force == "must", "links_clause": clause}
        elif element.part == "scenario_count" and (one := _SCENES.search(source)):
            found |= {"scenes": int(one[1]), "scenes_clause": clause}
    return Asked(**found)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Reading:
    """One draft under review.

    Attributes
    ----------
    day
        Day that the draft is looked at from: what lies after it is the future.
    level
        Level that the reader names; None takes the draft's own.
    """

    draft: Draft
    claims: Sequence[Claim]
    pack: Pack
    day: date
    level: str | None = None
    by_kind: dict[str, list[Claim]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.claims:
            self.by_kind.setdefault(one.kind, []).append(one)

    def of(self, kind: str) -> list[Claim]:
        """The claims of one kind, in the order of the text."""
        return self.by_kind.get(kind, [])

    @cached_property
    def levels_claimed(self) -> list[Claim]:
        """Where the draft says which level it applies for."""
        return [one for one in self.of("level") if one.detail["said"] == "claimed"]

    @cached_property
    def applied_for(self) -> str | None:
        """The level: given by the reader, else the first that the draft applies for."""
        if self.level is not None:
            return self.level
        return self.levels_claimed[0].subject if self.levels_claimed else None

    @cached_property
    def asked(self) -> Asked:
        """What the pack asks of the level applied for."""
        return asked_of(self.pack, self.applied_for) if self.applied_for else Asked()

    @cached_property
    def figures(self) -> list[Claim]:
        """Figures that are about a known quantity."""
        return [one for one in self.of("figure") if one.subject]

    def level_title(self, level: str) -> Text:
        """A level's name in the pack."""
        return next((one.title for one in self.pack.levels if one.id == level), Text(level, level))

    def find(
        self, pattern: "re.Pattern[str]", kinds: Sequence[str] = ()
    ) -> Iterator[tuple[Paragraph, "re.Match[str]"]]:
        """Places of a pattern in the paragraphs (of some kinds)."""
        for paragraph in self.draft.paragraphs:
            if kinds and paragraph.kind not in kinds:
                continue
            for one in pattern.finditer(paragraph.text):
                yield paragraph, one

    @property
    def whole(self) -> Spot:
        """The place of what is missing altogether: the top of the draft, where nothing is quoted."""
        return Spot("draft", self.draft.name)


def remark(code: str, spot: Spot, message: Text, others: Sequence[Spot] = (), mend: Text | None = None) -> Remark:
    """A remark of one check."""
    return Remark(CHECK[code], spot, message, tuple(others), mend)
