"""An observation: one immutable record of evidence, with its digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, cast, get_args

from linghang.errors import BadInput
from linghang.evidence.proof import Proof

SourceKind = Literal["records", "engine", "document", "signatory"]
Value = Decimal | str | bool
Voice = tuple[str, SourceKind, str, str]
"""Who speaks about what: element or field, kind and id of the source, subject."""

_PROOF_OF: dict[SourceKind, tuple[Proof, ...]] = {
    "records": ("measured", "documented", "declared"),
    "engine": ("measured",),
    "document": ("documented",),
    "signatory": ("declared", "documented"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Who says it, so that anybody can go back and look.

    Attributes
    ----------
    kind
        records (the plant's own records), engine, document or signatory.
    id
        Name of the derivation or engine, sha256 of the document, or the signatory.
    version
        Version of the derivation or engine.
    settings_digest, input_digest
        sha256 of the settings and of the input: the same input gives the same value again.
    """

    kind: SourceKind
    id: str
    version: str = ""
    settings_digest: str = ""
    input_digest: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One record of evidence.

    Attributes
    ----------
    about
        Id of an element, or a field such as `maturity_level`.
    value
        A finding (met, unmet, not_applicable), or the value of a field.
    unit
        Unit of a number, empty for findings.
    window_from, window_to
        What was observed, `[from, to)`.
    subject
        What it was observed on: plant, or the id of a line or an equipment.
    made_at
        When the observation was made (UTC).
    valid_until
        First day on which it is stale; None if it does not age.
    detail
        What makes the value understandable: counts, shares, tables and rows. JSON values only.
    """

    about: str
    value: Value
    unit: str
    window_from: date
    window_to: date
    subject: str
    proof: Proof
    source: Source
    made_at: datetime
    valid_until: date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.window_to <= self.window_from:
            raise BadInput(
                "the window of an observation ends on {end}, before it begins on {start}",
                start=self.window_from,
                end=self.window_to,
            )
        if self.made_at.tzinfo is None:
            raise BadInput("an observation is made at a time with a zone")
        if self.source.kind not in get_args(SourceKind) or self.proof not in _PROOF_OF[self.source.kind]:
            raise BadInput("a {kind} cannot prove as “{proof}”", kind=self.source.kind, proof=self.proof)
        usable = self.value.is_finite() if isinstance(self.value, Decimal) else isinstance(self.value, str | bool)
        if not usable:
            raise BadInput("is not an observation: {reason}", reason=repr(self.value))
        try:
            canonical([self.about, self.unit, self.subject, _said(self.value), dict(self.detail)])
        except (TypeError, ValueError) as error:
            raise BadInput("is not an observation: {reason}", reason=repr(error)) from None

    def to_dict(self) -> dict[str, Any]:
        """The observation as JSON has it."""
        return {
            "about": self.about,
            "value": _said(self.value),
            "unit": self.unit,
            "window": [self.window_from.isoformat(), self.window_to.isoformat()],
            "subject": self.subject,
            "proof": self.proof,
            "source": {one.name: getattr(self.source, one.name) for one in fields(self.source)},
            "made_at": self.made_at.astimezone(UTC).isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "detail": dict(self.detail),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Observation":
        """Read an observation back from its JSON.

        Raises
        ------
        BadInput
            A key is missing or has the wrong form.
        """
        try:
            return cls(
                about=data["about"],
                value=_read(data["value"]),
                unit=data["unit"],
                window_from=date.fromisoformat(data["window"][0]),
                window_to=date.fromisoformat(data["window"][1]),
                subject=data["subject"],
                proof=cast(Proof, data["proof"]),
                source=Source(**data["source"]),
                made_at=datetime.fromisoformat(data["made_at"]),
                valid_until=date.fromisoformat(data["valid_until"]) if data["valid_until"] else None,
                detail=data["detail"],
            )
        except (KeyError, TypeError, ValueError, IndexError, ArithmeticError) as error:
            raise BadInput("is not an observation: {reason}", reason=repr(error)) from None

    @property
    def voice(self) -> Voice:
        """Who speaks about what: a later word of the same voice replaces this one."""
        return self.about, self.source.kind, self.source.id, self.subject

    @property
    def day(self) -> date:
        """The day of judgement that it was made for: before it nobody could have said it."""
        return self.window_to

    @property
    def digest(self) -> str:
        """sha256 of what the observation says, whenever it was made."""
        content = self.to_dict()
        del content["made_at"]
        return sha256_of(content)


def sha256_of(value: object) -> str:
    """sha256 of a JSON value in its canonical form: sorted keys, no spaces, UTF-8."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: object) -> bytes:
    """Write a JSON value in its canonical form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _said(value: Value) -> Any:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _read(value: Any) -> Value:
    if isinstance(value, dict):
        return Decimal(value["decimal"])
    if not isinstance(value, str | bool):
        raise TypeError(value)
    return value
