"""Commands about one plant: make its workspace, assess it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import AsOf, Interpretation, Json, interpretations
from linghang.cli.usage import SpeakingCommand
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_new(app)
    _register_upgrade(app)
    _register_status(app)
    _register_assess(app)


def _register_upgrade(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Bring the records of a workspace to this version of the program."))
    def upgrade(
        folder: Annotated[Path, typer.Argument(help=tr("The workspace."), metavar="DIR")],
    ) -> None:
        from linghang.cli import assess_view
        from linghang.usecases.workspaces import upgrade_workspace

        assess_view.show_upgraded(upgrade_workspace(folder))


def _register_status(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Say what a workspace holds: factory, records up to when, ledger and its health, telemetry."),
    )
    def status(
        folder: Annotated[Path, typer.Argument(help=tr("The workspace."), metavar="DIR")],
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import status_view
        from linghang.usecases.status import status_of

        status_view.show(status_of(folder, datetime.now(UTC)), as_json)


def _register_new(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Make a workspace: one factory's records, documents and evidence."))
    def new(
        folder: Annotated[Path, typer.Argument(help=tr("A new or empty folder."), metavar="DIR")],
        name: Annotated[str | None, typer.Option(help=tr("Name of the factory (else the folder's)."))] = None,
        time_zone: Annotated[str, typer.Option(help=tr("Time zone of the factory."), metavar="ZONE")] = "Asia/Shanghai",
        records: Annotated[
            str | None,
            typer.Option(
                help=tr("Database of the records: postgresql://user@host/name (else SQLite in DIR)."),
                metavar="URL",
            ),
        ] = None,
        existing: Annotated[
            bool, typer.Option("--existing", help=tr("Take over the records that the database holds already."))
        ] = False,
    ) -> None:
        from linghang.cli import assess_view
        from linghang.usecases.workspaces import make_workspace

        assess_view.show_new(make_workspace(folder, name, time_zone, records, existing=existing))


def _register_assess(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand, help=tr("Assess a plant from its records: indicators, evidence, levels and reasons.")
    )
    def assess(
        folder: Annotated[Path, typer.Argument(help=tr("The workspace."), metavar="DIR")],
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))] = "national-2024",
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        period: Annotated[
            str | None,
            typer.Option(
                help=tr("Present period of the indicators, FROM:TO (else the last twelve complete months)."),
                metavar="FROM:TO",
            ),
        ] = None,
        baseline: Annotated[
            str | None,
            typer.Option(
                help=tr("Baseline period FROM:TO, for example 2024-01-01:2025-01-01 (TO is not part of it)."),
                metavar="FROM:TO",
            ),
        ] = None,
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        record: Annotated[
            bool, typer.Option("--record/--no-record", help=tr("Write new observations into the ledger."))
        ] = True,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import assess_view
        from linghang.usecases.assessing import assess as run
        from linghang.usecases.assessing import period_of, utc_now

        found = run(
            folder,
            pack=pack,
            now=utc_now(),
            as_of=as_of,
            period=period_of(period, folder) if period else None,
            baseline=period_of(baseline, folder) if baseline else None,
            interpretation=interpretations(interpretation),
            record=record,
        )
        assess_view.show(found, as_json)
