"""What is shown of one document: facts, revisions, history, its word in the ledger, its text."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.evidence_words import about as about_link
from linghang.console.evidence_words import days, subjects
from linghang.console.hypertext import card, icon, joined, table, tag
from linghang.console.hypertext import facts as pairs
from linghang.console.telling import finding
from linghang.console.visit import Visit
from linghang.usecases.evidence_documents import TEXT_SHOWN
from linghang.usecases.evidence_looking import Shown
from linghang.usecases.evidence_register import CONFIDENTIALITY, Document, remark_of
from linghang.usecases.naming import DOCUMENT_EVENTS, EXTRACTIONS, FINDINGS
from linghang.words import tr

DIGEST_SHOWN = 16


def about(newest: Document, visit: Visit) -> Markup:
    """Return everything that is said of a document."""
    links = tag("ul", (tag("li", tag("code", one)) for one in newest.links)) if newest.links else None
    retired = newest.retired_reason if newest.retired_at is not None else None
    return card(
        tr("What is said of it"),
        pairs(
            (
                (tr("proves"), subjects(newest, visit)),
                (tr("issuer"), newest.issuer),
                (tr("issued"), figures.day(newest.issued_on) if newest.issued_on else None),
                (tr("supports"), days(newest.supports_from, newest.supports_to)),
                (tr("valid until"), figures.day(newest.valid_until) if newest.valid_until else tr("without an end")),
                (tr("owner"), newest.owner),
                (tr("confidentiality"), tr(CONFIDENTIALITY[newest.confidentiality])),
                (tr("links"), links),
                (tr("note"), tag("span", newest.note, class_="lh-wrap lh-paper-lines") if newest.note else None),
                (tr("retired"), retired),
                (tr("file"), _file(newest)),
            )
        ),
    )


def _file(one: Document) -> Markup:
    digest = tag("code", f"sha256 {one.sha256[:DIGEST_SHOWN]}…", title=one.sha256)
    name = tag("span", one.file_name, class_="lh-wrap")
    return joined((name, tag("small", f"{figures.size(one.size_bytes)} · {one.media_type} · ", digest)))


def revisions(found: Shown, visit: Visit) -> Markup:
    """Return all revisions, the newest first, each with its file."""
    rows = (
        [
            tag("strong", str(one.revision)),
            tag("span", figures.moment(one.added_at, visit.zone), class_="lh-figure"),
            joined(
                (
                    tag(
                        "a",
                        icon("download"),
                        " ",
                        one.file_name,
                        href=f"/api/v1/documents/{one.id}/file?revision={one.revision}",
                        download=one.file_name,
                        class_="lh-wrap",
                    ),
                    tag("small", figures.size(one.size_bytes)),
                )
            ),
        ]
        for one in reversed(found.revisions)
    )
    caption = tr("Revisions ({count})", count=len(found.revisions))
    return card(caption, table((tr("revision"), tr("registered"), tr("file")), rows, "", caption))


def history(found: Shown, visit: Visit) -> Markup:
    """Return what happened to a document, the newest first."""
    lines = (
        tag(
            "li",
            tag("span", figures.moment(one.at, visit.zone), class_="lh-figure lh-faint"),
            tag("strong", tr("{what}, revision {revision}", what=tr(DOCUMENT_EVENTS[one.what]), revision=one.revision)),
            tag("span", one.reason, class_="lh-wrap") if one.reason else None,
        )
        for one in reversed(found.history)
    )
    return card(tr("History"), tag("ul", lines, class_="lh-happened"))


def ledger(found: Shown, visit: Visit) -> Markup:
    """Return what a document said in the ledger, the newest first."""
    title = tr("What it told the ledger")
    if not found.records:
        said = tr("Nothing: it is linked to what it proves, but states nothing itself.")
        return card(title, tag("p", said, class_="lh-about"))
    rows = (_told(one.to_dict(), one.digest, visit) for one in reversed(found.records))
    return card(title, table((tr("about"), tr("says"), tr("from the day"), tr("record")), rows, "", title))


def _told(said: Mapping[str, Any], digest: str, visit: Visit) -> list[Any]:
    value = said.get("value")
    shown: Any = value["decimal"] if isinstance(value, Mapping) else value
    told = tag("em", tr("taken back")) if "value" not in said else finding(shown) if shown in FINDINGS else str(shown)
    day = said.get("window_to") or (said.get("window") or ("", ""))[1] or said.get("day")
    return [about_link(said["about"], visit), told, figures.day(day), tag("code", digest[:12], title=digest)]


def text(found: Shown) -> Markup:
    """Return the beginning of a document's text, and how it was come by."""
    remark = remark_of(found.extraction)
    state = tr(EXTRACTIONS[found.extraction.state])
    said = tr("for the search: {state}", state=f"{state} ({remark})" if remark else state)
    shown = (found.text or "")[:TEXT_SHOWN]
    more = "…" if len(found.text or "") > TEXT_SHOWN else ""
    body = (
        tag("p", shown, more, class_="lh-paper-excerpt lh-wrap lh-paper-lines", tabindex="0") if shown.strip() else None
    )
    return card(tr("Its text"), body, about=said)
