"""Traceability: recall over a million links beside DuckDB, EPCIS documents and hashes beside the reference generator.

`python -m bench.engine_traceability [rounds]`. The bar of the recall is 50 ms after the graph is built; no figure is
published for it, so the same question is asked of DuckDB as a recursive query over the same links.
"""

import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from linghang.engines.quality.epcis_hash import event_hashes
from linghang.engines.quality.epcis_json import read_json, write_json
from linghang.engines.quality.epcis_model import Document, Event
from linghang.engines.quality.epcis_xml import read_xml, write_xml
from linghang.engines.quality.genealogy import Genealogy, genealogy, likely_causes, reached

if TYPE_CHECKING:
    from bench.__main__ import Bench

LINKS = 1_000_000
LOTS = 600_000
AHEAD = 20_000
"""A lot goes into lots made at most so many later: a plant's work in progress."""
EVENTS = 500

QUERY = """
with recursive down(lot) as (
    select unnest(?::varchar[]) union select link.child from link join down on link.parent = down.lot
) select count(*) from down
"""


def links(seed: int = 7) -> pa.Table:
    """Return a million links between 600,000 lots that lead forward in time."""
    rng = np.random.default_rng(seed)
    parent = rng.integers(0, LOTS, LINKS)
    child = np.minimum(parent + rng.integers(1, AHEAD, LINKS), LOTS)
    names = pa.array([f"LOT-{one:07d}" for one in range(LOTS + 1)])
    return pa.table({"parent": names.take(pa.array(parent)), "child": names.take(pa.array(child))})


def run(bench: "Bench") -> None:
    """Ask three recalls of both, the widest first; then read, write and hash events."""
    import duckdb

    table = links()
    start = time.process_time()
    graph = genealogy(table["parent"], table["child"]).warm()
    built = time.process_time() - start
    bench.console.print(f"graph of {LINKS:,} links built in {built * 1e3:.0f} ms of the processor, once")
    base = duckdb.connect()
    base.execute("set threads = 2")
    base.register("arrow", table)
    base.execute("create table link as select * from arrow")
    for suspects in (["LOT-0300000"], ["LOT-0590000", "LOT-0580001"], ["LOT-0000001"]):
        _recall(bench, graph, base, suspects)
    places, steps = reached(graph, graph.places(["LOT-0300000"]))
    bad = places[steps == 2][:12]
    (seconds,) = bench.race(lambda: likely_causes(graph, bad))
    bench.row(f"common cause of {len(bad)} bad lots", seconds, None, 5000)
    _documents(bench)


def _recall(bench: "Bench", graph: Genealogy, base: Any, suspects: list[str]) -> None:
    def ours() -> int:
        return len(reached(graph, graph.places(suspects))[0])

    def duck() -> int:
        return int(base.execute(QUERY, [suspects]).fetchone()[0])

    touched = ours()
    assert touched == duck(), "DuckDB answers differently"
    mine, theirs = bench.race(ours, duck)
    start = time.process_time()
    for _ in range(10):
        ours()
    spent = (time.process_time() - start) * 100
    bench.console.print(f"{touched:,} lots: {spent:.1f} ms of the processor, mean of ten")
    bench.row(f"recall of {len(suspects)} among {LINKS:,} links: {touched:,} lots; DuckDB recursive", mine, theirs, 50)


def _events() -> Document:
    def event(number: int) -> Event:
        lots = [f"urn:epc:class:lgtin:4012345.012345.L{number}-{one}" for one in range(3)]
        return Event(
            "TransformationEvent",
            {
                "eventTime": f"2026-03-14T{number % 24:02d}:05:00.000Z",
                "eventTimeZoneOffset": "+08:00",
                "inputQuantityList": [{"epcClass": one, "quantity": 12.5, "uom": "KGM"} for one in lots[:2]],
                "outputQuantityList": [{"epcClass": lots[2], "quantity": number}],
                "bizStep": "commissioning",
                "bizTransactionList": [{"type": "prodorder", "bizTransaction": f"urn:plant:job:{number}"}],
            },
        )

    fields = {"schemaVersion": "2.0", "creationDate": "2026-03-14T08:00:00Z"}
    return Document("EPCISDocument", tuple(event(one) for one in range(EVENTS)), fields)


def _documents(bench: "Bench") -> None:
    document = _events()
    text, tree = write_json(document), write_xml(document)
    found, reference = read_json(text), _reference()
    assert event_hashes(found) == reference(text.decode()), "the reference generator gives other hashes"
    mine, theirs = bench.race(lambda: event_hashes(read_json(text)), lambda: reference(text.decode()))
    bench.row(f"{EVENTS} events of JSON read and hashed; epcis-event-hash-generator", mine, theirs, 1000)
    json_s, xml_s = bench.race(lambda: write_json(read_json(text)), lambda: write_xml(read_xml(tree)))
    bench.row(f"{EVENTS} events of JSON read, checked and written", json_s, None, 1000)
    bench.row(f"{EVENTS} events of XML read, checked and written", xml_s, None, 1000)


def _reference() -> Any:
    import logging

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from epcis_event_hash_generator import hash_generator, json_to_py
    logging.getLogger().setLevel(logging.CRITICAL)

    def hashes(text: str) -> list[str]:
        found: list[str] = hash_generator.epcis_hashes_from_events(json_to_py.event_list_from_epcis_document_str(text))
        return found

    return hashes


if __name__ == "__main__":
    from bench.__main__ import Bench

    table = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    run(table)
    table.console.print(table.table)
