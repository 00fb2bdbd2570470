"""What the plant states itself: simple facts as a form, and the whole of application.yaml as a text with its errors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.application_frame import head, labelled, submit
from linghang.console.controls import PRIMARY, action
from linghang.console.hypertext import Child, card, joined, segments, tag
from linghang.console.visit import LANGUAGE_NAMES, Visit
from linghang.errors import BadInput
from linghang.usecases.application_editing import (
    APPLICATION,
    MOST_BYTES,
    Changed,
    Statement,
    begin,
    check,
    put_back,
    read_statement,
    save,
    save_values,
    values_of,
)
from linghang.usecases.application_fields import FIELDS, Field
from linghang.words import later, tr

HERE = "/application/statement"
FORM, TEXT = "lh-facts-form", "lh-text-form"
VIEWS = {"form": later("Simple facts"), "text": later("The whole text")}

LONG_ROWS = 5


async def build(visit: Visit, args: PageArguments) -> None:
    """Show the form or the text; what a link names by its key is shown first."""
    key = args.query_parameters.get("key", "")
    form = any(key == field.key for _, fields in FIELDS.values() for field in fields)
    view = args.query_parameters.get("view", "form" if form or not key else "text")
    head(visit, HERE, tr("What no record holds. What is left empty stays unknown and is marked in the report."))
    found = await facts.thread(lambda: read_statement(visit.folder))
    if found.text is None:
        _none(visit, found)
        return
    links = ((tr(title), visit.url(HERE, view=one), one == view) for one, title in VIEWS.items())
    with ui.element("div").classes("lh-app-actions"):
        states.show(segments(tr("View"), links, "true"), "lh-app-inline")
        if found.can_put_back and acting.may(visit, "write"):
            _undo(visit)
    if view == "text":
        await _text(visit, found, key)
    else:
        await _form(visit, found, key)


def _none(visit: Visit, found: Statement) -> None:
    states.show(
        states.empty(
            tr("You state nothing yet"),
            tr("Begin with a skeleton: every key is explained in it, and it has a stub for each scene in use."),
        )
    )
    if not acting.may(visit, "write"):
        _only_read()
        return

    async def pressed() -> None:
        if await acting.change(visit, "write", "application.begin", APPLICATION, lambda: begin(visit.folder)):
            ui.navigate.reload()

    with ui.element("div").classes("lh-app-actions"):
        action(tr("Begin with every key explained"), "add", PRIMARY).on("click", visit.speaking(pressed))
        if found.can_put_back:
            _undo(visit)


def _undo(visit: Visit) -> None:
    async def pressed() -> None:
        if await acting.change(visit, "write", "application.undo", APPLICATION, lambda: put_back(visit.folder)):
            acting.tell(tr("The edition before is back; once more undoes that."))
            ui.navigate.reload()

    action(tr("Undo the last change"), "undo").on("click", visit.speaking(pressed))


# --- the form ---


async def _form(visit: Visit, found: Statement, key: str) -> None:
    try:
        values = await facts.thread(lambda: values_of(found.text or ""))
    except BadInput as error:
        states.show(joined((states.wrong(str(error)), tag("p", _to_text(visit)))))
        return
    may = acting.may(visit, "write")
    sections = (
        card(
            str(title),
            tag(
                "div",
                (_field(field, values.get(field.key), field.key == key) for field in fields),
                class_="lh-app-fields",
            ),
        )
        for title, fields in FIELDS.values()
    )
    states.show(tag("fieldset", sections, id=FORM, class_="lh-app-plain", disabled=not may))
    lists = tr("Scenes, features, effects and steps of the plan are lists: write them in the text.")
    states.show(tag("p", lists, " ", _to_text(visit), class_="lh-about lh-app-lists"))
    if not may:
        _only_read()
        return
    _save_bar(visit, found, FORM, lambda given, known: save_values(visit.folder, _values(given), known, visit.pack))


def _to_text(visit: Visit) -> Markup:
    return tag("a", tr("To the whole text"), href=visit.url(HERE, view="text"))


def _field(field: Field, value: Any, first: bool) -> Markup:
    title = str(field.title)
    if field.kind in ("both", "long"):
        both = value if isinstance(value, Mapping) else {"zh": value or ""}
        controls = (
            _typed(
                f"{field.key}.{lang}",
                both.get(lang, ""),
                f"{title} · {name}",
                field.kind == "long",
                first and lang == "zh",
            )
            for lang, name in LANGUAGE_NAMES.items()
        )
        names = tag("span", title, class_="lh-app-field-name")
        return tag("div", names, tag("div", controls, class_="lh-app-both"), class_="lh-app-field lh-app-field-wide")
    if field.kind == "list":
        text = "\n".join(value or ())
        control: Child = tag("textarea", text, name=field.key, rows=2, class_="lh-control lh-app-long", autofocus=first)
        return labelled(title, control, tr("one a line"))
    kind = {"day": "date", "text": "text", "money": "text"}[field.kind]
    mode = "decimal" if field.kind == "money" else None
    control = tag(
        "input", type=kind, name=field.key, value=value or "", class_="lh-control", inputmode=mode, autofocus=first
    )
    return labelled(title, control)


def _typed(name: str, value: str, title: str, is_long: bool, first: bool) -> Markup:
    if is_long:
        return tag(
            "textarea", value, name=name, rows=LONG_ROWS, class_="lh-control lh-app-long", aria_label=title,
            placeholder=title.rpartition(" · ")[2], autofocus=first,
        )  # fmt: skip
    return tag(
        "input", type="text", name=name, value=value, class_="lh-control", aria_label=title,
        placeholder=title.rpartition(" · ")[2], autofocus=first,
    )  # fmt: skip


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Put what the controls say together as the use case takes it."""
    values: dict[str, Any] = {}
    for _, fields in FIELDS.values():
        for field in fields:
            if field.kind in ("both", "long"):
                values[field.key] = {lang: str(given.get(f"{field.key}.{lang}", "")) for lang in LANGUAGE_NAMES}
            elif field.kind == "list":
                values[field.key] = str(given.get(field.key, "")).splitlines()
            else:
                values[field.key] = str(given.get(field.key, ""))
    return values


