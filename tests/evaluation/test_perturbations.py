"""A test set moved, against slow loops over pixels and what must be so of any image."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.data import synthesis
from mnist_core.evaluation import perturbations
from mnist_core.evaluation.perturbations import PERTURBATIONS

AMOUNTS = [(name, amount) for name, move in PERTURBATIONS.items() for amount in move.amounts]
every_move = pytest.mark.parametrize("name", PERTURBATIONS)
every_amount = pytest.mark.parametrize(("name", "amount"), AMOUNTS)


@pytest.fixture(scope="module")
def images():
    return synthesis.synthesize(24, seed=5, writers=range(4))[0]


def grey(image, row, column):
    """A grey level, 0 outside."""
    inside = 0 <= row < 28 and 0 <= column < 28
    return float(image[row, column]) if inside else 0.0


def bilinear(image, x, y):
    """What lies at a point between pixels, by its definition."""
    left, top = math.floor(x), math.floor(y)
    right, down = x - left, y - top
    above = grey(image, top, left) * (1 - right) + grey(image, top, left + 1) * right
    below = grey(image, top + 1, left) * (1 - right) + grey(image, top + 1, left + 1) * right
    return above * (1 - down) + below * down


@every_amount
def test_a_moved_set_is_as_many_images_and_the_old_ones_stay(images, name, amount):
    before = images.copy()
    found = perturbations.perturb(name, images, amount)
    assert (found.shape, found.dtype) == (images.shape, np.uint8)
    assert (images == before).all()


@every_amount
def test_an_image_moves_the_same_way_whatever_else_is_in_the_set(images, name, amount):
    alone = perturbations.perturb(name, images[:9], amount)
    assert (alone == perturbations.perturb(name, images, amount)[:9]).all()


@every_move
def test_no_images_are_no_images_still(name):
    nothing = np.zeros((0, 28, 28), np.uint8)
    assert perturbations.perturb(name, nothing, PERTURBATIONS[name].amounts[-1]).shape == (
        0,
        28,
        28,
    )


@every_move
def test_the_amount_at_rest_changes_nothing_and_is_one_of_the_amounts(images, name):
    move = PERTURBATIONS[name]
    assert move.identity in move.amounts
    assert (move.apply(images, move.identity) == images).all()
    assert list(move.amounts) == sorted(set(move.amounts))


@pytest.mark.parametrize("by", [1, 3, 8])
def test_every_eighth_image_moves_right_and_those_two_further_down(images, by):
    found = perturbations.shift(images, by)
    right, down = np.zeros((2, 28, 28), np.uint8)
    right[:, by:] = images[8][:, :-by]
    down[by:] = images[10][:-by]
    assert (found[8] == right).all()
    assert (found[10] == down).all()


def test_a_slanting_shift_is_as_far_as_a_straight_one():
    dot = np.zeros((8, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    for image in perturbations.shift(dot, 5).astype(float):
        rows, columns = np.indices((28, 28))
        place = [(image * axis).sum() / image.sum() - 14 for axis in (rows, columns)]
        assert math.hypot(*place) == pytest.approx(5, abs=0.02)


@settings(max_examples=15, deadline=None)
@given(st.floats(-90, 90), st.floats(1, 1.5))
def test_turning_and_growing_is_bilinear_interpolation_pixel_by_pixel(angle, size):
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    turned, grown = (
        perturbations.rotate(image[None], angle)[0],
        perturbations.scale(image[None], size)[0],
    )
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    for row, column in [(0, 0), (3, 20), (13, 14), (14, 9), (25, 6), (27, 27)]:
        x, y = column - 13.5, row - 13.5
        expected = bilinear(image, cos * x + sin * y + 13.5, cos * y - sin * x + 13.5)
        assert turned[row, column] == pytest.approx(expected, abs=0.51)
        expected = bilinear(image, x / size + 13.5, y / size + 13.5)
        assert grown[row, column] == pytest.approx(expected, abs=0.51)


def test_a_quarter_turn_is_a_quarter_turn_and_goes_clockwise(images):
    assert (perturbations.rotate(images, 90) == np.rot90(images, -1, axes=(1, 2))).all()
    assert (perturbations.rotate(images, -90) == np.rot90(images, 1, axes=(1, 2))).all()


@pytest.mark.parametrize("size", [0.4, 0.55, 0.7, 0.85])
def test_a_smaller_digit_has_its_ink_by_the_square_and_stays_in_place(images, size):
    found = perturbations.scale(images, size).astype(float)
    assert found.sum() / images.sum() == pytest.approx(size**2, rel=0.03)
    rows = np.arange(28) - 13.5
    for before, after in zip(images.astype(float), found, strict=True):
        middle = (before.sum(axis=1) * rows).sum() / before.sum()
        assert (after.sum(axis=1) * rows).sum() / after.sum() == pytest.approx(
            size * middle, abs=0.2
        )


@pytest.mark.parametrize("radius", [1, 2])
def test_a_wider_pen_is_the_brightest_within_a_disc_and_a_finer_one_the_darkest(images, radius):
    wide, fine = (
        perturbations.stroke_width(images[:2], 2 * radius),
        perturbations.stroke_width(images[:2], -2 * radius),
    )
    for number, image in enumerate(images[:2]):
        for row, column in [(14, 14), (10, 12), (16, 18), (8, 15), (0, 0), (27, 13)]:
            disc = [
                image[i, j]
                for i in range(28)
                for j in range(28)
                if (i - row) ** 2 + (j - column) ** 2 <= radius**2
            ]
            assert wide[number, row, column] == max(disc)
            assert fine[number, row, column] == min(disc)


def test_a_wider_pen_leaves_no_less_ink_anywhere(images):
    sets = [
        perturbations.stroke_width(images, amount).astype(int)
        for amount in (-2, -1.3, -0.5, 0, 0.7, 2, 3.1)
    ]
    for finer, wider in itertools.pairwise(sets):
        assert (finer <= wider).all()
        assert finer.sum() < wider.sum()


def test_noise_has_the_standard_deviation_it_says():
    grey_images = np.full((300, 28, 28), 128, np.uint8)
    found = perturbations.add_noise(grey_images, 25).astype(float)
    assert found.std() == pytest.approx(25, rel=0.02)
    assert found.mean() == pytest.approx(128, abs=0.5)
    assert not (found[0] == found[1]).all()


@pytest.mark.parametrize("side", [4, 10, 16])
def test_a_patch_hides_a_square_and_a_larger_one_hides_the_same_and_more(side):
    white = np.full((200, 28, 28), 255, np.uint8)
    hidden = perturbations.occlude(white, side) == 0
    counts = hidden.sum(axis=(1, 2))
    assert counts.max() <= (side + 1) ** 2 and np.median(counts) >= 0.6 * side**2
    for one in hidden[:20]:
        box = one[np.ix_(one.any(axis=1), one.any(axis=0))]
        assert box.all() and abs(box.shape[0] - box.shape[1]) <= side / 2 + 1
    assert (hidden <= (perturbations.occlude(white, side + 2) == 0)).all()
