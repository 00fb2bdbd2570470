"""Classes of surface defects from labelled pictures on one core: a description, and two small classifiers side by side.

Kernel ridge regression with a Gaussian kernel and linear discriminant analysis with the shrinkage of Ledoit and Wolf
answer for every class; the mean of the two is the answer. Both have closed forms, need no iterations and no random
numbers, and can be kept as plain arrays. Width and ridge of the kernel are chosen by cross-validation inside the
training pictures. Pictures for training are varied a few times (turned, mirrored, cut, lit unevenly, another gamma).

What it does not do: find objects; learn from a handful of pictures what only a large network knows; say “none of these”
(see `inspection_surface` for surfaces that look like none of the good ones).
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linghang.engines.quality.inspection_features import Floats, Singles, described, working
from linghang.errors import BadInput

VERSION = 1
WIDTHS, RIDGES = (0.3, 0.1), (0.01, 0.1)
"""What the inner cross-validation chooses from: of equals, the first."""
CLIP = 3.0
"""A feature further than this from the mean (in deviations) counts as so far: one odd number decides nothing."""
SHARPNESS = (6.0, 0.25)
"""How far apart the answers of the two classifiers are drawn before they are turned into shares; not calibrated."""


@dataclass(frozen=True)
class Model:
    """A trained classifier: plain arrays.

    Attributes
    ----------
    classes
        (k,) labels, sorted.
    mean, scale
        (d,) of the training descriptions.
    support, weights
        (n, d) standardised training descriptions and (n, k) their weights.
    linear, offset
        (k, d) and (k,) of the discriminant functions.
    width, ridge
        Of the kernel.
    """

    classes: tuple[str, ...]
    mean: Floats
    scale: Floats
    support: Floats
    weights: Floats
    linear: Floats
    offset: Floats
    width: float
    ridge: float

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {
            "version": np.array([VERSION]),
            "classes": np.array(self.classes),
            **{name: getattr(self, name) for name in ("mean", "scale", "support", "weights", "linear", "offset")},
            "kernel": np.array([self.width, self.ridge]),
        }

    @property
    def digest(self) -> str:
        """sha256 over the arrays: names what an answer was given by."""
        found = hashlib.sha256()
        for name, value in self._arrays().items():
            found.update(f"{name} {value.dtype.str} {value.shape}\n".encode())
            found.update(np.ascontiguousarray(value).tobytes())
        return found.hexdigest()

    def saved(self) -> bytes:
        """Return the model as a NumPy archive without pickles."""
        out = io.BytesIO()
        np.savez_compressed(out, **self._arrays())  # type: ignore[arg-type]
        return out.getvalue()

    def shares(self, descriptions: Floats) -> Floats:
        """Return (n, k) how much speaks for each class; a row adds up to 1."""
        far = (np.atleast_2d(descriptions) - self.mean) / self.scale
        near = np.clip(far, -CLIP, CLIP) / np.sqrt(far.shape[1])
        kernel = _kernel(near, self.support, self.width) @ self.weights
        return np.asarray(
            (_soft(kernel * SHARPNESS[0]) + _soft((far @ self.linear.T + self.offset) * SHARPNESS[1])) / 2
        )

    def classify(self, grey: NDArray[np.floating]) -> tuple[str, Floats]:
        """Return the class of a picture and the (k,) shares."""
        share = self.shares(described(grey))[0]
        return self.classes[int(share.argmax())], share


def loaded(content: bytes) -> Model:
    """Return a model that was saved.

    Raises
    ------
    BadInput
        It is no such archive, of another version, or its arrays do not fit each other.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            read = {name: kept[name] for name in kept.files}
        if int(read["version"][0]) != VERSION:
            raise BadInput(
                "the model has version {version}; this is {own}", version=int(read["version"][0]), own=VERSION
            )
        found = Model(
            tuple(str(one) for one in read["classes"]), read["mean"], read["scale"], read["support"], read["weights"],
            read["linear"], read["offset"], float(read["kernel"][0]), float(read["kernel"][1]),
        )  # fmt: skip
    except BadInput:
        raise
    except Exception as error:  # an archive from anywhere may be broken in any way
        raise BadInput("this is no saved model: {reason}", reason=repr(error)) from error
    k, d, n = len(found.classes), found.mean.size, len(found.support)
    shapes = (found.scale.shape, found.support.shape, found.weights.shape, found.linear.shape, found.offset.shape)
    if shapes != ((d,), (n, d), (n, k), (k, d), (k,)):
        raise BadInput("this is no saved model: {reason}", reason="shapes")
    return found


