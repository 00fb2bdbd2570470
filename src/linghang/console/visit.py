"""One open page: who looks, in which language and theme, at which pack and day. Nothing of it is shared."""

import functools
import inspect
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from linghang.usecases.accounts import Accounts, Person, Refused, Scope
from linghang.words import LANGUAGES, Language, later, tr, use

P = ParamSpec("P")
R = TypeVar("R")
Theme = Literal["auto", "light", "dark"]
Floor = Literal["declared", "documented", "measured"]
LANGUAGE_NAMES: dict[str, str] = {"zh": "中文", "en": "English"}
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
THEME_NAMES = {"auto": later("as the system"), "light": later("light"), "dark": later("dark")}
FLOORS: tuple[Floor, ...] = ("declared", "documented", "measured")
DEFAULT_PACK = "national-2024"


@dataclass
class Visit:
    """One open page.

    Attributes
    ----------
    secret
        Of the session; None where the workspace is open to this machine.
    remembered
        What is kept for this browser: language, theme, pack, day, floor.
    dark
        Whether the page is dark now, once the browser has said so.
    """

    folder: Path
    accounts: Accounts
    person: Person
    secret: str | None
    language: Language
    remembered: MutableMapping[str, Any]
    theme: Theme = "auto"
    pack: str = DEFAULT_PACK
    day: date | None = None
    floor: Floor = "documented"
    dark: bool | None = None
    path: str = "/"
    zone: str = "Asia/Shanghai"
    changed: list[Callable[[], None]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The clock of the console."""
        return datetime.now(UTC)

    @property
    def locale(self) -> str:
        """What browsers call the language, to write numbers and moments in it."""
        return "zh-CN" if self.language == "zh" else "en-GB"

    @property
    def judged(self) -> date:
        """The day that the page speaks of: the chosen one, else the plant's today."""
        return self.day or self.now.astimezone(ZoneInfo(self.zone)).date()

    def url(self, path: str, **more: object) -> str:
        """Return an address inside the console: it keeps pack and day."""
        asked: dict[str, object] = {"pack": self.pack} if self.pack != DEFAULT_PACK else {}
        if self.day is not None:
            asked["day"] = self.day.isoformat()
        asked |= {key: value for key, value in more.items() if value not in (None, "")}
        return path + (f"?{urlencode(asked)}" if asked else "")

    def look_at(self, query: Mapping[str, str], packs: Mapping[str, object]) -> None:
        """Take over what the address asks; what it leaves out stays as it was remembered."""
        if (pack := query.get("pack")) in packs and pack is not None:
            self.pack = self.remembered["pack"] = pack
        if "day" in query:
            self.day = day_of(query["day"])
        for floor in FLOORS:
            if query.get("floor") == floor:
                self.floor = self.remembered["floor"] = floor

    def need(self, scope: Scope) -> Person:
        """Return who looks, asked for again now: what a page shows may be older than a right that was taken away.

        Raises
        ------
        Refused
            The session is over, or the role lacks the right.
        """
        person = self.person
        if self.secret is not None:
            found = self.accounts.by_session(self.secret, self.now)
            if found is None:
                raise Refused("the session is over; enter again")
            person = found
        elif self.accounts.any():
            raise Refused("the session is over; enter again")
        person.need(scope)
        return person

    def speaking(self, handler: Callable[P, R]) -> Callable[P, R]:
        """Return a handler that speaks the language of this page: events of a browser come without one."""
        if inspect.iscoroutinefunction(handler):

            @functools.wraps(handler)
            async def spoken_later(*args: P.args, **kwargs: P.kwargs) -> Any:
                use(self.language)
                return await handler(*args, **kwargs)

            return spoken_later  # type: ignore[return-value]

        @functools.wraps(handler)
        def spoken(*args: P.args, **kwargs: P.kwargs) -> R:
            use(self.language)
            return handler(*args, **kwargs)

        return spoken


def still_in(accounts: Accounts, secret: str | None, now: datetime) -> bool:
    """Whether a session still lives, or, without one, whether the workspace still has no accounts."""
    return accounts.lives(secret, now) if secret is not None else not accounts.any()


def language_of(remembered: Mapping[str, Any], accepted: Language) -> Language:
    """The language that was chosen, else the one that the browser accepts."""
    for known in LANGUAGES:
        if remembered.get("language") == known:
            return known
    return accepted


def theme_of(remembered: Mapping[str, Any]) -> Theme:
    """The theme that was chosen, else the system's."""
    return next((one for one in THEMES if remembered.get("theme") == one), "auto")


def floor_of(remembered: Mapping[str, Any]) -> Floor:
    """The floor of proof that was looked at last."""
    return next((one for one in FLOORS if remembered.get("floor") == one), "documented")


def day_of(text: str) -> date | None:
    """Read a day that an address says; None where it says none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def page_title(name: str) -> str:
    """The title of a browser's tab."""
    return tr("{name} · Linghang", name=name)
