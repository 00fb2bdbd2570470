"""`serve`, `accounts` and `tokens`: the workspace over HTTP, and who may enter."""

import sys
from typing import Annotated

import typer

from linghang.cli.options import Json, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import tr

PORT = 8810


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_serve(app)
    accounts = typer.Typer(
        cls=SpeakingGroup, help=tr("Accounts: who may look at a served workspace, and change it."), no_args_is_help=True
    )
    app.add_typer(accounts, name="accounts")
    _register_changes(accounts)
    _register_doors(accounts)
    _register_looking(accounts)
    tokens = typer.Typer(
        cls=SpeakingGroup, help=tr("Tokens: keys for programs that use the API."), no_args_is_help=True
    )
    app.add_typer(tokens, name="tokens")
    _register_tokens(tokens)


def _register_serve(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand, help=tr("Serve a workspace: the console in a browser, and the API under /api/v1.")
    )
    def serve(
        folder: Workspace(),  # type: ignore[valid-type]
        host: Annotated[
            str, typer.Option(help=tr("Address to listen at; any but 127.0.0.1 needs accounts."), metavar="ADDRESS")
        ] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=tr("Port to listen at."), min=1, max=65_535)] = PORT,
        secure: Annotated[
            bool,
            typer.Option("--https", help=tr("People reach it through a proxy by https: cookies go by https only.")),
        ] = False,
        no_work: Annotated[
            bool, typer.Option("--no-work", help=tr("Start no worker: jobs wait for “linghang jobs work”."))
        ] = False,
    ) -> None:
        from linghang.api.app import Serving
        from linghang.cli import serve_view

        serve_view.run(Serving(folder, host, port, secure), work=not no_work)

    @app.command(cls=SpeakingCommand, help=tr("Answer an assistant's questions about a workspace (MCP, read-only)."))
    def mcp(folder: Workspace()) -> None:  # type: ignore[valid-type]
        from linghang.api.assistants import build
        from linghang.usecases.assessing import utc_now

        build(folder, utc_now).run("stdio")


def _register_changes(accounts: typer.Typer) -> None:
    @accounts.command(cls=SpeakingCommand, help=tr("Add an account; the password is asked for, or read from input."))
    def add(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Name to enter with."), metavar="NAME")],
        role: Annotated[str, typer.Option(help=tr("viewer, engineer, editor, reviewer or administrator."))] = "viewer",
        title: Annotated[str, typer.Option(help=tr("The person's name."))] = "",
        subject: Annotated[
            str, typer.Option(help=tr("Issuer and subject at an identity provider, instead of a password."))
        ] = "",
    ) -> None:
        from linghang.cli import serve_view

        serve_view.add_account(folder, name, role, None if subject else _password(), title, subject)

    @accounts.command(cls=SpeakingCommand, help=tr("Set a new password; all sessions of the account end."))
    def password(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Name of the account."), metavar="NAME")],
    ) -> None:
        from linghang.cli import serve_view

        serve_view.change_password(folder, name, _password())

    @accounts.command(cls=SpeakingCommand, help=tr("Give an account another role."))
    def role(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Name of the account."), metavar="NAME")],
        role: Annotated[str, typer.Argument(help=tr("The role."), metavar="ROLE")],
    ) -> None:
        from linghang.cli import serve_view

        serve_view.change_role(folder, name, role)


def _register_doors(accounts: typer.Typer) -> None:
    @accounts.command(cls=SpeakingCommand, help=tr("Let nobody enter by an account; its sessions and tokens end."))
    def disable(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Name of the account."), metavar="NAME")],
    ) -> None:
        from linghang.cli import serve_view

        serve_view.disable(folder, name)

    @accounts.command(cls=SpeakingCommand, help=tr("Let an account in again: disabled before, or locked."))
    def enable(
        folder: Workspace(),  # type: ignore[valid-type]
        name: Annotated[str, typer.Argument(help=tr("Name of the account."), metavar="NAME")],
    ) -> None:
        from linghang.cli import serve_view

        serve_view.enable(folder, name)


def _register_looking(accounts: typer.Typer) -> None:
    @accounts.command("list", cls=SpeakingCommand, help=tr("List the accounts."))
    def list_(folder: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import serve_view

        serve_view.show_accounts(folder, as_json)


def _register_tokens(tokens: typer.Typer) -> None:
    @tokens.command(cls=SpeakingCommand, help=tr("Make a token; its secret is shown once."))
    def make(
        folder: Workspace(),  # type: ignore[valid-type]
        account: Annotated[str, typer.Argument(help=tr("Account whose rights it has at most."), metavar="NAME")],
        name: Annotated[str, typer.Argument(help=tr("What it is for."), metavar="PURPOSE")],
        scope: Annotated[
            list[str] | None,
            typer.Option(help=tr("A right (read, run, write, review, admin); may be given several times.")),
        ] = None,
        days: Annotated[int, typer.Option(help=tr("Days until it expires."), min=1)] = 365,
    ) -> None:
        from linghang.cli import serve_view

        serve_view.make_token(folder, account, name, frozenset(scope or ("read",)), days)

    @tokens.command("list", cls=SpeakingCommand, help=tr("List the tokens, without their secrets."))
    def list_(folder: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import serve_view

        serve_view.show_tokens(folder, as_json)

    @tokens.command(cls=SpeakingCommand, help=tr("Revoke a token at once."))
    def revoke(
        folder: Workspace(),  # type: ignore[valid-type]
        number: Annotated[int, typer.Argument(help=tr("Number of the token."), metavar="NUMBER")],
    ) -> None:
        from linghang.cli import serve_view

        serve_view.revoke_token(folder, number)


def _password() -> str:
    """Ask for a password twice at a terminal; else take the first line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    from getpass import getpass

    first = getpass(tr("Password: "))
    if getpass(tr("Once more: ")) != first:
        raise BadInput("the two passwords differ")
    return first
