"""What is no digit: always something to look at, and never what is kept for measuring."""

import itertools
from collections import Counter

import numpy as np
import pytest

from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import non_digits
from mnist_core.strokes.non_digits import SHAPES, UNSEEN_SHAPES
from mnist_core.strokes.pen_paths import parse_strokes
from mnist_core.strokes.rasterize import place, rasterize

KINDS = [
    non_digits.random_non_digit,
    non_digits.random_unseen_shape,
    non_digits.random_unseen_scribble,
]
ALSO_DIGITS = set("BbDGgIlOoqSsZz0123456789")


def image(strokes):
    """float64 (28, 28), length 1: so that two images' product sum is their likeness."""
    small = mnist_rule.to_mnist(rasterize(place(strokes, 112, 0.7), 112, 9)).astype(float)
    return small / np.linalg.norm(small)


IMAGES = {name: image(parse_strokes(text)) for name, text in (SHAPES | UNSEEN_SHAPES).items()}


def likeness(names):
    one, other = names
    return float((IMAGES[one] * IMAGES[other]).sum())


@pytest.mark.parametrize("draw", KINDS)
def test_every_non_digit_leaves_ink_on_the_paper(draw):
    rng = np.random.default_rng(0)
    for _ in range(40):
        strokes = draw(rng)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 for stroke in strokes)
        assert np.isfinite(np.concatenate(strokes)).all()
        assert np.ptp(np.concatenate(strokes), axis=0).max() > 0
        assert image(strokes).max() > 0


@pytest.mark.parametrize("draw", KINDS)
def test_the_same_seed_draws_the_same_and_another_another(draw):
    one, again, other = (np.concatenate(draw(np.random.default_rng(seed))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or (one != other).any()


def kind_of(strokes):
    """Which kind of non-digit this is, by what only that kind has."""
    sizes = [len(stroke) for stroke in strokes]
    if set(sizes) == {2}:
        return "hatching"
    if set(sizes) == {48}:
        return "wandering strokes"
    return "smooth path" if len(sizes) == 1 and sizes[0] > 100 else "shape"


def test_half_are_shapes_and_half_are_scribbles_of_three_kinds():
    rng, count = np.random.default_rng(0), 600
    counts = Counter(kind_of(non_digits.random_non_digit(rng)) for _ in range(count))
    scribbles = dict.fromkeys(["smooth path", "wandering strokes", "hatching"], 1 / 6)
    for kind, share in {"shape": 1 / 2, **scribbles}.items():
        assert abs(counts[kind] - share * count) < 4 * np.sqrt(count * share * (1 - share))


def test_no_letter_is_also_a_digit():
    assert not ALSO_DIGITS & {*SHAPES, *UNSEEN_SHAPES}


def test_every_shape_is_unlike_every_other_and_unlike_those_kept_for_measuring():
    assert len(IMAGES) == len(SHAPES) + len(UNSEEN_SHAPES)
    assert max(map(likeness, itertools.combinations(IMAGES, 2))) < 0.85


def test_a_shape_is_drawn_a_little_differently_each_time():
    rng = np.random.default_rng(0)
    images = {image(non_digits.random_unseen_shape(rng)).tobytes() for _ in range(40)}
    assert len(images) == 40
