"""Sensitivity: which interpretations, moved how far, would change the level of a factory. Nothing is written."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from linghang.conditions.model import Interpretation
from linghang.conditions.rules import Compare, Name, Share, walk
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.coverage import coverages
from linghang.evidence.derive import Derivation, Look, derive
from linghang.evidence.ledger import read
from linghang.evidence.observation import Observation
from linghang.evidence.reach import within
from linghang.evidence.recording import Said, news
from linghang.evidence.settle import Settled, settle
from linghang.evidence.withdrawal import Record
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import Finding
from linghang.judge.program import prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import Step, Verdict
from linghang.roadmap.sensitivity import Answer, Levels, Probe, Stretch, stretches, whole_numbers
from linghang.roadmap.whatif import Change, apply
from linghang.usecases.assessing import Assessment, assess
from linghang.usecases.comparing import standings
from linghang.usecases.interpretations import SHARE, WHOLE
from linghang.usecases.judging import Judged, judge_case
from linghang.usecases.records import RecordTables
from linghang.usecases.statements import read_statements
from linghang.usecases.telemetry import last_points
from linghang.usecases.whatif import DEFAULT_PACK
from linghang.words import later

__all__ = ["Sensitivity", "Stretch", "Threshold", "exact", "levels_of", "sensitivity"]

Told = Callable[[str, int, int | None], None]
"""Is told what is going on, how many steps are done, and of how many (None where that is not known)."""

ASSESSING, MOVING = later("assessing"), later("moving the thresholds")
_MARK = "interpretation."


@dataclass(frozen=True, slots=True)
class Threshold:
    """One interpretation, and what its values amount to.

    Attributes
    ----------
    value
        The value in force.
    stretches
        Its values in order, joined where they amount to the same levels; words each by itself.
    """

    interpretation: Interpretation
    value: Decimal | str | bool
    stretches: tuple[Stretch, ...]

    @property
    def here(self) -> Stretch:
        """The stretch of the value in force."""
        value = Fraction(self.value) if isinstance(self.value, Decimal) else self.value
        return next(one for one in self.stretches if one.holds(value))

    @property
    def changing(self) -> tuple[Stretch, ...]:
        """The stretches that amount to other levels."""
        return tuple(one for one in self.stretches if one.levels != self.here.levels)

    def to_dict(self) -> dict[str, Any]:
        """The threshold as JSON has it; bounds are exact, as fractions where no decimal is."""
        return {
            "id": self.interpretation.id,
            "value": self.value if isinstance(self.value, bool) else str(self.value),
            "unit": self.interpretation.unit,
            "source": self.interpretation.source,
            "stretches": [
                {
                    "from": exact(one.low),
                    "to": exact(one.high),
                    "from_included": one.low_in,
                    "to_included": one.high_in,
                    "changes": one in self.changing,
                    "levels": {floor: {"confirmed": a, "possible": b} for floor, (a, b) in one.levels.items()},
                }
                for one in self.stretches
            ],
        }


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What was found.

    Attributes
    ----------
    thresholds
        The interpretations that were looked at, in the pack's order.
    left_out
        Those that were not: nothing here reads them, or they work on indicators and the age of evidence, which are not
        derived anew.
    """

    judged: Judged
    thresholds: tuple[Threshold, ...]
    left_out: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON has it."""
        return {
            "pack": self.judged.pack.id,
            "as_of": self.judged.verdict.program.as_of.isoformat(),
            "set_interpretations": [one.to_dict() for one in self.judged.marks],
            "levels": {
                floor: {"confirmed": a, "possible": b} for floor, (a, b) in levels_of(self.judged.verdict).items()
            },
            "thresholds": [one.to_dict() for one in self.thresholds],
            "left_out": list(self.left_out),
        }


def sensitivity(
    path: Path,
    *,
    now: datetime,
    pack: str | None = None,
    as_of: date | None = None,
    progress: Told = lambda *_: None,
) -> Sensitivity:
    """Find for each interpretation the exact values at which a level changes, all others as they are.

    Parameters
    ----------
    path
        A workspace's folder, or a case file (of which only what the judge itself reads can be moved).
    now
        The caller's clock (with a zone).
    pack
        The pack (else the case's own, of a workspace the national one).
    as_of
        Day of judgement.
    progress
        Told what is going on.

    Raises
    ------
    BadInput, ManyProblems
        Everything that `assess` and `judge_case` refuse.
    """
    evidence: _Evidence | None = None
    progress(ASSESSING, 0, None)
    if path.is_dir():
        assessment = assess(path, pack=pack or DEFAULT_PACK, now=now, as_of=as_of, record=False)
        judged, evidence = assessment.judged, _Evidence(assessment, now)
    else:
        judged = judge_case(path, today=now.date(), pack=pack, as_of=as_of)
    moved, left_out = list[Interpretation](), list[str]()
    for one in judged.pack.interpretations:
        if one.id in judged.interpretations or (evidence is not None and evidence.readers(one.id)):
            moved.append(one)
        else:
            left_out.append(one.id)
    done, total = count(1), sum(_steps(one, judged) for one in moved)
    found = tuple(_threshold(one, judged, evidence, lambda: progress(MOVING, next(done), total)) for one in moved)
    return Sensitivity(judged, found, tuple(left_out))


def levels_of(verdict: Verdict) -> Levels:
    """Return the confirmed and the possible level at each floor."""
    return {floor: (one.confirmed, one.possible) for floor, one in verdict.floors.items()}


def _steps(one: Interpretation, judged: Judged) -> int:
    """In how many steps a threshold is moved, for those who wait: of whole numbers each is one."""
    value = judged.verdict.program.interpretation[one.id]
    return len(_near(value)) if isinstance(value, Decimal) and one.unit in WHOLE else 1


def _threshold(
    one: Interpretation, judged: Judged, evidence: "_Evidence | None", stepped: Callable[[], None]
) -> Threshold:
    value = judged.verdict.program.interpretation[one.id]

    def levels(tried: Decimal | str | bool) -> Levels:
        case = evidence.case(one.id, tried) if evidence is not None else judged.case
        return _levels(judged, one.id, tried, case)

    def whole(number: int) -> Levels:
        stepped()
        return levels(Decimal(number))

    if isinstance(value, Decimal) and one.unit in WHOLE:
        return Threshold(one, value, whole_numbers(_near(value), whole))
    stepped()
    if not isinstance(value, Decimal):
        words: Sequence[str | bool] = one.choices or ((True, False) if isinstance(value, bool) else (value,))
        return Threshold(one, value, tuple(Stretch(word, word, True, True, levels(word)) for word in words))
    compared = set(_compared(judged, one.id))

    def answer(tried: Fraction) -> Answer:
        probe = Probe.of(Decimal(tried.numerator) / Decimal(tried.denominator))
        return levels(probe), probe.seen | compared

    most = Fraction(1) if one.id.endswith(SHARE) else None
    return Threshold(one, value, stretches(Fraction(value), answer, Fraction(0), most))


def _near(value: Decimal) -> Sequence[int]:
    """Whole numbers from 1 to twice the value."""
    return range(1, 2 * max(int(value), 1) + 1)


def _levels(judged: Judged, name: str, tried: Decimal | str | bool, case: Case) -> Levels:
    program = judged.verdict.program
    if name in judged.interpretations:
        plain = Decimal(str(tried)) if isinstance(tried, Decimal) else tried
        program = prepare(judged.pack, program.as_of, dict(program.interpretation) | {name: plain})
    elif case is judged.case:
        return levels_of(judged.verdict)
    return levels_of(judge(program, case))


def _compared(judged: Judged, name: str) -> Iterator[Fraction]:
    """Yield what the judge compares an interpretation with: fields of the case, and both bounds of shares."""
    program = judged.verdict.program
    marked = {one.key for one in judged.pack.elements if _reads(one.rule_on(program.as_of), name)}
    for floor in judged.verdict.floors.values():
        for element in floor.elements:
            if element.asked.key in marked and element.step is not None:
                yield from _bounds(element.step)
    if marked:
        yield from (Fraction(one.value) for one in judged.case.facts.values() if isinstance(one.value, Decimal))


def _reads(rule: Any, name: str) -> bool:
    wanted = Name(_MARK + name)
    return rule is not None and any(isinstance(one, Compare) and one.right == wanted for one in walk(rule.node))


def _bounds(step: Step) -> Iterator[Fraction]:
    if isinstance(step.node, Share) and isinstance(step.value, tuple):
        yield from step.value
    for below in step.steps:
        yield from _bounds(below)


class _Evidence:
    """The evidence of a workspace, derived anew with one threshold moved; read once, and written never."""

    def __init__(self, assessment: Assessment, now: datetime) -> None:
        workspace, self.judged, self.now = assessment.workspace, assessment.judged, now
        self.program = assessment.judged.verdict.program
        self.tables = RecordTables(workspace.engine(), workspace)
        zone = ZoneInfo(workspace.time_zone)
        values = {one.id: one.value for one in assessment.indicators if one.value is not None}
        where = standings(assessment.comparisons, assessment.indicators)
        live = last_points(workspace.folder, self.tables["tag"])
        interpretation = self.program.interpretation
        self.past: list[Record] = [one.record for one in read(workspace.ledger)]
        ran = coverages(self.past, self.program.as_of)
        self.look = Look(self.tables, self.program.as_of, zone, interpretation, values, where, live, ran)
        self.asked = self.program.claimable | set(self.program.fields)
        self.stated = read_statements(workspace, self.program, now).observations
        self.nearer: dict[str, tuple[int, Look]] = {}
        self.settled: dict[tuple[object, ...], Case] = {}
        self.derived = {one.id: self._run(one, interpretation) for one in DERIVATIONS}

    def readers(self, name: str) -> list[Derivation]:
        """The derivations that look at a threshold."""
        return [one for one in DERIVATIONS if name in self.derived[one.id].looked]

    def case(self, name: str, value: Decimal | str | bool) -> Case:
        """The case with one threshold moved; what does not look at it stays as it is."""
        moving = self.readers(name)
        if not moving:
            return self.judged.case
        thresholds = {**self.look.thresholds, name: value}
        anew = {one.id: self._run(one, thresholds) for one in moving}
        touched = sorted({about for one in moving for about in one.about if about in self.asked})
        # no more of what a derivation says counts when it is settled: values that say the same give the same case
        says = [one for answer in anew.values() for one in answer.observations]
        key = (name, *((one.voice, one.value, one.proof, one.day, one.valid_until) for one in says))
        if key not in self.settled:
            self.settled[key] = self._settled(anew, touched)
        return self.settled[key]

    def _settled(self, anew: "dict[str, _Word]", touched: Collection[str]) -> Case:
        """The case where some derivations answer anew: only what they are about is settled again."""
        derived = (self.derived | anew).values()
        observations = (*(one for answer in derived for one in answer.observations), *self.stated)
        needs = {about: what for answer in derived for about, what in answer.needs.items()}
        about_them = tuple(one for one in observations if one.about in touched)
        past = [one for one in self.past if one.about in touched]
        said = Said(about_them, self.asked, needs, self.program.as_of, self.now, self.look.zone)
        settled = settle([*past, *news(said, past)], self.program.as_of)
        changes = [one for about in touched if (one := self._change(about, settled.get(about))) is not None]
        return apply(self.judged.case, changes) if changes else self.judged.case

    def _change(self, about: str, found: Settled | None) -> Change | None:
        """What is known otherwise of an element or field; None if nothing is."""
        known = None if found is None or found.value is None or found.proof is None else (found.value, found.proof)
        if about in self.program.claimable:
            claim = self.judged.case.findings.get(about)
            entry = None if known is None else Claim(cast(Finding, known[0]), known[1])
            same = known == (None if claim is None else (claim.finding, claim.proof))
            return None if same else Change("findings", about, entry)
        fact = self.judged.case.facts.get(about)
        same = known == (None if fact is None else (fact.value, fact.proof))
        return None if same else Change("facts", about, None if known is None else Fact(*known))

    def _run(self, one: Derivation, thresholds: Mapping[str, Decimal | str | bool]) -> "_Word":
        look = replace(self._near(one, thresholds), thresholds=thresholds)
        found = derive((one,), look, self.tables.digest, self.asked, self.now)
        looked = {name for said in found.observations for name in said.detail if name in look.thresholds}
        looked.update(name for names in found.read.values() for name in names)
        return _Word(found.observations, found.needs, looked)

    def _near(self, one: Derivation, thresholds: Mapping[str, Decimal | str | bool]) -> Look:
        """What matters to a derivation within the longest window that is tried; beyond it everything."""
        if one.window_days is None:
            return self.look
        if one.id not in self.nearer:
            days = max(_near(self.look.number(one.window_days)))
            self.nearer[one.id] = days, within(one, self.look, days)
        days, near = self.nearer[one.id]
        return near if int(cast(Decimal, thresholds[one.window_days])) <= days else self.look


class _Word(NamedTuple):
    """What one derivation says, what it lacks, and the thresholds that it looked at."""

    observations: tuple[Observation, ...]
    needs: Mapping[str, tuple[str, ...]]
    looked: Collection[str]


def exact(bound: Fraction | str | bool | None) -> str | bool | None:
    """Return a bound as text: a decimal, or a fraction where no decimal is it."""
    if not isinstance(bound, Fraction):
        return bound
    decimal = Decimal(bound.numerator) / Decimal(bound.denominator)
    return f"{decimal.normalize():f}" if Fraction(decimal) == bound else str(bound)
