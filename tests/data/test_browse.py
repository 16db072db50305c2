"""Digits picked from a set, against naive loops."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnist_core.data import browse, synthesis, writers
from mnist_core.data.types import Digits

label_arrays = arrays.arrays(np.uint8, st.integers(0, 40), elements=st.integers(0, 9))
any_digit = st.none() | st.integers(0, 9)


@st.composite
def answers(draw):
    """(labels, probabilities) of a few digits; coarse, so that some are equally sure."""
    labels = draw(label_arrays)
    weights = arrays.arrays(np.uint8, (len(labels), 10), elements=st.integers(1, 4))
    weights = draw(weights).astype(np.float32)
    return labels, weights / weights.sum(axis=1, keepdims=True)


@given(label_arrays, any_digit)
def test_a_class_is_all_digits_with_its_label(labels, digit):
    naive = [i for i, label in enumerate(labels) if digit in (None, label)]
    assert browse.indices_of_class(labels, digit).tolist() == naive


@given(answers())
def test_a_prediction_is_the_likeliest_digit_and_its_probability(answers):
    top = browse.top_predictions(answers[1])
    for row, digit, confidence in zip(answers[1], *top, strict=True):
        assert digit == row.tolist().index(max(row))
        assert confidence == max(row)


@given(answers(), any_digit, any_digit)
def test_misclassified_are_all_that_were_taken_for_others_the_surest_first(answers, digit, read_as):
    labels, probabilities = answers
    top = browse.top_predictions(probabilities)
    naive = [
        i
        for i, (label, predicted) in enumerate(zip(labels, top.digits, strict=True))
        if predicted != label and digit in (None, label) and read_as in (None, predicted)
    ]
    naive.sort(key=lambda i: (-top.confidence[i], i))
    assert browse.misclassified(labels, top, digit, read_as).tolist() == naive


@given(answers(), st.integers(0, 9))
def test_correctly_classified_are_all_taken_for_what_they_are_the_least_sure_first(answers, digit):
    labels, probabilities = answers
    top = browse.top_predictions(probabilities)
    naive = [i for i in range(len(labels)) if labels[i] == digit == top.digits[i]]
    naive.sort(key=lambda i: (top.confidence[i], i))
    assert browse.correctly_classified(labels, top, digit).tolist() == naive


@given(st.integers(0, 200), st.integers(1, 70))
@example(0, 60)  # one page, with nothing on it
def test_pages_hold_everything_once_and_in_order(count, size):
    indices = np.arange(count)[::-1]
    pages = [browse.page(indices, n, size) for n in range(1, browse.page_count(count, size) + 1)]
    assert np.concatenate(pages).tolist() == indices.tolist()
    assert all(len(page) == size for page in pages[:-1])
    assert browse.page(indices, len(pages) + 1, size).size == 0


def test_means_and_standard_deviations_are_those_of_a_naive_loop_and_0_of_no_images():
    images, labels, _ = synthesis.synthesize(120, seed=1, writers=range(6))
    digits = Digits(images[labels != 3], labels[labels != 3])
    statistics = browse.class_statistics(digits)
    for digit in range(10):
        of_digit = [i for i, label in zip(*digits, strict=True) if label == digit]
        assert statistics.counts[digit] == len(of_digit) == 12 * (digit != 3)
        for row, column in [(14, 14), (7, 10), (20, 15), (0, 0)]:
            values = [float(image[row, column]) for image in of_digit] or [0.0]
            mean = sum(values) / len(values)
            std = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
            assert statistics.means[digit, row, column] == pytest.approx(mean)
            assert statistics.stds[digit, row, column] == pytest.approx(std)


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(0, 127.5)))
def test_the_largest_value_is_white_and_the_order_stays(values):
    levels = browse.to_grey_levels(values)
    assert levels.dtype == np.uint8
    assert levels.max() == 255 or values.max() <= 1e-9
    assert (np.diff(levels.ravel()[values.ravel().argsort()].astype(int)) >= 0).all()


@given(label_arrays, st.randoms())
def test_grouping_by_label_loses_nothing_and_keeps_the_order(labels, random):
    indices = np.array(random.sample(range(len(labels)), len(labels)), int)
    groups = [group.tolist() for group in browse.group_by_label(labels, indices)]
    assert groups == [[i for i in indices if labels[i] == digit] for digit in range(10)]


def test_a_style_table_holds_the_writers_own_numbers():
    table = browse.style_table(3, range(5, 9))
    assert table.shape == (4, len(writers.STYLE_FIELDS))
    assert table[2, writers.STYLE_FIELDS.index("slant")] == writers.writer(3, 7).style.slant


@given(st.lists(st.integers(0, 9)), st.integers(0, 9))
def test_the_fraction_below_a_value_is_counted(values, value):
    naive = sum(v < value for v in values) / len(values) if values else 0
    assert browse.fraction_below(np.array(values), value) == pytest.approx(naive)
