"""Figures of one's own for the actions: downloaded, changed, dropped again, and planned with in this browser."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

from nicegui import ui

from linghang.console import dropping, facts, states
from linghang.console.acting import tell
from linghang.console.controls import action
from linghang.console.hypertext import icon, tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.planning import Catalogue
from linghang.usecases.standing import changed_costs, own_actions
from linghang.words import tr

REMEMBERED, MOST = "costs", 32
_GIVEN: OrderedDict[str, tuple[str, Catalogue]] = OrderedDict()
"""Digest -> name of the workbook and the catalogue with its figures: in memory, of the newest few that were given."""


def catalogue_of(visit: Visit) -> tuple[Catalogue, str | None]:
    """Return the actions that this browser plans with, and the name of the workbook where it gave one.

    What the server has forgotten since (it was started anew) the browser forgets too.
    """
    found = _GIVEN.get(str(visit.remembered.get(REMEMBERED, "")))
    if found is None:
        visit.remembered.pop(REMEMBERED, None)
        return own_actions(), None
    return found[1], found[0]


def give(visit: Visit, catalogue: Catalogue, name: str) -> None:
    """Plan with a catalogue from now on."""
    _GIVEN[catalogue.digest] = name, catalogue
    while len(_GIVEN) > MOST:
        _GIVEN.popitem(last=False)
    visit.remembered[REMEMBERED] = catalogue.digest


def build(visit: Visit, changed: Callable[[], Awaitable[None]]) -> None:
    """Show the part of the page; `changed` is called when other figures are to be planned with."""
    address = f"/api/v1/way-up/actions.xlsx?lang={visit.language}"
    about = tr(
        "The figures of the actions are estimates of ours. Download them, change them, and drop the workbook here."
    )
    with ui.element("section").classes("lh-card").props("id=costs"):
        head = tag("h2", tr("Your own costs")), tag("p", about, class_="lh-about")
        states.show(tag("div", *head, class_="lh-card-head"))
        states.show(
            tag(
                "a",
                icon("download"),
                tr("Costs of the actions (XLSX)"),
                href=address,
                download=True,
                class_="lh-button",
            )
        )

        async def took(path: Path, name: str) -> None:
            try:
                catalogue = await facts.thread(lambda: changed_costs(path, name))
            except BadInput as error:
                tell(str(error), "wrong")
                return
            give(visit, catalogue, name)
            tell(tr("The plan is made with the figures of {file}.", file=name))
            await changed()

        dropping.drop_zone(visit, "read", tr("Drop the changed workbook here, or choose it"), took, ".xlsx")


def banner(visit: Visit, changed: Callable[[], Awaitable[None]]) -> None:
    """Say that the plan is made with somebody's own figures, and offer those of the catalogue again."""
    catalogue, name = catalogue_of(visit)
    if name is None:
        return

    async def forget() -> None:
        visit.remembered.pop(REMEMBERED, None)
        await changed()

    with ui.element("div").classes("lh-card lh-way-own").props('role="note"'):
        words = tr("Planned with the figures of {file}.", file=name)
        digest = tag("code", catalogue.digest[:16], "…", title=catalogue.digest)
        states.show(tag("p", tag("strong", words), " ", tr("digest"), " ", digest), "lh-way-own-said")
        action(tr("Back to the figures of the catalogue"), "undo").on("click", visit.speaking(forget))


def note() -> str:
    """What stands beside every cost."""
    return tr("Costs are estimates of ours; no official text gives them.")
