"""What a picture of a surface is described by: texture, gradients, spectrum, tails. No training, no random numbers.

The description follows, in this order:

- intensities and their tails after band-pass filters of four widths (differences of Gaussians): bright scratches, dark
  inclusions and blotches differ in the sign and the weight of the tails;
- completed local binary patterns (Guo, Zhang and Zhang, IEEE Trans. Image Processing 19(6), 2010), rotation-invariant
  and uniform, at four radii on two resolutions;
- wavelet scattering of order one and two (Bruna and Mallat, IEEE PAMI 35(8), 2013) with Morlet wavelets, of which the
  orientations are replaced by the moduli of their Fourier coefficients: turning the picture by a quarter or mirroring
  it changes next to nothing;
- the radial power spectrum and its anisotropy, structure-tensor statistics, grey-level co-occurrence.

All of them are read from the grey picture at one working size, so that pictures of any size are comparable.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
SIDE_PX = 200
"""Working size: large enough for cracks of two or three pixels, small enough for 50 ms a picture on one core."""
ORIENTATIONS = 4
"""Wavelets turned by 45 degrees each; finer steps cost time quadratically in the second order and gained nothing."""
SCALES = 4
"""Octaves of the wavelets: structures of about 2 to 40 px of the 200."""
MAX_PIXELS = 60_000_000
"""Larger pictures are refused before they are unpacked."""


def decoded(content: bytes, name: str = "") -> Singles:
    """Return a picture file as grey values between 0 and 1.

    Parameters
    ----------
    content
        JPEG, PNG, BMP or TIFF as it lies in the file.
    name
        Its name, for the refusal.

    Returns
    -------
    (h, w) grey values.

    Raises
    ------
    BadInput
        It is no picture, or larger than 60 million pixels.
    """
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise BadInput("the picture {name} has more than {most} pixels", name=name, most=MAX_PIXELS)
            deep = picture.mode.startswith(("I", "F"))
            values = np.asarray(picture if deep else picture.convert("L"), dtype=np.float32)
    except BadInput:
        raise
    except Exception as error:  # a decoder may fail in any way on a file that is none
        raise BadInput("{name} is no picture that can be read: {reason}", name=name, reason=repr(error)) from error
    if not deep:
        return np.asarray(values / np.float32(255), dtype=np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / max(high - low, 1e-9), dtype=np.float32)


def working(grey: NDArray[np.floating], side: int = SIDE_PX) -> Singles:
    """Return the picture at the working size (side, side).

    Raises
    ------
    BadInput
        Not a two-dimensional picture of at least 16 x 16 finite values.
    """
    from skimage.transform import resize

    values = np.asarray(grey, dtype=np.float32)
    if values.ndim != 2 or min(values.shape) < 16 or not np.isfinite(values).all():
        raise BadInput("a picture has two dimensions, at least 16 x 16 pixels, and finite grey values")
    if values.shape == (side, side):
        return values
    small = resize(  # type: ignore[no-untyped-call]
        values, (side, side), order=1, anti_aliasing=max(values.shape) > side, preserve_range=True
    )
    return np.asarray(small, dtype=np.float32)


def described(grey: NDArray[np.floating]) -> Floats:
    """Return the description of a picture: finite numbers, always as many.

    Parameters
    ----------
    grey
        (h, w) grey values, 0 to 1.
    """
    image = working(grey)
    mean, deviation = float(image.mean()), float(image.std())
    flat = (image - mean) / max(deviation, 1e-4)
    parts = [_intensity(image, mean, deviation), *(part(flat) for part in PARTS.values())]
    return np.nan_to_num(np.concatenate(parts).astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def groups() -> dict[str, slice]:
    """Return which numbers of a description belong to which part."""
    rng = np.random.default_rng(0)
    image = rng.random((SIDE_PX, SIDE_PX)).astype(np.float32)
    sizes = {"intensity": len(_intensity(image, 0.5, 0.3)), **{n: len(part(image)) for n, part in PARTS.items()}}
    ends = np.cumsum(list(sizes.values()))
    return {name: slice(int(end - size), int(end)) for (name, size), end in zip(sizes.items(), ends, strict=True)}


def _intensity(image: Singles, mean: float, deviation: float) -> Floats:
    levels = _levels(image, (0.01, 0.1, 0.5, 0.9, 0.99))
    return np.array([mean, np.log(deviation + 1e-3), *levels])


def _moments(values: Singles) -> list[float]:
    centred = values - values.mean()
    square = centred * centred
    second = float(square.mean()) + 1e-12
    return [float((square * centred).mean()) / second**1.5, float((square * square).mean()) / second**2]


def _levels(values: Singles, shares: tuple[float, ...]) -> Singles:
    """Return quantiles; sorting 32-bit numbers once is faster than `percentile`."""
    ordered = np.sort(values, axis=None)
    return np.asarray(ordered[[round(share * (ordered.size - 1)) for share in shares]], dtype=np.float32)


def _tails(flat: Singles) -> Floats:
    """Band-passed at four widths: energy, skewness, kurtosis and how far the tails reach."""
    from scipy.ndimage import gaussian_filter

    found: list[float] = _moments(flat)
    found[1] = np.log(found[1] + 1e-3)
    above = flat
    for octave in range(4):
        if octave == 2:
            above = _halved(above)  # wide filters need no fine grid
        width = (1.0, 2.0, 2.0, 4.0)[octave]
        below = gaussian_filter(above, width, mode="reflect", truncate=3.0)
        band = above - below
        spread = float(_levels(np.abs(band), (0.5,))[0]) + 1e-6
        skew, peak = _moments(band)
        ends = _levels(band, (0.002, 0.01, 0.05, 0.95, 0.99, 0.998)) / spread
        found += [np.log(float(band.std()) + 1e-4), np.log(spread + 1e-4), skew, np.log(peak + 1e-3)]
        found += list(np.sign(ends) * np.log1p(np.abs(ends)))
        above = below
    found.append(np.log(float(above.std()) + 1e-4))
    return np.array(found)


@lru_cache(maxsize=8)
def _ring(radius: int) -> tuple[tuple[float, float], ...]:
    turns = 2 * np.pi * np.arange(8) / 8
    return tuple((float(-radius * np.sin(one)), float(radius * np.cos(one))) for one in turns)


@lru_cache(maxsize=1)
def _uniform() -> NDArray[np.uint8]:
    """Word of 8 signs -> its class: number of ones if they hang together, else 9 (rotation-invariant uniform)."""
    words = np.arange(256)
    bits = (words[:, None] >> np.arange(8)) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.asarray(np.where(changes <= 2, bits.sum(axis=1), 9), dtype=np.uint8)


def _neighbours(image: Singles, radius: int) -> Singles:
    """Return the differences to the 8 neighbours on a circle, (8, h, w), by bilinear interpolation."""
    height, width = image.shape[0] - 2 * radius, image.shape[1] - 2 * radius
    inner = image[radius : radius + height, radius : radius + width]
    found = np.empty((8, height, width), np.float32)
    for place, (down, right) in enumerate(_ring(radius)):
        top, left = int(np.floor(down + 1e-9)), int(np.floor(right + 1e-9))
        a, b = np.float32(max(down - top, 0.0)), np.float32(max(right - left, 0.0))
        value = (1 - a) * (1 - b) * _shifted(image, radius, top, left)
        if a > 1e-6:
            value = value + a * (1 - b) * _shifted(image, radius, top + 1, left)
        if b > 1e-6:
            value = value + (1 - a) * b * _shifted(image, radius, top, left + 1)
        if a > 1e-6 and b > 1e-6:
            value = value + a * b * _shifted(image, radius, top + 1, left + 1)
        found[place] = value - inner
    return found


def _shifted(image: Singles, radius: int, down: int, right: int) -> Singles:
    height, width = image.shape[0] - 2 * radius, image.shape[1] - 2 * radius
    return image[radius + down : radius + down + height, radius + right : radius + right + width]


def _words(signs: NDArray[np.bool_]) -> NDArray[np.uint8]:
    word = np.zeros(signs.shape[1:], np.uint8)
    for place, one in enumerate(signs):
        word |= one.view(np.uint8) << np.uint8(place)
    return np.asarray(_uniform()[word], dtype=np.uint8)


def _patterns_at(image: Singles, radius: int) -> Floats:
    """Completed patterns: joint histogram of sign and centre, and of magnitude and centre, as square roots."""
    differences = _neighbours(image, radius)
    inner = image[radius : image.shape[0] - radius, radius : image.shape[1] - radius]
    centre = (inner >= inner.mean()).view(np.uint8)
    size = np.abs(differences)
    found = []
    for signs in (differences >= 0, size >= size.mean()):
        counts = np.bincount((_words(signs) * 2 + centre).ravel(), minlength=20)
        found.append(np.sqrt(counts / counts.sum()))
    return np.concatenate(found)


def _patterns(flat: Singles) -> Floats:
    half = _halved(flat)
    return np.concatenate([_patterns_at(flat, 1), _patterns_at(flat, 2), _patterns_at(half, 2), _patterns_at(half, 4)])


def _halved(image: Singles) -> Singles:
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    cut = image[:height, :width]
    return np.asarray((cut[::2, ::2] + cut[1::2, ::2] + cut[::2, 1::2] + cut[1::2, 1::2]) / 4, dtype=np.float32)


def _spectrum(flat: Singles) -> Floats:
    """Log power in 14 rings of frequency, and how much of it lies in one direction (moments of two and four)."""
    from scipy.fft import rfft2

    size = flat.shape[0]
    window = np.hanning(size).astype(np.float32)
    power = np.abs(rfft2((flat - flat.mean()) * window[:, None] * window)) ** 2
    ring, weight, two, four = _rings(size)
    total = np.bincount(ring, (power.ravel() * weight), minlength=15)[:14] + 1e-9
    share = np.bincount(ring, weight, minlength=15)[:14]
    found = [np.log(total / share + 1e-6)]
    for turn in (two, four):
        moment = sum(
            np.bincount(ring, power.ravel() * weight * part, minlength=15)[:14] ** 2 for part in (turn.real, turn.imag)
        )
        found.append(np.sqrt(moment) / total)
    return np.concatenate(found)


@lru_cache(maxsize=2)
def _rings(size: int) -> tuple[NDArray[np.int64], Floats, NDArray[np.complex128], NDArray[np.complex128]]:
    down, right = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    radius = np.hypot(down, right)
    edges = np.geomspace(1.5 / size, 0.5, 15)
    ring = np.searchsorted(edges, radius.ravel(), side="right") - 1
    ring = np.where((ring < 0) | (ring >= 14), 14, ring)
    weight = np.broadcast_to(np.where((right > 0) & (right < 0.5), 2.0, 1.0), radius.shape).ravel()
    angle = np.arctan2(down, np.broadcast_to(right, radius.shape)).ravel()
    return ring, weight, np.exp(2j * angle), np.exp(4j * angle)


def _gradients(flat: Singles) -> Floats:
    """Structure tensor at two widths: how edges spread, how coherent they are, and in how many directions they run."""
    from scipy.ndimage import gaussian_filter

    found: list[float] = []
    for grid, width in ((flat, 1.0), (_halved(flat), 1.5)):
        smooth = gaussian_filter(grid, width, truncate=3.0)
        right, down = smooth[1:-1, 2:] - smooth[1:-1, :-2], smooth[2:, 1:-1] - smooth[:-2, 1:-1]
        size = np.sqrt(right * right + down * down)
        levels = _levels(size, (0.5, 0.75, 0.9, 0.99, 0.998))
        spread = float(levels[0]) + 1e-6
        found += [np.log(spread), *np.log(levels[1:] / spread + 1e-3)]
        twice = (right + 1j * down) ** 2 / (size + 1e-9)
        total = float(size.sum()) + 1e-9
        found += [abs(complex(twice.sum())) / total, abs(complex((twice * twice / (size + 1e-9)).sum())) / total]
        tensor = [_blocks(one, 5) for one in
                  (right * right - down * down, 2 * right * down, right * right + down * down)]  # fmt: skip
        coherence = np.hypot(tensor[0], tensor[1]) / (tensor[2] + 1e-9)
        found += list(np.percentile(coherence, (10, 50, 90)))
        energy = np.log(tensor[2] + 1e-9)
        found += [float(energy.std()), *_moments(energy.astype(np.float32))]
    return np.array(found)


def _blocks(values: Singles, side: int) -> Singles:
    """Return the means of square blocks."""
    rows, columns = values.shape[0] // side, values.shape[1] // side
    cut = values[: rows * side, : columns * side]
    return np.asarray(cut.reshape(rows, side, columns, side).mean(axis=(1, 3)), dtype=np.float32)


def _cooccurrence(flat: Singles) -> Floats:
    """Grey-level co-occurrence (Haralick 1973) of 16 levels at three distances, mean and range over directions."""
    levels = np.clip((flat + 2.5) * (16 / 5), 0, 15).astype(np.int64)
    row, column = np.divmod(np.arange(256), 16)
    found: list[float] = []
    for far in (1, 3, 7):
        each = []
        for down, right in ((0, far), (far, 0), (far, far), (far, -far)):
            left = max(-right, 0)
            one = levels[: levels.shape[0] - down, left : levels.shape[1] - max(right, 0)]
            other = levels[down:, left + right : levels.shape[1] - max(right, 0) + right]
            share = np.bincount((one * 16 + other).ravel(), minlength=256) / one.size
            contrast = float((share * (row - column) ** 2).sum())
            close = float((share / (1 + np.abs(row - column))).sum())
            middle, other_middle = float((share * row).sum()), float((share * column).sum())
            both = float((share * (row - middle) * (column - other_middle)).sum())
            spread = np.sqrt((share * (row - middle) ** 2).sum() * (share * (column - other_middle) ** 2).sum())
            used = share[share > 0]
            each.append([np.log(contrast + 1e-3), close, both / (spread + 1e-9), -float((used * np.log(used)).sum())])
        table = np.array(each)
        found += [*table.mean(axis=0), *np.ptp(table, axis=0)]
    return np.array(found)


def _scattered(flat: Singles) -> Floats:
    from linghang.engines.quality.inspection_scattering import scattered

    return scattered(flat, SCALES, ORIENTATIONS)


PARTS: Mapping[str, Callable[[Singles], Floats]] = {
    "tails": _tails,
    "patterns": _patterns,
    "scattering": _scattered,
    "spectrum": _spectrum,
    "gradients": _gradients,
    "cooccurrence": _cooccurrence,
}
"""The parts of a description after the intensities; each takes the picture with mean 0 and deviation 1."""
