"""C9xx: what a draft says, held against the records, the register and the indicators."""

import re
from collections.abc import Iterator
from datetime import date

from linghang.plant.codes import DIVISIONS
from linghang.plant.tables.systems import software as software_table
from linghang.report.claims.model import Claim
from linghang.report.claims.quantities import BY_ID, dimension
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, figure, flaw, plain, record, row
from linghang.report.consistency.facts import Facts
from linghang.report.consistency.known import SUBJECTS, Known, figures, known_of_indicator
from linghang.report.consistency.scenes import in_use
from linghang.words import Text

KINDS = frozenset(software_table.c.kind.info["choices"]) - {"other"}
"""Kinds of software that the register can name; of others nothing can be said."""
_DIGITS = re.compile(r"\d{2,4}")


def _claims(facts: Facts, kind: str, zh: str, en: str) -> list[Claim]:
    found = [one for one in facts.claims or () if one.kind == kind]
    if not found:
        raise CannotTell(Text(f"草稿中的{zh}", f"{en} in the draft"))
    return found


def _code(facts: Facts) -> Iterator[Flaw]:
    own = {one["credit_code"] for one in facts.rows("enterprise")}
    for claim in _claims(facts, "credit_code", "统一社会信用代码", "a credit code"):
        if claim.subject == "enterprise" and claim.value not in own:
            yield flaw(
                claim.spot,
                f"草稿的信用代码是 {claim.value}，企业登记是 {'、'.join(sorted(own))}",
                f"the draft has the credit code {claim.value}, the enterprise {', '.join(sorted(own))}",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "credit_code"),
            )


def _name(facts: Facts) -> Iterator[Flaw]:
    names = [one["name"] for table in ("enterprise", "factory") for one in facts.rows(table)]
    for claim in _claims(facts, "name", "单位名称", "the name of the applicant"):
        if claim.detail.get("said") == "labelled" and plain(claim.value) not in {plain(one) for one in names}:
            yield flaw(
                claim.spot,
                f"草稿的单位名称是“{claim.value}”，企业登记是“{names[0]}”",
                f"the draft is of “{claim.value}”, the records are of “{names[0]}”",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "name", names[0]),
            )


def _industry(facts: Facts) -> Iterator[Flaw]:
    code = str(facts.rows("enterprise")[0]["industry_code"])
    own = code.lstrip("BCDbcd")[:2]
    by_name = {plain(one.name.zh): digits for digits, one in DIVISIONS.items()}
    for claim in _claims(facts, "industry", "所属行业", "the industry"):
        said = _DIGITS.search(str(claim.value))
        division = said[0][:2] if said else by_name.get(plain(claim.value))
        if division is not None and division != own:
            yield flaw(
                claim.spot,
                f"草稿的行业是 {claim.value}，企业登记是 {code}",
                f"the draft has the industry {claim.value}, the enterprise {code}",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "industry_code", code),
            )


def _level(facts: Facts) -> Iterator[Flaw]:
    for claim in _claims(facts, "level", "申报等级", "the level applied for"):
        if claim.detail.get("said") == "claimed" and claim.subject != facts.level:
            yield flaw(
                claim.spot,
                f"草稿申报{claim.value}，拟申报等级是 {facts.level}",
                f"the draft applies for {claim.subject}, the level applied for is {facts.level}",
            )


def _maturity(facts: Facts) -> Iterator[Flaw]:
    known = {one.value for one in facts.observations if one.about == "maturity_level"}
    if not known:
        raise CannotTell(Text("成熟度等级的证据", "evidence of the maturity level"))
    for claim in _claims(facts, "maturity", "成熟度等级", "the maturity level"):
        stated = claim.detail.get("said") == "stated" and not claim.planned
        if stated and claim.value not in known:
            said = few(sorted(map(str, known)))
            yield flaw(
                claim.spot,
                f"草稿写成熟度 {claim.value} 级，证据是 {said.zh} 级",
                f"the draft has maturity {claim.value}, evidence says {said.en}",
                at("evidence", "ledger maturity_level", said.en),
            )


