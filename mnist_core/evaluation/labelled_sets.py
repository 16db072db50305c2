"""Digits to test models on: a data set's test part, or drawings laid on a canvas."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import rendering


def render_drawings(
    drawings: Sequence,
    seed: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Digits:
    """Drawings as a person would have made them on the Draw page, put through MNIST's rule.

    Each has a random position, size and pen width, which depend on the seed and on its index, not
    on the other drawings.

    Args:
        drawings: of `strokes.files.Drawing`.
        on_progress: called with (drawings done, drawings) before each.
    """
    images = np.zeros((len(drawings), 28, 28), np.uint8)
    for index, drawing in enumerate(drawings):
        on_progress(index, len(drawings))
        rng = np.random.default_rng([seed, index])
        images[index] = mnist_rule.to_mnist(rendering.render_random(drawing.strokes, rng))
    return Digits(images, np.array([drawing.label for drawing in drawings], np.uint8))


class TestSet(NamedTuple):
    """Digits to test models on."""

    digits: Digits
    fingerprint: str  # the sha256 of their bytes: results on them are kept under it


def make_test_set(digits: Digits) -> TestSet:
    """The digits with their fingerprint."""
    checksum = hashlib.sha256()
    for array in digits:
        checksum.update(np.ascontiguousarray(array))
    return TestSet(digits, checksum.hexdigest())
