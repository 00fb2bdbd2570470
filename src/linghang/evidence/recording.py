"""What of an assessment goes into the ledger: what is said anew, and what is taken back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from linghang.evidence.observation import Observation
from linghang.evidence.settle import fresh, last_words
from linghang.evidence.withdrawal import Record, Withdrawal


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that records and statements say in one assessment.

    Attributes
    ----------
    observations
        What was derived from the records, and what is stated.
    asked
        Elements and fields that the pack asks for: of others this assessment says nothing, and takes nothing back.
    needs
        Element or field -> what the records lack for an answer.
    as_of
        The day of judgement.
    made_at
        When (with a zone); the caller's clock.
    zone
        The plant's zone.
    """

    observations: tuple[Observation, ...]
    asked: Collection[str]
    needs: Mapping[str, tuple[str, ...]]
    as_of: date
    made_at: datetime
    zone: ZoneInfo


def news(said: Said, past: Iterable[Record]) -> tuple[Record, ...]:
    """Return what the ledger does not say yet; of an assessment that says the same again, nothing.

    New is an observation that differs from the last word of its source on that day. Taken back is the last word of
    the records or of a signatory that this assessment could have said again and did not: a statement that no longer
    stands in the file, a derivation that no longer answers. What engines and documents say is not said again by an
    assessment, so it is not taken back by one. What is stale needs no taking back.

    An assessment of an earlier day knows the records and statements of today only. So it takes back what was said of
    that day afterwards, and never what had been said by then: that was true then.
    """
    last = last_words(past, said.as_of)
    new = [
        one
        for one in said.observations
        if not isinstance(before := last.get(one.voice), Observation) or before.digest != one.digest
    ]
    spoken = {one.voice for one in said.observations}
    gone = [one for voice, one in last.items() if voice not in spoken and isinstance(one, Observation)]
    return (*new, *(_taken_back(one, said) for one in gone if _may_be_taken_back(one, said)))


def _may_be_taken_back(one: Observation, said: Said) -> bool:
    if one.source.kind not in ("records", "signatory") or one.about not in said.asked or not fresh(one, said.as_of):
        return False
    today, made_on = (moment.astimezone(said.zone).date() for moment in (said.made_at, one.made_at))
    return said.as_of >= today or made_on > said.as_of


def _taken_back(one: Observation, said: Said) -> Withdrawal:
    if one.source.kind == "signatory":
        return Withdrawal.of(one, said.as_of, said.made_at, "not_stated")
    return Withdrawal.of(one, said.as_of, said.made_at, "not_derived", said.needs.get(one.about, ()))
