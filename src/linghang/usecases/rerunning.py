"""Compute again what a bundle says was measured or derived, from the inputs inside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from linghang.errors import BadInput, Place
from linghang.evidence.bundle import Opened, words_of_the_day
from linghang.evidence.bundle_beside import standing_in
from linghang.evidence.bundle_format import BESIDE, RECEIPTS
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.coverage import coverages
from linghang.evidence.derive import VERSION, Derivation, Look, derive
from linghang.evidence.ledger import Entry
from linghang.evidence.observation import Observation
from linghang.judge.program import Program
from linghang.usecases.inside_tables import InsideTables, Outcome, Rerun
from linghang.words import later


@dataclass(frozen=True)
class Day:
    """What everything is computed again with.

    Attributes
    ----------
    words
        Number in the ledger and observation: what each source said last by the day.
    zone
        The plant's.
    """

    opened: Opened
    program: Program
    records: Sequence[Entry]
    words: Sequence[tuple[int, Observation]]
    zone: ZoneInfo
    tables: InsideTables


def rerun(opened: Opened, program: Program, records: Sequence[Entry], zone: ZoneInfo) -> list[Rerun]:
    """Compute again every derived or measured observation that the judgement rests on, as far as its inputs are inside.

    Raises
    ------
    BadInput
        An input that is inside cannot be read.
    """
    words = words_of_the_day(records, program.as_of)
    day = Day(opened, program, records, words, zone, InsideTables(opened))
    receipts = {one["observation"]: one for one in opened.json(RECEIPTS)}
    derived = _derived(day)
    found = [
        _compared(number, one, day, derived)
        if one.source.kind == "records"
        else _engine(number, one, receipts.get(one.digest), day.tables)
        for number, one in words
        if one.source.kind in ("records", "engine")
    ]
    return found + _unsaid(day, derived)


def check_receipts(opened: Opened, records: Sequence[Entry], as_of: date) -> Iterator[BadInput]:
    """Hold the receipts against the ledger: each belongs to an observation, and nothing measured goes without."""
    by_number = {one.number: one.record for one in records}
    place = Place(RECEIPTS)
    covered = set()
    for row in opened.json(RECEIPTS):
        one = by_number.get(row["n"])
        said = one.to_dict() if isinstance(one, Observation) and one.digest == row["observation"] else {}
        if any(said.get(name) != row[name] for name in ("about", "value", "source")):
            yield BadInput(
                "the receipt of {about} does not fit record {number} of the ledger",
                place,
                about=row["about"],
                number=row["n"],
            )
        covered.add(row["n"])
    for number, each in words_of_the_day(records, as_of):
        if each.source.kind in ("records", "engine") and number not in covered:
            yield BadInput(
                "record {number} of the ledger, of {about}, has no receipt", place, number=number, about=each.about
            )


def _derived(day: Day) -> dict[tuple[str, str], Observation]:
    """Run the derivations whose tables are inside: source and what it is about -> what it says."""
    if not day.opened.has(BESIDE):
        return {}
    look = _look(day)
    asked = day.program.claimable | set(day.program.fields)
    ready = [one for one in DERIVATIONS if all(map(day.tables.has, one.tables))]
    made_at = datetime(1970, 1, 1, tzinfo=UTC)  # no part of what is compared
    found = derive(ready, look, day.tables.digest, asked, made_at)
    return {(one.source.id, one.about): one for one in found.observations}


def _look(day: Day) -> Look:
    beside = day.opened.json(BESIDE)
    try:
        return Look(
            day.tables,
            day.program.as_of,
            day.zone,
            day.program.interpretation,
            {name: Decimal(value) for name, value in beside["indicators"].items()},
            {name: tuple(map(standing_in, ones)) for name, ones in beside["standings"].items()},
            {name: datetime.fromisoformat(value) for name, value in beside["last_points"].items()},
            coverages((one.record for one in day.records), day.program.as_of),
        )
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise BadInput("is not what a bundle holds there: {reason}", Place(BESIDE), reason=repr(error)) from None


def _compared(number: int, one: Observation, day: Day, derived: Mapping[tuple[str, str], Observation]) -> Rerun:
    def said(outcome: Outcome, message: str = "", **values: object) -> Rerun:
        why = BadInput(message, None, None, **values) if message else None
        return Rerun(number, one.about, one.source.kind, one.source.id, outcome, why)

    derivation = _by_id().get(one.source.id)
    if derivation is None or one.source.version != VERSION:
        return said("not_rerun", later("this program has no version {version} of it"), version=one.source.version)
    if one.day != day.program.as_of:
        return said("not_rerun", later("it was made for {day}, from the records of then"), day=one.day)
    missing = [name for name in derivation.tables if not day.tables.has(name)]
    if missing or not day.opened.has(BESIDE):
        return said("not_rerun", later("its inputs are not inside"))
    again = derived.get((one.source.id, one.about))
    if again is None:
        return said("differs", later("the inputs inside give no answer"))
    if again.digest == one.digest:
        return said("same")
    if again.source.input_digest != one.source.input_digest:
        return said("differs", later("it was not made from the inputs that are inside"))
    return said(
        "differs", later("the inputs give “{again}”, the ledger says “{value}”"), again=again.value, value=one.value
    )


def _engine(number: int, one: Observation, receipt: Mapping[str, Any] | None, tables: InsideTables) -> Rerun:
    if receipt is None or receipt["run"] is None:
        why = BadInput(later("the run is not kept: its settings and window are not known"))
        return Rerun(number, one.about, one.source.kind, one.source.id, "not_rerun", why)
    from linghang.usecases.rerunning_engines import rerun_engine  # brings engines and telemetry, which take their time

    return rerun_engine(number, one, receipt, tables)


def _unsaid(day: Day, derived: Mapping[tuple[str, str], Observation]) -> list[Rerun]:
    """What the inputs give and the ledger does not say: something was left out of it."""
    spoken = {(one.source.id, one.about) for _, one in day.words if one.source.kind == "records"}
    why = later("the inputs give “{again}”, of which the ledger says nothing")
    return [
        Rerun(0, one.about, "records", one.source.id, "differs", BadInput(why, again=one.value))
        for key, one in derived.items()
        if key not in spoken
    ]


def _by_id() -> dict[str, Derivation]:
    return {one.id: one for one in DERIVATIONS}
