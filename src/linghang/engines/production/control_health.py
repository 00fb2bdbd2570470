"""Health of control loops from routine data: swinging, as good as it could be, sticking, saturated, held.

- Oscillation: regularity of the zero crossings of the autocorrelation (Thornhill, Huang and Zhang, J. Process Control
  13, 2003): regular swings have r > 1.
- Minimum variance index (Harris, Can. J. Chem. Eng. 67, 1989; Desborough and Harris, 1992): variance that no linear
  controller could avoid, because of the dead time, over the variance that there is. Near 1: retuning will not help.
- Stiction: under a sticking valve of a self-regulating process, output and measurement are in quadrature, so their
  cross-correlation is odd; other swings make it even (Horch, Control Eng. Practice 7, 1999). A hint, no proof.
- Saturation: share of time at the limits of the output.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from linghang.engines.production.control_qp import Floats
from linghang.errors import BadInput

LEAST_SAMPLES = 200
"""Below, autocorrelations of slow loops are chance."""
REGULAR = 1.0
"""Of the publication: the standard deviation of the interval is below a third of its mean."""
Stiction = Literal["likely", "unlikely", "unclear"]


@dataclass(frozen=True, slots=True)
class Oscillation:
    """Whether a loop swings.

    Attributes
    ----------
    regularity
        r; above 1 the loop swings regularly. None where there are too few crossings to say.
    period
        Of the swing, in samples; None where it does not swing.
    """

    regularity: float | None
    period: float | None

    @property
    def swings(self) -> bool:
        """Whether it does."""
        return self.period is not None


def oscillation(error: Floats) -> Oscillation:
    """Look for a regular swing in (n,) control errors without gaps.

    Notes
    -----
    Slow drifts are taken out first (a moving mean over a quarter of the data), else they hide the swing.
    """
    if len(error) < LEAST_SAMPLES or np.ptp(error) == 0:
        return Oscillation(None, None)
    left = _detrended(error)
    own = autocorrelation(left, len(left) // 2)
    places = _crossings(own, 2 / np.sqrt(len(left)))
    if len(places) < 11:
        return Oscillation(None, None)
    gaps = np.diff(places[:11])
    spread = float(gaps.std(ddof=1))
    regularity = float(gaps.mean()) / (3 * spread) if spread > 0 else 1e3
    # A swing that noise covers leaves nothing above what white noise correlates by chance.
    first = int(places[0]) + 1
    later = np.abs(own[first : int(places[10]) + 1])
    strong = float(later.max()) > max(3 / np.sqrt(len(left)), 0.1) if len(later) else False
    period = 2 * float(gaps.mean())
    return Oscillation(regularity, period if regularity > REGULAR and strong and period > 3 else None)


def _crossings(own: Floats, chance: float) -> Floats:
    """Return where a correlation goes through zero for good: what noise correlates by chance is no crossing."""
    sure = np.flatnonzero(np.abs(own) > chance)
    turns = np.flatnonzero(np.sign(own[sure[1:]]) != np.sign(own[sure[:-1]]))
    found = []
    for before, after in zip(sure[turns].tolist(), sure[turns + 1].tolist(), strict=True):
        between = own[before : after + 1]
        k = np.flatnonzero(np.sign(between[1:]) != np.sign(between[:-1]))
        exact = before + k + between[k] / (between[k] - between[k + 1])
        found.append(float(exact.mean()))
    return np.array(found)


def autocorrelation(values: Floats, lags: int) -> Floats:
    """Return (lags + 1,) autocorrelations, by the fast Fourier transform."""
    centred = values - values.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(centred, size)) ** 2
    found = np.fft.irfft(spectrum, size)[: lags + 1]
    return found / found[0] if found[0] > 0 else np.zeros(lags + 1)


def minimum_variance_index(error: Floats, delay: int, order: int = 20) -> float | None:
    """Return the variance that is unavoidable over the mean square of the error: 1 is best, near 0 poor.

    Parameters
    ----------
    error
        (n,) deviations from the set-point, without gaps.
    delay
        Dead time in samples, at least 1: what happens within it no controller can help.
    order
        Of the autoregression that predicts the error from what lies before the dead time.
    """
    if delay < 1 or order < 1:
        raise BadInput("the dead time and the order of the index are at least one sample")
    n = len(error)
    if n < LEAST_SAMPLES or n < 5 * (delay + order) or np.ptp(error) == 0:
        return None
    begin = delay + order - 1
    past = np.column_stack([error[begin - delay - i : n - delay - i] for i in range(order)])
    columns = np.column_stack([past, np.ones(len(past))])
    found, *_ = np.linalg.lstsq(columns, error[begin:], rcond=None)
    left = error[begin:] - columns @ found
    variance = float(left @ left) / (len(left) - order - 1)
    square = float(np.mean(error[begin:] ** 2))
    return min(variance / square, 1.0) if square > 0 else None


def stiction(output: Floats, measured: Floats, period: float) -> Stiction:
    """Say whether a swing looks like a sticking valve: (n,) controller output and measurement, period in samples.

    Only for self-regulating processes under integral action; of integrating ones the rule says nothing.
    """
    u, y = _detrended(output), _detrended(measured)
    most = round(period)
    scale = float(np.linalg.norm(u) * np.linalg.norm(y))
    if scale == 0 or most < 4 or len(u) < 3 * most:
        return "unclear"
    n = len(u)
    lags = range(-most, most + 1)
    cross = np.array([float(u[max(0, -k) : n - max(0, k)] @ y[max(0, k) : n - max(0, -k)]) for k in lags]) / scale
    right = int(np.argmax(np.sign(cross[most:]) != np.sign(cross[most])))
    left = int(np.argmax(np.sign(cross[most::-1]) != np.sign(cross[most])))
    if right == 0 or left == 0:
        return "unclear"
    near, far = sorted((left, right))
    at_zero, top = abs(float(cross[most])), float(np.abs(cross).max())
    # Horch's two measures: 1 for an odd function (zero at the origin), 0 for an even one; between 1/3 and 2/3 unclear.
    places = (far - near) / (far + near)
    heights = 1 - at_zero / top
    if places > 2 / 3 or heights > 2 / 3:
        return "likely"
    return "unlikely" if places < 1 / 3 and heights < 1 / 3 else "unclear"


def saturation_share(output: Floats, low: float, high: float) -> float:
    """Return the share of (n,) outputs that lie at a limit, to half a percent of the range."""
    if high <= low:
        raise BadInput("a lower limit lies above the upper one")
    band = 0.005 * (high - low)
    known = output[np.isfinite(output)]
    return float(np.mean((known <= low + band) | (known >= high - band))) if len(known) else 0.0


def _detrended(values: Floats) -> Floats:
    width = max(len(values) // 4, 3) | 1
    padded = np.pad(values, width // 2, mode="reflect")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    found: Floats = values - (total[width:] - total[:-width]) / width
    return found
