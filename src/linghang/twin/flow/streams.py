"""Random numbers: a stream of its own for every machine and purpose, all from one seed.

A stream belongs to a name, not to a place in a list, and is drawn from in its own order. So a machine that is added,
or draws more often, shifts no other machine's draws: two variants of a plant that run with the same seed meet the same
luck (common random numbers; Law, *Simulation Modeling and Analysis*, 11.2).
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from statistics import NormalDist

import numpy as np

from linghang.twin.flow.distributions import Distribution

BLOCK = 64
"""Draws made at once; so many that their cost hardly counts, so few that thousands of streams take little memory."""
US = 1_000_000
"""Microseconds of a second: the clock of a run counts whole microseconds of UTC."""

Draw = Callable[[], float]


Block = Callable[[np.random.Generator], np.ndarray]


class Streams:
    """All streams of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[tuple[str, ...], Iterator[float]] = {}

    def uniform(self, *name: str) -> Draw:
        """Draws in [0, 1) of the stream `name`."""
        return self._stream((*name, "uniform"), lambda generator: generator.random(BLOCK)).__next__

    def durations(self, distribution: Distribution, *name: str) -> Draw:
        """Draws of a distribution, in s, from the stream `name`.

        Distributions of one kind share the stream: products that follow each other on a machine go on with it.
        """
        mean, shape = distribution.mean_s, distribution.shape
        match distribution.kind:
            case "fixed":
                return repeat(mean).__next__
            case "exponential":
                return map(mean.__mul__, self._exponential(name)).__next__
            case "weibull":
                scale, power = mean / math.gamma(1 + 1 / shape), 1 / shape
                return (scale * one**power for one in self._exponential(name)).__next__
            case "lognormal":
                normal = self._stream((*name, "normal"), lambda generator: generator.standard_normal(BLOCK))
                mu = math.log(mean) - shape * shape / 2 if mean else -math.inf
                return (math.exp(mu + shape * one) for one in normal).__next__
            case "gamma":
                gamma = (*name, "gamma", repr(shape))
                drawn = self._stream(gamma, lambda generator: generator.standard_gamma(shape, BLOCK))
                return map((mean / shape).__mul__, drawn).__next__

    def _exponential(self, name: tuple[str, ...]) -> Iterator[float]:
        return self._stream((*name, "exponential"), lambda generator: generator.standard_exponential(BLOCK))

    def _stream(self, name: tuple[str, ...], block: Block) -> Iterator[float]:
        made = self._made.get(name)
        if made is None:
            digest = hashlib.sha256("\x1f".join(name).encode()).digest()
            key = tuple(int.from_bytes(digest[place : place + 4], "big") for place in (0, 4, 8, 12))
            generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))
            made = self._made[name] = chain.from_iterable(block(generator).tolist() for _ in repeat(None))
        return made


def binomial(count: int, probability: float, uniform: float) -> int:
    """Turn one uniform draw into a binomial one by inversion: a larger probability never gives fewer.

    Parameters
    ----------
    count, probability
        Trials, and the probability of each; below 0 and above 1 count as 0 and 1.
    uniform
        Draw in [0, 1).
    """
    if probability <= 0 or count == 0:
        return 0
    if probability >= 1:
        return count
    term = total = (1 - probability) ** count
    if term < 1e-290:  # nothing to start from; so many trials are normal to less than a piece
        spread = math.sqrt(count * probability * (1 - probability))
        normal = NormalDist(count * probability, spread).inv_cdf(min(max(uniform, 1e-300), 1 - 1e-16))
        return min(count, max(0, round(normal)))
    odds, found = probability / (1 - probability), 0
    while uniform >= total and found < count:
        term *= (count - found) / (found + 1) * odds
        total += term
        found += 1
    return found
