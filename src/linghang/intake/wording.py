"""Texts, yes and no, and choices: a choice is read by its machine word or by its Chinese or English name."""

import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linghang.errors import BadInput, nearest
from linghang.intake.reading import Converted, Reading, flaws_of, one_by_one
from linghang.words import language

YES = frozenset(("是", "yes", "y", "true", "t", "1", "1.0", "√", "✓", "有"))
NO = frozenset(("否", "no", "n", "false", "f", "0", "0.0", "×", "无"))
MAX_TEXT = 10_000
"""Characters of one text."""


def folded(written: str) -> str:
    """Return a word without what does not tell words apart: case, width, spaces, underscores."""
    return "".join(unicodedata.normalize("NFKC", written).casefold().split()).replace("_", "")


def trimmed(text: pa.Array) -> pa.Array:
    """Return texts without spaces around them; an empty one is null."""
    text = pc.utf8_trim_whitespace(text)
    empty = pc.equal(text, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def texts(text: pa.Array, reading: Reading) -> Converted:
    """Read texts and keys as they stand, or through the given words."""
    too_long = pc.fill_null(pc.greater(pc.utf8_length(text), MAX_TEXT), False)
    if reading.words:
        return Converted(*one_by_one(text, text.is_valid(), lambda one: reading.words.get(one, one), pa.string()))
    if not pc.any(too_long).as_py():
        return Converted(text, [])

    def refuse(_: str) -> str:
        raise BadInput("a text has at most {limit} characters", limit=MAX_TEXT)

    _, flaws = one_by_one(text, too_long, refuse, pa.string())
    return Converted(pc.if_else(too_long, pa.scalar(None, pa.string()), text), flaws)


def flags(text: pa.Array, reading: Reading) -> Converted:
    """Read yes and no."""

    def read(written: str) -> bool:
        word = folded(reading.words.get(written, written))
        if word in YES or word in NO:
            return word in YES
        raise BadInput("{value} is neither yes nor no; write 是 or 否, Y or N, 1 or 0, true or false", value=written)

    return Converted(*one_by_one(text, text.is_valid(), read, pa.bool_()))


def choices(text: pa.Array, reading: Reading) -> Converted:
    """Read words of a column's list."""
    known = spellings(reading.column)
    encoded = text.dictionary_encode()
    values: list[str | None] = []
    refused: dict[int, BadInput] = {}
    for code, written in enumerate(encoded.dictionary.to_pylist()):
        found = known.get(folded(reading.words.get(written, written)))
        values.append(found)
        if found is None:
            near = nearest(written, said(reading.column))
            refused[code] = BadInput(
                "{title} does not know the word {value}; {near}",
                title=reading.column.info["title"],
                value=written,
                near=near,
            )
    return Converted(pa.array(values, pa.string()).take(encoded.indices), flaws_of(encoded.indices, refused))


def spellings(column: "sa.Column[Any]") -> dict[str, str]:
    """Return every way to write a column's words -> the machine word."""
    found: dict[str, str] = {}
    for word, text in column.info["choices"].items():
        for spelling in (word, text.zh, text.en):
            found.setdefault(folded(spelling), word)
    return found


def said(column: "sa.Column[Any]") -> tuple[str, ...]:
    """Return a column's words as a person reads them."""
    names = [text.zh if language() == "zh" else word for word, text in column.info["choices"].items()]
    return tuple(names)
