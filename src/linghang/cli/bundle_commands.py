"""`linghang bundle`, `linghang verify` and `linghang keys`: an assessment that anybody can check without us."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Interpretation, Json, Workspace, interpretations
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import later, tr

DOES_NOT_FIT = 1
_INPUTS = ("none", "small", "all")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_bundle(app)
    _register_verify(app)
    keys = typer.Typer(cls=SpeakingGroup, no_args_is_help=True, help=tr("The keys that bundles are signed with."))
    _register_keys(keys)
    _register_key_files(keys)
    app.add_typer(keys, name="keys")


def _register_bundle(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Write an assessment with all that it rests on into one signed file that anybody can verify."),
        epilog=tr("The same workspace and day give the same bytes. A key with a passphrase: LINGHANG_KEY_PASSPHRASE."),
    )
    def bundle(
        workspace: Workspace(),  # type: ignore[valid-type]
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("Where the bundle goes."), metavar="FILE.zip")],
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))] = "national-2024",
        as_of: AsOf(tr("Day of judgement (else the plant's today).")) = None,  # type: ignore[valid-type]
        documents: Annotated[
            str,
            typer.Option(
                help=tr("Documents that go in: all (but the confidential ones), none, or numbers such as E0001,E0003."),
                metavar="all|none|E0001,…",
            ),
        ] = "all",
        inputs: Annotated[
            str,
            typer.Option(
                help=tr(
                    "Tables of records that go in, to compute what was measured again; they hold rows of the plant."
                ),
                metavar="none|small|all",
            ),
        ] = "none",
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.bundle_view import show_bundled
        from linghang.usecases.bundling import Request
        from linghang.usecases.bundling import bundle as write

        chosen = tuple(one.strip() for one in documents.split(",") if one.strip())
        request = Request(pack, as_of, chosen, _inputs(inputs), interpretations(interpretation))  # type: ignore[arg-type]
        show_bundled(write(workspace, output, request, now=datetime.now(UTC), passphrase=_passphrase()), as_json)


def _inputs(given: str) -> str:
    if given not in _INPUTS:
        raise BadInput("--inputs takes {choices}, not “{value}”", choices=" / ".join(_INPUTS), value=given)
    return given


def _passphrase() -> str:
    from linghang.usecases.signing_keys import PASSPHRASE

    return os.environ.get(PASSPHRASE, "")


def _Key() -> Any:
    return Annotated[
        list[str] | None,
        typer.Option(
            help=tr("Who may have signed: a public key (PEM), a fingerprint, or a workspace with trusted keys."),
            metavar="FILE|FINGERPRINT|DIR",
        ),
    ]


def _register_verify(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Verify a bundle without a network: every byte, the ledger, the documents; judge and compute anew."),
        epilog=tr("Exit status: 0 all fits, 1 something does not fit, 2 it cannot be read or is refused."),
    )
    def verify(
        file: Annotated[Path, typer.Argument(help=tr("The bundle."), metavar="FILE.zip")],
        key: _Key() = None,  # type: ignore[valid-type]
        trust_pack: Annotated[
            bool, typer.Option("--trust-pack", help=tr("Judge by a pack inside that this program does not have."))
        ] = False,
        no_rerun: Annotated[
            bool, typer.Option("--no-rerun", help=tr("Do not compute observations again from the inputs inside."))
        ] = False,
        documents: Annotated[
            Path | None,
            typer.Option(help=tr("Folder with documents that were left out, to hold against their digests.")),
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli.bundle_view import show_verified
        from linghang.usecases.signing_keys import known_fingerprints
        from linghang.usecases.verifying import verify as look

        trusted = {name: said for one in key or () for name, said in known_fingerprints(one).items()} if key else None
        found = look(file, trusted=trusted, trust_pack=trust_pack, again=not no_rerun, documents=documents)
        show_verified(found, asked=bool(key), as_json=as_json)
        if not found.fits:
            raise typer.Exit(DOES_NOT_FIT)


def _register_keys(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Show the workspace's own key and those that it trusts."))
    def show(workspace: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli.bundle_view import show_keys
        from linghang.usecases.signing_keys import show_keys as look

        show_keys(look(workspace, _passphrase()), as_json)

    @app.command(
        cls=SpeakingCommand,
        help=tr("Make a new key of the workspace; the former one's public part is kept."),
        epilog=tr("With LINGHANG_KEY_PASSPHRASE in the environment the private key is encrypted with it."),
    )
    def new(workspace: Workspace()) -> None:  # type: ignore[valid-type]
        from linghang.cli.bundle_view import show_key
        from linghang.usecases.signing_keys import replace_own_key

        show_key(later("the workspace signs with this key from now on"), replace_own_key(workspace, _passphrase()))


def _register_key_files(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Trust somebody's public key from now on."))
    def trust(
        workspace: Workspace(),  # type: ignore[valid-type]
        file: Annotated[Path, typer.Argument(help=tr("Their public key (PEM)."), metavar="FILE.pem")],
    ) -> None:
        from linghang.cli.bundle_view import show_key
        from linghang.usecases.signing_keys import trust_key

        name, key = trust_key(workspace, file)
        show_key(later("trusted as {name}; read the fingerprint to its owner to be sure"), key, name=name)

    @app.command(cls=SpeakingCommand, help=tr("Write the workspace's public key to a file, for those who will verify."))
    def export(
        workspace: Workspace(),  # type: ignore[valid-type]
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("Where it goes."), metavar="FILE.pem")],
    ) -> None:
        from linghang.cli.bundle_view import show_key
        from linghang.usecases.signing_keys import export_key

        show_key(later("public key written to {file}"), export_key(workspace, output, _passphrase()), file=output)
