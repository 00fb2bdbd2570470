"""What other programs read: packs and the judgement as OSCAL, packs as a library of CISO Assistant."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from linghang.api.elsewhere import elsewhere, once
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import answers
from linghang.api.security import Reader
from linghang.api.sending import BINARY, UNCHANGED, Described, tagged
from linghang.usecases.interchange_files import Export, exported
from linghang.words import language

router = APIRouter(tags=["application"])
FILES: Described = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {}},
            "application/zip": BINARY,
        },
        "description": "the file",
    },
    **UNCHANGED,
}


@router.get("/exports/{kind}", responses=FILES | answers(404), response_class=Response)
async def export(
    request: Request,
    _: Reader,
    kind: Annotated[Export, Path(description="which document; a profile comes as a zip with what it imports")],
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    version: Annotated[int, Query(ge=1, le=2**31, description="of a library of CISO Assistant")] = 1,
) -> Response:
    """Return a pack or the judgement of this plant as other programs read it."""
    folder, known = folder_of(request), known_pack(pack)
    key = ("export", folder, kind, known, as_of, version, language())
    now = datetime.now(UTC)
    found = await once(key, lambda: elsewhere(exported, kind, folder, known, now=now, as_of=as_of, version=version))
    return tagged(request, found.content, media_type=found.media_type, name=found.name)
