"""The event hash of CBV 2.0, 8.9: equal to the published reference generator, and blind to what must not count."""

import json
from datetime import datetime
from typing import Any

import epcis_examples as examples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.engines.quality.epcis_hash import event_hashes, pre_hashes
from linghang.engines.quality.epcis_json import read_json
from linghang.engines.quality.epcis_keys import canonical_key, check_digit
from linghang.engines.quality.epcis_words import BIZ_STEPS, COMPONENTS, DISPOSITIONS, MEASUREMENTS, TRANSACTION_TYPES
from linghang.engines.quality.epcis_xml import read_xml, write_xml
from linghang.errors import BadInput

REFERENCE_FAILS = {
    # It refuses that a document gives the prefix cbvmda a namespace of its own.
    "JSON/WithFullCombinationOfFields/transformation_event_all_possible_fields.jsonld",
    # It expects a type with every business transaction; the standard does not.
    "XML/Example-TransactionEvent-2020_07_03y.xml",
}


@examples.absent
@pytest.mark.parametrize("name", [*examples.JSON_EXAMPLES, *examples.XML_EXAMPLES])
def test_the_hash_of_an_example_is_that_of_the_reference_generator(name: str) -> None:
    text = examples.content(name).decode()
    is_json = not name.endswith(".xml")
    found = read_json(text) if is_json else read_xml(text)
    if not found.events:
        return
    reference = examples.reference_hashes(text, is_json)
    assert (reference is None) == (name in REFERENCE_FAILS)
    if reference is not None:
        assert pre_hashes(found) == reference[0]
        assert event_hashes(found) == reference[1]


@examples.absent
def test_where_the_reference_refuses_a_prefix_another_prefix_gives_its_hash() -> None:
    name = "JSON/WithFullCombinationOfFields/transformation_event_all_possible_fields.jsonld"
    text = examples.content(name).decode().replace("cbvmda", "mda")
    reference = examples.reference_hashes(text, True)
    assert reference is not None
    assert event_hashes(read_json(text)) == reference[1]


@examples.absent
def test_the_published_examples_of_one_event_have_one_hash() -> None:
    names = [f"XML/WithEventHashID/event_with_identical_hash_id_{one}.xml" for one in (1, 3, 5)]
    assert len({one for name in names for one in event_hashes(read_xml(examples.content(name)))}) == 1


SERIALS = st.text("ABCabc0123456789-_", min_size=1, max_size=8)


@st.composite
def keys(draw: st.DrawFn) -> str:
    prefix = draw(st.integers(6, 12))
    digits = draw(st.text("0123456789", min_size=17, max_size=17))

    def split(total: int) -> str:
        return f"{digits[:prefix]}.{digits[prefix:total]}"

    serial, end = draw(SERIALS), draw(st.sampled_from(["A", "b", "7"]))
    return draw(
        st.sampled_from(
            [
                f"urn:epc:id:sgtin:{split(13)}.{serial}",
                f"urn:epc:class:lgtin:{split(13)}.{serial}",
                f"urn:epc:idpat:sgtin:{split(13)}.*",
                f"urn:epc:id:sgln:{split(12)}.{serial}",
                f"urn:epc:id:sgln:{split(12)}.0",
                f"urn:epc:id:sscc:{split(17)}",
                f"urn:epc:id:grai:{split(12)}.{serial}",
                f"urn:epc:id:giai:{digits[:prefix]}.{serial}",
                f"urn:epc:id:gsrn:{split(17)}",
                f"urn:epc:id:gsrnp:{split(17)}",
                f"urn:epc:id:gdti:{split(12)}.{serial}",
                f"urn:epc:id:sgcn:{split(12)}.{digits[:3]}",
                f"urn:epc:id:cpi:{digits[:prefix]}.PART.{digits[:4]}",
                f"urn:epc:id:itip:{split(13)}.01.02.{serial}",
                f"urn:epc:id:upui:{split(13)}.{serial}",
                f"urn:epc:id:pgln:{split(12)}",
                f"urn:epc:id:gsin:{split(16)}",
                f"urn:epc:id:ginc:{digits[:prefix]}.{serial}",
                f"urn:epc:idpat:itip:{split(13)}.01.02.*",
                f"urn:epc:idpat:grai:{split(12)}.*",
                f"urn:epc:idpat:cpi:{digits[:prefix]}.PART.*",
                f"https://id.gs1.org/01/{digits[:14]}/21/{serial}{end}",
                f"https://id.example.com/01/{digits[:14]}/10/{serial}",
                f"https://id.example.com/gtin/{digits[:13]}/lot/{serial}?17=221231",
                f"https://id.example.com/some/path/01/{digits[:14]}/22/2A/21/{serial}",
                f"https://id.gs1.org/01/{digits[:14]}/10/L1/21/{serial}",
                f"https://id.gs1.org/01/{digits[:8]}",
                f"https://id.gs1.org/01/{digits[:12]}/21/{serial}",
                f"https://id.gs1.org/414/{digits[:13]}/254/{serial}",
                f"https://id.example.com/8003/{digits[:14]}{serial}",
                f"https://id.example.com/8004/{digits[:8]}{serial}",
                f"https://id.example.com/sscc/{digits[:17]}1",
                f"https://id.example.com/417/{digits[:13]}",
                f"https://example.com/not/a/key/{serial}",
                f"urn:uuid:{serial}",
                f"urn:epc:id:sgtin:{digits[:5]}.{digits}.{serial}",
            ]
        )
    )


