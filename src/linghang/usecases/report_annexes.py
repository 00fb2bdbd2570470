"""The annexes of a report: the ladder, every condition with its proof, the 20 indicators, the list of evidence."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from linghang.conditions.model import ALL_LEVELS, Element
from linghang.report.content import ClauseRow, EvidenceRow, IndicatorRow, Ladder
from linghang.report.figures import amount, period
from linghang.report.naming import AREAS, REASONS, STATISTICS, named
from linghang.store.documents import KINDS, Document, state_of
from linghang.usecases.report_sources import Sources
from linghang.words import Text

FLOORS = ("declared", "documented", "measured")


def ladder_of(sources: Sources) -> Ladder:
    """The verdict at the three floors."""
    floors = sources.assessed["floors"]
    levels = sources.pack.levels
    return Ladder(
        levels=tuple((one.id, one.title) for one in levels),
        confirmed={floor: floors[floor]["confirmed"] for floor in FLOORS},
        possible={floor: floors[floor]["possible"] for floor in FLOORS},
        parts={floor: {one.id: floors[floor]["levels"][one.id]["parts"] for one in levels} for floor in FLOORS},
        failing={one.id: floors["documented"]["levels"][one.id]["failing"] for one in levels},
        missing={one.id: floors["documented"]["levels"][one.id]["missing"] for one in levels},
    )


def clause_rows(sources: Sources, *, everything: bool = False) -> list[ClauseRow]:
    """Every condition of the level (or of the whole pack), in the pack's order, with what proves it."""
    verdict = {floor: sources.assessed["floors"][floor]["levels"] for floor in FLOORS}
    levels = sources.pack.level_ids if everything else (sources.level,)
    return [
        _clause(sources, element, verdict)
        for element in sources.pack.elements
        if element.level in levels or element.level == ALL_LEVELS
    ]


def _clause(sources: Sources, element: Element, verdict: Mapping[str, Any]) -> ClauseRow:
    found = sources.elements.get(element.id, {})
    level = sources.level if element.level == ALL_LEVELS else element.level
    required = verdict["documented"].get(level, {}).get("links", {})
    derived = element.part in ("maturity", "coverage", "scenario_count")
    counts = {floor: _counts(sources, element, floor, level) for floor in FLOORS}
    finding = counts["declared"] if derived else found.get("finding", "unknown")
    reason = found.get("reason")
    needed = (
        element.level in (ALL_LEVELS, sources.level)
        and (element.part != "build" or element.link in required)
        and element.force != "encouraged"
    )
    return ClauseRow(
        id=element.id,
        clause=element.cited,
        level=Text("各等级", "every level") if element.level == ALL_LEVELS else sources.level_title(element.level),
        part=element.part,
        link=next((one.title for one in sources.pack.links if one.id == element.link), None),
        text=element.text,
        force=element.force,
        kind=element.kind,
        finding=finding,
        proof=found.get("proof"),
        counts=counts,
        needed=needed,
        reason=REASONS.get(reason)
        if reason
        else (REASONS["not_stated"] if finding == "unknown" and not derived else None),
        evidence=[_evidence(sources, one) for one in found.get("observations", ())],
        documents=sources.documents_for(element.id),
        wanted=[] if finding == "met" else list(wanted_for(sources, element.id, derived)),
    )


def _counts(sources: Sources, element: Element, floor: str, level: str) -> str:
    """What counts of an element at a floor: a finding below the floor counts as unknown."""
    verdict = sources.assessed["floors"][floor]["levels"][level]
    if element.part in ("maturity", "coverage", "scenario_count"):
        return str(verdict["parts"].get(element.part) or "unknown")
    found = sources.elements.get(element.id, {})
    finding, proof = found.get("finding", "unknown"), found.get("proof")
    if finding in ("unknown", "not_applicable") or floor == "declared":
        return str(finding)
    wanted = ("measured",) if floor == "measured" and element.kind in MEASURED_KINDS else ("documented", "measured")
    return str(finding) if proof in wanted else "unknown"


MEASURED_KINDS = ("capability", "measured", "benchmark")
"""Kinds of elements of which the measured floor asks measured proof."""


