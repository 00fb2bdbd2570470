"""Run an engine again on the inputs of a bundle, and compare what it proves."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from linghang.engines.contract import Engine, Inputs, Observed
from linghang.engines.discovery import engine as load_engine
from linghang.engines.discovery import installed
from linghang.engines.settings import as_json, settings_of
from linghang.engines.signals import NO_SIGNALS
from linghang.errors import BadInput
from linghang.evidence.coverage import coverage_about, share_of
from linghang.evidence.derive import Noted
from linghang.evidence.observation import Observation, sha256_of
from linghang.usecases.bundle_signals import Recorded, entries_of, reads_telemetry
from linghang.usecases.engines import lacking
from linghang.usecases.inside_tables import InsideTables, NotAsThen, Outcome, Rerun
from linghang.words import Listed, later


def rerun_engine(number: int, one: Observation, receipt: Mapping[str, Any], tables: InsideTables) -> Rerun:
    """Run the engine of an observation again.

    Parameters
    ----------
    number, one
        The observation and its number in the ledger.
    receipt
        How it was run, and what of its inputs is inside.
    tables
        The tables inside.
    """

    def said(outcome: Outcome, why: BadInput | None = None) -> Rerun:
        return Rerun(number, one.about, one.source.kind, one.source.id, outcome, why)

    reason = _why_not(one, receipt, tables)
    if reason is not None:
        return said("not_rerun", reason)
    try:
        differs = _run(one, receipt["run"], tables)
    except NotAsThen as error:
        return said("not_rerun", error)
    except Exception as error:  # an engine may be anybody's, and fail in any way on tables that were tampered with
        return said("differs", BadInput(later("it cannot be run on the inputs inside: {reason}"), reason=str(error)))
    return said("differs", differs) if differs else said("same")


def _why_not(one: Observation, receipt: Mapping[str, Any], tables: InsideTables) -> BadInput | None:
    if one.source.id not in installed():
        return BadInput(later("the engine {id} is not installed here"), id=one.source.id)
    card = load_engine(one.source.id).CARD
    if card.version != one.source.version:
        return BadInput(
            later("version {version} of the engine made it, installed is {installed}"),
            version=one.source.version,
            installed=card.version,
        )
    if (problem := lacking(card)) is not None:
        return problem
    if missing := [name for name in receipt["not_inside"] if not tables.has(name)]:
        return BadInput(later("of its tables these are not inside: {tables}"), tables=Listed(missing))
    if reads_telemetry(one) and not all(map(tables.opened.has, entries_of(one.source.input_digest))):
        return BadInput(later("it reads telemetry, which is not inside"))
    if receipt["run"]["files"]:
        return BadInput(later("it read files, which are not inside"))
    return None


def _run(one: Observation, how: Mapping[str, Any], tables: InsideTables) -> BadInput | None:
    """Run it and say what differs; None if it proves the same of the same."""
    chosen: Engine = load_engine(one.source.id)
    if sha256_of(how["settings"]) != one.source.settings_digest:
        return BadInput(later("the receipt has other settings than the observation"))
    settings = _settings(chosen, how["settings"])
    noted = Noted(tables)
    start, end = map(datetime.fromisoformat, how["window"])
    signals = _signals(one, tables)
    inputs = Inputs(noted, start, end, ZoneInfo(how["zone"]), signals or NO_SIGNALS, how["seed"])
    result = chosen.run(inputs, settings)
    if _digest(inputs, noted, tables, signals) != one.source.input_digest:
        return BadInput(later("it was not made from the inputs that are inside"))
    again = next((each for each in result.observations if coverage_about(each.about) == one.about), None)
    if again is None:
        return BadInput(later("the inputs inside give no answer"))
    if share_of(again.covered, again.of) != one.value or _counts(again) != _counted(one):
        return BadInput(
            later("the inputs give {covered} of {of}, the ledger says {said} of {all}"),
            covered=again.covered,
            of=again.of,
            said=one.detail.get("covered"),
            all=one.detail.get("of"),
        )
    return None


def _settings(chosen: Engine, given: Mapping[str, Any]) -> Any:
    """Make the settings of a run; an engine that has got others since cannot be run as it was then."""
    try:
        settings = settings_of(chosen.Settings, given)
    except BadInput as error:
        raise NotAsThen(later("the engine installed here has other settings than it had then")) from error
    if as_json(settings) != given:
        raise NotAsThen(later("the engine installed here has other settings than it had then"))
    return settings


def _signals(one: Observation, tables: InsideTables) -> Recorded | None:
    asked, answers = entries_of(one.source.input_digest)
    opened = tables.opened
    return Recorded(opened.json(asked), opened.read(answers), answers) if opened.has(answers) else None


def _digest(inputs: Inputs, noted: Noted, tables: InsideTables, signals: Recorded | None) -> str:
    """The digest of what a run looked at, as `engine_inputs.OpenedInputs` takes it."""
    return sha256_of(
        {
            "tables": {name: tables.digest(name) for name in sorted(noted.read)},
            "signals": signals.read if signals else {},
            "window": [inputs.start.isoformat(), inputs.end.isoformat(), str(inputs.zone)],
            "seed": inputs.seed,
            "files": {name: sha256(content).hexdigest() for name, content in inputs.files.items()},
        }
    )


def _counts(again: Observed) -> tuple[object, ...]:
    return again.covered, again.open, again.of, [again.start.isoformat(), again.end.isoformat()]


def _counted(one: Observation) -> tuple[object, ...]:
    return tuple(one.detail.get(name) for name in ("covered", "open", "of", "window"))
