"""What the checks of consistency look at, gathered once; nothing here reads a file or a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from linghang.conditions.model import Pack
from linghang.conditions.scenes import SceneGuide
from linghang.evidence.observation import Observation
from linghang.plant.tables import TABLES
from linghang.plant.titles import titled
from linghang.report.claims.model import Claim
from linghang.store.documents_card import Document
from linghang.words import Text

Values = Mapping[str, Any]
"""One row of a table: column -> value."""


@dataclass(frozen=True, slots=True)
class Span:
    """How far a column of moments or days reaches, in days of the plant; both None where it holds nothing."""

    first: date | None
    last: date | None


NOWHERE = Span(None, None)


@dataclass(frozen=True)
class Facts:
    """Everything that the checks compare.

    Attributes
    ----------
    tables
        Record table -> its rows; only small tables.
    spans
        `table.column` -> first and last day, of tables that are too large to read.
    sums
        Name of a query -> its rows: what was counted or summed in the database (`SUMS` of the use case).
    assessed
        The document of the assessment, as `linghang assess --json` has it.
    level
        The level that is applied for; None where nobody says it.
    documents
        The newest revisions of the register, retired ones too.
    texts
        sha256 of a document -> its text, of those that have one.
    damaged
        sha256 of documents whose file is missing or is another one.
    observations
        The last word of every source on every subject, on the day.
    application
        What the plant states for its application, by sections, as application.yaml has it; values that are not
        stated are left out.
    known
        Ids of the elements of all packs: one register serves a plant that is judged by several.
    titles
        Indicator -> its title.
    guides
        Edition of the guide of scenes (`2025`) -> the guide.
    silent
        Tags whose source is known, and of which no point was ever stored; None without telemetry.
    claims
        What a draft claims; None without a draft.
    """

    pack: Pack
    as_of: date
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    sums: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    assessed: Mapping[str, Any] = field(default_factory=dict)
    level: str | None = None
    workspace: str = ""
    documents: Sequence[Document] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    damaged: frozenset[str] = frozenset()
    observations: Sequence[Observation] = ()
    statements: Values = field(default_factory=dict)
    application: Values = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    titles: Mapping[str, Text] = field(default_factory=dict)
    guides: Mapping[str, SceneGuide] = field(default_factory=dict)
    silent: frozenset[str] | None = None
    claims: Sequence[Claim] | None = None

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a small table; none where it is empty."""
        if table not in self._rows:
            self._rows[table] = self.tables[table].to_pylist() if table in self.tables else []
        return self._rows[table]

    def by_id(self, table: str) -> dict[str, dict[str, Any]]:
        """Rows of a table by its only key."""
        (key,) = TABLES[table].primary_key.columns.keys()
        return {row[key]: row for row in self.rows(table)}

    def span(self, name: str) -> Span:
        """How far `table.column` reaches."""
        return self.spans.get(name, NOWHERE)

    def stated(self, path: str) -> Any:
        """What the application states under `section.key`; None where it states nothing."""
        found: Any = self.application
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    @cached_property
    def current(self) -> tuple[Document, ...]:
        """Documents of the register that are not retired."""
        return tuple(one for one in self.documents if one.retired_at is None)

    @cached_property
    def indicators(self) -> dict[str, Values]:
        """Indicators of the assessment by id."""
        return {one["id"]: one for one in self.assessed.get("indicators", ())}

    @cached_property
    def elements(self) -> dict[str, Values]:
        """Elements of the assessment by id, those that a level asks differently only once."""
        return {one["id"]: one for one in self.assessed.get("elements", ())}

    def has(self, need: str) -> bool:
        """Whether something that a check needs is there: a table, a span, or one of the sources below."""
        match need:
            case "documents":
                return bool(self.current)
            case "draft":
                return self.claims is not None
            case "level":
                return self.level is not None
            case "statements":
                return bool(self.statements)
            case "indicators":
                return any(one["value"] is not None for one in self.indicators.values())
            case "assessment":
                return bool(self.assessed)
            case "telemetry":
                return self.silent is not None
            case "observations":
                return bool(self.observations)
        kind, _, name = need.partition(":")
        if kind == "application":
            return self.stated(name) is not None
        if kind == "sum":
            return bool(self.sums.get(name))
        if kind == "guide":
            return bool(self.guides)
        return bool(self.rows(need)) if "." not in need else self.span(need).first is not None


_SAID = {
    "documents": Text("登记的证明材料（linghang evidence add）", "registered documents (linghang evidence add)"),
    "draft": Text("申报书草稿（--draft）", "a draft (--draft)"),
    "level": Text("拟申报等级（--level）", "the level applied for (--level)"),
    "statements": Text("书面声明 statements.yaml", "statements.yaml"),
    "indicators": Text("可计算的指标", "indicators that can be computed"),
    "assessment": Text("评估结果", "an assessment"),
    "telemetry": Text("时序数据", "telemetry"),
    "observations": Text("证据账本中的观测", "observations in the ledger"),
    "guide": Text("场景参考指引", "a guide of scenes"),
}


def say_need(need: str) -> Text:
    """Say what a check lacks, so that somebody can supply it."""
    kind, _, name = need.partition(":")
    if kind == "application":
        return Text(f"application.yaml 的 {name}", f"{name} in application.yaml")
    if kind == "sum":
        return _SUMS_SAID.get(name, Text(name, name))
    return _SAID.get(kind) or titled(need)


_SUMS_SAID = {
    "states": titled("equipment_state"),
    "calls": titled("model_call"),
    "person_hours": titled("work_hours.person_id"),
    "month_hours": titled("work_hours"),
    "departments": titled("work_hours.department"),
    "delivered": titled("delivery"),
    "outlets": titled("outlet_reading"),
    "loops": titled("apc_period"),
}
