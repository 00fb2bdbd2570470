"""Small parts of pages as HTML: every text is escaped, so that what a plant's records say is never markup."""

from collections.abc import Iterable
from itertools import repeat

from markupsafe import Markup, escape

Child = str | Markup | None | Iterable["Child"]

VOID = ("br", "hr", "img", "input", "link", "meta")
ICONS = {
    "overview": "M4 13h6V4H4zM14 9h6V4h-6zM14 20h6v-7h-6zM4 20h6v-3H4z",
    "conditions": "M9 6h11M9 12h11M9 18h11M4 6l1 1 2-2M4 12l1 1 2-2M4 18l1 1 2-2",
    "indicators": "M4 20V10M10 20V4M16 20v-7M22 20H2",
    "data": "M4 6c0-4 16-4 16 0s-16 4-16 0zM4 6v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
    "plant": "M3 21V10l6 4v-4l6 4V5h4v16zM7 17h2M12 17h2M17 17h.5",
    "evidence": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "engines": "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M19 5l-3 3",
    "way-up": "M3 20h5v-5h5v-5h5V5h3M17 5h4v4",
    "application": "M5 3h14v18H5zM9 8h6M9 12h6M9 16l2 2 4-4",
    "settings": "M4 7h10M18 7h2M4 17h2M10 17h10M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "add": "M12 5v14M5 12h14",
    "close": "M6 6l12 12M18 6 6 18",
    "download": "M12 4v11M7 11l5 5 5-5M4 20h16",
    "upload": "M12 16V5M7 9l5-5 5 5M4 20h16",
    "run": "M7 4l12 8-12 8z",
    "stop": "M6 6h12v12H6z",
    "edit": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "undo": "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
    "search": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM15 15l6 6",
    "warning": "M12 4 2 20h20zM12 10v4M12 17v.5",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "clock": "M12 7v5l3 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
    "language": "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
    "light": "M12 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1 1M18 18l1 1M19 5l-1 1M6 18l-1 1",
    "dark": "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z",
    "auto": "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM12 3v18M12 7h5M12 11h8M12 15h7",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
    "leave": "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
    "right": "M9 6l6 6-6 6",
    "empty": "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
    "wrong": "M12 4 2 20h20zM12 10v4M12 17v.5",
}
"""Outlines in a square of 24, drawn with a stroke."""


def tag(kind: str, /, *children: Child, **attributes: object) -> Markup:
    """Return an element; `class_` is class, an underscore in a name is a hyphen, None and False leave it out."""
    said = "".join(
        f" {key}" if value is True else f' {key}="{escape(value)}"'
        for key, value in ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
        if value is not None and value is not False
    )
    if kind in VOID:
        return Markup(f"<{kind}{said}>")
    return Markup(f"<{kind}{said}>{joined(children)}</{kind}>")


def joined(children: Iterable[Child]) -> Markup:
    """Put parts one after another; what is None is not there."""
    return Markup("".join([_part(one) for one in children if one is not None]))


def _part(one: Child) -> Markup:
    return escape(one) if isinstance(one, str) else joined(one or ())


def icon(name: str) -> Markup:
    """Return an icon that says nothing to those who listen: the words stand beside it."""
    return tag(
        "svg",
        tag("path", d=ICONS[name]),
        class_="lh-icon",
        viewBox="0 0 24 24",
        aria_hidden="true",
        focusable="false",
    )


def card(title: str, *children: Child, class_: str = "", about: str = "") -> Markup:
    """Return a part of a page with its heading."""
    head = tag("div", tag("h2", title), tag("p", about, class_="lh-about") if about else None, class_="lh-card-head")
    return tag("section", head, *children, class_=f"lh-card {class_}".strip())


def table(
    heads: Iterable[Child], rows: Iterable[Iterable[Child]], class_: str = "", caption: str = "", stacks: bool = False
) -> Markup:
    """Return a table that scrolls in itself where it is too wide; the first cell of a row heads it.

    Parameters
    ----------
    stacks
        On a narrow screen each row is a card of its cells, each under its head: for tables of sentences.
    """
    heads = tuple(heads)
    named = heads if stacks else repeat(None)
    body = (tag("tr", (tag("td", one, data_head=head) for head, one in zip(named, row, strict=stacks))) for row in rows)
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="lh-unseen") if caption else None,
            tag("thead", tag("tr", (tag("th", one, scope="col") for one in heads))),
            tag("tbody", body),
            class_=f"lh-table {'lh-stacks ' if stacks else ''}{class_}".strip(),
        ),
        class_="lh-scroll",
        tabindex="0",
        role="region",
        aria_label=caption or None,
    )


def segments(label: str, links: Iterable[tuple[str, str, bool]], current: str = "page") -> Markup:
    """Return links side by side: words, address, and whether it is the one that is open.

    Parameters
    ----------
    current
        What that one is, as `aria-current` has it: a `page`, or the one of several that is chosen (`true`).
    """
    shown = (tag("a", words, href=to, aria_current=current if here else None) for words, to, here in links)
    return tag("nav", shown, class_="lh-segments", aria_label=label)


def facts(pairs: Iterable[tuple[str, Child]]) -> Markup:
    """Return names with what they are."""
    return tag("dl", (joined((tag("dt", name), tag("dd", value))) for name, value in pairs if value), class_="lh-facts")
