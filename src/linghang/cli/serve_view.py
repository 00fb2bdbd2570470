"""What serving, accounts and tokens look like in the terminal."""

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape
from rich.text import Text

from linghang.api.app import Serving, serve
from linghang.cli.names import headed, terminal
from linghang.usecases.accounts import ROLE_TITLES, Accounts, Token
from linghang.usecases.assessing import utc_now
from linghang.words import Listed, tr


def run(serving: Serving, work: bool = True) -> None:
    """Serve until interrupted: the console, the API beside it, and a worker for the jobs."""
    from linghang.console.mounting import mount
    from linghang.usecases.worker_keeping import KeptWorker

    host = "127.0.0.1" if serving.host in ("127.0.0.1", "localhost") else serving.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{serving.port}/"

    def ready() -> None:
        console = terminal()
        console.print(tr("serving {folder} at {address}", folder=escape(str(serving.folder)), address=address))
        console.print(Text(tr("the API is at {address}", address=f"{address}api/v1"), style="dim"))
        if not Accounts(serving.folder).any():
            console.print(Text(tr("without accounts: whoever is on this machine may do everything"), style="yellow"))
        if work:
            worker.start()
        else:
            console.print(Text(tr("without a worker: jobs wait for “linghang jobs work”"), style="dim"))
        console.print(Text(tr("Ctrl-C ends it"), style="dim"))

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # uvicorn raises it again at its end
    with KeptWorker(serving.folder) as worker:
        serve(serving, ready, mount)


def add_account(folder: Path, name: str, role: str, password: str | None, title: str, subject: str) -> None:
    """Add an account."""
    made = Accounts(folder).add(name, role, password, utc_now(), title, subject)
    terminal().print(tr("{name} may enter as {role}", name=escape(made.name), role=tr(ROLE_TITLES[made.role])))


def change_password(folder: Path, name: str, password: str) -> None:
    """Set a password."""
    Accounts(folder).change_password(name, password, utc_now())
    terminal().print(tr("the password of {name} is changed; all sessions have ended", name=escape(name)))


def change_role(folder: Path, name: str, role: str) -> None:
    """Set a role."""
    made = Accounts(folder).change_role(name, role, utc_now())
    terminal().print(tr("{name} may enter as {role}", name=escape(made.name), role=tr(ROLE_TITLES[made.role])))


def disable(folder: Path, name: str) -> None:
    """Let somebody in no more."""
    Accounts(folder).disable(name, utc_now())
    terminal().print(tr("{name} may enter no more; all sessions and tokens have ended", name=escape(name)))


def enable(folder: Path, name: str) -> None:
    """Let somebody in again."""
    made = Accounts(folder).enable(name)
    terminal().print(tr("{name} may enter as {role}", name=escape(made.name), role=tr(ROLE_TITLES[made.role])))


def show_accounts(folder: Path, as_json: bool) -> None:
    """List the accounts."""
    found = Accounts(folder).all()
    if as_json:
        rows = [
            {"name": one.name, "title": one.title, "role": one.role, "disabled": one.disabled_us is not None}
            for one in found
        ]
        print(json.dumps({"accounts": rows}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    if not found:
        console.print(tr("no accounts: the workspace is served to this machine only"), style="yellow")
        console.print(Text(tr("add one: linghang accounts add {folder} NAME --role administrator", folder=folder)))
        return
    table = headed()
    for name in (tr("name"), tr("person"), tr("role"), tr("state")):
        table.add_column(name)
    for one in found:
        state = tr("disabled") if one.disabled_us is not None else _locked(one.locked_until_us)
        table.add_row(escape(one.name), escape(one.title), tr(ROLE_TITLES[one.role]), state)
    console.print(table)


def make_token(folder: Path, account: str, name: str, scopes: frozenset[str], days: int) -> None:
    """Make a token and show its secret."""
    made, secret = Accounts(folder).make_token(name, account, scopes, utc_now(), days)
    console = terminal()
    rights = Listed(sorted(made.scopes))
    console.print(tr("token {number} of {account}: {rights}", number=made.id, account=escape(account), rights=rights))
    console.print(Text(secret, style="bold"), soft_wrap=True)
    console.print(Text(tr("keep it now: it is shown this once"), style="yellow"))


def show_tokens(folder: Path, as_json: bool) -> None:
    """List the tokens."""
    found = Accounts(folder).tokens()
    if as_json:
        rows = [
            {"id": one.id, "name": one.name, "account": one.account, "scopes": sorted(one.scopes), "alive": _alive(one)}
            for one in found
        ]
        print(json.dumps({"tokens": rows}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    if not found:
        console.print(tr("no tokens yet"), style="yellow")
        return
    table = headed()
    for name in ("#", tr("purpose"), tr("account"), tr("rights"), tr("expires on"), tr("last used"), tr("state")):
        table.add_column(name)
    for one in found:
        state = tr("alive") if _alive(one) else tr("revoked") if one.revoked_us else tr("expired")
        rights = str(Listed(sorted(one.scopes)))
        table.add_row(
            str(one.id), escape(one.name), escape(one.account), rights, _day(one.expires_us), _day(one.used_us), state
        )
    console.print(table)


def revoke_token(folder: Path, number: int) -> None:
    """Revoke a token."""
    Accounts(folder).revoke_token(number, utc_now())
    terminal().print(tr("token {number} is revoked", number=number))


def _locked(until_us: int | None) -> str:
    until = _moment(until_us)
    return tr("locked") if until is not None and until > utc_now() else tr("open")


def _alive(one: Token) -> bool:
    expires = _moment(one.expires_us)
    return one.revoked_us is None and (expires is None or expires > utc_now())


def _day(us: int | None) -> str:
    moment = _moment(us)
    return "–" if moment is None else f"{moment:%Y-%m-%d}"


def _moment(us: int | None) -> datetime | None:
    return None if us is None else datetime.fromtimestamp(us / 1e6, UTC)
