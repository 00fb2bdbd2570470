"""Block 4 of a report: features, figures before and after, the plan of the coming years; the letter of truth."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from linghang.report.content import Effect, Entry, IndicatorRow, PlanStep, Row
from linghang.report.figures import amount, day, money, number
from linghang.usecases.report_application import EffectStated, Figure, StepStated
from linghang.usecases.report_sources import Sources, stated, wanted_in
from linghang.words import Text

PLAN_YEARS = 3
STANDS_FOR: Mapping[str, Text] = {
    "measured": Text("", ""),
    "design": Text("（设计值）", " (design value)"),
    "industry_mean": Text("（行业平均值）", " (mean of the industry)"),
}


def features(sources: Sources) -> list[Entry]:
    """What the plant says is advanced and special; one placeholder where it says nothing."""
    said = sources.application.features
    if not said:
        return [stated(None, "features", Text("先进性与特色", "what is advanced and special about the factory"))]
    return [Entry(one, f"application.yaml features[{place + 1}]") for place, one in enumerate(said)]


def effects(sources: Sources, indicators: Sequence[IndicatorRow]) -> list[Effect]:
    """Figures before and after: of the indicators that change, then those that the plant states beyond."""
    changing = [_of_indicator(one) for one in indicators if one.before is not None or one.before_period]
    return [*changing, *(_of_statement(one, place) for place, one in enumerate(sources.application.effects))]


def _of_indicator(one: IndicatorRow) -> Effect:
    source = f"indicator {one.number} {one.id}"
    wanted = Text(
        "请补充：" + ("；".join(each.zh for each in one.wanted) or "基期和当期记录"),
        "to be supplied: " + ("; ".join(each.en for each in one.wanted) or "records of both periods"),
    )

    def side(value: str | None) -> Entry:
        if value is None:
            return Entry(None, source, wanted)
        return Entry(amount(Decimal(value), one.measured_unit), source)

    if one.change is None or one.value is None:
        change = Entry(None, source, wanted)
    else:
        relative = Decimal(one.value)
        change = Entry(_better(relative), source)
    return Effect(
        title=one.title,
        unit=one.measured_unit,
        before=side(one.before),
        after=side(one.after),
        change=change,
        before_period=one.before_period,
        after_period=one.after_period,
        source=source,
        before_value=None if one.before is None else Decimal(one.before),
        after_value=None if one.after is None else Decimal(one.after),
    )


def _better(relative: Decimal) -> Text:
    """Say a relative change of which positive is better."""
    if relative == 0:
        return Text("持平", "unchanged")
    said = number(abs(relative))
    return Text(f"改善 {said}%", f"better by {said}%") if relative > 0 else Text(f"变差 {said}%", f"worse by {said}%")


def _of_statement(one: EffectStated, place: int) -> Effect:
    key = f"effects[{place + 1}]"
    source = one.source or f"application.yaml {key}"

    def side(figure: Figure | None, name: str) -> Entry:
        if figure is None:
            return Entry(None, source, wanted_in(f"{key} {name}", Text("数值和期间", "the value and its period")))
        said, note = amount(figure.value, one.unit), STANDS_FOR[figure.kind]
        return Entry(Text(said.zh + note.zh, said.en + note.en), source)

    change = Entry(None, source, wanted_in(key, Text("前后数值", "the values before and after")))
    if one.before and one.after and one.before.value:
        relative = 100 * (one.after.value - one.before.value) / abs(one.before.value)
        change = Entry(_better(relative if one.better == "higher" else -relative), source)
    return Effect(
        title=one.title if isinstance(one.title, Text) else Text(one.title, one.title),
        unit=one.unit,
        before=side(one.before, "before"),
        after=side(one.after, "after"),
        change=change,
        before_period=_period(one.before),
        after_period=_period(one.after),
        source=source,
        before_value=one.before.value if one.before else None,
        after_value=one.after.value if one.after else None,
    )


def _period(figure: Figure | None) -> str:
    if figure is None or figure.start is None or figure.end is None:
        return ""
    return f"{figure.start} – {figure.end - timedelta(1)}"


def plan_goal(sources: Sources) -> Entry:
    """What the coming years aim at."""
    return stated(
        sources.application.plan.goal, "plan.goal", Text("后续三年实施目标", "the goal of the coming three years")
    )


def plan_steps(sources: Sources) -> list[PlanStep]:
    """The plant's own plan; nobody plans for it, so that one placeholder stands where it states none."""
    if not sources.application.plan.steps:
        title = Text("实施步骤", "steps of the plan")
        wanted = Text(
            f"{wanted_in('plan.steps', title).zh}；linghang report --kind gap 给出费用最低的路径供参考",
            f"{wanted_in('plan.steps', title).en}; “linghang report --kind gap” shows the cheapest way",
        )
        return [PlanStep(title, None, None, Entry(None, "application.yaml plan.steps", wanted))]
    cited = {element.id: element.cited for element in sources.pack.elements}
    return [_step(one, place, cited) for place, one in enumerate(sources.application.plan.steps)]