def trained(descriptions: Floats, labels: Sequence[str], groups: NDArray[np.int64] | None = None) -> Model:
    """Train on descriptions of pictures.

    Parameters
    ----------
    descriptions
        (n, d).
    labels
        (n,) classes.
    groups
        (n,) which picture a row comes from (variants of a picture stay together in the inner cross-validation).

    Raises
    ------
    BadInput
        Fewer than two classes, or a class with fewer than two pictures.
    """
    names = np.asarray(labels, dtype=str)
    groups = np.arange(len(names)) if groups is None else groups
    classes = tuple(sorted(set(names.tolist())))
    pictures = [len(set(groups[names == one].tolist())) for one in classes]
    if len(classes) < 2 or min(pictures) < 2 or descriptions.shape[0] != len(names):
        raise BadInput("a classifier needs at least two classes with two pictures each")
    number = np.searchsorted(classes, names)
    width, ridge = _chosen(descriptions, number, groups, min(5, *pictures))
    return _fitted(descriptions, number, classes, width, ridge)


def _fitted(rows: Floats, number: NDArray[np.int64], classes: tuple[str, ...], width: float, ridge: float) -> Model:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0).astype(np.float64)
    far = (rows - mean) / scale
    near = np.clip(far, -CLIP, CLIP) / np.sqrt(rows.shape[1])
    gram = _kernel(near, near, width)
    weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), np.eye(len(classes))[number] - 1 / len(classes))
    discriminant = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(far, number)
    linear, offset = np.asarray(discriminant.coef_, np.float64), np.asarray(discriminant.intercept_, np.float64)
    if len(classes) == 2:
        linear, offset = np.vstack([-linear, linear]) / 2, np.concatenate([-offset, offset]) / 2
    return Model(classes, mean, scale, near, np.asarray(weights, np.float64), linear, offset, width, ridge)


def _chosen(rows: Floats, number: NDArray[np.int64], groups: NDArray[np.int64], folds: int) -> tuple[float, float]:
    """Choose width and ridge by cross-validation of the kernel classifier alone, on one split of the pictures."""
    splits = list(stratified(number, folds, 0, groups))
    best, found = -1.0, (WIDTHS[0], RIDGES[0])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    near = np.clip((rows - mean) / scale, -CLIP, CLIP) / np.sqrt(rows.shape[1])
    wanted = np.eye(int(number.max()) + 1)[number] - 1 / (int(number.max()) + 1)
    for width in WIDTHS:
        gram = _kernel(near, near, width)
        for ridge in RIDGES:
            right = 0
            for learn, test in splits:
                weights = np.linalg.solve(gram[np.ix_(learn, learn)] + ridge * np.eye(len(learn)), wanted[learn])
                right += int(((gram[np.ix_(test, learn)] @ weights).argmax(axis=1) == number[test]).sum())
            if right > best:
                best, found = right, (width, ridge)
    return found


