"""What a plant achieves, with confidence: measures of a run, and their intervals over independent runs."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from linghang.errors import BadInput, nearest
from linghang.twin.flow.model import FlowModel, Order
from linghang.twin.flow.simulate import FlowRun, simulate
from linghang.twin.flow.world import to_us

Measures = Callable[[FlowRun, timedelta], Mapping[str, float]]
Orders = Sequence[Order] | Callable[[int], Iterable[Order]]
"""Orders of every run, or a function from the seed of a run to its orders."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs and how sure it is: `[low, high]` covers the true mean with the probability `confidence`."""

    mean: float
    half_width: float
    confidence: float
    runs: int

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width

    def covers(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Replications:
    """Measures of independent runs.

    Attributes
    ----------
    seeds
        Of the runs.
    values
        Measure -> its values, one a run; NaN where a run says nothing of it.
    """

    seeds: tuple[int, ...]
    values: Mapping[str, np.ndarray]

    def interval(self, measure: str, confidence: float = 0.95) -> Interval:
        """Mean and Student-t interval of a measure; of an unbounded width where fewer than two runs know it.

        Raises
        ------
        BadInput
            If nothing of that name was measured.
        """
        if measure not in self.values:
            near = nearest(measure, tuple(self.values))
            raise BadInput("{measure} is not among the measures; {near}", measure=measure, near=near)
        return interval_of(self.values[measure], confidence)

    def table(self, confidence: float = 0.95) -> pa.Table:
        """All measures: `measure`, `mean`, `low`, `high`, `runs`."""
        found = [(measure, self.interval(measure, confidence)) for measure in self.values]
        return pa.table(
            {
                "measure": [measure for measure, _ in found],
                "mean": [one.mean for _, one in found],
                "low": [one.low for _, one in found],
                "high": [one.high for _, one in found],
                "runs": [one.runs for _, one in found],
            }
        )


def replicate(
    model: FlowModel,
    orders: Orders,
    start: datetime,
    end: datetime,
    seeds: Sequence[int],
    *,
    warm_up: timedelta = timedelta(),
    measures: Measures | None = None,
) -> Replications:
    """Run a plant once a seed and measure each run after its warm-up.

    Runs that begin empty are not typical at first; what happens before `start + warm_up` is left out of the measures
    (replication and deletion; Law, *Simulation Modeling and Analysis*, 9.5).

    Raises
    ------
    BadInput
        If a seed comes twice, or the warm-up leaves nothing.
    """
    if len(set(seeds)) < len(seeds):
        raise BadInput("runs are independent only with different seeds; one is given twice")
    if start + warm_up >= end:
        raise BadInput("a warm-up of {warm_up} leaves nothing of the run", warm_up=warm_up)
    found: dict[str, list[float]] = {}
    for place, seed in enumerate(seeds):
        run = simulate(model, orders(seed) if callable(orders) else orders, start, end, seed)
        for measure, value in (measures or measures_of)(run, warm_up).items():
            found.setdefault(measure, [math.nan] * len(seeds))[place] = value
    return Replications(tuple(seeds), {measure: np.array(values) for measure, values in found.items()})


def measures_of(run: FlowRun, warm_up: timedelta = timedelta()) -> dict[str, float]:
    """Measure a run from `start + warm_up` to its end.

    Returns
    -------
    dict
        `throughput_pieces_h` good pieces an hour; `lots_in_plant`, `pieces_in_plant` averages over time;
        `flow_time_s` mean of the lots that left; `scrap_share` of the pieces that left or were scrapped;
        `on_time_share` of the orders with a due date that were completed; for each machine `utilisation:ID` (running)
        and `availability:ID` (running, of running and breakdown).
    """
    first, last = to_us(run.start + warm_up), to_us(run.end)
    hours = (last - first) / 3.6e9
    lots, steps, orders = (run.tables[name] for name in ("lot", "step", "order"))
    entered, left = _us(lots, "entered"), _us(lots, "left")
    counted = (left >= first) & (left < last)
    good = lots["good"].fill_null(0).to_numpy()[counted].sum()
    scrapped = steps["scrap"].to_numpy()[_us(steps, "end") >= first].sum()
    done, due = _us(orders, "completed"), _us(orders, "due")
    promised = (done >= first) & ~np.isnan(due)
    return {
        "throughput_pieces_h": float(good / hours),
        **_in_plant(run.tables["wip"], first, last),
        "flow_time_s": _ratio((left - entered)[counted].sum() / 1e6, counted.sum()),
        "scrap_share": _ratio(scrapped, scrapped + good),
        "on_time_share": _ratio((done <= due)[promised].sum(), promised.sum()),
        **_machines(run.tables["equipment_state"], first),
    }


def interval_of(values: np.ndarray, confidence: float = 0.95) -> Interval:
    """Student-t interval of the mean of independent values; NaN are left out."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return Interval(float(known[0]) if len(known) else math.nan, math.inf, confidence, len(known))
    error = float(known.std(ddof=1)) / math.sqrt(len(known))
    return Interval(float(known.mean()), student_t(confidence, len(known) - 1) * error, confidence, len(known))


def student_t(confidence: float, freedom: int) -> float:
    """Two-sided quantile of Student's t distribution for whole degrees of freedom, by bisection of its exact series.

    Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
    """
    if not 0 < confidence < 1 or freedom < 1:
        raise BadInput("a confidence lies between 0 and 1, and one run more than one degree of freedom")
    low, high = 0.0, 1.0
    while _t_inside(high, freedom) < confidence:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_inside(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def _t_inside(t: float, freedom: int) -> float:
    """Probability that a t variate lies in [-t, t]."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= (k - 1) / k * cosine * cosine
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


def _in_plant(wip: pa.Table, first: int, last: int) -> dict[str, float]:
    at = np.append(_us(wip, "at"), last)
    spans = np.diff(np.clip(at, first, last))
    return {
        f"{what}_in_plant": float((wip[what].to_numpy() * spans).sum() / (last - first)) for what in ("lots", "pieces")
    }


def _machines(states: pa.Table, first: int) -> dict[str, float]:
    spans = _us(states, "end") - np.maximum(_us(states, "start"), first)
    names, number = np.unique(states["equipment_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    words = states["state"].to_numpy(zero_copy_only=False)

    def time_in(*wanted: str) -> np.ndarray:
        weights = np.where(np.isin(words, wanted), np.maximum(spans, 0), 0)
        return np.bincount(number, weights, len(names))

    running, down = time_in("running"), time_in("breakdown")
    open_time = time_in("running", "setup", "idle", "breakdown")
    found: dict[str, float] = {}
    for place, name in enumerate(names):
        found[f"utilisation:{name}"] = _ratio(running[place], open_time[place])
        found[f"availability:{name}"] = _ratio(running[place], running[place] + down[place])
    return found


def _us(table: pa.Table, column: str) -> np.ndarray:
    """Moments as microseconds; NaN where there is none."""
    whole = table[column].cast(pa.int64())
    moments: np.ndarray = (whole.cast(pa.float64(), safe=False) if whole.null_count else whole).to_numpy()
    return moments


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan
