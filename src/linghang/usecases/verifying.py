"""Verify a bundle without a network: look at every byte, judge anew, compute again, and name what does not fit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from linghang import __version__
from linghang.conditions.build import build
from linghang.conditions.document import read as read_yaml
from linghang.conditions.model import Pack
from linghang.conditions.overlay import Source
from linghang.conditions.shelf import PACKS, pack_ids
from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.bundle import Opened, check_documents, digest_of, look_at, read_ledger
from linghang.evidence.bundle_format import (
    ANCHOR,
    CASE,
    DOCUMENTS,
    JUDGEMENT,
    LEDGER,
    README,
    RECEIPTS,
    chosen_from_json,
)
from linghang.evidence.bundle_zip import Container
from linghang.evidence.ledger import Entry
from linghang.evidence.observation import canonical
from linghang.evidence.settle import Settled, settle
from linghang.judge.case import Case
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import Verdict
from linghang.usecases.bundle_readme import readme
from linghang.usecases.elements import fields_of
from linghang.usecases.evidence_case import case_of
from linghang.usecases.inside_tables import Rerun
from linghang.usecases.json_values import plain
from linghang.usecases.rerunning import check_receipts, rerun

__all__ = ["Rerun", "Verified", "verify"]


@dataclass(frozen=True)
class Verified:
    """What verifying found.

    Attributes
    ----------
    file
        The bundle.
    opened
        What it looks like from the outside.
    signer
        Fingerprint of the key that signed; None where no signature holds.
    known_as
        Name of the signer among the keys that were given; None if none was given or it is not among them.
    problems
        What does not fit, in the order of the checks; nothing means that all fits.
    reruns
        What was computed again.
    verdict
        As judged here and now; None where that was not possible.
    records
        How many records of the ledger hold together.
    trusted_packs
        Packs inside that this program does not have and that were trusted because somebody said so.
    """

    file: Path
    opened: Opened
    signer: str | None
    known_as: str | None
    problems: tuple[BadInput, ...]
    reruns: tuple[Rerun, ...] = ()
    verdict: Verdict | None = None
    records: int = 0
    trusted_packs: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether nothing was found that does not fit."""
        return not self.problems and self.verdict is not None


@dataclass
class _Found:
    """What was found up to now."""

    problems: list[BadInput] = field(default_factory=list)

    @contextmanager
    def reading(self, entry: str) -> Iterator[None]:
        """Note what is wrong with an entry that cannot be read as what it should be."""
        try:
            yield
        except BadInput as error:
            self.problems.append(error.at(Place(entry)))
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            self.problems.append(
                BadInput("is not what a bundle holds there: {reason}", Place(entry), reason=repr(error))
            )


def verify(
    file: Path,
    *,
    trusted: Mapping[str, str] | None = None,
    trust_pack: bool = False,
    again: bool = True,
    documents: Path | None = None,
) -> Verified:
    """Verify a bundle.

    Parameters
    ----------
    file
        The bundle.
    trusted
        Fingerprint -> name of the keys that may have signed it. Without any, the signature proves no more than that
        nothing was changed since signing.
    trust_pack
        Judge by packs inside that this program does not have.
    again
        Whether observations are computed again from the inputs inside.
    documents
        A folder with documents that were left out: those that are there are held against their digests.

    Raises
    ------
    BadInput
        It cannot be read safely, is of a newer version, or is judged by a pack that this program does not know.
    """
    try:
        with Container(file) as container:
            return _verified(look_at(container), trusted, trust_pack, again, documents)
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason_of(error)) from None


