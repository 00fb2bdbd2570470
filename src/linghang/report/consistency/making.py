"""Make the checks: each passes, fails with its remarks, or cannot be made and says what it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from linghang.report.consistency.catalogue import CATALOGUE
from linghang.report.consistency.catalogue_row import CannotTell, Row
from linghang.report.consistency.facts import Facts, say_need
from linghang.report.remarks import Check, Remark
from linghang.words import Text

Outcome = Literal["passed", "failed", "not_checkable"]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one check.

    Attributes
    ----------
    remarks
        What does not fit; empty unless it failed.
    needs
        What would have to be supplied; empty unless it cannot be made.
    """

    check: Check
    outcome: Outcome
    remarks: tuple[Remark, ...] = ()
    needs: tuple[Text, ...] = ()


def make(facts: Facts, only: Sequence[str] = (), rows: Iterable[Row] = CATALOGUE) -> tuple[Made, ...]:
    """Make the checks of the catalogue.

    Parameters
    ----------
    only
        Beginnings of codes (`C2`, `C203`); none for all.
    """
    chosen = (row for row in rows if not only or row.check.code.startswith(tuple(only)))
    return tuple(_made(row, facts) for row in chosen)


def _made(row: Row, facts: Facts) -> Made:
    missing = [need for need in row.needs if not facts.has(need)]
    if missing:
        return Made(row.check, "not_checkable", needs=tuple(say_need(one) for one in missing))
    try:
        flaws = tuple(row.look(facts))
    except CannotTell as lack:
        return Made(row.check, "not_checkable", needs=lack.what)
    remarks = tuple(Remark(row.check, one.spot, one.message, one.others, one.mend) for one in flaws)
    return Made(row.check, "failed" if remarks else "passed", remarks)


def counted(made: Iterable[Made]) -> Mapping[Outcome, int]:
    """Count the checks by their outcome; all three are named."""
    found: dict[Outcome, int] = {"passed": 0, "failed": 0, "not_checkable": 0}
    for one in made:
        found[one.outcome] += 1
    return found