def _step(one: StepStated, place: int, cited: Mapping[str, str]) -> PlanStep:
    key = f"plan.steps[{place + 1}] cost_cny"
    cost = None if one.cost_cny is None else money(one.cost_cny)
    return PlanStep(
        title=one.title if isinstance(one.title, Text) else Text(one.title, one.title),
        start=one.start,
        end=one.end,
        cost_cny=stated(cost, key, Text("投资估算（元）", "the cost (CNY)")),
        brings=tuple(cited.get(name, name) for name in one.brings),
        source=f"application.yaml plan.steps[{place + 1}]",
        cost=one.cost_cny,
    )


def letter(sources: Sources) -> list[Text]:
    """The letter of truth, in our words; the applicant signs it."""
    level = sources.level_title(sources.level)
    return [
        Text(
            f"本单位自愿申报（评价）智能工厂{level.zh}，已了解相关要求。",
            f"We apply of our own will for the smart-factory level “{level.en}” and know what it asks.",
        ),
        Text(
            "所提交的文字、数据、图片和证明材料真实、完整，线上与纸质材料一致，如有虚假，愿承担相应责任。",
            "Texts, figures, pictures and documents handed in are true and complete, the same online and on paper; we "
            "answer for it if they are not.",
        ),
        Text(
            "材料不涉及国家秘密；涉及的商业秘密和他人权利已妥善处理。",
            "They contain no state secrets; business secrets and the rights of others have been respected.",
        ),
        Text(
            "本单位接受现场核查，配合技术推广和经验交流。",
            "We accept checks on site, and help to spread the technology and the experience.",
        ),
    ]


def signatures(sources: Sources) -> list[Row]:
    """Who signs and who recommends."""
    said = sources.application.signing
    name = next((row["name"] for row in sources.records["enterprise"]), None)
    applicant = (
        Entry(name, "enterprise.name")
        if name
        else Entry(None, "enterprise.name", Text("请补充单位名称：enterprise.name", "to be supplied: enterprise.name"))
    )

    def dated(value: date | None, key: str, what: Text) -> Entry:
        return stated(None if value is None else day(value), key, what)

    return [
        Row("applicant", Text("申报单位（盖章）", "Applicant (seal)"), applicant),
        Row(
            "legal_representative",
            Text("法定代表人（签字）", "Legal representative (signature)"),
            stated(
                said.legal_representative,
                "signing.legal_representative",
                Text("法定代表人", "the legal representative"),
            ),
        ),
        Row(
            "signed_on",
            Text("日期", "Date"),
            dated(said.signed_on, "signing.signed_on", Text("签署日期", "the day of signing")),
        ),
        Row(
            "recommender",
            Text("推荐单位（盖章）", "Recommender (seal)"),
            stated(said.recommender, "signing.recommender", Text("推荐单位", "the recommender")),
        ),
        Row(
            "opinion",
            Text("推荐意见", "Opinion of the recommender"),
            stated(said.opinion, "signing.opinion", Text("推荐意见", "the recommender's opinion")),
        ),
        Row(
            "recommended_on",
            Text("推荐日期", "Recommended on"),
            dated(said.recommended_on, "signing.recommended_on", Text("推荐日期", "the day of the recommendation")),
        ),
    ]
