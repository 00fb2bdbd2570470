"""Where a surface looks unlike itself or unlike good ones: score map, boxes, and a model of good surfaces alone.

Plants rarely have labelled defects, so nothing here needs any. A picture is divided into overlapping patches, each
described by its level, its contrast in four bands of frequency, and what is brighter and darker in them. Two scores:

- within the picture: robust Mahalanobis distance of a patch to the patches of its own picture; finds spots on an
  otherwise even surface, and nothing where the whole surface is the defect;
- against good surfaces: principal components of patches of good pictures, Mahalanobis distance inside them and the
  residual outside (as T2 and SPE of process monitoring); the limit is a high quantile over good pictures.

What it does not do: name the defect, or tell a harmless stain from a harmful one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.quality.inspection_features import SIDE_PX, Floats, Singles, working
from linghang.errors import BadInput

Box = tuple[float, float, float, float]
STEP_PX = 5
"""Distance of patches at the working size: a patch overlaps its neighbours, so that a spot on a border is not lost."""
POOL_PX = 4.0
"""Standard deviation of the window of a patch: about 16 px across."""
BANDS = (1.0, 2.0, 4.0, 8.0)
LIMIT = 3.0
"""Robust deviations above the middle score of the picture from which a patch stands out (three-sigma habit; ours)."""
LEAST_PATCHES = 4
"""Smaller spots (below about 10 x 10 px of 200) are taken for noise."""
RETAINED = 0.95
"""Share of the variance of good patches that the components keep."""
QUANTILE = 0.99
"""Of the scores of good pictures: the share of good pictures below the limit that is aimed at."""


def patches(grey: NDArray[np.floating]) -> Floats:
    """Return (rows, columns, features) of the patches of a picture."""
    from scipy.ndimage import gaussian_filter

    image = working(grey)
    even = image / np.maximum(gaussian_filter(image, SIDE_PX / 5, truncate=2.0), 0.02)
    maps: list[Singles] = []
    above = even
    for width in BANDS:
        below = gaussian_filter(even, width, truncate=3.0)
        band = above - below
        maps.append(np.log(_pooled(np.abs(band)) + 1e-4))
        if width >= BANDS[1]:
            maps += [_pooled(np.maximum(band, 0)), _pooled(np.maximum(-band, 0))]
        above = below
    maps.append(_pooled(even))
    return np.stack(maps, axis=-1).astype(np.float64)


def _pooled(values: Singles) -> Singles:
    from scipy.ndimage import gaussian_filter

    half = STEP_PX // 2
    return np.asarray(gaussian_filter(values, POOL_PX, truncate=2.5)[half::STEP_PX, half::STEP_PX], dtype=np.float32)


def unlike_itself(found: Floats) -> Floats:
    """Return (rows, columns) how many robust deviations a patch lies from the patches of its own picture."""
    rows = found.reshape(-1, found.shape[2])
    middle = np.median(rows, axis=0)
    scale = 1.4826 * np.median(np.abs(rows - middle), axis=0)
    far = (rows - middle) / np.where(scale > 1e-6, scale, np.maximum(rows.std(axis=0), 1e-6))
    near = np.argsort((far**2).sum(axis=1), kind="stable")[: max(3 * len(far) // 4, far.shape[1] + 2)]
    spread = np.cov(far[near], rowvar=False)
    spread = 0.7 * spread + 0.3 * np.diag(np.diag(spread)) + 1e-3 * np.eye(far.shape[1])
    distance = np.sqrt(np.einsum("ij,ij->i", far @ np.linalg.inv(spread), far))
    centre = np.median(distance)
    return np.asarray(
        ((distance - centre) / (1.4826 * np.median(np.abs(distance - centre)) + 1e-9)).reshape(found.shape[:2])
    )


def boxes(score: Floats, limit: float, shape: tuple[int, int], least: int = LEAST_PATCHES) -> list[tuple[Box, float]]:
    """Return the boxes (left, top, right, bottom in pixels of the picture) of what stands out, and their highest score.

    Parameters
    ----------
    score
        (rows, columns) of the patches.
    limit
        From which score a patch stands out.
    shape
        (height, width) of the picture in pixels.
    least
        Spots of fewer patches are left out.
    """
    from scipy.ndimage import binary_closing, find_objects, label

    over = score > limit
    joined = binary_closing(np.pad(over, 2), np.ones((3, 3)))[2:-2, 2:-2] | over
    marks, _ = label(joined, np.ones((3, 3)))
    down, across = shape[0] / score.shape[0], shape[1] / score.shape[1]
    found: list[tuple[Box, float]] = []
    for number, place in enumerate(find_objects(marks), start=1):
        inside = marks[place] == number
        if int(inside.sum()) < least:
            continue
        rows, columns = place
        box = (columns.start * across, rows.start * down, columns.stop * across, rows.stop * down)
        found.append(((float(box[0]), float(box[1]), float(box[2]), float(box[3])), float(score[place][inside].max())))
    return sorted(found, key=lambda one: -one[1])


def spots(grey: NDArray[np.floating], shape: tuple[int, int], limit: float = LIMIT) -> list[tuple[Box, float]]:
    """Return the boxes of what stands out within a picture, in pixels of its (height, width)."""
    return boxes(unlike_itself(patches(grey)), limit, shape)


@dataclass(frozen=True)
class GoodSurface:
    """What good surfaces look like: plain arrays.

    Attributes
    ----------
    mean, scale
        (d,) of the patches of good pictures.
    axes, spread
        (c, d) principal components and (c,) their standard deviations.
    rest
        Standard deviation of what the components leave.
    limit, patch_limit
        Highest scores that good pictures, and good patches, have but for the chosen share.
    """

    mean: Floats
    scale: Floats
    axes: Floats
    spread: Floats
    rest: float
    limit: float = np.inf
    patch_limit: float = np.inf

    def score(self, grey: NDArray[np.floating]) -> tuple[float, Floats]:
        """Return how unlike a good surface a picture is (its patches' 98th percentile), and the map of its patches."""
        return self.score_of(patches(grey))

    def score_of(self, found: Floats) -> tuple[float, Floats]:
        """Return the same from its patches."""
        far = (found.reshape(-1, found.shape[2]) - self.mean) / self.scale
        inside = far @ self.axes.T
        outside = ((far - inside @ self.axes) ** 2).sum(axis=1)
        score = np.sqrt((((inside / self.spread) ** 2).sum(axis=1) + outside / self.rest**2) / far.shape[1])
        return float(np.percentile(score, 98)), np.asarray(score.reshape(found.shape[:2]))

    @property
    def digest(self) -> str:
        """sha256 over the arrays."""
        found = hashlib.sha256()
        for one in (self.mean, self.scale, self.axes, self.spread, np.array([self.rest, self.limit, self.patch_limit])):
            found.update(np.ascontiguousarray(one, dtype=np.float64).tobytes())
        return found.hexdigest()


def good_surface(found: Sequence[Floats], quantile: float = QUANTILE) -> GoodSurface:
    """Learn from the patches of good pictures; the limits come from pictures that were left out in turn.

    Raises
    ------
    BadInput
        Fewer than five pictures: a limit cannot be told.
    """
    if len(found) < 5:
        raise BadInput("a model of good surfaces needs at least five pictures; there are {count}", count=len(found))
    folds = min(5, len(found))
    whole, each = [], []
    for fold in range(folds):
        model = _components([one for place, one in enumerate(found) if place % folds != fold])
        for one in found[fold::folds]:
            top, score = model.score_of(one)
            whole.append(top)
            each.append(score.ravel())
    limit, patch_limit = _upper(np.array(whole), quantile), float(np.quantile(np.concatenate(each), 0.999))
    model = _components(found)
    return GoodSurface(model.mean, model.scale, model.axes, model.spread, model.rest, limit, patch_limit)


def _upper(values: Floats, quantile: float) -> float:
    """Return the quantile; of few values, by a normal tail on their logarithms, which lies above the largest of few."""
    from scipy.stats import norm

    if len(values) >= 2 / (1 - quantile):
        return float(np.quantile(values, quantile))
    logs = np.log(values + 1e-12)
    return float(np.exp(logs.mean() + norm.ppf(quantile) * logs.std(ddof=1) * (1 + 1 / (2 * len(values)))))


def _components(found: Sequence[Floats]) -> GoodSurface:
    rows = np.concatenate([one.reshape(-1, one.shape[2]) for one in found])
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    values, axes = np.linalg.eigh(np.cov((rows - mean) / scale, rowvar=False))
    values, axes = np.maximum(values[::-1], 1e-9), axes[:, ::-1].T
    keep = min(int(np.searchsorted(np.cumsum(values) / values.sum(), RETAINED)) + 1, len(values) - 1)
    rest = float(np.sqrt(max(values[keep:].mean(), 1e-6)))
    return GoodSurface(mean, scale, axes[:keep], np.sqrt(values[:keep]), rest)


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(wide, 0.0) * max(high, 0.0)
    area = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - both
    return both / area if area > 0 else 0.0
