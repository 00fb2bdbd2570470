"""Which texts of a page are not in its language: read from what a browser shows, and looked up in the catalogue."""

import gettext
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from linghang.words import DOMAIN, LOCALE_DIR, Language

TEXTS = """() => {
  const found = new Set(), apart = 'script, style, noscript, code, pre, [translate=no]';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const inside = text.parentElement;
    if (!inside.closest(apart) && inside.checkVisibility({visibilityProperty: true})) found.add(text.data.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest('[translate=no]')) found.add(one.getAttribute(name).trim());
  found.delete('');
  return [...found];
}"""
ENGLISH = re.compile(r"[A-Za-z][a-z]+,?(?: [a-z]{2,}){2,}")
COMMAND = re.compile(r"linghang [a-z]+ [a-z]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIELD = re.compile(r"\{[^}]*\}")


def foreign(page: Any, lang: Language) -> list[str]:
    """Return the texts of a page, and its labels, that a reader of `lang` was not meant to meet."""
    texts: Iterable[str] = page.evaluate(TEXTS)
    if lang == "zh":
        return [one for one in texts if one in _pairs() or ENGLISH.search(COMMAND.sub("", one))]
    return [one for one in texts if CHINESE.search(one) and any(way.fullmatch(one) for way in _chinese())]


@cache
def _pairs() -> dict[str, str]:
    """English -> Chinese, of texts that differ."""
    catalogue = gettext.translation(DOMAIN, str(LOCALE_DIR), ["zh"])._catalog  # type: ignore[attr-defined]
    return {key: said for key, said in catalogue.items() if key and key != said and not key.isupper()}


@cache
def _chinese() -> list[re.Pattern[str]]:
    """The Chinese texts, anything standing in their {braces}."""
    return [
        re.compile(".+".join(map(re.escape, FIELD.split(said))), re.DOTALL)
        for said in _pairs().values()
        if len(CHINESE.findall(FIELD.sub("", said))) > 1
    ]
