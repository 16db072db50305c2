"""How a line of text becomes the path of a pen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.strokes.pen_paths import parse_form, parse_strokes

points = st.tuples(st.integers(0, 100), st.integers(0, 100)).map("{0[0]},{0[1]}".format)
pieces = st.lists(points, min_size=2, max_size=6).map(" ".join)
texts = st.lists(pieces, min_size=1, max_size=3).map(";".join)
some_texts = settings(max_examples=50, deadline=None)


@some_texts
@given(texts)
def test_a_path_goes_through_its_control_points_and_ends_each_stroke_where_its_text_does(text):
    form, strokes = parse_form(text), parse_strokes(text)
    gaps = np.abs(np.concatenate(strokes)[:, None] - form.controls[None]).sum(axis=2).min(axis=0)
    assert gaps.max() < 1e-9
    for stroke, piece in zip(strokes, text.split(";"), strict=True):
        ends = [piece.split()[i].split(",") for i in (0, -1)]
        np.testing.assert_allclose(stroke[[0, -1]], np.array(ends, float) / 100 - 0.5, atol=1e-12)


@some_texts
@given(texts)
def test_cutting_corners_keeps_the_ends_of_strokes_and_stays_inside_the_path(text):
    form = parse_form(text)
    rounded = np.split(form.rounded @ form.controls, form.lifts)
    for stroke, cut in zip(parse_strokes(text), rounded, strict=True):
        np.testing.assert_allclose(cut[[0, -1]], stroke[[0, -1]])
        assert (cut.max(axis=0) <= stroke.max(axis=0) + 1e-9).all()
        assert (cut.min(axis=0) >= stroke.min(axis=0) - 1e-9).all()


def test_a_space_goes_on_smoothly_and_a_slash_is_a_corner():
    def sharpest(text):
        steps = np.diff(parse_strokes(text)[0], axis=0)
        angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        return np.abs(np.diff(angles)).max()

    assert sharpest("0,0 100,0/100,100") == pytest.approx(np.pi / 2)
    assert sharpest("0,0 100,0 100,100") < np.pi / 4


def test_between_corners_two_points_make_a_straight_line():
    (stroke,) = parse_strokes("0,0 100,0/100,100")
    assert ((np.abs(stroke[:, 1] + 0.5) < 1e-9) | (np.abs(stroke[:, 0] - 0.5) < 1e-9)).all()


def test_a_form_made_wider_keeps_its_heights():
    narrow, wide = (parse_form("10,0 90,50 20,100", width) for width in (1.0, 1.5))
    path = narrow.curves @ narrow.controls
    np.testing.assert_allclose(wide.curves @ wide.controls, path * (1.5, 1))
