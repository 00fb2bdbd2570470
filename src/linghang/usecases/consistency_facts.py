"""Gather what the checks of consistency look at; large tables only by their ends and sums."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from linghang.conditions.document import CASE_LIMITS, read_file
from linghang.conditions.model import Indicator, Pack
from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.conditions.shelf import load_pack, pack_ids, shelf_files
from linghang.evidence.ledger import read as read_ledger
from linghang.evidence.observation import Observation
from linghang.evidence.settle import last_words
from linghang.report.claims import Claim, claims_of, read_draft
from linghang.report.consistency.facts import Facts
from linghang.store.documents import Document, DocumentRegister
from linghang.store.telemetry import TelemetryReader
from linghang.store.workspace import Workspace
from linghang.usecases.consistency_sums import measured
from linghang.usecases.records import RecordTables
from linghang.usecases.report_statements import read_application
from linghang.usecases.statements import STATEMENTS
from linghang.usecases.telemetry import has_telemetry

SMALL_TABLES = (
    "enterprise",
    "factory",
    "equipment",
    "control_loop",
    "tag",
    "software",
    "software_function",
    "system_link",
    "person",
    "headcount_month",
    "process_segment",
    "outlet",
    "finance_month",
    "decision_model",
    "scene_built",
    "replication",
    "comparator",
)
"""Tables that the checks read whole."""
READ_TEXTS = ("licence", "maturity_report", "audit_report")
"""Kinds of documents whose text is looked at."""


def gather(
    workspace: Workspace, pack: Pack, day: date, assessed: Mapping[str, Any], level: str | None, draft: Path | None
) -> Facts:
    """Read everything that the checks look at; large tables only by their ends and sums."""
    reach, counted = measured(workspace)
    records = RecordTables(workspace.engine(), workspace)
    tables = {name: records[name] for name in SMALL_TABLES}
    register = DocumentRegister.of(workspace)
    documents = register.all(retired=True)
    claims = None if draft is None else claims_of(read_draft(draft))
    return Facts(
        pack=pack,
        as_of=day,
        tables=tables,
        spans=reach,
        sums=counted,
        assessed=assessed,
        level=level or _level_of(claims or (), pack),
        workspace=workspace.name,
        documents=documents,
        texts=_texts(register, documents),
        damaged=_damaged(register, documents),
        observations=_observations(workspace, day),
        statements=_statements(workspace),
        application=_application(workspace),
        known=_known_elements(),
        titles={one.id: one.title for one in _annex(pack)},
        guides=guides(),
        silent=_silent(workspace, tables["tag"]),
        claims=claims,
    )


def _texts(register: DocumentRegister, documents: tuple[Document, ...]) -> dict[str, str]:
    chosen = (one.sha256 for one in documents if one.retired_at is None and one.kind in READ_TEXTS)
    return {digest: text for digest in chosen if (text := register.text(digest))}


def _damaged(register: DocumentRegister, documents: tuple[Document, ...]) -> frozenset[str]:
    """Files that are gone or of another size; to hash gigabytes is the business of `linghang evidence check`."""
    found = set()
    for one in documents:
        try:
            whole = register.path(one.sha256).stat().st_size == one.size_bytes
        except OSError:
            whole = False
        if not whole:
            found.add(one.sha256)
    return frozenset(found)


def _observations(workspace: Workspace, day: date) -> tuple[Observation, ...]:
    """The last word of each source; nothing where the ledger was never written."""
    words = last_words((one.record for one in read_ledger(workspace.ledger)), day)
    return tuple(one for one in words.values() if isinstance(one, Observation))


def _statements(workspace: Workspace) -> dict[str, Any]:
    path = workspace.folder / STATEMENTS
    return dict(read_file(path, CASE_LIMITS)) if path.exists() else {}


def _application(workspace: Workspace) -> dict[str, Any]:
    """Its sections with what is stated; what is empty is left out."""
    guide = next(iter(guides().values()))
    found = asdict(read_application(workspace.folder, guide))
    return _stated(found) if found.pop("there") and found.pop("lines", None) is not None else {}


def _stated(value: Any) -> Any:
    """Take out what is not stated, down to the last key."""
    if isinstance(value, dict):
        kept = {name: _stated(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None and one != () and one != {} and one != ""}
    return tuple(map(_stated, value)) if isinstance(value, tuple) and not hasattr(value, "_fields") else value


def _annex(pack: Pack) -> tuple[Indicator, ...]:
    """The indicators of a pack, or of the nearest pack that it is built on."""
    bases = (load_pack(name).indicators for name in reversed(pack.lineage[:-1]))
    return pack.indicators or next((found for found in bases if found), ())


@cache
def _known_elements() -> frozenset[str]:
    """Ids of the elements of every pack on the shelf."""
    return frozenset(one.id for name in pack_ids() for one in load_pack(name).elements)


@cache
def guides() -> Mapping[str, SceneGuide]:
    """Edition of a guide of scenes (its year) -> the guide."""
    paths = [path for path in shelf_files() if path.stem.startswith("scenes-")]
    return {path.stem.removeprefix("scenes-"): load_scenes(path) for path in paths}


def _silent(workspace: Workspace, tags: pa.Table) -> frozenset[str] | None:
    """Sources of tags of which no point was ever stored; None without telemetry."""
    if not has_telemetry(workspace.folder):
        return None
    with TelemetryReader(workspace.folder / "telemetry") as reader:
        known = reader.tags()
    counts = dict(zip(known["name"].to_pylist(), known["points"].to_pylist(), strict=True))
    return frozenset(one for one in tags["source"].to_pylist() if one and not counts.get(one))


def _level_of(claims: Sequence[Claim], pack: Pack) -> str | None:
    """The level that a draft applies for, where it names one alone."""
    found = {one.subject for one in claims if one.kind == "level" and one.detail.get("said") == "claimed"}
    return found.pop() if len(found) == 1 and found <= set(pack.level_ids) else None
