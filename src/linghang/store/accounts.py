"""Who may look at a workspace and change it: accounts, their sessions and API tokens, in one SQLite file beside it.

Passwords are kept as Argon2id hashes (RFC 9106), sessions and tokens as SHA-256 of secrets of 256 random bits: whoever
reads the file can enter with none of them.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Literal, get_args

from linghang.errors import BadInput, Place, reason_of

FILE = "accounts.sqlite"
FORMAT = 1
Role = Literal["viewer", "engineer", "editor", "reviewer", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
Scope = Literal["read", "run", "write", "review", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
ALLOWED: dict[Role, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "engineer": frozenset({"read", "run"}),
    "editor": frozenset({"read", "run", "write"}),
    "reviewer": frozenset({"read", "review"}),  # who reviews does not write what is reviewed
    "administrator": frozenset(SCOPES),
}
TOKEN_MARK = "lht_"
_CHANGEABLE = ("role", "password", "disabled_us", "failures", "locked_until_us")

_SCHEMA = """
create table account (
  name text primary key, title text not null, role text not null, password text, subject text unique,
  made_us integer not null, disabled_us integer, failures integer not null default 0, locked_until_us integer
);
create table session (
  secret text primary key, account text not null references account, made_us integer not null,
  seen_us integer not null, expires_us integer not null, revoked_us integer, agent text not null
);
create table token (
  id integer primary key autoincrement, name text not null, account text not null references account,
  secret text not null unique, scopes text not null, made_us integer not null, expires_us integer, used_us integer,
  revoked_us integer
);
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One person.

    Attributes
    ----------
    name
        Name to enter with.
    title
        The person's name, for a person.
    password
        Argon2id hash; None where an identity provider says who it is.
    subject
        Issuer and subject of that provider.
    made_us, disabled_us, locked_until_us
        UTC microseconds.
    failures
        Wrong passwords since the last right one.
    """

    name: str
    title: str
    role: Role
    password: str | None
    subject: str | None
    made_us: int
    disabled_us: int | None
    failures: int
    locked_until_us: int | None

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the role allows."""
        return ALLOWED[self.role]


@dataclass(frozen=True, slots=True)
class Session:
    """One entry of a person, until it expires or is revoked."""

    secret: str
    account: str
    made_us: int
    seen_us: int
    expires_us: int
    revoked_us: int | None
    agent: str


@dataclass(frozen=True, slots=True)
class Token:
    """One key for a program, with some of its account's scopes."""

    id: int
    name: str
    account: str
    secret: str
    scopes: frozenset[Scope]
    made_us: int
    expires_us: int | None
    used_us: int | None
    revoked_us: int | None


