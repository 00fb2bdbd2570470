"""Signatures of bundles: Ed25519 (RFC 8032) by a key of the workspace.

A signature proves that nothing was changed since somebody signed. Who that was, it proves only to whoever has the
public key from the signer by another way: a key that comes with the bundle vouches for nobody.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from linghang.errors import BadInput, Place

SIGNATURE_BYTES = 64
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with.

    Attributes
    ----------
    raw
        Its 32 bytes.
    """

    raw: bytes

    @property
    def fingerprint(self) -> str:
        """sha256 of the 32 bytes, in hexadecimal digits: what two people read to each other."""
        return sha256(self.raw).hexdigest()

    def pem(self) -> bytes:
        """The key as SubjectPublicKeyInfo in PEM, which OpenSSL reads."""
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def signed(self, signature: bytes, data: bytes) -> bool:
        """Whether the owner of the key signed exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """The key that signs; its 32 bytes are shown nowhere."""

    raw: bytes

    @property
    def public(self) -> PublicKey:
        """The key that its signatures are checked with."""
        key = Ed25519PrivateKey.from_private_bytes(self.raw).public_key()
        return PublicKey(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))

    def sign(self, data: bytes) -> bytes:
        """Sign; the same key and bytes give the same 64 bytes, as RFC 8032 has it."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(data)

    def pem(self, passphrase: bytes = b"") -> bytes:
        """The key as PKCS #8 in PEM, encrypted where there is a passphrase."""
        how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return Ed25519PrivateKey.from_private_bytes(self.raw).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how
        )


def new_key() -> PrivateKey:
    """Make a key from the operating system's randomness."""
    raw = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return PrivateKey(raw)


def private_key(pem: bytes, file: str, passphrase: bytes = b"") -> PrivateKey:
    """Read a private key from PEM.

    Raises
    ------
    BadInput
        It is none of Ed25519, or the passphrase is missing, wrong or one too many.
    """
    place = Place(file)
    try:
        key = serialization.load_pem_private_key(pem, passphrase or None)
    except TypeError:
        if passphrase:
            raise BadInput("the key has no passphrase; take it away", place) from None
        raise BadInput("the key needs its passphrase", place) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase:
            raise BadInput("the passphrase does not open the key, or it is no private key in PEM", place) from None
        raise BadInput("is no private key in PEM", place) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput("is no Ed25519 key", place)
    raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    return PrivateKey(raw)


def public_key(pem: bytes, file: str) -> PublicKey:
    """Read a public key from PEM.

    Raises
    ------
    BadInput
        It is none of Ed25519.
    """
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadInput("is no public key in PEM", Place(file)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput("is no Ed25519 key", Place(file))
    return PublicKey(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def fingerprint_of(text: str) -> str | None:
    """Read a fingerprint as people write it, with colons, spaces or capitals; None if it is none."""
    plain = re.sub(r"[\s:]", "", text).lower()
    return plain if _FINGERPRINT.fullmatch(plain) else None
