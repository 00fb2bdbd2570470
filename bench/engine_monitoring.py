"""Equipment monitoring beside a second computation in pandas: real machine states, 200,000 alarms, live points.

- Machine states of a real small company (Atzeni et al., Sensors 23(13):6078, 2023): hours in each status, availability,
  effectiveness and OEE, computed again in pandas second by second. Nobody has published figures of these data, so the
  definition is the reference; equal to the last digits is what has to come out.
- 200,000 alarms: rates, floods, chattering and stale alarms; beside it the rates and shares alone in pandas.
- Live points: how many a second the monitor takes, in batches and one by one.
- With `--plant DIR`: OEE of a reference plant beside the indicator of the same name (`linghang plant build DIR`).

The data lie in `../shared/data`, or where LINGHANG_SHARED says; what is absent is skipped.
"""

import argparse
import gzip
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from linghang.engines.contract import Inputs, Result
from linghang.engines.equipment import monitoring
from linghang.engines.equipment.monitoring_alarms import AlarmLog, alarm_figures
from linghang.engines.equipment.monitoring_stream import LiveRules, Monitor
from linghang.engines.signals import Signal

if TYPE_CHECKING:
    from bench.__main__ import Bench

SHARED = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "data"
FILE = SHARED / "sme_machine_states" / "company_A_labelled_part1.csv.gz"
STATES = {0: "idle", 1: "setup", 2: "running", 3: "breakdown"}
DAY_US = 86_400_000_000
SOURCES = 500
TAGS = 200
ROUNDS = 3


def sme_rows() -> Any:
    """Return the machine states as a frame, by asset and time."""
    import pandas as pd

    with gzip.open(FILE) as file:
        return pd.read_csv(file, parse_dates=["ts"]).sort_values(["asset", "ts"]).reset_index(drop=True)


def shortest_piece_s(rows: Any) -> float:
    """Return the planned time of a piece: the shortest seen, as the plant gives none."""
    made = rows[(rows["items"] > 0) & (rows["cycle_time"] > 0)]
    return float((made["cycle_time"] / made["items"]).min())


def sme_inputs(rows: Any) -> Inputs:
    """Return the rows as a plant would have recorded them: a state, and what was made in it."""
    import pandas as pd

    ids = "A" + rows["asset"].astype(str)
    end = rows["ts"] + pd.to_timedelta(rows["status_time"], unit="s")
    both = {"equipment_id": ids, "start": rows["ts"], "end": end}
    states = pd.DataFrame({**both, "state": rows["status"].map(STATES)})
    jobs = pd.DataFrame(
        {**both, "job_id": "J", "produced_quantity": rows["items"], "good_quantity": rows["items"].astype(float)}
    )
    names = sorted(ids.unique())
    machines = {"equipment_id": names, "name": names, "key": [True] * len(names), "status": ["in_use"] * len(names)}
    tables = {
        "equipment": pa.table({**machines, "ideal_cycle_s": [shortest_piece_s(rows)] * len(names)}),
        "equipment_state": pa.Table.from_pandas(states, preserve_index=False),
        "job_response": pa.Table.from_pandas(jobs, preserve_index=False),
    }
    last = rows["ts"].max().to_pydatetime().astimezone(UTC) + timedelta(minutes=5)
    return Inputs(tables, rows["ts"].min().to_pydatetime().astimezone(UTC), last, ZoneInfo("Europe/Rome"))


def by_pandas(rows: Any) -> dict[str, tuple[float, float, float]]:
    """Return asset -> availability, effectiveness and OEE, second by second; where rows overlap, the later counts."""
    lasted = rows["status_time"].astype(int)
    seconds = rows.loc[rows.index.repeat(lasted), ["asset", "ts", "status"]]
    seconds["second"] = seconds["ts"].astype("int64") // 10**9 + seconds.groupby(level=0).cumcount()
    seconds = seconds.drop_duplicates(["asset", "second"], keep="last")
    piece_s = shortest_piece_s(rows)
    found = {}
    for asset, own in seconds.groupby("asset"):
        loading, running = len(own), int((own["status"] == 2).sum())
        work = float(rows.loc[rows["asset"] == asset, "items"].sum()) * piece_s
        found[f"A{asset}"] = (running / loading, work / running, work / loading)
    return found


