"""Traceability: where a lot comes from, where it went, what a suspicion touches, and how far the records bear it.

Follows ISO 9001:2015 8.5.2 and IATF 16949 8.5.2.1 (identification and traceability), ISO 22095 (chain of custody,
its mass balance), GS1 EPCIS 2.0 and CBV 2.0 (ISO/IEC 19987, 19988) for what is exchanged.

What it cannot do: it knows what the records join and no more. Where a job had several machines at once and the records
name no lot, all its lots of that time are possible, not one of them. Where deliveries name no lots, what has left is
bounded, not known. Whether a lot is bad is not its question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from linghang.engines.contract import EngineCard, Inputs, Observed, Result, ResultTable, micros, nothing_to_say
from linghang.engines.quality import traceability_report as report
from linghang.engines.quality.epcis_json import read_json
from linghang.engines.quality.epcis_model import Document, parsed_time
from linghang.engines.quality.epcis_plant import Names, captured, events_of
from linghang.engines.quality.epcis_xml import read_xml
from linghang.engines.quality.genealogy import Flags, Ints, likely_causes, reached
from linghang.engines.quality.recall import Suspects, in_common, joined, named, on_machines
from linghang.engines.quality.traceability_lots import EPOCH, Lots, lots_of
from linghang.engines.quality.traceability_state import balance, faults, flows, radii, traced
from linghang.engines.settings import setting
from linghang.errors import BadInput
from linghang.words import Text

CARD = EngineCard(
    id="quality.traceability",
    version="1",
    title=Text("质量追溯", "Quality traceability"),
    does=Text(
        "正反向追溯批次谱系，圈定召回范围和影响面，交换EPCIS文件，核查追溯断点",
        "Traces lots both ways, bounds recalls and blast radii, exchanges EPCIS documents, finds gaps of traceability",
    ),
    elements=("excellence.management.quality-traceability",),
    scenes=(25,),
    needs=("lot", "lot_genealogy", "material"),
    uses=(
        "job_order",
        "job_response",
        "material_actual",
        "production_order",
        "inspection",
        "equipment",
        "supplier",
        "delivery",
        "sales_order",
        "sales_order_line",
        "customer",
        "product",
        "stock_snapshot",
        "stock_movement",
    ),
    references=(
        "GS1 EPCIS 2.0 (ISO/IEC 19987:2024)",
        "GS1 CBV 2.0 (ISO/IEC 19988:2024)",
        "ISO 9001:2015 8.5.2",
        "IATF 16949:2016 8.5.2.1",
        "ISO 22095:2020",
        "Kahn (1962), Topological sorting of large networks",
    ),
)
ELEMENT = CARD.elements[0]


DIRECTIONS: Mapping[str, Text] = {
    "down": Text("正向：去向", "Down: what was made from it"),
    "up": Text("反向：来源", "Up: what it was made from"),
    "both": Text("双向", "Both ways"),
}


@dataclass(frozen=True)
class Settings:
    """What to trace."""

    lots: tuple[str, ...] = setting(
        (),
        Text("可疑批次", "Suspect lots"),
        Text(
            "按编号。批次、炉次、供应商和设备都留空（默认）时，查看窗口内的追溯状况。",
            "By name. Nothing suspect (the default): the state of traceability of the window is looked at.",
        ),
    )
    heats: tuple[str, ...] = setting(
        (),
        Text("可疑炉次", "Suspect heats"),
        Text(
            "按编号。批次、炉次、供应商和设备都留空（默认）时，查看窗口内的追溯状况。",
            "By name. Nothing suspect (the default): the state of traceability of the window is looked at.",
        ),
    )
    suppliers: tuple[str, ...] = setting(
        (),
        Text("可疑供应商", "Suspect suppliers"),
        Text(
            "按编号。批次、炉次、供应商和设备都留空（默认）时，查看窗口内的追溯状况。",
            "By id. Nothing suspect (the default): the state of traceability of the window is looked at.",
        ),
    )
    equipment: tuple[str, ...] = setting(
        (),
        Text("可疑设备", "Suspect machines"),
        Text(
            "可疑时段内在这些设备上加工过的批次为可疑批次。",
            "Lots that were on them in the suspect time are suspect.",
        ),
    )
    since: str = setting(
        "",
        Text("可疑时段开始", "Suspect from"),
        Text(
            "带时区的时刻（2026-11-13T08:00:00+08:00）；留空为窗口开始，因为没有时间的怀疑就是对所查看时间的怀疑。",
            "Moment with its zone (2026-11-13T08:00:00+08:00); empty: the start of the window, because a suspicion "
            "without a time is one of the time that is looked at.",
        ),
    )
    until: str = setting(
        "",
        Text("可疑时段结束", "Suspect until"),
        Text(
            "带时区的时刻（2026-11-13T08:00:00+08:00）；留空为窗口结束。",
            "Moment with its zone (2026-11-13T08:00:00+08:00); empty: the end of the window.",
        ),
    )
    direction: Literal["down", "up", "both"] = setting(
        "both",
        Text("追溯方向", "Direction"),
        Text("默认双向，因为一个怀疑两边都要问。", "Both ways, because a suspicion asks both."),
        choices=DIRECTIONS,
    )
    certain_only: bool = setting(
        False,
        Text("只计确定的批次", "Certain lots only"),
        Text(
            "不计只知道工单、不知道批次是否经过可疑设备的批次。默认否：遗漏可能批次的召回起不到遏制作用。",
            "Leave out lots of which only the job, not the lot, is known to have been on a suspect machine. No: a "
            "recall that leaves out possible lots is no containment.",
        ),
    )
    balance_tolerance: float = setting(
        0.02,
        Text("物料平衡容差", "Tolerance of the mass balance"),
        Text(
            "批次质量可超过其投入、用量可超过其数量的比例，再多即为数据问题。默认 0.02，"
            "因为工业衡器和单件质量各自约准到百分之一。",
            "By which share a lot may outweigh its inputs, or be used beyond its quantity, before it is a fault of "
            "the data. 0.02, as industrial scales and piece weights agree to about one per cent each.",
        ),
    )
    shown: int = setting(
        40,
        Text("显示数量上限", "Most that is shown"),
        Text(
            "谱系图的节点数和排序表的行数。默认 40，屏幕上还看得清。",
            "Nodes of the graph and rows of rankings: 40 can still be read on a screen.",
        ),
    )
    epcis_base: str = setting(
        "urn:linghang:",
        Text("EPCIS标识前缀", "Prefix of EPCIS names"),
        Text(
            "EPCIS文件中企业自有名称之前的部分：在企业给出网址之前是一个URN。",
            "What stands before the plant's own names in EPCIS documents: a URN, until the company gives its web "
            "address.",
        ),
    )
    gtins: tuple[str, ...] = setting(
        (),
        Text("物料的GTIN", "GTINs of materials"),
        Text(
            "写作“物料=GTIN-14”，每种物料一个：其批次带有GS1数字链接。留空：GTIN须经发放，不能编造。",
            "Written as “material=GTIN-14”, one a material: lots of it get GS1 Digital Links. Empty: GTINs are "
            "issued, not invented.",
        ),
    )
    epcis_events: int = setting(
        200,
        Text("EPCIS事件数上限", "Most EPCIS events"),
        Text(
            "所追溯的内容最多以多少个EPCIS事件给出。默认 200，这样的文件人还打得开。",
            "At most so many events of what was traced are given as EPCIS: 200, a document that a person still opens.",
        ),
    )

    def __post_init__(self) -> None:
        if not 0 <= self.balance_tolerance < 1:
            raise BadInput("the tolerance of a balance is a share from 0 to below 1")
        if not 1 <= self.shown <= 1000 or not 0 <= self.epcis_events <= 100_000:
            raise BadInput("1 to 1000 nodes can be shown, and 0 to 100,000 events given")
        moments = [parsed_time(one) for one in (self.since, self.until) if one]
        if len(moments) == 2 and moments[0] >= moments[1]:
            raise BadInput("the suspect time ends before it starts")
        self.names()

    @property
    def suspicious(self) -> bool:
        """Whether anything is suspect."""
        return bool(self.lots or self.heats or self.suppliers or self.equipment)

    def names(self) -> Names:
        """Return how things are called in EPCIS."""
        pairs = [one.partition("=") for one in self.gtins]
        return Names(self.epcis_base, {name.strip(): gtin.strip() for name, _, gtin in pairs})


def run(inputs: Inputs, settings: Settings) -> Result:
    """Trace what is suspect; without a suspicion, look at the state of traceability of the window."""
    documents = _documents(inputs)
    caught = report.caught_tables(captured(documents, settings.names()), documents) if documents else {}
    tables = inputs.tables
    if tables["lot"].num_rows == 0 or tables["material"].num_rows == 0:
        missing = [name for name in ("lot", "material") if tables[name].num_rows == 0]
        said = nothing_to_say([*missing, *(["lot_genealogy"] if tables["lot_genealogy"].num_rows == 0 else [])])
        return Result(said.finding, caught, needs=said.needs)
    lots = lots_of(tables, inputs.zone)
    chosen = _window(lots, inputs)
    inputs.progress(0.3)
    found = _recalled(lots, inputs, settings) if settings.suspicious else _state(lots, chosen, inputs, settings)
    observations = _observed(lots, chosen, inputs)
    inputs.progress(1.0)
    return Result(
        found.finding, {**found.tables, **caught}, found.charts, observations, (), tuple(dict.fromkeys(found.needs))
    )


def _documents(inputs: Inputs) -> list[Document]:
    """Read the EPCIS documents among the files."""
    found = []
    for name in sorted(inputs.files):
        if name.lower().endswith((".json", ".jsonld")):
            found.append(read_json(inputs.files[name], name))
        elif name.lower().endswith(".xml"):
            found.append(read_xml(inputs.files[name], name))
    return found


def _window(lots: Lots, inputs: Inputs) -> Flags:
    first, until = (one.astimezone(inputs.zone).date() for one in (inputs.start, inputs.end))
    last = (until - EPOCH).days
    return lots.in_days((first - EPOCH).days, max(last, (first - EPOCH).days + 1))


def _observed(lots: Lots, chosen: Flags, inputs: Inputs) -> tuple[Observed, ...]:
    goods = chosen & lots.finished
    if not goods.any() or inputs.tables["lot_genealogy"].num_rows == 0:
        return ()
    state = traced(lots)
    gaps = np.flatnonzero(goods & state.gap)[:20]
    return (
        Observed(
            ELEMENT,
            Text(
                "可无断点追溯到有供应商的原材料批次的成品批次",
                "finished lots that lead back without a gap to raw-material lots with their supplier",
            ),
            covered=int((goods & state.clear()).sum()),
            open=int((goods & state.open).sum()),
            of=int(goods.sum()),
            start=inputs.start,
            end=inputs.end,
            detail={"not_traced": lots.graph.names(gaps), "lots": len(lots.graph), "links": len(lots.graph.parent)},
        ),
    )


def _state(lots: Lots, chosen: Flags, inputs: Inputs, settings: Settings) -> Result:
    """Report the state of traceability of the window."""
    goods = chosen & lots.finished
    state = traced(lots)
    wrong = faults(lots, settings.balance_tolerance)
    greatest = radii(lots, chosen, micros(inputs.start), micros(inputs.end))
    tables = report.state_tables(lots, goods, state, wrong, balance(lots, chosen), greatest)
    charts = report.state_charts(greatest, flows(lots, chosen, 8), settings.shown)
    clear, unsure = int((goods & state.clear()).sum()), int((goods & state.open).sum())
    widest = next((one for one in greatest if one.kind == "lot"), None)
    needs = [] if goods.any() else ["lot.made_on"]
    needs += [] if inputs.tables["lot_genealogy"].num_rows else ["lot_genealogy"]
    return Result(
        report.state_finding(clear, unsure, int(goods.sum()), len(wrong), widest), tables, charts, needs=tuple(needs)
    )


def _suspects(lots: Lots, inputs: Inputs, settings: Settings) -> Suspects:
    parts = [named(lots, settings.lots, settings.heats, settings.suppliers)]
    if settings.equipment:
        since = micros(parsed_time(settings.since)) if settings.since else micros(inputs.start)
        until = micros(parsed_time(settings.until)) if settings.until else micros(inputs.end)
        if since >= until:
            raise BadInput("the suspect time ends before it starts")
        parts.append(on_machines(lots, settings.equipment, since, until))
    found = joined(parts)
    if settings.certain_only:
        return Suspects(found.places[found.certain], found.certain[found.certain], found.missing)
    return found


def _recalled(lots: Lots, inputs: Inputs, settings: Settings) -> Result:
    """Report what the suspicion touches, and where it may come from."""
    suspects = _suspects(lots, inputs, settings)
    tables: dict[str, ResultTable] = {"suspects": report.suspects_table(lots, suspects)}
    if not len(suspects.places):
        return Result(report.nothing_suspect(suspects.missing), tables, needs=tuple(suspects.missing))
    down = reached(lots.graph, suspects.places) if settings.direction != "up" else None
    up = reached(lots.graph, suspects.places, "up") if settings.direction != "down" else None
    finding = report.origin_finding(lots, suspects, up)
    if down is not None:
        recall = report.recall_of(lots, suspects, down)
        tables |= report.recall_tables(lots, recall, down)
        finding = report.recall_finding(lots, suspects, recall, up)
    if up is not None:
        tables["upstream"] = report.way_table(lots, up, Text("上游谱系", "Upstream genealogy"))
        single, joint = likely_causes(lots.graph, suspects.places)
        causes = [*([joint] if joint else []), *single, *in_common(lots, suspects.places)]
        if causes:
            tables["likely_causes"] = report.causes_table(causes)
    parts = [one[0] for one in (down, up) if one is not None]
    places: Ints = np.unique(np.concatenate(parts))
    tables["epcis"] = _epcis(lots, places, settings)
    charts = report.recall_charts(lots, suspects.places, down, up, settings.shown)
    return Result(finding, tables, charts, needs=tuple(suspects.missing))


def _epcis(lots: Lots, places: Ints, settings: Settings) -> ResultTable:
    """Return the events of lots as a table; `documents` joins them to a document."""
    events = events_of(lots, places[: settings.epcis_events], settings.names())
    return report.events_table(events)


def traced_document(inputs: Inputs, settings: Settings, lots: Sequence[str]) -> Document:
    """Return the EPCIS document of everything that went into the lots and that was made of them.

    Parameters
    ----------
    lots
        Their names; unknown ones are left out.
    """
    from linghang.engines.quality.epcis_plant import document_of

    known = lots_of(inputs.tables, inputs.zone)
    seeds = known.graph.places(lots)
    parts = [reached(known.graph, seeds, way)[0] for way in ("down", "up")]
    events = events_of(known, np.unique(np.concatenate(parts)), settings.names())
    return document_of(events, inputs.end)
