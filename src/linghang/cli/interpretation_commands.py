"""`linghang interpretations`: what a reviewer takes the texts to mean in numbers, set for a workspace with a reason."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from linghang.cli.deeds import who
from linghang.cli.options import Json, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import tr

DEFAULT_PACK = "national-2024"


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("What a reviewer takes the texts to mean in numbers: list, set with a reason, take back, history."),
    )
    for add in (_register_list, _register_set, _register_take_back, _register_history):
        add(group)
    app.add_typer(group, name="interpretations")


def Pack() -> Any:
    """`--pack`."""
    return Annotated[str, typer.Option(help=tr("Pack whose interpretations they are (id or file)."))]


def Reason() -> Any:
    """`--reason`."""
    return Annotated[str, typer.Option(help=tr("Why; it is shown wherever a verdict is."), metavar="TEXT")]


def By() -> Any:
    """`--by`."""
    return Annotated[str | None, typer.Option(help=tr("Who does it (else the user of this computer)."), metavar="NAME")]


def _register_list(group: typer.Typer) -> None:
    @group.command(
        "list", cls=SpeakingCommand, help=tr("List the interpretations of a pack as the workspace reads them.")
    )
    def list_(
        folder: Workspace(),  # type: ignore[valid-type]
        pack: Pack() = DEFAULT_PACK,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import interpretation_view
        from linghang.usecases.interpretations import readings

        interpretation_view.show(readings(folder, pack), as_json)


def _register_set(group: typer.Typer) -> None:
    @group.command(
        "set",
        cls=SpeakingCommand,
        help=tr("Set an interpretation for every judgement of the workspace."),
        epilog=tr("It holds for this edition of the pack; under another one it waits until it is set again."),
    )
    def set_(
        folder: Workspace(),  # type: ignore[valid-type]
        pair: Annotated[str, typer.Argument(help=tr("Which, and its value: talent_minimum=5."), metavar="NAME=VALUE")],
        reason: Reason(),  # type: ignore[valid-type]
        pack: Pack() = DEFAULT_PACK,  # type: ignore[valid-type]
        by: By() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import interpretation_view
        from linghang.usecases.interpretations import set_value

        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise BadInput("it is set as NAME=VALUE, not “{value}”", value=pair)
        now = datetime.now(UTC)
        found = set_value(folder, name, value, pack=pack, reason=reason, by=by or who(), now=now)
        interpretation_view.show_one(found, as_json)


def _register_take_back(group: typer.Typer) -> None:
    @group.command("take-back", cls=SpeakingCommand, help=tr("Take back what was set: the pack's value counts again."))
    def take_back_(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Which interpretation."), metavar="NAME")],
        reason: Reason(),  # type: ignore[valid-type]
        pack: Pack() = DEFAULT_PACK,  # type: ignore[valid-type]
        by: By() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import interpretation_view
        from linghang.usecases.interpretations import take_back

        now = datetime.now(UTC)
        found = take_back(folder, name, pack=pack, reason=reason, by=by or who(), now=now)
        interpretation_view.show_one(found, as_json)


def _register_history(group: typer.Typer) -> None:
    @group.command(cls=SpeakingCommand, help=tr("Show who set and took back what, when and why."))
    def history(
        folder: Workspace(),  # type: ignore[valid-type]
        pack: Annotated[str | None, typer.Option(help=tr("Only of this pack."))] = None,
        name: Annotated[str | None, typer.Option(help=tr("Only of this interpretation."))] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import interpretation_view
        from linghang.usecases.interpretations import history as acts

        interpretation_view.show_history(acts(folder, pack, name), as_json)
