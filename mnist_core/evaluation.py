"""How good a model is: accuracy, loss, confusion matrix, and drawings as a test set."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnist_core.data import Digits
from mnist_core.prediction import NOT_SURE_BELOW, Classifier

CANVAS = 280  # pixels: the Draw page's
# How people fill a canvas: from a small digit to nearly all of it, thin pen to thick.
DIGIT_SIZES = (0.35, 0.85)  # of the canvas
PEN_WIDTHS = (8, 26)  # pixels
SMALLEST_PROBABILITY = 1e-7  # Keras' epsilon: a class given 0 costs 16.1, not infinity


def accuracy_and_loss(classifier: Classifier, digits: Digits) -> tuple[float, float]:
    """(share read right, mean of -log of the probability given to the true digit)."""
    found = measure(classifier, digits)
    return found.accuracy, found.loss


class Measure(NamedTuple):
    """How a model did on a set of digits."""

    accuracy: float  # share read right
    loss: float  # mean of -log of the probability given to the true digit
    images: int
    interval: tuple[float, float]  # of the accuracy, with 95 % confidence
    calibration_error: float
    not_sure: float  # share with a best guess below NOT_SURE_BELOW


def measure(classifier: Classifier, digits: Digits) -> Measure:
    """Everything one number can say of how a model reads these digits."""
    probabilities = classifier.probabilities(digits.images)
    right = probabilities.argmax(axis=1) == digits.labels
    of_the_true = probabilities[np.arange(len(digits.labels)), digits.labels]
    loss = -np.log(of_the_true.clip(SMALLEST_PROBABILITY, 1).astype(np.float64))
    return Measure(
        accuracy=float(right.mean()),
        loss=float(loss.mean()),
        images=len(right),
        interval=interval(int(right.sum()), len(right)),
        calibration_error=calibration_error(probabilities, digits.labels),
        not_sure=float((probabilities.max(axis=1) < NOT_SURE_BELOW).mean()),
    )


def interval(right: int, count: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence, if `right` of `count` were right.

    Source: Wilson, Probable Inference, 1927; good near 100 %, where the usual formula is not.
    """
    z = 1.959964
    share, extra = right / count, z * z / count
    middle = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / count + extra / count / 4) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error: how far, on average, "p sure" is from right in a share p.

    The mean over bins of equal width of |share right - mean probability of the best guess|,
    each bin weighted by its images. Source: Guo et al., On Calibration of Modern Neural
    Networks, 2017.

    Args:
        probabilities: (n, 10). labels: (n,).
    """
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    at = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(at, right - sure, bins)
    return float(np.abs(gaps).sum() / len(labels))


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


def picture_of(
    drawing: Sequence[np.ndarray], dice: np.random.Generator, canvas: int = CANVAS
) -> np.ndarray:
    """Strokes at a random place, size and pen width: uint8 (canvas, canvas).

    Args:
        canvas: side in pixels; the widths are those on the Draw page, and scale with it.
    """
    from mnist_core import strokes

    size, width = dice.uniform(*DIGIT_SIZES), dice.uniform(*PEN_WIDTHS) * canvas / CANVAS
    margin = (size * canvas + width) / 2 + 1  # the pen stays on the canvas, its soft edge too
    at = dice.uniform(margin, canvas - margin, 2)
    placed = strokes.place(drawing, canvas=canvas, size=size, at=tuple(at))
    return strokes.draw(placed, canvas=canvas, width=width)
