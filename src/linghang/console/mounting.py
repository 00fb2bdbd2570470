"""The console on the API's server: one process, one address; what the API answers never passes through here."""

import asyncio
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from nicegui import Client, app, ui
from nicegui.language import Language as PageLanguage
from nicegui.storage import Storage

from linghang.api.app import Serving
from linghang.api.security import COOKIE
from linghang.console import elsewhere, entering, facts, shell
from linghang.console.gate import LOGIN, Gate
from linghang.console.visit import Visit, floor_of, language_of, still_in, theme_of
from linghang.errors import BadInput, Place, reason_of
from linghang.words import language, later, tr, use

FOLDER = "console"
SECRET = "secret"
LOOKED_AFTER_S = 10.0
"""How often open pages are looked through for sessions that are over; a page ends so much later at most."""
TITLE = later("Linghang")


class Page(ui.page):
    """A page in the language and theme that its reader chose."""

    def resolve_language(self) -> PageLanguage | None:
        """Quasar's words and the `lang` of the document."""
        return "zh-CN" if language_of(app.storage.user, language()) == "zh" else "en-US"

    def resolve_dark(self) -> bool | None:
        """None follows the system."""
        return {"auto": None, "light": False, "dark": True}[theme_of(app.storage.user)]

    def resolve_title(self) -> str:
        """The product's name until the page says its own."""
        return tr(TITLE)


def mount(outer: FastAPI, serving: Serving) -> None:
    """Put the console under `/` of the API's application.

    Parameters
    ----------
    outer
        Of `linghang.api.app.build`; its routes are asked first.
    serving
        How the workspace is served.

    Raises
    ------
    BadInput
        The folder in which the console remembers what people chose cannot be written.
    """
    folder = serving.folder / FOLDER
    secret = _secret(folder)
    Storage.path = folder
    entering.register(outer)
    _register_page(outer, serving)
    ui.run_with(
        outer,
        mount_path="/",
        storage_secret=secret,
        title=TITLE,
        favicon=entering.STATIC / "mark.svg",
        language="zh-CN",
        dark=None,
        tailwind=False,
        show_welcome_message=False,
        session_middleware_kwargs={
            "session_cookie": "linghang_page",
            "same_site": "strict",
            "https_only": serving.secure,
        },
    )
    app.add_middleware(Gate, outer=outer)
    app.on_startup(lambda: _start(outer))
    app.on_shutdown(elsewhere.end)


def _secret(folder: Path) -> str:
    """Return the key that signs the cookie of a browser's choices: made once, and readable by the owner alone."""
    file = folder / SECRET
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileExistsError):
            file.touch(mode=0o600, exist_ok=False)
        if not (said := file.read_text("ascii").strip()):
            said = secrets.token_urlsafe(32)
            file.write_text(said, "ascii")
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise BadInput("cannot be used: {reason}", Place(str(file)), reason=reason) from None
    return said


def _register_page(outer: FastAPI, serving: Serving) -> None:
    async def page(request: Request) -> None:
        remembered = app.storage.user
        chosen = language_of(remembered, language())
        use(chosen)
        visit = Visit(
            serving.folder,
            outer.state.accounts,
            request.state.person,
            request.cookies.get(COOKIE),
            chosen,
            remembered,
            theme_of(remembered),
            pack=_known_pack(remembered.get("pack")),
            floor=floor_of(remembered),
        )
        _VISITS[ui.context.client.id] = visit
        await shell.build(visit, request)

    Page("/{_:path}")(page)
    Page("/")(page)


def _known_pack(name: Any) -> str:
    return name if name in facts.packs() else next(iter(facts.packs()))


# --- pages that stay open ---

_VISITS: dict[str, Visit] = {}


def _start(outer: FastAPI) -> None:
    task = asyncio.create_task(_look_after(outer))
    outer.state.console_task = task
    app.on_shutdown(task.cancel)


async def _look_after(outer: FastAPI) -> None:
    """End pages whose session is over: events of a page do not pass the door again."""
    while True:
        await asyncio.sleep(LOOKED_AFTER_S)
        open_pages = {id: visit for id, visit in _VISITS.items() if id in Client.instances}
        for gone in _VISITS.keys() - open_pages.keys():
            del _VISITS[gone]
        if not open_pages:
            continue
        keys = {visit.secret for visit in open_pages.values()}
        accounts = outer.state.accounts
        now = datetime.now(UTC)
        over = await asyncio.to_thread(lambda: {one for one in keys if not still_in(accounts, one, now)})  # noqa: B023
        for id, visit in open_pages.items():
            if visit.secret in over:
                _close(id)


def _close(id: str) -> None:
    client = Client.instances[id]
    _VISITS.pop(id, None)
    client.run_javascript(f"location.replace({LOGIN!r})")
    for element in list(client.content.default_slot.children):
        element.delete()
