import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from mnist_core.data.types import Digits
from mnist_core.evaluation import metrics, test_sets
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import rendering
from mnist_core.strokes.files import Drawing

LABELS = hypothesis_numpy.arrays(np.uint8, 40, elements=st.integers(0, 9))


@pytest.mark.slow
@given(LABELS, LABELS)
def test_the_confusion_matrix_is_what_counting_one_by_one_gives(labels, predicted):
    counted = np.zeros((10, 10), int)
    for true, read in zip(labels, predicted, strict=True):
        counted[true, read] += 1
    assert (metrics.confusion_matrix(labels, predicted) == counted).all()


def test_the_confusion_matrix_of_nothing_is_all_zeros():
    nothing = np.zeros(0, np.uint8)
    assert metrics.confusion_matrix(nothing, nothing).tolist() == [[0] * 10] * 10


@given(LABELS, LABELS)
def test_each_digits_figures_are_what_counting_one_by_one_gives(labels, predicted):
    found = metrics.per_class_metrics(metrics.confusion_matrix(labels, predicted))
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    for digit in range(10):
        hits = sum(true == read == digit for true, read in pairs)
        missed = sum(true == digit != read for true, read in pairs)
        taken = sum(read == digit != true for true, read in pairs)
        assert found.images[digit] == hits + missed
        for share, whole in ((found.recall, hits + missed), (found.precision, hits + taken)):
            assert share[digit] == pytest.approx(hits / whole if whole else np.nan, nan_ok=True)
        mean = np.nan
        if hits:  # the harmonic mean, by its definition
            mean = 2 / (1 / found.recall[digit] + 1 / found.precision[digit])
        elif missed or taken:
            mean = 0
        assert found.f1[digit] == pytest.approx(mean, nan_ok=True)


def test_a_digit_that_is_neither_there_nor_read_has_no_figures():
    found = metrics.per_class_metrics(metrics.confusion_matrix(np.array([3]), np.array([3])))
    assert found.recall[3] == found.precision[3] == found.f1[3] == 1
    assert np.isnan([found.recall[5], found.precision[5], found.f1[5]]).all()


@given(st.integers(0, 7), st.integers(0, 7))
def test_by_chance_is_the_share_of_all_throws_of_coins_that_are_as_uneven(first, second):
    throws = list(itertools.product((0, 1), repeat=first + second))
    uneven = [t for t in throws if abs(2 * sum(t) - len(t)) >= abs(first - second)]
    assert metrics.mcnemar(first, second) == pytest.approx(len(uneven) / len(throws))


def test_by_chance_is_quick_and_finite_for_thousands():
    assert metrics.mcnemar(5000, 5000) == 1
    assert 0 <= metrics.mcnemar(9000, 1000) < 1e-300


class Fixed:
    """A classifier that answers what it was given."""

    def __init__(self, answers):
        self.answers = np.array(answers, np.float32)

    def probabilities(self, images):
        return self.answers


def digits(*labels):
    return Digits(np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8))


def certain(*read):
    return Fixed(np.eye(10)[list(read)])


def test_accuracy_is_the_share_read_right():
    accuracy, _ = metrics.accuracy_and_loss(certain(1, 2, 3, 3), digits(1, 2, 3, 4))
    assert accuracy == 0.75


def test_the_loss_of_equal_probabilities_is_the_logarithm_of_ten():
    _, loss = metrics.accuracy_and_loss(Fixed(np.full((3, 10), 0.1)), digits(0, 5, 9))
    assert loss == pytest.approx(np.log(10), rel=1e-6)


def test_a_certain_mistake_costs_much_but_not_infinitely():
    _, loss = metrics.accuracy_and_loss(certain(1), digits(2))
    assert loss == pytest.approx(-np.log(1e-7))


@pytest.mark.parametrize(
    ("right", "count", "expected"),
    [
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (5, 10, (0.2366, 0.7634)),
        (1, 1, (0.2065, 1.0)),
        (9_925, 10_000, (0.9906, 0.9940)),
    ],
)
def test_the_interval_is_wilsons(right, count, expected):
    assert metrics.wilson_interval(right, count) == pytest.approx(expected, abs=1e-4)


COUNTS = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_the_interval_holds_the_share_and_lies_between_0_and_1(counts):
    right, count = counts
    low, high = metrics.wilson_interval(right, count)
    assert 0 <= low <= right / count + 1e-12 and right / count - 1e-12 <= high <= 1
    assert low < high


@given(COUNTS)
def test_the_interval_of_the_mistakes_is_the_mirror_image(counts):
    right, count = counts
    low, high = metrics.wilson_interval(right, count)
    assert metrics.wilson_interval(count - right, count) == pytest.approx((1 - high, 1 - low))


def test_ten_times_the_images_make_the_interval_a_third_as_wide():
    widths = [np.ptp(metrics.wilson_interval(9 * count, 10 * count)) for count in (100, 1000)]
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(10), rel=0.01)


