"""From observations to findings: the freshest, strongest evidence counts; contradictions and old age make unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from linghang.evidence.observation import Observation, Proof, Value

Reason = Literal["stale", "contradicted"]
STRENGTH: dict[Proof, int] = {"declared": 0, "documented": 1, "measured": 2}


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
        Why it is unknown although there are observations.
    observations
        What it rests on (of an unknown: what is stale or disagrees).
    """

    value: Value | None
    proof: Proof | None
    reason: Reason | None
    observations: tuple[Observation, ...]


def settle(observations: Iterable[Observation], as_of: date) -> Mapping[str, Settled]:
    """Settle what each element and field is on a day.

    Of each source only its newest observation of a subject counts: it replaces what the source said before.
    Among the fresh ones the strongest proof wins; if several of that proof disagree, the matter is unknown.

    Parameters
    ----------
    observations
        All that were made, in any order.
    as_of
        The day; what was observed after it does not count on it, whenever the observation was made.
    """
    by_about: dict[str, dict[tuple[str, str, str], Observation]] = {}
    for one in sorted(observations, key=lambda one: (one.window_to, one.made_at, one.digest)):
        if one.window_to <= as_of:
            by_about.setdefault(one.about, {})[one.source.kind, one.source.id, one.subject] = one
    return {about: _settled(list(newest.values()), as_of) for about, newest in by_about.items()}


def fresh(observation: Observation, as_of: date) -> bool:
    """Whether an observation has not aged out on a day."""
    return observation.valid_until is None or as_of < observation.valid_until


def _settled(observations: list[Observation], as_of: date) -> Settled:
    alive = [one for one in observations if fresh(one, as_of)]
    if not alive:
        return Settled(None, None, "stale", tuple(observations))
    strongest = max(STRENGTH[one.proof] for one in alive)
    best = tuple(one for one in alive if STRENGTH[one.proof] == strongest)
    if len({one.value for one in best}) > 1:
        return Settled(None, best[0].proof, "contradicted", best)
    return Settled(best[0].value, best[0].proof, None, best)
