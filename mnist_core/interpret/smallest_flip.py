"""What would change its mind: the smallest shift, and the smallest turn, that flip the answer."""

import itertools
import math
from typing import NamedTuple

import numpy as np

from mnist_core.evaluation import perturbations

MAX_SHIFT = 8.0  # pixels; beyond, digits leave the image
SHIFT_STEP = 0.5  # pixels between two shifts that are tried
MAX_ROTATION = 90  # degrees; beyond, a 6 is rightly a 9


class Flip(NamedTuple):
    """A moved image that is read as another digit."""

    image: np.ndarray  # uint8 (28, 28)
    right: float  # pixels it was moved to the right; below 0 to the left
    down: float  # pixels; below 0 up
    rotation: float  # degrees, clockwise above 0
    digit: int  # what it is read as now
    probability: float  # of that digit


def smallest_shift(classifier, image: np.ndarray) -> Flip | None:
    """The nearest shift, of up to FURTHEST pixels, that flips the answer; None if none does.

    All shifts by half pixels are tried, the nearest first; of equally near ones the surest wins.

    Args:
        image: uint8 (28, 28).
    """
    steps = np.arange(-MAX_SHIFT, MAX_SHIFT + SHIFT_STEP, SHIFT_STEP)
    way = [(x, y) for x in steps for y in steps if 0 < math.hypot(x, y) <= MAX_SHIFT]
    way.sort(key=_length)
    return _first_flip(classifier, image, [(float(x), float(y), 0.0) for x, y in way])


def smallest_rotation(classifier, image: np.ndarray) -> Flip | None:
    """The smallest turn, by whole degrees up to WIDEST, that flips the answer; None if none does.

    Args:
        image: uint8 (28, 28).
    """
    ways = [(0.0, 0.0, float(s * angle)) for angle in range(1, MAX_ROTATION + 1) for s in (1, -1)]
    return _first_flip(classifier, image, ways)


def _first_flip(classifier, image, ways) -> Flip | None:
    """The first way that flips the answer; of those as far, the one to the surest answer."""
    before = int(classifier.probabilities(image[None])[0].argmax())
    for _, as_far in itertools.groupby(ways, key=_length):
        as_far = list(as_far)
        images = np.stack([_transform(image, *way) for way in as_far])
        found = classifier.probabilities(images)
        flipped = np.flatnonzero(found.argmax(axis=1) != before)
        if len(flipped):
            best = max(flipped, key=lambda i: float(found[i].max()))
            digit = int(found[best].argmax())
            return Flip(images[best], *as_far[best], digit, float(found[best, digit]))
    return None


def _length(way) -> float:
    return round(math.hypot(*way), 6)  # so that equally far ones are equal


def _transform(image, right, down, turn) -> np.ndarray:
    if turn:
        return perturbations.rotate(image[None], turn)[0]
    there = _shift_matrix(down) @ image.astype(np.float64) @ _shift_matrix(right).T
    return np.rint(there).astype(np.uint8)


def _shift_matrix(by: float) -> np.ndarray:
    """A column of pixels -> the same moved by `by` pixels, bilinear; 0 comes in: (28, 28)."""
    whole = math.floor(by)
    part = by - whole
    size = perturbations.SIDE
    return (1 - part) * np.eye(size, k=-whole) + part * np.eye(size, k=-whole - 1)
