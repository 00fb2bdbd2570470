"""Engines: which there are, running one on a workspace, and looking at what it found."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from linghang.engines.charts import to_json
from linghang.engines.contract import Engine, EngineCard, Event, Inputs, Observed, Result
from linghang.engines.discovery import engine as load_engine
from linghang.engines.discovery import engines as all_engines
from linghang.engines.needs import said_need
from linghang.engines.settings import as_json, described, settings_of, words_of
from linghang.errors import BadInput
from linghang.evidence.coverage import coverage_about, share_of
from linghang.evidence.ledger import append, read
from linghang.evidence.observation import Observation, Source, sha256_of
from linghang.evidence.settle import last_words
from linghang.store import results
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.engine_inputs import OpenedInputs, files_of, opened
from linghang.words import Text

__all__ = [
    "CatalogueRow",
    "EngineRun",
    "Event",
    "Request",
    "catalogue",
    "data_mark",
    "event_document",
    "kept_result",
    "known_tables",
    "lacking",
    "record_observations",
    "run_engine",
    "run_name",
    "supplies",
    "title_of",
]

EXTRA_MODULES: Mapping[str, tuple[str, ...]] = {
    "analysis": ("scipy", "sklearn", "statsmodels", "skimage"),
    "mpc": ("casadi", "scipy"),
    "planning": ("ortools",),
}
"""Extra of this package -> the modules that it brings."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """An engine as the catalogue shows it.

    Attributes
    ----------
    card
        None where it cannot be loaded.
    settings
        Name, kind, default and words of each.
    problem
        Why it cannot be run here; None if it can.
    """

    id: str
    card: EngineCard | None
    settings: Sequence[Mapping[str, object]]
    problem: BadInput | None


@dataclass(frozen=True)
class Request:
    """What an engine is asked to do.

    Attributes
    ----------
    settings
        Name -> value; what is left out keeps its default.
    days
        How many days to look at; None for the engine's own choice.
    as_of
        The plant's day before which it looks; None for up to now.
    files
        Files and folders that go in.
    seed
        Of everything random.
    """

    settings: Mapping[str, object]
    days: int | None = None
    as_of: date | None = None
    files: tuple[Path, ...] = ()
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The request as JSON has it."""
        return {
            "settings": dict(self.settings),
            "days": self.days,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "files": [str(one) for one in self.files],
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Request":
        """Read it back."""
        as_of = date.fromisoformat(data["as_of"]) if data["as_of"] else None
        return cls(data["settings"], data["days"], as_of, tuple(map(Path, data["files"])), data["seed"])


@dataclass(frozen=True)
class EngineRun:
    """What a run gave, and what became of it.

    Attributes
    ----------
    name
        Of the run: names sort by time.
    document
        Everything but the tables' rows, as it is kept.
    recorded
        How many observations were new and went into the ledger.
    place
        Where the result lies; None if it was not to be kept.
    """

    card: EngineCard
    name: str
    result: Result
    document: Mapping[str, Any]
    recorded: int
    place: Path | None


def catalogue() -> Iterator[CatalogueRow]:
    """Give every installed engine by id."""
    for id, found in all_engines():
        if isinstance(found, BadInput):
            yield CatalogueRow(id, None, (), found)
        else:
            yield CatalogueRow(id, found.CARD, described(found.Settings), lacking(found.CARD))


def title_of(id: str) -> Text:
    """Return what an engine is called; its id where it cannot be had here."""
    try:
        return load_engine(id).CARD.title
    except BadInput:
        return Text(id, id)


def run_engine(
    folder: Path,
    id: str,
    request: Request,
    *,
    now: datetime,
    keep: bool = True,
    progress: Callable[[float], None] = lambda _: None,
) -> EngineRun:
    """Run an engine on a workspace; keep its result, and put what it proves into the ledger.

    Parameters
    ----------
    folder
        The workspace.
    id
        The engine.
    now
        The caller's clock (with a zone).
    keep
        Whether result and observations are kept.
    progress
        Called with the share that is done.

    Raises
    ------
    BadInput
        No such engine, settings or data that do not fit, an extra that is not installed.
    """
    workspace = open_workspace(folder)
    chosen = load_engine(id)
    card = chosen.CARD
    problem = lacking(card)
    if problem is not None:
        raise problem
    settings = settings_of(chosen.Settings, request.settings)
    files = files_of(request.files)
    until = {"as_of": request.as_of} if request.as_of else {"now": now}
    days = request.days or card.window_days
    with opened(folder, days=days, seed=request.seed, files=files, progress=progress, **until) as given:
        result = _run(chosen, given.inputs, settings)
        _check(card, result)
        source = Source("engine", card.id, card.version, sha256_of(as_json(settings)), given.digest())
        document = _document(card, result, settings, request, given, source)
        observations = [_observation(one, source, given.inputs, now, result.needs) for one in result.observations]
    name = run_name(now, document)
    if not keep:
        return EngineRun(card, name, result, document, 0, None)
    tables = {name: one.data for name, one in result.tables.items()}
    place = results.save(folder, card.id, name, document, tables)
    return EngineRun(card, name, result, document, record_observations(workspace, observations), place)


def run_name(now: datetime, document: Mapping[str, Any]) -> str:
    """Return the name of a run: names sort by time, and the same second and document give the same."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{sha256_of(document)[:8]}"


def kept_result(folder: Path, id: str) -> tuple[str, dict[str, Any], dict[str, pa.Table]] | None:
    """Return the newest result that is kept of an engine: its name, document and tables; None without one."""
    open_workspace(folder)
    kept = results.runs(folder, id)
    return (kept[0], *results.load(folder, id, kept[0])) if kept else None


def _run(chosen: Engine, inputs: Inputs, settings: Any) -> Result:
    try:
        return chosen.run(inputs, settings)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "linghang" or not chosen.CARD.extra:
            raise
        raise _missing_extra(chosen.CARD) from None


def lacking(card: EngineCard) -> BadInput | None:
    """Return why an engine cannot be run here for want of libraries; None if it can."""
    modules = EXTRA_MODULES.get(card.extra, ())
    return None if all(find_spec(one) for one in modules) else _missing_extra(card)


def _missing_extra(card: EngineCard) -> BadInput:
    return BadInput(
        "the engine {id} needs the extra “{extra}”: pip install 'linghang[{extra}]'", id=card.id, extra=card.extra
    )


def _check(card: EngineCard, result: Result) -> None:
    """Hold an engine to its card: it proves nothing that the card does not name."""
    for one in result.observations:
        if one.about not in card.elements:
            raise BadInput(
                "the engine {id} speaks of {element}, which its card does not name", id=card.id, element=one.about
            )


def _document(
    card: EngineCard, result: Result, settings: Any, request: Request, given: OpenedInputs, source: Source
) -> dict[str, Any]:
    inputs = given.inputs
    return {
        "engine": card.id,
        "version": card.version,
        "settings": as_json(settings),
        "request": request.to_dict(),
        "window": [inputs.start.isoformat(), inputs.end.isoformat()],
        "zone": str(inputs.zone),
        "settings_digest": source.settings_digest,
        "input_digest": source.input_digest,
        "finding": result.finding.to_dict(),
        "needs": list(result.needs),
        "observations": [_said(one) for one in result.observations],
        "events": [event_document(one) for one in result.events],
        "charts": [to_json(one) for one in result.charts],
        "tables": {
            name: {
                "title": one.title.to_dict(),
                "rows": one.data.num_rows,
                "columns": {column: text.to_dict() for column, text in one.columns.items()},
            }
            for name, one in result.tables.items()
        },
    }


def event_document(one: Event) -> dict[str, Any]:
    """Return an event as JSON has it."""
    return {
        "at": one.at.isoformat(),
        "subject": one.subject,
        "kind": one.kind,
        "severity": one.severity,
        "text": one.text.to_dict(),
        "values": dict(one.values),
    }


def _said(one: Observed) -> dict[str, Any]:
    return {
        "about": one.about,
        "what": one.what.to_dict(),
        "covered": one.covered,
        "open": one.open,
        "of": one.of,
        "window": [one.start.isoformat(), one.end.isoformat()],
        "detail": dict(one.detail),
    }


def _observation(one: Observed, source: Source, inputs: Inputs, now: datetime, needs: Sequence[str]) -> Observation:
    """Turn what an engine proves into a record of evidence: the days of its window are the plant's."""
    first, last = (moment.astimezone(inputs.zone).date() for moment in (one.start, one.end))
    detail = {name: value for name, value in _said(one).items() if name != "about"}
    detail |= {"seed": inputs.seed, "needs": list(needs)}
    return Observation(
        about=coverage_about(one.about),
        value=share_of(one.covered, one.of),
        unit="1",
        window_from=min(first, last - timedelta(1)),
        window_to=last,
        subject="plant",
        proof="measured",
        source=source,
        made_at=now,
        detail=detail,
    )


def record_observations(workspace: Workspace, observations: Sequence[Observation]) -> int:
    """Put into the ledger what it does not say yet; return how many that were."""
    if not observations:
        return 0
    with workspace.writing():
        entries = list(read(workspace.ledger))
        day = max(one.day for one in observations)
        last = last_words((one.record for one in entries), day)
        new = [one for one in observations if _digest_of(last.get(one.voice)) != one.digest]
        append(workspace.ledger, new, entries[-1] if entries else None)
    return len(new)


def _digest_of(record: object) -> str:
    return record.digest if isinstance(record, Observation) else ""


def data_mark(folder: Path) -> str:
    """Return a word that changes whenever records or telemetry of a workspace have changed."""
    from linghang.store.telemetry import TelemetryReader
    from linghang.store.telemetry.manifest import FILE as MANIFEST

    workspace = open_workspace(folder)
    marks: list[object] = []
    for name in ("records.sqlite", "records.sqlite-wal"):
        file = workspace.folder / name
        marks.append(file.stat().st_mtime_ns if file.exists() else 0)
    if workspace.url.get_backend_name() == "postgresql":
        marks.append(_changes(workspace))
    if (folder / "telemetry" / MANIFEST).exists():
        with TelemetryReader(folder / "telemetry") as reader:
            tags = reader.tags()
        marks += [max((one for one in tags["last_us"].to_pylist() if one is not None), default=0)]
    return sha256_of(marks)


def _changes(workspace: Workspace) -> int:
    """Return how many rows PostgreSQL has counted as written, ever."""
    from sqlalchemy import text

    engine = workspace.engine()
    with engine.connect() as connection:
        return int(
            connection.scalar(text("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables")) or 0
        )


def known_tables(names: Iterable[str]) -> list[str]:
    """Return the titles of tables, for a person; what is no table is said in other words or as it is."""
    return [str(supplies(one)) for one in names]


def supplies(need: str, id: str = "") -> Text:
    """Say what the engine `id` needs: tables, columns and its settings by their titles."""
    words = None
    if id and need.startswith("settings."):
        with suppress(BadInput):  # a result may be kept of an engine that is not installed any more
            words = words_of(load_engine(id).Settings)
    return said_need(need, words)
