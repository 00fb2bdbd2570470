"""A copy of a text or Markdown draft with the remarks as footnotes behind the words that they are about."""

from collections import defaultdict
from collections.abc import Sequence

from linghang.report.claims.model import Draft
from linghang.report.remarks import Remark
from linghang.report.review.comments import apart, said
from linghang.words import tr


def mark(text: str, draft: Draft, remarks: Sequence[Remark]) -> str:
    """Return the text with a footnote mark for each remark, and the footnotes at the end.

    Parameters
    ----------
    text
        What the draft was read from.
    """
    whole, placed = apart(remarks)
    marks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, one in enumerate(placed, len(whole) + 1):
        paragraph = draft.paragraphs[one.spot.paragraph or 0]
        end = len(paragraph.text) if one.spot.end is None else one.spot.end
        _, place = paragraph.original(max(0, end - 1), end)
        marks[paragraph.line or 1].append((paragraph.offset + place, number))
    lines = text.splitlines(keepends=True)
    for line, at in marks.items():
        body: str = lines[line - 1]
        for behind, number in sorted(at, reverse=True):
            body = body[:behind] + _sign(draft, number) + body[behind:]
        lines[line - 1] = body
    notes = [_note(draft, number, said(one)) for number, one in enumerate([*whole, *placed], 1)]
    gap = "" if not lines or lines[-1].endswith("\n") else "\n"
    return "".join(lines) + gap + "\n" + "\n".join(notes) + "\n"


def _sign(draft: Draft, number: int) -> str:
    return f"[^lh{number}]" if draft.kind == "markdown" else tr("[note {number}]", number=number)


def _note(draft: Draft, number: int, text: str) -> str:
    body = text.replace("\n", "\n    " if draft.kind == "markdown" else "\n  ")
    return f"{_sign(draft, number)}: {body}" if draft.kind == "markdown" else f"{_sign(draft, number)} {body}"
