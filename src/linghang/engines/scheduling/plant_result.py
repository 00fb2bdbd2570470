"""The schedule as tables and charts, in the plant's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from linghang.engines.charts import AnyChart, Axis, Bar, Chart, Gantt, Series
from linghang.engines.contract import ResultTable
from linghang.engines.scheduling.explain import Late, bottleneck
from linghang.engines.scheduling.model import Schedule
from linghang.engines.scheduling.plant_orders import Order, Plant
from linghang.engines.scheduling.plant_promise import Promised
from linghang.engines.scheduling.solving import Solved
from linghang.engines.scheduling.verify import Verdict
from linghang.words import Text

TIME = pa.timestamp("s", tz="UTC")
CAUSES: Mapping[str, Text] = {
    "machine": Text("等设备", "waits for the machine"),
    "setup": Text("等换型", "waits for the set-up"),
    "predecessor": Text("等前工序", "waits for the operation before"),
    "resource": Text("等工装或人员", "waits for tool or crew"),
    "release": Text("未下达", "not released"),
    "break": Text("停班", "the machine is closed"),
    "frozen": Text("冻结", "frozen"),
    "own work": Text("本工序加工", "its own work"),
}


def found_text(plant: Plant, solved: Solved, late: Sequence[Late]) -> Text:
    """Return the finding in one sentence."""
    assert plant.problem is not None
    name, work, setup, available, _ = bottleneck(plant.problem, solved.schedule)[0]
    share = 100 * (work + setup) / available
    orders = len({_order_of(plant, one.job) for one in late})
    all_ = len(plant.orders) + len(plant.left_out)
    hours, setups = solved.measured["makespan"] / 3600, solved.measured["setup"] / 3600
    return Text(
        f"{all_} 张未完订单中 {len(plant.orders)} 张（{len(solved.schedule.placements)} 道批次工序）"
        "排入校验通过的排程，"
        f"{hours:.1f} 小时后全部完工，延期 {orders} 张，换型 {setups:.1f} 小时，瓶颈 {name}（负荷 {share:.0f} %）",
        f"{len(plant.orders)} of {all_} open orders ({len(solved.schedule.placements)} lot operations) are in the "
        f"verified schedule, all done in {hours:.1f} h, {orders} late, {setups:.1f} h of set-ups, bottleneck {name} "
        f"({share:.0f} % loaded)",
    )


def _order_of(plant: Plant, lot: str) -> str:
    return next(order.id for order in plant.orders if lot in order.lots)


def tables(
    plant: Plant,
    solved: Solved,
    late: Sequence[Late],
    promises: Sequence[Promised],
    rules: Mapping[str, tuple[Schedule, Verdict]],
) -> dict[str, ResultTable]:
    """Return the tables of a schedule; those without rows are left out."""
    made = {
        "schedule": _schedule(plant, solved.schedule),
        "orders": _orders(plant, solved.schedule, late),
        "chains": _chains(plant, late),
        "machines": _machines(plant, solved.schedule),
        "comparison": _comparison(plant, solved, rules),
        "promises": _promises(promises),
        "assumptions": _assumptions(plant),
    }
    return {name: one for name, one in made.items() if one.data.num_rows}


def _at(plant: Plant, seconds: int) -> datetime:
    return plant.origin + timedelta(seconds=seconds)


def _table(title: Text, columns: Sequence[tuple[str, pa.DataType, Text]], rows: Sequence[Sequence[Any]]) -> ResultTable:
    data = {name: pa.array([row[at] for row in rows], kind) for at, (name, kind, _) in enumerate(columns)}
    return ResultTable(title, pa.table(data), {name: text for name, _, text in columns})


def _schedule(plant: Plant, made: Schedule) -> ResultTable:
    columns = (
        ("order", pa.string(), Text("生产订单", "Production order")),
        ("job", pa.string(), Text("工单", "Job order")),
        ("lot", pa.string(), Text("批次工序", "Lot operation")),
        ("segment", pa.string(), Text("工序", "Operation")),
        ("equipment", pa.string(), Text("设备", "Equipment")),
        ("start", TIME, Text("开始", "Start")),
        ("end", TIME, Text("结束", "End")),
        ("setup_min", pa.float64(), Text("换型 min", "Set-up min")),
        ("quantity", pa.float64(), Text("数量", "Quantity")),
    )
    rows = []
    for one in sorted(made.placements.values(), key=lambda one: (one.start, one.machine, one.task)):
        order, step, pieces = plant.of_task[one.task]
        name = str(step.segment.get("name") or step.segment["segment_id"])
        row = (order.id, step.job_id, one.task, name, one.machine, _at(plant, one.start), _at(plant, one.end))
        rows.append((*row, round(one.setup / 60, 1), float(pieces)))
    return _table(Text("排程", "Schedule"), columns, rows)


def ends(plant: Plant, made: Schedule) -> dict[str, datetime]:
    """Return when every order ends."""
    last: dict[str, int] = {}
    for one in made.placements.values():
        order = plant.of_task[one.task][0].id
        last[order] = max(last.get(order, 0), one.end)
    return {order: _at(plant, end) for order, end in last.items()}


def _hours(later: datetime | None, earlier: datetime | None) -> float | None:
    return None if later is None or earlier is None else round((later - earlier).total_seconds() / 3600, 2)


def _orders(plant: Plant, made: Schedule, late: Sequence[Late]) -> ResultTable:
    columns = (
        ("order", pa.string(), Text("生产订单", "Production order")),
        ("product", pa.string(), Text("产品", "Product")),
        ("quantity", pa.float64(), Text("数量", "Quantity")),
        ("due", TIME, Text("交期", "Due")),
        ("planned_end", TIME, Text("原计划完成", "End as recorded in the plan")),
        ("scheduled_end", TIME, Text("排程完成", "Scheduled end")),
        ("slack_h", pa.float64(), Text("距交期余量 h", "Slack to the due date h")),
        ("against_plan_h", pa.float64(), Text("比原计划晚 h", "Later than the plan h")),
        ("why_zh", pa.string(), Text("延期原因（中文）", "Why late (Chinese)")),
        ("why_en", pa.string(), Text("延期原因（英文）", "Why late (English)")),
    )
    end = ends(plant, made)
    worst: dict[str, Late] = {}
    for one in late:
        worst.setdefault(_order_of(plant, one.job), one)
    rows = []
    for order in plant.orders:
        why = reason(plant, worst[order.id]) if order.id in worst else Text("", "")
        done = end.get(order.id)
        slack, against = _hours(order.due, done), _hours(done, order.planned_end)
        dates = (order.due, order.planned_end, done)
        rows.append((order.id, order.product, order.quantity, *dates, slack, against, why.zh, why.en))
    rows.sort(key=lambda row: (row[6] is None, row[6] or 0.0, row[0]))
    return _table(Text("订单", "Orders"), columns, rows)


def reason(plant: Plant, one: Late) -> Text:
    """Say why a lot is late, and what would have to change."""
    late_h, alone_h = one.by / 3600, (one.alone - one.due) / 3600
    if one.hopeless:
        return Text(
            f"延期 {late_h:.1f} h；即使独占全厂也晚 {alone_h:.1f} h：须改交期、拆小批或减工时",
            f"{late_h:.1f} h late; {alone_h:.1f} h late even with the plant to itself: only a later date, "
            "smaller lots or shorter operations help",
        )
    ahead = dict.fromkeys(_order_of(plant, lot) for lot in one.ahead)
    names = list(ahead)[:3]
    return Text(
        f"延期 {late_h:.1f} h；关键链上其他批次占 {one.foreign / 3600:.1f} h，主要在 {one.bottleneck}"
        f"（订单 {'、'.join(names)}），换型 {one.setups / 3600:.1f} h，停班 {one.pauses / 3600:.1f} h："
        f"须在 {one.bottleneck} 增加 {late_h:.1f} h 产能或让这些订单后移",
        f"{late_h:.1f} h late; on its critical chain other lots take "
        f"{one.foreign / 3600:.1f} h, most on "
        f"{one.bottleneck} (orders {', '.join(names)}), set-ups {one.setups / 3600:.1f} h, "
        f"closed {one.pauses / 3600:.1f} h: {one.bottleneck} lacks {late_h:.1f} h of capacity, "
        "or these orders have to go later",
    )


def _chains(plant: Plant, late: Sequence[Late]) -> ResultTable:
    columns = (
        ("late", pa.string(), Text("延期批次", "Late lot")),
        ("step", pa.int64(), Text("链上序号：1 为最后", "Step of the chain: 1 is the last")),
        ("lot", pa.string(), Text("批次工序", "Lot operation")),
        ("equipment", pa.string(), Text("设备", "Equipment")),
        ("start", TIME, Text("开始", "Start")),
        ("end", TIME, Text("结束", "End")),
        ("cause_zh", pa.string(), Text("等待（中文）", "Waits for (Chinese)")),
        ("cause_en", pa.string(), Text("等待（英文）", "Waits for (English)")),
        ("by", pa.string(), Text("被谁", "Held up by")),
    )
    rows = []
    for one in late[:20]:
        for step, link in enumerate(one.chain, 1):
            said = CAUSES[link.cause]
            place = (link.task, link.machine, _at(plant, link.start), _at(plant, link.end))
            rows.append((one.job, step, *place, said.zh, said.en, link.by))
    return _table(Text("延期关键链", "Critical chains of late lots"), columns, rows)


def _machines(plant: Plant, made: Schedule) -> ResultTable:
    assert plant.problem is not None
    columns = (
        ("equipment", pa.string(), Text("设备", "Equipment")),
        ("work_center", pa.string(), Text("工作中心", "Work center")),
        ("work_h", pa.float64(), Text("加工 h", "Work h")),
        ("setup_h", pa.float64(), Text("换型 h", "Set-ups h")),
        ("load_percent", pa.float64(), Text("负荷率 %", "Load %")),
        ("operations", pa.int64(), Text("批次工序数", "Lot operations")),
    )
    rows = [
        (
            name,
            plant.floor.centre_of[name],
            round(work / 3600, 2),
            round(setup / 3600, 2),
            round(100 * (work + setup) / available, 1),
            count,
        )
        for name, work, setup, available, count in bottleneck(plant.problem, made)
    ]
    return _table(Text("设备负荷", "Load of the machines"), columns, rows)


def _comparison(plant: Plant, solved: Solved, rules: Mapping[str, tuple[Schedule, Verdict]]) -> ResultTable:
    columns = (
        ("plan", pa.string(), Text("方案", "Plan")),
        ("verified", pa.bool_(), Text("校验通过", "Verified")),
        ("late_orders", pa.int64(), Text("延期订单", "Late orders")),
        ("tardiness_h", pa.float64(), Text("加权延期 h（按批次）", "Weighted tardiness h (by lot)")),
        ("makespan_h", pa.float64(), Text("全部完工 h", "All done after h")),
        ("setup_h", pa.float64(), Text("换型 h", "Set-ups h")),
    )
    rows: list[tuple[Any, ...]] = []
    made = {f"{solved.by}": (solved.schedule, solved.verdict), **rules}
    for place, (name, (one, verdict)) in enumerate(made.items()):
        end = ends(plant, one)
        late = sum(order.due is not None and end[order.id] > order.due for order in plant.orders)
        label = "this schedule" if place == 0 else name
        figures = [round(value / 3600, 2) for value in (verdict.tardiness, verdict.makespan, verdict.setup)]
        rows.append((label, verdict.good, late, *figures))
    told = [order for order in plant.orders if order.planned_end is not None]
    if told and len(told) == len(plant.orders):  # the records name no machines: their plan cannot be verified
        late = sum(_late(order) for order in told)
        last = max(_hours(order.planned_end, plant.origin) or 0.0 for order in told)
        rows.append(("records", None, late, None, last, None))
    return _table(Text("与派工规则和原计划比较", "Beside dispatch rules and the recorded plan"), columns, rows)


def _late(order: Order) -> bool:
    return order.due is not None and order.planned_end is not None and order.planned_end > order.due


def _promises(promises: Sequence[Promised]) -> ResultTable:
    columns = (
        ("line", pa.string(), Text("销售订单行", "Sales order line")),
        ("product", pa.string(), Text("产品", "Product")),
        ("quantity", pa.float64(), Text("数量", "Quantity")),
        ("due", TIME, Text("交期", "Due")),
        ("untouched", TIME, Text("不动其他订单最早完成", "Earliest without moving others")),
        ("earliest", TIME, Text("可移动其他订单最早完成", "Earliest with moving others")),
        ("moved", pa.int64(), Text("移动的批次工序", "Lot operations moved")),
    )
    rows = [(one.line, one.product, one.quantity, one.due, one.untouched, one.earliest, one.moved) for one in promises]
    return _table(Text("可承诺交期", "Promise dates"), columns, rows)


def _assumptions(plant: Plant) -> ResultTable:
    columns = (
        ("what_zh", pa.string(), Text("假设（中文）", "Assumed (Chinese)")),
        ("what_en", pa.string(), Text("假设（英文）", "Assumed (English)")),
    )
    rows = [(text.zh, text.en) for text in map(_said, plant.notes)]
    rows += [
        (
            f"{centre}：按窗口内报工，单件用时为标准工时的 {pace:.2f} 倍",
            f"{centre}: a piece takes {pace:.2f} of its standard time, as reported in the window",
        )
        for centre, pace in sorted(plant.floor.pace.items())
    ]
    return _table(Text("假设", "Assumptions"), columns, rows)


def _said(note: str) -> Text:
    kind, _, value = note.partition(" ")
    if kind == "repair":
        return Text(
            f"{value} 在修，按以往维修时长估计恢复时间", f"{value} is under repair; back after the usual repair time"
        )
    if kind == "lots":
        return Text(f"任务过多，批次放大到 {value} h", f"too many tasks: lots of up to {value} h")
    return Text("记录的班次之后按最后一周延续", "behind the recorded shifts their last week goes on")


def charts(plant: Plant, made: Schedule) -> tuple[AnyChart, ...]:
    """Return the Gantt chart of the machines and their load."""
    assert plant.problem is not None
    loads = bottleneck(plant.problem, made)
    lanes = sorted({one.machine for one in made.placements.values()}, key=lambda n: (plant.floor.centre_of[n], n))
    begin = plant.origin.timestamp()
    bars = []
    for one in sorted(made.placements.values(), key=lambda one: (one.machine, one.start, one.task)):
        order = plant.of_task[one.task][0]
        if one.setup:
            bars.append(Bar(one.machine, begin + max(one.start - one.setup, 0), begin + one.start, "", "setup"))
        bars.append(Bar(one.machine, begin + one.start, begin + one.end, one.task, order.id))
    groups = [("setup", Text("换型", "Set-up")), *((order.id, Text(order.id, order.id)) for order in plant.orders)]
    load = [round(100 * (work + setup) / available, 1) for _, work, setup, available, _ in loads]
    return (
        Gantt("schedule", Text("排程甘特图", "Schedule"), lanes, bars, groups),
        Chart(
            "load",
            Text("设备负荷", "Load of the machines"),
            Axis(Text("设备", "Equipment"), kind="category"),
            Axis(Text("负荷率", "Load"), "%"),
            [Series(Text("负荷率", "Load"), [one[0] for one in loads], load, "bar")],
        ),
    )
