"""Digits to test models on: a data set's test part, or drawings laid on a canvas."""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import rendering
from mnist_core.system import parallel

BATCH = 200  # drawings between two calls of on_progress


def render_drawings(
    drawings: Sequence,
    seed: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    call: Callable = parallel.call_here,
) -> Digits:
    """Drawings as a person would have made them on the Draw page, put through MNIST's rule.

    Each has a random position, size and pen width, which depend on the seed and on its index, not
    on the other drawings.

    Args:
        drawings: of `strokes.files.Drawing`.
        on_progress: called with (drawings done, drawings) before each BATCH of them.
        call: what calls a function that takes long, as call(function, *arguments).
    """
    batches = [np.zeros((0, 28, 28), np.uint8)]
    for start in range(0, len(drawings), BATCH):
        on_progress(start, len(drawings))
        strokes = [drawing.strokes for drawing in drawings[start : start + BATCH]]
        batches.append(call(_render_batch, strokes, seed, start))
    labels = [drawing.label for drawing in drawings]
    return Digits(np.concatenate(batches), np.array(labels, np.uint8))


def _render_batch(drawings: Sequence, seed: int, first: int) -> np.ndarray:
    """The images of some drawings, of which `first` is the index of the first."""
    images = np.zeros((len(drawings), 28, 28), np.uint8)
    for index, strokes in enumerate(drawings):
        rng = np.random.default_rng([seed, first + index])
        images[index] = mnist_rule.to_mnist(rendering.render_random(strokes, rng))
    return images


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
