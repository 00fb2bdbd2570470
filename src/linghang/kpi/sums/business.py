"""Sums of the business: equipment, scenes, models, development, accounts, stock, trade, people, replication."""

from collections.abc import Mapping
from datetime import timedelta

import ibis

from linghang.kpi.spans import Expr, Spans, many, moment, over_days, over_stretches, tick_bounds, together
from linghang.kpi.sums import Source, known, no, real, yes
from linghang.words import Text

Tables = Mapping[str, Expr]
FULL = 1 - 1e-9
"""Share of the quantity that counts as all of it: sums of part deliveries carry rounding."""


def register(tables: Tables, spans: Spans) -> Expr:
    """Key equipment in use at the end of a period, and how much of it is numerically controlled."""
    rows = known(
        tables["equipment"],
        status="string",
        commissioned_on="date",
        retired_on="date",
        numerically_controlled="boolean",
    )
    columns: dict[str, Expr] = {}
    for suffix, period in spans.named():
        end = ibis.literal(period.end)
        there = rows.commissioned_on.isnull() | (rows.commissioned_on < end)
        still = rows.retired_on.isnull() | (rows.retired_on >= end)
        used = rows.status.fill_null("in_use")
        key = there & ((still & (used == "in_use")) | ((used == "retired") & yes(rows.retired_on >= end)))
        key = key & yes(rows.key)
        columns |= {
            f"key_{suffix}": many(key),
            f"controlled_{suffix}": many(key & yes(rows.numerically_controlled)),
            f"open_{suffix}": many(key & rows.numerically_controlled.isnull()),
            f"unmarked_{suffix}": many(rows.key.isnull()),
            f"rows_equipment_{suffix}": rows.count(),
        }
    return rows.aggregate(**columns)


def scenes(tables: Tables, spans: Spans) -> Expr:
    """Scenes in use at the end of a period, and those that use AI."""
    rows = known(tables["scene_built"], go_live_on="date", retired_on="date")
    columns: dict[str, Expr] = {}
    for suffix, period in spans.named():
        end = ibis.literal(period.end)
        still = rows.retired_on.isnull() | (rows.retired_on >= end)
        live = still & yes(rows.go_live_on < end)
        columns |= {
            f"scenes_{suffix}": many(live),
            f"ai_{suffix}": many(live & yes(rows.uses_ai)),
            f"open_{suffix}": many(live & rows.uses_ai.isnull()),
            f"undated_{suffix}": many(still & rows.go_live_on.isnull()),
            f"rows_scene_built_{suffix}": rows.count(),
        }
    return rows.aggregate(**columns)


def models(tables: Tables, spans: Spans) -> Expr:
    """Decision models that were called shortly before the end of a period and are not retired."""
    rows = known(tables["decision_model"], retired_on="date").select("model_id", "retired_on")
    calls = tables["model_call"].select("model_id", "at")
    within = timedelta(days=int(spans.given["model_called_days"]))
    called: dict[str, Expr] = {}
    for suffix, period in spans.named():
        _, end = period.bounds
        recent = (calls["at"] >= moment(calls["at"], end - within)) & (calls["at"] < moment(calls["at"], end))
        called[f"recent_{suffix}"] = many(recent)
    by_model = calls.group_by("model_id").aggregate(calls=calls.count(), **called)
    both = rows.left_join(by_model, "model_id")
    columns: dict[str, Expr] = {}
    for suffix, period in spans.named():
        still = both.retired_on.isnull() | (both.retired_on >= ibis.literal(period.end))
        columns |= {
            f"models_{suffix}": both.model_id.nunique(where=still & (both[f"recent_{suffix}"].fill_null(0) > 0)),
            f"rows_decision_model_{suffix}": both.count(),
            f"rows_model_call_{suffix}": both.calls.sum(),
        }
    return both.aggregate(**columns)


def development(tables: Tables, spans: Spans) -> Expr:
    """Days from approval to release of the projects released in a period; cancelled ones are left out."""
    rows = known(tables["rnd_project"], released_on="date", product_family="string")
    rows = rows.filter(no(rows.cancelled.fill_null(False)) & rows.released_on.notnull() & rows.approved_on.notnull())
    rows = rows.mutate(days=rows.released_on.delta(rows.approved_on, unit="day"))
    return over_days(
        rows.select("released_on", "days", "product_family"),
        "released_on",
        spans,
        {
            "days": lambda s: s.total(s.rows.days.cast("int64")),
            "backwards": lambda s: s.count(s.rows.days < 0),
            "families": lambda s: s.rows.product_family.nunique(where=s.inside),
            "rows_rnd_project": lambda s: s.count(),
        },
    )


