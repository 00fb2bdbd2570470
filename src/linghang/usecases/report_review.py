"""The annual review: what became of a factory between two days of judgement."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from linghang.report.content import Changed, Review
from linghang.report.figures import day as said_day
from linghang.usecases.kept import assessed_document
from linghang.usecases.report_annexes import FLOORS
from linghang.usecases.report_sources import Sources
from linghang.words import Text


def review_of(sources: Sources) -> Review:
    """Judge the earlier day too, and compare."""
    since = sources.request.since or max(_year_before(sources.day), sources.pack.valid_from)
    before = assessed_document(
        sources.workspace.folder,
        pack=sources.request.pack,
        now=sources.now,
        as_of=since,
        interpretation=sources.request.interpretation,
    )
    earlier = {one["id"]: one for one in before["elements"]}
    changed = list(_changes(sources, earlier))
    return Review(
        since=since,
        confirmed_before={floor: before["floors"][floor]["confirmed"] for floor in FLOORS},
        better=[one for one in changed if one.after == "met" != one.before],
        worse=[one for one in changed if one.before == "met" != one.after],
        other=[one for one in changed if (one.before == "met") == (one.after == "met")],
        expired=list(_expired(sources, since)),
    )


def _changes(sources: Sources, earlier: dict[str, Any]) -> Iterator[Changed]:
    seen: set[str] = set()
    for element in sources.pack.elements:
        if element.id in seen:
            continue
        seen.add(element.id)
        now, then = sources.elements.get(element.id), earlier.get(element.id)
        if now is None or then is None or (now["finding"], now["proof"]) == (then["finding"], then["proof"]):
            continue
        yield Changed(
            element.id, element.cited, element.text, then["finding"], then["proof"], now["finding"], now["proof"]
        )


def _expired(sources: Sources, since: date) -> Iterator[Text]:
    for one in sources.documents:
        if one.retired_at is not None and since <= one.retired_at.astimezone(sources.zone).date() <= sources.day:
            yield Text(
                f"{one.id}《{one.title}》已作废：{one.retired_reason}",
                f"{one.id} “{one.title}” retired: {one.retired_reason}",
            )
        elif one.retired_at is None and one.valid_until is not None and since < one.valid_until <= sources.day:
            end = said_day(one.valid_until)
            yield Text(
                f"{one.id}《{one.title}》自{end.zh}起不再有效",
                f"{one.id} “{one.title}” no longer counts since {end.en}",
            )
    for id, found in sources.elements.items():
        if found["reason"] == "stale":
            cited = next((element.cited for element in sources.pack.elements if element.id == id), "")
            yield Text(
                f"{cited} {id}：证据已陈旧，须重新取证", f"{cited} {id}: its evidence is stale and has to be renewed"
            )


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the leap day
        return day.replace(year=day.year - 1, day=28)
