"""The smallest shift, and the smallest rotation, that flip a classifier's prediction.

A coarse grid of transforms is tried first, the smallest first; then those between its points, but
only where the runner-up was near at a point beside them. That finds nearly always what reading all
of them finds, in a third of the time (`python tests/bench/inside.py flips`).
"""

import itertools
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mnist_core.evaluation import perturbations

MAX_SHIFT = 8.0  # pixels; beyond, digits leave the image
SHIFT_STEP = 0.5  # pixels between two shifts that are tried
COARSE_SHIFT = 1.0  # pixels between those that are tried first
MAX_ROTATION = 90  # degrees; beyond, a 6 is rightly a 9
COARSE_ROTATION = 3.0  # degrees
DOUBT_BELOW = 2.0  # of the margin, see there: the runner-up has more than a seventh
BATCH = 64  # transforms tried at once
EPSILON = 1e-9  # added to a probability before its logarithm


class Flip(NamedTuple):
    """A shifted or rotated image that is read as another digit."""

    image: np.ndarray  # uint8 (28, 28)
    right: float  # pixels it was shifted to the right; below 0 to the left
    down: float  # pixels; below 0 up
    rotation: float  # degrees, clockwise above 0
    digit: int  # the prediction for it
    probability: float  # of that digit


def smallest_shift(classifier, image: np.ndarray) -> Flip | None:
    """The nearest shift, of up to MAX_SHIFT pixels, that flips the prediction; None if none does.

    By half pixels; of equally near ones the one with the highest probability wins.

    Args:
        image: uint8 (28, 28).
    """
    steps = np.arange(-MAX_SHIFT, MAX_SHIFT + SHIFT_STEP, SHIFT_STEP).tolist()
    shifts = [(x, y, 0.0) for x in steps for y in steps if 0 < math.hypot(x, y) <= MAX_SHIFT]
    return _Search(classifier, image, COARSE_SHIFT).smallest(shifts)


def smallest_rotation(classifier, image: np.ndarray) -> Flip | None:
    """The smallest rotation, by whole degrees, that flips the prediction; None if none does.

    Args:
        image: uint8 (28, 28).
    """
    angles = range(1, MAX_ROTATION + 1)
    rotations = [(0.0, 0.0, float(sign * angle)) for angle in angles for sign in (1, -1)]
    return _Search(classifier, image, COARSE_ROTATION).smallest(rotations)


Transform = tuple[float, float, float]  # right, down, rotation; see `Flip`


class _Search:
    """A search for the smallest transform that flips the prediction for an image."""

    def __init__(self, classifier, image: np.ndarray, coarse: float):
        """
        Args:
            coarse: the distance of the points of the coarse grid.
        """
        self._classifier, self._image, self._coarse = classifier, image, coarse
        probabilities = classifier.probabilities(image[None])
        self._before = int(probabilities[0].argmax())
        self._margins = {(0.0, 0.0, 0.0): float(self._margin(probabilities)[0])}

    def smallest(self, transforms: list[Transform]) -> Flip | None:
        """The smallest of them that flips, and of equally small ones the most probable."""
        transforms = sorted(transforms, key=_size)
        coarse = self._first_flip(t for t in transforms if t in self._corners(t))
        limit = _size(coarse[1:4]) if coarse else math.inf
        between = self._first_flip(
            t for t in transforms if _size(t) <= limit and self._is_doubtful(t)
        )
        flips = [flip for flip in (coarse, between) if flip]
        return min(flips, key=lambda f: (_size(f[1:4]), -f.probability), default=None)

    def _first_flip(self, transforms: Iterable[Transform]) -> Flip | None:
        """The first of them that flips, and of equally small ones the most probable."""
        for batch in _batches(list(transforms)):
            images = np.stack([_transform(self._image, *transform) for transform in batch])
            probabilities = self._classifier.probabilities(images)
            margins = self._margin(probabilities)
            self._margins |= zip(batch, margins.tolist(), strict=True)
            flips = [
                Flip(images[i], *batch[i], int(row.argmax()), float(row.max()))
                for i, row in enumerate(probabilities)
                if row.argmax() != self._before
            ]
            if flips:
                return min(flips, key=lambda f: (_size(f[1:4]), -f.probability))
        return None

    def _corners(self, transform: Transform) -> set[Transform]:
        """The points of the coarse grid around it; itself, where it is one."""
        spans = [
            {rounded(value / self._coarse) * self._coarse for rounded in (math.floor, math.ceil)}
            for value in transform
        ]
        return set(itertools.product(*spans))

    def _is_doubtful(self, transform: Transform) -> bool:
        """Whether it lies between points of the grid and the prediction was in doubt at one."""
        if transform in self._margins:
            return False
        tried = [self._margins[c] for c in self._corners(transform) if c in self._margins]
        return min(tried, default=0.0) < DOUBT_BELOW

    def _margin(self, probabilities: np.ndarray) -> np.ndarray:
        """The log of the prediction's probability over the best other one's: float (n,)."""
        logs = np.log(probabilities + EPSILON)
        own = logs[:, self._before].copy()
        logs[:, self._before] = -np.inf
        return own - logs.max(axis=1)


def _batches(transforms: list[Transform]) -> Iterable[list[Transform]]:
    """All in order, about BATCH at once; equally large ones together."""
    batch: list[Transform] = []
    for _, group in itertools.groupby(transforms, key=_size):
        batch += group
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _size(transform) -> float:
    return round(math.hypot(*transform), 6)  # so that equally large ones are equal


def _transform(image, right, down, rotation) -> np.ndarray:
    if rotation:
        return perturbations.rotate(image[None], rotation)[0]
    return perturbations.translate(image[None], right, down)[0]
