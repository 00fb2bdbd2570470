"""What a comment on a remark says, in the reader's language."""

from collections.abc import Sequence

from linghang.report.remarks import Remark, Severity, Spot
from linghang.words import later, tr

AUTHOR = "Linghang 领航"
INITIALS = "LH"
SEVERITIES: dict[Severity, str] = {"error": later("error"), "warning": later("warning"), "hint": later("hint")}
MAX_PLACES = 4


def said(one: Remark) -> str:
    """One remark as the text of a comment: code and severity, what is wrong, other places, how to mend it."""
    lines = [f"[{one.check.code} {tr(SEVERITIES[one.check.severity])}] {one.message}"]
    if one.others:
        lines.append(tr("Other places: {places}", places="; ".join(place(other) for other in one.others[:MAX_PLACES])))
    lines.append(tr("Mend: {mend}", mend=one.mend or one.check.mend))
    return "\n".join(lines)


def place(spot: Spot) -> str:
    """A place as a person looks it up."""
    page = tr("p. {page}", page=spot.page) + " " if spot.page is not None else ""
    quote = f"“{spot.quote[:24]}”" if spot.quote else ""
    return f"{page}{spot.where} {quote}".strip()


def apart(remarks: Sequence[Remark]) -> tuple[list[Remark], list[Remark]]:
    """Remarks on the draft as a whole, and those that have a place in it."""
    whole = [one for one in remarks if one.spot.paragraph is None]
    return whole, [one for one in remarks if one.spot.paragraph is not None]


def of_the_whole(remarks: Sequence[Remark]) -> str:
    """The remarks on the draft as a whole as one comment."""
    return "\n\n".join([tr("On the draft as a whole:"), *(said(one) for one in remarks)])
