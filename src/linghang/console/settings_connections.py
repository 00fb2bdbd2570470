"""Settings: what linghang.toml says, without secrets, and the way to the connections."""

from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.hypertext import card, tag
from linghang.console.settings_parts import head, only_administrators
from linghang.console.visit import Visit
from linghang.usecases.workspace_facts import settings_shown
from linghang.words import tr


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the settings file, and where the connections are looked after."""
    head(visit, "connections", tr("Where live values come from, and what else linghang.toml says."))
    way = tag("a", tr("To the connections with their health"), href=visit.url("/plant/connections"), class_="lh-button")
    about = tr("Machines, brokers and meters that this workspace listens to.")
    states.show(card(tr("Connections"), tag("p", way), about=about))
    if not acting.may(visit, "admin"):
        only_administrators()
        return
    text = await facts.thread(lambda: settings_shown(visit.folder))
    note = tr("Edit the file on the machine; secrets are starred here and belong into variables or files of their own.")
    shown = tag("pre", tag("code", text), class_="lh-code", tabindex="0", aria_label="linghang.toml")
    states.show(card("linghang.toml", shown, about=note))
