"""Sensitivity: which thresholds, moved how far, would change the level; each drawn as a line with its break points."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks, ui
from nicegui.page_arguments import PageArguments

from linghang.console import facts, figures, states
from linghang.console.hypertext import Child, card, joined, tag
from linghang.console.telling import FLOORS, PROOF_SIGNS, chip, headed, named, ours, said
from linghang.console.visit import Visit
from linghang.console.way_up_controls import action_button
from linghang.console.way_up_nav import segments
from linghang.console.way_up_waiting import while_open
from linghang.usecases.packs import Pack
from linghang.usecases.standing import sensed
from linghang.words import Listed, tr

PATH = "/way-up/sensitivity"
OURS = "platform"
Far = tuple[str, Decimal | None]
"""What is going on, and the share of it that is done (None where that is not known)."""
WIDTH, HEIGHT, AXIS, TOP = 1000, 46, 26, 10
BEYOND = Fraction(13, 10)
"""How far a line without an end is drawn, as a multiple of its last point."""


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the frame at once; the thresholds follow."""
    about = tr("Which threshold, moved how far with all others as they are, would change the level.")
    states.show(states.heading(tr("Sensitivity"), about, segments(visit, PATH)))
    _Looking(visit).begin()


class _Looking:
    """The thresholds of one page: how far they are worked out, a way to break that off, and what was found."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.place = states.show(Markup(""))
        self.foot = ui.element("div").classes("lh-form-actions")
        self.far: Far | None = None
        self.drawn: Far | None = None
        self.waits = False

    def begin(self) -> None:
        """Ask for what is kept, or have it worked out."""
        self.far, self.drawn, self.waits = None, None, False
        self.foot.clear()
        states.put(self.place, under_way(None))
        self.work = background_tasks.create(self._follow())

    def stop(self) -> None:
        """Break it off; the process that works it out ends, unless somebody else waits for the same."""
        self.work.cancel()
        words = tr("Broken off before the thresholds were all moved.")
        states.put(self.place, tag("section", tag("p", words, role="status"), class_="lh-card"))
        self._offer(tr("Begin again"), "run", self.begin)

    async def _follow(self) -> None:
        visit = self.visit
        visit.speaking(lambda: None)()
        try:
            work = sensed(visit.folder, visit.pack, visit.day, visit.now, self._told)
            found = await while_open(self.place, work, self._looked)
            if found is None:
                return
            states.put(self.place, shown(found, facts.pack_of(visit.pack)))
        except Exception as error:
            states.put(self.place, states.trouble(error))
        if not self.foot.is_deleted:
            self.foot.clear()

    def _told(self, what: str, done: int, total: int | None) -> None:
        self.far = what, None if total is None else Decimal(done) / total

    def _looked(self) -> None:
        """Show how far it is; what is kept is there before anybody looks."""
        if not self.waits:
            self.waits = True
            self._offer(tr("Break off"), "stop", self.stop)
        if self.far is not None and self.far != self.drawn:
            self.drawn = self.far
            states.put(self.place, under_way(self.far))

    def _offer(self, label: str, sign: str, handler: Callable[[], None]) -> None:
        if not self.foot.is_deleted:
            self.foot.clear()
            with self.foot:
                action_button(self.visit, label, sign, handler)


def under_way(far: Far | None) -> Markup:
    """What is being done, and how far it is where that is known."""
    turning = tag("span", class_="lh-way-turning", aria_hidden="true")
    words = tr("Moving every threshold; this takes a while the first time …")
    bar = None
    if far is not None:
        what, share = far
        said = tr(what) if share is None else tr("{share} done", share=f"{share:.0%}")
        bar = tag("progress", max="1", value=None if share is None else f"{share:.3f}", aria_label=said,
                  class_="lh-progress")  # fmt: skip
    return tag("section", tag("p", turning, words, role="status"), bar, class_="lh-card")


def shown(found: Mapping[str, Any], pack: Pack) -> Markup:
    """Everything that was found: what decides first, then what is firm, then what was not looked at."""
    texts = {one.id: headed(said(one.text)) for one in pack.interpretations}
    titles = {one.id: headed(said(one.title)) for one in pack.levels}
    deciding = [one for one in found["thresholds"] if any(each["changes"] for each in one["stretches"])]
    firm = [texts.get(one["id"], one["id"]) for one in found["thresholds"] if one not in deciding]
    none = tag("p", tr("No threshold that was looked at changes a level, however far it is moved."), class_="lh-good")
    cards = [_threshold(one, texts, titles, found["levels"]) for one in deciding]
    names = [texts.get(one, one) for one in found["left_out"]]
    return joined(
        (
            *(cards or [tag("section", none, class_="lh-card")]),
            _rest(tr("No value of these changes a level"), firm),
            _rest(tr("Not looked at"), names),
        )
    )


def _rest(title: str, names: Sequence[str]) -> Markup | None:
    if not names:
        return None
    return tag(
        "details",
        tag("summary", title, " ", chip(str(len(names)))),
        tag("ul", (tag("li", one) for one in names), class_="lh-way-lines"),
        class_="lh-card lh-fold",
    )


def _threshold(
    one: Mapping[str, Any], texts: Mapping[str, str], titles: Mapping[str, str], now: Mapping[str, Any]
) -> Markup:
    value = figures.period(one["value"], one["unit"])
    mark = ours() if one["source"] == OURS else chip(str(one["source"]))
    head = tag("p", tr("now"), ": ", tag("strong", value), " ", mark, " ", tag("code", one["id"]))
    changing = (each for each in one["stretches"] if each["changes"])
    moves = tag("ul", (tag("li", _move(each, one["unit"], titles, now)) for each in changing), class_="lh-way-lines")
    drawn = None if _is_word(one) else line(one)
    return card(texts.get(one["id"], one["id"]), head, drawn, moves, class_="lh-way-threshold")


def _is_word(one: Mapping[str, Any]) -> bool:
    return isinstance(one["value"], bool) or not one["unit"] or number(one["value"]) is None


def _move(each: Mapping[str, Any], unit: str, titles: Mapping[str, str], now: Mapping[str, Any]) -> Markup:
    """A stretch in words: from where to where, and which level there would be."""
    changed: list[Child] = []
    for floor, levels in each["levels"].items():
        for which, name in (("confirmed", tr("confirmed")), ("possible", tr("possible"))):
            was, would = now[floor][which], levels[which]
            if was != would:
                pair = f"{titles.get(was or '', '–')} → {titles.get(would or '', '–')}"
                changed.append(chip(f"{PROOF_SIGNS[floor]} {headed(named(FLOORS, floor))}, {name}: {pair}"))
    return tag("span", tag("strong", stretch(each, unit)), ": ", changed)


def stretch(each: Mapping[str, Any], unit: str) -> str:
    """From where to where a threshold would have to lie."""
    low, high = each["from"], each["to"]
    if low == high:
        return _said(low, unit)
    above = tr("from {value}", value=_said(low, unit)) if each["from_included"] else tr(
        "above {value}", value=_said(low, unit))  # fmt: skip
    if high is None:
        return above
    if low is None or (number(low) == 0 and not each["from_included"]):
        above = ""
    below = tr("to {value}", value=_said(high, unit)) if each["to_included"] else tr(
        "below {value}", value=_said(high, unit))  # fmt: skip
    return f"{above} {below}".strip()


def _said(value: object, unit: str) -> str:
    found = number(value)
    if found is None:
        return tr("yes") if value is True else tr("no") if value is False else str(value)
    exact = Decimal(found.numerator) / Decimal(found.denominator)
    if Fraction(exact) != found:  # no decimal is it: say it rounded, and as it is
        return f"{figures.period(round(exact, 4), unit)} ({found})"
    return figures.period(exact, unit)


def number(value: object) -> Fraction | None:
    """Read a bound as JSON has it: a decimal, or a fraction where no decimal is it; None of a word."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Fraction(str(value))
    except ValueError:
        return None


