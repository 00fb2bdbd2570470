"""Entering through an identity provider: who is let in, who is not and what is said, and what is never let through."""

import html
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from console_server import PASSWORD, console_of, works_at
from identity_provider import SECRET, IdentityProvider
from provider_door import configure, known, refusal

from linghang.usecases.accounts import Accounts
from linghang.usecases.audit_log import deeds

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_door_offers_the_provider(visitor: httpx.Client) -> None:
    page = visitor.get("/login").text
    assert "Enter with 工厂统一认证" in page
    assert SECRET not in page


def test_who_has_an_account_enters_and_goes_where_he_wanted(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    answer = visitor.get("/login/oidc", params={"to": "/plant?equipment=A"})
    assert answer.status_code == 200
    assert "0;url=/plant?equipment=A" in html.unescape(answer.text)
    assert "set-cookie" in answer.headers
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert visitor.get("/api/v1/me").json()["name"] == "zhao"
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20


def test_leaving_here_offers_to_leave_there(visitor: httpx.Client, provided: Path, provider: IdentityProvider) -> None:
    known(provided, provider)
    visitor.get("/login/oidc")
    assert visitor.delete("/api/v1/session").status_code == 204
    assert visitor.get("/api/v1/me").status_code == 401
    assert "/login/oidc/leave" in visitor.get("/login?left=1").text
    assert visitor.get("/login/oidc/leave").url.path == "/login"


def test_an_unknown_person_is_told_what_an_administrator_has_to_do_and_not_where_the_workspace_lies(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", "linghang.console"):
        said = refusal(visitor.get("/login/oidc"))
    assert f"your name there, zhao, and your subject: “{provider.issuer} 42”" in said
    assert str(provided) not in said
    assert f"linghang accounts add {provided} zhao --role viewer --subject “{provider.issuer} 42”" in caplog.text
    assert visitor.get("/api/v1/me").status_code == 401
    assert [one.name for one in Accounts(provided).all()] == ["wang"]


def test_a_disabled_account_is_not_let_in(visitor: httpx.Client, provided: Path, provider: IdentityProvider) -> None:
    known(provided, provider)
    Accounts(provided).disable("zhao", datetime.now(UTC))
    assert "disabled" in refusal(visitor.get("/login/oidc"))


def test_accounts_are_made_by_groups_where_that_is_set(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    rules = (
        '[oidc.accounts]\nmake = true\nclaim = "groups"\n[oidc.accounts.roles]\nfitters = "engineer"\nall = "viewer"\n'
    )
    configure(provided, provider, rules)
    assert "none of your groups" in refusal(visitor.get("/login/oidc"))
    provider.claims["groups"] = ["all", "fitters", "others"]
    assert visitor.get("/login/oidc").status_code == 200
    made = next(one for one in Accounts(provided).all() if one.name == "zhao")
    assert (made.role, made.title, made.password) == ("engineer", "赵工", None)
    assert deeds(provided).deeds[0].what == "accounts.add"


def test_nobody_takes_over_an_account_of_the_same_name(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    configure(provided, provider, "[oidc.accounts]\nmake = true\n")
    provider.claims["preferred_username"] = "wang"
    assert "not yours at the provider" in refusal(visitor.get("/login/oidc"))
    assert next(one for one in Accounts(provided).all() if one.name == "wang").subject is None


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
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, odd: dict[str, object], said: str
) -> None:
    known(provided, provider)
    for name, value in odd.items():
        setattr(provider, name, value)
    assert said in refusal(visitor.get("/login/oidc"))
    assert visitor.get("/api/v1/me").status_code == 401


def test_a_way_back_that_another_browser_began_lets_nobody_in(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    begun = visitor.get("/login/oidc", follow_redirects=False)
    there = httpx.get(begun.headers["location"], trust_env=False)
    visitor.cookies.clear()
    assert "another browser" in refusal(visitor.get(there.headers["location"]))
    assert "too long ago" in refusal(visitor.get(there.headers["location"]))


def test_a_provider_that_does_not_answer_is_said(visitor: httpx.Client, provided: Path) -> None:
    gone = IdentityProvider(issuer="http://127.0.0.1:9")
    configure(provided, gone)
    said = refusal(visitor.get("/login/oidc"))
    assert "http://127.0.0.1:9 does not answer" in said
    assert SECRET not in said


def test_without_settings_there_is_no_such_way_in(visitor: httpx.Client, provided: Path) -> None:
    file = provided / "linghang.toml"
    file.write_text(file.read_text("utf-8").partition("\n[oidc]")[0], "utf-8")
    assert "Enter with" not in visitor.get("/login").text
    assert "no identity provider" in refusal(visitor.get("/login/oidc"))


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
