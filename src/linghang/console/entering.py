"""The page on which people enter: plain HTML, so that nobody costs the server anything before having entered."""

from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from linghang.console.gate import LOGIN, LOGIN_POLICY
from linghang.console.hypertext import joined, tag
from linghang.words import LANGUAGES, language, tr, use

STATIC = Path(__file__).parent / "static"
FILES = ("console.css", "live.js", "login.js", "mark.svg")
KEPT_FOR_S = 3_600


def register(app: FastAPI) -> None:
    """Add the page of entering, and the files that it and the pages need."""
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
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return wanted if inside else "/"


async def _login(request: Request, to: str = "/", lang: str = "") -> Response:
    goal = within(to)
    if getattr(request.state, "person", None) is not None:
        return RedirectResponse(goal, 303)
    for known in LANGUAGES:
        if known == lang:
            use(known)
    head = joined(
        (
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", tr("Enter · Linghang")),
            tag("link", rel="icon", href="/console/mark.svg"),
            tag("link", rel="stylesheet", href="/console/console.css"),
        )
    )
    body = tag(
        "main",
        tag("img", src="/console/mark.svg", alt="", width="48", height="48"),
        tag("h1", tr("Enter Linghang")),
        tag("p", tr("With the name and password of your account."), class_="lh-about"),
        _form(goal),
        tag("p", _other_language(goal), class_="lh-login-lang"),
        class_="lh-login",
    )
    page = tag(
        "html",
        tag("head", head),
        tag("body", body, tag("script", src="/console/login.js", defer=True), class_="lh-follows-system"),
        lang="zh-CN" if language() == "zh" else "en",
    )
    headers = {"Content-Security-Policy": LOGIN_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(f"<!doctype html>{page}", headers=headers)


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
    from urllib.parse import quote

    other, name = ("en", "English") if language() == "zh" else ("zh", "中文")
    return tag("a", name, href=f"{LOGIN}?lang={other}&to={quote(goal, safe='')}", lang=other)
