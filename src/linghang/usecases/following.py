"""Run a streaming engine on telemetry as it comes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event as Stop

from linghang.engines.contract import Event, StreamingEngine, micros
from linghang.engines.discovery import engine
from linghang.engines.settings import settings_of
from linghang.errors import BadInput, Place
from linghang.usecases.engine_inputs import opened
from linghang.usecases.engines import Request, lacking

SETTLE_US = 1_000_000
"""Points are taken a second after their time: what comes a little late still stands in its order."""
LOOK_S = 0.5


def follow(
    folder: Path,
    id: str,
    request: Request,
    *,
    clock: Callable[[], datetime],
    stop: Stop,
    told: Callable[[Sequence[Event]], None],
    ready: Callable[[int], None] = lambda _: None,
) -> int:
    """Let a streaming engine learn from what there is, and give it what comes until told to stop.

    Parameters
    ----------
    clock
        The time, with a zone.
    told
        Called with what happened, whenever something did.
    ready
        Called with the number of signals once the engine has learnt.

    Returns
    -------
    How many points it was given.

    Raises
    ------
    BadInput
        No such engine, one that does not run live, or no telemetry to follow.
    """
    chosen = engine(id)
    if not isinstance(chosen, StreamingEngine):
        raise BadInput(
            "the engine {id} does not run live; run it with: linghang run {folder} {id}", id=id, folder=folder
        )
    problem = lacking(chosen.CARD)
    if problem is not None:
        raise problem
    settings = settings_of(chosen.Settings, request.settings)
    days = request.days or chosen.CARD.window_days
    with opened(folder, days=days, now=clock(), seed=request.seed) as given:
        if given.stored is None or not given.stored.list():
            raise BadInput("no telemetry that a tag of the records names; see: linghang map-tags", Place(str(folder)))
        stream = chosen.stream(given.inputs, settings)
        ready(len(given.stored.list()))
        since, count = micros(given.inputs.end), 0
        while not stop.wait(LOOK_S):
            until = micros(clock()) - SETTLE_US
            if until <= since:
                continue
            batch = given.stored.batch(since, until)
            since = until
            count += batch.num_rows
            events = stream.update(batch) if batch.num_rows else ()
            if events:
                told(events)
    return count
