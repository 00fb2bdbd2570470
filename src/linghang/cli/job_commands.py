"""`linghang jobs`: engines that run in the background, on a schedule or on new data."""

from typing import Annotated, Any

import typer

from linghang.cli.engine_commands import Days, Engine, Files, Settings, request_of
from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    jobs = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("Run engines in the background: when asked, on a schedule, or on new data."),
    )
    _register_asking(jobs)
    _register_schedules(jobs)
    _register_pauses(jobs)
    _register_looking(jobs)
    _register_work(jobs)
    app.add_typer(jobs, name="jobs")


def Number(said: str) -> Any:
    """`JOB`, the number of a job."""
    return Annotated[int, typer.Argument(help=said, metavar="NUMBER", min=1)]


def _register_asking(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Ask for a run of an engine; a worker does it."))
    def add(
        workspace: Workspace(),  # type: ignore[valid-type]
        engine: Engine(),  # type: ignore[valid-type]
        settings: Settings() = None,  # type: ignore[valid-type]
        days: Days() = None,  # type: ignore[valid-type]
        as_of: AsOf(tr("Look at the days before this one; else up to now.")) = None,  # type: ignore[valid-type]
        file: Files() = None,  # type: ignore[valid-type]
        time_limit: Annotated[int, typer.Option(help=tr("Longest time of one attempt in seconds."), min=1)] = 3600,
        attempts: Annotated[int, typer.Option(help=tr("Attempts if the process crashes."), min=1)] = 3,
    ) -> None:
        from linghang.cli.job_view import add_job

        add_job(workspace, engine, request_of(settings, days, as_of, file), attempts, time_limit)

    @app.command(cls=SpeakingCommand, help=tr("Take back a job: a waiting one at once, a running one within seconds."))
    def cancel(
        workspace: Workspace(),  # type: ignore[valid-type]
        job: Number(tr("Number of the job.")),  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import cancel_job

        cancel_job(workspace, job)


def _register_schedules(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Run an engine again and again: --every 15min, --daily 02:30 (the plant's time) or --on-new-data."),
    )
    def schedule(
        workspace: Workspace(),  # type: ignore[valid-type]
        engine: Engine(),  # type: ignore[valid-type]
        every: Annotated[str | None, typer.Option(help=tr("An interval: 30s, 15min, 1h, 1d."), metavar="TIME")] = None,
        daily: Annotated[str | None, typer.Option(help=tr("A time of day of the plant."), metavar="HH:MM")] = None,
        on_new_data: Annotated[
            bool, typer.Option("--on-new-data", help=tr("When records or telemetry have changed."))
        ] = False,
        settings: Settings() = None,  # type: ignore[valid-type]
        days: Days() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import add_schedule

        rules = [f"every {every}" if every else "", f"daily {daily}" if daily else "", "on_new_data" * on_new_data]
        given = [one for one in rules if one]
        if len(given) != 1:
            raise BadInput("give one of --every, --daily and --on-new-data")
        add_schedule(workspace, engine, request_of(settings, days, None, None), given[0])

    @app.command(cls=SpeakingCommand, help=tr("Forget a schedule; its jobs stay."))
    def unschedule(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: Number(tr("Number of the schedule.")),  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import drop_schedule

        drop_schedule(workspace, number)


def _register_pauses(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Let a schedule rest until it is resumed."))
    def pause(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: Number(tr("Number of the schedule.")),  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import pause

        pause(workspace, number)

    @app.command(cls=SpeakingCommand, help=tr("Let a schedule go on; what it missed is not made up for."))
    def resume(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: Number(tr("Number of the schedule.")),  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import resume

        resume(workspace, number)


def _register_looking(app: typer.Typer) -> None:
    @app.command("list", cls=SpeakingCommand, help=tr("List the newest jobs, and the schedules."))
    def list_(
        workspace: Workspace(),  # type: ignore[valid-type]
        limit: Annotated[int, typer.Option(help=tr("How many jobs."), min=1)] = 20,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import show_jobs

        show_jobs(workspace, limit, as_json)

    @app.command(cls=SpeakingCommand, help=tr("Show a job and what it printed."))
    def show(
        workspace: Workspace(),  # type: ignore[valid-type]
        job: Number(tr("Number of the job.")),  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.job_view import show_job

        show_job(workspace, job, as_json)


def _register_work(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Work off the jobs of a workspace; several workers may run at once."),
        epilog=tr("Ctrl-C ends it; running jobs are given back and wait for the next worker."),
    )
    def work(
        workspace: Workspace(),  # type: ignore[valid-type]
        slots: Annotated[int, typer.Option(help=tr("Jobs that run at once."), min=1, max=64)] = 1,
        until_idle: Annotated[bool, typer.Option("--until-idle", help=tr("End when nothing is due any more."))] = False,
    ) -> None:
        from linghang.cli.job_view import work_jobs

        work_jobs(workspace, slots, until_idle)
