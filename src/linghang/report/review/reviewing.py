"""Review a draft: all checks over its claims, in the order of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linghang.conditions.model import Pack
from linghang.errors import BadInput, nearest
from linghang.report.claims import claims_of
from linghang.report.claims.model import Claim, Draft
from linghang.report.remarks import Remark, by_severity
from linghang.report.review.agreement import agree
from linghang.report.review.arithmetic import adds_up
from linghang.report.review.completeness import complete
from linghang.report.review.dating import in_time
from linghang.report.review.proving import Known, circulating, proved
from linghang.report.review.reading import Reading
from linghang.report.review.wording import worded


@dataclass(frozen=True, slots=True)
class Review:
    """What a review found.

    Attributes
    ----------
    day
        Day that the draft was looked at from.
    level
        Level that it was held against; None where neither draft nor reader names one.
    remarks
        In the order of the text; what is missing altogether comes first.
    """

    draft: Draft
    pack: Pack
    day: date
    level: str | None
    claims: Sequence[Claim]
    remarks: Sequence[Remark]

    def to_dict(self) -> dict[str, Any]:
        """The review as JSON has it."""
        counts = by_severity(tuple(self.remarks))
        return {
            "draft": self.draft.name,
            "pack": self.pack.id,
            "pack_digest": self.pack.digest,
            "day": self.day.isoformat(),
            "level": self.level,
            "paragraphs": len(self.draft.paragraphs),
            "pages": self.draft.pages,
            "claims": len(self.claims),
            "counts": dict(counts),
            "remarks": [one.to_dict() for one in self.remarks],
        }


def review(draft: Draft, pack: Pack, day: date, *, level: str | None = None, known: Known | None = None) -> Review:
    """Check a draft.

    Parameters
    ----------
    day
        Day that it is looked at from; what lies after it is the future, and its year is the current one.
    level
        Level to hold it against, instead of the one that it names.
    known
        What a workspace knows of the plant.

    Raises
    ------
    BadInput
        The pack has no such level.
    """
    order = [one.id for one in pack.levels]
    if level is not None and level not in order:
        raise BadInput("there is no level {name}; {near}", name=level, near=nearest(level, order))
    claims = claims_of(draft)
    reading = Reading(draft, claims, pack, day, level)
    found = [
        *complete(reading), *agree(reading), *adds_up(reading), *worded(reading), *in_time(reading),
        *circulating(reading),
        *(proved(reading, known) if known is not None else ()),
    ]  # fmt: skip
    found.sort(key=_place)
    return Review(draft, pack, day, reading.applied_for, claims, found)


def _place(one: Remark) -> tuple[int, int, str]:
    paragraph = -1 if one.spot.paragraph is None else one.spot.paragraph
    return paragraph, one.spot.start or 0, one.check.code
