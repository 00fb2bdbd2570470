"""`linghang engines` and `linghang run`: which engines there are, and running one on a workspace."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand
from linghang.errors import BadInput
from linghang.words import tr

if TYPE_CHECKING:
    from linghang.usecases.engines import Request


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_engines(app)
    _register_run(app)
    _register_result(app)
    _register_follow(app)


def Engine() -> Any:
    """`ENGINE`, the id of an engine."""
    return Annotated[str, typer.Argument(help=tr("Id of the engine, as equipment.monitoring."), metavar="ENGINE")]


def Settings() -> Any:
    """`--set name=value`, several times."""
    return Annotated[
        list[str] | None,
        typer.Option("--set", help=tr("A setting: NAME=VALUE; may be given several times."), metavar="NAME=VALUE"),
    ]


def Days() -> Any:
    """`--days 30`."""
    return Annotated[int | None, typer.Option(help=tr("Days to look at; else the engine's own choice."), min=1)]


def Files() -> Any:
    """`--file picture.jpg`, several times."""
    return Annotated[
        list[Path] | None,
        typer.Option("--file", help=tr("A file or folder that goes in; may be given several times."), metavar="PATH"),
    ]


def request_of(
    settings: Sequence[str] | None, days: int | None, as_of: date | None, files: Sequence[Path] | None
) -> "Request":
    """Read what an engine is asked to do.

    Raises
    ------
    BadInput
        A setting is not NAME=VALUE.
    """
    from linghang.usecases.engines import Request

    values: dict[str, object] = {}
    for one in settings or ():
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise BadInput("--set takes NAME=VALUE, not “{value}”", value=one)
        values[name] = value
    return Request(values, days, as_of, tuple(one.resolve() for one in files or ()))


def _register_engines(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand, help=tr("List the engines, or show one: what it does, needs, proves and can be set.")
    )
    def engines(
        engine: Annotated[
            str | None, typer.Argument(help=tr("Id of the engine, as equipment.monitoring."), metavar="[ENGINE]")
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.engine_view import show_catalogue

        show_catalogue(engine, as_json)


def _register_run(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Run an engine on a workspace, show what it finds, and keep what it proves."),
        epilog=tr("Result and observations are kept in the workspace; --no-record only shows them."),
    )
    def run(
        workspace: Workspace(),  # type: ignore[valid-type]
        engine: Engine(),  # type: ignore[valid-type]
        settings: Settings() = None,  # type: ignore[valid-type]
        days: Days() = None,  # type: ignore[valid-type]
        as_of: AsOf(tr("Look at the days before this one; else up to now.")) = None,  # type: ignore[valid-type]
        file: Files() = None,  # type: ignore[valid-type]
        no_record: Annotated[
            bool, typer.Option("--no-record", help=tr("Keep neither result nor observations."))
        ] = False,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.engine_view import run_and_show

        request = request_of(settings, days, as_of, file)
        run_and_show(workspace, engine, request, keep=not no_record, as_json=as_json)


def _register_result(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Show the result of an engine that was kept last."))
    def result(
        workspace: Workspace(),  # type: ignore[valid-type]
        engine: Engine(),  # type: ignore[valid-type]
        rows: Annotated[int, typer.Option(help=tr("Rows to show of each table."), min=0)] = 12,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.engine_view import show_last

        show_last(workspace, engine, rows, as_json)


def _register_follow(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Run a streaming engine on the telemetry as it comes, and print what happens."),
        epilog=tr("It learns from the days before; Ctrl-C ends it. Telemetry comes from linghang ingest."),
    )
    def follow(
        workspace: Workspace(),  # type: ignore[valid-type]
        engine: Engine(),  # type: ignore[valid-type]
        settings: Settings() = None,  # type: ignore[valid-type]
        days: Days() = None,  # type: ignore[valid-type]
        seconds: Annotated[float | None, typer.Option(help=tr("End by itself after so many seconds."), min=0.1)] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.engine_view import follow_and_show

        follow_and_show(workspace, engine, request_of(settings, days, None, None), seconds, as_json)
