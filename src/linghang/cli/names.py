"""How the terminal names and marks findings, proofs, floors and parts, and how its tables look."""

import re
import shutil
import sys
from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table

from linghang.usecases.naming import FINDINGS as FINDINGS
from linghang.usecases.naming import FLOORS as FLOORS
from linghang.usecases.naming import FORCES as FORCES
from linghang.usecases.naming import KINDS as KINDS
from linghang.usecases.naming import PARTS as PARTS
from linghang.words import later, tr

PIPED_WIDTH = 120
"""Columns of the output where it is no terminal: wide enough for an id beside its text."""
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and end of line, and those that turn the direction of writing."""

MARKS = {"met": ("✓", "green"), "unmet": ("✗", "red"), "unknown": ("?", "yellow"), "not_applicable": ("–", "dim")}
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


def harmless(text: str) -> str:
    """Show what steers a terminal as a sign of its own: a name of somebody's file must not clear the screen."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


class _Terminal(Console):
    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for one in super().render(renderable, options):
            yield one if one.control or not _STEERING.search(one.text) else Segment(harmless(one.text), one.style)


def terminal() -> Console:
    """Return the console that results are printed on."""
    width = None if sys.stdout.isatty() else max(PIPED_WIDTH, shutil.get_terminal_size((PIPED_WIDTH, 0)).columns)
    return _Terminal(highlight=False, width=width)


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
