"""Online analysis of key process steps: control charts, capability and multivariate monitoring (N24 三(三)3, scene 26).

Follows ISO 7870-2/-4/-6/-8 (GB/T 17989) for control charts, Western Electric and Nelson for run rules, ISO 22514-2/-4
for capability, Jackson and Mudholkar for T2 and SPE. What is watched:

- measured characteristics of inspections, all products of a machine on one short-run chart (deviation from the target);
- nonconforming counts of inspections, as normal scores of exact binomial probabilities;
- process parameters (signals with both limits, or of a control loop) as hourly means while the machine runs.

Limits come from the days before the stretch (phase I), the stretch is watched against them (phase II). The stream gives
the same events as the run. A key process is an operation (work centre and name), not the row of each product: that is
what a plant means by 关键工序, and one chart of an operation holds all its products.

What it cannot do: say what caused a signal (the contributions say where it shows); tell a shift of less than half a
standard deviation within days; handle seasonal patterns; and it charts no text or counter signals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from linghang.engines.contract import EngineCard, Event, Inputs, Result, Stream, micros, nothing_to_say
from linghang.engines.production.spc_findings import result_of
from linghang.engines.production.spc_monitor import Detectors
from linghang.engines.production.spc_rules import rules_named
from linghang.engines.production.spc_stream import ProcessStream
from linghang.engines.production.spc_study import Study, learnt_study, watched
from linghang.engines.production.spc_watching import Plan
from linghang.errors import BadInput
from linghang.words import Text

CARD = EngineCard(
    id="production.process_analysis",
    version="1",
    title=Text("工序在线分析", "Online process analysis"),
    does=Text(
        "用控制图、过程能力和多变量统计在线分析关键工序，发现异常波动并指出相关参数",
        "Watches key process steps by control charts, capability and multivariate statistics; says where one deviates",
    ),
    elements=("advanced.production.online-process-analysis",),
    scenes=(26,),
    needs=("process_segment",),
    uses=("quality_characteristic", "inspection", "job_order", "job_response", "equipment", "telemetry"),
    references=("ISO 7870-2", "ISO 7870-4", "ISO 7870-6", "ISO 7870-8", "ISO 22514-2", "ISO 22514-4", "GB/T 17989.2"),
    extra="analysis",
    streaming=True,
    window_days=30,
)


@dataclass(frozen=True)
class Settings:
    """How processes are analysed.

    Attributes
    ----------
    baseline_days
        Days before the stretch that limits are learnt from: 90, so that a characteristic measured once a day still has
        more than the 20 to 25 points that ISO 7870-2 asks for, and a fault of some weeks is not taken for normal.
    least_points
        Fewest points of a baseline: 25 (ISO 7870-2, 8: 20 to 25 subgroups).
    rules
        Run rules beside the CUSUM. Only `beyond_3`, because every further rule adds false alarms: with these defaults a
        stable characteristic alarms once in 223 points, with all Western Electric rules once in 92.
    cusum_k, cusum_h
        Reference value and decision interval: 0.5 and 5, made for shifts of one standard deviation (Page; Lucas 1982).
    quiet_points
        After how many points in a row without a signal an episode is over: 5; a deviation that lasts is one event.
    most_autocorrelation
        Up to this lag-one autocorrelation points count as independent: 0.15, where the false alarms of an individuals
        chart have doubled (its moving ranges are too small by sqrt(1 - r)). Above it residuals are charted.
    subgroup_s
        Interval of process parameters: an hour is longer than a cycle and has several points even of sparse telemetry.
    settle_s
        How long a machine has to have run before an interval counts: an hour, in which dies and baths come back.
    least_inspected
        Fewest units of an inspection that is charted by count: 5; smaller ones say nothing about a share.
    covered_days_percent
        Share of producing machine-days with points on a chart from which an operation counts as analysed: 90, because a
        day without data is a day without analysis; ten percent are left for repairs of gauges and networks.
    least_producing_s
        How long a machine has to produce on a day for that day to count: an hour, or the last minutes of a lot after
        midnight would be a day.
    stable_percent
        Share of signalling points up to which a characteristic is stable enough for Cp and Cpk: 5; above it only Pp and
        Ppk are given, which say what was and promise nothing.
    capable
        Cpk from which a characteristic is called capable: 1.33 (AIAG), the usual least in the motor trade.
    mspc_alpha
        Share of normal intervals beyond each multivariate limit: 0.001, one false interval of a machine in 40 days.
    mspc_explained
        Share of variance that the model's components explain: 0.9, the usual value.
    shown_charts
        How many control charts are drawn: the ones with the gravest signals.
    """

    baseline_days: int = 90
    least_points: int = 25
    rules: tuple[str, ...] = ("beyond_3",)
    cusum_k: float = 0.5
    cusum_h: float = 5.0
    quiet_points: int = 5
    most_autocorrelation: float = 0.15
    subgroup_s: int = 3600
    settle_s: int = 3600
    least_inspected: float = 5.0
    covered_days_percent: float = 90.0
    least_producing_s: int = 3600
    stable_percent: float = 5.0
    capable: float = 1.33
    mspc_alpha: float = 0.001
    mspc_explained: float = 0.9
    shown_charts: int = 4

    def __post_init__(self) -> None:
        rules_named(self.rules)
        for name in ("baseline_days", "subgroup_s", "cusum_h", "capable", "least_inspected"):
            if not getattr(self, name) > 0:
                raise BadInput("the setting {name} is above 0", name=name)
        for name in ("cusum_k", "settle_s", "shown_charts", "least_producing_s"):
            if not getattr(self, name) >= 0:
                raise BadInput("the setting {name} is 0 or more", name=name)
        if self.quiet_points < 1:
            raise BadInput("the setting {name} is above 0", name="quiet_points")
        if self.least_points < 10:
            raise BadInput("limits need at least 10 points, not {n}", n=self.least_points)
        for name in ("covered_days_percent", "stable_percent"):
            if not 0 <= getattr(self, name) <= 100:
                raise BadInput("the setting {name} is a percentage", name=name)
        if not 0 <= self.most_autocorrelation < 1 or not 0 < self.mspc_alpha < 0.5 or not 0 < self.mspc_explained <= 1:
            raise BadInput("most_autocorrelation, mspc_alpha and mspc_explained are shares below 1")

    @property
    def plan(self) -> Plan:
        """How tracks are fitted and watched."""
        detectors = Detectors(tuple(self.rules), self.cusum_k, self.cusum_h)
        return Plan(detectors, self.least_points, self.most_autocorrelation, self.quiet_points)


def run(inputs: Inputs, settings: Settings) -> Result:
    """Analyse the stretch against limits from the days before it."""
    needs = _missing(inputs)
    if needs:
        return nothing_to_say(needs)
    study = _study(inputs, settings, micros(inputs.start))
    inputs.progress(0.3)
    seen = watched(study, inputs, settings)
    inputs.progress(0.7)
    return result_of(inputs, settings, study, seen)


def stream(inputs: Inputs, settings: Settings) -> Stream:
    """Watch inspections and telemetry as they come; limits are learnt from the days before the end of `inputs`.

    `update` takes points (tag_id, at, value, good) of signals and rows of the table `inspection`, oldest first; the
    value of a state is its place in the texts of its signal, as `Points` has it.
    """
    study = _study(inputs, settings, micros(inputs.end))
    return ProcessStream(study, inputs, settings.subgroup_s, settings.settle_s, settings.least_inspected)


def _study(inputs: Inputs, settings: Settings, until_us: int) -> Study:
    return learnt_study(inputs, settings, until_us)


def _missing(inputs: Inputs) -> list[str]:
    tables: Mapping[str, pa.Table] = inputs.tables
    needs: Sequence[str] = () if tables["process_segment"].num_rows else ("process_segment",)
    empty = not tables["inspection"].num_rows or not tables["quality_characteristic"].num_rows
    if empty and not inputs.signals.list():
        return [*needs, "inspection", "quality_characteristic", "telemetry"]
    return [*needs] if needs and empty else []


__all__ = ["CARD", "Event", "Settings", "run", "stream"]
