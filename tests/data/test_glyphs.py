"""The forms of the ten digits, as they are written down."""

import numpy as np
import pytest

from mnist_core.data import writers
from mnist_core.data.glyphs import FORMS, forms_of
from mnist_core.strokes.pen_paths import parse_strokes

TEXTS = [text for forms in FORMS.values() for text in forms]


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
    controls = [len(form.controls) for digit in range(10) for form, _ in forms_of(digit)]
    assert max(controls) <= writers.MAX_CONTROLS
