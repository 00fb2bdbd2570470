"""The reference page of the API, from its own OpenAPI document."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from linghang.api.app import BASE, Serving, build
from linghang.usecases.workspaces import make_workspace
from pages import MADE, code, table


def api_page() -> str:
    """Every operation: what it does, what it takes, what it needs and gives."""
    with tempfile.TemporaryDirectory() as place:
        make_workspace(Path(place) / "plant", "plant", "UTC", None)
        document = build(Serving(Path(place) / "plant")).openapi()
    parts = [
        MADE.format(source="the API's OpenAPI document"),
        "# API\n",
        f"All paths stand under `{BASE}`; the document itself is at `{BASE}/openapi.json`. How to serve it, who may do",
        "what, paging, ETags and errors: [serve the API](../how-to/serve-the-api.md).\n",
        table(
            ("", "path", "what it does"),
            (
                (code(method.upper()), code(path.removeprefix(BASE)), _first(one))
                for path, method, one in _operations(document)
            ),
        ),
    ]
    for path, method, one in _operations(document):
        parts += _one(path, method, one, document)
    return "\n".join(parts)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            yield path, method, one


def _first(one: Mapping[str, Any]) -> str:
    return str(one["description"]).split("\n\n")[0].replace("\n", " ")


def _one(path: str, method: str, one: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {method.upper()} {path.removeprefix(BASE)}\n"
    yield f"{_first(one)}\n"
    if rows := [_parameter(each) for each in one.get("parameters", ())]:
        yield table(("parameter", "in", "kind", "meaning"), rows)
    for kind, body in one.get("requestBody", {}).get("content", {}).items():
        yield f"Body: `{kind}`.\n"
        if fields := list(_fields(body["schema"], document)):
            yield table(("field", "kind", "required"), fields)
    given = [status for status in one["responses"] if status.startswith("2") or status == "304"]
    yield f"Answers {', '.join(given)}; problems {', '.join(s for s in one['responses'] if s not in given)}.\n"


def _parameter(one: Mapping[str, Any]) -> tuple[str, ...]:
    return code(one["name"]), one["in"], _kind(one["schema"]), one.get("description", "")


def _fields(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, one in schema.get("properties", {}).items():
        yield code(name), _kind(one), "yes" if name in schema.get("required", ()) else "no"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "$ref" in schema:
        return code(schema["$ref"].rpartition("/")[2])
    return " ".join(filter(None, (schema.get("type", "any"), schema.get("format", ""))))
