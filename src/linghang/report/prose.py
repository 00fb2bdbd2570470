"""Text that a language model drafted: every figure, date, system and scene in it against the facts given.

Nothing is corrected: what the facts do not say is marked 【未核实】 and listed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from linghang.report.claims import Claim, claims_of, draft_of
from linghang.report.claims.dates import Dated, dates_in
from linghang.report.claims.model import Draft
from linghang.report.claims.numbers import Number, numbers_in, plain
from linghang.report.content import Dossier, Entry

MARK = "【未核实】"
SECTIONS = ("unit", "factory", "scenes", "results", "plan")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """One thing that the facts do not say."""

    kind: str
    written: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A drafted text with marks behind what is not in the facts."""

    text: str
    unmatched: tuple[Unmatched, ...]


def facts_of(dossier: Dossier, section: str) -> tuple[str, ...]:
    """The facts of one section of a report, one text each; what is missing says nothing."""
    found: list[str] = [dossier.factory_name]

    def add(label: str, entry: Entry) -> None:
        if entry.text is not None:
            said = entry.text if isinstance(entry.text, str) else entry.text.zh
            found.append(f"{label}：{said}")

    if section == "unit":
        for row in dossier.unit:
            add(row.label.zh, row.entry)
    elif section == "factory":
        for row in dossier.factory:
            add(row.label.zh, row.entry)
        add("概况", dossier.factory_summary)
    elif section == "scenes":
        for scene in dossier.scenes:
            add(f"{scene.link.zh}—{scene.name.zh}", scene.instance)
            for row in scene.rows:
                add(f"{scene.name.zh} {row.label.zh}", row.entry)
        found += [f"{one.name}（{one.kind}）{one.live_since or ''}上线" for one in dossier.systems]
    elif section == "results":
        for one in dossier.effects:
            unit = one.unit
            add(f"{one.title.zh} 改造前（{one.before_period}，{unit}）", one.before)
            add(f"{one.title.zh} 改造后（{one.after_period}，{unit}）", one.after)
            add(f"{one.title.zh} 变化", one.change)
    else:
        add("目标", dossier.plan_goal)
        for step in dossier.plan:
            found.append(f"{step.title.zh} {step.start or ''} {step.end or ''}")
            add(f"{step.title.zh} 投资（元）", step.cost_cny)
    return tuple(found)


def check_prose(text: str, facts: Sequence[str]) -> Prose:
    """Mark every figure, date, system and scene of `text` that no fact says."""
    known = draft_of("\n".join(facts))
    draft = draft_of(text)
    numbers, dates = _numbers(known), [one.period for one in _dates(known)]
    named = {(one.kind, one.subject) for one in claims_of(known) if one.kind in ("system", "scene")}
    marks: list[tuple[int, int, Unmatched]] = []
    for paragraph in draft.paragraphs:
        body = plain(paragraph.text)
        found_dates = dates_in(body)
        for date in found_dates:
            if not any(date.period.start <= one.start and one.end <= date.period.end for one in dates):
                marks.append((paragraph.index, date.end, Unmatched("date", body[date.start : date.end], body)))
        taken = [(one.start, one.end) for one in found_dates]
        for number in numbers_in(body, taken):
            if not any(_same(number, one) for one in numbers):
                marks.append((paragraph.index, number.end, Unmatched("figure", body[number.start : number.end], body)))
    for claim in _named(claims_of(draft)):
        if (claim.kind, claim.subject) not in named:
            written = Unmatched(claim.kind, claim.spot.quote, claim.text)
            marks.append((claim.spot.paragraph or 0, claim.spot.end or 0, written))
    return Prose(_marked(draft, marks), tuple(one for _, _, one in sorted(marks, key=lambda each: each[:2])))


def _named(claims: Sequence[Claim]) -> Iterator[Claim]:
    return (one for one in claims if one.kind in ("system", "scene"))


def _dates(draft: Draft) -> list[Dated]:
    return [one for paragraph in draft.paragraphs for one in dates_in(plain(paragraph.text))]


def _numbers(draft: Draft) -> list[Number]:
    found = []
    for paragraph in draft.paragraphs:
        body = plain(paragraph.text)
        found += numbers_in(body, [(one.start, one.end) for one in dates_in(body)])
    return found


def _same(one: Number, other: Number) -> bool:
    """The same value in the same unit, as far as it was rounded; a fact without a unit fits any."""
    if one.unit != other.unit and other.unit:
        return False
    return (
        abs(one.value - other.value) <= one.step / 2
        if one.step < 1
        else one.value == other.value or (one.scale > 1 and abs(one.value - other.value) <= Decimal(one.step) / 2)
    )


def _marked(draft: Draft, marks: Sequence[tuple[int, int, Unmatched]]) -> str:
    lines = [one.text for one in draft.paragraphs]
    for paragraph, end, _ in sorted(marks, key=lambda each: each[:2], reverse=True):
        lines[paragraph] = lines[paragraph][:end] + MARK + lines[paragraph][end:]
    return "\n".join(lines)
