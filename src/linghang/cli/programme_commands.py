"""Commands about what would be: for one factory, and for a registry of them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from linghang.cli.options import AsOf, Interpretation, Json, interpretations
from linghang.cli.usage import SpeakingCommand, SpeakingGroup
from linghang.errors import BadInput
from linghang.words import Listed, tr

FLOORS = ("declared", "documented", "measured")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    _register_whatif(app)
    _register_sensitivity(app)
    registry = _group(app, "registry", tr("Registries of enterprises: make a synthetic one."))
    _register_synth(registry)
    policy = _group(app, "policy", tr("Policies: what a changed rule would do to everybody."))
    _register_simulate(policy)


def _group(app: typer.Typer, name: str, said: str) -> typer.Typer:
    group = typer.Typer(cls=SpeakingGroup, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(group, name=name, help=said)
    return group


def _register_whatif(app: typer.Typer) -> None:
    @app.command(cls=SpeakingCommand, help=tr("Judge a factory as it would be, beside as it is; nothing is written."))
    def whatif(
        path: Annotated[Path, typer.Argument(help=tr("A workspace, or a case file."), metavar="DIR|CASE.yaml")],
        sets: Annotated[
            list[str] | None,
            typer.Option(
                "--set",
                help=tr("What would be: ELEMENT=met|unmet|unknown|not_applicable or FIELD=VALUE, with @PROOF."),
                metavar="NAME=VALUE[@PROOF]",
            ),
        ] = None,
        pack: Annotated[str | None, typer.Option(help=tr("Another pack to judge by (id or file)."))] = None,
        base: Annotated[
            str | None, typer.Option(help=tr("Pack of the judgement before (else the case's, or national-2024)."))
        ] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else the case's, else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        proof: Annotated[
            str, typer.Option(help=tr("How well it would be proved."), metavar="declared|documented|measured")
        ] = "measured",
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import whatif_view
        from linghang.usecases.whatif import subject_of
        from linghang.usecases.whatif import whatif as run

        found = run(
            path,
            sets or (),
            now=datetime.now(UTC),
            base=base,
            pack=pack,
            interpretation=interpretations(interpretation),
            as_of=as_of,
            proof=_floor(proof, "--proof"),  # type: ignore[arg-type]
        )
        whatif_view.show(found, subject_of(path), as_json)


def _register_sensitivity(app: typer.Typer) -> None:
    @app.command(
        cls=SpeakingCommand,
        help=tr("Say which interpretations, moved how far, would change the level; nothing is written."),
    )
    def sensitivity(
        path: Annotated[Path, typer.Argument(help=tr("A workspace, or a case file."), metavar="DIR|CASE.yaml")],
        pack: Annotated[
            str | None, typer.Option(help=tr("Pack to judge by (else the case's, or national-2024)."))
        ] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else the case's, else today).")) = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import whatif_view
        from linghang.cli.import_view import progress
        from linghang.usecases.sensitivity import sensitivity as run
        from linghang.usecases.whatif import subject_of

        with progress(quiet=as_json) as told:
            found = run(path, now=datetime.now(UTC), pack=pack, as_of=as_of, progress=told)
        whatif_view.show_sensitivity(found, subject_of(path), as_json)


def _register_synth(group: typer.Typer) -> None:
    @group.command(
        cls=SpeakingCommand, help=tr("Write a synthetic registry, for demonstrations and load: nobody in it exists.")
    )
    def synth(
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("Where the registry goes (Parquet)."))],
        enterprises: Annotated[int, typer.Option("-n", "--enterprises", help=tr("How many enterprises."))] = 500_000,
        seed: Annotated[int, typer.Option(help=tr("The same seed gives the same registry."))] = 7,
        pack: Annotated[str, typer.Option(help=tr("Pack whose columns it has (id or file)."))] = "national-2024",
        as_of: AsOf(tr("Day whose rules the shares follow, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        proofs: Annotated[bool, typer.Option("--proofs/--no-proofs", help=tr("Write how all is proved."))] = True,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import policy_view
        from linghang.usecases.registry import write_registry

        found = write_registry(
            output, enterprises=enterprises, seed=seed, pack=pack, as_of=as_of or date.today(), proofs=proofs
        )
        policy_view.show_registry(found, as_json)


def _Changes() -> Any:
    said = tr("A variant: changes “INTERPRETATION=VALUE”, “ELEMENT=RULE”, “ELEMENT=remove”, parted by “;”.")
    return Annotated[list[str] | None, typer.Option("--set", help=said, metavar="CHANGE[; CHANGE]")]


def _register_simulate(group: typer.Typer) -> None:
    @group.command(
        cls=SpeakingCommand, help=tr("Judge a registry by changed rules: who rises, who falls, where, and why.")
    )
    def simulate(  # noqa: PLR0913 - an option a parameter
        registry: Annotated[
            Path, typer.Argument(help=tr("One row an enterprise, one column an element."), metavar="REGISTRY.parquet")
        ],
        pack: Annotated[str, typer.Option(help=tr("Pack of the rules in force (id or file)."))] = "national-2024",
        overlay: Annotated[
            list[str] | None, typer.Option(help=tr("A pack (id or file) to try; each is a variant."))
        ] = None,
        sets: _Changes() = None,  # type: ignore[valid-type]
        by: Annotated[
            str,
            typer.Option(
                help=tr("Columns that group the enterprises."), metavar="region,industry,size", show_default=False
            ),
        ] = "region,industry,size",
        floor: Annotated[
            str, typer.Option(help=tr("Floor of proof."), metavar="declared|documented|measured")
        ] = "declared",
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        top: Annotated[int, typer.Option(help=tr("How many reasons are shown."), min=1)] = 10,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help=tr("Where to write who moves and why (Parquet)."))
        ] = None,
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import policy_view
        from linghang.usecases.policy import Tried
        from linghang.usecases.policy import simulate as run

        report = run(
            registry,
            Tried(overlay or (), sets or ()),
            pack=pack,
            as_of=as_of or date.today(),
            by=[one.strip() for one in by.split(",") if one.strip()],
            floor=_floor(floor, "--floor"),  # type: ignore[arg-type]
            interpretation=interpretations(interpretation),
            target=output,
        )
        policy_view.show_policy(report, output, top, as_json)


def _floor(value: str, option: str) -> str:
    if value not in FLOORS:
        raise BadInput("{option} takes {choices}, not “{value}”", option=option, choices=Listed(FLOORS), value=value)
    return value
