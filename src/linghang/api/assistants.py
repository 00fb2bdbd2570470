"""Read-only use cases for assistants, over the Model Context Protocol (2025-06-18), on standard input and output.

An assistant reads what was proved and why; it changes nothing, records nothing, and reaches no file but the workspace.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from linghang.api.given import DEFAULT_PACK, known_pack
from linghang.errors import BadInput, nearest
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_document, kept
from linghang.usecases.workspaces import open_workspace
from linghang.words import tr

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

Pack = Annotated[str, Field(description="id of a pack of conditions", pattern=r"^[\w.-]+$", max_length=100)]
Day = Annotated[date | None, Field(description="day of judgement; the plant's today where it is left out")]
Floor = Literal["declared", "documented", "measured"]
Level = Literal["basic", "advanced", "excellence", "pioneer"]
MOST_ELEMENTS = 200
SHOWN_OF_A_LEVEL = ("finding", "parts", "links", "failing", "missing", "deciding")


def build(folder: Path, clock: Callable[[], datetime]) -> "FastMCP":
    """Build the server of a workspace.

    Raises
    ------
    BadInput
        The folder is no workspace, or the extra that brings the protocol is not installed.
    """
    open_workspace(folder)
    try:
        from mcp.server.fastmcp import FastMCP
        from mcp.types import ToolAnnotations
    except ImportError:
        raise BadInput(
            "answers to assistants need the extra “assistants”: pip install 'linghang[assistants]'"
        ) from None

    about = tr("What a factory has proved of the smart-factory levels, and why.")
    server = FastMCP("linghang", instructions=about, log_level="WARNING")
    hints = ToolAnnotations(readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False)
    asked = Asked(folder, clock)
    for tool in (asked.assess, asked.elements, asked.explain_element, asked.indicators, asked.plan):
        server.add_tool(tool, annotations=hints)
    return server


class Asked:
    """The questions that an assistant may ask of one workspace."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock

    def assess(self, pack: Pack = DEFAULT_PACK, as_of: Day = None) -> dict[str, Any]:
        """Which level is confirmed and which is possible, at each of the three floors of proof, and what decides it."""
        found = self._found(pack, as_of)
        return {
            "pack": found["pack"],
            "as_of": found["as_of"],
            "set_interpretations": found["set_interpretations"],
            "floors": {
                floor: {
                    "confirmed": said["confirmed"],
                    "possible": said["possible"],
                    "levels": {
                        level: {key: one[key] for key in SHOWN_OF_A_LEVEL} for level, one in said["levels"].items()
                    },
                }
                for floor, said in found["floors"].items()
            },
        }

    def elements(
        self,
        finding: Literal["met", "unmet", "unknown", "not_applicable"] | None = None,
        level: str | None = None,
        pack: Pack = DEFAULT_PACK,
        as_of: Day = None,
    ) -> dict[str, Any]:
        """List elements with clause, finding and proof, all or those of one finding or level."""
        chosen = [
            {key: one[key] for key in ("id", "level", "clause", "finding", "proof", "reason", "needs")}
            for one in self._found(pack, as_of)["elements"]
            if finding in (None, one["finding"]) and level in (None, one["level"])
        ]
        return {"total": len(chosen), "elements": chosen[:MOST_ELEMENTS]}

    def explain_element(self, element: str, pack: Pack = DEFAULT_PACK, as_of: Day = None) -> dict[str, Any]:
        """Explain one element: finding, proof, reason, interpretations that are ours, and the evidence with lineage."""
        all_of_them = self._found(pack, as_of)["elements"]
        found = [one for one in all_of_them if one["id"] == element]
        if not found:
            near = nearest(element, [one["id"] for one in all_of_them])
            raise BadInput("there is no {name} here; {near}", name=element, near=near)
        return {"levels": found}

    def indicators(self, pack: Pack = DEFAULT_PACK, as_of: Day = None) -> dict[str, Any]:
        """Return the indicators of the annex: value, unit, baseline, period, tables read, and comparators."""
        return {"indicators": self._found(pack, as_of)["indicators"]}

    def plan(
        self,
        level: Level,
        floor: Floor = "documented",
        budget_cny: Annotated[Decimal | None, Field(description="money there is, in CNY", ge=0)] = None,
        by: Annotated[date | None, Field(description="day on which the level is wanted")] = None,
        pack: Pack = DEFAULT_PACK,
        as_of: Day = None,
    ) -> dict[str, Any]:
        """Plan the cheapest way to a level: actions, days, costs, and which conditions each one brings about."""
        first = as_of or self._clock().astimezone().date()  # a plan that begins today is not yesterday's
        question = (level, floor, str(budget_cny), str(by), known_pack(pack), str(first))

        def made() -> dict[str, Any]:
            from linghang.usecases.planning import Limits, Question, plan_way_up
            from linghang.usecases.way_up_document import document

            now = self._clock()
            limits = Limits(first, budget_cny, None, by)
            asked = Question(level, floor, pack=pack, as_of=as_of)
            return dict(plain(document(plan_way_up(self._folder, asked, limits, now=now))))

        return kept(open_workspace(self._folder), "plan", question, made)

    def _found(self, pack: str, as_of: date | None) -> dict[str, Any]:
        return assessed_document(self._folder, pack=known_pack(pack), now=self._clock(), as_of=as_of)
