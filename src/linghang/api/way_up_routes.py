"""Plans, what-if and sensitivity; the catalogue of actions and its figures."""

import asyncio
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from linghang.api import registry_routes
from linghang.api.given import DEFAULT_PACK, PackName, folder_of, known_pack
from linghang.api.problems import answers
from linghang.api.security import Reader
from linghang.api.sending import BINARY, JSON, JSON_OBJECT, XLSX, Limit, Offset, Page, json_of, page_of, tagged
from linghang.api.uploads import kept_upload, name_of
from linghang.api.waiting import while_wanted
from linghang.usecases.planning import Catalogue, Limits, Question, Weights
from linghang.usecases.policy import interpretation_of
from linghang.usecases.standing import (
    changed_costs,
    costs_workbook,
    first_day,
    own_actions,
    planned,
    sensed,
    standing,
)
from linghang.usecases.way_up_document import actions_document
from linghang.usecases.whatif import beside, between
from linghang.words import language

router = APIRouter(tags=["way up"])
router.include_router(registry_routes.router)

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
MOST_CNY = Decimal(10) ** 13
Floor = Literal["declared", "documented", "measured"]
ActionId = Annotated[str, Field(max_length=200, pattern=r"^[\w.-]+$")]
Money = Annotated[Decimal, Field(ge=0, le=MOST_CNY, decimal_places=2)]
Day = Annotated[date, Field(ge=FIRST, le=LAST)]
Name = Annotated[str, Field(max_length=100, pattern=r"^[\w.-]+$")]
Values = Annotated[dict[Name, bool | Decimal | Annotated[str, Field(max_length=100)]], Field(max_length=100)]
Workbook = Annotated[UploadFile, File(description="the workbook of actions with your own figures")]


class ActionShown(BaseModel, extra="allow"):
    """One action of the catalogue; amounts in CNY and months as text."""

    id: str
    kind: Literal["build", "evidence", "wait"]
    title: dict[str, str]
    requires: list[str]
    excludes: list[str]
    source: str | None


class Weighing(BaseModel):
    """What a CNY and a month weigh against each other."""

    cost: Decimal = Field(Decimal(0), ge=0, le=MOST_CNY)
    time: Decimal = Field(Decimal(0), ge=0, le=MOST_CNY)


class Asked(BaseModel):
    """What is asked of a plan; every limit that is left out is none."""

    target: Name = Field(description="id of the level")
    floor: Floor = Field("documented", description="proof at which the level is to be confirmed")
    assume: Literal["optimistic", "pessimistic"] = Field(
        "pessimistic", description="the case that the details are given for: what is unknown turns out met, or does not"
    )
    pack: Name = DEFAULT_PACK
    as_of: Day | None = Field(None, description="day of judgement; the plant's today where it is left out")
    start: Day | None = Field(None, description="first day of the plan; the day of judgement where it is left out")
    by: Day | None = Field(None, description="last day")
    budget_cny: Money | None = Field(None, description="money for the whole plan")
    per_year_cny: Money | None = Field(None, description="money that may be committed in a calendar year")
    parallel: int | None = Field(None, ge=1, le=1_000, description="projects at once")
    must: list[ActionId] = Field(default_factory=list, max_length=500, description="actions that have to be in it")
    without: list[ActionId] = Field(default_factory=list, max_length=500, description="actions that must not be in it")
    weights: Weighing | None = Field(None, description="else cost first, then time")
    interpretation: Values = Field(default_factory=dict, description="values set instead of those in force")
    seed: int = Field(7, ge=0, le=2**31, description="of the draws")
    pareto: bool = Field(False, description="the trade-off of cost, time and risk too; takes longer")


class WhatIf(BaseModel):
    """What is to be assumed."""

    set: list[Annotated[str, Field(max_length=500)]] = Field(
        default_factory=list, max_length=500, description="NAME=VALUE or NAME=VALUE@PROOF, of elements and fields"
    )
    proof: Floor = Field("measured", description="how well a change is proved that does not say so itself")
    base: Name = Field(DEFAULT_PACK, description="pack of the judgement before")
    pack: Name | None = Field(None, description="another pack for the judgement after")
    interpretation: Values = Field(default_factory=dict, description="values set for the judgement after")
    as_of: Day | None = None


@router.get("/way-up/actions")
def actions(
    request: Request, response: Response, _: Reader, offset: Offset = 0, limit: Limit = 100
) -> Page[ActionShown]:
    """List the actions that a plan chooses from: what each brings about and needs, costs, months, people, source."""
    found = [ActionShown(**one) for one in actions_document(own_actions())]
    return page_of(request, response, found, offset, limit)


