"""Wavelet scattering of a picture (Bruna and Mallat, IEEE PAMI 35(8), 2013), averaged over place and orientation.

Order one is the mean modulus after each wavelet, order two the mean modulus after a second, wider wavelet. Moduli are
kept at the resolution that their band needs, so that the whole costs about 15 ms for 200 x 200 pixels and 4 x 6
wavelets.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
TINY = 1e-4


@dataclass(frozen=True)
class _Bank:
    """Wavelets in frequency: `bands[scale]` is (orientations, n, n) at the resolution at which they are used."""

    side: int
    bands: tuple[Singles, ...]


def scattered(flat: Singles, scales: int, orientations: int) -> Floats:
    """Return the scattering coefficients of a square picture.

    Parameters
    ----------
    flat
        (n, n), mean 0, deviation 1.
    scales, orientations
        How many octaves and directions.

    Returns
    -------
    For each scale: log mean, log relative deviation over places, moduli of the Fourier coefficients 1 and 2 over
    orientations. For each pair of scales and difference of orientation up to a half turn: log of the mean of order
    two over that of order one.
    """
    from scipy.fft import fft2

    spectrum = fft2(flat).astype(np.complex64)
    found: list[float] = []
    moduli: list[Singles] = []
    size = flat.shape[0]
    for scale in range(scales):
        cut = _cropped(spectrum, size, _size_at(size, scale))
        response = _moduli(cut, _bank(size, scales, orientations).bands[scale])
        moduli.append(response)
        means = response.mean(axis=(1, 2))
        middle = float(means.mean())
        spread = response.std(axis=(1, 2)) / (means + TINY)
        turns = np.abs(np.fft.fft(means))[1:3] / (means.sum() + TINY)
        found += [np.log(middle + TINY), float(np.log(spread.mean() + TINY)), float(np.ptp(spread)), *turns.tolist()]
    for scale in range(scales - 1):
        found += _second(moduli[scale], scale, size, scales, orientations)
    return np.array(found)


def _second(response: Singles, scale: int, size: int, scales: int, orientations: int) -> list[float]:
    """Return order two after the moduli of one scale, by the difference of the two orientations."""
    from scipy.fft import fft2

    first = response.mean(axis=(1, 2))
    spectra = fft2(response, axes=(1, 2)).astype(np.complex64)
    bank = _bank(size, scales, orientations)
    found: list[float] = []
    for wider in range(scale + 1, scales):
        target = _size_at(size, wider)
        cut = np.stack([_cropped(one, response.shape[1], target) for one in spectra])
        means = np.stack([_moduli(one, bank.bands[wider]).mean(axis=(1, 2)) for one in cut])
        share = means / (first[:, None] + TINY)
        by_turn = np.array(
            [
                np.mean([share[a, (a + turn) % orientations] for a in range(orientations)])
                for turn in range(orientations)
            ]
        )
        folded = [by_turn[0], *((by_turn[t] + by_turn[-t]) / 2 for t in range(1, orientations // 2 + 1))]
        found += np.log(np.array(folded) + TINY).tolist()
    return found


def _moduli(spectrum: NDArray[np.complex64], band: Singles) -> Singles:
    from scipy.fft import ifft2

    return np.asarray(np.abs(ifft2(spectrum[None] * band, axes=(1, 2))), dtype=np.float32)


def _size_at(size: int, scale: int) -> int:
    return max(size >> scale, 8)


def _cropped(spectrum: NDArray[np.complex64], size: int, target: int) -> NDArray[np.complex64]:
    """Keep the low frequencies: the picture at a coarser resolution."""
    if target == size:
        return spectrum
    up, low = (target + 1) // 2, target // 2
    keep = np.r_[0:up, size - low : size]
    return np.asarray(spectrum[np.ix_(keep, keep)] * np.float32((target / size) ** 2), dtype=np.complex64)


@lru_cache(maxsize=64)
def _bank(size: int, scales: int, orientations: int) -> _Bank:
    """Morlet wavelets in frequency; those of a scale are given at the resolution of that scale."""
    bands = []
    for scale in range(scales):
        target = _size_at(size, scale)
        step = size / target
        frequency = np.fft.fftfreq(target) / step * 2 * np.pi
        down, right = np.meshgrid(frequency, frequency, indexing="ij")
        centre, width = 0.75 * np.pi / 2**scale, 0.8 * 2**scale
        waves = []
        for turn in range(orientations):
            angle = np.pi * turn / orientations
            along = right * np.cos(angle) + down * np.sin(angle)
            across = -right * np.sin(angle) + down * np.cos(angle)
            slant = (across * 2.0) ** 2 * (width / 2) ** 2
            wave = np.exp(-((along - centre) ** 2) * width**2 / 2 - slant / 2)
            ground = np.exp(-(along**2) * width**2 / 2 - slant / 2)
            waves.append(wave - ground * np.exp(-(centre**2) * width**2 / 2))
        bands.append(np.stack(waves).astype(np.float32))
    return _Bank(size, tuple(bands))
