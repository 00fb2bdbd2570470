"""Interpretations that a reviewer sets: what is read, what the pack says, who set it and why."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Reviewer
from linghang.api.sending import JSON_OBJECT, Limit, Offset, Page, json_of, page_of, tagged
from linghang.errors import nearest
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.interpretation_effect import effect_of
from linghang.usecases.interpretations import Act, Reading, history, readings, set_value, take_back

router = APIRouter(tags=["interpretation"])
Name = Annotated[str, Path(max_length=100, pattern=r"^\w+$", description="id of an interpretation of the pack")]
Value = Annotated[str, Query(min_length=1, max_length=40, description="a plain decimal, true, false, or a word")]


class ActShown(BaseModel):
    """Who set or took back what, when and why."""

    number: int
    kind: str = Field(description="set or take_back")
    pack: str
    edition: str = Field(description="sha256 of the pack's edition that it was set under")
    name: str
    value: str | bool
    pack_value: str | bool
    reason: str
    by: str
    at: datetime


class ReadingShown(BaseModel):
    """One interpretation as the workspace reads it."""

    name: str
    value: str | bool = Field(description="what judgements read")
    pack_value: str | bool = Field(description="what the pack says")
    unit: str = Field(description="UCUM; empty of words")
    choices: list[str]
    source: str = Field(description="platform where it is ours, else the text that states it")
    text: dict[str, str]
    settable: bool = Field(description="whether a reviewer may set it: only what no official text says")
    state: str = Field(description="pack, set, or to_confirm: set under another edition of the pack and not read")
    set: ActShown | None


class Given(BaseModel):
    """A value that a reviewer sets."""

    value: str = Field(min_length=1, max_length=40, description="a plain decimal, true, false, or a word of choices")
    reason: str = Field(min_length=1, max_length=1000)
    pack: str = Field(DEFAULT_PACK, max_length=100, pattern=r"^[\w.-]+$")


class Back(BaseModel):
    """Why what was set is taken back."""

    reason: str = Field(min_length=1, max_length=1000)
    pack: str = Field(DEFAULT_PACK, max_length=100, pattern=r"^[\w.-]+$")


@router.get("/interpretations", responses=answers(404))
def interpretations(
    request: Request,
    response: Response,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[ReadingShown]:
    """List the interpretations of a pack as the workspace reads them, in the pack's order."""
    found = readings(folder_of(request), known_pack(pack))
    return page_of(request, response, [_shown(one) for one in found], offset, limit)


@router.get("/interpretations/history", responses=answers(404))
def every_act(
    request: Request,
    response: Response,
    _: Reader,
    pack: Annotated[str | None, Query(max_length=100, pattern=r"^[\w.-]+$", description="only of this pack")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[ActShown]:
    """List every act of a reviewer, the oldest first."""
    found = history(folder_of(request), known_pack(pack) if pack else None)
    return page_of(request, response, [_act(one) for one in found], offset, limit)


@router.put("/interpretations/{name}", responses=answers(404))
def set_one(request: Request, person: Reviewer, name: Name, given: Given) -> ReadingShown:
    """Set an interpretation for every judgement of the workspace; under a new edition of the pack this confirms it."""
    _known(request, given.pack, name)
    now, folder = datetime.now(UTC), folder_of(request)
    deed = Deed(person.name, "api", "interpretations.set", name, {"pack": given.pack, "value": given.value})
    return _shown(
        audited(
            folder,
            deed,
            now,
            lambda: set_value(folder, name, given.value, pack=given.pack, reason=given.reason, by=person.name, now=now),
        )
    )


@router.post("/interpretations/{name}/take-back", responses=answers(404))
def take_one_back(request: Request, person: Reviewer, name: Name, given: Back) -> ReadingShown:
    """Take back what was set: the pack's value counts again."""
    _known(request, given.pack, name)
    now, folder = datetime.now(UTC), folder_of(request)
    deed = Deed(person.name, "api", "interpretations.take_back", name, {"pack": given.pack})
    audited(
        folder,
        deed,
        now,
        lambda: take_back(folder, name, pack=given.pack, reason=given.reason, by=person.name, now=now),
    )
    return _shown(_known(request, given.pack, name))


@router.get("/interpretations/{name}", responses=answers(404))
def one_interpretation(request: Request, _: Reader, name: Name, pack: PackName = DEFAULT_PACK) -> ReadingShown:
    """Return one interpretation as the workspace reads it."""
    return _shown(_known(request, pack, name))


@router.get("/interpretations/{name}/history", responses=answers(404))
def acts(
    request: Request,
    response: Response,
    _: Reader,
    name: Name,
    pack: PackName = DEFAULT_PACK,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[ActShown]:
    """List who set and took back one interpretation, the oldest first."""
    _known(request, pack, name)
    found = history(folder_of(request), pack, name)
    return page_of(request, response, [_act(one) for one in found], offset, limit)


@router.get("/interpretations/{name}/effect", responses=JSON_OBJECT | answers(404), response_class=Response)
def effect(
    request: Request, _: Reader, name: Name, value: Value, pack: PackName = DEFAULT_PACK, as_of: AsOf = None
) -> Response:
    """Say which levels and conditions another value would change; nothing is written."""
    _known(request, pack, name)
    found = effect_of(folder_of(request), name, value, pack=pack, now=datetime.now(UTC), as_of=as_of)
    return tagged(request, json_of(found))


def _known(request: Request, pack: str, name: str) -> Reading:
    found = {one.name: one for one in readings(folder_of(request), known_pack(pack))}
    if name not in found:
        raise NotThere("there is no {name} here; {near}", name=name, near=nearest(name, list(found)))
    return found[name]


def _shown(one: Reading) -> ReadingShown:
    return ReadingShown.model_validate(one.to_dict())


def _act(one: Act) -> ActShown:
    said: dict[str, Any] = one.to_dict()
    return ActShown.model_validate(said)
