"""Entering through an identity provider: who is let in, who is not and what is said, and what is never let through."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from console_server import PASSWORD, console_of, works_at
from identity_provider import CLIENT, SECRET, IdentityProvider, provider_running, running

from linghang.api.app import Serving, build
from linghang.console import entering
from linghang.usecases.accounts import Accounts
from linghang.usecases.audit_log import deeds
from linghang.usecases.single_sign_on import subject_of
from linghang.usecases.workspaces import make_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VARIABLE = "LINGHANG_TEST_OIDC_SECRET"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret where the settings say it is, and no proxy between two servers of this machine."""
    monkeypatch.setenv(VARIABLE, SECRET)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """The provider."""
    with provider_running() as made:
        yield made


@pytest.fixture
def works(tmp_path: Path, provider: IdentityProvider) -> Path:
    """A workspace with a password account and the provider in its settings."""
    folder = tmp_path / "works"
    make_workspace(folder, "works", "Asia/Shanghai", None)
    Accounts(folder).add("wang", "administrator", PASSWORD, datetime.now(UTC))
    configure(folder, provider)
    return folder


def configure(folder: Path, provider: IdentityProvider, more: str = "") -> None:
    """Name the provider in the settings of a workspace."""
    said = f'issuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nsecret_variable = "{VARIABLE}"\n'
    file = folder / "linghang.toml"
    before = file.read_text("utf-8").partition("\n[oidc]")[0]
    file.write_text(f'{before}\n[oidc]\n{said}title = "工厂统一认证"\n{more}', "utf-8")


@pytest.fixture
def client(works: Path) -> Iterator[httpx.Client]:
    """A browser without scripts, before the served workspace."""
    app = build(Serving(works))
    entering.register(app)
    with running(app) as address:
        heads = {"Accept-Language": "en"}
        with httpx.Client(base_url=address, follow_redirects=True, trust_env=False, headers=heads) as made:
            yield made


def known(works: Path, provider: IdentityProvider) -> None:
    """Give the provider's person an account."""
    Accounts(works).add("zhao", "engineer", None, datetime.now(UTC), subject=subject_of(provider.issuer, "42"))


def refusal(answer: httpx.Response) -> str:
    """What a page says that lets nobody in."""
    assert answer.status_code == 403
    return html.unescape(answer.text)


def test_the_door_offers_the_provider(client: httpx.Client) -> None:
    page = client.get("/login").text
    assert "Enter with 工厂统一认证" in page
    assert SECRET not in page


def test_who_has_an_account_enters_and_goes_where_he_wanted(
    client: httpx.Client, works: Path, provider: IdentityProvider
) -> None:
    known(works, provider)
    answer = client.get("/login/oidc", params={"to": "/plant?equipment=A"})
    assert answer.status_code == 200
    assert "0;url=/plant?equipment=A" in html.unescape(answer.text)
    assert "set-cookie" in answer.headers
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert client.get("/api/v1/me").json()["name"] == "zhao"
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20


def test_leaving_here_offers_to_leave_there(client: httpx.Client, works: Path, provider: IdentityProvider) -> None:
    known(works, provider)
    client.get("/login/oidc")
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert "/login/oidc/leave" in client.get("/login?left=1").text
    assert client.get("/login/oidc/leave").url.path == "/login"


def test_an_unknown_person_is_told_what_an_administrator_has_to_do(
    client: httpx.Client, works: Path, provider: IdentityProvider
) -> None:
    said = refusal(client.get("/login/oidc"))
    assert f"linghang accounts add {works} zhao --role viewer --subject “{provider.issuer} 42”" in said
    assert client.get("/api/v1/me").status_code == 401
    assert [one.name for one in Accounts(works).all()] == ["wang"]


def test_a_disabled_account_is_not_let_in(client: httpx.Client, works: Path, provider: IdentityProvider) -> None:
    known(works, provider)
    Accounts(works).disable("zhao", datetime.now(UTC))
    assert "disabled" in refusal(client.get("/login/oidc"))


