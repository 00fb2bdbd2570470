"""What records propose to answer to the items of the maturity model. Proposals only: a person takes them, or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from linghang.evidence.derive import Look, Needs, Noted
from linghang.evidence.maturity_looking import Proposed, View
from linghang.evidence.maturity_rows import ROWS
from linghang.evidence.observation import sha256_of
from linghang.evidence.settle import Settled
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """What records propose to answer to an item.

    Attributes
    ----------
    text
        What was looked at.
    tables
        Table -> rows.
    thresholds
        The thresholds that were read: all ours.
    input_digest
        sha256 of the tables and findings that it rests on.
    """

    item: str
    proposed: Proposed
    text: Text
    tables: Mapping[str, int]
    thresholds: Mapping[str, str]
    input_digest: str


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What records answer of a model, and what the others of its rows need."""

    proposals: Mapping[str, Proposal]
    needs: Mapping[str, tuple[str, ...]]


def prefill(look: Look, findings: Mapping[str, Settled], digests: Callable[[str], str]) -> Prefilled:
    """Propose what the records answer.

    Parameters
    ----------
    look
        The records on the day of judgement; of its thresholds those of `THRESHOLDS` are read.
    findings
        Element -> what the evidence says of it on that day.
    digests
        Table name -> digest of its rows.
    """
    proposals: dict[str, Proposal] = {}
    needs: dict[str, tuple[str, ...]] = {}
    for row in ROWS:
        thresholds, read = Noted(look.thresholds), Noted(findings)
        missing = tuple(name for name in row.tables[:1] if look.tables[name].num_rows == 0)
        seen = View(replace(look, thresholds=thresholds), read)
        found = Needs(missing) if missing else row.propose(seen)
        if isinstance(found, Needs):
            needs[row.item] = found.what
            continue
        counts = {name: look.tables[name].num_rows for name in row.tables}
        inputs: list[Any] = [digests(name) for name in row.tables]
        inputs += [[name, *(one.digest for one in findings[name].observations)] for name in sorted(read.read)]
        digest = sha256_of([inputs, thresholds.used()])
        proposals[row.item] = Proposal(row.item, found, row.text, counts, thresholds.used(), digest)
    return Prefilled(proposals, needs)
