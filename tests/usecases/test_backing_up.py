"""Backups: whole, consistent while the workspace is in use, checked before anything is restored, never half done."""

import fcntl
import json
import os
import sqlite3
import stat
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store import backup_file
from linghang.store.backup_file import MANIFEST, stays_inside
from linghang.store.workspace import Workspace
from linghang.usecases.accounts import Accounts
from linghang.usecases.assessing import assess
from linghang.usecases.audit_log import check_log, deeds
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.backing_up import Chosen, back_up, keep_backup, kept_backups, path_of, remove_backup
from linghang.usecases.evidence_register import add_document, described
from linghang.usecases.restoring import check_backup, restore
from linghang.usecases.signing_keys import own_key
from linghang.usecases.workspaces import make_workspace
from linghang.words import use

NOW = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages in English."""
    use("en")


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace with records, a ledger, a document, an account, a key and a deed."""
    workspace = make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None)
    filled(workspace)
    folder = workspace.folder
    assess(folder, pack="national-2024", now=NOW)
    (tmp_path / "证书.txt").write_text("证书", "utf-8")
    audited(
        folder,
        Deed("wang", "command", "documents.add"),
        NOW,
        lambda: add_document(folder, tmp_path / "证书.txt", described({"title": "证书"}), now=NOW),
    )
    Accounts(folder).add("wang", "administrator", "丹枫 autumn 17", NOW)
    own_key(folder)
    return folder


def filled(workspace: Workspace) -> None:
    """Put the example rows of every table in."""
    engine = workspace.engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()


def rows(folder: Path) -> int:
    """How many rows the equipment has."""
    with sqlite3.connect(folder / "records.sqlite") as db:
        return int(db.execute("select count(*) from equipment").fetchone()[0])


def test_what_was_backed_up_is_restored(works: Path, tmp_path: Path) -> None:
    made = back_up(works, tmp_path / "b.zip", now=NOW)
    assert made.records == "inside"
    assert made.left_out == ("keys/signing.pem",)
    found, aside = restore(tmp_path / "b.zip", tmp_path / "new", who="li", now=NOW)
    new = tmp_path / "new"
    assert (found.about["name"], found.files, aside) == ("北疆铝轮毂", made.files, None)
    assert rows(new) == rows(works)
    for name in ("ledger.jsonl", "ledger.anchor", "linghang.toml"):
        assert (new / name).read_bytes() == (works / name).read_bytes()
    before, after = (assess(one, pack="national-2024", now=NOW, record=False).to_dict() for one in (works, new))
    assert before["floors"] == after["floors"]
    assert Accounts(new).enter("wang", "丹枫 autumn 17", NOW)
    assert (new / "accounts.sqlite").stat().st_mode & 0o077 == 0
    assert check_log(new).problems == ()
    assert [(one.who, one.what) for one in deeds(new).deeds] == [("li", "backups.restore"), ("wang", "documents.add")]


def test_secrets_go_in_only_where_asked_for(works: Path, tmp_path: Path) -> None:
    config = works / "linghang.toml"
    config.write_text(config.read_text("utf-8") + '\n[oidc]\nsecret_file = "keys/oidc.secret"\n', "utf-8")
    (works / "keys" / "oidc.secret").write_text("geheim")
    (works / "pki").mkdir()
    (works / "pki" / "client.pem").write_text("-----BEGIN PRIVATE KEY-----\nx\n")
    (works / "pki" / "client.der").write_bytes(b"a certificate")

    def inside(chosen: Chosen) -> set[str]:
        back_up(works, tmp_path / "b.zip", chosen, now=NOW)
        return set(zipfile.ZipFile(tmp_path / "b.zip").namelist())

    secret = {"keys/signing.pem", "keys/oidc.secret", "pki/client.pem"}
    plain = inside(Chosen())
    assert not plain & secret
    assert {"pki/client.der", "accounts.sqlite"} <= plain
    assert secret <= inside(Chosen(keys=True))
    assert "accounts.sqlite" not in inside(Chosen(accounts=False))
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600


