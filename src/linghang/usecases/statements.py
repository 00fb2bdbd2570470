"""What the plant states beside its records: observations of its signatory, and waivers.

A signature declares. It documents where it names the document that anybody can look up. It never measures: what is
measured comes from records, or from an engine.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from linghang.conditions.document import CASE_LIMITS, read_file
from linghang.conditions.shape import Shape, shown
from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput, ManyProblems, nearest, reason_of
from linghang.evidence.observation import Observation, Source
from linghang.judge.case import Case, Claim, Fact, read_case
from linghang.judge.program import Program
from linghang.store.documents import DocumentRegister
from linghang.store.workspace import Workspace
from linghang.usecases.maturity_adopting import adopted_observations
from linghang.words import later, tr

STATEMENTS = "statements.yaml"
SECTIONS = ("findings", "maturity", "scenes", "facts", "waivers")
_KEYS = ("signed_by", "signed_on", *SECTIONS)
_OF_THE_COMMAND = {
    "pack": later("the command names the pack (--pack)"),
    "as_of": later("the command names the day of judgement (--as-of); the day of the signature is signed_on"),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REGISTERED = re.compile(r"E\d{4,9}")
"""Numbers of the register; other numbers are the plant's own."""


Document = Mapping[str, str]
"""What a statement names as its document: `file`, `number` or `sha256`."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated on a day.

    Attributes
    ----------
    observations
        One for each finding and field that is stated; none before the day of the signature.
    waivers
        Id of a `should` -> written reason.
    """

    observations: tuple[Observation, ...] = ()
    waivers: Mapping[str, str] = field(default_factory=dict)


def read_statements(workspace: Workspace, program: Program, now: datetime) -> Statements:
    """Read the statements of a workspace, with the level that was adopted from its self-assessment.

    A workspace without the file states nothing else.

    Raises
    ------
    BadInput, ManyProblems
        Everything in the file that is not known, not possible, or claims more than a signature can, with its line.
    """
    path = workspace.folder / STATEMENTS
    adopted = adopted_observations(workspace, program, now)
    if not path.exists():
        return Statements(adopted)
    content = read_file(path, CASE_LIMITS)
    head = Shape(content, str(path))
    problems: list[BadInput] = []
    documents: dict[str, Document] = {}
    for key in [key for key in content if key not in _KEYS]:
        problems.append(_not_known(head, key))
        content.pop(key)
    _leave_out_other_packs(content, program)
    for subject, entry in _entries(content, str(path)):
        try:
            if (document := _document(entry, workspace.documents)) is not None:
                documents[subject] = document
        except BadInput as error:
            problems.append(error)
    signed_by, signed_on = _signature(head, problems)
    case = _case(content, str(path), program, problems)
    problems.sort(key=lambda one: (one.place.line or 0) if one.place else 0)
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    source = signed_by or workspace.name
    return Statements((*_observed(case, documents, source, signed_on, program, now), *adopted), case.waivers)


def _leave_out_other_packs(content: dict[str, Any], program: Program) -> None:
    """Leave out what is stated about elements of other packs: one file serves a plant that is judged by several."""
    known = program.claimable | {element.id for element in program.pack.elements}
    given = content.get("findings")
    foreign = [name for name in given if name not in known] if isinstance(given, dict) else []
    if foreign and isinstance(given, dict):
        elsewhere = {element.id for name in pack_ids() for element in load_pack(name).elements}
        for name in foreign:
            if name in elsewhere:
                given.pop(name)


def _signature(head: Shape, problems: list[BadInput]) -> tuple[str | None, date | None]:
    """Take out who signed, and on which day."""
    signed_by, signed_on = None, None
    try:
        signed_by = head.maybe("signed_by", str)
        signed_on = head.maybe("signed_on", date)
    except BadInput as error:
        problems.append(error)
    head.data.pop("signed_by", None)
    head.data.pop("signed_on", None)
    return signed_by, signed_on


def _not_known(head: Shape, key: str) -> BadInput:
    if key in _OF_THE_COMMAND:
        return head.refuse("“{name}” has no place here: {instead}", key, name=key, instead=tr(_OF_THE_COMMAND[key]))
    return head.refuse(
        "the key “{name}” is not known here; {near}", key, name=shown(key), near=nearest(shown(key), _KEYS)
    )


def _case(content: Mapping[str, object], file: str, program: Program, problems: list[BadInput]) -> Case:
    try:
        return read_case(content, file, program)
    except ManyProblems as error:
        problems += error.problems
    except BadInput as error:
        problems.append(error)
    return Case()


