"""The matrix of evidence of a workspace: what is proved, by what, and what would close each gap."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.engines.discovery import engines
from linghang.errors import BadInput, nearest
from linghang.evidence.matrix import GAPS, Gap, Matrix, MatrixRow, Paper, matrix
from linghang.evidence.matrix_ways import Way
from linghang.store.documents import DocumentRegister, state_of
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_document, kept, kept_before

__all__ = [
    "GAPS",
    "Gap",
    "Matrix",
    "MatrixRow",
    "Way",
    "document_of",
    "evidence_matrix",
    "matrix_before",
    "matrix_document",
]

KEPT = "matrix"


def evidence_matrix(
    folder: Path, *, pack: str, now: datetime, level: str | None = None, as_of: date | None = None
) -> Matrix:
    """Put every element of a pack beside its evidence.

    Parameters
    ----------
    folder
        The workspace.
    pack
        Id or file of the pack.
    now
        The caller's clock (with a zone).
    level
        Only what this level asks.
    as_of
        The day of judgement (else the plant's today).

    Raises
    ------
    BadInput
        The folder is no workspace, the pack is not in force, or it has no such level.
    """
    workspace, conditions = open_workspace(folder), load_pack(pack)
    if level is not None and level not in conditions.level_ids:
        raise BadInput("there is no level {name}; {near}", name=level, near=nearest(level, conditions.level_ids))
    day = workspace.day(now, as_of)
    assessed = assessed_document(folder, pack=pack, now=now, as_of=day)
    documents = [
        Paper(one.id, one.title, one.kind, state_of(one, day), one.proves, one.states)
        for one in DocumentRegister.of(workspace).all(retired=True)
    ]
    proving = _proving()
    return matrix(conditions, assessed, documents, day, level, lambda element: proving.get(element, ()))


def matrix_document(folder: Path, *, pack: str, now: datetime, as_of: date | None = None) -> dict[str, Any]:
    """Return the matrix of all levels as JSON has it; kept until the workspace changes."""
    workspace = open_workspace(folder)
    question = _question(workspace, pack, now, as_of)

    def made() -> dict[str, Any]:
        return dict(plain(document_of(evidence_matrix(folder, pack=pack, now=now, as_of=as_of))))

    return kept(workspace, KEPT, question, made)


def matrix_before(folder: Path, *, pack: str, now: datetime, as_of: date | None = None) -> dict[str, Any] | None:
    """Return what `matrix_document` would, where it is kept already; else None, at once."""
    workspace = open_workspace(folder)
    found: dict[str, Any] | None = kept_before(workspace, KEPT, _question(workspace, pack, now, as_of))
    return found


def _question(workspace: Workspace, pack: str, now: datetime, as_of: date | None) -> str:
    day = workspace.day(now, as_of)
    return f"{load_pack(pack).digest} {day}"


def document_of(found: Matrix) -> dict[str, Any]:
    """The matrix as JSON has it."""
    return {
        "pack": found.pack.id,
        "as_of": found.as_of.isoformat(),
        "level": found.level,
        "summary": [
            {"level": level, "group": group, "gaps": dict(counted)} for (level, group), counted in found.summary.items()
        ],
        "rows": [_row(one) for one in found.rows],
    }


def _row(one: MatrixRow) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in one.__slots__}
    return said | {
        "text": one.text.to_dict(),
        "counts": dict(one.counts),
        "speakers": [asdict(each) for each in one.speakers],
        "documents": [asdict(each) for each in one.documents],
        "wanted": [
            {name: getattr(each, name) for name in each.__slots__} | {"text": each.text.to_dict()}
            for each in one.wanted
        ],
    }


def _proving() -> dict[str, Sequence[str]]:
    """Return element -> installed engines that can prove it by measurement."""
    found: dict[str, list[str]] = {}
    for id, one in engines():
        if not isinstance(one, BadInput):
            for element in one.CARD.elements:
                found.setdefault(element, []).append(id)
    return dict(found)
