"""Certificates: our own, trusted and refused servers, policies that the server does not offer."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from live_opcua_server import OpcUaServer, free_port
from live_opcua_work import at_work, connection

from linghang.errors import BadInput
from linghang.intake.live import opcua_security
from linghang.intake.live.opcua_security import Untrusted, check_trusted, endpoint_of, first_of_chain, own_certificate

NOW = datetime(2025, 3, 14, 8, 0, tzinfo=UTC)
URL = "opc.tcp://127.0.0.1:4840/"
Policy = ua.SecurityPolicyType


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key of a server."""
    made = own_certificate(connection(URL, tmp_path_factory.mktemp("server")), datetime.now(UTC), "caster")
    return made.certificate, made.private_key


@pytest.fixture(scope="module")
def server(pair: tuple[Path, Path]) -> Iterator[OpcUaServer]:
    made = OpcUaServer(free_port(), "operator", "sesame")
    made.secure(*pair, [Policy.Basic256Sha256_Sign, Policy.Basic256Sha256_SignAndEncrypt])
    made.folder("CAST")
    made.variable("CAST/t", 1.0)
    made.start()
    yield made
    made.close()


def test_our_certificate_is_made_once_and_says_who_we_are(tmp_path: Path) -> None:
    wanted = connection(URL, tmp_path)
    made, again = own_certificate(wanted, NOW, "edge-1"), own_certificate(wanted, NOW, "edge-2")
    assert (made.made, again.made) == (True, False)
    assert made.uri == again.uri == "urn:edge-1:linghang"
    held = x509.load_der_x509_certificate(wanted.certificate.read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:edge-1:linghang"]
    assert names.get_values_for_type(x509.DNSName) == ["edge-1"]
    usage = held.extensions.get_extension_for_class(x509.KeyUsage).value
    assert all((usage.digital_signature, usage.key_encipherment, usage.data_encipherment))
    assert held.not_valid_before_utc < NOW < held.not_valid_after_utc
    assert stat.S_IMODE(wanted.private_key.stat().st_mode) == 0o600
    key = serialization.load_pem_private_key(wanted.private_key.read_bytes(), None)
    assert key.public_key() == held.public_key()


def test_a_certificate_that_ran_out_is_refused_with_the_way_out(tmp_path: Path) -> None:
    wanted = connection(URL, tmp_path)
    made = own_certificate(wanted, NOW, "edge")
    with pytest.raises(BadInput, match=r"client\.der: our certificate ran out on 2030-03-13; remove it and its key"):
        own_certificate(wanted, made.until + timedelta(days=1), "edge")


@pytest.mark.parametrize("missing", ["certificate", "private_key"])
def test_half_a_pair_is_refused_and_nothing_is_overwritten(tmp_path: Path, missing: str) -> None:
    wanted = connection(URL, tmp_path)
    own_certificate(wanted, NOW, "edge")
    getattr(wanted, missing).unlink()
    with pytest.raises(BadInput, match="belong together; one of them is missing"):
        own_certificate(wanted, NOW, "edge")
    assert not getattr(wanted, missing).exists()


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    wanted = connection(URL, tmp_path)
    own_certificate(wanted, NOW, "edge")
    wanted.certificate.write_bytes(b"-----BEGIN")
    with pytest.raises(BadInput, match="is no certificate in DER"):
        own_certificate(wanted, NOW, "edge")


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
def test_an_unknown_server_is_refused_until_a_person_accepts_it(
    server: OpcUaServer, pair: tuple[Path, Path], tmp_path: Path, mode: str
) -> None:
    env = {"LINGHANG_WORKS_PASSWORD": "sesame"}
    keys = {"security": "Basic256Sha256", "mode": mode, "user": "operator"}
    with at_work(server, tmp_path, "CAST", env=env, **keys) as work:
        work.wait(lambda: work.count("refused_certificates"), "the refusal")
        assert not work.sink.kept
        (aside,) = (tmp_path / "pki" / "rejected").iterdir()
        assert aside.read_bytes() == pair[0].read_bytes()
        assert f"accept it: move {aside} into {tmp_path / 'pki' / 'trusted'}" in work.said
        assert "the server's certificate is not trusted: Linghang@caster, SHA-256" in work.said
        aside.rename(tmp_path / "pki" / "trusted" / aside.name)
        work.wait(lambda: work.sink.kept, "first value, without a restart")
    assert "made our certificate" in work.said
    assert "without security" not in work.said


def test_a_server_that_does_not_trust_us_is_said_with_the_file_to_accept(
    server: OpcUaServer, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    async def refuse(*_: object) -> None:
        raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)

    (tmp_path / "pki" / "trusted").mkdir(parents=True)
    (tmp_path / "pki" / "trusted" / "caster.der").write_bytes(pair[0].read_bytes())
    server.server.set_certificate_validator(refuse)
    try:
        keys = {"security": "Basic256Sha256", "user": "operator"}
        with at_work(server, tmp_path, "CAST", env={"LINGHANG_WORKS_PASSWORD": "sesame"}, **keys) as work:
            work.wait(lambda: work.count("refused_certificates"), "the refusal")
            server.server.set_certificate_validator(None)
            work.wait(lambda: work.sink.kept, "first value once it is accepted")
    finally:
        server.server.set_certificate_validator(None)
    own = tmp_path / "pki" / "own" / "client.der"
    assert f"does not trust our certificate yet; accept {own} in the server's settings" in work.said


def test_another_certificate_than_the_trusted_is_refused(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    wanted = connection(URL, tmp_path)
    wanted.trusted.mkdir(parents=True)
    held = x509.load_der_x509_certificate(pair[0].read_bytes())
    (wanted.trusted / "caster.pem").write_bytes(held.public_bytes(serialization.Encoding.PEM))
    (wanted.trusted / "notes.txt").write_text("not a certificate")
    check_trusted(wanted, pair[0].read_bytes())
    other = own_certificate(connection(URL, tmp_path / "other"), NOW, "caster").certificate
    with pytest.raises(Untrusted):
        check_trusted(wanted, other.read_bytes())
    for nothing in (b"", b"\x30\x82", b"nonsense"):
        with pytest.raises(Untrusted, match="shows no certificate that can be read"):
            check_trusted(wanted, nothing)


def test_new_certificates_again_and_again_do_not_fill_the_disk(
    tmp_path: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = connection(URL, tmp_path)
    monkeypatch.setattr(opcua_security, "MOST_REJECTED", 1)
    for shown in (pair[0], own_certificate(connection(URL, tmp_path / "other"), NOW, "x").certificate):
        with pytest.raises(Untrusted):
            check_trusted(wanted, shown.read_bytes())
    assert len(list(wanted.rejected.iterdir())) == 1


def test_a_policy_that_the_server_does_not_offer_is_refused_with_what_it_offers(
    server: OpcUaServer, tmp_path: Path
) -> None:
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.count("refused_connections"), "the refusal")
    assert "does not offer security none" in work.said
    assert "it offers Basic256Sha256 Sign, Basic256Sha256 SignAndEncrypt" in work.said


def test_the_endpoint_has_the_wanted_policy_and_mode(tmp_path: Path) -> None:
    policy = "http://opcfoundation.org/UA/SecurityPolicy#"
    offered = [
        ua.EndpointDescription(SecurityPolicyUri=f"{policy}None", SecurityMode=ua.MessageSecurityMode.None_),
        ua.EndpointDescription(SecurityPolicyUri=f"{policy}Basic256Sha256", SecurityMode=ua.MessageSecurityMode.Sign),
    ]
    plain = connection(URL, tmp_path)
    assert endpoint_of(plain, offered) is offered[0]
    assert endpoint_of(replace(plain, security="Basic256Sha256", mode="Sign"), offered) is offered[1]
    with pytest.raises(BadInput, match="it offers None None, Basic256Sha256 Sign"):
        endpoint_of(replace(plain, security="Basic256Sha256"), offered)


def test_of_a_chain_the_first_certificate_counts(pair: tuple[Path, Path]) -> None:
    one = pair[0].read_bytes()
    assert first_of_chain(one + one) == first_of_chain(one) == one
    assert first_of_chain(b"\x30") == b"\x30"
