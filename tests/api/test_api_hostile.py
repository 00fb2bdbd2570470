"""Requests that mean harm: nothing leaves its place or is left behind, and a refusal says no more than it may."""

import socket
import tempfile
from pathlib import Path

import httpx
import pytest

from linghang.api import security

SAID = ("2147483648", "99999999999999999999999", "-1", "1e9", "0x10", "1,1")
NAMES = (
    "../../../../etc/passwd.csv",
    "..\\..\\x.csv",
    "a\r\nSet-Cookie: x=1.csv",
    'a"; filename="b.csv',
    "\x00.csv",
    "‮vsc.csv",
    "-rf.csv",
    "a" * 5_000 + ".csv",
    ".csv",
    "..",
    "CON.csv",
    "$(id).csv",
    "%2e%2e%2fx.csv",
    "",
)
ENDINGS = {"cases/judged": ".yaml", "reviews": ".docx", "registries/judged": ".parquet"}
UPLOADS = {
    "imports": "files",
    "imports?dry_run=true": "files",
    "imports/deliveries": "files",
    "documents": "file",
    "reviews": "file",
    "verifications": "file",
    "backups/check": "file",
    "maturity/workbook": "file",
    "report": "template",
    "cases/judged": "file",
    "registries/judged": "file",
    "registries/policies": "file",
}


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for what lies somewhere for a while, so that other programs' files are not taken for ours."""
    place = tmp_path / "for a while"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))


def left_behind() -> set[str]:
    ours = {path.name for path in Path(tempfile.gettempdir()).glob("linghang-*")}
    return {name for name in ours if not name.startswith("linghang-handed-")}


def told(answer: httpx.Response, works: Path) -> None:
    """Check that an answer is a right one and speaks of no place of this machine."""
    assert answer.status_code < 500, answer.text
    assert tempfile.gettempdir() + "/" not in answer.text, answer.text
    assert str(works) not in answer.text, answer.text
    assert "Traceback" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(UPLOADS))
def test_no_name_of_a_file_leads_out_of_its_place(local: httpx.Client, works: Path, path: str) -> None:
    before, outside = left_behind(), set(works.parent.iterdir())
    for name in NAMES:
        for ending in ("", ENDINGS.get(path, "")):
            answer = local.post(path, files={UPLOADS[path]: (name + ending, b"a,b\n1,2\n")})
            told(answer, works)
    assert left_behind() == before
    assert set(works.parent.iterdir()) == outside


def raw(client: httpx.Client, text: bytes, until: float = 5) -> bytes:
    """Send bytes that no client would, and return the beginning of the answer."""
    address = client.base_url
    with socket.create_connection((address.host, address.port or 80), timeout=until) as line:
        line.sendall(text)
        return line.recv(4_096)


@pytest.mark.parametrize("said", SAID)
def test_lengths_that_cannot_be_are_refused_at_once(local: httpx.Client, said: str) -> None:
    host = f"127.0.0.1:{local.base_url.port}"
    head = f"POST /api/v1/imports HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    answer = raw(local, (head + f"Content-Length: {said}\r\n\r\n").encode())
    assert answer.split(b" ")[1] in (b"400", b"413"), answer


def test_what_brings_no_files_is_small(local: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "MOST_TEXT_BYTES", 1_000)
    body = b'{"name": "' + b"a" * 2_000 + b'"}'
    for headers in ({"Content-Type": "application/json"}, {}, {"Content-Type": "text/plain"}):
        assert local.post("jobs", content=body, headers=headers).status_code == 413
    endless = (b"x" * 500 for _ in range(5))
    assert local.post("jobs", content=endless, headers={"Content-Type": "application/json"}).status_code == 413
    assert local.post("imports", files={"files": ("a.csv", body)}).status_code == 400


def test_nobody_is_read_from_without_having_entered(client: httpx.Client) -> None:
    host = f"127.0.0.1:{client.base_url.port}"
    head = f"POST /api/v1/imports HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    answer = raw(client, (head + "Content-Length: 100000000\r\n\r\n--b\r\n").encode())  # and never the rest
    assert answer.startswith(b"HTTP/1.1 401")
