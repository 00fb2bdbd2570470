"""`linghang evidence`: the register of documents and the matrix of evidence."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import tr

FAULTS = 2


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    evidence = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("Documents and what they prove: register, look, search, retire; and the matrix of evidence."),
    )
    _register_add(evidence)
    _register_import(evidence)
    _register_list(evidence)
    _register_show(evidence)
    _register_revise(evidence)
    _register_retire(evidence)
    _register_matrix(evidence)
    _register_check(evidence)
    _register_get(evidence)
    app.add_typer(evidence, name="evidence")


def _proves() -> Any:
    said = tr("What it proves: an element, indicator:ID, scene:NUMBER, maturity:ITEM; may be given several times.")
    return Annotated[list[str] | None, typer.Option(help=said, metavar="WHAT")]


def _states() -> Any:
    said = tr(
        "What it says itself, which then counts as evidence: ELEMENT=met, maturity_level=3; may be given several times."
    )
    return Annotated[list[str] | None, typer.Option(help=said, metavar="NAME=VALUE")]


def _more() -> Any:
    said = tr(
        "More about it: issuer, issued_on, supports (FROM:TO), valid_until, owner, confidentiality, link, note, kind, "
        "title; may be given several times."
    )
    return Annotated[list[str] | None, typer.Option("--set", help=said, metavar="NAME=VALUE")]


def _number() -> Any:
    return Annotated[str, typer.Argument(help=tr("Number in the register, such as E0001."), metavar="NUMBER")]


def _described(
    title: str | None, kind: str | None, proves: list[str] | None, states: list[str] | None, more: list[str] | None
) -> dict[str, Any]:
    from linghang.usecases.evidence_descriptions import parts_of

    given = [f"proves={one}" for one in proves or ()] + [f"states={one}" for one in states or ()] + (more or [])
    parts = parts_of(given)
    said = {"title": title, "kind": kind}
    return parts | {name: value for name, value in said.items() if value is not None}


def _register_add(evidence: typer.Typer) -> None:
    @evidence.command(cls=SpeakingCommand, help=tr("Register a document: the file is kept, with what it proves."))
    def add(
        workspace: Workspace(),  # type: ignore[valid-type]
        file: Annotated[Path, typer.Argument(help=tr("The file, of any kind."), metavar="FILE")],
        title: Annotated[str | None, typer.Option(help=tr("Its title (else the name of the file)."))] = None,
        kind: Annotated[
            str | None, typer.Option(help=tr("Its kind: licence, certificate, maturity_report, contract and so on."))
        ] = None,
        proves: _proves() = None,  # type: ignore[valid-type]
        states: _states() = None,  # type: ignore[valid-type]
        more: _more() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_register import add_document, described

        parts = {"title": file.stem} | _described(title, kind, proves, states, more)
        with evidence_view.progress(quiet=as_json) as told:
            made = add_document(workspace, file, described(parts), now=datetime.now(UTC), told=told)
        evidence_view.show_changed([made], as_json)


def _register_import(evidence: typer.Typer) -> None:
    @evidence.command(
        "import",
        cls=SpeakingCommand,
        help=tr("Register the documents of a list (CSV or YAML): file, title, kind, proves, states, issuer and more."),
    )
    def import_(
        workspace: Workspace(),  # type: ignore[valid-type]
        listed: Annotated[Path, typer.Argument(help=tr("The list of documents."), metavar="LIST.csv")],
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_register import add_documents

        with evidence_view.progress(quiet=as_json) as told:
            made = add_documents(workspace, listed, now=datetime.now(UTC), told=told)
        evidence_view.show_changed(made, as_json)


def _register_list(evidence: typer.Typer) -> None:
    @evidence.command("list", cls=SpeakingCommand, help=tr("List the documents, what they prove and how long."))
    def list_(
        workspace: Workspace(),  # type: ignore[valid-type]
        as_of: AsOf(tr("Day that it is told for (else today).")) = None,  # type: ignore[valid-type]
        search: Annotated[
            str | None, typer.Option(help=tr("Only those in which these words stand, in their text too."))
        ] = None,
        expiring: Annotated[
            int | None,
            typer.Option(help=tr("Only those that have expired or expire within so many days."), metavar="DAYS"),
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_looking import list_documents

        found = list_documents(workspace, now=datetime.now(UTC), as_of=as_of, search=search, expiring_days=expiring)
        evidence_view.show_list(found, as_json)


def _register_show(evidence: typer.Typer) -> None:
    @evidence.command(cls=SpeakingCommand, help=tr("Show a document: its revisions, links, text, and what it stated."))
    def show(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: _number(),  # type: ignore[valid-type]
        as_of: AsOf(tr("Day that it is told for (else today).")) = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_looking import show_document

        evidence_view.show_one(show_document(workspace, number, now=datetime.now(UTC), as_of=as_of), as_json)


def _register_revise(evidence: typer.Typer) -> None:
    @evidence.command(
        cls=SpeakingCommand, help=tr("Register a new revision: another file, another description, or both.")
    )
    def revise(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: _number(),  # type: ignore[valid-type]
        file: Annotated[Path | None, typer.Argument(help=tr("The new file."), metavar="[FILE]")] = None,
        title: Annotated[str | None, typer.Option(help=tr("Its new title."))] = None,
        proves: _proves() = None,  # type: ignore[valid-type]
        states: _states() = None,  # type: ignore[valid-type]
        more: _more() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_register import revise_document

        changes = _described(title, None, proves, states, more)
        with evidence_view.progress(quiet=as_json) as told:
            made = revise_document(workspace, number, file, changes, now=datetime.now(UTC), told=told)
        evidence_view.show_changed([made], as_json)


def _register_retire(evidence: typer.Typer) -> None:
    @evidence.command(
        cls=SpeakingCommand,
        help=tr("Let a document count no longer; what it stated is taken back."),
    )
    def retire(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: _number(),  # type: ignore[valid-type]
        reason: Annotated[str, typer.Option(help=tr("Why it counts no longer."))],
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_register import retire_document

        evidence_view.show_changed([retire_document(workspace, number, reason, now=datetime.now(UTC))], as_json)

    @evidence.command(cls=SpeakingCommand, help=tr("Let a retired document count again."))
    def restore(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: _number(),  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_register import restore_document

        evidence_view.show_changed([restore_document(workspace, number, now=datetime.now(UTC))], as_json)


def _register_matrix(evidence: typer.Typer) -> None:
    @evidence.command(
        cls=SpeakingCommand, help=tr("Every element beside its evidence: gaps, what is stale, and what would count.")
    )
    def matrix(
        workspace: Workspace(),  # type: ignore[valid-type]
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))] = "national-2024",
        level: Annotated[str | None, typer.Option(help=tr("Only what this level asks."))] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import evidence_matrix_view
        from linghang.usecases.evidence_matrix import evidence_matrix

        found = evidence_matrix(workspace, pack=pack, level=level, now=datetime.now(UTC), as_of=as_of)
        evidence_matrix_view.show(found, as_json)


def _register_check(evidence: typer.Typer) -> None:
    @evidence.command(
        cls=SpeakingCommand,
        help=tr("Check that every file is still the one that was registered, and that register and ledger fit."),
        epilog=tr("Exit status 2: something does not fit."),
    )
    def check(workspace: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_looking import check_documents

        with evidence_view.progress(quiet=as_json) as told:
            found = tuple(check_documents(workspace, now=datetime.now(UTC), told=told))
        evidence_view.show_faults(found, as_json)
        if found:
            raise typer.Exit(FAULTS)


def _register_get(evidence: typer.Typer) -> None:
    @evidence.command(cls=SpeakingCommand, help=tr("Write the file of a document, as it came."))
    def get(
        workspace: Workspace(),  # type: ignore[valid-type]
        number: _number(),  # type: ignore[valid-type]
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("A new file, or a folder."))],
        revision: Annotated[int | None, typer.Option(help=tr("Another revision than the newest."))] = None,
    ) -> None:
        from linghang.cli import evidence_view
        from linghang.usecases.evidence_looking import export_document

        evidence_view.show_exported(*export_document(workspace, number, output, revision=revision))
