"""Who writes the built-in digits: the same person every time, and nobody like another."""

import numpy as np

from mnist_core.config.options import fields
from mnist_core.data.glyphs import forms_of
from mnist_core.data.writers import USUAL_FORM_SHARE, WritingStyle, choose_form, writer


def test_a_writer_is_the_same_in_every_call():
    first = writer(3, 5)
    writer.cache_clear()
    again = writer(3, 5)
    assert first.style == again.style
    np.testing.assert_array_equal(first.usual_forms, again.usual_forms)
    np.testing.assert_array_equal(first.habits, again.habits)


def test_no_two_writers_have_the_same_style():
    assert len({writer(seed, number).style for seed in (0, 1) for number in range(50)}) == 100


def test_every_writers_style_is_one_that_the_sliders_could_set():
    styles = [writer(0, number).style for number in range(300)]
    for name, option in fields(WritingStyle).items():
        low, high = option.limits
        values = [getattr(style, name) for style in styles]
        assert low <= min(values) < max(values) <= high, name


def test_writers_prefer_a_form_as_often_as_the_world_does():
    usual_forms = np.array([writer(0, number).usual_forms for number in range(600)])
    for digit in range(10):
        shares = np.array([share for _, share in forms_of(digit)])
        counted = np.bincount(usual_forms[:, digit], minlength=len(shares)) / 600
        assert (np.abs(counted - shares) < 5 * np.sqrt(shares / 600)).all()


def test_people_mostly_write_their_usual_form():
    author, rng = writer(0, 7), np.random.default_rng(0)
    usual = [choose_form(author, 4, rng) == author.usual_forms[4] for _ in range(500)]
    assert USUAL_FORM_SHARE - 0.06 < np.mean(usual) < 1
