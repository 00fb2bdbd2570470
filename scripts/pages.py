"""Small pieces of markdown that the reference pages are made of."""

import json
from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs` from {source}. Do not edit it here: `scripts/reference.py --check` would tell. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; bars and line breaks in cells are made harmless."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", "<br>") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def code(value: object) -> str:
    """Write a value as code; nothing where there is none."""
    return f"`{value}`" if value not in (None, "") else ""


def fenced(value: object) -> str:
    """Write a document as JSON in a block."""
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```\n"
