"""`linghang plant`: the reference plant; `plant build` makes its workspace."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import AsOf
from linghang.cli.plant_live_commands import register as register_live
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    plant = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("The reference plant, an invented aluminium-wheel works: build it, run it live."),
    )
    _register_build(plant)
    register_live(plant)
    app.add_typer(plant, name="plant")


def _register_build(plant: typer.Typer) -> None:
    @plant.command(
        cls=SpeakingCommand,
        help=tr("Build the reference plant: a workspace with records, telemetry and connections."),
        epilog=tr("The same seed, months and day give the same records. The folder appears when all of it is there."),
    )
    def build(
        folder: Annotated[Path, typer.Argument(help=tr("A new or empty folder."), metavar="DIR")],
        seed: Annotated[int, typer.Option(help=tr("Of chance."), min=0)] = 7,
        months: Annotated[
            int,
            typer.Option(help=tr("Complete months of history; the last 12 are the improved year."), min=1, max=60),
        ] = 24,
        until: AsOf(tr("The records end when this day begins, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import plant_works_view
        from linghang.cli.import_view import progress
        from linghang.usecases.plant_building import build_plant

        with progress(quiet=False) as told:
            built = build_plant(folder, seed=seed, months=months, until=until, now=datetime.now(UTC), progress=told)
        plant_works_view.show(built)
