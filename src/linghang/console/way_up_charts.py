"""The way up as charts: steps over the days, levels reached and money on the same axis; cost against time."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from linghang.console import charts, figures, gantt
from linghang.console.telling import FLOORS, PROOF_SIGNS, headed, named, said
from linghang.usecases.packs import Pack
from linghang.words import Text, tr

LEVELS_PX, MONEY_PX, GAP_PX, FOOT_PX, HEAD_PX = 120, 130, 34, 60, 44
LANE_LABEL_PX, NARROW_LABEL_PX, NARROW_PX, GUTTER_PX = 230, 104, 700, 18
KINDS = {"build": Text("建设", "Build"), "evidence": Text("取证", "Evidence"), "wait": Text("等待", "Wait")}
"""The kinds of actions."""


def course_height_px(plan: Mapping[str, Any]) -> int:
    """How high the chart of a plan is."""
    lanes = gantt.LANE_PX * max(len(plan["steps"]), 1)
    return HEAD_PX + lanes + GAP_PX + LEVELS_PX + GAP_PX + MONEY_PX + FOOT_PX


def course(plan: Mapping[str, Any], confirmed: Mapping[str, Any], start: str, pack: Pack, dark: bool) -> dict[str, Any]:
    """Return the options of a plan: its steps, below them the level at each floor, and the money that is committed.

    Parameters
    ----------
    plan
        As JSON has it.
    confirmed
        Floor -> level that is confirmed now.
    start
        First day of the plan.
    """
    lanes_px = gantt.LANE_PX * max(len(plan["steps"]), 1)
    options = gantt.options(_steps(plan), dark, "UTC")
    levels_at = HEAD_PX + lanes_px + GAP_PX
    money_at = levels_at + LEVELS_PX + GAP_PX
    side = {"left": LANE_LABEL_PX + GUTTER_PX, "right": 20, "containLabel": False}
    begin, end = _ms(start), max(_ms(plan["finished"]), _ms(start) + 86_400_000)
    axis = {"type": "time", "min": begin, "max": end}
    quiet = {"axisLabel": {"show": False}, "axisTick": {"show": False}}
    options["grid"] = [
        {**side, "top": HEAD_PX, "height": lanes_px},
        {**side, "top": levels_at, "height": LEVELS_PX},
        {**side, "top": money_at, "height": MONEY_PX},
    ]
    options["xAxis"] = [
        {**axis, **quiet, "gridIndex": 0},
        {**axis, **quiet, "gridIndex": 1},
        {**axis, "gridIndex": 2},
    ]
    label = {"width": LANE_LABEL_PX, "overflow": "truncate"}
    options["yAxis"] = [
        {**options["yAxis"], "gridIndex": 0, "axisLabel": label},
        _levels_axis(pack, label),
        {
            "type": "value",
            "gridIndex": 2,
            "name": tr("committed, 10 kCNY"),
            "nameTextStyle": {"align": "left"},
            "splitNumber": 3,
            "axisLabel": label,
        },
    ]
    for one in options["dataZoom"]:
        one["xAxisIndex"] = [0, 1, 2]
    options["series"] += [*_levels(plan, confirmed, begin, end, pack), _money(plan, begin, end)]
    narrow, wide = (
        {"grid": [{"left": width + GUTTER_PX}] * 3, "yAxis": [{"axisLabel": {"width": width}}] * 3}
        for width in (NARROW_LABEL_PX, LANE_LABEL_PX)
    )
    return {"baseOption": options, "media": [{"query": {"maxWidth": NARROW_PX}, "option": narrow}, {"option": wide}]}


def _steps(plan: Mapping[str, Any]) -> dict[str, Any]:
    names = lane_names(plan["steps"])
    bars = [
        {
            "lane": name,
            "start_s": _ms(step["begins"]) / 1000,
            "end_s": _ms(step["ends"]) / 1000,
            "label": figures.large(step["cost_cny"]),
            "group": step["kind"],
        }
        for step, name in zip(plan["steps"], names, strict=True)
    ]
    used = {step["kind"] for step in plan["steps"]}
    return {
        "lanes": names,
        "bars": bars,
        "groups": [(key, text.to_dict()) for key, text in KINDS.items() if key in used],
    }


def lane_names(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the lanes are called; no two alike, for a lane is found by its name."""
    found: list[str] = []
    for step in steps:
        name = headed(said(step["title"]))
        found.append(name if name not in found else f"{name} ({step['action']})")
    return found


