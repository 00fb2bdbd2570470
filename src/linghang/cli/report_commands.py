"""`linghang report` and `linghang application`: what is handed in, and what the plant states for it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Workspace
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import language, tr


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_report(app)
    application = typer.Typer(
        cls=SpeakingGroup, no_args_is_help=True, help=tr("What the plant itself states in its application.")
    )
    _register_init(application)
    _register_missing(application)
    app.add_typer(application, name="application")


def _option(kind: Any, said: str, metavar: str, *names: str) -> Any:
    return Annotated[kind, typer.Option(*names, help=said, metavar=metavar)]


def _Kind() -> Any:
    return _option(str, tr("Which report."), "application|self-assessment|gap|annual-review")


def _Level() -> Any:
    return _option(
        str | None, tr("Level applied for (else the lowest that is not confirmed at the documented floor)."), "LEVEL"
    )


def _Pack() -> Any:
    return _option(str, tr("Pack to judge by (id or file)."), "ID|FILE.yaml")


def _Form() -> Any:
    return _option(str | None, tr("Form (else as the output is named, else docx)."), "docx|pdf|xlsx", "--format")


def _Output() -> Any:
    said = tr("Where it goes (else the folder “reports” of the workspace).")
    return _option(Path | None, said, "FILE", "--output", "-o")


def _Template() -> Any:
    return _option(Path | None, tr("Own template of a DOCX."), "MY.docx")


def _register_report(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Write a report: application, self-assessment, gap, or annual review; as DOCX, PDF or XLSX."),
        epilog=tr("The language of the document is that of --lang. Nothing is invented: what is missing is marked."),
    )
    def report(
        folder: Workspace(),  # type: ignore[valid-type]
        kind: _Kind() = "application",  # type: ignore[valid-type]
        form: _Form() = None,  # type: ignore[valid-type]
        level: _Level() = None,  # type: ignore[valid-type]
        pack: _Pack() = "national-2024",  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        output: _Output() = None,  # type: ignore[valid-type]
        template: _Template() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import report_view
        from linghang.usecases.reporting import Output, Request, write_report

        suffix = output.suffix.lower().lstrip(".") if output else ""
        chosen: Any = form or suffix or "docx"
        request = Request(kind=kind, pack=pack, level=level, as_of=as_of)
        target = Output(chosen, language(), output, template)
        report_view.show(write_report(folder, request, target, datetime.now(UTC)))


def _register_init(application: typer.Typer) -> None:
    @application.command(
        cls=SpeakingCommand, help=tr("Write application.yaml with every key explained and the scenes of the records.")
    )
    def init(folder: Workspace()) -> None:  # type: ignore[valid-type]
        from linghang.cli import report_view
        from linghang.usecases.report_skeleton import begin_application

        report_view.show_begun(begin_application(folder))


def _register_missing(application: typer.Typer) -> None:
    @application.command(
        cls=SpeakingCommand, help=tr("List what an application still lacks, place by place."), name="missing"
    )
    def missing(
        folder: Workspace(),  # type: ignore[valid-type]
        level: _Level() = None,  # type: ignore[valid-type]
        pack: _Pack() = "national-2024",  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import report_view
        from linghang.usecases.reporting import Request, gather, placeholders

        request = Request(pack=pack, level=level, as_of=as_of)
        report_view.show_missing(placeholders(gather(folder, request, datetime.now(UTC))))
