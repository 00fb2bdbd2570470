"""Entering through an identity provider: what linghang.toml says of it, and whose account a person of it has.

Nothing of this is on before `[oidc]` stands in linghang.toml. (OpenID Connect Core 1.0; the provider says who somebody
is, this workspace says what may be done.)
"""

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linghang.errors import BadInput, Place, nearest, reason_of
from linghang.store.workspace import open_workspace
from linghang.usecases.accounts import ROLES, Accounts, Entered, Refused, Role
from linghang.usecases.auditing import Deed, audited
from linghang.words import Listed

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SCOPE = "openid profile email"
LONGEST_SUBJECT, LONGEST_TITLE = 255, 200
LOG = logging.getLogger("linghang.console")
_KEYS = ("issuer", "client_id", "secret_variable", "secret_file", "title", "scope", "address", "accounts")
_ACCOUNT_KEYS = ("make", "role", "claim", "roles")
_NOT_IN_NAMES = re.compile(r"[^\w.@-]+")
_NOT_FOR_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Making:
    """How accounts are made for people whom the provider sends and nobody has added.

    Attributes
    ----------
    on
        Whether they are made at all.
    role
        Of those to whom no row of `roles` applies; None lets them not in.
    claim, roles
        Claim of the ID token with a person's groups, and group -> role; of several the mightiest counts.
    """

    on: bool = False
    role: Role | None = None
    claim: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider.

    Attributes
    ----------
    issuer
        Its address, as its tokens say it.
    client_id
        What this workspace is called there.
    secret_of
        Where the secret is: a variable or a file. The secret itself is read when it is needed and kept nowhere.
    title
        What the button says.
    address
        The address that people reach this server at; empty: the one of the request.
    """

    issuer: str
    client_id: str
    secret_of: tuple[str, str]
    title: str
    scope: str = SCOPE
    address: str = ""
    making: Making = field(default_factory=Making)

    def secret(self, folder: Path) -> str | None:
        """Read the secret; None for a client that has none (PKCE alone).

        Raises
        ------
        BadInput
            The variable is not set, or the file cannot be read or others can read it.
        """
        kind, name = self.secret_of
        if kind == "secret_variable":
            if not (said := os.environ.get(name, "")):
                raise BadInput("the variable {name} is not set; [oidc] of linghang.toml names it", name=name)
            return said
        if kind == "secret_file":
            file = folder / name
            try:
                if file.stat().st_mode & _NOT_FOR_OTHERS:
                    raise BadInput("others can read the secret; take their rights away: chmod 600", Place(str(file)))
                return file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = reason_of(error) if isinstance(error, OSError) else str(error)
                raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason) from None
        return None


def provider_of(folder: Path) -> Provider | None:
    """Return the provider that linghang.toml names; None where it names none.

    Raises
    ------
    BadInput
        `[oidc]` is not complete or not right; the place names the key.
    """
    workspace = open_workspace(folder)
    settings = tomllib.loads(workspace.config.read_text(encoding="utf-8"))
    said = settings.get("oidc")
    if said is None:
        return None
    file = str(workspace.config)
    _check_keys(said, _KEYS, file, "oidc")
    issuer, client = (_text(said, key, file) for key in ("issuer", "client_id"))
    if not issuer or not client:
        raise BadInput("needs issuer and client_id", Place(file, key="oidc"))
    for key in ("issuer", "address"):
        _check_address(_text(said, key, file), Place(file, key=f"oidc.{key}"))
    kinds = [key for key in ("secret_variable", "secret_file") if _text(said, key, file)]
    if len(kinds) > 1:
        raise BadInput("takes secret_variable or secret_file, not both", Place(file, key="oidc"))
    secret_of = (kinds[0], _text(said, kinds[0], file)) if kinds else ("", "")
    scope = _text(said, "scope", file) or SCOPE
    if "openid" not in scope.split():
        raise BadInput("the scope holds openid, else nobody says who somebody is", Place(file, key="oidc.scope"))
    title = _text(said, "title", file) or urlsplit(issuer).hostname or issuer
    address = _text(said, "address", file).rstrip("/")
    return Provider(issuer, client, secret_of, title, scope, address, _making(said.get("accounts", {}), file))


def subject_of(issuer: str, subject: str) -> str:
    """Whom a provider means, as an account has it: issuer and subject, for a subject is only its issuer's."""
    return f"{issuer} {subject}"


