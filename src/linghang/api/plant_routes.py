"""The plant as it runs: tags that are looked for, trends, states, alarms and connections."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from linghang.api.given import folder_of, with_telemetry, with_zone
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Runner
from linghang.api.sending import JSON, MOST_ITEMS, Page, link
from linghang.errors import BadInput
from linghang.usecases.alarm_journal import MOST_NOTE, acknowledge
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.connection_health import connection_health
from linghang.usecases.plant_alarms import alarm_document, past_alarms, standing_alarms
from linghang.usecases.plant_states import state_chart
from linghang.usecases.tag_finding import Asked, Order, TagFound, find_tags
from linghang.usecases.telemetry import zone_of
from linghang.usecases.trends import MOST_TAGS, MOST_WIDTH, WIDTH, courses, document, ends_of

router = APIRouter(tags=["plant"])
DAY = timedelta(days=1)
Moment = Annotated[datetime | None, Query(description="with a zone, as 2026-06-01T08:00:00+08:00")]
Name = Annotated[str, Field(min_length=1, max_length=500)]


class AlarmShown(BaseModel):
    """An alarm or warning; moments in UTC, text in both languages."""

    key: str
    source: Literal["record", "limit", "engine", "data"]
    severity: str
    equipment_id: str
    tag: str
    text: dict[str, str]
    since: datetime
    since_at_least: bool
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    unit: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str
    as_of: datetime | None = Field(description="of a warning of an engine: up to when its newest run looked")


class Seen(BaseModel):
    """That somebody has seen an alarm."""

    key: Annotated[str, Field(min_length=1, max_length=700, description="of an alarm that stands")]
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""


class ConnectionShown(BaseModel):
    """A connection: what is configured, never a secret, and how it stands."""

    name: str
    kind: str
    url: str
    stands: Literal["connected", "broken", "failed", "stopped", "never"]
    points: int
    points_s: float | None
    lag_s: float | None
    last_point_at: datetime | None
    faults: dict[str, int]
    failed: str


class IngestShown(BaseModel):
    """All connections, and when `linghang ingest` was last heard of."""

    alive: bool
    said_at: datetime | None
    connections: list[ConnectionShown]


class TagsAsked(BaseModel):
    """Which tags are looked for."""

    find: Annotated[str, Field(max_length=200, description="words that name or title hold")] = ""
    equipment: Annotated[str, Field(max_length=200)] = ""
    center: Annotated[str, Field(max_length=200, description="id of a work center")] = ""
    unit: Annotated[str, Field(max_length=50)] = ""
    quality: Literal["", "good", "uncertain", "stale", "bad"] = ""
    order: Annotated[Order, Field(description="column; with - from the greatest")] = "title"
    offset: Annotated[int, Field(ge=0, le=2**53, description="items before the page")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ITEMS, description="most items of the page")] = 100


@router.get("/plant/tags")
def tags_found(request: Request, response: Response, _: Reader, asked: Annotated[TagsAsked, Query()]) -> Page[TagFound]:
    """Find tags by words, machine, work center, unit and quality, with their last values."""
    wanted = Asked(asked.find, asked.equipment, asked.center, asked.unit, asked.quality, asked.order)
    found, total = find_tags(folder_of(request), wanted, asked.offset, asked.limit, datetime.now(UTC))
    link(request, response, total, asked.offset, asked.limit)
    return Page(items=found, total=total, offset=asked.offset, limit=asked.limit)


@router.get("/plant/trends", responses=JSON | answers(404), response_class=Response)
def trends(
    request: Request,
    _: Reader,
    tag: Annotated[list[Name], Query(min_length=1, max_length=MOST_TAGS, description="names of tags")],
    start: Moment = None,
    end: Moment = None,
    width: Annotated[int, Query(ge=10, le=MOST_WIDTH, description="most intervals of a course")] = WIDTH,
) -> Response:
    """Return courses of tags over one stretch: the points where they are few, else means, least and greatest values."""
    folder = with_telemetry(request)
    with_zone(start, end)
    if start is None or end is None:
        ends = ends_of(folder, tag)
        until = end or (ends[1] + timedelta(milliseconds=1) if ends else datetime.now(UTC))
        start, end = start or until - DAY, until
    said = document(courses(folder, tag, start, end, width), start, end, zone_of(folder))
    return Response(orjson.dumps(said, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


@router.get("/plant/states", responses=JSON, response_class=Response)
def states(request: Request, _: Reader, start: Moment = None, end: Moment = None) -> Response:
    """Return the states of the machines over a stretch (the last day where none is said), and their shares."""
    with_zone(start, end)
    now = datetime.now(UTC)
    until = min(end or now, now)
    begin = start or until - DAY
    if begin >= until:
        raise BadInput("the stretch ends before it starts")
    if until - begin > 31 * DAY:
        raise BadInput("states are shown for {most} days at most", most=31)
    chart = state_chart(folder_of(request), begin, until, now)
    said = {
        "start": chart.start,
        "end": chart.end,
        "shares": {one.id: chart.shares([one.id]) for one in chart.machines},
        "stretches": [{name: getattr(one, name) for name in one.__slots__} for one in chart.stretches],
    }
    return Response(orjson.dumps(said), media_type="application/json")


@router.get("/plant/alarms")
def alarms(
    request: Request,
    _: Reader,
    past: Annotated[bool, Query(description="those that have gone, instead of those that stand")] = False,
) -> list[AlarmShown]:
    """Return alarms and warnings, the most severe first; those of the past the newest first."""
    now = datetime.now(UTC)
    found = past_alarms(folder_of(request), now) if past else standing_alarms(folder_of(request), now)
    return [AlarmShown.model_validate(alarm_document(one)) for one in found]


@router.post("/plant/alarms/acknowledgements", status_code=201, responses=answers(404))
def acknowledge_alarm(request: Request, person: Runner, seen: Seen) -> AlarmShown:
    """Note that an alarm that stands was seen."""
    folder, now = folder_of(request), datetime.now(UTC)
    if seen.key not in {one.key for one in standing_alarms(folder, now)}:
        raise NotThere("this alarm does not stand any more")
    deed = Deed(person.name, "api", "alarms.acknowledge", seen.key, {"note": seen.note} if seen.note else {})
    audited(folder, deed, now, lambda: acknowledge(folder, seen.key, person.name, seen.note, now))
    found = {one.key: one for one in standing_alarms(folder, now)}
    if seen.key not in found:
        raise NotThere("this alarm does not stand any more")
    return AlarmShown.model_validate(alarm_document(found[seen.key]))


@router.get("/plant/connections")
def connections(request: Request, _: Reader) -> IngestShown:
    """Return how the connections of linghang.toml stand."""
    found = connection_health(folder_of(request), datetime.now(UTC))
    shown = [
        ConnectionShown(
            **{name: getattr(one, name) for name in ConnectionShown.model_fields if name != "faults"},
            faults=dict(one.faults),
        )
        for one in found.connections
    ]
    return IngestShown(alive=found.alive, said_at=found.said_at, connections=shown)
