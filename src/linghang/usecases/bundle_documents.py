"""Which documents go into a bundle, and which rows of the register with them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, nearest
from linghang.evidence.bundle_format import DOCUMENTS_IN
from linghang.evidence.observation import Observation
from linghang.store.documents import Document, DocumentRegister
from linghang.store.workspace import Workspace
from linghang.usecases.json_values import plain

ALL, NONE = "all", "none"
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass
class ChosenDocuments:
    """What of the documents goes into a bundle.

    Attributes
    ----------
    rows
        Of `documents.json`: what the register says of each, and the entry that holds it.
    files
        Entry -> file.
    left_out
        What of them is not inside, and why; of confidential ones no more than number and digest.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    left_out: list[Mapping[str, str]] = field(default_factory=list)


def choose_documents(workspace: Workspace, asked: Sequence[str], named: Mapping[str, Observation]) -> ChosenDocuments:
    """Choose documents.

    Parameters
    ----------
    workspace
        Whose register it is.
    asked
        `all` (all but the confidential ones), `none`, or numbers such as E0001; a number that is named goes in,
        confidential or not.
    named
        sha256 of the documents that evidence rests on -> an observation that names it. These are at least listed.

    Raises
    ------
    BadInput
        The register has no such number.
    """
    register = DocumentRegister.of(workspace)
    living = register.all()
    _check_asked(asked, living)
    chosen = ChosenDocuments()
    for one in living:
        reason = _why_not(one, asked)
        if reason is None and register.path(one.sha256).is_file():
            _take(chosen, {"id": one.id, **plain(one)}, register.path(one.sha256), one.file_name)
        else:
            chosen.left_out.append(
                {"what": "document", "id": one.id, "sha256": one.sha256, "reason": reason or "file_missing"}
            )
    done = {one["sha256"] for one in (*chosen.rows, *chosen.left_out)}
    _take_named(chosen, workspace, register, {name: one for name, one in named.items() if name not in done}, asked)
    return chosen


def _check_asked(asked: Sequence[str], living: Iterable[Document]) -> None:
    numbers = [one.id for one in living]
    if not asked or (NONE in asked and len(asked) > 1):
        raise BadInput("--documents takes all, none or numbers of the register: one of these, not several or nothing")
    for name in asked:
        if name not in (ALL, NONE, *numbers):
            raise BadInput(
                "--documents takes all, none or numbers of the register, not “{value}”; {near}",
                value=name,
                near=nearest(name, numbers),
            )


def _why_not(one: Document, asked: Sequence[str]) -> str | None:
    if one.id in asked:
        return None
    if ALL not in asked:
        return "not_chosen"
    return "confidential" if one.confidentiality == "confidential" else None


def _take(chosen: ChosenDocuments, row: dict[str, Any], file: Path, name: str) -> None:
    suffix = Path(name).suffix.lower()
    entry = f"{DOCUMENTS_IN}{row['sha256']}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
    if any(one["entry"].startswith(f"{DOCUMENTS_IN}{row['sha256']}") for one in chosen.rows):
        entry = next(one["entry"] for one in chosen.rows if one["sha256"] == row["sha256"])
    chosen.rows.append(row | {"entry": entry})
    chosen.files[entry] = file


def _take_named(
    chosen: ChosenDocuments,
    workspace: Workspace,
    register: DocumentRegister,
    named: Mapping[str, Observation],
    asked: Sequence[str],
) -> None:
    """Documents that statements name by their file, earlier revisions, and what is kept elsewhere."""
    for digest, one in sorted(named.items()):
        revisions = register.by_sha256(digest)
        confidential = any(each.confidentiality == "confidential" for each in revisions)
        file, name = next(_places(workspace, register, digest, one), (None, ""))
        reason = "not_chosen" if ALL not in asked else "confidential" if confidential else None
        if reason is None and file is None:
            reason = "kept_elsewhere"
        if reason is not None or file is None:
            chosen.left_out.append({"what": "document", "id": one.about, "sha256": digest, "reason": reason or ""})
        elif revisions:
            _take(chosen, {"id": revisions[-1].id, **plain(revisions[-1])}, file, revisions[-1].file_name)
        else:
            _take(chosen, {"id": name, "sha256": digest, "title": name, "states": [one.about]}, file, name)


def _places(
    workspace: Workspace, register: DocumentRegister, digest: str, one: Observation
) -> Iterator[tuple[Path, str]]:
    if (path := register.path(digest)).is_file():
        yield path, path.name
    named = one.detail.get("document")
    name = named.get("file") if isinstance(named, Mapping) else None
    if isinstance(name, str) and (workspace.documents / name).is_file():
        yield workspace.documents / name, name
