"""From observations to findings: the freshest, strongest evidence counts; contradictions and old age make unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from linghang.evidence.observation import Observation, Value, Voice
from linghang.evidence.proof import STRENGTH, Proof
from linghang.evidence.withdrawal import Record, Withdrawal

Reason = Literal["stale", "contradicted", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the evidence says of one element or field.

    Attributes
    ----------
    value
        The value that counts; None if it is unknown.
    proof
        How well it is proved.
    reason
        Why it is unknown although there are observations, or were.
    observations
        What it rests on (of an unknown: what is stale or disagrees).
    withdrawals
        The sources that took their word back.
    """

    value: Value | None
    proof: Proof | None
    reason: Reason | None
    observations: tuple[Observation, ...]
    withdrawals: tuple[Withdrawal, ...] = ()


def settle(records: Iterable[Record], as_of: date) -> Mapping[str, Settled]:
    """Settle what each element and field is on a day.

    Of each source only its last word on a subject counts: it replaces what the source said before, and where it is
    a withdrawal, nothing of that source counts. Among the fresh ones the strongest proof wins; if several of that
    proof disagree, the matter is unknown.

    Parameters
    ----------
    records
        All observations and withdrawals, in the order of the ledger.
    as_of
        The day; what was observed or taken back after it does not count on it, whenever the record was made.
    """
    by_about: dict[str, list[Record]] = {}
    for one in last_words(records, as_of).values():
        by_about.setdefault(one.about, []).append(one)
    return {about: _settled(words, as_of) for about, words in by_about.items()}


def last_words(records: Iterable[Record], as_of: date) -> dict[Voice, Record]:
    """Return what each source said last of each subject, of a day and before.

    The later day counts, of one day the later time, and where the clock does not tell what stands later in the ledger.
    """
    last: dict[Voice, Record] = {}
    for one in records:
        before = last.get(one.voice)
        if one.day <= as_of and (before is None or (one.day, one.made_at) >= (before.day, before.made_at)):
            last[one.voice] = one
    return last


def fresh(observation: Observation, as_of: date) -> bool:
    """Whether an observation has not aged out on a day."""
    return observation.valid_until is None or as_of < observation.valid_until


def _settled(words: list[Record], as_of: date) -> Settled:
    words.sort(key=lambda one: (one.day, one.made_at, one.digest))
    observations = tuple(one for one in words if isinstance(one, Observation))
    gone = tuple(one for one in words if isinstance(one, Withdrawal))
    alive = [one for one in observations if fresh(one, as_of)]
    if not alive:
        return Settled(None, None, "stale" if observations else "withdrawn", observations, gone)
    strongest = max(STRENGTH[one.proof] for one in alive)
    best = tuple(one for one in alive if STRENGTH[one.proof] == strongest)
    if len({one.value for one in best}) > 1:
        return Settled(None, best[0].proof, "contradicted", best, gone)
    return Settled(best[0].value, best[0].proof, None, best, gone)
