"""`linghang template` and `linghang import`: the workbook that a factory fills, and the way of records in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import Json
from linghang.cli.usage import SpeakingCommand
from linghang.words import language, tr

REFUSED = 2


def register(app: typer.Typer) -> None:
    """Add the two commands to the command line."""
    _register_template(app)
    _register_import(app)


def _register_template(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Write the workbook that a factory fills with its records: a sheet a table, explained in its headers."),
    )
    def template(
        output: Annotated[
            Path, typer.Option("--output", "-o", help=tr("Where the workbook goes."), metavar="FILE.xlsx")
        ],
        tables: Annotated[
            str | None, typer.Option(help=tr("Only these tables, by name or title, with commas between them."))
        ] = None,
    ) -> None:
        from linghang.cli import import_view
        from linghang.usecases.importing import write_template

        named = [one.strip() for one in (tables or "").replace("，", ",").split(",") if one.strip()]
        written = write_template(output, lang=language(), tables=named)
        import_view.show_template(written, output)


def _register_import(app: typer.Typer) -> None:
    @app.command(
        "import",
        cls=SpeakingCommand,
        help=tr("Import records into a workspace: the filled workbook, CSV, Parquet, or a database by URL."),
        epilog=tr("Everything is imported, or nothing: exit status 2, and every problem is named with its place."),
    )
    def import_(
        workspace: Annotated[Path, typer.Argument(help=tr("Folder of the workspace."), metavar="WORKSPACE")],
        sources: Annotated[
            list[str],
            typer.Argument(help=tr("Files (.xlsx .csv .tsv .gz .parquet) and database URLs."), metavar="FILE…"),
        ],
        mapping: Annotated[
            Path | None, typer.Option("--map", help=tr("How foreign columns become ours."), metavar="MAPPING.toml")
        ] = None,
        table: Annotated[
            str | None, typer.Option(help=tr("Table that the file holds, if its name does not say."))
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("Do everything but keep the records."))] = False,
        problems: Annotated[
            Path | None,
            typer.Option(help=tr("Write the sources back with their faults marked red."), metavar="FILE.xlsx"),
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import import_view
        from linghang.usecases.importing import import_files

        with import_view.progress(quiet=as_json) as told:
            report = import_files(
                workspace,
                sources,
                now=datetime.now(UTC),
                mapping=mapping,
                table=table,
                dry_run=dry_run,
                problems_file=problems,
                progress=told,
            )
        import_view.show(report, problems, as_json)
        if report.refused:
            raise typer.Exit(REFUSED)
