"""OEE and energy of a plant from 50 M rows in Parquet, through Ibis, beside the same SQL written by hand for DuckDB.

*The rows.* A fifth are states of machines, two fifths job responses, two fifths meter readings, over two years;
machines, jobs and meters in turn, so that files are sorted by time as a plant writes them. Some stretches cross
midnight of the year's end at the plant, so that their share inside a period has to be taken.

*The clock.* Ours covers building the expressions, compiling and running them, and folding the result. By hand covers
running the SQL, on the same connection. Answers are compared first.

Run the file for 50 M rows, or with a number of rows: `python -m bench.kpi 5000000`.
"""

import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from linghang.kpi.compute import figures_of, summed
from linghang.kpi.period import of_year
from linghang.kpi.spans import Spans, tick_bounds
from linghang.kpi.sums.energy import METERS
from linghang.kpi.sums.production import MACHINES

if TYPE_CHECKING:
    from bench.__main__ import Bench

ROWS = 50_000_000
MACHINE_COUNT, METER_COUNT, JOB_COUNT, SEGMENT_COUNT = 200, 100, 20_000, 400
SPANS = Spans(of_year(2025), of_year(2024))
BAR = 1.3
START, SPAN_US = "2023-12-31 00:00:00+00", 732 * 86_400_000_000


def generate(folder: Path, rows: int) -> None:
    """Write the Parquet files: the same rows for the same number of rows."""
    import duckdb

    states, jobs, readings = rows // 5, rows * 2 // 5, rows * 2 // 5
    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")

    def write(name: str, query: str) -> None:
        connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")

    def stretch(count: int, each: int) -> str:
        step = SPAN_US // max(1, count // each)
        begin = f"TIMESTAMPTZ '{START}' + to_microseconds((i // {each}) * {step})"
        return f'{begin} AS start, {begin} + to_microseconds({step}) AS "end"'

    write(
        "equipment_state",
        f"""SELECT 'E' || (i % {MACHINE_COUNT}) AS equipment_id, {stretch(states, MACHINE_COUNT)},
            CASE hash(i) % 10 WHEN 0 THEN 'idle' WHEN 1 THEN 'setup' WHEN 2 THEN 'breakdown' WHEN 3 THEN 'planned_stop'
            WHEN 4 THEN 'off' ELSE 'running' END AS state FROM range({states}) t(i)""",
    )
    write(
        "job_response",
        f"""SELECT 'R' || i AS response_id, 'J' || (i % {JOB_COUNT}) AS job_id,
            'E' || (i % {MACHINE_COUNT}) AS equipment_id, {stretch(jobs, MACHINE_COUNT)},
            (3 + hash(i) % 5)::DOUBLE AS produced_quantity, (1 + hash(i) % 3)::DOUBLE AS good_quantity
            FROM range({jobs}) t(i)""",
    )
    write(
        "meter_reading",
        f"""SELECT 'M' || (i % {METER_COUNT}) AS meter_id, {stretch(readings, METER_COUNT)},
            (hash(i) % 1000) / 7.0 AS quantity FROM range({readings}) t(i)""",
    )
    write(
        "job_order",
        f"""SELECT 'J' || i AS job_id, 'MO' || (i // 10) AS production_order_id,
            'G' || (i % {SEGMENT_COUNT}) AS segment_id, 'E' || (i % {MACHINE_COUNT}) AS equipment_id
            FROM range({JOB_COUNT}) t(i)""",
    )
    write(
        "process_segment",
        f"""SELECT 'G' || i AS segment_id, CASE WHEN i % 5 > 0 THEN 30.0 + i % 7 END AS standard_s
            FROM range({SEGMENT_COUNT}) t(i)""",
    )
    write(
        "equipment",
        f"SELECT 'E' || i AS equipment_id, 40.0 + i % 9 AS ideal_cycle_s FROM range({MACHINE_COUNT}) t(i)",
    )
    write(
        "meter",
        f"""SELECT 'M' || i AS meter_id, CASE WHEN i % 4 > 0 THEN 'electricity' ELSE 'natural_gas' END AS carrier,
            CASE WHEN i % 4 > 0 THEN 'kWh' ELSE 'Nm3' END AS unit, i % 3 = 0 AS boundary, true AS bought,
            'in' AS direction, false AS renewable, false AS feedstock FROM range({METER_COUNT}) t(i)""",
    )


