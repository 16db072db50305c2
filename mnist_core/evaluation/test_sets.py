"""Digits to test models on: a data set's test part, or drawings laid on a canvas."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import rendering


def render_drawings(
    drawings: Sequence, seed: int, on_progress: Callable[[int, int], None] = lambda done, of: None
) -> Digits:
    """Drawings as a person would have made them on the Draw page, put through MNIST's rule.

    Each at a random place, size and pen width. Whatever else is in the list, the n-th is drawn
    the same way for the same seed.

    Args:
        drawings: of `strokes.Drawing`.
        on_progress: called with (drawings done, drawings) before each.
    """
    images = np.zeros((len(drawings), 28, 28), np.uint8)
    for number, drawing in enumerate(drawings):
        on_progress(number, len(drawings))
        dice = np.random.default_rng([seed, number])
        images[number] = mnist_rule.to_mnist(rendering.render_random(drawing.strokes, dice))
    return Digits(images, np.array([drawing.label for drawing in drawings], np.uint8))


class TestSet(NamedTuple):
    """Digits to test models on."""

    digits: Digits
    fingerprint: str  # the sha256 of their bytes


def make_test_set(digits: Digits) -> TestSet:
    """The digits with the mark by which what is kept about them is found."""
    state = hashlib.sha256()
    for array in digits:
        state.update(np.ascontiguousarray(array))
    return TestSet(digits, state.hexdigest())
