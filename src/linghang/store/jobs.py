"""The table of jobs of a workspace: engines that are to run, run, and have run.

One SQLite file in the workspace's folder, for the workers that share that folder. Whoever takes a job gets a token with
it; only with the token can it be kept alive, finished or given back. So a worker that was thought dead and comes back
cannot spoil what another one has done meanwhile.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal, get_args

from linghang.errors import BadInput, NotThere, Place

FILE = "jobs.sqlite"
FORMAT = 1
Status = Literal["queued", "running", "done", "failed", "cancelled"]
STATUSES: tuple[Status, ...] = get_args(Status)
ENDED: tuple[Status, ...] = ("done", "failed", "cancelled")
RETRY_S = (10, 60, 600)
"""Seconds until the next attempt after a crash; the last one counts for all later ones."""
LINES_KEPT = 2_000

_SCHEMA = """
create table job (
  id integer primary key autoincrement, engine text not null, request text not null, status text not null,
  attempt integer not null default 0, attempts integer not null, time_limit_s integer not null,
  queued_us integer not null, due_us integer not null, started_us integer, heard_us integer, ended_us integer,
  worker text, token text, progress real, cancel integer not null default 0, error text, run text, schedule integer
);
create index job_waiting on job (status, due_us);
create table line (job integer not null, number integer not null, at_us integer not null, text text not null,
  primary key (job, number)) without rowid;
create table schedule (
  id integer primary key autoincrement, engine text not null, request text not null, rule text not null,
  next_us integer, seen text, paused integer not null default 0
);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes
    ----------
    request
        What to run it with (settings, days, day, files), as JSON.
    attempt, attempts
        Which attempt this is, and how many there may be after crashes.
    time_limit_s
        Longest time of one attempt.
    queued_us, due_us, started_us, heard_us, ended_us
        When it was asked for, may begin, began (last attempt), was last heard of, ended; UTC microseconds.
    worker, token
        Who has it, and the right to speak for it.
    progress
        The share that is done.
    error
        Why it failed, or failed the last time.
    run
        Name of its result.
    schedule
        The schedule that asked for it.
    """

    id: int
    engine: str
    request: Mapping[str, Any]
    status: Status
    attempt: int
    attempts: int
    time_limit_s: int
    queued_us: int
    due_us: int
    started_us: int | None
    heard_us: int | None
    ended_us: int | None
    worker: str | None
    token: str | None
    progress: float | None
    cancel: bool
    error: str | None
    run: str | None
    schedule: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that is asked for again and again.

    Attributes
    ----------
    rule
        `every SECONDS`, `daily HH:MM` (the plant's time) or `on_new_data`.
    next_us
        When it is due next (UTC microseconds); None for `on_new_data`.
    seen
        What the data were when it was last asked for.
    """

    id: int
    engine: str
    request: Mapping[str, Any]
    rule: str
    next_us: int | None
    seen: str | None
    paused: bool


