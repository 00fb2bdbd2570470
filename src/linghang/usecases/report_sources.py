"""What a report is gathered from: records, the assessment, documents, results of engines, what the plant states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from linghang.conditions.model import Pack
from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.conditions.shelf import PACKS, load_pack, pack_ids
from linghang.errors import BadInput
from linghang.report.content import Entry, Kind
from linghang.store import results
from linghang.store.documents import Document, DocumentRegister
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.judging import Chosen
from linghang.usecases.kept import assessed_document, kept
from linghang.usecases.report_application import Application, Said
from linghang.usecases.report_statements import APPLICATION, check_names, read_application
from linghang.words import Listed, Text

GUIDE = PACKS / "scenes-2025.yaml"
DEFAULT_PACK = "national-2024"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    level
        Id of a level (else the lowest one that is not confirmed at the documented floor).
    as_of
        The day of judgement (else the plant's today).
    since
        Of an annual review: the earlier day (else a year before).
    """

    kind: Kind = "application"
    pack: str = DEFAULT_PACK
    level: str | None = None
    as_of: date | None = None
    since: date | None = None
    interpretation: Chosen | None = None


class Records:
    """Rows of small tables, each read when it is first asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.engine = workspace.engine()
        self.read: dict[str, list[dict[str, Any]]] = {}

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        from linghang.plant.tables import TABLES

        if name not in self.read:
            table = TABLES[name]
            query = sa.select(table).order_by(*table.primary_key.columns)
            with self.engine.connect() as connection:
                self.read[name] = [dict(row) for row in connection.execute(query).mappings()]
        return self.read[name]

    def in_use(self, name: str, day: date, since: str = "go_live_on") -> list[dict[str, Any]]:
        """Return the rows of what was in use on a day: begun by then, and not retired yet."""
        return [
            row
            for row in self[name]
            if (row.get(since) is None or row[since] <= day) and (row["retired_on"] is None or day < row["retired_on"])
        ]


@dataclass(frozen=True)
class Sources:
    """Everything that the blocks of a report are gathered from.

    Attributes
    ----------
    assessed
        The assessment as JSON has it.
    known
        Texts and counts that take long to come by, kept while the workspace does not change (`report_known`).
    documents
        The newest revision of each registered document.
    """

    request: Request
    workspace: Workspace
    pack: Pack
    guide: SceneGuide
    day: date
    now: datetime
    level: str
    assessed: Mapping[str, Any]
    known: Mapping[str, Any]
    records: Records
    documents: Sequence[Document]
    application: Application
    made: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def elements(self) -> Mapping[str, Mapping[str, Any]]:
        """Element id -> what the assessment says of it."""
        return {one["id"]: one for one in self.assessed["elements"]}

    @property
    def zone(self) -> ZoneInfo:
        """The plant's zone."""
        return ZoneInfo(self.workspace.time_zone)

    def level_title(self, level: str) -> Text:
        """The name of a level."""
        return next(one.title for one in self.pack.levels if one.id == level)

    def documents_for(self, *subjects: str) -> tuple[str, ...]:
        """Register numbers of the documents that prove one of these, retired ones left out."""
        wanted = set(subjects)
        return tuple(one.id for one in self.documents if one.retired_at is None and wanted & set(one.proves))


def open_sources(folder: Path, request: Request, now: datetime) -> Sources:
    """Open what a report is gathered from.

    Raises
    ------
    BadInput, ManyProblems
        The folder is no workspace, the level or pack is not known, or `application.yaml` does not fit.
    """
    workspace = open_workspace(folder)
    pack = load_pack(request.pack)
    if request.level is not None and request.level not in pack.level_ids:
        raise BadInput(
            "{option} takes {choices}, not “{value}”",
            option="--level",
            choices=Listed(pack.level_ids),
            value=request.level,
        )
    day = workspace.day(now, request.as_of)
    guide = load_scenes(GUIDE)
    assessed = assessed_document(folder, pack=request.pack, now=now, as_of=day, interpretation=request.interpretation)
    runs = {engine: results.runs(folder, engine)[:1] for engine in sorted(_engines(folder))}
    needs = {need for one in assessed["elements"] for need in one["needs"]}
    needs |= {need for one in assessed["indicators"] for need in one["needs"]}

    def made() -> dict[str, Any]:
        from linghang.usecases.report_known import known_of

        return known_of(workspace, assessed, runs, day)

    known = kept(workspace, "report-known", [pack.digest, str(day), runs, sorted(needs)], made)
    records = Records(workspace)
    documents = DocumentRegister.of(workspace).all(retired=True)
    application = read_application(folder, guide)
    check_named(application, str(folder / APPLICATION), pack, records, documents)
    level = request.level or lowest_open(assessed, pack)
    return Sources(request, workspace, pack, guide, day, now, level, assessed, known, records, documents, application)


def check_named(
    application: Application, file: str, pack: Pack, records: Records, documents: Sequence[Document]
) -> None:
    """Refuse names of systems, conditions and documents that nothing knows; see `check_names`."""
    check_names(
        application,
        file,
        software=[row["software_id"] for row in records["software"]] if application.scenes else (),
        elements=_elements(pack, application),
        documents=[one.id for one in documents],
    )


def _elements(pack: Pack, application: Application) -> set[str]:
    """Ids of the pack, and of all packs where the plan names others: one plan serves a plant that several judge."""
    known = {one.id for one in pack.elements}
    if all(name in known for step in application.plan.steps for name in step.brings):
        return known
    return known | {one.id for name in pack_ids() for one in load_pack(name).elements}


def lowest_open(assessed: Mapping[str, Any], pack: Pack) -> str:
    """Return the lowest level that is not confirmed at the documented floor; the highest where all are."""
    levels = assessed["floors"]["documented"]["levels"]
    return next((one for one in pack.level_ids if levels[one]["finding"] != "met"), pack.level_ids[-1])


def _engines(folder: Path) -> list[str]:
    home = folder / results.FOLDER
    return [one.name for one in home.iterdir()] if home.is_dir() else []


def stated(value: Said | None, key: str, what: Text) -> Entry:
    """What the plant states under a key of `application.yaml`, or the placeholder that says where to state it."""
    source = f"{APPLICATION} {key}"
    return Entry(value, source) if value is not None else Entry(None, source, wanted_in(key, what))


def wanted_in(key: str, what: Text) -> Text:
    """Say what has to be supplied under a key of `application.yaml`."""
    return Text(f"请补充{what.zh}：{APPLICATION} 的 {key}", f"to be supplied: {what.en}, in {APPLICATION}, {key}")


def recorded(value: Text | str | None, place: str, what: Text) -> Entry:
    """What the records hold in a column, or the placeholder that names the column."""
    if value is not None and value != "":
        return Entry(value, place)
    return Entry(
        None,
        place,
        Text(f"请补充{what.zh}：导入记录 {place}", f"to be supplied: {what.en}; import the records {place}"),
    )
