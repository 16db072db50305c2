"""Looking through a set of digits: by class, by what a model gets wrong, by who wrote them.

Results are indices of the set, counted from 0, so that `images[indices]` are the images.
"""

import math
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits
from mnist_core.data.writers import style_values, writer

PAGE_SIZE = 60  # digits: 4, 5, 6, 10 and 12 of them make whole rows


class TopPredictions(NamedTuple):
    """What a model takes digits for."""

    digits: np.ndarray  # uint8 (n,): the likeliest
    confidence: np.ndarray  # float32 (n,): its probability


def top_predictions(probabilities: np.ndarray) -> TopPredictions:
    """The likeliest digit of each image, and its probability: of float (n, 10)."""
    digits = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(digits)), digits]
    return TopPredictions(digits.astype(np.uint8), confidence.astype(np.float32))


def indices_of_class(labels: np.ndarray, digit: int | None) -> np.ndarray:
    """Which labels are this digit, or all of them for None: int64, rising."""
    return np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)


def misclassified(
    labels: np.ndarray,
    predictions: TopPredictions,
    digit: int | None = None,
    read_as: int | None = None,
) -> np.ndarray:
    """Which digits were taken for others, the most surely wrong first: int64.

    Of two with the same confidence the earlier in the set comes first.

    Args:
        labels: (n,), the true digits.
        digit: only images of this one.
        read_as: only those taken for this one.
    """
    wrong = np.flatnonzero(predictions.digits != labels)
    wrong = wrong[np.argsort(-predictions.confidence[wrong], kind="stable")]
    if digit is not None:
        wrong = wrong[labels[wrong] == digit]
    return wrong if read_as is None else wrong[predictions.digits[wrong] == read_as]


def correctly_classified(labels: np.ndarray, predictions: TopPredictions, digit: int) -> np.ndarray:
    """Which images of a digit were read right, the least sure first: int64."""
    right = np.flatnonzero((labels == digit) & (predictions.digits == digit))
    return right[np.argsort(predictions.confidence[right], kind="stable")]


def page_count(count: int, size: int = PAGE_SIZE) -> int:
    """How many pages so many digits fill: at least one, which may be empty."""
    return max(1, math.ceil(count / size))


def page(indices: np.ndarray, number: int, size: int = PAGE_SIZE) -> np.ndarray:
    """The indices on one page.

    Args:
        number: 1 is the first page; those beyond the last are empty.
    """
    return indices[(number - 1) * size : number * size]


class ClassStatistics(NamedTuple):
    """What the images of each digit have in common, and where they differ."""

    counts: np.ndarray  # int64 (10,)
    means: np.ndarray  # float64 (10, 28, 28), 0 to 255
    stds: np.ndarray  # float64 (10, 28, 28): standard deviations, 0 to 127.5


def class_statistics(digits: Digits) -> ClassStatistics:
    """Each digit's mean image, and how much each of its pixels varies; 0 where there is none."""
    counts = np.bincount(digits.labels, minlength=10)
    means, stds = np.zeros((2, 10, 28, 28))
    for digit in np.flatnonzero(counts):
        images = digits.images[digits.labels == digit]
        means[digit], stds[digit] = images.mean(axis=0), images.std(axis=0)
    return ClassStatistics(counts, means, stds)


def to_grey_levels(values: np.ndarray) -> np.ndarray:
    """Values as grey levels, the largest of all as white: float (...), 0 or more -> uint8 (...)."""
    return np.rint(values * (255 / max(values.max(), 1e-9))).astype(np.uint8)


def group_by_label(labels: np.ndarray, indices: np.ndarray) -> list[np.ndarray]:
    """Indices sorted into ten arrays by label; each keeps its order."""
    return [indices[labels[indices] == digit] for digit in range(10)]


def style_table(seed: int, writers: range) -> np.ndarray:
    """The styles of these writers in numbers: float64 (len(writers), len(STYLE_FIELDS))."""
    return np.array([style_values(writer(seed, number).style) for number in writers])


def fraction_below(values: np.ndarray, value: float) -> float:
    """The share of the values, (n,), that are smaller than this one: 0 to 1; 0 of none."""
    return float(np.mean(values < value)) if len(values) else 0.0
