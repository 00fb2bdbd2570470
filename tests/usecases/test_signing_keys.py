"""The keys of a workspace: made once, nobody else's to read, replaced, trusted, exported."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from linghang.cli.main import run
from linghang.errors import BadInput
from linghang.evidence.signing import PrivateKey, fingerprint_of, new_key, private_key, public_key
from linghang.usecases.signing_keys import (
    PASSPHRASE,
    export_key,
    known_fingerprints,
    own_key,
    replace_own_key,
    show_keys,
    trust_key,
)
from linghang.usecases.workspaces import make_workspace


@pytest.fixture
def works(tmp_path: Path) -> Path:
    make_workspace(tmp_path / "works", None, "Asia/Shanghai", None)
    return tmp_path / "works"


def test_a_signature_is_that_of_rfc_8032() -> None:
    """Test 1 of section 7.1."""
    key = PrivateKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.public.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e0652249015")
    assert key.public.signed(key.sign(b""), b"")
    assert not key.public.signed(key.sign(b""), b"x")


def test_a_key_is_made_once_and_read_by_nobody_else(works: Path) -> None:
    assert show_keys(works).own is None
    first = own_key(works)
    assert own_key(works) == first
    assert show_keys(works).own == first.public.fingerprint
    file = works / "keys" / "signing.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (works / "keys").stat().st_mode & 0o777 == 0o700
    assert [one.name for one in file.parent.iterdir()] == ["signing.pem"]
    assert first.raw.hex() not in repr(first)


def test_a_key_that_others_can_read_is_not_used(works: Path) -> None:
    own_key(works)
    (works / "keys" / "signing.pem").chmod(0o644)
    with pytest.raises(BadInput, match="others can read the private key"):
        own_key(works)


def test_a_passphrase_opens_the_key_and_nothing_else_does(works: Path) -> None:
    made = own_key(works, "春天")
    assert own_key(works, "春天") == made
    with pytest.raises(BadInput, match="needs its passphrase"):
        own_key(works)
    with pytest.raises(BadInput, match="the passphrase does not open the key"):
        own_key(works, "autumn")


def test_a_new_key_leaves_the_former_one_known(works: Path) -> None:
    first = own_key(works).public
    second = replace_own_key(works)
    assert second != first
    assert own_key(works).public == second
    assert known_fingerprints(str(works)) == {first.fingerprint: first.fingerprint[:16]}


def test_keys_are_exported_and_trusted(works: Path, tmp_path: Path) -> None:
    file = tmp_path / "north.pem"
    key = export_key(works, file)
    assert trust_key(works, file) == ("north", key)
    assert known_fingerprints(str(file)) == known_fingerprints(str(works)) == {key.fingerprint: "north"}
    spelled = ":".join(key.fingerprint.upper()[place : place + 2] for place in range(0, 64, 2))
    assert known_fingerprints(spelled) == {key.fingerprint: key.fingerprint[:16]}


@pytest.mark.parametrize("given", ["abc", "0" * 63, "not-there.pem"])
def test_what_is_no_key_is_refused(given: str) -> None:
    assert fingerprint_of(given) is None
    with pytest.raises(BadInput, match="neither a file with a public key nor a fingerprint"):
        known_fingerprints(given)


def test_a_folder_without_keys_is_refused(works: Path) -> None:
    with pytest.raises(BadInput, match="holds no key"):
        known_fingerprints(str(works))


def test_keys_of_other_kinds_are_refused() -> None:
    other = generate_private_key(SECP256R1())
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(BadInput, match="is no Ed25519 key"):
        public_key(public, "k")
    with pytest.raises(BadInput, match="is no Ed25519 key"):
        private_key(secret, "k")
    with pytest.raises(BadInput, match="is no public key"):
        public_key(b"no", "k")
    with pytest.raises(BadInput, match="has no passphrase"):
        private_key(new_key().pem(), "k", b"secret")


def test_the_commands(works: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "secret")
    assert run(["keys", "new", str(works)]) == 0
    assert run(["keys", "export", str(works), "-o", str(works / "out.pem")]) == 0
    assert run(["keys", "trust", str(works), str(works / "out.pem")]) == 0
    capsys.readouterr()
    assert run(["keys", "show", str(works), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["trusted"] == {"out": shown["own"]}
    assert b"ENCRYPTED" in (works / "keys" / "signing.pem").read_bytes()
    assert run(["keys", "show", str(works.parent)]) == 2
