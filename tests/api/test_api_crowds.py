"""A crowd at the door, and administrators who change one account at the same time."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from served import PASSWORD, enter, served, serving_of

from linghang.api import security, turns
from linghang.api.turns import Turns
from linghang.usecases import passwords
from linghang.usecases.accounts import Accounts
from linghang.usecases.audit_log import check_log
from linghang.usecases.passwords import AT_ONCE, AT_THE_DOOR, Busy

CROWD = 120
ANOTHER = "白桦 winter 23"


class Slow:
    """A hasher that waits until it may go on, and counts how many of it wait side by side."""

    def __init__(self) -> None:
        self._real = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        self._lock = threading.Lock()
        self.go_on = threading.Event()
        self.now = self.most = 0

    def _held(self, work: Callable[[], Any]) -> Any:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(30)
        try:
            return work()
        finally:
            with self._lock:
                self.now -= 1

    def verify(self, kept: str, password: str) -> bool:
        return bool(self._held(lambda: self._real.verify(kept, password)))

    def hash(self, password: str) -> str:
        return str(self._held(lambda: self._real.hash(password)))


@pytest.fixture
def slow(peopled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Checks that take as long as the test wants."""
    assert peopled
    made = Slow()
    monkeypatch.setattr(passwords, "_hasher", lambda: made)
    passwords._nobody.cache_clear()
    yield made
    made.go_on.set()
    passwords._nobody.cache_clear()


def another(client: httpx.Client, name: str) -> httpx.Client:
    """A client of its own that has entered."""
    made = httpx.Client(base_url=client.base_url, headers={"Accept-Language": "en"}, timeout=60, trust_env=False)
    assert enter(made, name).status_code == 201
    return made


