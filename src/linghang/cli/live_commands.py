"""`linghang ingest`, `watch`, `tags` and `trend`: live connections, and a look at what they brought."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import Json, Workspace
from linghang.cli.usage import SpeakingCommand
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_ingest(app)
    _register_watch(app)
    _register_tags(app)
    _register_trend(app)
    _register_map_tags(app)


def _register_ingest(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Listen to the connections of a workspace (OPC UA, MQTT, Modbus TCP) and keep what they say."),
        epilog=tr("A value is acknowledged to its source when it is on the disk. Ctrl-C ends it; nothing is lost."),
    )
    def ingest(
        workspace: Workspace(),  # type: ignore[valid-type]
        only: Annotated[
            list[str] | None, typer.Option(help=tr("Only this connection; may be given several times."), metavar="NAME")
        ] = None,
        seconds: Annotated[float | None, typer.Option(help=tr("End by itself after so many seconds."), min=0.1)] = None,
    ) -> None:
        from linghang.cli.live_view import ingesting

        ingesting(workspace, only or (), seconds)


def _register_watch(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Show the present values of tags, again and again, as they are stored."))
    def watch(
        workspace: Workspace(),  # type: ignore[valid-type]
        find: Annotated[
            list[str] | None, typer.Argument(help=tr("Words that a tag's name holds, all of them."), metavar="[WORD]…")
        ] = None,
        once: Annotated[bool, typer.Option("--once", help=tr("Show them once."))] = False,
        every: Annotated[float, typer.Option(help=tr("Seconds between two looks."), min=0.05, max=60.0)] = 0.25,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.live_view import watching

        watching(workspace, find or (), once or as_json, every, as_json)


def _register_tags(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("List the tags that telemetry came for, with their last values."))
    def tags(
        workspace: Workspace(),  # type: ignore[valid-type]
        find: Annotated[
            list[str] | None, typer.Argument(help=tr("Words that a tag's name holds, all of them."), metavar="[WORD]…")
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.live_view import watching

        watching(workspace, find or (), True, 1.0, as_json)


def _register_trend(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Show the course of a tag: means, least and greatest values."))
    def trend(
        workspace: Workspace(),  # type: ignore[valid-type]
        tag: Annotated[str, typer.Argument(help=tr("Its name, or words that only its name holds."), metavar="TAG")],
        start: Annotated[
            datetime | None, typer.Option("--from", help=tr("From when, in the plant's time; else the tag's last day."))
        ] = None,
        end: Annotated[datetime | None, typer.Option("--to", help=tr("Until when, in the plant's time."))] = None,
        every: Annotated[int | None, typer.Option(help=tr("Seconds of an interval."), min=1)] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.live_view import show_trend

        show_trend(workspace, tag, start, end, every, as_json)


def _register_map_tags(app: typer.Typer) -> None:
    @app.command(
        "map-tags",
        cls=SpeakingCommand,
        help=tr(
            "Propose what stored names mean: machine, quantity and unit of those that no tag of the records names."
        ),
        epilog=tr(
            "Review: -o tags.csv, change it, linghang import DIR tags.csv --table tag. At once: --take sure."
            " Values stay as they came; a wrong row is mended by changing it."
        ),
    )
    def map_tags(
        workspace: Workspace(),  # type: ignore[valid-type]
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help=tr("Write the proposals as a sheet."), metavar="FILE.csv")
        ] = None,
        take: Annotated[
            str | None,
            typer.Option(
                help=tr("Take proposals of this confidence and better: sure, likely or guess."), metavar="WORD"
            ),
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.tag_view import mapping_tags

        mapping_tags(workspace, output, take, as_json)
