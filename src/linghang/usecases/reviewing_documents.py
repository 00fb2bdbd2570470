"""A review with its marked copy and its table in one step, for whoever hands in a draft and gets all of it back."""

from datetime import datetime
from pathlib import Path
from typing import Any

from linghang.usecases.evidence_files import under_bare_names
from linghang.usecases.reviewing import SUFFIXES, Question, review_draft, write_marked, write_table

__all__ = ["READABLE", "reviewed"]

READABLE = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
"""Endings of drafts that are read."""


def reviewed(draft: Path, question: Question, into: Path, *, now: datetime) -> dict[str, Any]:
    """Review a draft and write what comes of it into a folder.

    Parameters
    ----------
    draft
        A copy of the draft in a folder of ours, under the name that its sender gave.
    into
        Gets the marked copy and the table.

    Returns
    -------
    The review as JSON has it, with the names of the files under `marked` and `table`.

    Raises
    ------
    BadInput
        As `review_draft`, under the name that the sender gave.
    """
    with under_bare_names(draft.parent):
        found = review_draft(draft, question, now=now)
        marked = into / f"marked{draft.suffix.lower()}"
        write_marked(found, draft, marked)
    table = into / "remarks.xlsx"
    write_table(found.remarks, table)
    return found.to_dict() | {"marked": marked.name, "table": table.name}
