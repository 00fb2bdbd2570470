"""What a person reads: one gettext catalogue, Chinese and English.

A message is written in English in the code, marked by `tr`, `later` or by being the first argument of
`BadInput`; the Chinese stands in `locale/zh/LC_MESSAGES/linghang.po`. Texts of packs carry both languages
themselves (`Text`), because they are data with a source.
"""

import gettext
import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "linghang"

_language: ContextVar[Language] = ContextVar("language", default="zh")


class Text(NamedTuple):
    """One text of a pack in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if language() == "zh" else self.en

    def to_dict(self) -> dict[str, str]:
        """Both languages, as JSON takes them."""
        return {"zh": self.zh, "en": self.en}


def language() -> Language:
    """Return the language that `tr` speaks now."""
    return _language.get()


def use(chosen: Language) -> None:
    """Speak `chosen` from now on (in this context)."""
    _language.set(chosen)


def tr(message: str, /, **values: object) -> str:
    """Say `message` in the current language, with `values` in its {braces}."""
    said = _catalogue(language()).gettext(message) if message else ""
    return said.format(**values) if values else said


class Word(str):
    """A word of the catalogue that goes into another message: said in the language of that message."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return format(tr(str(self)), spec)


class Listed(tuple[object, ...]):
    """Several names in one message, joined as its language joins them."""

    __slots__ = ()

    def __str__(self) -> str:
        return ("、" if language() == "zh" else ", ").join(map(str, self))


def later(message: str) -> str:
    """Mark `message` for the catalogue; whoever shows it calls `tr`."""
    return message


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Choose by `--lang`, then LINGHANG_LANG, then the locale; Chinese where none of them says.

    A value that is neither zh nor en is left to the command line to refuse.
    """
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and place + 1 < len(arguments):
            return _known(arguments[place + 1]) or "zh"
        if argument.startswith("--lang="):
            return _known(argument.removeprefix("--lang=")) or "zh"
    for name in ("LINGHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if (value := environment.get(name, "")) and value.partition(".")[0] not in ("C", "POSIX"):
            return _known(value) or "en"
    return "zh"


def speak_everywhere(chosen: Language) -> None:
    """Speak `chosen` here and in libraries that ask the process-wide gettext (the command line's own words)."""
    use(chosen)
    os.environ["LANGUAGE"] = chosen
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)


def _known(value: str) -> Language | None:
    short = value.lower()[:2]
    return short if short in LANGUAGES else None


@cache
def _catalogue(chosen: Language) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, str(LOCALE_DIR), [chosen], fallback=True)
