"""Ink that is no row of digits is read as the sign that it plainly is, or as nothing."""

import numpy as np
import pytest

from mnist_core.prediction import Classifier
from mnist_core.preprocess import to_mnist
from mnist_core.reading import read, read_strokes
from mnist_core.reading.result import Candidate, Mark, assemble, with_whole
from mnist_core.strokes.rasterize import rasterize


@pytest.fixture(scope="module")
def reader():
    return Classifier.load("reader")


def bar(width, height):
    """A white bar on a black picture: uint8 (280, 280)."""
    picture = np.zeros((280, 280), np.uint8)
    picture[100 : 100 + height, 20 : 20 + width] = 255
    return picture


def both_ways(strokes, pen_width, reader):
    strokes = [np.array(stroke, float) for stroke in strokes]
    picture = rasterize(strokes, 280, pen_width)
    return [read(picture, reader).text, read_strokes(strokes, pen_width, reader).text]


@pytest.mark.parametrize(
    ("width", "height"), [(160, 15), (250, 2), (60, 1), (40, 6), (30, 14), (200, 60)]
)
def test_a_lone_bar_is_a_minus(width, height, reader):
    picture = bar(width, height)
    for one in (picture, 255 - picture):
        assert read(one, reader) == ("-", [])


@pytest.mark.parametrize("side", [1, 2, 3, 5, 15, 40, 100])
def test_a_lone_square_is_a_point(side, reader):
    assert read(bar(side, side), reader) == (".", [])


@pytest.mark.parametrize("pen_width", [8, 16, 30])
def test_a_touch_of_the_pen_is_a_point_and_a_stroke_across_a_minus(pen_width, reader):
    assert both_ways([[(90, 120)]], pen_width, reader) == ["."] * 2
    assert both_ways([[(40, 120), (220, 120)]], pen_width, reader) == ["-"] * 2
    assert both_ways([[(40, 130), (220, 95)]], pen_width, reader) == ["-"] * 2


def test_a_flat_wave_is_no_digit(reader):
    along = np.linspace(0, 4 * np.pi, 60)
    wave = np.stack([40 + 15 * along, 140 + 30 * np.sin(along)], axis=1)
    assert both_ways([wave], 12, reader) == [""] * 2


def test_upright_lines_side_by_side_are_digits(reader):
    ones = [[(x, 60), (x, 220)] for x in (50, 110, 170, 230)]
    assert both_ways(ones, 14, reader) == ["1111"] * 2
    assert both_ways([[(50, 60), (50, 220)]], 14, reader) == ["1"] * 2


RING = np.stack(
    [140 + 60 * np.cos(np.linspace(0, 6.2, 60)), 140 + 80 * np.sin(np.linspace(0, 6.2, 60))], 1
)
BAR = np.array([(140, 60), (140, 220)], float)


@pytest.mark.parametrize(("width", "text"), [(120, "0"), (400, "11")])
def test_what_reads_well_as_a_whole_is_one_digit_where_it_is_no_wider_than_one(width, text, reader):
    half, whole = (to_mnist(rasterize([one], 280, 20)) for one in (BAR, RING))
    marks = [Mark((0, 0, 20, 160), half), Mark((width - 20, 0, width, 160), half)]
    parted = Candidate(marks, float(np.log(0.6)))
    assert assemble([with_whole([parted], lambda: whole)], reader).text == text
