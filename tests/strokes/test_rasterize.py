"""Strokes on a canvas: where they are placed, and how much ink a pen leaves."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mnist_core.strokes.rasterize import place, rasterize

SEVEN = [np.array([[0, 0], [60, 0], [20, 100]], float), np.array([[15, 50], [50, 50]], float)]


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 1), st.floats(0, 280), st.floats(0, 280))
def test_placing_sets_size_and_middle_and_keeps_the_proportions(size, x, y):
    points = np.concatenate(place(SEVEN, 280, size, (x, y)))
    low, high = points.min(axis=0), points.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, (x, y), atol=1e-6)
    np.testing.assert_allclose(high - low, np.array([60, 100]) * size * 280 / 100)


def test_a_placed_dot_is_a_dot():
    assert place([[[5, 5]]], 280)[0].tolist() == [[140, 140]]


def test_a_tap_is_a_round_dot_of_the_pens_width():
    picture = rasterize([np.array([[140.0, 140.0]])], width=22)
    assert abs(picture.sum() / 255 - np.pi * 11**2) < 3
    np.testing.assert_array_equal(picture, picture.T)
    np.testing.assert_array_equal(picture, picture[::-1, ::-1])


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 2 * np.pi), st.floats(3, 30))
def test_a_line_covers_its_length_times_its_width_and_two_half_discs(angle, width):
    end = 70 * np.array([np.cos(angle), np.sin(angle)])
    picture = rasterize([np.array([140 - end, 140 + end])], width=width)
    expected = 140 * width + np.pi * width**2 / 4
    assert abs(picture.sum() / 255 - expected) < 0.02 * expected + 60


def test_a_corner_is_as_thick_as_the_line():
    corner = rasterize([np.array([[40.0, 40], [140, 40], [140, 140]])], width=20)
    assert corner[34, 145] == 255  # outside of both lines, 8 from the point where they meet
    assert corner[31, 148] < 64  # but round: 12 from it


def arc(step, radius=80):
    """A path in which each step turns by so many radians: a circle, nearly."""
    angle = np.arange(0, 6, step)
    return 140 + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.02, np.pi), st.floats(20, 100), st.floats(4, 26))
@example(np.pi, 80, 20)  # there and back: round where it turns
def test_a_dot_at_each_point_of_a_path_adds_nothing_to_it(step, radius, width):
    path = arc(step, radius)
    dotted = rasterize([path, *path[:, None]], width=width)
    np.testing.assert_array_equal(rasterize([path], width=width), dotted)


def test_points_that_are_drawn_twice_change_nothing():
    path = arc(0.1)
    twice = rasterize([np.repeat(path, 2, axis=0)])
    assert np.abs(twice.astype(int) - rasterize([path])).mean() < 0.05


def test_edges_are_grey_in_proportion_to_what_is_covered():
    picture = rasterize([np.array([[50.0, 100.25], [200, 100.25]])], width=20)
    assert picture[90, 120] == 191  # from 90.25 on: three quarters
    assert picture[110, 120] == 64


def test_what_is_off_the_canvas_is_cut_off():
    picture = rasterize([np.array([[-100.0, 140], [500, 140]])], width=10)
    assert picture[140].min() == 255 and picture.shape == (280, 280)


@pytest.mark.parametrize(("canvas", "width"), [(0, 1), (5000, 9), (280, 0), (280, 281)])
def test_an_impossible_canvas_or_pen_is_refused(canvas, width):
    with pytest.raises(ValueError, match="Received: canvas"):
        rasterize(SEVEN, canvas, width)
