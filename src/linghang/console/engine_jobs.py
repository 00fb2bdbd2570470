"""Jobs and schedules: what waits, runs and has ended, as it goes on; and one job with what it printed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.controls import button
from linghang.console.engine_frame import ways
from linghang.console.hypertext import facts as facts_of
from linghang.console.hypertext import icon, joined, table, tag
from linghang.console.visit import Visit
from linghang.usecases.engine_readiness import said_settings
from linghang.usecases.engines import title_of
from linghang.usecases.jobs import (
    ENDED,
    Job,
    Schedule,
    cancel,
    jobs_of,
    log_of,
    pause_schedule,
    remove_schedule,
    resume_schedule,
    said_of,
    schedules_of,
)
from linghang.words import tr

LOOKS_S = 1.0
"""How often a page that is open looks whether something has changed."""
SHOWN = 100
SIGNS = {"queued": "…", "running": "▶", "done": "✓", "failed": "✗", "cancelled": "–"}
BADGES = {"queued": "unknown", "running": "unknown", "done": "met", "failed": "unmet", "cancelled": "none"}


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the newest jobs as they change, and the schedules."""
    about = tr("Engines run outside the page, one after another; what they found is kept.")
    states.show(states.heading(tr("Jobs and schedules"), about))
    states.show(ways(visit, "/engines/jobs"))
    await schedules_card(visit)
    place = states.show(tag("span"))
    place.props('aria-live="off"')
    last: list[Sequence[Job]] = []

    async def look() -> None:
        visit.speaking(lambda: None)()
        jobs = await facts.thread(lambda: _newest(visit.folder))
        if last != [jobs] or any(one.status == "running" for one in jobs):
            last[:] = [jobs]
            states.put(place, _jobs(jobs, visit))

    await look()
    ui.timer(LOOKS_S, look)


def _newest(folder: Path) -> Sequence[Job]:
    """Return the newest jobs; that their engines have titles is seen to here, where nobody waits for the import."""
    jobs = jobs_of(folder, SHOWN)
    for id in {one.engine for one in jobs}:
        title_of(id)
    return jobs


def _jobs(jobs: Sequence[Job], visit: Visit) -> Markup:
    if not jobs:
        what = tr("Choose an engine and run it; what it finds is kept, and what it covers counts as evidence.")
        return states.empty(tr("No job yet"), what, (tr("To the engines"), visit.url("/engines")))
    heads = (tr("job"), tr("engine"), tr("state"), tr("asked for"), tr("took"), tr("result or reason"))
    rows = (
        [
            tag("a", str(one.id), href=visit.url(f"/engines/jobs/{one.id}"), aria_label=tr("job {job}", job=one.id)),
            tag("a", str(title_of(one.engine)), href=visit.url(f"/engines/{one.engine}")),
            state(one),
            tag("span", figures.moment(_at(one.queued_us), visit.zone), class_="lh-figure"),
            tag("span", took(one, visit.now), class_="lh-figure"),
            _outcome(one, visit),
        ]
        for one in jobs
    )
    return tag("section", tag("h2", tr("Jobs")), table(heads, rows, "lh-jobs", tr("Jobs")), class_="lh-card")


def state(one: Job) -> Markup:
    """Return the state of a job: sign, word, and how far it is."""
    badge = tag(
        "span",
        tag("span", SIGNS[one.status], class_="lh-sign", aria_hidden="true"),
        said_of(one.status),
        class_=f"lh-badge lh-{BADGES[one.status]}",
    )
    if one.status != "running" or one.progress is None:
        return badge
    share = f"{one.progress:.0%}"
    bar = tag("progress", value=f"{one.progress:.3f}", max="1", aria_label=tr("{share} done", share=share))
    return tag("span", badge, bar, tag("span", share, class_="lh-figure"), class_="lh-job-state")


def took(one: Job, now: datetime) -> str:
    """Say how long a job took, or has taken until now."""
    started = _at(one.started_us)
    if started is None:
        return "–"
    until = now if one.status == "running" else _at(one.ended_us) or started
    return tr("{seconds} s", seconds=f"{max((until - started).total_seconds(), 0):,.1f}")


def _outcome(one: Job, visit: Visit) -> Any:
    if one.run:
        return tag("a", tr("Result"), href=visit.url(f"/engines/{one.engine}", show="result", run=one.run))
    return tag("span", one.error or "–", class_="lh-wrap")


def _at(us: int | None) -> datetime | None:
    return None if us is None else datetime.fromtimestamp(us / 1e6, UTC)


# --- one job ---


async def build_one(visit: Visit, args: PageArguments) -> None:
    """Show a job as it goes on: state, progress, what it prints; it can be cancelled."""
    word = args.path_parameters["number"]
    number = int(word) if word.isdecimal() and len(word) < 18 else 0
    job, lines = await facts.thread(lambda: log_of(visit.folder, number))
    title = await facts.thread(lambda: title_of(job.engine))  # the engine may have to be imported
    back = tag("a", "‹ ", tr("Jobs and schedules"), href=visit.url("/engines/jobs"), class_="lh-back")
    states.show(states.heading(tr("Job {job}", job=job.id), str(title), back))
    place = states.show(_one(job, visit))
    place.props('role="status"')
    buttons = ui.element("div").classes("lh-form-actions")
    log = states.show(_log(job, lines, visit))
    now = [job]

    async def stop() -> None:
        ended = await acting.change(
            visit, "run", "engines.cancel", str(number), lambda: cancel(visit.folder, number, visit.now)
        )
        if ended is not None:
            acting.tell(tr("It is being cancelled"))

    if job.status not in ENDED and acting.may(visit, "run"):
        with buttons, button(tr("Cancel the job"), "lh-button").on("click", visit.speaking(stop)):
            states.show(tag("span", icon("stop"), tr("Cancel the job")))

    async def look() -> None:
        if now[0].status in ENDED:
            timer.cancel()
            return
        visit.speaking(lambda: None)()
        job, lines = await facts.thread(lambda: log_of(visit.folder, number))
        now[:] = [job]
        states.put(place, _one(job, visit))
        states.put(log, _log(job, lines, visit))
        if job.status in ENDED and not buttons.is_deleted:
            buttons.clear()

    timer = ui.timer(LOOKS_S, look)


