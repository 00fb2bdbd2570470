"""Bundle an assessment: judge, gather what the judgement rests on, sign it, and write one file."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, TypeVar

from linghang import __version__
from linghang.conditions.shelf import PACKS, sources_of
from linghang.errors import BadInput, Place, reason_of
from linghang.evidence import bundle_zip, ledger
from linghang.evidence.bundle import assemble, digest_of, named_documents, words_of_the_day
from linghang.evidence.bundle_format import (
    ANCHOR,
    BESIDE,
    CASE,
    DOCUMENTS,
    JUDGEMENT,
    LEDGER,
    PACKS_IN,
    README,
    RECEIPTS,
    Chosen,
    Manifest,
    chosen_to_json,
    lines_of,
    sane_name,
)
from linghang.evidence.ledger import Entry
from linghang.evidence.observation import canonical
from linghang.evidence.settle import settle
from linghang.judge.reference import judge
from linghang.store.workspace import open_workspace
from linghang.usecases.apart import Told
from linghang.usecases.assessing import Assessment, assess
from linghang.usecases.bundle_documents import ALL, ChosenDocuments, choose_documents
from linghang.usecases.bundle_inputs import Extent, Inputs, beside, gather, receipts
from linghang.usecases.bundle_readme import readme
from linghang.usecases.evidence_case import case_of
from linghang.usecases.interpretations import chosen
from linghang.usecases.json_values import plain
from linghang.usecases.signing_keys import own_key
from linghang.words import later, use

__all__ = ["Bundled", "Request", "bundle"]

T = TypeVar("T")
STEPS = (
    later("judging the plant"),
    later("checking the judgement against the ledger"),
    later("gathering tables and telemetry"),
    later("gathering documents and receipts"),
    later("signing and writing the file"),
)
"""What is done, in its order; a caller is told the step and how many are done."""
RIGHTS = 0o644


@dataclass(frozen=True)
class Request:
    """What is asked to be in a bundle.

    Attributes
    ----------
    pack
        Id or file of the pack.
    as_of
        The day of judgement (else the plant's today).
    documents
        `all` (but the confidential ones), `none`, or numbers of the register.
    inputs
        Which tables go in, so that what was measured can be computed again.
    interpretation
        Values of this bundle; they go before what a reviewer set for the workspace.
    """

    pack: str
    as_of: date | None = None
    documents: Sequence[str] = (ALL,)
    inputs: Extent = "none"
    interpretation: Chosen = field(default_factory=dict)


@dataclass(frozen=True)
class Bundled:
    """A bundle that was written.

    Attributes
    ----------
    size, sha256
        Of the file.
    fingerprint
        Of the key that signed it.
    judged
        Floor -> confirmed level.
    recorded
        Observations that were new and went into the ledger before.
    """

    file: Path
    size: int
    sha256: str
    fingerprint: str
    manifest: Manifest
    judged: Mapping[str, str | None]
    recorded: int


def bundle(
    folder: Path,
    output: Path,
    request: Request,
    *,
    now: datetime,
    passphrase: str = "",
    progress: Told = lambda *_: None,
) -> Bundled:
    """Write a bundle of a workspace.

    The assessment of the day is made first, and what it says anew goes into the ledger: a bundle holds the ledger, and
    is judged by nothing else. The same state of the workspace and the same day give the same bytes.

    Parameters
    ----------
    folder
        The workspace.
    output
        Where the file goes; it is there whole or not at all.
    now
        The caller's clock (with a zone): for the assessment, it stands nowhere in the bundle.
    passphrase
        Of the workspace's key, where it has one.
    progress
        Is told each of `STEPS` when it begins.

    Raises
    ------
    BadInput
        It is no workspace, there is no evidence, a document is not the registered one, or the file cannot be written.
    """
    progress(STEPS[0], 0, len(STEPS))
    assessed = _in_one_language(
        lambda: assess(
            folder, pack=request.pack, now=now, as_of=request.as_of, interpretation=request.interpretation or None
        )
    )
    return _bundle(folder, output, request, assessed, (passphrase, progress))


def _in_one_language(run: Callable[[], T]) -> T:
    """Run with one language whatever the reader speaks: some texts of an assessment say what is missing."""
    context = copy_context()
    context.run(use, "zh")
    try:
        return context.run(run)
    except BadInput:
        run()  # once more, so that the refusal speaks the reader's language
        raise


def _bundle(folder: Path, output: Path, request: Request, assessed: Assessment, how: tuple[str, Told]) -> Bundled:
    workspace, (passphrase, progress) = open_workspace(folder), how
    day = assessed.judged.verdict.program.as_of
    records = list(ledger.read(workspace.ledger))
    if not records:
        raise BadInput(
            "there is no evidence to bundle, the ledger is empty: import records or state findings first",
            Place(str(folder)),
        )
    progress(STEPS[1], 1, len(STEPS))
    _check_judgement(assessed, records)
    words = words_of_the_day(records, day)
    progress(STEPS[2], 2, len(STEPS))
    inputs = gather(workspace, words, request.inputs)
    progress(STEPS[3], 3, len(STEPS))
    documents = choose_documents(workspace, tuple(request.documents), named_documents(records, day))
    packs = _packs(request.pack)
    parts: dict[str, bytes | Path] = {
        **packs,
        **_ledger(workspace.ledger, records[-1]),
        **inputs.parts,
        **documents.files,
        CASE: lines_of_mapping(_case(assessed)),
        JUDGEMENT: lines_of_mapping(_in_one_language(lambda: judgement_of(assessed))),
        RECEIPTS: lines_of(receipts(workspace, words, inputs.parts)),
        DOCUMENTS: lines_of(documents.rows),
        README: readme(assessed.judged.verdict, workspace.name).encode(),
    }
    if request.inputs != "none":
        parts[BESIDE] = lines_of_mapping(beside(workspace, assessed))
    progress(STEPS[4], 4, len(STEPS))
    head = _head(assessed, request, workspace.name, tuple(packs), len(records), (inputs, documents))
    return _write(output, head, parts, folder, passphrase, assessed)


def _check_judgement(assessed: Assessment, records: Sequence[Entry]) -> None:
    """Refuse to sign a judgement that does not follow from the ledger: somebody else wrote into it meanwhile."""
    verdict = assessed.judged.verdict
    settled = settle((one.record for one in records), verdict.program.as_of)
    case = case_of(settled, assessed.judged.case.waivers, verdict.program)
    if judge(verdict.program, case).to_dict() != verdict.to_dict():
        raise BadInput("the ledger changed while the bundle was made; try again", Place(str(assessed.workspace.ledger)))


def _head(
    assessed: Assessment,
    request: Request,
    name: str,
    packs: tuple[str, ...],
    records: int,
    chosen: tuple[Inputs, ChosenDocuments],
) -> Manifest:
    program = assessed.judged.verdict.program
    left_out = tuple(one for part in chosen for one in part.left_out)
    return Manifest(
        product=__version__,
        workspace=name,
        pack=program.pack.id,
        pack_digest=program.pack.digest,
        lineage=packs,
        as_of=program.as_of,
        records=records,
        inputs=request.inputs,
        entries=(),
        left_out=left_out,
    )


def _write(
    output: Path,
    head: Manifest,
    parts: Mapping[str, bytes | Path],
    folder: Path,
    passphrase: str,
    assessed: Assessment,
) -> Bundled:
    key = own_key(folder, passphrase)
    try:
        members = assemble(head, parts, key)
        _check_documents(members, folder)
        size, digest = written_whole(output, lambda file: bundle_zip.write(file, members))
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(output)), reason=reason_of(error)) from None
    floors = assessed.judged.verdict.floors
    return Bundled(
        output,
        size,
        digest,
        key.public.fingerprint,
        head,
        {floor: one.confirmed for floor, one in floors.items()},
        assessed.recorded,
    )


def _check_documents(members: Sequence[bundle_zip.Member], folder: Path) -> None:
    """Refuse to sign a document whose file is not the registered one any more."""
    for one in members:
        if isinstance(one.content, Path) and one.sha256() != Path(one.path).name[:64]:
            raise BadInput(
                "the file of a document was changed after it was registered; see: linghang evidence check {folder}",
                Place(str(one.content)),
                folder=folder,
            )


def _packs(name: str) -> dict[str, bytes]:
    """The files of a pack and of those that it changes, base first, exactly as they are."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else PACKS / f"{name}.yaml"
    found: dict[str, bytes] = {}
    for place, one in enumerate(sources_of(path)):
        own = PACKS / one.file
        data = (own if own.is_file() else Path(one.file)).read_bytes()
        if digest_of(data) != one.digest:
            raise BadInput("was changed while it was read; try again", Place(one.file))
        entry = f"{PACKS_IN}{place}-{one.id}.yaml"
        found[entry if sane_name(entry) else f"{PACKS_IN}{place}.yaml"] = data
    return found


def _ledger(path: Path, last: Entry) -> dict[str, bytes]:
    """The ledger up to its last whole record, and the anchor that stands there."""
    with path.open("rb") as file:
        data = file.read(last.end)
    return {LEDGER: data, ANCHOR: canonical({"records": last.number, "hash": last.hash}) + b"\n"}


def _case(assessed: Assessment) -> dict[str, Any]:
    program = assessed.judged.verdict.program
    return {
        "pack": program.pack.id,
        "as_of": program.as_of.isoformat(),
        "zone": assessed.workspace.time_zone,
        "interpretation": chosen_to_json(chosen(assessed.judged.marks)),
        "waivers": dict(assessed.judged.case.waivers),
    }


def judgement_of(assessed: Assessment) -> dict[str, Any]:
    """The judgement as a bundle holds it: observations stand in the ledger, so here are their digests."""
    document: dict[str, Any] = plain(assessed.to_dict())
    for name in ("recorded", "withdrawn", "related_references"):
        del document[name]
    for one in document["elements"]:
        one["observations"] = [each["digest"] for each in one["observations"]]
    return document


def lines_of_mapping(said: Mapping[str, Any]) -> bytes:
    """Write a mapping as JSON with one line a key, sorted."""
    rows = [canonical(key) + b":" + canonical(said[key]) for key in sorted(said)]
    return b"{\n" + b",\n".join(rows) + b"\n}\n"


def written_whole(output: Path, write: Callable[[IO[bytes]], None]) -> tuple[int, str]:
    """Write a file that gets its name when it is on the disk.

    Where the system knows files without a name, nothing at all is left of one that was interrupted; elsewhere a part
    with another name may be, never half a file of this name.

    Returns
    -------
    Its size in bytes and its sha256.
    """
    beside = output.with_name(f".{output.name}.{os.getpid()}.part")
    folder = os.open(output.parent, os.O_RDONLY)
    try:
        named, opened = _new_file(output.parent, beside)
        with os.fdopen(opened, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            size, digest = file.seek(0, os.SEEK_END), sha256()
            file.seek(0)
            while chunk := file.read(bundle_zip.CHUNK):
                digest.update(chunk)
            if not named:
                os.link(f"/proc/self/fd/{file.fileno()}", beside, src_dir_fd=folder, follow_symlinks=True)
        beside.replace(output)
        os.fsync(folder)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        os.close(folder)
    return size, digest.hexdigest()


def _new_file(folder: Path, beside: Path) -> tuple[bool, int]:
    """Open a new file, without a name where the system can; say whether it has one."""
    beside.unlink(missing_ok=True)
    if nameless := getattr(os, "O_TMPFILE", 0):
        with suppress(OSError):  # a file system that cannot
            return False, os.open(folder, nameless | os.O_RDWR, RIGHTS)
    return True, os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, RIGHTS)
