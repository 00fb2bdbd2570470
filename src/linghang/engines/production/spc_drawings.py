"""Charts of the process analysis: control charts, capability, Pareto of signals, T2 and SPE, contributions."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from linghang.engines.charts import Axis, Chart, Limit, Series
from linghang.engines.contract import Event
from linghang.engines.production.spc_capability import Studied
from linghang.engines.production.spc_study import Multivariate, Overview, Watched
from linghang.engines.production.spc_tables import contributions
from linghang.engines.production.spc_tracks import TrackId
from linghang.words import Text

TIME = Axis(Text("时间", "Time"), kind="time")
GRAVE = {"info": 0, "low": 1, "medium": 3, "high": 5, "urgent": 8}
MOST_BARS = 15
BINS = 24


def gravest(overview: Overview, events: Sequence[Event], count: int) -> list[TrackId]:
    """Return the tracks with the gravest signals, gravest first."""
    weight: Counter[TrackId] = Counter()
    track_of: dict[tuple[object, ...], TrackId] = {
        (one.equipment_id or one.operation.name or one.name, one.name, one.kind): one for one in overview.tracks
    }
    for one in events:
        track = track_of[one.subject, one.values["characteristic"], one.values["chart"]]
        weight[track] += GRAVE[one.severity]
    return [track for track, heavy in sorted(weight.items(), key=lambda one: (-one[1], one[0])) if heavy][:count]


def control_chart(track: TrackId, one: Watched) -> Chart:
    """Standardised points with limits at three sigma; those that signal are marked."""
    there = np.flatnonzero(np.isfinite(one.z))
    place = {int(each): new for new, each in enumerate(there)}
    marked = [place[each] for each in sorted(one.signals)]
    at = (one.course.at_us[there] / 1e6).tolist()
    where = " ".join(part for part in (track.operation.name, track.equipment_id, track.name) if part)
    return Chart(
        f"control-{track.operation.name}-{track.equipment_id}-{track.name}-{track.kind}",
        Text(f"控制图：{where}", f"Control chart: {where}"),
        TIME,
        Axis(Text("偏离中心线", "Deviation from the centre"), "σ"),
        (Series(Text(track.name, track.name), at, one.z[there].tolist(), "line", marked),),
        (
            Limit(Text("中心线", "Centre"), 0.0, "centre"),
            Limit(Text("上控制限", "Upper control limit"), 3.0, "control"),
            Limit(Text("下控制限", "Lower control limit"), -3.0, "control"),
            Limit(Text("上警戒限", "Upper warning limit"), 2.0, "warning"),
            Limit(Text("下警戒限", "Lower warning limit"), -2.0, "warning"),
        ),
    )


def capability_chart(one: Studied) -> Chart:
    """Histogram of the values; limits and target of the specification stand upright at their place."""
    counts, edges = np.histogram(one.values, BINS)
    middles = ((edges[:-1] + edges[1:]) / 2).tolist()
    peak = float(counts.max())
    marks = []
    for name, at in (
        (Text("规格下限", "Lower limit"), one.specification.lower),
        (Text("目标", "Target"), one.specification.target),
        (Text("规格上限", "Upper limit"), one.specification.upper),
    ):
        if at is not None:
            marks.append(Series(name, (at, at), (0.0, peak), "line"))
    spread = one.indices.sigma_total
    bell = counts.sum() * (edges[1] - edges[0]) * np.exp(-0.5 * ((np.array(middles) - one.indices.mean) / spread) ** 2)
    bell = bell / (spread * np.sqrt(2 * np.pi))
    where = " ".join(part for part in (one.operation.name, one.equipment_id, one.name) if part)
    return Chart(
        f"capability-{one.operation.name}-{one.equipment_id}-{one.name}",
        Text(f"过程能力：{where}", f"Process capability: {where}"),
        Axis(Text(one.name, one.name), one.unit),
        Axis(Text("个数", "Count")),
        (
            Series(Text("数值", "Values"), middles, counts.astype(float).tolist(), "bar"),
            Series(Text("正态曲线", "Normal curve"), middles, bell.tolist(), "line"),
            *marks,
        ),
    )


def pareto_chart(events: Sequence[Event]) -> Chart:
    """Signals by characteristic, most first, with their cumulative share."""
    counted = Counter(
        f"{one.values['operation']} {one.values['characteristic']}".strip() for one in events if one.severity != "info"
    )
    bars = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST_BARS]
    names = [name for name, _ in bars]
    counts = np.array([float(count) for _, count in bars])
    share = 100 * np.cumsum(counts) / max(sum(counted.values()), 1)
    return Chart(
        "signals-pareto",
        Text("异常信号排列图", "Pareto of signals"),
        Axis(Text("特性", "Characteristic"), kind="category"),
        Axis(Text("信号数", "Signals")),
        (
            Series(Text("信号数", "Signals"), names, counts.tolist(), "bar"),
            Series(Text("累计比例", "Cumulative share"), names, share.tolist(), "line", second=True),
        ),
        second=Axis(Text("累计比例", "Cumulative share"), "%"),
    )


def multivariate_charts(one: Multivariate) -> tuple[Chart, Chart]:
    """T2 and SPE over their limits, and the contributions of the variables."""
    at = (one.at_us / 1e6).tolist()
    t2, spe = one.found.t2 / one.model.t2_limit, one.found.spe / one.model.spe_limit
    where = f"{one.operation.name} {one.equipment_id}"
    course = Chart(
        f"multivariate-{one.equipment_id}",
        Text(f"多变量统计量：{where}", f"Multivariate statistics: {where}"),
        TIME,
        Axis(Text("统计量/控制限", "Statistic over its limit")),
        (
            Series(Text("T²", "T2"), at, t2.tolist(), "line", np.flatnonzero(t2 > 1).tolist()),
            Series(Text("SPE", "SPE"), at, spe.tolist(), "line", np.flatnonzero(spe > 1).tolist()),
        ),
        (Limit(Text("控制限", "Control limit"), 1.0, "control"),),
    )
    parts = contributions(one)
    order = np.argsort(-parts, kind="stable")
    share = 100 * parts[order] / parts.sum() if parts.sum() > 0 else np.zeros(len(parts))
    bars = Chart(
        f"contributions-{one.equipment_id}",
        Text(f"变量贡献：{where}", f"Contributions: {where}"),
        Axis(Text("变量", "Variable"), kind="category"),
        Axis(Text("贡献", "Contribution"), "%"),
        (Series(Text("贡献", "Contribution"), [one.names[each] for each in order.tolist()], share.tolist(), "bar"),),
    )
    return course, bars
