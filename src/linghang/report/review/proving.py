"""Does it fit the conditions and the evidence? Claims beside what records, evidence and judgement say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from linghang.report.claims.built import guide
from linghang.report.claims.model import Claim
from linghang.report.claims.quantities import BY_ID
from linghang.report.remarks import Remark, Spot
from linghang.report.review.agreement import interval
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

_AS_THRESHOLD = re.compile(r"要求|门槛|规定|须达|应达|须不低于|应不低于|达标|条件为|标准为|申报条件|要素条件|硬性")
_OWN_LEVEL = re.compile(r"基础级|先进级|卓越级|领航级|要素条件|申报条件|梯度培育")
_NEVER_SET = frozenset(
    {"indicator:key_equipment_nc_rate", "networked_rate", "process_nc_rate", "automation_rate", "revenue",
    "rnd_share", "patents",
     "patents_invention", "collection_rate", "investment_total"}
)  # fmt: skip
"""Quantities for which no official text that is public sets a figure of a level."""
_WORD = {
    "measured": Text("实测", "measured"),
    "documented": Text("有据", "documented"),
    "declared": Text("宣称", "declared"),
}
_FLOORS = ("declared", "documented", "measured")


@dataclass(frozen=True, slots=True)
class KnownSystem:
    """One system of the register of software."""

    id: str
    kind: str
    name: str
    vendor: str
    live_since: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace knows; what it does not know is None or empty, and nothing is said about it.

    Attributes
    ----------
    counts
        Quantity of the vocabulary -> (number, where it is from).
    assessed
        The assessment as JSON has it (`linghang assess --json`).
    scenes
        Names of the scenes in the register of scenes; None where nothing is registered.
    maturity
        Registered maturity level.
    """

    name: str | None = None
    credit_code: str | None = None
    counts: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    systems: Sequence[KnownSystem] = ()
    assessed: Mapping[str, Any] = field(default_factory=dict)
    scenes: frozenset[str] | None = None
    maturity: int | None = None


def circulating(reading: Reading) -> Iterator[Remark]:
    """Check R501: figures that are said to be a condition of a level, though no official text gives any."""
    told: set[tuple[int | None, str]] = set()
    for one in reading.figures:
        if one.subject not in _NEVER_SET or not _OWN_LEVEL.search(one.text) or not _AS_THRESHOLD.search(one.text):
            continue
        if (one.spot.paragraph, one.subject) in told:
            continue
        told.add((one.spot.paragraph, one.subject))
        title = BY_ID[one.subject].title
        message = Text(
            f"公开的正式文件没有对{title.zh}规定{one.detail['written']}这样的门槛",
            f"no official text that is public sets {one.detail['written']} for {title.en}",
        )
        yield remark("R501", one.spot, message)


def proved(reading: Reading, known: Known) -> Iterator[Remark]:
    """Checks R502 to R509."""
    yield from _level(reading, known)
    yield from _indicators(reading, known)
    yield from _systems(reading, known)
    yield from _counts(reading, known)
    yield from _identity(reading, known)
    yield from _scenes(reading, known)
    yield from _links(reading, known)
    yield from _maturity(reading, known)


def _level(reading: Reading, known: Known) -> Iterator[Remark]:
    floors: Mapping[str, Any] = known.assessed.get("floors", {})
    level = reading.applied_for
    order = [one.id for one in reading.pack.levels]
    if level not in order or not floors:
        return
    said_zh, said_en, reached = [], [], False
    for floor in _FLOORS:
        found = floors.get(floor, {})
        confirmed, possible = found.get("confirmed"), found.get("possible")
        one, other = _level_name(reading, confirmed), _level_name(reading, possible)
        said_zh.append(f"{_WORD[floor].zh}：确认{one.zh}、可能{other.zh}")
        said_en.append(f"{_WORD[floor].en}: confirmed {one.en}, possible {other.en}")
        if floor == "documented":
            reached = confirmed in order and order.index(confirmed) >= order.index(level)
    if reached:
        return
    title = reading.level_title(level)
    spot = reading.levels_claimed[0].spot if reading.levels_claimed else reading.whole
    others = [Spot("judgement", f"{reading.pack.id} · {known.assessed.get('as_of', '')}")]
    message = Text(
        f"申报{title.zh}，证据尚不支持（{'；'.join(said_zh)}）",
        f"{title.en} is applied for, but not confirmed ({'; '.join(said_en)})",
    )
    yield remark("R502", spot, message, others)


