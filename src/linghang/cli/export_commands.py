"""`linghang export`: hand packs and judgements to other programs."""

import json
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
    """Add the group to the command line."""
    export = _group(app, "export", tr("Packs and judgements for other programs: OSCAL, CISO Assistant."))
    oscal = _group(export, "oscal", tr("OSCAL 1.2.1 (JSON): catalog, profile, assessment results."))
    _register_catalog(oscal)
    _register_profile(oscal)
    _register_results(oscal)
    _register_table(oscal)
    _register_library(export)


def _group(app: typer.Typer, name: str, said: str) -> typer.Typer:
    group = typer.Typer(cls=SpeakingGroup, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(group, name=name, help=said)
    return group


def _Output(said: str) -> Any:
    return Annotated[Path, typer.Option("--output", "-o", help=said)]


def _Pack(said: str) -> Any:
    return Annotated[str, typer.Option(help=said)]


def _register_catalog(oscal: typer.Typer) -> None:
    @oscal.command("catalog", cls=SpeakingCommand, help=tr("Write a pack as an OSCAL catalog."))
    def catalog(
        output: _Output(tr("Where the catalog goes (JSON).")),  # type: ignore[valid-type]
        pack: _Pack(tr("Pack (id or file).")) = "national-2024",  # type: ignore[valid-type]
    ) -> None:
        from linghang.usecases.interchange import export_catalog

        found = export_catalog(pack, output)
        print(tr("{count} elements of {pack} → {file}", count=len(found.elements), pack=found.id, file=output))


def _register_profile(oscal: typer.Typer) -> None:
    @oscal.command(
        "profile", cls=SpeakingCommand, help=tr("Write an overlay as an OSCAL profile, beside the catalogs it imports.")
    )
    def profile(
        pack: _Pack(tr("Overlay (id or file).")),  # type: ignore[valid-type]
        output: _Output(tr("Folder for the profile and its catalogs.")),  # type: ignore[valid-type]
    ) -> None:
        from linghang.usecases.interchange import export_profile

        for file in export_profile(pack, output):
            print(file)


def _register_results(oscal: typer.Typer) -> None:
    @oscal.command(
        "results",
        cls=SpeakingCommand,
        help=tr("Assess a plant or judge a case, and write it as OSCAL assessment results."),
    )
    def results(
        path: Annotated[Path, typer.Argument(help=tr("A workspace, or a case file."), metavar="DIR|CASE.yaml")],
        output: _Output(tr("Where the results go (JSON).")),  # type: ignore[valid-type]
        pack: Annotated[
            str | None, typer.Option(help=tr("Pack to judge by (else the case's, or national-2024)."))
        ] = None,
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else the case's, else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
    ) -> None:
        from linghang.usecases.interchange import export_results

        found = export_results(
            path,
            output,
            now=datetime.now(UTC),
            pack=pack,
            as_of=as_of,
            interpretation=interpretations(interpretation),
        )
        print(
            tr("{name}, judged by {pack} → {file}", name=found.subject, pack=found.verdict.program.pack.id, file=output)
        )


def _Names() -> Any:
    said = tr("Columns with an enterprise's id and name.")
    return Annotated[str, typer.Option(help=said, metavar="ID[,NAME]")]


def _Floors() -> Any:
    said = tr("Floor of proof; may be given several times (else declared, or all where there are proofs).")
    return Annotated[list[str] | None, typer.Option(help=said, metavar="declared|documented|measured")]


def _register_table(oscal: typer.Typer) -> None:
    @oscal.command(
        "table",
        cls=SpeakingCommand,
        help=tr("Judge a table of enterprises, and write one document of OSCAL assessment results a line."),
    )
    def table(
        source: Annotated[
            Path, typer.Argument(help=tr("One row an enterprise, one column an element."), metavar="TABLE.parquet")
        ],
        output: _Output(tr("Where the documents go: .jsonl, .jsonl.gz or .jsonl.zst.")),  # type: ignore[valid-type]
        pack: _Pack(tr("Pack to judge by (id or file).")) = "national-2024",  # type: ignore[valid-type]
        as_of: AsOf(tr("Day of judgement, for example 2026-06-30 (else today).")) = None,  # type: ignore[valid-type]
        interpretation: Interpretation() = None,  # type: ignore[valid-type]
        names: _Names() = "",  # type: ignore[valid-type]
        floor: _Floors() = None,  # type: ignore[valid-type]
        as_json: Json() = False,  # type: ignore[valid-type]
    ) -> None:
        from linghang.cli import batch_view
        from linghang.usecases.interchange import export_table

        with batch_view.progress(quiet=as_json) as told:
            found = export_table(
                source,
                output,
                pack=pack,
                as_of=as_of or date.today(),
                columns=_columns(names),
                floors=[_floor(one) for one in floor or ()],  # type: ignore[misc]
                interpretation=interpretations(interpretation),
                progress=told,
            )
        _say(found, pack, output, as_json)


def _say(found: Any, pack: str, output: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"rows": found.rows, "floors": found.floors, "missing": found.missing}))
        return
    print(tr("{rows} enterprises judged by {pack} → {file}", rows=f"{found.rows:,}", pack=pack, file=output))
    if found.missing:
        said = tr(
            "{count} columns are not in the table, so they are unknown for everybody: {names}",
            count=len(found.missing),
            names=Listed(found.missing),
        )
        typer.echo(said, err=True)


def _columns(names: str) -> Any:
    from linghang.usecases.interchange import Columns

    given = [one.strip() for one in names.split(",")] if names else []
    if len(given) > 2 or not all(given):
        raise BadInput("--names takes ID or ID,NAME, not “{value}”", value=names)
    return Columns(*given)


def _floor(value: str) -> str:
    if value not in FLOORS:
        raise BadInput("{option} takes {choices}, not “{value}”", option="--floor", choices=Listed(FLOORS), value=value)
    return value


def _register_library(export: typer.Typer) -> None:
    @export.command("ciso-assistant", cls=SpeakingCommand, help=tr("Write a pack as a library of CISO Assistant."))
    def ciso_assistant(
        output: _Output(tr("Where the library goes (YAML).")),  # type: ignore[valid-type]
        pack: _Pack(tr("Pack (id or file).")) = "national-2024",  # type: ignore[valid-type]
        version: Annotated[
            int, typer.Option("--library-version", help=tr("Version of the library; a newer one replaces an older."))
        ] = 1,
    ) -> None:
        from linghang.usecases.interchange import export_library

        found = export_library(pack, output, version)
        print(tr("{count} elements of {pack} → {file}", count=len(found.elements), pack=found.id, file=output))