class JobStore:
    """The jobs of a workspace; any number of processes use it at once.

    Parameters
    ----------
    folder
        The workspace's folder; the file is made when it is first needed.

    Raises
    ------
    BadInput
        The file was made by a newer version, is damaged, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        with self._reading() as db:  # who only looks does not wait for a worker that writes
            found = _format(db)
        if found == 0:
            with self._writing() as db:
                if (found := _format(db)) == 0:
                    for statement in _SCHEMA.split(";"):
                        db.execute(statement)
                    db.execute(f"pragma user_version = {FORMAT}")
                    found = FORMAT
        if found != FORMAT:
            raise BadInput("was made by a newer version of the program", Place(str(self._path)))

    # --- asking ---

    def submit(
        self,
        engine: str,
        request: Mapping[str, Any],
        now_us: int,
        *,
        attempts: int = 3,
        time_limit_s: int = 3600,
        schedule: int | None = None,
    ) -> int:
        """Ask for a run; return the number of the job."""
        with self._writing() as db:
            row = (engine, json.dumps(request, ensure_ascii=False, sort_keys=True), "queued", attempts, time_limit_s)
            made = db.execute(
                "insert into job (engine, request, status, attempts, time_limit_s, queued_us, due_us, schedule)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, now_us, now_us, schedule),
            )
            return int(made.lastrowid or 0)

    def cancel(self, job: int, now_us: int) -> Job:
        """Take back a job: a waiting one at once, a running one as soon as its worker hears of it.

        Raises
        ------
        BadInput
            There is no such job, or it has ended.
        """
        with self._writing() as db:
            found = self._one(db, job)
            if found.status in ENDED:
                raise BadInput("job {job} has ended already: {status}", job=job, status=found.status)
            if found.status == "queued":
                db.execute("update job set status = 'cancelled', ended_us = ? where id = ?", (now_us, job))
            db.execute("update job set cancel = 1 where id = ?", (job,))
            return self._one(db, job)

    # --- looking ---

    def jobs(self, limit: int = 50, offset: int = 0) -> list[Job]:
        """Return the newest jobs, the newest first; those of `[offset, offset + limit)`."""
        with self._reading() as db:
            query = "select * from job order by id desc limit ? offset ?"
            return [_job(row) for row in db.execute(query, (limit, offset))]

    def count(self) -> int:
        """Return how many jobs there are."""
        with self._reading() as db:
            return int(db.execute("select count(*) from job").fetchone()[0])

    def job(self, job: int) -> Job:
        """Return one job.

        Raises
        ------
        NotThere
            There is no such job.
        """
        with self._reading() as db:
            return self._one(db, job)

    def waiting(self, schedule: int) -> bool:
        """Whether a job of a schedule has not ended yet."""
        with self._reading() as db:
            query = "select 1 from job where schedule = ? and status in ('queued', 'running')"
            return db.execute(query, (schedule,)).fetchone() is not None

    def lines(self, job: int) -> list[tuple[int, str]]:
        """Return what a job printed: (UTC microseconds, text)."""
        with self._reading() as db:
            found = db.execute("select at_us, text from line where job = ? order by number", (job,))
            return [(row["at_us"], row["text"]) for row in found]

    # --- working ---

    def claim(self, worker: str, now_us: int) -> Job | None:
        """Take the job that has waited longest; None if none is due."""
        with self._writing() as db:
            query = "select id from job where status = 'queued' and due_us <= ? order by due_us, id limit 1"
            row = db.execute(query, (now_us,)).fetchone()
            if row is None:
                return None
            db.execute(
                "update job set status = 'running', attempt = attempt + 1, worker = ?, token = ?, started_us = ?,"
                " heard_us = ?, progress = null where id = ?",
                (worker, token_hex(8), now_us, now_us, row["id"]),
            )
            return self._one(db, row["id"])

    def alive(self, job: Job, now_us: int, progress: float | None = None) -> Literal["go_on", "cancel", "lost"]:
        """Say that a job is being worked on; hear whether it is to be cancelled, or now belongs to somebody else."""
        with self._writing() as db:
            done = db.execute(
                "update job set heard_us = ?, progress = coalesce(?, progress)"
                " where id = ? and token = ? and status = 'running'",
                (now_us, progress, job.id, job.token),
            )
            if done.rowcount == 0:
                return "lost"
            return "cancel" if self._one(db, job.id).cancel else "go_on"

    def end(self, job: Job, status: Status, now_us: int, *, error: str | None = None, run: str | None = None) -> bool:
        """End a job; False if it belongs to somebody else by now, and nothing is changed."""
        with self._writing() as db:
            done = db.execute(
                "update job set status = ?, ended_us = ?, error = ?, run = ?, token = null"
                " where id = ? and token = ? and status = 'running'",
                (status, now_us, error, run, job.id, job.token),
            )
            return done.rowcount > 0

    def give_back(self, job: Job, now_us: int, error: str) -> Status | None:
        """Give back a job whose process crashed: it waits for the next attempt, or has failed after the last one."""
        with self._writing() as db:
            return self._give_back(db, job, now_us, error)

    def reap(self, now_us: int, silent_s: float, error: str) -> list[Job]:
        """Take back the jobs of workers that were not heard of for some time; return them."""
        with self._writing() as db:
            rows = db.execute(
                "select * from job where status = 'running' and heard_us < ?", (now_us - int(silent_s * 1e6),)
            ).fetchall()
            dead = [_job(row) for row in rows]
            for one in dead:
                self._give_back(db, one, now_us, error)
            return dead

    def say(self, job: int, now_us: int, text: str) -> None:
        """Keep a line of a job's log; of a long log the first ones are kept."""
        with self._writing() as db:
            number = db.execute("select count(*) from line where job = ?", (job,)).fetchone()[0]
            if number < LINES_KEPT:
                db.execute("insert into line values (?, ?, ?, ?)", (job, number, now_us, text))

    # --- schedules ---

    def add_schedule(self, engine: str, request: Mapping[str, Any], rule: str, next_us: int | None) -> int:
        """Keep a schedule; return its number."""
        with self._writing() as db:
            row = (engine, json.dumps(request, ensure_ascii=False, sort_keys=True), rule, next_us)
            made = db.execute("insert into schedule (engine, request, rule, next_us) values (?, ?, ?, ?)", row)
            return int(made.lastrowid or 0)

    def schedules(self) -> list[Schedule]:
        """Return all schedules."""
        with self._reading() as db:
            rows = db.execute("select * from schedule order by id").fetchall()
        return [
            Schedule(**dict(row) | {"request": json.loads(row["request"]), "paused": bool(row["paused"])})
            for row in rows
        ]

    def fired(self, schedule: int, next_us: int | None, seen: str | None, was: Schedule) -> bool:
        """Note that a schedule was acted on; False if another worker did so before."""
        with self._writing() as db:
            done = db.execute(
                "update schedule set next_us = ?, seen = ? where id = ? and next_us is ? and seen is ?",
                (next_us, seen, schedule, was.next_us, was.seen),
            )
            return done.rowcount > 0

    def pause_schedule(self, schedule: int, paused: bool, next_us: int | None) -> None:
        """Let a schedule rest, or go on; `next_us` is when it is due next.

        Raises
        ------
        NotThere
            There is no such schedule.
        """
        with self._writing() as db:
            done = db.execute("update schedule set paused = ?, next_us = ? where id = ?", (paused, next_us, schedule))
            if done.rowcount == 0:
                raise NotThere("there is no schedule {schedule}", schedule=schedule)

    def remove_schedule(self, schedule: int) -> None:
        """Forget a schedule.

        Raises
        ------
        NotThere
            There is no such schedule.
        """
        with self._writing() as db:
            if db.execute("delete from schedule where id = ?", (schedule,)).rowcount == 0:
                raise NotThere("there is no schedule {schedule}", schedule=schedule)

    # --- how ---

    def _give_back(self, db: sqlite3.Connection, job: Job, now_us: int, error: str) -> Status | None:
        last = job.attempt >= job.attempts or job.cancel
        status: Status = "cancelled" if job.cancel else "failed" if last else "queued"
        wait_s = RETRY_S[min(job.attempt, len(RETRY_S)) - 1]
        done = db.execute(
            "update job set status = ?, due_us = ?, ended_us = ?, error = ?, token = null, worker = null"
            " where id = ? and token = ? and status = 'running'",
            (status, now_us + wait_s * 1_000_000, now_us if last else None, error, job.id, job.token),
        )
        return status if done.rowcount else None

    def _one(self, db: sqlite3.Connection, job: int) -> Job:
        row = db.execute("select * from job where id = ?", (job,)).fetchone()
        if row is None:
            raise NotThere("there is no job {job}", job=job)
        return _job(row)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("pragma journal_mode = wal")
                db.execute("pragma synchronous = full")
                yield db
        except sqlite3.Error as error:
            raise BadInput("the database cannot be used: {reason}", Place(str(self._path)), reason=error) from None


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])


def _job(row: sqlite3.Row) -> Job:
    values = dict(row) | {"request": json.loads(row["request"]), "cancel": bool(row["cancel"])}
    return Job(**{one.name: values[one.name] for one in fields(Job)})
