"""Passwords: what may be one, how it is kept, and that few are checked at once.

Argon2id (RFC 9106) takes 64 MiB and several cores for each check on purpose; how many of them run side by side is ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from linghang.errors import BadInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 3
"""Checks at once in this process, whoever asks for them: 192 MiB at most."""
AT_THE_DOOR = 2
"""Of these, those for people who have not entered: a crowd at the door leaves one to those who are inside."""
WAIT_S = 10.0
LEAST_PASSWORD = 10


class Busy(BadInput):
    """More are waiting than can be served; somebody who comes again later is."""

    def __init__(self) -> None:
        super().__init__(
            "more passwords are to be checked at this moment than this machine can check; try again in {seconds} "
            "seconds",
            seconds=round(WAIT_S),
        )


def hashed(name: str, password: str) -> str:
    """Return a password as it is kept (PHC string).

    Raises
    ------
    BadInput
        It is too easy to guess.
    Busy
        Too many are checked at this moment.
    """
    if len(password) < LEAST_PASSWORD:
        raise BadInput("a password has at least {count} characters", count=LEAST_PASSWORD)
    if len(set(password)) < LEAST_PASSWORD // 2 or name.casefold() in password.casefold():
        raise BadInput("this password is too easy to guess: repeat fewer characters, and leave the name out")
    with _turn():
        return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept; where none is, that takes as long and is never so.

    Raises
    ------
    Busy
        Too many are checked at this moment.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with _turn():
        try:
            return _hasher().verify(kept or _nobody(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


_TURNS = BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=WAIT_S):
        raise Busy
    try:
        yield
    finally:
        _TURNS.release()


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that nobody's password has: an unknown name takes as long as a wrong password."""
    from secrets import token_hex

    return _hasher().hash(token_hex())
