"""Entering and leaving, accounts and tokens."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from linghang.api.given import folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import COOKIE, Administrator, Reader
from linghang.api.turns import Turns
from linghang.errors import nearest
from linghang.usecases.accounts import SESSION, Account, Accounts, Entered, Person, Role, Scope
from linghang.usecases.accounts import Token as KeptToken
from linghang.usecases.auditing import Deed, audited

T = TypeVar("T")
router = APIRouter(tags=["accounts"])
Name = Annotated[str, Path(max_length=64, pattern=r"^[\w.@-]+$")]
Number = Annotated[int, Path(ge=1, le=2**62)]


class Credentials(BaseModel):
    """Name and password."""

    name: str = Field(max_length=64)
    password: str = Field(max_length=1024)


class Me(BaseModel):
    """Who asks, and what may be done."""

    name: str
    title: str
    role: Role
    scopes: list[Scope]


class NewAccount(BaseModel):
    """A person to let in."""

    name: str = Field(max_length=64)
    role: Role
    title: str = Field("", max_length=200)
    password: str | None = Field(None, max_length=1024)
    subject: str = Field("", max_length=500, description="issuer and subject of an identity provider")


class AccountChange(BaseModel):
    """What of an account is to change."""

    role: Role | None = None
    password: str | None = Field(None, max_length=1024)
    disabled: bool | None = None


class OwnPassword(BaseModel):
    """A new password for oneself."""

    present: str = Field(max_length=1024)
    password: str = Field(max_length=1024)


class AccountShown(BaseModel):
    """An account without its secrets."""

    name: str
    title: str
    role: Role
    subject: str | None
    made_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None


class NewToken(BaseModel):
    """A key for a program."""

    name: str = Field(min_length=1, max_length=100)
    account: str = Field(max_length=64)
    scopes: list[Scope] = Field(min_length=1)
    days: int | None = Field(365, ge=1, le=36_500)


class TokenShown(BaseModel):
    """A token without its secret."""

    id: int
    name: str
    account: str
    scopes: list[Scope]
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenShown):
    """A new token: its secret is shown this once."""

    secret: str


@router.post("/session", status_code=201, responses=answers(503))
async def enter(request: Request, response: Response, given: Credentials) -> Me:
    """Enter: opens a session, whose secret is the cookie."""
    accounts: Accounts = request.app.state.accounts
    agent = request.headers.get("user-agent", "")
    async with _turns(request).of(request.client.host if request.client else ""):
        entered = await run_in_threadpool(accounts.enter, given.name, given.password, datetime.now(UTC), agent)
    keep(response, entered, request.app.state.serving.secure)
    return _me(entered.person)


def keep(response: Response, entered: Entered, secure: bool) -> None:
    """Give a browser the secret of its session."""
    response.set_cookie(
        COOKIE,
        entered.secret,
        max_age=int(SESSION / timedelta(seconds=1)),
        httponly=True,
        samesite="strict",
        secure=secure,
    )


@router.delete("/session", status_code=204)
async def leave(request: Request) -> Response:
    """Leave: the session ends at once, here and in every window."""
    if (secret := request.cookies.get(COOKIE)) is not None:
        await run_in_threadpool(request.app.state.accounts.leave, secret, datetime.now(UTC))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=request.app.state.serving.secure)
    return answer


@router.get("/me")
async def me(person: Reader) -> Me:
    """Who asks."""
    return _me(person)


@router.put("/me/password", status_code=204, responses=answers(503))
async def change_own_password(request: Request, person: Reader, given: OwnPassword) -> Response:
    """Set one's own password; all one's sessions end."""
    found: Accounts = request.app.state.accounts

    def change() -> None:
        found.change_own_password(person.name, given.present, given.password, datetime.now(UTC))

    async with _turns(request).of(person.name):
        await run_in_threadpool(_done, request, person, "accounts.password", person.name, change)
    return Response(status_code=204)


@router.get("/accounts")
def accounts(request: Request, _: Administrator) -> list[AccountShown]:
    """All accounts."""
    return [_shown(one) for one in request.app.state.accounts.all()]


@router.post("/accounts", status_code=201, responses=answers(503))
def add_account(request: Request, person: Administrator, given: NewAccount) -> AccountShown:
    """Add an account."""
    found: Accounts = request.app.state.accounts
    now = datetime.now(UTC)

    def add() -> Account:
        return found.add(given.name, given.role, given.password, now, given.title, given.subject)

    return _shown(_done(request, person, "accounts.add", given.name, add, {"role": given.role}))


@router.patch("/accounts/{name}", responses=answers(404, 503))
def change_account(request: Request, person: Administrator, name: Name, given: AccountChange) -> AccountShown:
    """Change role, password or whether somebody may enter: all of it or nothing. All sessions of the account end."""
    found, now = _with(request, name), datetime.now(UTC)

    def change() -> Account:
        return found.change(name, now, role=given.role, password=given.password, disabled=given.disabled)

    said = {"role": given.role, "disabled": given.disabled, "password": given.password and "***"}
    how = {key: str(value) for key, value in said.items() if value is not None}
    return _shown(_done(request, person, "accounts.change", name, change, how))


@router.delete("/accounts/{name}/sessions", status_code=204, responses=answers(404))
def end_sessions(request: Request, person: Administrator, name: Name) -> Response:
    """End all sessions of an account at once."""
    found, now = _with(request, name), datetime.now(UTC)
    _done(request, person, "sessions.end", name, lambda: found.end_sessions(name, now))
    return Response(status_code=204)


@router.delete("/accounts/{name}/lock", responses=answers(404))
def unlock(request: Request, person: Administrator, name: Name) -> AccountShown:
    """Take the lock of wrong passwords off an account."""
    found = _with(request, name)
    return _shown(_done(request, person, "accounts.unlock", name, lambda: found.unlock(name)))


@router.get("/tokens")
def tokens(request: Request, _: Administrator) -> list[TokenShown]:
    """All tokens, without their secrets."""
    return [TokenShown(**_token(one)) for one in request.app.state.accounts.tokens()]


@router.post("/tokens", status_code=201)
def make_token(request: Request, person: Administrator, given: NewToken) -> TokenMade:
    """Make a token; its secret is in this answer and nowhere else."""
    found: Accounts = request.app.state.accounts
    now = datetime.now(UTC)

    def make() -> tuple[KeptToken, str]:
        return found.make_token(given.name, given.account, frozenset(given.scopes), now, given.days)

    how = {"name": given.name, "scopes": " ".join(sorted(given.scopes))}
    made, secret = _done(request, person, "tokens.add", given.account, make, how)
    return TokenMade(**_token(made), secret=secret)


@router.delete("/tokens/{number}", status_code=204)
def revoke_token(request: Request, person: Administrator, number: Number) -> Response:
    """Revoke a token."""
    found: Accounts = request.app.state.accounts
    now = datetime.now(UTC)
    _done(request, person, "tokens.revoke", str(number), lambda: found.revoke_token(number, now))
    return Response(status_code=204)


def _done(
    request: Request, person: Person, what: str, on: str, work: Callable[[], T], how: Mapping[str, str] | None = None
) -> T:
    """Make a change that the audit log tells of."""
    return audited(folder_of(request), Deed(person.name, "api", what, on, how or {}), datetime.now(UTC), work)


def _turns(request: Request) -> Turns:
    found: Turns = request.app.state.turns
    return found


def _with(request: Request, name: str) -> Accounts:
    found: Accounts = request.app.state.accounts
    names = [one.name for one in found.all()]
    if name not in names:
        raise NotThere("there is no account {name}; {near}", name=name, near=nearest(name, names))
    return found


def _me(person: Person) -> Me:
    return Me(name=person.name, title=person.title, role=person.role, scopes=sorted(person.scopes))


def _shown(one: Account) -> AccountShown:
    return AccountShown(
        name=one.name,
        title=one.title,
        role=one.role,
        subject=one.subject,
        made_at=_moment(one.made_us) or datetime.now(UTC),
        disabled_at=_moment(one.disabled_us),
        locked_until=_moment(one.locked_until_us),
    )


def _token(one: KeptToken) -> dict[str, Any]:
    times = {"made_at": one.made_us, "expires_at": one.expires_us, "used_at": one.used_us, "revoked_at": one.revoked_us}
    said = {"id": one.id, "name": one.name, "account": one.account, "scopes": sorted(one.scopes)}
    return said | {name: _moment(value) for name, value in times.items()}


def _moment(us: int | None) -> datetime | None:
    return None if us is None else datetime.fromtimestamp(us / 1e6, UTC)