def tables(connection: Any, folder: Path) -> dict[str, Any]:
    """Ibis tables over the files."""
    return {path.stem: connection.read_parquet(path, table_name=path.stem) for path in sorted(folder.glob("*.parquet"))}


def ours(found: dict[str, Any]) -> list[float]:
    """OEE and energy of both years through the sources of the indicators."""
    rows = {source.id: summed(source, found, SPANS) for source in (MACHINES, METERS)}
    result = []
    for suffix, _ in SPANS.named():
        figures = figures_of((MACHINES, METERS), rows, suffix)
        planned, good = figures["machines"].of("planned"), figures["machines"].of("planned_good")
        result += [float(good * 1_000_000 / planned), float(figures["meters"].of("kgce"))]
    return result


def by_hand(connection: Any) -> list[float]:
    """The same in SQL, written for DuckDB."""
    oee = connection.execute(OEE_SQL).fetchall()[0]
    energy = connection.execute(ENERGY_SQL).fetchall()
    factors = {"electricity": Fraction("0.1229"), "natural_gas": Fraction("1.33")}
    result = []
    for place in (0, 1):
        total = sum(Fraction(row[1 + place]) * factors[row[0]] for row in energy)
        result += [oee[place], float(total)]
    return result


def _stretches(table: str, columns: str) -> str:
    (lo1, hi1), (lo0, hi0) = (tick_bounds(period) for _, period in SPANS.named())
    return f"""SELECT *,
        greatest(0, least(e, {hi1}) - greatest(s, {lo1})) AS t1,
        greatest(0, least(e, {hi0}) - greatest(s, {lo0})) AS t0,
        CASE WHEN s >= {lo1} AND e <= {hi1} THEN 1.0 ELSE t1 / (e - s) END AS f1,
        CASE WHEN s >= {lo0} AND e <= {hi0} THEN 1.0 ELSE t0 / (e - s) END AS f0,
        least(e, {hi1}) AS e1, greatest(s, {lo1}) AS s1, least(e, {hi0}) AS e0, greatest(s, {lo0}) AS s0
        FROM (SELECT {columns}, epoch_us("start") AS s, epoch_us("end") AS e FROM {table})
        WHERE s < {max(hi1, hi0)} AND e > {min(lo1, lo0)}"""


def _extent(suffix: str) -> str:
    inside = f"FILTER (t{suffix} > 0)"
    return (
        f"sum(t{suffix}) AS spent{suffix}, min(s{suffix}) {inside} AS first{suffix}, "
        f"max(e{suffix}) {inside} AS last{suffix}, count(*) {inside} AS n{suffix}"
    )


