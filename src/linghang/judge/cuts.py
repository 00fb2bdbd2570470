"""Compare columns of machine numbers with decimals exactly, at full speed.

A column's value means the decimal that it prints as: the float32 60.1 is 60.1, not 60.0999984741. Shortest
decimals grow with the floats that they stand for, so `value >= threshold` in decimals is `value >= cut` in the
column's own type, where the cut is the smallest number of that type whose decimal reaches the threshold. Every
other comparison follows from that one.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt


def decimal_of(value: object) -> Decimal:
    """Return the decimal that a machine number prints as."""
    return Decimal(str(value))


def cut(threshold: Decimal, dtype: np.dtype[Any], inclusive: bool) -> np.generic:
    """Return the smallest number of `dtype` whose decimal is at least (or, not inclusive, above) `threshold`.

    For whole-number types the cut is an int64; where none is large enough it is the largest one, so a column
    that holds it would be misjudged: columns are narrower than int64 or hold real quantities.
    """
    if dtype.kind in "iu":
        return _whole_cut(threshold, inclusive)
    kind = dtype.type
    value: np.generic = kind(float(threshold))
    reached = _reaches(value, threshold, inclusive)
    if reached:
        while _reaches(lower := np.nextafter(value, kind("-inf")), threshold, inclusive) and lower != value:
            value = lower
        return value
    while not _reaches(value, threshold, inclusive):
        value = np.nextafter(value, kind("inf"))
    return value


def cuts(thresholds: Iterable[Decimal], dtype: np.dtype, inclusive: bool) -> npt.NDArray[np.generic]:
    """Return the cut of each threshold, as one array of the column's type (int64 for whole numbers)."""
    return np.array([cut(one, dtype, inclusive) for one in thresholds], np.int64 if dtype.kind in "iu" else dtype)


def _reaches(value: np.generic, threshold: Decimal, inclusive: bool) -> bool:
    decimal = decimal_of(value)
    return decimal >= threshold if inclusive else decimal > threshold


def _whole_cut(threshold: Decimal, inclusive: bool) -> np.int64:
    if inclusive:
        whole = int(threshold.to_integral_value(ROUND_CEILING))
    else:
        whole = int(threshold.to_integral_value(ROUND_FLOOR)) + 1
    limits = np.iinfo(np.int64)
    return np.int64(min(max(whole, limits.min), limits.max))
