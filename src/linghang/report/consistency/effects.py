"""C61x: the effects that the application states, before and after, beside the indicators."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from linghang.report.consistency.catalogue_row import Flaw, at, both, few, figure, flaw, plain, row
from linghang.report.consistency.facts import Facts
from linghang.report.consistency.indicators import named, period_of, spot_of
from linghang.words import Text


def _effects(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, one in enumerate(facts.stated("effects") or ()):
        yield f"application.yaml effects[{place + 1}]", one


def _effects_against_indicators(facts: Facts) -> Iterator[Flaw]:
    by_title = {plain(said): name for name, title in facts.titles.items() for said in title}
    for where, effect in _effects(facts):
        titles = effect["title"] if isinstance(effect["title"], Text) else (effect["title"],)
        one = next((facts.indicators.get(by_title[plain(t)]) for t in titles if plain(t) in by_title), None)
        if one is None or one["present_value"] is None or plain(effect["unit"]) != plain(one["measured_unit"]):
            continue
        for side, which, known in (
            ("before", "baseline", one["baseline"]),
            ("after", "period", one["present_value"]),
        ):
            given = effect.get(side) or {}
            said = given.get("value")
            if known is None or _of_another_period(given, period_of(one, which)):
                continue
            if said is not None and not as_written(said, known):
                name = named(facts, one)
                yield flaw(
                    at("application", f"{where}.{side}", said),
                    f"申报写 {said}，{name.zh}按记录算是 {figure(known, 4)}{one['measured_unit']}",
                    f"the application says {said}, {name.en} computes to {figure(known, 4)} {one['measured_unit']}",
                    spot_of(one),
                )


def _of_another_period(given: Mapping[str, Any], days: tuple[date, date] | None) -> bool:
    """Whether a figure is stated of other days than those that were computed: the two say nothing of each other."""
    stated = given.get("start"), given.get("end")
    return any(day is not None and day != known for day, known in zip(stated, days or stated, strict=True))


def as_written(said: object, known: object) -> bool:
    """Whether a figure is the known one, rounded or cut at the digits that are written."""
    written = Decimal(str(said))
    digits = written.as_tuple().exponent
    step = Decimal(1).scaleb(digits if isinstance(digits, int) else 0)
    return abs(Decimal(str(known)) - written) < step


def _effect_direction(facts: Facts) -> Iterator[Flaw]:
    for where, effect in _effects(facts):
        before, after = ((effect.get(side) or {}).get("value") for side in ("before", "after"))
        if before is None or after is None:
            continue
        better = after > before if effect["better"] == "higher" else after < before
        if not better:
            yield flaw(
                at("application", where, f"{before} → {after}"),
                f"成效“{both(effect['title']).zh}”写的是改进，数值却是 {before} → {after} {effect['unit']}",
                f"the effect “{both(effect['title']).en}” is stated as better, but goes from {before} to "
                f"{after} {effect['unit']}",
            )


def _effect_periods(facts: Facts) -> Iterator[Flaw]:
    for where, effect in _effects(facts):
        before, after = effect.get("before") or {}, effect.get("after") or {}
        ends, begins, until = before.get("end"), after.get("start"), after.get("end")
        if ends and begins and ends > begins:
            yield flaw(
                at("application", where, f"{ends} > {begins}"),
                f"成效“{both(effect['title']).zh}”的改造前期间到 {ends - timedelta(1)}，改造后却从 "
                f"{begins} 起，前后重叠",
                f"the period before of “{both(effect['title']).en}” ends on {ends - timedelta(1)}, the one "
                f"after begins on {begins}",
            )
        if until and until > facts.as_of + timedelta(1):
            yield flaw(
                at("application", where, until),
                f"成效“{both(effect['title']).zh}”的改造后期间到 {until - timedelta(1)}，晚于判定日 {facts.as_of}",
                f"the period after of “{both(effect['title']).en}” ends on {until - timedelta(1)}, "
                "after the day of judgement "
                f"{facts.as_of}",
            )


def _effect_sources(facts: Facts) -> Iterator[Flaw]:
    bare = [(where, one) for where, one in _effects(facts) if not one.get("source")]
    if bare:
        said = few([one["title"] for _, one in bare])
        yield flaw(
            at("application", bare[0][0]),
            f"{len(bare)} 项成效没有写数据来源：{said.zh}",
            f"{len(bare)} effects have no source: {said.en}",
        )


ROWS = (
    row(
        "C610",
        "error",
        ("申报成效与指标计算一致", "effects of the application are those computed"),
        ("改成按记录算出的值，或说明不同的口径", "use the computed figure, or say what is counted differently"),
        "indicators application:effects",
        _effects_against_indicators,
        "N24 附件",
    ),
    row(
        "C611",
        "error",
        ("成效的数值与方向相符", "an effect goes the way it is said to"),
        ("检查前后是否写反，或改写方向", "look whether the two are exchanged, or mend the direction"),
        "application:effects",
        _effect_direction,
    ),
    row(
        "C612",
        "error",
        ("成效的前后期间先后有序", "an effect's periods follow each other"),
        ("改正期间", "mend the periods"),
        "application:effects",
        _effect_periods,
    ),
    row(
        "C613",
        "warning",
        ("每项成效有数据来源", "every effect has a source"),
        ("写明系统、报表或文件编号", "name the system, the report or the document"),
        "application:effects",
        _effect_sources,
    ),
)
