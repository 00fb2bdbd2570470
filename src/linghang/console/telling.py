"""What findings, proofs, floors, levels and reasons are called on a page, and the badges that show them.

A badge differs by sign and word, never by colour alone.
"""

from collections.abc import Mapping

from markupsafe import Markup

from linghang.console.hypertext import joined, tag
from linghang.usecases.evidence_titles import derivation_titles
from linghang.usecases.naming import FINDINGS as FINDINGS
from linghang.usecases.naming import FLOORS as FLOORS
from linghang.usecases.naming import FORCES as FORCES
from linghang.usecases.naming import KINDS as KINDS
from linghang.usecases.naming import PARTS as PARTS
from linghang.words import Text, language, later, tr

SIGNS = {"met": "✓", "unmet": "✗", "unknown": "?", "not_applicable": "–"}
FLOOR_MEANS = {
    "declared": later("every claim counts"),
    "documented": later("a document or a measurement stands behind it"),
    "measured": later("what can be measured was measured from the plant's data"),
}
PROOF_SIGNS = {"declared": "○", "documented": "◐", "measured": "●"}
REASONS = {
    "not_stated": later("nothing says so yet"),
    "below_floor": later("the proof is too weak here"),
    "waived": later("waived with a reason"),
    "unknown": later("what is there does not decide it"),
    "needs": later("records or a run of an engine are lacking"),
    "stale": later("the evidence is stale"),
    "contradicted": later("the evidence contradicts itself"),
    "withdrawn": later("the evidence was withdrawn"),
}
SOURCES = {
    "records": later("the plant's records"),
    "engine": later("engine"),
    "document": later("document"),
    "signatory": later("statement of"),
}
AREAS = {"province": later("province"), "country": later("country"), "world": later("world")}
STATISTICS = {"average": later("average"), "leading": later("leading value")}
CONFIDENCE = {"H": later("high"), "M": later("medium"), "L": later("low")}


def named(names: Mapping[str, str], word: str | None) -> str:
    """Say a word of a list; one that is not in it as it is, none as a dash."""
    return tr(names[word]) if word is not None and word in names else word or "–"


def headed(text: str) -> str:
    """Begin with a capital, as a heading does; Chinese has none."""
    return text[:1].upper() + text[1:]


def said(value: object) -> str:
    """Say a text that carries both languages, as it stands in a pack or in JSON."""
    if isinstance(value, Mapping):
        return str(value.get(language()) or value.get("zh") or "")
    return str(value) if isinstance(value, str | Text) else ""


def finding(word: str | None, small: bool = False) -> Markup:
    """Return the badge of a finding; a dash where nothing is asked."""
    if word is None:
        return tag("span", "–", class_="lh-none", title=tr("not asked"))
    name = named(FINDINGS, word)
    return tag(
        "span",
        tag("span", SIGNS.get(word, "?"), class_="lh-sign", aria_hidden="true"),
        tag("span", name, class_="lh-unseen" if small else None),
        class_=f"lh-badge lh-{word.replace('_', '-')}",
        title=name if small else None,
    )


def proof(word: str | None) -> Markup:
    """Return the badge of a proof."""
    if word is None:
        return tag("span", tr("no proof"), class_="lh-proof lh-faint")
    return tag(
        "span",
        tag("span", PROOF_SIGNS.get(word, "○"), class_="lh-sign", aria_hidden="true"),
        named(FLOORS, word),
        class_=f"lh-proof lh-proof-{word}",
    )


def source(kind: str, id: str) -> Markup:
    """Show who says something: of the records what is looked at, and the name that files and commands use."""
    title = str(derivation_titles().get(id, "")) if kind == "records" else ""
    name = tag("code" if kind in ("records", "engine") else "strong", id)
    return joined((named(SOURCES, kind), " ", title, " " if title else None, name))


def ours() -> Markup:
    """Return the mark of what no official text gives."""
    return tag("span", tr("ours, not of the text"), class_="lh-chip lh-ours")


def and_more(count: int) -> Markup | None:
    """Say how many more there are than are shown; nothing where all are."""
    return tag("p", tr("and {count} more", count=count), class_="lh-more") if count > 0 else None


def chip(text: str) -> Markup:
    """Return a small quiet label."""
    return tag("span", text, class_="lh-chip")
