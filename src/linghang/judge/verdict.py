"""What a judgement says: per floor the confirmed and the possible level, and for each level why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from linghang.conditions.model import PARTS, Part
from linghang.conditions.rules import Node, written
from linghang.evidence.proof import Proof
from linghang.judge.findings import Finding, Floor
from linghang.judge.program import Asked, Program


class Step(NamedTuple):
    """One node of a rule with the value that it had, and the steps below it."""

    node: Node
    value: object
    steps: tuple["Step", ...] = ()

    @property
    def said(self) -> str:
        """The node as a rule is written."""
        return written(self.node)

    @property
    def shown(self) -> str | None:
        """The value as text: a finding, a number, a share's two bounds; None where a value is unknown."""
        if isinstance(self.value, tuple):
            return "–".join(str(bound) for bound in self.value)
        return None if self.value is None else str(self.value)

    def to_dict(self) -> dict[str, Any]:
        """The step and those below it, as JSON has them."""
        return {"rule": self.said, "value": self.shown, "steps": [one.to_dict() for one in self.steps]}


class ElementVerdict(NamedTuple):
    """One element at one floor.

    Attributes
    ----------
    finding
        What counts at this floor.
    stated
        What was stated, and with which proof; None if nothing was.
    reason
        Why the finding is not simply what was stated: not_stated, below_floor, waived; else None.
    step
        How the rule came to it, where the rule is more than what was found.
    """

    asked: Asked
    finding: Finding
    stated: Finding | None = None
    proof: Proof | None = None
    reason: str | None = None
    step: Step | None = None

    def to_dict(self) -> dict[str, Any]:
        """The element as JSON has it."""
        asked = self.asked
        return {
            "id": asked.id,
            "level": asked.level,
            "clause": asked.cited,
            "part": asked.part,
            "link": asked.link,
            "kind": asked.kind,
            "force": asked.force,
            "finding": self.finding,
            "stated": self.stated,
            "proof": self.proof,
            "reason": self.reason,
            "rule": self.step.to_dict() if self.step else None,
        }


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """One level at one floor.

    Attributes
    ----------
    parts
        Part -> finding, None where the pack has no such part.
    links
        Required link -> finding.
    failing
        Ids of the conditions that are unmet, in the pack's order.
    missing
        Ids of the conditions that are unknown, in the pack's order.
    deciding
        The smallest sets of missing conditions that confirm the level when all of a set are met; the first ones.
    deciding_count
        How many such sets there are.
    waived
        Whether the coverage part was waived.
    """

    finding: Finding
    parts: Mapping[Part, Finding | None]
    links: Mapping[str, Finding]
    failing: tuple[str, ...]
    missing: tuple[str, ...]
    deciding: tuple[tuple[str, ...], ...]
    deciding_count: int
    waived: bool

    def to_dict(self) -> dict[str, Any]:
        """The level as JSON has it."""
        return {
            "finding": self.finding,
            "parts": {part: self.parts[part] for part in PARTS},
            "links": dict(self.links),
            "failing": list(self.failing),
            "missing": list(self.missing),
            "deciding": [list(one) for one in self.deciding],
            "deciding_count": self.deciding_count,
            "waived": self.waived,
        }


@dataclass(frozen=True, slots=True)
class FloorVerdict:
    """All levels at one floor; `elements` is the trace, element by element."""

    floor: Floor
    levels: Mapping[str, LevelVerdict]
    elements: tuple[ElementVerdict, ...]

    @property
    def confirmed(self) -> str | None:
        """The highest level whose conjunction is met."""
        return next((level for level, one in reversed(tuple(self.levels.items())) if one.finding == "met"), None)

    @property
    def possible(self) -> str | None:
        """The highest level whose conjunction is not unmet."""
        return next((level for level, one in reversed(tuple(self.levels.items())) if one.finding != "unmet"), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case at the three floors."""

    program: Program
    floors: Mapping[Floor, FloorVerdict]

    def why_missing(self, floor: Floor, level: str) -> dict[str, str]:
        """Return why each missing condition is unknown: not_stated, below_floor, or unknown as stated or derived."""
        plan = next(one for one in self.program.plans if one.level.id == level)
        reasons = {one.asked.key: one.reason or "unknown" for one in self.floors[floor].elements}
        missing = set(self.floors[floor].levels[level].missing)
        return {one.id: reasons[one.key] for one in plan.conditions if one.id in missing}

    def to_dict(self) -> dict[str, Any]:
        """The judgement as JSON has it (dates as text)."""
        pack = self.program.pack
        return {
            "pack": pack.id,
            "as_of": self.program.as_of.isoformat(),
            "pack_status": pack.status,
            "pack_digest": pack.digest,
            "interpretation": {name: _plain(value) for name, value in self.program.interpretation.items()},
            "floors": {
                floor: {
                    "confirmed": one.confirmed,
                    "possible": one.possible,
                    "levels": {
                        level: verdict.to_dict() | {"missing_reasons": self.why_missing(floor, level)}
                        for level, verdict in one.levels.items()
                    },
                }
                for floor, one in self.floors.items()
            },
        }


def _plain(value: object) -> object:
    return value if isinstance(value, bool | str) else str(value)