@router.get(
    "/way-up/actions.xlsx",
    response_class=FileResponse,
    responses={200: {"content": {XLSX: BINARY}}},
)
def costs(_: Reader, lang: Annotated[Literal["zh", "en"] | None, Query(description="else as accepted")] = None) -> Any:
    """Return costs, times and people of the actions as a workbook: change it, and plan with it."""
    place = tempfile.TemporaryDirectory(prefix="linghang-actions-")
    path = Path(place.name) / "actions.xlsx"
    costs_workbook(path, lang or language())
    return FileResponse(path, media_type=XLSX, filename="actions.xlsx", background=BackgroundTask(place.cleanup))


@router.post("/way-up/plans", responses=JSON | answers(404), response_class=Response)
async def plan(request: Request, _: Reader, given: Asked) -> Response:
    """Plan the cheapest way to a level, proven; a plan is computed, not kept, and ends with the connection."""
    return await _plan(request, given, None)


@router.post("/way-up/plans/costed", responses=JSON | answers(404), response_class=Response)
async def costed_plan(
    request: Request,
    _: Reader,
    costs: Workbook,
    asked: Annotated[str, Form(max_length=100_000, description="what is asked, as of a plan, as JSON")],
) -> Response:
    """Plan with the figures of a workbook; the digest of the catalogue in the answer covers them."""
    given = _asked(asked)
    with tempfile.TemporaryDirectory(prefix="linghang-costs-") as folder:
        path = await asyncio.to_thread(kept_upload, Path(folder), costs, (".xlsx",))
        catalogue = await asyncio.to_thread(changed_costs, path, name_of(costs))
    return await _plan(request, given, catalogue)


def _asked(text: str) -> Asked:
    from fastapi.exceptions import RequestValidationError
    from pydantic import ValidationError

    try:
        return Asked.model_validate_json(text)
    except ValidationError as error:
        faults = [{**one, "loc": ("body", "asked", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None


async def _plan(request: Request, given: Asked, catalogue: Catalogue | None) -> Response:
    folder, now, pack = folder_of(request), datetime.now(UTC), known_pack(given.pack)
    chosen = _chosen(given.interpretation)
    question = Question(given.target, given.floor, given.assume, pack, given.as_of, chosen, given.seed, given.pareto)
    weights = None if given.weights is None else Weights(given.weights.cost, given.weights.time)

    async def work() -> dict[str, Any]:
        start = given.start
        first = await asyncio.to_thread(first_day, folder, given.as_of, now) if start is None else start
        limits = Limits(
            first,
            given.budget_cny,
            given.per_year_cny,
            given.by,
            given.parallel,
            tuple(dict.fromkeys(given.must)),
            tuple(dict.fromkeys(given.without)),
            weights,
        )
        known = await standing(folder, pack, given.as_of, now, chosen)
        return await planned(known, question, limits, catalogue)

    return Response(json_of(await while_wanted(request, work())), media_type="application/json")


def _chosen(given: dict[str, bool | Decimal | str]) -> dict[str, Decimal | str | bool] | None:
    return {
        name: interpretation_of(value) if isinstance(value, str) else value for name, value in given.items()
    } or None


@router.post("/way-up/what-if", responses=JSON | answers(404), response_class=Response)
async def what_if(request: Request, _: Reader, given: WhatIf) -> Response:
    """Judge the plant as it would be, beside as it is; nothing is written."""
    folder, now, base = folder_of(request), datetime.now(UTC), known_pack(given.base)
    other = None if given.pack is None else known_pack(given.pack)
    chosen = _chosen(given.interpretation)

    async def work() -> bytes:
        before = (await standing(folder, base, given.as_of, now)).judged
        if other is None and chosen is None:
            return await asyncio.to_thread(lambda: json_of(beside(before, given.set, proof=given.proof).to_dict()))
        anew = (await standing(folder, other or base, given.as_of, now, chosen)).judged
        return await asyncio.to_thread(lambda: json_of(between(before, anew, given.set, proof=given.proof).to_dict()))

    return Response(await while_wanted(request, work()), media_type="application/json")


@router.get("/way-up/sensitivity", responses=JSON_OBJECT | answers(404), response_class=Response)
async def sensitivity(
    request: Request,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    as_of: Annotated[Day | None, Query(description="day of judgement; the plant's today where it is left out")] = None,
) -> Response:
    """Say which interpretation, moved how far with all others as they are, would change a level; values are exact."""
    found = await while_wanted(request, sensed(folder_of(request), known_pack(pack), as_of, datetime.now(UTC)))
    return tagged(request, json_of(found))
