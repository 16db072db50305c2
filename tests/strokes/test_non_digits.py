"""What is no digit: always something to look at, and never what is kept for measuring."""

import itertools
from collections import Counter

import numpy as np
import pytest

from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import non_digits, pen_paths
from mnist_core.strokes.non_digits import SHAPES, UNSEEN_SHAPES
from mnist_core.strokes.rasterize import place, rasterize

KINDS = [
    non_digits.random_non_digit,
    non_digits.random_unseen_shape,
    non_digits.random_unseen_scribble,
]
ALSO_DIGITS = set("BbDGgIlOoqSsZz0123456789")


def dice(seed=0):
    return np.random.default_rng(seed)


def image(drawing):
    """float64 (28, 28), length 1: so that two images' product sum is their likeness."""
    picture = rasterize(place(drawing, 112, 0.7), 112, 9)
    small = mnist_rule.to_mnist(picture).astype(float)
    return small / np.linalg.norm(small)


def likeness(one, other):
    return float((one * other).sum())


@pytest.mark.parametrize("draw", KINDS)
def test_every_doodle_leaves_ink_on_the_paper(draw):
    thrown = dice()
    for _ in range(40):
        drawing = draw(thrown)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 for stroke in drawing)
        assert np.isfinite(np.concatenate(drawing)).all()
        assert np.ptp(np.concatenate(drawing), axis=0).max() > 0
        assert image(drawing).max() > 0


@pytest.mark.parametrize("draw", KINDS)
def test_the_same_dice_draw_the_same_doodle_and_others_another(draw):
    one, again, other = (np.concatenate(draw(dice(seed))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or (one != other).any()


def kind_of(drawing):
    """Which of `draw_one`'s kinds this is, by what only that kind has."""
    sizes = [len(stroke) for stroke in drawing]
    if set(sizes) == {2}:
        return "hatching"
    if set(sizes) == {48}:
        return "tangle"
    return "knots" if len(sizes) == 1 and sizes[0] > 100 else "shape"


def test_half_the_doodles_are_shapes_and_half_are_scribbles_of_three_kinds():
    thrown, count = dice(), 600
    found = Counter(kind_of(non_digits.random_non_digit(thrown)) for _ in range(count))
    for kind, share in {"shape": 1 / 2, "knots": 1 / 6, "tangle": 1 / 6, "hatching": 1 / 6}.items():
        assert abs(found[kind] - share * count) < 4 * np.sqrt(count * share * (1 - share))


def test_no_letter_is_also_a_digit():
    assert not ALSO_DIGITS & {*SHAPES, *UNSEEN_SHAPES}


def test_what_is_kept_for_measuring_is_never_shown_in_training():
    assert not set(SHAPES) & set(UNSEEN_SHAPES)
    shown = [image(pen_paths.parse_strokes(text)) for text in SHAPES.values()]
    for name, text in UNSEEN_SHAPES.items():
        assert (
            max(likeness(image(pen_paths.parse_strokes(text)), other) for other in shown) < 0.85
        ), name


def test_every_shape_is_unlike_every_other():
    for shapes in (SHAPES, UNSEEN_SHAPES):
        images = [image(pen_paths.parse_strokes(text)) for text in shapes.values()]
        assert max(itertools.starmap(likeness, itertools.combinations(images, 2))) < 0.85


def test_a_shape_is_drawn_a_little_differently_each_time():
    thrown = dice()
    images = {image(non_digits.random_unseen_shape(thrown)).tobytes() for _ in range(40)}
    assert len(images) == 40