def _entries(content: Mapping[str, Any], file: str) -> Iterator[tuple[str, Shape]]:
    """Yield everything that carries a proof, by the element or field that it is about; the rest is refused later."""
    for section in ("findings", "facts"):
        if isinstance(given := content.get(section), dict):
            lines = getattr(given, "lines", {})
            yield from (
                (name, Shape(entry, file, lines.get(name), name))
                for name, entry in given.items()
                if isinstance(entry, dict)
            )
    for section in ("maturity", "scenes"):
        if isinstance(given := content.get(section), dict):
            yield section, Shape(given, file, subject=section)


def _document(entry: Shape, folder: Path) -> Document | None:
    """Take out the document that an entry names, and see to it that the entry claims no more than it can."""
    line, named = entry.lines.get("document", entry.line), entry.data.pop("document", None)
    document = None if named is None else _named(Shape(named, entry.file, line, entry.subject), folder)
    proof = entry.data.get("proof")
    if proof == "measured":
        raise entry.refuse(
            "a signature cannot measure; what is measured comes from records or an engine: state it as documented with "
            "its document, or as declared",
            "proof",
        )
    if proof == "documented" and document is None:
        raise entry.refuse(
            "documented by what? Name the document: {example}",
            "proof",
            example="document: {file: …}, {number: …} / {sha256: …}",
        )
    if proof is None and document is not None:
        entry.data["proof"] = "documented"
    return document


def _named(given: Shape, folder: Path) -> Document:
    file, number, digest = (given.maybe(key, str) for key in ("file", "number", "sha256"))
    given.done()
    if digest is not None and not _SHA256.fullmatch(digest):
        raise given.refuse("“{value}” is no sha256: 64 hexadecimal digits in small letters", "sha256", value=digest)
    if file is not None:
        found = _sha256(given, folder, file)
        if digest is not None and digest != found:
            raise given.refuse(
                "{file} has another sha256: {found}; it is not the document that was signed for",
                "sha256",
                file=file,
                found=found,
            )
        digest = found
    if file is None and number is None and digest is None:
        raise given.refuse("a document is named by its file, its number or its sha256")
    if number is not None and _REGISTERED.fullmatch(number):
        digest = _registered(given, folder.parent, number, digest)
    said = {"file": file, "number": number, "sha256": digest}
    return {key: value for key, value in said.items() if value is not None}


def _registered(given: Shape, workspace: Path, number: str, digest: str | None) -> str:
    """Return the sha256 of a document of the register."""
    documents = {one.id: one for one in DocumentRegister(workspace).all(retired=True)}
    if (document := documents.get(number)) is None:
        near = nearest(number, list(documents))
        raise given.refuse("there is no document {id} in the register; {near}", "number", id=number, near=near)
    if document.retired_at is not None:
        raise given.refuse("{id} is retired; name a document that counts", "number", id=number)
    if digest is not None and digest != document.sha256:
        raise given.refuse(
            "{id} has another sha256: {found}; it is not the document that was signed for",
            "sha256",
            id=number,
            found=document.sha256,
        )
    return document.sha256


def _sha256(given: Shape, folder: Path, name: str) -> str:
    """Hash a file among the documents of the workspace."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise given.refuse(
            "“{file}” lies outside of {folder}; put the document there", "file", file=name, folder=folder
        )
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise given.refuse(
            "the document {file} cannot be read in {folder}: {reason}",
            "file",
            file=name,
            folder=folder,
            reason=reason_of(error),
        ) from None


def _observed(
    case: Case,
    documents: Mapping[str, Document],
    signed_by: str,
    signed_on: date | None,
    program: Program,
    now: datetime,
) -> Iterator[Observation]:
    """Make an observation of each statement: it says on the day of judgement what was signed, until it is stale."""
    day = program.as_of
    if signed_on is not None and signed_on > day:
        return
    ages = program.interpretation.get("statement_valid_days")
    until = (signed_on or day) + timedelta(int(ages)) if isinstance(ages, Decimal) else None
    for name, section, claim in _claims(case):
        document = documents.get(section)
        detail: dict[str, Any] = {"document": dict(document)} if document else {}
        if isinstance(claim, Claim) and claim.reason:
            detail["reason"] = claim.reason
        yield Observation(
            about=name,
            value=cast(Any, claim.finding if isinstance(claim, Claim) else claim.value),
            unit="",
            window_from=min(signed_on or day, day - timedelta(1)),
            window_to=day,
            subject="plant",
            proof=claim.proof,
            source=Source("signatory", signed_by, input_digest=(document or {}).get("sha256", "")),
            made_at=now,
            valid_until=until,
            detail=detail,
        )


def _claims(case: Case) -> Iterator[tuple[str, str, Claim | Fact]]:
    """Yield what is stated: of which element or field, where in the file, and what. Unknown states nothing."""
    yield from ((name, name, claim) for name, claim in case.findings.items() if claim.finding != "unknown")
    for name, fact in case.facts.items():
        section = "maturity" if name == "maturity_level" else "scenes" if name.startswith("scenes_") else name
        yield name, section, fact
