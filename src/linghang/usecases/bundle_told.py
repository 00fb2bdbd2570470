"""Bundles and their verification as JSON has them: for the command line, the API and the console."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.errors import BadInput
from linghang.evidence.signing import fingerprint_of
from linghang.usecases.apart import Told
from linghang.usecases.bundling import Bundled, Request, bundle
from linghang.usecases.evidence_files import under_bare_names
from linghang.usecases.evidence_looking import list_documents
from linghang.usecases.signing_keys import PASSPHRASE, known_fingerprints, read_own_key, show_keys
from linghang.usecases.verifying import Verified, verify

__all__ = [
    "Request",
    "bundled",
    "documents_of",
    "keys_of",
    "passphrase_of",
    "public_key_of",
    "told",
    "told_bundle",
    "trusted_of",
    "verified",
]


def bundled(
    folder: Path,
    output: Path,
    request: Request,
    *,
    now: datetime,
    passphrase: str = "",
    told: Told = lambda *_: None,
) -> dict[str, Any]:
    """Write a bundle, and say of it what `linghang bundle --json` says; `told` is told how far it is."""
    return told_bundle(bundle(folder, output, request, now=now, passphrase=passphrase, progress=told))


def told_bundle(found: Bundled) -> dict[str, Any]:
    """A bundle as JSON has it."""
    return {
        "file": str(found.file),
        "size": found.size,
        "sha256": found.sha256,
        "key": found.fingerprint,
        "as_of": found.manifest.as_of.isoformat(),
        "records": found.manifest.records,
        "confirmed": dict(found.judged),
        "left_out": [dict(one) for one in found.manifest.left_out],
        "recorded": found.recorded,
    }


def verified(
    file: Path,
    *,
    trusted: Mapping[str, str] | None = None,
    trust_pack: bool = False,
    again: bool = True,
) -> dict[str, Any]:
    """Verify a bundle, and say of it what `linghang verify --json` says.

    Parameters
    ----------
    file
        A copy in a folder of ours, under the name that its sender gave.

    Raises
    ------
    BadInput
        As `verify`.
    """
    with under_bare_names(file.parent):
        found = verify(file, trusted=trusted, trust_pack=trust_pack, again=again)
    return told(found, file)


def told(found: Verified, file: Path | None = None) -> dict[str, Any]:
    """What verifying found as JSON has it; `file` is spoken of by its bare name."""
    manifest = found.opened.manifest
    for one in found.problems:
        if file is not None and one.place is not None and one.place.file == str(file):
            one.place = replace(one.place, file=file.name)
    return {
        "fits": found.fits,
        "first": _problem(found.problems[0]) if found.problems else None,
        "problems": [_problem(one) for one in found.problems],
        "signer": {"key": found.signer, "known_as": found.known_as},
        "workspace": manifest.workspace,
        "pack": manifest.pack,
        "as_of": manifest.as_of.isoformat(),
        "product": manifest.product,
        "records": found.records,
        "left_out": [dict(one) for one in manifest.left_out],
        "trusted_packs": list(found.trusted_packs),
        "floors": {
            floor: {"confirmed": one.confirmed, "possible": one.possible}
            for floor, one in (found.verdict.floors.items() if found.verdict else ())
        },
        "reruns": [one._asdict() | {"why": str(one.why) if one.why else None} for one in found.reruns],
    }


def _problem(one: BadInput) -> dict[str, Any]:
    """One thing that does not fit, with its place down to the byte where that is known."""
    place = one.place
    return {
        "entry": one.values.get("entry") if place and place.file.endswith(".zip") else place and place.file,
        "line": place.line if place else None,
        "key": place.key if place else None,
        "byte": one.values.get("offset", one.values.get("begin")),
        "said": str(one),
    }


def passphrase_of(given: str) -> str:
    """Return the passphrase that somebody gives, else the one of the server's environment."""
    return given or os.environ.get(PASSPHRASE, "")


def public_key_of(folder: Path, passphrase: str = "") -> bytes | None:
    """Return the workspace's public key as PEM; None before the first bundle.

    Raises
    ------
    BadInput
        The key cannot be read, or the passphrase does not open it.
    """
    try:
        return None if show_keys(folder, passphrase).own is None else read_own_key(folder, passphrase).public.pem()
    except BadInput as error:
        raise _within(error, folder) from None


def keys_of(folder: Path, passphrase: str = "") -> dict[str, Any]:
    """Say which keys a workspace has: its own (`locked` where the passphrase does not open it) and those it trusts."""
    try:
        found = show_keys(folder, passphrase)
        return {"own": found.own, "locked": None, "trusted": found.trusted}
    except BadInput as error:
        trusted = {name: key for key, name in known_fingerprints(str(folder)).items()}
        return {"own": None, "locked": str(_within(error, folder)), "trusted": trusted}


def _within(error: BadInput, folder: Path) -> BadInput:
    """Take the folder of the workspace out of a refusal: it means nothing to who asks from elsewhere."""
    if error.place is not None:
        error.place = replace(error.place, file=error.place.file.removeprefix(f"{folder}/"))
    return error


def trusted_of(folder: Path, given: Sequence[str], known: bool, passphrase: str = "") -> dict[str, str] | None:
    """Whom to believe: fingerprints that are named and, where asked for, the keys that the workspace knows.

    Returns
    -------
    Fingerprint -> name; None where nobody is named, so that a signature proves no more than that nothing changed.

    Raises
    ------
    BadInput
        One is no fingerprint.
    """
    found: dict[str, str] = {}
    for one in given:
        if (fingerprint := fingerprint_of(one)) is None:
            raise BadInput("a fingerprint has 64 digits, not “{value}”", value=one[:60])
        found[fingerprint] = fingerprint[:16]
    if known:
        keys = keys_of(folder, passphrase)
        found |= {key: name for name, key in keys["trusted"].items()}
        if keys["own"]:
            found[keys["own"]] = "own"
    return found or None


def documents_of(folder: Path, *, now: datetime, as_of: date | None = None) -> list[dict[str, Any]]:
    """The documents that may go into a bundle: number, title, file, size, confidentiality."""
    return [
        {
            "id": one.document.id,
            "title": one.document.title,
            "file": one.document.file_name,
            "size": one.document.size_bytes,
            "confidentiality": one.document.confidentiality,
        }
        for one in list_documents(folder, now=now, as_of=as_of)
        if one.document.retired_at is None
    ]
