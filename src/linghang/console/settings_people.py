"""Settings: who may enter and what they may do; tokens of programs."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from markupsafe import Markup
from nicegui import ui
from nicegui.page_arguments import PageArguments

from linghang.console import acting, facts, figures, states
from linghang.console.controls import PRIMARY, action
from linghang.console.hypertext import Child, card, joined, table, tag
from linghang.console.settings_parts import (
    Values,
    act,
    acting_on,
    ask,
    choice,
    field,
    form,
    head,
    only_administrators,
    tick,
    to_the_door,
)
from linghang.console.visit import Visit
from linghang.usecases.accounts import ALLOWED, LEAST_PASSWORD, ROLE_TITLES, ROLES, SCOPES, Account, Token
from linghang.words import Listed, later, tr

SCOPE_TITLES = {
    "read": later("read"),
    "run": later("run engines and assessments"),
    "write": later("write records and documents"),
    "review": later("review and set interpretations"),
    "admin": later("accounts, keys, backup, audit log"),
}
DAYS = 365


async def build(visit: Visit, _: PageArguments) -> None:
    """Show the accounts, what the roles may do, and the tokens."""
    head(visit, "people", tr("Who may look at this workspace and change it, and which programs."))
    if not acting.may(visit, "admin"):
        only_administrators()
    elif visit.secret is None:
        _first(visit)
    else:
        await _People(visit).show()
    states.show(_roles())


def _first(visit: Visit) -> None:
    """Offer to make the first administrator: from then on everybody has to enter."""
    with ui.element("section").classes("lh-card lh-set"):
        text = tr(
            "Whoever is on this machine may do everything, and nobody else can look. With the first administrator "
            "everybody enters by name and password, and the workspace may be served to others."
        )
        states.show(tag("h2", tr("This workspace has no accounts")) + tag("p", text, class_="lh-about"))

        async def make(values: Values) -> str | None:
            if values.get("password") != values.get("again"):
                return tr("the two passwords differ")
            name = values.get("name", "").strip()

            def work() -> Account:
                title = values.get("title", "").strip()
                return visit.accounts.add(name, "administrator", values.get("password"), visit.now, title)

            made = await acting.change(visit, "admin", "accounts.add", name, work, {"role": "administrator"})
            if made is not None:
                to_the_door("/settings/people")
            return None

        form(visit, _new_fields(True), tr("Make the first administrator"), make)


def _new_fields(entering: bool) -> list[Markup]:
    """Return the fields of a new account; `entering` by a password."""
    least = tr("At least {count} characters, without the name.", count=LEAST_PASSWORD)
    hint = tr("Letters, digits, . _ @ -")
    return [
        field(tr("Name to enter with"), "name", "text", hint, required=True, maxlength=64, autofocus=True),
        field(tr("The person's name"), "title", maxlength=200),
        field(
            tr("Password"),
            "password",
            "password",
            least,
            autocomplete="new-password",
            required=entering,
            minlength=LEAST_PASSWORD,
        ),
        field(tr("Once more"), "again", "password", autocomplete="new-password", required=entering),
    ]


class _People:
    """Accounts and tokens, drawn anew after each change."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.accounts = visit, visit.accounts

    async def show(self) -> None:
        with ui.element("section").classes("lh-card lh-set"):
            with ui.element("div").classes("lh-headline"):
                states.show(tag("h2", tr("People")))
                action(tr("Add a person"), "add", PRIMARY).on("click", self.visit.speaking(self._add))
            self.people = states.show(Markup(""))
        with ui.element("section").classes("lh-card lh-set"):
            with ui.element("div").classes("lh-headline"):
                about = tr("A token may do what its rights say, and never more than its account.")
                states.show(tag("h2", tr("Tokens of programs")) + tag("p", about, class_="lh-about"))
                action(tr("Make a token"), "add").on("click", self.visit.speaking(self._new_token))
            self.secret = states.show(Markup(""))
            self.tokens = states.show(Markup(""))
        acting_on(
            self.visit,
            self.people,
            {"change": self._change, "unlock": self._unlock, "end": self._end, "enable": self._enable},
        )
        acting_on(self.visit, self.tokens, {"revoke": self._revoke})
        await self._draw()

    async def _draw(self) -> None:
        now = self.visit.now

        def read() -> tuple[list[tuple[Account, int]], tuple[Token, ...]]:
            return [(one, self.accounts.sessions(one.name, now)) for one in self.accounts.all()], self.accounts.tokens()

        people, tokens = await facts.thread(read)
        states.put(self.people, _people(people, now, self.visit))
        states.put(self.tokens, _tokens(tokens, now, self.visit))

    def _add(self) -> None:
        roles = {str(one): tr(ROLE_TITLES[one]) for one in ROLES}
        subject = field(
            tr("Issuer and subject at the identity provider"),
            "subject",
            about=tr("Instead of a password; a refused person is told them."),
            maxlength=500,
        )
        name, title, *passwords = _new_fields(False)

        async def take(values: Values) -> str | None:
            if values.get("password") != values.get("again"):
                return tr("the two passwords differ")
            name, role = values.get("name", "").strip(), values.get("role", "viewer")
            password, given = values.get("password") or None, values.get("subject", "").strip()

            def work() -> Account:
                title = values.get("title", "").strip()
                return self.accounts.add(name, role, password, self.visit.now, title, given)

            await self._done("accounts.add", name, work, {"role": role})
            return None

        fields = [name, title, choice(tr("Role"), "role", roles, "viewer"), *passwords, subject]
        ask(self.visit, tr("Add a person"), "", fields, tr("Add"), take)

    async def _change(self, name: str) -> None:
        every = await facts.thread(self.accounts.all)
        account = next((one for one in every if one.name == name), None)
        if account is None:
            return
        roles = {str(one): tr(ROLE_TITLES[one]) for one in ROLES}
        least = tr("Left empty, it stays as it is.")
        fields = [
            choice(tr("Role"), "role", roles, account.role),
            field(
                tr("New password"), "password", "password", least, autocomplete="new-password", minlength=LEAST_PASSWORD
            ),
            tick(tr("May not enter any more"), "disabled", account.disabled_us is not None),
        ]

        async def take(values: Values) -> str | None:
            role, password = values.get("role"), values.get("password") or None
            disabled = "disabled" in values
            role = role if role != account.role else None
            shut = disabled if disabled != (account.disabled_us is not None) else None
            how = {key: str(value) for key, value in (("role", role), ("disabled", shut)) if value is not None}
            if not how and password is None:
                return None

            def work() -> Account:
                return self.accounts.change(name, self.visit.now, role=role, password=password, disabled=shut)

            await self._done("accounts.change", name, work, how | ({"password": "***"} if password else {}))
            return None

        about = tr("All sessions of the account end with the change; tokens of one that may not enter end too.")
        ask(self.visit, tr("Change {name}", name=name), about, fields, tr("Change it"), take)

    async def _unlock(self, name: str) -> None:
        await self._done("accounts.unlock", name, lambda: self.accounts.unlock(name))

    async def _enable(self, name: str) -> None:
        await self._done("accounts.enable", name, lambda: self.accounts.enable(name))

    async def _end(self, name: str) -> None:
        now = self.visit.now
        await self._done("sessions.end", name, lambda: [self.accounts.end_sessions(name, now)])

    async def _new_token(self) -> None:
        every = await facts.thread(self.accounts.all)
        people = {one.name: one.name for one in every if one.disabled_us is None}
        fields = [
            field(tr("What it is for"), "purpose", required=True, maxlength=100, autofocus=True),
            choice(tr("Account whose rights it has at most"), "account", people, self.visit.person.name),
            *(tick(tr(SCOPE_TITLES[one]), f"scope-{one}", one == "read") for one in SCOPES),
            field(tr("Days until it expires"), "days", "number", value=str(DAYS), min=1, max=36_500, required=True),
        ]

        async def take(values: Values) -> str | None:
            scopes = frozenset(one for one in SCOPES if f"scope-{one}" in values)
            days, purpose, account = values.get("days", ""), values.get("purpose", ""), values.get("account", "")
            if not scopes or not days.isdecimal():
                return tr("choose at least one right, and the days as a number")

            def work() -> tuple[Token, str]:
                return self.accounts.make_token(purpose, account, scopes, self.visit.now, int(days))

            how = {"name": purpose, "scopes": " ".join(sorted(scopes))}
            made = await acting.change(self.visit, "admin", "tokens.add", account, work, how)
            if made is not None:
                states.put(self.secret, _secret(made[1]))
                await self._draw()
            return None

        ask(self.visit, tr("Make a token"), "", fields, tr("Make it"), take)

    async def _revoke(self, number: str) -> None:
        def work() -> bool:
            self.accounts.revoke_token(int(number), self.visit.now)
            return True

        await self._done("tokens.revoke", number, work)

    async def _done(self, what: str, on: str, work: Callable[[], object], how: dict[str, str] | None = None) -> None:
        """Make a change and draw anew; a refusal was told already."""
        if await acting.change(self.visit, "admin", what, on, work, how) is not None:
            acting.tell(tr("Done."))
            await self._draw()


