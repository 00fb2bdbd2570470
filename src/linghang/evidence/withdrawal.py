"""A withdrawal: a source says nothing more about something, from a day on. Nothing is deleted for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, cast, get_args

from linghang.errors import BadInput
from linghang.evidence.observation import Observation, SourceKind, Voice, sha256_of

Reason = Literal["not_stated", "not_derived", "retired", "revised"]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One record that takes back what a source said of one subject.

    Attributes
    ----------
    about, subject
        What was spoken of, as in the observation.
    kind, source
        Kind and id of the source.
    day
        Day of judgement from which on its word no longer counts; on earlier days it does.
    made_at
        When it was taken back (UTC).
    reason
        not_stated (the statements no longer say it), not_derived (the records give no answer any more), retired (the
        document was), or revised (a newer revision of the document does not say it).
    observation
        Digest of the observation that was its last word.
    needs
        What the records would have to give so that there is an answer again.
    """

    about: str
    subject: str
    kind: SourceKind
    source: str
    day: date
    made_at: datetime
    reason: Reason
    observation: str
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise BadInput("a withdrawal is made at a time with a zone")
        if self.reason not in get_args(Reason) or self.kind not in get_args(SourceKind):
            raise BadInput("is not a withdrawal: {reason}", reason=repr((self.reason, self.kind)))

    @classmethod
    def of(
        cls, one: Observation, day: date, made_at: datetime, reason: Reason, needs: tuple[str, ...] = ()
    ) -> "Withdrawal":
        """Take back the last word of a source."""
        return cls(one.about, one.subject, one.source.kind, one.source.id, day, made_at, reason, one.digest, needs)

    @property
    def voice(self) -> Voice:
        """Who spoke about what."""
        return self.about, self.kind, self.source, self.subject

    @property
    def digest(self) -> str:
        """sha256 of what the withdrawal says, whenever it was made."""
        content = self.to_dict()
        del content["made_at"]
        return sha256_of(content)

    def to_dict(self) -> dict[str, Any]:
        """The withdrawal as JSON has it."""
        return {
            "about": self.about,
            "subject": self.subject,
            "source": {"kind": self.kind, "id": self.source},
            "day": self.day.isoformat(),
            "made_at": self.made_at.astimezone(UTC).isoformat(),
            "reason": self.reason,
            "observation": self.observation,
            "needs": list(self.needs),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Withdrawal":
        """Read a withdrawal back from its JSON.

        Raises
        ------
        BadInput
            A key is missing or has the wrong form.
        """
        try:
            return cls(
                about=data["about"],
                subject=data["subject"],
                kind=cast(SourceKind, data["source"]["kind"]),
                source=data["source"]["id"],
                day=date.fromisoformat(data["day"]),
                made_at=datetime.fromisoformat(data["made_at"]),
                reason=cast(Reason, data["reason"]),
                observation=data["observation"],
                needs=tuple(data["needs"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("is not a withdrawal: {reason}", reason=repr(error)) from None


Record = Observation | Withdrawal
"""What the ledger holds."""
