"""Alarms and warnings: what stands now and what has gone; whoever may acknowledges, with a note."""

import json
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, plant_nav, states
from linghang.console.controls import PRIMARY, VALUE, action, chooser, typed
from linghang.console.hypertext import card, joined, segments, tag
from linghang.console.hypertext import table as table_of
from linghang.console.telling import and_more
from linghang.console.visit import Visit
from linghang.usecases.alarm_journal import MOST_NOTE, acknowledge
from linghang.usecases.plant_alarms import (
    SEVERITIES,
    SOURCES,
    WARNING_ENGINE,
    Alarm,
    past_alarms,
    standing_alarms,
)
from linghang.words import later, tr

SIGNS = {"critical": "‼", "high": "▲", "medium": "◆", "low": "●", "info": "○"}
MOST_ROWS = 200
OLD = timedelta(hours=24)
"""A warning of an engine that has not looked for so long is said to be old (ours)."""
PARTS = {"": later("Standing"), "past": later("Past 30 days")}


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the alarms that stand, or those of the past."""
    which = "past" if args.query_parameters.get("show") == "past" else ""
    equipment = args.query_parameters.get("equipment", "")
    plant_nav.head(
        visit, "/plant/alarms", tr("Recorded alarms, values beyond their limits, warnings of engines, failing data.")
    )
    lists = ((tr(word), visit.url("/plant/alarms", show=key), key == which) for key, word in PARTS.items())
    states.show(segments(tr("Which alarms"), lists, "true"))
    place = _Place(visit, which, equipment)
    await place.read()


class _Place:
    """The list, which is made anew when an alarm comes or goes."""

    def __init__(self, visit: Visit, which: str, equipment: str) -> None:
        self.visit, self.which, self.equipment = visit, which, equipment
        self.body = ui.element("div").classes("lh-alarms")
        self.body.on("anew", visit.speaking(self.read))

    async def read(self) -> None:
        """Read the alarms and show them."""
        visit = self.visit
        reads = past_alarms if self.which else standing_alarms
        found = await facts.thread(lambda: reads(visit.folder, visit.now))
        if self.body.is_deleted:
            return
        shown = [one for one in found if self.equipment in ("", one.equipment_id)]
        self.body.clear()
        with self.body:
            self._list(shown)
        if not self.which:
            keys = json.dumps([one.key for one in found], ensure_ascii=False)
            self.body.client.run_javascript(f"linghangAlarms({keys}, {self.body.id})")

    def _list(self, shown: list[Alarm]) -> None:
        if not shown:
            text = tr("No alarm of the past 30 days is known.") if self.which else tr("No alarm stands.")
            what = tr("Limits of tags and recorded alarms are compared with the values as they come.")
            states.show(states.empty(text, what))
            return
        counts = [(severity, sum(one.severity == severity for one in shown)) for severity in SEVERITIES]
        chips = (tag("span", _severity(key), " ", str(count)) for key, count in counts if count)
        states.show(tag("p", chips, class_="lh-count", role="status"))
        if self.which:
            heads = (*_heads(), tr("cleared"))
            rows = ([*_cells(one, self.visit), _when(one.cleared_at, self.visit)] for one in shown[:MOST_ROWS])
            states.show(card(tr("Past alarms"), table_of(heads, rows, "lh-alarm-table", tr("Past alarms"))))
        else:
            rows = (_cells(one, self.visit) for one in shown[:MOST_ROWS])
            states.show(card(tr("Standing alarms"), table_of(_heads(), rows, "lh-alarm-table", tr("Standing alarms"))))
            self._acknowledging(shown)
        if any(one.source == "limit" for one in shown):
            states.show(tag("p", _law(), class_="lh-about"))
        if more := and_more(len(shown) - MOST_ROWS):
            states.show(more)

    def _acknowledging(self, shown: list[Alarm]) -> None:
        """Offer what is not acknowledged yet to be: one at a time, with a note."""
        open_ = {one.key: _short(one) for one in shown[:MOST_ROWS] if one.acknowledged_at is None}
        if not open_ or not acting.may(self.visit, "run"):
            return
        chosen = {"key": next(iter(open_)), "note": ""}
        with ui.element("section").classes("lh-card"):
            states.show(
                tag("h2", tr("Acknowledge"))
                + tag("p", tr("Say that you have seen it; name and time are kept."), class_="lh-about")
            )
            with ui.element("div").classes("lh-filters"):
                which = chooser(tr("Alarm"), open_, chosen["key"], "lh-alarm-choice")
                which.on("change", lambda event: chosen.update(key=str(event.args)), js_handler=VALUE)
                note = typed(tr("Note"), "text", "", "lh-search")
                note.props["maxlength"] = MOST_NOTE
                note.props["placeholder"] = tr("Note")
                note.on("change", lambda event: chosen.update(note=str(event.args or "")), js_handler=VALUE)
                done = action(tr("Acknowledge"), classes=PRIMARY)

        async def make() -> None:
            visit = self.visit
            who = acting.told_as(visit, visit.person)
            work = lambda: acknowledge(visit.folder, chosen["key"], who, chosen["note"], visit.now)  # noqa: E731
            how = {"note": chosen["note"]} if chosen["note"] else {}
            if await acting.change(visit, "run", "alarms.acknowledge", chosen["key"], work, how) is not None:
                acting.tell(tr("Acknowledged."))
                await self.read()

        done.on("click", self.visit.speaking(make))


def _heads() -> tuple[str, ...]:
    return (tr("severity"), tr("what"), tr("machine, tag"), tr("value"), tr("limit"), tr("since"), tr("acknowledged"))


def _cells(one: Alarm, visit: Visit) -> list[Any]:
    value = figures.short(one.value) if one.value is not None else "–"
    unit = tag("span", figures.unit(one.unit), class_="lh-unit") if one.value is not None else None
    since = _when(one.since, visit)
    return [
        _severity(one.severity),
        joined((tag("span", str(one.text)), tag("small", str(SOURCES[one.source])), _old(one, visit))),
        _where(one, visit),
        tag("span", tag("span", value, data_alarm=one.key), " ", unit, class_="lh-figure"),
        tag("span", figures.short(one.limit) if one.limit is not None else "–", class_="lh-figure"),
        joined((since, tag("small", tr("or longer")) if one.since_at_least else None)),
        _seen(one, visit),
    ]


def _law() -> str:
    return tr(
        "A value is beyond its limit when it stays there for the on-delay, until it is back by the dead band for the "
        "off-delay: as [[alarms]] of linghang.toml say, else as EEMUA 191 begins with; of other quantities 2 % of the "
        "range and 15 s, which is ours."
    )


def _old(one: Alarm, visit: Visit) -> Markup | None:
    """Say of an engine's warning how old the look is that it rests on."""
    if one.as_of is None or one.cleared_at is not None:
        return None
    ago = figures.ago(one.as_of, visit.now)
    if visit.now - one.as_of < OLD:
        return tag("small", tr("looked {when}", when=ago), class_="lh-old")
    run = tag("a", tr("Run it"), href=visit.url(f"/engines/{WARNING_ENGINE}", show="run"))
    words = tr("old: the engine last looked {when}, nobody knows whether it still stands", when=ago)
    return joined((tag("small", words, class_="lh-worse"), run))


