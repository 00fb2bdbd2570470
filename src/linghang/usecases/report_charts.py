"""The charts of a report, as data; who writes the report draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from linghang.engines.charts import AnyChart, Axis, Bar, Chart, Edge, Gantt, Graph, Heatmap, Node, Series
from linghang.report.content import IndicatorRow, Ladder, Maturity, PlanStep, Scene, System, SystemLink
from linghang.report.naming import FLOORS, PROOFS
from linghang.usecases.report_sources import Sources
from linghang.words import Text

MARK: Mapping[str, float] = {"met": 1.0, "unmet": 0.0, "unknown": 0.5}
PROVED = ("measured", "documented", "declared")
MILLION = Decimal(10) ** 6
TREND_MONTHS = 24


@dataclass
class Drawn:
    """Charts as they are made, and what their categories are called."""

    charts: dict[str, AnyChart] = field(default_factory=dict)
    labels: dict[str, dict[str, Text]] = field(default_factory=dict)

    def add(self, chart: AnyChart, labels: Mapping[str, Text] | None = None) -> None:
        """Take a chart under its id."""
        self.charts[chart.id] = chart
        if labels:
            self.labels[chart.id] = dict(labels)


def add_indicators(drawn: Drawn, indicators: Sequence[IndicatorRow]) -> None:
    """How far each indicator that changes got better, in per cent of before."""
    known = [one for one in indicators if one.before_period and one.value is not None]
    if not known:
        return
    known.sort(key=lambda one: Decimal(one.value or 0), reverse=True)
    keys = [one.id for one in known]
    values = [float(Decimal(one.value or 0)) for one in known]
    better = Text("改善", "improvement")
    drawn.add(
        Chart(
            "indicators",
            Text("指标改善幅度（正数为改善）", "How far indicators got better (positive is better)"),
            Axis(Text("指标", "indicator"), kind="category"),
            Axis(better, "%"),
            (Series(better, keys, values, "bar"),),
        ),
        {one.id: one.title for one in known},
    )


def add_coverage(drawn: Drawn, sources: Sources) -> None:
    """Of each of the five links, the share of the level's conditions that are met, by how they are proved."""
    level = sources.level
    asked = {
        link.id: [one for one in sources.pack.elements if (one.link, one.level, one.part) == (link.id, level, "build")]
        for link in sources.pack.links
    }
    links = [link for link in sources.pack.links if asked[link.id]]
    if not links:
        return

    def share(link: str, proof: str) -> float:
        found = [sources.elements.get(one.id, {}) for one in asked[link]]
        met = sum(one.get("finding") == "met" and one.get("proof") == proof for one in found)
        return round(100.0 * float(met) / len(found), 1)

    keys, title = [link.id for link in links], sources.level_title(level)
    drawn.add(
        Chart(
            "coverage",
            Text(f"五大环节要素满足率（{title.zh}）", f"Conditions met in the five links ({title.en})"),
            Axis(Text("环节", "link"), kind="category"),
            Axis(Text("满足的要素", "conditions met"), "%"),
            tuple(Series(PROOFS[one], keys, [share(key, one) for key in keys], "bar") for one in PROVED),
        ),
        {link.id: link.title for link in links},
    )


def add_scenes(drawn: Drawn, scenes: Sequence[Scene]) -> None:
    """How many scenes there are in each link of the guide."""
    counted: dict[str, int] = {}
    names: dict[str, Text] = {}
    for one in scenes:
        counted[one.link.en] = counted.get(one.link.en, 0) + 1
        names[one.link.en] = one.link
    if not counted:
        return
    count = Text("场景数", "scenes")
    drawn.add(
        Chart(
            "scenes",
            Text("各环节场景数", "Scenes in each link"),
            Axis(Text("环节", "link"), kind="category"),
            Axis(count),
            (Series(count, list(counted), [float(one) for one in counted.values()], "bar"),),
        ),
        names,
    )


def add_ladder(drawn: Drawn, ladder: Ladder, findings: Mapping[str, Mapping[str, str]]) -> None:
    """Levels at the three floors: 1 met, 0.5 unknown, 0 unmet."""
    levels = [name for name, _ in reversed(ladder.levels)]
    floors = list(FLOORS)
    values = [[MARK.get(findings[floor][level]) for floor in floors] for level in levels]
    drawn.add(
        Heatmap(
            "ladder",
            Text("各等级在三种证明口径下的结论", "The levels at the three floors of proof"),
            Axis(Text("证明口径", "floor of proof"), kind="category"),
            Axis(Text("等级", "level"), kind="category"),
            floors,
            levels,
            values,
        ),
        {**dict(ladder.levels), **FLOORS},
    )


