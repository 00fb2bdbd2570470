"""What the pages of engines have in common: the ways between them, and what is known of all engines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from linghang.console import facts
from linghang.console.hypertext import segments
from linghang.console.telling import said
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.engine_readiness import Need, needs_of
from linghang.usecases.engine_results import KeptRun, document_of, runs_of
from linghang.usecases.engines import CatalogueRow, catalogue
from linghang.usecases.packs import load
from linghang.words import tr


@dataclass(frozen=True)
class Known:
    """All engines, and what the workspace has for them and of them.

    Attributes
    ----------
    links, scenes
        Id -> name.
    elements
        Id of an element of the pack -> its text.
    needs, last, findings
        Id of an engine -> its data, its newest run, and what that found.
    """

    rows: Sequence[CatalogueRow]
    links: Mapping[str, str]
    link_by: Mapping[str, str]
    scenes: Mapping[int, str]
    elements: Mapping[str, Any]
    needs: Mapping[str, Sequence[Need]]
    last: Mapping[str, KeptRun]
    findings: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path, pack: str) -> "Known":
        """Read it; it takes some time the first time, when the engines are imported."""
        found, rows = facts.pack_of(pack), list(catalogue())
        last = {one.id: runs[0] for one in rows if (runs := runs_of(folder, one.id))}
        findings = {}
        for id, run in last.items():
            try:
                findings[id] = document_of(folder, id, run.name)[1]["finding"]
            except BadInput:  # damaged; the page of the engine says so
                continue
        guide: Any = load("scenes-2025")
        return cls(
            rows,
            {one.id: said(one.title) for one in found.links},
            {one.id: one.link or "" for one in found.elements},
            {one.number: f"{one.number} {said(one.name)}" for one in guide.scenes},
            {one.id: one.text for one in found.elements},
            needs_of(folder, [one.card for one in rows if one.card]),
            last,
            findings,
        )

    def link_of(self, row: CatalogueRow) -> str:
        """Name of the link that an engine works in: that of what it proves."""
        for element in row.card.elements if row.card else ():
            if title := self.links.get(self.link_by.get(element, "")):
                return title
        return tr("Other")


def ways(visit: Visit, here: str) -> Markup:
    """Return the ways between the pages of engines."""
    listed = (
        ("/engines", tr("Catalogue")),
        ("/engines/jobs", tr("Jobs and schedules")),
        ("/engines/plan", tr("Change the schedule")),
    )
    return segments(tr("Engines"), ((title, visit.url(path), path == here) for path, title in listed))


def address(need: Need, visit: Visit) -> str:
    """Return the address of what an engine needs."""
    return visit.url("/data" if need.name == "telemetry" else f"/data/{need.name.partition('.')[0]}")
