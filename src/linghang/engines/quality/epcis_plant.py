"""The plant's lots as EPCIS events, and captured events as lots and genealogy.

A bought lot is an ObjectEvent “receiving” with its supplier; a lot made of others a TransformationEvent with its
inputs, its job as a transaction, and its heat. Deliveries of the records name no lots, so no event claims that a lot
was shipped. Every event carries its event hash as eventID: the same record always gives the same event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote, unquote

import numpy as np

from linghang.engines.quality.epcis_hash import event_hash
from linghang.engines.quality.epcis_keys import canonical_key, check_digit
from linghang.engines.quality.epcis_model import Document, Event, known_kinds
from linghang.engines.quality.genealogy import Ints
from linghang.engines.quality.traceability_lots import MADE_HERE, Lots
from linghang.errors import BadInput

OWN = "https://linghang.example/epcis/"
"""Namespace of our own fields; `.example` can belong to nobody."""
NAMESPACES: Mapping[str, str] = {"linghang": OWN}
UNITS: Mapping[str, str] = {"kg": "KGM", "t": "TNE", "g": "GRM", "m": "MTR", "L": "LTR", "m²": "MTK", "m³": "MTQ"}
"""Units of materials -> codes of UN/ECE Recommendation 20; pieces are counted and have none (EPCIS 2.0, 7.3.3.3)."""
INPUTS, OUTPUTS = ("inputEPCList", "inputQuantityList"), ("outputEPCList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class Names:
    """How things are called outside the plant.

    Attributes
    ----------
    base
        What stands before the plant's own names: a web address of the company or a URN.
    gtins
        Material -> GTIN-14; lots of these materials get a GS1 Digital Link.
    """

    base: str = "urn:linghang:"
    gtins: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if ":" not in self.base or any(one in self.base for one in ' <>"'):
            raise BadInput("“{value}” is no beginning of a URI; write it as https://id.example.cn/", value=self.base)
        for material, gtin in self.gtins.items():
            if len(gtin) != 14 or not gtin.isdigit() or check_digit(gtin[:-1]) != gtin[-1]:
                raise BadInput("{gtin} of {material} is no GTIN of 14 digits", gtin=gtin, material=material)

    def lot(self, name: str, material: str) -> str:
        """Return the URI of a lot."""
        if material in self.gtins and len(name) <= 20:
            return f"https://id.gs1.org/01/{self.gtins[material]}/10/{quote(name, safe='')}"
        return self.other("lot", name)

    def other(self, kind: str, name: str) -> str:
        """Return the URI of a machine, a job, a supplier."""
        between = ":" if self.base.startswith("urn:") else "/"
        return f"{self.base}{kind}{between}{quote(name, safe='')}"

    def plain(self, uri: str) -> str:
        """Return what a URI names: the plant's own name where it is one, the canonical URI otherwise."""
        for start in (f"{self.base}lot:", f"{self.base}lot/"):
            if uri.startswith(start):
                return unquote(uri[len(start) :])
        found = canonical_key(uri) or uri
        for gtin in self.gtins.values():
            start = f"https://id.gs1.org/01/{gtin}/10/"
            if found.startswith(start):
                return unquote(found[len(start) :])
        return found


def events_of(lots: Lots, places: Ints, names: Names) -> list[Event]:
    """Return the events of lots, oldest first, each with its hash as eventID.

    Lots without a day have no event: an event needs its moment, and none is invented.
    """
    begun = _moments(lots)
    found: list[tuple[datetime, Event]] = []
    for place in np.sort(places).tolist():
        at = begun.get(place) or _noon(lots, place)
        if at is None:
            continue
        fields = _common(at, lots)
        parents = lots.graph.up_edge[lots.graph.up_start[place] : lots.graph.up_start[place + 1]]
        if len(parents):
            found.append((at, Event("TransformationEvent", fields | _made(lots, place, parents, names))))
        else:
            found.append((at, Event("ObjectEvent", fields | _bought(lots, place, names))))
    found.sort(key=lambda one: (one[0], repr(one[1].fields)))
    return [replace(one, fields=_with_id(one)) for _, one in found]


