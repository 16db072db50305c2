"""How good a model is, computed from its probabilities and the true digits."""

import math
from typing import NamedTuple

import numpy as np

from mnist_core.config.labels import format_percent
from mnist_core.data.types import Digits
from mnist_core.prediction import NOT_SURE_BELOW, Classifier

BINS = 15  # of a reliability diagram, as in Guo et al. 2017
MIN_PROBABILITY = 1e-7  # Keras' epsilon: a class given 0 costs 16.1, not infinity
Z_95 = 1.959964  # standard deviations of a normal distribution that hold 95 % of it


class Metrics(NamedTuple):
    """How a model did on a set of digits."""

    accuracy: float  # 0 to 1
    loss: float  # mean cross-entropy, in nats
    images: int
    interval: tuple[float, float]  # of the accuracy, with 95 % confidence
    calibration_error: float  # expected calibration error, 0 to 1
    not_sure: float  # share with a best guess below NOT_SURE_BELOW


def evaluate(classifier: Classifier, digits: Digits) -> Metrics:
    """The metrics of a classifier on these digits.

    Raises:
        ValueError: its probabilities are no finite numbers.
    """
    return compute_metrics(classifier.probabilities(digits.images), digits.labels)


def compute_metrics(probabilities: np.ndarray, labels: np.ndarray) -> Metrics:
    """The metrics of predictions.

    Args:
        probabilities: (n, 10), n >= 1. labels: (n,).

    Raises:
        ValueError: the probabilities are no finite numbers.
    """
    require_finite(probabilities)
    correct = probabilities.argmax(axis=1) == labels
    return Metrics(
        accuracy=float(correct.mean()),
        loss=float(losses(probabilities, labels).mean()),
        images=len(correct),
        interval=wilson_interval(int(correct.sum()), len(correct)),
        calibration_error=compute_reliability(probabilities, labels).calibration_error(),
        not_sure=float((probabilities.max(axis=1) < NOT_SURE_BELOW).mean()),
    )


def require_finite(probabilities: np.ndarray) -> None:
    """Refuse the output of a network whose training has diverged.

    Raises:
        ValueError: some probabilities are no finite numbers.
    """
    if not np.isfinite(probabilities).all():
        count = int((~np.isfinite(probabilities).all(axis=1)).sum())
        raise ValueError(
            f"The model answers {count:,} of {len(probabilities):,} images with no numbers (NaN):"
            " in training its weights grew beyond all bounds"
        )


def losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """-log of the probability given to each true digit: float64 (n,), 0 to 16.1."""
    of_label = probabilities[np.arange(len(labels)), labels]
    return -np.log(of_label.clip(MIN_PROBABILITY, 1).astype(np.float64))


def wilson_interval(correct: int, images: int) -> tuple[float, float]:
    """The 95 % confidence interval of an accuracy, if `correct` of `images` were right.

    Source: Wilson, Probable Inference, 1927; good near 100 %, where the usual formula is not.
    """
    share, extra = correct / images, Z_95**2 / images
    middle = (share + extra / 2) / (1 + extra)
    half = Z_95 * math.sqrt(share * (1 - share) / images + extra / images / 4) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


def accuracy_interval(accuracy: float, images: int) -> tuple[float, float]:
    """The 95 % confidence interval of an accuracy measured on so many images."""
    return wilson_interval(round(accuracy * images), images)


def format_accuracy(accuracy: float, interval: tuple[float, float]) -> str:
    """An accuracy with its interval: "97.20 % (96.86 % to 97.50 %)"."""
    low, high = interval
    return f"{format_percent(accuracy)} ({format_percent(low)} to {format_percent(high)})"


