"""Entering through an identity provider: the way there with PKCE, state and nonce, and the way back.

What is begun is kept in this process for ten minutes and bound to the browser by a cookie. That cookie is `lax`, as the
way back begins at another site; the session's own is `strict`, so the page after it goes on by itself.
"""

import asyncio
import hmac
import logging
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from linghang.api.account_routes import keep
from linghang.api.turns import Turns, line_of
from linghang.errors import BadInput
from linghang.usecases.accounts import Entered, Refused
from linghang.usecases.single_sign_on import Provider, enter_by_claims, provider_of

LOG = logging.getLogger("linghang.console")
START, BACK, LEAVE = "/login/oidc", "/login/oidc/back", "/login/oidc/leave"
COOKIE = "linghang_oidc"
LASTS_S = 600
MOST_BEGUN, MOST_BEGUN_OF_ONE = 10_000, 200
"""Ways in that are kept: of all, and of one address, so that who begins many ends nobody else's."""
ASKED_AT_ONCE = 8
"""Conversations with the provider; others wait, so that a crowd here is none there."""
WAIT_S, LONGEST_S = 10.0, 20.0
"""Of the provider: seconds of silence, and of one conversation with it."""
LONGEST_REASON = 200
TAKEN = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
LEEWAY_S = 120
"""How much the clocks of two machines may differ."""
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)) | {"EdDSA"}
"""Signatures that only the provider can make; never one with a shared secret, never none."""


class Begun(NamedTuple):
    """Somebody who was sent to the provider."""

    until: float
    address: str
    issuer: str
    nonce: str
    verifier: str
    redirect: str
    goal: str


