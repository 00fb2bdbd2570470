"""Jobs: claimed once, kept alive, ended in time, tried again after a crash; who comes too late spoils nothing."""

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sample_engines import COUNTING, install, python

from linghang.engines import discovery
from linghang.engines.contract import micros
from linghang.errors import BadInput
from linghang.store.jobs import FILE, RETRY_S, Job, JobStore
from linghang.store.workspace import new_workspace
from linghang.usecases import jobs
from linghang.usecases.engines import Request, kept_result
from linghang.usecases.job_worker import Worker

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECOND = 1_000_000


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return new_workspace(tmp_path / "plant", "Works").folder


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Somebody's engine `equipment.counting`, installed for this process and those it starts."""
    folder = tmp_path / "site"
    install(folder, {"counting": COUNTING})
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    discovery.installed.cache_clear()
    yield folder
    discovery.installed.cache_clear()
    sys.modules.pop("somebodys_counting", None)


def request(**settings: object) -> Request:
    return Request(settings)


def ended(store: JobStore, number: int) -> Job:
    return store.job(number)


def test_a_job_is_claimed_by_one_worker_only(workspace: Path) -> None:
    store = JobStore(workspace)
    for _ in range(40):
        store.submit("equipment.counting", {}, 0)
    taken: list[int] = []

    def claim() -> None:
        mine = JobStore(workspace)
        while (job := mine.claim(threading.current_thread().name, SECOND)) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(taken) == list(range(1, 41))


def test_who_looks_does_not_wait_for_who_writes(workspace: Path) -> None:
    number = JobStore(workspace).submit("a.b", {}, 0)
    with closing(sqlite3.connect(workspace / FILE, isolation_level=None)) as writing:
        writing.execute("begin immediate")
        assert [one.id for one in jobs.jobs_of(workspace)] == [number]
        assert jobs.log_of(workspace, number)[0].id == number


def test_the_job_that_waited_longest_comes_first(workspace: Path) -> None:
    store = JobStore(workspace)
    late = store.submit("a.b", {}, 2 * SECOND)
    early = store.submit("a.b", {}, SECOND)
    assert store.claim("w", SECOND - 1) is None
    assert [store.claim("w", 3 * SECOND).id for _ in range(2)] == [early, late]  # type: ignore[union-attr]


def test_who_was_thought_dead_cannot_end_what_another_has_by_now(workspace: Path) -> None:
    store = JobStore(workspace)
    number = store.submit("a.b", {}, 0)
    first = store.claim("first", 0)
    assert first is not None
    assert [one.id for one in store.reap(60 * SECOND, 30, "silent")] == [number]
    second = store.claim("second", 60 * SECOND + RETRY_S[0] * SECOND)
    assert second is not None
    assert second.attempt == 2
    assert store.alive(first, 61 * SECOND) == "lost"
    assert not store.end(first, "done", 61 * SECOND, run="mine")
    assert store.end(second, "done", 62 * SECOND, run="theirs")
    assert store.job(number).run == "theirs"


def test_a_worker_that_is_heard_of_is_not_reaped(workspace: Path) -> None:
    store = JobStore(workspace)
    store.submit("a.b", {}, 0)
    job = store.claim("w", 0)
    assert job is not None
    assert store.alive(job, 25 * SECOND, 0.5) == "go_on"
    assert store.reap(50 * SECOND, 30, "silent") == []
    assert store.job(job.id).progress == 0.5


def test_after_the_last_attempt_a_job_has_failed(workspace: Path) -> None:
    store = JobStore(workspace)
    number = store.submit("a.b", {}, 0, attempts=2)
    now = 0
    for expected in ("queued", "failed"):
        now += 3600 * SECOND
        job = store.claim("w", now)
        assert job is not None
        assert store.give_back(job, now, "crashed") == expected
    assert store.job(number).error == "crashed"
    assert store.claim("w", now + 3600 * SECOND) is None


