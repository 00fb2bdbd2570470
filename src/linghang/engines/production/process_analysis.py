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
from linghang.engines.production.spc_rules import RULES, rules_named
from linghang.engines.production.spc_stream import ProcessStream
from linghang.engines.production.spc_study import Study, learnt_study, watched
from linghang.engines.production.spc_watching import Plan
from linghang.engines.settings import DAYS, SECONDS, setting
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
    """How processes are analysed."""

    baseline_days: int = setting(
        90,
        Text("基线天数", "Baseline"),
        Text(
            "用窗口之前多少天的数据确定控制限。默认 90：每天只测一次的特性也多于ISO 7870-2所要求的 20～25 个点，"
            "持续数周的异常也不会被当作正常。",
            "Days before the stretch that limits are learnt from: 90, so that a characteristic measured once a day "
            "still has more than the 20 to 25 points that ISO 7870-2 asks for, and a fault of some weeks is not taken "
            "for normal.",
        ),
        DAYS,
    )
    least_points: int = setting(
        25,
        Text("基线最少点数", "Fewest points of a baseline"),
        Text("默认 25（ISO 7870-2第 8 章：20～25 个子组）。", "25 (ISO 7870-2, 8: 20 to 25 subgroups)."),
    )
    rules: tuple[str, ...] = setting(
        ("beyond_3",),
        Text("判异准则", "Run rules"),
        Text(
            "与累积和（CUSUM）图并用的判异准则。默认只用“1点超出3σ”，因为每多一条都会增加误报：按默认设置，"
            "受控的特性平均 223 点误报一次；用西部电气的全部准则则为 92 点一次。",
            "Run rules beside the CUSUM. Only “1 point beyond 3 sigma”, because every further rule adds false alarms: "
            "with these defaults a stable characteristic alarms once in 223 points, with all Western Electric rules "
            "once in 92.",
        ),
        choices={one.name: one.text for one in RULES},
    )
    cusum_k: float = setting(
        0.5,
        Text("累积和参考值 k", "Reference value k of the CUSUM"),
        Text(
            "以标准差计。默认 0.5，针对 1 个标准差的偏移（Page；Lucas 1982）。",
            "In standard deviations: 0.5, made for shifts of one standard deviation (Page; Lucas 1982).",
        ),
    )
    cusum_h: float = setting(
        5.0,
        Text("累积和判定界限 h", "Decision interval h of the CUSUM"),
        Text(
            "以标准差计。默认 5，与参考值 0.5 配用，针对 1 个标准差的偏移（Page；Lucas 1982）。",
            "In standard deviations: 5, with the reference value 0.5 made for shifts of one standard deviation (Page; "
            "Lucas 1982).",
        ),
    )
    quiet_points: int = setting(
        5,
        Text("异常结束点数", "Points until an episode is over"),
        Text(
            "连续多少个点没有异常信号，一次异常过程即告结束。默认 5；持续的偏离只算一次。",
            "After how many points in a row without a signal an episode is over: 5; a deviation that lasts is one "
            "event.",
        ),
    )
    most_autocorrelation: float = setting(
        0.15,
        Text("自相关上限", "Greatest autocorrelation"),
        Text(
            "一阶自相关不超过此值时，各点视为独立。默认 0.15：此时单值控制图的误报已经翻倍（移动极差偏小，为 √(1−r) "
            "倍）。超过时改绘残差。",
            "Up to this lag-one autocorrelation points count as independent: 0.15, where the false alarms of an "
            "individuals chart have doubled (its moving ranges are too small by sqrt(1 - r)). Above it residuals are "
            "charted.",
        ),
    )
    subgroup_s: int = setting(
        3600,
        Text("过程参数子组间隔", "Interval of process parameters"),
        Text(
            "过程参数按此间隔分为子组。默认一小时：长于一个节拍，稀疏的时序数据也有若干个点。",
            "Interval of process parameters: an hour is longer than a cycle and has several points even of sparse "
            "telemetry.",
        ),
        SECONDS,
    )
    settle_s: int = setting(
        3600,
        Text("稳定时间", "Settling time"),
        Text(
            "设备连续运行多久之后的子组才计入。默认一小时：模具和槽液在此期间恢复。",
            "How long a machine has to have run before an interval counts: an hour, in which dies and baths come back.",
        ),
        SECONDS,
    )
    least_inspected: float = setting(
        5.0,
        Text("计数型控制图最少检验数", "Fewest units inspected"),
        Text(
            "按计数绘图的一次检验至少有多少件。默认 5；更少时比例没有意义。",
            "Fewest units of an inspection that is charted by count: 5; smaller ones say nothing about a share.",
        ),
    )
    covered_days_percent: float = setting(
        90.0,
        Text("分析覆盖率下限", "Least coverage"),
        Text(
            "在控制图上有点的生产台日占比达到此值，该工序才算已分析。默认 90：没有数据的日子就是没有分析的日子；"
            "一成留给量具和网络的检修。",
            "Share of producing machine-days with points on a chart from which an operation counts as analysed: 90, "
            "because a day without data is a day without analysis; ten percent are left for repairs of gauges and "
            "networks.",
        ),
        "%",
    )
    least_producing_s: int = setting(
        3600,
        Text("生产日最短生产时间", "Least producing time of a day"),
        Text(
            "设备一天至少生产多久，这一天才计入。默认一小时，否则一批在零点后的最后几分钟也算一天。",
            "How long a machine has to produce on a day for that day to count: an hour, or the last minutes of a lot "
            "after midnight would be a day.",
        ),
        SECONDS,
    )
    stable_percent: float = setting(
        5.0,
        Text("受控的异常点比例上限", "Most signals of a stable characteristic"),
        Text(
            "异常点比例不超过此值时，特性足够受控，可以给出Cp和Cpk。默认 5；超过时只给出Pp和Ppk，只说明过去，"
            "不预示将来。",
            "Share of signalling points up to which a characteristic is stable enough for Cp and Cpk: 5; above it "
            "only Pp and Ppk are given, which say what was and promise nothing.",
        ),
        "%",
    )
    capable: float = setting(
        1.33,
        Text("过程能力指数下限", "Cpk of a capable characteristic"),
        Text(
            "Cpk达到此值即为过程能力充分。默认 1.33（AIAG），汽车行业通常的最低要求。",
            "Cpk from which a characteristic is called capable: 1.33 (AIAG), the usual least in the motor trade.",
        ),
    )
    mspc_alpha: float = setting(
        0.001,
        Text("多变量控制限的误报率", "False alarms of the multivariate limits"),
        Text(
            "正常子组超出每一条多变量控制限的比例。默认 0.001：一台设备约 40 天误报一个子组。",
            "Share of normal intervals beyond each multivariate limit: 0.001, one false interval of a machine in 40 "
            "days.",
        ),
    )
    mspc_explained: float = setting(
        0.9,
        Text("主元解释的方差比例", "Variance explained"),
        Text(
            "模型主元所解释的方差比例。默认 0.9，为常用值。",
            "Share of variance that the model's components explain: 0.9, the usual value.",
        ),
    )
    shown_charts: int = setting(
        4,
        Text("绘制的控制图数", "Control charts drawn"),
        Text(
            "绘制多少张控制图，信号最严重的优先。",
            "How many control charts are drawn: the ones with the gravest signals.",
        ),
    )

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
