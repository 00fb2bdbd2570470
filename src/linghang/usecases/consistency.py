"""Check that everything which one factory says of itself fits together: records, evidence, statements, a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.report.consistency.catalogue import CATALOGUE, GROUPS
from linghang.report.consistency.making import Made, counted, make
from linghang.report.remarks import Check, Remark, Severity, by_severity
from linghang.store.workspace import open_workspace
from linghang.usecases.consistency_facts import gather
from linghang.usecases.consistency_waivers import Waiver, waivers_of
from linghang.usecases.kept import assessed_document
from linghang.words import Listed, Text

__all__ = ["Check", "Consistency", "Remark", "Severity", "check_consistency", "every_check"]


@dataclass(frozen=True, slots=True)
class Consistency:
    """What the checks found.

    Attributes
    ----------
    made
        Every check with its outcome, in the order of the codes.
    accepted
        Remarks that a reviewer accepted with a reason -> the waiver; they are not among `remarks`.
    """

    as_of: date
    pack: str
    level: str | None
    made: tuple[Made, ...]
    accepted: Mapping[int, Waiver] = field(default_factory=dict)

    @property
    def everything(self) -> tuple[Remark, ...]:
        """All remarks, accepted ones too."""
        return tuple(remark for one in self.made for remark in one.remarks)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The remarks that nobody accepted, in the order of the codes."""
        return tuple(one for place, one in enumerate(self.everything) if place not in self.accepted)

    @property
    def accepted_remarks(self) -> tuple[tuple[Remark, Waiver], ...]:
        """The accepted remarks, each with its reason."""
        every = self.everything
        return tuple((every[place], waiver) for place, waiver in sorted(self.accepted.items()))

    @property
    def counts(self) -> dict[str, int]:
        """How many checks passed, failed and could not be made, and how many remarks there are of each severity."""
        return {
            **{str(name): count for name, count in counted(self.made).items()},
            **{str(name): count for name, count in by_severity(self.remarks).items()},
            "accepted": len(self.accepted),
        }

    def to_dict(self) -> dict[str, Any]:
        """The checks as JSON has them."""
        return {
            "as_of": self.as_of.isoformat(),
            "pack": self.pack,
            "level": self.level,
            "counts": self.counts,
            "remarks": [one.to_dict() for one in self.remarks],
            "accepted": [one.to_dict() | {"waiver": waiver.to_dict()} for one, waiver in self.accepted_remarks],
            "not_checkable": [
                {"code": one.check.code, "title": one.check.title.to_dict(), "needs": [n.to_dict() for n in one.needs]}
                for one in self.made
                if one.outcome == "not_checkable"
            ],
            "passed": [one.check.code for one in self.made if one.outcome == "passed"],
        }


def check_consistency(
    folder: Path,
    *,
    pack: str,
    now: datetime,
    level: str | None = None,
    as_of: date | None = None,
    draft: Path | None = None,
    only: Sequence[str] = (),
) -> Consistency:
    """Make the checks over a workspace, and a draft where one is given.

    Parameters
    ----------
    folder
        The workspace.
    pack
        Id or file of the pack.
    now
        The caller's clock (with a zone).
    level
        Level that is applied for (else the one that the draft names); its checks are left open without it.
    as_of
        Day of judgement (else the plant's today).
    draft
        Somebody's draft of the application: DOCX, PDF, text or Markdown.
    only
        Beginnings of codes; all checks by default.

    Raises
    ------
    BadInput
        The folder is no workspace, the pack or the level is not known, or the draft cannot be read.
    """
    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)
    chosen = load_pack(pack)
    if level is not None and level not in chosen.level_ids:
        raise BadInput(
            "{option} takes {choices}, not “{value}”", option="--level", choices=Listed(chosen.level_ids), value=level
        )
    known = {row.check.code for row in CATALOGUE}
    for one in only:
        if not any(code.startswith(one) for code in known):
            raise BadInput("no check begins with “{value}”; groups are {names}", value=one, names=Listed(GROUPS))
    assessed = assessed_document(folder, pack=pack, now=now, as_of=day)
    facts = gather(workspace, chosen, day, assessed, level, draft)
    made = make(facts, only)
    every = [remark for one in made for remark in one.remarks]
    waivers = waivers_of(folder)
    held = {place: waiver for place, one in enumerate(every) if (waiver := waivers.get(one)) is not None}
    return Consistency(day, chosen.id, facts.level, made, held)


def every_check() -> list[tuple[Text, list[Check]]]:
    """The catalogue by groups: what a group is about, and its checks."""
    return [
        (title, [row.check for row in CATALOGUE if row.check.code.startswith(group)]) for group, title in GROUPS.items()
    ]
