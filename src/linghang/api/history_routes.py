"""How things came to be as they are: histories of elements, courses of indicators, and the rows behind them."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from linghang.api.assessment_routes import ElementId, assessed, one_of
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import answers
from linghang.api.security import Reader
from linghang.api.sending import JSON_OBJECT, Limit, Offset, json_of, link, tagged
from linghang.usecases.element_history import history_of
from linghang.usecases.indicator_course import MONTHS, MOST_MONTHS, course_of, with_baseline
from linghang.usecases.indicator_rows import page_of_rows, rows_read
from linghang.usecases.json_values import plain

router = APIRouter(tags=["assessment"])
TableName = Annotated[str, Query(max_length=100, pattern=r"^\w+$", description="one of the tables that are read")]
IndicatorId = Annotated[str, Path(max_length=100, pattern=r"^\w+$")]


class RowsBehind(BaseModel):
    """Rows of a table that an indicator was computed from; money and decimals as text, times in UTC."""

    table: str
    used: int
    where: list[str]
    items: list[dict[str, Any]]
    total: int
    offset: int
    limit: int


@router.get("/elements/{element}/history", responses=JSON_OBJECT | answers(404), response_class=Response)
def element_history(
    request: Request, _: Reader, element: ElementId, pack: PackName = DEFAULT_PACK, as_of: AsOf = None
) -> Response:
    """Tell how what is known of an element changed: when, from what to what, because of which evidence."""
    found = history_of(folder_of(request), element, pack=known_pack(pack), now=datetime.now(UTC), as_of=as_of)
    return tagged(request, json_of(found.to_dict()))


@router.get("/indicators/{indicator}/course", responses=JSON_OBJECT | answers(404), response_class=Response)
def course(
    request: Request,
    _: Reader,
    indicator: IndicatorId,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS, description="complete months")] = MONTHS,
) -> Response:
    """Return an indicator month by month and as rolling years; a month that lacks data is a gap and says why."""
    folder, now, known = folder_of(request), datetime.now(UTC), known_pack(pack)
    return tagged(request, json_of(course_of(folder, indicator, now=now, pack=known, as_of=as_of, months=months)))


@router.get("/indicators/{indicator}/baseline", responses=JSON_OBJECT | answers(404), response_class=Response)
def baseline(
    request: Request,
    _: Reader,
    indicator: IndicatorId,
    start: Annotated[date, Query(description="first day of the first of twelve months")],
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
) -> Response:
    """Return what an indicator's change would be from another baseline; nothing is written."""
    folder, now, known = folder_of(request), datetime.now(UTC), known_pack(pack)
    return tagged(request, json_of(with_baseline(folder, indicator, start, now=now, pack=known, as_of=as_of)))


@router.get("/indicators/{indicator}/rows", responses=answers(404))
def indicator_rows(
    request: Request,
    response: Response,
    _: Reader,
    indicator: IndicatorId,
    table: TableName,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> RowsBehind:
    """Return the rows of a table that an indicator was computed from, a page at a time."""
    read = rows_read(one_of(assessed(request, pack, as_of)["indicators"], indicator)[0])
    found, of = page_of_rows(folder_of(request), read, table, offset=offset, limit=limit)
    link(request, response, found.total, offset, limit)
    items = [{name: plain(value) for name, value in row.items()} for row in found.rows]
    return RowsBehind(**of.to_dict(), items=items, total=found.total, offset=offset, limit=limit)