def _verified(
    opened: Opened, trusted: Mapping[str, str] | None, trust_pack: bool, again: bool, documents: Path | None
) -> Verified:
    found = _Found(list(opened.problems))
    signer = opened.signer.fingerprint if opened.signer else None
    known = _known(found, signer, trusted)
    pack, strange = _pack(opened, found, trust_pack)
    records = _records(opened, found)
    with found.reading(DOCUMENTS):
        found.problems += check_documents(opened, records or ())
        found.problems += _elsewhere(opened, documents)
    verdict, reruns = None, []
    if pack is not None and records is not None:
        program = None
        with found.reading(CASE):
            program, case, settled = _case(opened, pack, records)
        if program is not None:
            with found.reading(JUDGEMENT):
                verdict = judge(program, case)
                found.problems += _compared(opened, verdict, case, settled)
            with found.reading(README):
                found.problems += _told(opened, verdict)
            with found.reading(RECEIPTS):
                found.problems += check_receipts(opened, records, program.as_of)
                reruns = rerun(opened, program, records, _zone(opened)) if again else []
            found.problems += _differing(reruns)
    return Verified(
        opened.container.path,
        opened,
        signer,
        known,
        tuple(found.problems),
        tuple(reruns),
        verdict,
        len(records) if records is not None else 0,
        strange,
    )


def _known(found: _Found, signer: str | None, trusted: Mapping[str, str] | None) -> str | None:
    if signer is None or trusted is None:
        return None
    if signer not in trusted:
        found.problems.append(
            BadInput(
                "was signed by the key {found}, which is none of those that you know", Place("signer.pem"), found=signer
            )
        )
    return trusted.get(signer)


def _pack(opened: Opened, found: _Found, trust: bool) -> tuple[Pack | None, tuple[str, ...]]:
    """Build the pack that is inside; one that this program does not have is judged by only when it is trusted."""
    sources: list[Source] = []
    strange: list[tuple[str, BadInput]] = []
    for entry in opened.manifest.lineage:
        with found.reading(entry):
            data = opened.read(entry)
            one = Source(entry, read_yaml(data, entry), digest_of(data))
            sources.append(one)
            if (problem := _strange(one)) is not None:
                strange.append((one.id, problem))
    if not sources or len(sources) != len(opened.manifest.lineage):
        return None, ()
    names = tuple(name for name, _ in strange)
    if strange and not trust:
        problem = strange[0][1]
        if not found.problems and names[0] not in pack_ids():
            raise problem
        found.problems.append(problem)
        return None, names
    pack = None
    with found.reading(opened.manifest.lineage[-1]):
        pack = build(sources)
        if (pack.id, pack.digest) != (opened.manifest.pack, opened.manifest.pack_digest):
            raise BadInput("is not the pack {pack} that the manifest names", pack=opened.manifest.pack)
    return pack, names


def _strange(one: Source) -> BadInput | None:
    """Say why a pack inside is not one of this program's."""
    if one.id not in pack_ids():
        return BadInput(
            "the pack {pack} is unknown to this program, so nobody vouches for its conditions; read it, then judge by "
            "it with --trust-pack, or verify with a program that has it",
            Place(one.file),
            pack=one.id,
        )
    if sha256((PACKS / f"{one.id}.yaml").read_bytes()).hexdigest() != one.digest:
        return BadInput(
            "is not the edition of {pack} that this program has, byte for byte; to judge by the one inside all the "
            "same: --trust-pack",
            Place(one.file),
            pack=one.id,
        )
    return None


def _records(opened: Opened, found: _Found) -> list[Entry] | None:
    """Read the ledger; None where it does not hold together, for then nothing can be judged by it."""
    whole: list[Entry] | None = None
    with found.reading(LEDGER):
        records, problems = read_ledger(opened.read(LEDGER), opened.read(ANCHOR))
        found.problems += problems
        whole = None if problems else records
        if not problems and len(records) != opened.manifest.records:
            raise BadInput(
                "has {found} records; the manifest says {count}", found=len(records), count=opened.manifest.records
            )
    return whole


def _case(opened: Opened, pack: Pack, records: list[Entry]) -> tuple[Program, Case, Mapping[str, Settled]]:
    said = opened.json(CASE)
    if (said["pack"], said["as_of"]) != (opened.manifest.pack, opened.manifest.as_of.isoformat()):
        raise BadInput("is about another pack or day than the manifest")
    program = prepare(pack, opened.manifest.as_of, chosen_from_json(said["interpretation"]))
    waivers = {str(name): str(reason) for name, reason in said["waivers"].items()}
    if wrong := sorted(waivers.keys() - program.waivable):
        raise BadInput("waives {name}, which is no should", name=wrong[0])
    settled = settle((one.record for one in records), program.as_of)
    return program, case_of(settled, waivers, program), settled


