"""Entering and leaving, accounts and tokens."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from linghang.api.problems import answers, problem
from linghang.api.security import COOKIE, Administrator, Reader
from linghang.usecases.accounts import SESSION, Account, Accounts, Person, Role, Scope
from linghang.usecases.accounts import Token as KeptToken

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


class AccountShown(BaseModel):
    """An account without its secrets."""

    name: str
    title: str
    role: Role
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


@router.post("/session", status_code=201)
async def enter(request: Request, response: Response, given: Credentials) -> Me:
    """Enter: opens a session, whose secret is the cookie."""
    accounts: Accounts = request.app.state.accounts
    agent = request.headers.get("user-agent", "")
    entered = await run_in_threadpool(accounts.enter, given.name, given.password, datetime.now(UTC), agent)
    response.set_cookie(
        COOKIE,
        entered.secret,
        max_age=int(SESSION / timedelta(seconds=1)),
        httponly=True,
        samesite="strict",
        secure=request.app.state.serving.secure,
    )
    return _me(entered.person)


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


@router.get("/accounts")
def accounts(request: Request, _: Administrator) -> list[AccountShown]:
    """All accounts."""
    return [_shown(one) for one in request.app.state.accounts.all()]


@router.post("/accounts", status_code=201, responses=answers(409))
def add_account(request: Request, _: Administrator, given: NewAccount) -> AccountShown:
    """Add an account."""
    found: Accounts = request.app.state.accounts
    return _shown(found.add(given.name, given.role, given.password, datetime.now(UTC), given.title, given.subject))


@router.patch("/accounts/{name}", response_model=AccountShown, responses=answers(404))
def change_account(request: Request, _: Administrator, name: Name, given: AccountChange) -> Any:
    """Change role or password, or let somebody in no more; all sessions of the account end."""
    found: Accounts = request.app.state.accounts
    now = datetime.now(UTC)
    if (account := next((one for one in found.all() if one.name == name), None)) is None:
        return problem(404)
    if given.password is not None:
        found.change_password(name, given.password, now)
    if given.role is not None:
        account = found.change_role(name, given.role, now)
    if given.disabled is not None:
        account = found.disable(name, now) if given.disabled else found.enable(name)
    return _shown(account)


@router.get("/tokens")
def tokens(request: Request, _: Administrator) -> list[TokenShown]:
    """All tokens, without their secrets."""
    return [TokenShown(**_token(one)) for one in request.app.state.accounts.tokens()]


@router.post("/tokens", status_code=201)
def make_token(request: Request, _: Administrator, given: NewToken) -> TokenMade:
    """Make a token; its secret is in this answer and nowhere else."""
    made, secret = request.app.state.accounts.make_token(
        given.name, given.account, frozenset(given.scopes), datetime.now(UTC), given.days
    )
    return TokenMade(**_token(made), secret=secret)


@router.delete("/tokens/{number}", status_code=204)
def revoke_token(request: Request, _: Administrator, number: Number) -> Response:
    """Revoke a token."""
    request.app.state.accounts.revoke_token(number, datetime.now(UTC))
    return Response(status_code=204)


def _me(person: Person) -> Me:
    return Me(name=person.name, title=person.title, role=person.role, scopes=sorted(person.scopes))


def _shown(one: Account) -> AccountShown:
    return AccountShown(
        name=one.name,
        title=one.title,
        role=one.role,
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
