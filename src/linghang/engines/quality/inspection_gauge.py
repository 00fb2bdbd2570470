"""Gauge repeatability and reproducibility: crossed and nested analysis of variance, and the average and range method.

Follows the measurement systems analysis manual of AIAG (4th edition, chapter III B) and its ANOVA of a two-way random
model. The interaction term is kept (`pool_above=None`) or pooled into the repeatability where its test is not
significant; negative estimates of variance are set to 0 and named. Constants of the range method are computed, not
typed in: d2 is the mean of the range of normal values, d2* of a single range its root mean square.

What it does not do: unbalanced studies (they are refused), more than two factors, attribute studies (kappa), bias,
linearity and stability.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from linghang.errors import BadInput

Floats = NDArray[np.float64]
Method = Literal["anova", "average_range", "nested"]
SIGMAS = 6.0
"""Width of the spread that is compared with the tolerance, in standard deviations (AIAG 4th edition)."""
GOOD_BELOW, BAD_ABOVE = 10.0, 30.0
"""AIAG's guide for % GRR: below 10 acceptable, above 30 not acceptable, between depends on the use."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the analysis of variance."""

    source: Literal["part", "operator", "interaction", "part_in_operator", "repeatability", "total"]
    degrees: int
    squares: float
    mean: float | None = None
    f: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """Result of a study.

    Attributes
    ----------
    method
        How it was computed.
    repeatability, reproducibility, part
        Variances (unit squared): of the gauge, between operators with the interaction, between parts.
    operator, interaction
        The parts of the reproducibility; both 0 for the interaction where the method has none.
    clipped
        Components whose estimate was negative and is set to 0.
    pooled
        Whether the interaction was pooled into the repeatability.
    tolerance
        Width of the tolerance (unit); None without one.
    lines
        The analysis of variance; empty for the range method.
    parts, operators, repeats
        How many.
    """

    method: Method
    repeatability: float
    operator: float
    interaction: float
    part: float
    clipped: tuple[str, ...]
    pooled: bool
    tolerance: float | None
    lines: tuple[Line, ...]
    parts: int
    operators: int
    repeats: int

    @property
    def reproducibility(self) -> float:
        """Variance between operators, interaction included."""
        return self.operator + self.interaction

    @property
    def gauge(self) -> float:
        """Variance of repeatability and reproducibility together."""
        return self.repeatability + self.reproducibility

    @property
    def total(self) -> float:
        """Variance of gauge and parts together."""
        return self.gauge + self.part

    def percent_study(self, variance: float | None = None) -> float | None:
        """Return a component (the gauge's) as % of the study variation; None where nothing varies."""
        variance = self.gauge if variance is None else variance
        return 100 * float(np.sqrt(variance / self.total)) if self.total > 0 else None

    def percent_contribution(self, variance: float | None = None) -> float | None:
        """Return a component (the gauge's) as % of the total variance; None where nothing varies."""
        variance = self.gauge if variance is None else variance
        return 100 * variance / self.total if self.total > 0 else None

    def percent_tolerance(self, variance: float | None = None) -> float | None:
        """Return six standard deviations of a component (the gauge's) as % of the tolerance; None without one."""
        variance = self.gauge if variance is None else variance
        return None if self.tolerance is None else 100 * SIGMAS * float(np.sqrt(variance)) / self.tolerance

    @property
    def classes(self) -> int | None:
        """Number of distinct categories, 1.41 x part / gauge cut to a whole number; None for a perfect gauge."""
        return int(1.41 * np.sqrt(self.part / self.gauge)) if self.gauge > 0 else None

    @property
    def verdict(self) -> Literal["acceptable", "conditional", "unacceptable"] | None:
        """AIAG's guide applied to the worse of % study and % tolerance; None where nothing varies."""
        shares = [one for one in (self.percent_study(), self.percent_tolerance()) if one is not None]
        if not shares:
            return None
        worst = max(shares)
        return "acceptable" if worst < GOOD_BELOW else "conditional" if worst <= BAD_ABOVE else "unacceptable"


