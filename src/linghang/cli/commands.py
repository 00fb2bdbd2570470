"""The commands. They are built after the language was chosen, so that their help speaks it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang import __version__
from linghang.cli.audit_commands import register as register_audit
from linghang.cli.bundle_commands import register as register_bundle
from linghang.cli.check_commands import register as register_check
from linghang.cli.engine_commands import register as register_engines
from linghang.cli.evidence_commands import register as register_evidence
from linghang.cli.export_commands import register as register_export
from linghang.cli.import_commands import register as register_import
from linghang.cli.interpretation_commands import register as register_interpretations
from linghang.cli.job_commands import register as register_jobs
from linghang.cli.live_commands import register as register_live
from linghang.cli.maturity_commands import register as register_maturity
from linghang.cli.options import AsOf, Interpretation, Json, interpretations
from linghang.cli.pack_commands import register as register_packs
from linghang.cli.plan_commands import register as register_plan
from linghang.cli.plant_commands import register as register_plant
from linghang.cli.plant_works_commands import register as register_works
from linghang.cli.programme_commands import register as register_programme
from linghang.cli.report_commands import register as register_report
from linghang.cli.review_commands import register as register_review
from linghang.cli.serve_commands import register as register_serve
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.words import tr


def build() -> Callable[..., Any]:
    """Build the command line in the current language."""
    app = typer.Typer(
        cls=SpeakingGroup,
        name="linghang",
        help=tr("Which level of the smart-factory programme has a factory really reached, and why?"),
        epilog=tr("Exit status: 0 done, 2 bad input."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    _register_root(app)
    _register_judge(app)
    _register_batch(app)
    register_packs(app)
    register_maturity(app)
    register_review(app)
    register_interpretations(app)
    register_plant(app)
    register_plan(app)
    register_import(app)
    register_live(app)
    register_engines(app)
    register_jobs(app)
    register_works(app)
    register_evidence(app)
    register_check(app)
    register_report(app)
    register_programme(app)
    register_serve(app)
    register_audit(app)
    register_bundle(app)
    register_export(app)
    return app


def _register_root(app: typer.Typer) -> None:
    def version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"linghang {__version__}")
            raise typer.Exit

    @app.callback()
    def root(
        version: Annotated[
            bool, typer.Option("--version", help=tr("Say the version and stop."), callback=version, is_eager=True)
        ] = False,
        lang: Annotated[
            str | None,
            typer.Option(
                help=tr("Language: zh or en, in any place; else LINGHANG_LANG, else the locale."), metavar="zh|en"
            ),
        ] = None,
    ) -> None:
        """Hold the options that every command takes (`--lang` is taken out before)."""


def _register_judge(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Judge one case: which level is confirmed, which is possible, and why."))
    def judge(
        case: Annotated[Path, typer.Argument(help=tr("The case file (YAML)."), metavar="CASE.yaml")],
        pack: Annotated[
            str | None, typer.Option(help=tr("Pack (id or file) instead of the one that the case names."))
        ] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else the case's, else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        floor: Annotated[
            str | None,
            typer.Option(
                help=tr("Floor of proof that the reasons are given for: declared, documented or measured."),
                metavar="declared|documented|measured",
            ),
        ] = None,
        level: Annotated[
            str | None, typer.Option(help=tr("Level that the reasons are given for (else the next one up)."))
        ] = None,
        trace: Annotated[bool, typer.Option("--trace", help=tr("Show every element and every step."))] = False,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import judge_view
        from linghang.usecases.judging import judge_case

        judged = judge_case(
            case, today=date.today(), pack=pack, as_of=as_of, interpretation=interpretations(interpretation)
        )
        reasons = judge_view.chosen(judged, floor, level)
        if as_json:
            judge_view.show_json(judged, trace)
        else:
            judge_view.show(judged, case, *reasons, trace)


def _register_batch(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Judge a whole table of enterprises: Parquet in, Parquet out."))
    def batch(
        table: Annotated[
            Path, typer.Argument(help=tr("One row an enterprise, one column an element."), metavar="TABLE.parquet")
        ],
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("Where the verdicts go."))],
        pack: Annotated[str, typer.Option(help=tr("Pack to judge by (id or file)."))],
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        masks: Annotated[
            bool, typer.Option("--masks/--no-masks", help=tr("Write the reasons (failing and missing masks)."))
        ] = True,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import batch_view
        from linghang.usecases.batch import judge_file

        with batch_view.progress(quiet=as_json) as told:
            report = judge_file(
                table,
                output,
                pack=pack,
                as_of=as_of or date.today(),
                interpretation=interpretations(interpretation),
                masks=masks,
                progress=told,
            )
        batch_view.show(report, output, as_json)
