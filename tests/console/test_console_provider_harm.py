"""Who means harm at the way in through an identity provider, and providers that answer nonsense."""

import asyncio
import html
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from identity_provider import SECRET, IdentityProvider, provider_running
from provider_door import VARIABLE, configure, known, refusal, way_back
from starlette.responses import JSONResponse, Response, StreamingResponse

from linghang.console import single_sign_on
from linghang.usecases.accounts import Accounts
from linghang.usecases.single_sign_on import subject_of


def test_a_way_back_that_was_gone_is_gone(visitor: httpx.Client, provided: Path, provider: IdentityProvider) -> None:
    known(provided, provider)
    back = way_back(visitor)
    assert visitor.get(back).status_code == 200
    visitor.cookies.clear()
    assert "too long ago" in refusal(visitor.get(back))
    assert visitor.get("/api/v1/me").status_code == 401


def test_of_two_who_come_back_at_once_one_is_let_in(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    back = way_back(visitor)
    cookies = dict(visitor.cookies)

    def come(_: int) -> int:
        return httpx.get(back, cookies=cookies, trust_env=False).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(come, range(6))) == [200] + [403] * 5


def test_a_code_of_somebody_else_is_no_use(visitor: httpx.Client, provided: Path, provider: IdentityProvider) -> None:
    """The code was stolen on its way back; the state is one's own."""
    known(provided, provider)
    with httpx.Client(base_url=visitor.base_url, trust_env=False) as victim:
        stolen = httpx.URL(way_back(victim)).params["code"]
    mine = httpx.URL(way_back(visitor))
    for code in (stolen, "code-0", "", "nonsense"):
        assert "cannot be taken" in refusal(visitor.get(mine.copy_set_param("code", code)))
        mine = httpx.URL(way_back(visitor))
    assert visitor.get("/api/v1/me").status_code == 401