def add_trend(drawn: Drawn, sources: Sources) -> None:
    """Revenue, and energy and quality cost as shares of it, by month."""
    months: dict[date, list[Decimal | None]] = {}
    for row in sources.records["finance_month"]:
        held = months.setdefault(row["month"], [Decimal(0)] * 3)
        for place, name in enumerate(("revenue_cny", "energy_cost_cny", "quality_cost_cny")):
            known = held[place]
            held[place] = None if known is None or row[name] is None else known + Decimal(row[name])
    chosen = [(month, values) for month, values in sorted(months.items()) if month <= sources.day][-TREND_MONTHS:]
    if len(chosen) < 2:
        return
    x = [_seconds(month) for month, _ in chosen]
    millions = [None if one is None else float(one / MILLION) for _, (one, _, _) in chosen]

    def share(part: Decimal | None, of: Decimal | None) -> float | None:
        return None if part is None or not of else round(float(100 * part / of), 2)

    energies = [share(energy, of) for _, (of, energy, _) in chosen]
    losses = [share(loss, of) for _, (of, _, loss) in chosen]
    drawn.add(
        Chart(
            "trend",
            Text("主营业务收入与能源、质量成本占比", "Revenue, and energy and quality cost as shares of it"),
            Axis(Text("月份", "month"), kind="time"),
            Axis(Text("收入", "revenue"), "百万元 / CNY million"),
            (
                Series(Text("收入", "revenue"), x, millions, "bar"),
                Series(Text("能源成本占比", "energy cost"), x, energies, second=True),
                Series(Text("质量损失占比", "quality cost"), x, losses, second=True),
            ),
            second=Axis(Text("占收入比重", "share of revenue"), "%"),
        )
    )


def add_plan(drawn: Drawn, plan: Sequence[PlanStep]) -> None:
    """When the steps of the plan are, and what they cost together as time goes on."""
    timed = [one for one in plan if one.start and one.end]
    if not timed:
        return
    timed.sort(key=lambda one: (one.start or date.max, one.end or date.max))
    keys = [f"step{place + 1}" for place in range(len(timed))]
    bars = [
        Bar(key, _seconds(one.start or date.max), _seconds(one.end or date.max), group="step")
        for key, one in zip(keys, timed, strict=True)
    ]
    labels = {key: one.title for key, one in zip(keys, timed, strict=True)}
    title = Text("实施计划", "Plan")
    drawn.add(Gantt("plan", title, keys, bars, (("step", Text("实施步骤", "step")),)), labels)
    if any(one.cost is None for one in timed):
        return
    total, x, y = Decimal(0), [_seconds(timed[0].start or date.max)], [0.0]
    for one in sorted(timed, key=lambda one: one.end or date.max):
        total += one.cost or Decimal(0)
        x.append(_seconds(one.end or date.max))
        y.append(float(total / 10_000))
    drawn.add(
        Chart(
            "plan_cost",
            Text("累计投资", "Cost as the plan goes on"),
            Axis(Text("时间", "time"), kind="time"),
            Axis(Text("累计投资", "cost so far"), "万元 / CNY 10,000"),
            (Series(Text("累计投资", "cost so far"), x, y, "step"),),
        )
    )


def add_system_map(drawn: Drawn, systems: Sequence[System], links: Sequence[SystemLink]) -> None:
    """Systems by their layer, and their interfaces."""
    if not systems:
        return
    there = {one.id for one in systems}
    drawn.add(
        Graph(
            "system_map",
            Text("系统集成关系图", "Systems and their interfaces"),
            [Node(one.id, one.name, f"layer{one.layer}") for one in systems],
            [Edge(one.source, one.target) for one in links if {one.source, one.target} <= there],
        )
    )


def add_maturity(drawn: Drawn, maturity: Maturity | None) -> None:
    """The scores of the sub-domains, as far as they were answered."""
    scored = [
        (code, name, score) for code, name, score in (maturity.sub_domains if maturity else ()) if score is not None
    ]
    if not scored:
        return
    score_ = Text("得分", "score")
    drawn.add(
        Chart(
            "maturity",
            Text("成熟度子域得分", "Scores of the sub-domains of maturity"),
            Axis(Text("子域", "sub-domain"), kind="category"),
            Axis(score_),
            (Series(score_, [code for code, _, _ in scored], [float(score) for _, _, score in scored], "bar"),),
        ),
        {code: name for code, name, _ in scored},
    )


def _seconds(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
