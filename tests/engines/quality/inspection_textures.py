"""Drawn surfaces for tests: textures that nobody photographed, with and without defects."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, gaussian_filter1d

SIDE = 120


def texture(kind: str, seed: int, side: int = SIDE) -> NDArray[np.float32]:
    """Return a surface: `grain` (isotropic), `brushed` (lines one way), `cells` (coarse blobs)."""
    rng = np.random.default_rng((seed, len(kind)))
    noise = rng.normal(size=(side, side))
    if kind == "brushed":
        drawn = gaussian_filter1d(noise, 8, axis=0)
    elif kind == "cells":
        drawn = gaussian_filter(noise, 4)
    else:
        drawn = gaussian_filter(noise, 0.8)
    return np.asarray(np.clip(0.5 + 0.08 * drawn / drawn.std(), 0, 1), dtype=np.float32)


def spoilt(image: NDArray[np.float32], box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Return the surface with a dark spot in the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    found = image.copy()
    found[top:bottom, left:right] *= 0.45
    return found


def as_png(image: NDArray[np.float32]) -> bytes:
    """Return the picture as a PNG file."""
    out = io.BytesIO()
    Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()
