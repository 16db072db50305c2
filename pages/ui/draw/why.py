"""Why this answer: the drawing's own ink in orange and blue."""

from typing import NamedTuple

import numpy as np

from mnist_core.interpret import saliency
from mnist_core.interpret.tiles import attribution_overlay
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.widgets import answer


class ColouredInk(NamedTuple):
    """A drawing whose ink says what it spoke for."""

    picture: np.ndarray  # uint8 (h, w, 4), opaque where there is ink
    meaning: str  # of the colours


def colour_ink(classifier: Classifier, picture: np.ndarray, image: np.ndarray) -> ColouredInk:
    """The ink on the canvas, orange where it spoke for the answer and not for the runner-up.

    Args:
        picture: what is on the canvas, uint8 (h, w), not blank.
        image: what MNIST's rule makes of it, uint8 (28, 28).
    """
    probabilities = classifier.probabilities(image[None])[0]
    if not np.isfinite(probabilities).all():
        return ColouredInk(np.dstack([picture] * 4), answer.NO_NUMBERS)
    first, second = map(int, np.argsort(probabilities)[:-3:-1])
    found = saliency.integrated_gradients(classifier.network, image, first, against=second)
    values = mnist_rule.values_on_picture(_smooth(found.attributions), picture)
    colours = np.dstack([attribution_overlay(values, picture), picture])
    meaning = f"Orange made it a {first} and not a {second}; blue spoke for the {second}."
    return ColouredInk(colours, meaning)


def _smooth(values: np.ndarray) -> np.ndarray:
    """Each value with its neighbours', 1 2 1 both ways: one pixel is noise, a stroke is not."""
    for axis in (0, 1):
        before, after = (np.roll(values, by, axis) for by in (1, -1))  # the border holds no ink
        values = (before + 2 * values + after) / 4
    return values
