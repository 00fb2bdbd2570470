"""`linghang plan` and `linghang actions`: the way up, and the catalogue that it chooses from."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linghang.cli.options import AsOf, Interpretation, Json, interpretations
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import language, tr

if TYPE_CHECKING:
    from linghang.usecases.planning import Weights


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_plan(app)
    actions = typer.Typer(
        cls=SpeakingGroup, no_args_is_help=True, help=tr("The catalogue of actions that a plan chooses from.")
    )
    _register_export(actions)
    _register_check(actions)
    app.add_typer(actions, name="actions")


def _money(value: str) -> Decimal:
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise BadInput("“{value}” is not an amount in CNY; write it as 12000000", value=value)
    return amount


def _weights(given: str | None) -> "Weights | None":
    """Read cost=1,time=50000: what a CNY and a month weigh."""
    from linghang.usecases.planning import Weights

    if given is None:
        return None
    found: dict[str, Decimal] = {}
    for one in given.split(","):
        name, _, value = one.partition("=")
        try:
            found[name.strip()] = Decimal(value)
        except InvalidOperation:
            found = {}
            break
    if not found or not found.keys() <= {"cost", "time"}:
        raise BadInput("--weights takes cost=NUMBER,time=NUMBER, not “{value}”", value=given)
    return Weights(found.get("cost", Decimal(0)), found.get("time", Decimal(0)))


def _Option(kind: Any, said: str, metavar: str | None = None, **more: Any) -> Any:
    """An option of one line: its type, what it says, and how its value is named."""
    return Annotated[kind, typer.Option(help=said, metavar=metavar, **more)]


def _Money(said: str) -> Any:
    return _Option(Decimal | None, said, "CNY", parser=_money)


def _Catalogue() -> Any:
    return _Option(str, tr("Catalogue of actions (id or file)."))


def _Source() -> Any:
    return Annotated[Path, typer.Argument(help=tr("The workspace, or a case file (YAML)."), metavar="DIR|CASE.yaml")]


def _Pareto() -> Any:
    return Annotated[bool, typer.Option("--pareto", help=tr("Also show the trade-off of cost, time and risk."))]


def _Assume() -> Any:
    said = tr("Case that the details are given for: the unknown turns out met, or has to be built.")
    return _Option(str, said, "optimistic|pessimistic")


def _Floor() -> Any:
    said = tr("Floor of proof at which the level is to be confirmed.")
    return _Option(str, said, "declared|documented|measured")


def _Weights() -> Any:
    return _Option(str | None, tr("What a CNY and a month weigh (else cost first, then time)."), "cost=1,time=50000")


def _register_plan(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Plan the way to a level: what to do, when, for how much; the cheapest plan, with its proof."),
        epilog=tr("Costs and times are estimates: change them with “linghang actions export” and --costs."),
    )
    def plan(  # noqa: PLR0913 - an option a parameter
        source: _Source(),  # type: ignore[valid-type]
        target: _Option(str, tr("Level to reach."), "LEVEL"),  # type: ignore[valid-type]
        budget: _Money(tr("Money for the whole plan.")) = None,  # type: ignore[valid-type]
        per_year: _Money(tr("Money that may be committed in a calendar year.")) = None,  # type: ignore[valid-type]
        by: AsOf(tr("Last day, for example 2027-06-30.")) = None,  # type: ignore[valid-type]
        start: AsOf(tr("First day of the plan (else the day of judgement).")) = None,  # type: ignore[valid-type]
        parallel: _Option(int | None, tr("How many projects may run at once."), "N", min=1) = None,  # type: ignore[valid-type]
        must: _Option(list[str] | None, tr("Action that has to be in the plan (repeatable)."), "ID") = None,  # type: ignore[valid-type]
        without: _Option(list[str] | None, tr("Action that must not be in it (repeatable)."), "ID") = None,  # type: ignore[valid-type]
        floor: _Floor() = "documented",  # type: ignore[valid-type]
        assume: _Assume() = "pessimistic",  # type: ignore[valid-type]
        weights: _Weights() = None,  # type: ignore[valid-type]
        costs: _Option(Path | None, tr("Workbook with your own figures."), "COSTS.xlsx") = None,  # type: ignore[valid-type]
        catalogue: _Catalogue() = "actions-2026",  # type: ignore[valid-type]
        pack: _Option(str | None, tr("Pack to judge by (id or file).")) = None,  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        pareto: _Pareto() = False,  # type: ignore[valid-type]
        seed: _Option(int, tr("Of the draws."), min=0) = 7,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import plan_view
        from linghang.usecases.planning import Limits, Question, load_actions, plan_way_up

        now = datetime.now(UTC)
        chosen = interpretations(interpretation) or None
        question = Question(target, floor, assume, pack, as_of, chosen, seed, pareto)
        first: date = start or as_of or now.astimezone().date()
        limits = Limits(first, budget, per_year, by, parallel, _once(must), _once(without), _weights(weights))
        found = plan_way_up(source, question, limits, now=now, catalogue=load_actions(catalogue, costs))
        plan_view.show(found, as_json)


def _once(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names or ()))


def _register_export(actions: typer.Typer) -> None:
    @actions.command(
        cls=SpeakingCommand, help=tr("Write costs, times and people of the actions into a workbook, to change them.")
    )
    def export(
        file: Annotated[Path, typer.Argument(help=tr("The workbook."), metavar="COSTS.xlsx")],
        catalogue: _Catalogue() = "actions-2026",  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import plan_view
        from linghang.usecases.planning import export_actions

        plan_view.show_exported(export_actions(file, language(), catalogue), file)


def _register_check(actions: typer.Typer) -> None:
    @actions.command(cls=SpeakingCommand, help=tr("Check a catalogue of actions."))
    def check(
        catalogue: Annotated[
            str, typer.Argument(help=tr("Catalogue of actions (id or file)."), metavar="ID|FILE.yaml")
        ] = "actions-2026",
    ) -> None:
        from linghang.cli import plan_view
        from linghang.usecases.planning import check_actions

        found, gaps = check_actions(catalogue)
        plan_view.show_checked(found.id, len(found.actions), gaps)
