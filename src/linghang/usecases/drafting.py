"""Ask a language model for prose from the facts of a report. Off unless a person configures it; nothing is sent before.

The endpoint speaks the chat protocol of OpenAI. It is set under `[drafting]` in linghang.toml (`base_url`, `model`,
`key_variable`: the name of the environment variable that holds the key).
"""

import json
import math
import os
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, Place, nearest
from linghang.report.prose import SECTIONS, Prose, check_prose, facts_of
from linghang.store.workspace import open_workspace
from linghang.usecases.report_sources import Request
from linghang.usecases.reporting import gather

__all__ = ["Endpoint", "Prose", "Request", "ask", "draft_section", "endpoint_of"]

MAX_ANSWER_BYTES = 4 << 20
TIMEOUT_S = 60.0
MAX_TIMEOUT_S = 3600.0
_CHUNK = 1 << 16
_ORDER = (
    "你为智能工厂申报书写一段文字。只使用下面的事实，不得增加任何数字、日期、系统或场景；没有的内容不写。"
    "不用“先进”“领先”等形容词。只输出正文。"
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where prose is asked for."""

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise BadInput("base_url of [drafting] starts with http:// or https://, not {value}", value=self.base_url)
        try:
            place = urllib.parse.urlsplit(self.base_url)
        except ValueError:
            raise BadInput("base_url of [drafting] is no address") from None
        if place.username or place.password:
            raise BadInput("base_url of [drafting] holds no user and no password; name the key by key_variable")
        if not place.hostname or not self.base_url.isprintable() or " " in self.base_url:
            raise BadInput("base_url of [drafting] is no address")
        if self.key is not None and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise BadInput("the key of the language model holds a blank, a line break or a letter that no key has")
        if not (math.isfinite(self.timeout_s) and 0 < self.timeout_s <= MAX_TIMEOUT_S):
            raise BadInput("timeout_s of [drafting] is a number of seconds up to {limit}", limit=MAX_TIMEOUT_S)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a key and the facts go to the address that a person wrote, and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse, so that the redirect comes back as an error."""
        return


def endpoint_of(folder: Path, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Read the endpoint that a person configured.

    Raises
    ------
    BadInput
        None is configured, or a setting is missing.
    """
    workspace = open_workspace(folder)
    given = environment if environment is not None else os.environ
    settings: Mapping[str, Any] = tomllib.loads(workspace.config.read_text(encoding="utf-8")).get("drafting", {})
    place = Place(str(workspace.config), key="drafting")
    if not settings:
        raise BadInput(
            "no language model is configured: write [drafting] with base_url and model; without it nothing is sent",
            place,
        )
    unknown = sorted(set(settings) - {"base_url", "model", "key_variable", "timeout_s"})
    if unknown:
        raise BadInput("[drafting] has no {key}", place, key=unknown[0])
    if missing := [name for name in ("base_url", "model") if not isinstance(settings.get(name), str)]:
        raise BadInput("[drafting] needs {key}", place, key=missing[0])
    variable = settings.get("key_variable")
    if variable is not None and not given.get(str(variable)):
        raise BadInput("the environment has no {name}, which [drafting] names for the key", place, name=variable)
    key = given.get(str(variable)) if variable is not None else None
    timeout = settings.get("timeout_s", TIMEOUT_S)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise BadInput("timeout_s of [drafting] is a number of seconds up to {limit}", place, limit=MAX_TIMEOUT_S)
    return Endpoint(settings["base_url"], settings["model"], key, float(timeout))


def draft_section(folder: Path, section: str, request: Request, *, now: datetime) -> Prose:
    """Have one section drafted from the facts of the report, and check what comes back.

    Raises
    ------
    BadInput
        There is no such section, nothing is configured, or the endpoint gives no usable answer.
    """
    if section not in SECTIONS:
        raise BadInput("there is no section {name}; {near}", name=section, near=nearest(section, SECTIONS))
    endpoint = endpoint_of(folder)
    facts = facts_of(gather(folder, request, now), section)
    return check_prose(ask(endpoint, facts), facts)


def ask(endpoint: Endpoint, facts: tuple[str, ...]) -> str:
    """Send the facts and return the text that comes back.

    Raises
    ------
    BadInput
        The endpoint cannot be reached, refuses, takes too long, or answers with something else.
    """
    messages = [{"role": "system", "content": _ORDER}, {"role": "user", "content": "\n".join(facts)}]
    body = json.dumps({"model": endpoint.model, "messages": messages, "temperature": 0}).encode()
    headers = {"Content-Type": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    url = endpoint.base_url.rstrip("/") + "/chat/completions"
    place = Place(url)
    try:
        asked = urllib.request.Request(url, body, headers)
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=endpoint.timeout_s) as answer:
            data = _received(answer, time.monotonic() + endpoint.timeout_s)
    except urllib.error.HTTPError as error:
        error.close()
        if 300 <= error.code < 400:
            raise BadInput("sends elsewhere (HTTP {status}), which is not followed", place, status=error.code) from None
        raise BadInput("the language model refuses: HTTP {status}", place, status=error.code) from None
    except TimeoutError:
        raise BadInput("no answer within {seconds} s", place, seconds=endpoint.timeout_s) from None
    except (urllib.error.URLError, HTTPException, OSError) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise BadInput("no answer within {seconds} s", place, seconds=endpoint.timeout_s) from None
        raise BadInput("cannot be reached: {reason}", place, reason=str(error)) from None
    return _content(data, place)


def _received(answer: Any, until: float) -> bytes:
    """Read an answer up to the limit; one that trickles is given up when its time is over."""
    found = bytearray()
    while len(found) <= MAX_ANSWER_BYTES and (part := answer.read1(_CHUNK)):
        found += part
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(found)


def _content(data: bytes, place: Place) -> str:
    if len(data) > MAX_ANSWER_BYTES:
        raise BadInput("answers with more than {limit} MiB", place, limit=MAX_ANSWER_BYTES >> 20)
    try:
        text = json.loads(data)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise BadInput("answers with something else than a chat completion", place) from None
    if not isinstance(text, str) or not text.strip():
        raise BadInput("answers with no text", place)
    return text
