"""The audit log: told before the change, told again when it fails, by many at once, and never changed unseen."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.evidence import chain
from linghang.evidence.chain import anchor_of, lines_backwards
from linghang.usecases import auditing
from linghang.usecases.audit_log import Wanted, check_log, deeds
from linghang.usecases.auditing import Deed, audited, log_of
from linghang.usecases.kept import workspace_state
from linghang.usecases.workspaces import make_workspace, open_workspace
from linghang.words import use

NOW = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)
DEED = Deed("wang", "console", "documents.add", "E0001", {"title": "证书"})


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages in English."""
    use("en")


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """An empty workspace."""
    make_workspace(tmp_path / "works", "works", "Asia/Shanghai", None)
    return tmp_path / "works"


def refuse() -> None:
    """A change that is refused."""
    raise BadInput("not like this")


def test_a_deed_is_on_the_disk_before_the_change_is_made(works: Path) -> None:
    def work() -> str:
        (found,) = deeds(works).deeds
        assert (found.who, found.through, found.what, found.on) == ("wang", "console", "documents.add", "E0001")
        assert (found.at, dict(found.how), found.failed) == (NOW, {"title": "证书"}, None)
        return "done"

    assert audited(works, DEED, NOW, work) == "done"


@pytest.mark.parametrize(
    ("error", "said"), [(BadInput("not like this"), "not like this"), (KeyError("x"), "KeyError: 'x'")]
)
def test_a_change_that_failed_is_told_of_with_its_reason_and_raised_on(
    works: Path, error: Exception, said: str
) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        audited(works, DEED, NOW, work)
    assert [one.failed for one in deeds(works).deeds] == [said]
    assert check_log(works).problems == ()