# --- the text ---


async def _text(visit: Visit, found: Statement, key: str) -> None:
    text = found.text or ""
    may = acting.may(visit, "write")
    area = tag(
        "textarea",
        text,
        name="text",
        class_="lh-app-source",
        spellcheck="false",
        wrap="off",
        aria_label=APPLICATION,
        maxlength=MOST_BYTES,
        readonly=not may,
        data_line=_line_of(text, key),
    )
    about = tr(
        "Indented by spaces; a text with a colon or a comma stands in quotes. It is checked before it is written."
    )
    gutter = tag("div", class_="lh-app-gutter", aria_hidden="true")
    editor = tag("div", gutter, area, class_="lh-app-editor", id=TEXT)
    states.show(card(tr("The whole text"), editor, about=about))
    ui.run_javascript(f"linghangEditor('{TEXT}')")
    problems = await facts.thread(lambda: list(check(visit.folder, text, visit.pack)))
    place = states.show(_problems(problems))
    if may:
        _save_bar(
            visit,
            found,
            TEXT,
            lambda given, known: save(visit.folder, str(given.get("text", "")), known, visit.pack),
            lambda given: list(check(visit.folder, str(given.get("text", "")), visit.pack)),
            place,
        )
    else:
        _only_read()


def _only_read() -> None:
    states.show(tag("p", tr("To state something needs the right “write”."), class_="lh-note"))


def _line_of(text: str, key: str) -> int | None:
    """The line of a key such as `scenes[3] problem` or `plan.steps`, as near as its first words lead; None if none."""
    if not key:
        return None
    head, _, place = key.partition(" ")[0].partition("[")
    names, number = head.split("."), int(place.rstrip("]")) if place.rstrip("]").isdecimal() else 1
    lines = text.splitlines()
    at = next((row for row, line in enumerate(lines) if line.startswith(f"{names[0]}:")), None)
    if at is None:
        return None
    if place:
        items = [row for row, line in enumerate(lines) if row > at and line.lstrip().startswith("- ")]
        return items[number - 1] + 1 if number <= len(items) else at + 1
    inside = (row for row, line in enumerate(lines) if row > at and line.strip().startswith(f"{names[-1]}:"))
    return (next(inside, at) if len(names) > 1 else at) + 1


def _problems(problems: Sequence[BadInput]) -> Markup:
    if not problems:
        return tag("p", "✓ ", tr("The text can be read."), class_="lh-about lh-good", role="status")
    rows = (_problem(one) for one in problems)
    title = tr("{count} problems: nothing is written until they are mended", count=len(problems))
    return tag("div", card(title, tag("ul", rows, class_="lh-app-faults")), role="alert")


def _problem(one: BadInput) -> Markup:
    line = one.place.line if one.place else None
    words = str(BadInput(one.message, None, one.subject, **one.values))
    if line is None:
        return tag("li", words)
    to = tag("button", tr("line {line}", line=line), type="button", class_="lh-app-to-line", data_line=line)
    return tag("li", to, " ", words)


# --- saving ---


def _save_bar(
    visit: Visit,
    found: Statement,
    form: str,
    write: Callable[[Mapping[str, Any], str], Statement],
    look: Callable[[Mapping[str, Any]], Sequence[BadInput]] | None = None,
    faults: ui.html | None = None,
) -> None:
    """Save what a form says: problems are told in place, and an edition that others wrote meanwhile is not lost."""
    known = [found.edition]
    with ui.element("div").classes("lh-app-save-bar"):
        button = action(tr("Save"), "application", PRIMARY)
        place = states.show(tag("div", role="status"), "lh-app-save-said")
        over = action(tr("Write mine over it"), "edit")
        theirs = action(tr("Take what is there now"), "undo")
    for one in (over, theirs):
        one.set_visibility(False)
    theirs.on("click", visit.speaking(ui.navigate.reload))

    async def saved(given: Mapping[str, Any]) -> None:
        states.put(place, Markup(""))
        if look is not None and faults is not None:
            problems = await facts.thread(lambda: look(given))
            states.put(faults, _problems(problems))
            if problems:
                return
        await _saved(visit, lambda: write(given, known[0]), place, (over, theirs), known)

    async def written_over(given: Mapping[str, Any]) -> None:
        known[0] = (await facts.thread(lambda: read_statement(visit.folder))).edition
        await saved(given)

    submit(visit, form, button, saved)
    submit(visit, form, over, written_over)


async def _saved(
    visit: Visit, work: Callable[[], Statement], place: ui.html, choices: tuple[ui.element, ...], known: list[str]
) -> None:
    def told(what: Markup, changed: bool = False) -> None:
        if not place.is_deleted:
            place.set_content(what)
            for one in choices:
                one.set_visibility(changed)

    def refuse(error: BadInput) -> None:
        told(states.refused(str(error)), isinstance(error, Changed))

    done = await acting.change(visit, "write", "application.save", APPLICATION, work, refuse=refuse)
    if done is not None:
        known[0] = done.edition
        told(tag("span", "✓ ", tr("Saved; the report says it from now on."), class_="lh-good"))
