"""`linghang packs`: list, show, check and compare packs."""

from typing import Annotated

import typer

from linghang.cli.options import Json
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import tr

CHECKS_FAILED = 2


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    packs = typer.Typer(
        cls=SpeakingGroup, no_args_is_help=True, help=tr("The conditions: list, show, check and compare packs.")
    )
    _register_list(packs)
    _register_show(packs)
    _register_check(packs)
    _register_diff(packs)
    app.add_typer(packs, name="packs")


def _register_list(packs: typer.Typer) -> None:
    @packs.command("list", cls=SpeakingCommand, help=tr("List the packs that come with the product."))
    def list_(as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import pack_view
        from linghang.usecases.packs import list_packs

        pack_view.show_list(list_packs(), as_json)


def _register_show(packs: typer.Typer) -> None:
    @packs.command(
        cls=SpeakingCommand, help=tr("Show a pack: conditions clause by clause, scenes, or a maturity model.")
    )
    def show(
        name: Annotated[str, typer.Argument(help=tr("Id of a pack, or a YAML file."), metavar="PACK")],
        level: Annotated[str | None, typer.Option(help=tr("Only what this level asks."))] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import pack_view
        from linghang.usecases.packs import load

        pack_view.show(load(name), level, as_json)


def _register_check(packs: typer.Typer) -> None:
    @packs.command(
        cls=SpeakingCommand,
        help=tr("Check packs: rules, dates, bases, origins. Without a name: everything on the shelf."),
    )
    def check(
        names: Annotated[
            list[str] | None, typer.Argument(help=tr("Ids of packs, or YAML files."), metavar="PACK")
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import pack_view
        from linghang.usecases.packs import check_packs

        if not pack_view.show_checks(check_packs(names or ()), as_json):
            raise typer.Exit(CHECKS_FAILED)


def _register_diff(packs: typer.Typer) -> None:
    @packs.command(
        cls=SpeakingCommand, help=tr("Show what the second pack states differently from the first, and on what basis.")
    )
    def diff(
        before: Annotated[str, typer.Argument(help=tr("Id of a pack, or a YAML file."), metavar="BEFORE")],
        after: Annotated[str, typer.Argument(help=tr("Id of a pack, or a YAML file."), metavar="AFTER")],
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import pack_view
        from linghang.usecases.packs import diff_packs

        pack_view.show_diff(before, after, diff_packs(before, after), as_json)
