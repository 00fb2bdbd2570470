"""Where the defect of a known class lies, learnt from pictures whose defects were boxed by people (Pascal VOC XML).

A logistic regression for each class tells patches inside the boxes from those outside; a patch is described by itself,
by how it differs from its own picture, and by that difference in its neighbourhood. What people box is what is learnt:
generous boxes give generous boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.quality.inspection_features import Floats
from linghang.engines.quality.inspection_surface import Box, boxes, patches
from linghang.errors import BadInput

LEAST_PATCHES = 8
FAR = 8.0
"""Robust deviations beyond which further distance says nothing more."""


@dataclass(frozen=True)
class Marker:
    """Marks defects of known classes: class -> (d,) weights on standardised patches and their offset."""

    mean: Floats
    scale: Floats
    weights: Mapping[str, Floats]
    offsets: Mapping[str, float]

    def score(self, found: Floats, label: str) -> Floats:
        """Return (rows, columns) how likely a patch lies in a box of the class; zeros for a class without boxes."""
        if label not in self.weights:
            return np.zeros(found.shape[:2])
        rows = (_described(found) - self.mean) / self.scale
        linear = rows @ self.weights[label] + self.offsets[label]
        return np.asarray((0.5 * (1 + np.tanh(linear / 2))).reshape(found.shape[:2]))

    def mark(self, grey: NDArray[np.floating], label: str, shape: tuple[int, int]) -> list[tuple[Box, float]]:
        """Return the boxes of a picture of that class, in pixels of its (height, width), with their highest score."""
        return boxes(self.score(patches(grey), label), 0.5, shape, LEAST_PATCHES)


def marker(found: Sequence[Floats], labels: Sequence[str], masks: Sequence[NDArray[np.bool_]]) -> Marker:
    """Learn from the patches of pictures, their classes, and which patches lie in a box.

    Raises
    ------
    BadInput
        No class whose pictures have patches both inside and outside of boxes.
    """
    from sklearn.linear_model import LogisticRegression

    rows = [_described(one)[::3] for one in found]
    inside = [one.ravel()[::3] for one in masks]
    whole = np.concatenate(rows) if rows else np.empty((0, 1))
    mean, scale = (whole.mean(axis=0), np.maximum(whole.std(axis=0), 1e-9)) if rows else (whole, whole)
    weights: dict[str, Floats] = {}
    offsets: dict[str, float] = {}
    for label in sorted(set(labels)):
        mine = [place for place, one in enumerate(labels) if one == label]
        y = np.concatenate([inside[place] for place in mine])
        if not y.any() or y.all():
            continue
        x = (np.concatenate([rows[place] for place in mine]) - mean) / scale
        fitted = LogisticRegression(C=0.1, max_iter=300).fit(x, y)
        weights[label], offsets[label] = fitted.coef_[0], float(fitted.intercept_[0])
    if not weights:
        raise BadInput("there is no class with boxes to learn from")
    return Marker(mean, scale, weights, offsets)


def mask_of(where: Sequence[Box], shape: tuple[int, int], grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which patches of the grid lie in one of the boxes."""
    found = np.zeros(grid, dtype=np.bool_)
    down, across = shape[0] / grid[0], shape[1] / grid[1]
    for left, top, right, bottom in where:
        rows = slice(int(top / down), int(np.ceil(bottom / down)))
        found[rows, int(left / across) : int(np.ceil(right / across))] = True
    return found


def voc_boxes(content: bytes, shape: tuple[int, int], name: str = "") -> list[Box]:
    """Return the boxes of a Pascal VOC file in pixels of a picture of that shape (height, width).

    The file names the size for which its boxes hold; pictures that were resized since are told by it.

    Raises
    ------
    BadInput
        It is no such file.
    """
    from lxml import etree  # type: ignore[import-untyped]

    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        size = [float(root.findtext(f"size/{one}", "0")) for one in ("height", "width")]
        down, across = (mine / own if own > 0 else 1.0 for mine, own in zip(shape, size, strict=True))
        found = []
        for one in root.iter("bndbox"):
            left, top, right, bottom = (float(one.findtext(side, "")) for side in ("xmin", "ymin", "xmax", "ymax"))
            found.append((left * across, top * down, right * across, bottom * down))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput("{name} is no file of boxes (Pascal VOC): {reason}", name=name, reason=str(error)) from error
    if not np.isfinite(np.array(found)).all():
        raise BadInput("{name} is no file of boxes (Pascal VOC): {reason}", name=name, reason="nan")
    return found


def _described(found: Floats) -> Floats:
    from scipy.ndimage import uniform_filter

    rows = found.reshape(-1, found.shape[2])
    middle = np.median(rows, axis=0)
    scale = 1.4826 * np.median(np.abs(rows - middle), axis=0) + 1e-6
    far = (found - middle) / scale
    near = uniform_filter(far, (5, 5, 0))
    return np.concatenate([found, np.clip(far, -FAR, FAR), np.clip(near, -FAR, FAR)], axis=-1).reshape(len(rows), -1)