def _zone(opened: Opened) -> ZoneInfo:
    return ZoneInfo(opened.json(CASE)["zone"])


def _compared(opened: Opened, verdict: Verdict, case: Case, settled: Mapping[str, Settled]) -> Iterator[BadInput]:
    """Hold the judgement inside against the one that was made here."""
    said = opened.json(JUDGEMENT)
    here = verdict.to_dict()
    for name in here:
        if (path := _difference(said.get(name), here[name], name)) is not None:
            yield _differs(*path)
    fields = plain(dict(fields_of(verdict.program, settled)))
    if (path := _difference(said.get("fields"), fields, "fields")) is not None:
        yield _differs(*path)
    elements = {(one["id"], one["level"]): one for one in said["elements"]}
    if len(elements) != len(said["elements"]):
        yield BadInput("lists an element twice", Place(JUDGEMENT))
    for element in verdict.program.pack.elements:
        own = elements.pop((element.id, element.level), {})
        claim, one = case.findings.get(element.id), settled.get(element.id)
        expected: dict[str, Any] = {
            "clause": element.cited,
            "finding": claim.finding if claim else "unknown",
            "proof": one.proof if one else None,
            "observations": [each.digest for each in one.observations] if one else [],
            "withdrawals": [each.to_dict() for each in one.withdrawals] if one else [],
        }
        if one and one.reason:
            expected["reason"] = one.reason
        for name, value in expected.items():
            if (path := _difference(own.get(name), value, f"elements.{element.id}.{name}")) is not None:
                yield _differs(*path)
    for id, _ in elements:
        yield BadInput("speaks of {element}, which the pack does not have", Place(JUDGEMENT), element=id)


def _told(opened: Opened, verdict: Verdict) -> Iterator[BadInput]:
    """Hold the page for people against what was judged; another version may have written another page."""
    manifest = opened.manifest
    if manifest.product == __version__ and opened.read(README) != readme(verdict, manifest.workspace).encode():
        yield BadInput("tells people something else than what is judged from the ledger", Place(README))


def _differs(key: str, said: object, here: object) -> BadInput:
    return BadInput(
        "says {said}; judged anew from the ledger it is {here}",
        Place(JUDGEMENT, key=key),
        said=_short(said),
        here=_short(here),
    )


def _short(value: object) -> str:
    return canonical(value).decode()[:80]


def _difference(said: Any, here: Any, path: str) -> tuple[str, Any, Any] | None:
    """Return the first place where two JSON values differ, and both."""
    if isinstance(said, dict) and isinstance(here, dict) and said.keys() == here.keys():
        below = (_difference(said[name], here[name], f"{path}.{name}") for name in here)
        return next((one for one in below if one is not None), None)
    return None if said == here and type(said) is type(here) else (path, said, here)


def _differing(reruns: Iterable[Rerun]) -> Iterator[BadInput]:
    for one in reruns:
        if one.outcome == "differs":
            yield BadInput(
                "{about} by {source}, computed again: {why}",
                Place(LEDGER, one.number or None),
                about=one.about,
                source=one.source,
                why=one.why or "",
            )


def _elsewhere(opened: Opened, folder: Path | None) -> Iterator[BadInput]:
    """Look for documents that were left out in a folder, and say which of them are not there."""
    if folder is None:
        return
    wanted = {one["sha256"]: one for one in opened.manifest.left_out if "sha256" in one}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        with path.open("rb") as file:
            wanted.pop(_file_digest(file.read), None)
    for digest, one in wanted.items():
        yield BadInput(
            "the document {id}, which was left out, is not in {folder}: no file has the sha256 {digest}",
            Place(DOCUMENTS),
            id=one.get("id", ""),
            folder=folder,
            digest=digest,
        )


def _file_digest(read: Callable[[int], bytes]) -> str:
    digest = sha256()
    while chunk := read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
