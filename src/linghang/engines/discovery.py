"""Finding engines: by the entry point `linghang.engines`, so that any installed package can bring some."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from linghang.engines.contract import Engine, StreamingEngine
from linghang.errors import BadInput, nearest

GROUP = "linghang.engines"


@cache
def installed() -> Mapping[str, EntryPoint]:
    """Return id -> entry point of every installed engine; nothing is imported.

    Raises
    ------
    BadInput
        Two packages bring an engine of the same id: which one counts must not depend on chance.
    """
    found: dict[str, EntryPoint] = {}
    for one in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        if one.name in found and found[one.name].value != one.value:
            raise BadInput(
                "two packages bring the engine {id}: {first} and {second}",
                id=one.name,
                first=found[one.name].value,
                second=one.value,
            )
        found[one.name] = one
    return found


def engine(id: str) -> Engine:
    """Import an engine.

    Raises
    ------
    BadInput
        No engine has the id, its module cannot be imported, or it does not keep the contract.
    """
    known = installed()
    if id not in known:
        raise BadInput("no engine is called “{id}”; {near}", id=id, near=nearest(id, list(known)))
    try:
        found = known[id].load()
    except Exception as error:  # somebody else's module may fail in any way
        raise BadInput("the engine {id} cannot be loaded: {reason}", id=id, reason=repr(error)) from error
    if not isinstance(found, Engine):
        raise BadInput("the module of the engine {id} lacks CARD, Settings or run", id=id)
    if found.CARD.id != id or found.CARD.streaming != isinstance(found, StreamingEngine):
        raise BadInput("the card of the engine {id} does not fit its module", id=id)
    return found


def engines() -> Iterator[tuple[str, Engine | BadInput]]:
    """Give every engine by id, or why it cannot be had: a broken one does not hide the others."""
    for id in installed():
        try:
            yield id, engine(id)
        except BadInput as error:
            yield id, error
