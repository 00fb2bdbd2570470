"""What a report says, as data: gathered once, then written as DOCX, PDF or XLSX, each in Chinese or English.

Nothing here is invented. Every place holds what records, evidence or the plant's own statements give, with its
source, or says what is missing and how to supply it; a writer shows that as a visible placeholder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from linghang.engines.charts import AnyChart
from linghang.errors import BadInput
from linghang.report.remarks import Remark
from linghang.words import Text

Kind = Literal["application", "self-assessment", "gap", "annual-review"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a report says, or what stands in its place.

    Attributes
    ----------
    text
        What is said; a plain text is the same in both languages (names, figures). None where it is missing.
    source
        Where it comes from: `enterprise.name`, `application.yaml unit.contact`, an evidence number.
    wanted
        Where it is missing: what has to be supplied, and where.
    """

    text: Text | str | None
    source: str = ""
    wanted: Text | None = None

    def __post_init__(self) -> None:
        if self.text is None and self.wanted is None:
            raise BadInput("a missing entry of a report says what is wanted")

    @property
    def missing(self) -> bool:
        """Whether a placeholder stands here."""
        return self.text is None


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled entry: one line of a form. `key` is its name in a template."""

    key: str
    label: Text
    entry: Entry


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene as 环节—场景—实例 with what was built, linked and reached.

    Attributes
    ----------
    number
        Number in the scene catalogue; None for a scene of the plant's own.
    finding, proof
        What the evidence says of the scene, and how strongly it is proved.
    rows
        Problem, equipment, software, systems and integration, technologies, data volume, effect.
    evidence
        Register numbers of documents, and elements that the judgement found for it.
    """

    number: int | None
    link: Text
    name: Text
    instance: Entry
    finding: str
    proof: str | None
    rows: Sequence[Row] = ()
    evidence: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class System:
    """One software system of the system map; `layer` is the ISA-95 level: 4 business, 3 operations, 2 control."""

    id: str
    name: str
    kind: str
    layer: int
    live_since: date | None
    functions: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class SystemLink:
    """One interface between two systems."""

    source: str
    target: str
    kind: Text
    content: str
    live_since: date | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure before and after: texts ready to show, with unit and periods."""

    title: Text
    unit: str
    before: Entry
    after: Entry
    change: Entry
    before_period: str
    after_period: str
    source: str
    before_value: Decimal | None = None
    after_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of the coming years: what, when (days), for how much (CNY, text), and which conditions it meets."""

    title: Text
    start: date | None
    end: date | None
    cost_cny: Entry
    brings: Sequence[str] = ()
    source: str = ""
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One condition of the pack with its finding and proof.

    Attributes
    ----------
    needed
        Whether it decides the level applied for; else it is encouraged, or of another level.
    evidence
        What proves it, one text each: records and engines with window and value, documents by their number.
    wanted
        What would have to be supplied, where it is unknown.
    """

    id: str
    clause: str
    level: Text
    part: str
    link: Text | None
    text: Text
    force: str
    kind: str
    finding: str
    proof: str | None
    counts: Mapping[str, str]
    needed: bool
    reason: Text | None = None
    evidence: Sequence[Text] = ()
    documents: Sequence[str] = ()
    wanted: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator: formula, figures, periods, sources and comparators.

    Figures are decimals with all their digits, None where unknown; `linghang.report.figures.number` makes them
    readable. `value` is in `unit`; `before`, `after` and `change` are in `measured_unit`, and a positive change is
    always better; `better` says which way the measured figure gets better.
    """

    number: int
    id: str
    title: Text
    formula: Text
    unit: str
    value: str | None
    before: str | None
    after: str | None
    change: str | None
    state: str
    measured_unit: str
    before_period: str
    after_period: str
    source: Text
    confidence: str
    wanted: Sequence[Text] = ()
    comparators: Sequence[Text] = ()
    better: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One document of the register as the evidence list shows it; `state` is current, expired, stale or retired."""

    id: str
    title: str
    kind: Text
    issuer: str
    issued_on: date | None
    supports: str
    valid_until: date | None
    proves: Sequence[str]
    confidentiality: str
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The verdict: floor -> confirmed and possible level, and floor -> level -> part -> finding."""

    levels: Sequence[tuple[str, Text]]
    confirmed: Mapping[str, str | None]
    possible: Mapping[str, str | None]
    parts: Mapping[str, Mapping[str, Mapping[str, str | None]]]
    failing: Mapping[str, Sequence[str]]
    missing: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Blocker:
    """One condition that keeps a level from being confirmed, why, and what would have to be supplied."""

    id: str
    clause: str
    text: Text
    link: Text | None
    finding: str
    proof: str | None
    reason: Text
    wanted: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between the factory and a level.

    Attributes
    ----------
    floor
        The floor of proof at which the level is to be confirmed.
    blocking
        Conditions that fail or are missing, failing ones first.
    deciding, deciding_count
        The smallest sets of missing conditions that would confirm the level, the first ones, and how many there are.
    way, way_cost, way_finished
        The cheapest way that was found: its steps, what they cost, and when they are finished; no steps where nobody
        planned yet, and then the entries say how to.
    way_notes
        What the way rests on.
    """

    floor: str
    blocking: Sequence[Blocker]
    deciding: Sequence[Sequence[str]]
    deciding_count: int
    way: Sequence[PlanStep]
    way_cost: Entry
    way_finished: Entry
    way_notes: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """One condition whose finding or proof is another than on the day before."""

    id: str
    clause: str
    text: Text
    before: str
    before_proof: str | None
    after: str
    after_proof: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """What became of a factory since an earlier day: the annual review.

    Attributes
    ----------
    since
        The earlier day of judgement.
    confirmed_before
        Floor -> level that was confirmed on it.
    better, worse, other
        Conditions that became met, stopped being met, or changed in another way (their proof, say).
    expired
        Documents and observations that no longer count, one sentence each.
    """

    since: date
    confirmed_before: Mapping[str, str | None]
    better: Sequence[Changed]
    worse: Sequence[Changed]
    other: Sequence[Changed]
    expired: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Maturity:
    """The level of maturity (GB/T 39116) and the score of each sub-domain, as far as they are known."""

    level: Entry
    score: Entry
    sub_domains: Sequence[tuple[str, Text, Decimal | None]] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that the reports of one factory say on one day.

    Attributes
    ----------
    level, level_title
        The level applied for (or looked at).
    unit, factory
        Blocks 1 and 2 of the application.
    scenes_overview, scenes, systems, system_links
        Block 3.
    features, effects, plan_goal, plan
        Block 4.
    letter, signatures
        The letter of truth: its sentences, and who signs.
    clauses, indicators, evidence
        The annexes.
    charts
        Figures by the place where they belong: `indicators`, `coverage`, `scenes`, `ladder`, `trend`, `plan`,
        `plan_cost`, `system_map`, `maturity`; what has nothing to draw is not there.
    labels
        Chart's id -> what stands in it as a category, lane, row, column or node -> how it is called in both
        languages. What is not named is a name of its own and the same in both.
    remarks
        What the consistency checks found.
    sentences
        What is to be said first: the verdict in a few sentences.
    interpretations
        What was read otherwise than the conditions say by themselves, and who set it.
    gap, review, maturity
        What reports of these kinds say beside the rest; None in the others.
    """

    kind: Kind
    title: Text
    factory_name: str
    pack_id: str
    pack_title: Text
    pack_digest: str
    level: str
    level_title: Text
    as_of: date
    unit: Sequence[Row]
    factory: Sequence[Row]
    factory_summary: Entry
    products: Entry
    scenes_overview: Entry
    scenes: Sequence[Scene]
    systems: Sequence[System]
    system_links: Sequence[SystemLink]
    features: Sequence[Entry]
    effects: Sequence[Effect]
    plan_goal: Entry
    plan: Sequence[PlanStep]
    letter: Sequence[Text]
    signatures: Sequence[Row]
    ladder: Ladder
    clauses: Sequence[ClauseRow]
    indicators: Sequence[IndicatorRow]
    evidence: Sequence[EvidenceRow]
    charts: Mapping[str, AnyChart] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()
    labels: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    sentences: Sequence[Text] = ()
    interpretations: Sequence[Text] = ()
    gap: Gap | None = None
    review: Review | None = None
    maturity: Maturity | None = None
    total_investment_cny: Decimal | None = None
