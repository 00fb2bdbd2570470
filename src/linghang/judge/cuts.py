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


def shifted(number: Decimal, places: int) -> Decimal:
    """Return `number` times ten to the power of `places`: all digits stay, where `scaleb` keeps the first 28."""
    sign, digits, exponent = number.as_tuple()
    return Decimal((sign, digits, int(exponent) + places))


def cut(threshold: Decimal, dtype: np.dtype[Any], inclusive: bool) -> np.generic | int:
    """Return the smallest number of `dtype` whose decimal is at least (or, not inclusive, above) `threshold`.

    For whole-number types the cut is an int64, or a Python number where it is too large or too small for one.
    """
    if dtype.kind in "iu":
        return _whole_cut(threshold, inclusive)
    with np.errstate(over="ignore"):  # a threshold beyond the type is infinite in it
        return _float_cut(threshold, dtype.type, inclusive)


def cuts(thresholds: Iterable[Decimal], dtype: np.dtype, inclusive: bool) -> npt.NDArray[Any]:
    """Return the cut of each threshold, as one array of the column's type.

    For whole numbers that is int64, or Python's own numbers if one of them does not fit.
    """
    found = [cut(one, dtype, inclusive) for one in thresholds]
    if dtype.kind not in "iu":
        return np.array(found, dtype)
    return np.array(found, np.int64 if all(isinstance(one, np.int64) for one in found) else object)


def _reaches(value: np.generic, threshold: Decimal, inclusive: bool) -> bool:
    decimal = decimal_of(value)
    return decimal >= threshold if inclusive else decimal > threshold


def _float_cut(threshold: Decimal, kind: type[Any], inclusive: bool) -> np.generic:
    value: np.generic = kind(float(threshold))
    reached = _reaches(value, threshold, inclusive)
    if reached:
        while _reaches(lower := np.nextafter(value, kind("-inf")), threshold, inclusive) and lower != value:
            value = lower
        return value
    while not _reaches(value, threshold, inclusive):
        value = np.nextafter(value, kind("inf"))
    return value


def _whole_cut(threshold: Decimal, inclusive: bool) -> np.int64 | int:
    if inclusive:
        whole = int(threshold.to_integral_value(ROUND_CEILING))
    else:
        whole = int(threshold.to_integral_value(ROUND_FLOOR)) + 1
    limits = np.iinfo(np.int64)
    return np.int64(whole) if limits.min <= whole <= limits.max else whole
