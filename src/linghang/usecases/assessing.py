"""Assess a plant: records -> indicators -> evidence -> judgement at three floors."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from linghang.conditions.model import Indicator, Pack
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.coverage import coverages
from linghang.evidence.derive import Derived, Look, derive
from linghang.evidence.ledger import Entry, anchored, append, read
from linghang.evidence.observation import Observation
from linghang.evidence.recording import Said, news
from linghang.evidence.settle import Settled, settle
from linghang.evidence.withdrawal import Record, Withdrawal
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.kpi.compute import IndicatorValue, compute
from linghang.kpi.needs import say as say_need
from linghang.kpi.period import Period, last_months
from linghang.plant.titles import titled
from linghang.store.migrate import is_current
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.comparing import Comparison, beside, comparisons, published, standings
from linghang.usecases.elements import elements_of, fields_of
from linghang.usecases.evidence_case import case_of
from linghang.usecases.evidence_register import documents_news
from linghang.usecases.interpretations import Mark, chosen, marks_of
from linghang.usecases.judging import Chosen, Judged
from linghang.usecases.kept import grounds, keep_assessed
from linghang.usecases.records import Digests, IbisTables, RecordTables
from linghang.usecases.statements import STATEMENTS, read_statements
from linghang.usecases.telemetry import last_points
from linghang.words import Text

__all__ = ["STATEMENTS", "Assessment", "IndicatorValue", "assess", "period_of", "say_need", "say_supply", "utc_now"]

MONTHS = 12


def say_supply(need: str) -> Text:
    """Say what has to be supplied, or which engine to run."""
    kind, _, name = need.partition(":")
    return Text(f"运行引擎 {name}", f"run the engine {name}") if kind == "engine" else titled(need)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessment found.

    Attributes
    ----------
    judged
        The verdict with the case that the evidence makes.
    indicators
        The indicators of the pack with their lineage.
    settled
        Element or field -> what the evidence says of it.
    needs
        Element or field -> what would have to be supplied to derive it from records.
    read
        The same -> the thresholds that were looked at before something was found missing.
    recorded
        How many observations were new and went into the ledger.
    withdrawn
        How many observations were taken back in the ledger: nobody says any more what they say.
    comparisons
        The indicators beside their industry, where there is a comparator.
    annex
        What the indicators are: of the pack, or of the nearest pack that it is built on.
    """

    workspace: Workspace
    judged: Judged
    indicators: tuple[IndicatorValue, ...]
    settled: Mapping[str, Settled]
    needs: Mapping[str, tuple[str, ...]]
    read: Mapping[str, Mapping[str, str]]
    recorded: int
    withdrawn: int
    comparisons: tuple[Comparison, ...] = ()
    annex: tuple[Indicator, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The judge's document with the indicators and the elements."""
        document = self.judged.verdict.to_dict()
        document["indicators"] = [
            {one.name: getattr(indicator, one.name) for one in fields(indicator)}
            | {
                "baseline": indicator.baseline_value,
                "change": {"absolute": indicator.change_absolute, "relative_percent": indicator.change_relative},
            }
            | beside(indicator.id, self.comparisons)
            for indicator in self.indicators
        ]
        document["set_interpretations"] = [one.to_dict() for one in self.judged.marks]
        document["elements"] = self.elements()
        document["fields"] = dict(fields_of(self.judged.verdict.program, self.settled))
        document["related_references"] = [one.to_dict() for one in published(None)] if self.indicators else []
        document["recorded"], document["withdrawn"] = self.recorded, self.withdrawn
        return document

    def elements(self) -> list[dict[str, Any]]:
        """Every element with its finding, proof, reason, thresholds and observations, in the pack's order."""
        program = self.judged.verdict.program
        return list(elements_of(program, self.judged.case, self.settled, self.needs, self.read))


def assess(
    folder: Path,
    *,
    pack: str,
    now: datetime,
    as_of: date | None = None,
    period: Period | None = None,
    baseline: Period | None = None,
    interpretation: Chosen | None = None,
    record: bool = True,
) -> Assessment:
    """Assess the plant of a workspace.

    Parameters
    ----------
    folder
        The workspace.
    pack
        Id or file of the pack.
    now
        The caller's clock (with a zone).
    as_of
        The day of judgement (else the plant's today).
    period
        Present period of the indicators (else the last twelve complete months before the day).
    baseline
        Period that changes are measured against (else the twelve months before the present period).
    interpretation
        Values of this call; they go before what a reviewer set for the workspace, and that before the pack's.
    record
        Whether what is new goes into the ledger.

    Raises
    ------
    BadInput
        The folder is no workspace, the pack is not in force, statements or the ledger do not fit.
    """
    workspace, tables = _opened(folder)
    before = grounds(workspace)
    zone = ZoneInfo(workspace.time_zone)
    day = workspace.day(now, as_of)
    program, marks = _program(workspace, load_pack(pack), day, interpretation)
    annex = _annex(program.pack)
    present = period or last_months(day, workspace.time_zone, MONTHS)
    indicators = _indicators(tables, program, present, baseline) if annex else ()
    compared = comparisons(indicators, tables, day)
    held = list(read(workspace.ledger))
    look = _look(workspace, tables, program, (indicators, compared), held)
    asked = program.claimable | set(program.fields)
    derived = derive(DERIVATIONS, look, tables.digest, asked, now)
    stated = read_statements(workspace, program, now)
    said = Said((*derived.observations, *stated.observations), asked, derived.needs, day, now, zone)
    past, new = _recorded(workspace, said, held, record)
    settled = settle([*past, *new], day)
    case = case_of(settled, stated.waivers, program)
    found = Assessment(
        workspace,
        Judged(judge(program, case), case, program.pack, marks),
        indicators,
        settled,
        _needs(derived, settled),
        derived.read,
        sum(isinstance(one, Observation) for one in new) if record else 0,
        sum(isinstance(one, Withdrawal) for one in new) if record else 0,
        compared,
        annex,
    )
    if record and period is None and baseline is None:
        asked_for = program.pack, day, interpretation
        keep_assessed(workspace, asked_for, before, len(past) + len(new), found.to_dict())
    return found


def _opened(folder: Path) -> tuple[Workspace, RecordTables]:
    workspace = open_workspace(folder)
    engine = workspace.engine()
    if not is_current(engine):
        raise BadInput(
            "the records were made by another version; bring them up with: linghang upgrade {folder}",
            Place(str(folder)),
            folder=folder,
        )
    return workspace, RecordTables(engine, workspace)


def _program(workspace: Workspace, pack: Pack, day: date, given: Chosen | None) -> tuple[Program, tuple[Mark, ...]]:
    """Return the pack ready to judge with what is set for the workspace, and what a call gives before that."""
    marks = marks_of(workspace, pack, given)
    return prepare(pack, day, dict(given or {}) | chosen(marks)), marks


def _annex(pack: Pack) -> tuple[Indicator, ...]:
    """Return the indicators of a pack; a regional one without an annex still stands on the national one's."""
    if pack.indicators:
        return pack.indicators
    bases = (load_pack(name).indicators for name in reversed(pack.lineage[:-1]))
    return next((found for found in bases if found), ())


def _indicators(
    tables: RecordTables, program: Program, present: Period, baseline: Period | None
) -> tuple[IndicatorValue, ...]:
    before = baseline or last_months(present.start, present.zone, MONTHS)
    regions = set(tables["factory"]["region_code"].to_pylist())
    region = regions.pop() if len(regions) == 1 else None
    return compute(IbisTables(tables), present, before, region, Digests(tables), program.interpretation)


def _look(
    workspace: Workspace,
    tables: RecordTables,
    program: Program,
    figures: tuple[tuple[IndicatorValue, ...], tuple[Comparison, ...]],
    held: list[Entry],
) -> Look:
    """Return what derivations look at: records, indicators and where they stand, live points, and runs of engines."""
    indicators, compared = figures
    day, zone = program.as_of, ZoneInfo(workspace.time_zone)
    values = {one.id: one.value for one in indicators if one.value is not None}
    live = last_points(workspace.folder, tables["tag"])
    ran = coverages((one.record for one in held), day)
    return Look(tables, day, zone, program.interpretation, values, standings(compared, indicators), live, ran)


def _recorded(
    workspace: Workspace, said: Said, entries: list[Entry], record: bool
) -> tuple[list[Record], tuple[Record, ...]]:
    """Return what the ledger held, and what is new and went into it (or would).

    What is new is decided while nobody else writes: another assessment may have said it meanwhile.
    """
    new = _news(workspace, said, entries)
    last = entries[-1] if entries else None
    if record and (new or not anchored(workspace.ledger, last)):
        with workspace.writing():
            entries += read(workspace.ledger, last)
            new = _news(workspace, said, entries)
            append(workspace.ledger, new, entries[-1] if entries else None)
    return [one.record for one in entries], new


def _news(workspace: Workspace, said: Said, entries: list[Entry]) -> tuple[Record, ...]:
    """Return what the ledger does not say yet, of this assessment and of registered documents."""
    past = [one.record for one in entries]
    return (*news(said, past), *documents_news(workspace, past, said.made_at))


def _needs(derived: Derived, settled: Mapping[str, Settled]) -> dict[str, tuple[str, ...]]:
    return {name: what for name, what in derived.needs.items() if name not in settled or settled[name].value is None}


def period_of(text: str, folder: Path) -> Period:
    """Read FROM:TO as a period of the plant's days.

    Raises
    ------
    BadInput
        Not two days, or the second is not after the first.
    """
    start, _, end = text.partition(":")
    try:
        return Period(date.fromisoformat(start), date.fromisoformat(end), open_workspace(folder).time_zone)
    except ValueError:
        raise BadInput("“{value}” is no period; write it as 2024-01-01:2025-01-01", value=text) from None


def utc_now() -> datetime:
    """The clock of the faces."""
    return datetime.now(UTC)
