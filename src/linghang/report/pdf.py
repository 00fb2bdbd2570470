"""Writes a dossier as PDF through typst: tagged PDF/A, fonts embedded, the same bytes for the same dossier.

Texts go in as JSON and are never read as markup. The compiler's root is the folder of our own templates: nothing else
of the machine can be read from it.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from linghang.report.content import Dossier
from linghang.report.fonts import installed
from linghang.report.labels import labels
from linghang.report.report_figures import report_figures
from linghang.report.template_speaker import CLOSES, OPENS, Values
from linghang.report.template_values import PLACED, template_values
from linghang.words import Language

TEMPLATES = Path(__file__).parent / "templates"
STANDARD = "a-3a"
"""PDF/A-3a (ISO 19005-3): archives take it, and readers for the blind find its structure."""
NO_GLYPH = "□"
"""What stands for a sign that no font of this machine has (an emoji, a rare sign of a name): an archive takes none."""

_ONE_AT_A_TIME = Lock()
"""The compiler is one for all threads, and compiles one document at a time."""
IDS = ("id", "clause_and_id", "credit_code", "email", "key")
_LONG = re.compile(r"[^\s\u2e80-\uffef]{14,}")
_LONGEST = re.compile(r"[^\s\u2e80-\uffef]{40,}")
_JOINERS = re.compile("[\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Signs that only change how their neighbours look: of no use beside a box."""
_PIECE = re.compile(r"[^._/@-]{18}(?=.)|[._/@](?=.)")


def pdf(dossier: Dossier, language: Language) -> bytes:
    """Return a dossier as PDF.

    Raises
    ------
    BadInput
        Where the machine has no Chinese font.
    """
    values = _document_values(dossier, language)
    moment = datetime(dossier.as_of.year, dossier.as_of.month, dossier.as_of.day, tzinfo=UTC)
    data = json.dumps(values, ensure_ascii=False)
    try:
        return _compiled("report.typ", data, moment)
    except typst.TypstError:
        lost = _without_glyph(sorted(set(data) - {OPENS, CLOSES}))
        shown = _JOINERS.sub("", data).translate(dict.fromkeys(map(ord, lost), NO_GLYPH))
        if shown == data:
            raise
        return _compiled("report.typ", shown, moment)


def _compiled(template: str, data: str, moment: datetime | None = None) -> bytes:
    with _ONE_AT_A_TIME:
        made: bytes = compiler().compile(
            TEMPLATES / template, format="pdf", sys_inputs={"data": data}, pdf_standards=STANDARD, timestamp=moment
        )
    return made


def _without_glyph(signs: Sequence[str]) -> list[str]:
    """Return those of some signs that no font of this machine shows, or that an archive refuses: halved until found."""
    try:
        _compiled("signs.typ", json.dumps(list(signs)))
    except typst.TypstError:
        half = len(signs) // 2
        return [*_without_glyph(signs[:half]), *_without_glyph(signs[half:])] if half else list(signs)
    return []


def png(svg: str, ppi: float) -> bytes:
    """Return a drawing as PNG with `ppi` dots an inch."""
    with _ONE_AT_A_TIME:
        made: bytes = compiler().compile(TEMPLATES / "figure.typ", format="png", ppi=ppi, sys_inputs={"svg": svg})
    return made


@cache
def compiler() -> Any:
    """Return the one compiler of this process: it keeps the fonts that it has read."""
    installed()
    return typst.Compiler(root=TEMPLATES)


def breakable(value: Any, name: str = "") -> Any:
    """Let words that are longer than a narrow column break: spaces without width after points, strokes and so on.

    Ids stay as they are, up to a length that their column holds: a reader looks them up letter by letter.
    """
    if isinstance(value, str):
        return (_LONGEST if name in IDS else _LONG).sub(lambda found: _PIECE.sub("\\g<0>\u200b", found[0]), value)
    if isinstance(value, dict):
        return {key: breakable(inner, key) for key, inner in value.items()}
    return [breakable(inner, name) for inner in value] if isinstance(value, list) else value


def _document_values(dossier: Dossier, language: Language) -> Values:
    values: Values = breakable(template_values(dossier, language))
    serif, sans = installed()
    drawings = report_figures(dossier, language)
    return values | {
        "label": labels(language),
        "fonts": {"serif": serif, "sans": sans},
        "placed": PLACED,
        "date": {"year": dossier.as_of.year, "month": dossier.as_of.month, "day": dossier.as_of.day},
        "figures": {
            place: {"title": one.title, "alt": one.alt, "svg": one.svg, "width": one.width}
            for place, one in drawings.items()
        },
    }
