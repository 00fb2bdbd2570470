"""`linghang review`: what is wrong in somebody's draft; `linghang draft`: prose of a model, checked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from linghang.cli.options import AsOf, Json, Workspace
from linghang.cli.usage import SpeakingCommand
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_review(app)
    _register_draft(app)


def _register_draft(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Have a language model draft a section from the facts of the report; only where one is configured."),
        epilog=tr(
            "Off until linghang.toml has [drafting] with base_url and model; what no fact says is marked in the text."
        ),
    )
    def draft(
        workspace: Workspace(),  # type: ignore[valid-type]
        section: Annotated[str, typer.Option(help=tr("Section to draft."), metavar="unit|factory|scenes|results|plan")],
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))] = "national-2024",
        level: Annotated[str | None, typer.Option(help=tr("Level that is applied for, for example advanced."))] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import review_view
        from linghang.usecases.drafting import Request, draft_section

        request = Request("application", pack, level, as_of)
        review_view.show_prose(draft_section(workspace, section, request, now=datetime.now(UTC)))


def _register_review(app: typer.Typer) -> None:

    @app.command(
        cls=SpeakingCommand,
        help=tr("Review a draft of an application: what is missing, unproven, contradictory or out of date."),
        epilog=tr("Exit status: 0 done, whatever was found, 2 bad input."),
    )
    def review(
        draft: Annotated[Path, typer.Argument(help=tr("The draft: .docx, .pdf, .txt or .md."), metavar="DRAFT")],
        workspace: Annotated[
            Path | None,
            typer.Option(help=tr("Hold it against the records and evidence of this workspace."), metavar="DIR"),
        ] = None,
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))] = "national-2024",
        level: Annotated[
            str | None, typer.Option(help=tr("Level to hold it against (else the one that the draft applies for)."))
        ] = None,
        output: Annotated[
            Path | None,
            typer.Option(
                "--output", "-o", help=tr("Write a copy of the draft with the remarks as comments."), metavar="FILE"
            ),
        ] = None,
        table: Annotated[
            Path | None, typer.Option(help=tr("Write the remarks as a table."), metavar="FILE.xlsx|csv")
        ] = None,
        as_of: AsOf(tr("Day that it is looked at from (else the draft's own date, else today).")) = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import review_view
        from linghang.usecases.reviewing import Question, review_draft, write_marked, write_table

        question = Question(pack, level, as_of, workspace)
        found = review_draft(draft, question, now=datetime.now(UTC))
        if output is not None:
            write_marked(found, draft, output)
        if table is not None:
            write_table(found.remarks, table)
        review_view.show(found, output, table, as_json)
