"""The process analysis: figures beside published ones, and speed beside a plain loop over charts in pandas.

Alone it takes the number of rounds; with `--plant DIR` it also counts what it finds of the faults that were put into a
reference plant, and how many alarms have none behind them (minutes).
"""

import argparse
import csv
import gzip
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from rich.table import Table

from linghang.engines.production.capability_indices import Specification, capability
from linghang.engines.production.mspc import fit_model, statistics
from linghang.engines.production.process_analysis import Settings
from linghang.engines.production.process_analysis import run as analyse
from linghang.engines.production.spc_anova import one_way
from linghang.engines.production.spc_arl import cusum_arl, ewma_arl, rules_arl, shewhart_arl, simulated_arl
from linghang.engines.production.spc_charts import attribute_limits, subgroup_charts
from linghang.engines.production.spc_constants import d2
from linghang.engines.production.spc_rules import NELSON, WESTERN_ELECTRIC, violations
from linghang.usecases.engine_inputs import opened

if TYPE_CHECKING:
    from bench.__main__ import Bench

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
CHARTS, GROUPS, SIZE = 2_000, 25, 5
SHARED_TEP = {
    1: (0.994, 0.998), 4: (0.29, 0.978), 6: (0.99, 1.0), 8: (0.973, 0.963), 11: (0.476, 0.505), 13: (0.95, 0.949),
    14: (0.999, 0.999), 17: (0.78, 0.932), 19: (0.044, 0.109), 21: (0.36, 0.449),
}  # fmt: skip


def ours(values: np.ndarray) -> int:
    """Limits of Xbar and R and all eight Nelson rules, all charts at once; the number of marks."""
    charts = subgroup_charts(values)
    z = (charts.means - charts.location.centre[:, None]) / (charts.location.sigma[:, None] / np.sqrt(SIZE))
    return int(sum(one.sum() for one in violations(z, NELSON).values()))


def plain(values: np.ndarray) -> int:
    """The same one chart at a time, as one writes it in pandas (all eight rules by rolling windows)."""
    import pandas as pd

    marks = 0
    for one in values:
        frame = pd.DataFrame(one)
        means, ranges = frame.mean(axis=1), frame.max(axis=1) - frame.min(axis=1)
        z = (means - means.mean()) / (ranges.mean() / d2(SIZE) / np.sqrt(SIZE))
        marks += sum(int(rule.sum()) for rule in _rolled(z))
    return marks


def _rolled(z: Any) -> Iterator[Any]:
    step = z.diff()
    turn = (step * step.shift(1)) < 0

    def full(mask: Any, length: int) -> Any:
        return mask.rolling(length).sum() >= length

    yield z.abs() > 3
    yield full(z > 0, 9) | full(z < 0, 9)
    yield full(step > 0, 5) | full(step < 0, 5)
    yield full(turn, 12)
    yield ((z > 2).rolling(3).sum() >= 2) | ((z < -2).rolling(3).sum() >= 2)
    yield ((z > 1).rolling(5).sum() >= 4) | ((z < -1).rolling(5).sum() >= 4)
    yield full(z.abs() < 1, 15)
    yield full(z.abs() > 1, 8)


def run(bench: "Bench") -> None:
    """Time both on the same charts, after their answers agree; then print the figures."""
    values = np.random.default_rng(1).normal(10, 1, (CHARTS, GROUPS, SIZE))
    few = values[:100]
    assert ours(few) == plain(few)
    (seconds,) = bench.race(lambda: ours(values))
    start = time.perf_counter()
    plain(few)
    peer = [(time.perf_counter() - start) * CHARTS / len(few)]
    # 2,000 charts in 200 ms are 10,000 charts a second.
    bench.row("SPC: 2,000 charts of 25 x 5, Xbar-R, 8 Nelson rules; peer: pandas, each chart", seconds, peer, 200)
    bench.console.print(figures())


