"""Metrics, against slow loops and known values."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from mnist_core.evaluation import metrics

LABELS = hypothesis_numpy.arrays(np.uint8, 40, elements=st.integers(0, 9))
BINS = st.sampled_from([1, 7, 15])


@pytest.mark.slow
@given(LABELS, LABELS)
def test_the_confusion_matrix_counts_pairs_one_by_one(labels, predicted):
    counted = np.zeros((10, 10), int)
    for true, read in zip(labels, predicted, strict=True):
        counted[true, read] += 1
    assert (metrics.confusion_matrix(labels, predicted) == counted).all()


def test_the_confusion_matrix_of_nothing_is_all_zeros():
    nothing = np.zeros(0, np.uint8)
    assert metrics.confusion_matrix(nothing, nothing).tolist() == [[0] * 10] * 10


def test_the_commonest_confusions_come_first_in_words():
    matrix = np.diag(np.full(10, 7))
    assert metrics.describe_confusions(matrix) == []
    matrix[1, 7], matrix[4, 9] = 1, 1025
    assert metrics.top_confusions(matrix, 5) == [(4, 9, 1025), (1, 7, 1)]
    assert metrics.describe_confusions(matrix) == [
        "4 read as 9 (1,025 times)",
        "1 read as 7 (1 time)",
    ]
    assert metrics.describe_confusions(matrix, 1) == ["4 read as 9 (1,025 times)"]


@given(LABELS, LABELS)
def test_per_class_metrics_are_those_of_counting_one_by_one(labels, predicted):
    result = metrics.per_class_metrics(metrics.confusion_matrix(labels, predicted))
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    for digit in range(10):
        hits = sum(true == read == digit for true, read in pairs)
        missed = sum(true == digit != read for true, read in pairs)
        false = sum(read == digit != true for true, read in pairs)
        assert result.images[digit] == hits + missed
        for share, whole in ((result.recall, hits + missed), (result.precision, hits + false)):
            assert share[digit] == pytest.approx(hits / whole if whole else np.nan, nan_ok=True)
        f1 = 0 if missed or false else np.nan
        if hits:  # the harmonic mean, by its definition
            f1 = 2 / (1 / result.recall[digit] + 1 / result.precision[digit])
        assert result.f1[digit] == pytest.approx(f1, nan_ok=True)


@given(st.integers(0, 7), st.integers(0, 7))
def test_mcnemar_is_the_share_of_all_coin_throws_that_are_as_uneven(first, second):
    throws = list(itertools.product((0, 1), repeat=first + second))
    uneven = [t for t in throws if abs(2 * sum(t) - len(t)) >= abs(first - second)]
    assert metrics.mcnemar(first, second) == pytest.approx(len(uneven) / len(throws))


def test_mcnemar_is_finite_for_thousands():
    assert metrics.mcnemar(5000, 5000) == 1
    assert 0 <= metrics.mcnemar(9000, 1000) < 1e-300


@pytest.mark.parametrize(
    ("correct", "images", "expected"),
    [
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (5, 10, (0.2366, 0.7634)),
        (1, 1, (0.2065, 1.0)),
        (9_925, 10_000, (0.9906, 0.9940)),
    ],
)
def test_the_interval_is_wilsons(correct, images, expected):
    assert metrics.wilson_interval(correct, images) == pytest.approx(expected, abs=1e-4)
    assert metrics.accuracy_interval(correct / images, images) == metrics.wilson_interval(
        correct, images
    )


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_accuracy_and_that_of_the_mistakes_mirrors_it(counts):
    correct, images = counts
    low, high = metrics.wilson_interval(correct, images)
    assert 0 <= low <= correct / images + 1e-12 and correct / images - 1e-12 <= high <= 1
    assert low < high
    assert metrics.wilson_interval(images - correct, images) == pytest.approx((1 - high, 1 - low))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 5), BINS)
def test_reliability_and_calibration_error_are_those_of_counting_one_by_one(
    seed, concentration, bins
):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(10, concentration), 60)
    labels = rng.integers(0, 10, 60)
    reliability = metrics.compute_reliability(probabilities, labels, bins)
    binned = [[] for _ in range(bins)]
    for row, label in zip(probabilities, labels, strict=True):
        bin_of = next(i for i in reversed(range(bins)) if max(row) >= i / bins)
        binned[bin_of].append((max(row), list(row).index(max(row)) == label))
    error = 0.0
    for i, images in enumerate(binned):
        sure, right = sum(sure for sure, _ in images), sum(right for _, right in images)
        error += abs(right - sure) / len(labels)
        assert (reliability.counts[i], reliability.correct[i]) == (len(images), right)
        means = [sure / len(images), right / len(images)] if images else [np.nan, np.nan]
        found = [reliability.confidence[i], reliability.accuracy[i]]
        assert found == pytest.approx(means, nan_ok=True)
    assert reliability.calibration_error() == pytest.approx(error)


def test_all_metrics_are_of_the_same_predictions():
    probabilities = np.full((4, 10), 0.05) + np.eye(10)[[1, 2, 3, 4]] * 0.5
    probabilities[0] = np.eye(10)[1]
    result = metrics.compute_metrics(probabilities, np.array([1, 2, 3, 9]))
    assert (result.accuracy, result.images) == (0.75, 4)
    assert result.interval == metrics.wilson_interval(3, 4)
    assert result.loss == pytest.approx(-np.log([1, 0.55, 0.55, 0.05]).mean(), rel=1e-6)
    assert result.not_sure == 0.75  # only the first is answered with certainty
    # of those 55 % sure, two thirds are right
    assert result.calibration_error == pytest.approx(3 / 4 * (2 / 3 - 0.55), rel=1e-5)


def test_predictions_that_are_no_numbers_are_refused():
    probabilities = np.full((4, 10), 0.1, np.float32)
    probabilities[1:3, 4] = np.nan
    with pytest.raises(ValueError, match=r"answers 2 of 4 images with no numbers \(NaN\)"):
        metrics.compute_metrics(probabilities, np.zeros(4, np.uint8))


def test_each_images_loss_is_the_cross_entropy_of_its_row_and_never_infinite():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 30)
    labels = np.arange(30) % 10
    one_by_one = [-np.log(row[label]) for row, label in zip(probabilities, labels, strict=True)]
    assert metrics.losses(probabilities, labels) == pytest.approx(one_by_one)
    assert metrics.losses(np.eye(10)[:2], np.array([0, 2])) == pytest.approx([0, -np.log(1e-7)])
