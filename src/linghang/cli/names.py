"""How the terminal names and marks findings, proofs, floors and parts, and how its tables look."""

import shutil
import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from linghang.words import later, tr

PIPED_WIDTH = 120
"""Columns of the output where it is no terminal: wide enough for an id beside its text."""

MARKS = {"met": ("✓", "green"), "unmet": ("✗", "red"), "unknown": ("?", "yellow"), "not_applicable": ("–", "dim")}
FINDINGS = {
    "met": later("met"),
    "unmet": later("unmet"),
    "unknown": later("unknown"),
    "not_applicable": later("not applicable"),
}
FLOORS = {"declared": later("declared"), "documented": later("documented"), "measured": later("measured")}
PARTS = {
    "eligibility": later("eligibility"),
    "maturity": later("maturity"),
    "coverage": later("coverage"),
    "scenario_count": later("scenario count"),
    "outcome": later("outcome"),
    "build": later("construction"),
}
KINDS = {
    "fact": later("fact"),
    "attested": later("attested"),
    "measured": later("measured property"),
    "maturity": later("maturity"),
    "coverage": later("coverage"),
    "count": later("count"),
    "capability": later("capability"),
    "benchmark": later("benchmark"),
    "conditions": later("conditions"),
    "scenes": later("scenes"),
}
FORCES = {"must": later("must"), "should": later("should"), "encouraged": later("encouraged")}
STATUSES = {"complete": later("complete"), "partial": later("partial")}
REASONS = {
    "not_stated": later("nothing is stated"),
    "below_floor": later("the proof is too weak here"),
    "waived": later("waived with a reason"),
}


def marked(finding: str | None, with_word: bool = True) -> str:
    """Return a finding as rich markup: mark and word in its colour; a dot where there is none."""
    if finding is None:
        return "[dim]·[/]"
    mark, colour = MARKS[finding]
    return f"[{colour}]{mark} {tr(FINDINGS[finding])}[/]" if with_word else f"[{colour}]{mark}[/]"


def terminal() -> Console:
    """Return the console that results are printed on."""
    width = None if sys.stdout.isatty() else max(PIPED_WIDTH, shutil.get_terminal_size((PIPED_WIDTH, 0)).columns)
    return Console(highlight=False, width=width)


def headed(title: str | None = None, **more: Any) -> Table:
    """Return an empty table with a line under its head, and a title over it where it has one."""
    return Table(box=box.SIMPLE_HEAD, title=title, title_style="bold", title_justify="left", **more)


LIBRARY_MESSAGES = (  # said by the command-line library, through the same catalogue
    later("Arguments"),
    later("Options"),
    later("Commands"),
    later("Error"),
    later("[required]"),
    later("[default: {}]"),
    later("required"),
    later("default: {default}"),
    later("Missing command."),
    later("No such command {name!r}."),
)