def _one(job: Job, visit: Visit) -> Markup:
    asked = job.request
    chosen = said_settings(job.engine, asked.get("settings", {}))
    result = visit.url(f"/engines/{job.engine}", show="result", run=job.run)
    pairs = (
        (tr("state"), state(job)),
        (tr("engine"), tag("a", str(title_of(job.engine)), href=visit.url(f"/engines/{job.engine}"))),
        (tr("asked for"), figures.moment(_at(job.queued_us), visit.zone)),
        (tr("schedule"), str(job.schedule or "")),
        (tr("settings"), joined(tag("p", tr("{what}: {name}", what=what, name=value)) for what, value in chosen)),
        (tr("days"), str(asked.get("days") or "")),
        (tr("until the day"), str(asked.get("as_of") or "")),
        (tr("attempt"), tr("{attempt} of {attempts}", attempt=job.attempt, attempts=job.attempts)),
        (tr("took"), took(job, visit.now)),
        (tr("worker"), job.worker or tr("none has it yet")),
    )
    wrong = tag("p", icon("warning"), job.error, class_="lh-refused") if job.error else None
    link = (
        tag("a", icon("right"), tr("See what it found"), href=result, class_="lh-button lh-primary")
        if job.run
        else None
    )
    return tag("section", facts_of(pairs), wrong, link, class_="lh-card lh-job")


def _log(job: Job, lines: Sequence[tuple[datetime, str]], visit: Visit) -> Markup:
    if lines:
        shown: Any = tag(
            "ol",
            (tag("li", tag("time", _clock(at, visit.zone)), " ", tag("span", text)) for at, text in lines),
            class_="lh-log",
            tabindex="0",
            aria_label=tr("Log"),
        )
    else:
        said = tr("It has printed nothing.") if job.status in ENDED else tr("Nothing printed yet.")
        shown = tag("p", said, class_="lh-about")
    return tag("section", tag("div", tag("h2", tr("Log")), class_="lh-card-head"), shown, class_="lh-card")


def _clock(at: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


# --- schedules ---


async def schedules_card(visit: Visit, engine: str = "") -> None:
    """Show the schedules, of one engine or of all; they can be paused, resumed and removed."""
    found = await facts.thread(lambda: schedules_of(visit.folder))
    shown = [one for one in found if engine in ("", one.engine)]
    titles = await facts.thread(lambda: {one.engine: title_of(one.engine) for one in shown})
    with ui.element("section").classes("lh-card"):
        states.show(tag("div", tag("h2", tr("Schedules")), class_="lh-card-head"))
        if not shown:
            said = tr("None yet: run an engine every hour, daily, or when new data have come, on the engine's page.")
            states.show(tag("p", said, class_="lh-about"))
        with ui.element("ul").classes("lh-schedules"):
            for one in shown:
                _schedule(visit, one, str(titles[one.engine]))


def _schedule(visit: Visit, one: Schedule, title: str) -> None:
    folder = visit.folder
    with ui.element("li") as row:
        link = tag("a", title, href=visit.url(f"/engines/{one.engine}", show="run"))
        place = states.show(tag("span", link, " ", tag("strong", rule_of(one.rule)), " ", _next(one, visit)))
        if not acting.may(visit, "run"):
            return
        toggle = button(tr("Pause"), "lh-button")
        with toggle:
            word = states.show(tag("span", tr("Resume") if one.paused else tr("Pause")))

        async def change(what: str, work: Callable[[], Any]) -> Any:
            return await acting.change(visit, "run", what, str(one.id), work)

        async def pause(state: dict[str, bool]) -> None:
            if state["paused"]:
                made = await change("schedules.resume", lambda: resume_schedule(folder, one.id, visit.now))
            else:
                made = await change("schedules.pause", lambda: pause_schedule(folder, one.id))
            if made is not None and not row.is_deleted:
                state["paused"] = made.paused
                states.put(place, tag("span", link, " ", tag("strong", rule_of(one.rule)), " ", _next(made, visit)))
                states.put(word, tag("span", tr("Resume") if made.paused else tr("Pause")))
                toggle.props["aria-label"] = tr("Resume") if made.paused else tr("Pause")

        def gone() -> bool:
            remove_schedule(folder, one.id)
            return True

        async def remove() -> None:
            if await change("schedules.remove", gone) and not row.is_deleted:
                row.delete()

        toggle.on("click", visit.speaking(partial(pause, {"paused": one.paused})))
        with button(tr("Remove"), "lh-button").on("click", visit.speaking(remove)):
            states.show(tag("span", icon("close"), tr("Remove")))


def _next(one: Schedule, visit: Visit) -> Markup:
    if one.paused:
        return tag("span", "‖ ", tr("paused"), class_="lh-chip")
    due = _at(one.next_us)
    said = tr("when data have come") if due is None else tr("next {when}", when=figures.moment(due, visit.zone))
    return tag("span", icon("clock"), said, class_="lh-old")


def rule_of(rule: str) -> str:
    """Say when a schedule is due."""
    kind, _, value = rule.partition(" ")
    if kind == "every":
        return tr("every {time}", time=value)
    return tr("daily at {time}", time=value) if kind == "daily" else tr("on new data")
