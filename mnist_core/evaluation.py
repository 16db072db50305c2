"""How good a model is: accuracy, loss, confusion matrix, and drawings as a test set."""

from collections.abc import Sequence

import numpy as np

from mnist_core.data import Digits
from mnist_core.prediction import Classifier

CANVAS = 280  # pixels: the Draw page's
# How people fill a canvas: from a small digit to nearly all of it, thin pen to thick.
DIGIT_SIZES = (0.35, 0.85)  # of the canvas
PEN_WIDTHS = (8, 26)  # pixels
SMALLEST_PROBABILITY = 1e-7  # Keras' epsilon: a class given 0 costs 16.1, not infinity


def accuracy_and_loss(classifier: Classifier, digits: Digits) -> tuple[float, float]:
    """(share read right, mean of -log of the probability given to the true digit)."""
    probabilities = classifier.probabilities(digits.images)
    right = probabilities.argmax(axis=1) == digits.labels
    of_the_true = probabilities[np.arange(len(digits.labels)), digits.labels]
    loss = -np.log(of_the_true.clip(SMALLEST_PROBABILITY, 1).astype(np.float64))
    return float(right.mean()), float(loss.mean())


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Counts, int64 (10, 10): row = the true digit, column = what it was read as."""
    pairs = np.asarray(labels, np.int64) * 10 + np.asarray(predicted, np.int64)
    return np.bincount(pairs, minlength=100).reshape(10, 10)


def stroke_digits(drawings: Sequence, seed: int) -> Digits:
    """Drawings as a person would have made them on the Draw page, put through MNIST's rule.

    Each at a random place, size and pen width. Whatever else is in the list, the n-th is drawn
    the same way for the same seed.

    Args:
        drawings: of `strokes.Drawing`.
    """
    from mnist_core import preprocess

    images = np.zeros((len(drawings), 28, 28), np.uint8)
    for number, drawing in enumerate(drawings):
        dice = np.random.default_rng([seed, number])
        images[number] = preprocess.to_mnist(picture_of(drawing.strokes, dice))
    return Digits(images, np.array([drawing.label for drawing in drawings], np.uint8))


def picture_of(drawing: Sequence[np.ndarray], dice: np.random.Generator) -> np.ndarray:
    """Strokes on a canvas at a random place, size and pen width: uint8 (280, 280)."""
    from mnist_core import strokes

    size, width = dice.uniform(*DIGIT_SIZES), dice.uniform(*PEN_WIDTHS)
    margin = (size * CANVAS + width) / 2 + 1  # the pen stays on the canvas, its soft edge too
    at = dice.uniform(margin, CANVAS - margin, 2)
    placed = strokes.place(drawing, canvas=CANVAS, size=size, at=tuple(at))
    return strokes.draw(placed, canvas=CANVAS, width=width)