def finance(tables: Tables, spans: Spans) -> Expr:
    """Accounts of the months of a period; for each account also the months that have it."""
    names = ("revenue_cny", "cost_of_goods_cny", "operating_cost_cny", "value_added_cny")
    rows = known(tables["finance_month"], **dict.fromkeys(names, "decimal(15, 4)")).select("month", *names)
    figures = {name: (lambda s, name=name: s.total(s.rows[name])) for name in names}
    months = {
        f"{name}_months": (lambda s, name=name: s.rows.month.nunique(where=s.inside & s.rows[name].notnull()))
        for name in names
    }
    return over_days(rows, "month", spans, {**figures, **months, "rows_finance_month": lambda s: s.count()})


def headcount(tables: Tables, spans: Spans) -> Expr:
    """Employees of the months of a period."""
    return over_days(
        tables["headcount_month"].select("month", "employees"),
        "month",
        spans,
        {
            "employees": lambda s: s.total(real(s.rows.employees)),
            "months": lambda s: s.rows.month.nunique(where=s.inside),
            "rows_headcount_month": lambda s: s.count(),
        },
    )


def stock(tables: Tables, spans: Spans) -> Expr:
    """Value of the stock on the last counted day of each month, summed over the months."""
    rows = tables["stock_snapshot"].select("day", "value_cny", "quantity")
    days = over_days(
        rows,
        "day",
        spans,
        {
            "value": lambda s: s.total(s.rows.value_cny),
            "open": lambda s: s.count(s.rows.value_cny.isnull() & (real(s.rows.quantity) != 0)),
            "rows": lambda s: s.count(),
        },
        by=("day",),
    )
    days = days.mutate(month=days.day.truncate("M"))
    last = days.group_by("month").aggregate(day=days.day.max()).select("day")
    ends = days.semi_join(last, "day")
    columns: dict[str, Expr] = {}
    for s, _ in spans.named():
        there = ends[f"rows_{s}"] > 0
        columns |= {
            f"value_{s}": ends[f"value_{s}"].sum(where=there),
            f"open_{s}": ends[f"open_{s}"].sum(where=there),
            f"months_{s}": ends.month.nunique(where=there),
            f"rows_stock_snapshot_{s}": ends[f"rows_{s}"].sum(where=there),
        }
    return ends.aggregate(**columns)


def _in_time(lines: Expr, due: str, came: Expr, on: str, spans: Spans, names: tuple[str, str]) -> Expr:
    """Lines due in a period, and those whose whole quantity had come by the due day."""
    lines = lines.select("line_id", "quantity", due=lines[due])
    came = came.select("line_id", came_quantity=real(came.quantity), came_on=came[on])
    parts = came.inner_join(lines.select("line_id", "due"), "line_id")
    by_line = parts.group_by("line_id").aggregate(
        in_time=parts.came_quantity.sum(where=parts.came_on <= parts.due), parts=parts.count()
    )
    rows = lines.left_join(by_line, "line_id")
    full = rows.in_time.fill_null(0.0) >= real(rows.quantity) * FULL
    rows = rows.select("due", "parts", full=full)
    result = over_days(
        rows,
        "due",
        spans,
        {
            "due": lambda s: s.count(),
            "in_time": lambda s: s.count(s.rows.full),
            f"rows_{names[0]}": lambda s: s.count(),
            f"rows_{names[1]}": lambda s: s.total(s.rows.parts),
        },
    )
    any_came = came.aggregate(**{f"came_{s}": came.count() for s, _ in spans.named()})
    return together(result, any_came)


def purchases(tables: Tables, spans: Spans) -> Expr:
    """Purchase lines that were promised for a period, and those received in full by then."""
    lines = known(tables["purchase_order_line"], cancelled="boolean")
    lines = lines.filter(no(lines.cancelled.fill_null(False)))
    return _in_time(lines, "promised_on", tables["receipt"], "received_on", spans, ("purchase_order_line", "receipt"))


def deliveries(tables: Tables, spans: Spans) -> Expr:
    """Sales lines that were due in a period, and those delivered in full by then."""
    lines = known(tables["sales_order_line"], cancelled="boolean")
    lines = lines.filter(no(lines.cancelled.fill_null(False)))
    return _in_time(lines, "due_on", tables["delivery"], "delivered_on", spans, ("sales_order_line", "delivery"))


