"""Say what stored names mean: proposals for the table `tag`, to be reviewed in a spreadsheet or taken at once."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from linghang.errors import BadInput, Place, reason_of
from linghang.intake.live.tag_hints import FILE as HINTS
from linghang.intake.live.tag_hints import read_hints
from linghang.intake.live.tag_suggestions import Confidence, Proposal, suggest
from linghang.plant.tables import TABLES
from linghang.store.telemetry import TelemetryReader
from linghang.store.telemetry.points import TagKind
from linghang.store.workspace import open_workspace
from linghang.usecases.importing import ImportReport, import_files
from linghang.usecases.records import RecordTables
from linghang.usecases.telemetry import open_telemetry
from linghang.words import later

__all__ = ["CONFIDENCES", "Confidence", "Mapped", "Proposal", "map_tags", "proposals", "write_proposals"]

CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.SURE: later("certain"),
    Confidence.LIKELY: later("likely"),
    Confidence.GUESS: later("a guess"),
}
"""How a person reads a confidence, the surest first."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What is known of the names in the telemetry.

    Attributes
    ----------
    stored
        How many names there are.
    mapped
        How many of them a row of `tag` says the meaning of.
    proposals
        What the others probably mean.
    """

    stored: int
    mapped: int
    proposals: tuple[Proposal, ...]


def proposals(folder: Path) -> Mapped:
    """Propose rows of `tag` for the names in the telemetry that none speaks of.

    Raises
    ------
    BadInput
        It is no workspace, has no telemetry or no factory, or what the sources said of their tags is damaged.
    """
    workspace = open_workspace(folder)
    tables = RecordTables(workspace.engine(), workspace)
    factories = tables["factory"]["factory_id"].to_pylist()
    if len(factories) != 1:
        raise BadInput(
            "the records name {count} factories; a tag belongs to one", Place(str(folder)), count=len(factories)
        )
    with open_telemetry(folder) as reader:
        names = _kinds(reader)
    tags = tables["tag"].to_pylist()
    hints = read_hints(folder / "telemetry" / HINTS)
    found = suggest(names, hints, tables["equipment"].to_pylist(), tags, factories[0])
    known = {row["source"] for row in tags}
    return Mapped(len(names), sum(name in known for name in names), tuple(found))


def write_proposals(found: Sequence[Proposal], target: Path) -> None:
    """Write proposals as a sheet of the table `tag`, which can be changed and imported.

    Raises
    ------
    BadInput
        The file is no .csv, or cannot be written.
    """
    if target.suffix.lower() != ".csv":
        raise BadInput("is the name of a sheet of tags, which ends in .csv", Place(str(target)))
    columns = [column.name for column in TABLES["tag"].columns]
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheets take the mark for UTF-8
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows({name: _cell(one.row.get(name)) for name in columns} for one in found)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(target)), reason=reason_of(error)) from None


def map_tags(folder: Path, found: Sequence[Proposal], at_least: Confidence, now: datetime) -> ImportReport | None:
    """Take the proposals of some confidence and better into the records; None if there is none.

    The way is that of every import: all of it is checked and kept, or nothing.
    """
    better = list(CONFIDENCES)[: list(CONFIDENCES).index(at_least) + 1]
    taken = [one for one in found if one.confidence in better]
    if not taken:
        return None
    with TemporaryDirectory() as made:
        sheet = Path(made) / "tag.csv"
        write_proposals(taken, sheet)
        return import_files(folder, [str(sheet)], now=now, table="tag")


def _kinds(reader: TelemetryReader) -> dict[str, TagKind]:
    known = reader.tags()
    pairs = zip(known["name"].to_pylist(), known["kind"].to_pylist(), strict=True)
    return {name: TagKind(kind) for name, kind in pairs}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
