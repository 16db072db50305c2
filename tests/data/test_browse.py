"""Digits found in a set, against naive loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnist_core.data import browse, synthesis, writers
from mnist_core.data.types import Digits

few_labels = arrays.arrays(np.uint8, st.integers(0, 40), elements=st.integers(0, 9))


@st.composite
def read_sets(draw):
    """(labels, probabilities) of a few digits; coarse, so that some are equally sure."""
    labels = draw(few_labels)
    weights = arrays.arrays(np.uint8, (len(labels), 10), elements=st.integers(1, 4))
    found = draw(weights).astype(np.float32)
    return labels, found / found.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def digits():
    images, labels, _ = synthesis.synthesize(120, seed=1, writers=range(6))
    return Digits(images, labels)


@given(few_labels, st.integers(0, 9))
def test_a_class_is_all_digits_with_its_label(labels, digit):
    naive = [i for i, label in enumerate(labels) if label == digit]
    assert browse.indices_of_class(labels, digit).tolist() == naive


@given(few_labels)
def test_every_digit_is_in_one_class_and_in_all(labels):
    classes = [i for digit in range(10) for i in browse.indices_of_class(labels, digit)]
    assert (
        sorted(classes)
        == browse.indices_of_class(labels, None).tolist()
        == list(range(len(labels)))
    )


@given(read_sets())
def test_a_reading_is_the_likeliest_digit_and_its_probability(read_set):
    _, probabilities = read_set
    found = browse.top_predictions(probabilities)
    for row, digit, sure in zip(probabilities, *found, strict=True):
        assert digit == min(d for d in range(10) if row[d] == max(row))
        assert sure == max(row)


@given(read_sets())
def test_misread_are_all_that_were_taken_for_others_the_surest_first(read_set):
    labels, probabilities = read_set
    read = browse.top_predictions(probabilities)
    naive = [i for i in range(len(labels)) if read.digits[i] != labels[i]]
    naive.sort(key=lambda i: (-read.confidence[i], i))
    assert browse.misclassified(labels, read).tolist() == naive


@given(read_sets(), st.integers(0, 9), st.integers(0, 9))
def test_mistakes_can_be_those_of_a_digit_and_those_taken_for_one(read_set, digit, read_as):
    labels, probabilities = read_set
    read = browse.top_predictions(probabilities)
    every = browse.misclassified(labels, read).tolist()
    of_digit = [i for i in every if labels[i] == digit]
    assert browse.misclassified(labels, read, digit).tolist() == of_digit
    both = [i for i in of_digit if read.digits[i] == read_as]
    assert browse.misclassified(labels, read, digit, read_as).tolist() == both


@given(read_sets(), st.integers(0, 9))
def test_well_read_are_all_images_of_a_digit_taken_for_it_the_least_sure_first(read_set, digit):
    labels, probabilities = read_set
    read = browse.top_predictions(probabilities)
    naive = [i for i in range(len(labels)) if labels[i] == digit == read.digits[i]]
    naive.sort(key=lambda i: (read.confidence[i], i))
    assert browse.correctly_classified(labels, read, digit).tolist() == naive


@given(st.integers(0, 200), st.integers(1, 70))
def test_pages_hold_everything_once_and_in_order(count, size):
    found = np.arange(count)[::-1]
    pages = [browse.page(found, n, size) for n in range(1, browse.page_count(count, size) + 1)]
    assert np.concatenate(pages).tolist() == found.tolist()
    assert all(len(page) == size for page in pages[:-1])
    assert browse.page(found, len(pages) + 1, size).size == 0


def test_nothing_found_is_one_empty_page():
    assert browse.page_count(0) == 1
    assert browse.page(np.arange(0), 1).size == 0


def test_means_and_spreads_are_those_of_a_naive_loop(digits):
    found = browse.class_statistics(digits)
    for digit in range(10):
        images = [i for i, label in zip(*digits, strict=True) if label == digit]
        assert found.counts[digit] == len(images)
        for row, column in [(14, 14), (7, 10), (20, 15), (0, 0)]:
            values = [float(image[row, column]) for image in images]
            mean = sum(values) / len(values)
            spread = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
            assert found.means[digit, row, column] == pytest.approx(mean)
            assert found.stds[digit, row, column] == pytest.approx(spread)


def test_a_digit_that_is_not_there_has_a_black_mean(digits):
    only = digits.labels != 3
    found = browse.class_statistics(Digits(digits.images[only], digits.labels[only]))
    assert found.counts[3] == 0
    assert not found.means[3].any() and not found.stds[3].any()
    assert found.means[4].any()


def test_copies_of_one_image_have_it_as_their_mean_and_no_spread(digits):
    one = digits.images[:1].repeat(9, axis=0)
    found = browse.class_statistics(Digits(one, np.full(9, 5, np.uint8)))
    np.testing.assert_array_equal(found.means[5], digits.images[0])
    assert not found.stds[5].any()


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(0, 127.5)))
def test_the_largest_value_is_white_and_the_order_stays(values):
    levels = browse.to_grey_levels(values)
    assert levels.dtype == np.uint8
    assert levels.max() == (255 if values.max() > 1e-9 else levels.max())
    order = values.ravel().argsort()
    assert (np.diff(levels.ravel()[order].astype(int)) >= 0).all()


@given(few_labels, st.randoms())
def test_sorting_by_digit_loses_nothing_and_keeps_the_order(labels, random):
    found = np.array(random.sample(range(len(labels)), len(labels)), int)
    rows = browse.group_by_label(labels, found)
    for digit, row in enumerate(rows):
        assert row.tolist() == [i for i in found if labels[i] == digit]
    assert sum(map(len, rows)) == len(labels)


def test_hands_are_the_writers_own():
    found = browse.style_table(3, range(5, 9))
    assert found.shape == (4, len(writers.STYLE_FIELDS))
    slant = writers.STYLE_FIELDS.index("slant")
    assert found[2, slant] == writers.writer(3, 7).style.slant


@given(st.lists(st.integers(0, 9)), st.integers(0, 9))
def test_the_share_below_a_value_is_counted(values, value):
    naive = sum(v < value for v in values) / len(values) if values else 0
    assert browse.fraction_below(np.array(values), value) == pytest.approx(naive)
