"""`linghang plant serve`, `fault` and `run`: the reference plant alive."""

from typing import Annotated

import typer

from linghang.cli.options import Workspace
from linghang.cli.usage import SpeakingCommand
from linghang.words import tr


def register(plant: typer.Typer) -> None:
    """Add the commands to `linghang plant`."""
    _register_serve(plant)
    _register_fault(plant)
    _register_run(plant)
    _register_control(plant)


def _speed() -> object:
    return Annotated[float, typer.Option(help=tr("How much faster the plant lives than the clock."), min=0.01)]


def _register_serve(plant: typer.Typer) -> None:
    @plant.command(
        cls=SpeakingCommand,
        help=tr("Run the plant live: OPC UA server, Sparkplug B over MQTT, Modbus TCP, where its connections say."),
        epilog=tr("Ctrl-C ends it. Faults are asked for with: linghang plant fault"),
    )
    def serve(
        workspace: Workspace(),  # type: ignore[valid-type]
        speed: _speed() = 1.0,  # type: ignore[valid-type]
        seed: Annotated[int, typer.Option(help=tr("Of chance."), min=0)] = 7,
    ) -> None:
        from linghang.cli.plant_live_view import serving

        serving(workspace, speed, seed)


def _register_fault(plant: typer.Typer) -> None:
    @plant.command(
        cls=SpeakingCommand,
        help=tr("Let something go wrong in a plant that runs; without a kind: say what can go wrong with a machine."),
    )
    def fault(
        workspace: Workspace(),  # type: ignore[valid-type]
        machine: Annotated[str, typer.Argument(help=tr("Id of the machine, such as CNC-205."), metavar="MACHINE")],
        kind: Annotated[str | None, typer.Argument(help=tr("What goes wrong."), metavar="[KIND]")] = None,
        minutes: Annotated[float, typer.Option(help=tr("For how long, on the plant's clock."), min=0.01)] = 30.0,
        size: Annotated[float | None, typer.Option(help=tr("How much; what is usual where it is left out."))] = None,
        signal: Annotated[str | None, typer.Option(help=tr("Of faults of an instrument: which signal."))] = None,
    ) -> None:
        from linghang.cli.plant_live_view import ask_for_fault

        ask_for_fault(workspace, machine, kind, minutes, size, signal)


def _register_run(plant: typer.Typer) -> None:
    @plant.command(
        cls=SpeakingCommand,
        help=tr("The whole job: build the plant if it is absent, run it live, listen, run the engines, and assess it."),
    )
    def run(
        workspace: Workspace(),  # type: ignore[valid-type]
        seconds: Annotated[float, typer.Option(help=tr("How long to listen."), min=1.0)] = 20.0,
        speed: _speed() = 60.0,  # type: ignore[valid-type]
        months: Annotated[int, typer.Option(help=tr("Length of the history to build."), min=1, max=60)] = 24,
        seed: Annotated[int, typer.Option(help=tr("Of chance."), min=0)] = 7,
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by."), metavar="PACK")] = "national-2024",
        engines: Annotated[bool, typer.Option("--engines/--no-engines", help=tr("Whether the engines run."))] = True,
    ) -> None:
        from linghang.cli.plant_live_view import running

        running(workspace, seconds, speed, months, seed, pack, engines)


def _register_control(plant: typer.Typer) -> None:
    @plant.command(
        cls=SpeakingCommand,
        help=tr("Close the temperature loop of the virtual furnace through the guard: PID beside predictive control."),
        epilog=tr("Every command, the guard's decision and its effect are kept in the workspace."),
    )
    def control(
        workspace: Workspace(),  # type: ignore[valid-type]
        hours: Annotated[float, typer.Option(help=tr("Hours of production; the first is run-in."), min=2.0)] = 6.0,
        seed: Annotated[int, typer.Option(help=tr("Of chance."), min=0)] = 7,
    ) -> None:
        from linghang.cli.engine_view import close_and_show

        close_and_show(workspace, hours, seed)
