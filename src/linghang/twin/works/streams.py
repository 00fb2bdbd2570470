"""Streams of chance: each part of the works draws from its own, so that a change of one leaves the others alone."""

import hashlib

import numpy as np


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return the stream of a name under a seed.

    PCG64 and numpy's distributions give the same numbers on every machine for one version of numpy.
    """
    said = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(said[:16], "big")))
