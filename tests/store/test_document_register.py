"""The register of documents: what is kept, how it is revised and retired, and what a stop or bad input leaves."""

import errno
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from linghang.errors import BadInput
from linghang.store import documents_files
from linghang.store.documents import (
    KINDS,
    MAX_BYTES,
    Description,
    Document,
    DocumentRegister,
    Extraction,
    state_of,
)
from linghang.store.documents_files import FileShelf

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CONTRACT = Description("数控机床采购合同", kind="contract", issuer="甲公司", proves=("base.talent",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "works" / "documents").mkdir(parents=True)
    return tmp_path / "works"


@pytest.fixture
def register(folder: Path) -> DocumentRegister:
    return DocumentRegister(folder)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "合同.pdf"
    path.write_bytes(b"%PDF-1.7 contract")
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in (folder / "documents").rglob("*") if one.is_file())


def test_a_document_is_kept_under_its_sha256_with_what_was_said_of_it(
    register: DocumentRegister, folder: Path, file: Path
) -> None:
    made = register.add(file, CONTRACT, NOW)
    assert (made.id, made.revision, made.file_name, made.media_type) == ("E0001", 1, "合同.pdf", "application/pdf")
    assert made.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert register.path(made.sha256).read_bytes() == file.read_bytes()
    assert made.description == CONTRACT
    assert (made.added_at, made.retired_at, made.size_bytes) == (NOW, None, 17)
    assert register.get("E0001") == made == DocumentRegister(folder).all()[0]


def test_reading_makes_no_file(register: DocumentRegister, folder: Path) -> None:
    assert (register.all(), register.text("a" * 64), list(register.check()), register.waiting()) == ((), None, [], ())
    assert register.search("合同") == ()
    with pytest.raises(BadInput, match="there is no document E0001"):
        register.get("E0001")
    assert [one.name for one in folder.iterdir()] == ["documents"]
    assert files_in(folder) == []


def test_the_same_file_is_kept_once(register: DocumentRegister, folder: Path, file: Path) -> None:
    first, second = register.add(file, CONTRACT, NOW), register.add(file, Description("又一份"), NOW)
    assert (first.id, second.id) == ("E0001", "E0002")
    assert first.sha256 == second.sha256
    assert len([one for one in files_in(folder) if "sha256" in one]) == 1
    assert register.by_sha256(first.sha256) == (first, second)


def test_a_revision_leaves_the_earlier_one_readable(register: DocumentRegister, file: Path) -> None:
    before = register.add(file, CONTRACT, NOW)
    file.write_bytes(b"%PDF-1.7 signed contract")
    after = register.revise("E0001", file, {"title": "已签合同"}, LATER)
    assert (after.revision, after.title, after.issuer) == (2, "已签合同", "甲公司")
    assert register.revisions("E0001") == (before, after)
    assert register.get("E0001", 1) == before
    assert register.path(before.sha256).read_bytes() == b"%PDF-1.7 contract"
    assert [one.what for one in register.history("E0001")] == ["added", "revised"]


def test_what_changes_nothing_is_no_revision(register: DocumentRegister, file: Path) -> None:
    register.add(file, CONTRACT, NOW)
    for path, changes in ((None, {}), (file, {}), (None, {"issuer": "甲公司"})):
        with pytest.raises(BadInput, match="nothing would change"):
            register.revise("E0001", path, changes, LATER)
    with pytest.raises(BadInput, match="colour is not known; known are title"):
        register.revise("E0001", None, {"colour": "red"}, LATER)
    with pytest.raises(BadInput, match="revisions 1 to 1"):
        register.get("E0001", 2)