def _level_name(reading: Reading, level: str | None) -> Text:
    return reading.level_title(level) if level else Text("无", "none")


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _indicators(reading: Reading, known: Known) -> Iterator[Remark]:
    rows = {str(one["id"]): one for one in known.assessed.get("indicators", ())}
    told: set[tuple[str, str]] = set()
    for one in reading.figures:
        row = rows.get(one.subject.removeprefix("indicator:")) if one.subject.startswith("indicator:") else None
        if row is None or one.planned or one.scope or row.get("state") != "known":
            continue
        right = _right(one, row)
        if right is None or (one.subject, one.role) in told:
            continue
        value, name = right
        slack = max(abs(value) * Decimal("0.02"), Decimal("0.05"))
        at = interval(one)
        if at.low - slack <= value <= at.high + slack:
            continue
        told.add((one.subject, one.role))
        title, unit = BY_ID[one.subject].title, "%" if name == "change_relative" else row.get("measured_unit")
        shown = f"{value:.2f}".rstrip("0").rstrip(".")
        message = Text(
            f"{title.zh}：文中{one.detail['written']}，按记录计算为{shown}{unit}",
            f"{title.en}: {one.detail['written']} in the draft, {shown} {unit} from the records",
        )
        others = [Spot("indicators", str(row["id"]), f"{name} = {value}")]
        yield remark("R503", one.spot, message, others)


def _right(one: Claim, row: Mapping[str, Any]) -> tuple[Decimal, str] | None:
    """The value that the records give for what the figure claims: the state, the baseline, or the change."""
    change = row.get("change") is not None or row.get("baseline_value") is not None
    if one.role == "before":
        value, name, unit = _number(row.get("baseline_value")), "baseline_value", row.get("measured_unit")
    elif one.role in ("value", "after"):
        value, name, unit = _number(row.get("present_value")), "present_value", row.get("measured_unit")
    elif one.role == "relative" and change:
        value, name, unit = _number(row.get("change_relative")), "change_relative", "%"
        value = None if value is None else abs(value)
    else:
        return None
    if value is None or unit not in (one.unit, "个" if one.unit in ("项", "套") else one.unit):
        return None
    return value, name


def _systems(reading: Reading, known: Known) -> Iterator[Remark]:
    if not known.systems:
        return
    by_kind: dict[str, list[KnownSystem]] = {}
    for one in known.systems:
        by_kind.setdefault(one.kind, []).append(one)
    registered = {"MES", "ERP", "PLM", "WMS", "QMS", "EAM", "EMS", "SCADA", "APS", "CRM", "SRM", "LIMS", "CAPP", "BI"}
    told: set[str] = set()
    for claim in reading.of("system"):
        kind = claim.subject
        if claim.planned or kind in told:
            continue
        own = by_kind.get(kind, [])
        if not own:
            if kind in registered and not any(str(claim.value) in one.name for one in known.systems):
                told.add(kind)
                yield remark(
                    "R504",
                    claim.spot,
                    Text(f"软件台账中没有{kind}", f"the register of software has no {kind}"),
                    [Spot("records", "software")],
                )
            continue
        dated = [one for one in own if one.live_since is not None]
        if claim.period is None or not dated:
            continue
        if not any(
            claim.period.start <= one.live_since < claim.period.end for one in dated if one.live_since is not None
        ):
            told.add(kind)
            first = dated[0]
            message = Text(
                f"{kind}：文中{claim.period.text}上线，软件台账为{first.live_since}",
                f"{kind}: live in {claim.period.text} in the draft, {first.live_since} in the register",
            )
            others = [Spot("records", f"software/{one.id}", f"{one.name} {one.live_since}") for one in dated]
            yield remark("R504", claim.spot, message, others)


def _counts(reading: Reading, known: Known) -> Iterator[Remark]:
    told: set[str] = set()
    for one in reading.figures:
        right = known.counts.get(one.subject)
        if right is None or one.planned or one.scope or one.role not in ("value", "after") or one.subject in told:
            continue
        number, where = right
        at = interval(one)
        if at.low <= number <= at.high:
            continue
        told.add(one.subject)
        title = BY_ID[one.subject].title
        message = Text(
            f"{title.zh}：文中{one.detail['written']}，台账为{number}",
            f"{title.en}: {one.detail['written']} in the draft, {number} in the records",
        )
        yield remark("R505", one.spot, message, [Spot("records", where, str(number))])


