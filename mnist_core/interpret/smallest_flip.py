"""The smallest shift, and the smallest rotation, that flip a classifier's prediction."""

import itertools
import math
from typing import NamedTuple

import numpy as np

from mnist_core.evaluation import perturbations

MAX_SHIFT = 8.0  # pixels; beyond, digits leave the image
SHIFT_STEP = 0.5  # pixels between two shifts that are tried
MAX_ROTATION = 90  # degrees; beyond, a 6 is rightly a 9


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

    All shifts by half pixels are tried, the nearest first; of equally near ones the one with the
    highest probability wins.

    Args:
        image: uint8 (28, 28).
    """
    steps = np.arange(-MAX_SHIFT, MAX_SHIFT + SHIFT_STEP, SHIFT_STEP).tolist()
    shifts = [(x, y, 0.0) for x in steps for y in steps if 0 < math.hypot(x, y) <= MAX_SHIFT]
    return _first_flip(classifier, image, sorted(shifts, key=_size))


def smallest_rotation(classifier, image: np.ndarray) -> Flip | None:
    """The smallest rotation, by whole degrees, that flips the prediction; None if none does.

    Args:
        image: uint8 (28, 28).
    """
    angles = range(1, MAX_ROTATION + 1)
    rotations = [(0.0, 0.0, float(sign * angle)) for angle in angles for sign in (1, -1)]
    return _first_flip(classifier, image, rotations)


def _first_flip(classifier, image, transforms) -> Flip | None:
    """The first (right, down, rotation) that flips; of equal sizes, the most probable."""
    before = int(classifier.probabilities(image[None])[0].argmax())
    for _, group in itertools.groupby(transforms, key=_size):
        group = list(group)
        images = np.stack([_transform(image, *transform) for transform in group])
        probabilities = classifier.probabilities(images)
        flipped = np.flatnonzero(probabilities.argmax(axis=1) != before)
        if len(flipped):
            best = max(flipped, key=lambda i: float(probabilities[i].max()))
            digit = int(probabilities[best].argmax())
            return Flip(images[best], *group[best], digit, float(probabilities[best, digit]))
    return None


def _size(transform) -> float:
    return round(math.hypot(*transform), 6)  # so that equally large ones are equal


def _transform(image, right, down, rotation) -> np.ndarray:
    if rotation:
        return perturbations.rotate(image[None], rotation)[0]
    return perturbations.translate(image[None], right, down)[0]
