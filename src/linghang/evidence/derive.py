"""Derive observations from the plant's records: declared rows, each looking at some tables for some elements.

A derivation answers met, unmet, or says what it needs. It never takes missing records for a no: an empty table, a
null, or records that are too old leave the matter unknown. Every number that decides and that no text gives is an
interpretation of the pack, marked as ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Proof, Source, sha256_of
from linghang.words import Text

VERSION = "1"


class Needs(NamedTuple):
    """Nothing can be said: what would have to be supplied."""

    what: tuple[str, ...]


class Found(NamedTuple):
    """What the records say, and the figures that it rests on."""

    value: Literal["met", "unmet"] | Decimal
    detail: Mapping[str, Any]


class Noted(Mapping[str, Any]):
    """A mapping that notes what was read of it: what an answer rests on."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_of = values
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        value = self.values_of[name]
        self.read.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        self.read.update(self.values_of)
        return iter(self.values_of)

    def __len__(self) -> int:
        self.read.update(self.values_of)
        return len(self.values_of)

    def used(self) -> dict[str, str]:
        """What was read, as words."""
        return {name: str(self.values_of[name]) for name in sorted(self.read)}


@dataclass(frozen=True)
class Look:
    """What a derivation may see.

    Attributes
    ----------
    tables
        Name -> Arrow table of the records.
    as_of
        The day of judgement; nothing on or after it is seen.
    zone
        The plant's zone: days begin at its midnight.
    thresholds
        The pack's interpretations.
    indicators
        Id of an indicator -> its value, for those that are known.
    """

    tables: Mapping[str, pa.Table]
    as_of: date
    zone: ZoneInfo
    thresholds: Mapping[str, Decimal | str | bool]
    indicators: Mapping[str, Decimal] = field(default_factory=dict)

    def number(self, name: str) -> Decimal:
        """Return a threshold.

        Raises
        ------
        BadInput
            The pack does not give it as a number.
        """
        value = self.thresholds.get(name)
        if not isinstance(value, Decimal):
            raise BadInput("the pack gives no number for the interpretation {name}", name=name)
        return value

    def days(self, name: str) -> int:
        """Return a threshold in whole days."""
        return int(self.number(name))

    def midnight(self, day: date) -> datetime:
        """Return the beginning of a plant day in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def window(self, days: int) -> tuple[datetime, datetime]:
        """Return the last `days` plant days before the day of judgement, in UTC."""
        return self.midnight(self.as_of - timedelta(days)), self.midnight(self.as_of)


@dataclass(frozen=True, slots=True)
class Derivation:
    """One row: which elements it is about, what it looks at, and how.

    Attributes
    ----------
    about
        Elements (or fields) that the answer is about.
    tables
        Tables that it reads; without rows in the first one it needs them.
    proof
        How well the answer is proved when there is one.
    window_days
        Name of the interpretation that says how far back it looks; None for the state on the day.
    """

    id: str
    about: tuple[str, ...]
    tables: tuple[str, ...]
    proof: Proof
    text: Text
    run: Callable[[Look], Found | Needs]
    window_days: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """Observations, and what was missing for those that could not be made: element -> needs."""

    observations: tuple[Observation, ...]
    needs: Mapping[str, tuple[str, ...]]


def derive(
    derivations: Iterable[Derivation],
    look: Look,
    digests: Callable[[str], str],
    known: Iterable[str],
    made_at: datetime,
) -> Derived:
    """Run derivations over the records.

    Parameters
    ----------
    derivations
        The rows to run.
    look
        The records and thresholds.
    digests
        Table name -> digest of its rows.
    known
        Elements and fields that the pack asks for; others are left out.
    made_at
        When (UTC); the caller's clock.
    """
    wanted = set(known)
    observations: list[Observation] = []
    needs: dict[str, tuple[str, ...]] = {}
    for one in derivations:
        about = [name for name in one.about if name in wanted]
        if not about:
            continue
        settings, indicators = Noted(look.thresholds), Noted(look.indicators)
        answer = _answer(one, replace(look, thresholds=settings, indicators=indicators))
        if isinstance(answer, Needs):
            needs.update({name: (*needs.get(name, ()), *answer.what) for name in about})
            continue
        inputs = [digests(name) for name in one.tables] + ([indicators.used()] if indicators.read else [])
        source = Source("records", one.id, VERSION, sha256_of(settings.used()), sha256_of(inputs))
        detail = {"tables": list(one.tables), **settings.used(), **answer.detail}
        observations += _observed(one, answer._replace(detail=detail), about, look, source, made_at)
    answered = {one.about for one in observations}
    return Derived(tuple(observations), {name: what for name, what in needs.items() if name not in answered})


def _answer(one: Derivation, look: Look) -> Found | Needs:
    missing = tuple(name for name in one.tables[:1] if look.tables[name].num_rows == 0)
    return Needs(missing) if missing else one.run(look)


def _observed(
    one: Derivation, found: Found, about: list[str], look: Look, source: Source, made_at: datetime
) -> Iterator[Observation]:
    days = look.days(one.window_days) if one.window_days else 1
    for name in about:
        yield Observation(
            about=name,
            value=found.value,
            unit="",
            window_from=look.as_of - timedelta(days),
            window_to=look.as_of,
            subject="plant",
            proof=one.proof,
            source=source,
            made_at=made_at,
            valid_until=look.as_of + timedelta(look.days("record_evidence_valid_days")),
            detail=found.detail,
        )
