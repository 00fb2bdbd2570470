"""The page on which people enter: plain HTML, so that nobody costs the server anything before having entered."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from linghang.console import single_sign_on
from linghang.console.gate import LOGIN, LOGIN_POLICY
from linghang.console.hypertext import Child, joined, tag
from linghang.console.visit import LANGUAGE_NAMES
from linghang.errors import BadInput
from linghang.usecases.passwords import WAIT_S, Busy
from linghang.usecases.single_sign_on import Provider
from linghang.words import LANGUAGES, language, tr, use

STATIC = Path(__file__).parent / "static"
FILES = frozenset(one.name for one in STATIC.iterdir())
STYLES = tuple(sorted(one for one in FILES if one.endswith(".css")))
SCRIPTS = tuple(sorted(one for one in FILES if one.endswith(".js") and one != "login.js"))
"""What every page loads; the page of entering needs `console.css` and `login.js` alone."""
KEPT_FOR_S = 3_600


def register(app: FastAPI) -> None:
    """Add the page of entering, and the files that it and the pages need."""
    single_sign_on.register(app)
    app.add_api_route(LOGIN, _login, methods=["GET"], include_in_schema=False)
    app.add_api_route("/favicon.ico", _favicon, methods=["GET"], include_in_schema=False)
    app.add_api_route("/console/{name}", _file, methods=["GET"], include_in_schema=False)


async def _favicon() -> Response:
    return await _file("mark.svg")


async def _file(name: str) -> Response:
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(STATIC / name, headers={"Cache-Control": f"public, max-age={KEPT_FOR_S}"})


def within(wanted: str) -> str:
    """Return where to go after entering: a path of this server and nothing else."""
    inside = wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable()
    return wanted if inside and "\\" not in wanted.partition("?")[0] else "/"  # browsers read \ as /, and no tab


async def _login(request: Request, to: str = "/", lang: str = "", left: str = "") -> Response:
    goal = within(to)
    if getattr(request.state, "person", None) is not None:
        return RedirectResponse(goal, 303)
    for known in LANGUAGES:
        if known == lang:
            use(known)
    provider = await run_in_threadpool(single_sign_on.offered, request.app.state.serving.folder)
    body = (
        tag("h1", tr("Enter Linghang")),
        tag("p", tr("With the name and password of your account."), class_="lh-about"),
        _form(goal),
        _provider(provider, goal, left) if provider else None,
        tag("p", _other_language(goal), class_="lh-login-lang"),
        tag("script", src="/console/login.js", defer=True),
    )
    return _page(tr("Enter · Linghang"), body)


def refused_page(reason: BadInput) -> Response:
    """Say why somebody was not let in, and offer to begin again."""
    busy = isinstance(reason, Busy)
    body = (
        tag("h1", tr("Not let in")),
        tag("p", str(reason), class_="lh-refused", role="alert"),
        tag("p", tag("a", tr("Back to the door"), href=LOGIN)),
    )
    answer = _page(tr("Enter · Linghang"), body, status=503 if busy else 403)
    if busy:
        answer.headers["Retry-After"] = str(round(WAIT_S))
    return answer


def went_on_page(goal: str) -> HTMLResponse:
    """Go on to a page by itself: a redirect from another site would leave the session's cookie behind."""
    body = (tag("h1", tr("Entered")), tag("p", tag("a", tr("Go on"), href=goal)))
    return _page(tr("Enter · Linghang"), body, tag("meta", http_equiv="refresh", content=f"0;url={goal}"))


def _page(title: str, body: Iterable[Child], more: str = "", status: int = 200) -> HTMLResponse:
    head = joined(
        (
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", title),
            tag("link", rel="icon", href="/console/mark.svg"),
            tag("link", rel="stylesheet", href="/console/console.css"),
            more,
        )
    )
    mark = tag("img", src="/console/mark.svg", alt="", width="48", height="48")
    page = tag(
        "html",
        tag("head", head),
        tag("body", tag("main", mark, body, class_="lh-login"), class_="lh-follows-system"),
        lang="zh-CN" if language() == "zh" else "en",
    )
    headers = {"Content-Security-Policy": LOGIN_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(f"<!doctype html>{page}", status, headers=headers)


def _provider(provider: Provider, goal: str, left: str) -> str:
    """The way in through the identity provider, and, for who has just left, the way out there."""
    way = f"{single_sign_on.START}?to={quote(goal, safe='')}"
    text = tr("Enter with {name}", name=provider.title)
    links = [tag("p", tag("a", text, href=way, class_="lh-button lh-primary"), class_="lh-login-provider")]
    if left:
        said = tr("You have left Linghang. Leave {name} too", name=provider.title)
        links.append(tag("p", tag("a", said, href=single_sign_on.LEAVE)))
    return joined(links)


def _form(goal: str) -> str:
    return tag(
        "form",
        tag("label", tr("Name"), for_="name"),
        tag("input", id="name", name="name", autocomplete="username", required=True, autofocus=True),
        tag("label", tr("Password"), for_="password"),
        tag("input", id="password", name="password", type="password", autocomplete="current-password", required=True),
        tag("p", role="alert", id="refused", class_="lh-refused", hidden=True),
        tag("button", tr("Enter"), type="submit", class_="lh-button lh-primary"),
        tag("noscript", tag("p", tr("The console needs JavaScript."), class_="lh-refused")),
        id="enter",
        method="post",
        data_to=goal,
        data_failed=tr("The server does not answer; try again in a moment."),
    )


def _other_language(goal: str) -> str:
    other = "en" if language() == "zh" else "zh"
    return tag("a", LANGUAGE_NAMES[other], href=f"{LOGIN}?lang={other}&to={quote(goal, safe='')}", lang=other)
