"""The settings: people, sign-in, keys, connections, backup, the audit log, and this browser."""

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from nicegui.page_arguments import PageArguments

from linghang.console import (
    acting,
    facts,
    figures,
    settings_audit,
    settings_backup,
    settings_connections,
    settings_entering,
    settings_keys,
    settings_people,
    states,
)
from linghang.console.controls import VALUE, chooser
from linghang.console.hypertext import card, tag
from linghang.console.hypertext import facts as listed
from linghang.console.settings_parts import Values, field, form, head, to_the_door
from linghang.console.visit import LANGUAGE_NAMES, THEME_NAMES, Visit
from linghang.usecases.accounts import LEAST_PASSWORD, ROLE_TITLES
from linghang.usecases.workspace_facts import WorkspaceFacts, facts_of
from linghang.words import tr


async def build(visit: Visit, _: PageArguments) -> None:
    """Show what belongs to this browser and this person, and what the workspace is made of."""
    head(visit, "", tr("This browser, yourself, and what this workspace is made of."))
    with ui.element("div").classes("lh-grid lh-settings"):
        _browser(visit)
        await _oneself(visit)
        place = states.show(card(tr("Workspace"), tag("p", tr("Counting …"), class_="lh-about")))
    found = await facts.thread(lambda: facts_of(visit.folder))
    states.put(place, _workspace(found))


def _browser(visit: Visit) -> None:
    with ui.element("section").classes("lh-card lh-set"):
        text = tr("Kept for this browser alone.")
        states.show(tag("h2", tr("This browser")) + tag("p", text, class_="lh-about"))
        with ui.element("div").classes("lh-ask-fields"):
            _chosen(visit, tr("Language"), "language", LANGUAGE_NAMES, visit.language)
            _chosen(visit, tr("Colours"), "theme", {key: tr(name) for key, name in THEME_NAMES.items()}, visit.theme)


def _chosen(visit: Visit, label: str, key: str, options: dict[str, str], value: str) -> None:
    with ui.element("div").classes("lh-ask-field"):
        states.show(tag("span", label, aria_hidden="true"))
        made = chooser(label, options, value)

    def choose(event: GenericEventArguments) -> None:
        if str(event.args) in options:
            visit.remembered[key] = str(event.args)
            ui.navigate.reload()

    made.on("change", visit.speaking(choose), js_handler=VALUE)


async def _oneself(visit: Visit) -> None:
    person = visit.person
    with ui.element("section").classes("lh-card lh-set"):
        states.show(tag("h2", tr("Yourself")))
        if visit.secret is None:
            text = tr("This workspace has no accounts: whoever is on this machine may do everything.")
            way = tag("a", tr("Make the first administrator"), href=visit.url("/settings/people"))
            states.show(tag("p", text) + tag("p", way))
            return
        pairs = (
            (tr("name"), person.name),
            (tr("person"), person.title),
            (tr("role"), tr(ROLE_TITLES[person.role])),
        )
        states.show(listed(pairs))
        every = await facts.thread(visit.accounts.all)
        account = next((one for one in every if one.name == person.name), None)
        if account is None or account.password is None:
            states.show(tag("p", tr("You enter through the identity provider: your password is kept there.")))
            return
        states.show(tag("h3", tr("Change your password")))
        form(visit, _password_fields(), tr("Change it"), lambda values: _change_own(visit, values))


def _password_fields() -> list[Markup]:
    least = tr("At least {count} characters, without the name.", count=LEAST_PASSWORD)
    return [
        field(tr("Present password"), "present", "password", autocomplete="current-password", required=True),
        field(
            tr("New password"),
            "password",
            "password",
            least,
            autocomplete="new-password",
            required=True,
            minlength=LEAST_PASSWORD,
        ),
        field(tr("Once more"), "again", "password", autocomplete="new-password", required=True),
    ]


async def _change_own(visit: Visit, values: Values) -> str | None:
    if values.get("password") != values.get("again"):
        return tr("the two passwords differ")
    name, now = visit.person.name, visit.now

    def work() -> bool:
        visit.accounts.change_own_password(name, values.get("present", ""), values.get("password", ""), now)
        return True

    if await acting.change(visit, "read", "accounts.password", name, work):
        to_the_door("/settings")
    return None


def _workspace(found: WorkspaceFacts) -> Markup:
    pairs = (
        (tr("name"), found.name),
        (tr("time zone"), found.time_zone),
        (tr("folder"), tag("code", str(found.folder), class_="lh-wrap")),
        (tr("records"), tag("code", found.records, class_="lh-wrap")),
        (tr("program"), f"Linghang {found.version}"),
        (tr("licence"), found.licence),
        (tr("size"), _bytes(found.size)),
    )
    parts = ((tr(name), _bytes(size)) for name, size in found.sizes.items())
    return card(tr("Workspace"), listed(pairs), tag("h3", tr("What takes the room")), listed(parts))


def _bytes(count: int) -> Markup:
    return tag("span", figures.size(count), title=f"{count:,}", class_="lh-figure")


PARTS = {
    "people": settings_people.build,
    "entering": settings_entering.build,
    "keys": settings_keys.build,
    "connections": settings_connections.build,
    "backup": settings_backup.build,
    "audit": settings_audit.build,
}