class AccountStore:
    """The accounts of a workspace; any number of processes use it at once.

    Parameters
    ----------
    folder
        The workspace's folder. The file is made by the first account.

    Raises
    ------
    BadInput
        The file was made by a newer version, is damaged, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    # --- accounts ---

    def any(self) -> bool:
        """Whether there is an account that can enter."""
        return any(one.disabled_us is None for one in self.accounts())

    def accounts(self) -> tuple[Account, ...]:
        """All accounts by name, disabled ones too."""
        return tuple(Account(*row) for row in self._rows("select * from account order by name"))

    def account(self, name: str) -> Account | None:
        """Return one account."""
        rows = self._rows("select * from account where name = ?", name)
        return Account(*rows[0]) if rows else None

    def account_of_subject(self, subject: str) -> Account | None:
        """Return the account of a subject of an identity provider."""
        rows = self._rows("select * from account where subject = ?", subject)
        return Account(*rows[0]) if rows else None

    def add(self, account: Account) -> None:
        """Add an account.

        Raises
        ------
        BadInput
            There is one of that name, or of that subject.
        """
        with self._writing() as db:
            subject = db.execute("select name from account where subject = ?", (account.subject,)).fetchone()
            if subject is not None and subject[0] != account.name:
                raise BadInput(
                    "the subject “{person}” belongs to the account {name} already",
                    person=account.subject,
                    name=subject[0],
                )
            try:
                db.execute(
                    "insert into account values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        account.name,
                        account.title,
                        account.role,
                        account.password,
                        account.subject,
                        account.made_us,
                        account.disabled_us,
                        account.failures,
                        account.locked_until_us,
                    ),
                )
            except sqlite3.IntegrityError:
                raise BadInput(
                    "there is an account {name} already", Place(str(self._path)), name=account.name
                ) from None

    def change(
        self, name: str, *, sessions_us: int | None = None, tokens_us: int | None = None, **columns: str | int | None
    ) -> Account:
        """Change columns of an account and no others, so that changes side by side do not undo each other.

        Parameters
        ----------
        sessions_us, tokens_us
            When its sessions and its tokens end with the change; None where they go on.

        Raises
        ------
        BadInput
            No administrator would be left who can enter. Nothing is changed then.
        """
        wanted = [column for column in _CHANGEABLE if column in columns]
        assert len(wanted) == len(columns)
        with self._writing() as db:
            db.execute(
                f"update account set {', '.join(f'{one} = ?' for one in wanted)} where name = ?",
                (*(columns[one] for one in wanted), name),
            )
            alive = "select 1 from account where role = 'administrator' and disabled_us is null"
            fewer = "role" in columns or columns.get("disabled_us") is not None
            if fewer and db.execute(alive).fetchone() is None:
                raise BadInput("{name} is the last administrator; make another one first", name=name)
            for table, ended_us in (("session", sessions_us), ("token", tokens_us)):
                if ended_us is not None:
                    db.execute(
                        f"update {table} set revoked_us = ? where account = ? and revoked_us is null", (ended_us, name)
                    )
            return Account(*db.execute("select * from account where name = ?", (name,)).fetchone())

    def failed(self, name: str, most: int, locked_until_us: int) -> None:
        """Count a wrong password, in the file, as guesses run side by side; the `most`-th one locks the account."""
        with self._writing() as db:
            db.execute(
                "update account set failures = failures + 1, "
                "locked_until_us = case when failures + 1 >= ? then ? else locked_until_us end where name = ?",
                (most, locked_until_us, name),
            )

    # --- sessions ---

    def open_session(self, account: Account, agent: str, now_us: int, expires_us: int) -> str | None:
        """Open a session and return its secret, which is kept nowhere.

        None where the account was disabled or got another password after it was read.
        """
        secret = token_urlsafe(32)
        with self._writing() as db:
            opened = db.execute(
                "insert into session select ?, name, ?, ?, ?, null, ? from account "
                "where name = ? and disabled_us is null and password is ?",
                (digest_of(secret), now_us, now_us, expires_us, agent[:200], account.name, account.password),
            ).rowcount
            db.execute("delete from session where expires_us < ?", (now_us,))
        return secret if opened else None

    def session(self, secret: str, now_us: int) -> Session | None:
        """Return the session of a secret, if it is alive."""
        rows = self._rows(
            "select * from session where secret = ? and revoked_us is null and expires_us > ?",
            digest_of(secret),
            now_us,
        )
        return Session(*rows[0]) if rows else None

    def sessions(self, account: str, now_us: int) -> tuple[Session, ...]:
        """Return the sessions of an account that are alive, newest first."""
        rows = self._rows(
            "select * from session where account = ? and revoked_us is null and expires_us > ? order by made_us desc",
            account,
            now_us,
        )
        return tuple(Session(*row) for row in rows)

    def prolong(self, secret: str, now_us: int, expires_us: int) -> None:
        """Note that a session was used, and until when it lives now."""
        with self._writing() as db:
            db.execute(
                "update session set seen_us = ?, expires_us = ? where secret = ? and revoked_us is null",
                (now_us, expires_us, digest_of(secret)),
            )

    def end_sessions(self, account: str, now_us: int, secret: str | None = None) -> int:
        """End one session of an account (by its secret), or all; return how many ended."""
        with self._writing() as db:
            return db.execute(
                "update session set revoked_us = ? where account = ? and revoked_us is null and ? in ('', secret)",
                (now_us, account, digest_of(secret) if secret else ""),
            ).rowcount

    # --- tokens ---

    def add_token(
        self, name: str, account: str, scopes: frozenset[Scope], now_us: int, expires_us: int | None
    ) -> tuple[Token, str]:
        """Make a token; its secret is returned once and kept nowhere.

        Raises
        ------
        BadInput
            The account may not enter.
        """
        secret = TOKEN_MARK + token_urlsafe(32)
        with self._writing() as db:
            inserted = db.execute(
                "insert into token (name, account, secret, scopes, made_us, expires_us) "
                "select ?, name, ?, ?, ?, ? from account where name = ? and disabled_us is null",
                (name, digest_of(secret), " ".join(sorted(scopes)), now_us, expires_us, account),
            )
            if not inserted.rowcount:
                raise BadInput(
                    "{name} may not enter, so no token of this account is made; enable it first", name=account
                )
            number = inserted.lastrowid
        made = next(one for one in self.tokens() if one.id == number)
        return made, secret

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, revoked ones too."""
        return tuple(_token(row) for row in self._rows("select * from token order by id"))

    def token(self, secret: str, now_us: int) -> Token | None:
        """Return the token of a secret, if it is alive."""
        rows = self._rows(
            "select * from token where secret = ? and revoked_us is null and coalesce(expires_us, ?) > ?",
            digest_of(secret),
            now_us + 1,
            now_us,
        )
        return _token(rows[0]) if rows else None

    def token_used(self, id: int, now_us: int) -> None:
        """Note when a token was used last."""
        with self._writing() as db:
            db.execute("update token set used_us = ? where id = ?", (now_us, id))

    def revoke_token(self, id: int, now_us: int) -> bool:
        """Revoke a token; return whether it was alive."""
        with self._writing() as db:
            return bool(
                db.execute("update token set revoked_us = ? where id = ? and revoked_us is null", (now_us, id)).rowcount
            )

    # --- the file ---

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        with self._opened() as db:
            return db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as db:
            db.execute("begin immediate")
            try:
                if db.execute("pragma user_version").fetchone()[0] == 0:
                    for statement in _SCHEMA.split(";"):
                        db.execute(statement)
                    db.execute(f"pragma user_version = {FORMAT}")
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        place = Place(str(self._path))
        try:
            new = not self._path.exists()
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as db:
                if new:
                    self._path.chmod(0o600)  # hashes only, and still nobody else's business
                db.execute("pragma journal_mode = wal")
                db.execute("pragma synchronous = full")
                if db.execute("pragma user_version").fetchone()[0] > FORMAT:
                    raise BadInput("was made by a newer version of the program", place)
                yield db
        except sqlite3.Error as error:
            raise BadInput("cannot be used: {reason}", place, reason=str(error)) from None
        except OSError as error:
            raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None


def digest_of(secret: str) -> str:
    """sha256 of a secret of 256 random bits: it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: tuple[Any, ...]) -> Token:
    id, name, account, secret, scopes, *times = row
    return Token(id, name, account, secret, frozenset(one for one in SCOPES if one in scopes.split()), *times)
