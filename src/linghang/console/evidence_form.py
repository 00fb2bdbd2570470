"""The form of a document: what it is, what it proves and states, how long it counts; errors stand at their field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from linghang.console import states
from linghang.console.controls import VALUE, chooser, typed
from linghang.console.evidence_targets import Targets
from linghang.console.hypertext import tag
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.evidence_descriptions import parts_of
from linghang.usecases.evidence_register import CONFIDENTIALITY, KINDS
from linghang.words import later, tr


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: how it is typed in, and what explains it."""

    name: str
    label: str
    kind: str
    hint: str = ""
    wide: bool = False


FIELDS = (
    Field("title", later("Title"), "text", wide=True),
    Field("kind", later("Kind"), "kind"),
    Field(
        "confidentiality", later("Confidentiality"), "confidentiality", later("confidential ones stay out of bundles")
    ),
    Field("issuer", later("Issuer"), "text"),
    Field("issued_on", later("Issued on"), "date"),
    Field("supports_from", later("Supports the period from"), "date"),
    Field("supports_to", later("… to (first day after it)"), "date"),
    Field("valid_until", later("Valid until"), "date", later("the first day on which it no longer counts")),
    Field("owner", later("Answers for it in the plant"), "text"),
    Field(
        "links",
        later("Linked to"),
        "text",
        later("record:TABLE/KEY, telemetry:TAG; several with semicolons"),
        wide=True,
    ),
    Field("note", later("Note"), "note", later("of “not applicable” the written reason"), wide=True),
)

FIELD_OF = {
    "a document has a title; say what it is": "title",
    "it cannot be issued on {day}: today is {today}": "issued_on",
    "the period that it supports ends on {end}, before it begins on {start}": "supports_to",
    "it is valid until {until}, but begins on {start}; valid_until is the first day on which it no longer counts": (
        "valid_until"
    ),
    "{name}: not_applicable needs a written reason: give it as the note": "note",
}
"""Refusal -> the field that it is about, where its values do not name one."""


class Form:
    """The form of one document.

    Parameters
    ----------
    start
        What stands in it at first, by the names of a `Description`; lists as lists.
    """

    def __init__(self, visit: Visit, start: Mapping[str, Any]) -> None:
        self.visit = visit
        self.values = {one.name: _written(start.get(one.name)) for one in FIELDS}
        self.values["kind"] = self.values["kind"] or "other"
        self.values["confidentiality"] = self.values["confidentiality"] or "internal"
        self.targets = Targets(visit, start.get("proves", ()), start.get("states", ()))
        self._wrong: dict[str, ui.html] = {}

    def build(self) -> None:
        """Show the form where one stands."""
        with ui.element("div").classes("lh-paper-form"):
            for one in FIELDS:
                self._field(one)
                if one.name == "confidentiality":
                    self.targets.build()
        self._wrong[""] = states.show(Markup(""), "lh-paper-wrong")
        self._wrong["proves"] = self.targets.wrong

    def parts(self) -> dict[str, Any]:
        """Return what is said, as the register takes it; what is empty is left out.

        Raises
        ------
        BadInput
            A day is none.
        """
        proves, stated = self.targets.said()
        given = [f"{name}={value}" for name, value in self.values.items() if value.strip()]
        given += [f"proves={one}" for one in proves] + [f"states={one}" for one in stated]
        return {"title": ""} | parts_of(given)

    def refuse(self, error: BadInput | None) -> None:
        """Say at its field what is wrong, or that nothing is any more; at the foot what belongs to no field."""
        where = None if error is None else self._field_of(error)
        for name, place in self._wrong.items():
            said = str(error) if error is not None and name == where else ""
            states.put(place, states.refused(said) if said else Markup(""))

    def _field_of(self, error: BadInput) -> str:
        named = str(error.values.get("name", ""))
        found = FIELD_OF.get(error.message, named)
        if found in ("states", "proves") or self.targets.has(named) or self.targets.has(str(error.values.get("value"))):
            found = FIELD_OF.get(error.message, "proves")
        return found if found in self._wrong else ""

    def _field(self, one: Field) -> None:
        label = tr(one.label)
        with ui.element("label").classes("lh-paper-field" + (" lh-paper-wide" if one.wide else "")):
            states.show(tag("span", label, class_="lh-paper-label"))
            control = self._control(one, label)
            control.on("change", self._changing(one.name), js_handler=VALUE)
            if one.hint:
                states.show(tag("small", tr(one.hint)))
            self._wrong[one.name] = states.show(Markup(""))

    def _control(self, one: Field, label: str) -> ui.element:
        value = self.values[one.name]
        if one.kind == "kind":
            return chooser(label, {name: tr(said) for name, said in KINDS.items()}, value)
        if one.kind == "confidentiality":
            return chooser(label, {name: tr(said) for name, said in CONFIDENTIALITY.items()}, value)
        if one.kind == "note":
            area = ui.element("textarea").classes("lh-control lh-paper-note")
            area.props["aria-label"], area.props["rows"], area.props["value"] = label, "3", value
            return area
        return typed(label, one.kind, value)

    def _changing(self, name: str) -> Callable[..., Any]:
        def changed(event: GenericEventArguments) -> None:
            self.values[name] = str(event.args or "")

        return self.visit.speaking(changed)


def _written(value: Any) -> str:
    """Write what a description holds as it stands in a field."""
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list | tuple) else str(value)