def figures(runs: int = 20_000) -> Table:
    """Return every published figure beside ours."""
    table = Table(title="process analysis: published beside ours", title_justify="left")
    for column in ("figure", "published", "ours", "difference"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    rows = [*_run_lengths(runs), *_reference(), *_nist(), *_tep()]
    for name, published, found in rows:
        table.add_row(name, f"{published:.9g}", f"{found:.9g}", f"{100 * (found - published) / published:+.2g} %")
    return table


def _run_lengths(runs: int) -> Iterator[tuple[str, float, float]]:
    yield "ARL Shewhart 3 sigma, exact", 370.4, shewhart_arl()
    yield "ARL Shewhart 3 sigma, simulated", 370.4, simulated_arl("shewhart", 0.0, runs, 1)[0]
    for h, shift, published in ((4, 0, 168.0), (4, 1, 8.38), (5, 0, 465.0), (5, 1, 10.4)):
        yield f"ARL CUSUM k=0.5 h={h} shift {shift}, exact", published, cusum_arl(shift, 0.5, h)
        yield (
            f"ARL CUSUM k=0.5 h={h} shift {shift}, simulated",
            published,
            simulated_arl("cusum", shift, runs, 2, h=h)[0],
        )
    for weight, width, shift, published in ((0.25, 2.998, 0, 500.0), (0.25, 2.998, 1, 11.1), (0.1, 2.814, 1, 10.3)):
        name = f"ARL EWMA {weight}/{width} shift {shift}"
        yield f"{name}, exact", published, ewma_arl(shift, weight, width)
        yield f"{name}, simulated", published, simulated_arl("ewma", shift, runs, 3, weight=weight, width=width)[0]
    yield "ARL Western Electric rules, exact", 91.75, rules_arl(WESTERN_ELECTRIC)


def _reference() -> Iterator[tuple[str, float, float]]:
    folder = SHARED / "spc_reference"
    if not folder.exists():
        return
    known = json.loads((folder / "reference.json").read_text())

    def column(name: str, field: str) -> np.ndarray:
        with (folder / name).open(encoding="utf-8") as file:
            return np.array([float(row[field]) for row in csv.DictReader(file) if row["trial"] == "TRUE"])

    rings = column("qcc_pistonrings.csv", "diameter")
    for name, key in (("range", "sigma_R"), ("sd", "sigma_S"), ("pooled", "sigma_pooled_over_c4(101)")):
        found = subgroup_charts(rings.reshape(25, 5), name).location  # type: ignore[arg-type]
        yield f"piston rings, sigma ({name})", known["pistonrings"][key], float(found.sigma)
    yield "piston rings, upper limit (pooled; Scrucca 2004)", 74.01444, float(found.upper)
    sigma = float(subgroup_charts(rings.reshape(25, 5)).location.sigma)
    able = capability(rings, Specification(73.95, 74.05), sigma, 90)
    assert able.cp is not None
    assert able.cpk is not None
    yield "piston rings, Cp", known["pistonrings"]["Cp(73.95,74.05)"], able.cp.value
    yield "piston rings, Cpk", known["pistonrings"]["Cpk"], able.cpk.value
    bad = column("qcc_orangejuice.csv", "D")
    juice = attribute_limits(bad, np.full(len(bad), 50.0), "p")[1]
    yield "orange juice, p upper limit", known["orangejuice"]["UCL"], float(juice.upper[0])
    boards = column("qcc_circuit.csv", "x")
    circuit = attribute_limits(boards, np.ones(len(boards)), "c")[1]
    yield "circuit boards, c upper limit", known["circuit_c_chart"]["UCL"], float(circuit.upper[0])


def _nist() -> Iterator[tuple[str, float, float]]:
    from decimal import Decimal

    for name in ("SiRstv", "SmLs01", "SmLs04", "SmLs07"):
        path = SHARED / "nist_strd_anova" / f"{name}.dat"
        if not path.exists():
            return
        lines = path.read_text().splitlines()
        certified = float(next(line.split()[-1] for line in lines[36:50] if line.startswith("Between")))
        groups: dict[str, list[str]] = {}
        for line in lines[60:]:
            if len(parts := line.split()) == 2:
                groups.setdefault(parts[0], []).append(parts[1])
        for kind in (float, Decimal):
            found = one_way([[kind(one) for one in group] for group in groups.values()])
            yield f"NIST {name}, F from {kind.__name__}s", certified, found.f


def _tep() -> Iterator[tuple[str, float, float]]:
    folder = SHARED / "process_tep"
    if not folder.exists():
        return

    def read(name: str) -> np.ndarray:
        with gzip.open(folder / f"{name}.dat.gz", "rt") as file:
            return np.loadtxt(file)

    model = fit_model(read("d00").T, explained=0.85)
    quiet = statistics(model, read("d00_te"))
    limits = np.quantile(quiet.t2, 0.99), np.quantile(quiet.spe, 0.99)
    rates = []
    for fault in SHARED_TEP:
        found = statistics(model, read(f"d{fault:02d}_te")[160:])
        rates.append(((found.t2 > limits[0]).mean(), (found.spe > limits[1]).mean()))
    known, mean = np.mean(list(SHARED_TEP.values()), axis=0), np.mean(rates, axis=0)
    yield "TEP, ten faults, mean detection by T2", float(known[0]), float(mean[0])
    yield "TEP, ten faults, mean detection by SPE", float(known[1]), float(mean[1])


CODES = {"Q02": "布氏硬度", "Q03": "抗拉强度", "Q04": "中心孔直径"}
CODES |= {"Q05": "螺栓孔位置度", "Q06": "端面跳动", "Q08": "涂层厚度"}
BAD_LOT = "内部缺陷"


def against_truth(folder: Path, until: date, months: int) -> Table:
    """Count what is found of shifts, drifts and bad lots over 30-day stretches, and the alarms without any of them."""
    truth = json.loads((folder / ".truth" / "truth.json").read_text())["troubles"]
    table = Table(title="reference plant: injected faults found, alarms without a fault", title_justify="left")
    for column in ("stretch ends", "shifts", "drifts", "bad lots", "inspection points", "episodes", "without fault"):
        table.add_column(column, justify="right")
    for month in range(months):
        day = until - timedelta(days=30 * month)
        with opened(folder, days=30, as_of=day) as found:
            start, end = found.inputs.start, found.inputs.end
            result = analyse(found.inputs, Settings())
            seen = found.inputs.tables["inspection"]
            defects = seen.filter(pc.ends_with(seen["characteristic_id"], "Q01"))
            lots = dict(zip(defects["lot_id"].to_pylist(), defects["at"].to_pylist(), strict=True))
        charts = result.tables["charts"].data.to_pylist()
        inspected = {(row["characteristic"], row["equipment_id"]) for row in charts if row["chart"] != "parameter"}
        rows = [
            row
            for row in result.tables["episodes"].data.to_pylist()
            if row["severity"] != "info" and (row["characteristic"], row["equipment_id"]) in inspected
        ]
        hits: dict[str, list[bool]] = {"shift": [], "drift": [], "bad_lot": []}
        explained: set[int] = set()
        for one in truth:
            began, over = (datetime.fromisoformat(one[name]) for name in ("start", "end"))
            if one["kind"] == "bad_lot":
                began = over = lots.get(one["lot"], datetime.min.replace(tzinfo=UTC))
            if one["kind"] not in hits or began < start or over > end:
                continue
            behind = [place for place, row in enumerate(rows) if _behind(one, began, over, row)]
            hits[one["kind"]].append(bool(behind))
            explained.update(behind)
        points = sum(row["points"] for row in charts if row["chart"] != "parameter")
        shown = [f"{sum(one)}/{len(one)}" for one in hits.values()]
        table.add_row(str(day), *shown, str(points), str(len(rows)), str(len(rows) - len(explained)))
    return table


def _behind(fault: dict[str, Any], began: datetime, over: datetime, row: dict[str, Any]) -> bool:
    """Whether an episode is about a fault: same machine and characteristic, or its lot's defects at X-ray."""
    if row["until"] < began or row["at"] > over:
        return False
    if fault["kind"] == "bad_lot":
        return bool(row["characteristic"] == BAD_LOT and row["largest_z"] > 3)
    return bool(row["equipment_id"] == fault["subject"] and row["characteristic"] == CODES[fault["what"]])


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    parser.add_argument("--plant", type=Path, help="a workspace with a reference plant and its truth")
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 11, 22))
    parser.add_argument("--months", type=int, default=6)
    arguments = parser.parse_args()
    board = Bench(arguments.rounds)
    run(board)
    board.console.print(board.table)
    if arguments.plant:
        board.console.print(against_truth(arguments.plant, arguments.until, arguments.months))