def test_accounts_are_made_by_groups_where_that_is_set(
    client: httpx.Client, works: Path, provider: IdentityProvider
) -> None:
    rules = (
        '[oidc.accounts]\nmake = true\nclaim = "groups"\n[oidc.accounts.roles]\nfitters = "engineer"\nall = "viewer"\n'
    )
    configure(works, provider, rules)
    assert "none of your groups" in refusal(client.get("/login/oidc"))
    provider.claims["groups"] = ["all", "fitters", "others"]
    assert client.get("/login/oidc").status_code == 200
    made = next(one for one in Accounts(works).all() if one.name == "zhao")
    assert (made.role, made.title, made.password) == ("engineer", "赵工", None)
    assert deeds(works).deeds[0].what == "accounts.add"


def test_nobody_takes_over_an_account_of_the_same_name(
    client: httpx.Client, works: Path, provider: IdentityProvider
) -> None:
    configure(works, provider, "[oidc.accounts]\nmake = true\n")
    provider.claims["preferred_username"] = "wang"
    assert "not yours at the provider" in refusal(client.get("/login/oidc"))
    assert next(one for one in Accounts(works).all() if one.name == "wang").subject is None


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"refuses": "not today"}, "not today"),
        ({"lags_s": -3600}, "clocks"),
        ({"lags_s": 3600}, "clocks"),
        ({"signs_with_another_key": True}, "cannot be taken"),
        ({"audience": "another program"}, "cannot be taken"),
        ({"forgets_nonce": True}, "cannot be taken"),
        ({"calls_itself": "https://another.example"}, "calls itself"),
    ],
)
def test_what_cannot_be_believed_lets_nobody_in(
    client: httpx.Client, works: Path, provider: IdentityProvider, odd: dict[str, object], said: str
) -> None:
    known(works, provider)
    for name, value in odd.items():
        setattr(provider, name, value)
    assert said in refusal(client.get("/login/oidc"))
    assert client.get("/api/v1/me").status_code == 401


def test_a_way_back_that_another_browser_began_lets_nobody_in(
    client: httpx.Client, works: Path, provider: IdentityProvider
) -> None:
    known(works, provider)
    begun = client.get("/login/oidc", follow_redirects=False)
    there = httpx.get(begun.headers["location"], trust_env=False)
    client.cookies.clear()
    assert "another browser" in refusal(client.get(there.headers["location"]))
    assert "too long ago" in refusal(client.get(there.headers["location"]))


def test_a_provider_that_does_not_answer_is_said(client: httpx.Client, works: Path) -> None:
    gone = IdentityProvider(issuer="http://127.0.0.1:9")
    configure(works, gone)
    said = refusal(client.get("/login/oidc"))
    assert "http://127.0.0.1:9 does not answer" in said
    assert SECRET not in said


def test_without_settings_there_is_no_such_way_in(client: httpx.Client, works: Path) -> None:
    file = works / "linghang.toml"
    file.write_text(file.read_text("utf-8").partition("\n[oidc]")[0], "utf-8")
    assert "Enter with" not in client.get("/login").text
    assert "no identity provider" in refusal(client.get("/login/oidc"))


@pytest.mark.slow
def test_a_browser_enters_through_the_provider_and_stays_in(
    browser: "Browser", tmp_path: Path, provider: IdentityProvider
) -> None:
    folder = works_at(tmp_path / "works")
    Accounts(folder).add("wang", "administrator", PASSWORD, datetime.now(UTC))
    configure(folder, provider, '[oidc.accounts]\nmake = true\nrole = "viewer"\n')
    with console_of(folder) as address:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{address}/data")
        page.get_by_role("link", name="Enter with 工厂统一认证").click()
        page.get_by_role("heading", name="Data").wait_for(timeout=30_000)
        assert page.url == f"{address}/data"
        page.reload()
        page.get_by_role("heading", name="Data").wait_for(timeout=30_000)
        context.close()
