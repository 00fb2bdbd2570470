"""Judge one case file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from linghang.conditions.checks import LINK_COVERED
from linghang.conditions.document import CASE_LIMITS, read_file
from linghang.conditions.model import Pack
from linghang.conditions.rules import names
from linghang.conditions.shape import Shape
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place
from linghang.judge.case import Case, read_case
from linghang.judge.program import prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import Step, Verdict
from linghang.usecases.interpretations import Mark

__all__ = ["Judged", "Step", "judge_case", "pack_of_case"]

Chosen = Mapping[str, Decimal | str | bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the case and the pack that it is about.

    Attributes
    ----------
    marks
        Interpretations that are read otherwise than in the pack, with who set them and why (of a workspace).
    """

    verdict: Verdict
    case: Case
    pack: Pack
    marks: tuple[Mark, ...] = ()

    @property
    def interpretations(self) -> frozenset[str]:
        """The interpretations that the judgement itself rests on (others serve the evidence)."""
        read = {name for element in self.pack.elements for rule in element.rules for name in names(rule.node)}
        mark = "interpretation."
        return frozenset({LINK_COVERED, *(name.removeprefix(mark) for name in read if name.startswith(mark))})


def pack_of_case(path: Path) -> str | None:
    """Return the pack that a case file names; None if it names none.

    Raises
    ------
    BadInput
        The file cannot be read as a case.
    """
    return Shape(read_file(path, CASE_LIMITS), str(path)).maybe("pack", str)


def judge_case(
    path: Path,
    *,
    today: date,
    pack: str | None = None,
    as_of: date | None = None,
    interpretation: Chosen | None = None,
) -> Judged:
    """Judge the case in a YAML file.

    Parameters
    ----------
    path
        The case file.
    today
        The day of judgement if neither the file nor `as_of` names one.
    pack
        Id or file of the pack, instead of the one that the case names.
    as_of
        Day of judgement, instead of the one that the case names.
    interpretation
        Values that a reviewer sets instead of the pack's.

    Raises
    ------
    BadInput, ManyProblems
        Everything that is wrong with the case, each with its line.
    """
    content = read_file(path, CASE_LIMITS)
    shape = Shape(content, str(path))
    named = shape.maybe("pack", str)
    if pack is None and named is None:
        raise BadInput("names no pack; add “pack: national-2024”, or choose one with --pack", Place(str(path), 1))
    day = as_of or shape.maybe("as_of", date) or today
    try:
        chosen = load_pack(pack or named or "")
        if not chosen.in_force(day):
            prepare(chosen, day)  # refuses, naming the days
    except BadInput as error:
        raise error if pack is not None else error.at(shape.place("pack")) from None
    program = prepare(chosen, day, interpretation)
    case = read_case(content, str(path), program)
    return Judged(judge(program, case), case, chosen)
