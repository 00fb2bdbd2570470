"""A change that somebody makes on a page: the right is asked for again, it is audited, and its end is told."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from nicegui import ui

from linghang.console import facts, states
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.accounts import Person, Refused, Scope
from linghang.usecases.auditing import Deed, audited
from linghang.words import tr

T = TypeVar("T")

LOCAL = "local"


async def change(
    visit: Visit,
    scope: Scope,
    what: str,
    on: str,
    work: Callable[[], T],
    how: Mapping[str, str] | None = None,
    unless: Callable[[T], str] | None = None,
    refuse: Callable[[BadInput], object] | None = None,
) -> T | None:
    """Make a change for the one who looks; None where it was refused, which the page then has said.

    Parameters
    ----------
    scope
        The right that the change needs.
    what, on, how
        As the audit log has them (`linghang.usecases.auditing.Deed`).
    work
        What makes the change, in a thread; it returns something that is not None.
    unless
        Says of what the work gives why nothing was changed after all; empty where it was.
    refuse
        Says why it was refused, where the page has a place for that; else it is said at its foot.
    """

    def made() -> T:
        deed = Deed(told_as(visit, visit.need(scope)), "console", what, on, how or {})
        return audited(visit.folder, deed, visit.now, work, unless)

    try:
        return await facts.thread(made)
    except BadInput as error:
        if refuse is None:
            tell(str(error), "wrong")
        else:
            refuse(error)
    except Exception as error:  # whatever it is, the one who asked is told
        tell(states.fault(error, f"a change could not be made: {what}"), "wrong")
    return None


def told_as(visit: Visit, person: Person) -> str:
    """Return what the audit log calls who makes a change."""
    return LOCAL if visit.secret is None else person.name


async def allowed(visit: Visit, scope: Scope) -> bool:
    """Whether who looks has a right now, where nothing is changed by using it; who has not is told."""
    try:
        await facts.thread(lambda: visit.need(scope))
    except Refused as error:
        tell(str(error), "wrong")
        return False
    return True


def may(visit: Visit, scope: Scope) -> bool:
    """Whether what needs a right is to be offered; it is asked for again when it is done."""
    return scope in visit.person.scopes


def tell(message: str, how: Literal["done", "wrong"] = "done") -> None:
    """Say at the foot of the page what came of an action; a refusal stays until it is closed."""
    if how == "done":
        ui.notify(message, type="positive", position="bottom", timeout=5_000)
    else:
        ui.notify(message, type="negative", position="bottom", timeout=0, close_button=tr("Close"), multi_line=True)
