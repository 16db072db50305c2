"""Numbers composed of drawings keep to what was asked for."""

import numpy as np
import pytest
import written_numbers

from mnist_core.strokes import numbers
from mnist_core.strokes.numbers import GAPS


def boxes(number):
    """Left, top, right and bottom of each digit's path."""
    points = [np.concatenate(digit) for digit in number.digits]
    return np.array([[*p.min(axis=0), *p.max(axis=0)] for p in points])


@pytest.mark.parametrize("kind", ["wide", "near"])
def test_the_gaps_between_boxes_are_in_the_range_asked_for(kind):
    low, high = GAPS[kind]
    for seed in range(10):
        found = boxes(written_numbers.write("203458", seed=seed, gaps=GAPS[kind]))
        gaps = (found[1:, 0] - found[:-1, 2]) / 100
        assert (low - 1e-6 <= gaps).all() and (gaps <= high + 1e-6).all()


def test_touching_boxes_overlap_and_their_middles_stay_in_order():
    for seed in range(10):
        number = written_numbers.write("11171", seed=seed, gaps=GAPS["touching"])
        found = boxes(number)
        steps = np.diff((found[:, 0] + found[:, 2]) / 2)
        assert (steps >= numbers.MIN_STEP * number.pen_width - 1e-6).all()
        assert (found[1:, 0] - found[:-1, 2] <= numbers.MIN_STEP * number.pen_width).all()


def test_heights_differ_by_at_most_an_eighth():
    found = boxes(written_numbers.write("2034586790"))
    heights = (found[:, 3] - found[:, 1]) / 100
    assert (abs(heights - 1) <= 0.12 + 1e-6).all() and np.ptp(heights) > 0.02


def test_all_ink_lies_on_the_canvas_and_rows_stand_apart():
    number = written_numbers.write("204\n73", gaps=GAPS["near"])
    picture = number.picture()
    assert picture.shape == number.canvas
    edge = np.concatenate([picture[[0, -1]].ravel(), picture[:, [0, -1]].ravel()])
    assert not edge.any()
    found = boxes(number)
    assert found[:3, 3].max() + number.pen_width < found[3:, 1].min()


def test_a_random_number_uses_each_drawing_once_and_is_the_same_for_a_seed():
    writer = [numbers.Drawing(d, "", [np.array([[0.0, 0], [d + 1, 9]])]) for d in range(10)]
    one, other = (numbers.random_number(writer, np.random.default_rng(5), (6, 6)) for _ in range(2))
    assert len(set(one.text)) == 6 and one.text == other.text
    np.testing.assert_array_equal(one.picture(), other.picture())