def _levels_axis(pack: Pack, label: Mapping[str, Any]) -> dict[str, Any]:
    names = json.dumps(["–", *(headed(said(one.title)) for one in pack.levels)], ensure_ascii=False)
    return {
        "type": "value",
        "gridIndex": 1,
        "min": 0,
        "max": len(pack.levels),
        "interval": 1,
        "axisLabel": {**label, ":formatter": f"value => {names}[value]"},
    }


def _levels(
    plan: Mapping[str, Any], confirmed: Mapping[str, Any], begin: float, end: float, pack: Pack
) -> list[dict[str, Any]]:
    """The level over time at each floor, as steps; lines that would lie on each other are drawn apart by their dash."""
    dashes = {"declared": "dotted", "documented": "dashed", "measured": "solid"}
    series = []
    for floor, now in confirmed.items():
        points = [[begin, _place(pack, now)]]
        points += [[_ms(one["day"]), _place(pack, one["level"])] for one in plan["reached"] if one["floor"] == floor]
        series.append(
            {
                "name": f"{PROOF_SIGNS[floor]} {headed(named(FLOORS, floor))}",
                "type": "line",
                "step": "end",
                "xAxisIndex": 1,
                "yAxisIndex": 1,
                "symbolSize": 7,
                "lineStyle": {"type": dashes[floor], "width": 2},
                "data": [*points, [end, points[-1][1]]],
            }
        )
    return series


def _place(pack: Pack, level: str | None) -> int:
    return 0 if level is None else pack.level_ids.index(level) + 1


def _money(plan: Mapping[str, Any], begin: float, end: float) -> dict[str, Any]:
    points: list[list[float]] = [[begin, 0.0]]
    points += [[_ms(one["day"]), float(one["cost_cny"]) / figures.MYRIAD] for one in plan["curve"]]
    return {
        "name": headed(tr("committed money")),
        "type": "line",
        "step": "end",
        "xAxisIndex": 2,
        "yAxisIndex": 2,
        "showSymbol": False,
        "areaStyle": {"opacity": 0.15},
        "data": [*points, [end, points[-1][1]]],
    }


def _ms(day: str) -> float:
    return datetime.combine(date.fromisoformat(day), time(), UTC).timestamp() * 1000


def trade_off(front: Mapping[str, Any], taken: Mapping[str, Any] | None, dark: bool) -> dict[str, Any]:
    """Return the options of cost against time: plans that nothing beats in both as a line, those of less risk faint.

    Parameters
    ----------
    taken
        The plan that is shown, to mark its place.
    """
    plans = front["plans"]
    best = beaten_by_none(plans)
    colour, faint = charts.COLOURS[dark][0], charts.COLOURS[dark][5]
    here = [[taken["months"], float(taken["cost_cny"]) / figures.MYRIAD]] if taken else []
    points = [
        {
            "value": [one["months"], float(one["cost_cny"]) / figures.MYRIAD],
            "name": str(place),
            "itemStyle": {"color": colour if place in best else faint},
        }
        for place, one in enumerate(plans)
    ]
    line = [points[place]["value"] for place in best]
    return {
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 12, "right": 24, "top": 40, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": {"type": "value", "scale": True, "name": tr("months"), "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "value", "scale": True, "name": tr("cost, 10 kCNY"), "nameTextStyle": {"align": "left"}},
        "series": [
            {"type": "line", "data": line, "showSymbol": False, "step": "end", "silent": True, "color": colour},
            {"type": "scatter", "data": points, "symbolSize": 14, "cursor": "pointer"},
            {
                "type": "scatter",
                "data": here,
                "symbolSize": 24,
                "silent": True,
                "itemStyle": {"color": "transparent", "borderColor": charts.COLOURS[dark][1], "borderWidth": 3},
            },
        ],
    }


def beaten_by_none(plans: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the places of the plans than which no other is cheaper and as early, the earliest first."""
    found: list[int] = []
    order = sorted(range(len(plans)), key=lambda place: (plans[place]["months"], float(plans[place]["cost_cny"])))
    for place in order:
        if not found or float(plans[place]["cost_cny"]) < float(plans[found[-1]]["cost_cny"]):
            found.append(place)
    return found
