"""What reports say that takes long to come by: formulas, needs, engines, counts. Kept until the workspace changes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from linghang.engines.discovery import installed
from linghang.errors import BadInput
from linghang.kpi.indicators import RULES
from linghang.store import results
from linghang.store.workspace import Workspace
from linghang.usecases.assessing import say_need, say_supply
from linghang.usecases.evidence_titles import derivation_titles
from linghang.words import Text

__all__ = ["known_of"]


def known_of(
    workspace: Workspace, assessed: Mapping[str, Any], runs: Mapping[str, Sequence[str]], day: date
) -> dict[str, Any]:
    """Return the texts and counts as JSON has them.

    Parameters
    ----------
    assessed
        The assessment as JSON has it.
    runs
        Engine -> its newest run, if any.
    day
        The day of judgement.
    """
    return {
        "indicators": {
            one.id: {"formula": one.formula.to_dict(), "source": one.source, "better": one.better, "type": one.type}
            for one in RULES
        },
        "tables": {name: title.to_dict() for name, title in _titles().items()},
        "derivations": {id: text.to_dict() for id, text in derivation_titles().items()},
        "needs": {need: say_need(need).to_dict() for one in assessed["indicators"] for need in one["needs"]},
        "supplies": {need: say_supply(need).to_dict() for one in assessed["elements"] for need in one["needs"]},
        "engines": {id: _engine(workspace, id, runs.get(id, ())) for id in installed()},
        "rows": _rows(workspace),
        "points": _points(workspace),
        "maturity": _maturity(workspace, day),
    }


def _maturity(workspace: Workspace, day: date) -> dict[str, Any] | None:
    """Return what the ledger says of the level of maturity on a day; None where it says nothing."""
    from linghang.evidence.ledger import read
    from linghang.evidence.settle import settle

    found = settle((one.record for one in read(workspace.ledger)), day).get("maturity_level")
    return None if found is None or found.value is None else {"level": str(found.value), "proof": found.proof}


def _titles() -> dict[str, Text]:
    from linghang.plant.tables import TABLES

    return {str(name): table.info["title"] for name, table in TABLES.items()}


def _engine(workspace: Workspace, id: str, runs: Sequence[str]) -> dict[str, Any]:
    """Return what an engine is, and what its newest run found; a broken one hides nothing else."""
    from linghang.engines.discovery import engine

    try:
        card = engine(id).CARD
    except BadInput:
        return {"title": {"zh": id, "en": id}, "scenes": [], "elements": [], "run": None}
    found: dict[str, Any] = {
        "title": card.title.to_dict(),
        "scenes": list(card.scenes),
        "elements": list(card.elements),
        "run": None,
    }
    for run in runs:
        try:
            document = results.document_of(workspace.folder, id, run)
        except BadInput:
            continue
        found["run"] = {"name": run, "finding": document["finding"], "window": document["window"]}
    return found


def _rows(workspace: Workspace) -> dict[str, int]:
    """Return how many rows each table of records has."""
    import sqlalchemy as sa

    from linghang.plant.tables import TABLES

    with workspace.engine().connect() as connection:
        return {
            str(name): connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in TABLES.items()
        }


def _points(workspace: Workspace) -> int | None:
    """Return how many sealed points of telemetry are kept; None where there is no telemetry."""
    from linghang.store.telemetry.manifest import Manifest

    folder = workspace.folder / "telemetry"
    if not any(folder.glob("manifest*")):
        return None
    manifest = Manifest(folder, writes=False)
    try:
        standing = manifest.standing()
    finally:
        manifest.close()
    return sum(one.rows for one in (*standing.merged.values(), *standing.fresh))
