"""What is wrong with the form of a request, in the reader's language: pydantic itself speaks English only."""

from collections.abc import Mapping, Sequence
from typing import Any

from linghang.words import later, tr

KINDS: Mapping[str, str] = {
    "missing": later("is missing"),
    "extra_forbidden": later("is not known here; leave it out"),
    "string_type": later("has to be a text"),
    "string_too_long": later("is too long: {max_length} characters at most"),
    "string_too_short": later("is too short: {min_length} characters at least"),
    "string_pattern_mismatch": later("does not have the form that is asked for: {pattern}"),
    "int_type": later("has to be a whole number"),
    "int_parsing": later("is no whole number"),
    "int_parsing_size": later("is no whole number that can be used: it has too many digits"),
    "int_from_float": later("has to be a whole number"),
    "float_type": later("has to be a number"),
    "float_parsing": later("is no number"),
    "finite_number": later("has to be a finite number"),
    "decimal_type": later("has to be a number"),
    "decimal_parsing": later("is no number"),
    "bool_type": later("has to be true or false"),
    "bool_parsing": later("has to be true or false"),
    "greater_than": later("has to be greater than {gt}"),
    "greater_than_equal": later("is too small: {ge} at least"),
    "less_than": later("has to be less than {lt}"),
    "less_than_equal": later("is too large: {le} at most"),
    "literal_error": later("is none of the words that are taken here: {expected}"),
    "enum": later("is none of the words that are taken here: {expected}"),
    "list_type": later("has to be a list"),
    "tuple_type": later("has to be a list"),
    "too_long": later("has {actual_length} items; {max_length} at most"),
    "too_short": later("has {actual_length} items; {min_length} at least"),
    "dict_type": later("has to be an object"),
    "model_type": later("has to be an object"),
    "model_attributes_type": later("has to be an object"),
    "date_type": later("is no day such as 2026-06-30"),
    "date_parsing": later("is no day such as 2026-06-30"),
    "date_from_datetime_parsing": later("is no day such as 2026-06-30"),
    "date_from_datetime_inexact": later("is a day with a time; only the day stands here"),
    "datetime_type": later("is no moment such as 2026-06-30T08:00:00+08:00"),
    "datetime_parsing": later("is no moment such as 2026-06-30T08:00:00+08:00"),
    "datetime_from_date_parsing": later("is no moment such as 2026-06-30T08:00:00+08:00"),
    "timezone_aware": later("a moment needs its zone, as in 2026-06-01T08:00:00+08:00"),
    "json_invalid": later("is no JSON"),
    "json_type": later("is no JSON"),
    "none_required": later("has to be empty"),
}
"""Kind of an error as pydantic calls it -> what a person is told; the braces hold values of its context."""


def said(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Return every fault with its place in the request; a kind that is not known here stays as pydantic says it."""
    return [{"at": ".".join(map(str, one["loc"])), "message": _message(one)} for one in errors]


def _message(one: Mapping[str, Any]) -> str:
    message = KINDS.get(str(one["type"]))
    values = {name: value for name, value in (one.get("ctx") or {}).items() if name != "error"}
    if message is None:
        return str(one["msg"])
    try:
        return tr(message, **values)
    except LookupError:  # a version of pydantic that gives other values
        return str(one["msg"])