def _identity(reading: Reading, known: Known) -> Iterator[Remark]:
    labelled = next((one for one in reading.of("name") if one.detail["said"] == "labelled"), None)
    if known.name and labelled is not None and str(labelled.value) != known.name:
        message = Text(
            f"企业名称：文中“{labelled.value}”，台账为“{known.name}”",
            f"name: “{labelled.value}” in the draft, “{known.name}” in the records",
        )
        yield remark("R506", labelled.spot, message, [Spot("records", "enterprise", known.name)])
    code = next((one for one in reading.of("credit_code") if one.subject == "enterprise"), None)
    if known.credit_code and code is not None and code.value != known.credit_code:
        message = Text(
            f"信用代码：文中{code.value}，台账为{known.credit_code}",
            f"credit code: {code.value} in the draft, {known.credit_code} in the records",
        )
        yield remark("R506", code.spot, message, [Spot("records", "enterprise", known.credit_code)])


def _findings(known: Known) -> dict[str, Mapping[str, Any]]:
    return {str(one["id"]): one for one in known.assessed.get("elements", ())}


def _scenes(reading: Reading, known: Known) -> Iterator[Remark]:
    if known.scenes is None:
        return
    names = {str(one.number): (one.name.zh, *one.variants) for one in guide().scenes}
    told: set[str] = set()
    for one in reading.of("scene"):
        if one.planned or not one.subject or not one.detail.get("listed") or one.subject in told:
            continue
        if known.scenes.isdisjoint(names[one.subject]):
            told.add(one.subject)
            message = Text(f"场景台账中没有“{one.value}”", f"the register of scenes has no “{one.value}”")
            yield remark("R507", one.spot, message, [Spot("records", "scene_built")])


def _links(reading: Reading, known: Known) -> Iterator[Remark]:
    """Links that are said to be covered, but of which elements are not proved for the level applied for."""
    findings = _findings(known)
    level = reading.applied_for
    if not findings or level is None:
        return
    said = {one.subject: one for one in reversed(reading.of("link")) if one.subject and one.detail["name"] in (
        "工厂建设", "研发设计", "生产作业", "生产管理", "运营管理", "经营管理")}  # fmt: skip
    for link in reading.pack.links:
        claim = said.get(link.id)
        if claim is None:
            continue
        build = [
            one for one in reading.pack.elements if one.link == link.id and one.level == level and one.part == "build"
        ]
        open_ = [one for one in build if one.id in findings and findings[one.id].get("finding") != "met"]
        weak = [
            one
            for one in build
            if one.id in findings
            and findings[one.id].get("finding") == "met"
            and findings[one.id].get("proof") == "declared"
        ]
        if not open_ and not weak:
            continue
        zh = "；".join(f"{one.text.zh[:30]}（{one.clause}）" for one in (*open_, *weak)[:3])
        en = "; ".join(f"{one.text.en[:60]} ({one.clause})" for one in (*open_, *weak)[:3])
        message = Text(
            f"“{link.title.zh}”环节有{len(open_)}项要素未证明、{len(weak)}项只有自述：{zh}",
            f"of the link “{link.title.en}” {len(open_)} elements are not proved and {len(weak)} only declared: {en}",
        )
        others = [Spot("evidence", one.id, str(findings[one.id].get("finding"))) for one in (*open_, *weak)[:6]]
        yield remark("R508", claim.spot, message, others)


def _maturity(reading: Reading, known: Known) -> Iterator[Remark]:
    stated = next((one for one in reading.of("maturity") if one.detail["said"] == "stated" and not one.planned), None)
    if known.maturity is not None and stated is not None and stated.value != known.maturity:
        message = Text(
            f"成熟度等级：文中{stated.value}级，登记为{known.maturity}级",
            f"maturity level: {stated.value} in the draft, {known.maturity} registered",
        )
        yield remark("R509", stated.spot, message, [Spot("evidence", "maturity_level", str(known.maturity))])