OEE_SQL = f"""
WITH states AS (
  SELECT equipment_id, {_extent("1")}, {_extent("0")},
    sum(t1) FILTER (state NOT IN ('planned_stop', 'off')) AS planned1,
    sum(t0) FILTER (state NOT IN ('planned_stop', 'off')) AS planned0,
    sum(t1) FILTER (state = 'running') AS running1, sum(t0) FILTER (state = 'running') AS running0,
    sum(t1) FILTER (state = 'setup') AS setup1, sum(t0) FILTER (state = 'setup') AS setup0,
    sum(t1) FILTER (state = 'breakdown') AS breakdown1, sum(t0) FILTER (state = 'breakdown') AS breakdown0,
    sum(t1) FILTER (state = 'idle') AS idle1, sum(t0) FILTER (state = 'idle') AS idle0
  FROM ({_stretches("equipment_state", "equipment_id, state")}) GROUP BY equipment_id
), jobs AS (
  SELECT machine, sum(unit_s * good_quantity * f1) AS good1, sum(unit_s * good_quantity * f0) AS good0,
    sum(unit_s * produced_quantity * f1) AS run1, sum(unit_s * produced_quantity * f0) AS run0,
    sum(produced_quantity * f1) AS produced1, sum(produced_quantity * f0) AS produced0,
    sum(good_quantity * f1) AS pieces1, sum(good_quantity * f0) AS pieces0,
    sum(t1) AS busy1, sum(t0) AS busy0, count(*) FILTER (t1 > 0) AS n1, count(*) FILTER (t0 > 0) AS n0,
    count(*) FILTER (unit_s IS NULL AND t1 > 0) AS open1, count(*) FILTER (unit_s IS NULL AND t0 > 0) AS open0
  FROM (SELECT r.*, coalesce(r.equipment_id, o.equipment_id) AS machine,
      coalesce(g.standard_s, q.ideal_cycle_s) AS unit_s
    FROM ({_stretches("job_response", "job_id, equipment_id, produced_quantity, good_quantity")}) r
    LEFT JOIN job_order o USING (job_id) LEFT JOIN process_segment g USING (segment_id)
    JOIN equipment q ON q.equipment_id = coalesce(r.equipment_id, o.equipment_id)) GROUP BY machine
)
SELECT sum(good1) * 1e6 / sum(planned1), sum(good0) * 1e6 / sum(planned0),
  count(*) FILTER (spent1 > last1 - first1), count(*) FILTER (spent0 > last0 - first0),
  sum(running1), sum(running0), sum(setup1), sum(setup0), sum(breakdown1), sum(breakdown0), sum(idle1), sum(idle0),
  sum(run1), sum(run0), sum(produced1), sum(produced0), sum(pieces1), sum(pieces0), sum(busy1), sum(busy0),
  sum(open1), sum(open0), sum(states.n1), sum(states.n0), sum(jobs.n1), sum(jobs.n0)
FROM states JOIN jobs ON machine = equipment_id
"""
ENERGY_SQL = f"""
SELECT carrier, sum(q1), sum(q0), sum(n1), sum(n0), sum(spent1), sum(spent0), sum(open1), sum(open0),
  count(*) FILTER (spent1 > last1 - first1), count(*) FILTER (spent0 > last0 - first0)
FROM (SELECT meter_id, {_extent("1")}, {_extent("0")}, sum(quantity * f1) AS q1, sum(quantity * f0) AS q0,
    count(*) FILTER (quantity IS NULL AND t1 > 0) AS open1, count(*) FILTER (quantity IS NULL AND t0 > 0) AS open0
  FROM ({_stretches("meter_reading", "meter_id, quantity")}) GROUP BY meter_id)
JOIN meter USING (meter_id) WHERE boundary GROUP BY carrier, unit
"""


def prepare(folder: Path, rows: int) -> tuple[Any, dict[str, Any]]:
    """Generate, open, and refuse to time anything if the answers differ."""
    generate(folder, rows)
    connection = ibis.duckdb.connect()
    found = tables(connection, folder)
    mine, theirs = ours(found), by_hand(connection.con)
    if any(abs(one - other) > 1e-9 * abs(other) for one, other in zip(mine, theirs, strict=True)):
        raise SystemExit(f"kpi: the answers differ: {mine} and {theirs}")
    return connection, found


def run(bench: "Bench", folder: Path, rows: int = ROWS) -> None:
    """Time both in turns; the bar is a ratio of 1.3."""
    place = folder / "kpi"
    place.mkdir()
    connection, found = prepare(place, rows)
    mine, theirs = bench.race(lambda: ours(found), lambda: by_hand(connection.con))
    bar = BAR * sorted(theirs)[len(theirs) // 2] * 1e3
    bench.row(
        f"OEE and energy from {rows / 1e6:.0f} M rows in Parquet; peer: DuckDB SQL by hand (bar 1.3 x)",
        mine,
        theirs,
        bar,
    )


def main() -> None:
    """Print the times and the ratio."""
    from bench.__main__ import Bench

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    bench = Bench(rounds=int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    with tempfile.TemporaryDirectory() as folder:
        run(bench, Path(folder), rows)
    bench.console.print(bench.table)


if __name__ == "__main__":
    main()
