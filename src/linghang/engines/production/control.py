"""Precise control: are the loops in service, do they hold, how healthy are they, and how would they be tuned better.

The library behind it is for whoever closes a loop: identification (`control_identification`, `control_state_space`),
predictive control with limits (`control_mpc`, `control_nmpc`), PID tuning (`control_pid`), soft sensors
(`control_soft_sensor`), loop health (`control_health`). The engine only proposes; writing to equipment is the twin's,
through its guard.

Share of time in advanced control is indicator 2 of the annex: Σ weight · time in service / Σ weight · running time.
Loop health follows the papers named in `control_health`; levels of automation IEC 62264 (ISA-95).

It proves the clause on precise control of key production processes: a key process is a loop to which advanced control
applies by the records. It is covered where the loop was in service for most of the producing time and held what it
should. Weights do not count here: they say how much a loop weighs in the rate, not how much of a process it is.

It cannot: know a set-point that no tag gives (limits of the tag stand in for it, or the loop stays open), identify from
a loop at rest, or tell bad tuning from a bad valve for certain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from linghang.engines.contract import EngineCard, Inputs, Observed, Result, micros, nothing_to_say
from linghang.engines.production.control_loops import (
    Held,
    Loop,
    held,
    loops_of,
    newest_stretch,
    service_rate,
    usable,
)
from linghang.engines.production.control_report import charts_of, finding_of, tables_of
from linghang.engines.production.control_study import Look, Studied, estimator_of, studied
from linghang.engines.settings import HOURS, SECONDS, setting
from linghang.engines.signals import Points
from linghang.errors import BadInput
from linghang.words import Text

ELEMENT = "advanced.production.precise-control"

CARD = EngineCard(
    id="production.control",
    version="1",
    title=Text("精准控制", "Precise control"),
    does=Text(
        "评估控制回路的投用、保持与健康，由试验数据辨识模型并给出整定与预测控制方案",
        "judges control loops by service, holding and health; identifies models from tests; proposes tuning",
    ),
    elements=(ELEMENT,),
    scenes=(22,),
    needs=("control_loop", "equipment_state", "telemetry"),
    uses=("apc_period", "equipment"),
    references=("IEC 62264-1", "Harris 1989", "Thornhill 2003", "Horch 1999", "Skogestad 2003", "Ljung 1999"),
    extra="mpc",
    window_days=30,
)


@dataclass(frozen=True)
class Settings:
    """What counts as in service, as held and as worth proposing.

    No official text gives these figures: they are ours.
    """

    in_service_share: float = setting(
        0.8,
        Text("投用率下限", "Least share in service"),
        Text(
            "先进控制投用时间占生产时间的最低比例，达到才算投用。默认 0.8（平台取值），与关键装备、"
            "关键工序的比例一致：三班制下，回路每周可有四个班手动运行，用于试验、检修和模型未涵盖的产品。",
            "Of the producing time. 0.8 (ours), as the shares of key equipment and steps: with three shifts a day a "
            "loop may go by hand for four shifts a week, for tests, service and products that it does not know.",
        ),
    )
    held_share: float = setting(
        0.95,
        Text("受控时间占比下限", "Least share held"),
        Text(
            "测量值在允差内的时间占生产时间的最低比例。默认 0.95：正常回路超出两倍标准差的部分除外。",
            "Of the producing time within the tolerance. 0.95: what two standard deviations of a healthy loop leave "
            "outside.",
        ),
    )
    tolerance_share: float = setting(
        0.02,
        Text("默认允差", "Tolerance"),
        Text(
            "位号没有上下限时，允差取设定值的这一比例。默认 0.02：工业温度、压力规格中较严的一半。",
            "Of the set-point, where a tag has no pair of limits. 0.02: the better half of industrial temperature and "
            "pressure specifications.",
        ),
    )
    known_share: float = setting(
        0.9,
        Text("可用数据占比下限", "Least share known"),
        Text(
            "生产时间中有可用数值的部分至少占此比例，才能判断回路是否受控。默认 0.9。",
            "Of the producing time that must have usable values, before it can be said that a loop held. 0.9.",
        ),
    )
    longest_gap_s: float = setting(
        1800.0,
        Text("数值有效时长", "Longest gap"),
        Text(
            "没有新值时，一个数值最多有效多久。默认 1800：每 10 分钟采样时的三个周期。",
            "How long a value counts when no next one comes. 1,800: three samples at ten minutes.",
        ),
        SECONDS,
    )
    health_hours: float = setting(
        48.0,
        Text("回路健康分析时段", "Stretch of loop health"),
        Text(
            "回路健康分析最近多长时间的数据。默认 48：足以包含慢回路的多次波动，又反映当前的整定。",
            "How much of the newest data loop health looks at. 48: enough swings of slow loops, and the tuning of "
            "today.",
        ),
        HOURS,
    )
    delay_s: float = setting(
        60.0,
        Text("默认纯滞后", "Assumed dead time"),
        Text(
            "没有辨识出纯滞后时，最小方差指数所假定的值。默认 60：加热过程和气体过程的量级。",
            "Dead time that the minimum variance index assumes where none is identified. 60: of heated and of gas "
            "processes.",
        ),
        SECONDS,
    )
    least_fit_percent: float = setting(
        50.0,
        Text("模型拟合度下限", "Least fit of a model"),
        Text(
            "模型在未参与辨识的数据上达到此拟合度，才给出整定建议。默认 50：变化的一半得到解释。",
            "Of a model on data that it has not seen, before a tuning is proposed. 50: half of the movement is "
            "explained.",
        ),
        "%",
    )
    soft_sensor: str = setting(
        "",
        Text("软测量位号", "Soft sensor"),
        Text(
            "由同一设备的其他信号估计其值的位号；留空则不做软测量。",
            "Tag whose value is to be estimated from the other signals of its machine; empty for none.",
        ),
    )

    def __post_init__(self) -> None:
        shares = (self.in_service_share, self.held_share, self.known_share, self.tolerance_share)
        if not all(0 < one <= 1 for one in shares):
            raise BadInput("a share lies above 0 and at most at 1")
        if min(self.longest_gap_s, self.health_hours, self.delay_s) <= 0 or self.least_fit_percent >= 100:
            raise BadInput("gap, hours and dead time lie above zero, and no model explains more than everything")
        if self.health_hours > 24 * 31:
            raise BadInput("loop health looks at a month at most")


def run(inputs: Inputs, settings: Settings) -> Result:
    """Look at every loop of the records."""
    loops = loops_of(inputs)
    needs = _needs(loops)
    if not loops or not any(one.producing.seconds for one in loops):
        return nothing_to_say(needs)
    looks = []
    for place, loop in enumerate(loops):
        looks.append(_look(inputs, loop, settings))
        inputs.progress((place + 1) / (len(loops) + 1))
    rate = service_rate(loops)
    estimator = estimator_of(inputs, settings.soft_sensor, settings.health_hours) if settings.soft_sensor else None
    observed = _observed(inputs, looks, settings)
    if estimator is None and settings.soft_sensor:
        needs = (*needs, f"telemetry: {settings.soft_sensor}")
    inputs.progress(1.0)
    return Result(
        finding=finding_of(looks, rate, observed),
        tables=tables_of(looks, rate, estimator),
        charts=charts_of(looks),
        observations=(observed,) if observed else (),
        needs=tuple(dict.fromkeys(needs)),
    )


def _look(inputs: Inputs, loop: Loop, settings: Settings) -> Look:
    first, last = micros(inputs.start), micros(inputs.end)
    chosen = [one for one in (loop.measured, loop.setpoint, loop.output) if one is not None]
    points: Mapping[str, Points] = {
        one.tag_id: usable(inputs.signals.points(one.tag_id, first, last)) for one in chosen
    }
    kept = Held(None, 1.0, None, "")
    study: Studied | None = None
    if loop.measured is not None:
        setpoint = points[loop.setpoint.tag_id] if loop.setpoint is not None else None
        kept = held(
            loop,
            points[loop.measured.tag_id],
            setpoint,
            tolerance_share=settings.tolerance_share,
            longest_gap_s=settings.longest_gap_s,
        )
        stretch = newest_stretch(inputs, loop, settings.health_hours, points)
        if stretch is not None:
            study = studied(loop, stretch, settings.delay_s, settings.least_fit_percent, bool(kept.against))
    verdict, why = judged(loop, kept, settings)
    return Look(loop, kept, study, verdict, why, points)


def judged(loop: Loop, kept: Held, settings: Settings) -> tuple[str, Text]:
    """Say whether a loop is under precise control: covered, not, or open, and why."""
    if loop.applicable is False:
        return "open", Text("记录标明不适用先控", "by the records advanced control does not apply")
    service = loop.service_share
    if service is None:
        return "open", Text("窗口内设备没有运行记录", "no record says that its machine ran")
    if service + loop.unlogged_share < settings.in_service_share:
        return "not", Text(
            f"投用率 {service:.1%}，低于 {settings.in_service_share:.0%}",
            f"in service for {service:.1%}, below {settings.in_service_share:.0%}",
        )
    if service < settings.in_service_share:
        return "open", Text(
            f"{loop.unlogged_share:.1%} 的生产时间没有投用记录",
            f"for {loop.unlogged_share:.1%} of the producing time nobody wrote down whether it was in service",
        )
    if loop.measured is None:
        return "open", Text("没有过程测量值位号", "no tag measures it")
    if not kept.against:
        return "open", Text("没有设定值位号，也没有上下限", "no tag gives its set-point, nor both limits")
    known = 1 - kept.unknown
    if kept.share is None or (
        kept.share * known + kept.unknown >= settings.held_share and known < settings.known_share
    ):
        return "open", Text(
            f"{kept.unknown:.1%} 的生产时间没有可用的测量值",
            f"for {kept.unknown:.1%} of the producing time there is no usable value",
        )
    if kept.share < settings.held_share:
        return "not", Text(
            f"{kept.share:.1%} 的时间在允差内，低于 {settings.held_share:.0%}",
            f"within its tolerance for {kept.share:.1%}, below {settings.held_share:.0%}",
        )
    return "covered", Text(
        f"投用率 {service:.1%}，{kept.share:.1%} 的时间在允差内",
        f"in service for {service:.1%}, within its tolerance for {kept.share:.1%}",
    )


def _observed(inputs: Inputs, looks: list[Look], settings: Settings) -> Observed | None:
    chosen = [one for one in looks if one.loop.applicable is True]
    unsaid = [one for one in looks if one.loop.applicable is None]
    if not chosen or all(one.loop.service_share is None or one.loop.measured is None for one in chosen):
        return None
    count = {name: sum(one.verdict == name for one in chosen) for name in ("covered", "open", "not")}
    return Observed(
        about=ELEMENT,
        what=Text(
            f"关键过程回路：生产时间投用率不低于 {settings.in_service_share:.0%}，"
            f"且 {settings.held_share:.0%} 的时间保持在允差内",
            f"key loops in service for at least {settings.in_service_share:.0%} of the producing time"
            f" and within tolerance for {settings.held_share:.0%} of it",
        ),
        covered=count["covered"],
        open=count["open"] + len(unsaid),
        of=len(chosen) + len(unsaid),
        start=inputs.start,
        end=inputs.end,
        detail={
            "not_covered": {one.loop.id: one.why.to_dict() for one in chosen if one.verdict == "not"},
            "open": {one.loop.id: one.why.to_dict() for one in chosen if one.verdict == "open"},
            "applicability_unsaid": [one.loop.id for one in unsaid],
        },
    )


def _needs(loops: list[Loop]) -> tuple[str, ...]:
    """Return what would have to be supplied to say more."""
    if not loops:
        return ("control_loop",)
    needs = []
    if not any(one.producing.seconds for one in loops):
        needs.append("equipment_state")
    applicable = [one for one in loops if one.applicable]
    if any(one.applicable is None for one in loops):
        needs.append("control_loop.apc_applicable")
    if any(one.unlogged_share > 0.001 for one in applicable):
        needs.append("apc_period")
    for role, name in (("measured", "measurement"), ("setpoint", "setpoint"), ("output", "output")):
        if any(getattr(one, role) is None for one in applicable or loops):
            needs.append(f"tag.role={name}")
    return tuple(needs)
