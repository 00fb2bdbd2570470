"""The keys of a workspace: one that it signs with, and those of others that it knows."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from linghang.errors import BadInput, Place, reason_of
from linghang.evidence.signing import (
    PrivateKey,
    PublicKey,
    fingerprint_of,
    new_key,
    private_key,
    public_key,
)
from linghang.store.workspace import open_workspace

__all__ = [
    "PASSPHRASE",
    "Keys",
    "PublicKey",
    "export_key",
    "known_fingerprints",
    "own_key",
    "read_own_key",
    "replace_own_key",
    "show_keys",
    "trust_key",
]

FOLDER, OWN, TRUSTED, FORMER = "keys", "signing.pem", "trusted", "former"
PASSPHRASE = "LINGHANG_KEY_PASSPHRASE"
"""Variable of the environment that holds the passphrase of the private key, where it has one."""
_NOT_FOR_OTHERS = 0o077
LONGEST_NAME = 200
"""Bytes of a key's name."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a workspace has.

    Attributes
    ----------
    own
        Fingerprint of its own key; None before the first bundle.
    file
        Where its private key lies.
    trusted
        Name -> fingerprint of the keys of others.
    """

    own: str | None
    file: Path
    trusted: dict[str, str]


def show_keys(folder: Path, passphrase: str = "") -> Keys:
    """Say which keys a workspace has; nothing is made."""
    file = _own_file(folder)
    own = read_own_key(folder, passphrase).public.fingerprint if file.exists() else None
    return Keys(own, file, {path.stem: _public(path).fingerprint for path in _trusted_files(folder)})


def own_key(folder: Path, passphrase: str = "") -> PrivateKey:
    """Return the workspace's key; it is made when it is first asked for.

    Raises
    ------
    BadInput
        It cannot be read or written, others can read it, or the passphrase does not open it.
    """
    file = _own_file(folder)
    if not file.exists():
        with suppress(FileExistsError):  # another process made it at the same moment: that one counts
            _write_private(file, new_key().pem(passphrase.encode()))
    return read_own_key(folder, passphrase)


def read_own_key(folder: Path, passphrase: str = "") -> PrivateKey:
    """Read the workspace's key."""
    file = _own_file(folder)
    try:
        if file.stat().st_mode & _NOT_FOR_OTHERS:
            raise BadInput("others can read the private key; take their rights away: chmod 600", Place(str(file)))
        return private_key(file.read_bytes(), str(file), passphrase.encode())
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason_of(error)) from None


def replace_own_key(folder: Path, passphrase: str = "") -> PublicKey:
    """Make a new key; the public part of the former one is kept, so that old bundles can still be checked."""
    file = _own_file(folder)
    if file.exists():
        former = read_own_key(folder, passphrase).public
        _write_public(file.parent / FORMER / f"{former.fingerprint[:16]}.pem", former)
        beside = file.with_suffix(".new")
        beside.unlink(missing_ok=True)
        _write_private(beside, new_key().pem(passphrase.encode()))
        beside.replace(file)
    return own_key(folder, passphrase).public


def trust_key(folder: Path, file: Path, name: str | None = None) -> tuple[str, PublicKey]:
    """Keep somebody's public key among the known ones, under a name (else its file's); return name and key.

    Raises
    ------
    BadInput
        The file is no public key, or the name is none that a file can have.
    """
    open_workspace(folder)
    key, called = _public(file), file.stem if name is None else name
    if not called or not called.isprintable() or len(called.encode()) > LONGEST_NAME or set(called) & set("/\\"):
        raise BadInput("“{name}” cannot be a key's name", name=called)
    _write_public(folder / FOLDER / TRUSTED / f"{called}.pem", key)
    return called, key


def export_key(folder: Path, output: Path, passphrase: str = "") -> PublicKey:
    """Write the workspace's public key to a file, to be handed to those who will check its bundles."""
    key = own_key(folder, passphrase).public
    _write_public(output, key)
    return key


def known_fingerprints(given: str) -> dict[str, str]:
    """Read whom to believe: a fingerprint, a public key in PEM, or a workspace with the keys that it trusts.

    Returns
    -------
    Fingerprint -> name.

    Raises
    ------
    BadInput
        It is none of these.
    """
    if (fingerprint := fingerprint_of(given)) is not None:
        return {fingerprint: fingerprint[:16]}
    path = Path(given)
    if path.is_dir():
        files = [*_trusted_files(path), *sorted((path / FOLDER / FORMER).glob("*.pem"))]
        found = {_public(one).fingerprint: one.stem for one in files or sorted(path.glob("*.pem"))}
        own = _own_file(path)
        if not found and not own.exists():
            raise BadInput("holds no key; add one with: linghang keys trust DIR FILE", Place(given))
        return found
    if not path.exists():
        raise BadInput("“{value}” is neither a file with a public key nor a fingerprint of 64 digits", value=given)
    return {_public(path).fingerprint: path.stem}


def _own_file(folder: Path) -> Path:
    open_workspace(folder)
    return folder / FOLDER / OWN


def _trusted_files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER / TRUSTED).glob("*.pem"))


def _public(file: Path) -> PublicKey:
    try:
        return public_key(file.read_bytes(), str(file))
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason_of(error)) from None


def _write_private(file: Path, pem: bytes) -> None:
    """Write a file that nobody else can ever have read; it is whole when it has its name."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(file)), reason=reason_of(error)) from None
    finally:
        part.unlink(missing_ok=True)


def _write_public(file: Path, key: PublicKey) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(key.pem())
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(file)), reason=reason_of(error)) from None