def stratified(
    number: NDArray[np.int64], folds: int, seed: int, groups: NDArray[np.int64] | None = None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Give the rows to learn from and to test on, every class spread evenly; rows of a group stay together."""
    groups = np.arange(len(number)) if groups is None else groups
    rng = np.random.default_rng(seed)
    fold_of: dict[int, int] = {}
    for one in np.unique(number).tolist():
        members = np.unique(groups[number == one])
        for place, group in enumerate(rng.permutation(members).tolist()):
            fold_of[group] = place % folds
    fold = np.array([fold_of[one] for one in groups.tolist()])
    for one in range(folds):
        yield np.flatnonzero(fold != one), np.flatnonzero(fold == one)


def varied(grey: NDArray[np.floating], times: int, seed: int) -> list[Singles]:
    """Return the picture as it might also have been taken: turned, mirrored, cut, lit unevenly, another gamma."""
    from scipy.ndimage import gaussian_filter

    rng, found, image = np.random.default_rng(seed), [], working(grey)
    side = image.shape[0]
    along = np.linspace(-0.5, 0.5, side)
    for _ in range(times):
        one = np.rot90(image, int(rng.integers(4)))
        one = one[:, ::-1] if rng.random() < 0.5 else one
        cut = round(side * float(rng.uniform(0.7, 1.0)))
        top, left = (int(each) for each in rng.integers(0, side - cut + 1, 2))
        one = np.clip(working(np.ascontiguousarray(one[top : top + cut, left : left + cut])), 0, 1)
        one = one ** float(rng.uniform(0.7, 1.4))
        angle, slope = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0, 0.6))
        one = one * (1 + slope * (np.cos(angle) * along[:, None] + np.sin(angle) * along[None]))
        if rng.random() < 0.5:
            one = gaussian_filter(one, float(rng.uniform(0, 0.6)))
        found.append(np.ascontiguousarray(np.clip(one * float(rng.uniform(0.8, 1.2)), 0, 1), dtype=np.float32))
    return found


@dataclass(frozen=True)
class Learnt:
    """Descriptions of labelled pictures and of their variants.

    Attributes
    ----------
    labels
        (n,) classes.
    own
        (n, d) of the pictures themselves.
    variants
        (n, v, d) of their variants.
    """

    labels: NDArray[np.str_]
    own: Floats
    variants: Floats

    def model(self, rows: NDArray[np.int64] | None = None) -> Model:
        """Train on some (all) of the pictures and their variants."""
        rows = np.arange(len(self.labels)) if rows is None else rows
        many = self.variants.shape[1]
        stacked = np.concatenate([self.own[rows], *(self.variants[rows, one] for one in range(many))])
        return trained(stacked, np.tile(self.labels[rows], many + 1).tolist(), np.tile(rows, many + 1))

    def confusion(self, folds: int, repeats: int, seed: int = 0) -> NDArray[np.int64]:
        """Return (k, k) counts, true class by given class, of repeated stratified cross-validation."""
        classes, number = np.unique(self.labels, return_inverse=True)
        found = np.zeros((len(classes), len(classes)), np.int64)
        for repeat in range(repeats):
            for learn, test in stratified(number, folds, seed + repeat):
                given = self.model(learn).shares(self.own[test]).argmax(axis=1)
                np.add.at(found, (number[test], given), 1)
        return found

    def curve(self, sizes: Sequence[int], repeats: int, seed: int = 0) -> list[tuple[int, float]]:
        """Return the learning curve: accuracy on the other pictures after so many pictures a class."""
        _, number = np.unique(self.labels, return_inverse=True)
        least = int(np.bincount(number).min())
        found = []
        for size in (one for one in sizes if 2 <= one < least):
            right = asked = 0
            for repeat in range(repeats):
                rng = np.random.default_rng((seed, size, repeat))
                learn = np.sort(np.concatenate([rng.permutation(np.flatnonzero(number == one))[:size]
                                                for one in range(int(number.max()) + 1)]))  # fmt: skip
                test = np.setdiff1d(np.arange(len(number)), learn)
                given = self.model(learn).shares(self.own[test]).argmax(axis=1)
                right, asked = right + int((given == number[test]).sum()), asked + len(test)
            found.append((size, right / asked))
        return found


def learnt(pictures: Sequence[NDArray[np.floating]], labels: Sequence[str], variants: int, seed: int = 0) -> Learnt:
    """Describe labelled pictures and their variants: about 40 ms a picture and variant."""
    own = [described(one) for one in pictures]
    more = [[described(each) for each in varied(one, variants, seed + place)] for place, one in enumerate(pictures)]
    size = len(own[0]) if own else 0
    return Learnt(np.array(labels, dtype=str), np.array(own), np.array(more).reshape(len(own), variants, size))


def _kernel(one: Floats, other: Floats, width: float) -> Floats:
    square = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
    return np.asarray(np.exp(-width * np.maximum(square, 0.0)))


def _soft(values: Floats) -> Floats:
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))
