"""Sums of production orders: how long they took, and what their first and last operation made."""

from collections.abc import Mapping

from linghang.kpi.spans import Expr, Spans, over_stretches
from linghang.kpi.sums import Source, known, real, with_counts
from linghang.words import Text


def orders(tables: Mapping[str, Expr], spans: Spans) -> Expr:
    """Busy and execution time of the orders, quantities of first and last operation, scrap and planned scrap."""
    names = ("produced_quantity", "scrap_quantity")
    by_job = over_stretches(
        tables["job_response"].select("job_id", "start", "end", *names),
        spans,
        {
            "produced": lambda s: s.total(real(s.rows.produced_quantity) * s.share),
            "scrap": lambda s: s.total(real(s.rows.scrap_quantity) * s.share),
            "busy": lambda s: s.total(s.ticks),
            "first": lambda s: s.first.min(where=s.inside),
            "last": lambda s: s.last.max(where=s.inside),
            "responses": lambda s: s.count(),
        },
        by=("job_id",),
    )
    jobs = known(tables["job_order"], planned_scrap_quantity="float64")
    jobs = jobs.select("job_id", "production_order_id", "segment_id", "planned_scrap_quantity")
    segments = tables["process_segment"].select("segment_id", "sequence")
    rows = by_job.inner_join(jobs, "job_id").inner_join(segments, "segment_id")
    rows = rows.mutate(
        opens=rows["sequence"] == rows["sequence"].min().over(group_by="production_order_id"),
        closes=rows["sequence"] == rows["sequence"].max().over(group_by="production_order_id"),
    )
    columns: dict[str, Expr] = {}
    for s, _ in spans.named():
        there = rows[f"responses_{s}"] > 0
        columns |= {
            f"first_{s}": rows[f"first_{s}"].min(),
            f"last_{s}": rows[f"last_{s}"].max(),
            f"busy_{s}": rows[f"busy_{s}"].sum(),
            f"opened_{s}": rows[f"produced_{s}"].sum(where=rows.opens),
            f"closed_{s}": rows[f"produced_{s}"].sum(where=rows.closes),
            f"scrap_{s}": rows[f"scrap_{s}"].sum(),
            f"planned_scrap_{s}": real(rows.planned_scrap_quantity).sum(where=there),
            f"responses_{s}": rows[f"responses_{s}"].sum(),
        }
    by_order = rows.group_by("production_order_id").aggregate(**columns)
    totals: dict[str, Expr] = {}
    for s, _ in spans.named():
        took = by_order[f"last_{s}"] - by_order[f"first_{s}"]
        totals[f"execution_{s}"] = took.sum()
        for name in ("busy", "opened", "closed", "scrap", "planned_scrap"):
            totals[f"{name}_{s}"] = by_order[f"{name}_{s}"].sum()
        totals[f"rows_job_response_{s}"] = by_order[f"responses_{s}"].sum()
    return with_counts(by_order.aggregate(**totals), tables, spans, "job_order", "process_segment")


ORDERS = Source(
    "orders",
    (
        "job_response.job_id",
        "job_response.start",
        "job_response.end",
        "job_response.produced_quantity",
        "job_response.scrap_quantity",
        "job_order.job_id",
        "job_order.production_order_id",
        "job_order.segment_id",
        "process_segment.segment_id",
        "process_segment.sequence",
    ),
    orders,
    Text("有报工的生产订单", "production orders with job responses"),
)
