"""What the pages of evidence call states, gaps, events and severities; and the small parts that they share."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from linghang.console import facts, figures, states
from linghang.console.hypertext import Child, icon, segments, tag
from linghang.console.telling import chip, headed
from linghang.console.visit import Visit
from linghang.usecases.evidence_register import CONFIDENTIALITY, KINDS, Document
from linghang.usecases.evidence_titles import Target, titled
from linghang.words import later, tr

STATES = {
    "current": (later("current"), "✓", "lh-met"),
    "expired": (later("expired"), "✗", "lh-unmet"),
    "not_yet": (later("not yet in force"), "?", "lh-unknown"),
    "retired": (later("retired"), "–", "lh-not-applicable"),
}
GAPS = {
    "contradicted": (later("contradicted"), "✗", "lh-unmet"),
    "expired": (later("expired"), "✗", "lh-unmet"),
    "stale": (later("stale"), "✗", "lh-unmet"),
    "none": (later("nothing"), "?", "lh-unknown"),
    "weak": (later("too weak"), "◐", "lh-unknown"),
    "proved": (later("proved"), "✓", "lh-met"),
}
"""The gaps of the matrix, the worst first."""
SEVERITIES = {
    "error": (later("error"), "✗", "lh-unmet"),
    "warning": (later("warning"), "!", "lh-unknown"),
    "hint": (later("hint"), "·", "lh-not-applicable"),
}
TARGET_KINDS = {
    "element": later("element"),
    "indicator": later("indicator"),
    "scene": later("scene"),
    "maturity": later("maturity item"),
    "field": later("field"),
    "count": later("count"),
}
SAYINGS = {"met": later("met"), "unmet": later("unmet"), "not_applicable": later("not applicable")}
PARTS = (
    ("/evidence", later("Register")),
    ("/evidence/matrix", later("Matrix")),
    ("/evidence/expiry", later("Expiry")),
    ("/evidence/consistency", later("Consistency")),
    ("/evidence/maturity", later("Maturity")),
)
"""The pages of evidence that lead to each other."""
SOON_DAYS = 90
"""A document that ends within a quarter is worth a look: to renew a certificate takes weeks. Ours."""


def navigation(visit: Visit, here: str) -> Markup:
    """Return the links between the pages of evidence; `here` is the address of the one that is open."""
    links = ((tr(title), visit.url(path), path == here) for path, title in PARTS)
    return segments(tr("Pages of evidence"), links)


def head(visit: Visit, here: str, title: str, about: str, *more: Child) -> None:
    """Show the heading of a page of evidence with the links to the others."""
    states.show(states.heading(title, about, *more))
    states.show(navigation(visit, here))


def badge(names: Mapping[str, tuple[str, str, str]], word: str) -> Markup:
    """Return a badge with sign and word."""
    name, sign, class_ = names.get(word, (word, "?", "lh-not-applicable"))
    return tag("span", tag("span", sign, class_="lh-sign", aria_hidden="true"), tr(name), class_=f"lh-badge {class_}")


def state(word: str, days_left: int | None) -> Markup:
    """Return the badge of a document's state; of one that ends soon the days that are left."""
    if word == "current" and days_left is not None and days_left <= SOON_DAYS:
        return tag(
            "span",
            icon("clock"),
            tr("{count} days left", count=days_left),
            class_="lh-badge lh-unknown",
        )
    return badge(STATES, word)


def confidential(word: str) -> Markup | None:
    """Return the mark of what must not go about; nothing where it may."""
    return tag("span", tr(CONFIDENTIALITY[word]), class_="lh-chip lh-ours") if word == "confidential" else None


def kind(word: str) -> str:
    """Say the kind of a document."""
    return tr(KINDS[word]) if word in KINDS else word


def about(name: str, visit: Visit, said: str = "", short: bool = False) -> Markup:
    """Return what a document is about as a link to where it is shown, with what it says of it."""
    target = titled(name if not name.startswith("maturity_level") else f"field:{name}")
    text = name if target is None else headed(str(target.title)) if short else _full(target)
    where = address(name, visit)
    link = tag("a", text, href=where, title=name) if where else tag("span", text, title=name)
    value = tr(SAYINGS[said]) if said in SAYINGS else said
    return tag("span", link, chip(tr("states: {value}", value=value)) if said else None, class_="lh-about-one")


def _full(target: Target) -> str:
    return (
        f"{target.cited} {headed(str(target.title))}"
        if target.kind in ("element", "scene")
        else headed(str(target.title))
    )


def address(name: str, visit: Visit) -> str:
    """Where what a document is about is shown; empty where no page has it."""
    prefix, colon, rest = name.rpartition(":")
    if prefix == "indicator":
        return visit.url(f"/indicators/{rest}")
    if prefix == "scene":
        return visit.url("/engines", scene=rest)
    if name in ("field:maturity_level", "maturity_level"):
        return visit.url("/evidence/maturity")
    if prefix == "maturity":
        return visit.url("/evidence/maturity", sub=rest.partition(".")[0])
    if colon or name not in facts.pack_of(visit.pack).by_id:
        return ""
    return visit.url("/conditions", element=name)


def subjects(document: Document, visit: Visit, most: int = 0) -> Markup:
    """Return everything that a document proves and states, each as a link; `most` of it, or all."""
    said = dict(one.partition("=")[::2] for one in document.states)
    names = [*document.proves, *(one for one in said if one.startswith("scenes_"))]
    shown = names[:most] if most else names
    items: Iterable[Child] = (tag("li", about(one, visit, said.get(one.removeprefix("field:"), ""))) for one in shown)
    rest = len(names) - len(shown)
    more = tag("li", tr("and {count} more", count=rest), class_="lh-faint") if rest > 0 else None
    return tag("ul", items, more, class_="lh-subjects") if names else tag("span", "–", class_="lh-faint")


def days(first: object, last: object) -> str:
    """Say a period of days of which the second is the first that does not belong to it."""
    return " – ".join(figures.day(one) if one else "…" for one in (first, last)) if first or last else ""