def wanted_for(sources: Sources, element: str, derived: bool = False) -> Iterator[Text]:
    """Say what would have to be supplied for an element."""
    needs = sources.elements.get(element, {}).get("needs", ())
    for need in dict.fromkeys(needs):
        said = sources.known["supplies"].get(need)
        if said:
            engine = need.startswith("engine:")
            yield Text(
                said["zh"] if engine else f"补充记录：{said['zh']}", said["en"] if engine else f"records: {said['en']}"
            )
    if not needs and not derived:
        yield Text(
            f"登记证明材料（linghang evidence add … --states {element}=met），或在 statements.yaml 中说明并附文件",
            f"register a document (linghang evidence add … --states {element}=met), or state it in statements.yaml "
            "with its document",
        )


def _evidence(sources: Sources, one: Mapping[str, Any]) -> Text:
    """One observation as a sentence: who says it, of which window, with which figures."""
    source, detail = one["source"], one.get("detail", {})
    start, end = map(date.fromisoformat, one["window"])
    when = period(start, end) if (end - start) > timedelta(1) else Text(str(start), str(start))
    who = _who(sources, source, detail)
    figures = _figures(detail)
    zh = f"{who.zh}（{when.zh}）" + (f"：{figures.zh}" if figures.zh else "")
    en = f"{who.en} ({when.en})" + (f": {figures.en}" if figures.en else "")
    return Text(zh, en)


def _who(sources: Sources, source: Mapping[str, Any], detail: Mapping[str, Any]) -> Text:
    kind, id = source["kind"], source["id"]
    engine = detail.get("engine") if kind == "records" else id if kind == "engine" else None
    if engine:
        said = sources.known["engines"].get(engine, {}).get("title", {"zh": engine, "en": engine})
        return Text(f"引擎“{said['zh']}”", f"engine “{said['en']}”")
    if kind == "records":
        said = sources.known["derivations"].get(id, {"zh": id, "en": id})
        return Text(f"记录“{said['zh']}”", f"records: {said['en']}")
    if kind == "document":
        held = next((row for row in sources.documents if row.sha256 == id), None)
        name = f"{held.id} {held.title}" if held else id[:12]
        return Text(f"文件 {name}", f"document {name}")
    return Text(f"{id} 自述", f"stated by {id}")


