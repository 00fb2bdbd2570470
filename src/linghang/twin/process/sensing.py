"""What an instrument makes of a true value: noise, resolution, and its own faults.

Noise depends on the seed, the tag and the number of the sample alone. So a signal is the same whether it is made at
once or piece by piece, and no signal disturbs another.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from linghang.twin.process.stretch import Floats, Signal

GOOD, UNCERTAIN, BAD = 192, 64, 0
"""The OPC quality byte."""

InstrumentTrouble = Literal["bias", "drift", "dropout", "noise"]


@dataclass(frozen=True, slots=True)
class InstrumentFault:
    """Something wrong with an instrument for a while.

    Attributes
    ----------
    signal
        Name of the signal.
    kind
        `bias`: `size` is added. `drift`: grows from nothing to `size`. `noise`: noise is `size` times as large.
        `dropout`: no number, and bad quality.
    start_s, end_s
        When, in seconds since the plant's epoch.
    size
        In the signal's unit (bias, drift), a factor (noise), or of no meaning (dropout).
    """

    signal: str
    kind: InstrumentTrouble
    start_s: float
    end_s: float
    size: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a fault that ends before it starts."""
        if self.end_s <= self.start_s:
            raise ValueError("a fault ends after it starts")


def key_of(seed: int, name: str) -> int:
    """Return the 64-bit key of the noise of one signal."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8], "little")


def measured(
    signal: Signal, true: Floats, times_s: Floats, key: int, faults: tuple[InstrumentFault, ...] = ()
) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Return what the instrument of a signal shows, and with which quality.

    Parameters
    ----------
    signal
        Noise and resolution.
    true
        (m,) true values.
    times_s
        (m,) moments, in seconds since the plant's epoch.
    key
        Of `key_of`.
    faults
        Faults of this instrument.
    """
    shown = true.astype(np.float64, copy=True)
    quality = np.full(len(true), GOOD, np.uint8)
    scale = np.full(len(true), signal.noise)
    for fault in faults:
        inside = (times_s >= fault.start_s) & (times_s < fault.end_s)
        if fault.kind == "noise":
            scale[inside] *= fault.size
        elif fault.kind == "dropout":
            quality[inside] = BAD
        else:
            grown = (times_s[inside] - fault.start_s) / (fault.end_s - fault.start_s) if fault.kind == "drift" else 1.0
            shown[inside] += fault.size * grown
    if signal.noise > 0:
        shown += scale * normals(key, np.round(times_s * 1000).astype(np.int64))
    if signal.resolution > 0:
        steps = 1 / signal.resolution
        shown = np.round(shown * steps) / steps
    shown[quality == BAD] = np.nan
    return shown, quality


def normals(key: int, numbers: npt.NDArray[np.int64]) -> Floats:
    """Return (m,) standard normal values that depend on the key and each number alone (Box and Muller, 1958)."""
    first = _mixed(numbers.astype(np.uint64) * np.uint64(2), key)
    second = _mixed(numbers.astype(np.uint64) * np.uint64(2) + np.uint64(1), key)
    # Never 0, whose logarithm does not exist.
    radius = np.sqrt(-2 * np.log((first >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54))
    angle = 2 * np.pi * ((second >> np.uint64(11)).astype(np.float64) * 2.0**-53)
    found: Floats = radius * np.cos(angle)
    return found


def _mixed(numbers: npt.NDArray[np.uint64], key: int) -> npt.NDArray[np.uint64]:
    """Mix 64-bit numbers (SplitMix64: Steele, Lea and Flood, 2014)."""
    with np.errstate(over="ignore"):
        mixed = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
