"""The reference page of the engines, from their cards and settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from linghang.engines.discovery import engine, installed
from linghang.engines.settings import described
from pages import MADE, code, table


def engines_page() -> str:
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
        parts += _one(id)
    return "\n".join(parts)


def _one(id: str) -> Iterator[str]:
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
    rows: Any = described(found.Settings)
    if rows:
        yield table(("setting", "中文", "kind", "default", "unit", "meaning"), map(_row, rows))
    else:
        yield "It has no settings.\n"


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Both languages of a setting; what is chosen from stands below what it means."""
    default = one["default"]
    shown = ", ".join(map(str, default)) if isinstance(default, list) else "" if default is None else str(default)
    choices = one["choices"].items()
    values = [", ".join(f"{code(value)} {word[lang]}" for value, word in choices) for lang in ("en", "zh") if choices]
    meaning = "<br>".join((one["help"]["en"], *values[:1], one["help"]["zh"], *values[1:]))
    kind = "choice" if choices and not one["kind"].endswith("…") else one["kind"]
    title = f"{code(one['name'])}<br>{one['title']['en']}"
    return title, one["title"]["zh"], kind, code(shown), one["unit"]["en"], meaning