def test_what_cannot_be_told_is_not_done(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audited(works, DEED, NOW, lambda: None)
    before = log_of(works).read_bytes()

    def full(path: Path, end: int, data: bytes) -> None:
        with path.open("r+b") as file:
            file.seek(end)
            file.write(data[:40])
        raise OSError(28, "No space left on device")

    done: list[int] = []
    with monkeypatch.context() as context:
        context.setattr(chain, "write_behind", full)
        with pytest.raises(BadInput, match=r"nothing was changed, because the audit log .* the disk is full"):
            audited(works, DEED, NOW, lambda: done.append(1))
    assert done == []
    assert log_of(works).read_bytes() == before
    audited(works, DEED, NOW, lambda: done.append(1))
    assert (done, check_log(works).problems) == ([1], ())


def test_a_folder_that_is_no_workspace_gets_no_log(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no workspace"):
        audited(tmp_path, DEED, NOW, lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_threads_side_by_side_lose_nothing(works: Path) -> None:
    def many(name: str) -> None:
        for number in range(10):
            audited(works, Deed(name, "api", "records.import", str(number)), NOW, lambda: None)

    threads = [threading.Thread(target=many, args=(name,)) for name in "abcd"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = check_log(works)
    assert (found.records, found.problems) == (40, ())
    for name in "abcd":
        own = deeds(works, Wanted(who=name)).deeds
        assert [one.on for one in reversed(own)] == [str(number) for number in range(10)]


PROCESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from linghang.usecases.auditing import Deed, audited
for number in range(15):
    audited(Path(sys.argv[1]), Deed(sys.argv[2], "command", "x.y", str(number)), datetime.now(UTC), lambda: None)
"""


@pytest.mark.slow
def test_processes_side_by_side_lose_nothing(works: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, str(works), name]) for name in "abc"]
    assert [one.wait(120) for one in running] == [0, 0, 0]
    found = check_log(works)
    assert (found.records, found.problems) == (45, ())


def test_a_lock_that_is_never_let_go_is_said(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "WAIT_S", 0.05)
    with auditing._alone(works / auditing.LOCK), pytest.raises(BadInput, match="another process"):
        audited(works, DEED, NOW, lambda: None)


def test_an_append_does_not_read_the_whole_log(works: Path) -> None:
    for _ in range(3):
        audited(works, DEED, NOW, lambda: None)
    damaged = bytearray(log_of(works).read_bytes())
    damaged[30] ^= 1
    log_of(works).write_bytes(damaged)
    audited(works, DEED, NOW, lambda: None)
    assert "record 1 of the audit log" in check_log(works).problems[0]


def test_an_append_that_was_cut_off_is_healed(works: Path) -> None:
    audited(works, DEED, NOW, lambda: None)
    with log_of(works).open("ab") as file:
        file.write(b'{"deed":{"at"')
    audited(works, DEED, NOW, lambda: None)
    assert (check_log(works).records, check_log(works).problems) == (2, ())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace(b"wang", b"chen", 1), "record 1 of the audit log does not fit"),
        (lambda text: b"".join(text.splitlines(keepends=True)[:-1]), "the last 1 are missing"),
        (lambda text: b"".join(text.splitlines(keepends=True)[1:]), "record 1 of the audit log does not fit"),
        (lambda text: text + b"{}\n", "record 4 of the audit log cannot be read"),
    ],
)
def test_whatever_is_changed_in_the_log_is_found(works: Path, spoil: Callable[[bytes], bytes], said: str) -> None:
    for _ in range(3):
        audited(works, DEED, NOW, lambda: None)
    log_of(works).write_bytes(spoil(log_of(works).read_bytes()))
    assert said in check_log(works).problems[0]


def test_a_ledger_that_is_exchanged_or_cut_off_does_not_fit_the_log(works: Path) -> None:
    ledger = works / "ledger.jsonl"
    from linghang.evidence.ledger import append
    from linghang.evidence.observation import Observation, Source

    def one(value: str) -> Observation:
        day = date(2026, 6, 1)
        source = Source("signatory", "wang")
        return Observation(
            about="base.x",
            value=value,
            unit="",
            window_from=day,
            window_to=day + timedelta(days=1),
            subject="plant",
            proof="declared",
            source=source,
            made_at=NOW,
            valid_until=None,
        )

    append(ledger, [one("met"), one("unmet")])
    audited(works, DEED, NOW, lambda: None)
    assert check_log(works).problems == ()
    kept = ledger.read_bytes(), anchor_of(ledger).read_bytes()
    for other in ([one("met"), one("met")], [one("met")], []):
        ledger.unlink(missing_ok=True)
        anchor_of(ledger).unlink(missing_ok=True)
        append(ledger, other)
        assert len(check_log(works).problems) == 1
    ledger.write_bytes(kept[0])
    anchor_of(ledger).write_bytes(kept[1])
    assert check_log(works).problems == ()


def test_deeds_come_newest_first_and_page_by_page(works: Path) -> None:
    for number in range(25):
        audited(works, Deed("wang", "api", "x.y", str(number)), NOW, lambda: None)
    seen: list[str] = []
    before = None
    while True:
        page = deeds(works, before=before, limit=10)
        seen += [one.on for one in page.deeds]
        if (before := page.before) is None:
            break
    assert seen == [str(number) for number in reversed(range(25))]


def test_deeds_are_found_by_who_what_where_and_day_of_the_plant(works: Path) -> None:
    late = datetime(2026, 6, 30, 20, 0, tzinfo=UTC)  # the first of July in the plant
    audited(works, Deed("Wang", "api", "documents.add", "E0001"), NOW, lambda: None)
    audited(works, Deed("li", "console", "documents.retire", "E0002"), late, lambda: None)
    with pytest.raises(BadInput):
        audited(works, Deed("li", "command", "accounts.add", "chen"), late, refuse)

    def found(**wanted: object) -> list[str]:
        return [one.on for one in deeds(works, Wanted(**wanted)).deeds]  # type: ignore[arg-type]

    assert found(who="WANG") == ["E0001"]
    assert found(what="documents") == ["E0002", "E0001"]
    assert found(on="e0002") == ["E0002"]
    assert found(since=date(2026, 7, 1)) == ["chen", "E0002"]
    assert found(until=date(2026, 6, 30)) == ["E0001"]
    assert found(failed=True) == ["chen"]


def test_a_deed_makes_no_judgement_stale(works: Path) -> None:
    workspace = open_workspace(works)
    before = workspace_state(workspace)
    audited(works, DEED, NOW, lambda: None)
    assert workspace_state(workspace) == before


def test_names_from_outside_are_bounded_and_hold_no_password(works: Path) -> None:
    odd = Deed("w" * 5_000, "api", "records.import", "postgresql://plant:geheim@db/x", {"file": os.fsdecode(b"\xff")})
    audited(works, odd, NOW, lambda: None)
    (found,) = deeds(works).deeds
    assert (len(found.who), found.on) == (500, "postgresql://plant:***@db/x")
    assert b"geheim" not in log_of(works).read_bytes()


def test_the_log_is_json_that_other_programs_read(works: Path) -> None:
    audited(works, DEED, NOW, lambda: None)
    (line,) = [json.loads(one) for one in log_of(works).read_bytes().splitlines()]
    assert line["deed"]["ledger"] == {"records": 0, "hash": "0" * 64}
    assert line["n"] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60).map(lambda one: one.replace(b"\n", b"")), max_size=12), st.binary(max_size=9))
def test_lines_backwards_are_the_lines_in_reverse(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], torn: bytes
) -> None:
    torn = torn.replace(b"\n", b"")
    path = tmp_path_factory.mktemp("lines") / "x"
    content = b"".join(one + b"\n" for one in lines) + torn
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chain, "BLOCK_BYTES", 7)
        assert list(lines_backwards(path, len(content))) == [one + b"\n" for one in reversed(lines)]
        rest = [torn] if torn else []
        assert list(lines_backwards(path, len(content), torn=True)) == rest + [one + b"\n" for one in reversed(lines)]


def test_a_lost_anchor_is_said_and_costs_nobody_a_backup(works: Path) -> None:
    for number in range(3):
        audited(works, Deed("wang", "api", "documents.add", str(number)), NOW, lambda: None)
    (works / "audit.anchor").unlink()
    assert "would not be missed" in check_log(works).problems[0]
    assert check_log(works, anchored=False).problems == ()


@pytest.mark.parametrize(
    "said",
    [
        "postgresql://erp:SECRET@db/plant",
        "postgresql://erp:SEC/RET@x@db/plant",
        "postgresql://db/plant?user=erp&password=SECRET&sslmode=require",
        "host=db PASSWORD=SECRET dbname=plant",
    ],
)
def test_no_form_of_a_database_s_address_shows_its_password(works: Path, said: str) -> None:
    audited(works, Deed("wang", "command", "records.import", said, {"mapping": said}), NOW, lambda: None)
    written = (works / "audit.jsonl").read_text("utf-8")
    assert "SEC" not in written
    assert "plant" in written


def test_a_change_that_says_itself_that_it_changed_nothing_is_told_as_failed(tmp_path: Path) -> None:
    make_workspace(tmp_path / "works", "works", "Asia/Shanghai", None)
    deed = Deed("wang", "api", "records.import", "a.csv")
    audited(tmp_path / "works", deed, datetime.now(UTC), lambda: 0, lambda made: "" if made else "2 problems")
    audited(tmp_path / "works", deed, datetime.now(UTC), lambda: 1, lambda made: "" if made else "2 problems")
    said = [one.failed for one in deeds(tmp_path / "works").deeds]
    assert said == [None, "2 problems"]  # newest first