def document_of(events: Iterable[Event], made_at: datetime) -> Document:
    """Return a capture document of events."""
    fields = {"schemaVersion": "2.0", "creationDate": _stamp(made_at)}
    return Document("EPCISDocument", tuple(events), fields, NAMESPACES)


def _with_id(event: Event) -> dict[str, Any]:
    fields = dict(event.fields)
    head = {name: fields.pop(name) for name in ("eventTime", "eventTimeZoneOffset")}
    return {**head, "eventID": event_hash(event, NAMESPACES), **fields}


def _common(at: datetime, lots: Lots) -> dict[str, Any]:
    offset = f"{at.astimezone(lots.zone):%z}"
    return {"eventTime": _stamp(at), "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:5]}"}


def _stamp(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _quantity(lots: Lots, place: int, amount: float, names: Names) -> dict[str, Any]:
    material = str(lots.material[place])
    found: dict[str, Any] = {"epcClass": names.lot(lots.graph.ids[place].as_py(), material)}
    if amount == amount and amount >= 0:
        found["quantity"] = int(amount) if float(amount).is_integer() else float(amount)
        if str(lots.unit[place]) in UNITS:
            found["uom"] = UNITS[str(lots.unit[place])]
    return found


def _bought(lots: Lots, place: int, names: Names) -> dict[str, Any]:
    made = lots.kind[place] in MADE_HERE
    found: dict[str, Any] = {
        "action": "ADD" if made else "OBSERVE",
        "bizStep": "commissioning" if made else "receiving",
        "disposition": "active" if made else "in_progress",
        "quantityList": [_quantity(lots, place, float(lots.quantity[place]), names)],
    }
    if lots.supplier[place]:
        party = names.other("supplier", str(lots.supplier[place]))
        found["sourceList"] = [{"type": "owning_party", "source": party}]
    return found | _own(lots, place)


def _made(lots: Lots, place: int, edges: Ints, names: Names) -> dict[str, Any]:
    graph = lots.graph
    found: dict[str, Any] = {
        "inputQuantityList": [
            _quantity(lots, int(graph.parent[one]), float(graph.quantity[one]), names) for one in edges
        ],
        "outputQuantityList": [_quantity(lots, place, float(lots.quantity[place]), names)],
        "bizStep": "commissioning",
        "disposition": "active",
    }
    if lots.job[place]:
        job = names.other("job", str(lots.job[place]))
        found["bizTransactionList"] = [{"type": "prodorder", "bizTransaction": job}]
    return found | _own(lots, place)


def _own(lots: Lots, place: int) -> dict[str, Any]:
    said = {"material": lots.material[place], "heat": lots.heat[place], "unit": lots.unit[place]}
    return {f"{{{OWN}}}{name}": str(value) for name, value in said.items() if value}


def _moments(lots: Lots) -> dict[int, datetime]:
    """Return when lots came off the machine that surely made them."""
    actual, response = lots.tables["material_actual"], lots.tables["job_response"]
    wanted = {
        row["response_id"]: row["lot_id"]
        for row in actual.filter(actual["lot_id"].is_valid()).to_pylist()
        if row["direction"] == "produced"
    }
    ends = zip(response["response_id"].to_pylist(), response["end"].to_pylist(), strict=True)
    known = {wanted[one]: at for one, at in ends if at is not None and one in wanted}
    return {place: at for name, at in known.items() for place in lots.graph.places([name]).tolist()}


def _noon(lots: Lots, place: int) -> datetime | None:
    """Return noon of the day on which a lot was made: a day is all that is known, and noon is least wrong."""
    day = lots.day_of(place)
    return None if day is None else datetime.combine(day, time(12), lots.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Captured:
    """What documents say of lots, in the shape of the records.

    Attributes
    ----------
    lots
        Rows `lot_id, material_id, quantity, unit, made_at, supplier_id, heat`.
    links
        Rows `parent_lot_id, child_lot_id, quantity, unit, at`.
    """

    lots: list[dict[str, Any]]
    links: list[dict[str, Any]]


def captured(documents: Iterable[Document], names: Names) -> Captured:
    """Read lots and genealogy out of events.

    A transformation joins each of its inputs to each of its outputs; what one input gave to one output is known only
    where there is one output. Events of one transformationID belong together. An aggregation joins the parts to the
    whole. Events that a later one declares to be wrong are left out, and events of the same eventID count once.
    """
    events = [one for document in documents for one in known_kinds(document.events)]
    events = [one for one in _once(events) if "errorDeclaration" not in one.fields]
    lots: dict[str, dict[str, Any]] = {}
    links: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        for uri, amount, unit in _things(event, *OUTPUTS, "epcList", "quantityList"):
            _note(lots, names.plain(uri), event, amount, unit)
    for parts in _transformations(events):
        used = [one for event in parts for one in _things(event, *INPUTS)]
        made = [one for event in parts for one in _things(event, *OUTPUTS)]
        for uri, amount, unit in used:
            for other, _, _ in made:
                _link(links, names.plain(uri), names.plain(other), amount if len(made) == 1 else None, unit, parts[0])
    for event in events:
        if event.kind in ("AggregationEvent", "AssociationEvent") and event.fields.get("action") == "ADD":
            for uri, amount, unit in _things(event, "childEPCs", "childQuantityList"):
                _link(links, names.plain(uri), names.plain(str(event.fields["parentID"])), amount, unit, event)
    for link in links.values():
        for end in ("parent_lot_id", "child_lot_id"):
            lots.setdefault(link[end], _lot(link[end]))
    return Captured([lots[one] for one in sorted(lots)], [links[one] for one in sorted(links)])


def _once(events: Iterable[Event]) -> list[Event]:
    """Return the events, of those with one eventID the one that is declared wrong, or else the last."""
    found: dict[Any, Event] = {}
    for number, event in enumerate(events):
        key = event.fields.get("eventID", number)
        if key not in found or "errorDeclaration" not in found[key].fields:
            found[key] = event
    return list(found.values())


def _things(event: Event, *lists: str) -> list[tuple[str, float | None, str]]:
    counted = [name for name in lists if "uantity" in name]
    single = [(one, 1.0, "") for one in event.epcs(*(name for name in lists if name not in counted))]
    return single + event.quantities(*counted)


def _transformations(events: Iterable[Event]) -> list[list[Event]]:
    groups: dict[Any, list[Event]] = {}
    for number, event in enumerate(events):
        if event.kind == "TransformationEvent":
            groups.setdefault(event.fields.get("transformationID", number), []).append(event)
    return list(groups.values())


def _lot(name: str) -> dict[str, Any]:
    columns = ("material_id", "quantity", "unit", "made_at", "supplier_id", "heat")
    return {"lot_id": name, **dict.fromkeys(columns)}


def _note(lots: dict[str, dict[str, Any]], name: str, event: Event, amount: float | None, unit: str) -> None:
    """Keep what an event says of a lot: the first one that does."""
    lot = lots.setdefault(name, _lot(name))
    owners = [one["source"] for one in event.fields.get("sourceList", ()) if str(one["type"]).endswith("owning_party")]
    said = {
        "material_id": event.fields.get(f"{{{OWN}}}material"),
        "quantity": amount,
        "unit": event.fields.get(f"{{{OWN}}}unit") or unit or None,
        "made_at": event.at,
        "supplier_id": str(owners[0]).rpartition("supplier")[2].lstrip(":/") if owners else None,
        "heat": event.fields.get(f"{{{OWN}}}heat"),
    }
    for column, value in said.items():
        if lot[column] is None and value is not None:
            lot[column] = value


def _link(
    links: dict[tuple[str, str], dict[str, Any]], used: str, made: str, amount: float | None, unit: str, event: Event
) -> None:
    row = links.setdefault(
        (used, made),
        {"parent_lot_id": used, "child_lot_id": made, "quantity": amount, "unit": unit or None, "at": event.at},
    )
    if row["at"] != event.at and amount is not None and row["quantity"] is not None:
        row["quantity"] += amount
