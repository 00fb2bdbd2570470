"""Assess a plant: records -> indicators -> evidence -> judgement at three floors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from linghang.conditions.document import CASE_LIMITS, read_file
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.derive import Derived, Look, derive
from linghang.evidence.ledger import append, read
from linghang.evidence.observation import Observation, Source
from linghang.evidence.settle import Settled, settle
from linghang.judge.case import Case, Claim, Fact, read_case
from linghang.judge.findings import Finding
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.kpi.compute import IndicatorValue, compute
from linghang.kpi.needs import say as say_need
from linghang.kpi.period import Period, last_months
from linghang.store.migrate import is_current
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.judging import Chosen, Judged
from linghang.usecases.records import Digests, IbisTables, RecordTables

__all__ = ["STATEMENTS", "Assessment", "IndicatorValue", "assess", "period_of", "say_need", "utc_now"]

STATEMENTS = "statements.yaml"
MONTHS = 12


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
    recorded
        How many observations were new and went into the ledger.
    """

    workspace: Workspace
    judged: Judged
    indicators: tuple[IndicatorValue, ...]
    settled: Mapping[str, Settled]
    needs: Mapping[str, tuple[str, ...]]
    recorded: int

    def to_dict(self) -> dict[str, Any]:
        """The judge's document with the indicators and the elements."""
        document = self.judged.verdict.to_dict()
        document["indicators"] = [
            {one.name: getattr(indicator, one.name) for one in fields(indicator)}
            | {
                "baseline": indicator.baseline_value,
                "change": {"absolute": indicator.change_absolute, "relative_percent": indicator.change_relative},
            }
            for indicator in self.indicators
        ]
        document["elements"] = [
            {
                "id": element.id,
                "level": element.level,
                "clause": element.cited,
                "finding": claim.finding if (claim := self.judged.case.findings.get(element.id)) else "unknown",
                "proof": settled.proof if (settled := self.settled.get(element.id)) else None,
                "reason": (settled.reason if settled else None) or ("needs" if element.id in self.needs else None),
                "needs": list(self.needs.get(element.id, ())),
                "observations": [one.to_dict() | {"digest": one.digest} for one in settled.observations]
                if settled
                else [],
            }
            for element in self.judged.pack.elements
        ]
        document["recorded"] = self.recorded
        return document


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
        Values that a reviewer sets instead of the pack's.
    record
        Whether new observations go into the ledger.

    Raises
    ------
    BadInput
        The folder is no workspace, the pack is not in force, statements or the ledger do not fit.
    """
    workspace = open_workspace(folder)
    engine = workspace.engine()
    if not is_current(engine):
        raise BadInput(
            "the records were made by another version; bring them up with: linghang upgrade {folder}",
            Place(str(folder)),
            folder=folder,
        )
    zone = ZoneInfo(workspace.time_zone)
    day = as_of or now.astimezone(zone).date()
    program = prepare(load_pack(pack), day, interpretation)
    tables = RecordTables(engine)
    indicators = _indicators(tables, program, period or last_months(day, workspace.time_zone, MONTHS), baseline)
    look = Look(
        tables, day, zone, program.interpretation, {one.id: one.value for one in indicators if one.value is not None}
    )
    known = program.claimable | set(program.fields)
    derived = derive(DERIVATIONS, look, tables.digest, known, now)
    stated = _statements(workspace, program, now)
    past = [entry.observation for entry in read(workspace.ledger)]
    fresh = _new([*derived.observations, *stated[0]], past)
    if record and fresh:
        with workspace.writing():
            append(workspace.ledger, fresh)
    settled = settle([*past, *fresh], day)
    case = _case(settled, stated[1], program)
    return Assessment(
        workspace,
        Judged(judge(program, case), case, program.pack),
        indicators,
        settled,
        _needs(derived, settled),
        len(fresh) if record else 0,
    )


def _indicators(
    tables: RecordTables, program: Program, present: Period, baseline: Period | None
) -> tuple[IndicatorValue, ...]:
    if not program.pack.indicators:
        return ()
    before = baseline or last_months(present.start, present.zone, MONTHS)
    regions = set(tables["factory"]["region_code"].to_pylist())
    region = regions.pop() if len(regions) == 1 else None
    return compute(IbisTables(tables), present, before, region, Digests(tables))


def _statements(workspace: Workspace, program: Program, now: datetime) -> tuple[list[Observation], Mapping[str, str]]:
    """What the plant states in a file beside its records: observations of its signatory, and waivers."""
    path = workspace.folder / STATEMENTS
    if not path.exists():
        return [], {}
    content = read_file(path, CASE_LIMITS)
    content.pop("pack", None)
    signed = str(content.pop("signed_by", None) or workspace.name)
    case = read_case(content, str(path), program)
    found: list[tuple[str, Any, str, str | None]] = [
        (name, claim.finding, claim.proof, claim.reason)
        for name, claim in case.findings.items()
        if claim.finding != "unknown"
    ]
    found += [(name, fact.value, fact.proof, None) for name, fact in case.facts.items()]
    day = program.as_of
    ages = program.interpretation.get("statement_valid_days")
    until = day + timedelta(int(ages)) if isinstance(ages, Decimal) else None
    return [
        Observation(
            name,
            value,
            "",
            day - timedelta(1),
            day,
            "plant",
            cast(Any, proof),
            Source("signatory", signed),
            now,
            until,
            {"reason": reason} if reason else {},
        )
        for name, value, proof, reason in found
    ], case.waivers


def _new(made: Iterable[Observation], past: Iterable[Observation]) -> list[Observation]:
    """Keep what differs from the newest that its source said of the same; saying it again is nothing new."""
    newest: dict[tuple[str, str, str, str], Observation] = {}
    for one in sorted(past, key=lambda one: (one.window_to, one.made_at)):
        newest[one.about, one.source.kind, one.source.id, one.subject] = one
    return [
        one
        for one in made
        if (before := newest.get((one.about, one.source.kind, one.source.id, one.subject))) is None
        or before.digest != one.digest
    ]


def _case(settled: Mapping[str, Settled], waivers: Mapping[str, str], program: Program) -> Case:
    findings: dict[str, Claim] = {}
    facts: dict[str, Fact] = {}
    for name, one in settled.items():
        if one.value is None or one.proof is None:
            continue
        if name in program.claimable:
            reason = str(one.observations[0].detail.get("reason") or "") or None
            findings[name] = Claim(cast(Finding, one.value), one.proof, reason)
        elif name in program.fields:
            facts[name] = Fact(one.value, one.proof)
    return Case(findings, facts, waivers)


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
