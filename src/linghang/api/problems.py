"""What went wrong, as RFC 9457 has it (application/problem+json), in the reader's language."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from linghang.api.validation import said
from linghang.errors import BadInput, ManyProblems
from linghang.errors import NotThere as NotThere
from linghang.usecases.accounts import Refused
from linghang.usecases.passwords import WAIT_S, Busy
from linghang.words import language, tr

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100


class Problem(BaseModel):
    """A problem as it is sent (RFC 9457)."""

    type: str = Field("about:blank", description="what kind of problem; about:blank: what the status says")
    title: str
    status: int
    detail: str = Field("", description="what is wrong, where, and what would be right")
    errors: list[dict[str, Any]] = Field(default_factory=list, description="each fault with its place")


def problem(
    status: int,
    detail: str = "",
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem as an answer."""
    made = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=(errors or [])[:MOST_ERRORS],
    )
    heads = dict(headers or {}) | {"Content-Language": language()}
    return Response(orjson.dumps(made.model_dump()), status, heads, MEDIA_TYPE)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a route may answer with, as OpenAPI describes them."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {one: {"description": HTTPStatus(one).phrase, "content": {MEDIA_TYPE: schema}} for one in statuses}


def register(app: FastAPI) -> None:
    """Let every failure be answered as a problem."""

    @app.exception_handler(ManyProblems)
    def _many(_: Request, error: ManyProblems) -> Response:
        return problem(400, tr("{count} problems", count=len(error.problems)), [_fault(one) for one in error.problems])

    @app.exception_handler(Refused)
    def _refused(_: Request, error: Refused) -> Response:
        return problem(403, str(error))

    @app.exception_handler(NotThere)
    def _not_there(_: Request, error: NotThere) -> Response:
        return problem(404, str(error))

    @app.exception_handler(Busy)
    def _busy(_: Request, error: Busy) -> Response:
        return problem(503, str(error), headers={"Retry-After": str(round(WAIT_S))})

    @app.exception_handler(BadInput)
    def _bad(_: Request, error: BadInput) -> Response:
        return problem(400, str(error), [_fault(error)])

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> Response:
        return problem(422, tr("the request does not have the form that is asked for"), said(error.errors()))

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail or ""), headers=error.headers)

    @app.exception_handler(Exception)
    def _failed(_: Request, error: Exception) -> Response:  # the traceback stands in the server's log, not here
        return problem(500, tr("the program has a fault here; its log says more ({kind})", kind=type(error).__name__))


def _fault(error: BadInput) -> dict[str, Any]:
    place = error.place
    at = {} if place is None else {"file": place.file, "line": place.line, "column": place.column, "key": place.key}
    return {"message": str(error), "about": error.subject, **{key: value for key, value in at.items() if value}}
