"""EPCIS 2.0 documents: the published examples are read, kept and written; what breaks the rules is refused."""

import json
from typing import Any

import epcis_examples as examples
import pytest

from linghang.engines.quality.epcis_json import read_json, to_object, write_json
from linghang.engines.quality.epcis_model import LIMIT_BYTES, LIMIT_DEPTH, Document, canonical, parsed_time, same
from linghang.engines.quality.epcis_xml import read_xml, write_xml
from linghang.errors import BadInput, ManyProblems

URN_WORDS = "XML/WithEventHashID/event_with_identical_hash_id_7.json"
"""The one example that writes standard values as URNs in JSON, which the published JSON schema forbids."""


@examples.absent
@pytest.mark.parametrize("name", examples.JSON_EXAMPLES)
def test_a_json_example_comes_back_as_it_was(name: str) -> None:
    given = json.loads(examples.content(name))
    written = json.loads(write_json(read_json(examples.content(name), name)))
    assert examples.json_schema().is_valid(written) == (name != URN_WORDS) == examples.json_schema().is_valid(given)
    assert {**written, "@context": 0} == {**given, "@context": 0}
    assert _contexts(written) == _contexts(given)


def _contexts(document: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    listed = document["@context"]
    spaces = {name: uri for one in listed if isinstance(one, dict) for name, uri in one.items()}
    return [one for one in listed if isinstance(one, str)], spaces


@examples.absent
@pytest.mark.parametrize("name", examples.JSON_EXAMPLES)
def test_a_json_example_goes_through_xml_without_loss(name: str) -> None:
    given = read_json(examples.content(name), name)
    written = write_xml(given)
    assert examples.is_valid_xml(written, given.kind)
    back = read_xml(written)
    assert same(given, back)
    again = write_json(back)
    assert examples.json_schema().is_valid(json.loads(again))
    assert same(given, read_json(again))


@examples.absent
@pytest.mark.parametrize("name", examples.XML_EXAMPLES)
def test_an_xml_example_comes_back_as_it_was(name: str) -> None:
    given = read_xml(examples.content(name), name)
    written = write_xml(given)
    assert examples.is_valid_xml(examples.content(name), given.kind)
    assert examples.is_valid_xml(written, given.kind)
    assert read_xml(written) == given


@examples.absent
@pytest.mark.parametrize("name", examples.XML_EXAMPLES)
def test_an_xml_example_goes_through_json_without_loss(name: str) -> None:
    given = read_xml(examples.content(name), name)
    if not given.events:
        with pytest.raises(BadInput, match="XML only"):
            write_json(given)
        return
    written = write_json(given)
    assert examples.json_schema().is_valid(json.loads(written))
    assert same(given, read_json(written))
    assert same(given, read_xml(write_xml(read_json(written))))


@examples.absent
def test_the_same_example_in_both_formats_says_the_same() -> None:
    text = read_json(examples.content("JSON/Example_9.6.1-ObjectEvent-with-pseudo-SBDH-headers.jsonld"))
    tree = read_xml(examples.content("XML/Example_9.6.1-ObjectEvent-2020_06_18a.xml"))
    left, right = ([canonical(one) for one in document.events] for document in (text, tree))
    for one in (*left, *right):
        one.pop("eventID", None)
    assert [one["epcList"] for one in left] == [one["epcList"] for one in right]
    assert [one["bizStep"] for one in left] == [one["bizStep"] for one in right] == ["shipping", "receiving"]


def document(**changes: Any) -> dict[str, Any]:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-14T07:05:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2018"],
        "action": "OBSERVE",
        "bizStep": "receiving",
    }
    event |= changes
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "http://ex.example/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-14T08:00:00.000Z",
        "epcisBody": {"eventList": [{name: one for name, one in event.items() if one is not None}]},
    }


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no time": ({"eventTime": None}, "eventTime", "eventList[0]"),
    "a time without zone": ({"eventTime": "2026-03-14T07:05:00"}, "zone", "eventList[0].eventTime"),
    "no offset": ({"eventTimeZoneOffset": None}, "eventTimeZoneOffset", "eventList[0]"),
    "an offset of words": ({"eventTimeZoneOffset": "Beijing"}, "offset", "eventTimeZoneOffset"),
    "no action": ({"action": None}, "ADD, OBSERVE or DELETE", "action"),
    "an unknown step": ({"bizStep": "recieving"}, "receiving", "bizStep"),
    "an unknown field": ({"epcs": []}, "epcList", "epcs"),
    "no things": ({"epcList": None}, "epcList or quantityList", "eventList[0]"),
    "a list that is none": ({"epcList": "urn:x:y"}, "is a list", "epcList"),
    "an id that is no URI": ({"epcList": ["four wheels"]}, "no URI", "epcList[0]"),
    "a quantity of words": ({"quantityList": [{"epcClass": "urn:x:y", "quantity": "many"}]}, "no number", "quantity"),
    "a unit of words": ({"quantityList": [{"epcClass": "urn:x:y", "quantity": 1, "uom": "pieces"}]}, "unit", "uom"),
    "no class": ({"quantityList": [{"quantity": 1}]}, "epcClass", "quantityList[0]"),
    "a party without type": ({"sourceList": [{"source": "urn:x:y"}]}, "type", "sourceList[0]"),
    "no report": ({"sensorElementList": [{"sensorMetadata": {}}]}, "sensorReport", "sensorElementList[0]"),
    "an unknown kind": ({"type": "ObjectEvents"}, "ObjectEvent", "eventList[0]"),
    "no parent": (
        {"type": "AggregationEvent", "epcList": None, "action": "ADD", "childEPCs": ["urn:x:y"]}, "parentID",
        "[0]",
    ),
    "an output from nothing": (
        {"type": "TransformationEvent", "epcList": None, "action": None, "outputEPCList": ["urn:x:y"]},
        "inputs",
        "eventList[0]",
    ),
    "no transaction": ({"type": "TransactionEvent"}, "bizTransactionList", "eventList[0]"),
    "an empty disposition": ({"persistentDisposition": {}}, "sets or unsets", "persistentDisposition"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_breaks_the_rules_is_refused_with_its_place(case: str) -> None:
    changes, said, where = WRONG[case]
    with pytest.raises(BadInput) as caught:
        read_json(json.dumps(document(**changes)), "sent.json")
    assert said in str(caught.value)
    assert where in str(caught.value)
    assert "sent.json" in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ManyProblems) as caught:
        read_json(json.dumps(document(eventTime="yesterday", action="LOOK", bizStep="recieving")))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "EPCISDocument"),
        ('{"type": "EPCISDocument"}', "@context"),
        ('{"type": "EPCISDocument", "@context": []}', "epcisBody"),
        ('{"type": "EPCISDocument", "@context": [], "epcisBody": {}}', "eventList"),
        ('{"a": NaN}', "NaN"),
        ("[" * (LIMIT_DEPTH + 2) + "]" * (LIMIT_DEPTH + 2), "deeper"),
    ],
)
def test_what_is_no_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_json(text)


