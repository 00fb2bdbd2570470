"""Jobs in the terminal: asking, looking, working."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.cli.stopping import stopped_by_signals
from linghang.usecases.assessing import utc_now
from linghang.usecases.engines import Request
from linghang.usecases.job_worker import Worker
from linghang.usecases.jobs import (
    Job,
    Limits,
    cancel,
    jobs_of,
    log_of,
    pause_schedule,
    remove_schedule,
    resume_schedule,
    said_of,
    schedule,
    schedules_of,
    submit,
)
from linghang.words import tr

STYLES = {"running": "cyan", "done": "green", "failed": "red", "cancelled": "dim", "queued": ""}


def add_job(folder: Path, engine: str, request: Request, attempts: int, time_limit_s: int) -> None:
    """Ask for a run."""
    number = submit(folder, engine, request, utc_now(), Limits(attempts, time_limit_s))
    console = terminal()
    console.print(tr("job {job} waits for a worker", job=number))
    console.print(Text(tr("a worker is started with: linghang jobs work {folder}", folder=folder), style="dim"))


def cancel_job(folder: Path, job: int) -> None:
    """Take back a job."""
    found = cancel(folder, job, utc_now())
    said = tr("job {job} is cancelled") if found.status == "cancelled" else tr("job {job} is ended by its worker")
    terminal().print(said.format(job=job))


def add_schedule(folder: Path, engine: str, request: Request, rule: str) -> None:
    """Keep a schedule."""
    number = schedule(folder, engine, request, rule, utc_now())
    terminal().print(tr("schedule {number}: {engine}, {rule}", number=number, engine=engine, rule=_rule(rule)))


def drop_schedule(folder: Path, number: int) -> None:
    """Forget a schedule."""
    remove_schedule(folder, number)
    terminal().print(tr("schedule {number} is gone", number=number))


def pause(folder: Path, number: int) -> None:
    """Let a schedule rest."""
    pause_schedule(folder, number)
    terminal().print(tr("schedule {number} rests until it is resumed", number=number))


def resume(folder: Path, number: int) -> None:
    """Let a schedule go on."""
    found = resume_schedule(folder, number, utc_now())
    terminal().print(tr("schedule {number} goes on: {rule}", number=number, rule=_rule(found.rule)))


def show_jobs(folder: Path, limit: int, as_json: bool) -> None:
    """Print the newest jobs and the schedules."""
    jobs, schedules = jobs_of(folder, limit), schedules_of(folder)
    if as_json:
        document = {"jobs": [asdict(one) for one in jobs], "schedules": [asdict(one) for one in schedules]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    console = terminal()
    if not jobs and not schedules:
        console.print(tr("no jobs yet"), style="yellow")
        console.print(Text(tr("ask for one: linghang jobs add {folder} ENGINE", folder=folder)))
        return
    if schedules:
        table = headed(tr("Schedules"))
        for name in ("#", tr("engine"), tr("when"), tr("next (UTC)")):
            table.add_column(name)
        for one in schedules:
            table.add_row(
                str(one.id), Text(one.engine), _rule(one.rule), tr("paused") if one.paused else _time(one.next_us)
            )
        console.print(table)
    table = headed(tr("Jobs"))
    for name in ("#", tr("engine"), tr("status"), tr("asked for (UTC)"), tr("took"), tr("result or reason")):
        table.add_column(name, overflow="fold")
    for job in jobs:
        table.add_row(
            str(job.id),
            Text(job.engine),
            _status(job),
            _time(job.queued_us),
            _took(job),
            Text(job.error or job.run or ""),
        )
    console.print(table)


def show_job(folder: Path, number: int, as_json: bool) -> None:
    """Print a job and its log."""
    job, lines = log_of(folder, number)
    if as_json:
        document = {**asdict(job), "log": [[at.isoformat(), text] for at, text in lines]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    console = terminal()
    head = tr("job {job}: {engine}, attempt {attempt} of {attempts}")
    console.print(Text(head.format(job=job.id, engine=job.engine, attempt=job.attempt, attempts=job.attempts), "bold"))
    console.print(_status(job))
    if job.error:
        console.print(Text(job.error, style="red" if job.status == "failed" else "yellow"))
    for at, text in lines:
        console.print(Text.assemble((f"{at:%Y-%m-%d %H:%M:%S}  ", "dim"), text))
    if job.run:
        console.print(
            Text(tr("see it: linghang result {folder} {engine}", folder=folder, engine=job.engine), style="dim")
        )


def work_jobs(folder: Path, slots: int, until_idle: bool) -> None:
    """Work until told to stop."""
    console, stop = terminal(), stopped_by_signals()
    if not until_idle:
        console.print(tr("working; Ctrl-C ends it"), style="dim")
    Worker(folder, utc_now, slots, lambda line: console.print(Text(line))).work(stop, until_idle=until_idle)


def _rule(rule: str) -> str:
    kind, _, value = rule.partition(" ")
    if kind == "every":
        return tr("every {time}", time=value)
    return tr("daily at {time}", time=value) if kind == "daily" else tr("on new data")


def _status(job: Job) -> Text:
    said = said_of(job.status)
    if job.status == "running" and job.progress is not None:
        said += f" {job.progress:.0%}"
    return Text(said, style=STYLES[job.status])


def _time(us: int | None) -> str:
    return "–" if us is None else f"{datetime.fromtimestamp(us / 1e6, UTC):%Y-%m-%d %H:%M:%S}"


def _took(job: Job) -> str:
    if job.started_us is None:
        return ""
    until = job.ended_us if job.ended_us is not None else job.heard_us or job.started_us
    return tr("{seconds} s", seconds=f"{(until - job.started_us) / 1e6:.1f}")