def _systems(facts: Facts) -> Iterator[Flaw]:
    alive = {
        one["kind"] for one in facts.rows("software") if one["retired_on"] is None or one["retired_on"] > facts.as_of
    }
    told: set[str] = set()
    for claim in _claims(facts, "system", "信息系统", "software systems"):
        kind = claim.subject
        if kind in KINDS and kind not in alive and not claim.planned and kind not in told:
            told.add(kind)
            gone = [one["software_id"] for one in facts.rows("software") if one["kind"] == kind]
            zh = f"台账中只有已停用的 {'、'.join(gone)}" if gone else "软件台账中没有"
            en = f"the register has only {', '.join(gone)}, retired" if gone else "the register has none"
            yield flaw(
                claim.spot, f"草稿写有 {kind}（{claim.value}），{zh}", f"the draft has {kind} ({claim.value}), {en}"
            )


def _go_live(facts: Facts) -> Iterator[Flaw]:
    days: dict[str, dict[str, date]] = {}
    for one in facts.rows("software"):
        days.setdefault(one["kind"], {})[one["software_id"]] = one["go_live_on"]
    dated = [one for one in _claims(facts, "system", "信息系统", "software systems") if one.period and not one.planned]
    if not dated:
        raise CannotTell(Text("草稿中系统的上线时间", "days of go-live in the draft"))
    for claim in dated:
        known = days.get(claim.subject, {})
        if claim.period and known and not any(claim.period.start <= day < claim.period.end for day in known.values()):
            said = few([f"{name} {day}" for name, day in known.items()])
            yield flaw(
                claim.spot,
                f"草稿写 {claim.subject} 于 {claim.period.text or claim.period.start} 上线，台账是 {said.zh}",
                f"the draft has {claim.subject} live in {claim.period.text or claim.period.start}, "
                f"the register {said.en}",
                *(record("software", name, "go_live_on", day) for name, day in known.items()),
            )


def _scenes(facts: Facts) -> Iterator[Flaw]:
    built = {str(one["scene_number"]) for one in in_use(facts)}
    listed = [one for one in _claims(facts, "scene", "场景", "scenes") if one.detail.get("listed") and not one.planned]
    if not listed:
        raise CannotTell(Text("草稿中逐个列出的场景", "scenes that the draft lists"))
    told: set[str] = set()
    for claim in listed:
        if claim.subject and claim.subject not in built and claim.subject not in told:
            told.add(claim.subject)
            yield flaw(
                claim.spot,
                f"草稿列有场景 {claim.subject}“{claim.value}”，场景台账中没有在用的这个场景",
                f"the draft lists the scene {claim.subject} “{claim.value}”, the register has none in use",
                at("records", "scene_built.scene_number", claim.subject),
            )


def _apart(claim: Claim, known: Known, title: Text) -> Flaw:
    values = sorted(set(known.values))
    said = "–".join(figure(one, 2) for one in dict.fromkeys((values[0], values[-1])))
    unit = f" {known.unit}" if known.unit else ""
    quote = claim.spot.quote or figure(claim.value, 2)
    return flaw(
        claim.spot,
        f"草稿写{title.zh} {quote}，{known.spot.where} 是 {said}{unit}",
        f"the draft has {title.en} {quote}, {known.spot.where} gives {said}{unit}",
        known.spot,
    )


def _figures(facts: Facts) -> Iterator[Flaw]:
    seen = False
    for claim in figures(facts.claims or ()):
        find, kind = SUBJECTS.get(claim.subject, (None, ""))
        if find is None or dimension(claim.unit) != kind or claim.role not in ("value", "after"):
            continue
        known = find(facts, claim)
        seen = seen or known is not None
        if known is not None and not known.holds(claim):
            yield _apart(claim, known, BY_ID[claim.subject].title)
    if not seen:
        raise CannotTell(Text("草稿中可与记录比较的数字", "figures in the draft that records can answer"))


