"""Who may enter: passwords, the lock, sessions that end when revoked, tokens that may no more than they say."""

import contextlib
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.store.accounts import FILE
from linghang.usecases import passwords
from linghang.usecases.accounts import ALLOWED, LOCKED, SCOPES, SESSION, TRIES, Accounts, Person, Refused
from linghang.usecases.workspaces import make_workspace

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
RIGHT, WRONG = "丹枫 autumn 17", "not the password"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least of cost: tests guess many passwords."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    make_workspace(tmp_path / "works", None, "Asia/Shanghai", None)
    found = Accounts(tmp_path / "works")
    found.add("wang", "administrator", RIGHT, NOW, "王厂长")
    found.add("li", "engineer", RIGHT, NOW)
    return found


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    make_workspace(tmp_path / "works", None, "Asia/Shanghai", None)
    assert not Accounts(tmp_path / "works").any()
    assert not (tmp_path / "works" / FILE).exists()


def test_the_right_password_enters_with_the_rights_of_the_role(accounts: Accounts) -> None:
    entered = accounts.enter("wang", RIGHT, NOW)
    assert entered.person == Person("wang", "王厂长", "administrator", frozenset(SCOPES))
    assert accounts.by_session(entered.secret, NOW) == entered.person


def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(accounts: Accounts) -> None:
    said = set()
    for name in ("li", "nobody"):
        with pytest.raises(Refused) as refused:
            accounts.enter(name, WRONG, NOW)
        said.add(str(refused.value))
    assert len(said) == 1


def test_no_secret_stands_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    session = accounts.enter("li", RIGHT, NOW).secret
    _, token = accounts.make_token("scada", "li", frozenset({"read"}), NOW)
    content = b"".join(path.read_bytes() for path in (tmp_path / "works").glob(f"{FILE}*"))
    for secret in (RIGHT, session, token):
        assert secret.encode() not in content
    assert (tmp_path / "works" / FILE).stat().st_mode & 0o077 == 0


def test_too_many_wrong_passwords_lock_even_the_right_one_out_for_a_while(accounts: Accounts) -> None:
    for _ in range(TRIES):
        with pytest.raises(Refused):
            accounts.enter("li", WRONG, NOW)
    with pytest.raises(Refused, match="name or password is wrong; after 5 wrong passwords"):
        accounts.enter("li", RIGHT, NOW + LOCKED - timedelta(seconds=1))
    assert accounts.enter("li", RIGHT, NOW + LOCKED + timedelta(seconds=1))
    assert accounts.store.account("li").failures == 0  # type: ignore[union-attr]


