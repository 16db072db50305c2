"""Forms: how a line of text becomes the path of a pen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.data import writers
from mnist_core.data.glyphs import FORMS, forms_of
from mnist_core.strokes.pen_paths import parse_form, parse_strokes

ALL = [form for digit in range(10) for form, _ in forms_of(digit)]
TEXTS = [text for several in FORMS.values() for text in several]
points = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda p: f"{p[0]},{p[1]}")
pieces = st.lists(points, min_size=2, max_size=6).map(" ".join)
texts = st.lists(pieces, min_size=1, max_size=3).map(";".join)


def drawn(form):
    return form.curves @ form.controls


def test_every_form_goes_through_its_control_points():
    for form in ALL:
        gaps = np.abs(drawn(form)[:, None] - form.controls[None]).sum(axis=2).min(axis=0)
        assert gaps.max() < 1e-9


@settings(max_examples=50, deadline=None)
@given(texts)
def test_a_path_begins_and_ends_each_stroke_where_its_text_does(text):
    found = parse_strokes(text)
    assert len(found) == text.count(";") + 1
    for stroke, written in zip(found, text.split(";"), strict=True):
        ends = [written.split()[i].split(",") for i in (0, -1)]
        np.testing.assert_allclose(stroke[[0, -1]], np.array(ends, float) / 100 - 0.5, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(texts)
def test_cutting_corners_keeps_the_ends_of_strokes_and_stays_inside_the_path(text):
    form = parse_form(text)
    sharp, cut = drawn(form), form.rounded @ form.controls
    for stroke, rounded in zip(np.split(sharp, form.lifts), np.split(cut, form.lifts), strict=True):
        np.testing.assert_allclose(rounded[[0, -1]], stroke[[0, -1]])
        assert (rounded.max(axis=0) <= stroke.max(axis=0) + 1e-9).all()
        assert (rounded.min(axis=0) >= stroke.min(axis=0) - 1e-9).all()


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
    narrow, wide = parse_form("10,0 90,50 20,100"), parse_form("10,0 90,50 20,100", width=1.5)
    np.testing.assert_allclose(drawn(wide), drawn(narrow) * (1.5, 1))


def test_the_shares_of_a_digits_forms_are_those_of_its_table():
    for digit, table in FORMS.items():
        shares = np.array([share for _, share in forms_of(digit)])
        assert shares.sum() == pytest.approx(1)
        np.testing.assert_allclose(shares * sum(table.values()), list(table.values()))
        assert shares.min() > 0


def test_no_form_is_written_down_twice():
    assert len(set(TEXTS)) == len(TEXTS)
    assert sorted(FORMS) == list(range(10))


def test_every_form_is_about_as_high_as_its_box():
    for text in TEXTS:
        height = np.ptp(np.concatenate(parse_strokes(text))[:, 1])
        assert 0.6 < height < 1.3, text


def test_habits_are_long_enough_for_every_form():
    assert max(len(form.controls) for form in ALL) <= writers.MAX_CONTROLS
