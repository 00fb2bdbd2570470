"""One clause on a page of its own: what was found, what we took it to mean, and how it came to be so."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import condition_card, facts, figures, states
from linghang.console.condition_history import history
from linghang.console.hypertext import card, joined, tag
from linghang.console.interpretation_panel import Interpretations, marks
from linghang.console.telling import finding, headed, proof, said
from linghang.console.visit import Visit
from linghang.usecases.element_history import history_of
from linghang.words import tr


async def build(visit: Visit, args: PageArguments) -> None:
    """Show one clause: its findings at once, its history when it is read."""
    id = args.path_parameters["id"]
    pack = facts.pack_of(visit.pack)
    elements = [one for one in pack.elements if one.id == id]
    back = (tr("All conditions"), visit.url("/conditions", element=id if elements else ""))
    if not elements:
        what = tr("The pack does not ask for it.")
        states.show(states.empty(tr("There is no clause {name}", name=id), what, (back[0], visit.url("/conditions"))))
        return
    document = await _document(visit)
    way = tag("a", "‹ ", back[0], href=back[1], class_="lh-back")
    states.show(states.heading(headed(said(elements[0].text)), elements[0].cited, way))
    found = _found(document, id)
    place = states.show(_cards(elements, found, visit))
    names = frozenset(one["name"] for each in found for one in each["interpretations"])
    told = states.show(Markup(""))
    if names:
        about = tr("What no official text gives is ours; a reviewer may set it for this plant, with a reason.")
        states.show(tag("div", tag("h2", tr("What we take it to mean")), tag("p", about, class_="lh-about")))

        async def again() -> None:
            anew = tag("p", tr("Judging anew …"), class_="lh-note", role="status")
            states.put(place, joined((anew, _cards(elements, found, visit))))
            states.put(place, _cards(elements, _found(await _document(visit), id), visit))
            await _told(visit, id, told)

        await Interpretations(visit, names, again).build()
    await _told(visit, id, told)


async def build_interpretations(visit: Visit, _: PageArguments) -> None:
    """Show all interpretations of the pack, what is set, and who set what when."""
    way = tag("a", "‹ ", tr("All conditions"), href=visit.url("/conditions"), class_="lh-back")
    about = tr(
        "What the texts leave open, in numbers: ours, unless a text is named. A reviewer sets them with a reason."
    )
    states.show(states.heading(tr("Interpretations"), about, way))
    note = states.show(Markup(""))

    async def again() -> None:
        states.put(note, marks(await _document(visit), visit) or Markup(""))

    await again()
    await Interpretations(visit, None, again).build()


async def _document(visit: Visit) -> dict[str, Any]:
    return await facts.assessment(visit.folder, visit.pack, visit.day, visit.now)


async def _told(visit: Visit, id: str, place: Any) -> None:
    found = await facts.thread(
        lambda: history_of(visit.folder, id, pack=visit.pack, now=visit.now, as_of=visit.day).to_dict()
    )
    states.put(place, history(found, visit, visit.judged))


def _found(document: Mapping[str, Any], id: str) -> list[Mapping[str, Any]]:
    return [one for one in document["elements"] if one["id"] == id]


def _cards(elements: list[Any], found: list[Mapping[str, Any]], visit: Visit) -> Markup:
    levels = {one.id: headed(said(one.title)) for one in facts.pack_of(visit.pack).levels}
    by_level = {one["level"]: one for one in found}
    return joined(
        card(
            levels.get(element.level, headed(tr("every level"))),
            tag("p", finding(one["finding"]), " ", proof(one["proof"]), class_="lh-found-line"),
            condition_card.about(element, one),
            condition_card.evidence(one, visit),
            about=figures.day(visit.judged),
        )
        for element in elements
        if (one := by_level.get(element.level)) is not None
    )