def _figures(detail: Mapping[str, Any]) -> Text:
    """The counts that an observation rests on."""
    parts: list[Text] = []
    covered = detail.get("covered", detail.get("yes", detail.get("joined", detail.get("on_time"))))
    if isinstance(covered, int) and isinstance(detail.get("of"), int):
        parts.append(Text(f"{covered} / {detail['of']}", f"{covered} of {detail['of']}"))
    if isinstance(detail.get("rows"), int):
        parts.append(Text(f"{detail['rows']:,} 条记录", f"{detail['rows']:,} rows"))
    for key in ("systems", "linked"):
        if isinstance(detail.get(key), list) and detail[key]:
            listed = [str(one) for one in detail[key]]
            parts.append(Text("系统 " + "、".join(listed), "systems " + ", ".join(listed)))
    for key, zh, en in (("people", "人", "people"), ("months", "个月", "months"), ("incidents", "起事故", "incidents")):
        if isinstance(detail.get(key), int):
            parts.append(Text(f"{detail[key]} {zh}", f"{detail[key]} {en}"))
    if isinstance(detail.get("better"), list) and detail.get("figures"):
        better, of = len(detail["better"]), len(detail["figures"])
        parts.append(Text(f"{of} 项指标中 {better} 项领先", f"{better} of {of} indicators ahead"))
    if detail.get("reason"):
        parts.append(Text(str(detail["reason"]), str(detail["reason"])))
    return Text("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def indicator_rows(sources: Sources) -> list[IndicatorRow]:
    """The 20 indicators of the annex."""
    titles = {one.id: one.title for one in annex_of(sources)}
    return [_indicator(sources, one, titles) for one in sources.assessed["indicators"]]


def annex_of(sources: Sources) -> Sequence[Any]:
    """The indicators of the pack, or of the nearest pack that it is built on."""
    from linghang.conditions.shelf import load_pack

    pack = sources.pack
    if pack.indicators:
        return pack.indicators
    return next((found for name in reversed(pack.lineage[:-1]) if (found := load_pack(name).indicators)), ())


def _indicator(sources: Sources, one: Mapping[str, Any], titles: Mapping[str, Text]) -> IndicatorRow:
    rule = sources.known["indicators"].get(one["id"], {})
    formula = rule.get("formula", {"zh": "", "en": ""})
    lineage = one["lineage"]
    change = rule.get("type") == "change"
    of = lineage["period"]
    before = lineage["baseline"] if change else None
    tables = [sources.known["tables"].get(name, {"zh": name, "en": name}) for name, _ in lineage["tables"]]
    return IndicatorRow(
        number=one["number"],
        id=one["id"],
        title=titles.get(one["id"], Text(one["id"], one["id"])),
        formula=Text(formula["zh"], formula["en"]),
        unit=one["unit"],
        value=one["value"],
        before=one["baseline_value"] if change else None,
        after=one["present_value"],
        change=one["change"]["absolute"],
        state=one["state"],
        measured_unit=one["measured_unit"],
        before_period=_days(before),
        after_period=_days(of),
        source=Text(
            "记录：" + "、".join(row["zh"] for row in tables), "records: " + ", ".join(row["en"] for row in tables)
        ),
        confidence=one["confidence"],
        wanted=[Text(said["zh"], said["en"]) for need in one["needs"] if (said := sources.known["needs"].get(need))],
        comparators=list(_comparators([each for each in one["comparisons"] if each["comparators"]])),
        better=rule.get("better", "higher"),
    )


def _days(given: Mapping[str, Any] | None) -> str:
    """A period as both languages read it: first and last day."""
    if given is None:
        return ""
    last = date.fromisoformat(str(given["end"])) - timedelta(1)
    return f"{given['start']} – {last}"


def _comparators(compared: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """How the indicator compares; a source is named once, behind the last comparator that it gave."""
    sources = [str(one["comparators"][0]["source"]) for one in compared]
    for one, source, later in zip(compared, sources, (*sources[1:], None), strict=False):
        said = _comparator(one)
        yield said if source == later else Text(f"{said.zh}（{source}）", f"{said.en} ({source})")


def _comparator(one: Mapping[str, Any]) -> Text:
    chosen = one["comparators"][0]
    area, statistic = named(AREAS, one["area"]), named(STATISTICS, chosen["statistic"])
    value = amount(Decimal(str(chosen["value"])), str(chosen["unit"]))
    verdict = {True: Text("优于", "better than"), False: Text("不及", "not better than")}.get(
        one["better"], Text("未能与之比较", "cannot be compared with")
    )
    return Text(
        f"{verdict.zh}{area.zh}{statistic.zh} {value.zh}",
        f"{verdict.en} the {statistic.en} of {area.en}, {value.en}",
    )


def evidence_rows(sources: Sources) -> list[EvidenceRow]:
    """The documents of the register, retired ones left out."""
    return [_document(one, sources.day) for one in sources.documents if one.retired_at is None]


def _document(one: Document, day: date) -> EvidenceRow:
    supports = ""
    if one.supports_from or one.supports_to:
        last = one.supports_to - timedelta(1) if one.supports_to else ""
        supports = f"{one.supports_from or ''} – {last}"
    return EvidenceRow(
        id=one.id,
        title=one.title,
        kind=DOCUMENT_KINDS.get(one.kind, Text(one.kind, one.kind)),
        issuer=one.issuer,
        issued_on=one.issued_on,
        supports=supports,
        valid_until=one.valid_until,
        proves=one.proves,
        confidentiality=one.confidentiality,
        sha256=one.sha256,
        state=state_of(one, day),
    )


DOCUMENT_KINDS: Mapping[str, Text] = {
    "licence": Text("证照", "licence"),
    "certificate": Text("证书", "certificate"),
    "maturity_report": Text("成熟度报告", "maturity report"),
    "audit_report": Text("审计报告", "audit report"),
    "invoice": Text("发票", "invoice"),
    "contract": Text("合同", "contract"),
    "acceptance": Text("验收报告", "acceptance report"),
    "screenshot": Text("系统截图", "screenshot"),
    "photo": Text("照片", "photo"),
    "system_record": Text("系统记录", "record out of a system"),
    "drawing": Text("图纸", "drawing"),
    "statement": Text("声明", "statement"),
    "policy": Text("制度文件", "internal rule"),
    "other": Text("其他", "other document"),
}
assert set(DOCUMENT_KINDS) == set(KINDS)
