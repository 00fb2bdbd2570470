"""A workspace whose people enter through an identity provider, for those tests that ask its door."""

import html
from datetime import UTC, datetime
from pathlib import Path

import httpx
from identity_provider import CLIENT, IdentityProvider

from linghang.usecases.accounts import Accounts
from linghang.usecases.single_sign_on import subject_of

VARIABLE = "LINGHANG_TEST_OIDC_SECRET"


def configure(folder: Path, provider: IdentityProvider, more: str = "") -> None:
    """Name the provider in the settings of a workspace."""
    said = f'issuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nsecret_variable = "{VARIABLE}"\n'
    file = folder / "linghang.toml"
    before = file.read_text("utf-8").partition("\n[oidc]")[0]
    file.write_text(f'{before}\n[oidc]\n{said}title = "工厂统一认证"\n{more}', "utf-8")


def known(works: Path, provider: IdentityProvider) -> None:
    """Give the provider's person an account."""
    Accounts(works).add("zhao", "engineer", None, datetime.now(UTC), subject=subject_of(provider.issuer, "42"))


def refusal(answer: httpx.Response) -> str:
    """What a page says that lets nobody in."""
    assert answer.status_code == 403
    return html.unescape(answer.text)


def way_back(client: httpx.Client, to: str = "/") -> str:
    """Begin at the door, be let in by the provider, and return the address to come back to."""
    begun = client.get("/login/oidc", params={"to": to}, follow_redirects=False)
    return httpx.get(begun.headers["location"], trust_env=False).headers["location"]
