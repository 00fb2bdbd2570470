"""What linghang.toml may say of an identity provider, and what role a person of it gets."""

from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.usecases.single_sign_on import Making, name_of, provider_of, role_for
from linghang.usecases.workspace_facts import facts_of, settings_shown
from linghang.usecases.workspaces import make_workspace
from linghang.words import use

GOOD = 'issuer = "https://id.example.com/plant"\nclient_id = "linghang"\n'


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace."""
    use("en")
    make_workspace(tmp_path / "works", "works", "Asia/Shanghai", None)
    return tmp_path / "works"


def say(works: Path, text: str) -> None:
    """Put settings of a provider into a workspace."""
    file = works / "linghang.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[oidc]\n{text}", "utf-8")


def test_without_settings_there_is_no_provider(works: Path) -> None:
    assert provider_of(works) is None


def test_the_least_settings_are_issuer_and_client(works: Path) -> None:
    say(works, GOOD)
    found = provider_of(works)
    assert found is not None
    assert (found.title, found.secret(works), found.making.on) == ("id.example.com", None, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('client_id = "x"\n', "needs issuer and client_id"),
        ('issuer = "http://id.example.com"\nclient_id = "x"\n', "begins with https://"),
        ('issuer = "https://me:pw@id.example.com"\nclient_id = "x"\n', "begins with https://"),
        (GOOD + 'isuer = "x"\n', "isuer is no setting"),
        (GOOD + 'secret_variable = "A"\nsecret_file = "b"\n', "not both"),
        (GOOD + 'scope = "profile"\n', "openid"),
        (GOOD + "title = 5\n", "is a text"),
        (GOOD + '[oidc.accounts]\nmake = "yes"\n', "true or false"),
        (GOOD + '[oidc.accounts.roles]\na = "viewer"\n', "need the claim"),
        (GOOD + '[oidc.accounts]\nclaim = "g"\n[oidc.accounts.roles]\na = "king"\n', "king"),
        (GOOD + '[oidc.accounts]\nrole = "king"\n', "king"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(works: Path, text: str, said: str) -> None:
    say(works, text)
    with pytest.raises(BadInput, match=said) as refused:
        provider_of(works)
    assert "linghang.toml" in str(refused.value)


def test_a_secret_that_others_can_read_is_not_used(works: Path) -> None:
    say(works, GOOD + 'secret_file = "oidc.secret"\n')
    found = provider_of(works)
    assert found is not None
    with pytest.raises(BadInput, match="cannot be read"):
        found.secret(works)
    (works / "oidc.secret").write_text("geheim\n")
    (works / "oidc.secret").chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        found.secret(works)
    (works / "oidc.secret").chmod(0o600)
    assert found.secret(works) == "geheim"
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    ("making", "groups", "role"),
    [
        (Making(True, "viewer"), None, "viewer"),
        (Making(True, None, "g", {"a": "engineer"}), ["b"], None),
        (Making(True, "viewer", "g", {"a": "engineer"}), ["b"], "viewer"),
        (Making(True, None, "g", {"a": "engineer", "b": "administrator"}), ["a", "b"], "administrator"),
        (Making(True, None, "g", {"a": "engineer"}), "a", "engineer"),
        (Making(True, None, "g", {"a": "engineer"}), [["a"], 5, {}], None),
    ],
)
def test_the_mightiest_group_gives_the_role(making: Making, groups: object, role: str | None) -> None:
    assert role_for(making, {"g": groups}) == role


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "zhao", "email": "z@x"}, "zhao"),
        ({"email": "zhao@plant.example"}, "zhao@plant.example"),
        ({"preferred_username": "赵 工/..", "sub": "1"}, "赵-工-.."),
        ({"sub": "a|b"}, "a-b"),
        ({"sub": "///"}, "?"),
    ],
)
def test_a_name_is_made_of_what_the_provider_says(claims: dict[str, str], name: str) -> None:
    assert name_of(claims) == name


def test_settings_are_shown_without_their_secrets(works: Path) -> None:
    file = works / "linghang.toml"
    text = file.read_text("utf-8").replace("sqlite:///records.sqlite", "postgresql://plant:geheim@db/x")
    file.write_text(text + '\n[x]\npassword = "geheim"\nsecret_variable = "NAME"\napi_token="geheim"\n', "utf-8")
    shown = settings_shown(works)
    assert "geheim" not in shown
    assert 'secret_variable = "NAME"' in shown
    assert "postgresql://plant:***@db/x" in shown


def test_facts_count_every_part(works: Path) -> None:
    (works / "documents" / "x").write_bytes(b"x" * 1_000)
    found = facts_of(works)
    assert found.sizes["documents"] == 1_000
    assert found.size == sum(one.lstat().st_size for one in works.rglob("*") if one.is_file())