def all_at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do works side by side, all begun at the same moment; return what they gave."""
    line = threading.Barrier(len(works))

    def begun(work: Callable[[], Any]) -> Any:
        line.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [one.result(60) for one in [pool.submit(begun, work) for work in works]]


# --- the crowd ---


def test_a_crowd_is_let_in_a_few_at_a_time_and_meanwhile_everything_else_is_answered(
    peopled: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_OF_ONE", CROWD)
    with served(serving_of(peopled)) as client:
        slow.go_on.set()
        inside = another(client, "viewer")
        slow.go_on.clear()
        with (
            ThreadPoolExecutor(CROWD) as pool,
            httpx.Client(
                base_url=client.base_url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=CROWD)
            ) as many,
        ):
            coming = [pool.submit(enter, many, name) for name in ("engineer", "nobody") * (CROWD // 2)]
            for _ in range(60):  # more than there are threads, were they all taken by those who wait
                assert inside.get("tables/equipment/rows", params={"limit": 1}).status_code == 200
            assert not any(one.done() for one in coming)
            assert slow.most <= AT_THE_DOOR
            slow.go_on.set()
            statuses = [one.result(60).status_code for one in coming]
        assert statuses == [201, 403] * (CROWD // 2)
        assert slow.most <= AT_ONCE
        inside.close()


def test_who_comes_when_too_many_wait_is_told_when_to_come_again(
    peopled: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_OF_ONE", 5)
    with served(serving_of(peopled)) as client, ThreadPoolExecutor(30) as pool:
        coming = [pool.submit(enter, client, "viewer") for _ in range(30)]
        early = []
        while len(early) < 30 - AT_THE_DOOR - 5:
            early = [one.result() for one in coming if one.done()]
        assert {one.status_code for one in early} == {503}
        assert early[0].headers["retry-after"] == "10"
        assert early[0].headers["content-type"] == "application/problem+json"
        assert "try again in 10 seconds" in early[0].json()["detail"]
        slow.go_on.set()
        assert sorted(one.result().status_code for one in coming) == [201] * (AT_THE_DOOR + 5) + [503] * len(early)
        assert enter(client, "viewer").status_code == 201


def test_administrators_passwords_are_hashed_a_few_at_a_time_too(
    peopled: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "WAIT_S", 0.2)
    with served(serving_of(peopled)) as client:
        slow.go_on.set()
        inside = another(client, "administrator")
        slow.go_on.clear()

        def add(number: int) -> httpx.Response:
            return inside.post("accounts", json={"name": f"p{number}", "role": "viewer", "password": PASSWORD})

        with ThreadPoolExecutor(10) as pool:
            coming = [pool.submit(add, number) for number in range(10)]
            while sum(one.done() for one in coming) < 10 - AT_ONCE:
                assert slow.most <= AT_ONCE
            slow.go_on.set()
            statuses = sorted(one.result().status_code for one in coming)
        assert statuses == [201] * AT_ONCE + [503] * (10 - AT_ONCE)
        failed = inside.get("audit", params={"failed": True}).json()["items"]
        assert len(failed) == 10 - AT_ONCE
        inside.close()


def test_addresses_are_served_in_turn_and_each_waits_for_a_bounded_time() -> None:
    async def scene() -> tuple[list[str], int]:
        found, served_ = Turns(1, wait_s=5), []
        gate = asyncio.Event()

        async def come(address: str) -> None:
            async with found.of(address):
                await gate.wait()
                served_.append(address)

        crowd = [asyncio.create_task(come("10.0.0.1")) for _ in range(20)]
        await asyncio.sleep(0)
        rest = [asyncio.create_task(come(one)) for one in ("2001:db8::1", "2001:db8::2", "10.0.0.2")]
        await asyncio.sleep(0)
        crowd[5].cancel()
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*crowd, *rest, return_exceptions=True)
        gate.clear()
        short = Turns(1, wait_s=0.05)
        holding = asyncio.create_task(_hold(short, gate))
        await asyncio.sleep(0)
        refused = 0
        for _ in range(3):
            try:
                async with short.of("10.0.0.9"):
                    raise AssertionError
            except Busy:
                refused += 1
        gate.set()
        await holding
        async with short.of("10.0.0.9"):
            return served_, refused

    order, refused = asyncio.run(scene())
    assert len(order) == 22  # one of the crowd went away
    assert order[:5] == ["10.0.0.1", "10.0.0.1", "2001:db8::1", "10.0.0.2", "10.0.0.1"]
    assert order[5] == "2001:db8::2"  # of the same network as ::1: they share its turns
    assert refused == 3


async def _hold(places: Turns, until: asyncio.Event) -> None:
    async with places.of("10.0.0.1"):
        await until.wait()


def test_little_is_read_from_who_has_not_entered(client: httpx.Client) -> None:
    long = {"name": "viewer", "password": "x" * security.MOST_OPEN_BYTES}
    assert client.post("session", json=long).status_code == 413
    endless = (b" " * 4_000 for _ in range(50))
    assert client.post("session", content=endless, headers={"Content-Type": "application/json"}).status_code == 413
    most = {"name": "𠮷" * 64, "password": "𠮷" * 1_024}  # as long as may be, each sign escaped
    assert client.post("session", json=most).status_code == 403


# --- one account at the same time ---


def administrators(folder: Path) -> list[str]:
    return [one.name for one in Accounts(folder).all() if one.role == "administrator" and one.disabled_us is None]


@pytest.mark.slow
@pytest.mark.parametrize("given", [{"role": "viewer"}, {"disabled": True}, {"role": "viewer", "disabled": True}])
def test_two_administrators_who_end_each_other_leave_one(
    client: httpx.Client, peopled: Path, given: dict[str, Any]
) -> None:
    Accounts(peopled).add("second", "administrator", PASSWORD, datetime.now(UTC))
    for _ in range(6):
        one, two = another(client, "administrator"), another(client, "second")
        answers = all_at_once(
            *(
                lambda who=who, on=on: who.patch(f"accounts/{on}", json=given)
                for who, on in ((one, "second"), (two, "administrator"), (one, "administrator"), (two, "second"))
            )
        )
        assert {answer.status_code for answer in answers} <= {200, 400, 401, 403}
        left = administrators(peopled)
        assert len(left) >= 1
        for who in (one, two):
            who.close()
        for account in Accounts(peopled).all():
            if account.name in ("administrator", "second"):
                Accounts(peopled).change(account.name, datetime.now(UTC), role="administrator", disabled=False)
    assert check_log(peopled).problems == ()


@pytest.mark.slow
@pytest.mark.parametrize("_", range(5))
def test_of_an_account_that_is_shut_nothing_goes_on(client: httpx.Client, _: int) -> None:
    """Whoever enters, changes a password or gets a token at the very moment has none that lives afterwards."""
    boss, known = another(client, "administrator"), another(client, "engineer")
    given = {"name": "MES", "account": "engineer", "scopes": ["read"]}
    entries = [httpx.Client(base_url=client.base_url, trust_env=False, timeout=60) for _ in range(3)]
    *_, token, shut = all_at_once(
        *(lambda one=one: enter(one, "engineer") for one in entries),
        lambda: known.put("me/password", json={"present": PASSWORD, "password": ANOTHER}),
        lambda: known.get("me"),
        lambda: boss.post("tokens", json=given),
        lambda: boss.patch("accounts/engineer", json={"disabled": True}),
    )
    assert shut.status_code == 200
    for one in (known, *entries):
        assert one.get("me").status_code == 401
        one.close()
    if token.status_code == 201:
        headers = {"Authorization": f"Bearer {token.json()['secret']}"}
        assert httpx.get(client.base_url.join("me"), headers=headers, trust_env=False).status_code == 401
    else:
        assert "may not enter" in token.json()["detail"]
    with httpx.Client(base_url=client.base_url, trust_env=False) as late:
        assert {enter(late, "engineer", one).status_code for one in (PASSWORD, ANOTHER)} == {403}
    assert boss.get("audit/state").json()["problems"] == []
    boss.close()


@pytest.mark.slow
def test_role_and_password_changed_side_by_side_are_both_changed(client: httpx.Client, peopled: Path) -> None:
    boss = another(client, "administrator")
    for number in range(6):
        before = another(client, "viewer") if number == 0 else None
        word = f"{ANOTHER} {number}"
        role = ("editor", "viewer")[number % 2]
        answers = all_at_once(
            lambda role=role: boss.patch("accounts/viewer", json={"role": role}),
            lambda word=word: boss.patch("accounts/viewer", json={"password": word}),
            lambda: boss.delete("accounts/viewer/sessions"),
            lambda: boss.delete("accounts/viewer/lock"),
        )
        assert [one.status_code for one in answers] == [200, 200, 204, 200]
        with httpx.Client(base_url=client.base_url, trust_env=False) as late:
            assert enter(late, "viewer", word).json()["role"] == role
        if before is not None:
            assert before.get("me").status_code == 401
            before.close()
    boss.close()


def test_a_session_that_was_ended_stays_ended_however_many_changes_come_together(peopled: Path) -> None:
    """The number of changes tells who is asked for again; it never comes back to one that was."""
    accounts = Accounts(peopled)
    now = datetime.now(UTC)
    all_at_once(*(lambda: [accounts.end_sessions("viewer", now) for _ in range(5)] for _ in range(8)))
    assert accounts.version == 40


@pytest.mark.slow
def test_one_name_that_many_add_is_added_once(client: httpx.Client, peopled: Path) -> None:
    boss = another(client, "administrator")
    given = {"name": "zhao", "role": "viewer", "password": PASSWORD, "subject": "https://id.example 42"}
    answers = all_at_once(*(lambda: boss.post("accounts", json=given) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201] + [400] * 5
    taken = boss.post("accounts", json=given | {"name": "qian"})
    assert taken.status_code == 400
    assert "belongs to the account zhao already" in taken.json()["detail"]
    assert [one.name for one in Accounts(peopled).all()].count("zhao") == 1
    boss.close()
