"""What registered documents say in the ledger: an observation for each statement, taken back when the document is.

The register decides, the ledger follows: what is new is worked out from both each time, so a stop between the two is
mended by whoever looks next, and saying it twice changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from linghang.evidence.observation import Observation, Source, Value, Voice
from linghang.evidence.withdrawal import Reason, Record, Withdrawal

SUBJECT = "plant"
_ONE_DAY = timedelta(days=1)


class Registered(Protocol):
    """One revision of a registered document, as far as the ledger hears of it (`store.documents.Document`)."""

    @property
    def id(self) -> str:
        """Its number in the register."""

    @property
    def sha256(self) -> str:
        """Of the file."""

    @property
    def states(self) -> tuple[str, ...]:
        """What it says: `ELEMENT=met`, `maturity_level=3`."""

    @property
    def note(self) -> str:
        """The reason of a `not_applicable`."""

    @property
    def issued_on(self) -> date | None:
        """Day of issue."""

    @property
    def supports_from(self) -> date | None:
        """First day of the period that it supports."""

    @property
    def supports_to(self) -> date | None:
        """The day after the last one."""

    @property
    def valid_until(self) -> date | None:
        """First day on which it no longer counts."""

    @property
    def added_at(self) -> datetime:
        """When it was registered."""

    @property
    def retired_at(self) -> datetime | None:
        """When it was retired."""


def value_of(stated: str) -> tuple[str, Value]:
    """Read `ELEMENT=met` or `maturity_level=3` as what it is about and its value."""
    about, _, value = stated.partition("=")
    return about, Decimal(value) if value.isdecimal() else value


def words_of(document: Registered, zone: ZoneInfo) -> Iterator[Observation]:
    """Yield what a document says.

    It is said of the period that the document supports, as far as that lay behind when the document was issued (else
    registered): before, nobody could have said it. A document whose period begins later says it from then on.
    """
    said_on = document.issued_on or document.added_at.astimezone(zone).date()
    end = min(document.supports_to or said_on, said_on)
    if document.supports_from is not None and document.supports_from > end:
        end = document.supports_from
    start = min(document.supports_from or end - _ONE_DAY, end - _ONE_DAY)
    detail: dict[str, Any] = {"document": {"number": document.id, "sha256": document.sha256}}
    if document.supports_from or document.supports_to:
        period = (document.supports_from, document.supports_to)
        detail["supports"] = [one.isoformat() if one else None for one in period]
    for stated in document.states:
        about, value = value_of(stated)
        more = {"reason": document.note} if value == "not_applicable" else {}
        yield Observation(
            about=about,
            value=value,
            unit="",
            window_from=start,
            window_to=end,
            subject=SUBJECT,
            proof="documented",
            source=Source("document", document.sha256),
            made_at=document.added_at,
            valid_until=document.valid_until,
            detail=detail | more,
        )


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What a voice has said so far: its last word, and the latest day that it spoke of."""

    last: Record
    day: date


def news_of_documents(
    revisions: Sequence[Registered], past: Iterable[Record], now: datetime, zone: ZoneInfo
) -> tuple[Record, ...]:
    """Return what the ledger has to be told so that it says what the register says; nothing if it does.

    A word that is said again, or anew after another one, is said of a day that is not before the earlier word's, so
    that it is the last one. A document's word is taken back from the plant's present day on; on earlier days it stood.

    Parameters
    ----------
    revisions
        All revisions of all documents of the register, by number and revision.
    past
        The ledger.
    now
        The caller's clock (with a zone).
    zone
        The plant's zone.
    """
    if not any(one.states for one in revisions):
        return ()
    newest = {one.id: one for one in revisions}
    files = {one.sha256: newest[one.id] for one in revisions}
    spoken = _spoken(past, files)
    wanted: dict[Voice, Observation] = {}
    for document in newest.values():
        if document.retired_at is None:
            for word in words_of(document, zone):
                wanted.setdefault(word.voice, word)
    today = now.astimezone(zone).date()
    told = (_told(word, spoken.get(voice), now) for voice, word in wanted.items())
    gone = (
        _taken_back(one, files[voice[2]], today, now)
        for voice, one in spoken.items()
        if voice not in wanted and isinstance(one.last, Observation)
    )
    return (*(one for one in told if one is not None), *gone)


def _spoken(past: Iterable[Record], files: Mapping[str, Registered]) -> dict[Voice, _Spoken]:
    found: dict[Voice, _Spoken] = {}
    for one in past:
        kind, source = one.voice[1], one.voice[2]
        if kind != "document" or source not in files:
            continue
        before = found.get(one.voice)
        if before is None:
            found[one.voice] = _Spoken(one, one.day)
        else:
            later = (one.day, one.made_at) >= (before.last.day, before.last.made_at)
            found[one.voice] = _Spoken(one if later else before.last, max(one.day, before.day))
    return found


def _told(word: Observation, spoken: _Spoken | None, now: datetime) -> Observation | None:
    """Return a word as it has to be said, None if it was."""
    if spoken is None:
        return replace(word, made_at=now)
    if spoken.day > word.window_to:
        word = replace(word, window_to=spoken.day)
    if isinstance(spoken.last, Observation) and spoken.last.digest == word.digest:
        return None
    return replace(word, made_at=max(now, spoken.last.made_at))


def _taken_back(one: _Spoken, document: Registered, today: date, now: datetime) -> Withdrawal:
    assert isinstance(one.last, Observation)
    reason: Reason = "revised" if document.retired_at is None else "retired"
    return Withdrawal.of(one.last, max(today, one.day), max(now, one.last.made_at), reason)
