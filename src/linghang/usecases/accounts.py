"""Who may enter, and what they may do: accounts, passwords, sessions, tokens.

The number of tries, the lock and the lives of sessions are ours; no official text gives them.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from linghang.errors import BadInput, nearest
from linghang.store.accounts import ALLOWED, ROLES, SCOPES, TOKEN_MARK, Account, AccountStore, Role, Scope, Token
from linghang.store.workspace import open_workspace
from linghang.usecases import passwords
from linghang.usecases.passwords import LEAST_PASSWORD
from linghang.words import Listed, later

__all__ = [
    "ALLOWED",
    "LEAST_PASSWORD",
    "ROLES",
    "ROLE_TITLES",
    "SCOPES",
    "TOKEN_MARK",
    "Account",
    "Accounts",
    "Entered",
    "Person",
    "Refused",
    "Role",
    "Scope",
    "Token",
]

TRIES = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED = timedelta(minutes=15)
SESSION = timedelta(hours=12)
"""A session that is not used ends after a shift and a half."""
LONGEST_SESSION = timedelta(days=7)
RENEWED_AFTER = timedelta(minutes=5)
"""A session in use is prolonged, but not with every click."""
_NAME = re.compile(r"[\w.@-]{1,64}")

ROLE_TITLES: dict[Role, str] = {
    "viewer": later("viewer"),
    "engineer": later("engineer"),
    "editor": later("editor"),
    "reviewer": later("reviewer"),
    "administrator": later("administrator"),
}


class Refused(BadInput):
    """Whoever asks is not let in, or may not do this."""


class Person(NamedTuple):
    """Who asks, and what this way in allows: a session what the role does, a token at most that."""

    name: str
    title: str
    role: Role
    scopes: frozenset[Scope]

    def need(self, scope: Scope) -> None:
        """Refuse who lacks a scope."""
        if scope not in self.scopes:
            has = Listed(one for one in SCOPES if one in self.scopes)
            raise Refused(
                "this needs the right “{scope}”; {name} has {scopes}", scope=scope, name=self.name, scopes=has
            )


@dataclass(frozen=True, slots=True)
class Entered:
    """A person with the secret of the new session."""

    person: Person
    secret: str


class Accounts:
    """The accounts of a workspace.

    Parameters
    ----------
    folder
        The workspace.

    Raises
    ------
    BadInput
        The folder is no workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.store = AccountStore(open_workspace(folder).folder)
        self.version = 0
        """Grows with every change that is made through this object: who was let in before is asked for again."""
        self._counting = Lock()

    def any(self) -> bool:
        """Whether anybody can enter."""
        return self.store.any()

    def all(self) -> tuple[Account, ...]:
        """All accounts by name."""
        return self.store.accounts()

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, revoked ones too."""
        return self.store.tokens()

    # --- changing ---

    def add(
        self, name: str, role: str, password: str | None, now: datetime, title: str = "", subject: str = ""
    ) -> Account:
        """Add an account.

        Raises
        ------
        BadInput
            The name cannot be one or is taken, the role is not known, or the password is too easy.
        """
        if not _NAME.fullmatch(name):
            raise BadInput("“{name}” cannot be an account's name: letters, digits, . _ @ -, at most 64", name=name)
        known = _role(role)
        if password is None and not subject:
            raise BadInput("an account needs a password, or the subject that an identity provider knows it by")
        if not title.isprintable():
            raise BadInput("a person's name holds no control characters")
        hashed = None if password is None else passwords.hashed(name, password)
        account = Account(name, title or name, known, hashed, subject or None, _us(now), None, 0, None)
        self.store.add(account)
        self._changed()
        return account

    def change(
        self,
        name: str,
        now: datetime,
        *,
        role: str | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> Account:
        """Change what is given of an account, all of it or nothing; all its sessions end, and its tokens if disabled.

        Raises
        ------
        BadInput
            There is no such account or role, the password is too easy, or no administrator would be left.
        """
        self._known(name)
        columns: dict[str, str | int | None] = {}
        if role is not None:
            columns["role"] = _role(role)
        if password is not None:
            columns |= {"password": passwords.hashed(name, password), "failures": 0, "locked_until_us": None}
        if disabled is not None:
            columns |= {"disabled_us": _us(now)} if disabled else {"disabled_us": None, "failures": 0}
            columns |= {} if disabled else {"locked_until_us": None}
        if not columns:
            return self._known(name)
        ends = set(columns) != {"disabled_us", "failures", "locked_until_us"}  # to let in again ends nothing
        account = self.store.change(
            name, sessions_us=_us(now) if ends else None, tokens_us=_us(now) if disabled else None, **columns
        )
        self._changed()
        return account

    def change_password(self, name: str, password: str, now: datetime) -> None:
        """Set a password; all sessions of the account end."""
        self.change(name, now, password=password)

    def change_role(self, name: str, role: str, now: datetime) -> Account:
        """Give an account another role; the last administrator keeps his."""
        return self.change(name, now, role=role)

    def disable(self, name: str, now: datetime) -> Account:
        """Let nobody enter by an account any more; its sessions and tokens end. The last administrator stays."""
        return self.change(name, now, disabled=True)

    def enable(self, name: str) -> Account:
        """Let an account in again."""
        self._known(name)
        account = self.store.change(name, disabled_us=None, failures=0, locked_until_us=None)
        self._changed()
        return account

    def unlock(self, name: str) -> Account:
        """Take the lock of wrong passwords off an account."""
        self._known(name)
        return self.store.change(name, failures=0, locked_until_us=None)

    def sessions(self, name: str, now: datetime) -> int:
        """How many sessions of an account are alive."""
        return len(self.store.sessions(name, _us(now)))

    def change_own_password(self, name: str, present: str, password: str, now: datetime) -> None:
        """Set one's own password, proved by the present one; all one's sessions end.

        Raises
        ------
        Refused
            The present password is wrong, or the account is locked; wrong ones are counted as at the door.
        BadInput
            The new one is too easy.
        """
        self._proved(name, present, now)
        self.change(name, now, password=password)

    def end_sessions(self, name: str, now: datetime) -> int:
        """End all sessions of an account; return how many there were."""
        self._known(name)
        ended = self.store.end_sessions(name, _us(now))
        self._changed()
        return ended

    def make_token(
        self, name: str, account: str, scopes: frozenset[str], now: datetime, days: int | None = 365
    ) -> tuple[Token, str]:
        """Make a token for a program; it may do what its scopes say, and never more than its account.

        Raises
        ------
        BadInput
            The account is not known or may not enter, or a scope is not known or not the account's.
        """
        owner = self._known(account)
        if not name.isprintable():
            raise BadInput("what a token is for is said without control characters")
        for one in sorted(scopes):
            if one not in SCOPES:
                raise BadInput("“{scope}” is no right; {near}", scope=one, near=nearest(one, SCOPES))
            if one not in owner.scopes:
                raise BadInput(
                    "the role {role} has no right “{scope}”, so its token cannot have it", role=owner.role, scope=one
                )
        chosen = frozenset(one for one in SCOPES if one in scopes)
        expires = None if days is None else _us(now + timedelta(days=days))
        return self.store.add_token(name, account, chosen, _us(now), expires)

    def revoke_token(self, id: int, now: datetime) -> None:
        """Revoke a token.

        Raises
        ------
        BadInput
            There is none of that number that is alive.
        """
        if not self.store.revoke_token(id, _us(now)):
            raise BadInput("there is no living token {number}", number=id)
        self._changed()

    # --- entering ---

    def enter(self, name: str, password: str, now: datetime, agent: str = "") -> Entered:
        """Enter by name and password.

        Raises
        ------
        Refused
            One of the two is wrong, or the account is locked or disabled: which of these, nobody is told.
        """
        return self._entered(self._proved(name, password, now), now, agent)

    def enter_as(self, subject: str, now: datetime, agent: str = "") -> Entered:
        """Enter by what an identity provider says.

        Raises
        ------
        Refused
            No account has that subject, or it is disabled.
        """
        account = self.store.account_of_subject(subject)
        if account is None or account.disabled_us is not None:
            raise Refused("no account here belongs to {person}; an administrator can add one", person=subject)
        return self._entered(account, now, agent)

    def leave(self, secret: str, now: datetime) -> None:
        """End a session."""
        if (session := self.store.session(secret, _us(now))) is not None:
            self.store.end_sessions(session.account, _us(now), secret)
        self._changed()

    def by_session(self, secret: str, now: datetime) -> Person | None:
        """Return whose session it is, and keep a session alive that is used; None where it is over."""
        session = self.store.session(secret, _us(now))
        account = self.store.account(session.account) if session else None
        if session is None or account is None or account.disabled_us is not None:
            return None
        last = session.made_us + LONGEST_SESSION // timedelta(microseconds=1)
        if _us(now) - session.seen_us > RENEWED_AFTER // timedelta(microseconds=1):
            self.store.prolong(secret, _us(now), min(last, _us(now + SESSION)))
        return Person(account.name, account.title, account.role, account.scopes)

    def lives(self, secret: str, now: datetime) -> bool:
        """Whether a session is not over. To look is no use of it: a page that stays open does not keep it alive."""
        session = self.store.session(secret, _us(now))
        account = self.store.account(session.account) if session else None
        return account is not None and account.disabled_us is None

    def by_token(self, secret: str, now: datetime) -> Person | None:
        """Return whose token it is with the scopes of both; None where it is not alive."""
        token = self.store.token(secret, _us(now))
        account = self.store.account(token.account) if token else None
        if token is None or account is None or account.disabled_us is not None:
            return None
        if _us(now) - (token.used_us or 0) > RENEWED_AFTER // timedelta(microseconds=1):
            self.store.token_used(token.id, _us(now))
        return Person(account.name, account.title, account.role, token.scopes & account.scopes)

    # --- how ---

    def _changed(self) -> None:
        with self._counting:  # a number that comes again would let in who was shut out between
            self.version += 1

    def _proved(self, name: str, password: str, now: datetime) -> Account:
        account = self.store.account(name)
        right = passwords.fits(account.password if account else None, password)
        if account is not None and (account.locked_until_us or 0) > _us(now):
            raise _wrong()
        if account is None or not right or account.disabled_us is not None:
            if account is not None:
                self.store.failed(name, TRIES, _us(now + LOCKED))
            raise _wrong()
        if account.failures or account.locked_until_us:
            self.store.change(name, failures=0, locked_until_us=None)
        return account

    def _entered(self, account: Account, now: datetime, agent: str) -> Entered:
        secret = self.store.open_session(account, agent, _us(now), _us(now + SESSION))
        if secret is None:
            raise _wrong()
        return Entered(Person(account.name, account.title, account.role, account.scopes), secret)

    def _known(self, name: str) -> Account:
        if (account := self.store.account(name)) is None:
            names = [one.name for one in self.store.accounts()]
            raise BadInput("there is no account {name}; {near}", name=name, near=nearest(name, names))
        return account


def _wrong() -> Refused:
    return Refused(
        "name or password is wrong; after {count} wrong passwords a name is not let in for {minutes} minutes, and an "
        "administrator can end that",
        count=TRIES,
        minutes=LOCKED // timedelta(minutes=1),
    )


def _role(role: str) -> Role:
    for one in ROLES:
        if one == role:
            return one
    raise BadInput("“{value}” is not one of {choices}", value=role, choices=Listed(ROLES))


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