def test_retiring_keeps_everything_and_can_be_undone(register: DocumentRegister, file: Path) -> None:
    made = register.add(file, CONTRACT, NOW)
    retired = register.retire("E0001", "已作废", LATER)
    assert (retired.retired_at, retired.retired_reason) == (LATER, "已作废")
    assert register.all() == ()
    assert register.all(retired=True) == (retired,)
    for change in (lambda: register.retire("E0001", "x", LATER), lambda: register.revise("E0001", None, {}, LATER)):
        with pytest.raises(BadInput, match="E0001 is retired; restore it first"):
            change()
    assert register.restore("E0001", LATER) == made
    with pytest.raises(BadInput, match="is not retired"):
        register.restore("E0001", LATER)
    with pytest.raises(BadInput, match="say which"):
        register.retire("E0001", "  ", LATER)
    assert [one.what for one in register.history("E0001")] == ["added", "retired", "restored"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"title": " "}, "has a title"),
        ({"kind": "letter"}, "kind: “letter” is not known"),
        ({"kind": "licenc"}, "did you mean licence"),
        ({"confidentiality": "secret"}, "known are public"),
        ({"issuer": "a\nb"}, "issuer is one line"),
        ({"title": "x" * 501}, "more than 500"),
        ({"proves": ("a",) * 1001}, "1000 are possible"),
        ({"supports_from": date(2026, 1, 1), "supports_to": date(2026, 1, 1)}, "before it begins"),
        ({"issued_on": date(2026, 1, 1), "valid_until": date(2026, 1, 1)}, "first day on which it no longer counts"),
    ],
)
def test_descriptions_that_are_not_possible_are_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Description(**({"title": "合同"} | said))


def test_a_maturity_report_expires_with_its_year_and_nothing_else_does(register: DocumentRegister, file: Path) -> None:
    issued = register.add(file, Description("评估", kind="maturity_report", issued_on=date(2025, 12, 30)), NOW)
    undated = register.add(file, Description("评估", kind="maturity_report"), NOW)
    own = register.add(file, Description("评估", kind="maturity_report", valid_until=date(2030, 1, 1)), NOW)
    assert [one.valid_until for one in (issued, undated, own)] == [date(2026, 1, 1), date(2027, 1, 1), date(2030, 1, 1)]
    assert all(
        register.add(file, Description("x", kind=one), NOW).valid_until is None for one in KINDS if "mat" not in one
    )


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 2, 28), "not_yet"),
        (date(2026, 3, 1), "current"),
        (date(2026, 12, 31), "current"),
        (date(2027, 1, 1), "expired"),
    ],
)
def test_a_document_counts_from_its_period_until_its_end(
    register: DocumentRegister, file: Path, day: date, state: str
) -> None:
    end = date(2027, 1, 1)
    made = register.add(file, Description("证", supports_from=date(2026, 3, 1), valid_until=end), NOW)
    assert state_of(made, day) == state
    assert state_of(register.retire(made.id, "x", LATER), day) == "retired"


# --- files that cannot be kept ---


def refused(register: DocumentRegister, path: Path, message: str, **options: Any) -> None:
    with pytest.raises(BadInput, match=message):
        register.add(path, CONTRACT, NOW, **options)
    assert register.all(retired=True) == ()