class Reliability(NamedTuple):
    """Accuracy by confidence: a row for each of some bins of equal width, from 0 to 1.

    A bin without images has NaN for its two means.
    """

    counts: np.ndarray  # int64 (bins,): images
    correct: np.ndarray  # int64 (bins,): of these, read right
    confidence: np.ndarray  # float64 (bins,): mean probability of the best guess
    accuracy: np.ndarray  # float64 (bins,): correct / counts

    def calibration_error(self) -> float:
        """Expected calibration error: |accuracy - confidence|, each bin weighted by its images."""
        gaps = np.abs(self.accuracy - self.confidence) * self.counts
        return float(np.nansum(gaps) / self.counts.sum())


def compute_reliability(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS
) -> Reliability:
    """The reliability diagram of predictions.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017.

    Args:
        probabilities: (n, 10). labels: (n,).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    hits = np.bincount(bin_of[correct], minlength=bins)
    images = np.where(counts, counts, np.nan)
    return Reliability(counts, hits, np.bincount(bin_of, confidence, bins) / images, hits / images)


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Counts, int64 (10, 10): row = the true digit, column = what it was read as."""
    pairs = np.asarray(labels, np.int64) * 10 + np.asarray(predicted, np.int64)
    return np.bincount(pairs, minlength=100).reshape(10, 10)


class Confusion(NamedTuple):
    """A cell beside the diagonal of a confusion matrix."""

    digit: int
    read_as: int
    count: int


def top_confusions(matrix: np.ndarray, most: int) -> list[Confusion]:
    """The commonest mistakes of a confusion matrix, the commonest first; no more than there are."""
    wrong = matrix * (1 - np.eye(10, dtype=int))
    cells = np.argsort(-wrong, axis=None, kind="stable")[:most].tolist()
    return [
        Confusion(*divmod(cell, 10), int(wrong.flat[cell])) for cell in cells if wrong.flat[cell]
    ]


def describe_confusions(matrix: np.ndarray, most: int = 3) -> list[str]:
    """The commonest mistakes of a confusion matrix in words: "4 read as 9 (7 times)"."""
    return [
        f"{digit} read as {read_as} ({count:,} time{'s' * (count > 1)})"
        for digit, read_as, count in top_confusions(matrix, most)
    ]


class PerClassMetrics(NamedTuple):
    """Each digit's metrics; NaN where there is nothing to take a share of."""

    images: np.ndarray  # int64 (10,): of this digit
    precision: np.ndarray  # float64 (10,): of all read as it, the share that is it
    recall: np.ndarray  # float64 (10,): of all that are it, the share read as it
    f1: np.ndarray  # float64 (10,): the harmonic mean of these two


def per_class_metrics(matrix: np.ndarray) -> PerClassMetrics:
    """Precision, recall and F1 of each digit.

    Args:
        matrix: a confusion matrix, (10, 10).
    """
    hits, images, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)

    def share(part, whole):
        return part / np.where(whole, whole, np.nan)

    return PerClassMetrics(
        images, share(hits, predicted), share(hits, images), share(2 * hits, images + predicted)
    )


def per_class_rows(matrix: np.ndarray) -> list[dict]:
    """The same for JSON: a row for each digit; None in place of NaN."""
    columns = zip(*(values.tolist() for values in per_class_metrics(matrix)), strict=True)
    rows = [dict(zip(PerClassMetrics._fields, row, strict=True)) for row in columns]
    return [
        {"digit": digit} | {name: None if value != value else value for name, value in row.items()}
        for digit, row in enumerate(rows)
    ]


def mcnemar(first: int, second: int) -> float:
    """The p-value of the exact McNemar test, 0 to 1: could two equally good models differ so?

    `first` images are misread by one model alone, `second` by another alone. It is the share of
    all throws of first + second coins that come out at least as unevenly.

    Source: McNemar, Note on the sampling error of the difference between correlated proportions,
    1947.
    """
    throws = first + second
    outcomes = tail = 1  # that `k` of the throws are heads; that at most `k` are
    for k in range(1, min(first, second) + 1):
        outcomes = outcomes * (throws - k + 1) // k
        tail += outcomes
    return min(1.0, 2 * tail / 2**throws)