def enter_by_claims(
    folder: Path, accounts: Accounts, provider: Provider, claims: Mapping[str, Any], now: datetime, agent: str = ""
) -> Entered:
    """Let somebody in whom the provider has vouched for.

    Parameters
    ----------
    claims
        Of an ID token that was checked: signature, issuer, audience, nonce, times.

    Raises
    ------
    Refused
        No account belongs to the subject and none is made, or it is disabled; it says what an administrator has to do.
    """
    subject = subject_of(provider.issuer, _subject(claims))
    if provider.making.on and not any(one.subject == subject for one in accounts.all()):
        _make(folder, accounts, provider, claims, subject, now)
    try:
        return accounts.enter_as(subject, now, agent)
    except Refused:
        add = "linghang accounts add %s %s --role viewer --subject “%s”"
        LOG.warning(
            f"somebody of the provider has no account here that may enter; to add one: {add}",
            folder,
            name_of(claims),
            subject,
        )
        raise Refused(
            "the provider knows you, but no account here is yours, or it is disabled. An administrator can add one; "
            "tell them your name there, {name}, and your subject: “{person}”",
            name=name_of(claims),
            person=subject,
        ) from None


def _subject(claims: Mapping[str, Any]) -> str:
    """Whom the provider means (OpenID Connect Core 1.0, section 2: a text of at most 255 characters)."""
    said = claims.get("sub")
    if not isinstance(said, str) or not said.strip() or len(said) > LONGEST_SUBJECT or not said.isprintable():
        raise Refused(
            "the provider does not say who you are: its “sub” is no text of 1 to {most} characters",
            most=LONGEST_SUBJECT,
        )
    return said


def name_of(claims: Mapping[str, Any]) -> str:
    """Return the name that an account of a person would have."""
    for key in ("preferred_username", "email", "sub"):
        said = claims.get(key)
        if isinstance(said, str) and (name := _NOT_IN_NAMES.sub("-", said[:LONGEST_SUBJECT]).strip("-")[:64]):
            return name
    return "?"


def role_for(making: Making, claims: Mapping[str, Any]) -> Role | None:
    """Return the role that a new account would get; None where it would get none."""
    said = claims.get(making.claim) if making.claim else None
    groups = said if isinstance(said, list) else [said]
    fitting = [making.roles[one] for one in groups if isinstance(one, str) and one in making.roles]
    return max(fitting, key=ROLES.index) if fitting else making.role


def _make(
    folder: Path, accounts: Accounts, provider: Provider, claims: Mapping[str, Any], subject: str, now: datetime
) -> None:
    role, name = role_for(provider.making, claims), name_of(claims)
    if role is None:
        raise Refused("none of your groups at the provider may enter here; an administrator decides that")
    if any(one.name == name and one.subject != subject for one in accounts.all()):
        raise Refused(
            "there is an account {name} here that is not yours at the provider; an administrator can join the two",
            name=name,
        )
    said = claims.get("name")
    title = said[:LONGEST_TITLE] if isinstance(said, str) and said.isprintable() else name
    deed = Deed(name, "console", "accounts.add", name, {"role": role, "subject": subject})
    try:
        audited(folder, deed, now, lambda: accounts.add(name, role, None, now, title, subject))
    except BadInput:
        if not any(one.subject == subject for one in accounts.all()):
            raise  # else another window of the same person was quicker


def _making(said: Any, file: str) -> Making:
    place = "oidc.accounts"
    _check_keys(said, _ACCOUNT_KEYS, file, place)
    roles = said.get("roles", {})
    if not isinstance(roles, dict) or not isinstance(said.get("make", False), bool):
        raise BadInput("takes make = true or false, and roles as a table", Place(file, key=place))
    known = {str(group): _role(role, Place(file, key=f"{place}.roles")) for group, role in roles.items()}
    claim, role = _text(said, "claim", file), _text(said, "role", file)
    if known and not claim:
        raise BadInput("roles need the claim that holds a person's groups", Place(file, key=place))
    default: Role | None = _role(role, Place(file, key=f"{place}.role")) if role else None if known else "viewer"
    return Making(said.get("make", False), default, claim, known)


def _role(value: object, place: Place) -> Role:
    for one in ROLES:
        if value == one:
            return one
    raise BadInput("“{value}” is not one of {choices}", place, value=value, choices=Listed(ROLES))


def _check_keys(said: Any, keys: tuple[str, ...], file: str, place: str) -> None:
    if not isinstance(said, dict):
        raise BadInput("is a table of settings", Place(file, key=place))
    for key in said:
        if key not in keys:
            raise BadInput("{key} is no setting; {near}", Place(file, key=place), key=key, near=nearest(key, keys))


def _text(said: Mapping[str, Any], key: str, file: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise BadInput("is a text", Place(file, key=f"oidc.{key}"))
    return value


def _check_address(address: str, place: Place) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        plain = not (parts.username or parts.password or parts.query or parts.fragment) and bool(parts.hostname)
    except ValueError:
        plain = False
    secure = plain and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    if not secure:
        raise BadInput("is an address that begins with https://, without user, query and fragment", place)