def receivers(tables: Tables, spans: Spans) -> Expr:
    """Distinct enterprises outside the group that had adopted the mode or solution by the end of a period."""
    rows = known(tables["replication"], receiver_credit_code="string", proof="string")
    rows = rows.mutate(receiver=rows.receiver_credit_code.coalesce(rows.receiver_name))
    columns: dict[str, Expr] = {}
    for suffix, period in spans.named():
        outside = (rows.adopted_on < ibis.literal(period.end)) & no(rows.own_group)
        columns |= {
            f"receivers_{suffix}": rows.receiver.nunique(where=outside),
            f"unproven_{suffix}": many(outside & rows.proof.isnull()),
            f"rows_replication_{suffix}": rows.count(),
        }
    return rows.aggregate(**columns)


def failures(tables: Tables, spans: Spans) -> Expr:
    """Failures that stopped a machine: how many began in a period, and their time inside it."""
    rows = known(tables["failure"], stopped="boolean")
    rows = rows.filter(rows.stopped.fill_null(True)).select("start", "end")
    return over_stretches(
        rows,
        spans,
        {
            "down": lambda s: s.total(s.ticks),
            "failures": lambda s: s.count(s.rows.start_ticks >= tick_bounds(s.period)[0]),
            "rows_failure": lambda s: s.count(),
        },
    )


def maintenance(tables: Tables, spans: Spans) -> Expr:
    """Time of corrective and of all maintenance."""
    rows = tables["maintenance_order"]
    rows = rows.filter(rows.started_at.notnull() & rows.finished_at.notnull())
    rows = rows.select("kind", start=rows.started_at, end=rows.finished_at)
    return over_stretches(
        rows,
        spans,
        {
            "corrective": lambda s: s.total(ibis.ifelse(s.rows.kind == "corrective", s.ticks, 0)),
            "all": lambda s: s.total(s.ticks),
            "rows_maintenance_order": lambda s: s.count(),
        },
    )


REGISTER = Source(
    "register",
    ("equipment.key", "equipment.numerically_controlled", "equipment.status"),
    register,
    Text("期末在用的关键设备", "key equipment in use at the end of the period"),
)
SCENES = Source(
    "scenes",
    ("scene_built.uses_ai", "scene_built.go_live_on"),
    scenes,
    Text("期末已上线且未停用的场景", "scenes that are live at the end of the period"),
)
MODELS = Source(
    "models",
    ("decision_model.model_id", "model_call.model_id", "model_call.at"),
    models,
    Text(
        "期末未停用且此前规定天数（model_called_days）内有调用的模型",
        "models not retired, and called in the days before the end that model_called_days gives",
    ),
)
DEVELOPMENT = Source(
    "development",
    ("rnd_project.approved_on", "rnd_project.released_on", "rnd_project.cancelled"),
    development,
    Text("期内释放且未取消的研发项目", "projects released in the period and not cancelled"),
)
FINANCE = Source(
    "finance", ("finance_month.month",), finance, Text("期内各月的账目", "accounts of the months of the period")
)
HEADCOUNT = Source(
    "headcount",
    ("headcount_month.month", "headcount_month.employees"),
    headcount,
    Text("期内各月的平均人数，含劳务派遣", "average employees of the months, dispatched staff included"),
)
STOCK = Source(
    "stock",
    ("stock_snapshot.day", "stock_snapshot.value_cny", "stock_snapshot.quantity"),
    stock,
    Text("各月最后一个盘点日的全部库存金额", "value of all stock on the last counted day of each month"),
)
PURCHASES = Source(
    "purchases",
    (
        "purchase_order_line.line_id",
        "purchase_order_line.quantity",
        "purchase_order_line.promised_on",
        "receipt.line_id",
        "receipt.received_on",
        "receipt.quantity",
    ),
    purchases,
    Text("首次承诺日在期内且未取消的采购行", "purchase lines first promised for the period and not cancelled"),
)
DELIVERIES = Source(
    "deliveries",
    (
        "sales_order_line.line_id",
        "sales_order_line.quantity",
        "sales_order_line.due_on",
        "delivery.line_id",
        "delivery.delivered_on",
        "delivery.quantity",
    ),
    deliveries,
    Text("首次承诺交期在期内且未取消的订单行", "order lines first due in the period and not cancelled"),
)
RECEIVERS = Source(
    "receivers",
    ("replication.receiver_name", "replication.adopted_on", "replication.own_group"),
    receivers,
    Text("期末前采用且不属同一集团的企业，每家计一次", "enterprises outside the group by the end, each counted once"),
)
FAILURES = Source(
    "failures", ("failure.start", "failure.end"), failures, Text("造成停机的故障", "failures that stopped a machine")
)
MAINTENANCE = Source(
    "maintenance",
    ("maintenance_order.kind", "maintenance_order.started_at", "maintenance_order.finished_at"),
    maintenance,
    Text("有开工和完工时间的维护工单", "maintenance orders with start and finish"),
)
