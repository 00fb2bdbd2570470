"""The reference page of the engines, from their cards and settings."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from linghang.engines.discovery import engine, installed
from linghang.engines.settings import described
from pages import MADE, code, table

Attributes = Callable[[type], dict[str, str]]


def engines_page(attributes: Attributes) -> str:
    """Every engine of this package: what it does, needs and proves, and what can be set."""
    ids = [id for id, entry in installed().items() if entry.value.startswith("linghang.")]
    parts = [
        MADE.format(source="the cards and settings of the engines"),
        "# Engines\n",
        "What an engine is: [engines](../concepts/engines.md). `linghang engines` says the same, also of engines that",
        "other packages bring.\n",
        table(
            ("engine", "中文", "proves", "live", "extra"),
            (
                (
                    f"[{id}](#{id.replace('.', '')})",
                    card.title.zh,
                    "<br>".join(code(one) for one in card.elements),
                    "yes" if card.streaming else "",
                    code(card.extra),
                )
                for id in ids
                for card in (engine(id).CARD,)
            ),
        ),
    ]
    for id in ids:
        parts += _one(id, attributes)
    return "\n".join(parts)


def _one(id: str, attributes: Attributes) -> Iterator[str]:
    found = engine(id)
    card = found.CARD
    page = f"../engines/{id.replace('.', '-').replace('_', '-')}.md"
    yield f"## {id}\n"
    yield f"{card.title.en} {card.title.zh}. {card.does.en.rstrip('.')}. [How it works]({page})\n"
    facts = (
        ("version", card.version),
        ("needs", ", ".join(code(one) for one in card.needs)),
        ("also uses", ", ".join(code(one) for one in card.uses)),
        ("scenes", ", ".join(map(str, card.scenes))),
        ("looks at", f"{card.window_days} days"),
        ("references", "; ".join(card.references)),
    )
    yield table(("what", ""), ((name, value) for name, value in facts if value))
    said = attributes(found.Settings)
    rows = described(found.Settings)
    if rows:
        yield table(("setting", "kind", "default", "meaning"), (_row(one, said) for one in rows))
    elif not inspect.getdoc(found.Settings):
        yield "It has no settings.\n"


def _row(one: Mapping[str, Any], said: Mapping[str, str]) -> tuple[str, ...]:
    default = one["default"]
    shown = "" if default in (None, "", []) else str(default)
    return code(one["name"]), str(one["kind"]), code(shown), said.get(str(one["name"]), "")
