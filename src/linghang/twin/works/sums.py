"""Sums of amounts by group."""

import numpy as np
import numpy.typing as npt


def summed(groups: npt.NDArray[np.int64], amounts: npt.ArrayLike, count: int) -> npt.NDArray[np.float64]:
    """Sum amounts over groups 0 to count - 1: (count,)."""
    return np.asarray(np.bincount(groups, np.asarray(amounts, dtype=np.float64), count), dtype=np.float64)
