"""The result of a process analysis: finding, tables, charts, observation, and what more data would be needed."""

from typing import TYPE_CHECKING

from linghang.engines.charts import AnyChart
from linghang.engines.contract import Inputs, Observed, Result, nothing_to_say
from linghang.engines.production.spc_capability import Studied, studied
from linghang.engines.production.spc_coverage import Covered, coverage
from linghang.engines.production.spc_drawings import (
    capability_chart,
    control_chart,
    gravest,
    multivariate_charts,
    pareto_chart,
)
from linghang.engines.production.spc_study import Overview, Study
from linghang.engines.production.spc_tables import (
    capability_table,
    chart_table,
    contributions,
    coverage_table,
    episode_table,
    multivariate_table,
)
from linghang.words import Text

if TYPE_CHECKING:
    from linghang.engines.production.process_analysis import Settings

ELEMENT = "advanced.production.online-process-analysis"


def result_of(inputs: Inputs, settings: "Settings", study: Study, overview: Overview) -> Result:
    """Put the result together."""
    charted = [track for track, one in overview.tracks.items() if one.fitted is not None]
    if not charted:
        return nothing_to_say(_lacking(inputs, study))
    covered = coverage(inputs, study, overview, settings.least_producing_s)
    able = studied(study, overview, settings.least_points, settings.stable_percent, inputs.seed)
    tables = {
        "coverage": coverage_table(covered, settings.covered_days_percent),
        "charts": chart_table(overview),
        "episodes": episode_table(overview),
        "capability": capability_table(able),
        "multivariate": multivariate_table(overview.multivariate),
    }
    observations = _observed(inputs, settings, covered)
    needs = []
    if study.key and not any(one.produced_days for one in covered):
        needs.append("job_response")
    if not study.key:
        needs.append("process_segment.key")
    needs += [f"telemetry {one.operation.name}" for one in covered if one.produced_days and not one.charts]
    return Result(
        _finding(settings, len(charted), overview, able, covered),
        tables,
        _charts(settings, overview, able),
        observations,
        tuple(overview.events),
        tuple(needs),
    )


def _lacking(inputs: Inputs, study: Study) -> list[str]:
    needs = []
    if not inputs.tables["inspection"].num_rows:
        needs.append("inspection")
    if not study.known:
        needs.append("quality_characteristic")
    if not study.wanted:
        needs.append("telemetry")
    return needs or ["inspection.value", "inspection.defective_quantity", "telemetry"]


def _finding(
    settings: "Settings", charts: int, overview: Overview, able: list[Studied], covered: list[Covered]
) -> Text:
    grave = sum(one.severity in ("medium", "high") for one in overview.events)
    machines = len({one.subject for one in overview.events if one.severity in ("medium", "high")})
    whole = [one for one in able if not one.equipment_id and one.ppk is not None]
    weak = [one for one in whole if (one.ppk or 0.0) < settings.capable]
    worst = min(whole, key=lambda one: one.ppk or 0.0, default=None)
    done = sum(one.percent is not None and one.percent >= settings.covered_days_percent for one in covered)
    zh = (
        f"{charts}张控制图在线分析，关键工序{done}/{len(covered)}道达到分析覆盖；"
        f"{grave}次需处理的异常，涉及{machines}台设备"
    )
    en = (
        f"{charts} control charts; {done} of {len(covered)} key operations analysed; "
        f"{grave} episodes to act on, on {machines} machines"
    )
    if worst is not None:
        lowest = f"{worst.name} {worst.ppk:.2f}"
        zh += f"；{len(weak)}/{len(whole)}个特性 Ppk 低于{settings.capable:g}，最低为{lowest}"
        en += f"; {len(weak)} of {len(whole)} characteristics have a Ppk below {settings.capable:g}, lowest {lowest}"
    return Text(zh, en)


def _charts(settings: "Settings", overview: Overview, able: list[Studied]) -> tuple[AnyChart, ...]:
    charts: list[AnyChart] = []
    for track in gravest(overview, overview.events, settings.shown_charts):
        charts.append(control_chart(track, overview.tracks[track]))
    if overview.events:
        charts.append(pareto_chart(overview.events))
    worst = min((one for one in able if not one.equipment_id), key=lambda one: one.ppk or 0.0, default=None)
    if worst is not None:
        charts.append(capability_chart(worst))
    strange = max(overview.multivariate, key=lambda one: float(contributions(one).sum()), default=None)
    if strange is not None:
        charts += multivariate_charts(strange)
    return tuple(charts)


def _observed(inputs: Inputs, settings: "Settings", covered: list[Covered]) -> tuple[Observed, ...]:
    if not any(one.produced_days for one in covered):
        return ()
    percent = settings.covered_days_percent
    done = [one for one in covered if one.percent is not None and one.percent >= percent]
    idle = [one for one in covered if one.percent is None]
    detail = {
        "operations": {
            one.operation.name: {
                "analysed_percent": None if one.percent is None else round(one.percent, 2),
                "charts": one.charts,
                "producing_machine_days": one.produced_days,
            }
            for one in covered
        },
        "not_analysed": [one.operation.name for one in covered if one not in done and one not in idle],
        "did_not_produce": [one.operation.name for one in idle],
    }
    what = Text(
        f"关键工序：生产台日中至少{percent:g}%有数据进入控制图",
        f"key operations with data on a control chart on at least {percent:g} % of their producing machine-days",
    )
    return (Observed(ELEMENT, what, len(done), len(covered), inputs.start, inputs.end, len(idle), detail),)