def counted_calibration_error(probabilities, labels, bins):
    """Its definition, bin by bin and image by image."""
    error = 0.0
    for i in range(bins):
        gap = 0.0
        for row, label in zip(probabilities, labels, strict=True):
            sure = float(max(row))
            if i / bins <= sure < (i + 1) / bins or (i == bins - 1 and sure == 1):
                gap += (list(row).index(max(row)) == label) - sure
        error += abs(gap) / len(labels)
    return error


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 20), st.sampled_from([1, 7, 15]))
def test_the_calibration_error_is_what_counting_one_by_one_gives(seed, sharpness, bins):
    dice = np.random.default_rng(seed)
    probabilities = dice.dirichlet(np.full(10, 1 / sharpness), 50)
    labels = dice.integers(0, 10, 50)
    found = metrics.expected_calibration_error(probabilities, labels, bins)
    assert found == pytest.approx(counted_calibration_error(probabilities, labels, bins))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 7, 15]))
def test_each_bin_of_a_calibration_curve_is_what_counting_one_by_one_gives(seed, bins):
    dice = np.random.default_rng(seed)
    probabilities = dice.dirichlet(np.full(10, 0.2), 60)
    labels = dice.integers(0, 10, 60)
    found = metrics.compute_reliability(probabilities, labels, bins)
    inside = [[] for _ in range(bins)]
    for row, label in zip(probabilities, labels, strict=True):
        sure = max(row)
        at = next(i for i in reversed(range(bins)) if sure >= i / bins)
        inside[at].append((sure, list(row).index(sure) == label))
    for i, images in enumerate(inside):
        assert found.counts[i] == len(images)
        assert found.correct[i] == sum(right for _, right in images)
        if images:
            assert found.confidence[i] == pytest.approx(
                sum(sure for sure, _ in images) / len(images)
            )
            assert found.accuracy[i] == found.correct[i] / len(images)
        else:
            assert np.isnan([found.confidence[i], found.accuracy[i]]).all()


def test_who_is_right_as_often_as_sure_has_no_calibration_error():
    four_fifths = np.full((5, 10), 0.2 / 9) + np.eye(10)[3] * (0.8 - 0.2 / 9)
    found = metrics.expected_calibration_error(four_fifths, np.array([3, 3, 3, 3, 8]))
    assert found == pytest.approx(0, abs=1e-12)


def test_who_is_sure_and_always_wrong_has_the_largest_calibration_error():
    assert metrics.expected_calibration_error(np.eye(10)[[1, 2]], np.array([2, 1])) == 1


def test_a_measure_has_every_figure_of_the_same_answers():
    answers = np.full((4, 10), 0.05) + np.eye(10)[[1, 2, 3, 4]] * 0.5
    answers[0] = np.eye(10)[1]
    found = metrics.evaluate(Fixed(answers), digits(1, 2, 3, 9))
    assert (found.accuracy, found.images) == (0.75, 4)
    assert found.interval == metrics.wilson_interval(3, 4)
    assert found.loss == pytest.approx(-np.log([1, 0.55, 0.55, 0.05]).mean(), rel=1e-6)
    assert found.not_sure == 0.75  # only the first is answered with certainty
    # of those 55 % sure, two thirds are right
    assert found.calibration_error == pytest.approx(3 / 4 * (2 / 3 - 0.55), rel=1e-5)


def test_answers_that_are_no_numbers_are_refused_in_a_sentence():
    answers = np.full((4, 10), 0.1, np.float32)
    answers[1:3, 4] = np.nan
    with pytest.raises(ValueError, match=r"Received: no numbers \(NaN\) for 2 of 4 images"):
        metrics.compute_metrics(answers, np.zeros(4, np.uint8))


def test_the_losses_of_the_images_have_the_loss_as_their_mean():
    answers = np.random.default_rng(0).dirichlet(np.ones(10), 30)
    labels = np.arange(30) % 10
    one_by_one = [-np.log(row[label]) for row, label in zip(answers, labels, strict=True)]
    assert metrics.losses(answers, labels) == pytest.approx(one_by_one)


STEP = np.array([[10.0, 10.0], [60.0, 10.0], [60.0, 90.0], [80.0, 90.0]])
DRAWINGS = [Drawing(2, "somebody", [STEP]), Drawing(7, "another", [STEP[:, ::-1]])]


def test_a_drawing_is_drawn_the_same_way_whatever_else_is_in_the_list():
    both = test_sets.render_drawings(DRAWINGS, seed=3)
    first = test_sets.render_drawings(DRAWINGS[:1], seed=3)
    assert (both.images[0] == first.images[0]).all()
    assert both.labels.tolist() == [2, 7]


def test_another_seed_draws_otherwise():
    one, other = (test_sets.render_drawings(DRAWINGS, seed).images for seed in (1, 2))
    assert (one != other).any()


def test_drawing_says_how_far_it_is():
    told = []
    test_sets.render_drawings(DRAWINGS, 0, lambda *news: told.append(news))
    assert told == [(0, 2), (1, 2)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_drawing_lies_whole_on_the_canvas(seed):
    picture = rendering.render_random([STEP], np.random.default_rng(seed))
    assert picture.shape == (280, 280)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.max() == 0
    assert mnist_rule.to_mnist(picture).max() == 255
