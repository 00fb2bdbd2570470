"""Two judgements side by side: levels at the three floors, and the clauses that change."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from linghang.console.hypertext import Child, card, joined, table, tag
from linghang.console.telling import FLOORS, PARTS, PROOF_SIGNS, finding, headed, named, said
from linghang.console.visit import Visit
from linghang.usecases.judging import Judged
from linghang.usecases.whatif import Beside
from linghang.words import Listed, tr


def shown(found: Beside, visit: Visit) -> Iterator[Markup]:
    """Yield the parts of the answer."""
    yield card(tr("Levels, before and after"), _levels(found), _notes(found))
    yield _clauses(found, visit)


def _titles(found: Beside) -> dict[str, str]:
    levels = (*found.before.pack.levels, *found.after.pack.levels)
    return {level.id: headed(said(level.title)) for level in levels}


def _levels(found: Beside) -> Markup:
    titles = _titles(found)
    floors = tuple(found.after.verdict.floors)
    rows: list[list[Child]] = []
    for which, name in (("confirmed", tr("confirmed")), ("possible", tr("possible"))):
        cells = [
            _arrow(*(_level(one, floor, which, titles) for one in (found.before, found.after))) for floor in floors
        ]
        rows.append([tag("strong", headed(name)), *cells])
    for level, title in reversed(titles.items()):
        cells = []
        for floor in floors:
            was, now = (one.verdict.floors[floor].levels.get(level) for one in (found.before, found.after))
            cells.append(_pair(was.finding if was else None, now.finding if now else None))
        rows.append([title, *cells])
    heads = (tr("level"), *(tag("span", PROOF_SIGNS[one], " ", headed(named(FLOORS, one))) for one in floors))
    return table(heads, rows, "lh-way-beside", tr("Levels, before and after"))


def _level(judged: Judged, floor: str, which: str, titles: Mapping[str, str]) -> str:
    level = getattr(judged.verdict.floors[floor], which)  # type: ignore[index]
    return titles[level] if level else "–"


def _arrow(before: str, after: str) -> Markup:
    if before == after:
        return tag("span", after)
    return tag("span", before, " → ", tag("strong", after), class_="lh-way-moved")


def _pair(before: str | None, after: str | None) -> Markup:
    if before == after:
        return finding(after)
    return tag("span", finding(before, small=True), " → ", finding(after), class_="lh-way-moved")


def _notes(found: Beside) -> Markup | None:
    lines = [
        f"{name}: {was if was is not None else '–'} → {now if now is not None else '–'}"
        for name, (was, now) in found.interpretation.items()
    ]
    if found.left_out:
        lines.append(tr("the other pack does not ask for: {names}", names=Listed(found.left_out)))
    return tag("ul", (tag("li", one) for one in lines), class_="lh-way-lines") if lines else None


def _clauses(found: Beside, visit: Visit) -> Markup:
    title = tr("Clauses that change")
    both: dict[tuple[str, str], dict[str, Markup]] = {}
    single: dict[tuple[str, str], dict[str, Markup]] = {}
    for one in found.differing():
        rows = single if one.before is None or one.after is None else both
        rows.setdefault((one.level, one.id), {})[one.floor] = _pair(one.before, one.after)
    changed = _rows(found, both, title, visit) if both else tag("p", tr("No clause changes."), class_="lh-about")
    if not single:
        return card(title, changed)
    alone = tr("Clauses that only one of the packs asks for")
    count = tag("span", str(len(single)), class_="lh-chip")
    folded = tag("details", tag("summary", alone, " ", count), _rows(found, single, alone, visit), class_="lh-fold")
    return card(title, changed, folded)


def _rows(found: Beside, changes: Mapping[tuple[str, str], Mapping[str, Markup]], title: str, visit: Visit) -> Markup:
    titles, floors = _titles(found), tuple(found.after.verdict.floors)
    rows = (
        [titles[level], _clause(found, id, visit), *(changed.get(floor, "–") for floor in floors)]
        for (level, id), changed in changes.items()
    )
    heads = (tr("level"), tr("clause"), *(headed(named(FLOORS, floor)) for floor in floors))
    return table(heads, rows, "lh-way-clauses", title)


def _clause(found: Beside, id: str, visit: Visit) -> Markup:
    """A clause with its link; what follows from others has none of its own."""
    if not (asked := found.after.pack.by_id.get(id) or found.before.pack.by_id.get(id)):
        return tag("span", headed(named(PARTS, id)))
    text = headed(said(asked[0].text))
    return joined((tag("a", text, href=visit.url("/conditions", element=id)), tag("small", asked[0].cited)))
