"""`linghang check`: does everything fit together? And `linghang checks`: the catalogue, and what was accepted."""

from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_check(app)
    checks = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("The numbered checks: list them, accept a remark with a reason, take that back."),
    )
    _register_list(checks)
    _register_accept(checks)
    app.add_typer(checks, name="checks")


def Pack() -> Any:
    """`--pack`."""
    return Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))]


def Level() -> Any:
    """`--level`."""
    return Annotated[str | None, typer.Option(help=tr("Level that is applied for, for example advanced."))]


def Draft() -> Any:
    """`--draft`."""
    return Annotated[
        Path | None,
        typer.Option(help=tr("A draft of the application that is held against the records."), metavar="FILE"),
    ]


def _register_check(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Check that records, evidence, statements, the application and a draft do not contradict each other."),
        epilog=tr("Exit status: 0 done, 1 with --strict if an error stands, 2 bad input."),
    )
    def check(
        workspace: Workspace(),  # type: ignore[valid-type]
        pack: Pack(),  # type: ignore[valid-type]
        level: Level() = None,  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        draft: Draft() = None,  # type: ignore[valid-type]
        only: Annotated[
            list[str] | None,
            typer.Option(help=tr("Only checks that begin so, for example C2 or C203; several times."), metavar="CODE"),
        ] = None,
        strict: Annotated[bool, typer.Option("--strict", help=tr("Leave with 1 if an error stands."))] = False,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import check_view
        from linghang.usecases.assessing import utc_now
        from linghang.usecases.consistency import check_consistency

        found = check_consistency(
            workspace, pack=pack, now=utc_now(), level=level, as_of=as_of, draft=draft, only=only or ()
        )
        check_view.show(found, workspace, as_json)
        if strict and found.counts["error"]:
            raise typer.Exit(1)


def _register_list(app: typer.Typer) -> None:
    @app.command("list", cls=SpeakingCommand, help=tr("List every check with its severity and what asks for it."))
    def list_(
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import check_view
        from linghang.usecases.consistency import every_check

        check_view.show_catalogue(every_check(), as_json)


def _register_accept(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Accept a remark with a written reason; it comes back when its figures change."),
    )
    def accept(
        workspace: Workspace(),  # type: ignore[valid-type]
        remark: Annotated[
            str, typer.Argument(help=tr("Code and place, as the check shows them."), metavar="CODE:PLACE")
        ],
        reason: Annotated[str, typer.Option(help=tr("Why it may stand."))],
        pack: Pack(),  # type: ignore[valid-type]
        level: Level() = None,  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        draft: Draft() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import check_view
        from linghang.usecases.assessing import utc_now
        from linghang.usecases.consistency import check_consistency
        from linghang.usecases.consistency_waivers import accept as accept_remark

        now = utc_now()
        found = check_consistency(workspace, pack=pack, now=now, level=level, as_of=as_of, draft=draft)
        check_view.show_accepted(accept_remark(workspace, found.everything, remark, reason, now))

    @app.command("take-back", cls=SpeakingCommand, help=tr("Take back that a remark was accepted."))
    def take_back(
        workspace: Workspace(),  # type: ignore[valid-type]
        remark: Annotated[str, typer.Argument(help=tr("Code and place, as they were accepted."), metavar="CODE:PLACE")],
    ) -> None:
        from linghang.cli import check_view
        from linghang.usecases.consistency_waivers import take_back as take_remark_back

        check_view.show_taken_back(take_remark_back(workspace, remark))