def study(
    part: Sequence[object],
    operator: Sequence[object],
    value: ArrayLike,
    *,
    method: Method = "anova",
    tolerance: float | None = None,
    pool_above: float | None = None,
) -> GaugeStudy:
    """Analyse a study in which every operator measured every part equally often (nested: parts of his own).

    Parameters
    ----------
    part, operator
        (n,) names; one row a measurement.
    value
        (n,) measured values.
    method
        `anova` (crossed), `average_range` (crossed, AIAG's form) or `nested` (destructive tests).
    tolerance
        Width of the tolerance, in the unit of the values.
    pool_above
        Pool the interaction where its p is above this (AIAG's software practice is 0.25); None keeps it always.

    Raises
    ------
    BadInput
        Not balanced, fewer than 2 parts, operators or repeats, values that are no numbers, a tolerance not above 0.
    """
    if tolerance is not None and not (np.isfinite(tolerance) and tolerance > 0):
        raise BadInput("a tolerance is wider than 0")
    values = np.asarray(value, dtype=np.float64)
    if len(part) != len(operator) or values.shape != (len(part),):
        raise BadInput("a gauge study gives a part, an operator and a value for every measurement")
    if not np.isfinite(values).all():
        raise BadInput("a gauge study has a value that is no number; leave the whole cell out or measure it again")
    cube = _nested_cube(part, operator, values) if method == "nested" else _cube(part, operator, values)
    if method == "average_range":
        return average_range(cube, tolerance)
    return _nested(cube, tolerance) if method == "nested" else crossed(cube, tolerance, pool_above)


def crossed(cube: Floats, tolerance: float | None = None, pool_above: float | None = None) -> GaugeStudy:
    """Analyse `cube[part, operator, repeat]` by the two-way random model with interaction."""
    from scipy import stats

    parts, operators, repeats = cube.shape
    grand = cube.mean()
    by_part, by_operator, cells = cube.mean((1, 2)), cube.mean((0, 2)), cube.mean(2)
    ss_part = operators * repeats * float(((by_part - grand) ** 2).sum())
    ss_operator = parts * repeats * float(((by_operator - grand) ** 2).sum())
    ss_both = repeats * float(((cells - by_part[:, None] - by_operator[None] + grand) ** 2).sum())
    ss_error = float(((cube - cells[..., None]) ** 2).sum())
    df = (parts - 1, operators - 1, (parts - 1) * (operators - 1), parts * operators * (repeats - 1))
    ms = [one / many for one, many in zip((ss_part, ss_operator, ss_both, ss_error), df, strict=True)]
    f_both, p_both = _tested(stats, ms[2], ms[3], df[2], df[3])
    pooled = pool_above is not None and p_both is not None and p_both > pool_above
    base, base_df = ms[2], df[2]
    if pooled:
        base_df = df[2] + df[3]
        base = (ss_both + ss_error) / base_df
    f_part, p_part = _tested(stats, ms[0], base, df[0], base_df)
    f_operator, p_operator = _tested(stats, ms[1], base, df[1], base_df)
    lines = (
        Line("part", df[0], ss_part, ms[0], f_part, p_part),
        Line("operator", df[1], ss_operator, ms[1], f_operator, p_operator),
        Line("interaction", df[2], ss_both, ms[2], f_both, p_both),
        Line("repeatability", df[3], ss_error, ms[3]),
        Line("total", sum(df), ss_part + ss_operator + ss_both + ss_error),
    )
    raw = {
        "repeatability": base if pooled else ms[3],
        "interaction": 0.0 if pooled else (ms[2] - ms[3]) / repeats,
        "operator": (ms[1] - base) / (parts * repeats),
        "part": (ms[0] - base) / (operators * repeats),
    }
    return _made("anova", raw, lines, cube.shape, tolerance, pooled)


def _nested(cube: Floats, tolerance: float | None) -> GaugeStudy:
    """Analyse `cube[operator, part of his, repeat]`: parts are not shared, as in destructive tests."""
    from scipy import stats

    operators, parts, repeats = cube.shape
    by_operator, cells = cube.mean((1, 2)), cube.mean(2)
    squares = (
        parts * repeats * float(((by_operator - cube.mean()) ** 2).sum()),
        repeats * float(((cells - by_operator[:, None]) ** 2).sum()),
        float(((cube - cells[..., None]) ** 2).sum()),
    )
    df = (operators - 1, operators * (parts - 1), operators * parts * (repeats - 1))
    ms = [one / many for one, many in zip(squares, df, strict=True)]
    lines = (
        Line("operator", df[0], squares[0], ms[0], *_tested(stats, ms[0], ms[1], df[0], df[1])),
        Line("part_in_operator", df[1], squares[1], ms[1], *_tested(stats, ms[1], ms[2], df[1], df[2])),
        Line("repeatability", df[2], squares[2], ms[2]),
        Line("total", sum(df), sum(squares)),
    )
    raw = {
        "repeatability": ms[2],
        "interaction": 0.0,
        "operator": (ms[0] - ms[1]) / (parts * repeats),
        "part": (ms[1] - ms[2]) / repeats,
    }
    return _made("nested", raw, lines, (parts, operators, repeats), tolerance, False)