def line(one: Mapping[str, Any]) -> Markup:
    """A threshold as a line: where the levels are other ones, where they change, and where it stands now."""
    points = [number(each[end]) for each in one["stretches"] for end in ("from", "to")]
    known = [each for each in points if each is not None]
    here = number(one["value"]) or Fraction(0)
    least = min([Fraction(0), *known, here])
    most = max([*known, here])
    if any(each["to"] is None for each in one["stretches"]) or most <= least:
        most = max(most * BEYOND, least + 1)

    def at(value: Fraction) -> str:
        return f"{float((value - least) / (most - least)) * WIDTH:.1f}"

    parts: list[Child] = []
    for each in one["stretches"]:
        low, high = number(each["from"]), number(each["to"])
        low, high = least if low is None else low, most if high is None else high
        class_ = "lh-way-line-changes" if each["changes"] else "lh-way-line-same"
        if low == high:
            parts.append(tag("circle", cx=at(low), cy=AXIS, r=6, class_=class_))
        else:
            parts.append(tag("line", x1=at(low), x2=at(high), y1=AXIS, y2=AXIS, class_=class_))
    ends = {value for each in one["stretches"] for value in (number(each["from"]), number(each["to"])) if value}
    ticks = (
        tag("line", x1=at(value), x2=at(value), y1=AXIS - TOP, y2=AXIS + TOP, class_="lh-way-line-tick")
        for value in sorted(ends)
    )
    mark = at(here)
    pointer = tag("path", d=f"M{float(mark) - 8:.1f} 2h16l-8 14z", class_="lh-way-line-here")
    about = tr("now {value}; the level changes: {where}", value=_said(one["value"], one["unit"]),
               where=Listed(stretch(each, one["unit"]) for each in one["stretches"] if each["changes"]))  # fmt: skip
    drawn = tag("svg", parts, ticks, pointer, viewBox=f"-10 0 {WIDTH + 20} {HEIGHT}", class_="lh-way-line", role="img",
                aria_label=about)  # fmt: skip
    feet = tag("div", tag("span", _said(str(least), one["unit"])), tag("span", _said(str(most), one["unit"])),
               class_="lh-way-feet", aria_hidden="true")  # fmt: skip
    return joined((drawn, feet))