@given(keys())
@settings(max_examples=400, deadline=None)
def test_a_key_becomes_what_the_reference_generator_makes_of_it(uri: str) -> None:
    from epcis_event_hash_generator.dl_normaliser import normaliser

    assert canonical_key(uri) == normaliser(uri)


@given(st.text("0123456789", min_size=1, max_size=17))
@settings(deadline=None)
def test_a_check_digit_makes_the_weighted_sum_a_multiple_of_ten(digits: str) -> None:
    whole = digits + check_digit(digits)
    assert sum(int(one) * (1, 3)[place % 2] for place, one in enumerate(reversed(whole))) % 10 == 0


NUMBERS = st.one_of(st.integers(0, 10**6), st.floats(0, 1e6, allow_nan=False).map(lambda one: round(one, 3)))
SCALARS = st.one_of(
    SERIALS, NUMBERS, keys(), st.sampled_from(["urn:epcglobal:cbv:bizstep:packing", "007.50", "receiving"])
)
FOREIGN = st.sampled_from(["ex:a", "ex:b", "ot:c", "cbvmda:lotNumber"])
RECORDS = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(
        FOREIGN, st.one_of(inner, st.lists(inner, min_size=1, max_size=3)), min_size=1, max_size=3
    ),
    max_leaves=5,
)
NESTED = st.one_of(RECORDS, st.lists(RECORDS, min_size=1, max_size=3))
"""Foreign values; an array of arrays has no binding in XML, and is not there."""
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}"
)


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


QUANTITY = st.fixed_dictionaries(
    {"epcClass": keys()}, optional={"quantity": NUMBERS, "uom": st.sampled_from(["KGM", "MTR"])}
)
QUANTITIES = st.lists(QUANTITY, min_size=1, max_size=3)
EPCS = st.lists(keys(), min_size=1, max_size=4)
PLACE = st.fixed_dictionaries({"id": keys()}, optional={"ex:door": SERIALS})
PARTIES = st.sampled_from(["owning_party", "possessing_party", "location"])


def party(name: str) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(st.fixed_dictionaries({"type": PARTIES, name: keys()}), min_size=1, max_size=3)


REPORT = optional(
    type=st.sampled_from(sorted(MEASUREMENTS)),
    value=NUMBERS,
    minValue=NUMBERS,
    sDev=NUMBERS,
    uom=st.sampled_from(["CEL", "P1"]),
    component=st.sampled_from(sorted(COMPONENTS)),
    stringValue=SERIALS,
    booleanValue=st.booleans(),
    hexBinaryValue=st.just("f0f0"),
    deviceID=keys(),
    exception=st.just("ALARM_CONDITION"),
    time=MOMENTS.map(lambda at: at + "+02:00"),
    **{"ex:more": SERIALS},
)
META = optional(
    time=MOMENTS.map(lambda at: at + "Z"),
    startTime=MOMENTS.map(lambda at: at + "-05:00"),
    deviceID=keys(),
    bizRules=keys(),
    **{"ex:more": SERIALS},
)
SENSED = st.fixed_dictionaries(
    {"sensorReport": st.lists(REPORT, min_size=1, max_size=3)},
    optional={"sensorMetadata": META, "ex:own": NESTED, "ot:own": SCALARS},
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "eventID": st.just("urn:uuid:1"),
    "recordTime": MOMENTS.map(lambda at: at + "Z"),
    "certificationInfo": keys(),
    "bizStep": st.sampled_from(sorted(BIZ_STEPS)),
    "disposition": st.sampled_from(sorted(DISPOSITIONS)),
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "bizTransactionList": st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(sorted(TRANSACTION_TYPES)), "bizTransaction": keys()}),
        min_size=1,
    ).map(lambda found: found[:3]),
    "sourceList": party("source"),
    "destinationList": party("destination"),
    "sensorElementList": st.lists(SENSED, min_size=1, max_size=2),
    "persistentDisposition": st.fixed_dictionaries(
        {"set": st.lists(st.sampled_from(sorted(DISPOSITIONS)), min_size=1, max_size=3, unique=True)}
    ),
    "ex:own": NESTED,
    "ot:own": NESTED,
    "ex:someList": st.lists(SERIALS, min_size=1, max_size=2),
}
ILMD = {"ilmd": st.dictionaries(st.sampled_from(["ex:melt", "cbvmda:lotNumber"]), NESTED, min_size=1, max_size=2)}
ACTION = {"action": st.sampled_from(["ADD", "OBSERVE", "DELETE"])}


