"""`linghang maturity`: answer, look, prefill, exchange with a workbook, and take the result over."""

import getpass
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Interpretation, Json, Workspace, interpretations
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import tr


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    maturity = typer.Typer(
        cls=SpeakingGroup,
        no_args_is_help=True,
        help=tr("The maturity self-assessment (GB/T 39116): answer, prefill, score, adopt."),
    )
    for add in (
        _register_show,
        _register_answer,
        _register_settings,
        _register_history,
        _register_prefill,
        _register_workbook,
        _register_gap,
        _register_results,
        _register_report,
    ):
        add(maturity)
    app.add_typer(maturity, name="maturity")


def _By() -> Any:
    return Annotated[str | None, typer.Option(help=tr("Who does it (else the user of this computer)."), metavar="NAME")]


def _Reason(said: str) -> Any:
    return Annotated[str, typer.Option(help=said, metavar="TEXT")]


def _score(value: str) -> Decimal:
    with suppress(InvalidOperation):
        if (number := Decimal(value)).is_finite():
            return number
    raise BadInput("“{value}” is not a number", value=value)


def _who(by: str | None) -> str:
    if by is not None:
        return by
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    raise BadInput("who answers? Say it with {option}", option="--by NAME")


def _numbers(given: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(one.strip() for part in given or () for one in part.split(",") if one.strip())


def _register_show(maturity: typer.Typer) -> None:
    @maturity.command(
        cls=SpeakingCommand, help=tr("Show how far the self-assessment is: scores as intervals, levels and gate.")
    )
    def show(folder: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import progress

        maturity_view.show(progress(folder), as_json)


def _register_answer(maturity: typer.Typer) -> None:
    @maturity.command(cls=SpeakingCommand, help=tr("Answer one item: 1, 0.8, 0.5, 0, or unknown to take it back."))
    def answer(
        folder: Workspace(),  # type: ignore[valid-type]
        code: Annotated[str, typer.Argument(help=tr("The item, for example OS.1.a."), metavar="CODE")],
        value: Annotated[str, typer.Argument(help=tr("The answer."), metavar="1|0.8|0.5|0|unknown")],
        reason: _Reason(tr("Why this answer.")) = "",  # type: ignore[valid-type]
        evidence: Annotated[
            list[str] | None,
            typer.Option(help=tr("Number of a document in the register (repeatable)."), metavar="E0001"),
        ] = None,
        by: _By() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import answer as give

        numbers, now = _numbers(evidence), datetime.now(UTC)
        maturity_view.show_answered(
            give(folder, code, value, by=_who(by), now=now, reason=reason, evidence=numbers), code
        )


def _register_settings(maturity: typer.Typer) -> None:
    domain_argument = Annotated[
        str, typer.Argument(help=tr("The domain: design, logistics, sales or service."), metavar="DOMAIN")
    ]

    @maturity.command(
        "leave-out", cls=SpeakingCommand, help=tr("Leave out a domain in which the enterprise has no business.")
    )
    def leave_out_(
        folder: Workspace(),  # type: ignore[valid-type]
        domain: domain_argument,
        reason: Annotated[str, typer.Option(help=tr("Why there is no such business."), metavar="TEXT")],
        by: _By() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import leave_out

        maturity_view.show_short(leave_out(folder, domain, reason, by=_who(by), now=datetime.now(UTC)))

    @maturity.command("take-in", cls=SpeakingCommand, help=tr("Take a domain in again that was left out."))
    def take_in_(
        folder: Workspace(),  # type: ignore[valid-type]
        domain: domain_argument,
        by: _By() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import take_in

        maturity_view.show_short(take_in(folder, domain, by=_who(by), now=datetime.now(UTC)))

    @maturity.command(cls=SpeakingCommand, help=tr("Choose the weights of discrete or process industries."))
    def weights(
        folder: Workspace(),  # type: ignore[valid-type]
        which: Annotated[str, typer.Argument(help=tr("Which weights."), metavar="discrete|process")],
        by: _By() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import choose_weights

        maturity_view.show_short(choose_weights(folder, which, by=_who(by), now=datetime.now(UTC)))


def _register_history(maturity: typer.Typer) -> None:
    @maturity.command(cls=SpeakingCommand, help=tr("Show every act: who did what, when, and whether it stands."))
    def history(folder: Workspace(), as_json: Json() = False) -> None:  # type: ignore[valid-type]
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import history as acts

        maturity_view.show_history(acts(folder), as_json)

    @maturity.command(cls=SpeakingCommand, help=tr("Take back the last act that stands."))
    def undo(folder: Workspace(), by: _By() = None) -> None:  # type: ignore[valid-type]
        from linghang.cli import maturity_view
        from linghang.usecases.maturity import undo as back

        maturity_view.show_undone(*back(folder, by=_who(by), now=datetime.now(UTC)))


def _register_prefill(maturity: typer.Typer) -> None:
    @maturity.command(
        cls=SpeakingCommand,
        help=tr("Show what the records answer, with why; nothing is taken without --take."),
        epilog=tr("The thresholds are ours (source: platform); change them with --interpretation."),
    )
    def prefill(
        folder: Workspace(),  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of the proposals, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        take: Annotated[bool, typer.Option("--take", help=tr("Record the proposals; answers of people stay."))] = False,
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        by: _By() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_prefill_view
        from linghang.usecases.maturity_prefilling import prefilled
        from linghang.usecases.maturity_prefilling import take as take_all

        now = datetime.now(UTC)
        found = prefilled(folder, now=now, as_of=as_of, thresholds=interpretations(interpretation))
        taken = take_all(found, by=_who(by), now=now) if take else None
        maturity_prefill_view.show(found, taken is not None, as_json)


def _register_workbook(maturity: typer.Typer) -> None:
    @maturity.command(
        cls=SpeakingCommand, help=tr("Write the questionnaire as a workbook with answers, proposals and live scores.")
    )
    def export(
        folder: Workspace(),  # type: ignore[valid-type]
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("The workbook."), metavar="FILE.xlsx")],
        as_of: AsOf(tr("Day of the proposals, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        proposals: Annotated[
            bool, typer.Option("--proposals/--no-proposals", help=tr("Put in what the records propose."))
        ] = True,
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity_exporting import export as write

        now = datetime.now(UTC)
        maturity_view.show_exported(write(folder, output, now=now, as_of=as_of, proposals=proposals), output)

    @maturity.command("import", cls=SpeakingCommand, help=tr("Take the answers of a workbook; all of it or nothing."))
    def import_(
        folder: Workspace(),  # type: ignore[valid-type]
        file: Annotated[Path, typer.Argument(help=tr("The workbook."), metavar="FILE.xlsx")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("Only show the difference."))] = False,
        by: _By() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_prefill_view
        from linghang.usecases.maturity_import import read_answers, take_answers

        who, now = _who(by), datetime.now(UTC)
        found = read_answers(folder, file, by=who, now=now)
        take = bool(found.changes) and not dry_run
        maturity_prefill_view.show_differences(found, take, as_json)
        if take:
            take_answers(found, by=who, now=now)


def _register_gap(maturity: typer.Typer) -> None:
    @maturity.command(
        cls=SpeakingCommand, help=tr("Show what a level takes: the fewest items that lift each level to the gate.")
    )
    def gap(
        folder: Workspace(),  # type: ignore[valid-type]
        level: Annotated[int, typer.Option(help=tr("The level to reach."), metavar="1-5")],
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_gap_view
        from linghang.usecases.maturity import gap as what_it_takes

        maturity_gap_view.show(*what_it_takes(folder, level), as_json)


def _register_results(maturity: typer.Typer) -> None:
    @maturity.command(
        cls=SpeakingCommand, help=tr("Take the confirmed level over into the judgement, signed by somebody.")
    )
    def adopt(
        folder: Workspace(),  # type: ignore[valid-type]
        signed_by: Annotated[str, typer.Option(help=tr("Who signs for it."), metavar="NAME")],
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity_adopting import adopt as take_over

        maturity_view.show_adopted(*take_over(folder, signed_by, now=datetime.now(UTC)))

    @maturity.command(cls=SpeakingCommand, help=tr("Take the adopted level back out of the judgement."))
    def withdraw(
        folder: Workspace(),  # type: ignore[valid-type]
        reason: _Reason(tr("Why it is taken back.")) = "",  # type: ignore[valid-type]
        by: _By() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity_adopting import withdraw as take_back

        maturity_view.show_short(take_back(folder, reason, by=_who(by), now=datetime.now(UTC)))


def _register_report(maturity: typer.Typer) -> None:
    @maturity.command(
        "import-report", cls=SpeakingCommand, help=tr("Register an official report; it states its level.")
    )
    def import_report_(
        folder: Workspace(),  # type: ignore[valid-type]
        file: Annotated[Path, typer.Argument(help=tr("The report."), metavar="FILE")],
        level: Annotated[int, typer.Option(help=tr("The level that it grants."), metavar="1-5")],
        issuer: Annotated[str, typer.Option(help=tr("The body that assessed."), metavar="NAME")],
        issued_on: AsOf(tr("Day of issue.")),  # type: ignore[valid-type]
        score: Annotated[
            Decimal | None, typer.Option(help=tr("Its total score."), parser=_score, metavar="NUMBER")
        ] = None,
        title: Annotated[str, typer.Option(help=tr("Title in the register."), metavar="TEXT")] = "",
        valid_until: AsOf(tr("First day on which it no longer counts (else the end of its year).")) = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import maturity_view
        from linghang.usecases.maturity_report import OfficialResult, import_report

        day: date = issued_on
        result = OfficialResult(level, issuer, day, score, title, valid_until)
        maturity_view.show_report(import_report(folder, file, result, now=datetime.now(UTC)), result)
