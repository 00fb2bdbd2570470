"""Says the parts of a dossier in one language, and keeps a list of what is missing.

Texts are cleaned of control characters. What is missing stands between two marks (noncharacters of Unicode, which no
text carries), so that either format shows it on a yellow ground; user text never becomes a mark or a tag.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from linghang.report import naming
from linghang.report.content import Dossier, Entry, Row
from linghang.report.figures import number
from linghang.report.labels import PLACES
from linghang.words import Language, Text

OPENS, CLOSES = "\ufdd0", "\ufdd1"
"""Around a placeholder: noncharacters, kept free in every text."""
NOTHING = "—"
_BARE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_KEY = re.compile(r"\W")
ASKS = ("请补充", "to be supplied: ")
"""How a wish begins; a placeholder says so itself."""

Values = dict[str, Any]


def clean(text: str) -> str:
    """Return a text without control characters, halves of letters and noncharacters; ends of lines are kept."""
    return _BARE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")


def placeholder(wanted: str, language: Language) -> str:
    """Return what stands where something is missing."""
    return f"{OPENS}【待补：{wanted}】{CLOSES}" if language == "zh" else f"{OPENS}[to be supplied: {wanted}]{CLOSES}"


def day_text(one: date | None) -> str:
    """Return a day as tables have it."""
    return one.isoformat() if one else NOTHING


def rounded(value: str | None) -> str:
    """Return a figure as a reader can use it; what is no number stays as it is."""
    if value is None:
        return NOTHING
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return clean(value)
    return number(exact) if exact.is_finite() else clean(value)


class Speaker:
    """Says one dossier in one language, and keeps a list of the placeholders on the way."""

    def __init__(self, dossier: Dossier, language: Language) -> None:
        self.dossier, self.language = dossier, language
        self.wanting: list[Values] = []
        self.join = "；" if language == "zh" else "; "
        self.comma = "、" if language == "zh" else ", "
        self.known = {one.id: one.clause for one in dossier.clauses}
        self.known |= {f"indicator:{one.id}": naming.said(one.title, language) for one in dossier.indicators}

    def say(self, text: Text | str | None) -> str:
        """Say a text; nothing is a dash."""
        return NOTHING if text is None or text == "" else clean(naming.said(text, self.language))

    def name(self, names: Mapping[str, Text], word: str | None) -> str:
        """Name a word of a list."""
        return self.say(naming.named(names, word))

    def entry(self, entry: Entry, place: str) -> str:
        """Say an entry, or put a placeholder and note its place."""
        if entry.text is not None:
            return self.say(entry.text)
        wanted = self.say(entry.wanted)
        for asking in ASKS:
            wanted = wanted.removeprefix(asking)
        self.wanting.append({"number": str(len(self.wanting) + 1), "place": place, "wanted": wanted})
        return placeholder(wanted, self.language)

    def place(self, key: str, more: str = "") -> str:
        """Name a place of the report, for the list of what is missing."""
        said = self.say(PLACES[key])
        return f"{said} {clean(more)}" if more else said

    def rows(self, rows: Sequence[Row], key: str) -> tuple[Values, list[Values]]:
        """Say the lines of a form: by their names, and in their order."""
        listed = []
        for row in rows:
            label = self.say(row.label)
            text = self.entry(row.entry, f"{self.place(key)} {label}")
            listed.append({"key": row.key, "label": label, "text": text, "source": clean(row.entry.source)})
        return {_KEY.sub("_", one["key"]): one["text"] for one in listed}, listed

    def refer(self, names: Sequence[str]) -> str:
        """Call conditions by their clause, indicators by their title and scenes by their number."""
        scene = "场景" if self.language == "zh" else "scene "
        called = (self.known.get(one) or one.replace("scene:", scene) for one in names)
        return self.comma.join(dict.fromkeys(map(clean, called))) or NOTHING

    def texts(self, texts: Sequence[Text | str]) -> str:
        """Say several texts in one."""
        return self.join.join(self.say(one) for one in texts) or NOTHING
