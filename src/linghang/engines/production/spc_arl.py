"""Average run lengths of control charts: exact by integral equation or Markov chain, and by simulation.

All are zero-state run lengths for independent normal points with known centre and sigma, of points that moved by
`shift` standard deviations from the first point on.

Sources: Page (1954) and Goel and Wu (1971) for the CUSUM; Crowder (1987) and Lucas and Saccucci (1990) for the EWMA;
Champ and Woodall (1987) for run rules. The integral equations are solved at Gauss-Legendre nodes, which converges
to rounding for these smooth kernels. What it cannot do: estimated limits (run lengths are shorter) and steady state.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from linghang.engines.production.spc_rules import Rule, RunRules, rules_named
from linghang.errors import BadInput

Floats = NDArray[np.float64]
Update = Callable[[Floats, Floats], tuple[Floats, NDArray[np.bool_]]]
NODES = 160
MOST_STATES = 20_000


def shewhart_arl(shift: float = 0.0, width: float = 3.0) -> float:
    """Return the run length of a Shewhart chart with limits at `width` standard deviations."""
    from scipy.special import ndtr

    return float(1 / (ndtr(-width - shift) + ndtr(-width + shift)))


def cusum_arl(shift: float = 0.0, k: float = 0.5, h: float = 5.0, *, two_sided: bool = True) -> float:
    """Return the run length of a tabular CUSUM that starts at zero.

    The two-sided one joins its sides by 1 / ARL = 1 / ARL+ + 1 / ARL-, which is exact where both sums cannot signal
    together (Kemp 1961).
    """
    if k < 0 or h <= 0:
        raise BadInput("a CUSUM has a reference value of 0 or more and a decision interval above 0")
    up = _one_sided(shift, k, h)
    return up if not two_sided else 1 / (1 / up + 1 / _one_sided(-shift, k, h))


def _one_sided(shift: float, k: float, h: float) -> float:
    """L(0) of L(z) = 1 + L(0) Phi(k - z - shift) + integral over (0, h) of L(x) phi(x + k - z - shift) dx."""
    from scipy.special import ndtr

    node, weight = np.polynomial.legendre.leggauss(NODES)
    place, weight = h / 2 * (node + 1), h / 2 * weight
    start = np.append(0.0, place)
    kernel = np.zeros((NODES + 1, NODES + 1))
    kernel[:, 0] = ndtr(k - start - shift)
    kernel[:, 1:] = _density(place[None, :] + k - start[:, None] - shift) * weight
    return float(np.linalg.solve(np.eye(NODES + 1) - kernel, np.ones(NODES + 1))[0])


def ewma_arl(shift: float = 0.0, weight: float = 0.2, width: float = 2.962) -> float:
    """Return the run length of a two-sided EWMA that starts at the centre, with its long-run limits."""
    if not 0 < weight <= 1 or width <= 0:
        raise BadInput("the weight of an EWMA lies in (0, 1] and its width above 0")
    limit = width * np.sqrt(weight / (2 - weight))
    node, share = np.polynomial.legendre.leggauss(NODES)
    place = limit * node
    start = np.append(place, 0.0)
    kernel = _density((place[None, :] - (1 - weight) * start[:, None]) / weight - shift) * (limit * share / weight)
    inside = np.linalg.solve(np.eye(NODES) - kernel[:NODES], np.ones(NODES))
    return float(1 + kernel[NODES] @ inside)


def rules_arl(names: Sequence[str], shift: float = 0.0) -> float:
    """Return the run length of a Shewhart chart with run rules of zones, by a Markov chain over what they remember.

    Raises
    ------
    BadInput
        A rule that looks at the order of points (trend, alternating) has no finite memory in zones.
    """
    rules = rules_named(names)
    if any(one.kind in ("trend", "alternating") for one in rules):
        raise BadInput("a rule of trends has no exact run length here; simulate it")
    from scipy.special import ndtr

    edges = sorted({side * one.sigma for one in rules for side in (-1, 1)} | {-40.0, 40.0})
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    chances = np.diff(ndtr(np.array(edges) - shift))
    first: _State = tuple((0,) * 2 for _ in rules)
    states = {first: 0}
    queue, moves = [first], []
    while queue:
        state = queue.pop()
        for chance, middle in zip(chances.tolist(), middles, strict=True):
            after = _advance(state, middle, rules)
            if after is None:
                continue
            if after not in states:
                states[after] = len(states)
                queue.append(after)
                if len(states) > MOST_STATES:
                    raise BadInput("these rules remember too much for an exact run length; simulate them")
            moves.append((states[state], states[after], chance))
    from scipy.sparse import csr_array, eye_array
    from scipy.sparse.linalg import spsolve

    row, column, chance_of = (np.array(one) for one in zip(*moves, strict=True))
    size = len(states)
    stay = csr_array((chance_of, (row, column)), shape=(size, size))
    return float(spsolve((eye_array(size) - stay).tocsc(), np.ones(size))[0])


_State = tuple[tuple[int, int], ...]


def _advance(state: _State, z: float, rules: tuple[Rule, ...]) -> _State | None:
    """State after a point in the zone of z, or None where a rule is broken.

    Of each rule it remembers, per side, the last points as bits; leading ones that can no longer matter are forgotten,
    or a run would be remembered longer than it counts.
    """
    after = []
    for (up, down), rule in zip(state, rules, strict=True):
        if rule.kind == "zone":
            bits = (2 * up + (z > rule.sigma), 2 * down + (z < -rule.sigma))
        else:
            inside = abs(z) < rule.sigma if rule.kind == "within" else abs(z) > rule.sigma
            bits = (2 * up + inside, 0)
        if any(one.bit_count() >= rule.count for one in bits):
            return None
        after.append((_remembered(bits[0], rule), _remembered(bits[1], rule)))
    return tuple(after)


def _remembered(bits: int, rule: Rule) -> int:
    kept = bits & ((1 << (rule.of - 1)) - 1)
    if rule.count == rule.of:
        return kept & ((1 << _trailing_ones(kept)) - 1)
    return kept


def _trailing_ones(bits: int) -> int:
    return (~bits & (bits + 1)).bit_length() - 1


def simulated_arl(chart: str, shift: float, runs: int, seed: int, **settings: float) -> tuple[float, float]:
    """Return mean run length and its standard error of `shewhart`, `cusum` or `ewma` charts, by simulation.

    Parameters
    ----------
    chart
        Which; `settings` are those of its exact function: width, or k and h, or weight and width.
    runs
        How many charts run until they signal. The standard error is about ARL / sqrt(runs).
    """
    rng = np.random.default_rng(seed)
    size = 3 if chart == "cusum" else 1
    state, length = np.zeros((size, runs)), np.zeros(runs, np.int64)
    alive = np.arange(runs)
    step = _stepper(chart, settings)
    while len(alive):
        now, signal = step(state, rng.standard_normal(len(alive)) + shift)
        length[alive] += 1
        alive, state = alive[~signal], now[:, ~signal]
    return float(length.mean()), float(length.std(ddof=1) / np.sqrt(runs))


def _stepper(chart: str, settings: dict[str, float]) -> Update:
    if chart == "shewhart":
        wide = settings.get("width", 3.0)
        return lambda state, z: (state, np.abs(z) > wide)
    if chart == "cusum":
        k, h = settings.get("k", 0.5), settings.get("h", 5.0)

        def sums(state: Floats, z: Floats) -> tuple[Floats, NDArray[np.bool_]]:
            now = np.stack([np.maximum(state[0] + z - k, 0), np.maximum(state[1] - z - k, 0), state[2]])
            return now, (now[0] > h) | (now[1] > h)

        return sums
    if chart == "ewma":
        weight, width = settings.get("weight", 0.2), settings.get("width", 2.962)
        limit = width * np.sqrt(weight / (2 - weight))

        def means(state: Floats, z: Floats) -> tuple[Floats, NDArray[np.bool_]]:
            now = weight * z[None, :] + (1 - weight) * state
            return now, np.abs(now[0]) > limit

        return means
    raise BadInput("no chart is called “{name}”; known are shewhart, cusum and ewma", name=chart)


def simulated_rules_arl(names: Sequence[str], shift: float, runs: int, seed: int) -> tuple[float, float]:
    """Return mean run length and its standard error under any run rules, point by point."""
    rng = np.random.default_rng(seed)
    lengths = np.zeros(runs)
    for one in range(runs):
        rules = RunRules(names)
        while True:
            lengths[one] += 1
            if rules.add(float(rng.standard_normal()) + shift):
                break
    return float(lengths.mean()), float(lengths.std(ddof=1) / np.sqrt(runs))


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi), np.float64)
