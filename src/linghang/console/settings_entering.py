"""Settings: how people enter, and how an identity provider is set up."""

from pathlib import Path

from markupsafe import Markup
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, states
from linghang.console.hypertext import card, joined, tag
from linghang.console.hypertext import facts as listed
from linghang.console.settings_parts import head, only_administrators
from linghang.console.single_sign_on import BACK
from linghang.console.visit import Visit
from linghang.errors import BadInput
from linghang.usecases.accounts import LOCKED, LONGEST_SESSION, ROLE_TITLES, SESSION, TRIES
from linghang.usecases.single_sign_on import Provider, provider_of
from linghang.words import Listed, later, tr

EXAMPLE = """[oidc]
issuer = "https://id.example.com/realms/plant"
client_id = "linghang"
secret_file = "keys/oidc.secret"      # chmod 600
title = "统一认证"
address = "https://linghang.example.com"

[oidc.accounts]
make = true
claim = "groups"

[oidc.accounts.roles]
plant-admins = "administrator"
plant = "viewer"
"""
STEPS = (
    later("At the provider, add a confidential client with the code flow and PKCE, and this address to come back to:"),
    later("Put its secret into a file that only this program's user can read, or into a variable."),
    later("Write [oidc] into linghang.toml of the workspace; it counts with the next way in, no new start is needed."),
    later("Give accounts the issuer and subject of their person, or let accounts be made by groups."),
)


async def build(visit: Visit, _: PageArguments) -> None:
    """Show how sessions are kept, and the provider."""
    head(visit, "entering", tr("How people enter, and how long they stay in."))
    if not acting.may(visit, "admin"):
        only_administrators()
        return
    found = await facts.thread(lambda: _provider(visit.folder))
    states.show(_sessions())
    states.show(_state(found))
    states.show(_how())


def _provider(folder: Path) -> Provider | BadInput | None:
    try:
        found = provider_of(folder)
        if found is not None:
            found.secret(folder)
        return found
    except BadInput as error:
        return error


def _sessions() -> Markup:
    hours, days, minutes = SESSION.total_seconds() / 3600, LONGEST_SESSION.days, LOCKED.total_seconds() / 60
    pairs = (
        (
            tr("a session ends"),
            tr("{hours} hours after it was last used, {days} days at most", hours=int(hours), days=days),
        ),
        (
            tr("wrong passwords"),
            tr("{count} in a row lock an account for {minutes} minutes", count=TRIES, minutes=int(minutes)),
        ),
        (tr("passwords are kept"), tr("as Argon2id hashes; nobody can read them")),
    )
    return card(
        tr("Passwords and sessions"), listed(pairs), about=tr("These figures are ours; no official text gives them.")
    )


def _state(found: Provider | BadInput | None) -> Markup:
    title = tr("Identity provider (OpenID Connect)")
    if found is None:
        return card(title, tag("p", tr("Not set up: everybody enters by name and password."), class_="lh-note"))
    if isinstance(found, BadInput):
        return card(title, states.refused(str(found)))
    making = found.making
    groups = (
        joined((tag("code", group), " → ", tr(ROLE_TITLES[role]), tag("br"))) for group, role in making.roles.items()
    )
    secret = {"secret_variable": later("in the variable {name}"), "secret_file": later("in the file {name}")}
    kind, name = found.secret_of
    rest = tr(ROLE_TITLES[making.role]) if making.role else tr("not let in")
    pairs = (
        (tr("button"), found.title),
        (tr("issuer"), tag("code", found.issuer, class_="lh-wrap")),
        (tr("client"), tag("code", found.client_id)),
        (tr("secret"), tr(secret[kind], name=name) if kind else tr("none (PKCE alone)")),
        (tr("address of this server"), found.address or tr("that of the request")),
        (
            tr("accounts"),
            tr("made for whom the provider sends") if making.on else tr("only those that were added here"),
        ),
        (tr("groups"), joined(groups) if making.on and making.roles else ""),
        (tr("everybody else"), rest if making.on else ""),
    )
    about = tr("The only request of this server that leaves the machine, made when somebody enters by it.")
    return card(title, listed(pairs), about=about)


def _how() -> Markup:
    steps = [tag("li", tr(one)) for one in STEPS]
    steps[0] = tag("li", tr(STEPS[0]), " ", tag("code", f"https://…{BACK}", class_="lh-wrap"))
    inner = joined(
        (tag("ol", steps, class_="lh-note"), tag("pre", tag("code", EXAMPLE), class_="lh-code", tabindex="0"))
    )
    roles = Listed(tr(one) for one in ROLE_TITLES.values())
    text = tr("A role is one of {roles}; it is given when the account is made, and kept here afterwards.", roles=roles)
    summary = tag("summary", tr("How to set it up"))
    return tag("details", summary, inner, tag("p", text, class_="lh-about"), class_="lh-card lh-fold")