def test_what_is_no_regular_file_is_refused_at_once(register: DocumentRegister, tmp_path: Path, folder: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.pdf").touch()
    refused(register, tmp_path, "is a folder")
    refused(register, tmp_path / "pipe", "no regular file")
    refused(register, Path("/dev/null"), "no regular file")
    refused(register, tmp_path / "empty.pdf", "an empty file proves nothing")
    refused(register, tmp_path / "none.pdf", "it is not there")
    assert files_in(folder) == []


def test_an_unreadable_file_is_refused(register: DocumentRegister, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def forbidden(path: object, *options: int, **more: int) -> int:  # the tests may run as root, who reads everything
        if path == file:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *options, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", forbidden)
    refused(register, file, "you may not do that there")


def test_a_file_of_more_than_two_gibibytes_is_refused_before_it_is_copied(
    register: DocumentRegister, tmp_path: Path, folder: Path
) -> None:
    with (tmp_path / "big").open("wb") as big:
        big.truncate(MAX_BYTES + 1)
    refused(register, tmp_path / "big", "larger than 2048 MiB")
    assert files_in(folder) == []


def test_a_file_that_changes_while_it_is_read_is_refused(
    register: DocumentRegister, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "growing.log"
    path.write_bytes(b"x" * (3 << 20))

    def written(done: int, _total: int) -> None:
        if done <= 1 << 20:
            with path.open("ab") as more:
                more.write(b"y")

    refused(register, path, "changed while it was read", told=written)
    assert [one for one in files_in(folder) if not one.endswith(".lock")] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_nothing_half_done(
    register: DocumentRegister, file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(documents_files.os, "write", full)
    refused(register, file, "nothing was changed")
    assert files_in(folder) == []
    monkeypatch.undo()
    assert register.add(file, CONTRACT, NOW).id == "E0001"


def test_a_stop_between_the_file_and_the_register_leaves_no_file_behind(
    register: DocumentRegister, file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("linghang.store.documents._keep_revision", stop)
        with pytest.raises(KeyboardInterrupt):
            register.add(file, CONTRACT, NOW)
    assert register.all() == ()
    other = tmp_path / "other.txt"
    other.write_text("other")
    made = register.add(other, CONTRACT, NOW)
    assert [one.split("/")[-1] for one in files_in(folder) if "/sha256/" in one] == [made.sha256]
    assert list(register.check()) == []


def test_a_killed_copy_is_swept_by_the_next_one_and_a_living_one_is_not(
    register: DocumentRegister, file: Path, folder: Path, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * (4 << 20))
    program = f"""
        import time
        from pathlib import Path
        from linghang.store.documents_files import FileShelf
        def wait(done, total):
            print("copying", flush=True)
            time.sleep(60)
        with FileShelf(Path({str(folder / "documents")!r})).staged(Path({str(big)!r}), wait):
            pass
    """
    copying = subprocess.Popen([sys.executable, "-c", dedent(program)], stdout=subprocess.PIPE)
    try:
        assert copying.stdout is not None
        assert copying.stdout.readline() == b"copying\n"
        register.add(file, CONTRACT, NOW)
        assert len(list((folder / "documents" / "incoming").iterdir())) == 1
    finally:
        copying.send_signal(signal.SIGKILL)
        copying.wait()
        assert copying.stdout is not None
        copying.stdout.close()
    register.add(file, Description("又"), NOW)
    assert list((folder / "documents" / "incoming").iterdir()) == []


@pytest.mark.slow
def test_kills_at_any_moment_leave_whole_documents_only(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    program = f"""
        from datetime import UTC, datetime
        from pathlib import Path
        from linghang.store.documents import Description, DocumentRegister
        register = DocumentRegister(Path({str(folder)!r}))
        for number in range(10_000):
            path = Path({str(source)!r}) / f"{{number}}.bin"
            path.write_bytes(str(number).encode() * 50_000)
            made = register.add(path, Description(str(number)), datetime.now(UTC))
            print(made.id, made.sha256, flush=True)
    """
    acknowledged: dict[str, str] = {}
    for round_ in range(6):
        ran = subprocess.Popen([sys.executable, "-c", dedent(program)], stdout=subprocess.PIPE, text=True)
        time.sleep(0.6 + 0.13 * round_)
        ran.kill()
        out, _ = ran.communicate()
        acknowledged |= dict(
            line.split() for line in out.splitlines() if len(line.split()) == 2 and line[-64:].isalnum()
        )
        register = DocumentRegister(folder)
        held = {one.id: one.sha256 for one in register.all()}
        assert acknowledged.items() <= held.items()
        assert [one for one in register.check() if one.what != "unregistered"] == []
    path = tmp_path / "last.txt"
    path.write_text("last")
    register.add(path, CONTRACT, NOW)
    assert list(register.check()) == []
    assert list((folder / "documents" / "incoming").iterdir()) == []
    assert len(acknowledged) > 10


@pytest.mark.slow
def test_processes_that_register_at_once_get_numbers_of_their_own(folder: Path, tmp_path: Path) -> None:
    program = f"""
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from linghang.store.documents import Description, DocumentRegister
        register = DocumentRegister(Path({str(folder)!r}))
        path = Path({str(tmp_path)!r}) / f"{{sys.argv[1]}}.txt"
        for number in range(10):
            path.write_text(f"{{sys.argv[1]}} {{number // 2}}")
            print(register.add(path, Description("x"), datetime.now(UTC)).id)
    """
    called = [sys.executable, "-c", dedent(program)]
    running = [subprocess.Popen([*called, str(one)], stdout=subprocess.PIPE, text=True) for one in range(4)]
    numbers = [number for one in running for number in one.communicate()[0].split()]
    assert sorted(numbers) == [f"E{number:04d}" for number in range(1, 41)]
    assert list(DocumentRegister(folder).check()) == []
    assert len(list((folder / "documents" / "sha256").glob("*/*"))) == 20


# --- the database ---


def test_a_register_of_a_newer_version_is_refused(register: DocumentRegister, file: Path, folder: Path) -> None:
    register.add(file, CONTRACT, NOW)
    with sqlite3.connect(folder / "documents.sqlite") as db:
        db.execute("pragma user_version = 99")
    db.close()
    for use in (lambda: register.all(), lambda: register.add(file, CONTRACT, NOW)):
        with pytest.raises(BadInput, match="newer version of the program \\(format 99, this one reads 1\\)"):
            use()


def test_a_damaged_register_is_refused(register: DocumentRegister, folder: Path) -> None:
    (folder / "documents.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(BadInput, match="the database cannot be used"):
        register.all()


def test_a_register_that_cannot_be_written_can_be_read(
    register: DocumentRegister, file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.add(file, CONTRACT, NOW)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert [one.id for one in register.all()] == ["E0001"]


# --- checking ---


def test_the_check_names_what_is_missing_changed_and_unregistered(
    register: DocumentRegister, file: Path, folder: Path, tmp_path: Path
) -> None:
    made = [register.add(file, CONTRACT, NOW)]
    for name in ("b", "c"):
        (tmp_path / name).write_text(name)
        made.append(register.add(tmp_path / name, Description(name), NOW))
    assert list(register.check()) == []
    register.path(made[0].sha256).unlink()
    changed = register.path(made[1].sha256)
    changed.chmod(0o644)
    changed.write_text("swapped")
    stranger = FileShelf(folder / "documents").path("ab" + "0" * 62)
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_text("stranger")
    found = {one.what: one.documents for one in register.check()}
    assert found == {"missing": ("E0001/1",), "changed": ("E0002/1",), "unregistered": ()}
    register.add(file, Description("again"), NOW)  # the same file again puts the missing one right
    assert "missing" not in {one.what for one in register.check()}


# --- searching ---


def texts(register: DocumentRegister, tmp_path: Path, *said: str) -> list[Document]:
    made = []
    for number, text in enumerate(said):
        path = tmp_path / f"文件{number}.txt"
        path.write_text(text, encoding="utf-8")
        made.append(register.add(path, Description(f"标题{number}"), NOW))
        register.keep_text(made[-1].sha256, Extraction("text", ""), text)
    return made


def found(register: DocumentRegister, words: str) -> list[str]:
    return [hit.document.id for hit in register.search(words)]


def test_words_are_found_in_texts_and_descriptions(register: DocumentRegister, tmp_path: Path) -> None:
    texts(register, tmp_path, "本合同约定智能制造能力成熟度", "MES 系统验收报告 100%", "无关")
    assert found(register, "成熟度") == ["E0001"]
    assert found(register, "能力") == ["E0001"]
    assert found(register, "mes 验收") == ["E0002"]
    assert found(register, "标题1 验收") == ["E0002"]
    assert found(register, "标题") == ["E0001", "E0002", "E0003"]
    assert found(register, "E0003") == ["E0003"]
    assert found(register, "ＭＥＳ") == ["E0002"]
    assert found(register, "成熟度 验收") == []


def test_signs_that_mean_something_to_a_database_are_looked_for_as_they_stand(
    register: DocumentRegister, tmp_path: Path
) -> None:
    texts(register, tmp_path, 'a"b OR NEAR(c) 50%_x* -y', "plain")
    for words in ('"b', "OR", "NEAR(c)", "0%", "_x", "x*", "-y", "50%_x*"):
        assert found(register, words) == ["E0001"], words
    assert found(register, "%") == ["E0001"]
    assert found(register, "__") == []
    with pytest.raises(BadInput, match="what to look for"):
        register.search("  ")
    with pytest.raises(BadInput, match="20 words"):
        register.search("a " * 21)


def test_an_excerpt_shows_the_word_among_its_neighbours(register: DocumentRegister, tmp_path: Path) -> None:
    texts(register, tmp_path, "前" * 100 + "\n关键设备\n" + "后" * 100)
    hit = register.search("关键设备")[0]
    assert hit.excerpt[hit.start : hit.end] == "关键设备"
    assert hit.where == "text"
    assert hit.excerpt.startswith("…前")
    assert hit.excerpt.endswith("后…")
    assert "\n" not in hit.excerpt
