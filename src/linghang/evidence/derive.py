"""Derive observations from the plant's records: declared rows, each looking at some tables for some elements.

A derivation answers met, unmet, or says what it needs. It never takes missing records for a no: an empty table, a
null, or records that are too old leave the matter unknown. Every number that decides and that no text gives is an
interpretation of the pack, marked as ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Source, sha256_of
from linghang.evidence.proof import Proof
from linghang.evidence.standing import Standing
from linghang.words import Text

VERSION = "1"
BESIDE = ("indicators", "standings", "last_points", "coverages")
"""What a derivation may see beside tables and thresholds."""


class Needs(NamedTuple):
    """Nothing can be said: what would have to be supplied."""

    what: tuple[str, ...]


class Found(NamedTuple):
    """What the records say, and the figures that it rests on.

    Attributes
    ----------
    proof
        How well this answer is proved where that differs from answer to answer; else as the derivation says.
    until
        Last day on which what it rests on may be used; None where that has no end.
    """

    value: Literal["met", "unmet"] | Decimal
    detail: Mapping[str, Any]
    proof: Proof | None = None
    until: date | None = None


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
    standings
        Area and statistic ("province.average") -> where the plant stands with each indicator that has a comparator.
    last_points
        Equipment -> moment of the last live point that was received of it (UTC); without telemetry none.
    coverages
        Element -> what each engine that ran for it said last.
    """

    tables: Mapping[str, pa.Table]
    as_of: date
    zone: ZoneInfo
    thresholds: Mapping[str, Decimal | str | bool]
    indicators: Mapping[str, Decimal] = field(default_factory=dict)
    standings: Mapping[str, Sequence[Standing]] = field(default_factory=dict)
    last_points: Mapping[str, datetime] = field(default_factory=dict)
    coverages: Mapping[str, Sequence[Observation]] = field(default_factory=dict)

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
        How well the answer is proved when there is one, at best.
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
    """What derivations gave.

    Attributes
    ----------
    needs
        Element or field without an observation -> what was missing for one.
    read
        The same -> the thresholds that were looked at before something was found missing.
    """

    observations: tuple[Observation, ...]
    needs: Mapping[str, tuple[str, ...]]
    read: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
    read: dict[str, dict[str, str]] = {}
    for one in derivations:
        about = [name for name in one.about if name in wanted]
        if not about:
            continue
        settings = Noted(look.thresholds)
        beside: dict[str, Any] = {name: Noted(getattr(look, name)) for name in BESIDE}
        seen = replace(look, thresholds=settings, **beside)
        answer = _answer(one, seen)
        if isinstance(answer, Needs):
            needs.update({name: (*needs.get(name, ()), *answer.what) for name in about})
            read.update({name: {**read.get(name, {}), **settings.used()} for name in about})
            continue
        inputs: list[object] = [digests(name) for name in one.tables]
        inputs += [str(look.zone), *(_used(noted) for noted in beside.values() if noted.read)]
        source = Source("records", one.id, VERSION, sha256_of(settings.used()), sha256_of(inputs))
        detail = {"tables": list(one.tables), **settings.used(), **answer.detail}
        found = answer._replace(detail=detail)
        observations += (_observed(one, found, name, look, source, made_at) for name in about)
    answered = {one.about for one in observations}
    needs = {name: what for name, what in needs.items() if name not in answered}
    return Derived(tuple(observations), needs, {name: read[name] for name in needs})


def _used(noted: Noted) -> dict[str, object]:
    """What was read beside the tables, as words; of observations their digests."""
    said = noted.used()
    return said | {
        name: [one.digest for one in noted.values_of[name]]
        for name in said
        if isinstance(noted.values_of[name], tuple)
        and all(isinstance(one, Observation) for one in noted.values_of[name])
    }


def _answer(one: Derivation, look: Look) -> Found | Needs:
    missing = tuple(name for name in one.tables[:1] if look.tables[name].num_rows == 0)
    return Needs(missing) if missing else one.run(look)


def _observed(one: Derivation, found: Found, about: str, look: Look, source: Source, made_at: datetime) -> Observation:
    window = look.days(one.window_days) if one.window_days else 1
    until = look.as_of + timedelta(look.days("record_evidence_valid_days"))
    return Observation(
        about=about,
        value=found.value,
        unit="",
        window_from=look.as_of - timedelta(window),
        window_to=look.as_of,
        subject="plant",
        proof=found.proof or one.proof,
        source=source,
        made_at=made_at,
        valid_until=min(until, found.until + timedelta(1)) if found.until else until,
        detail=found.detail,
    )