def _people(found: Sequence[tuple[Account, int]], now: datetime, visit: Visit) -> Markup:
    heads = (tr("person"), tr("name"), tr("role"), tr("enters by"), tr("state"), tr("open sessions"), tr("manage"))
    return table(heads, (_person(one, open_, now, visit) for one, open_ in found), "lh-people", tr("People"))


def _person(one: Account, open_: int, now: datetime, visit: Visit) -> list[Child]:
    locked = (one.locked_until_us or 0) > now.timestamp() * 1e6
    ways = [tr("password")] * (one.password is not None) + [tr("identity provider")] * (one.subject is not None)
    if one.disabled_us is not None:
        state = tag("span", "✗ ", tr("may not enter"), class_="lh-worse")
    elif locked:
        state = tag("span", "! ", tr("locked by wrong passwords"), class_="lh-worse")
    else:
        state = tag("span", "✓ ", tr("may enter"), class_="lh-better")
    acts = [act("change", one.name, tr("Change"), "edit")]
    if locked:
        acts.append(act("unlock", one.name, tr("Unlock")))
    if one.disabled_us is not None:
        acts.append(act("enable", one.name, tr("Let in again")))
    if open_:
        acts.append(act("end", one.name, tr("End sessions")))
    name = joined(
        (tag("code", one.name), tag("span", tr("you"), class_="lh-chip") if one.name == visit.person.name else None)
    )
    return [
        tag("strong", one.title),
        name,
        tr(ROLE_TITLES[one.role]),
        str(Listed(ways)),
        state,
        tag("span", str(open_), class_="lh-figure"),
        tag("div", acts, class_="lh-acts"),
    ]