def _indicators(facts: Facts) -> Iterator[Flaw]:
    seen = False
    for claim in figures(facts.claims or ()):
        known = known_of_indicator(facts, claim)
        seen = seen or known is not None
        if known is not None and not known.holds(claim):
            yield _apart(claim, known, BY_ID[claim.subject].title)
    if not seen:
        raise CannotTell(Text("草稿中可计算的指标", "indicators in the draft that can be computed"))


def _intelligence(facts: Facts) -> Iterator[Flaw]:
    said = [one for one in _claims(facts, "ai", "人工智能的应用", "uses of AI") if not one.planned]
    models = [one for one in facts.rows("decision_model") if one["kind"] in ("ai", "data")]
    if said and not models and not any(one["uses_ai"] for one in in_use(facts)):
        yield flaw(
            said[0].spot,
            f"草稿有 {len(said)} 处写应用人工智能，台账中没有人工智能模型，也没有应用人工智能的场景",
            f"the draft speaks of AI in {len(said)} places, the register has neither a model nor a scene with AI",
            at("records", "decision_model.kind"),
        )


ROWS = (
    row(
        "C901",
        "error",
        ("草稿的信用代码与企业登记一致", "the draft has the enterprise's credit code"),
        ("按营业执照改正", "mend it after the licence"),
        "draft enterprise",
        _code,
        "GB 32100-2015",
    ),
    row(
        "C902",
        "error",
        ("草稿的单位名称与企业登记一致", "the draft has the enterprise's name"),
        ("全文用营业执照上的全称", "write the full name of the licence everywhere"),
        "draft enterprise",
        _name,
    ),
    row(
        "C903",
        "error",
        ("草稿的行业与企业登记一致", "the draft has the enterprise's industry"),
        ("按 GB/T 4754 统一", "use one code of GB/T 4754"),
        "draft enterprise",
        _industry,
        "GB/T 4754-2017",
    ),
    row(
        "C904",
        "error",
        ("草稿申报的等级就是拟申报等级", "the draft applies for the level that is meant"),
        ("统一申报等级", "name one level"),
        "draft level",
        _level,
    ),
    row(
        "C905",
        "error",
        ("草稿的成熟度等级有证据", "the maturity of the draft is that of the evidence"),
        ("按评估报告改正", "mend it after the report"),
        "draft observations",
        _maturity,
        "N24 一.5",
    ),
    row(
        "C906",
        "error",
        ("草稿写的系统在软件台账中在用", "systems of the draft are registered and in use"),
        ("登记该系统，或从草稿中删去", "enter the system, or take it out"),
        "draft software",
        _systems,
    ),
    row(
        "C907",
        "error",
        ("草稿的上线时间与软件台账一致", "days of go-live in the draft are those of the register"),
        ("按验收报告统一各处", "make all places alike, after the acceptance"),
        "draft software",
        _go_live,
    ),
    row(
        "C908",
        "error",
        ("草稿列出的场景已建成", "scenes that the draft lists are built"),
        ("登记该场景，或从草稿中删去", "enter the scene, or take it out"),
        "draft scene_built",
        _scenes,
    ),
    row(
        "C909",
        "error",
        (
            "草稿的人数、设备数、场景数、收入与记录一致",
            "people, machines, scenes and revenue in the draft are as recorded",
        ),
        ("改成记录的数字，或说明口径和日期", "use the recorded figure, or say what is counted and when"),
        "draft",
        _figures,
    ),
    row(
        "C910",
        "error",
        ("草稿的指标与计算一致", "indicators in the draft are those computed"),
        ("改成按记录算出的值，写明期间", "use the computed value, with its period"),
        "draft indicators",
        _indicators,
        "N24 附件",
    ),
    row(
        "C911",
        "warning",
        ("草稿写的人工智能在台账中找得到", "AI of the draft is found in the register"),
        ("登记所用模型（类型 ai），或改写", "enter the models (kind ai), or write otherwise"),
        "draft",
        _intelligence,
        "N24 附件 3",
    ),
)