HEAD = (
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" '
    'creationDate="2026-03-14T08:00:00Z">'
)
BODY = "<EPCISBody><EventList/></EPCISBody></epcis:EPCISDocument>"


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x PUBLIC "a" "http://a.example/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_dtd_is_refused(before: str) -> None:
    with pytest.raises(BadInput, match=r"DTD|entities"):
        read_xml(before + HEAD + BODY)


def test_a_bare_doctype_says_nothing_and_does_no_harm() -> None:
    assert read_xml("<!DOCTYPE project>" + HEAD + BODY).events == ()


def test_xml_that_is_too_deep_or_too_large_is_refused() -> None:
    with pytest.raises(BadInput, match="deeper"):
        read_xml("<a>" * (LIMIT_DEPTH + 1) + "</a>" * (LIMIT_DEPTH + 1))
    with pytest.raises(BadInput, match="split"):
        read_xml(b" " * (LIMIT_BYTES + 1))


@pytest.mark.parametrize("text", ["", "<a>", "<a/>", "\x00", '<?xml version="1.0" encoding="nonsense"?><a/>'])
def test_what_is_no_epcis_xml_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_xml(text)


def test_a_query_document_keeps_its_name_and_comes_back() -> None:
    given = document()
    results = {"queryName": "SimpleEventQuery", "subscriptionID": "s-1", "resultsBody": given["epcisBody"]}
    asked = {**given, "type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}
    found = read_json(json.dumps(asked))
    assert found.fields["queryName"] == "SimpleEventQuery"
    assert to_object(found) == asked
    back = read_xml(write_xml(found))
    assert back.kind == "EPCISQueryDocument"
    assert back.fields["subscriptionID"] == "s-1"
    assert same(found, back)


def test_sender_and_receiver_go_through_the_header_of_xml() -> None:
    given = {
        **document(),
        "sender": "urn:epc:id:sgln:1.2.0",
        "receiver": "urn:epc:id:sgln:3.4.0",
        "instanceIdentifier": "7",
    }
    back = read_xml(write_xml(read_json(json.dumps(given))))
    assert [back.fields[one] for one in ("sender", "receiver", "instanceIdentifier")] == [
        "urn:epc:id:sgln:1.2.0",
        "urn:epc:id:sgln:3.4.0",
        "7",
    ]


def test_a_prefix_of_an_event_counts_for_this_event() -> None:
    given = document(**{"@context": [{"own": "http://own.example/"}], "own:melt": "H-1", "ex:mould": "M-2"})
    found = read_json(json.dumps(given))
    assert found.events[0].fields["{http://own.example/}melt"] == "H-1"
    assert found.events[0].fields["{http://ex.example/}mould"] == "M-2"
    assert same(found, read_json(write_json(found)))


def test_text_that_xml_has_to_escape_is_kept() -> None:
    given = read_json(json.dumps(document(**{"ex:said": 'a < b & "c" > d', "ex:tree": {"ex:leaf": ["1", "2"]}})))
    assert same(given, read_xml(write_xml(given)))


def test_a_moment_needs_its_zone() -> None:
    assert parsed_time("2026-03-14T15:05:00+08:00").isoformat() == "2026-03-14T07:05:00+00:00"
    for wrong in ("", "2026-03-14", "2026-03-14T15:05:00", "soon", "9999-12-31T23:59:59-14:00"):
        with pytest.raises(BadInput):
            parsed_time(wrong)


def test_documents_that_differ_are_not_the_same() -> None:
    first, second = (read_json(json.dumps(document(bizStep=one))) for one in ("receiving", "shipping"))
    assert not same(first, second)
    assert same(Document("EPCISDocument"), Document("EPCISDocument", origin="xml"))


def test_a_foreign_field_may_be_called_as_a_standard_one() -> None:
    given = read_json(json.dumps(document(**{"ex:own": {"source": {"type": "7"}, "quantity": "8"}})))
    assert same(given, read_xml(write_xml(given)))
