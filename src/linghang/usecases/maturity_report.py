"""Take in the result of an official maturity report: a registered document that states its level."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from linghang.errors import BadInput
from linghang.store.documents import Description
from linghang.usecases.evidence_register import Registered, add_document
from linghang.usecases.maturity import opened
from linghang.words import Listed, Text

__all__ = ["OfficialResult", "Registered", "import_report"]


@dataclass(frozen=True, slots=True)
class OfficialResult:
    """What an official report says.

    Attributes
    ----------
    score
        Its total score, where it prints one.
    issuer
        The body that assessed.
    valid_until
        First day on which it no longer counts; None for the end of the year of its issue.
    """

    level: int
    issuer: str
    issued_on: date
    score: Decimal | None = None
    title: str = ""
    valid_until: date | None = None


def import_report(folder: Path, path: Path, result: OfficialResult, *, now: datetime) -> Registered:
    """Register a report; its level becomes a documented observation in the ledger.

    Raises
    ------
    BadInput
        Level or score do not fit the model or each other, nobody issued it, or the file is refused.
    """
    one = opened(folder)
    levels = {known.level: known for known in one.model.levels}
    if result.level not in levels:
        raise BadInput("“{value}” is not one of {choices}", value=result.level, choices=Listed(levels))
    if not result.issuer.strip():
        raise BadInput("an official report has an issuer: the body that assessed")
    level = levels[result.level]
    if result.score is not None and not level.score_from <= result.score <= level.score_to:
        raise BadInput(
            "a score of {score} is not of level {level}, which lies between {low} and {high}; look into the report",
            score=result.score,
            level=result.level,
            low=level.score_from,
            high=level.score_to,
        )
    title = Text(f"成熟度评估报告：{result.level} 级", f"Maturity assessment report: level {result.level}")
    return add_document(
        folder,
        path,
        Description(
            title=result.title or str(title),
            kind="maturity_report",
            states=(f"maturity_level={result.level}",),
            issuer=result.issuer.strip(),
            issued_on=result.issued_on,
            valid_until=result.valid_until,
            note="" if result.score is None else str(Text(f"总分 {result.score}", f"total score {result.score}")),
        ),
        now=now,
    )
