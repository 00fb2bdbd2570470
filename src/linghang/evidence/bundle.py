"""A bundle: everything that a judgement rests on, in one signed file that anybody can check without a network.

Here are the parts that need no workspace: putting entries together under a manifest and a signature, and looking at
a bundle from the outside: is the container sane, is the manifest the signed one, is every entry the listed one, does
the ledger hold together, are the documents those that the register and the observations name.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, Place
from linghang.evidence import ledger as ledgers
from linghang.evidence.bundle_format import (
    ANCHOR,
    DOCUMENTS,
    DOCUMENTS_IN,
    LEDGER,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    MAX_READ_BYTES,
    NEEDED,
    OUTSIDE_THE_MANIFEST,
    README,
    SIGNATURE,
    SIGNER,
    Listed,
    Manifest,
    read_json,
    read_manifest,
)
from linghang.evidence.bundle_zip import Container, Member
from linghang.evidence.ledger import Entry
from linghang.evidence.observation import Observation
from linghang.evidence.settle import fresh, last_words
from linghang.evidence.signing import SIGNATURE_BYTES, PrivateKey, PublicKey, public_key


def assemble(head: Manifest, parts: Mapping[str, bytes | Path], key: PrivateKey) -> list[Member]:
    """Put the entries of a bundle into their order, under a manifest and its signature.

    Parameters
    ----------
    head
        The manifest without its entries.
    parts
        Path of an entry -> its bytes, or the file that holds them.
    key
        Whose signature it gets.
    """
    parts = {**parts, SIGNER: key.public.pem()}
    members = [Member(path, parts[path]) for path in sorted(parts)]
    manifest = replace(head, entries=tuple(Listed(one.path, one.size, one.sha256()) for one in members)).to_bytes()
    by_path = {one.path: one for one in members}
    first = [
        Member(MANIFEST, manifest),
        Member(SIGNATURE, key.sign(manifest)),
        by_path.pop(SIGNER),
        by_path.pop(README),
    ]
    return [*first, *by_path.values()]


@dataclass(frozen=True)
class Opened:
    """A bundle as it looks from the outside.

    Attributes
    ----------
    signer
        The key that comes with it, if its signature of the manifest holds; else None.
    digests
        Entry -> sha256 of what is really there.
    problems
        What does not fit, in the order of the checks.
    """

    container: Container
    manifest: Manifest
    signer: PublicKey | None
    digests: Mapping[str, str]
    problems: tuple[BadInput, ...] = field(default=())

    def read(self, path: str) -> bytes:
        """Read an entry whole."""
        return self.container.read(path, MAX_READ_BYTES)

    def json(self, path: str) -> Any:
        """Read an entry of JSON."""
        return read_json(self.read(path), path)

    def has(self, path: str) -> bool:
        """Whether the entry is there and listed."""
        return path in self.digests and path in self.manifest.by_path


def look_at(container: Container) -> Opened:
    """Check a bundle from the outside: container, manifest, signature, digests.

    Raises
    ------
    BadInput
        It has no manifest, or one of another version: nothing more can be said of it.
    """
    if MANIFEST not in container.entries:
        raise BadInput("is no bundle: it has no {entry}", Place(str(container.path)), entry=MANIFEST)
    problems = list(container.oddities)
    digests: dict[str, str] = {}
    for path in container.entries:
        digests[path], whole = container.digest(path)
        if not whole:
            problems.append(
                BadInput(
                    "is damaged: its bytes do not give the check sum that the zip has for it "
                    "(bytes {begin} to {end} of the file)",
                    Place(path),
                    begin=container.begin(path),
                    end=container.begin(path) + container.entries[path].file_size,
                )
            )
    data = container.read(MANIFEST, MAX_MANIFEST_BYTES)
    try:
        manifest = read_manifest(data)
    except BadInput as error:
        raise next((one for one in problems if one.place == Place(MANIFEST)), error) from None
    signer, unsigned = _signer(container, data)
    problems += unsigned
    problems += _unlisted(container, manifest, digests)
    return Opened(container, manifest, signer, digests, tuple(problems))


def _signer(container: Container, manifest: bytes) -> tuple[PublicKey | None, list[BadInput]]:
    missing = [one for one in (SIGNATURE, SIGNER) if one not in container.entries]
    if missing:
        return None, [BadInput("is missing: nothing says who signed", Place(missing[0]))]
    try:
        key = public_key(container.read(SIGNER, MAX_MANIFEST_BYTES), SIGNER)
    except BadInput as error:
        return None, [error]
    signature = container.read(SIGNATURE, MAX_MANIFEST_BYTES)
    if len(signature) == SIGNATURE_BYTES and key.signed(signature, manifest):
        return key, []
    said = "the signature in {entry} does not fit the manifest: one of the two, or the key, was changed after signing"
    return None, [BadInput(said, Place(MANIFEST), entry=SIGNATURE)]


def _unlisted(container: Container, manifest: Manifest, digests: Mapping[str, str]) -> Iterable[BadInput]:
    """Hold what is there against what is listed."""
    listed = manifest.by_path
    if len(listed) != len(manifest.entries):
        yield BadInput("lists an entry twice", Place(MANIFEST))
    for one in manifest.entries:
        if one.path not in digests:
            yield BadInput("is missing; the manifest lists it with {size} bytes", Place(one.path), size=one.size)
        elif container.entries[one.path].file_size != one.size or digests[one.path] != one.sha256:
            yield BadInput(
                "is not the one that was signed: it has {found_size} bytes with sha256 {found}, the manifest lists "
                "{size} bytes with {listed} (bytes {begin} to {end} of the file)",
                Place(one.path),
                found_size=container.entries[one.path].file_size,
                found=digests[one.path],
                size=one.size,
                listed=one.sha256,
                begin=container.begin(one.path),
                end=container.begin(one.path) + container.entries[one.path].file_size,
            )
    for path in container.entries:
        if path not in listed and path not in OUTSIDE_THE_MANIFEST:
            yield BadInput("was put in after signing: the manifest does not list it", Place(path))
    for path in NEEDED:
        if path not in listed:
            yield BadInput("is not in the manifest; every bundle has it", Place(path))


def read_ledger(data: bytes, anchor: bytes) -> tuple[list[Entry], list[BadInput]]:
    """Read a ledger out of its bytes: the records up to the first that does not fit, and why it does not.

    Parameters
    ----------
    data, anchor
        What a workspace keeps in `ledger.jsonl` and `ledger.anchor`.
    """
    entries: list[Entry] = []
    with tempfile.TemporaryDirectory(prefix="linghang-") as folder:
        path = Path(folder) / LEDGER
        path.write_bytes(data)
        ledgers.anchor_of(path).write_bytes(anchor)
        try:
            entries.extend(ledgers.read(path))
        except BadInput as error:
            return entries, [_placed(error, entries[-1].end if entries else 0)]
        fits = ledgers.anchored(path, entries[-1] if entries else None)
    end = entries[-1].end if entries else 0
    if end != len(data):
        odd = BadInput("goes on behind its last whole record")
        return entries, [_at_byte(odd, Place(LEDGER, len(entries) + 1), end)]
    if not fits:
        return entries, [
            BadInput(
                "does not stand at the last record of the ledger, number {number}", Place(ANCHOR), number=len(entries)
            )
        ]
    return entries, []


def _placed(error: BadInput, offset: int) -> BadInput:
    """Say of a refusal of the ledger where in the bundle it is."""
    place, error.place = error.place, None
    if place is None or place.line is None:
        return error.at(Place(ANCHOR if place is not None and place.file.endswith(ANCHOR) else LEDGER))
    return _at_byte(error, Place(LEDGER, place.line), offset)


def _at_byte(what: BadInput, place: Place, offset: int) -> BadInput:
    return BadInput("{what} (from byte {offset} of the entry on)", place, what=what, offset=offset)


def named_documents(records: Sequence[Entry], as_of: date) -> dict[str, Observation]:
    """Return sha256 of every document that evidence of a day rests on -> one observation that names it."""
    found: dict[str, Observation] = {}
    for one in last_words((entry.record for entry in records), as_of).values():
        if isinstance(one, Observation) and fresh(one, as_of):
            for digest in documents_of(one):
                found.setdefault(digest, one)
    return found


def words_of_the_day(records: Sequence[Entry], as_of: date) -> list[tuple[int, Observation]]:
    """Return what each source said last by a day, with its number in the ledger: what the judgement rests on."""
    number = {id(one.record): one.number for one in records}
    found = last_words((one.record for one in records), as_of).values()
    return sorted((number[id(one)], one) for one in found if isinstance(one, Observation))


def documents_of(one: Observation) -> tuple[str, ...]:
    """The sha256 of the documents that an observation rests on, as far as it names them so."""
    if one.source.kind == "document":
        return (one.source.id,)
    named = one.detail.get("document")
    digest = named.get("sha256") if isinstance(named, Mapping) else None
    return (digest,) if isinstance(digest, str) else ()


def check_documents(opened: Opened, records: Sequence[Entry]) -> Iterable[BadInput]:
    """Hold the documents inside against the register's rows and against the observations that name them."""
    rows = opened.json(DOCUMENTS)
    place = Place(DOCUMENTS)
    if not isinstance(rows, list):
        raise BadInput("is no list of documents", place)
    known: set[str] = set()
    inside: set[str] = set()
    for row in rows:
        digest, path = row["sha256"], row.get("entry")
        known.add(digest)
        if path is None:
            continue
        inside.add(path)
        if path not in opened.digests:
            yield BadInput("{id} should be in {entry}, which is not inside", place, id=row["id"], entry=path)
        elif opened.digests[path] != digest:
            yield BadInput(
                "is not the document {id} ({title}) of the register: its sha256 is {found}, registered was {digest}; "
                "it was swapped",
                Place(path),
                id=row["id"],
                title=row.get("title", ""),
                found=opened.digests[path],
                digest=digest,
            )
    for path in opened.manifest.by_path:
        if path.startswith(DOCUMENTS_IN) and path not in inside:
            yield BadInput("belongs to no row of the register", Place(path))
    known |= {one["sha256"] for one in opened.manifest.left_out if "sha256" in one}
    for digest, one in named_documents(records, opened.manifest.as_of).items():
        if digest not in known:
            yield BadInput(
                "the observation {observation} of {about} rests on the document {digest}, which is neither inside nor "
                "among what was left out; another may stand in its place",
                place,
                observation=one.digest[:12],
                about=one.about,
                digest=digest,
            )


def digest_of(data: bytes) -> str:
    """sha256 of some bytes."""
    return sha256(data).hexdigest()