def _where(one: Alarm, visit: Visit) -> Markup:
    machine = (
        tag("a", one.equipment_id, href=visit.url("/plant", equipment=one.equipment_id)) if one.equipment_id else None
    )
    is_stored = one.source in ("limit", "data") and "!" in one.tag
    course = tag("a", tr("course"), href=visit.url("/plant/tag", name=one.tag, span="8h")) if is_stored else None
    return joined((machine, tag("small", one.tag, class_="lh-wrap") if one.tag else None, course))


def _seen(one: Alarm, visit: Visit) -> Markup:
    if one.acknowledged_at is None:
        return tag("span", tr("not yet"), class_="lh-worse")
    who = tag("small", " · ".join(part for part in (one.acknowledged_by, one.note) if part))
    return joined((tag("span", "✓ ", figures.moment(one.acknowledged_at, visit.zone), class_="lh-old"), who))


def _when(at: Any, visit: Visit) -> Markup:
    return tag("span", figures.moment(at, visit.zone) if at else "–", class_="lh-old")


def _severity(word: str) -> Markup:
    text = str(SEVERITIES.get(word, word))
    return tag(
        "span",
        tag("span", SIGNS.get(word, "?"), class_="lh-sign", aria_hidden="true"),
        text,
        class_="lh-badge lh-severity",
        data_severity=word,
    )


def _short(one: Alarm) -> str:
    return f"{one.equipment_id} {one.text}".strip()[:90]
