"""What the how-tos tell people to send exists: path, verb, names in the query and in forms."""

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import httpx

DOCS = Path(__file__).parents[2] / "docs"
BASE = "/api/v1"
ADDRESS = re.compile(r"(?:https?://)?(?:[\w.-]+:\d+/api/v1|\$A)(/.*)")
SENDS = ("-d", "-F", "--data", "--data-binary", "--data-urlencode", "--form")


class Sent(NamedTuple):
    """A line of a how-to that sends a request."""

    page: str
    method: str
    path: str
    query: frozenset[str]
    form: frozenset[str]


def sent_by(page: Path) -> list[Sent]:
    found = []
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for start in re.finditer(r"^ *(?:\$ )?curl ", text, re.MULTILINE):
        words = _words(text, start.end())
        address = next((match for word in words if (match := ADDRESS.fullmatch(word))), None)
        assert address is not None, (page.name, words)
        parts = urlsplit(address[1])
        options = [(word, words[at + 1]) for at, word in enumerate(words[:-1]) if word in (*SENDS, "-X", "-sF", "-sX")]
        stated = [value for word, value in options if word in ("-X", "-sX")]
        data = [value for word, value in options if word not in ("-X", "-sX")]
        query = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        form = {value.partition("=")[0] for word, value in options if word in ("-F", "-sF")}
        if "--get" in words:
            query |= {value.partition("=")[0] for value in data}
            data = []
        method = stated[0] if stated else "POST" if data else "GET"
        found.append(Sent(page.name, method.lower(), BASE + parts.path, frozenset(query), frozenset(form)))
    return found


def _words(text: str, start: int) -> list[str]:
    """The words of a command; a text in quotes may go over lines."""
    end = start
    while True:
        end = text.index("\n", end + 1)
        try:
            return shlex.split(text[start:end], comments=True)
        except ValueError:
            continue


ALL = [one for page in sorted(DOCS.rglob("*.md")) for one in sent_by(page)]


def test_requests_are_found_in_the_how_tos() -> None:
    assert len(ALL) > 60
    assert len({one.page for one in ALL}) > 10


def test_every_request_of_the_how_tos_is_one_of_the_api(local: httpx.Client) -> None:
    document = local.get("openapi.json").json()
    wrong = []
    for one in ALL:
        operation = _operation(document, one)
        if operation is None:
            wrong.append((one, "no such route"))
            continue
        named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        if more := one.query - named:
            wrong.append((one, f"no such parameter: {more}"))
        if one.form and (more := one.form - _fields(document, operation)):
            wrong.append((one, f"no such field: {more}"))
    assert not wrong


def _operation(document: dict[str, Any], one: Sent) -> dict[str, Any] | None:
    asked = re.sub(r"\$\(.*?\)|\$\w+", "x", one.path)
    for path in sorted(document["paths"], key=lambda path: path.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked) and one.method in document["paths"][path]:
            found: dict[str, Any] = document["paths"][path][one.method]
            return found
    return None


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema["properties"])