def test_another_provider_does_not_answer_for_this_one(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    """Mix-up (RFC 9207): by what the answer says, and by settings that were changed on the way."""
    known(provided, provider)
    provider.names_itself_on_the_way_back = "https://evil.example"
    assert "another provider" in refusal(visitor.get("/login/oidc"))
    provider.names_itself_on_the_way_back = provider.issuer
    assert visitor.get("/login/oidc").status_code == 200
    visitor.cookies.clear()
    provider.names_itself_on_the_way_back = ""
    back = way_back(visitor)
    with provider_running() as second:
        configure(provided, second)
        assert "another provider" in refusal(visitor.get(back))
    provider.claims["iss"] = "https://evil.example"
    configure(provided, provider)
    assert "cannot be taken" in refusal(visitor.get("/login/oidc"))


SUBJECTS = (None, "", "   ", 42, True, ["42"], {"id": "42"}, "x" * 256, "4\n2", "42\x00", "\u202e42")


def test_who_has_no_subject_that_can_be_one_is_not_let_in(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    configure(provided, provider, "[oidc.accounts]\nmake = true\n")
    for subject in SUBJECTS:
        provider.claims = {"preferred_username": "new", "sub": subject}
        said = refusal(visitor.get("/login/oidc"))
        assert "is no text of 1 to 255 characters" in said or "cannot be taken" in said, subject
    provider.claims = {"preferred_username": "new"}
    assert "cannot be taken" in refusal(visitor.get("/login/oidc"))
    assert [one.name for one in Accounts(provided).all()] == ["wang", "zhao"]


@pytest.mark.parametrize(
    "odd",
    [
        {"preferred_username": {"a": 1}, "name": ["x"], "email": 7},
        {"preferred_username": "../" * 5_000, "name": "x" * 50_000},
        {"preferred_username": "\x1b[2J", "name": "\x1b[2J"},
        {"groups": {"plant": 1}, "name": None},
    ],
    ids=["other kinds", "huge", "control characters", "groups that are no list"],
)
def test_odd_claims_make_a_plain_account(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, odd: dict[str, object]
) -> None:
    configure(provided, provider, '[oidc.accounts]\nmake = true\nclaim = "groups"\n')
    provider.claims |= odd
    assert visitor.get("/login/oidc").status_code == 200
    made = next(one for one in Accounts(provided).all() if one.name != "wang")
    assert (made.role, made.subject) == ("viewer", subject_of(provider.issuer, "42"))
    assert len(made.name) <= 64
    assert len(made.title) <= 200
    assert made.title.isprintable()


async def _garbage() -> Response:
    return Response(b"<html>{not json", media_type="application/json")


async def _list() -> Response:
    return JSONResponse([1, 2, 3])


async def _broken() -> Response:
    return Response("trouble", 500)


async def _half() -> Response:
    return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": ["no"], "keys": 7})


async def _endless() -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(drops(), media_type="application/json")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["configuration", "token", "keys"])
def test_a_provider_that_answers_nonsense_or_never_ends_is_said(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(provided, provider)
    for answer in (_garbage, _list, _broken, _half, _endless):
        monkeypatch.setattr(single_sign_on, "LONGEST_S", 1.0 if answer is _endless else 20.0)
        provider.instead[place] = answer
        said = refusal(visitor.get("/login/oidc"))
        assert "does not answer" in said or "cannot be taken" in said or "calls itself" in said
        assert SECRET not in said
        assert visitor.get("/api/v1/me").status_code == 401
    provider.instead.clear()
    monkeypatch.setattr(single_sign_on, "LONGEST_S", 20.0)
    assert visitor.get("/login/oidc").status_code == 200


CONFIGURATIONS: tuple[dict[str, object], ...] = (
    {"token_endpoint": 7},
    {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    {"id_token_signing_alg_values_supported": "RS256"},
    {"jwks_uri": None},
    {"issuer": ["x"]},
)


def test_a_configuration_that_makes_no_sense_lets_nobody_in(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    for more in CONFIGURATIONS:
        provider.more_configuration = more
        refusal(visitor.get("/login/oidc"))
    provider.more_configuration = {
        "verify": False,
        "base_url": "http://127.0.0.1:9",
        "scope": "x",
        "jwks": {"keys": []},
    }
    assert visitor.get("/login/oidc").status_code == 200  # nothing of it is a setting of ours


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/\u2028/evil.example",
)


def test_nobody_is_sent_to_another_site_afterwards(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    for to in ELSEWHERE:
        answer = visitor.get("/login/oidc", params={"to": to})
        assert answer.status_code == 200
        assert 'content="0;url=/"' in answer.text, to
        assert visitor.get("/login", params={"to": to}, follow_redirects=False).headers["location"] == "/", to


def test_a_way_on_stays_what_it_is_in_the_page(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    known(provided, provider)
    to = "/x\"><script>alert(1)</script>''?a=//evil.example"
    page = visitor.get("/login/oidc", params={"to": to}).text
    assert "<script>alert" not in page
    assert html.unescape(page).count(to) == 2


def test_who_begins_many_ways_in_ends_nobody_elses(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(provided, provider)
    monkeypatch.setattr(single_sign_on, "MOST_BEGUN_OF_ONE", 3)
    monkeypatch.setattr(single_sign_on, "MOST_BEGUN", 5)
    crowd = iter(["9.9.9.9", *["10.0.0.1"] * 20, *[f"10.0.1.{one}" for one in range(2)], "9.9.9.9"])
    monkeypatch.setattr(single_sign_on, "_host", lambda _: host[0])
    host = [next(crowd)]
    back = way_back(visitor)
    with httpx.Client(base_url=visitor.base_url, trust_env=False) as other:
        for host[0] in crowd:
            if host[0] == "9.9.9.9":
                break
            assert other.get("/login/oidc", follow_redirects=False).status_code == 303
    assert visitor.get(back).status_code == 200


def test_settings_that_are_wrong_are_told_to_the_log_and_not_to_everybody(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    file = provided / "linghang.toml"
    right = file.read_text("utf-8")
    for wrong in (right.replace(VARIABLE, "NOT_SET"), right.replace("client_id", "client")):
        file.write_text(wrong, "utf-8")
        caplog.clear()
        with caplog.at_level("WARNING", "linghang.console"):
            said = refusal(visitor.get("/login/oidc"))
        assert "not set up rightly" in said
        assert str(provided) not in said
        assert "NOT_SET" not in said
        assert "NOT_SET" in caplog.text or "client" in caplog.text


def test_two_windows_of_a_new_person_make_one_account(
    visitor: httpx.Client, provided: Path, provider: IdentityProvider
) -> None:
    configure(provided, provider, "[oidc.accounts]\nmake = true\n")
    clients = [httpx.Client(base_url=visitor.base_url, trust_env=False, timeout=30) for _ in range(4)]
    backs = [way_back(one) for one in clients]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one[0].get(one[1]).status_code, zip(clients, backs, strict=True)))
    assert answers == [200] * 4
    assert [one.name for one in Accounts(provided).all()] == ["wang", "zhao"]
    for one in clients:
        one.close()
