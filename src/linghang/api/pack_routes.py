"""What is asked: packs of conditions, scenes and maturity models, and what differs between two."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from linghang.api.given import known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader
from linghang.api.sending import JSON_OBJECT, json_of, tagged
from linghang.errors import nearest
from linghang.usecases.json_values import plain
from linghang.usecases.packs import diff_packs, list_packs, load

router = APIRouter(tags=["packs"])
PackId = Annotated[str, Path(max_length=100, pattern=r"^[\w.-]+$")]


class PackShown(BaseModel):
    """One entry of the shelf."""

    id: str
    kind: str
    title: dict[str, str]
    status: str
    base: str | None
    valid_from: str
    valid_to: str | None


@router.get("/packs")
def packs(_: Reader) -> list[PackShown]:
    """List everything on the shelf."""
    return [PackShown(**plain(one)) for one in list_packs()]


@router.get("/packs/{pack}", responses=JSON_OBJECT | answers(404), response_class=Response)
def pack(request: Request, _: Reader, pack: PackId) -> Response:
    """Return one document of the shelf whole: elements, rules, interpretations, indicators, each with its origin."""
    known = [one.id for one in list_packs()]
    if pack not in known:
        raise NotThere("there is no pack {name}; {near}", name=pack, near=nearest(pack, known))
    return tagged(request, json_of(load(pack)))


@router.get("/packs/{pack}/difference/{other}", responses=JSON_OBJECT | answers(404), response_class=Response)
def difference(request: Request, _: Reader, pack: PackId, other: PackId) -> Response:
    """Say what the second of two packs of conditions adds, removes or states differently."""
    found: dict[str, Any] = {
        "before": known_pack(pack),
        "after": known_pack(other),
        "differences": diff_packs(pack, other),
    }
    return tagged(request, json_of(found))