def test_what_can_be_made_again_is_left_out(works: Path, tmp_path: Path) -> None:
    (works / "cache").mkdir(exist_ok=True)
    (works / "cache" / "x").write_text("x")
    (works / "link").symlink_to("/etc/passwd")
    keep_backup(works, Chosen(), now=NOW)
    back_up(works, tmp_path / "b.zip", now=NOW)
    names = zipfile.ZipFile(tmp_path / "b.zip").namelist()
    assert not [one for one in names if one.startswith(("cache", "backups", ".backup", "link")) or one.endswith("-wal")]
    assert not list(works.glob(".backup-*"))


def test_while_it_is_written_to_a_backup_is_of_one_moment(works: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def writes() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            audited(works, Deed("wang", "api", "x.y", str(number)), NOW, lambda: None)

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        for number in range(3):
            back_up(works, tmp_path / f"{number}.zip", now=NOW)
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        restore(tmp_path / f"{number}.zip", tmp_path / f"new{number}", who="li", now=NOW)
        assert check_log(tmp_path / f"new{number}").problems == ()


def test_a_restored_folder_is_moved_in_place_of_another_and_that_one_is_kept(works: Path, tmp_path: Path) -> None:
    back_up(works, tmp_path / "b.zip", now=NOW)
    (works / "since.txt").write_text("since")
    with pytest.raises(BadInput, match="--replace"):
        restore(tmp_path / "b.zip", works, who="li", now=NOW)
    assert (works / "since.txt").exists()
    _, aside = restore(tmp_path / "b.zip", works, who="li", now=NOW, replace=True)
    assert aside is not None
    assert (aside / "since.txt").exists()
    assert not (works / "since.txt").exists()


def test_only_a_workspace_that_nobody_writes_to_is_moved_aside(works: Path, tmp_path: Path) -> None:
    back_up(works, tmp_path / "b.zip", now=NOW)
    other = tmp_path / "other"
    other.mkdir()
    (other / "photos").write_text("x")
    with pytest.raises(BadInput, match="is no workspace"):
        restore(tmp_path / "b.zip", other, who="li", now=NOW, replace=True)
    from linghang.usecases.workspaces import open_workspace

    with open_workspace(works).writing(), pytest.raises(BadInput, match="another process"):
        restore(tmp_path / "b.zip", works, who="li", now=NOW, replace=True)
    assert not list(tmp_path.glob(".*restoring"))


def packed(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Pack a backup anew, with other entries."""
    with zipfile.ZipFile(source) as package:
        entries = {name: package.read(name) for name in package.namelist()}
    change(entries)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(zipfile.ZipInfo(name), content)
    return target


def listing(entries: dict[str, bytes], change: Callable[[dict[str, object]], None]) -> None:
    """Change the list of files."""
    said = json.loads(entries[MANIFEST])
    change(said)
    entries[MANIFEST] = json.dumps(said).encode()


def outside(entries: dict[str, bytes]) -> None:
    """Add an entry that leads out of the folder, listed as it should be."""
    entries["../evil"] = b"x"
    one = {"path": "../evil", "size": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    listing(entries, lambda said: said["files"].append(one))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (outside, "'../evil' is an entry that no backup has"),
        (lambda entries: entries.update({"more.txt": b"x"}), "differ: 'more.txt'"),
        (lambda entries: entries.pop("ledger.jsonl"), "differ: 'ledger.jsonl'"),
        (lambda entries: entries.update({"statements.yaml": b"x"}) or entries.pop(MANIFEST), "is no backup"),
        (lambda entries: entries.update({"ledger.anchor": entries["ledger.anchor"][:-3] + b'0"}'}), "is not the file"),
        (lambda entries: listing(entries, lambda said: said.update(format=9)), "made by another version"),
        (lambda entries: entries.update({MANIFEST: b"{"}), "cannot be read"),
    ],
)
def test_a_backup_of_another_hand_is_refused_and_nothing_is_left(
    works: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    back_up(works, tmp_path / "b.zip", now=NOW)
    odd = packed(tmp_path / "b.zip", tmp_path / "odd.zip", change)
    with pytest.raises(BadInput, match=said):
        check_backup(odd)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadInput, match=said):
        restore(odd, tmp_path / "new", who="li", now=NOW)
    assert sorted(tmp_path.iterdir()) == before


def test_links_and_twice_the_same_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as package:
        package.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="no backup has"):
        check_backup(tmp_path / "link.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all" * 99])
def test_what_is_no_zip_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(BadInput, match="is no whole zip"):
        check_backup(tmp_path / "x.zip")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.zip")
    with pytest.raises(BadInput, match="is no file"):
        check_backup(tmp_path / "x.zip")


def test_a_backup_that_says_more_than_there_is_room_for_is_refused(
    works: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(works, tmp_path / "b.zip", now=NOW)

    class Small:
        free = 1_000

    monkeypatch.setattr(backup_file.shutil, "disk_usage", lambda _: Small)
    with pytest.raises(BadInput, match="1,000 are free"):
        restore(tmp_path / "b.zip", tmp_path / "new", who="li", now=NOW)
    assert not (tmp_path / "new").exists()


def test_damage_inside_is_found_before_the_folder_appears(works: Path, tmp_path: Path) -> None:
    lines = (works / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (works / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    back_up(works, tmp_path / "b.zip", now=NOW)
    with pytest.raises(BadInput, match="missing"):
        restore(tmp_path / "b.zip", tmp_path / "new", who="li", now=NOW)
    assert not (tmp_path / "new").exists()


def test_a_full_disk_leaves_the_old_backup(works: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(works, tmp_path / "b.zip", now=NOW)
    before = (tmp_path / "b.zip").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_file, "write", full)
    with pytest.raises(BadInput, match="the disk is full"):
        back_up(works, tmp_path / "b.zip", now=NOW)
    assert (tmp_path / "b.zip").read_bytes() == before
    assert not list(works.glob(".backup-*"))


def test_records_elsewhere_are_said(works: Path, tmp_path: Path) -> None:
    config = works / "linghang.toml"
    text = config.read_text("utf-8").replace("sqlite:///records.sqlite", f"sqlite:///{tmp_path}/other.sqlite")
    config.write_text(text, "utf-8")
    assert back_up(works, tmp_path / "b.zip", now=NOW).records == "elsewhere"
    config.write_text(text.replace(f"sqlite:///{tmp_path}/other.sqlite", "postgresql://plant@db/works"), "utf-8")
    assert back_up(works, tmp_path / "b.zip", now=NOW).records == "postgresql"


def test_kept_backups_are_listed_found_and_taken_away(works: Path) -> None:
    made = keep_backup(works, Chosen(), now=NOW)
    assert [one.name for one in kept_backups(works)] == [made.file.name] == ["linghang-20260630T030000Z.zip"]
    assert path_of(works, made.file.name) == made.file
    for odd in ("../linghang.toml", "/etc/passwd", "other.zip"):
        assert path_of(works, odd) is None
    assert remove_backup(works, made.file.name)
    assert kept_backups(works) == ()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_workspace(works: Path, tmp_path: Path) -> None:
    (works / "documents" / "large.bin").write_bytes(os.urandom(1 << 20) * 64)
    tracemalloc.start()
    try:
        back_up(works, tmp_path / "b.zip", now=NOW)
        restore(tmp_path / "b.zip", tmp_path / "new", who="li", now=NOW)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("documents/证书 1.pdf", True),
        ("a/b/c", True),
        ("", False),
        ("/a", False),
        ("a//b", False),
        ("a/../b", False),
        ("a/./b", False),
        ("a\\b", False),
        ("a\nb", False),
        ("a\0b", False),
        ("x" * 1_001, False),
    ],
)
def test_names_stay_inside_the_folder(name: str, fits: bool) -> None:
    assert stays_inside(name) is fits


def test_what_a_killed_one_left_is_taken_away_by_the_next(works: Path, tmp_path: Path) -> None:
    file, new = tmp_path / "b.zip", tmp_path / "new"
    left = [tmp_path / ".b.zip.abcd1234.part", works / "backups" / ".linghang-20260101T000000Z.zip.x.part"]
    (works / "backups").mkdir()
    for one in left:
        one.write_bytes(b"half")
    back_up(works, file, now=NOW)
    assert [one for one in left if one.exists()] == []
    dead, alive = tmp_path / ".new.0000.restoring", tmp_path / ".new.1111.restoring"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "accounts.sqlite").write_bytes(b"half")
    handle = os.open(alive, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        restore(file, new, who="wang", now=NOW)
    finally:
        os.close(handle)
    assert (dead.exists(), alive.exists()) == (False, True)
