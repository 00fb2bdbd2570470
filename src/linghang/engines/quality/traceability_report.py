"""Tables, charts and sentences of the traceability engine."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.engines.charts import AnyChart, Axis, Chart, Edge, Graph, Node, Series
from linghang.engines.contract import ResultTable
from linghang.engines.quality.epcis_hash import event_hashes
from linghang.engines.quality.epcis_json import to_object
from linghang.engines.quality.epcis_model import Document, Event
from linghang.engines.quality.epcis_plant import NAMESPACES, Captured
from linghang.engines.quality.genealogy import Cause, Flags, Floats, Ints, edges_within, shares
from linghang.engines.quality.recall import CONTAINED, SHIPPED, Left, Suspects, left, made_for, recipients
from linghang.engines.quality.traceability_lots import Lots
from linghang.engines.quality.traceability_state import Radius, Traced
from linghang.engines.quality.traceability_titles import clean, table
from linghang.words import Text

Way = tuple[Ints, Ints]
KINDS: Mapping[str, Text] = {
    "lot": Text("外购批次", "Bought lots"),
    "heat": Text("炉次", "Heats"),
    "supplier": Text("供应商", "Suppliers"),
    "equipment": Text("设备", "Machines"),
}


_TEXT, _NUMBER, _WHOLE, _DAY = pa.string(), pa.float64(), pa.int64(), pa.date32()
_LOT = (
    ("lot_id", _TEXT),
    ("material_id", _TEXT),
    ("quantity", _NUMBER),
    ("unit", _TEXT),
    ("mass_kg", _NUMBER),
    ("made_on", _DAY),
    ("supplier_id", _TEXT),
    ("heat", _TEXT),
    ("job_id", _TEXT),
)


def _lot_row(lots: Lots, place: int) -> dict[str, Any]:
    return {
        "lot_id": lots.graph.ids[place].as_py(),
        "material_id": lots.material[place],
        "quantity": lots.quantity[place],
        "unit": lots.unit[place],
        "mass_kg": lots.mass_kg[place],
        "made_on": lots.day_of(place),
        "supplier_id": lots.supplier[place],
        "heat": lots.heat[place],
        "job_id": lots.job[place],
    }


def state_tables(
    lots: Lots,
    goods: Flags,
    state: Traced,
    wrong: Sequence[Mapping[str, Any]],
    masses: Sequence[Mapping[str, Any]],
    greatest: Sequence[Radius],
) -> dict[str, ResultTable]:
    """Return the tables of the state of traceability."""
    ends = [
        {**_lot_row(lots, place), "kind": reason}
        for place, reason in sorted(state.why.items(), key=lambda one: (one[1], one[0]))
    ]
    rows = [
        {"kind": one.kind, "id": one.id, "lots": one.lots, "mass_kg": one.mass_kg, "share": one.share}
        for one in greatest
    ]
    counts_of = [(name, _WHOLE) for name in ("lots", "traced", "with_gap", "unknown")]
    mass_columns = [(name, _NUMBER) for name in ("input_kg", "output_kg", "output_share", "used_share")]
    return {
        "traced": table(
            Text("成品批次可追溯性", "Traceability of finished lots"),
            _per_material(lots, goods, state),
            [("material_id", _TEXT), *counts_of],
        ),
        "ends": table(
            Text("追溯断点（全部记录）", "Ends of the ways back (all records)"), ends, [("kind", _TEXT), *_LOT]
        ),
        "faults": table(
            Text("谱系数据问题", "Faults of the records"),
            wrong,
            [("kind", _TEXT), ("lot", _TEXT), ("other", _TEXT), ("stated", _NUMBER), ("found", _NUMBER)],
        ),
        "balance": table(
            Text("物料平衡", "Mass balance"),
            masses,
            [("material_id", _TEXT), ("lots", _WHOLE), ("lots_with_known_masses", _WHOLE), *mass_columns],
        ),
        "blast_radius": table(
            Text("影响面", "Blast radius"),
            rows,
            [("kind", _TEXT), ("id", _TEXT), ("lots", _WHOLE), ("mass_kg", _NUMBER), ("share", _NUMBER)],
        ),
    }


def _per_material(lots: Lots, goods: Flags, state: Traced) -> list[dict[str, Any]]:
    per: list[dict[str, Any]] = []
    for material in sorted(set(lots.material[goods].tolist())):
        mine = goods & (lots.material == material)
        counts = [int((mine & flags).sum()) for flags in (state.clear(), state.gap, state.open)]
        names = ("traced", "with_gap", "unknown")
        per.append({"material_id": material, "lots": int(mine.sum()), **dict(zip(names, counts, strict=True))})
    return per


def state_charts(
    greatest: Sequence[Radius], masses: Sequence[tuple[str, str, float]], shown: int
) -> tuple[AnyChart, ...]:
    """Return bars of blast radii and the flow of masses."""
    charts: list[AnyChart] = []
    for kind in ("lot", "supplier", "equipment", "heat"):
        found = [one for one in greatest if one.kind == kind][: min(shown, 20)]
        if found:
            title = Text(f"影响面：{KINDS[kind].zh}", f"Blast radius: {KINDS[kind].en}")
            bars = Series(
                Text("占成品质量", "Share of finished mass"),
                [one.id for one in found],
                [100 * one.share for one in found],
                "bar",
            )
            x, y = Axis(KINDS[kind], kind="category"), Axis(Text("占成品质量", "Share of finished mass"), "%")
            charts.append(Chart(f"blast_{kind}", title, x, y, (bars,)))
    if masses:
        ids = sorted({one for first, last, _ in masses for one in (first, last)})
        nodes = [Node(one, one) for one in ids]
        edges = [Edge(first, last, round(amount, 3)) for first, last, amount in masses]
        charts.append(Graph("mass_flow", Text("批次间的质量流", "Flow of mass between lots"), nodes, edges, "kg"))
    return tuple(charts)


def state_finding(clear: int, unsure: int, whole: int, wrong: int, widest: Radius | None) -> Text:
    """Say the state of traceability in one sentence."""
    if not whole:
        return Text(
            f"时段内没有成品批次；批次记录中发现{wrong}处数据问题",
            f"The window has no finished lots; the records of lots have {wrong} faults",
        )
    zh = (
        f"{whole}个成品批次中{clear}个可无断点追溯到有供应商的原材料批次，{unsure}个不能判定；发现{wrong}处谱系数据问题"
    )
    en = (
        f"{clear} of {whole} finished lots lead back without a gap to raw-material lots with their supplier, "
        f"{unsure} cannot be told; the records have {wrong} faults"
    )
    if widest is not None:
        zh += f"；影响面最大的外购批次{widest.id}涉及{widest.share:.1%}的成品"
        en += f"; the widest bought lot {widest.id} touches {widest.share:.1%} of the finished goods"
    return Text(zh, en)


def suspects_table(lots: Lots, suspects: Suspects) -> ResultTable:
    """Return the suspect lots."""
    rows = [
        {**_lot_row(lots, place), "certain": bool(certain)}
        for place, certain in zip(suspects.places.tolist(), suspects.certain, strict=True)
    ]
    return table(Text("可疑批次", "Suspect lots"), rows, [*_LOT, ("certain", pa.bool_())])


def nothing_suspect(missing: Sequence[str]) -> Text:
    """Say that the records have no lot of the suspicion."""
    zh = f"；记录中没有：{'、'.join(missing)}" if missing else ""
    en = f"; not in the records: {', '.join(missing)}" if missing else ""
    return Text(f"没有批次符合所给的可疑条件{zh}", f"No lot fits the suspicion{en}")


@dataclass(frozen=True)
class Recall:
    """Finished lots that a suspicion touches.

    Attributes
    ----------
    places
        Their places.
    where
        What has left the plant.
    status
        contained, shipped or unknown, one a lot.
    share
        Which part of their input stems from suspect lots; NaN where masses are not known.
    """

    places: Ints
    where: Left
    status: list[str]
    share: Floats


def recall_of(lots: Lots, suspects: Suspects, down: Way) -> Recall:
    """Look where the finished lots downstream of the suspects are."""
    places = np.sort(down[0][lots.finished[down[0]]])
    where = left(lots, places)
    reached_places, share = shares(lots.graph, suspects.places, lots.edge_mass)
    at = np.full(len(lots.graph), np.nan)
    at[reached_places] = share
    return Recall(places, where, where.status(lots.quantity[places]), at[places])


def recall_tables(lots: Lots, recall: Recall, down: Way) -> dict[str, ResultTable]:
    """Return the recall list, who got the products, and the genealogy downstream."""
    customers = made_for(lots.tables)
    rows = [
        {
            **_lot_row(lots, place),
            "status": recall.status[row],
            "least_shipped": recall.where.least[row],
            "most_shipped": recall.where.most[row],
            "likely_shipped": recall.where.likely[row],
            "suspect_share": recall.share[row],
            "made_for": customers.get(str(lots.job[place])),
        }
        for row, place in enumerate(recall.places.tolist())
    ]
    numbers = [(name, _NUMBER) for name in ("least_shipped", "most_shipped", "likely_shipped", "suspect_share")]
    got = [("customer_id", _TEXT), ("customer", _TEXT), ("material_id", _TEXT), ("unit", _TEXT), ("deliveries", _WHOLE)]
    return {
        "recall": table(
            Text("召回清单", "Recall list"), rows, [*_LOT, ("status", _TEXT), *numbers, ("made_for", _TEXT)]
        ),
        "recipients": table(
            Text("自首个可疑批次起收到同一产品的客户", "Customers who got the products since the first suspect lot"),
            recipients(lots, recall.places),
            [*got, ("delivered_quantity", _NUMBER), ("first_on", _DAY), ("last_on", _DAY)],
        ),
        "downstream": way_table(lots, down, Text("下游谱系", "Downstream genealogy")),
    }


def way_table(lots: Lots, way: Way, title: Text) -> ResultTable:
    """Return the lots of a way with their machines."""
    sure, maybe = _machines(lots, way[0])
    rows = [
        {
            "steps": int(step),
            **_lot_row(lots, place),
            "equipment": ", ".join(sorted(sure.get(place, ()))),
            "possible_equipment": ", ".join(sorted(maybe.get(place, set()) - sure.get(place, set()))),
        }
        for place, step in zip(way[0].tolist(), way[1].tolist(), strict=True)
    ]
    return table(title, rows, [("steps", _WHOLE), *_LOT, ("equipment", _TEXT), ("possible_equipment", _TEXT)])


def _machines(lots: Lots, places: Ints) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    wanted = np.zeros(len(lots.graph), bool)
    wanted[places] = True
    used = lots.used
    here = np.flatnonzero(wanted[used.lot])
    found: tuple[dict[int, set[str]], dict[int, set[str]]] = ({}, {})
    for row in here.tolist():
        found[0 if used.certain[row] else 1].setdefault(int(used.lot[row]), set()).add(str(used.equipment[row]))
    return found


def recall_finding(lots: Lots, suspects: Suspects, recall: Recall, up: Way | None) -> Text:
    """Say in one sentence what has to be held, and what may have left."""
    shipped, held = (sum(one == word for one in recall.status) for word in (SHIPPED, CONTAINED))
    mass = float(np.nansum(lots.mass_kg[recall.places])) / 1000
    possible, open_ = int((~suspects.certain).sum()), len(recall.places) - held - shipped
    with np.errstate(invalid="ignore", divide="ignore"):
        piece = lots.mass_kg[recall.places] / lots.quantity[recall.places]
    gone = float(np.nansum(recall.where.likely * piece)) / 1000
    zh = (
        f"{len(suspects.places)}个可疑批次（其中{possible}个只能确定到工单）涉及{len(recall.places)}个成品批次、"
        f"{mass:.1f}吨：{held}个在厂，{shipped}个已出厂，{open_}个记录不能判定（按先进先出推算共{gone:.1f}吨已出厂）"
    )
    en = (
        f"{len(suspects.places)} suspect lots ({possible} known by their job only) touch {len(recall.places)} finished "
        f"lots of {mass:.1f} t: {held} contained, {shipped} shipped, "
        f"{open_} cannot be told (by first in, first out {gone:.1f} t of all have left)"
    )
    if up is not None:
        zh, en = (
            zh + f"；上游{len(up[0]) - len(suspects.places)}个批次",
            en + f"; {len(up[0]) - len(suspects.places)} upstream",
        )
    return Text(zh, en)


def origin_finding(lots: Lots, suspects: Suspects, up: Way | None) -> Text:
    """Say in one sentence where the suspects come from."""
    places = up[0] if up is not None else suspects.places
    suppliers = sorted(set(lots.supplier[places].tolist()) - {""})
    above = len(places) - len(suspects.places)
    zh = f"{len(suspects.places)}个可疑批次由{above}个上游批次制成，供应商：{'、'.join(suppliers) or '未知'}"
    said = ", ".join(suppliers) or "unknown"
    en = f"{len(suspects.places)} suspect lots stem from {above} lots upstream, suppliers: {said}"
    return Text(zh, en)


def causes_table(causes: Sequence[Cause]) -> ResultTable:
    """Return what explains the suspect lots."""
    rows = [
        {
            "kind": one.kind,
            "names": ", ".join(one.names),
            "explained": one.explained,
            "of": one.of,
            "touched": one.touched,
        }
        for one in causes
    ]
    columns = [("kind", _TEXT), ("names", _TEXT), ("explained", _WHOLE), ("of", _WHOLE), ("touched", _WHOLE)]
    return table(Text("可能的共同原因", "Likely common causes"), rows, columns)


def recall_charts(lots: Lots, seeds: Ints, down: Way | None, up: Way | None, shown: int) -> tuple[AnyChart, ...]:
    """Return the genealogy around the suspects: the nearest lots, at most `shown`."""
    order = sorted(
        {
            (int(step), int(place))
            for way in (down, up)
            if way is not None
            for place, step in zip(way[0].tolist(), way[1].tolist(), strict=True)
        }
    )
    near = np.array(list(dict.fromkeys(place for _, place in order))[:shown], np.int64)
    suspect = set(seeds.tolist())
    nodes = [
        Node(
            lots.graph.ids[place].as_py(),
            f"{lots.graph.ids[place].as_py()} {lots.material[place]}".strip(),
            "suspect" if place in suspect else str(lots.kind[place]),
        )
        for place in near.tolist()
    ]
    names = {place: node.id for place, node in zip(near.tolist(), nodes, strict=True)}
    edges = [
        Edge(names[int(lots.graph.parent[one])], names[int(lots.graph.child[one])], clean(lots.edge_mass[one]))
        for one in edges_within(lots.graph, near).tolist()
    ]
    return (Graph("genealogy", Text("可疑批次的谱系（kg）", "Genealogy around the suspects (kg)"), nodes, edges),)


def events_table(events: Sequence[Event]) -> ResultTable:
    """Return events as EPCIS JSON, one a row."""
    written = to_object(Document("EPCISDocument", tuple(events), {}, NAMESPACES))["epcisBody"]["eventList"]
    rows = [
        {"event_id": one["eventID"], "type": one["type"], "at": event.at, "json": json.dumps(one, ensure_ascii=False)}
        for one, event in zip(written, events, strict=True)
    ]
    columns = [("event_id", _TEXT), ("type", _TEXT), ("at", pa.timestamp("us", tz="UTC")), ("json", _TEXT)]
    return table(Text("EPCIS事件", "EPCIS events"), rows, columns)


def caught_tables(caught: Captured, documents: Sequence[Document]) -> dict[str, ResultTable]:
    """Return what captured documents say of lots, and the hashes of their events."""
    at = pa.timestamp("us", tz="UTC")
    events = [
        {"event_id": event.fields.get("eventID"), "type": event.kind, "at": event.at, "event_hash": hashed}
        for document in documents
        for event, hashed in zip(document.events, event_hashes(document), strict=True)
    ]
    lot = [(name, _TEXT) for name in ("lot_id", "material_id")]
    said = [("quantity", _NUMBER), ("unit", _TEXT)]
    ends = [(name, _TEXT) for name in ("parent_lot_id", "child_lot_id")]
    return {
        "captured_lots": table(
            Text("EPCIS采集的批次", "Lots of captured EPCIS documents"),
            caught.lots,
            [*lot, *said, ("made_at", at), ("supplier_id", _TEXT), ("heat", _TEXT)],
        ),
        "captured_genealogy": table(
            Text("EPCIS采集的谱系", "Genealogy of captured EPCIS documents"), caught.links, [*ends, *said, ("at", at)]
        ),
        "captured_events": table(
            Text("EPCIS采集的事件", "Events of captured EPCIS documents"),
            events,
            [("event_id", _TEXT), ("type", _TEXT), ("at", at), ("event_hash", _TEXT)],
        ),
    }
