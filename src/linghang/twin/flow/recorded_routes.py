"""Routes of products from recorded routings, segments and responses."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

from linghang.errors import BadInput
from linghang.twin.flow.model import Route, Step
from linghang.twin.flow.recorded_rows import Recorded, Row, grouped
from linghang.twin.flow.recorded_times import Performance, piece_time
from linghang.words import later


def chosen_segments(recorded: Recorded, today: date) -> dict[str, list[Row]]:
    """Segments of each product that is made, in order.

    They are those of its preferred routing that is valid on the day `today`; of several the one that became valid last.
    A product without routings has the segments that name none.
    """
    foreign = recorded.foreign_centres()
    rows_here = [row for row in recorded.rows("process_segment") if row["work_center_id"] not in foreign]
    elsewhere = {row["routing_id"] for row in recorded.rows("process_segment") if row["work_center_id"] in foreign}
    valid = [row for row in recorded.rows("routing") if _valid(row, today) and row["routing_id"] not in elsewhere]
    routings, segments = (grouped(found, lambda row: row["product_id"]) for found in (valid, rows_here))
    chosen: dict[str, list[Row]] = {}
    for product in recorded.rows("product"):
        name = product["product_id"]
        ended = product["discontinued_on"]
        if ended is not None and ended <= recorded.since.date():
            continue
        rows = segments.get(name, [])
        best = sorted(routings.get(name, []), key=_preference)
        routing = best[-1]["routing_id"] if best else None
        rows = [row for row in rows if row["routing_id"] == routing] or [row for row in rows if not row["routing_id"]]
        if rows:
            chosen[name] = sorted(rows, key=lambda row: (row["sequence"], row["segment_id"]))
        else:
            recorded.assume(name, later("it is not made: it has no process segment of a valid routing"))
    if not chosen:
        recorded.problems.append(BadInput("no product has process segments: `process_segment` is needed"))
    return chosen


def _valid(routing: Row, today: date) -> bool:
    begun = routing["valid_from"] is None or routing["valid_from"] <= today
    return begun and (routing["valid_to"] is None or routing["valid_to"] > today)


def _preference(routing: Row) -> tuple[bool, date, str]:
    return bool(routing["preferred"]), routing["valid_from"] or date.min, routing["routing_id"]


def routes(
    recorded: Recorded,
    chosen: Mapping[str, Sequence[Row]],
    done: Mapping[str, Performance],
    ideal_s: Mapping[str, float],
    lot_pieces: int,
) -> tuple[Route, ...]:
    """Routes of products; a lot has the median size of its recorded lots, or else of its responses.

    Parameters
    ----------
    ideal_s
        Work centre -> ideal cycle of its machines.
    lot_pieces
        Pieces of a lot of which no record tells.
    """
    products = {row["product_id"]: row for row in recorded.rows("product")}
    lots = grouped(recorded.rows("lot"), lambda row: row["material_id"])
    found: list[Route] = []
    for product, rows in chosen.items():
        steps = [step for row in rows if (step := _step(recorded, row, done, ideal_s)) is not None]
        of = products[product]
        first, made = done.get(rows[0]["segment_id"]), lots.get(of["material_id"])
        pieces = round(median(row["quantity"] for row in made)) if made else round(first.lot_pieces) if first else 0
        if not pieces:
            pieces = lot_pieces
            recorded.assume(product, later("its lots have {value} pieces"), pieces)
        if len(steps) == len(rows):
            found.append(Route(product, tuple(steps), max(1, pieces), of["family"] or "", of["material_id"]))
    return tuple(found)


def _step(recorded: Recorded, row: Row, done: Mapping[str, Performance], ideal_s: Mapping[str, float]) -> Step | None:
    """One segment, or nothing and a problem that says what is needed."""
    name, centre = row["segment_id"], row["work_center_id"]
    if not centre:
        refusal = BadInput("segment {segment} has no work centre: `work_center_id` is needed", segment=name)
        recorded.problems.append(refusal)
        return None
    performance = done.get(name)
    piece_s = piece_time(recorded, row, performance, ideal_s.get(centre))
    if piece_s is None:
        refusal = BadInput(
            "nothing says how long segment {segment} takes: `standard_s`, `equipment.ideal_cycle_s`, or `job_response` "
            "with `equipment_state` is needed",
            segment=name,
        )
        recorded.problems.append(refusal)
        return None
    if performance is None:
        recorded.assume(name, later("it scraps nothing: no response is recorded"))
    return Step(
        segment_id=name,
        stations=(centre,),
        piece_s=piece_s,
        setup_s=_setup_s(recorded, row, performance),
        scrap=performance.scrap if performance else 0.0,
        rework=performance.rework if performance else 0.0,
        crew=row["crew"] or 0.0,
    )


def _setup_s(recorded: Recorded, row: Row, performance: Performance | None) -> float:
    """Set-up time for a change that the matrix does not list: as planned, else as reported, else none."""
    if row["setup_s"] is not None:
        return float(row["setup_s"])
    if performance is not None and performance.setup_s is not None:
        return performance.setup_s
    recorded.assume(row["segment_id"], later("it needs no set-up: neither a planned nor a reported one is recorded"))
    return 0.0
