"""The certificate that the plant's OPC UA server shows; made once, kept beside the workspace."""

import os
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

APPLICATION_URI = "urn:linghang:reference-plant"
VALID = timedelta(days=5 * 365)
_USAGE = x509.KeyUsage(True, True, True, True, False, True, False, False, False)
"""What OPC UA asks of an application's certificate, and signing itself (OPC 10000-6, 6.2.2)."""


def server_certificate(folder: Path, now: datetime) -> tuple[Path, Path]:
    """Return certificate (DER) and private key (PEM) of the server; make both where they are absent."""
    certificate, key = folder / "server.der", folder / "server.pem"
    if certificate.exists() and key.exists():
        return certificate, key
    folder.mkdir(parents=True, exist_ok=True)
    secret = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Linghang reference plant")])
    names = [
        x509.UniformResourceIdentifier(APPLICATION_URI),
        x509.DNSName("localhost"),
        x509.IPAddress(IPv4Address("127.0.0.1")),
    ]
    builder = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    signed = builder.sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    secret_pem = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(secret_pem)
    certificate.write_bytes(signed)
    return certificate, key
