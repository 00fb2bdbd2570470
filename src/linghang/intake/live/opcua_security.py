"""Certificates of OPC UA: our own, and which servers are trusted (OPC 10000-4, 6.1; OPC 10000-6, 6.2.2)."""

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from linghang.errors import BadInput, Place, reason_of
from linghang.intake.live.connections import OpcUaConnection
from linghang.words import Listed, later

NO_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#None"
KEY_BITS = 2048
"""Basic256Sha256 takes 2048 to 4096 (OPC 10000-7)."""
VALID = timedelta(days=5 * 365)
"""How long our own certificate lasts (ours): every renewal has to be trusted again at each server."""
MOST_REJECTED = 100
"""Certificates that are put aside for a person (ours); a peer that makes new ones must not fill the disk."""


class Untrusted(BadInput):
    """A server showed a certificate that nobody has accepted."""


@dataclass(frozen=True, slots=True)
class Own:
    """Our certificate and key, and the application URI that the certificate holds."""

    certificate: Path
    private_key: Path
    uri: str
    until: datetime
    made: bool


def own_certificate(connection: OpcUaConnection, now: datetime, host: str | None = None) -> Own:
    """Return the client's certificate; make it and its key where both are absent.

    Parameters
    ----------
    connection
        Says where the two files lie.
    now
        Beginning of its validity.
    host
        Name of this computer.

    Raises
    ------
    BadInput
        Only one of the two is there, the certificate cannot be read, has run out or holds no application URI.
    """
    certificate, key = connection.certificate, connection.private_key
    place = Place(str(certificate))
    try:
        there = certificate.exists(), key.exists()
        if there[0] != there[1]:
            raise BadInput("certificate and private key belong together; one of them is missing", place)
        if not any(there):
            _make(certificate, key, now, host or socket.gethostname())
        held = x509.load_der_x509_certificate(certificate.read_bytes())
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    except ValueError:
        raise BadInput("is no certificate in DER", place) from None
    if not (uris := _uris(held)):
        raise BadInput("holds no application URI, which OPC UA asks for (subjectAltName, URI)", place)
    if held.not_valid_after_utc < now:
        raise BadInput(
            "our certificate ran out on {day}; remove it and its key, a new one is made, and let the server trust it",
            place,
            day=held.not_valid_after_utc.date(),
        )
    return Own(certificate, key, uris[0], held.not_valid_after_utc, not any(there))


def _make(certificate: Path, key: Path, now: datetime, host: str) -> None:
    secret = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = secret.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Linghang@{host}"[:64])])
    own_key = x509.SubjectKeyIdentifier.from_public_key(public)
    builder = (
        x509.CertificateBuilder(name, name, public, x509.random_serial_number())
        # An hour back: clocks of plants differ, and a certificate from the future is refused.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(own_key, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_key), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(f"urn:{host}:linghang"), x509.DNSName(_ascii(host))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    encoded = builder.sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    for file in (certificate, key):
        file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    certificate.write_bytes(encoded)


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=True,
    data_encipherment=True,
    key_agreement=False,
    key_cert_sign=True,  # it signs itself
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _ascii(host: str) -> str:
    return host.encode("idna").decode() if not host.isascii() else host


def _uris(certificate: x509.Certificate) -> Sequence[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def endpoint_of(connection: OpcUaConnection, offered: Sequence[ua.EndpointDescription]) -> ua.EndpointDescription:
    """Choose the endpoint with the wanted policy and mode.

    Raises
    ------
    BadInput
        The server offers none; names what it offers.
    """
    wanted = _wanted(connection)
    for endpoint in offered:
        if (endpoint.SecurityPolicyUri, endpoint.SecurityMode) == wanted:
            return endpoint
    names = dict.fromkeys(
        f"{(one.SecurityPolicyUri or '').rpartition('#')[2]} {one.SecurityMode.name.rstrip('_')}" for one in offered
    )
    raise BadInput(
        "the server does not offer security {policy} {mode}; it offers {names}",
        policy=connection.security,
        mode="" if connection.security == "none" else connection.mode,
        names=Listed(names),
    )


def _wanted(connection: OpcUaConnection) -> tuple[str, ua.MessageSecurityMode]:
    if connection.security == "none":
        return NO_POLICY, ua.MessageSecurityMode.None_
    return SecurityPolicyBasic256Sha256.URI, ua.MessageSecurityMode[connection.mode]


async def secure(client: Client, connection: OpcUaConnection, own: Own, endpoint: ua.EndpointDescription) -> None:
    """Let `client` speak with its certificate, and only with the trusted server of `endpoint`.

    Raises
    ------
    Untrusted
        The server's certificate lies not in the folder of trusted ones; it is put aside.
    """
    shown = first_of_chain(endpoint.ServerCertificate or b"")
    check_trusted(connection, shown)
    client.application_uri = own.uri
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        str(own.certificate),
        CertProperties(own.private_key, "pem"),
        server_certificate=CertProperties(shown, "der"),
        mode=endpoint.SecurityMode,
    )


def check_trusted(connection: OpcUaConnection, shown: bytes) -> None:
    """Refuse a server whose certificate (DER) is not one of the trusted; put a copy aside for a person.

    Only the very certificate counts, not who signed it.

    Raises
    ------
    Untrusted
        Says which file has to be moved where to accept it.
    """
    trusted, rejected = connection.trusted, connection.rejected
    if shown and any(_der(file) == shown for file in sorted(trusted.glob("*"))):
        return
    try:
        certificate = x509.load_der_x509_certificate(shown)
    except ValueError:
        raise Untrusted(later("the server shows no certificate that can be read; this security needs one")) from None
    name, print_ = _common_name(certificate), certificate.fingerprint(hashes.SHA256()).hex()
    file = rejected / f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)[:64]}-{print_[:16]}.der"
    trusted.mkdir(parents=True, exist_ok=True)
    rejected.mkdir(parents=True, exist_ok=True)
    if not file.exists() and sum(1 for _ in rejected.iterdir()) < MOST_REJECTED:
        file.write_bytes(shown)
    raise Untrusted(
        later(
            "the server's certificate is not trusted: {server}, SHA-256 {fingerprint}, valid until {day}. "
            "If that is your server, accept it: move {file} into {folder}"
        ),
        server=name,
        fingerprint=print_,
        day=certificate.not_valid_after_utc.date(),
        file=file,
        folder=trusted,
    )


def outdated(endpoint: ua.EndpointDescription, now: datetime) -> datetime | None:
    """Return when the server's certificate ran out, if it has: accepted by a person, it still counts, but is said."""
    shown = first_of_chain(endpoint.ServerCertificate or b"")
    until = x509.load_der_x509_certificate(shown).not_valid_after_utc
    return until if until < now else None


def first_of_chain(der: bytes) -> bytes:
    """Return the leading certificate where its signers' are joined on behind (OPC 10000-6, 6.2.6)."""
    if len(der) < 4 or der[0] != 0x30 or der[1] < 0x80:
        return der
    octets = der[1] & 0x7F
    return der[: 2 + octets + int.from_bytes(der[2 : 2 + octets], "big")]


def _der(file: Path) -> bytes:
    """Read a trusted certificate in DER or PEM; nothing where the file is neither."""
    try:
        content = file.read_bytes()
        if b"-----BEGIN CERTIFICATE-----" in content:
            return x509.load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError):
        return b""
    return content


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string() or "?"


def now_of(clock_us: int) -> datetime:
    """Return the moment of a clock that tells UTC microseconds."""
    return datetime.fromtimestamp(clock_us / 1e6, UTC)
