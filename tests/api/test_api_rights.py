"""Every route of the description and every kind of asker: who may not is refused, and leaves the workspace as it is."""

import hashlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from served import enter

from linghang.usecases.accounts import ALLOWED, ROLES, SCOPES, Accounts
from linghang.usecases.audit_log import Wanted, deeds

Askers = dict[str, tuple[frozenset[str], dict[str, str]]]
UNSAFE = ("post", "put", "patch", "delete")
READ_ONLY = ("read", None)
CALLED_WITH_READ = {
    "put /api/v1/me/password",  # one's own, proved by the present one
    "post /api/v1/engines/scheduling.finite_capacity/check",
    "post /api/v1/cases/judged",
    "post /api/v1/way-up/plans",
    "post /api/v1/way-up/plans/costed",
    "post /api/v1/way-up/what-if",
    "post /api/v1/report",
    "post /api/v1/reviews",
    "delete /api/v1/reviews/{id}",  # files made for oneself
    "delete /api/v1/bundles/{id}",
    "post /api/v1/verifications",
}
"""What is computed for a reader and kept nowhere; whatever else is no GET needs more."""
TRANSIENT = (".linghang", "accounts.sqlite", "cache", "console")


class Operation(NamedTuple):
    """A route as the description has it."""

    method: str
    path: str
    right: str | None

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


def operations(document: dict[str, Any]) -> list[Operation]:
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            rights = {right for one in operation["security"] for scopes in one.values() for right in scopes}
            assert len(rights) <= 1, (method, path)
            found.append(Operation(method, path, next(iter(rights), None)))
    return found


def state_of(folder: Path) -> dict[str, str]:
    """Every file of a workspace by its digest; of the accounts what can be done with them."""
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.relative_to(folder).parts[0].startswith(TRANSIENT)
        and path.suffix != ".lock"
        and not path.name.endswith(("-shm", "-wal"))
    }
    for table in ("account", "token") if (folder / "accounts.sqlite").exists() else ():
        with sqlite3.connect(folder / "accounts.sqlite") as db:
            rows = db.execute(f"select * from {table} order by 1").fetchall()
            names = [one[0] for one in db.execute(f"select * from {table}").description]
        found[table] = repr([{k: v for k, v in zip(names, row, strict=True) if k != "used_us"} for row in rows])
    return found


@pytest.fixture
def askers(client: httpx.Client, peopled: Path) -> Askers:
    """Name of an asker -> rights and headers: nobody, a session of every role, an administrator's token a right."""
    found: Askers = {
        "nobody": (frozenset(), {}),
        "a token that is none": (frozenset(), {"Authorization": "Bearer lht_" + "x" * 43}),
    }
    for role in ROLES:
        answer = enter(client, role)
        found[role] = frozenset(ALLOWED[role]), {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        client.cookies.clear()
    accounts = Accounts(peopled)
    for right in SCOPES:
        _, secret = accounts.make_token(right, "administrator", frozenset({right}), datetime.now(UTC))
        found[f"a token for {right}"] = frozenset({right}), {"Authorization": f"Bearer {secret}"}
    return found


def test_the_description_says_which_right_each_route_needs(local: httpx.Client) -> None:
    document = local.get("openapi.json").json()
    found = operations(document)
    assert {one.label for one in found if one.right is None} == {"post /api/v1/session", "delete /api/v1/session"}
    assert {one.right for one in found} == {None, *SCOPES}
    changing = {one.label for one in found if one.method in UNSAFE and one.right in READ_ONLY}
    assert changing - {"post /api/v1/session", "delete /api/v1/session"} == CALLED_WITH_READ


@pytest.mark.slow
def test_who_may_not_is_refused_and_nothing_is_changed(client: httpx.Client, peopled: Path, askers: Askers) -> None:
    document = client.get("openapi.json").json()
    rights = {(one.method, one.path): one.right for one in operations(document)}
    address = str(client.base_url).rstrip("/").removesuffix("/api/v1")
    before = state_of(peopled)
    refused: set[tuple[str, str]] = set()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        right = rights[operation.method.lower(), operation.path]
        if right is None:
            continue

        @settings(
            max_examples=2,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def asked(case: schemathesis.Case) -> None:
            for name, (has, headers) in askers.items():
                if right in has:  # noqa: B023
                    continue
                case.cookies = {}
                answer = case.call(base_url=address, headers=headers, timeout=20)
                expected = 403 if has else 401
                assert answer.status_code == expected, (name, operation.label, answer.text)  # noqa: B023
                assert answer.headers["content-type"][0] == "application/problem+json"
                refused.add((name, operation.label))  # noqa: B023

        asked()
    assert state_of(peopled) == before
    assert not deeds(peopled, Wanted()).deeds
    labels = {(one.method.upper(), one.path): one.right for one in operations(document)}
    assert refused == {
        (name, f"{method} {path}")
        for name, (has, _) in askers.items()
        for (method, path), right in labels.items()
        if right is not None and right not in has
    }
