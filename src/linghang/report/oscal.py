"""What all OSCAL documents of the product share: version, namespace, ids, properties, digests as UUIDs.

Source: NIST OSCAL 1.2.1, the version that compliance-trestle 5.2 reads. Every id and UUID follows from content, so
the same pack or assessment gives the same bytes again.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import orjson

from linghang import __version__
from linghang.conditions.model import ALL_LEVELS, Element, Pack
from linghang.words import Text

OSCAL_VERSION = "1.2.1"
NAMESPACE = "https://linghang.example/ns/oscal"
"""Namespace of our properties and parts: whatever OSCAL has no word for."""

ROOT = uuid5(NAMESPACE_URL, NAMESPACE)
Json = dict[str, Any]


def written(document: Mapping[str, Any]) -> bytes:
    """Write a document as UTF-8 JSON that a person can read."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def uuid_of(*names: str, within: UUID = ROOT) -> str:
    """Return the UUID (version 5) of what these names name."""
    return str(uuid5(within, "\n".join(names)))


def line(text: str) -> str:
    """One line without space around it, as OSCAL wants titles and values of properties; “-” for an empty text."""
    return " ".join(text.split()) or "-"


def prop(name: str, value: object, group: str | None = None, remarks: str | None = None) -> Json:
    """Return a property of our namespace; `group` is its class: what it is said about."""
    found = {"name": name, "ns": NAMESPACE, "value": line(str(value))}
    if group is not None:
        found["class"] = group
    if remarks:
        found["remarks"] = remarks
    return found


def said(name: str, text: Text, group: str | None = None) -> Json:
    """Return a property with a text: Chinese as the value, English as the remark."""
    return prop(name, text.zh, group, text.en)


def both(text: Text) -> str:
    """One line with both languages, as titles have it."""
    return line(text.zh if text.zh == text.en else f"{text.zh} · {text.en}")


def control_id(element: Element) -> str:
    """Return the id of an element's control: its id, and the level where several levels ask it differently.

    Two underscores never stand in an id of a pack, so nothing collides.
    """
    return element.id if element.level == ALL_LEVELS else f"{element.id}__{element.level}"


def statement_id(element: Element) -> str:
    """Return the id of the statement that findings are about."""
    return f"{control_id(element)}__smt"


def moment(day: date, zone: str = "UTC") -> str:
    """Return the first moment of a day in a zone, as OSCAL writes date and time."""
    return datetime.combine(day, time(), ZoneInfo(zone)).isoformat()


def instant(when: datetime) -> str:
    """Return a time in UTC, as OSCAL writes date and time."""
    return when.astimezone(UTC).isoformat()


def metadata(title: str, modified: str, version: str, **more: Any) -> Json:
    """Return the metadata that every document begins with."""
    return {
        "title": line(title),
        "last-modified": modified,
        "version": version,
        "oscal-version": OSCAL_VERSION,
        **more,
    }


def about_pack(pack: Pack) -> list[Json]:
    """Return the properties that name a pack: id, digest, status, validity, and who wrote this file."""
    props = [
        prop("pack", pack.id),
        prop("pack-digest", pack.digest),
        prop("pack-short", pack.short),
        prop("pack-status", pack.status),
        prop("valid-from", pack.valid_from.isoformat()),
        prop("linghang-version", __version__),
    ]
    if pack.valid_to is not None:
        props.append(prop("valid-to", pack.valid_to.isoformat()))
    return props


def about_document(pack: Pack) -> list[Json]:
    """Return the properties that name the official document: number, issuers, day, and how sure it is."""
    known = ("number", "issuers", "issued", "confidence")
    return [prop(f"document-{name}", pack.document[name]) for name in known if name in pack.document]


def without_empty(items: Iterable[tuple[str, Any]]) -> Json:
    """Return an object without empty members: OSCAL lists have at least one item."""
    return {name: value for name, value in items if value not in (None, "", [], {})}
