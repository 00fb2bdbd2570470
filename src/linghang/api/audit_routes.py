"""Who changed what, and the backup."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import FileResponse

from linghang.api.given import folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import Administrator
from linghang.api.sending import BINARY, Described
from linghang.api.uploads import kept_upload, name_of
from linghang.usecases.audit_log import MOST, Wanted, check_log, deeds
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.backing_up import Chosen, keep_backup, kept_backups, path_of, remove_backup
from linghang.usecases.restoring import check_backup
from linghang.usecases.uploaded import called

router = APIRouter(tags=["audit"])
ZIP: Described = {200: {"content": {"application/zip": BINARY}}}
BackupName = Annotated[str, Path(max_length=100, pattern=r"^[\w.-]+\.zip$")]


class DeedShown(BaseModel):
    """A change that somebody asked for, and why it failed if it did."""

    number: int
    at: datetime
    who: str
    through: str
    what: str
    on: str
    how: dict[str, str]
    ledger: int | None = Field(description="records of the ledger of evidence at that time")
    failed: str | None


class Deeds(BaseModel):
    """Changes from the newest on."""

    items: list[DeedShown]
    before: int | None = Field(description="ask with it for those that follow; null where there are no more")


class LogState(BaseModel):
    """Whether the whole log fits together."""

    records: int
    hash: str = Field(description="of the last record; noted elsewhere, it shows later that nothing was changed")
    problems: list[str]


class NewBackup(BaseModel):
    """What goes into a backup beside the plant's data."""

    keys: bool = Field(False, description="private keys and files with secrets")
    accounts: bool = Field(True, description="accounts with hashes of their secrets")


class BackupMade(BaseModel):
    """A backup that was written."""

    file: str
    made_at: datetime
    files: int
    content_bytes: int
    size: int
    records: str = Field(description="inside, postgresql or elsewhere")
    left_out: list[str]


class BackupShown(BaseModel):
    """A backup that is kept in the workspace."""

    name: str
    made_at: datetime
    size: int


class BackupChecked(BaseModel):
    """What a backup holds; every byte of it was checked."""

    about: dict[str, Any]
    files: int
    content_bytes: int


class Asked(BaseModel):
    """Which deeds are asked for."""

    who: str = Field("", max_length=200, description="a part of the name")
    what: str = Field("", max_length=200, description="how it begins: documents, or documents.add")
    on: str = Field("", max_length=200, description="a part of what was changed")
    since: date | None = Field(None, description="first day, in the plant's zone")
    until: date | None = Field(None, description="last day, in the plant's zone")
    failed: bool = Field(False, description="only what failed")
    before: int | None = Field(None, ge=1, le=2**62, description="of the page before this one")
    limit: int = Field(100, ge=1, le=MOST)


@router.get("/audit")
def audit_log(request: Request, _: Administrator, asked: Annotated[Asked, Query()]) -> Deeds:
    """Say who changed what and when, newest first."""
    wanted = Wanted(asked.who, asked.what, asked.on, asked.since, asked.until, asked.failed)
    page = deeds(folder_of(request), wanted, before=asked.before, limit=asked.limit)
    return Deeds(items=[DeedShown(**one.to_dict()) for one in page.deeds], before=page.before)


@router.get("/audit/state")
def audit_state(request: Request, _: Administrator) -> LogState:
    """Check the whole log, and that the ledger of evidence still holds what every deed saw of it."""
    return LogState(**check_log(folder_of(request)).to_dict())


@router.get("/backups")
def backups(request: Request, _: Administrator) -> list[BackupShown]:
    """List the backups that are kept in the workspace, newest first."""
    return [BackupShown(name=one.name, made_at=one.made_at, size=one.size) for one in kept_backups(folder_of(request))]


@router.post("/backups", status_code=201)
def make_backup(request: Request, person: Administrator, given: NewBackup) -> BackupMade:
    """Make a backup in the workspace, to be downloaded; it answers when the backup is whole."""
    folder, now = folder_of(request), datetime.now(UTC)
    deed = Deed(person.name, "api", "backups.make", "", {name: str(value) for name, value in given})
    made = audited(folder, deed, now, lambda: keep_backup(folder, Chosen(given.keys, given.accounts), now=now))
    return BackupMade(**made.to_dict())


@router.post("/backups/check")
def check_uploaded(_: Administrator, file: UploadFile) -> BackupChecked:
    """Check a backup that is sent: every byte is held against its list of files; nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="linghang-check-") as folder:
        path = kept_upload(File(folder), file, (".zip",))
        with called(path, name_of(file)):
            return BackupChecked(**check_backup(path).to_dict())


@router.get(
    "/backups/{name}",
    response_class=Response,
    responses=ZIP | answers(404),
)
def download_backup(request: Request, person: Administrator, name: BackupName) -> Response:
    """Download a backup; a part of it may be asked for (Range)."""
    folder = folder_of(request)
    path = _known(folder, name)
    deed = Deed(person.name, "api", "backups.download", name)
    headers = {"Cache-Control": "no-store"}
    return audited(
        folder,
        deed,
        datetime.now(UTC),
        lambda: FileResponse(path, filename=name, media_type="application/zip", headers=headers),
    )


@router.get("/backups/{name}/state", responses=answers(404))
def check_kept(request: Request, _: Administrator, name: BackupName) -> BackupChecked:
    """Check a backup that is kept in the workspace."""
    return BackupChecked(**check_backup(_known(folder_of(request), name)).to_dict())


@router.delete("/backups/{name}", status_code=204, responses=answers(404))
def drop_backup(request: Request, person: Administrator, name: BackupName) -> Response:
    """Take a backup away that is kept in the workspace."""
    folder = folder_of(request)
    _known(folder, name)
    deed = Deed(person.name, "api", "backups.remove", name)
    audited(folder, deed, datetime.now(UTC), lambda: remove_backup(folder, name))
    return Response(status_code=204)


def _known(folder: File, name: str) -> File:
    path = path_of(folder, name)
    if path is None:
        raise NotThere("there is no backup {name}", name=name)
    return path