class SingleSignOn:
    """The routes of a server whose workspace names a provider.

    Parameters
    ----------
    folder
        The workspace; its settings are read each time, so that a change needs no new start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._begun: dict[str, Begun] = {}
        self._turns = Turns(ASKED_AT_ONCE)

    async def start(self, request: Request) -> Response:
        """Send somebody to the provider."""
        from linghang.console.entering import within

        provider = await run_in_threadpool(self._provider)
        redirect = _address(request, provider) + BACK
        client = await run_in_threadpool(self._client, provider)
        async with self._asking(request, provider):
            await _metadata(client, provider)
            made = await client.create_authorization_url(redirect)
        address, goal = line_of(_host(request)), within(request.query_params.get("to", "/"))
        self._make_room(address)
        until = time.monotonic() + LASTS_S
        self._begun[made["state"]] = Begun(
            until, address, provider.issuer, made["nonce"], made["code_verifier"], redirect, goal
        )
        answer = RedirectResponse(made["url"], 303, {"Cache-Control": "no-store"})
        secure = request.app.state.serving.secure
        answer.set_cookie(
            COOKIE, made["state"], max_age=LASTS_S, path=START, httponly=True, samesite="lax", secure=secure
        )
        return answer

    def _make_room(self, address: str) -> None:
        """Forget the oldest where too many have begun: first of this address, else of the one that has begun most."""
        if len(self._begun) < MOST_BEGUN_OF_ONE:
            return
        of = Counter(one.address for one in self._begun.values())
        if of[address] < MOST_BEGUN_OF_ONE:
            if len(self._begun) < MOST_BEGUN:
                return
            ((address, _),) = of.most_common(1)
        del self._begun[next(state for state, one in self._begun.items() if one.address == address)]

    async def back(self, request: Request) -> tuple[Entered, str]:
        """Let somebody in who comes back from the provider; return who entered and where to go on."""
        provider = await run_in_threadpool(self._provider)
        said = request.query_params
        state = said.get("state", "")
        begun = self._begun.pop(state, None)
        if begun is None or begun.until < time.monotonic():
            raise Refused("this way in was begun too long ago, or on another server; begin again")
        if not hmac.compare_digest(state.encode(), request.cookies.get(COOKIE, "").encode()):
            raise Refused("this way in was begun in another browser; begin again here")
        if {begun.issuer, said.get("iss", begun.issuer)} != {provider.issuer}:  # RFC 9207: another one may answer
            raise Refused("this way in was begun at another provider than the one that answers; begin again")
        if "error" in said:
            reason = (said.get("error_description") or said["error"])[:LONGEST_REASON]
            raise Refused("the provider does not let you in: {reason}", reason=reason)
        async with self._asking(request, provider):
            claims = await self._claims(provider, begun, said.get("code", ""))
        agent = request.headers.get("user-agent", "")
        work = partial(
            enter_by_claims, self.folder, request.app.state.accounts, provider, claims, datetime.now(UTC), agent
        )
        return await run_in_threadpool(work), begun.goal

    async def leave(self, request: Request) -> Response:
        """Send somebody who has left here to the provider, to leave there too."""
        provider = await run_in_threadpool(self._provider)
        client = await run_in_threadpool(self._client, provider)
        async with self._asking(request, provider):
            ends = (await _metadata(client, provider)).get("end_session_endpoint")
        home = _address(request, provider) + "/login"
        asked = {"client_id": provider.client_id, "post_logout_redirect_uri": home}
        sign = "&" if ends and "?" in ends else "?"
        return RedirectResponse(f"{ends}{sign}{urlencode(asked)}" if ends else "/login", 303)

    @asynccontextmanager
    async def _asking(self, request: Request, provider: Provider) -> AsyncIterator[None]:
        """Talk with the provider: when it is one's turn, not for ever, and whatever it says.

        Raises
        ------
        Busy
            Too many do already.
        BadInput
            It takes too long, or what it says makes no sense.
        """
        async with self._turns.of(_host(request)):
            try:
                async with asyncio.timeout(LONGEST_S):
                    yield
            except TimeoutError as error:
                raise _unreachable(provider, error) from None
            except BadInput:
                raise
            except Exception as error:  # anything may come from outside
                raise _odd(provider, error) from None

    def _provider(self) -> Provider:
        try:
            found = provider_of(self.folder)
        except BadInput as error:
            raise _not_right(error) from None
        if found is None:
            raise BadInput("no identity provider is set up here; [oidc] of linghang.toml names one")
        return found

    def _client(self, provider: Provider) -> Any:
        try:
            from authlib.deprecate import AuthlibDeprecationWarning

            with warnings.catch_warnings():
                warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it would rather have httpx's successor
                from authlib.integrations.starlette_client.apps import StarletteOAuth2App
        except ImportError:
            raise BadInput("the extra “oidc” is not installed: pip install linghang[oidc]") from None
        try:
            secret = provider.secret(self.folder)
        except BadInput as error:
            raise _not_right(error) from None
        return StarletteOAuth2App(
            None,
            client_id=provider.client_id,
            client_secret=secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "timeout": WAIT_S},
        )

    async def _claims(self, provider: Provider, begun: Begun, code: str) -> dict[str, Any]:
        """Exchange the code for the ID token, and check it."""
        from authlib.common.errors import AuthlibBaseError
        from httpx import HTTPError
        from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError

        client = await run_in_threadpool(self._client, provider)
        await _metadata(client, provider)
        try:
            token = await client.fetch_access_token(
                redirect_uri=begun.redirect, code=code, code_verifier=begun.verifier
            )
            options = {
                "iss": {"essential": True, "values": [provider.issuer]},
                "aud": {"essential": True, "values": [provider.client_id]},
            }
            claims = await client.parse_id_token(token, begun.nonce, claims_options=options, leeway=LEEWAY_S)
        except HTTPError as error:
            raise _unreachable(provider, error) from None
        except ExpiredTokenError:
            raise _clocks() from None
        except InvalidClaimError as error:
            if str(getattr(error, "claim", error)) in ("iat", "nbf", "exp"):
                raise _clocks() from None
            raise _odd(provider, error) from None
        except (AuthlibBaseError, JoseError) as error:
            raise _odd(provider, error) from None
        if not claims:
            raise _odd(provider, ValueError("no ID token"))
        return dict(claims)


async def _metadata(client: Any, provider: Provider) -> dict[str, Any]:
    """Ask the provider for its addresses and what it signs with.

    Raises
    ------
    BadInput
        It does not answer, or it is another one than linghang.toml names.
    """
    from httpx import HTTPError

    try:
        found: dict[str, Any] = dict(await client.load_server_metadata())
    except (HTTPError, ValueError, TypeError) as error:
        raise _unreachable(provider, error) from None
    if found.get("issuer") != provider.issuer:
        raise BadInput(
            "the provider calls itself {found}, but issuer of [oidc] is {issuer}: write it as the provider does",
            found=str(found.get("issuer"))[:LONGEST_REASON],
            issuer=provider.issuer,
        )
    said = found.get("id_token_signing_alg_values_supported", ["RS256"])
    signed = [one for one in said if one in ALGORITHMS] if isinstance(said, list) else []
    ways = {name: found[name] for name in TAKEN if isinstance(found.get(name), str)}
    if not signed or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= ways.keys():
        raise _odd(provider, ValueError("discovery"))
    # What else it says must not become a setting of the client that asks it.
    kept = ways | {"id_token_signing_alg_values_supported": signed, "_loaded_at": found.get("_loaded_at")}
    client.server_metadata = kept
    return kept


def _unreachable(provider: Provider, error: Exception) -> BadInput:
    LOG.warning("the identity provider %s does not answer as it should: %r", provider.issuer, error)
    return BadInput(
        "the identity provider {issuer} does not answer ({reason}); enter with a password, or try again later",
        issuer=provider.issuer,
        reason=type(error).__name__,
    )


def _not_right(error: BadInput) -> BadInput:
    """Who has not entered is not told where this workspace lies and what its settings say."""
    LOG.warning("%s", error)
    return BadInput(
        "the way in through the identity provider is not set up rightly; an administrator finds more in "
        "the settings, and in the server's log"
    )


def _clocks() -> Refused:
    return Refused(
        "what the provider says is not valid at this hour: the clocks of the two machines differ by more than "
        "{seconds} s; set them by a time server",
        seconds=LEEWAY_S,
    )


def _odd(provider: Provider, error: Exception) -> Refused:
    LOG.warning("the identity provider %s said what cannot be taken: %r", provider.issuer, error)
    return Refused("what the provider says cannot be taken ({reason}); begin again", reason=type(error).__name__)


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _address(request: Request, provider: Provider) -> str:
    """The address at which the browser reaches this server."""
    if provider.address:
        return provider.address
    scheme = "https" if request.app.state.serving.secure else request.url.scheme
    return f"{scheme}://{request.headers.get('host', '')}"


def register(app: FastAPI) -> None:
    """Add the routes; without a provider in linghang.toml they say so."""
    from linghang.console.entering import refused_page, went_on_page  # that page offers this way in

    here = SingleSignOn(app.state.serving.folder)

    async def start(request: Request) -> Response:
        try:
            return await here.start(request)
        except BadInput as error:
            return refused_page(error)

    async def back(request: Request) -> Response:
        try:
            entered, goal = await here.back(request)
        except BadInput as error:
            answer = refused_page(error)
        else:
            answer = went_on_page(goal)
            keep(answer, entered, request.app.state.serving.secure)
        answer.delete_cookie(COOKIE, path=START, httponly=True, samesite="lax")
        return answer

    async def leave(request: Request) -> Response:
        try:
            return await here.leave(request)
        except BadInput as error:
            return refused_page(error)

    for path, route in ((START, start), (BACK, back), (LEAVE, leave)):
        app.add_api_route(path, route, methods=["GET"], include_in_schema=False)


def offered(folder: Path) -> Provider | None:
    """The provider that the page of entering offers; a wrong setting is told there only to the log."""
    try:
        return provider_of(folder)
    except BadInput as error:
        LOG.warning("%s", error)
        return None
