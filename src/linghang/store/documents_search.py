"""Search in the register: every word must stand in the description of a document or in its text.

The index holds every three neighbouring characters (FTS5, trigram), so Chinese needs no cutting into words; a word of
one or two characters is looked for in the whole text.
"""

import re
import unicodedata
from collections.abc import Sequence
from sqlite3 import Connection
from typing import NamedTuple

from linghang.errors import BadInput
from linghang.store.documents_card import Document

MAX_WORDS = 20
AROUND = 40
"""Characters shown before and after a hit."""
_INDEXED = 3


class Hit(NamedTuple):
    """A document in which the words stand.

    Attributes
    ----------
    document
        Its newest revision.
    where
        text, or the part of the description: title, file_name …
    excerpt
        What stands around the first word that was found there.
    start, end
        The word in the excerpt, `[start, end)`.
    """

    document: Document
    where: str
    excerpt: str
    start: int
    end: int


def search(db: Connection, documents: Sequence[Document], words: str) -> tuple[Hit, ...]:
    """Return the documents that hold every word, in the order given."""
    wanted = plain(words).split()
    if not wanted:
        raise BadInput("say what to look for: one word or several")
    if len(wanted) > MAX_WORDS:
        raise BadInput("{limit} words can be looked for at once", limit=MAX_WORDS)
    texts = {word: _files_with(db, word) for word in wanted}
    hits = (_hit(db, one, wanted, texts) for one in documents)
    return tuple(one for one in hits if one is not None)


def plain(text: str) -> str:
    """Write a text as the index has it: full-width signs as plain ones, and compatibility signs as common ones."""
    return unicodedata.normalize("NFKC", text)


def _files_with(db: Connection, word: str) -> set[str]:
    if len(word) >= _INDEXED:
        condition, value = "content match ?", '"' + word.replace('"', '""') + '"'
    else:
        condition, value = "text like ? escape '\\'", f"%{_escaped(word)}%"
    asked = f"select sha256 from content join file on file.id = content.rowid where {condition}"
    return {one["sha256"] for one in db.execute(asked, (value,))}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hit(db: Connection, one: Document, wanted: Sequence[str], texts: dict[str, set[str]]) -> Hit | None:
    card = {
        "title": one.title,
        "file_name": one.file_name,
        "issuer": one.issuer,
        "owner": one.owner,
        "note": one.note,
        "proves": " ".join(one.proves),
        "links": " ".join(one.links),
        "id": one.id,
    }
    card = {name: plain(text) for name, text in card.items()}
    found = {word: next((name for name, text in card.items() if _find(text, word) >= 0), None) for word in wanted}
    if any(name is None and one.sha256 not in texts[word] for word, name in found.items()):
        return None
    in_text = next((word for word in wanted if one.sha256 in texts[word]), None)
    if in_text is not None:
        row = db.execute(
            "select text from content where rowid = (select id from file where sha256 = ?)", (one.sha256,)
        ).fetchone()
        return Hit(one, "text", *_excerpt(row["text"], in_text))
    word, name = next((word, name) for word, name in found.items() if name)
    return Hit(one, name, *_excerpt(card[name], word))


def _find(text: str, word: str) -> int:
    found = re.search(re.escape(word), text, re.IGNORECASE)
    return -1 if found is None else found.start()


def _excerpt(text: str, word: str) -> tuple[str, int, int]:
    """Cut out what stands around a word, on one line."""
    at = max(_find(text, word), 0)
    first, last = max(at - AROUND, 0), min(at + len(word) + AROUND, len(text))
    before = ("…" if first else "") + " ".join(text[first:at].split("\n"))
    hit = " ".join(text[at : at + len(word)].split("\n"))
    after = " ".join(text[at + len(word) : last].split("\n")) + ("…" if last < len(text) else "")
    return before + hit + after, len(before), len(before) + len(hit)
