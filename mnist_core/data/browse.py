"""Looking through a set of digits: by class, by what a model gets wrong, by who wrote them.

What is found are numbers in the set, counted from 0, so that `images[found]` are the pictures.
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
    sure = probabilities[np.arange(len(digits)), digits]
    return TopPredictions(digits.astype(np.uint8), sure.astype(np.float32))


def indices_of_class(labels: np.ndarray, digit: int | None) -> np.ndarray:
    """Which labels are this digit, or all of them for None: int64, rising."""
    return np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)


def misclassified(
    labels: np.ndarray, read: TopPredictions, digit: int | None = None, read_as: int | None = None
) -> np.ndarray:
    """Which digits were taken for others, the most surely wrong first: int64.

    Where two are as sure, the earlier in the set comes first.

    Args:
        labels: (n,), the true digits.
        digit: only images of this one.
        read_as: only those taken for this one.
    """
    wrong = np.flatnonzero(read.digits != labels)
    wrong = wrong[np.argsort(-read.confidence[wrong], kind="stable")]
    if digit is not None:
        wrong = wrong[labels[wrong] == digit]
    return wrong if read_as is None else wrong[read.digits[wrong] == read_as]


def correctly_classified(labels: np.ndarray, read: TopPredictions, digit: int) -> np.ndarray:
    """Which images of a digit were read right, the least sure first: int64."""
    right = np.flatnonzero((labels == digit) & (read.digits == digit))
    return right[np.argsort(read.confidence[right], kind="stable")]


def page_count(count: int, size: int = PAGE_SIZE) -> int:
    """How many pages so many digits fill; nothing fills one, with nothing on it."""
    return max(1, math.ceil(count / size))


def page(found: np.ndarray, number: int, size: int = PAGE_SIZE) -> np.ndarray:
    """What is on a page of all that was found.

    Args:
        number: 1 is the first page; those beyond the last are empty.
    """
    return found[(number - 1) * size : number * size]


class ClassStatistics(NamedTuple):
    """What the images of each digit have in common, and where they differ."""

    counts: np.ndarray  # int64 (10,)
    means: np.ndarray  # float64 (10, 28, 28), 0 to 255
    stds: np.ndarray  # float64 (10, 28, 28): standard deviations, 0 to 127.5


def class_statistics(digits: Digits) -> ClassStatistics:
    """Each digit's mean image, and how much each of its pixels varies; 0 where there is none."""
    counts = np.bincount(digits.labels, minlength=10)
    means, spreads = np.zeros((2, 10, 28, 28))
    for digit in np.flatnonzero(counts):
        images = digits.images[digits.labels == digit]
        means[digit], spreads[digit] = images.mean(axis=0), images.std(axis=0)
    return ClassStatistics(counts, means, spreads)


def to_grey_levels(values: np.ndarray) -> np.ndarray:
    """Values as grey levels, the largest of all as white: float (...), 0 or more -> uint8 (...)."""
    return np.rint(values * (255 / max(values.max(), 1e-9))).astype(np.uint8)


def group_by_label(labels: np.ndarray, found: np.ndarray) -> list[np.ndarray]:
    """What was found, sorted into ten lists by label; each keeps its order."""
    return [found[labels[found] == digit] for digit in range(10)]


def style_table(seed: int, writers: range) -> np.ndarray:
    """The numbers of these writers' hands: float64 (len(writers), len(hands.NUMBERS))."""
    people = (writer(seed, number) for number in writers)
    return np.array([style_values(person.style) for person in people])


def fraction_below(values: np.ndarray, value: float) -> float:
    """Which share of the values, (n,), is smaller than this one: 0 to 1; 0 of none."""
    return float(np.mean(values < value)) if len(values) else 0.0