def test_guesses_side_by_side_are_all_counted(accounts: Accounts) -> None:
    def guess() -> None:
        with pytest.raises(Refused):
            accounts.enter("li", WRONG, NOW)

    threads = [threading.Thread(target=guess) for _ in range(TRIES)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with pytest.raises(Refused):
        accounts.enter("li", RIGHT, NOW)


@pytest.mark.parametrize("end", ["password", "disable"])
def test_who_enters_while_the_account_is_shut_stays_outside(
    accounts: Accounts, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password takes long to check; what an administrator does meanwhile is not undone by it."""
    with pytest.raises(Refused):
        accounts.enter("li", "a wrong one 12", NOW)  # so that the right one has something to write

    def meanwhile(kept: str | None, password: str) -> bool:
        monkeypatch.setattr(passwords, "fits", fits)
        if end == "disable":
            accounts.disable("li", NOW)
        else:
            accounts.change_password("li", "another one 99", NOW)
        return True

    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", meanwhile)
    with pytest.raises(Refused, match="wrong"):
        accounts.enter("li", RIGHT, NOW)
    with pytest.raises(Refused, match="wrong"):
        accounts.enter("li", RIGHT, NOW)
    assert accounts.store.sessions("li", int(NOW.timestamp() * 1e6)) == ()


def test_changes_of_an_account_side_by_side_do_not_undo_each_other(accounts: Accounts) -> None:
    accounts.change_role("li", "administrator", NOW)
    ends = [
        threading.Thread(target=lambda name=name: suppressed(accounts, name)) for name in ("li", "wang") for _ in "123"
    ]
    for one in ends:
        one.start()
    for one in ends:
        one.join()
    assert [one.name for one in accounts.all() if one.disabled_us is None and one.role == "administrator"]


def suppressed(accounts: Accounts, name: str) -> None:
    with contextlib.suppress(BadInput):
        accounts.change_role(name, "viewer", NOW)


@pytest.mark.parametrize("end", ["leave", "password", "role", "disable"])
def test_a_session_ends_when_it_is_revoked(accounts: Accounts, end: str) -> None:
    secret = accounts.enter("li", RIGHT, NOW).secret
    {
        "leave": lambda: accounts.leave(secret, NOW),
        "password": lambda: accounts.change_password("li", "another one 99", NOW),
        "role": lambda: accounts.change_role("li", "viewer", NOW),
        "disable": lambda: accounts.disable("li", NOW),
    }[end]()
    assert accounts.by_session(secret, NOW) is None


def test_a_session_lives_as_long_as_it_is_used_and_never_longer_than_a_week(accounts: Accounts) -> None:
    secret = accounts.enter("li", RIGHT, NOW).secret
    moment = NOW
    while accounts.by_session(secret, moment) is not None:
        moment += SESSION - timedelta(minutes=1)
    assert timedelta(days=7) - SESSION <= moment - NOW <= timedelta(days=7) + SESSION
    idle = accounts.enter("li", RIGHT, NOW).secret
    assert accounts.by_session(idle, NOW + SESSION + timedelta(seconds=1)) is None


def test_a_token_may_what_it_says_and_never_more_than_its_account(accounts: Accounts) -> None:
    with pytest.raises(BadInput, match="has no right"):
        accounts.make_token("scada", "li", frozenset({"write"}), NOW)
    made, secret = accounts.make_token("scada", "li", frozenset({"read", "run"}), NOW, days=30)
    person = accounts.by_token(secret, NOW)
    assert person is not None
    assert person.scopes == {"read", "run"}
    accounts.change_role("li", "viewer", NOW)
    smaller = accounts.by_token(secret, NOW)
    assert smaller is not None
    assert smaller.scopes == {"read"}
    assert accounts.by_token(secret, NOW + timedelta(days=30)) is None
    accounts.revoke_token(made.id, NOW)
    assert accounts.by_token(secret, NOW) is None
    with pytest.raises(BadInput, match="no living token"):
        accounts.revoke_token(made.id, NOW)


def test_a_person_without_a_right_is_told_which_are_there(accounts: Accounts) -> None:
    person = accounts.enter("li", RIGHT, NOW).person
    person.need("run")
    with pytest.raises(Refused, match="needs the right “admin”; li has read, run"):
        person.need("admin")


def test_who_reviews_does_not_write_what_is_reviewed() -> None:
    assert not ALLOWED["reviewer"] & {"write", "run", "admin"}
    assert "review" not in ALLOWED["editor"]


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    for change in (lambda: accounts.disable("wang", NOW), lambda: accounts.change_role("wang", "viewer", NOW)):
        with pytest.raises(BadInput, match="last administrator"):
            change()
    accounts.change_role("li", "administrator", NOW)
    accounts.disable("wang", NOW)
    with pytest.raises(Refused):
        accounts.enter("wang", RIGHT, NOW)
    accounts.enable("wang")
    assert accounts.enter("wang", RIGHT, NOW)


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("li", "viewer", RIGHT, "already"),
        ("a b", "viewer", RIGHT, "cannot be an account's name"),
        ("zhao", "boss", RIGHT, "is not one of viewer"),
        ("zhao", "viewer", "short", "at least 10"),
        ("zhao", "viewer", "aaaaaaaaaaaa", "too easy"),
        ("zhao", "viewer", "my-ZHAO-password", "too easy"),
        ("zhao", "viewer", None, "needs a password"),
    ],
)
def test_what_no_account_can_be_is_refused(
    accounts: Accounts, name: str, role: str, password: str | None, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        accounts.add(name, role, password, NOW)


def test_an_account_of_a_provider_has_no_password_to_guess(accounts: Accounts) -> None:
    accounts.add("zhao", "viewer", None, NOW, subject="https://id.example/ 42")
    assert accounts.enter_as("https://id.example/ 42", NOW).person.name == "zhao"
    with pytest.raises(Refused):
        accounts.enter("zhao", "", NOW)
    with pytest.raises(Refused, match="no account here belongs"):
        accounts.enter_as("https://id.example/ 43", NOW)


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=40))
def test_no_text_is_a_secret_by_chance(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("guess") / "works"
    make_workspace(folder, None, "Asia/Shanghai", None)
    found = Accounts(folder)
    found.add("wang", "administrator", RIGHT, NOW)
    found.enter("wang", RIGHT, NOW)
    assert found.by_session(text, NOW) is None
    assert found.by_token(text, NOW) is None


def test_a_newer_file_is_refused(accounts: Accounts, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "works" / FILE) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(BadInput, match="newer version"):
        accounts.all()


def test_names_that_would_steer_a_terminal_are_refused(accounts: Accounts) -> None:
    with pytest.raises(BadInput, match="control characters"):
        accounts.add("zhao", "viewer", RIGHT, NOW, title="\x1b[31mred")
    with pytest.raises(BadInput, match="control characters"):
        accounts.make_token("\x1b[2J", "li", frozenset({"read"}), NOW)


# --- all at once, and at once ---


def test_a_change_that_is_refused_changes_nothing_of_it(accounts: Accounts) -> None:
    before = accounts.all()
    for wrong in ({"role": "engineer", "password": "short"}, {"password": RIGHT + "x", "role": "no role"}):
        with pytest.raises(BadInput):
            accounts.change("li", NOW, **wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="last administrator"):
        accounts.change("wang", NOW, password=RIGHT + "x", disabled=True)
    assert accounts.all() == before
    assert accounts.enter("wang", RIGHT, NOW)


def test_who_may_not_enter_gets_no_token(accounts: Accounts) -> None:
    accounts.disable("li", NOW)
    with pytest.raises(BadInput, match="may not enter"):
        accounts.make_token("scada", "li", frozenset({"read"}), NOW)
    assert accounts.tokens() == ()


def test_a_locked_a_disabled_and_an_unknown_name_are_refused_in_the_same_words(accounts: Accounts) -> None:
    for _ in range(TRIES):
        with pytest.raises(Refused):
            accounts.enter("li", WRONG, NOW)
    accounts.add("zhao", "viewer", RIGHT, NOW)
    accounts.disable("zhao", NOW)
    said = set()
    for name in ("li", "zhao", "nobody"):
        with pytest.raises(Refused) as refused:
            accounts.enter(name, RIGHT, NOW)
        said.add(str(refused.value))
    assert len(said) == 1


def test_every_change_is_a_new_version(accounts: Accounts) -> None:
    seen = [accounts.version]
    session = accounts.enter("li", RIGHT, NOW).secret
    token, _ = accounts.make_token("scada", "li", frozenset({"read"}), NOW)
    for work in (
        lambda: accounts.leave(session, NOW),
        lambda: accounts.revoke_token(token.id, NOW),
        lambda: accounts.change_role("li", "viewer", NOW),
        lambda: accounts.end_sessions("li", NOW),
        lambda: accounts.disable("li", NOW),
        lambda: accounts.enable("li"),
    ):
        work()
        seen.append(accounts.version)
    assert seen == sorted(set(seen))


def test_ones_own_password_needs_the_present_one_and_guesses_are_counted(accounts: Accounts) -> None:
    for _ in range(TRIES):
        with pytest.raises(Refused):
            accounts.change_own_password("li", WRONG, "白桦 winter 23", NOW)
    with pytest.raises(Refused):
        accounts.change_own_password("li", RIGHT, "白桦 winter 23", NOW)
    accounts.unlock("li")
    accounts.change_own_password("li", RIGHT, "白桦 winter 23", NOW)
    assert accounts.enter("li", "白桦 winter 23", NOW)
