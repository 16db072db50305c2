"""How good a model is, from its answers; and drawings as a test set."""

import math
from typing import NamedTuple

import numpy as np

from mnist_core.data.types import Digits
from mnist_core.prediction import NOT_SURE_BELOW, Classifier

BINS = 15  # of a calibration curve, as in Guo et al. 2017
MIN_PROBABILITY = 1e-7  # Keras' epsilon: a class given 0 costs 16.1, not infinity


def accuracy_and_loss(classifier: Classifier, digits: Digits) -> tuple[float, float]:
    """(share read right, mean of -log of the probability given to the true digit)."""
    found = evaluate(classifier, digits)
    return found.accuracy, found.loss


class Metrics(NamedTuple):
    """How a model did on a set of digits."""

    accuracy: float  # share read right
    loss: float  # mean of -log of the probability given to the true digit
    images: int
    interval: tuple[float, float]  # of the accuracy, with 95 % confidence
    calibration_error: float
    not_sure: float  # share with a best guess below NOT_SURE_BELOW


def evaluate(classifier: Classifier, digits: Digits) -> Metrics:
    """Everything one number can say of how a model reads these digits."""
    return compute_metrics(classifier.probabilities(digits.images), digits.labels)


def compute_metrics(probabilities: np.ndarray, labels: np.ndarray) -> Metrics:
    """The same, of answers that are there already.

    Args:
        probabilities: (n, 10), n >= 1. labels: (n,).

    Raises:
        ValueError: the answers are no numbers.
    """
    require_finite(probabilities)
    right = probabilities.argmax(axis=1) == labels
    return Metrics(
        accuracy=float(right.mean()),
        loss=float(losses(probabilities, labels).mean()),
        images=len(right),
        interval=wilson_interval(int(right.sum()), len(right)),
        calibration_error=expected_calibration_error(probabilities, labels),
        not_sure=float((probabilities.max(axis=1) < NOT_SURE_BELOW).mean()),
    )


def require_finite(probabilities: np.ndarray) -> None:
    """Refuse what a network answers whose training has blown up.

    Raises:
        ValueError: some are no finite numbers.
    """
    if not np.isfinite(probabilities).all():
        count = int((~np.isfinite(probabilities).all(axis=1)).sum())
        raise ValueError(
            "A model must answer with numbers from 0 to 1. Received: no numbers (NaN) for"
            f" {count:,} of {len(probabilities):,} images; its weights grew beyond all bounds"
        )


def losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """-log of the probability given to each true digit: float64 (n,), 0 to 16.1."""
    of_the_true = probabilities[np.arange(len(labels)), labels]
    return -np.log(of_the_true.clip(MIN_PROBABILITY, 1).astype(np.float64))


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence, if `right` of `count` were right.

    Source: Wilson, Probable Inference, 1927; good near 100 %, where the usual formula is not.
    """
    z = 1.959964
    share, extra = right / count, z * z / count
    middle = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / count + extra / count / 4) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


class Reliability(NamedTuple):
    """How often a model is right where it is about so sure; a row for each of some bins.

    Bins are of equal width, from 0 to 1; a bin without images has NaN for its two means.
    """

    counts: np.ndarray  # int64 (bins,): images
    correct: np.ndarray  # int64 (bins,): of these, read right
    confidence: np.ndarray  # float64 (bins,): mean probability of the best guess
    accuracy: np.ndarray  # float64 (bins,): right / counts

    def calibration_error(self) -> float:
        """Expected calibration error: |share - sure|, each bin weighted by its images."""
        gaps = np.abs(self.accuracy - self.confidence) * self.counts
        return float(np.nansum(gaps) / self.counts.sum())


def compute_reliability(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> Reliability:
    """The calibration curve of a model's answers.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017.

    Args:
        probabilities: (n, 10). labels: (n,).
    """
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    at = np.minimum((sure * bins).astype(int), bins - 1)
    counts, hits = np.bincount(at, minlength=bins), np.bincount(at[right], minlength=bins)
    of = np.where(counts, counts, np.nan)
    return Reliability(counts, hits, np.bincount(at, sure, bins) / of, hits / of)


def expected_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> float:
    """Expected calibration error: how far, on average, "p sure" is from right in a share p."""
    return compute_reliability(probabilities, labels, bins).calibration_error()


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Counts, int64 (10, 10): row = the true digit, column = what it was read as."""
    pairs = np.asarray(labels, np.int64) * 10 + np.asarray(predicted, np.int64)
    return np.bincount(pairs, minlength=100).reshape(10, 10)


class PerClassMetrics(NamedTuple):
    """How each digit fares: ten rows; NaN where there is nothing to take a share of."""

    images: np.ndarray  # int64 (10,): of this digit
    precision: np.ndarray  # float64 (10,): of those read as it, the share that are it
    recall: np.ndarray  # float64 (10,): of its images, the share read as it
    f1: np.ndarray  # float64 (10,): the harmonic mean of these two


def per_class_metrics(matrix: np.ndarray) -> PerClassMetrics:
    """Precision, recall and F1 of each digit.

    Args:
        matrix: a confusion matrix, (10, 10).
    """
    hits, images, taken = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)

    def share(part, whole):
        return part / np.where(whole, whole, np.nan)

    return PerClassMetrics(
        images, share(hits, taken), share(hits, images), share(2 * hits, images + taken)
    )


def per_class_rows(matrix: np.ndarray) -> list[dict]:
    """The same for JSON: a row for each digit; None where there is nothing to take a share of."""
    columns = (values.tolist() for values in per_class_metrics(matrix))
    rows = (
        dict(zip(PerClassMetrics._fields, row, strict=True)) for row in zip(*columns, strict=True)
    )
    return [
        {"digit": digit} | {name: None if value != value else value for name, value in row.items()}
        for digit, row in enumerate(rows)
    ]


def mcnemar(first: int, second: int) -> float:
    """How often a fair coin splits first + second throws at least as unevenly: 0 to 1.

    `first` images are misread by one model alone, `second` by another alone. The smaller this is,
    the less the difference between the two can be luck.

    Source: McNemar, Note on the sampling error of the difference between correlated proportions,
    1947; here exact.
    """
    throws, ways, tail = first + second, 1, 0
    for k in range(min(first, second) + 1):
        tail += ways  # the number of ways in which k of the throws come up heads
        ways = ways * (throws - k) // (k + 1)
    return min(1.0, 2 * tail / 2**throws)
