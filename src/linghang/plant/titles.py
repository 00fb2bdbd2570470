"""What tables, columns and their words are called, wherever a text names them as programs do."""

import re

from linghang.plant.tables import TABLES
from linghang.words import Text

_NAMED = re.compile(r"\b([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?\b")
_BETWEEN = Text("·", " · ")


def titled(text: str) -> Text:
    """Return a text with the titles of the tables, columns and words that it names: `equipment.key` → 设备·关键设备.

    Names that belong to no table stay as they are; words of a column and columns alone are known once the text has
    named their table.
    """
    tables = [TABLES[found[1]] for found in _NAMED.finditer(text) if found[1] in TABLES]
    words: dict[str, Text] = {}
    for table in reversed(tables):
        for column in table.columns:
            words.update(column.info["choices"] or {})
        words.update((column.name, column.info["title"]) for column in table.columns)

    def said(found: re.Match[str]) -> Text:
        table = TABLES.get(found[1])
        if table is None:
            return words.get(found[0], Text(found[0], found[0]))
        title: Text = table.info["title"]
        if found[2] is None:
            return title
        if found[2] not in table.columns:
            return Text(found[0], found[0])
        column: Text = table.columns[found[2]].info["title"]
        return Text(title.zh + _BETWEEN.zh + column.zh, title.en + _BETWEEN.en + column.en)

    return Text(_NAMED.sub(lambda found: said(found).zh, text), _NAMED.sub(lambda found: said(found).en, text))