def spent(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return seconds of the processor, one a round: other people's work on the machine does not count."""
    work()
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return seconds


def sme(bench: "Bench") -> None:
    """Compare the real machine states, then time both."""
    if not FILE.exists():
        bench.console.print(f"no {FILE}: skipped")
        return
    rows = sme_rows()
    inputs, expected = sme_inputs(rows), by_pandas(rows)
    found: Result = monitoring.run(inputs, monitoring.Settings())
    worst = 0.0
    for one in found.tables["machines"].data.to_pylist():
        ours = (one["availability"], one["performance"], one["oee"])
        theirs = expected[one["equipment_id"]]
        worst = max(worst, *(abs(a / b - 1) for a, b in zip(ours, theirs, strict=True)))
        shown = ", ".join(f"{a:.6f} ({b:.6f})" for a, b in zip(ours, theirs, strict=True))
        bench.console.print(f"{one['equipment_id']}: A, P, OEE ours (pandas): {shown}")
    bench.console.print(f"largest relative difference: {worst:.1e}")
    assert worst < 1e-9
    seconds = spent(lambda: monitoring.run(inputs, monitoring.Settings())), spent(lambda: by_pandas(rows))
    bench.row("OEE, losses and states of 10,932 real state rows (CPU)", *seconds, 200)


def alarms(bench: "Bench", count: int = 200_000) -> None:
    """Time the alarm statistics; rates and the share of the ten most are compared with pandas."""
    import pandas as pd

    rng = np.random.default_rng(7)
    end = 365 * DAY_US
    at = np.sort(rng.integers(0, end, count))
    source = [f"S{one:03}" for one in rng.zipf(1.6, count).clip(max=SOURCES)]
    cleared = at + rng.integers(1, 3_600_000_000, count)
    log = AlarmLog(at, cleared, np.full(count, -1, np.int64), ["low"] * count, source)

    def ours() -> tuple[float, float]:
        found = alarm_figures(log, 0, end, ZoneInfo("Asia/Shanghai"))
        return found.metric("periods_over_10").value or 0.0, found.metric("top_10").value or 0.0

    def peer() -> tuple[float, float]:
        rows = pd.DataFrame({"period": at // 600_000_000, "source": source})
        per = rows.groupby("period").size()
        return 100 * float((per > 10).sum()) / (end // 600_000_000), 100 * float(
            rows["source"].value_counts().head(10).sum()
        ) / count

    assert np.allclose(ours(), peer())
    bench.row(f"all IEC 62682 measures of {count:,} alarms; pandas: rates only (CPU)", spent(ours), spent(peer), 2000)


def live(bench: "Bench", count: int = 500_000) -> None:
    """Time the live monitor: half a million points of 200 limited tags in batches of 10,000, and points one by one."""
    rng = np.random.default_rng(7)
    signals = [Signal(f"T{one:03}", "heat", f"M{one}", unit="°C", high=80.0) for one in range(TAGS)]
    at = np.arange(count, dtype=np.int64) * 5_000
    tags = pa.array([f"T{one:03}" for one in range(TAGS)])
    names = pa.DictionaryArray.from_arrays(pa.array(np.arange(count) % TAGS, pa.int32()), tags)
    points = pa.table({"tag_id": names, "at": at, "value": rng.normal(70, 4, count), "good": np.ones(count, bool)})
    whole = [points.slice(place, 10_000) for place in range(0, count, 10_000)]
    single = [points.slice(place, 1) for place in range(2000)]

    def run(batches: list[pa.Table]) -> Callable[[], int]:
        def taken() -> int:
            monitor = Monitor(signals, LiveRules({}))
            return sum(len(monitor.update(one)) for one in batches)

        return taken

    bench.row("live points, batches of 10,000 (CPU)", spent(run(whole)), None, 1, per=count)
    seconds = [one / len(single) for one in spent(run(single))]
    bench.row("one live point by itself (CPU)", seconds, None, 1)


def plant(bench: "Bench", folder: Path) -> None:
    """Compare OEE of the last 30 days of a plant with the indicator of the same name."""
    from linghang.kpi.bases import measures
    from linghang.kpi.period import Period
    from linghang.store.workspace import open_workspace
    from linghang.usecases.engine_inputs import opened
    from linghang.usecases.records import IbisTables, RecordTables

    tables = RecordTables(open_workspace(folder).engine())
    ends = tables["equipment_state"]["end"].to_pylist()
    until: datetime = max(one for one in ends if one is not None)
    with opened(folder, days=30, now=until) as found:
        day = until.astimezone(found.inputs.zone).date()
    with opened(folder, days=30, as_of=day) as found:
        start = time.process_time()
        result = monitoring.run(found.inputs, monitoring.Settings())
        seconds = time.process_time() - start
    period = Period(day - timedelta(days=30), day)
    other = {one.id: one.value for one in measures(IbisTables(tables), period) if one.id in ("oee", "availability")}
    rows = [one for one in result.tables["machines"].data.to_pylist() if one["oee"] is not None]
    loading = sum(one["loading_h"] for one in rows)
    ours = {
        "oee": 100 * sum(one["oee"] * one["loading_h"] for one in rows) / loading,
        "availability": 100 * sum(one["running_h"] for one in rows) / loading,
    }
    for name, value in ours.items():
        bench.console.print(f"{name}: ours {value:.6f} %, indicator {other[name]:.6f} %")
    bench.console.print(f"{result.finding.en} ({seconds:.1f} s CPU, {len(result.events)} events)")


def run(bench: "Bench") -> None:
    """Run what needs no plant."""
    sme(bench)
    alarms(bench)
    live(bench)


if __name__ == "__main__":
    from bench.__main__ import Bench

    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--plant", type=Path)
    asked = given.parse_args()
    table = Bench(ROUNDS)
    run(table)
    if asked.plant:
        plant(table, asked.plant)
    table.console.print(table.table)
