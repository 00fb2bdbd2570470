"""Entering through an identity provider: the way there with PKCE, state and nonce, and the way back.

What is begun is kept in this process for ten minutes and bound to the browser by a cookie. That cookie is `lax`, as the
way back begins at another site; the session's own is `strict`, so the page after it goes on by itself.
"""

import hmac
import logging
import time
import warnings
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from linghang.api.account_routes import keep
from linghang.errors import BadInput
from linghang.usecases.accounts import Entered, Refused
from linghang.usecases.single_sign_on import Provider, enter_by_claims, provider_of

LOG = logging.getLogger("linghang.console")
START, BACK, LEAVE = "/login/oidc", "/login/oidc/back", "/login/oidc/leave"
COOKIE = "linghang_oidc"
LASTS_S = 600
MOST_BEGUN = 10_000
WAIT_S = 10.0
LEEWAY_S = 120
"""How much the clocks of two machines may differ."""
ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)) | {"EdDSA"}
"""Signatures that only the provider can make; never one with a shared secret, never none."""


class Begun(NamedTuple):
    """Somebody who was sent to the provider."""

    until: float
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

    async def start(self, request: Request) -> Response:
        """Send somebody to the provider."""
        from linghang.console.entering import within

        provider = await run_in_threadpool(self._provider)
        redirect = _address(request, provider) + BACK
        client = await run_in_threadpool(self._client, provider)
        await _metadata(client, provider)
        made = await client.create_authorization_url(redirect)
        while len(self._begun) >= MOST_BEGUN:
            del self._begun[next(iter(self._begun))]
        goal = within(request.query_params.get("to", "/"))
        until = time.monotonic() + LASTS_S
        self._begun[made["state"]] = Begun(until, made["nonce"], made["code_verifier"], redirect, goal)
        answer = RedirectResponse(made["url"], 303, {"Cache-Control": "no-store"})
        secure = request.app.state.serving.secure
        answer.set_cookie(
            COOKIE, made["state"], max_age=LASTS_S, path=START, httponly=True, samesite="lax", secure=secure
        )
        return answer

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
        if "error" in said:
            raise Refused(
                "the provider does not let you in: {reason}", reason=said.get("error_description") or said["error"]
            )
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
        ends = (await _metadata(client, provider)).get("end_session_endpoint")
        home = _address(request, provider) + "/login"
        asked = {"client_id": provider.client_id, "post_logout_redirect_uri": home}
        sign = "&" if ends and "?" in ends else "?"
        return RedirectResponse(f"{ends}{sign}{urlencode(asked)}" if ends else "/login", 303)

    def _provider(self) -> Provider:
        found = provider_of(self.folder)
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
        return StarletteOAuth2App(
            None,
            client_id=provider.client_id,
            client_secret=provider.secret(self.folder),
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
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
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
        found: dict[str, Any] = await client.load_server_metadata()
    except (HTTPError, ValueError) as error:
        raise _unreachable(provider, error) from None
    if found.get("issuer") != provider.issuer:
        raise BadInput(
            "the provider calls itself {found}, but issuer of [oidc] is {issuer}: write it as the provider does",
            found=found.get("issuer"),
            issuer=provider.issuer,
        )
    signed = [one for one in found.get("id_token_signing_alg_values_supported", ["RS256"]) if one in ALGORITHMS]
    if not signed:
        raise _odd(provider, ValueError("id_token_signing_alg_values_supported"))
    found["id_token_signing_alg_values_supported"] = signed
    return found


def _unreachable(provider: Provider, error: Exception) -> BadInput:
    LOG.warning("the identity provider %s does not answer as it should: %r", provider.issuer, error)
    return BadInput(
        "the identity provider {issuer} does not answer ({reason}); enter with a password, or try again later",
        issuer=provider.issuer,
        reason=type(error).__name__,
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
            return refused_page(str(error))

    async def back(request: Request) -> Response:
        try:
            entered, goal = await here.back(request)
        except BadInput as error:
            answer = refused_page(str(error))
        else:
            answer = went_on_page(goal)
            keep(answer, entered, request.app.state.serving.secure)
        answer.delete_cookie(COOKIE, path=START, httponly=True, samesite="lax")
        return answer

    async def leave(request: Request) -> Response:
        try:
            return await here.leave(request)
        except BadInput as error:
            return refused_page(str(error))

    for path, route in ((START, start), (BACK, back), (LEAVE, leave)):
        app.add_api_route(path, route, methods=["GET"], include_in_schema=False)


def offered(folder: Path) -> Provider | None:
    """The provider that the page of entering offers; a wrong setting is told there only to the log."""
    try:
        return provider_of(folder)
    except BadInput as error:
        LOG.warning("%s", error)
        return None
