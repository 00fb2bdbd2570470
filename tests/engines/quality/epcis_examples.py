"""The published examples and schemas of EPCIS 2.0, where they are at hand, and the reference generator of hashes."""

import json
import logging
import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).parents[4] / "shared") / "data" / "epcis_examples"
absent = pytest.mark.skipif(
    not FOLDER.exists(), reason=f"the EPCIS examples are not at {FOLDER}; LINGHANG_SHARED may name their folder"
)


def named(*endings: str) -> list[str]:
    """Return the examples with these endings."""
    found = [one for part in ("JSON", "XML") for one in (FOLDER / part).rglob("*") if one.suffix in endings]
    return sorted(str(one.relative_to(FOLDER)) for one in found) or ["absent"]


JSON_EXAMPLES, XML_EXAMPLES = named(".jsonld", ".json"), named(".xml")


def content(name: str) -> bytes:
    """Return an example."""
    return (FOLDER / name).read_bytes()


@cache
def json_schema() -> Any:
    """Return the validator of the published JSON schema."""
    from jsonschema import Draft7Validator

    return Draft7Validator(json.loads((FOLDER / "schema" / "EPCIS-JSON-Schema.json").read_text()))


@cache
def xml_schema(kind: str) -> Any:
    """Return the published XML schema of a kind of document."""
    from lxml import etree

    part = "-masterdata" if kind == "EPCISMasterDataDocument" else ""
    return etree.XMLSchema(etree.parse(str(FOLDER / "schema" / "XSD" / f"EPCglobal-epcis{part}-2_0.xsd")))


def is_valid_xml(written: bytes, kind: str) -> bool:
    """Return whether XML keeps the published schema."""
    from lxml import etree

    return bool(xml_schema(kind).validate(etree.fromstring(written)))


def reference_hashes(text: str, is_json: bool) -> tuple[list[str], list[str]] | None:
    """Return canonical texts and hashes of the reference generator, or None where it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from epcis_event_hash_generator import hash_generator, json_to_py, xml_to_py
    logging.getLogger().setLevel(logging.CRITICAL)
    json_to_py._namespaces.clear()  # it carries prefixes of one document over to the next
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events = (json_to_py if is_json else xml_to_py).event_list_from_epcis_document_str(text)
            said = hash_generator.derive_prehashes_from_events(events)
            return said, hash_generator.calculate_hashes_from_pre_hashes(said)
    except Exception:  # a reference that fails says nothing
        return None
