"""Values that relax exponentially toward a target: exact for any sampling, with exact integrals."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from linghang.twin.process.stretch import Floats


@dataclass(frozen=True, slots=True)
class Pieces:
    """A course in pieces: in piece k it goes from `value[k]` toward `final[k]` with time constant `tau_s[k]`.

    Attributes
    ----------
    start_s, value, final, tau_s
        (n,) columns; the pieces touch each other.
    end_s
        End of the last piece.
    """

    start_s: Floats
    value: Floats
    final: Floats
    tau_s: Floats
    end_s: float

    @classmethod
    def of(cls, rows: Iterable[tuple[float, float, float, float]], end_s: float) -> "Pieces":
        """Make a course of rows (start_s, value, final, tau_s)."""
        columns = np.array(list(rows), np.float64).reshape(-1, 4)
        return cls(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3], end_s)

    def at(self, times_s: Floats) -> Floats:
        """Return (m,) the value at each moment."""
        k = np.clip(np.searchsorted(self.start_s, times_s, side="right") - 1, 0, len(self.start_s) - 1)
        decay = np.exp(-(times_s - self.start_s[k]) / self.tau_s[k])
        return self.final[k] + (self.value[k] - self.final[k]) * decay

    def integrals(self) -> Floats:
        """Return (n,) the integral of the value over each piece, in its unit times seconds."""
        seconds = np.diff(np.append(self.start_s, self.end_s))
        swing = (self.value - self.final) * self.tau_s * -np.expm1(-seconds / self.tau_s)
        return self.final * seconds + swing

    @property
    def last(self) -> float:
        """The value at the end."""
        return float(self.at(np.array([self.end_s]))[0])


def relaxed(start_s: Floats, end_s: float, final: Floats, tau_s: Floats, first: float) -> Pieces:
    """Return the course of a value that starts at `first` and relaxes toward each interval's target in turn.

    Parameters
    ----------
    start_s, final, tau_s
        (n,) start, target and time constant of each interval.
    end_s
        End of the last interval.
    first
        Value at the start.
    """
    decay = np.exp(-np.diff(np.append(start_s, end_s)) / tau_s)
    values = np.empty(len(start_s))
    value = first
    for k in range(len(start_s)):
        values[k] = value
        value = final[k] + (value - final[k]) * decay[k]
    return Pieces(start_s, values, final, tau_s, end_s)