def event(kind: str, needed: dict[str, Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    head = {
        "type": st.just(kind),
        "eventTime": MOMENTS.map(lambda at: at + "+08:00"),
        "eventTimeZoneOffset": st.just("+08:00"),
    }
    rest = {name: one for name, one in (COMMON | more).items() if name not in needed}
    return st.fixed_dictionaries(head | needed, optional=rest)


EVENTS = st.one_of(
    event("ObjectEvent", ACTION | {"epcList": EPCS}, quantityList=QUANTITIES, **ILMD),
    event("AggregationEvent", ACTION | {"parentID": keys(), "childEPCs": EPCS}, childQuantityList=QUANTITIES),
    event("AssociationEvent", ACTION | {"parentID": keys(), "childEPCs": EPCS}, childQuantityList=QUANTITIES),
    event(
        "TransactionEvent",
        ACTION | {"epcList": EPCS, "bizTransactionList": COMMON["bizTransactionList"]},
        quantityList=QUANTITIES,
    ),
    event(
        "TransformationEvent",
        {"inputEPCList": EPCS, "outputEPCList": EPCS},
        inputQuantityList=QUANTITIES,
        outputQuantityList=QUANTITIES,
        transformationID=keys(),
        **ILMD,
    ),
)


def wrapped(events: list[dict[str, Any]]) -> str:
    spaces = [{"ex": "http://ex.example/ns/"}, {"ot": "http://ot.example/ns"}]
    return json.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", *spaces],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-14T08:00:00Z",
            "epcisBody": {"eventList": events},
        }
    )


@pytest.mark.slow
@given(st.lists(EVENTS, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_hash_of_any_event_is_that_of_the_reference_generator(events: list[dict[str, Any]]) -> None:
    text = wrapped(events)
    reference = examples.reference_hashes(text, True)
    assert reference is not None
    assert pre_hashes(read_json(text)) == reference[0]
    assert event_hashes(read_json(text)) == reference[1]


@pytest.mark.slow
@given(st.lists(EVENTS, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_so_is_its_hash_as_xml(events: list[dict[str, Any]]) -> None:
    written = write_xml(read_json(wrapped(events))).decode()
    reference = examples.reference_hashes(written.replace('<?xml version="1.0" encoding="UTF-8"?>\n', ""), False)
    assert reference is not None
    assert pre_hashes(read_xml(written)) == reference[0]
    assert event_hashes(read_xml(written)) == reference[1]


PLAIN = {
    "type": "ObjectEvent",
    "eventTime": "2026-03-14T15:05:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": ["urn:epc:id:sgtin:0614141.107346.2018", "urn:epc:id:sgtin:0614141.107346.2017"],
    "action": "OBSERVE",
    "bizStep": "receiving",
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200, "uom": "KGM"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2026-03-14T07:05:00Z"},
        {"eventID": "urn:uuid:7", "recordTime": "2026-03-15T00:00:00Z"},
        {"epcList": PLAIN["epcList"][::-1]},
        {"epcList": ["https://id.gs1.org/01/10614141073464/21/2018", "https://gs1.example/gtin/10614141073464/ser/2017?a=b"]},
        {"bizStep": "urn:epcglobal:cbv:bizstep:receiving"},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-receiving"},
        {"quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200.0, "uom": "KGM"}]},
    ],
)  # fmt: skip
def test_what_is_said_in_another_way_has_the_same_hash(change: dict[str, Any]) -> None:
    assert event_hashes(read_json(wrapped([PLAIN]))) == event_hashes(read_json(wrapped([{**PLAIN, **change}])))


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2026-03-14T07:05:00.001Z"},
        {"bizStep": "shipping"},
        {"epcList": PLAIN["epcList"][:1]},
        {"action": "ADD"},
        {"ex:melt": "H-1"},
    ],
)
def test_what_is_another_thing_has_another_hash(change: dict[str, Any]) -> None:
    assert event_hashes(read_json(wrapped([PLAIN]))) != event_hashes(read_json(wrapped([{**PLAIN, **change}])))


def test_a_fraction_that_rounds_up_to_a_second_is_carried_over() -> None:
    given = [{**PLAIN, "eventTime": f"2026-03-14T07:05:{one}Z"} for one in ("59.999900", "59.9999")]
    assert all("07:06:00.000Z" in one for one in pre_hashes(read_json(wrapped(given))))


def test_other_algorithms_say_their_name_and_unknown_ones_are_refused() -> None:
    found = read_json(wrapped([PLAIN]))
    for name, length in (("sha-256", 64), ("sha3-256", 64), ("sha-384", 96), ("sha-512", 128)):
        (said,) = event_hashes(found, name)  # type: ignore[arg-type]
        assert said.startswith(f"ni:///{name};")
        assert len(said) == len(f"ni:///{name};") + length + len("?ver=CBV2.0")
    with pytest.raises(BadInput):
        event_hashes(found, "md5")  # type: ignore[arg-type]
