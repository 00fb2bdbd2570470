"""Find the words of a vocabulary in a text: one pass, the longest word that fits, no overlaps."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from linghang.report.claims.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a vocabulary: where it stands, and what it names (several ids where a word has several meanings)."""

    start: int
    end: int
    ids: tuple[str, ...]


class Vocabulary:
    """Words and what they name.

    Parameters
    ----------
    words
        Word -> ids.
    """

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self.words = words
        self._pattern = re.compile(_alternation(words))

    def find(self, text: str) -> list[Term]:
        """The words in `text`, in order."""
        return [Term(one.start(), one.end(), self.words[one[0]]) for one in self._pattern.finditer(text)]


def _alternation(words: Iterable[str]) -> str:
    """Words by their first character, the longest first: a place that starts none costs one comparison."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[0], []).append(word)
    groups = []
    for first, of in sorted(by_first.items()):
        rest = "|".join(re.escape(word[1:]) for word in sorted(of, key=len, reverse=True))
        groups.append(f"{re.escape(first)}(?:{rest})")
    return "|".join(groups)


@cache
def quantity_terms() -> Vocabulary:
    """The words that name quantities."""
    words: dict[str, tuple[str, ...]] = {}
    for quantity in QUANTITIES:
        for term in quantity.terms:
            words[term] = (*words.get(term, ()), quantity.id)
    return Vocabulary(words)