def _tokens(found: Sequence[Token], now: datetime, visit: Visit) -> Markup:
    if not found:
        return tag(
            "p", tr("No token was ever made. A program that uses the API gets one of its own."), class_="lh-note"
        )
    heads = (
        "#",
        tr("purpose"),
        tr("account"),
        tr("rights"),
        tr("expires on"),
        tr("last used"),
        tr("state"),
        tr("manage"),
    )
    return table(heads, (_token(one, now, visit) for one in reversed(found)), "lh-tokens", tr("Tokens of programs"))


def _token(one: Token, now: datetime, visit: Visit) -> list[Child]:
    us = now.timestamp() * 1e6
    if one.revoked_us is not None:
        state = tag("span", "✗ ", tr("revoked"), class_="lh-faint")
    elif one.expires_us is not None and one.expires_us <= us:
        state = tag("span", "✗ ", tr("expired"), class_="lh-faint")
    else:
        state = tag("span", "✓ ", tr("alive"), class_="lh-better")
    alive = one.revoked_us is None
    return [
        str(one.id),
        one.name,
        tag("code", one.account),
        str(Listed(tr(SCOPE_TITLES[scope]) for scope in SCOPES if scope in one.scopes)),
        _moment(one.expires_us, visit),
        _moment(one.used_us, visit),
        state,
        tag("div", act("revoke", str(one.id), tr("Revoke"), "close"), class_="lh-acts") if alive else "–",
    ]


def _moment(us: int | None, visit: Visit) -> str:
    return "–" if us is None else figures.moment(datetime.fromtimestamp(us / 1e6, UTC), visit.zone)


def _secret(secret: str) -> Markup:
    """The secret of a new token, shown this once."""
    text = tr("Keep it now: it is shown this once, and nobody can find it again.")
    return tag(
        "div", tag("p", tag("strong", text)), tag("code", secret, class_="lh-wrap"), class_="lh-secret", role="status"
    )


def _roles() -> Markup:
    heads = (tr("role"), *(tr(SCOPE_TITLES[one]) for one in SCOPES))
    rows = (
        [tag("strong", tr(ROLE_TITLES[role])), *(_mark(scope in ALLOWED[role]) for scope in SCOPES)] for role in ROLES
    )
    about = tr("Who reviews does not write what is reviewed.")
    return card(tr("What a role may do"), table(heads, rows, "lh-roles", tr("What a role may do")), about=about)


def _mark(may: bool) -> Markup:
    if may:
        return tag("span", "✓ ", tr("yes"), class_="lh-better")
    return tag("span", "– ", tr("no"), class_="lh-faint")
