"""Bundles: an assessment with all that it rests on, signed; and whether one that came from elsewhere fits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field, SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from linghang.api.elsewhere import aside, elsewhere, once
from linghang.api.given import DEFAULT_PACK, folder_of, known_pack
from linghang.api.handing import Handed, handing
from linghang.api.problems import NotThere, answers
from linghang.api.review_routes import Key, dropped, fetched
from linghang.api.security import Reader, Writer
from linghang.api.sending import BINARY, FILE, Described
from linghang.usecases.auditing import Deed, Face, audited
from linghang.usecases.bundle_told import Request as Wanted
from linghang.usecases.bundle_told import bundled, keys_of, passphrase_of, public_key_of, trusted_of, verified
from linghang.usecases.evidence_files import keep, under_bare_names

router = APIRouter(tags=["application"])
ZIP, PEM = "application/zip", "application/x-pem-file"
KEY: Described = {200: {"content": {PEM: BINARY}, "description": "the key"}}
MOST_KEYS = 50


class NewBundle(BaseModel):
    """What is to be in a bundle."""

    pack: str = Field(DEFAULT_PACK, max_length=100, pattern=r"^[\w.-]+$")
    as_of: date | None = None
    documents: list[Annotated[str, Field(max_length=20)]] = Field(
        default_factory=lambda: ["all"],
        max_length=10_000,
        description="all (but the confidential ones), none, or numbers such as E0001",
    )
    inputs: Literal["none", "small", "all"] = Field("none", description="tables that go in, to compute again")
    passphrase: SecretStr | None = Field(None, max_length=1_000, description="of the key, where it has one; not kept")


class BundleMade(BaseModel, extra="allow"):
    """A bundle that was made; the file is fetched within the hour."""

    id: str = Field(description="by which the file is fetched, and deleted")
    size: int
    sha256: str
    key: str
    as_of: date
    records: int
    confirmed: dict[str, str | None]
    left_out: list[dict[str, str]]
    recorded: int


class Verification(BaseModel, extra="allow"):
    """What verifying found."""

    fits: bool
    first: dict[str, Any] | None
    problems: list[dict[str, Any]]
    signer: dict[str, str | None]
    floors: dict[str, dict[str, str | None]]
    reruns: list[dict[str, Any]]


class KeysShown(BaseModel):
    """The keys of a workspace, by their fingerprints."""

    own: str | None = Field(description="that it signs with; null before the first bundle, or where it is locked")
    locked: str | None = Field(description="why its own key cannot be read; null where it can")
    trusted: dict[str, str]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a bundle, and through which face."""

    name: str
    through: Face = "api"
    told_as: str = ""


@router.post("/bundles", status_code=201, responses=answers(404))
async def make(request: Request, person: Writer, given: NewBundle) -> BundleMade:
    """Assess, record what is new in the ledger, and write all of it into one signed file."""
    folder = folder_of(request)
    wanted = Wanted(known_pack(given.pack), given.as_of, tuple(given.documents), given.inputs)
    secret = given.passphrase.get_secret_value() if given.passphrase else ""
    key = ("bundle", folder, person.name, given.model_dump_json(exclude={"passphrase"}), hash(secret))
    begin = partial(bundle_for, folder, Maker(person.name), wanted, secret)
    id, found = await once(key, lambda: run_in_threadpool(begin))
    return BundleMade(id=id, **found)


def bundle_for(
    folder: File,
    maker: Maker,
    wanted: Wanted,
    passphrase: str,
    run: Callable[[Callable[..., dict[str, Any]]], dict[str, Any]] = aside,
) -> tuple[str, dict[str, Any]]:
    """Make a bundle in a process of its own and keep it for a person; return the secret of the file, and what it is.

    Parameters
    ----------
    run
        Does the work in that process, and waits for it.
    """
    ready, now = handing(), datetime.now(UTC)
    room = ready.room()
    output = room / "bundle.zip"
    deed = Deed(maker.told_as or maker.name, maker.through, "bundles.make", wanted.pack, {"inputs": wanted.inputs})
    secret = passphrase_of(passphrase)
    try:
        with under_bare_names(room):
            work = partial(bundled, folder, output, wanted, now=now, passphrase=secret)
            found = audited(folder, deed, now, lambda: run(work))
    except BaseException:
        ready.clear(room)
        raise
    del found["file"]
    name = f"{wanted.pack}-{found['as_of']}.zip"
    return ready.hand(maker.name, room, {"bundle": Handed(output, name, ZIP)}), found


@router.get("/bundles/{id}", responses=FILE | answers(404), response_class=FileResponse)
def fetch(person: Reader, id: Key) -> Response:
    """Return a bundle that was made."""
    return fetched(id, person.name, "bundle")


@router.delete("/bundles/{id}", status_code=204, responses=answers(404))
def forget(person: Reader, id: Key) -> None:
    """Delete a bundle that was made; after an hour that happens by itself."""
    dropped(id, person.name)


@router.post("/verifications")
async def verification(
    request: Request,
    _: Reader,
    file: UploadFile,
    key: Annotated[
        list[Annotated[str, Field(max_length=200)]] | None,
        Query(max_length=MOST_KEYS, description="fingerprints of keys that may have signed"),
    ] = None,
    known_keys: Annotated[bool, Query(description="the keys that this workspace has and trusts may have, too")] = False,
    trust_pack: Annotated[bool, Query(description="judge by a pack inside that this program does not have")] = False,
    again: Annotated[bool, Query(description="compute observations again from the inputs inside")] = True,
) -> Verification:
    """Verify a bundle: every byte, the ledger, the documents; judge and compute anew. Nothing of it is kept."""
    folder = folder_of(request)
    trusted = await run_in_threadpool(trusted_of, folder, key or (), known_keys, passphrase_of(""))
    with TemporaryDirectory(prefix="linghang-") as ours, under_bare_names(File(ours)):
        path = await run_in_threadpool(keep, file.file, File(ours), file.filename or "")
        found = await elsewhere(verified, path, trusted=trusted, trust_pack=trust_pack, again=again)
    return Verification(**found)


@router.get("/keys")
def keys(request: Request, _: Reader) -> KeysShown:
    """Show the workspace's own key and those that it trusts, by their fingerprints."""
    return KeysShown(**keys_of(folder_of(request), passphrase_of("")))


@router.get("/keys/public", responses=KEY | answers(404), response_class=Response)
def public_key(request: Request, _: Reader) -> Response:
    """Return the workspace's public key (PEM), for those who will verify its bundles."""
    found = public_key_of(folder_of(request), passphrase_of(""))
    if found is None:
        raise NotThere("there is no key yet; the first bundle makes it")
    headers = {"Content-Disposition": 'attachment; filename="linghang-public-key.pem"'}
    return Response(found, headers=headers, media_type=PEM)