def test_a_waiting_job_is_cancelled_at_once_and_an_ended_one_not_at_all(workspace: Path) -> None:
    store = JobStore(workspace)
    number = store.submit("a.b", {}, 0)
    assert store.cancel(number, 1).status == "cancelled"
    with pytest.raises(BadInput, match="has ended already"):
        store.cancel(number, 2)
    with pytest.raises(BadInput, match="there is no job 99"):
        store.cancel(99, 2)


def test_a_newer_file_of_jobs_is_refused(workspace: Path) -> None:
    import sqlite3

    JobStore(workspace)
    with sqlite3.connect(workspace / "jobs.sqlite") as db:
        db.execute("pragma user_version = 99")
    with pytest.raises(BadInput, match="newer version"):
        JobStore(workspace)


def test_a_damaged_file_of_jobs_is_named(workspace: Path) -> None:
    (workspace / "jobs.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(BadInput, match=r"jobs\.sqlite.*cannot be used"):
        JobStore(workspace)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("every 15min", NOW + timedelta(minutes=15)),
        ("every 1d", NOW + timedelta(1)),
        ("daily 16:30", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("daily 16:00", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("daily 02:30", datetime(2026, 3, 1, 18, 30, tzinfo=UTC)),
        ("on_new_data", None),
    ],
)
def test_a_rule_says_when_it_is_due_next(rule: str, due: datetime | None) -> None:
    assert jobs.next_time(rule, NOW, ZoneInfo("Asia/Shanghai")) == due


@pytest.mark.parametrize("rule", ["every 1s", "every", "every x", "daily 25:00", "daily", "weekly 1", ""])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(BadInput, match="is no schedule"):
        jobs.next_time(rule, NOW, ZoneInfo("Asia/Shanghai"))


def test_a_daily_rule_keeps_the_time_of_day_over_a_change_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    due = jobs.next_time("daily 02:30", before, berlin)
    assert due is not None
    assert due.astimezone(berlin).date().isoformat() == "2026-03-29"
    assert jobs.next_time("daily 04:00", before, berlin) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_a_schedule_asks_once_and_waits_for_its_job(workspace: Path, others: Path) -> None:
    jobs.schedule(workspace, "equipment.counting", request(), "every 15min", NOW)
    store = JobStore(workspace)
    assert jobs.fire(workspace, store, NOW) == []
    later = NOW + timedelta(minutes=16)
    assert len(jobs.fire(workspace, store, later)) == 1
    assert jobs.fire(workspace, store, later + timedelta(hours=1)) == []
    job = store.claim("w", micros(later))
    assert job is not None
    store.end(job, "done", micros(later))
    assert len(jobs.fire(workspace, store, later + timedelta(hours=1))) == 1


def test_new_data_are_looked_at_once(workspace: Path, others: Path) -> None:
    jobs.schedule(workspace, "equipment.counting", request(), "on_new_data", NOW)
    store = JobStore(workspace)
    (first,) = jobs.fire(workspace, store, NOW)
    job = store.claim("w", micros(NOW))
    assert job is not None
    assert job.id == first
    store.end(job, "done", micros(NOW))
    assert jobs.fire(workspace, store, NOW + timedelta(hours=1)) == []
    os.utime(workspace / "records.sqlite", (1, 1))
    assert len(jobs.fire(workspace, store, NOW + timedelta(hours=2))) == 1


def test_a_schedule_of_a_fixed_day_is_refused(workspace: Path, others: Path) -> None:
    with pytest.raises(BadInput, match="leave out the day"):
        jobs.schedule(workspace, "equipment.counting", Request({}, as_of=NOW.date()), "every 1h", NOW)


def test_settings_are_checked_before_a_job_waits(workspace: Path, others: Path) -> None:
    with pytest.raises(BadInput, match="no setting “secnds”"):
        jobs.submit(workspace, "equipment.counting", request(secnds=1), NOW)
    assert jobs.jobs_of(workspace) == []


@pytest.mark.slow
def test_a_worker_does_a_job_and_keeps_its_result(workspace: Path, others: Path) -> None:
    number = jobs.submit(workspace, "equipment.counting", request(), NOW)
    Worker(workspace, lambda: datetime.now(UTC)).work(threading.Event(), until_idle=True)
    job, lines = jobs.log_of(workspace, number)
    assert job.status == "done", (job.error, lines)
    assert "counting" in [text for _, text in lines]
    found = kept_result(workspace, "equipment.counting")
    assert found is not None
    assert found[0] == job.run


@pytest.mark.slow
def test_what_an_engine_refuses_is_not_tried_again(workspace: Path, others: Path) -> None:
    number = jobs.submit(workspace, "equipment.counting", request(refuse=True), NOW)
    Worker(workspace, lambda: datetime.now(UTC)).work(threading.Event(), until_idle=True)
    job = JobStore(workspace).job(number)
    assert (job.status, job.attempt) == ("failed", 1)
    assert "there is no setting" in (job.error or "")


@pytest.mark.slow
def test_a_killed_process_is_tried_again(workspace: Path, others: Path, tmp_path: Path) -> None:
    settings = request(crash_file=str(tmp_path / "crashed"))
    number = jobs.submit(workspace, "equipment.counting", settings, NOW)
    ahead = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    worker = Worker(workspace, clock)
    worker.work(threading.Event(), until_idle=True)
    job = JobStore(workspace).job(number)
    assert job.status == "queued"
    assert "SIGKILL" in (job.error or "")
    ahead = timedelta(seconds=RETRY_S[0] + 1)
    worker.work(threading.Event(), until_idle=True)
    job = JobStore(workspace).job(number)
    assert (job.status, job.attempt) == ("done", 2)


@pytest.mark.slow
def test_a_job_that_takes_too_long_is_ended(workspace: Path, others: Path) -> None:
    limits = jobs.Limits(time_limit_s=1)
    number = jobs.submit(workspace, "equipment.counting", request(seconds=60), NOW, limits)
    Worker(workspace, lambda: datetime.now(UTC)).work(threading.Event(), until_idle=True)
    job = JobStore(workspace).job(number)
    assert job.status == "failed"
    assert "longer than 1 s" in (job.error or "")


@pytest.mark.slow
def test_a_running_job_is_cancelled_and_says_how_far_it_was(workspace: Path, others: Path) -> None:
    number = jobs.submit(workspace, "equipment.counting", request(seconds=60), NOW)
    worker = Worker(workspace, lambda: datetime.now(UTC))
    store = JobStore(workspace)
    until = time.monotonic() + 60
    while store.job(number).progress is None and time.monotonic() < until:
        worker.step()
        time.sleep(0.05)
    assert store.job(number).progress is not None
    jobs.cancel(workspace, number, datetime.now(UTC))
    while store.job(number).status == "running" and time.monotonic() < until:
        worker.step()
        time.sleep(0.05)
    assert store.job(number).status == "cancelled"
    assert not worker.busy


@pytest.mark.slow
def test_a_stopped_worker_gives_its_job_back(workspace: Path, others: Path) -> None:
    number = jobs.submit(workspace, "equipment.counting", request(seconds=60), NOW)
    worker = Worker(workspace, lambda: datetime.now(UTC))
    worker.step()
    assert worker.busy
    worker.give_back_all()
    assert JobStore(workspace).job(number).status == "queued"


@pytest.mark.slow
def test_kill_9_of_the_worker_ends_its_job_and_another_worker_does_it(workspace: Path, others: Path) -> None:
    number = jobs.submit(workspace, "equipment.counting", request(seconds=3), NOW)
    first = python(others, "-m", "linghang", "jobs", "work", str(workspace))
    store = JobStore(workspace)
    until = time.monotonic() + 60
    while store.job(number).progress is None and time.monotonic() < until:
        time.sleep(0.05)
    assert store.job(number).progress is not None
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert first.stdout is not None
    first.stdout.close()
    assert store.job(number).status == "running"
    ahead = timedelta(seconds=40)
    worker = Worker(workspace, lambda: datetime.now(UTC) + ahead)
    worker.work(threading.Event(), until_idle=True)
    assert store.job(number).status == "queued"
    ahead = timedelta(seconds=40 + RETRY_S[0])
    worker.work(threading.Event(), until_idle=True)
    job = store.job(number)
    assert (job.status, job.attempt) == ("done", 2)
