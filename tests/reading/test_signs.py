"""A decimal point or a minus is said where it stands plainly, and nowhere else."""

import numpy as np
import pytest
import written_numbers

from mnist_core.prediction import Classifier
from mnist_core.reading import read, read_strokes
from mnist_core.strokes.numbers import GAPS
from mnist_core.strokes.rasterize import rasterize, transform


@pytest.fixture(scope="module")
def reader():
    return Classifier.load("reader")


def texts(strokes, canvas, pen_width, reader):
    picture = rasterize(strokes, canvas, pen_width)
    return [read(picture, reader).text, read_strokes(strokes, pen_width, reader).text]


def gap_after(number, digit):
    """The middle between a digit and the next, and the lowest ink of the two."""
    one, other = (np.concatenate(number.digits[n]) for n in (digit, digit + 1))
    return (one[:, 0].max() + other[:, 0].min()) / 2, max(one[:, 1].max(), other[:, 1].max())


def apart(text):
    return written_numbers.write(text, gaps=(0.5, 0.6))


def test_a_dot_on_the_line_between_two_digits_is_a_point(reader):
    number = apart("304")
    x, y = gap_after(number, 0)
    point = np.array([[x, y], [x + 1, y]])
    found = texts([*number.strokes, point], number.canvas, number.pen_width, reader)
    assert found == ["3.04"] * 2


def test_a_dash_at_half_height_before_the_number_is_a_minus(reader):
    number = apart("27")
    first = np.concatenate(number.digits[0])
    y, left = (first[:, 1].min() + first[:, 1].max()) / 2, first[:, 0].min()
    strokes = transform(number.strokes, np.eye(2), (60, 0))
    dash = np.array([[left - 10, y], [left + 30, y + 2]])
    canvas = (number.canvas[0], number.canvas[1] + 60)
    assert texts([dash, *strokes], canvas, number.pen_width, reader) == ["-27"] * 2


@pytest.mark.parametrize("up", [20, 60, 110, 160])
@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_a_dot_that_is_no_point_is_nothing(up, place, reader):
    number = apart("304")
    x, y = gap_after(number, 0)
    points = np.concatenate(number.strokes)
    x = {"before": points[:, 0].min() - 30, "between": x, "after": points[:, 0].max() + 30}[place]
    point = np.array([[x, y - up - 30 * (place == "between")]])
    strokes = transform([*number.strokes, point], np.eye(2), (60, 110))
    canvas = (number.canvas[0] + 120, number.canvas[1] + 120)
    assert texts(strokes, canvas, number.pen_width, reader) == ["304"] * 2


def test_a_number_of_dots_and_a_digit_is_the_digit_alone(reader):
    number = apart("34")
    left = np.concatenate(number.digits[0])
    dots = [np.array([[left[:, 0].max() + 30 * i, left[:, 1].mean()]]) for i in (1, 3, 5)]
    canvas = (number.canvas[0], number.canvas[1] + 150)
    assert texts([*number.digits[0], *dots], canvas, number.pen_width, reader) == ["3"] * 2


def test_a_dash_between_digits_is_no_minus(reader):
    number = written_numbers.write("27", gaps=(0.9, 0.9))
    x, y = gap_after(number, 0)
    dash = np.array([[x - 15, y - 50], [x + 15, y - 50]])
    found = texts([*number.strokes, dash], number.canvas, number.pen_width, reader)
    assert not any("-" in text for text in found)


@pytest.mark.parametrize("gaps", GAPS)
def test_digits_alone_have_no_signs(gaps, reader):
    for text in ("1117", "47151"):
        number = written_numbers.write(text, gaps=GAPS[gaps])
        for found in texts(number.strokes, number.canvas, number.pen_width, reader):
            assert found.isdigit()