def average_range(cube: Floats, tolerance: float | None = None) -> GaugeStudy:
    """Analyse `cube[part, operator, repeat]` by averages and ranges (AIAG's data sheet)."""
    parts, operators, repeats = cube.shape
    equipment = float(np.ptp(cube, axis=2).mean()) / mean_range(repeats)
    between = float(np.ptp(cube.mean((0, 2)))) / single_range(operators)
    raw = {
        "repeatability": equipment**2,
        "interaction": 0.0,
        "operator": between**2 - equipment**2 / (parts * repeats),
        "part": (float(np.ptp(cube.mean((1, 2)))) / single_range(parts)) ** 2,
    }
    return _made("average_range", raw, (), cube.shape, tolerance, False)


@cache
def mean_range(size: int) -> float:
    """Return d2: the mean range of `size` standard normal values."""
    from scipy import integrate, stats

    def density(x: float) -> float:
        below = float(stats.norm.cdf(x))
        return float(1 - below**size - (1 - below) ** size)

    return float(integrate.quad(density, -10, 10, epsabs=1e-12)[0])


@cache
def single_range(size: int) -> float:
    """Return d2* of one range: the root mean square of the range of `size` standard normal values."""
    from scipy.integrate import simpson
    from scipy.special import ndtr

    x, width = np.linspace(-9.0, 9.0, 361), np.linspace(0.0, 16.0, 1601)
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    within = size * ((ndtr(x + width[:, None]) - ndtr(x)) ** (size - 1) * normal).sum(axis=1) * (x[1] - x[0])
    return float(np.sqrt(2 * simpson(width * (1 - within), x=width)))


def _tested(stats: object, mean: float, base: float, df: int, base_df: int) -> tuple[float | None, float | None]:
    if base <= 0:
        return None, None
    f = mean / base
    return f, float(stats.f.sf(f, df, base_df))  # type: ignore[attr-defined]


def _made(
    method: Method, raw: dict[str, float], lines: tuple[Line, ...], shape: tuple[int, ...], tolerance: float | None,
    pooled: bool,
) -> GaugeStudy:  # fmt: skip
    clipped = tuple(name for name, one in raw.items() if one < 0)
    kept = {name: max(one, 0.0) for name, one in raw.items()}
    return GaugeStudy(
        method, **kept, clipped=clipped, pooled=pooled, tolerance=tolerance, lines=lines,
        parts=shape[0], operators=shape[1], repeats=shape[2],
    )  # fmt: skip


def _cube(part: Sequence[object], operator: Sequence[object], values: Floats) -> Floats:
    cells: dict[tuple[object, object], list[float]] = {}
    for one, other, value in zip(part, operator, values.tolist(), strict=True):
        cells.setdefault((one, other), []).append(value)
    parts, operators = list(dict.fromkeys(part)), list(dict.fromkeys(operator))
    counts = {len(cells.get((one, other), ())) for one in parts for other in operators}
    if len(parts) < 2 or len(operators) < 2 or len(counts) != 1 or min(counts) < 2:
        raise BadInput(
            "a crossed gauge study has at least 2 parts, 2 operators and 2 repeats, and every operator measures every "
            "part equally often; this one has {parts} parts, {operators} operators and {counts} repeats a cell",
            parts=len(parts), operators=len(operators), counts=sorted(counts),
        )  # fmt: skip
    return np.array([[cells[one, other] for other in operators] for one in parts])


def _nested_cube(part: Sequence[object], operator: Sequence[object], values: Floats) -> Floats:
    cells: dict[object, dict[object, list[float]]] = {}
    for one, other, value in zip(part, operator, values.tolist(), strict=True):
        cells.setdefault(other, {}).setdefault(one, []).append(value)
    parts = {len(one) for one in cells.values()}
    repeats = {len(one) for many in cells.values() for one in many.values()}
    if len(cells) < 2 or len(parts) != 1 or len(repeats) != 1 or min(parts) < 2 or min(repeats) < 2:
        raise BadInput(
            "a nested gauge study has at least 2 operators, each with equally many parts (at least 2) of his own, each "
            "measured equally often (at least twice)"
        )
    return np.array([list(one.values()) for one in cells.values()])
