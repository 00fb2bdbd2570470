"""What if: a factory as it is, beside itself as it would be. Nothing is written anywhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack
from linghang.evidence.proof import Proof
from linghang.judge.case import Case
from linghang.judge.program import prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import Verdict
from linghang.roadmap.whatif import STRONGEST, Change, apply, fitting, read_changes
from linghang.usecases.assessing import assess
from linghang.usecases.judging import Chosen, Judged, judge_case

__all__ = ["STRONGEST", "Beside", "ElementChange", "beside", "between", "subject_of", "whatif"]

DEFAULT_PACK = "national-2024"


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One condition whose finding differs at a floor; None where only the other pack has it."""

    floor: str
    level: str
    id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A judgement beside the one that would be.

    Attributes
    ----------
    changes
        What was assumed of elements and fields.
    left_out
        What the case says and the other pack does not know.
    """

    before: Judged
    after: Judged
    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def interpretation(self) -> dict[str, tuple[object, object]]:
        """Interpretations that differ -> before and after (None where a pack has none of that name)."""
        before, after = self.before.verdict.program.interpretation, self.after.verdict.program.interpretation
        return {
            name: (before.get(name), after.get(name))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        }

    def differing(self) -> Iterator[ElementChange]:
        """Yield the conditions whose finding differs, floor by floor and level by level, in the pack's order."""
        for floor in self.after.verdict.floors:
            was, now = _conditions(self.before.verdict, floor), _conditions(self.after.verdict, floor)
            for level, name in dict.fromkeys((*was, *now)):
                before, after = was.get((level, name)), now.get((level, name))
                if before != after:
                    yield ElementChange(floor, level, name, before, after)

    def to_dict(self) -> dict[str, Any]:
        """Both judgements as `judge --json` has them, and what differs."""
        return {
            "set_interpretations": [one.to_dict() for one in self.before.marks],
            "changes": [one.to_dict() for one in self.changes],
            "interpretation": {name: [_plain(one) for one in pair] for name, pair in self.interpretation.items()},
            "left_out": list(self.left_out),
            "before": self.before.verdict.to_dict(),
            "after": self.after.verdict.to_dict(),
            "differing": [
                {"floor": one.floor, "level": one.level, "id": one.id, "before": one.before, "after": one.after}
                for one in self.differing()
            ],
        }


def beside(
    judged: Judged,
    sets: Sequence[str] = (),
    *,
    pack: Pack | None = None,
    interpretation: Chosen | None = None,
    case: Case | None = None,
    proof: Proof = STRONGEST,
) -> Beside:
    """Judge what would be, beside a judgement that there is.

    Parameters
    ----------
    judged
        The judgement that there is (`assess(…).judged`, or of a case file).
    sets
        `NAME=VALUE` or `NAME=VALUE@PROOF`, see `linghang.roadmap.whatif.read_changes`.
    pack
        Another pack to judge by.
    interpretation
        Values set instead of those of the judgement that there is. They reach the judge only: what the records prove
        stays as it was derived.
    case
        What is known under the other pack or interpretation, where it was derived anew; else the same case.
    proof
        How well a change is proved that does not say so itself.

    Raises
    ------
    BadInput
        A name, value, interpretation or pack that cannot be.
    """
    was = judged.verdict.program
    chosen = pack or judged.pack
    known = dict(was.interpretation) if pack is None else {}
    program = was
    if pack is not None or interpretation:
        program = prepare(chosen, was.as_of, known | dict(interpretation or {}))
    kept, left_out = fitting(judged.case if case is None else case, program)
    changes = read_changes(sets, program, proof)
    after = apply(kept, changes)
    read = program.interpretation
    marks = tuple(one for one in judged.marks if pack is None and read[one.name] == one.value)
    return Beside(judged, Judged(judge(program, after), after, chosen, marks), changes, left_out)


def whatif(
    path: Path,
    sets: Sequence[str] = (),
    *,
    now: datetime,
    base: str | None = None,
    pack: str | None = None,
    interpretation: Chosen | None = None,
    as_of: date | None = None,
    proof: Proof = STRONGEST,
) -> Beside:
    """Judge a workspace or a case file as it is, and as it would be.

    Parameters
    ----------
    path
        A workspace's folder, or a case file.
    now
        The caller's clock (with a zone).
    base
        Pack of the judgement before (else the case's own, of a workspace the national one).
    pack, interpretation, sets, proof
        What would be otherwise, see `beside`. Of a workspace, evidence is derived anew where an interpretation or
        another pack asks for it.
    as_of
        Day of both judgements.

    Raises
    ------
    BadInput, ManyProblems
        Everything that `assess` and `judge_case` refuse, and changes that cannot be.
    """
    judged_by = _by(path, now, as_of)
    before = judged_by(base, None)
    other = load_pack(pack) if pack else None
    if pack is None and not _reaches_evidence(before, interpretation):
        return beside(before, sets, interpretation=interpretation, proof=proof)
    prepare(other or before.pack, before.verdict.program.as_of, interpretation)  # refuses before anything is derived
    if not path.is_dir():
        return beside(before, sets, pack=other, interpretation=interpretation, proof=proof)
    return between(before, judged_by(pack or base, interpretation), sets, proof=proof)


def between(before: Judged, anew: Judged, sets: Sequence[str] = (), *, proof: Proof = STRONGEST) -> Beside:
    """Judge what would be, from a judgement made anew under another pack or interpretation, beside the one there is.

    Raises
    ------
    BadInput
        A name or value that cannot be.
    """
    after = beside(before, sets, pack=anew.pack, interpretation=_read_by(anew), case=anew.case, proof=proof)
    return replace(after, after=replace(after.after, marks=anew.marks))


def subject_of(path: Path) -> str:
    """Name what is judged, for a heading."""
    return path.resolve().name if path.is_dir() else str(path)


def _by(path: Path, now: datetime, as_of: date | None) -> Callable[[str | None, Chosen | None], Judged]:
    def judged(pack: str | None, interpretation: Chosen | None) -> Judged:
        if path.is_dir():
            return assess(
                path, pack=pack or DEFAULT_PACK, now=now, as_of=as_of, interpretation=interpretation, record=False
            ).judged
        return judge_case(path, today=now.date(), pack=pack, as_of=as_of, interpretation=interpretation)

    return judged


def _read_by(judged: Judged) -> Chosen:
    """What a judgement read, so that one beside it reads the same: what is set for the workspace is in it."""
    return judged.verdict.program.interpretation


def _reaches_evidence(judged: Judged, interpretation: Chosen | None) -> bool:
    return any(name not in judged.interpretations for name in interpretation or ())


def _conditions(verdict: Verdict, floor: str) -> dict[tuple[str, str], str]:
    found = {one.asked.key: one.finding for one in verdict.floors[floor].elements}  # type: ignore[index]
    return {(plan.level.id, one.id): found[one.key] for plan in verdict.program.plans for one in plan.conditions}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
