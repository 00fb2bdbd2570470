"""Find everything that a draft claims: one walk over its paragraphs, each looked at a fixed number of times."""

import re
from collections.abc import Iterator
from datetime import date

from linghang.report.claims import built, facts
from linghang.report.claims.dates import dates_in
from linghang.report.claims.figures import figures
from linghang.report.claims.model import Claim, Draft, Paragraph
from linghang.report.claims.numbers import plain

_NUMBERING = re.compile(
    r"\s*(?:(?:场景|图|表|附件|附表|附录|第)?\s?\d{1,3}(?:[.\-]\d{1,2}){0,3}[、.．)）\s：:](?!\d)|[（(]\d{1,2}[）)])"
)
_LABELLED_NUMBER = re.compile(
    r"(?:图|表|附件|附表|附录|附图)\s?\d{1,2}(?:[.\-]\d{1,2})?|(?<![一-鿿])场景\s?\d{1,2}(?=[：:、.．\s—（(]|$)|第\s?\d{1,3}|(?:电话|手机|传真|邮编|邮政编码|联系方式)\s?[：:]?\s?[\d\-（）()+\s]{6,20}"
)
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)")
_LINK_HEAD = re.compile(r"发出|接收|发送|源系统|目标系统|对端|接口")
"""Heads of a table of links between systems: its dates are those of the links."""

_CHAIN = 1_000


def claims_of(draft: Draft) -> tuple[Claim, ...]:
    """The claims of a draft, in the order of its text.

    Linear in the length of the draft: every pattern looks a bounded number of characters ahead.
    """
    dated_on = draft.dated.start if draft.dated else None
    found: list[Claim] = []
    linked = {one.table for one in draft.paragraphs if one.row == 0 and _LINK_HEAD.search(one.text)}
    for paragraph in draft.paragraphs:
        found += _claims(paragraph, dated_on, paragraph.table in linked if paragraph.table is not None else False)
    return tuple(found)


def _claims(paragraph: Paragraph, dated_on: date | None, linked: bool) -> Iterator[Claim]:
    text = plain(paragraph.text)
    dates = dates_in(text, dated_on)
    cited = facts.documents(paragraph, text)
    codes = list(facts.credit_codes(paragraph, text))
    taken = [(one.start, one.end) for one in dates]
    for claim in (*cited, *codes):
        if claim.spot.start is not None and claim.spot.end is not None:
            taken.append((claim.spot.start, claim.spot.end))
    if paragraph.kind != "cell" and (numbered := _NUMBERING.match(text)):
        taken.append(numbered.span())
    taken += (one.span() for pattern in (_LABELLED_NUMBER, _PHONE) for one in pattern.finditer(text))
    yield from codes
    yield from facts.names(paragraph, text)
    yield from facts.levels(paragraph, text)
    yield from facts.maturity(paragraph, text, dates)
    yield from facts.industries(paragraph, text)
    yield from cited
    yield from built.systems(paragraph, text, () if linked else dates)
    yield from built.scenes(paragraph, text)
    yield from built.links(paragraph, text)
    yield from facts.ai_uses(paragraph, text)
    yield from figures(paragraph, text, dates, sorted(taken), paragraph.index * _CHAIN)
