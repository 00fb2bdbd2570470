"""`linghang audit`: who changed what, and when; `linghang backup` and `linghang restore`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand
from linghang.words import tr

DOES_NOT_FIT = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_audit(app)
    _register_backup(app)
    _register_restore(app)


def _register_audit(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Show who changed what and when, newest first; --check looks whether the whole log fits together."),
        epilog=tr("Exit status: 0 done, 1 something does not fit (--check), 2 bad input."),
    )
    def audit(
        folder: Workspace(),  # type: ignore[valid-type]
        who: Annotated[str, typer.Option(help=tr("Only deeds of names that hold this."), metavar="NAME")] = "",
        what: Annotated[
            str, typer.Option(help=tr("Only deeds that begin so, such as documents or documents.add."), metavar="WORD")
        ] = "",
        since: AsOf(tr("First day, for example 2026-06-30.")) = None,  # type: ignore[valid-type]
        failed: Annotated[bool, typer.Option("--failed", help=tr("Only deeds that failed."))] = False,
        limit: Annotated[int, typer.Option(help=tr("How many deeds."), min=1, max=1_000)] = 50,
        check: Annotated[bool, typer.Option("--check", help=tr("Check the whole log instead."))] = False,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import audit_view
        from linghang.usecases.audit_log import Wanted, check_log, deeds

        if check:
            checked = check_log(folder)
            audit_view.show_checked(checked, as_json)
            if checked.problems:
                raise typer.Exit(DOES_NOT_FIT)
            return
        audit_view.show(folder, deeds(folder, Wanted(who, what, since=since, failed=failed), limit=limit), as_json)


def _register_backup(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Write a workspace into one file that can be restored anywhere; it may be in use meanwhile."),
        epilog=tr("Records in PostgreSQL are not inside: pg_dump keeps those. Keys and accounts only where asked for."),
    )
    def backup(
        folder: Workspace(),  # type: ignore[valid-type]
        file: Annotated[Path, typer.Argument(help=tr("Where the backup goes."), metavar="FILE.zip")],
        keys: Annotated[
            bool, typer.Option("--keys", help=tr("With the private keys: keep such a file under lock."))
        ] = False,
        accounts: Annotated[
            bool,
            typer.Option(
                "--accounts/--no-accounts", help=tr("With accounts and tokens (hashes of their secrets only).")
            ),
        ] = True,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import audit_view
        from linghang.usecases.backing_up import Chosen, back_up

        with audit_view.progress(quiet=as_json) as told:
            made = back_up(folder, file, Chosen(keys, accounts), now=datetime.now(UTC), progress=told)
        audit_view.show_backup(made, as_json)


def _register_restore(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Check a backup and restore it into a new or empty folder."),
        epilog=tr("All of it is checked before the folder appears. --check only checks."),
    )
    def restore(
        file: Annotated[Path, typer.Argument(help=tr("The backup."), metavar="FILE.zip")],
        target: Annotated[Path | None, typer.Argument(help=tr("A new or empty folder."), metavar="[DIR]")] = None,
        replace: Annotated[
            bool, typer.Option("--replace", help=tr("Move what is in the folder aside; its name is said."))
        ] = False,
        check: Annotated[bool, typer.Option("--check", help=tr("Only check the file."))] = False,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import audit_view
        from linghang.cli.deeds import who
        from linghang.errors import BadInput
        from linghang.usecases.restoring import check_backup
        from linghang.usecases.restoring import restore as put_back

        if (target is None) != check:
            raise BadInput("say where it goes: linghang restore FILE DIR, or only check it with --check")
        with audit_view.progress(quiet=as_json) as told:
            if target is None:
                found = check_backup(file, progress=told)
                aside = None
            else:
                found, aside = put_back(file, target, who=who(), now=datetime.now(UTC), replace=replace, progress=told)
        audit_view.show_restored(found, target, aside, as_json)
